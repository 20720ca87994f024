/* SPDX-License-Identifier: MIT */
#include "watching.h"

#include <errno.h>
#include <linux/fs.h>

#include "sys/pass.h"

/*
 * Somebody moves directories between two calls of a watch. What he does is
 * planned: each deed waits for its moment, one after the other.
 */

enum moment {
	NO_MORE,     /* the kernel has no more to say */
	BEFORE_OPEN, /* of the directory `name` */
	AFTER_OPEN,
};

struct plan {
	enum moment moment;
	const char *name;
	void (*deed)(void);
};

static struct {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	const struct plan *next;
	size_t n;
	size_t halves; /* read as if the second half of them came later */
} race;

static void
happens(enum moment moment, const char *name)
{
	const struct plan *p = race.next;

	if (race.n == 0 || p->moment != moment || strcmp(p->name, name) != 0)
		return;
	race.next++;
	race.n--;
	p->deed();
}

/* Two moves are told one by one: events have names of less than 16 bytes. */
enum { MOVE = 2 * (16 + 16), BELL = sizeof(uint64_t) };

static ssize_t
race_read(struct sys *t, int fd, void *p, size_t n)
{
	struct sys *under = race.pass.under;

	(void)t;
	if (n == BELL)
		return under->read(under, fd, p, n);
	ssize_t got = -EAGAIN;
	if (race.halves != 1)
		got = under->read(under, fd, p, race.halves > 0 ? MOVE : n);
	if (race.halves > 0 && (race.halves == 1 || got > 0))
		race.halves--;
	if (got == -EAGAIN)
		happens(NO_MORE, "");
	return got;
}

static int
race_openat(struct sys *t, int dir, const char *path, int flags, mode_t mode)
{
	struct sys *under = race.pass.under;

	(void)t;
	happens(BEFORE_OPEN, path);
	int fd = under->openat(under, dir, path, flags, mode);
	happens(AFTER_OPEN, path);
	return fd;
}

static void
race_init(void)
{
	memset(&race, 0, sizeof(race));
	sys_pass_init(&race.pass, sys_real());
	race.sys.read = race_read;
	race.sys.openat = race_openat;
}

static void
plan(const struct plan *first, size_t n)
{
	race.next = first;
	race.n = n;
}

static void
watch_race(void)
{
	race_init();
	watch_with(&race.sys, (struct wio_watch_options){.debounce_ns = -1});
	assert_int_equal(wio_watch_next(x, 0, &event, &e), 1);
	copy_rescan();
}

/* All that was planned was done, and seen. */
static void
check_race(void)
{
	copy_until_right();
	assert_int_equal(race.n, 0);
}

static void
b_becomes_c(void)
{
	go("b", "c");
}

static void
a_change_of_places_is_seen_though_one_place_moves_then(void **state)
{
	static const struct plan then[] = {{NO_MORE, "", b_becomes_c}};

	(void)state;
	if (backend == WIO_WATCH_POLL)
		return;
	make_dir("a");
	make_dir("b");
	scratch_put(&s, "a/x", "1");
	scratch_put(&s, "b/y", "22");
	watch_race();
	go_between(&s, "a/x", &s, "b/y", RENAME_EXCHANGE);
	plan(then, 1);
	check_race();
}

static void
what_came_and_went_is_gone_though_its_directory_moves_then(void **state)
{
	static const struct plan then[] = {{NO_MORE, "", b_becomes_c}};

	(void)state;
	if (backend == WIO_WATCH_POLL)
		return;
	make_dir("b");
	watch_race();
	scratch_put(&s, "b/x", "1");
	unmake("b/x");
	plan(then, 1);
	check_race();
}

static void
nothing(void)
{
}

static void
y_goes_out(void)
{
	go_between(&s, "b/y", &other, "z", 0);
}

static void
directories_change_places_in_two_halves_and_one_goes(void **state)
{
	static const struct plan then[] = {
		{NO_MORE, "", nothing}, {NO_MORE, "", y_goes_out}};

	(void)state;
	if (backend != WIO_WATCH_INOTIFY)
		return;
	make_dir("a");
	make_dir("a/x");
	make_dir("b");
	make_dir("b/y");
	watch_race();
	go_between(&s, "a/x", &s, "b/y", RENAME_EXCHANGE);
	race.halves = 2;
	plan(then, 2);
	check_race();
	scratch_put(&s, "a/x/new", "1");
	copy_until_right();
}

static void
another_one_is_y(void)
{
	go("b/y", "c");
	go_between(&other, "o", &s, "b/y", 0);
}

static void
it_is_not(void)
{
	go_between(&s, "b/y", &other, "o", 0);
}

static void
a_directory_met_by_a_look_is_not_taken_for_another(void **state)
{
	static const struct plan then[] = {{BEFORE_OPEN, "y", another_one_is_y},
		{AFTER_OPEN, "y", it_is_not}};
	char path[512];

	(void)state;
	if (backend == WIO_WATCH_POLL)
		return;
	make_dir("a");
	make_dir("a/x");
	make_dir("b");
	make_dir("b/y");
	assert_int_equal(mkdir(scratch_path(&other, "o", path), 0755), 0);
	watch_race();
	go_between(&s, "a/x", &s, "b/y", RENAME_EXCHANGE);
	plan(then, 2);
	check_race();
	scratch_put(&s, "c/new", "1");
	copy_until_right();
}

static void
the_root_is_a(void)
{
	go("a", "b");
	go("in", "a");
}

static void
the_root_is_itself(void)
{
	go("a", "in");
}

static void
a_directory_is_not_taken_for_the_root_that_was_in_its_place(void **state)
{
	static const struct plan then[] = {{BEFORE_OPEN, "a", the_root_is_a},
		{AFTER_OPEN, "a", the_root_is_itself}};
	struct wio_watch_options o = {.backend = backend, .debounce_ns = -1};
	const char *roots[2] = {s.path};
	char in[512];

	(void)state;
	if (backend == WIO_WATCH_POLL)
		return;
	make_dir("in");
	roots[1] = scratch_path(&s, "in", in);
	race_init();
	w = fio_io_open(&race.sys,
		&(struct wio_options){.roots = roots, .roots_n = 2}, true, &e);
	assert_non_null(w);
	x = wio_watch_open(w, &o, &e);
	assert_non_null(x);
	make_dir("a");
	plan(then, 2);
	do
		next();
	while (strcmp(event.path, "b") != 0);
	assert_int_equal(race.n, 0);
	scratch_put(&s, "b/new", "1");
	do
		next();
	while (strcmp(event.path, "b/new") != 0);
}

static const struct CMUnitTest tests[] = {
	TEST(a_change_of_places_is_seen_though_one_place_moves_then),
	TEST(what_came_and_went_is_gone_though_its_directory_moves_then),
	TEST(directories_change_places_in_two_halves_and_one_goes),
	TEST(a_directory_met_by_a_look_is_not_taken_for_another),
	TEST(a_directory_is_not_taken_for_the_root_that_was_in_its_place),
};

int
main(void)
{
	return run_under_all(tests, sizeof(tests) / sizeof(tests[0]));
}
