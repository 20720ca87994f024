/* SPDX-License-Identifier: MIT */
#ifndef STORE_MIGRATE_PRIV_H
#define STORE_MIGRATE_PRIV_H

#include "store/backlog-priv.h"
#include "store/migrate.h"

/* A migration that is worked out and not yet made. */
struct migration {
	struct buf bytes; /* of the new file; the caller's to release */
	const struct legacy_value *values;
	size_t values_n;
	struct str diff;
};

/*
 * migrate-plan.c: what becomes of `from`, which is sound and of an older
 * schema. `label` is the file's name for messages and the diff. All but the
 * bytes is in `a`.
 */
int
migration_plan(struct loaded *from, const char *label, const struct config *c,
	struct arena *a, struct migration *ret, struct err *e);

#endif
