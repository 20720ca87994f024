/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>

#include "scratch.h"
#include "weir/io.h"

/*
 * Many threads use one struct wio for everything it can do, side by side. This
 * is what tools/check tsan watches; what each of them gets must be right, too.
 */

enum { THREADS = 16, ROUNDS = 12, FILES = 8, SIZE = 5000 };

struct world {
	struct scratch s;
	struct wio *w;
	const char *roots[1];
	atomic_uint_fast64_t traces, reads;
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

static void *
live(void *ctx)
{
	const struct thread *t = ctx;
	struct wio_error e;
	char text[8192];

	for (unsigned int round = 0; round < ROUNDS; round++) {
		read_all();
		submit(round % 2 == 0);
		if (t->i < FILES)
			save(t->i, round);
		if (t->i == FILES)
			assert_int_equal(wio_set_roots(w.w, w.roots, 1, &e), 0);
		if (t->i == FILES + 1)
			assert_true(wio_metrics(w.w, text, sizeof(text)) > 0);
	}
	return NULL;
}

static void
trace(void *ctx, const struct wio_trace *x)
{
	(void)ctx;
	assert_true(x->duration_ns >= 0);
	atomic_fetch_add(&w.traces, 1);
}

static void
check_threads(struct wio_options o)
{
	struct thread threads[THREADS];
	struct wio_error e;

	scratch_make(&w.s);
	for (unsigned int i = 0; i < FILES; i++)
		save(i, 0);
	atomic_store(&w.traces, 0);
	atomic_store(&w.reads, 0);
	w.roots[0] = w.s.path;
	o.roots = w.roots;
	o.roots_n = 1;
	o.on_trace = trace;
	w.w = wio_open(&o, &e);
	assert_non_null(w.w);
	for (unsigned int i = 0; i < THREADS; i++) {
		threads[i].i = i;
		assert_int_equal(pthread_create(&threads[i].thread, NULL, live,
					 &threads[i]),
			0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i].thread, NULL), 0);
	wio_close(w.w, NULL);
	scratch_remove(&w.s);
	assert_true(atomic_load(&w.reads) >= THREADS * ROUNDS * FILES);
	assert_true(atomic_load(&w.traces) >= atomic_load(&w.reads));
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
