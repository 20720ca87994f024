/* SPDX-License-Identifier: MIT */
#ifndef FIO_WATCH_PRIV_H
#define FIO_WATCH_PRIV_H

#include <stdatomic.h>

#include "base/buf.h"
#include "fio/coalesce.h"
#include "fio/inode.h"
#include "fio/io-priv.h"
#include "fio/origin.h"

/*
 * The parts of a watch:
 *
 *	watch-inotify.c, watch-fanotify.c	what the kernel says
 *	watch-backend.c				and what those two share
 *	watch-survey.c				what is there: directories read
 *	watch-roots.c				and whether the roots still are
 *	watch-raw.c				both into the coalescer
 *	watch-doubt.c				which was there in the end
 *	watch-tell.c				and out of it, less our own
 *	watcher.c				the watch of weir/io.h
 */

/* What happened to a name in a directory that is known by the key of its watch.
 */
enum fio_raw_kind {
	FIO_RAW_CREATED,
	FIO_RAW_CHANGED,
	FIO_RAW_REMOVED,
	FIO_RAW_FROM, /* the halves of a move, with one cookie */
	FIO_RAW_TO,
	FIO_RAW_LOOK,  /* something of these, in an order that was lost */
	FIO_RAW_MOVED, /* one that is followed was renamed */
	FIO_RAW_LOST,  /* events were lost */
};

struct fio_raw {
	enum fio_raw_kind kind;
	uint64_t key;
	const char *name; /* good until the next call */
	bool is_dir;
	uint32_t cookie;
};

/*
 * What reports changes. Directories without a watch of their own are polled;
 * polling needs no backend.
 */
struct fio_backend {
	enum wio_watch_backend kind;
	struct sys *sys;
	int fd; /* readable when there are raw events; -1: none ever */
	/* Watch the directory `dir`, and nothing below it. 0 or -errno. */
	int (*add)(struct fio_backend *b, int dir, uint64_t *ret_key);
	void (*drop)(struct fio_backend *b, uint64_t key);
	/* Say when `dir` itself is renamed, watched or not. 0 or -errno. */
	int (*follow)(struct fio_backend *b, int dir);
	/* 0: one; 1: no more by now; -errno. */
	int (*next)(struct fio_backend *b, struct fio_raw *ret);
	/* What was read, and from `at` on is to be told; in bytes. */
	size_t at, n;
	_Alignas(uint64_t) char chunk[16384];
};

/* Begins what is `size` bytes long; `fd` is its own then. */
struct fio_backend *fio_backend_new(size_t size, struct sys *sys, int fd);
/* Read when all is told. 0: there is something at `at`; 1: nothing by now;
 * -errno. */
int fio_backend_fill(struct fio_backend *b);
void fio_backend_close(struct fio_backend *b); /* and free; NULL is fine */

/* -errno: there is no such backend for us. */
int fio_inotify_open(struct fio_backend **ret, struct sys *sys);
int fio_fanotify_open(struct fio_backend **ret, struct sys *sys);

/* " (see sysctl …)": which limit of inotify's is at an end, for messages; "":
 * none is. */
const char *fio_inotify_limit(int sys);

/* Directories that may not be what is watched for them. */
struct fio_doubts {
	struct fio_node **items;
	size_t n, cap;
};

/* Who a polled file was. */
struct fio_seen {
	struct wio_identity who;
};

struct wio_watch {
	struct sys *sys;
	struct wio *w; /* NULL: closed */
	struct wio_watch *next;
	struct fio_roots *roots;
	struct wio_watch_options options; /* defaults filled in */
	struct fio_backend *backend;	  /* NULL: polling */
	int refused; /* why, -errno; 0: that was asked for */
	struct fio_coalesce tree;
	int epoll, timer, bell;
	atomic_bool ended, rerooted;

	/* Watched directories by key. */
	struct fio_node **keys;
	size_t keys_n, watched;
	struct fio_doubts doubts, checks;
	bool dirs_moved; /* while there were doubts, or for one of them */
	/* The topmost polled ones, and when it is time for them. */
	VEC(struct fio_node *) polled;
	int64_t poll_at_ns;
	/* Of each root: the mount it is on, and which directory it is. */
	VEC(struct fio_base {
		uint64_t mount;
		struct fio_inode dir;
	})
	bases;
	bool moved; /* one of the roots, perhaps */

	/* Names to look at when the kernel has no more to say. */
	VEC(struct fio_look {
		uint64_t key;
		char *name;
		/* Of a move, where it went; NULL: not known. */
		char *to_name;
		uint64_t to_key;
		uint32_t cookie;
		bool replaced; /* something that was there */
		bool settles;  /* also when there is nothing */
	})
	looks;
	/* Directories that cannot be watched, to be told: when nothing else is
	 * left to tell, but not later than this. */
	VEC(struct fio_notice {
		char *path;
		size_t root;
		struct wio_error error;
		int64_t until_ns; /* 0: at once */
	})
	notices;

	uint64_t sequence;
	struct buf path, old_path, bytes;
	char origin[FIO_ORIGIN_SIZE];
};

/* Files and directories that only this library makes. */
bool fio_is_unseen(const char *name);

/* watch-survey.c */

/* NULL: no directory that is watched by this key. */
struct fio_node *fio_watch_of(const struct wio_watch *x, uint64_t key);
/* The directory is not below the roots any more (of the coalescer). */
void fio_watch_dropped(void *ctx, struct fio_node *dir);
/* A descriptor of a directory that is there now, or -errno. */
int fio_watch_open_dir(const struct wio_watch *x, const struct fio_node *dir);
/*
 * Watch `dir` and all below it, then read it: what comes after the watch is
 * reported, what came before is found. `anew`: what is known of it may be
 * wrong.
 */
void fio_watch_survey(
	struct wio_watch *x, struct fio_node *dir, bool anew, int64_t now_ns);
void fio_watch_poll(struct wio_watch *x, int64_t now_ns);

/* The root is not watched any more, and nothing is told of it after that. */
void fio_watch_gone(struct wio_watch *x, const struct fio_node *root,
	const char *why, int64_t now_ns);

/* watch-roots.c */

/* From here on it is seen when one of them moves. */
void fio_watch_follow_roots(struct wio_watch *x);
/* Say which of them are not in their place any more. INT64_MAX, or when to look
 * again. */
int64_t fio_watch_roots(struct wio_watch *x, int64_t now_ns);

/* watch-raw.c */

/* Whatever the kernel has to say by now. */
void fio_watch_pump(struct wio_watch *x, int64_t now_ns);
/* Read everything anew, and tell so. */
void fio_watch_lost(struct wio_watch *x, int64_t now_ns);

/* watch-doubt.c */

/* That it was not there: what happened to it is yet to be reported. */
bool fio_is_elsewhere(int rc);
/* It was surveyed while events may have waited. */
void fio_watch_doubt(struct wio_watch *x, struct fio_node *dir);
/* It may not be what is watched for it. */
void fio_watch_suspect(struct wio_watch *x, struct fio_node *dir);
/* It was not found where it should be: it is surveyed in any case. */
void fio_watch_miss(struct wio_watch *x, struct fio_node *dir);
/* No more. */
void fio_watch_trust(struct wio_watch *x, struct fio_node *dir);
/* As fio_watch_open_dir, but what is watched for `dir`; -ENOENT: another one is
 * in its place. */
int
fio_watch_open_watched(const struct wio_watch *x, const struct fio_node *dir);
/* When the kernel has no more to say. */
void fio_watch_check(struct wio_watch *x, int64_t now_ns);

/* watch-tell.c */

/* False: nothing is to be told yet. */
bool fio_watch_tell(struct wio_watch *x, int64_t now_ns, struct wio_event *ret);

#endif
