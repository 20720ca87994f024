/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "base/arena.h"
#include "base/problems.h"
#include "base/strmap.h"
#include "base/vec.h"

static void
a_buffer_grows_and_stays_terminated(void **state)
{
	struct buf b = {0};

	(void)state;
	check_str(buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4);
	assert_int_equal(b.p[b.n], '\0');
	buf_reset(&b);
	check_str(buf_str(&b), "");
	buf_add(&b, "a\0b", 3);
	assert_int_equal(buf_str(&b).n, 3);
	buf_release(&b);
}

static void
nothing_in_an_arena_moves_or_overlaps(void **state)
{
	struct arena a = {0};
	unsigned char *got[500];

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		got[i] = arena_alloc(&a, i * 7);
		assert_int_equal((uintptr_t)got[i] % 16, 0);
		memset(got[i], (int)(i % 251), i * 7);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t k = 0; k < i * 7; k++)
			assert_int_equal(got[i][k], i % 251);
	check_str(arena_strf(&a, "%s-%d", "x", 3), "x-3");
	assert_false(str_is_set(arena_str(&a, STR_ABSENT)));
	assert_true(str_is_set(arena_str(&a, STR(""))));
	arena_release(&a);
	assert_int_equal(a.used, 0);
}

static void
what_an_arena_gives_is_zeroed_whoever_had_it_before(void **state)
{
	struct arena a = {0};

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 1; i < 3000; i++) {
			unsigned char *got = arena_alloc(&a, i);
			for (size_t k = 0; k < i; k++)
				assert_int_equal(got[k], 0);
			memset(got, 0xa5, i);
			(void)arena_str(&a, STR("between"));
		}
		assert_true(a.used >= (size_t)3000 * 2999 / 2);
		arena_release(&a);
	}
}

static void
a_vector_holds_what_was_pushed(void **state)
{
	VEC(int) v = {0};
	int sum = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		VEC_PUSH(&v, i);
	VEC_EACH (p, &v)
		sum += *p;
	assert_int_equal(sum, 4950);
	VEC_RELEASE(&v);
	VEC_EACH (p, &v)
		fail_msg("%d in an empty vector", *p);
}

static void
a_map_finds_every_key_and_no_other(void **state)
{
	struct arena a = {0};
	struct strmap m = {0};
	size_t at;

	(void)state;
	assert_false(strmap_get(&m, STR("k1"), &at));
	strmap_init(&m, 1000, &a);
	for (size_t i = 0; i < 1000; i++)
		assert_true(strmap_put(&m, arena_strf(&a, "k%zu", i), i));
	assert_false(strmap_put(&m, STR("k7"), 1));
	for (size_t i = 0; i < 1000; i++) {
		assert_true(strmap_get(&m, arena_strf(&a, "k%zu", i), &at));
		assert_int_equal(at, i);
	}
	assert_false(strmap_get(&m, STR("k1000"), &at));
	arena_release(&a);
}

static void
a_copied_map_holds_what_the_other_did_and_grows_alone(void **state)
{
	struct arena a = {0};
	size_t at;

	(void)state;
	for (size_t more = 0; more < 40; more += 13) {
		struct strmap m = {0}, copy;
		strmap_init(&m, 8, &a);
		for (size_t i = 0; i < 8; i++)
			assert_true(
				strmap_put(&m, arena_strf(&a, "k%zu", i), i));
		strmap_copy(&copy, &m, more, &a);
		for (size_t i = 8; i < 8 + more; i++)
			assert_true(strmap_put(
				&copy, arena_strf(&a, "k%zu", i), i));
		for (size_t i = 0; i < 8 + more; i++) {
			struct str key = arena_strf(&a, "k%zu", i);
			assert_true(strmap_get(&copy, key, &at));
			assert_int_equal(at, i);
			assert_int_equal(strmap_get(&m, key, &at), i < 8);
		}
	}
	arena_release(&a);
}

static void
problems_are_kept_up_to_a_limit_and_counted_beyond(void **state)
{
	struct problems p = {0};
	struct err e = {0};

	(void)state;
	for (int i = 0; i < PROBLEMS_MAX + 5; i++) {
		err_set(&e, ERR_INPUT, "number %d", i);
		problems_add(&p, &e);
	}
	assert_int_equal(p.list.n, PROBLEMS_MAX);
	assert_int_equal(p.dropped, 5);
	assert_string_equal(p.list.items[3].msg, "number 3");
	problems_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_grows_and_stays_terminated),
		cmocka_unit_test(nothing_in_an_arena_moves_or_overlaps),
		cmocka_unit_test(
			what_an_arena_gives_is_zeroed_whoever_had_it_before),
		cmocka_unit_test(a_vector_holds_what_was_pushed),
		cmocka_unit_test(a_map_finds_every_key_and_no_other),
		cmocka_unit_test(
			a_copied_map_holds_what_the_other_did_and_grows_alone),
		cmocka_unit_test(
			problems_are_kept_up_to_a_limit_and_counted_beyond),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
