/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/diff.h"

static struct buf out;

static int
release(void **state)
{
	(void)state;
	buf_release(&out);
	return 0;
}

static void
diff(const char *bytes, const struct diff_edit *edits, size_t n)
{
	diff_unified(str_from(bytes), edits, n, "f", &out);
}

#define DIFF(bytes, ...)                                          \
	diff((bytes), (const struct diff_edit[]){__VA_ARGS__},    \
		sizeof((const struct diff_edit[]){__VA_ARGS__}) / \
			sizeof(struct diff_edit))

static void
nothing_changed_is_nothing_shown(void **state)
{
	(void)state;
	diff("a\nb\n", NULL, 0);
	assert_int_equal(out.n, 0);
	DIFF("a\nb\n", {2, 1, STR("b")});
	assert_int_equal(out.n, 0);
}

static void
a_word_in_a_line_shows_the_line(void **state)
{
	(void)state;
	DIFF("1\n2\n3\n4\nfive 5\n6\n7\n8\n9\n", {8, 4, STR("FIVE")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-five 5\n"
		"+FIVE 5\n 6\n 7\n 8\n");
}

static void
lines_put_in_show_no_other(void **state)
{
	(void)state;
	DIFF("a\nb\n", {2, 0, STR("x\ny\n")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,2 +1,4 @@\n a\n+x\n+y\n b\n");
	buf_reset(&out);
	DIFF("", {0, 0, STR("x\n")});
	check_str(buf_str(&out), "--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+x\n");
}

static void
lines_put_in_behind_half_a_line_show_no_other(void **state)
{
	(void)state;
	DIFF("a\nb\n", {1, 0, STR("\nx")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n+x\n b\n");
}

static void
lines_taken_away_show_no_other(void **state)
{
	(void)state;
	DIFF("a\nb\nc\n", {2, 2, STR("")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,3 +1,2 @@\n a\n-b\n c\n");
	buf_reset(&out);
	DIFF("a\n", {0, 2, STR("")});
	check_str(buf_str(&out), "--- a/f\n+++ b/f\n@@ -1,1 +0,0 @@\n-a\n");
}

static void
edits_of_one_line_are_one_change(void **state)
{
	(void)state;
	DIFF("a b c\n", {0, 1, STR("A")}, {4, 1, STR("C")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a b c\n+A b C\n");
}

static void
changes_far_apart_are_two_hunks(void **state)
{
	(void)state;
	DIFF("1\n2\n3\n4\n5\n6\n7\n8\n9\n", {2, 0, STR("x\n")},
		{16, 1, STR("N")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,4 +1,5 @@\n 1\n+x\n 2\n 3\n 4\n"
		"@@ -6,4 +7,4 @@\n 6\n 7\n 8\n-9\n+N\n");
	buf_reset(&out);
	/* Six lines between them are shown whole, and once. */
	DIFF("1\n2\n3\n4\n5\n6\n7\n8\n", {0, 1, STR("x")}, {14, 1, STR("y")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n"
		" 6\n 7\n-8\n+y\n");
}

static void
a_last_line_without_end_is_named(void **state)
{
	(void)state;
	DIFF("a\nb", {3, 0, STR("\nc")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n"
		"\\ No newline at end of file\n+b\n+c\n"
		"\\ No newline at end of file\n");
	buf_reset(&out);
	DIFF("a\nb", {0, 1, STR("x")});
	check_str(buf_str(&out),
		"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n+x\n b\n"
		"\\ No newline at end of file\n");
}

/*
 * The oracle: a patch program of a few lines, which believes the headers.
 */
static void
take_line(struct str *text, struct buf *to)
{
	size_t n = str_find_char(*text, '\n');

	n = n < text->n ? n + 1 : n;
	if (to != NULL)
		buf_add(to, text->s, n);
	*text = str_from_at(*text, n);
}

static struct str
body_of(struct str *patch)
{
	struct str line = STR("");
	bool some = str_next_line(patch, &line);

	assert_true(some);
	assert_true(line.n > 0);
	return line;
}

static void
add_body(struct str line, struct str rest, struct buf *to)
{
	buf_add_str(to, str_from_at(line, 1));
	if (!str_starts(rest, STR("\\ ")))
		buf_add_char(to, '\n');
}

static void
patch(struct str old, struct str patch_text, struct buf *made)
{
	struct buf want CLEANUP_BUF = {0};
	size_t at = 0, at_new = 0; /* lines taken, lines made */
	struct str line;

	assert_true(str_next_line(&patch_text, &line));
	assert_true(str_next_line(&patch_text, &line));
	while (str_next_line(&patch_text, &line)) {
		unsigned long from, n, to, m;
		if (str_starts(line, STR("\\ ")))
			continue;
		assert_int_equal(sscanf(line.s, "@@ -%lu,%lu +%lu,%lu @@",
					 &from, &n, &to, &m),
			4);
		for (; at + (n > 0) < from; at++, at_new++)
			take_line(&old, made);
		assert_int_equal(at_new + (m > 0), to);
		while (n > 0 || m > 0) {
			struct str body = body_of(&patch_text);
			char sign = body.s[0];
			if (sign == '\\')
				continue;
			if (sign != '+') {
				buf_reset(&want);
				add_body(body, patch_text, &want);
				assert_true(str_starts(old, buf_str(&want)));
				old = str_from_at(old, want.n);
				assert_true(n-- > 0);
				at++;
			}
			if (sign != '-') {
				add_body(body, patch_text, made);
				assert_true(m-- > 0);
				at_new++;
			}
		}
	}
	buf_add_str(made, old);
}

static void
add_random(struct buf *b, int most)
{
	static const char letters[] = "ab\n\n";

	for (int n = rand() % (most + 1); n > 0; n--)
		buf_add_char(b, letters[rand() % 4]);
}

static void
the_diff_makes_what_the_edits_make(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 20000; round++) {
		struct buf bytes CLEANUP_BUF = {0}, want CLEANUP_BUF = {0};
		struct buf made CLEANUP_BUF = {0}, texts CLEANUP_BUF = {0};
		struct diff_edit edits[5];
		size_t n = 0, at = 0, lengths[5];

		add_random(&bytes, 60);
		(void)buf_room(&texts, 100); /* so that it does not move */
		while (n < 5 && at <= bytes.n) {
			at += (size_t)rand() % 20;
			if (at > bytes.n)
				break;
			size_t gone = (size_t)rand() % 6, from = texts.n;
			if (gone > bytes.n - at)
				gone = bytes.n - at;
			add_random(&texts, 8);
			lengths[n] = texts.n - from;
			edits[n++] = (struct diff_edit){.at = at, .n = gone};
			at += gone;
		}
		for (size_t i = 0, t = 0, from = 0; i <= n; i++) {
			size_t to = i < n ? edits[i].at : bytes.n;
			if (to > from)
				buf_add(&want, bytes.p + from, to - from);
			if (i == n)
				break;
			edits[i].text = str_of(
				lengths[i] > 0 ? texts.p + t : "", lengths[i]);
			buf_add_str(&want, edits[i].text);
			t += lengths[i];
			from = to + edits[i].n;
		}
		buf_reset(&out);
		diff_unified(buf_str(&bytes), edits, n, "f", &out);
		if (out.n == 0)
			buf_add_str(&made, buf_str(&bytes));
		else
			patch(buf_str(&bytes), buf_str(&out), &made);
		if (!str_eq(buf_str(&made), buf_str(&want)))
			fail_msg("round %d: '%s' made '%s', not '%s':\n%s",
				round, bytes.p, made.p, want.p, out.p);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_teardown(name, release)
	const struct CMUnitTest tests[] = {
		T(nothing_changed_is_nothing_shown),
		T(a_word_in_a_line_shows_the_line),
		T(lines_put_in_show_no_other),
		T(lines_put_in_behind_half_a_line_show_no_other),
		T(lines_taken_away_show_no_other),
		T(edits_of_one_line_are_one_change),
		T(changes_far_apart_are_two_hunks),
		T(a_last_line_without_end_is_named),
		T(the_diff_makes_what_the_edits_make),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
