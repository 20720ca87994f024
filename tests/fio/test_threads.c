/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>

#include "scratch.h"
#include "weir/io.h"

/*
 * Many threads use one struct wio for everything it can do, side by side. This
 * is what tools/check tsan watches; what each of them gets must be right, too.
 */

enum { THREADS = 16, ROUNDS = 6, FILES = 8, SIZE = 5000 };

struct world {
	struct scratch s;
	struct wio *w;
	const char *roots[1];
	atomic_uint_fast64_t traces, reads, appended, refused, events;
	atomic_bool ended;
};

static struct world w;

struct thread {
	pthread_t thread;
	unsigned int i;
};

/* A whole file is of one letter, whichever version is read. */
static void
save(unsigned int file, unsigned int version)
{
	char name[64], from[512], to[512], text[SIZE];

	memset(text, (int)('a' + version % 26), sizeof(text));
	(void)snprintf(name, sizeof(name), "new-%u-%u", file, version);
	scratch_put_bytes(&w.s, name, text, sizeof(text));
	scratch_path(&w.s, name, from);
	(void)snprintf(name, sizeof(name), "f%u", file);
	assert_int_equal(rename(from, scratch_path(&w.s, name, to)), 0);
}

static void
check_read(const struct wio_read_result *res)
{
	char digest[WIO_DIGEST_SIZE];

	if (res->error.code != WIO_OK)
		fail_msg("%s", res->error.message);
	assert_int_equal(res->n, SIZE);
	for (size_t i = 1; i < res->n; i++)
		assert_int_equal(res->bytes[i], res->bytes[0]);
	wio_digest(WIO_XXH3, res->bytes, res->n, digest);
	assert_string_equal(res->digest, digest);
	atomic_fetch_add(&w.reads, 1);
}

static void
read_all(void)
{
	struct wio_read_request asks[FILES] = {0};
	struct wio_read_result got[FILES];
	char names[FILES][8];

	for (unsigned int i = 0; i < FILES; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%u", i);
		asks[i].path = names[i];
	}
	assert_int_equal(wio_read(w.w, asks, FILES, got), 0);
	for (int i = 0; i < FILES; i++)
		check_read(&got[i]);
	wio_read_release(got, FILES);
}

static void
submit(bool cancel)
{
	struct wio_read_request asks[FILES] = {0};
	struct wio_read_result got[FILES];
	struct wio_error e;

	for (int i = 0; i < FILES; i++)
		asks[i].path = "f0";
	asks[FILES - 1].path = "none";
	struct wio_ticket *t = wio_read_submit(w.w, asks, FILES, got, &e);
	assert_non_null(t);
	if (cancel)
		wio_ticket_cancel(t);
	else
		(void)wio_ticket_fd(t);
	wio_ticket_free(t);
	for (int i = 0; i < FILES; i++) {
		enum wio_code code = got[i].error.code;
		if (code == WIO_CANCELLED && cancel)
			continue;
		if (i < FILES - 1)
			check_read(&got[i]);
		else
			assert_int_equal(code, WIO_NOT_FOUND);
	}
	wio_read_release(got, FILES);
}

/* Everybody looks at one file; what its identity says is what it holds. */
static void
scan_all(void)
{
	struct wio_scan_request asks[FILES] = {0};
	struct wio_scan_result got[FILES];
	char names[FILES][8];

	for (unsigned int i = 0; i < FILES; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%u", i);
		asks[i].path = names[i];
		asks[i].digest = "xxh3:00000000000000000000000000000000";
	}
	assert_int_equal(wio_scan(w.w, asks, FILES, got), FILES);
	for (int i = 0; i < FILES; i++)
		if (got[i].change != WIO_CHANGED)
			fail_msg("%s", got[i].error.message);
}

/* One byte at the end of `path`, if it is still as it was read. */
static bool
append(const char *path)
{
	struct wio_read_request ask = {.path = path};
	struct wio_read_result now;
	struct wio_write_result res;

	assert_int_equal(wio_read(w.w, &ask, 1, &now), 0);
	struct wio_edit edit = {
		.start = now.n, .end = now.n, .text = "x", .text_n = 1};
	struct wio_write_request request = {.path = path,
		.digest = now.digest,
		.edits = &edit,
		.edits_n = 1,
		.origin = "test"};
	bool failed = wio_write(w.w, WIO_EACH, &request, 1, &res) > 0;
	enum wio_code code = res.error.code;
	if (failed && code != WIO_MISMATCH && code != WIO_CONFLICT &&
		code != WIO_BUSY)
		fail_msg("%s: %s", wio_code_name(code), res.error.message);
	wio_write_release(&res, 1);
	wio_read_release(&now, 1);
	return !failed;
}

static void
write_some(unsigned int thread, unsigned int round)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "own%u", thread);
	struct wio_create_request make = {.path = name, .bytes = "x", .n = 1};
	struct wio_create_result made;
	bool exists = wio_create(w.w, &make, 1, &made) > 0;
	assert_int_equal(exists, round > 0);
	if (exists)
		assert_int_equal(made.error.code, WIO_EXISTS);
	assert_true(append(name));
	atomic_fetch_add(append("shared") ? &w.appended : &w.refused, 1);
}

static void *
live(void *ctx)
{
	const struct thread *t = ctx;
	struct wio_error e;
	char text[8192];

	for (unsigned int round = 0; round < ROUNDS; round++) {
		read_all();
		submit(round % 2 == 0);
		scan_all();
		write_some(t->i, round);
		if (t->i < FILES)
			save(t->i, round);
		if (t->i == FILES)
			assert_int_equal(wio_set_roots(w.w, w.roots, 1, &e), 0);
		if (t->i == FILES + 1)
			assert_true(wio_metrics(w.w, text, sizeof(text)) > 0);
	}
	return NULL;
}

/* Watches until everybody else is done and nothing more is told. */
static void *
look_on(void *ctx)
{
	struct wio_watch *x = ctx;
	struct wio_event event;
	struct wio_error e;
	int rc;

	while ((rc = wio_watch_next(x, 10000000, &event, &e)) == 0 ||
		!atomic_load(&w.ended)) {
		if (rc < 0)
			fail_msg("%s", e.message);
		if (rc > 0)
			continue;
		assert_int_equal(event.sequence, atomic_load(&w.events) + 1);
		atomic_fetch_add(&w.events, 1);
	}
	return NULL;
}

static void
check_shared(void)
{
	struct wio_read_request ask = {.path = "shared"};
	struct wio_read_result got;

	assert_int_equal(wio_read(w.w, &ask, 1, &got), 0);
	assert_int_equal(got.n, 1 + atomic_load(&w.appended));
	wio_read_release(&got, 1);
	assert_int_equal(atomic_load(&w.appended) + atomic_load(&w.refused),
		THREADS * ROUNDS);
	assert_true(atomic_load(&w.appended) > 0);
}

static void
trace(void *ctx, const struct wio_trace *x)
{
	(void)ctx;
	assert_true(x->duration_ns >= 0);
	atomic_fetch_add(&w.traces, 1);
}

static void
open_world(struct wio_options o)
{
	struct wio_error e;

	memset(&w, 0, sizeof(w));
	scratch_make(&w.s);
	for (unsigned int i = 0; i < FILES; i++)
		save(i, 0);
	scratch_put(&w.s, "shared", "x");
	w.roots[0] = w.s.path;
	o.roots = w.roots;
	o.roots_n = 1;
	o.on_trace = trace;
	o.durability = WIO_NOT_DURABLE;
	w.w = wio_open(&o, &e);
	if (w.w == NULL)
		fail_msg("%s", e.message);
}

static void
check_threads(struct wio_options o)
{
	struct thread threads[THREADS];
	pthread_t watcher;
	struct wio_error e;

	open_world(o);
	struct wio_watch *x = wio_watch_open(w.w,
		&(struct wio_watch_options){.backend = WIO_WATCH_INOTIFY,
			.debounce_ns = -1,
			.own_events = true},
		&e);
	if (x == NULL)
		fail_msg("%s", e.message);
	assert_int_equal(pthread_create(&watcher, NULL, look_on, x), 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		threads[i].i = i;
		assert_int_equal(pthread_create(&threads[i].thread, NULL, live,
					 &threads[i]),
			0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i].thread, NULL), 0);
	atomic_store(&w.ended, true);
	assert_int_equal(pthread_join(watcher, NULL), 0);
	wio_watch_close(x);
	check_shared();
	wio_close(w.w, NULL);
	scratch_remove(&w.s);
	assert_true(atomic_load(&w.reads) >= THREADS * ROUNDS * FILES);
	assert_true(atomic_load(&w.traces) >= atomic_load(&w.reads));
	assert_true(atomic_load(&w.events) > 0);
}

static void
many_threads_use_one_manager(void **state)
{
	(void)state;
	check_threads((struct wio_options){.workers = 4});
}

static void
many_threads_share_one_permit_and_few_bytes(void **state)
{
	(void)state;
	check_threads((struct wio_options){.workers = 4,
		.permits = 1,
		.queue = 1,
		.bytes_in_flight = SIZE + SIZE / 2,
		.no_openat2 = true});
}

static void
many_threads_share_a_cache(void **state)
{
	(void)state;
	check_threads((struct wio_options){.workers = 4,
		.permits = 3,
		.cache_bytes = SIZE * 4,
		.cache_entries = 4});
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_threads_use_one_manager),
		cmocka_unit_test(many_threads_share_one_permit_and_few_bytes),
		cmocka_unit_test(many_threads_share_a_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
