/* SPDX-License-Identifier: MIT */
#include "store/archive-priv.h"
#include "store/events-priv.h"
#include "store/mark-priv.h"
#include "store/parse-cache-priv.h"
#include "store/snapshots-priv.h"

#include <fcntl.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "fio/trash.h"

/*
 * Saving, in the order that a crash anywhere in it can be recovered from:
 *
 *	1 lock, and read what others saved since
 *	2 apply the changes, render, parse the result, compare
 *	3 ids.hwm covers every number about to be issued
 *	4 the archive takes back what an earlier save failed to remove, and
 *	  holds what leaves; the worklog holds what happened
 *	5 the backlog is replaced; from here on it has happened
 *	6 the log of events tells of it
 *
 * Dying after 3 wastes a number; after 4 the item is in both files, which
 * counts as not having left; the same changes, redone, append nothing twice.
 * Other changes first take its line back: they would give the item bytes that
 * the line does not know, and that is how a hand-restored item looks. The line
 * counts again when the backlog comes back from git without the item.
 */

enum {
	/* Saving over somebody who saves all the time has to end. */
	TRIES_MAX = 8,
};

/* git is told to ignore the directory by a file inside it. 1: it was told. */
static int
hide_from_git(const struct fio_dir *state, struct err *e)
{
	struct err ignored;
	struct stat st;

	if (fio_stat(state, ".gitignore", &st, &ignored) == 0)
		return 1;
	return fio_create(state, ".gitignore", STR("*\n"), 0600, e);
}

int
store_state_dir(struct store *st, struct fio_dir *ret, struct err *e)
{
	int rc = fio_dir_make_in(ret, st->root, STORE_STATE_DIR, 0700, e);

	if (rc == 0)
		rc = hide_from_git(ret, e);
	if (rc >= 0)
		return rc;
	st->poisoned |= e->code == ERR_POISONED;
	fio_dir_close(ret);
	return -1;
}

int
store_trust(const struct store *st, struct err *e)
{
	if (!st->poisoned)
		return 0;
	return err_set(e, ERR_POISONED,
		"an earlier save of '%s' failed halfway; look at the file, "
		"then start weir again",
		st->label);
}

int
store_lock(struct store *st, const struct fio_dir *state, struct fio_lock *ret,
	struct err *e)
{
	st->refused = false;
	if (store_trust(st, e) < 0)
		return -1;
	return fio_lock_take(ret, state, "lock", st->patience_ns, "weir", e);
}

int
store_failed(struct store *st, const struct fio_dir *state, int64_t now_ns,
	const struct err *e)
{
	if (e->code == ERR_POISONED && !st->poisoned) {
		st->poisoned = true;
		if (state->fd >= 0)
			events_poisoned(st, state, e, now_ns);
	}
	return -1;
}

int
store_refresh(struct store *st, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};

	int rc = store_is_stale(st, e);
	if (rc < 0)
		return -1;
	if (rc == 1 || !st->now.sound)
		rc = store_reload(st, st->patience_ns, &problems, e);
	if (rc == 1)
		return err_set(e, ERR_MISSING,
			"there is no '%s'; 'weir init' makes one", st->label);
	return rc < 0 ? -1 : store_check_schema(st, e);
}

/* What was asked, and what we may forget by now, as one list. */
static struct change *
with_forgets(struct store *st, const struct change *changes, size_t n,
	struct arena *a, size_t *ret_n)
{
	struct change *all = ARENA_ARRAY(a, struct change, n + st->forget.n);

	for (size_t i = 0; i < n; i++)
		all[i] = changes[i];
	for (size_t i = 0; i < st->forget.n; i++)
		all[n + i] = (struct change){
			.kind = CHANGE_FORGET, .text = st->forget.items[i]};
	*ret_n = n + st->forget.n;
	return all;
}

/* The bytes that say what `line` leads to, and the proof that they do. */
static int
prepare(struct store *st, const struct lineage *line, struct loaded *ret,
	struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_BUF struct buf bytes = {0};
	struct edited made;

	if (backlog_render(&st->now, line, st->extras, &ret->tree, &made, e) <
		0)
		return err_wrap(
			e, "%s: this change has to be made by hand", st->label);
	if (backlog_prove(&st->now, &made, line, st->label, ret) == 0) {
		ret->text = text_ref(st->now.text);
		ret->edits = made.edits;
		ret->edits_n = made.edits_n;
		return 0;
	}
	edited_add(&made, 0, made.n, &bytes);
	const struct archive archive = archive_in_force(line->to, &tmp);
	const struct backlog_reading how = {.file = st->label,
		.archive = &archive,
		.generation = line->to->generation};
	if (backlog_read(ret, &bytes, &how, &problems, e) < 0)
		return err_wrap(e,
			"%s: nothing was saved, because the change would have "
			"damaged it",
			st->label);
	if (!snapshot_equal(ret->snapshot, line->to))
		return err_set(e, ERR_CONFLICT,
			"%s: nothing was saved, because the change would have "
			"touched something else; make it by hand",
			st->label);
	return 0;
}

static struct str_list
pieces_of(const struct loaded *l, struct arena *a)
{
	struct edited made;
	size_t n;

	edited_init(&made, buf_str(&l->text->bytes), l->edits, l->edits_n);
	const struct str *pieces = edited_pieces(&made, a, &n);
	return (struct str_list){.items = pieces, .n = n};
}

/* For who reads it next. */
static void
leave_cache(const struct store *st, const struct fio_dir *state,
	const struct loaded *l)
{
	CLEANUP_BUF struct buf end = {0};
	struct fio_scribble cache;

	if (!l->cut || l->version.size < (off_t)st->cache_least)
		return;
	fio_scribble_begin(&cache, state, PARSE_CACHE_FILE, 0600);
	loaded_cache(l, &end, &cache);
	fio_scribble_add(&cache, buf_str(&end));
	fio_scribble_end(&cache);
}

int
store_put(struct store *st, const struct fio_dir *state, struct loaded *next,
	const struct events_save *what, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct fio_keep keep = snapshots_keep(state);
	const struct fio_replacing how = {
		.mode = 0644, .expected = &st->now.version, .keep = &keep};
	const struct str_list pieces = pieces_of(next, &tmp);
	struct events_save save = *what;

	save.before = st->now.snapshot;
	save.was = st->now.version.digest;
	if (fio_replace_pieces(
		    &st->dir, st->name, pieces, &how, &next->version, e) < 0) {
		/* Whatever it holds is to be read before the next try. */
		if (e->code == ERR_CONFLICT)
			st->now.version = (struct fio_version){
				.exists = true, .size = -1};
		return -1;
	}
	snapshots_prune(state, st->name);
	next->archive_version = st->now.archive_version;
	leave_cache(st, state, next);
	save.is = next->version.digest;
	events_saved(st, state, &save);
	loaded_release(&st->now);
	st->now = *next;
	*next = (struct loaded){0};
	return 0;
}

/* Steps 3 to 5; `next` becomes st->now. */
static int
commit(struct store *st, const struct fio_dir *state,
	const struct events_save *what, struct loaded *next, struct err *e)
{
	const struct change_effects *effects = what->effects;

	buf_reset(&st->appended);
	if (effects->next->next_item_id > what->mark &&
		mark_write(state, effects->next->next_item_id, e) < 0)
		return -1;
	if (st->now.half_left &&
		archive_take_back(st, effects->departed, effects->departed_n,
			what->now_ns, e) < 0)
		return -1;
	if (archive_append(st, effects->departed, effects->departed_n,
		    what->now_ns, e) < 0)
		return -1;
	if (worklog_append(st, st->now.snapshot, what->changes, what->n,
		    what->now_ns, e) < 0)
		return -1;
	if (store_put(st, state, next, what, e) < 0)
		return -1;
	archive_settle(st);
	return 0;
}

int
store_try(struct store *st, const struct change *changes, size_t n,
	int64_t now_ns, struct err *e)
{
	const struct change_env env = {.now_ns = now_ns, .prefix = st->prefix};
	CLEANUP_ARENA struct arena tmp = {0};
	struct change_effects effects = {0};
	struct loaded next = {0};
	struct lineage line;

	if (st->now.snapshot == NULL)
		return err_set(e, ERR_MISSING, "'%s' was not read", st->label);
	if (!st->now.sound) {
		*e = st->now.why;
		return -1;
	}
	if (store_check_schema(st, e) < 0 ||
		changes_apply(st->now.snapshot, changes, n, &env, &effects, e) <
			0)
		return -1;
	lineage_trace(st->now.snapshot, effects.next, &tmp, &line);
	int rc = prepare(st, &line, &next, e);
	loaded_release(&next);
	snapshot_unref(effects.next);
	return rc;
}

int
store_find_mark(struct store *st, const struct fio_dir *state, uint64_t *ret,
	uint64_t *ret_stored, struct err *e)
{
	bool damaged;

	if (mark_read(state, ret_stored, &damaged, e) < 0)
		return -1;
	uint64_t in_file = st->now.snapshot->next_item_id;
	*ret = *ret_stored > in_file ? *ret_stored : in_file;
	if (damaged)
		*ret += DAMAGED_GAP;
	return 0;
}

int
store_again(struct store *st, int *tries, struct err *e)
{
	if (e->code != ERR_CONFLICT || store_is_stale(st, e) != 1)
		return -1;
	if (++*tries < TRIES_MAX)
		return 1;
	return err_set(e, ERR_LOCKED,
		"'%s' was changed again and again while saving; try again "
		"when its other writer rests",
		st->label);
}

/* One try on top of what is on disk now. */
static int
try_apply(struct store *st, const struct fio_dir *state,
	const struct change *changes, size_t n, int64_t now_ns,
	struct store_saved *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct change_effects effects = {0};
	struct loaded next = {0};
	struct lineage line;
	struct change_env env = {.now_ns = now_ns, .prefix = st->prefix};
	uint64_t stored;
	size_t all_n;

	if (store_refresh(st, e) < 0 ||
		store_find_mark(st, state, &env.mark, &stored, e) < 0)
		return -1;
	if (st->check != NULL && st->check(st->now.snapshot, changes, n, e) < 0)
		return -1;
	const struct change *all = with_forgets(st, changes, n, &tmp, &all_n);
	if (changes_apply(st->now.snapshot, all, all_n, &env, &effects, e) < 0)
		return -1;
	ret->added = effects.added;
	lineage_trace(st->now.snapshot, effects.next, &tmp, &line);
	ret->saved = !lineage_is_equal(&line);
	int rc = 0;
	if (ret->saved)
		rc = prepare(st, &line, &next, e);
	st->refused = rc < 0;
	if (ret->saved && rc == 0)
		rc = commit(st, state,
			&(struct events_save){.effects = &effects,
				.changes = all,
				.n = all_n,
				.mark = stored,
				.now_ns = now_ns},
			&next, e);
	loaded_release(&next);
	if (rc < 0) {
		snapshot_unref(effects.next);
		return -1;
	}
	/* What is in force is one snapshot, the same for everybody. */
	if (ret->saved) {
		snapshot_unref(st->now.snapshot);
		st->now.snapshot = snapshot_ref(effects.next);
	}
	ret->next = snapshot_ref(st->now.snapshot);
	snapshot_unref(effects.next);
	return 0;
}

int
store_apply_locked(struct store *st, const struct fio_dir *state,
	const struct change *changes, size_t n, int64_t now_ns,
	struct store_saved *ret, struct err *e)
{
	int tries = 0;

	*ret = (struct store_saved){0};
	while (try_apply(st, state, changes, n, now_ns, ret, e) < 0)
		if (store_again(st, &tries, e) < 0)
			return store_failed(st, state, now_ns, e);
	VEC_RELEASE(&st->forget);
	return 0;
}

int
store_apply(struct store *st, const struct change *changes, size_t n,
	int64_t now_ns, struct store_saved *ret, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_lock lock;

	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	int rc = store_apply_locked(st, &state, changes, n, now_ns, ret, e);
	fio_lock_drop(&lock);
	return rc;
}

int
store_create(struct store *st, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct sys *sys = st->dir.sys;
	struct err ignored;

	if (store_trust(st, e) < 0)
		return -1;
	int rc = fio_create(&st->dir, st->name,
		STR("schema_version: 3\nnext_item_id: 0\nitems: []\n"), 0644,
		e);
	if (rc >= 0)
		return rc;
	/* A new project has none yet. */
	(void)fio_dir_open_in(&state, st->root, STORE_STATE_DIR, &ignored);
	return store_failed(st, &state, sys->clock(sys, SYS_CLOCK_UNIX), e);
}

/* Beside the backlog others write as well (include/weir/io.h), and hold the
 * lock of a trash there while they do: what they leave is swept another time.
 */
static int
sweep_beside(struct store *st, const struct fio_dir *state, struct err *e)
{
	const struct fio_keep keep = snapshots_keep(state);
	struct fio_lock trash = FIO_LOCK_NONE;
	struct err why = {0};
	int rc = 0;

	/* There mostly is none. */
	(void)fio_lock_take(
		&trash, &st->dir, FIO_TRASH_NAME "/lock", 0, "weir", &why);
	if (why.code != ERR_LOCKED)
		rc = fio_sweep_keeping(&st->dir, &keep, e);
	fio_lock_drop(&trash);
	/* What a killed process renamed is read as saved, so it has to stay. */
	return rc == 0 ? fio_dir_sync(&st->dir, e) : -1;
}

int
store_sweep(struct store *st, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_lock lock;

	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	int rc = fio_sweep(&state, e);
	if (rc == 0)
		rc = sweep_beside(st, &state, e);
	int64_t now_ns = state.sys->clock(state.sys, SYS_CLOCK_UNIX);
	snapshots_empty_trash(&state, st->name, now_ns);
	snapshots_empty_trash(&state, REJECTED_FILE, now_ns);
	if (rc < 0)
		(void)store_failed(st, &state, now_ns, e);
	fio_lock_drop(&lock);
	return rc;
}
