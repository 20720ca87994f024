/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

/* A project directory with a store on it, over a system table of choice. */

#include "scratch.h"

#include "base/stamp.h"
#include "store/inbox.h"
#include "store/store.h"
#include "sys/fault.h"
#include "sys/real.h"

#define NOW ((int64_t)1795172446 * NS_PER_SEC) /* 2026-11-20T11:00:46Z */

struct fixture {
	struct scratch scratch;
	struct fio_dir root;
	struct store *store;
	struct err e;
};

static inline void
fixture_open(struct fixture *f, struct sys *sys)
{
	f->e = (struct err){0};
	check_ok(fio_dir_open(&f->root, sys_real(), AT_FDCWD, f->scratch.path,
			 &f->e),
		&f->e);
	strcpy(f->root.path, ".");
	f->root.sys = sys;
	check_ok(store_open(&f->store, &f->root, STR("BACKLOG.yaml"),
			 STR("WRK"), &f->e),
		&f->e);
}

static inline void
fixture_close(struct fixture *f)
{
	f->root.sys = sys_real();
	store_close(f->store);
	fio_dir_close(&f->root);
	f->store = NULL;
}

static inline struct change
change_add(const char *title)
{
	return (struct change){.kind = CHANGE_ADD,
		.item = {.title = str_from(title),
			.status = STATUS_NEW,
			.blocked_from_status = STATUSES}};
}

/* How many items, live and archived, have this title or id. */
static inline size_t
count_title(const struct snapshot *s, const char *title)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += str_eq_c(s->items[i].title, title);
	return n;
}

/* The whole backlog, which must be sound. */
static inline struct snapshot *
fixture_load(struct fixture *f)
{
	struct problems problems = {0};
	struct snapshot *s = NULL;

	check_ok(store_load(f->store, &s, &problems, &f->e), &f->e);
	problems_release(&problems);
	assert_non_null(s);
	return s;
}

#endif
