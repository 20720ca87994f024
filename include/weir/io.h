/* SPDX-License-Identifier: MIT */
#ifndef WEIR_IO_H
#define WEIR_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libweirio: files read with proof of what was read, and changed without ever
 * being half changed, by many threads and next to people with editors.
 *
 *	struct wio_options o = {.roots = (const char *const[]){"/src/proj"},
 *		.roots_n = 1};
 *	struct wio_error e;
 *	struct wio *w = wio_open(&o, &e);
 *	if (w == NULL)
 *		errx(1, "%s", e.message);
 *
 *	struct wio_read_request ask = {.path = "src/main.c"};
 *	struct wio_read_result got;
 *	wio_read(w, &ask, 1, &got);
 *	if (got.error.code == WIO_OK)
 *		fwrite(got.bytes, 1, got.n, stdout);
 *	wio_read_release(&got, 1);
 *	wio_close(w, NULL);
 *
 * The heart of it: a byte offset means something only together with a digest
 * of the raw bytes it was computed from. Requests name the digest they rest
 * on; when the file holds other bytes the request fails with the digest it has
 * now, and nothing is changed. A token digest (below) only ever says that a
 * change was one of formatting.
 *
 * Threads: a `struct wio` may be used by any number of threads at once, until
 * wio_close is called. Results are the caller's own and belong to one thread.
 *
 * Paths are absolute, or relative to the first root. Whatever is done to a
 * file is done through descriptors reached from a root's descriptor, so that
 * somebody who swaps directories for links meanwhile leads nothing astray.
 * Messages show paths relative to the root.
 *
 * Batches answer in the order of the requests, and a request that fails fails
 * alone. `n` of 0 is fine.
 *
 * No pointer is NULL but where it says that it may be, or where there are none
 * of what it points to; a request without a path is WIO_INVALID all the same,
 * and so is a value that is none of its enum, named by its field.
 *
 * Not promised: that a batch of several files is seen by other programs at one
 * instant; that a file system without leases (NFS, FUSE) tells a write that
 * another program makes into a file it opened before we replaced it: what it
 * wrote is in the trash then, see wio_write; that, before Linux 6.13, two
 * writes in place of the same size within one tick of the file system's clock
 * (4 ms), the second while the file is read, are told from one: then the
 * digest is that of what was read, which the file never held, and a write that
 * rests on it is refused.
 *
 * A process that uses this library ignores SIGIO, unless it handles it: leases
 * are announced by it.
 */

/* Numbers and names never change; new ones are added at the end. */
enum wio_code {
	WIO_OK = 0,
	WIO_INVALID = 1,	/* the request itself; `field` says what */
	WIO_NOT_FOUND = 2,	/* no such file, or directory on the way */
	WIO_DENIED = 3,		/* the file's or directory's permissions */
	WIO_OUTSIDE = 4,	/* the path leads out of the roots */
	WIO_SYMLINK = 5,	/* a symbolic link that the policy refuses */
	WIO_NOT_REGULAR = 6,	/* a directory, FIFO, device or socket */
	WIO_TOO_LARGE = 7,	/* over a limit of the options or request */
	WIO_MISMATCH = 8,	/* the file has another digest than expected */
	WIO_RANGE = 9,		/* beyond the end, or start after end */
	WIO_BOUNDARY = 10,	/* an offset inside a UTF-8 character */
	WIO_UTF8 = 11,		/* not valid UTF-8, and `raw` was not asked */
	WIO_OVERLAP = 12,	/* edits of one file that overlap */
	WIO_ANCHOR = 13,	/* the text an edit expects is not there, or
				   not just once */
	WIO_DIFF = 14,		/* a diff that cannot be read or applied */
	WIO_EXISTS = 15,	/* what is to be created is there already */
	WIO_EXTENSION = 16,	/* not among the extensions allowed */
	WIO_BUSY = 17,		/* another program holds it, or has it open for
				   writing: nothing is changed */
	WIO_CONFLICT = 18,	/* somebody saved it while it was written: the
				   file holds theirs */
	WIO_NO_SPACE = 19,	/* disk or quota full */
	WIO_IO = 20,		/* the system failed; `sys` is its errno */
	WIO_UNKNOWN_STATE = 21, /* a sync failed: what a power cut would leave
				   is unknown; read it again before going on */
	WIO_CANCELLED = 22,	/* by wio_close, or with the batch */
	WIO_CLOSED = 23,	/* wio_close has begun */
	WIO_UNSUPPORTED = 24,	/* not on this kernel or file system */
	WIO_LINKED = 25,	/* has other hard links, which a replace would
				   cut off */
	WIO_CODES
};

/* What was being done when it failed. */
enum wio_op {
	WIO_OP_OPEN = 0, /* wio_open itself, its options */
	WIO_OP_RESOLVE = 1,
	WIO_OP_READ = 2,
	WIO_OP_SCAN = 3,
	WIO_OP_WRITE = 4,
	WIO_OP_SYNC = 5,
	WIO_OP_RENAME = 6,
	WIO_OP_CREATE = 7,
	WIO_OP_MKDIR = 8,
	WIO_OP_LOCK = 9,
	WIO_OP_WATCH = 10,
	WIO_OP_CLOSE = 11,
	WIO_OP_SWEEP = 12,
	WIO_OPS
};

/* "mismatch", "resolve": for machines; never NULL. */
const char *wio_code_name(enum wio_code code);
const char *wio_op_name(enum wio_op op);

/*
 * A digest with its kind before it: "xxh3:" and 32 hexadecimal digits, to
 * notice change; "sha256:" and 64, to be trusted against somebody who chooses
 * the bytes. Either is accepted wherever a digest is expected; results are of
 * the kind the options say, or of the kind the request named. A token digest is
 * "tokens:LANGUAGE-VERSION:" and 32 digits; two of different versions are never
 * equal.
 */
#define WIO_DIGEST_SIZE 96

struct wio_error {
	enum wio_code code;
	enum wio_op op;
	int sys; /* errno, or 0 */
	/* The field of the request or options at fault, "edits[2].start";
	 * empty when it is none of them. */
	char field[48];
	/* One line of text; paths in it are relative to the root. */
	char message[400];
	/* For WIO_MISMATCH and WIO_CONFLICT: what was expected, what is there
	 * now, and its size and modification time. Else empty and 0. */
	char expected[WIO_DIGEST_SIZE];
	char actual[WIO_DIGEST_SIZE];
	uint64_t actual_size;
	int64_t actual_mtime_ns; /* unix */
};

/* The manager. */

enum wio_symlinks {
	/* Links are followed while each leads to a place under some root. */
	WIO_SYMLINKS_DENY_CROSS_ROOT = 0,
	/* No link anywhere on the way, nor at the end. */
	WIO_SYMLINKS_DENY,
	/* Links are followed while they stay under the root they are in. */
	WIO_SYMLINKS_FOLLOW_INSIDE,
	/* No containment at all; roots may be left out. */
	WIO_SYMLINKS_FOLLOW_ANYWHERE,
};

enum wio_durability {
	/* Data and name survive a power cut before success is told. */
	WIO_DURABLE = 0,
	/* The data does; the name may go back to the file before. */
	WIO_DURABLE_DATA,
	/* Atomic for every reader, but a power cut may lose it. */
	WIO_NOT_DURABLE,
};

enum wio_digest_kind { WIO_XXH3 = 0, WIO_SHA256 };

/* A trace record: what one request came to. Called from any thread, also from
 * several at once; valid only during the call. */
struct wio_trace {
	enum wio_op op;
	enum wio_code code;
	const char *path;   /* relative to the root */
	const char *origin; /* of a write or creation, or NULL */
	uint64_t bytes;
	int64_t duration_ns;
};

/* All zero but the roots is a good start. */
struct wio_options {
	/* Existing directories, by absolute path. At least one, unless links
	 * are followed anywhere. */
	const char *const *roots;
	size_t roots_n;
	enum wio_symlinks symlinks;
	/* Mount points below a root may be crossed. */
	bool cross_mounts;
	/* Go component by component even where openat2(2) works. */
	bool no_openat2;

	/*
	 * How many descriptors requests may hold open at once. A permit is for
	 * one, and a request takes as many as it may hold at a time: a read or
	 * scan two, a write or creation four, a batch that is all or none three
	 * for each directory its files are in, and three. What takes more than
	 * there are goes on alone, and holds what it needs. Not counted is what
	 * is open without a request (one for each root, watch and ticket whose
	 * descriptor was asked for), and what is opened on the caller's thread
	 * by wio_open, wio_set_roots, wio_sweep and the calls of watches.
	 *
	 * `permits` (1 to 65536); else `fd_limit`, clamped to 4 to 1024; else
	 * WEIR_IO_FD_LIMIT from the environment, clamped likewise; else a third
	 * of the soft limit of descriptors, 1 to 100; 50 when that cannot be
	 * asked. Text that is no number, or 0, in the environment is
	 * WIO_INVALID, as is a `permits` out of bounds. 0 means: not given.
	 */
	unsigned int permits, fd_limit;
	uint64_t bytes_in_flight; /* of contents held by requests; 0: 256 MiB */
	unsigned int workers; /* threads; 0: as there are processors, 1 to 16 */
	size_t queue;	      /* requests waiting; submitters wait; 0: 100 */

	/* Files over `large` bytes (0: 4 GiB - 1) are refused when they would
	 * be held in memory; with `large_stream` a scan digests them in pieces.
	 */
	uint64_t large;
	bool large_stream;

	enum wio_digest_kind digest;
	enum wio_durability durability;
	/* Also lock each file against other processes that use this library. */
	bool lock_processes;
	int64_t lock_wait_ns; /* 0: 5 s */
	/* Where displaced files go (see wio_write), an absolute path on the
	 * mount of the roots: WIO_INVALID "trash" when it is on another, and
	 * when a file is. NULL: ".weir-trash" in the directory of
	 * the file, made when first needed, with a .gitignore by which git
	 * does not see it. One that is given has a lock for each directory,
	 * "lock-…"; those that nobody holds are removed when the trash is
	 * looked through, which is safe because whoever gets one looks whether
	 * it still has its name, and else begins anew. */
	const char *trash;
	/* The only extensions that may be created, ".c"; none: all. */
	const char *const *extensions;
	size_t extensions_n;

	/*
	 * Contents and digests of files kept in memory, by identity: at most
	 * so many bytes (0: digests alone) of so many files (0: as many as
	 * fit). Both 0: off.
	 */
	uint64_t cache_bytes;
	size_t cache_entries;

	/* A directory with the plug-ins of `make grammars`, for token digests;
	 * NULL: none. */
	const char *grammars;

	void (*on_trace)(void *ctx, const struct wio_trace *trace);
	void *trace_ctx;
};

struct wio;

/* Everything named by the options is copied. NULL and `*e` on failure. */
struct wio *wio_open(const struct wio_options *options, struct wio_error *e);

/*
 * Other roots from here on. Requests that were submitted before finish under
 * the roots they were submitted under; wio_set_roots returns at once. 0 or -1
 * and `*e`, nothing changed then.
 */
int wio_set_roots(struct wio *w, const char *const *roots, size_t roots_n,
	struct wio_error *e);

struct wio_closing {
	int64_t deadline_ns; /* to drain in; 0: none, everything is finished */
	/* Filled in: requests that were finished, and that were cancelled,
	 * after the call began. */
	uint64_t drained, cancelled;
};

/*
 * Take nothing more in, finish what was submitted, and after the deadline
 * cancel what has not begun to change anything: a file is never left between
 * two states, and no temporary file is left behind. Threads are joined, and
 * `w` is gone when it returns. Tickets stay readable. `c` may be NULL.
 *
 * Watches are closed before: it does not wait for a thread that is inside
 * wio_watch_next or wio_watch_close, which goes on to use what is gone. One
 * that nobody is using may stay open; it answers WIO_CLOSED from then on, and
 * is still to be closed.
 */
void wio_close(struct wio *w, struct wio_closing *c); /* NULL is fine */

/*
 * Tickets: each of the calls that take a batch has a twin that does not wait
 * for the work. The requests are copied; `results` must live until the ticket
 * is done. It waits for room in the queue, and wio_write_submit also for
 * permits, for it looks every path up on the caller's thread, to know which
 * requests are for one file: for large batches of writes a loop that may not be
 * held up has a thread call it.
 *
 *	struct wio_ticket *t = wio_read_submit(w, asks, n, results, &e);
 *	… poll wio_ticket_fd(t) for reading, in any event loop …
 *	wio_ticket_wait(t, -1);
 *	wio_ticket_free(t);
 *
 * NULL and `*e` (WIO_CLOSED, WIO_INVALID) when nothing was submitted.
 */
struct wio_ticket;
/* Readable when done; closed by wio_ticket_free. Below 0 when there are no
 * descriptors left: wait then. */
int wio_ticket_fd(const struct wio_ticket *t);
/* 0: done; 1: not within the time. Below 0: as long as it takes. */
int wio_ticket_wait(struct wio_ticket *t, int64_t timeout_ns);
/* Requests that have not begun fail with WIO_CANCELLED, and so do reads and
 * scans in the middle of a file. What began to change something is finished. */
void wio_ticket_cancel(struct wio_ticket *t);
void wio_ticket_free(struct wio_ticket *t); /* waits; NULL is fine */

/* Reading. */

enum wio_part {
	WIO_WHOLE = 0, /* start and end are 0 */
	WIO_BYTES,     /* [start, end) */
	WIO_LINES, /* start to end, both counted from 1, both in it; lines end
		      with LF; an end beyond the last line means the last */
};

struct wio_read_request {
	const char *path;
	const char *digest; /* that the file must have; NULL: any */
	enum wio_part part;
	uint64_t start, end;
	/* Give at most so many bytes, whole characters; 0: no limit. Where not
	 * even one character fits, none is given. */
	uint64_t max_bytes;
	bool raw; /* any bytes; else valid UTF-8 and offsets on characters */
};

struct wio_read_result {
	struct wio_error error;
	char *bytes; /* with a NUL behind; NULL on failure */
	size_t n;
	bool truncated;	    /* by max_bytes */
	uint64_t part_size; /* of what was asked for, before truncation */
	uint64_t file_size;
	/* Of the whole file, from the bytes these were cut from. */
	char digest[WIO_DIGEST_SIZE];
};

/*
 * Each file is opened and read once for all requests that name it, and all of
 * them see the same bytes. WIO_MISMATCH tells the digest there is. FIFOs,
 * devices and files that grow while they are read are refused; those of /proc
 * and the like, which hold more or less than their size, are WIO_UNSUPPORTED. A
 * missing file is WIO_NOT_FOUND, with roots and without. Returns how many
 * failed.
 */
size_t wio_read(struct wio *w, const struct wio_read_request *requests,
	size_t n, struct wio_read_result *results);
struct wio_ticket *
wio_read_submit(struct wio *w, const struct wio_read_request *requests,
	size_t n, struct wio_read_result *results, struct wio_error *e);
void wio_read_release(struct wio_read_result *results, size_t n);

/* Scanning for change. */

/* Who a file was when it was looked at. All zero: not known. */
struct wio_identity {
	uint64_t dev, ino, size;
	int64_t mtime_ns, ctime_ns;
	int64_t seen_ns; /* when the scan that saw it began, unix */
};

struct wio_scan_request {
	const char *path;
	const char *digest; /* that it had; NULL: not known */
	/* That it had, "" when it is not known yet; NULL: not asked for. */
	const char *token_digest;
	/* What the last scan gave; NULL: always digest. */
	const struct wio_identity *identity;
};

enum wio_change {
	WIO_UNCHANGED = 0,
	WIO_CHANGED,
	WIO_FORMATTING, /* other bytes, the same tokens */
	WIO_MISSING,
	WIO_UNREADABLE, /* `error` says why */
};
const char *wio_change_name(enum wio_change change);

struct wio_scan_result {
	enum wio_change change;
	struct wio_error error;
	char digest[WIO_DIGEST_SIZE];	    /* it has now */
	char token_digest[WIO_DIGEST_SIZE]; /* empty: no grammar, or not asked,
						or the file has syntax errors */
	struct wio_identity identity;	    /* for the next scan */
	bool hashed; /* the content was read, the identity was not enough */
};

/*
 * The identity is compared first and the content read only when that does not
 * settle it. A file whose times are not older than the scan that gave its
 * identity may have changed since without showing it, and is always read.
 * Returns how many are not WIO_UNCHANGED.
 */
size_t wio_scan(struct wio *w, const struct wio_scan_request *requests,
	size_t n, struct wio_scan_result *results);
struct wio_ticket *
wio_scan_submit(struct wio *w, const struct wio_scan_request *requests,
	size_t n, struct wio_scan_result *results, struct wio_error *e);

/* Digests of bytes at hand. `ret` holds WIO_DIGEST_SIZE; "" for a kind that is
 * none. */
void
wio_digest(enum wio_digest_kind kind, const void *bytes, size_t n, char *ret);
/*
 * Of the tokens of source text: unchanged by white space and comments that
 * mean nothing to its language, changed by any that may. The language is known
 * by the path's extension.
 * 0; 1 and "" when there is no grammar for it, or the text has syntax errors.
 */
int wio_token_digest(struct wio *w, const char *path, const void *bytes,
	size_t n, char *ret);
/*
 * A UUIDv5 over crate namespace, path and text: for programs that hold ids of
 * that kind already. `crate` are 16 bytes, or NULL for the project's own
 * namespace. `ret` holds 37: 36 characters and NUL.
 */
void wio_tracking_id(const uint8_t *crate, const char *path, const void *text,
	size_t n, char *ret);

/* Writing. */

/* Bytes [start, end) give way to `text`. */
struct wio_edit {
	uint64_t start, end;
	const char *text;
	size_t text_n;
	/*
	 * An anchor: the bytes that are to be replaced, or NULL. With one the
	 * edit also lands in a file of another digest: where the anchor stands
	 * exactly once. WIO_ANCHOR otherwise. Both offsets 0 means that it has
	 * none, and lands by its anchor in any file.
	 */
	const char *anchor;
	size_t anchor_n;
};

struct wio_write_request {
	const char *path;
	/* That the file has. NULL only when every edit has an anchor, or with
	 * a diff that has context in each hunk. */
	const char *digest;
	/* In order, not overlapping; two may insert at one place. */
	const struct wio_edit *edits;
	size_t edits_n;
	/* Or a unified diff of this one file, whose hunks must fit exactly,
	 * at the lines they name; the names in its headers are not used. A hunk
	 * without a line of context (diff -U0) is placed by nothing but its
	 * number: without `digest` it is WIO_INVALID "digest", unless it is all
	 * of the file. What says more than bytes (a mode, a rename, a new or
	 * deleted file, a binary) is WIO_DIFF. */
	const char *diff;
	size_t diff_n;
	bool raw;	    /* as in wio_read_request */
	bool dry_run;	    /* change nothing, give the diff */
	const char *origin; /* told by watchers with the event; NULL: none */
};

/* Where an edit landed: [start, start + removed) of the old bytes became
 * `added` bytes. */
struct wio_delta {
	uint64_t start, removed, added;
};

struct wio_write_result {
	struct wio_error error;
	char old_digest[WIO_DIGEST_SIZE];
	char new_digest[WIO_DIGEST_SIZE];
	struct wio_delta *deltas; /* one for each edit, in request order */
	size_t deltas_n;
	bool changed;	/* false: it held these bytes already */
	bool relocated; /* an anchor was found elsewhere */
	enum wio_durability reached;
	char *diff; /* of a dry run, unified; else NULL */
	size_t diff_n;
	/* Where an edit went that somebody made at the same moment and that
	 * cannot be in the file; empty in all other cases. Never deleted. */
	char kept[512];
};

enum wio_batch {
	WIO_EACH = 0, /* each request for itself */
	WIO_ALL,      /* all or none: when one fails nothing is changed, the
			 others fail with WIO_CANCELLED */
};

/*
 * Requests for one file are merged: their edits rest on the same digest and
 * must not overlap; all of them get the same new digest.
 *
 * Mode, owner, extended attributes and ACLs are kept, as are byte order mark,
 * line ends and final newline outside the edits. The new bytes are written to
 * a file beside it and synced, then the two change places, and what came out is
 * looked at: if somebody saved meanwhile, theirs goes back, and the request
 * fails with WIO_CONFLICT. What was replaced is kept in the trash for those who
 * still have it open: 24 hours, 200 MB or 10000 files in each trash, whichever
 * is over first, but never what was replaced just now; writes into that trash
 * look, and wio_sweep. When it cannot go there, it stays beside the file under
 * a hidden name, which wio_sweep puts away. A trash has mode and group of the
 * directory it is in, so that all who may write there can; but with an ACL or
 * the sticky bit there it may be open to who wrote first alone, and others get
 * WIO_DENIED. Nothing that is not proven to be a version known to the caller is
 * ever removed. Where the file system cannot exchange two names, the new one is
 * renamed over the old one, which is kept nowhere then, and a save in the
 * microseconds before that is lost.
 *
 * WIO_ALL: every file is prepared and verified before the first changes; when
 * one fails then, those before it are put back (if nobody saved them
 * meanwhile). When that cannot be done, or a sync fails, all of them fail with
 * WIO_UNKNOWN_STATE. After that, or a crash in the middle, the next wio_open
 * with these roots puts the batch back or finishes it. WIO_UNSUPPORTED where
 * two names cannot be exchanged, and without any root. Its files are in at most
 * as many directories as there are permits, WIO_TOO_LARGE otherwise. Returns
 * how many failed.
 */
size_t wio_write(struct wio *w, enum wio_batch batch,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results);
struct wio_ticket *wio_write_submit(struct wio *w, enum wio_batch batch,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results, struct wio_error *e);
void wio_write_release(struct wio_write_result *results, size_t n);

/* Remove what writers that died left in a directory and below, and what has
 * been in the trash for its time, which is not counted; what may be somebody's
 * edit is kept. Without `cross_mounts` directories on other mounts
 * are left out. Returns how many files it took away; -1 and `*e`: WIO_BUSY when
 * a writer is at work for longer than `lock_wait_ns`, WIO_NOT_REGULAR when it
 * is no directory. A directory that cannot be swept does not keep those beside
 * it from that: `*e` is the first of them. A "/" at the end is fine. In a
 * project of weir(1), known by ".weir/lock" on the way, in the root or above
 * `dir`, it takes that lock as well while it sweeps a directory, for who saves
 * there has no other; and it leaves ".weir", where weir itself sweeps. */
int64_t wio_sweep(struct wio *w, const char *dir, struct wio_error *e);
/* The same, and each directory that cannot be swept is told, while it runs, by
 * an error that names it; what is below one that may not be read is left with
 * it. -1 only when nothing could be begun in `dir`, and when it is unknown what
 * is on the disk. */
int64_t wio_sweep_each(struct wio *w, const char *dir,
	void (*on_left)(void *ctx, const struct wio_error *why), void *ctx,
	struct wio_error *e);

/* Creating. */

enum wio_existing {
	WIO_REFUSE = 0,	      /* WIO_EXISTS */
	WIO_REPLACE_VERIFIED, /* when it has `digest`; as wio_write does it */
	WIO_REPLACE_ANY,      /* whatever is there that may be read and is not
				 too large; it goes to the trash */
};

struct wio_create_request {
	const char *path;
	const char *bytes;
	size_t n;
	enum wio_existing existing;
	const char *digest;    /* for WIO_REPLACE_VERIFIED */
	bool parents;	       /* make the directories that are missing */
	uint32_t mode;	       /* 0: 0666, less the umask */
	uint32_t parents_mode; /* 0: 0777, less the umask */
	const char *origin;    /* NULL: none */
};

struct wio_create_result {
	struct wio_error error;
	char digest[WIO_DIGEST_SIZE];
	bool replaced;
	enum wio_durability reached;
	char kept[512]; /* as in wio_write_result */
};

/* Of two that create the same file one gets WIO_EXISTS. Returns how many
 * failed. */
size_t wio_create(struct wio *w, const struct wio_create_request *requests,
	size_t n, struct wio_create_result *results);
struct wio_ticket *
wio_create_submit(struct wio *w, const struct wio_create_request *requests,
	size_t n, struct wio_create_result *results, struct wio_error *e);

/* Watching. */

enum wio_event_kind {
	WIO_CREATED = 0,
	WIO_MODIFIED,
	WIO_REMOVED,
	WIO_RENAMED, /* from `old_path`; both under a root */
	WIO_RESCAN,  /* events were lost: what `path` holds must be read anew,
			"" for everything */
	WIO_WATCH_FAILED, /* `path` is not watched any more; `error` says why */
};
const char *wio_event_name(enum wio_event_kind kind);

struct wio_event {
	uint64_t sequence; /* 1, 2, 3 …; a gap is never left */
	enum wio_event_kind kind;
	bool is_dir;
	int64_t at_ns; /* unix, of the last change in it */
	size_t root;   /* which of the roots */
	/* Relative to it; borrowed until the next call on this watch. */
	const char *path, *old_path;
	const char *origin; /* of our own write that made it, or NULL */
	struct wio_error error;
};

enum wio_watch_backend {
	WIO_WATCH_AUTO = 0, /* fanotify when privileged, else inotify, else
			       polling */
	WIO_WATCH_INOTIFY,
	WIO_WATCH_FANOTIFY,
	WIO_WATCH_POLL,
};

struct wio_watch_options {
	enum wio_watch_backend backend;
	/* A path's changes are told when it has rested for `debounce_ns`, or
	 * after `max_wait_ns` though it has not. 0: 100 ms and 2 s. -1: at
	 * once. */
	int64_t debounce_ns, max_wait_ns;
	size_t queue;	 /* events waiting for the reader; 0: 1024 */
	int64_t poll_ns; /* of the polling backend; 0: 1 s */
	bool own_events; /* tell our own writes too, with their origin;
			    they are left out otherwise. A file of ours
			    that somebody else moved, made again or changed
			    the mode of is told as theirs */
};

struct wio_watch;

/*
 * All that happens below the roots, as state: a file that is deleted and made
 * again is modified, one that comes and goes within a debounce is nothing.
 * Moves in from outside are creations, moves out removals. Temporary files of
 * this library are not seen. A reader that falls behind by a whole queue gets
 * WIO_RESCAN in place of what it missed; of what is told after that, some may
 * have been seen by the reading already, and what it may have seen in vain is
 * told as removed, if it reads before it asks for the next event (by polling,
 * unless it went before the next look). The roots follow wio_set_roots.
 *
 * Carried out in their order on a copy, events give what there is:
 *
 *	WIO_CREATED	what was at `path` is gone; of a directory, what is in
 *			it is told after it
 *	WIO_MODIFIED	a file, whose bytes, mode or owner are to be looked at
 *	WIO_REMOVED	with all that was below it
 *	WIO_RENAMED	with all that is below it; a file may replace a file
 *
 * Moves from one root to another are told as removal and creation, and so is
 * every move that polling finds. Links are not followed. What lies under two
 * roots is told once, under the innermost, and of a directory that is two roots
 * under the first of them. Directories that cannot be watched for want of
 * watches, or all where no backend can begin, are looked at every `poll_ns`;
 * WIO_WATCH_FAILED says so, and which limit is at an end, once for all below.
 *
 * A root that is removed or renamed, itself or with a directory above it that
 * we may read, is told by WIO_WATCH_FAILED with the path "" and WIO_NOT_FOUND,
 * as the last of what was in it; a new one at its place is not watched. When
 * none is left there is nothing more to tell until wio_set_roots.
 *
 * `options` may be NULL. NULL and `*e` on failure.
 */
struct wio_watch *wio_watch_open(struct wio *w,
	const struct wio_watch_options *options, struct wio_error *e);
/* Readable when an event may wait. In a loop of your own call wio_watch_next
 * with 0 then, until it returns 1. There is no thread behind it: what nobody
 * asks for waits with the kernel. Where nothing happens it wakes nobody, but
 * every `poll_ns` for what is polled and for a root that is empty. */
int wio_watch_fd(const struct wio_watch *x);
/* 0 and an event; 1: none within the time (below 0: wait); -1 and `*e`: the
 * watch has ended. */
int wio_watch_next(struct wio_watch *x, int64_t timeout_ns,
	struct wio_event *ret, struct wio_error *e);
/* Which it became. WIO_WATCH_POLL: changes are seen late. */
enum wio_watch_backend wio_watch_backend_of(const struct wio_watch *x);
/* Before wio_close, and with no thread in wio_watch_next; NULL is fine. */
void wio_watch_close(struct wio_watch *x);

/* Looking inside. */

/*
 * Counters and latencies as text, a line each: "name value" and, for the
 * histograms, "name_le_NANOSECONDS count". Names never change their meaning.
 * Returns the length; at most `n` bytes are written, with a NUL.
 */
size_t wio_metrics(struct wio *w, char *p, size_t n);

#ifdef __cplusplus
}
#endif

#endif
