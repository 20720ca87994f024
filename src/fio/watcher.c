/* SPDX-License-Identifier: MIT */
#include "fio/watcher.h"

#include <errno.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "fio/watch-priv.h"

#define DEBOUNCE_DEFAULT (100 * NS_PER_MS)
#define MAX_WAIT_DEFAULT (2000 * NS_PER_MS)
#define POLL_DEFAULT	 (1000 * NS_PER_MS)
#define QUEUE_DEFAULT	 1024
/* The halves of a move lie beside each other in the kernel's queue; between two
 * reads of it there is time for a scheduler to be slow. */
#define PAIR_NS (20 * NS_PER_MS)

static int64_t
elapsed(const struct wio_watch *x)
{
	return x->sys->clock(x->sys, SYS_CLOCK_ELAPSED);
}

/* Opening. */

static int64_t
or_default(int64_t ns, int64_t otherwise)
{
	return ns == 0 ? otherwise : ns < 0 ? 0 : ns;
}

static int
take_options(struct wio_watch *x, const struct wio_watch_options *o,
	struct wio_error *e)
{
	const char *field = NULL;

	if ((unsigned int)o->backend > WIO_WATCH_POLL)
		field = "backend";
	else if (o->poll_ns < 0)
		field = "poll_ns";
	if (field != NULL)
		return fio_error_set(e, WIO_OP_WATCH, WIO_INVALID, field,
			"'%s' has a value it cannot have", field);
	x->options = *o;
	x->options.debounce_ns = or_default(o->debounce_ns, DEBOUNCE_DEFAULT);
	x->options.max_wait_ns = or_default(o->max_wait_ns, MAX_WAIT_DEFAULT);
	x->options.poll_ns = or_default(o->poll_ns, POLL_DEFAULT);
	if (o->queue == 0)
		x->options.queue = QUEUE_DEFAULT;
	return 0;
}

/* Whether it can watch the directory the roots begin with. 0 or -errno. */
static int
try(struct wio_watch *x, struct fio_backend *b)
{
	uint64_t key;

	if (fio_roots_n(x->roots) == 0)
		return 0;
	int rc = b->add(b, fio_roots_dir(x->roots, 0)->fd, &key);
	return rc == -ENOSPC ? 0 : rc;
}

/* The first that works, from the one that was asked for on. */
static void
choose_backend(struct wio_watch *x)
{
	static int (*const opens[])(struct fio_backend **, struct sys *) = {
		fio_fanotify_open, fio_inotify_open};
	static const enum wio_watch_backend kinds[] = {
		WIO_WATCH_FANOTIFY, WIO_WATCH_INOTIFY};
	enum wio_watch_backend from = x->options.backend;

	x->backend = NULL;
	x->refused = 0;
	for (size_t i = 0; i < 2 && from != WIO_WATCH_POLL; i++) {
		if (from == WIO_WATCH_INOTIFY && kinds[i] != from)
			continue;
		struct fio_backend *b;
		x->refused = opens[i](&b, x->sys);
		if (x->refused < 0)
			continue;
		x->refused = try(x, b);
		if (x->refused == 0) {
			x->backend = b;
			return;
		}
		fio_backend_close(b);
	}
}

static int
open_descriptors(struct wio_watch *x, struct wio_error *e)
{
	struct sys *sys = x->sys;
	int rc = 0;

	int *const all[] = {&x->epoll, &x->timer, &x->bell};
	int (*const make[])(struct sys *) = {
		sys->epoll, sys->timer, sys->eventfd};
	for (size_t i = 0; i < 3 && rc == 0; i++) {
		*all[i] = make[i](sys);
		rc = *all[i] < 0 ? *all[i]
			: i == 0 ? 0
				 : sys->epoll_add(sys, x->epoll, *all[i]);
	}
	if (rc < 0)
		return fio_error_sys(e, WIO_OP_WATCH, -rc, "starting to watch");
	return 0;
}

static int
start_backend(struct wio_watch *x, struct wio_error *e)
{
	choose_backend(x);
	if (x->backend == NULL)
		return 0;
	int rc = x->sys->epoll_add(x->sys, x->epoll, x->backend->fd);
	if (rc < 0)
		return fio_error_sys(e, WIO_OP_WATCH, -rc, "starting to watch");
	return 0;
}

/* All of them first: each ends where another one begins. */
static void
add_roots(struct wio_watch *x)
{
	x->bases.n = 0;
	for (size_t i = 0; i < fio_roots_n(x->roots); i++) {
		struct stat st = {0};
		(void)fio_coalesce_root(&x->tree, i);
		(void)x->sys->fstat(
			x->sys, fio_roots_dir(x->roots, i)->fd, &st);
		VEC_PUSH(&x->bases,
			((struct fio_base){.dir = fio_inode_of(&st)}));
	}
}

/* All there is, watched and known. */
static void
survey_roots(struct wio_watch *x)
{
	int64_t now = elapsed(x);

	fio_coalesce_init(&x->tree,
		&(struct fio_coalesce_options){
			.debounce_ns = x->options.debounce_ns,
			.max_wait_ns = x->options.max_wait_ns,
			.pair_ns = PAIR_NS,
			.queue = x->options.queue,
			.dropped = fio_watch_dropped,
			.ctx = x,
		});
	add_roots(x);
	VEC_EACH (root, &x->tree.roots)
		fio_watch_survey(x, *root, false, now);
	fio_watch_follow_roots(x);
	fio_coalesce_settle(&x->tree);
}

static void
forget_notices(struct wio_watch *x)
{
	VEC_EACH (n, &x->notices)
		mem_free(n->path);
	x->notices.n = 0;
}

static void
free_watch(struct wio_watch *x)
{
	int all[] = {x->timer, x->bell, x->epoll};

	fio_coalesce_release(&x->tree);
	fio_backend_close(x->backend);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] >= 0)
			(void)x->sys->close(x->sys, all[i]);
	fio_roots_unref(x->roots);
	forget_notices(x);
	VEC_RELEASE(&x->notices);
	VEC_RELEASE(&x->looks);
	VEC_RELEASE(&x->doubts);
	VEC_RELEASE(&x->checks);
	VEC_RELEASE(&x->polled);
	VEC_RELEASE(&x->bases);
	mem_free(x->keys);
	buf_release(&x->path);
	buf_release(&x->old_path);
	buf_release(&x->bytes);
	mem_free(x);
}

/* The descriptor becomes readable when there may be something to tell. */
static void
set_timer(struct wio_watch *x, int64_t roots_at_ns)
{
	int64_t at = fio_coalesce_due(&x->tree);

	if (roots_at_ns < at)
		at = roots_at_ns;
	if (x->polled.n > 0 && x->poll_at_ns < at)
		at = x->poll_at_ns;
	if (x->notices.n > 0 && x->notices.items[0].until_ns < at)
		at = x->notices.items[0].until_ns;
	if ((x->notices.n > 0 && x->tree.pending == 0) || at < 1)
		at = 1;
	(void)x->sys->timer_set(x->sys, x->timer, at == INT64_MAX ? 0 : at);
}

struct wio_watch *
wio_watch_open(struct wio *w, const struct wio_watch_options *options,
	struct wio_error *e)
{
	struct wio_watch_options none = {0};
	struct wio_watch *x = mem_alloc(sizeof(*x));

	x->sys = w->sys;
	x->w = w;
	x->epoll = x->timer = x->bell = -1;
	x->roots = fio_io_roots(w);
	if (take_options(x, options != NULL ? options : &none, e) < 0 ||
		open_descriptors(x, e) < 0 || start_backend(x, e) < 0) {
		free_watch(x);
		return NULL;
	}
	survey_roots(x);
	/* Who waits for the descriptor first has to be woken, too. */
	set_timer(x, fio_watch_roots(x, elapsed(x)));
	fio_mutex_take(w->mutex);
	x->next = w->watches;
	w->watches = x;
	/* The roots may have become others meanwhile. */
	atomic_store(&x->rerooted, x->roots != w->roots);
	fio_mutex_drop(w->mutex);
	return x;
}

int
wio_watch_fd(const struct wio_watch *x)
{
	return x->epoll;
}

enum wio_watch_backend
wio_watch_backend_of(const struct wio_watch *x)
{
	return x->backend != NULL ? x->backend->kind : WIO_WATCH_POLL;
}

void
wio_watch_close(struct wio_watch *x)
{
	if (x == NULL)
		return;
	if (!atomic_load(&x->ended)) {
		fio_mutex_take(x->w->mutex);
		struct wio_watch **p = &x->w->watches;
		while (*p != x)
			p = &(*p)->next;
		*p = x->next;
		fio_mutex_drop(x->w->mutex);
	}
	free_watch(x);
}

/* From other threads. */

static void
ring(struct wio_watch *x)
{
	uint64_t one = 1;

	(void)x->sys->write(x->sys, x->bell, &one, sizeof(one));
}

void
fio_watches_reroot(struct wio *w)
{
	fio_mutex_take(w->mutex);
	for (struct wio_watch *x = w->watches; x != NULL; x = x->next) {
		atomic_store(&x->rerooted, true);
		ring(x);
	}
	fio_mutex_drop(w->mutex);
}

void
fio_watches_end(struct wio *w)
{
	fio_mutex_take(w->mutex);
	for (struct wio_watch *x = w->watches; x != NULL; x = x->next) {
		atomic_store(&x->ended, true);
		ring(x);
	}
	w->watches = NULL;
	fio_mutex_drop(w->mutex);
}

/* Telling. */

static int
reroot(struct wio_watch *x, struct wio_error *e)
{
	fio_coalesce_release(&x->tree);
	fio_coalesce_init(&x->tree, &(struct fio_coalesce_options){0});
	forget_notices(x);
	fio_backend_close(x->backend);
	x->backend = NULL;
	fio_roots_unref(x->roots);
	x->roots = fio_io_roots(x->w);
	if (start_backend(x, e) < 0)
		return -1;
	survey_roots(x);
	fio_coalesce_lose(&x->tree);
	return 0;
}

/* Forget why we were woken. */
static void
hear(struct wio_watch *x)
{
	uint64_t count;

	(void)x->sys->read(x->sys, x->bell, &count, sizeof(count));
}

/* 0: an event; 1: none by now; -1. */
static int
step(struct wio_watch *x, struct wio_event *ret, struct wio_error *e)
{
	if (atomic_load(&x->ended))
		return fio_error_set(e, WIO_OP_WATCH, WIO_CLOSED, NULL,
			"the library was closed");
	hear(x);
	if (atomic_exchange(&x->rerooted, false) && reroot(x, e) < 0)
		return -1;
	int64_t now = elapsed(x);
	fio_watch_pump(x, now);
	int64_t roots_at = fio_watch_roots(x, now);
	bool got = fio_watch_tell(x, now, ret);
	set_timer(x, roots_at);
	return got ? 0 : 1;
}

int
wio_watch_next(struct wio_watch *x, int64_t timeout_ns, struct wio_event *ret,
	struct wio_error *e)
{
	int64_t until = timeout_ns <= 0 ? 0 : elapsed(x) + timeout_ns;

	for (;;) {
		int rc = step(x, ret, e);
		if (rc != 1 || timeout_ns == 0)
			return rc;
		int64_t left = timeout_ns < 0 ? -1 : until - elapsed(x);
		if (timeout_ns > 0 && left <= 0)
			return 1;
		rc = sys_poll_in(x->sys, x->epoll, left);
		if (rc < 0 && rc != -EINTR)
			return fio_error_sys(
				e, WIO_OP_WATCH, -rc, "waiting for events");
	}
}
