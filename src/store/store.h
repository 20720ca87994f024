/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/problems.h"
#include "fio/dir.h"
#include "model/change.h"
#include "model/snapshot.h"

/*
 * The files of a project on one side, model types on the other: BACKLOG.yaml,
 * BACKLOG_INBOX.yaml, BACKLOG_ARCHIVE.jsonl, _worklog/ and .weir/ids.hwm.
 *
 *	struct store *st;
 *	struct snapshot *s;
 *	store_open(&st, &root, STR("BACKLOG.yaml"), STR("WRK"), &e);
 *	store_load(st, &s, &problems, &e);
 *	struct store_saved saved;
 *	store_apply(st, changes, n, now_ns, &saved, &e);
 *	snapshot_unref(saved.next); snapshot_unref(s);
 *	store_close(st);
 *
 * Saving changes only the bytes that change, and the new bytes are proven to
 * say what was meant, and nothing else, before anything touches the disk.
 * When a call that saves returns 0, its effect survives a power cut; when it
 * returns -1 the backlog is what it was, but for ERR_POISONED: then what a
 * power cut would leave is unknown, and every later save is refused.
 *
 * Every save takes the lock in .weir/, re-reads what others have saved since,
 * and redoes the changes on top of it. The lock is held for milliseconds.
 *
 * Order of one save: numbers to be issued are covered by ids.hwm; items that
 * leave are in the archive and notes in the worklog; then the backlog is
 * replaced, and with that it has happened. A crash in between leaves an item in
 * both files. The archive says which bytes the item had: while the backlog
 * holds those, the item has not left; the next save takes the line back. An
 * archived id with other bytes was put there by hand: that is a problem for a
 * person to solve. An id in the archive that the backlog does not hold has
 * left, whatever else the archive says of it.
 */

/* What BACKLOG.yaml may hold at most. */
#define STORE_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct store;

/*
 * `root` is borrowed for the store's life; `backlog` is its path from there.
 * Makes .weir/ (0700, ignored by git through its own .gitignore) on the first
 * save, not here.
 */
int store_open(struct store **ret, const struct fio_dir *root,
	struct str backlog, struct str prefix, struct err *e);
void store_close(struct store *st); /* NULL is fine */

/*
 * The backlog as it is now. 0: every item is sound. 1: there is no backlog.
 * -1 with `*ret` set: some of it is not sound; `*ret` holds the items that are
 * and `problems` what is wrong, the first also in `e`; nothing can be saved. An
 * archive that cannot be read is one of these, and is as if it were empty.
 * -1 with `*ret` NULL: nothing could be read at all. ERR_LOCKED: somebody has
 * the file open for writing, and half of it may be missing.
 * A backlog of an older schema is read as what it means today, and cannot be
 * saved (store/migrate.h).
 */
int store_load(struct store *st, struct snapshot **ret,
	struct problems *problems, struct err *e);

/* Give up what only a look or a save needs: the next one reads the file again.
 * For who has what it wanted; snapshots that were taken stay. */
void store_rest(struct store *st);

/*
 * What store_load gives, but read again only when the file is no longer what
 * the last load or save saw: two fstatats in the usual case, and then the same
 * snapshot as before, by address. -1 without `problems`: `e` has the first.
 * It waits for nobody: while the file has a writer, ERR_LOCKED and the snapshot
 * from before.
 * A backlog of an older schema is ERR_INPUT here: whoever keeps looking means
 * to change it.
 */
int store_look(struct store *st, struct snapshot **ret, struct err *e);

/* How long a save waits for the lock, and for a writer of the backlog to
 * finish; 10 s unless told. */
void store_set_patience(struct store *st, int64_t wait_ns);

/* What reading a backlog gave is left beside it, in .weir, from so many bytes
 * on; 64 KiB unless told. */
void store_set_cache_least(struct store *st, size_t bytes);

/* The next save drops this id from `applied`. */
void store_forget(struct store *st, struct str id);

/*
 * Something beside the saves went wrong since the last call: they are done
 * all the same, but the log of events (store/events.h) does not tell of them.
 */
bool store_warning(struct store *st, struct err *ret);

/* Make and open .weir/. 1: it was there, told to git, already. */
int store_state_dir(struct store *st, struct fio_dir *ret, struct err *e);

/*
 * What else must hold of what store_apply saves: asked under the lock, on the
 * backlog that the changes are made to. -1 refuses them with `*e`. NULL:
 * nothing, which is how a store begins.
 */
typedef int store_check_fn(const struct snapshot *s,
	const struct change *changes, size_t n, struct err *e);
void store_set_check(struct store *st, store_check_fn *check);

struct store_saved {
	struct snapshot *next; /* one reference, the caller's */
	struct str_list added; /* ids given to new items; in next->arena */
	bool saved;	       /* false: the changes changed nothing */
};

/*
 * Apply the changes to the backlog as it is now and save. Errors of
 * changes_apply pass through; ERR_INPUT when the file is not sound or of an
 * older schema;
 * ERR_MISSING when there is no backlog; ERR_LOCKED when patience is over,
 * or somebody saved the file at each of several tries.
 */
int store_apply(struct store *st, const struct change *changes, size_t n,
	int64_t now_ns, struct store_saved *ret, struct err *e);

/* The last save failed because the bytes of the backlog do not let themselves
 * be changed so: it fails again until somebody, or another save, has changed
 * them. */
bool store_is_refused(const struct store *st);

/*
 * Whether the bytes of the backlog, as they were last read, let themselves be
 * changed so: ERR_CONFLICT when a person has to do it. Reads, locks and writes
 * nothing; other errors as store_apply.
 */
int store_try(struct store *st, const struct change *changes, size_t n,
	int64_t now_ns, struct err *e);

/*
 * A sound backlog that lost more than five items, or more than a fifth when
 * that is three or more, since the version that the last save replaced, and
 * not to the archive, counts as not sound: ERR_INPUT, and nothing is saved.
 * This takes it as it is. 1: nothing was held. ERR_INPUT: it is not sound for
 * another reason.
 */
int store_accept(struct store *st, struct err *e);

/* Create an empty backlog. 1 when there is one already. */
int store_create(struct store *st, struct err *e);

/* Remove what dead processes left behind (temporary files), and make durable
 * what they saved. */
int store_sweep(struct store *st, struct err *e);

/* Local state, ignored by git through its own .gitignore. */
#define STORE_STATE_DIR ".weir"

/*
 * weir's own files, from the root: never charged to an agent, committed by
 * weir. The worklog is the directory, and what begins with `claim` is an inbox
 * that was taken and is not yet read. Borrowed until store_close.
 */
struct store_paths {
	struct str backlog, archive, inbox, claim, rejected, worklog;
};
struct store_paths store_paths(const struct store *st);

/*
 * What is weir's for a moment, and stays only when it dies in it: claims, and
 * below any directory its temporary files, swaps and trash; and local state. It
 * is nobody's work, and nothing to keep in a history.
 */
bool store_is_transient(const struct store_paths *own, struct str path);

#endif
