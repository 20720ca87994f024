/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fio/write-priv.h"

/*
 * Requests are put into groups, each for one file, before any file is touched:
 * two spellings of a path are the same file, and the edits of both rest on the
 * same bytes. A group is a piece of work for the pool. In WIO_ALL each request
 * stays alone until its file is found; bundle.c makes the groups then.
 */
struct entry {
	size_t request;
	struct fio_inode inode; /* {0}: not known */
	const char *path;
	bool dry_run;
};

struct job {
	struct wio *w;
	struct fio_roots *roots;
	enum wio_batch batch;
	const struct wio_write_request *requests;
	struct wio_write_result *results;
	size_t n;
	struct arena memory;
	struct fio_write_group *groups;
	size_t groups_n;
};

static void
change(const struct fio_write_group *g, struct fio_held *h,
	struct fio_revision *v)
{
	char kept[FIO_ASIDE_SIZE] = "";
	struct fio_version version;
	struct wio_error e;

	int rc = fio_edits_are_idle(v->bytes, &v->edits)
		? fio_held_settle(h, &e)
		: fio_held_replace(
			  h, fio_revision_pieces(v), kept, &version, &e);
	if (rc == 0)
		fio_group_done(g, v, h->how->durability);
	else if (e.code == WIO_CONFLICT)
		fio_group_conflict(g, h, v, kept);
	else
		fio_group_fail(g, &e);
}

/* The file is found; judge and do. */
static void
judge_and_do(struct job *j, const struct fio_write_group *g, struct fio_held *h)
{
	struct fio_path path = fio_path(h->dir, h->name);
	struct fio_revision v = {
		.kind = j->w->options.digest, .path = path.text};
	struct wio_error e;

	if (fio_held_take(h, &e) < 0) {
		fio_group_fail(g, &e);
		return;
	}
	fio_group_judge(g, h, &v);
	if (v.accepted > 0 && h->how->look)
		fio_group_diff(g, &v);
	else if (v.accepted > 0)
		change(g, h, &v);
	fio_held_close(h);
	fio_revision_release(&v);
}

static void
do_group(struct job *j, const struct fio_write_group *g)
{
	const struct wio_write_request *first = &j->requests[g->members[0]];
	struct fio_writing how = fio_writing_of(j->w);
	struct fio_nearby near;
	struct fio_aim spot = {.nearby = &near};
	struct fio_held h;
	struct wio_error e;

	how.look = first->dry_run;
	fio_nearby_init(&near, j->roots, true);
	fio_pool_enter(j->w->pool, FIO_HOLDS_WRITE, 0);
	int rc = fio_aim_look(&spot, &h, &how, first->path, &e);
	uint64_t bytes = rc == 0 ? h.size : 0;
	fio_pool_more(j->w->pool, bytes);
	if (rc == 0)
		judge_and_do(j, g, &h);
	else
		fio_group_fail(g, &e);
	fio_aim_release(&spot);
	fio_nearby_release(&near);
	fio_pool_leave(j->w->pool, FIO_HOLDS_WRITE, bytes);
}

static void
account(struct job *j, const struct fio_write_group *g, int64_t began_ns)
{
	FIO_GROUP_EACH(g, i)
	{
		const struct wio_write_request *r = &j->requests[i];
		const struct wio_write_result *done = &j->results[i];
		uint64_t bytes = 0;
		for (size_t k = 0; k < done->deltas_n; k++)
			bytes += done->deltas[k].added;
		if (r->path != NULL)
			fio_account(j->w, WIO_OP_WRITE, done->error.code,
				r->path, r->origin, bytes, began_ns);
	}
}

static size_t
run(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct job *j = ctx;
	struct wio_error gone;
	size_t cancelled = 0;

	fio_error_set(&gone, WIO_OP_WRITE, WIO_CANCELLED, NULL,
		"cancelled before anything was changed");
	for (size_t i = first; i < end; i++) {
		const struct fio_write_group *g = &j->groups[i];
		int64_t began = j->w->sys->clock(j->w->sys, SYS_CLOCK_ELAPSED);
		bool stop = fio_task_is_cancelled(task);
		cancelled += stop ? g->n : 0;
		if (stop)
			fio_group_fail(g, &gone);
		else if (j->results[g->members[0]].error.code == WIO_OK)
			do_group(j, g);
		account(j, g, began);
	}
	return cancelled;
}

static size_t
requests_of(const void *ctx, size_t first, size_t end)
{
	const struct job *j = ctx;
	size_t n = 0;

	if (j->batch == WIO_ALL)
		return j->n;
	for (size_t i = first; i < end; i++)
		n += j->groups[i].n;
	return n;
}

/* All of it is one piece. */
static size_t
run_all(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct job *j = ctx;
	bool cancelled = fio_task_is_cancelled(task);
	int64_t began = j->w->sys->clock(j->w->sys, SYS_CLOCK_ELAPSED);
	bool refused = cancelled;
	struct wio_error gone;

	for (size_t i = 0; i < j->n; i++)
		refused |= j->results[i].error.code != WIO_OK;
	fio_error_set(&gone, WIO_OP_WRITE, WIO_CANCELLED, NULL,
		cancelled ? "cancelled before anything was changed"
			  : "another request of the batch is refused");
	if (!refused && j->n > 0)
		fio_write_batch(j->w, j->roots, j->requests, j->n, j->results);
	for (size_t i = 0; i < j->groups_n; i++) {
		if (refused)
			fio_group_fail(&j->groups[i], &gone);
		account(j, &j->groups[i], began);
	}
	return cancelled ? requests_of(j, first, end) : 0;
}

static void
done(void *ctx)
{
	struct job *j = ctx;

	fio_roots_unref(j->roots);
	arena_release(&j->memory);
	mem_free(j);
}

/*
 * Groups.
 */
static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	int c = fio_inode_cmp(x->inode, y->inode);
	if (c == 0 && x->inode.ino == 0)
		c = strcmp(x->path, y->path);
	if (c == 0)
		c = (int)x->dry_run - (int)y->dry_run;
	if (c == 0)
		c = (x->request > y->request) - (x->request < y->request);
	return c;
}

static bool
is_same_file(const struct entry *x, const struct entry *y)
{
	return fio_inode_cmp(x->inode, y->inode) == 0 &&
		x->dry_run == y->dry_run &&
		(x->inode.ino != 0 || strcmp(x->path, y->path) == 0);
}

/* Who is behind the path; what cannot be told will be found out again. */
static struct fio_inode
identify(struct job *j, struct fio_nearby *near, const char *path)
{
	const struct fio_writing how = {.look = true, .large = UINT64_MAX};
	struct fio_aim spot = {.nearby = near};
	struct fio_held h;
	struct wio_error ignored;

	(void)j;
	(void)fio_aim_look(&spot, &h, &how, path, &ignored);
	fio_aim_release(&spot);
	return h.inode;
}

static void
make_groups(struct job *j, const struct entry *entries, size_t n)
{
	size_t *members = ARENA_ARRAY(&j->memory, size_t, n);

	j->groups = ARENA_ARRAY(&j->memory, struct fio_write_group, n);
	for (size_t i = 0; i < n; i++) {
		members[i] = entries[i].request;
		if (i == 0 || !is_same_file(&entries[i - 1], &entries[i]))
			j->groups[j->groups_n++] = (struct fio_write_group){
				.requests = j->requests,
				.results = j->results,
				.members = &members[i]};
		j->groups[j->groups_n - 1].n++;
	}
}

/* One that cannot be judged is a group of its own, which fails. */
static void
group(struct job *j)
{
	struct fio_nearby near;
	CLEANUP_ARENA struct arena tmp = {0};
	struct entry *entries = ARENA_ARRAY(&tmp, struct entry, j->n);

	fio_nearby_init(&near, j->roots, false);
	fio_pool_enter(j->w->pool, FIO_HOLDS_READ, 0);
	for (size_t i = 0; i < j->n; i++) {
		const struct wio_write_request *r = &j->requests[i];
		entries[i] = (struct entry){.request = i,
			.path = r->path != NULL ? r->path : "",
			.dry_run = r->dry_run};
		j->results[i] = (struct wio_write_result){0};
		if (fio_revise_check(r, &j->results[i].error) == 0 &&
			j->batch == WIO_EACH && j->n > 1)
			entries[i].inode = identify(j, &near, r->path);
	}
	fio_nearby_release(&near);
	fio_pool_leave(j->w->pool, FIO_HOLDS_READ, 0);
	qsort(entries, j->n, sizeof(entries[0]), compare);
	make_groups(j, entries, j->n);
}

/*
 * The calls.
 */
static int
check_batch(enum wio_batch batch, struct wio_error *e)
{
	if ((unsigned int)batch <= WIO_ALL)
		return 0;
	return fio_error_set(e, WIO_OP_WRITE, WIO_INVALID, "batch",
		"'batch' has a value that is none of its enum");
}

static struct job *
job_new(struct wio *w, enum wio_batch batch)
{
	struct job *j = mem_alloc(sizeof(*j));

	*j = (struct job){.w = w, .roots = fio_io_roots(w), .batch = batch};
	return j;
}

static struct fio_job
work_of(struct job *j)
{
	group(j);
	return (struct fio_job){.ctx = j,
		.n = j->batch == WIO_ALL ? 1 : j->groups_n,
		.chunk = 1,
		.run = j->batch == WIO_ALL ? run_all : run,
		.requests = requests_of,
		.done = done};
}

size_t
wio_write(struct wio *w, enum wio_batch batch,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results)
{
	struct wio_error e;
	size_t failed = 0;

	if (check_batch(batch, &e) < 0)
		for (; failed < n; failed++)
			results[failed] = (struct wio_write_result){.error = e};
	if (failed == n)
		return failed;
	struct job *j = job_new(w, batch);
	j->requests = requests;
	j->results = results;
	j->n = n;
	const struct fio_job work = work_of(j);
	bool ran = fio_io_run(w, WIO_OP_WRITE, &work, &e) == 0;
	for (size_t i = 0; i < n; i++) {
		if (!ran)
			results[i].error = e;
		failed += results[i].error.code != WIO_OK;
	}
	return failed;
}

static const char *
copy_text(struct arena *a, const char *text)
{
	return arena_str(a, str_from(text)).s;
}

static const char *
copy_bytes(struct arena *a, const char *p, size_t n)
{
	return p != NULL ? arena_str(a, str_of(p, n)).s : NULL;
}

static const struct wio_edit *
copy_edits(struct arena *a, const struct wio_edit *edits, size_t n)
{
	struct wio_edit *copy = ARENA_ARRAY(a, struct wio_edit, n);

	for (size_t i = 0; i < n; i++) {
		copy[i] = edits[i];
		copy[i].text = copy_bytes(a, edits[i].text, edits[i].text_n);
		copy[i].anchor =
			copy_bytes(a, edits[i].anchor, edits[i].anchor_n);
	}
	return copy;
}

struct wio_ticket *
wio_write_submit(struct wio *w, enum wio_batch batch,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results, struct wio_error *e)
{
	if (check_batch(batch, e) < 0)
		return NULL;
	struct job *j = job_new(w, batch);
	struct arena *a = &j->memory;
	struct wio_write_request *copy =
		ARENA_ARRAY(a, struct wio_write_request, n);

	for (size_t i = 0; i < n; i++) {
		copy[i] = requests[i];
		copy[i].path = copy_text(a, requests[i].path);
		copy[i].digest = copy_text(a, requests[i].digest);
		copy[i].origin = copy_text(a, requests[i].origin);
		copy[i].diff =
			copy_bytes(a, requests[i].diff, requests[i].diff_n);
		copy[i].edits =
			copy_edits(a, requests[i].edits, requests[i].edits_n);
	}
	j->requests = copy;
	j->results = results;
	j->n = n;
	const struct fio_job work = work_of(j);
	return fio_ticket_start(w, WIO_OP_WRITE, &work, e);
}

void
wio_write_release(struct wio_write_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mem_free(results[i].deltas);
		mem_free(results[i].diff);
		results[i].deltas = NULL;
		results[i].diff = NULL;
		results[i].deltas_n = results[i].diff_n = 0;
	}
}
