/* SPDX-License-Identifier: MIT */
#ifndef CLI_IO_PRIV_H
#define CLI_IO_PRIV_H

#include "base/vec.h"
#include "cli/command-priv.h"
#include "weir/io.h"

/*
 * `weir io`: the file library as JSON lines. A line of input becomes an ask,
 * those that are there together go to the library as one batch, and each gets
 * one line of answer, in order. weir-io(1) has the keys, which are the fields
 * of weir/io.h.
 *
 *	line -> io_ask_parse -> struct io_ask -> wio_… -> io_add_… -> line
 *
 * Bytes that are not UTF-8 stand, in both directions, as base64 under the
 * key with "_base64" behind its name.
 */

enum io_verb {
	IO_READ,
	IO_SCAN,
	IO_WRITE,
	IO_CREATE,
	IO_WATCH,
	IO_DIGEST,
	IO_SWEEP,
	IO_VERBS,
};

enum {
	IO_LINE_MAX = 64 << 20,	   /* bytes of one line of input */
	IO_BATCH_LINES = 256,	   /* lines, and bytes of lines or of what */
	IO_BATCH_BYTES = 16 << 20, /* they ask for, answered together */
	IO_FLUSH_BYTES = 1 << 20,  /* of answers that wait to be written */
	IO_ALL_LINES = 10000,	 /* the same of a batch that is all or none, */
	IO_ALL_BYTES = 256 << 20 /* which cannot be split */
};

/* One line of input. */
struct io_ask {
	uint64_t line;
	const char *path;	/* NULL: it could not be told */
	struct wio_error error; /* WIO_OK: the request below is sound */
	union {
		struct wio_read_request read;
		struct wio_scan_request scan;
		struct wio_write_request write;
		struct wio_create_request create;
	};
};

/* Of those that take requests. What is wrong is in `ret->error`. The
 * memory is in `a`; `ret->line` is taken as it is. */
void io_ask_parse(enum io_verb verb, struct str line, struct arena *a,
	struct io_ask *ret);

/* Fill `ret->error`, as the library does it. */
void io_ask_refuse(struct io_ask *ret, enum io_verb verb, enum wio_code code,
	const char *field, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Names of the header's enums, in lower case and without their prefix. */
extern const struct names io_part_names, io_existing_names, io_symlinks_names,
	io_durability_names, io_backend_names;

/* Append an answer as one line. */
void io_add_refused(const struct io_ask *ask, struct buf *ret);
void io_add_read(const struct io_ask *ask, const struct wio_read_result *r,
	struct buf *ret);
void io_add_scan(const struct io_ask *ask, const struct wio_scan_result *r,
	struct buf *ret);
void io_add_write(const struct io_ask *ask, const struct wio_write_result *r,
	struct buf *ret);
void io_add_create(const struct io_ask *ask, const struct wio_create_result *r,
	struct buf *ret);
void io_add_watching(const char *const *roots, size_t n,
	enum wio_watch_backend backend, struct buf *ret);
void io_add_event(const struct wio_event *ev, struct buf *ret);
/* What `weir io scan` takes: path, digests and identity. `path` NULL: standard
 * input. */
void io_add_digest(
	const char *path, const struct wio_scan_result *r, struct buf *ret);
/* How many files went, and what was left where. */
struct io_swept {
	int64_t removed;	/* -1: nothing could be begun */
	struct wio_error error; /* of that, or the first of those left */
	VEC(struct wio_error) left;
};
void io_add_sweep(const char *dir, const struct io_swept *s, struct buf *ret);

/* A file's identity as one word, so that no reader of JSON rounds it. */
enum { IO_IDENTITY_TEXT = 128 };
void
io_identity_format(const struct wio_identity *id, char ret[IO_IDENTITY_TEXT]);
bool io_identity_parse(struct str s, struct wio_identity *ret);

/* RFC 4648, with padding; the only spelling of the bytes is taken. */
void io_base64_add(struct buf *ret, struct str bytes);
bool io_base64_parse(struct str text, struct arena *a, struct str *ret);

/* What the options say. */
struct io_settings {
	struct wio_options options;
	struct wio_watch_options watch;
	enum wio_batch batch;
	uint64_t count; /* of events, then it ends; 0: never */
	bool metrics;
};

/* Say why the library did not do what it was asked for as a whole; the exit
 * status that belongs to it comes back. */
int io_fail(struct cli *c, const struct wio_error *wrong);

/* Each returns the exit status. */
int io_serve(struct cli *c, struct wio *w, enum io_verb verb,
	const struct io_settings *s);
int io_watch(struct cli *c, struct wio *w, const struct io_settings *s);
int io_digest(struct cli *c, struct wio *w, const struct io_settings *s,
	char **files, size_t n);
/* No directory: each of the roots. */
int io_sweep(struct cli *c, struct wio *w, const struct io_settings *s,
	const char *const *dirs, size_t n);

#endif
