/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fio/write-priv.h"

#define OP WIO_OP_CREATE

/* Rounds in which a file comes and goes while we look. */
enum { ROUNDS = 100 };

struct job {
	struct wio *w;
	struct fio_roots *roots;
	const struct wio_create_request *requests;
	struct wio_create_result *results;
	size_t n;
	struct arena memory;
};

static bool
may_have_extension(const struct wio *w, const char *path)
{
	const struct wio_options *o = &w->options;
	const char *slash = strrchr(path, '/');
	struct str name = str_from(slash != NULL ? slash + 1 : path);

	for (size_t i = 0; i < o->extensions_n; i++)
		if (name.n > strlen(o->extensions[i]) &&
			str_ends(name, str_from(o->extensions[i])))
			return true;
	return o->extensions_n == 0;
}

static int
check(const struct wio *w, const struct wio_create_request *r,
	struct wio_error *e)
{
	struct fio_sum sum;

	if (r->path == NULL)
		return fio_error_set(
			e, OP, WIO_INVALID, "path", "there is no path");
	if ((unsigned int)r->existing > WIO_REPLACE_ANY)
		return fio_error_set(e, OP, WIO_INVALID, "existing",
			"'existing' has a value that is none of its enum");
	bool verified = r->existing == WIO_REPLACE_VERIFIED;
	if (verified != (r->digest != NULL))
		return fio_error_set(e, OP, WIO_INVALID, "digest",
			verified ? "replace_verified needs the digest that the "
				   "file has; read it, or give replace_any"
				 : "a digest is for replace_verified alone, in "
				   "'existing'");
	if (verified && !fio_sum_parse(str_from(r->digest), &sum))
		return fio_error_set(e, OP, WIO_INVALID, "digest",
			"'%.80s' is not a digest, as read tells them",
			r->digest);
	if ((r->mode & ~07777u) != 0 || (r->parents_mode & ~07777u) != 0)
		return fio_error_set(e, OP, WIO_INVALID,
			(r->mode & ~07777u) != 0 ? "mode" : "parents_mode",
			"there are no such bits in a mode");
	if (!may_have_extension(w, r->path))
		return fio_error_set(e, OP, WIO_EXTENSION, "path",
			"'%.200s' has none of the extensions that may be "
			"created (--extension)",
			r->path);
	return 0;
}

/* A link that leads to nothing is somebody's mistake, or trap. */
static int
refuse_link(struct job *j, const char *path, struct wio_error *e)
{
	struct fio_nearby near;
	const struct fio_dir *dir;
	const char *name;
	struct err why;
	struct stat st;

	fio_nearby_init(&near, j->roots, false);
	int rc = fio_nearby_find(&near, path, &dir, &name, e);
	if (rc == 0 && fio_stat(dir, name, &st, &why) == 0 &&
		S_ISLNK(st.st_mode))
		rc = fio_error_set(e, OP, WIO_SYMLINK, "path",
			"'%s' is a symbolic link to nothing",
			fio_path(dir, name).text);
	fio_nearby_release(&near);
	return rc;
}

/* 0: made. 1: the name is taken. */
static int
make(struct job *j, const struct fio_place *place,
	const struct wio_create_request *r, struct wio_error *e)
{
	const struct fio_writing writing = fio_writing_of(j->w);
	struct fio_replacing how = {
		.mode = r->mode != 0 ? r->mode : 0666,
		.umask = true,
		.durability = writing.durability,
		.origins = writing.origins,
		.origin = r->origin,
	};
	struct fio_version version;
	struct fio_trash trash;
	struct err why;
	struct stat st;

	if (fio_stat(&place->dir, place->name, &st, &why) == 0)
		return 1;
	if (refuse_link(j, r->path, e) < 0)
		return -1;
	/* Who sweeps must not take our file for a dead writer's. */
	if (fio_trash_open(&trash, &writing.trash, &place->dir, &why) < 0) {
		err_wrap(&why, "creating '%s'",
			fio_path(&place->dir, place->name).text);
		return fio_error_from(e, WIO_OP_LOCK, &why);
	}
	how.in = trash.of;
	int rc = fio_create_as(&place->dir, place->name,
		str_of(r->n > 0 ? r->bytes : "", r->n), &how, &version, &why);
	fio_trash_close(&trash);
	return rc < 0 ? fio_error_from(e, OP, &why) : rc;
}

/* What is there has to be what the request says. */
static int
verify(const struct fio_held *h, const struct wio_create_request *r,
	struct wio_error *e)
{
	struct fio_path path = fio_path(h->dir, h->name);
	struct fio_revision v = {.path = path.text};
	const struct wio_write_request ask = {.digest = r->digest};
	struct fio_sum want;

	if (r->existing == WIO_REPLACE_ANY)
		return 0;
	(void)fio_sum_parse(str_from(r->digest), &want);
	fio_revision_see(&v, h);
	struct fio_sum now = fio_sum(want.kind, v.bytes);
	if (fio_sum_eq(now, want))
		return 0;
	fio_sum_format(now, v.before[want.kind]);
	return fio_revise_mismatch(&v, WIO_MISMATCH, &ask, e);
}

/* As wio_write tells it. */
static int
conflict(const struct job *j, const struct fio_held *h,
	const struct wio_create_request *r, const char *kept,
	struct wio_create_result *ret)
{
	struct fio_path path = fio_path(h->dir, h->name);
	struct fio_revision now = {
		.path = path.text, .kind = j->w->options.digest};
	const struct wio_write_request ask = {.digest = r->digest};

	if (fio_conflict_look(h, kept, &now, &ret->error) == WIO_BUSY)
		return -1;
	fio_revise_mismatch(&now, WIO_CONFLICT, &ask, &ret->error);
	(void)snprintf(ret->kept, sizeof(ret->kept), "%s", kept);
	return -1;
}

/* It is held, and may be replaced. */
static int
replace_held(const struct job *j, struct fio_held *h,
	const struct wio_create_request *r, struct wio_create_result *ret)
{
	const struct str bytes = str_of(r->n > 0 ? r->bytes : "", r->n);
	const struct str_list all = {.items = &bytes, .n = 1};
	char kept[FIO_ASIDE_SIZE] = "";
	struct fio_version version;

	if (verify(h, r, &ret->error) < 0)
		return -1;
	if (str_eq(buf_str(&h->bytes), bytes))
		return fio_held_settle(h, &ret->error);
	int rc = fio_held_replace(h, all, kept, &version, &ret->error);
	return rc < 0 && ret->error.code == WIO_CONFLICT
		? conflict(j, h, r, kept, ret)
		: rc;
}

/* 0: replaced. 1: there is nothing. `*held`: bytes taken from the pool. */
static int
replace(struct job *j, const struct fio_place *place,
	const struct wio_create_request *r, struct wio_create_result *ret,
	uint64_t *held)
{
	struct fio_writing how = fio_writing_of(j->w);
	struct wio_error *e = &ret->error;
	struct fio_held h;

	how.links = r->existing == WIO_REPLACE_ANY;
	int rc = fio_held_look(&h, &how, &place->dir, place->name, e);
	if (rc == 0 && h.size > *held) {
		fio_pool_more(j->w->pool, h.size - *held);
		*held = h.size;
	}
	if (rc == 0)
		rc = fio_held_take(&h, e);
	if (rc < 0)
		return e->code == WIO_NOT_FOUND ? 1 : -1;
	h.origin = r->origin;
	rc = replace_held(j, &h, r, ret);
	fio_held_close(&h);
	return rc;
}

static int
refuse_existing(const struct fio_place *place, struct wio_error *e)
{
	struct fio_path path = fio_path(&place->dir, place->name);

	return fio_error_set(
		e, OP, WIO_EXISTS, "path", "'%s' exists already", path.text);
}

static int
put(struct job *j, const struct fio_place *place,
	const struct wio_create_request *r, struct wio_create_result *ret,
	uint64_t *held)
{
	struct wio_error *e = &ret->error;

	for (int i = 0; i < ROUNDS; i++) {
		ret->replaced = false;
		int rc = 1;
		if (r->existing != WIO_REFUSE) {
			rc = replace(j, place, r, ret, held);
			ret->replaced = rc == 0;
		}
		if (rc == 1 && r->existing == WIO_REPLACE_VERIFIED)
			return -1; /* nothing is there, as `e` says */
		if (rc == 1)
			rc = make(j, place, r, e);
		if (rc == 1 && r->existing == WIO_REFUSE)
			return refuse_existing(place, e);
		if (rc <= 0)
			return rc;
	}
	return fio_error_set(e, OP, WIO_BUSY, "path",
		"'%s' comes and goes without a pause",
		fio_path(&place->dir, place->name).text);
}

static void
do_one(struct job *j, const struct wio_create_request *r,
	struct wio_create_result *ret)
{
	mode_t mode = r->parents_mode != 0 ? r->parents_mode : 0777;
	enum wio_digest_kind kind = j->w->options.digest;
	struct fio_place place;
	struct fio_sum named;
	uint64_t held = 0;

	*ret = (struct wio_create_result){0};
	if (check(j->w, r, &ret->error) < 0)
		return;
	fio_pool_enter(j->w->pool, FIO_HOLDS_WRITE, 0);
	int rc = r->parents
		? fio_roots_make(j->roots, r->path, mode, &place, &ret->error)
		: fio_roots_find(j->roots, r->path, &place, &ret->error);
	if (rc == 0) {
		rc = put(j, &place, r, ret, &held);
		fio_place_release(&place);
	}
	fio_pool_leave(j->w->pool, FIO_HOLDS_WRITE, held);
	if (rc < 0) {
		/* What is replaced is replaced as a write does it. */
		if (ret->error.op == WIO_OP_WRITE)
			ret->error.op = OP;
		if (ret->error.op == WIO_OP_RESOLVE && ret->error.sys == ENOENT)
			(void)fio_error_add(&ret->error,
				"parents makes the directories that are "
				"missing");
		return;
	}
	ret->error = (struct wio_error){0};
	ret->reached = j->w->options.durability;
	if (r->digest != NULL && fio_sum_parse(str_from(r->digest), &named))
		kind = named.kind;
	wio_digest(kind, r->bytes, r->n, ret->digest);
}

static size_t
run(void *ctx, size_t first, size_t end, const struct fio_task *task)
{
	struct job *j = ctx;
	struct sys *sys = j->w->sys;
	size_t cancelled = 0;

	for (size_t i = first; i < end; i++) {
		const struct wio_create_request *r = &j->requests[i];
		struct wio_create_result *ret = &j->results[i];
		int64_t began = sys->clock(sys, SYS_CLOCK_ELAPSED);
		if (fio_task_is_cancelled(task)) {
			cancelled++;
			*ret = (struct wio_create_result){0};
			fio_error_set(&ret->error, OP, WIO_CANCELLED, NULL,
				"cancelled before anything was made");
		} else
			do_one(j, r, ret);
		if (r->path != NULL)
			fio_account(j->w, OP, ret->error.code, r->path,
				r->origin, r->n, began);
	}
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

static struct job *
job_new(struct wio *w, size_t n, struct wio_create_result *results)
{
	struct job *j = mem_alloc(sizeof(*j));

	*j = (struct job){
		.w = w, .roots = fio_io_roots(w), .results = results, .n = n};
	return j;
}

static struct fio_job
work_of(struct job *j)
{
	return (struct fio_job){
		.ctx = j, .n = j->n, .chunk = 1, .run = run, .done = done};
}

size_t
wio_create(struct wio *w, const struct wio_create_request *requests, size_t n,
	struct wio_create_result *results)
{
	struct wio_error e;
	size_t failed = 0;

	if (n == 0)
		return 0;
	struct job *j = job_new(w, n, results);
	j->requests = requests;
	const struct fio_job work = work_of(j);
	bool ran = fio_io_run(w, OP, &work, &e) == 0;
	for (size_t i = 0; i < n; i++) {
		if (!ran)
			results[i] = (struct wio_create_result){.error = e};
		failed += results[i].error.code != WIO_OK;
	}
	return failed;
}

struct wio_ticket *
wio_create_submit(struct wio *w, const struct wio_create_request *requests,
	size_t n, struct wio_create_result *results, struct wio_error *e)
{
	struct job *j = job_new(w, n, results);
	struct arena *a = &j->memory;
	struct wio_create_request *copy =
		ARENA_ARRAY(a, struct wio_create_request, n);

	for (size_t i = 0; i < n; i++) {
		copy[i] = requests[i];
		copy[i].path = arena_str(a, str_from(requests[i].path)).s;
		copy[i].digest = arena_str(a, str_from(requests[i].digest)).s;
		copy[i].origin = arena_str(a, str_from(requests[i].origin)).s;
		copy[i].bytes = requests[i].n > 0
			? arena_str(a, str_of(requests[i].bytes, requests[i].n))
				  .s
			: NULL;
	}
	j->requests = copy;
	const struct fio_job work = work_of(j);
	return fio_ticket_start(w, OP, &work, e);
}
