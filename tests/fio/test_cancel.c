/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"
#include "gate.h"
#include "io.h"

/* Reads and scans that are cancelled while they are under way. */

/* A kernel whose first read of a file waits at the gate. */
static struct {
	struct hasty h;
	struct gate begun, gate;
	atomic_int reads;
} slow;

static ssize_t
slow_read(struct sys *t, int fd, void *p, size_t n)
{
	(void)t;
	if (atomic_fetch_add(&slow.reads, 1) == 0) {
		gate_open(&slow.begun);
		gate_pass(&slow.gate);
	}
	return sys_real()->read(sys_real(), fd, p, n);
}

static void
open_slowly(struct wio_options o)
{
	const char *const roots[] = {s.path};

	hasty_init(&slow.h);
	slow.h.sys.read = slow_read;
	slow.h.waited = &slow.gate;
	slow.begun.open = slow.gate.open = false;
	atomic_store(&slow.reads, 0);
	o.roots = roots;
	o.roots_n = 1;
	o.workers = 1;
	wio_close(w, NULL);
	w = fio_io_open(&slow.h.sys, &o, false, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
}

/* Of nothing but a size. */
static void
make_hole(const char *name, off_t size)
{
	char path[512];

	scratch_put(&s, name, "");
	assert_int_equal(truncate(scratch_path(&s, name, path), size), 0);
}

static void
cancel_when_begun(struct wio_ticket *t)
{
	assert_non_null(t);
	gate_pass(&slow.begun);
	wio_ticket_cancel(t);
	gate_open(&slow.gate);
	wio_ticket_free(t); /* waits */
}

static void
a_scan_ends_in_the_middle_of_a_file(void **state)
{
	const struct wio_scan_request ask = {.path = "hole"};
	struct wio_scan_result got;

	(void)state;
	make_hole("hole", 1 << 20);
	open_slowly((struct wio_options){0});
	cancel_when_begun(wio_scan_submit(w, &ask, 1, &got, &e));
	check_code(got.error, WIO_CANCELLED);
	assert_int_equal(got.error.op, WIO_OP_SCAN);
	assert_int_equal(got.change, WIO_UNREADABLE);
	assert_string_equal(got.digest, "");
	assert_int_equal(atomic_load(&slow.reads), 1);
}

static void
a_read_ends_in_the_middle_of_a_file(void **state)
{
	const struct wio_read_request asks[] = {
		{.path = "hole", .raw = true}, {.path = "hole", .raw = true}};
	struct wio_read_result got[2];

	(void)state;
	make_hole("hole", 64 << 20);
	open_slowly((struct wio_options){0});
	cancel_when_begun(wio_read_submit(w, asks, 2, got, &e));
	for (int i = 0; i < 2; i++) {
		check_code(got[i].error, WIO_CANCELLED);
		assert_int_equal(got[i].error.op, WIO_OP_READ);
		assert_null(got[i].bytes);
	}
	assert_int_equal(atomic_load(&slow.reads), 1);
	wio_read_release(got, 2);
}

/* Threads take several at a time. */
static void
of_many_only_the_one_that_is_read_is_finished(void **state)
{
	enum { FILES = 200 };
	struct wio_read_request asks[FILES] = {0};
	static struct wio_read_result got[FILES];
	static char names[FILES][8];
	int finished = 0;

	(void)state;
	for (int i = 0; i < FILES; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "f%d", i);
		scratch_put(&s, names[i], "text");
		asks[i].path = names[i];
	}
	open_slowly((struct wio_options){0});
	cancel_when_begun(wio_read_submit(w, asks, FILES, got, &e));
	for (int i = 0; i < FILES; i++) {
		finished += got[i].error.code == WIO_OK;
		if (got[i].error.code != WIO_OK)
			check_code(got[i].error, WIO_CANCELLED);
	}
	assert_int_equal(finished, 1);
	wio_read_release(got, FILES);
}

/* Nobody would live to see the end of this one. */
static void
closing_does_not_wait_for_the_end_of_a_file(void **state)
{
	const struct wio_scan_request ask = {.path = "hole"};
	struct wio_closing c = {.deadline_ns = 1000000};
	struct wio_scan_result got;

	(void)state;
	make_hole("hole", (off_t)4 << 40);
	open_slowly((struct wio_options){.large_stream = true});
	struct wio_ticket *t = wio_scan_submit(w, &ask, 1, &got, &e);
	assert_non_null(t);
	gate_pass(&slow.begun);
	wio_close(w, &c);
	w = NULL;
	wio_ticket_free(t);
	check_code(got.error, WIO_CANCELLED);
	assert_int_equal(c.cancelled, 1);
	assert_int_equal(c.drained, 0);
}

/* One that scans "slow", and behind it others for fewer files than requests. */
enum { REQUESTS = 1 + 3 + 2 + 2 };

struct crowd {
	struct wio_scan_result scanned;
	struct wio_read_result got[3];
	struct wio_write_result each[2], all[2];
	struct wio_ticket *tickets[4];
};

static void
crowd_submit(struct crowd *x)
{
	static const struct wio_scan_request slowly = {.path = "slow"};
	static const struct wio_read_request asks[] = {
		{.path = "f"}, {.path = "f"}, {.path = "f"}};
	static const struct wio_edit edits[] = {
		{.anchor = "old", .anchor_n = 3, .text = "new", .text_n = 3},
		{.anchor = "text", .anchor_n = 4, .text = "TEXT", .text_n = 4}};
	static const struct wio_write_request each[] = {
		{.path = "f", .edits = &edits[0], .edits_n = 1},
		{.path = "f", .edits = &edits[1], .edits_n = 1}};
	static const struct wio_write_request all[] = {
		{.path = "a", .edits = edits, .edits_n = 2},
		{.path = "b", .edits = edits, .edits_n = 2}};

	scratch_put(&s, "f", "old text");
	scratch_put(&s, "a", "old text");
	scratch_put(&s, "b", "old text");
	x->tickets[0] = wio_scan_submit(w, &slowly, 1, &x->scanned, &e);
	assert_non_null(x->tickets[0]);
	gate_pass(&slow.begun);
	x->tickets[1] = wio_read_submit(w, asks, 3, x->got, &e);
	x->tickets[2] = wio_write_submit(w, WIO_EACH, each, 2, x->each, &e);
	x->tickets[3] = wio_write_submit(w, WIO_ALL, all, 2, x->all, &e);
}

static size_t
crowd_count(struct crowd *x, enum wio_code code)
{
	size_t n = x->scanned.error.code == code;

	for (size_t i = 0; i < 3; i++)
		n += x->got[i].error.code == code;
	for (size_t i = 0; i < 2; i++) {
		n += x->each[i].error.code == code;
		n += x->all[i].error.code == code;
	}
	return n;
}

static void
crowd_release(struct crowd *x)
{
	for (size_t i = 0; i < 4; i++)
		wio_ticket_free(x->tickets[i]);
	wio_read_release(x->got, 3);
	wio_write_release(x->each, 2);
	wio_write_release(x->all, 2);
}

static void
closing_counts_requests_and_not_files(void **state)
{
	/* Of the first nobody would live to see the end. */
	static const off_t sizes[] = {(off_t)4 << 40, 1};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct wio_closing c = {.deadline_ns = 1000000};
		struct crowd x;
		make_hole("slow", sizes[i]);
		open_slowly((struct wio_options){.large_stream = true});
		crowd_submit(&x);
		wio_close(w, &c);
		w = NULL;
		assert_int_equal(c.cancelled, crowd_count(&x, WIO_CANCELLED));
		assert_int_equal(c.drained, crowd_count(&x, WIO_OK));
		assert_int_equal(c.drained + c.cancelled, REQUESTS);
		if (i == 0)
			assert_int_equal(c.cancelled, REQUESTS);
		crowd_release(&x);
	}
}

static int
make_gates(void **state)
{
	slow.begun.mutex = fio_mutex_new();
	slow.gate.mutex = fio_mutex_new();
	return io_setup(state);
}

static int
free_gates(void **state)
{
	int rc = io_teardown(state);

	fio_mutex_free(slow.begun.mutex);
	fio_mutex_free(slow.gate.mutex);
	return rc;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_gates, free_gates)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_scan_ends_in_the_middle_of_a_file),
		TEST(a_read_ends_in_the_middle_of_a_file),
		TEST(of_many_only_the_one_that_is_read_is_finished),
		TEST(closing_does_not_wait_for_the_end_of_a_file),
		TEST(closing_counts_requests_and_not_files),
	};

	return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
