/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STORE_PROJECT_H
#define TESTS_STORE_PROJECT_H

#include "fixture.h"

/* The one project of a test, with the store on it open. */

static struct fixture f;

/* `backlog` is its BACKLOG.yaml; NULL: it has none yet. */
static inline void
project_make(const char *backlog)
{
	scratch_make(&f.scratch);
	if (backlog != NULL)
		scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	fixture_open(&f, sys_real());
}

static inline int
project_bare(void **state)
{
	(void)state;
	project_make(NULL);
	return 0;
}

static inline int
project_remove(void **state)
{
	(void)state;
	fixture_close(&f);
	scratch_remove(&f.scratch);
	return 0;
}

/* A save of these changes, which must succeed. */
static inline void
project_save(const struct change *changes, size_t n)
{
	struct store_saved saved;

	check_ok(store_apply(f.store, changes, n, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
}

#endif
