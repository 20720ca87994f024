/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "fio/reader.h"
#include "fio/tokens.h"

/*
 * identity the same, and settled ------------------------> unchanged
 * else: digest the same ---------------------------------> unchanged
 *       another, token digest asked for, and the same ---> formatting
 *       another -----------------------------------------> changed
 */
static const char *const change_names[] = {
	[WIO_UNCHANGED] = "unchanged",
	[WIO_CHANGED] = "changed",
	[WIO_FORMATTING] = "formatting",
	[WIO_MISSING] = "missing",
	[WIO_UNREADABLE] = "unreadable",
};
static const struct names changes = NAMES(change_names, WIO_UNREADABLE + 1);

/* Most files are only looked at, and a chunk opens its directories anew. */
enum { CHUNK = 256, MANY = 16, CACHE_LINE = 64 };

struct job {
	struct wio *w;
	struct fio_roots *roots;
	struct arena memory;
	const struct wio_scan_request *asks;
	struct wio_scan_result *results;
	int64_t began_ns; /* unix: what goes into the identities */
};

const char *
wio_change_name(enum wio_change change)
{
	if ((unsigned int)change > WIO_UNREADABLE)
		return "unknown";
	return names_get(&changes, (int)change);
}

static void
blank(struct wio_scan_result *res)
{
	fio_error_none(&res->error, WIO_OP_SCAN);
	res->change = WIO_UNREADABLE;
	res->digest[0] = res->token_digest[0] = '\0';
	res->identity = (struct wio_identity){0};
	res->hashed = false;
}

/* Results lie far apart in memory: the next one comes while the kernel looks at
 * this file. All of it but the message, where nothing but an end is written. */
static void
fetch(const struct wio_scan_result *res)
{
	const char *end = (const char *)(res + 1);

	__builtin_prefetch(res, 1);
	__builtin_prefetch(res->error.message, 1);
	for (const char *p = res->error.expected; p < end; p += CACHE_LINE)
		__builtin_prefetch(p, 1);
}

static void
set_text(char ret[WIO_DIGEST_SIZE], const char *text)
{
	size_t n = strnlen(text, WIO_DIGEST_SIZE - 1);

	memcpy(ret, text, n);
	ret[n] = '\0';
}

/* The caller wants a token digest, and there may be one. */
static bool
wants_tokens(const struct job *j, const struct wio_scan_request *ask)
{
	return ask->token_digest != NULL &&
		fio_tokens_know(j->w->tokens, ask->path);
}

/* 0: the identity says that nothing changed; 1: it does not; -1: failed. */
static int
look(struct job *j, struct fio_reader *r, const struct wio_scan_request *ask,
	struct wio_scan_result *res)
{
	struct wio_identity now;

	if (ask->identity == NULL || ask->digest == NULL ||
		(wants_tokens(j, ask) && ask->token_digest[0] == '\0'))
		return 1;
	if (fio_reader_stat(r, ask->path, &now, &res->error) < 0)
		return -1;
	if (!fio_identity_eq(&now, ask->identity) ||
		!fio_identity_settled(&now, ask->identity->seen_ns))
		return 1;
	res->identity = now;
	res->change = WIO_UNCHANGED;
	set_text(res->digest, ask->digest);
	if (ask->token_digest != NULL)
		set_text(res->token_digest, ask->token_digest);
	return 0;
}

/* The digest of what is there. Tokens are those of the same bytes, so with them
 * the file is held in memory. */
static int
digest(struct job *j, struct fio_reader *r, const struct wio_scan_request *ask,
	enum wio_digest_kind kind, struct wio_scan_result *res,
	struct fio_sum *ret)
{
	uint64_t max =
		j->w->options.large_stream ? UINT64_MAX : j->w->options.large;
	struct fio_source src;

	if (!wants_tokens(j, ask))
		return fio_reader_sum(r, ask->path, max, kind, &res->identity,
			ret, &res->hashed, &res->error);
	if (fio_reader_open(r, ask->path, &src, &res->error) < 0)
		return -1;
	*ret = *fio_source_sum(&src, kind);
	res->identity = src.who;
	res->hashed = true;
	(void)fio_tokens_digest(
		j->w->tokens, ask->path, src.text.bytes, res->token_digest);
	fio_reader_close(r, &src);
	return 0;
}

static int
compare(struct job *j, struct fio_reader *r, const struct wio_scan_request *ask,
	struct wio_scan_result *res)
{
	struct fio_sum was, is;

	if (ask->path == NULL)
		return fio_error_set(&res->error, WIO_OP_SCAN, WIO_INVALID,
			"path", "there is no path");
	int any = fio_reader_wants(r, ask->digest, &was, &res->error);
	if (any < 0)
		return -1;
	int rc = look(j, r, ask, res);
	if (rc <= 0)
		return rc;
	if (digest(j, r, ask, was.kind, res, &is) < 0)
		return -1;
	fio_sum_format(is, res->digest);
	if (!any && fio_sum_eq(was, is))
		res->change = WIO_UNCHANGED;
	else if (!any && res->token_digest[0] != '\0' &&
		strcmp(res->token_digest, ask->token_digest) == 0)
		res->change = WIO_FORMATTING;
	else
		res->change = WIO_CHANGED;
	return 0;
}

static void
scan(struct job *j, struct fio_reader *r, size_t i)
{
	struct wio_scan_result *res = &j->results[i];
	const struct wio_scan_request *ask = &j->asks[i];
	int64_t began = j->w->sys->clock(j->w->sys, SYS_CLOCK_ELAPSED);

	blank(res);
	if (compare(j, r, ask, res) == 0)
		res->identity.seen_ns = j->began_ns;
	else if (res->error.code == WIO_NOT_FOUND)
		res->change = WIO_MISSING;
	if (ask->path != NULL)
		fio_account(j->w, WIO_OP_SCAN, res->error.code, ask->path, NULL,
			res->hashed ? res->identity.size : 0, began);
}

static void
cancel(struct wio_scan_result *res)
{
	blank(res);
	fio_error_set(&res->error, WIO_OP_SCAN, WIO_CANCELLED, NULL,
		"cancelled before it began");
}

static size_t
run(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct job *j = ctx;
	struct fio_reader r;
	size_t cancelled = 0;

	fio_reader_init(&r, j->w, j->roots, WIO_OP_SCAN);
	r.task = task;
	for (size_t i = first; i < end; i++) {
		if (i + 1 < end)
			fetch(&j->results[i + 1]);
		if (fio_task_is_cancelled(task))
			cancel(&j->results[i]);
		else
			scan(j, &r, i);
		cancelled += j->results[i].error.code == WIO_CANCELLED;
	}
	fio_reader_release(&r);
	return cancelled;
}

static void
done(void *ctx)
{
	struct job *j = ctx;

	fio_roots_unref(j->roots);
	arena_release(&j->memory);
	mem_free(j);
}

static const struct wio_scan_request *
copy(struct arena *a, const struct wio_scan_request *asks, size_t n)
{
	struct wio_scan_request *mine =
		ARENA_ARRAY(a, struct wio_scan_request, n);

	for (size_t i = 0; i < n; i++) {
		mine[i].path = arena_str(a, str_from(asks[i].path)).s;
		mine[i].digest = arena_str(a, str_from(asks[i].digest)).s;
		mine[i].token_digest =
			arena_str(a, str_from(asks[i].token_digest)).s;
		if (asks[i].identity == NULL)
			continue;
		struct wio_identity *who = ARENA_NEW(a, struct wio_identity);
		*who = *asks[i].identity;
		mine[i].identity = who;
	}
	return mine;
}

/* `borrow`: the requests outlive the work. */
static struct fio_job
job(struct wio *w, const struct wio_scan_request *asks, size_t n, bool borrow,
	struct wio_scan_result *results)
{
	struct job *j = mem_alloc(sizeof(*j));

	j->w = w;
	j->roots = fio_io_roots(w);
	j->asks = borrow ? asks : copy(&j->memory, asks, n);
	j->results = results;
	j->began_ns = w->sys->clock(w->sys, SYS_CLOCK_UNIX);
	return (struct fio_job){.ctx = j,
		.n = n,
		.chunk = n >= MANY * CHUNK ? CHUNK : 0,
		.run = run,
		.done = done};
}

size_t
wio_scan(struct wio *w, const struct wio_scan_request *requests, size_t n,
	struct wio_scan_result *results)
{
	struct wio_error e;
	size_t others = 0;

	if (n == 0)
		return 0;
	struct fio_job work = job(w, requests, n, true, results);
	bool ran = fio_io_run(w, WIO_OP_SCAN, &work, &e) == 0;
	for (size_t i = 0; i < n; i++) {
		if (!ran) {
			blank(&results[i]);
			results[i].error = e;
		}
		others += results[i].change != WIO_UNCHANGED;
	}
	return others;
}

struct wio_ticket *
wio_scan_submit(struct wio *w, const struct wio_scan_request *requests,
	size_t n, struct wio_scan_result *results, struct wio_error *e)
{
	struct fio_job work = job(w, requests, n, false, results);

	return fio_ticket_start(w, WIO_OP_SCAN, &work, e);
}

int
wio_token_digest(
	struct wio *w, const char *path, const void *bytes, size_t n, char *ret)
{
	return fio_tokens_digest(w->tokens, path, str_of(bytes, n), ret);
}
