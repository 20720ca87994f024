/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "fio/cache.h"
#include "fio/io-priv.h"
#include "fio/metrics.h"
#include "fio/origin.h"
#include "fio/tokens.h"
#include "fio/watcher.h"
#include "fio/write-priv.h"
#include "sys/real.h"

#define PERMITS_MAX	 65536
#define PERMITS_DEFAULT	 100
#define PERMITS_NO_LIMIT 50 /* the limit cannot be asked */
#define FD_LIMIT_MIN	 4
#define FD_LIMIT_MAX	 1024
#define FD_LIMIT_ENV	 "WEIR_IO_FD_LIMIT"
#define WORKERS_DEFAULT	 16
#define WORKERS_MAX	 1024
#define QUEUE_DEFAULT	 100
#define BYTES_DEFAULT	 ((uint64_t)256 * 1024 * 1024)
#define LARGE_DEFAULT	 ((uint64_t)UINT32_MAX)
#define LOCK_WAIT_NS	 (5 * NS_PER_SEC)

/* Options. */

static unsigned int
clamp(uint64_t n, unsigned int min, unsigned int max)
{
	return n < min ? min : n > max ? max : (unsigned int)n;
}

static int
permits_from_env(const char *text, unsigned int *ret, struct wio_error *e)
{
	uint64_t n;

	if (!parse_u64(str_from(text), &n) || n == 0)
		return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, NULL,
			FD_LIMIT_ENV " is '%s', not a number from 1 on", text);
	*ret = clamp(n, FD_LIMIT_MIN, FD_LIMIT_MAX);
	return 0;
}

static int
choose_permits(struct sys *sys, const struct wio_options *o, unsigned int *ret,
	struct wio_error *e)
{
	const char *env;
	uint64_t limit;

	if (o->permits > PERMITS_MAX)
		return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, "permits",
			"%u permits, the most is %d", o->permits, PERMITS_MAX);
	*ret = o->permits;
	if (o->permits > 0)
		return 0;
	*ret = clamp(o->fd_limit, FD_LIMIT_MIN, FD_LIMIT_MAX);
	if (o->fd_limit > 0)
		return 0;
	env = sys->env(sys, FD_LIMIT_ENV);
	if (env != NULL)
		return permits_from_env(env, ret, e);
	*ret = PERMITS_NO_LIMIT;
	if (sys->fd_limit(sys, &limit) == 0)
		*ret = clamp(limit / 3, 1, PERMITS_DEFAULT);
	return 0;
}

static unsigned int
count_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return WORKERS_DEFAULT;
	return clamp((uint64_t)CPU_COUNT(&set), 1, WORKERS_DEFAULT);
}

static int
check_enums(const struct wio_options *o, struct wio_error *e)
{
	const char *field = NULL;

	if ((unsigned int)o->symlinks > WIO_SYMLINKS_FOLLOW_ANYWHERE)
		field = "symlinks";
	else if ((unsigned int)o->digest > WIO_SHA256)
		field = "digest";
	else if ((unsigned int)o->durability > WIO_NOT_DURABLE)
		field = "durability";
	if (field == NULL)
		return 0;
	return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, field,
		"'%s' has a value that is none of its enum", field);
}

static int
check_extensions(const struct wio_options *o, struct wio_error *e)
{
	char field[sizeof(e->field)];

	for (size_t i = 0; i < o->extensions_n; i++) {
		const char *x = o->extensions[i];
		if (x[0] == '.' && x[1] != '\0' && strchr(x, '/') == NULL)
			continue;
		(void)snprintf(field, sizeof(field), "extensions[%zu]", i);
		return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, field,
			"'%s' is no extension, which begins with '.'", x);
	}
	return 0;
}

static int
check_options(const struct wio_options *o, struct wio_error *e)
{
	if (check_enums(o, e) < 0 || check_extensions(o, e) < 0)
		return -1;
	if (o->workers > WORKERS_MAX)
		return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, "workers",
			"%u workers, the most is %d", o->workers, WORKERS_MAX);
	if (o->lock_wait_ns < 0)
		return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID,
			"lock_wait_ns", "a time to wait below 0");
	if (o->trash != NULL && o->trash[0] != '/')
		return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID, "trash",
			"'%s' is not an absolute path", o->trash);
	return 0;
}

static const char *
keep(struct wio *w, const char *s)
{
	return arena_str(&w->memory, str_from(s)).s;
}

static void
fill_defaults(struct wio_options *o)
{
	if (o->bytes_in_flight == 0)
		o->bytes_in_flight = BYTES_DEFAULT;
	if (o->workers == 0)
		o->workers = count_processors();
	if (o->queue == 0)
		o->queue = QUEUE_DEFAULT;
	if (o->large == 0)
		o->large = LARGE_DEFAULT;
	if (o->lock_wait_ns == 0)
		o->lock_wait_ns = LOCK_WAIT_NS;
}

static int
take_options(struct wio *w, const struct wio_options *o, struct wio_error *e)
{
	struct wio_options *mine = &w->options;

	if (check_options(o, e) < 0)
		return -1;
	*mine = *o;
	mine->roots = NULL;
	mine->roots_n = 0;
	mine->trash = keep(w, o->trash);
	mine->grammars = keep(w, o->grammars);
	const char **extensions =
		ARENA_ARRAY(&w->memory, const char *, o->extensions_n);
	for (size_t i = 0; i < o->extensions_n; i++)
		extensions[i] = keep(w, o->extensions[i]);
	mine->extensions = extensions;
	fill_defaults(mine);
	return choose_permits(w->sys, o, &mine->permits, e);
}

/* Opening and closing. */

static int
open_pool(struct wio *w, bool inline_only, struct wio_error *e)
{
	struct fio_pool_options o = {
		.workers = inline_only ? 0 : w->options.workers,
		.queue = w->options.queue,
		.permits = w->options.permits,
		.bytes_in_flight = w->options.bytes_in_flight,
	};
	struct err err;

	if (fio_pool_open(&w->pool, w->sys, &o, &err) < 0)
		return fio_error_from(e, WIO_OP_OPEN, &err);
	return 0;
}

static int
check_trash(
	const struct wio *w, const struct fio_roots *roots, struct wio_error *e)
{
	struct err why;

	for (size_t i = 0; i < fio_roots_n(roots); i++)
		if (fio_trash_check(w->options.trash, fio_roots_dir(roots, i),
			    &why) < 0)
			return fio_error_set(e, WIO_OP_OPEN, WIO_INVALID,
				"trash", "%s", why.msg);
	return 0;
}

static struct fio_roots *
open_roots(const struct wio *w, const char *const *roots, size_t n,
	struct wio_error *e)
{
	struct fio_roots_options o = {
		.roots = roots,
		.roots_n = n,
		.symlinks = w->options.symlinks,
		.cross_mounts = w->options.cross_mounts,
		.no_openat2 = w->options.no_openat2,
	};

	struct fio_roots *ret = fio_roots_new(w->sys, &o, e);
	if (ret != NULL && w->options.trash != NULL &&
		check_trash(w, ret, e) < 0) {
		fio_roots_unref(ret);
		return NULL;
	}
	return ret;
}

static void
io_free(struct wio *w)
{
	fio_roots_unref(w->roots);
	fio_tokens_free(w->tokens);
	fio_cache_free(w->cache);
	fio_trashes_free(w->trashes);
	fio_inodes_free(w->inodes);
	fio_origins_free(w->origins);
	fio_metrics_free(w->metrics);
	fio_mutex_free(w->mutex);
	arena_release(&w->memory);
	mem_free(w);
}

/* Batches that died. Who may only read leaves them to who may write, and who
 * finds somebody at it, to them. */
static int
recover(struct wio *w, struct wio_error *e)
{
	struct err why;

	if (fio_sweep_batches(w, w->roots, &why) == 0)
		return 0;
	if (why.code == ERR_LOCKED || why.sys == EACCES || why.sys == EPERM ||
		why.sys == EROFS)
		return 0;
	return fio_error_from(e, WIO_OP_OPEN, &why);
}

struct wio *
fio_io_open(struct sys *sys, const struct wio_options *options,
	bool inline_only, struct wio_error *e)
{
	struct wio *w = mem_alloc(sizeof(*w));

	w->sys = sys;
	w->mutex = fio_mutex_new();
	w->metrics = fio_metrics_new();
	w->cache = fio_cache_new(options->cache_bytes, options->cache_entries);
	w->inodes = fio_inodes_new();
	w->trashes = fio_trashes_new();
	w->origins = fio_origins_new(sys);
	if (take_options(w, options, e) == 0)
		w->roots = open_roots(w, options->roots, options->roots_n, e);
	bool good = w->roots != NULL;
	if (good && w->options.grammars != NULL) {
		w->tokens = fio_tokens_open(sys, w->options.grammars, e);
		good = w->tokens != NULL;
	}
	if (!good || open_pool(w, inline_only, e) < 0) {
		io_free(w);
		return NULL;
	}
	if (recover(w, e) < 0) {
		wio_close(w, NULL);
		return NULL;
	}
	return w;
}

struct wio *
wio_open(const struct wio_options *options, struct wio_error *e)
{
	return fio_io_open(sys_real(), options, false, e);
}

void
wio_close(struct wio *w, struct wio_closing *c)
{
	struct wio_closing none = {0};

	if (w == NULL)
		return;
	if (c == NULL)
		c = &none;
	fio_watches_end(w);
	fio_pool_close(w->pool, c->deadline_ns, &c->drained, &c->cancelled);
	io_free(w);
}

int
wio_set_roots(struct wio *w, const char *const *roots, size_t roots_n,
	struct wio_error *e)
{
	struct fio_roots *fresh = open_roots(w, roots, roots_n, e);

	if (fresh == NULL)
		return -1;
	fio_mutex_take(w->mutex);
	struct fio_roots *before = w->roots;
	w->roots = fresh;
	fio_mutex_drop(w->mutex);
	fio_roots_unref(before);
	fio_watches_reroot(w);
	return 0;
}

struct fio_roots *
fio_io_roots(struct wio *w)
{
	fio_mutex_take(w->mutex);
	struct fio_roots *r = fio_roots_ref(w->roots);
	fio_mutex_drop(w->mutex);
	return r;
}

int
fio_io_run(struct wio *w, enum wio_op op, const struct fio_job *job,
	struct wio_error *e)
{
	struct err err;

	if (fio_pool_run(w->pool, job, &err) == 0)
		return 0;
	if (job->done != NULL)
		job->done(job->ctx);
	return fio_error_set(e, op, WIO_CLOSED, NULL, "%s", err.msg);
}

/* Accounting. */

void
fio_account(struct wio *w, enum wio_op op, enum wio_code code, const char *path,
	const char *origin, uint64_t bytes, int64_t began_ns)
{
	int64_t took = w->sys->clock(w->sys, SYS_CLOCK_ELAPSED) - began_ns;

	fio_metrics_count(w->metrics, op, code, bytes, took);
	if (w->options.on_trace == NULL)
		return;
	struct fio_roots *roots = fio_io_roots(w);
	struct wio_trace trace = {
		.op = op,
		.code = code,
		.path = fio_roots_show(roots, path),
		.origin = origin,
		.bytes = bytes,
		.duration_ns = took,
	};
	w->options.on_trace(w->options.trace_ctx, &trace);
	fio_roots_unref(roots);
}

size_t
wio_metrics(struct wio *w, char *p, size_t n)
{
	CLEANUP_BUF struct buf text = {0};

	buf_add_c(&text, "");
	fio_metrics_print(w->metrics, &text);
	if (w->cache != NULL)
		fio_cache_print(w->cache, &text);
	if (n > 0)
		(void)snprintf(p, n, "%s", text.p);
	return text.n;
}
