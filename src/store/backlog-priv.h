/* SPDX-License-Identifier: MIT */
#ifndef STORE_BACKLOG_PRIV_H
#define STORE_BACKLOG_PRIV_H

#include "base/edited.h"
#include "base/problems.h"
#include "fio/file.h"
#include "model/snapshot.h"
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
	bool blind;	/* the archive could not be read: as if it were empty */
	struct err why; /* the first problem when it is not */
	bool half_left; /* the archive has a line about an item that is here,
			   and did not take it back */
};

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

#endif
