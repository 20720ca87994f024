/* SPDX-License-Identifier: MIT */
#include "counting.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fio/cache.h"

static struct wio_identity
who(uint64_t ino, int64_t ctime_ns)
{
	return (struct wio_identity){
		.dev = 1, .ino = ino, .size = 3, .ctime_ns = ctime_ns};
}

static void
put(struct fio_cache *c, uint64_t ino, int64_t ctime_ns, const char *text)
{
	struct wio_identity id = who(ino, ctime_ns);
	struct fio_cached what = {.bytes = str_from(text),
		.has_sum = {[WIO_XXH3] = true},
		.sums = {[WIO_XXH3] = fio_sum(WIO_XXH3, str_from(text))}};

	fio_cache_put(c, &id, &what);
}

static bool
has(struct fio_cache *c, uint64_t ino, int64_t ctime_ns, const char *text)
{
	struct wio_identity id = who(ino, ctime_ns);
	struct fio_cached got;

	if (!fio_cache_get(c, &id, &got))
		return false;
	check_str(got.bytes, text);
	assert_true(fio_sum_eq(
		got.sums[WIO_XXH3], fio_sum(WIO_XXH3, str_from(text))));
	fio_cache_release(c, &got);
	return true;
}

static void
only_the_same_identity_is_a_hit(void **state)
{
	struct fio_cache *c = fio_cache_new(1000000, 10);

	(void)state;
	put(c, 7, 1, "abc");
	assert_true(has(c, 7, 1, "abc"));
	assert_false(has(c, 7, 2, "abc"));
	assert_false(has(c, 8, 1, "abc"));
	put(c, 7, 2, "xyz");
	assert_true(has(c, 7, 2, "xyz"));
	assert_false(has(c, 7, 1, "abc"));
	fio_cache_free(c);
}

static void
what_was_not_used_for_longest_goes_first(void **state)
{
	struct fio_cache *c = fio_cache_new(1000000, 3);

	(void)state;
	put(c, 1, 0, "one");
	put(c, 2, 0, "two");
	put(c, 3, 0, "tri");
	assert_true(has(c, 1, 0, "one"));
	put(c, 4, 0, "for");
	assert_true(has(c, 1, 0, "one"));
	assert_false(has(c, 2, 0, "two"));
	assert_true(has(c, 3, 0, "tri"));
	assert_true(has(c, 4, 0, "for"));
	fio_cache_free(c);
}

static void
bytes_are_bounded_and_one_large_file_is_not_kept(void **state)
{
	struct fio_cache *c = fio_cache_new(100000, 0);
	char *large = mem_alloc(50001), text[4096];
	struct buf b = {0};

	(void)state;
	memset(large, 'x', 50000);
	put(c, 1, 0, "one");
	put(c, 2, 0, large); /* over a quarter of all */
	struct wio_identity id = who(2, 0);
	struct fio_cached got;
	assert_true(fio_cache_get(c, &id, &got));
	assert_false(str_is_set(got.bytes));
	assert_true(got.has_sum[WIO_XXH3]);
	fio_cache_release(c, &got);
	assert_true(has(c, 1, 0, "one"));
	large[20000] = '\0';
	for (uint64_t i = 3; i < 100; i++)
		put(c, i, 0, large);
	fio_cache_print(c, &b);
	(void)snprintf(text, sizeof(text), "%s", b.p);
	assert_non_null(strstr(text, "cache_entries 4\n"));
	buf_release(&b);
	mem_free(large);
	fio_cache_free(c);
}

static void
what_is_in_use_outlives_its_eviction(void **state)
{
	struct fio_cache *c = fio_cache_new(1000000, 1);
	struct wio_identity id = who(1, 0);
	struct fio_cached got;

	(void)state;
	put(c, 1, 0, "one");
	assert_true(fio_cache_get(c, &id, &got));
	put(c, 2, 0, "two");
	assert_false(has(c, 1, 0, "one"));
	check_str(got.bytes, "one");
	fio_cache_release(c, &got);
	fio_cache_free(c);
}

static void
a_forgotten_inode_is_a_miss(void **state)
{
	struct fio_cache *c = fio_cache_new(1000000, 0);

	(void)state;
	put(c, 1, 0, "one");
	put(c, 2, 0, "two");
	fio_cache_forget(c, (struct fio_inode){1, 1});
	fio_cache_forget(c, (struct fio_inode){1, 9});
	assert_false(has(c, 1, 0, "one"));
	assert_true(has(c, 2, 0, "two"));
	fio_cache_free(c);
}

/* The oracle: the last put of each inode, in order of use. */
static void
random_use_agrees_with_a_list(void **state)
{
	struct fio_cache *c = fio_cache_new(100000000, 8);
	struct {
		uint64_t ino;
		int64_t at;
	} list[9];
	size_t n = 0;

	(void)state;
	srand(3);
	for (int64_t step = 0; step < 20000; step++) {
		uint64_t ino = (uint64_t)rand() % 20;
		size_t i = 0;
		while (i < n && list[i].ino != ino)
			i++;
		int64_t at = i < n ? list[i].at : step;
		int what = rand() % 3;
		if (what == 0)
			at = step;
		bool there = i < n;
		if (there) { /* out of the list; back at its end below */
			memmove(&list[i], &list[i + 1],
				(n - i - 1) * sizeof(list[0]));
			n--;
		}
		if (what == 1) {
			fio_cache_forget(c, (struct fio_inode){1, ino});
			continue;
		}
		if (what == 2) {
			assert_int_equal(has(c, ino, at, "abc"), there);
			if (!there)
				continue;
		} else
			put(c, ino, at, "abc");
		list[n].ino = ino;
		list[n++].at = at;
		if (n > 8)
			memmove(&list[0], &list[1], --n * sizeof(list[0]));
	}
	fio_cache_free(c);
}

/* Through the library. */

static struct str
read_f(struct wio_read_result *got)
{
	assert_int_equal(
		wio_read(w, &(struct wio_read_request){.path = "f"}, 1, got),
		0);
	return str_of(got->bytes, got->n);
}

static bool
metrics_say(const char *line)
{
	char text[4096];

	(void)wio_metrics(w, text, sizeof(text));
	return strstr(text, line) != NULL;
}

static void
a_file_that_rests_is_read_once_and_a_change_is_seen(void **state)
{
	struct wio_read_result got;

	(void)state;
	scratch_put(&s, "f", "old");
	open_later((struct wio_options){.cache_bytes = 1000000}, true);
	for (int i = 0; i < 3; i++) {
		check_str(read_f(&got), "old");
		assert_string_equal(got.digest, digest_of("old"));
		wio_read_release(&got, 1);
	}
	assert_int_equal(counting.reads, 1);
	assert_true(metrics_say("cache_hits 2\n"));
	assert_true(metrics_say("cache_misses 1\n"));
	scratch_put(&s, "f", "new");
	check_str(read_f(&got), "new");
	wio_read_release(&got, 1);
}

static void
a_file_that_may_yet_change_unseen_is_not_kept(void **state)
{
	struct wio_read_result got;

	(void)state;
	scratch_put(&s, "f", "old");
	open_io((struct wio_options){.cache_bytes = 1000000}, true);
	for (int i = 0; i < 3; i++) {
		check_str(read_f(&got), "old");
		wio_read_release(&got, 1);
	}
	assert_int_equal(counting.reads, 3);
	assert_true(metrics_say("cache_entries 0\n"));
}

static void
the_cache_is_off_unless_it_is_asked_for(void **state)
{
	struct wio_read_result got;

	(void)state;
	scratch_put(&s, "f", "x");
	open_later((struct wio_options){0}, true);
	for (int i = 0; i < 2; i++) {
		(void)read_f(&got);
		wio_read_release(&got, 1);
	}
	assert_int_equal(counting.reads, 2);
	assert_false(metrics_say("cache"));
}

static void
a_large_file_that_is_kept_is_given_to_each(void **state)
{
	static char bytes[100000];
	struct wio_read_result got[2];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	scratch_put_bytes(&s, "f", bytes, sizeof(bytes));
	open_later((struct wio_options){.cache_bytes = 1000000}, true);
	assert_int_equal(read_f(&got[0]).n, sizeof(bytes));
	assert_int_equal(read_f(&got[1]).n, sizeof(bytes));
	assert_int_equal(counting.reads, 1);
	assert_memory_equal(got[0].bytes, bytes, sizeof(bytes));
	assert_memory_equal(got[1].bytes, bytes, sizeof(bytes));
	assert_ptr_not_equal(got[0].bytes, got[1].bytes);
	wio_read_release(got, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, io_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_same_identity_is_a_hit),
		cmocka_unit_test(what_was_not_used_for_longest_goes_first),
		cmocka_unit_test(
			bytes_are_bounded_and_one_large_file_is_not_kept),
		cmocka_unit_test(what_is_in_use_outlives_its_eviction),
		cmocka_unit_test(a_forgotten_inode_is_a_miss),
		cmocka_unit_test(random_use_agrees_with_a_list),
		TEST(a_file_that_rests_is_read_once_and_a_change_is_seen),
		TEST(a_file_that_may_yet_change_unseen_is_not_kept),
		TEST(the_cache_is_off_unless_it_is_asked_for),
		TEST(a_large_file_that_is_kept_is_given_to_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
