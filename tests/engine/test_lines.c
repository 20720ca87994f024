/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/lines.h"
#include "sys/real.h"

/* What is written to `in` comes out as lines; `out` is where answers go. */
struct scene {
	struct lines lines;
	int in, out;
};

static int
scene_new(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	int in[2], out[2];

	assert_non_null(s);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	s->lines = (struct lines){.sys = sys_real(),
		.fd = in[0],
		.out_fd = out[1],
		.max = 100000};
	s->in = in[1];
	s->out = out[0];
	*state = s;
	return 0;
}

static int
scene_free(void **state)
{
	struct scene *s = *state;

	(void)close(s->lines.fd);
	(void)close(s->lines.out_fd);
	(void)close(s->in);
	(void)close(s->out);
	lines_release(&s->lines);
	free(s);
	return 0;
}

static void
say(struct scene *s, const char *text)
{
	assert_int_equal(write(s->in, text, strlen(text)), strlen(text));
}

static enum lines_got
next(struct scene *s, bool wait, struct str *ret)
{
	struct err e = {0};

	return lines_next(&s->lines, wait, ret, &e);
}

static void
expect(struct scene *s, const char *text)
{
	struct str line;

	assert_int_equal(next(s, true, &line), LINES_ONE);
	assert_true(str_eq_c(line, text));
}

static void
lines_come_in_order_and_the_last_needs_no_line_break(void **state)
{
	struct scene *s = *state;
	struct str line;

	say(s, "one\n\nthr");
	expect(s, "one");
	expect(s, "");
	assert_int_equal(next(s, false, &line), LINES_PAUSE);
	say(s, "ee\nfour");
	expect(s, "three");
	assert_int_equal(close(s->in), 0);
	expect(s, "four");
	assert_int_equal(next(s, true, &line), LINES_END);
	assert_int_equal(next(s, false, &line), LINES_END);
}

static void
nothing_at_all_is_no_line(void **state)
{
	struct scene *s = *state;
	struct str line;

	assert_int_equal(next(s, false, &line), LINES_PAUSE);
	assert_int_equal(close(s->in), 0);
	assert_int_equal(next(s, false, &line), LINES_END);
}

static void
a_pause_is_told_only_to_who_does_not_wait_for_more(void **state)
{
	struct scene *s = *state;
	struct str line;

	say(s, "one\ntwo\n");
	assert_int_equal(next(s, false, &line), LINES_ONE);
	assert_int_equal(next(s, false, &line), LINES_ONE);
	assert_int_equal(next(s, false, &line), LINES_PAUSE);
	say(s, "three\n");
	expect(s, "three");
}

static void
a_line_of_any_length_below_the_limit_is_whole(void **state)
{
	struct scene *s = *state;
	char text[60000];
	struct str line;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 5; i++) {
		say(s, text);
		say(s, "\n");
		assert_int_equal(next(s, true, &line), LINES_ONE);
		assert_int_equal(line.n, sizeof(text) - 1);
	}
}

static void
a_line_over_the_limit_is_told_and_the_next_one_is_whole(void **state)
{
	struct scene *s = *state;
	struct str line;

	s->lines.max = 10;
	say(s, "0123456789\n0123456789a\nshort\n");
	expect(s, "0123456789");
	assert_int_equal(next(s, true, &line), LINES_LONG);
	expect(s, "short");
	/* In pieces, none of which is kept. */
	for (int i = 0; i < 1000; i++) {
		say(s, "0123456789a");
		assert_int_equal(next(s, false, &line), LINES_PAUSE);
		assert_in_range(s->lines.bytes.n, 0, 1000);
	}
	say(s, "\nagain\nand then 0123456789");
	assert_int_equal(next(s, true, &line), LINES_LONG);
	expect(s, "again");
	assert_int_equal(close(s->in), 0);
	assert_int_equal(next(s, true, &line), LINES_LONG);
	assert_int_equal(next(s, true, &line), LINES_END);
}

static void
it_ends_when_nobody_reads_the_answers(void **state)
{
	struct scene *s = *state;
	struct str line;

	say(s, "one\n");
	assert_int_equal(close(s->out), 0);
	expect(s, "one");
	assert_int_equal(next(s, true, &line), LINES_END);
}

static void
what_cannot_be_read_is_a_failure_that_says_why(void **state)
{
	struct scene *s = *state;
	struct err e = {0};
	struct str line;

	assert_true(s->lines.fd >= 0 && close(s->lines.fd) == 0);
	s->lines.fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(lines_next(&s->lines, true, &line, &e), LINES_FAILED);
	assert_string_equal(e.msg, "reading standard input: Is a directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			lines_come_in_order_and_the_last_needs_no_line_break,
			scene_new, scene_free),
		cmocka_unit_test_setup_teardown(
			nothing_at_all_is_no_line, scene_new, scene_free),
		cmocka_unit_test_setup_teardown(
			a_pause_is_told_only_to_who_does_not_wait_for_more,
			scene_new, scene_free),
		cmocka_unit_test_setup_teardown(
			a_line_of_any_length_below_the_limit_is_whole,
			scene_new, scene_free),
		cmocka_unit_test_setup_teardown(
			a_line_over_the_limit_is_told_and_the_next_one_is_whole,
			scene_new, scene_free),
		cmocka_unit_test_setup_teardown(
			it_ends_when_nobody_reads_the_answers, scene_new,
			scene_free),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_read_is_a_failure_that_says_why,
			scene_new, scene_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
