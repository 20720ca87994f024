/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include "base/edited.h"
#include "fio/file.h"
#include "fio/lock.h"
#include "store/store.h"
#include "yaml/outline.h"

/*
 * BACKLOG.yaml as it was last read or written: bytes, tree and meaning. After a
 * save the bytes are those from before it with edits yet to be made to them:
 * most processes end without another look.
 */
struct loaded {
	struct text *text; /* its strings may be borrowed from this */
	const struct diff_edit *edits; /* NULL: settled; in `tree` */
	size_t edits_n;
	struct arena tree;
	struct yaml_node *root; /* NULL: an empty document */
	/* When `cut`: `root` is that of the outline, without the entries, and
	 * the i-th slice is the i-th item when all is sound. */
	bool cut;
	struct yaml_outline outline;
	/* When `cut`: for each slice where the entry begins that its item's
	 * strings are borrowed from, the same bytes; NULL: from elsewhere. */
	const char **lenders;
	struct snapshot *snapshot; /* one reference */
	struct fio_version version;
	struct fio_version archive_version;
	bool sound;
	bool held;	/* sound, but the guard does not trust it */
	struct err why; /* the first problem when it is not */
	bool half_left; /* the archive has a line about an item that is here */
};

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

/* loaded.c */
void loaded_release(struct loaded *l);
/* When it is `cut`: what it says, as in parse-cache-priv.h. Of a long one only
 * the end is in `ret`, and what comes before was added to `to`, which may be
 * NULL. */
void
loaded_cache(const struct loaded *l, struct buf *ret, struct fio_scribble *to);
/* Makes the edits that wait, if any. Borrowed until the next save. */
struct str loaded_bytes(struct loaded *l);

/* head.c: everything in a backlog but its items. */
struct backlog_head {
	uint64_t schema; /* today's when it does not say what can be read */
	uint64_t next_item_id;
	struct str_list applied;
};
/* -1: what is wrong is in `problems`, what is right in `ret`. */
int head_read(const struct yaml_node *root, const char *file, struct arena *a,
	struct backlog_head *ret, struct problems *problems);

/* backlog.c: the meaning of `bytes`, which are taken. Fills everything but the
 * versions; `problems` and the return value as in store_load. */
struct archive;
struct parse_cache;
enum backlog_way {
	BACKLOG_CUT,   /* entry by entry where the document is plain */
	BACKLOG_WHOLE, /* from one tree; the same comes out */
};
struct backlog_reading {
	enum backlog_way way;
	const char *file; /* for messages */
	const struct archive *archive;
	uint64_t generation;
	struct parse_cache *cache; /* of the bytes; or NULL */
};
int backlog_read(struct loaded *l, struct buf *bytes,
	const struct backlog_reading *how, struct problems *problems,
	struct err *e);

/* The entry of an item that is there; made in `a` when it has to be. */
const struct yaml_node *
backlog_entry(struct loaded *l, struct str id, struct arena *a);

/* lineage.c: what has become of each item, found out once for a save. `to` is
 * what changes made of `from`. */
struct lineage {
	const struct snapshot *from, *to;
	const size_t *became; /* of each of `from`: where in `to`; SIZE_MAX:
				 nowhere */
	const size_t *same;   /* of each of `to`: the one of `from` that it is
				 to the last pointer; SIZE_MAX: none */
	size_t first_new;     /* from here on they were added */
};
void lineage_trace(const struct snapshot *from, const struct snapshot *to,
	struct arena *a, struct lineage *ret);
/* The i-th of `from` says in `to` what it said. */
bool lineage_is_unchanged(const struct lineage *l, size_t i);
/* Nothing changed at all. */
bool lineage_is_equal(const struct lineage *l);

/* render.c: what makes the bytes of `from` mean what `l` leads to; in `a`.
 * `extras`: what the items that are new in it bring along, in their order; may
 * be NULL. */
struct extras_list;
int backlog_render(struct loaded *from, const struct lineage *l,
	const struct extras_list *extras, struct arena *a, struct edited *ret,
	struct err *e);

/* Whether a new item can have comments above it. */
bool backlog_takes_comments(const struct loaded *l);

/*
 * prove.c: do the bytes that `made` makes of those of `from` say what `line`
 * leads to, and nothing else? What no edit comes near needs not be read again
 * where its item is the same to the last pointer. 0: they do, and `l` is filled
 * in but for its bytes and edits; 1: it cannot be told in this way, read the
 * whole.
 */
int backlog_prove(const struct loaded *from, struct edited *made,
	const struct lineage *line, const char *file, struct loaded *l);

/* archive.c */
#define ARCHIVE_STAYED "stayed" /* instead of a departure */
struct archive_line {
	struct archived item;
	struct fio_digest was; /* of its bytes in the backlog */
	bool stayed;	       /* takes the lines above it back */
};
struct archive {
	const struct archive_line *lines;
	size_t n;
};
/* Of the entry `node` of a backlog, as archive lines name it. */
struct fio_digest
archive_digest(struct str bytes, const struct yaml_node *node);
/* archive-read.c: what every reader goes by in the JSON of a line. ERR_INPUT
 * when it is no line of an archive. */
struct json_t;
int archive_line_read(struct json_t *j, struct arena *a,
	struct archive_line *ret, struct err *e);
/* archive-quick.c: the same from the bytes of a line that is as weir writes it.
 * False: it is another, or no line at all, and nothing is known of it. */
bool
archive_line_quick(struct str line, struct arena *a, struct archive_line *ret);
/* archive-read.c: of several lines about one id the last counts, unless that
 * says that the item stayed. `ret` has room for one answer a line. */
void archive_count(const struct archive_line *lines, size_t n, bool *ret);
/* What is in force: lines that cannot be read are skipped, and so is what a
 * later line takes back. */
int archive_load(struct store *st, struct arena *a, struct archive *ret,
	struct fio_version *ret_version, struct err *e);
/* As `s` knows it: without lines about items that have not left, after all. */
struct archive archive_in_force(const struct snapshot *s, struct arena *a);
int archive_append(struct store *st, const struct departed *departed, size_t n,
	int64_t now_ns, struct err *e);
/* The save under way has happened, and st->now knows what it appended: unless
 * somebody else wrote there as well, st->now.archive_version says so. */
void archive_settle(struct store *st);

/* Take back the lines about items that are in the backlog, because the save
 * that was to remove them died, but for those in `departed`. */
int archive_take_back(struct store *st, const struct departed *departed,
	size_t n, int64_t now_ns, struct err *e);

/* guard.c: -1 when the sound backlog in `l` has lost items, by store.h. */
int guard_check(struct store *st, const struct loaded *l, struct err *e);

/* worklog.c */
int worklog_append(struct store *st, const struct snapshot *before,
	const struct change *changes, size_t n, int64_t now_ns, struct err *e);

#define MARK_FILE "ids.hwm"
/* mark.c: the highest number ever issued, in .weir/ids.hwm. */
int mark_read(const struct fio_dir *state, uint64_t *ret, bool *ret_damaged,
	struct err *e);
int mark_write(const struct fio_dir *state, uint64_t mark, struct err *e);
/* The same when something that is not for overwriting has its name: that is
 * `aside` then, and at no time is there neither. As fio_displace. */
int mark_displace(const struct fio_dir *state, uint64_t mark, const char *aside,
	struct err *e);

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
/* Numbers skipped when the mark is damaged and cannot be trusted. */
enum { DAMAGED_GAP = 1000 };
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
