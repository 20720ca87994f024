/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

/* A project directory with a store on it, over a system table of choice. */

#include "scratch.h"

#include "base/stamp.h"
#include "store/events.h"
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

/* Whether a file's times can be trusted depends on the clock, and with it how
 * many calls a save makes: here they never can. */
static inline int64_t
stopped_clock(struct sys *sys, enum sys_clock which)
{
	(void)sys;
	return which == SYS_CLOCK_UNIX ? NOW / 2
				       : sys_real()->clock(sys_real(), which);
}

/* The kernel, to be failed or killed at a call that can be counted. */
static inline void
fixture_fault(struct sys_fault *ret)
{
	sys_fault_init(ret, sys_real());
	ret->sys.clock = stopped_clock;
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

/* The first record in the log of events; it need not be there. */
static inline bool
fixture_first_event(struct fixture *f, enum events_kind *ret)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_PROBLEMS struct problems notes = {0};
	struct events_reader in;
	struct events_record r = {0};
	struct err e = {0};

	bool there = events_open(&in, &f->root, &e) == 0 &&
		events_next(&in, &a, &r, &notes, &e) == 0;
	events_close(&in);
	*ret = r.kind;
	return there;
}

#endif
