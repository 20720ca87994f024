/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "sys/fault.h"
#include "sys/real.h"

#include "io.h"

/* WIO_ALL, what dead writers left, and what keeps writers apart. */

enum { MOST = 3 };

static struct wio_write_result done[MOST];

/* Each file that holds its name gets `with` instead. */
static size_t
write_all(struct wio *x, const char *const *names, size_t n, const char *with)
{
	struct wio_edit edits[MOST];
	struct wio_write_request asks[MOST];

	wio_write_release(done, MOST);
	for (size_t i = 0; i < n; i++) {
		edits[i] = (struct wio_edit){.end = strlen(names[i]),
			.text = with,
			.text_n = strlen(with)};
		asks[i] = (struct wio_write_request){.path = names[i],
			.digest = digest_of(names[i]),
			.edits = &edits[i],
			.edits_n = 1};
	}
	return wio_write(x, WIO_ALL, asks, n, done);
}

static const char *const three[] = {"a", "d/b", "c"};

static void
put_three(void)
{
	char path[512];

	(void)mkdir(scratch_path(&s, "d", path), 0700);
	for (size_t i = 0; i < 3; i++)
		scratch_put(&s, three[i], three[i]);
}

static void
check_three(const char *with)
{
	for (size_t i = 0; i < 3; i++)
		check_str(scratch_get(&s, three[i]),
			with != NULL ? with : three[i]);
}

/* No hidden names of ours in any directory, but for the trash itself. */
static void
check_clean(void)
{
	static const char *const dirs[] = {".", "d", ".weir-trash"};

	for (size_t i = 0; i < 3; i++) {
		if (!scratch_has(&s, dirs[i]))
			continue;
		assert_int_equal(scratch_count(&s, dirs[i], ".weir-tmp"), 0);
		assert_int_equal(scratch_count(&s, dirs[i], ".weir-swap"), 0);
		assert_int_equal(
			scratch_count(&s, dirs[i], ".weir-journal"), 0);
	}
}

/* Neither has the trash the bytes of what was not written. */
static void
check_nothing_rests(void)
{
	static const char *const trashes[] = {".weir-trash", "d/.weir-trash"};
	const char *hex = digest_of("new") + strlen("xxh3:");
	char kept[2 * WIO_DIGEST_SIZE];

	(void)snprintf(kept, sizeof(kept), ".%s.%s", hex, hex);
	for (size_t i = 0; i < 2; i++)
		if (scratch_has(&s, trashes[i]))
			assert_int_equal(
				scratch_count(&s, trashes[i], kept), 0);
}

static void
all_are_written(void **state)
{
	(void)state;
	put_three();
	assert_int_equal(write_all(w, three, 3, "new"), 0);
	check_three("new");
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(done[i].new_digest, digest_of("new"));
		assert_true(done[i].changed);
		assert_int_equal(done[i].reached, WIO_DURABLE);
	}
	check_clean();
}

static void
when_one_is_refused_nothing_is_touched(void **state)
{
	(void)state;
	put_three();
	scratch_put(&s, "d/b", "other");
	assert_int_equal(write_all(w, three, 3, "new"), 3);
	check_code(done[0].error, WIO_CANCELLED);
	check_code(done[1].error, WIO_MISMATCH);
	check_code(done[2].error, WIO_CANCELLED);
	check_str(scratch_get(&s, "a"), "a");
	check_str(scratch_get(&s, "c"), "c");
	assert_false(scratch_has(&s, ".weir-trash"));
	const char *const missing[] = {"a", "missing"};
	assert_int_equal(write_all(w, missing, 2, "new"), 2);
	check_code(done[0].error, WIO_CANCELLED);
	check_code(done[1].error, WIO_NOT_FOUND);
	check_str(scratch_get(&s, "a"), "a");
}

static void
when_somebody_has_one_open_the_others_are_put_back(void **state)
{
	char path[512];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		put_three();
		int fd = open(scratch_path(&s, three[i], path), O_WRONLY);
		assert_true(fd >= 0);
		assert_int_equal(write_all(w, three, 3, "new"), 3);
		for (size_t k = 0; k < 3; k++)
			check_code(done[k].error,
				k == i ? WIO_BUSY : WIO_CANCELLED);
		check_three(NULL);
		assert_int_equal(write(fd, "X", 1), 1);
		assert_int_equal(close(fd), 0);
		assert_int_equal(scratch_get(&s, three[i]).s[0], 'X');
		check_clean();
		check_nothing_rests();
	}
}

static void
when_there_is_no_room_nothing_new_rests_in_the_trash(void **state)
{
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	struct sys_fault f = {.hits = 1};
	size_t refused = 0;

	(void)state;
	for (uint64_t at = 1; f.hits > 0; at++) {
		put_three();
		sys_fault_init(&f, sys_real());
		struct wio *x = fio_io_open(&f.sys, &o, true, &e);
		assert_non_null(x);
		f.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_ERRNO, .sys = ENOSPC};
		f.calls = 0;
		bool good = write_all(x, three, 3, "new") == 0;
		wio_close(x, NULL);
		if (!good && f.struck == SYS_FAULT_WRITE) {
			refused++;
			check_three(NULL);
			check_nothing_rests();
		}
		(void)io_teardown(NULL);
		(void)io_setup(NULL);
	}
	assert_true(refused >= 4); /* three files and the journal */
}

static void
requests_for_one_file_are_merged_in_a_batch_too(void **state)
{
	const struct wio_edit x[] = {
		{.start = 0, .end = 1, .text = "A", .text_n = 1},
		{.start = 2, .end = 3, .text = "C", .text_n = 1}};
	struct wio_write_request asks[2];

	(void)state;
	scratch_put(&s, "f", "abc");
	for (size_t i = 0; i < 2; i++)
		asks[i] = (struct wio_write_request){.path = "f",
			.digest = digest_of("abc"),
			.edits = &x[i],
			.edits_n = 1};
	assert_int_equal(wio_write(w, WIO_ALL, asks, 2, done), 0);
	check_str(scratch_get(&s, "f"), "AbC");
	asks[0].digest = asks[1].digest = digest_of("AbC");
	asks[1].edits = &x[0];
	wio_write_release(done, MOST);
	assert_int_equal(wio_write(w, WIO_ALL, asks, 2, done), 2);
	check_code(done[1].error, WIO_OVERLAP);
	check_str(scratch_get(&s, "f"), "AbC");
}

/* Killed at every call: the next to open the roots finds all or none. */
static bool
killed_at(uint64_t at)
{
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	int status;

	put_three();
	pid_t pid = fork();
	if (pid == 0) {
		struct sys_fault f;
		sys_fault_init(&f, sys_real());
		struct wio *x = fio_io_open(&f.sys, &o, true, &e);
		f.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_KILL};
		f.calls = 0;
		_exit(write_all(x, three, 3, "new") == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	bool killed = WIFSIGNALED(status);
	assert_true(killed || WEXITSTATUS(status) == 0);
	io_reopen((struct wio_options){0});
	bool none = str_eq_c(scratch_get(&s, "a"), "a");
	check_three(none ? NULL : "new");
	assert_true(wio_sweep(w, s.path, &e) >= 0);
	check_three(none ? NULL : "new");
	check_clean();
	return killed;
}

static void
a_batch_that_died_at_any_call_is_finished_or_put_back(void **state)
{
	uint64_t at = 1;

	(void)state;
	while (killed_at(at)) {
		at++;
		/* What rests in the trash costs calls. */
		(void)io_teardown(NULL);
		(void)io_setup(NULL);
	}
	assert_true(at > 60);
}

/* Who is told that nothing was changed finds it so. */
static void
check_codes(bool good)
{
	bool unknown = done[0].error.code == WIO_UNKNOWN_STATE;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
			done[i].error.code == WIO_UNKNOWN_STATE, unknown);
	if (!unknown)
		check_three(good ? "new" : NULL);
}

static void
a_failure_at_any_call_leaves_all_or_none(void **state)
{
	static const int errnos[] = {ENOSPC, EIO, EACCES, EMFILE, EROFS};
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	uint64_t hits = 0;

	(void)state;
	for (uint64_t at = 1;; at++) {
		struct sys_fault f;
		put_three();
		sys_fault_init(&f, sys_real());
		struct wio *x = fio_io_open(&f.sys, &o, true, &e);
		assert_non_null(x);
		f.plan = (struct sys_fault_plan){.at = at,
			.how = SYS_FAULT_ERRNO,
			.sys = errnos[at % 5]};
		f.calls = 0;
		bool good = write_all(x, three, 3, "new") == 0;
		check_codes(good);
		wio_close(x, NULL);
		hits += f.hits;
		io_reopen((struct wio_options){0});
		assert_true(wio_sweep(w, s.path, &e) >= 0);
		bool none = str_eq_c(scratch_get(&s, "a"), "a");
		check_three(none ? NULL : "new");
		assert_false(good && none);
		check_clean();
		(void)io_teardown(NULL);
		(void)io_setup(NULL);
		if (f.hits == 0)
			break;
	}
	assert_true(hits > 60);
}

/* Two batches over the same files, named in opposite order. */
struct writer {
	pthread_t thread;
	const char *names[3], *with;
	bool good;
};

static void *
write_theirs(void *arg)
{
	struct writer *x = arg;
	struct wio_edit edits[3];
	struct wio_write_request asks[3];
	struct wio_write_result results[3];
	char digests[3][WIO_DIGEST_SIZE];

	for (size_t i = 0; i < 3; i++) {
		wio_digest(
			WIO_XXH3, x->names[i], strlen(x->names[i]), digests[i]);
		edits[i] = (struct wio_edit){.end = strlen(x->names[i]),
			.text = x->with,
			.text_n = strlen(x->with)};
		asks[i] = (struct wio_write_request){.path = x->names[i],
			.digest = digests[i],
			.edits = &edits[i],
			.edits_n = 1};
	}
	x->good = wio_write(w, WIO_ALL, asks, 3, results) == 0;
	wio_write_release(results, 3);
	return NULL;
}

static void
of_two_batches_over_the_same_files_one_wins_whole(void **state)
{
	(void)state;
	for (int round = 0; round < 30; round++) {
		struct writer x[2] = {
			{.names = {"a", "d/b", "c"}, .with = "first"},
			{.names = {"c", "d/b", "a"}, .with = "second"}};
		put_three();
		for (int i = 0; i < 2; i++)
			assert_int_equal(pthread_create(&x[i].thread, NULL,
						 write_theirs, &x[i]),
				0);
		for (int i = 0; i < 2; i++)
			assert_int_equal(pthread_join(x[i].thread, NULL), 0);
		assert_int_equal(x[0].good + x[1].good, 1);
		check_three(x[0].good ? "first" : "second");
	}
	check_clean();
}

static void
a_sweep_removes_what_is_ours_and_keeps_what_may_be_an_edit(void **state)
{
	static const char ours[] = "ours", base[] = "base";
	char name[240];

	(void)state;
	put_three();
	scratch_put(&s, "d/.b.0123456789abcdef.weir-tmp", "half");
	for (int i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name),
			"d/.b.0000000%d.%s.%s.weir-swap", i,
			digest_of(ours) + 5, digest_of(base) + 5);
		scratch_put(&s, name, i == 0 ? ours : i == 1 ? base : "edit");
	}
	assert_int_equal(wio_sweep(w, s.path, &e), 3);
	check_clean();
	assert_int_equal(wio_sweep(w, s.path, &e), 0);
	/* The edit is beside the file. */
	assert_int_equal(scratch_count(&s, "d", "b.conflict-"), 1);
	assert_int_equal(wio_sweep(w, "missing", &e), -1);
	check_code(e, WIO_NOT_FOUND);
}

/* 4.3 and 14.3: the lock between processes has a limit to waiting. */
static void
another_process_that_writes_is_waited_for_and_then_it_is_busy(void **state)
{
	const struct wio_edit x = {.end = 1, .text = "A", .text_n = 1};
	const struct wio_write_request ask = {.path = "a",
		.digest = digest_of("a"),
		.edits = &x,
		.edits_n = 1};
	char path[512], byte;
	int told[2], end[2];

	(void)state;
	put_three();
	assert_int_equal(mkdir(scratch_path(&s, ".weir-trash", path), 0700), 0);
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(end), 0);
	(void)scratch_path(&s, ".weir-trash/lock", path);
	pid_t pid = fork();
	if (pid == 0) {
		struct flock l = {.l_type = F_WRLCK};
		int fd = open(path, O_RDWR | O_CREAT, 0600);
		(void)close(end[1]);
		if (fcntl(fd, F_OFD_SETLK, &l) < 0 ||
			write(told[1], "x", 1) != 1)
			_exit(1);
		(void)!read(end[0], &byte, 1);
		_exit(0);
	}
	(void)close(end[0]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	io_reopen((struct wio_options){
		.lock_processes = true, .lock_wait_ns = 20 * 1000000});
	assert_int_equal(wio_write(w, WIO_EACH, &ask, 1, done), 1);
	check_code(done[0].error, WIO_BUSY);
	assert_int_equal(done[0].error.op, WIO_OP_LOCK);
	check_str(scratch_get(&s, "a"), "a");
	(void)close(end[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	wio_write_release(done, MOST);
	assert_int_equal(wio_write(w, WIO_EACH, &ask, 1, done), 0);
	check_str(scratch_get(&s, "a"), "A");
	(void)close(told[0]);
	(void)close(told[1]);
}

/* What was replaced rests 24 hours, or until 200 MB are over. */
static void
rest(const char *when, const char *text, off_t size, bool intact)
{
	char name[240], path[512];

	(void)snprintf(name, sizeof(name), ".weir-trash/f.%s.%s.%s", when,
		digest_of(intact ? text : "other") + 5, digest_of("next") + 5);
	scratch_put(&s, name, text);
	if (size > 0)
		assert_int_equal(
			truncate(scratch_path(&s, name, path), size), 0);
}

static void
the_trash_keeps_a_day_and_never_removes_what_somebody_wrote_into(void **state)
{
	char path[512];

	(void)state;
	put_three();
	assert_int_equal(mkdir(scratch_path(&s, ".weir-trash", path), 0700), 0);
	rest("2020-01-01T00:00:00.000000001Z", "old", 0, true);
	rest("2020-01-01T00:00:00.000000002Z", "edit", 0, false);
	rest("2099-01-01T00:00:00.000000003Z", "fresh", 0, true);
	assert_int_equal(write_all(w, three, 3, "new"), 0);
	assert_int_equal(scratch_count(&s, ".weir-trash", "00.000000001Z"), 0);
	assert_int_equal(
		scratch_count(&s, ".weir-trash", "f.conflict-2020"), 1);
	assert_int_equal(scratch_count(&s, ".weir-trash", "00.000000003Z"), 1);
	assert_int_equal(scratch_count(&s, ".weir-trash", "a."), 1);
}

static void
the_trash_keeps_200_megabytes_the_oldest_go_first(void **state)
{
	enum { SIZE = 90 * 1000 * 1000 };
	char path[512], sum[WIO_DIGEST_SIZE], name[240];
	void *zeros = calloc(1, SIZE);

	(void)state;
	put_three();
	assert_non_null(zeros);
	wio_digest(WIO_XXH3, zeros, SIZE, sum);
	free(zeros);
	assert_int_equal(mkdir(scratch_path(&s, ".weir-trash", path), 0700), 0);
	for (int i = 1; i <= 3; i++) {
		(void)snprintf(name, sizeof(name),
			".weir-trash/f.2099-01-01T00:00:00.00000000%dZ.%s.%s",
			i, sum + 5, digest_of("next") + 5);
		scratch_put(&s, name, "");
		assert_int_equal(
			truncate(scratch_path(&s, name, path), SIZE), 0);
	}
	assert_int_equal(write_all(w, three, 1, "new"), 0);
	assert_int_equal(scratch_count(&s, ".weir-trash", "f.2099"), 1);
	assert_int_equal(scratch_count(&s, ".weir-trash", "00.000000003Z"), 1);
}

static int
forget(void **state)
{
	wio_write_release(done, MOST);
	return io_teardown(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, io_setup, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_written),
		TEST(when_one_is_refused_nothing_is_touched),
		TEST(when_somebody_has_one_open_the_others_are_put_back),
		TEST(when_there_is_no_room_nothing_new_rests_in_the_trash),
		TEST(requests_for_one_file_are_merged_in_a_batch_too),
		TEST(a_batch_that_died_at_any_call_is_finished_or_put_back),
		TEST(a_failure_at_any_call_leaves_all_or_none),
		TEST(of_two_batches_over_the_same_files_one_wins_whole),
		TEST(a_sweep_removes_what_is_ours_and_keeps_what_may_be_an_edit),
		TEST(another_process_that_writes_is_waited_for_and_then_it_is_busy),
		TEST(the_trash_keeps_a_day_and_never_removes_what_somebody_wrote_into),
		TEST(the_trash_keeps_200_megabytes_the_oldest_go_first),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
