/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <fcntl.h>
#include <string.h>

#include "base/stamp.h"

int
world_open(struct world *w, struct sim *disk, struct sys *sys)
{
	w->disk = disk;
	w->sys = sys;
	w->root = FIO_DIR_NONE;
	w->store[0] = w->store[1] = NULL;
	if (fio_dir_open(&w->root, sys, AT_FDCWD, ".", &w->e) < 0)
		return -1;
	for (int i = 0; i < 2; i++)
		if (store_open(&w->store[i], &w->root, STR("BACKLOG.yaml"),
			    STR("WRK"), &w->e) < 0)
			return -1;
		else
			store_set_cache_least(w->store[i], WORLD_CACHE_LEAST);
	return 0;
}

void
world_close(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		store_close(w->store[i]);
		w->store[i] = NULL;
	}
	fio_dir_close(&w->root);
}

int
world_open_journal(
	struct world *w, const struct fio_dir *dir, struct fio_log *ret)
{
	CLEANUP_PROBLEMS struct problems notes = {0};
	const struct fio_log_place place = {.dir = dir,
		.stem = WORLD_JOURNAL,
		.segment_bytes = 64,
		.verify = true};

	return fio_log_open(ret, &place, NS_PER_SEC, &notes, &w->e);
}

static int
mend_journal(struct world *w)
{
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
	struct fio_log log;

	if (fio_dir_open_in(&dir, &w->root, WORLD_JOURNAL, &w->e) < 0)
		return w->e.code == ERR_MISSING ? 0 : -1;
	if (world_open_journal(w, &dir, &log) < 0)
		return -1;
	fio_log_close(&log);
	return 0;
}

/* As the engine does: ids of runs that are over need not be remembered. */
static int
forget_runs(struct world *w, struct str_list applied)
{
	CLEANUP_ARENA struct arena a = {0};
	const struct run_record *runs;
	size_t n;

	if (run_sweep(&w->root, &w->e) < 0 ||
		run_list(&w->root, &a, &runs, &n, &w->e) < 0)
		return -1;
	for (size_t i = 0; i < applied.n; i++) {
		bool unfinished = false;
		if (!str_starts(applied.items[i], STR("r")))
			continue;
		for (size_t k = 0; k < n; k++)
			unfinished = unfinished ||
				(str_eq(runs[k].id, applied.items[i]) &&
					!str_is_set(runs[k].outcome.outcome));
		if (unfinished)
			continue;
		if (run_settle(&w->root, applied.items[i], &w->e) < 0)
			return -1;
		store_forget(w->store[0], applied.items[i]);
	}
	return 0;
}

static int
take_inbox(struct world *w)
{
	struct inbox_taken taken = {0};

	int rc = store_take_inbox(w->store[0], WORLD_NOW, &taken, &w->e);
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	if (rc == 1)
		return err_set(&w->e, ERR_CONFLICT, "the inbox has a writer");
	return rc;
}

/* Whoever is told what was read before is told what the bytes say. */
static int
read_again(struct world *w, const struct snapshot *told)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct snapshot *s;

	store_set_cache_least(w->store[1], SIZE_MAX);
	if (store_load(w->store[1], &s, &problems, &w->e) != 0)
		return -1;
	bool same = s->n == told->n;
	for (size_t i = 0; same && i < s->n; i++)
		same = item_equal(&s->items[i], &told->items[i]);
	snapshot_unref(s);
	return same ? 0
		    : err_set(&w->e, ERR_CONFLICT,
			      "a cache tells what the backlog does not say");
}

static int
recover_open(struct world *w, bool fresh, bool unsound)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct snapshot *s;

	if (fresh && mend_journal(w) < 0)
		return -1;
	if (fresh && store_sweep(w->store[0], &w->e) < 0)
		return -1;
	int rc = store_load(w->store[0], &s, &problems, &w->e);
	if (rc == 0 && s->text != NULL && s->text->bytes.n >= WORLD_CACHE_LEAST)
		rc = read_again(w, s);
	/* Into an older one nothing is taken, nor over one to be mended. */
	if (rc == 0 ? s->older_schema != 0
		    : unsound && s != NULL && w->e.code == ERR_INPUT)
		rc = 1;
	if (rc == 0 && fresh)
		rc = forget_runs(w, s->applied);
	snapshot_unref(s);
	if (rc != 0) /* 1: there is nothing to take it into */
		return rc < 0 ? -1 : 0;
	if (fresh)
		events_check(w->store[0], WORLD_NOW);
	return take_inbox(w);
}

static int
recover(struct sim *disk, struct sys *sys, bool fresh, bool unsound,
	struct err *e)
{
	struct world w = {0};

	int rc = world_open(&w, disk, sys);
	if (rc == 0)
		rc = recover_open(&w, fresh, unsound);
	world_close(&w);
	if (rc < 0)
		*e = w.e;
	return rc;
}

int
world_recover(struct sim *disk, struct sys *sys, bool unsound, struct err *e)
{
	return recover(disk, sys, true, unsound, e);
}

int
world_take_over(struct sim *disk, struct sys *sys, bool unsound, struct err *e)
{
	return recover(disk, sys, false, unsound, e);
}
