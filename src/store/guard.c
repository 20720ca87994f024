/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "store/archive-priv.h"
#include "store/snapshots-priv.h"
#include "store/store-priv.h"

/*
 * The guard against a backlog that lost items: an old commit checked out, an
 * editor that saved half. What was there is the version that weir's last save
 * replaced, in .weir/snapshots/; its name also says what that save wrote, so
 * that nothing is compared while the file is still that. Without a snapshot,
 * or with one that cannot be read, nothing is held: the guard may miss a loss
 * but never stands in the way of a sound file for a reason of its own.
 */

enum {
	GONE_MAX = 5,	/* more is held */
	GONE_LEAST = 3, /* and so is a fifth, from so many on */
	GONE_NAMED = 3,
};

static bool
newest(const struct fio_dir *d, const char *name, struct arena *a,
	struct str *ret, struct fio_kept *ret_kept)
{
	struct str_list files;
	struct err ignored;

	if (fio_dir_list(d, name, a, &files, &ignored) < 0)
		return false;
	for (size_t i = files.n; i-- > 0;) {
		*ret = files.items[i];
		if (fio_kept_parse(*ret, name, ret_kept))
			return true;
	}
	return false;
}

/* The items of the snapshot that are neither here nor archived. */
static size_t
count_gone(const struct snapshot *before, const struct snapshot *now,
	struct buf *names)
{
	size_t n = 0;

	for (size_t i = 0; i < before->n; i++) {
		struct str id = before->items[i].id;
		if (snapshot_find(now, id) != NULL ||
			snapshot_find_archived(now, id) != NULL)
			continue;
		if (n++ >= GONE_NAMED)
			continue;
		if (n > 1)
			buf_add_c(names, ", ");
		utf8_add_printable(names, id);
	}
	return n;
}

static int
judge(struct store *st, struct str file, const struct snapshot *before,
	const struct snapshot *now, struct err *e)
{
	CLEANUP_BUF struct buf names = {0};

	size_t gone = count_gone(before, now, &names);
	bool many =
		gone > GONE_MAX || (gone >= GONE_LEAST && gone * 5 > before->n);
	if (!many)
		return 0;
	return err_set(e, ERR_INPUT,
		"%s:1:1: %zu of %zu items are gone (%.100s%s); nothing is "
		"saved over it: put them back, from "
		"'" STORE_STATE_DIR "/" SNAPSHOTS_DIR "/%.*s' for one, or let "
		"them go with 'weir doctor --accept'",
		st->label, gone, before->n, buf_str(&names).s,
		gone > GONE_NAMED ? ", …" : "", STR_ARG(file));
}

int
guard_check(struct store *st, const struct loaded *l, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_FIO_DIR struct fio_dir d = FIO_DIR_NONE;
	CLEANUP_PROBLEMS struct problems ignored = {0};
	struct fio_version v;
	struct fio_kept kept;
	struct str file;
	CLEANUP_BUF struct buf bytes = {0};
	struct loaded before = {0};
	const struct archive none = {0};
	struct err why;

	if (fio_dir_open_in(&d, st->root, STORE_STATE_DIR "/" SNAPSHOTS_DIR,
		    &why) < 0 ||
		!newest(&d, st->name, &tmp, &file, &kept) ||
		fio_digest_eq(kept.next, l->version.digest) ||
		fio_digest_eq(kept.digest, l->version.digest))
		return 0;
	int rc = 0;
	if (fio_read(&d, file.s, STORE_BYTES_MAX, &bytes, &v, &why) == 0 &&
		fio_digest_eq(kept.digest, v.digest)) {
		(void)backlog_read(&before, &bytes,
			&(struct backlog_reading){
				.file = st->label, .archive = &none},
			&ignored, &why);
		rc = judge(st, file, before.snapshot, l->snapshot, e);
	}
	loaded_release(&before);
	return rc;
}

/* Replaced by itself, it becomes what the next look compares with, and whoever
 * watches it looks again. */
static int
accept_locked(struct store *st, const struct fio_dir *state, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	const struct fio_keep keep = snapshots_keep(state);

	int rc = store_reload(st, st->patience_ns, &problems, e);
	if (rc == 1)
		return err_set(e, ERR_MISSING, "there is no '%s'", st->label);
	if (rc == 0 || !st->now.held)
		return rc == 0 ? 1 : -1;
	const struct fio_replacing how = {
		.mode = 0644, .expected = &st->now.version, .keep = &keep};
	if (fio_replace_keeping(&st->dir, st->name, loaded_bytes(&st->now),
		    &how, NULL, e) < 0)
		return -1;
	snapshots_prune(state, st->name);
	return 0;
}

int
store_accept(struct store *st, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_lock lock;

	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	int rc = accept_locked(st, &state, e);
	if (rc < 0)
		(void)store_failed(st, &state,
			state.sys->clock(state.sys, SYS_CLOCK_UNIX), e);
	fio_lock_drop(&lock);
	return rc;
}
