/* SPDX-License-Identifier: MIT */
#include "watching.h"

#include <linux/fs.h>

/* Roots that go away while they are watched. */

static void
watch_roots(const char *const *names, size_t n)
{
	struct wio_watch_options o = {
		.backend = backend, .debounce_ns = -1, .poll_ns = 20 * ms};
	const char *roots[4];
	char paths[4][512];

	for (size_t i = 0; i < n; i++)
		roots[i] = scratch_path(&s, names[i], paths[i]);
	const struct wio_options options = {.roots = roots, .roots_n = n};
	if (backend == WIO_WATCH_POLL)
		let_settle(sys_real());
	w = fio_io_open(sys_real(), &options, true, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
	x = wio_watch_open(w, &o, &e);
	if (x == NULL)
		fail_msg("%s", e.message);
}

static void
watch_root(const char *name)
{
	watch_roots(&name, 1);
}

static void
check_lost(size_t root, const char *why)
{
	assert_int_equal(event.kind, WIO_WATCH_FAILED);
	assert_int_equal(event.root, root);
	assert_string_equal(event.path, "");
	assert_true(event.is_dir);
	assert_int_equal(event.error.op, WIO_OP_WATCH);
	assert_int_equal(event.error.code, WIO_NOT_FOUND);
	if (strstr(event.error.message, why) == NULL)
		fail_msg("'%s' does not say '%s'", event.error.message, why);
}

/* Nothing more of it. */
static void
check_silent(void)
{
	assert_int_equal(wio_watch_next(x, 100 * ms, &event, &e), 1);
}

static void
a_root_that_is_removed_is_told(void **state)
{
	(void)state;
	watch(-1);
	assert_int_equal(rmdir(s.path), 0);
	assert_string_equal(tell(1), "watch_failed");
	check_lost(0, "was removed");
	assert_non_null(strstr(event.error.message, s.path));
	check_silent();
}

static void
a_root_that_is_removed_is_told_after_all_that_was_in_it(void **state)
{
	(void)state;
	make_dir("d");
	scratch_put(&s, "d/f", "1");
	scratch_put(&s, "a", "1");
	watch(50 * ms);
	copy_rescan();
	assert_int_equal(copy.n, 3);
	scratch_remove(&s);
	do {
		next();
		copy_apply();
	} while (event.kind != WIO_WATCH_FAILED);
	check_lost(0, "was removed");
	assert_int_equal(copy.n, 0);
	check_silent();
}

static void
a_root_that_is_renamed_is_told_and_nothing_of_it_after_that(void **state)
{
	(void)state;
	make_dir("root");
	make_dir("root/d");
	scratch_put(&s, "root/f", "1");
	watch_root("root");
	go("root", "away");
	next();
	check_lost(0, "was moved away");
	scratch_put(&s, "away/d/g", "1");
	scratch_put(&s, "away/f", "22");
	make_dir("root");
	scratch_put(&s, "root/f", "333");
	check_silent();
}

static void
a_root_below_one_that_is_renamed_is_told(void **state)
{
	(void)state;
	make_dir("a");
	make_dir("a/b");
	make_dir("a/b/root");
	scratch_put(&s, "a/b/root/f", "1");
	watch_root("a/b/root");
	go("a", "away");
	next();
	check_lost(0, "was moved away");
	check_silent();
}

static void
a_root_that_another_takes_the_place_of_is_told(void **state)
{
	(void)state;
	make_dir("root");
	make_dir("other");
	scratch_put(&s, "root/f", "1");
	watch_root("root");
	go_between(&s, "root", &s, "other", RENAME_EXCHANGE);
	next();
	check_lost(0, "was moved away");
}

static void
a_root_that_is_back_when_it_is_looked_at_was_never_away(void **state)
{
	(void)state;
	make_dir("root");
	scratch_put(&s, "root/f", "1");
	watch_root("root");
	go("root", "away");
	go("away", "root");
	scratch_put(&s, "root/new", "1");
	next();
	assert_int_equal(event.kind, WIO_CREATED);
	assert_string_equal(event.path, "new");
	/* A poll may tell once more what it met a moment after it was made. */
	while (wio_watch_next(x, 100 * ms, &event, &e) == 0)
		assert_string_equal(event.path, "new");
}

static void
the_other_roots_are_watched_on(void **state)
{
	static const char *const names[] = {"one", "two"};

	(void)state;
	make_dir("one");
	make_dir("two");
	scratch_put(&s, "one/f", "1");
	watch_roots(names, 2);
	go("one", "away");
	next();
	check_lost(0, "was moved away");
	scratch_put(&s, "two/f", "1");
	next();
	assert_int_equal(event.kind, WIO_CREATED);
	assert_int_equal(event.root, 1);
	assert_string_equal(event.path, "f");
}

/* What nobody else saw is seen by the root around it. */
static void
a_root_inside_another_that_is_renamed_there_is_watched_by_that(void **state)
{
	static const char *const names[] = {"out", "out/in"};
	bool lost = false;

	(void)state;
	make_dir("out");
	make_dir("out/in");
	scratch_put(&s, "out/in/f", "1");
	watch_roots(names, 2);
	go("out/in", "out/new");
	while (!lost) {
		next();
		lost = event.kind == WIO_WATCH_FAILED;
	}
	check_lost(1, "was moved away");
	while (wio_watch_next(x, 100 * ms, &event, &e) == 0)
		; /* a rescan, or all that is in it */
	scratch_put(&s, "out/new/g", "1");
	do {
		next();
		assert_int_equal(event.root, 0);
	} while (strcmp(event.path, "new/g") != 0);
}

static void
add_with_root(void)
{
	size_t n = strlen(told);

	(void)snprintf(told + n, sizeof(told) - n, "%zu %s %s, ", event.root,
		wio_event_name(event.kind), event.path);
}

/* "1 created d/f, " for each event, until both of these are told and all that
 * is known then. */
static void
tell_with_roots(const char *one, const char *two)
{
	told[0] = '\0';
	while (strstr(told, one) == NULL || strstr(told, two) == NULL) {
		next();
		add_with_root();
	}
	while (wio_watch_next(x, 100 * ms, &event, &e) == 0)
		add_with_root();
}

static void
check_told_once(size_t in)
{
	const char *const names[2][2] = {{"out", "out/in"}, {"out/in", "out"}};
	char inner[64], outer[64];

	make_dir("out");
	make_dir("out/in");
	make_dir("out/in/d");
	scratch_put(&s, "out/in/d/f", "1");
	watch_roots(names[in == 0], 2);
	scratch_put(&s, "out/in/d/f", "22");
	make_dir("out/in/new");
	scratch_put(&s, "out/in/new/g", "1");
	scratch_put(&s, "out/h", "1");
	(void)snprintf(inner, sizeof(inner), "%zu created new/g, ", in);
	(void)snprintf(outer, sizeof(outer), "%zu created h, ", 1 - in);
	tell_with_roots(inner, outer);
	(void)snprintf(inner, sizeof(inner), "%zu modified d/f, ", in);
	assert_non_null(strstr(told, inner));
	(void)snprintf(outer, sizeof(outer), "%zu modified in", 1 - in);
	assert_null(strstr(told, outer));
	(void)snprintf(outer, sizeof(outer), "%zu created in", 1 - in);
	assert_null(strstr(told, outer));
}

static void
what_lies_under_two_roots_is_told_under_the_innermost(void **state)
{
	(void)state;
	check_told_once(1);
}

static void
what_lies_under_two_roots_is_told_so_in_any_order_of_them(void **state)
{
	(void)state;
	check_told_once(0);
}

static void
what_takes_the_place_of_a_root_inside_another_is_told_by_that(void **state)
{
	static const char *const names[] = {"out", "out/in"};

	(void)state;
	make_dir("out");
	make_dir("out/in");
	make_dir("new");
	scratch_put(&s, "new/f", "1");
	watch_roots(names, 2);
	go_between(&s, "out/in", &s, "new", RENAME_EXCHANGE);
	unmake("new");
	tell_with_roots("0 created in/f, ", "1 watch_failed , ");
	scratch_put(&s, "out/in/g", "1");
	tell_with_roots("0 created in/g, ", "");
}

static void
what_is_made_in_place_of_a_root_inside_another_is_told_by_that(void **state)
{
	static const char *const names[] = {"out", "out/in"};

	(void)state;
	make_dir("out");
	make_dir("out/in");
	watch_roots(names, 2);
	unmake("out/in");
	make_dir("out/in");
	scratch_put(&s, "out/in/f", "1");
	tell_with_roots("0 created in/f, ", "1 watch_failed , ");
}

static void
a_root_that_is_named_twice_is_told_under_its_first_name(void **state)
{
	static const char *const names[] = {"one", "two", "one"};

	(void)state;
	make_dir("one");
	make_dir("two");
	watch_roots(names, 3);
	scratch_put(&s, "one/f", "1");
	scratch_put(&s, "two/f", "1");
	tell_with_roots("0 created f, ", "1 created f, ");
	assert_null(strstr(told, "2 "));
}

static void
a_watch_without_a_root_goes_on_with_new_ones(void **state)
{
	const char *roots[] = {other.path};

	(void)state;
	make_dir("root");
	scratch_put(&s, "root/f", "1");
	watch_root("root");
	go("root", "away");
	next();
	check_lost(0, "was moved away");
	assert_int_equal(wio_set_roots(w, roots, 1, &e), 0);
	assert_string_equal(tell(1), "rescan");
	scratch_put(&other, "new", "");
	assert_string_equal(tell(1), "created new");
}

static const struct CMUnitTest tests[] = {
	TEST(a_root_that_is_removed_is_told),
	TEST(a_root_that_is_removed_is_told_after_all_that_was_in_it),
	TEST(a_root_that_is_renamed_is_told_and_nothing_of_it_after_that),
	TEST(a_root_below_one_that_is_renamed_is_told),
	TEST(a_root_that_another_takes_the_place_of_is_told),
	TEST(a_root_that_is_back_when_it_is_looked_at_was_never_away),
	TEST(the_other_roots_are_watched_on),
	TEST(a_root_inside_another_that_is_renamed_there_is_watched_by_that),
	TEST(what_lies_under_two_roots_is_told_under_the_innermost),
	TEST(what_lies_under_two_roots_is_told_so_in_any_order_of_them),
	TEST(what_takes_the_place_of_a_root_inside_another_is_told_by_that),
	TEST(what_is_made_in_place_of_a_root_inside_another_is_told_by_that),
	TEST(a_root_that_is_named_twice_is_told_under_its_first_name),
	TEST(a_watch_without_a_root_goes_on_with_new_ones),
};

int
main(void)
{
	return run_under_all(tests, sizeof(tests) / sizeof(tests[0]));
}
