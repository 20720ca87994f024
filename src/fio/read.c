/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/strmap.h"
#include "base/vec.h"
#include "fio/reader.h"

/*
 * Requests are put together by the file they name, as they spell it; a piece of
 * work is a file. Two spellings may turn out to be one file: should its bytes
 * have changed between the two readings, it is read once more for both, at the
 * end, so that all requests of a batch see the same.
 */
struct file {
	size_t first, last; /* requests; the rest of the chain is in `next` */
	bool found;	    /* the rest is known */
	struct wio_identity who;
	struct fio_sum sum; /* of the kind of the first request */
};

struct job {
	struct wio *w;
	struct fio_roots *roots;
	struct arena memory;
	const struct wio_read_request *asks;
	struct wio_read_result *results;
	size_t *next; /* of each request, the next for its file, or NONE */
	VEC(struct file) files;
};

#define NONE SIZE_MAX

/* What was asked for, and what there is. */
static int
fail_range(const struct fio_reader *r, const struct wio_read_request *ask,
	const struct fio_text *t, const char *field, struct wio_error *e)
{
	const bool lines = ask->part == WIO_LINES;
	const char *why = "";

	if (ask->start > ask->end)
		why = ": the end is before the start";
	else if (lines && ask->start == 0)
		why = ": lines are counted from 1";
	return fio_error_set(e, r->op, WIO_RANGE, field,
		"%s %llu to %llu of '%s', which has %zu%s",
		lines ? "lines" : "bytes", (unsigned long long)ask->start,
		(unsigned long long)ask->end,
		fio_roots_show(r->near.roots, ask->path),
		lines ? t->lines : t->bytes.n, why);
}

static int
fail(const struct fio_reader *r, const struct wio_read_request *ask,
	enum wio_code code, const char *field, struct wio_error *e)
{
	const char *shown = fio_roots_show(r->near.roots, ask->path);
	uint64_t at = *field == 'e' ? ask->end : ask->start;

	if (code == WIO_UTF8)
		return fio_error_set(e, r->op, code, field,
			"'%.200s' is not valid UTF-8; any bytes are given with "
			"raw",
			shown);
	if (code == WIO_BOUNDARY)
		return fio_error_set(e, r->op, code, field,
			"%s %llu is inside a character of '%.200s'; offsets "
			"count bytes",
			field, (unsigned long long)at, shown);
	return fio_error_set(e, r->op, code, field,
		"start and end are of a part, and this asks for the whole of "
		"'%.200s'; part may be bytes or lines",
		shown);
}

static void
blank(struct wio_read_result *res, enum wio_op op)
{
	fio_error_none(&res->error, op);
	res->bytes = NULL;
	res->n = 0;
	res->truncated = false;
	res->part_size = res->file_size = 0;
	res->digest[0] = '\0';
}

/* One request of a file that was read. */
static int
cut(struct fio_reader *r, const struct wio_read_request *ask,
	struct fio_source *src, struct wio_read_result *res)
{
	struct fio_part part;
	struct fio_sum want;
	const char *field;

	int any = fio_reader_wants(r, ask->digest, &want, &res->error);
	if (any < 0)
		return -1;
	const struct fio_sum *sum = fio_source_sum(src, want.kind);
	fio_sum_format(*sum, res->digest);
	res->file_size = src->who.size;
	if (!any && !fio_sum_eq(*sum, want))
		return fio_reader_mismatch(r, ask->path, ask->digest,
			res->digest, &src->who, &res->error);
	enum wio_code code = fio_part_cut(&src->text, ask, &part, &field);
	if (code == WIO_RANGE)
		return fail_range(r, ask, &src->text, field, &res->error);
	if (code != WIO_OK)
		return fail(r, ask, code, field, &res->error);
	res->bytes = fio_reader_take(r, src, &part);
	res->n = part.n;
	res->truncated = part.truncated;
	res->part_size = part.size;
	return 0;
}

static void
account(struct job *j, size_t i, int64_t began_ns)
{
	fio_account(j->w, WIO_OP_READ, j->results[i].error.code,
		j->asks[i].path, NULL, j->results[i].n, began_ns);
}

/* Read a file and answer all that ask for it. */
static void
serve(struct job *j, struct fio_reader *r, struct file *f)
{
	struct fio_source src;
	struct wio_error e;
	int64_t began = j->w->sys->clock(j->w->sys, SYS_CLOCK_ELAPSED);
	const char *path = j->asks[f->first].path;

	f->found = fio_reader_open(r, path, &src, &e) == 0;
	for (size_t i = f->first; i != NONE; i = j->next[i]) {
		struct wio_read_result *res = &j->results[i];
		blank(res, r->op);
		if (!f->found)
			res->error = e;
		else
			(void)cut(r, &j->asks[i], &src, res);
		account(j, i, began);
	}
	if (!f->found)
		return;
	f->who = src.who;
	f->sum = *fio_source_sum(
		&src, src.known.has_sum[WIO_XXH3] ? WIO_XXH3 : WIO_SHA256);
	fio_reader_close(r, &src);
}

static void
cancel(struct job *j, const struct file *f)
{
	for (size_t i = f->first; i != NONE; i = j->next[i]) {
		blank(&j->results[i], WIO_OP_READ);
		fio_error_set(&j->results[i].error, WIO_OP_READ, WIO_CANCELLED,
			NULL, "cancelled before it began");
	}
}

static size_t
requests_of(const void *ctx, size_t first, size_t end)
{
	const struct job *j = ctx;
	size_t n = 0;

	for (size_t k = first; k < end; k++)
		for (size_t i = j->files.items[k].first; i != NONE;
			i = j->next[i])
			n++;
	return n;
}

static size_t
run(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct job *j = ctx;
	struct fio_reader r;
	size_t cancelled = 0;

	fio_reader_init(&r, j->w, j->roots, WIO_OP_READ);
	r.task = task;
	for (size_t i = first; i < end; i++) {
		struct file *f = &j->files.items[i];
		if (fio_task_is_cancelled(task))
			cancel(j, f);
		else
			serve(j, &r, f);
		if (j->results[f->first].error.code == WIO_CANCELLED)
			cancelled += requests_of(j, i, i + 1);
	}
	fio_reader_release(&r);
	return cancelled;
}

/* Two spellings of one file. */

static void
join(struct job *j, struct file *a, struct file *b)
{
	struct fio_reader r;

	if (fio_identity_eq(&a->who, &b->who) && fio_sum_eq(a->sum, b->sum))
		return;
	for (size_t i = a->first; i != NONE; i = j->next[i])
		wio_read_release(&j->results[i], 1);
	for (size_t i = b->first; i != NONE; i = j->next[i])
		wio_read_release(&j->results[i], 1);
	j->next[a->last] = b->first;
	a->last = b->last;
	b->found = false;
	fio_reader_init(&r, j->w, j->roots, WIO_OP_READ);
	serve(j, &r, a);
	fio_reader_release(&r);
}

static void
join_spellings(struct job *j)
{
	size_t mask = mem_capacity(0, 2 * j->files.n) - 1;
	struct file **seen;

	if (j->files.n < 2)
		return;
	seen = mem_alloc((mask + 1) * sizeof(seen[0]));
	VEC_EACH (f, &j->files) {
		size_t at = f->who.ino * 0x9e3779b97f4a7c15u >> 20 & mask;
		while (seen[at] != NULL &&
			(seen[at]->who.ino != f->who.ino ||
				seen[at]->who.dev != f->who.dev))
			at = (at + 1) & mask;
		if (f->found && seen[at] != NULL && seen[at]->found)
			join(j, seen[at], f);
		else if (f->found)
			seen[at] = f;
	}
	mem_free(seen);
}

static void
done(void *ctx)
{
	struct job *j = ctx;

	join_spellings(j);
	fio_roots_unref(j->roots);
	VEC_RELEASE(&j->files);
	arena_release(&j->memory);
	mem_free(j);
}

/* Beginning. */

/* A batch often names a file several times in a row. */
static bool
is_again(const struct wio_read_request *asks, size_t i)
{
	return i > 0 && asks[i - 1].path != NULL &&
		strcmp(asks[i].path, asks[i - 1].path) == 0;
}

static void
put_together(struct job *j, size_t n)
{
	struct strmap map = {0};
	size_t at = 0;

	j->next = ARENA_ARRAY(&j->memory, size_t, n);
	strmap_init(&map, n, &j->memory);
	for (size_t i = 0; i < n; i++) {
		struct str path = str_from(j->asks[i].path);
		j->next[i] = NONE;
		if (j->asks[i].path == NULL) {
			blank(&j->results[i], WIO_OP_READ);
			fio_error_set(&j->results[i].error, WIO_OP_READ,
				WIO_INVALID, "path", "there is no path");
			continue;
		}
		if (is_again(j->asks, i) || strmap_get(&map, path, &at)) {
			j->next[j->files.items[at].last] = i;
			j->files.items[at].last = i;
			continue;
		}
		at = j->files.n;
		(void)strmap_put(&map, path, at);
		VEC_PUSH(&j->files, ((struct file){.first = i, .last = i}));
	}
}

static const struct wio_read_request *
copy(struct arena *a, const struct wio_read_request *asks, size_t n)
{
	struct wio_read_request *mine =
		ARENA_ARRAY(a, struct wio_read_request, n);

	for (size_t i = 0; i < n; i++) {
		mine[i] = asks[i];
		mine[i].path = arena_str(a, str_from(asks[i].path)).s;
		mine[i].digest = arena_str(a, str_from(asks[i].digest)).s;
	}
	return mine;
}

/* `borrow`: the requests outlive the work. */
static struct fio_job
job(struct wio *w, const struct wio_read_request *asks, size_t n, bool borrow,
	struct wio_read_result *results)
{
	struct job *j = mem_alloc(sizeof(*j));

	j->w = w;
	j->roots = fio_io_roots(w);
	j->asks = borrow ? asks : copy(&j->memory, asks, n);
	j->results = results;
	put_together(j, n);
	return (struct fio_job){.ctx = j,
		.n = j->files.n,
		.run = run,
		.requests = requests_of,
		.done = done};
}

size_t
wio_read(struct wio *w, const struct wio_read_request *requests, size_t n,
	struct wio_read_result *results)
{
	struct wio_error e;
	size_t failed = 0;

	if (n == 0)
		return 0;
	struct fio_job work = job(w, requests, n, true, results);
	bool ran = fio_io_run(w, WIO_OP_READ, &work, &e) == 0;
	for (size_t i = 0; i < n; i++) {
		if (!ran) {
			blank(&results[i], WIO_OP_READ);
			results[i].error = e;
		}
		failed += results[i].error.code != WIO_OK;
	}
	return failed;
}

struct wio_ticket *
wio_read_submit(struct wio *w, const struct wio_read_request *requests,
	size_t n, struct wio_read_result *results, struct wio_error *e)
{
	struct fio_job work = job(w, requests, n, false, results);

	return fio_ticket_start(w, WIO_OP_READ, &work, e);
}

void
wio_read_release(struct wio_read_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mem_free(results[i].bytes);
		results[i].bytes = NULL;
		results[i].n = 0;
	}
}
