/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include "fio/file.h"
#include "fio/lock.h"
#include "store/store.h"
#include "yaml/tree.h"

/* BACKLOG.yaml as it was last read or written: bytes, tree and meaning. */
struct loaded {
	struct buf bytes;
	struct arena tree;
	struct yaml_node *root;	   /* NULL: an empty document */
	struct snapshot *snapshot; /* one reference */
	struct fio_version version;
	struct fio_version archive_version;
	bool sound;
	struct err why; /* the first problem when it is not */
};

struct store {
	const struct fio_dir *root;
	struct fio_dir dir; /* where the backlog and its companions lie */
	char name[256];	    /* the backlog's name in there */
	char label[300];    /* its path from the root, for messages */
	struct str prefix;
	struct loaded now;
	bool poisoned;
	int64_t patience_ns;
	struct arena arena; /* paths, and the ids below */
	struct store_paths paths;
	VEC(struct str) forget; /* applied ids whose claims are gone for good */
};

#define ARCHIVE_FILE  "BACKLOG_ARCHIVE.jsonl"
#define INBOX_FILE    "BACKLOG_INBOX.yaml"
#define REJECTED_FILE "BACKLOG_INBOX.rejected.yaml"
#define WORKLOG_DIR   "_worklog"

void loaded_release(struct loaded *l);

/* backlog.c: the meaning of bytes. Fills root and snapshot; `problems` and the
 * return value as in store_load. The archived list is the caller's to give. */
struct archive;
int
backlog_parse(struct str bytes, const char *file, const struct archive *archive,
	uint64_t generation, struct arena *tree, struct yaml_node **ret_root,
	struct snapshot **ret, struct problems *problems, struct err *e);

/* render.c: the bytes of `from`, changed to mean `to`. */
int backlog_render(const struct loaded *from, const struct snapshot *to,
	struct buf *ret, struct err *e);

/* archive.c */
struct archive_line {
	struct archived item;
	struct fio_digest was; /* of its bytes in the backlog */
};
struct archive {
	const struct archive_line *lines;
	size_t n;
};
/* Of the entry `node` of a backlog, as archive lines name it. */
struct fio_digest
archive_digest(struct str bytes, const struct yaml_node *node);
/* Lines that cannot be read are skipped. */
int archive_load(struct store *st, struct arena *a, struct archive *ret,
	struct fio_version *ret_version, struct err *e);
int archive_append(struct store *st, const struct departed *departed, size_t n,
	int64_t now_ns, struct err *e);

/* worklog.c */
int worklog_append(struct store *st, const struct snapshot *before,
	const struct change *changes, size_t n, int64_t now_ns, struct err *e);

/* mark.c: the highest number ever issued, in .weir/ids.hwm. */
int mark_read(const struct fio_dir *state, uint64_t *ret, bool *ret_damaged,
	struct err *e);
int mark_write(const struct fio_dir *state, uint64_t mark, struct err *e);

/* save.c */
int store_lock(struct store *st, const struct fio_dir *state,
	struct fio_lock *ret, struct err *e);
/* store_apply for who holds the lock already. */
int store_apply_locked(struct store *st, const struct fio_dir *state,
	const struct change *changes, size_t n, int64_t now_ns,
	struct store_saved *ret, struct err *e);
bool store_forgets(const struct store *st, struct str id);
/* 1 when the files are no longer what st->now holds. */
int store_is_stale(struct store *st, struct err *e);
/* store_load into st->now, whatever it holds. 1: no backlog. */
int store_reload(struct store *st, struct problems *problems, struct err *e);

#endif
