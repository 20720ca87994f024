/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include "fio/lock.h"
#include "store/backlog-priv.h"
#include "store/store.h"

/*
 * An open store, and the steps that saving is made of (save.c), for those who
 * save in a way of their own: a person's text, a migration, new ids.
 */
struct store {
	const struct fio_dir *root;
	struct fio_dir dir; /* where the backlog and its companions lie */
	char name[256];	    /* the backlog's name in there */
	char label[300];    /* its path from the root, for messages */
	struct str prefix;
	struct loaded now;
	uint64_t generation; /* the last that was in `now` */
	bool poisoned;
	bool refused; /* see store_is_refused */
	int64_t patience_ns;
	size_t cache_least; /* bytes of a backlog from which on it has one */
	store_check_fn *check;
	struct arena arena; /* paths, and the ids below */
	struct store_paths paths;
	/* Of the entries being added, while they are. */
	const struct extras_list *extras;
	struct buf appended;	/* to the archive, by the save under way */
	VEC(struct str) forget; /* applied ids whose claims are gone for good */
	struct err warning;	/* what store_warning is to say next */
	char warned[500];	/* what it said last */
};

#define ARCHIVE_FILE  "BACKLOG_ARCHIVE.jsonl"
#define INBOX_FILE    "BACKLOG_INBOX.yaml"
#define CLAIM_PREFIX  "." INBOX_FILE ".claim-"
#define REJECTED_FILE "BACKLOG_INBOX.rejected.yaml"
#define WORKLOG_DIR   "_worklog"

/* guard.c: -1 when the sound backlog in `l` has lost items, by store.h. */
int guard_check(struct store *st, const struct loaded *l, struct err *e);

/* worklog.c */
int worklog_append(struct store *st, const struct snapshot *before,
	const struct change *changes, size_t n, int64_t now_ns, struct err *e);

/* migrate.c: st->now is of a schema that can be saved. */
int store_check_schema(const struct store *st, struct err *e);

/* save.c */
/* ERR_POISONED when an earlier save was. */
int store_trust(const struct store *st, struct err *e);
/* That, and the lock. */
int store_lock(struct store *st, const struct fio_dir *state,
	struct fio_lock *ret, struct err *e);
/* A try to save went wrong. 1: somebody saved in between, so another is due on
 * top of that; ERR_LOCKED when there were too many. `*tries` begins as 0. */
int store_again(struct store *st, int *tries, struct err *e);
/* A save went wrong: -1. When nobody knows what is on disk now, later saves are
 * refused, and the log says so, unless `state` is closed: there is none. */
int store_failed(struct store *st, const struct fio_dir *state, int64_t now_ns,
	const struct err *e);
/* store_apply for who holds the lock already. */
int store_apply_locked(struct store *st, const struct fio_dir *state,
	const struct change *changes, size_t n, int64_t now_ns,
	struct store_saved *ret, struct err *e);
/* Under the lock: st->now is sound and what the disk holds. */
int store_refresh(struct store *st, struct err *e);
/* Under the lock: the backlog becomes the bytes of `next`, which is taken as
 * st->now, and the log says `what`, but for what is filled in here: before, was
 * and is. ERR_CONFLICT when it is no longer what st->now holds. */
struct events_save;
int store_put(struct store *st, const struct fio_dir *state,
	struct loaded *next, const struct events_save *what, struct err *e);
/* The highest number that st->now's next_item_id or ids.hwm knows of;
 * `*ret_stored` is what the latter holds. */
int store_find_mark(struct store *st, const struct fio_dir *state,
	uint64_t *ret, uint64_t *ret_stored, struct err *e);
bool store_forgets(const struct store *st, struct str id);
/* 1 when the files are no longer what st->now holds. */
int store_is_stale(struct store *st, struct err *e);
/* store_load into st->now, whatever it holds. 1: no backlog. ERR_LOCKED: it
 * had a writer for all of `wait_ns`, and st->now is as it was. */
int store_reload(struct store *st, int64_t wait_ns, struct problems *problems,
	struct err *e);

#endif
