/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/vec.h"
#include "fio/batch.h"
#include "fio/root-priv.h"
#include "fio/write-priv.h"

/*
 * What writers that died left. Those of this library hold the lock of the trash
 * while they live. A weir that saves in its project holds another one, so below
 * a directory that has it that is held as well, as long as a directory is
 * swept. In the state itself not all is saved under the lock: weir sweeps
 * there.
 */
#define STATE	   ".weir"
#define STATE_LOCK STATE "/lock"

enum { DEEPEST = 256 };

static const enum wio_op OP = WIO_OP_SWEEP;

struct sweep {
	struct fio_trash_how how; /* alone */
	bool cross_mounts;
	struct fio_mount mount; /* of where it begins */
	struct fio_roots *roots;
	const struct fio_dir *project; /* the innermost; NULL: none */
	struct arena memory;
	VEC(struct str) pending; /* hidden names that a batch needs */
	int64_t n;
	void (*on_left)(void *ctx, const struct wio_error *why);
	void *ctx;
};

/* What cannot be swept is told and left. Not so when it is unknown what is on
 * the disk. */
static int
leave(struct sweep *s, const char *path, struct err *why)
{
	struct wio_error e;

	if (why->code == ERR_POISONED)
		return -1;
	err_wrap(why, "sweeping '%s'", path);
	fio_error_from(&e, OP, why);
	s->on_left(s->ctx, &e);
	return 0;
}

/* The trash of `of`, with the batches whose journal is in it recovered; open
 * when 0, else as fio_trash_find. */
static int
recover(struct fio_dir *ret, const struct fio_dir *of, struct fio_roots *roots,
	const struct fio_trash_how *how, struct err *e)
{
	int rc = fio_trash_find(ret, how, of, e);

	if (rc != 0 || fio_batch_recover(ret, roots, how, e) >= 0)
		return rc;
	fio_dir_close(ret);
	return -1;
}

/* That, and what stays because it is not for us to judge; and what has
 * rested there for its time goes. 2: something else has the name of the trash.
 */
static int
recover_in(struct sweep *s, const struct fio_dir *of, struct err *e)
{
	struct str_list pending = {0};
	struct fio_dir journals;

	int rc = recover(&journals, of, s->roots, &s->how, e);
	if (rc != 0)
		return rc == 1 ? 0 : rc;
	rc = fio_batch_pending(&journals, &s->memory, &pending, e);
	for (size_t i = 0; i < pending.n; i++)
		VEC_PUSH(&s->pending, pending.items[i]);
	if (rc >= 0)
		fio_trash_expire(&journals);
	fio_dir_close(&journals);
	return rc < 0 ? -1 : 0;
}

/* A hidden name of ours, whose writer is dead. */
static int
sweep_file(struct sweep *s, const struct fio_dir *d, struct str name,
	const struct fio_keep *keep, struct err *e)
{
	struct err ignored;
	struct stat st;
	int rc = 0;

	if (fio_is_swap(name))
		rc = fio_exchange_sweep(d, name.s, keep, e);
	else
		fio_drop(d, name.s);
	/* What may not be taken away is there still. */
	s->n += rc == 0 && fio_stat(d, name.s, &st, &ignored) == 1;
	return rc < 0 ? -1 : 0;
}

static bool
is_pending(const struct sweep *s, struct str name)
{
	for (size_t i = 0; i < s->pending.n; i++)
		if (str_eq(s->pending.items[i], name))
			return true;
	return false;
}

/* Whether a weir saves here, or may: for us there is no telling. */
static bool
is_project(const struct fio_dir *d)
{
	struct err why;
	struct stat st;

	int rc = fio_stat(d, STATE_LOCK, &st, &why);
	return rc == 0 || (rc < 0 && why.sys == EACCES);
}

static int
lock_project(const struct sweep *s, struct fio_lock *ret, struct err *e)
{
	*ret = FIO_LOCK_NONE;
	if (s->project == NULL)
		return 0;
	return fio_lock_take(ret, s->project, STATE_LOCK, s->how.wait_ns,
		"weir io sweep", e);
}

/* Nobody writes here meanwhile. */
static int
sweep_locked(struct sweep *s, const struct fio_dir *d,
	const struct fio_keep *keep, struct err *e)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	/* Some that were seen before may have been of live ones. */
	int rc = fio_leftovers(d, &a, &names, e);
	/* What we see may not be durable yet, and an exchange that a power cut
	 * undoes gives a name other bytes than those that we judge. */
	if (rc == 0)
		rc = fio_dir_sync(d, e);
	for (size_t i = 0; i < names.n && rc == 0; i++)
		if (!is_pending(s, names.items[i]))
			rc = sweep_file(s, d, names.items[i], keep, e);
	return rc == 0 ? fio_dir_sync(d, e) : rc;
}

static int
sweep_dir(struct sweep *s, const struct fio_dir *d, struct err *e)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;
	struct fio_lock saving;
	struct fio_trash t;

	if (fio_leftovers(d, &a, &names, e) < 0)
		return -1;
	if (names.n == 0)
		return 0;
	if (fio_trash_open(&t, &s->how, d, e) < 0)
		return -1;
	/* Second, and not for long: a save waits for it. */
	int rc = lock_project(s, &saving, e);
	if (rc == 0)
		rc = sweep_locked(s, d, &t.keep, e);
	fio_lock_drop(&saving);
	fio_trash_close(&t);
	return rc;
}

/* 1: it is not ours to go to. */
static int
check_mount(const struct sweep *s, const struct fio_dir *d, struct err *e)
{
	struct fio_mount here;

	if (s->cross_mounts)
		return 0;
	int rc = fio_mount_of(d->sys, d->fd, &here);
	if (rc < 0)
		return err_sys(e, -rc, "looking at '%s'", d->path);
	return fio_mount_same(&here, &s->mount) ? 0 : 1;
}

static int
sweep_below(struct sweep *s, const struct fio_dir *d, int depth, struct err *e);

/* 0 also when it is gone meanwhile. */
static int
sweep_in(struct sweep *s, const struct fio_dir *d, const char *name, int depth,
	struct err *e)
{
	struct fio_dir below;

	if (fio_dir_open_in(&below, d, name, e) < 0)
		return e->code == ERR_MISSING
			? 0
			: leave(s, fio_path(d, name).text, e);
	int rc = check_mount(s, &below, e);
	if (rc < 0)
		rc = leave(s, below.path, e);
	else if (rc == 0)
		rc = sweep_below(s, &below, depth, e);
	fio_dir_close(&below);
	return rc < 0 ? -1 : 0;
}

/* What is in it. Whatever a batch needs may be below where its journal cannot
 * be read: all of that is left. */
static int
sweep_here(struct sweep *s, const struct fio_dir *d, int depth, struct arena *a,
	struct str_list *ret_names, struct err *e)
{
	int rc = 0;

	if (depth == DEEPEST)
		return err_set(e, ERR_LIMIT,
			"'%s' is too deep; sweep it by its own name", d->path);
	/* It may have been a root of somebody's. */
	if (s->how.at == NULL)
		rc = recover_in(s, d, e);
	if (rc < 0 || (rc == 2 && leave(s, d->path, e) < 0) ||
		fio_dir_list(d, "", a, ret_names, e) < 0)
		return -1;
	if (rc == 2 || sweep_dir(s, d, e) == 0)
		return 0;
	return leave(s, d->path, e);
}

/* A directory in `d`, and neither a trash nor a project's state. */
static bool
is_to_be_swept(const struct sweep *s, const struct fio_dir *d, struct str name)
{
	struct err ignored;
	struct stat st;

	if (str_eq_c(name, FIO_TRASH_NAME) ||
		(str_eq_c(name, STATE) && s->project == d))
		return false;
	return fio_stat(d, name.s, &st, &ignored) == 0 && S_ISDIR(st.st_mode);
}

/* The directory and all below it; no link is followed. */
static int
sweep_below(struct sweep *s, const struct fio_dir *d, int depth, struct err *e)
{
	const struct fio_dir *around = s->project;
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names = {0};
	int rc = 0;

	if (is_project(d))
		s->project = d;
	if (sweep_here(s, d, depth, &a, &names, e) < 0)
		rc = depth == 0 ? -1 : leave(s, d->path, e);
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		if (is_to_be_swept(s, d, names.items[i]))
			rc = sweep_in(s, d, names.items[i].s, depth + 1, e);
	s->project = around;
	return rc;
}

int
fio_sweep_batches(struct wio *w, struct fio_roots *roots, struct err *e)
{
	const struct fio_writing how = fio_writing_of(w);

	for (size_t i = 0; i < fio_roots_n(roots); i++) {
		struct fio_dir journals;
		int rc = recover(&journals, fio_roots_dir(roots, i), roots,
			&how.trash, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			fio_dir_close(&journals);
	}
	return 0;
}

/* The directory itself: the way to it is looked at already, and links that may
 * lead anywhere lead over mounts, too. */
static int
begin(struct sweep *s, size_t root, const struct fio_dir *d, struct err *e)
{
	s->cross_mounts = s->roots->cross_mounts;
	s->mount = s->roots->items[root].mount;
	if (s->roots->symlinks == WIO_SYMLINKS_FOLLOW_ANYWHERE) {
		int rc = fio_mount_of(d->sys, d->fd, &s->mount);
		return rc < 0 ? err_sys(e, -rc, "looking at '%s'", d->path) : 0;
	}
	int rc = check_mount(s, d, e);
	return rc == 1 ? err_sys(e, EXDEV,
				 "'%s' is not gone into without "
				 "cross_mounts (--cross-mounts)",
				 d->path)
		       : rc;
}

static int
sweep_all(struct sweep *s, const struct fio_dir *d, struct err *e)
{
	for (size_t i = 0; i < fio_roots_n(s->roots); i++)
		if (recover_in(s, fio_roots_dir(s->roots, i), e) < 0)
			return -1;
	return sweep_below(s, d, 0, e);
}

static int
sweep_place(struct sweep *s, const struct fio_place *place, struct wio_error *e)
{
	struct fio_dir d;
	struct err why;

	if (fio_dir_open_in(&d, &place->dir, place->name, &why) < 0) {
		if (why.sys != ENOTDIR)
			return fio_error_from(e, OP, &why);
		return fio_error_set(e, OP, WIO_NOT_REGULAR, "dir",
			"'%s' is not a directory",
			fio_path(&place->dir, place->name).text);
	}
	const struct fio_dir *root = &s->roots->items[place->root].dir;
	const struct fio_dir *above = &place->dir;
	s->project = is_project(above) ? above : is_project(root) ? root : NULL;
	int rc = begin(s, place->root, &d, &why);
	if (rc == 0 &&
		!(s->project == above && strcmp(place->name, STATE) == 0))
		rc = sweep_all(s, &d, &why);
	fio_dir_close(&d);
	return rc < 0 ? fio_error_from(e, OP, &why) : 0;
}

/* Whoever completes the names of directories puts a "/" behind them. */
static const char *
without_slashes(struct arena *a, const char *dir)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	return arena_str(a, str_of(dir, n)).s;
}

int64_t
wio_sweep_each(struct wio *w, const char *dir,
	void (*on_left)(void *ctx, const struct wio_error *why), void *ctx,
	struct wio_error *e)
{
	struct fio_roots *roots = fio_io_roots(w);
	struct sweep s = {.how = fio_writing_of(w).trash,
		.roots = roots,
		.on_left = on_left,
		.ctx = ctx};
	struct fio_place place;

	s.how.alone = true;
	int rc = fio_roots_find(
		roots, without_slashes(&s.memory, dir), &place, e);
	if (rc == 0) {
		rc = sweep_place(&s, &place, e);
		fio_place_release(&place);
	}
	VEC_RELEASE(&s.pending);
	arena_release(&s.memory);
	fio_roots_unref(roots);
	return rc < 0 ? -1 : s.n;
}

static void
keep_first(void *ctx, const struct wio_error *why)
{
	struct wio_error *first = ctx;

	if (first->code == WIO_OK)
		*first = *why;
}

int64_t
wio_sweep(struct wio *w, const char *dir, struct wio_error *e)
{
	struct wio_error first = {.code = WIO_OK};

	int64_t n = wio_sweep_each(w, dir, keep_first, &first, e);
	if (n < 0 || first.code == WIO_OK)
		return n;
	*e = first;
	return -1;
}
