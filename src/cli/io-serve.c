/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "cli/io-priv.h"
#include "engine/lines.h"
#include "engine/size.h"

/* What has been asked and not yet answered, in order. */
struct batch {
	struct cli *c;
	struct wio *w;
	enum io_verb verb;
	enum wio_batch how;
	const char *root; /* what relative paths are below */
	struct arena arena;
	VEC(struct io_ask) asks;
	size_t sound;	    /* asks without an error */
	size_t bytes;	    /* of their lines, or of what they ask for */
	uint64_t lines;	    /* of all batches */
	uint64_t first_bad; /* line of the first refused ask of this one */
	bool failed;	    /* any of them, ever */
};

/* The sound requests side by side, as the library takes them; and a result
 * for each. */
#define GATHER(b, member, type)                                            \
	struct wio_##type##_request *requests = ARENA_ARRAY(               \
		&(b)->arena, struct wio_##type##_request, (b)->sound + 1); \
	struct wio_##type##_result *results = ARENA_ARRAY(                 \
		&(b)->arena, struct wio_##type##_result, (b)->sound + 1);  \
	size_t at = 0;                                                     \
	VEC_EACH (x, &(b)->asks)                                           \
		if (x->error.code == WIO_OK)                               \
	requests[at++] = x->member

#define ANSWER(b, add)                                   \
	at = 0;                                          \
	VEC_EACH (x, &(b)->asks)                         \
		if (x->error.code != WIO_OK)             \
			io_add_refused(x, &(b)->c->out); \
		else                                     \
			add(x, &results[at++], &(b)->c->out)

static void
serve_reads(struct batch *b)
{
	GATHER(b, read, read);
	b->failed |= wio_read(b->w, requests, b->sound, results) > 0;
	at = 0;
	VEC_EACH (x, &b->asks) {
		if (x->error.code != WIO_OK) {
			io_add_refused(x, &b->c->out);
			continue;
		}
		io_add_read(x, &results[at], &b->c->out);
		wio_read_release(&results[at++], 1);
		if (b->c->out.n >= IO_FLUSH_BYTES)
			cli_flush(b->c);
	}
}

static void
serve_scans(struct batch *b)
{
	GATHER(b, scan, scan);
	(void)wio_scan(b->w, requests, b->sound, results);
	for (size_t i = 0; i < b->sound; i++)
		b->failed |= results[i].change == WIO_UNREADABLE;
	ANSWER(b, io_add_scan);
}

static void
serve_writes(struct batch *b)
{
	GATHER(b, write, write);
	b->failed |= wio_write(b->w, b->how, requests, b->sound, results) > 0;
	ANSWER(b, io_add_write);
	wio_write_release(results, b->sound);
}

static void
serve_creates(struct batch *b)
{
	GATHER(b, create, create);
	b->failed |= wio_create(b->w, requests, b->sound, results) > 0;
	ANSWER(b, io_add_create);
}

/* Of a batch that is all or none one line that cannot be read stops all. */
static void
refuse_others(struct batch *b)
{
	VEC_EACH (x, &b->asks)
		if (x->error.code == WIO_OK)
			io_ask_refuse(x, b->verb, WIO_CANCELLED, "",
				"not tried, because line %llu is refused",
				(unsigned long long)b->first_bad);
	b->sound = 0;
}

static void
serve(struct batch *b)
{
	static void (*const by_verb[])(struct batch *) = {
		[IO_READ] = serve_reads,
		[IO_SCAN] = serve_scans,
		[IO_WRITE] = serve_writes,
		[IO_CREATE] = serve_creates,
	};

	if (b->how == WIO_ALL && b->first_bad != 0)
		refuse_others(b);
	by_verb[b->verb](b);
	cli_flush(b->c);
	b->asks.n = 0;
	b->sound = b->bytes = b->first_bad = 0;
	arena_reset(&b->arena);
}

/* How much will be held to answer it; a small line may ask for a large file. */
static uint64_t
measure(const struct batch *b, const struct wio_read_request *r)
{
	uint64_t n = size_at(b->c->sys, b->root, r->path);

	if (r->part == WIO_BYTES && r->end > r->start && r->end - r->start < n)
		n = r->end - r->start;
	return r->max_bytes != 0 && r->max_bytes < n ? r->max_bytes : n;
}

static void
add_ask(struct batch *b, enum lines_got got, struct str line)
{
	struct io_ask ask = {.line = b->lines};

	if (got == LINES_LONG)
		io_ask_refuse(&ask, b->verb, WIO_TOO_LARGE, "",
			"line %llu is longer than %d bytes",
			(unsigned long long)ask.line, IO_LINE_MAX);
	else
		io_ask_parse(b->verb, line, &b->arena, &ask);
	if (ask.error.code == WIO_OK) {
		b->sound++;
		if (b->verb == IO_READ)
			b->bytes += measure(b, &ask.read);
	} else {
		b->failed = true;
		if (b->first_bad == 0)
			b->first_bad = ask.line;
	}
	b->bytes += line.n;
	VEC_PUSH(&b->asks, ask);
}

/* Whether the batch is to be served before more is read. */
static bool
is_full(const struct batch *b)
{
	return b->how != WIO_ALL &&
		(b->asks.n >= IO_BATCH_LINES || b->bytes >= IO_BATCH_BYTES);
}

static int
check_size(const struct batch *b, struct err *e)
{
	if (b->how != WIO_ALL ||
		(b->asks.n <= IO_ALL_LINES && b->bytes <= IO_ALL_BYTES))
		return 0;
	return err_set(e, ERR_LIMIT,
		"a batch that is all or none has at most %d lines and %d "
		"bytes; nothing is changed",
		IO_ALL_LINES, IO_ALL_BYTES);
}

/* Read lines until there is a reason to answer them. 1: no more will come. */
static int
collect(struct batch *b, struct lines *in, struct err *e)
{
	struct str line;

	for (;;) {
		bool wait = b->asks.n == 0 || b->how == WIO_ALL;
		enum lines_got got = lines_next(in, wait, &line, e);
		if (got == LINES_PAUSE)
			return 0;
		if (got == LINES_END)
			return 1;
		if (got == LINES_FAILED)
			return -1;
		b->lines++;
		if (got == LINES_ONE && str_trim(line).n == 0)
			continue;
		add_ask(b, got, line);
		if (check_size(b, e) < 0)
			return -1;
		if (is_full(b))
			return 0;
	}
}

int
io_serve(struct cli *c, struct wio *w, enum io_verb verb,
	const struct io_settings *s)
{
	struct batch b = {.c = c,
		.w = w,
		.verb = verb,
		.how = s->batch,
		.root = s->options.roots[0]};
	struct lines in = {.sys = c->sys,
		.fd = STDIN_FILENO,
		.out_fd = STDOUT_FILENO,
		.max = IO_LINE_MAX};
	struct err e = {0};
	int rc;

	do {
		rc = collect(&b, &in, &e);
		if (rc >= 0 || b.how != WIO_ALL)
			serve(&b);
	} while (rc == 0 && c->out_errno == 0);
	lines_release(&in);
	VEC_RELEASE(&b.asks);
	arena_release(&b.arena);
	if (rc < 0)
		return cli_fail(c, &e);
	return b.failed ? CLI_INPUT : CLI_DONE;
}
