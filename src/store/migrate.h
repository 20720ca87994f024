/* SPDX-License-Identifier: MIT */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "model/legacy.h"
#include "store/store.h"

/*
 * A backlog of schema 1 or 2 becomes one of today's schema, in one replace.
 *
 *	struct legacy_report done;
 *	const struct store_migration m = {.config = &c, .now_ns = now_ns};
 *	store_migrate(st, &m, &arena, &done, &problems, &e);
 *
 * Only what the newer schema says otherwise is changed; what it means is
 * model/legacy.h's to say. The new bytes are parsed again and compared with
 * what was meant. Order, under the lock of every save:
 *
 *	1 the file as it is, durable in .weir/backups
 *	2 the backlog is replaced; from here on it has happened
 *	3 the log of events tells of it
 *
 * Dying after 1 leaves the old backlog and a copy; the next migration finds
 * that copy and makes no second one. A copy is never overwritten. A file that
 * somebody saves in between is not replaced: ERR_CONFLICT.
 */

#define STORE_BACKUPS_DIR "backups" /* in .weir/ */

struct store_migration {
	const struct config *config; /* whose pipelines items go through */
	bool dry_run;		     /* write nothing at all */
	int64_t now_ns;
};

/*
 * Migrate, or only say what would be done. What `ret` holds is in `a`. When
 * items are not sound: -1, ERR_INPUT, all of it in `problems`. ERR_CONFLICT
 * when a value cannot be changed without changing something else (yaml/edit.h);
 * a person can. ERR_MISSING: there is no backlog, or items of schema 1 and no
 * pipeline to put them into.
 */
int store_migrate(struct store *st, const struct store_migration *m,
	struct arena *a, struct legacy_report *ret, struct problems *problems,
	struct err *e);

#endif
