/* SPDX-License-Identifier: MIT */
#include "chance.h"
#include "check.h"

#include <stdio.h>

#include "fio/edits.h"
#include "fio/patch.h"

/* Unified diffs, read strictly. */

static struct wio_error e;
static bool known = true; /* the bytes are those of the digest asked for */

/* What the diff makes of the text; absent when it is refused. */
static struct str
patched_bytes(struct str text, struct str diff)
{
	static struct arena a;
	const struct diff_edit *edits;
	struct fio_edits all = {0};
	struct buf out = {0};
	size_t n;

	arena_release(&a);
	if (fio_patch_read(text, diff, known, &a, &edits, &n, &e) < 0)
		return STR_ABSENT;
	assert_int_equal(fio_edits_add(&all, edits, n, &e), 0);
	struct str_list pieces = fio_edits_pieces(text, &all, &a);
	for (size_t i = 0; i < pieces.n; i++)
		buf_add_str(&out, pieces.items[i]);
	struct str ret = arena_str(&a, buf_str(&out));
	buf_release(&out);
	fio_edits_release(&all);
	return ret;
}

static struct str
patched(const char *text, const char *diff)
{
	return patched_bytes(str_from(text), str_from(diff));
}

static void
refused(const char *text, const char *diff, const char *why)
{
	if (str_is_set(patched(text, diff)))
		fail_msg("not refused:\n%s", diff);
	assert_int_equal(e.code, WIO_DIFF);
	assert_string_equal(e.field, "diff");
	if (strstr(e.message, why) == NULL)
		fail_msg("'%s' is not '%s'", e.message, why);
}

#define HEAD "--- a/f\n+++ b/f\n"

static void
hunks_are_applied_at_the_lines_they_name(void **state)
{
	(void)state;
	check_str(patched("1\n2\n3\n4\n5\n6\n7\n8\n9\n",
			  HEAD "@@ -1,2 +1,3 @@ fn\n 1\n+1.5\n 2\n"
			       "@@ -8,2 +9 @@\n-8\n 9\n"),
		"1\n1.5\n2\n3\n4\n5\n6\n7\n9\n");
	check_str(patched("", HEAD "@@ -0,0 +1,2 @@\n+a\n+b\n"), "a\nb\n");
	check_str(patched("a\nb\n", HEAD "@@ -1,2 +0,0 @@\n-a\n-b\n"), "");
	check_str(patched("a\n", HEAD "@@ -1,0 +2 @@\n+b\n"), "a\nb\n");
	check_str(patched("a\n",
			  "diff --git a/f b/f\nindex 1..2 100644\n" HEAD
			  "@@ -1 +1 @@\n-a\n+b\n"),
		"b\n");
	/* Lines that look like headers are lines inside a hunk. */
	check_str(patched("-- x\n", HEAD "@@ -1 +1 @@\n--- x\n+++ y\n"),
		"++ y\n");
}

static void
needs_the_digest(const char *text, const char *diff, const char *line)
{
	known = true;
	assert_true(str_is_set(patched(text, diff)));
	known = false;
	if (str_is_set(patched(text, diff)))
		fail_msg("not refused:\n%s", diff);
	assert_int_equal(e.code, WIO_INVALID);
	assert_string_equal(e.field, "digest");
	assert_non_null(strstr(e.message, line));
	assert_non_null(strstr(e.message, "without context"));
	known = true;
}

/* As `diff -U0` makes them: the line number alone, or a line that may be there
 * twice, says where. */
static void
a_hunk_without_context_needs_the_digest(void **state)
{
	(void)state;
	needs_the_digest("a\nb\nc\n", HEAD "@@ -2,0 +3 @@\n+x\n", "line 3 ");
	needs_the_digest("}\n}\n}\n", HEAD "@@ -2 +2 @@\n-}\n+};\n", "line 3 ");
	needs_the_digest("a\nb\nc\n", HEAD "@@ -3 +2,0 @@\n-c\n", "line 3 ");
	needs_the_digest("a\nb\nc\nd\n",
		HEAD "@@ -1,2 +1,2 @@\n a\n-b\n+x\n"
		     "@@ -4,0 +5 @@\n+y\n",
		"line 7 ");
}

static void
a_hunk_that_is_all_of_the_file_needs_no_context(void **state)
{
	(void)state;
	known = false;
	check_str(patched("a\n", HEAD "@@ -1 +1 @@\n-a\n+b\n"), "b\n");
	check_str(patched("a\nb\n", HEAD "@@ -1,2 +0,0 @@\n-a\n-b\n"), "");
	check_str(patched("", HEAD "@@ -0,0 +1 @@\n+a\n"), "a\n");
	check_str(patched("a\nb\n", HEAD "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
		"a\nc\n");
	known = true;
}

static void
a_diff_that_makes_a_file_is_no_diff_of_one_that_is_there(void **state)
{
	const char *diff = "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n";

	(void)state;
	check_str(patched("", diff), "a\n");
	refused("1\n", diff, "line 1 of the diff: it makes a new file");
}

static void
a_hunk_that_fits_elsewhere_is_not_moved(void **state)
{
	(void)state;
	refused("0\na\n", HEAD "@@ -1 +1 @@\n-a\n+b\n",
		"line 4 of the diff: the file has another line there");
	refused("a \n", HEAD "@@ -1 +1 @@\n-a\n+b\n", "line 4");
	refused("a\n", HEAD "@@ -5 +5 @@\n-a\n+b\n",
		"the file has not so many lines");
	refused("a\nb\nc\n", HEAD "@@ -2 +1 @@\n-b\n+B\n",
		"line 3 of the diff: the numbers of the new side");
	refused("a\nb\nc\n", HEAD "@@ -2 +2 @@\n-b\n+B\n@@ -1 +1 @@\n-a\n+A\n",
		"line 6 of the diff: the hunk is before the end");
}

static void
counts_have_to_be_right(void **state)
{
	(void)state;
	refused("a\nb\n", HEAD "@@ -1,2 +1,2 @@\n-a\n+A\n",
		"line 6 of the diff: the hunk is not over");
	refused("a\nb\n", HEAD "@@ -1 +1 @@\n-a\n+A\n+B\n",
		"this is not the head of a hunk");
	refused("a\nb\n", HEAD "@@ -1,2 +1,1 @@\n a\n b\n",
		"more lines than it says");
	refused("a\n", HEAD "@@ -1 +1 @@\n-a\n@@ -1 +1 @@\n",
		"line 5 of the diff: the hunk is not over");
	refused("a\n", HEAD "@@ -1,0 +1,0 @@\n", "not the head");
	refused("a\n", HEAD "@@ -0,1 +1 @@\n-a\n+b\n", "not the head");
	refused("a\n",
		HEAD "@@ -1,18446744073709551615 +1,18446744073709551615 @@\n",
		"not over");
}

static void
a_final_newline_is_what_the_diff_says(void **state)
{
	static const char none[] = "\\ No newline at end of file\n";
	char diff[300];

	(void)state;
	(void)snprintf(
		diff, sizeof(diff), HEAD "@@ -1 +1 @@\n-a\n%s+b\n", none);
	check_str(patched("a", diff), "b\n");
	refused("a\n", diff, "the file has a newline there");
	(void)snprintf(
		diff, sizeof(diff), HEAD "@@ -1 +1 @@\n-a\n+b\n%s", none);
	check_str(patched("a\n", diff), "b");
	refused("a", diff, "the file has no newline there");
	refused("a\nz\n", diff, "not the last");
	(void)snprintf(diff, sizeof(diff),
		HEAD "@@ -1,2 +1,2 @@\n-a\n+b\n z\n%s", none);
	check_str(patched("a\nz", diff), "b\nz");
	/* Nothing is glued to a line that does not end. */
	refused("a", HEAD "@@ -1,0 +2 @@\n+b\n", "has no newline");
	(void)snprintf(
		diff, sizeof(diff), HEAD "@@ -1 +1,2 @@\n a\n%s+b\n", none);
	refused("a", diff, "has no newline");
	(void)snprintf(
		diff, sizeof(diff), HEAD "@@ -1 +1,2 @@\n-a\n+b\n%s+c\n", none);
	refused("a\n", diff, "has no newline");
	(void)snprintf(diff, sizeof(diff),
		HEAD "@@ -1 +1 @@\n-a\n+b\n%s@@ -1,0 +2 @@\n+c\n", none);
	refused("a\n", diff, "has no newline");
}

static void
carriage_returns_belong_to_their_lines(void **state)
{
	(void)state;
	check_str(patched("a\r\nb\r\n",
			  HEAD "@@ -1,2 +1,2 @@\n-a\r\n+A\r\n b\r\n"),
		"A\r\nb\r\n");
	refused("a\r\n", HEAD "@@ -1 +1 @@\n-a\n+A\n", "another line");
}

/* As `diff --suppress-blank-empty` and git's diff.suppressBlankEmpty make it,
 * and editors that take white space off the ends of lines. */
static void
an_empty_line_is_one_of_the_context(void **state)
{
	(void)state;
	check_str(patched("\na\n\n", HEAD "@@ -1,3 +1,3 @@\n\n-a\n+A\n\n"),
		"\nA\n\n");
	refused("x\na\n", HEAD "@@ -1,2 +1,2 @@\n\n-a\n+A\n",
		"line 4 of the diff: the file has another line there");
	refused("a\n", HEAD "@@ -1 +1,2 @@\n a\n\n",
		"line 5 of the diff: the file has another line there");
	refused("a\n\n", HEAD "@@ -1 +1 @@\n-a\n+A\n\n",
		"line 6 of the diff: this is not the head of a hunk");
	refused("\na\n", HEAD "@@ -1,2 +1,2 @@\n\n",
		"line 5 of the diff: the hunk is not over");
}

static void
what_is_no_diff_of_one_file_is_refused(void **state)
{
	(void)state;
	refused("a\n", "", "line 1 of the diff: '--- '");
	refused("a\n", "hello\n", "'--- '");
	refused("a\n", "--- a\n", "'+++ '");
	refused("a\n", HEAD, "a hunk is expected");
	refused("a\n",
		HEAD "@@ -1 +1 @@\n-a\n+b\n" HEAD "@@ -1 +1 @@\n-a\n+b\n",
		"line 6 of the diff: a second file begins");
	refused("a\n", HEAD "@@ -1 +1 @@\n-a\n+b", "cut off");
	refused("a\n", HEAD "@@ -1 +1 @\n-a\n+b\n", "not the head");
	refused("a\n", HEAD "@@ -x +1 @@\n-a\n+b\n", "not the head");
}

#define GIT    "diff --git a/f b/f\n"
#define CHANGE "@@ -1 +1 @@\n-a\n+b\n"

/* With hunks behind it and without, it is not done in part. */
static void
refuses_header(const char *header, const char *why)
{
	static const char *const behind[] = {"", "index 1..2\n" HEAD CHANGE};
	char diff[400], line[200];

	(void)snprintf(line, sizeof(line), "line 2 of the diff: %s", why);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(
			diff, sizeof(diff), GIT "%s%s", header, behind[i]);
		refused("a\n", diff, line);
		refused("", diff, line);
	}
}

static void
what_git_says_besides_bytes_is_refused_by_its_name(void **state)
{
	(void)state;
	refuses_header("old mode 100644\nnew mode 100755\n",
		"it changes the file's mode");
	refuses_header("new mode 100755\n", "it changes the file's mode");
	refuses_header("new file mode 100644\n", "it makes a new file");
	refuses_header("deleted file mode 100644\n", "it deletes the file");
	refuses_header("similarity index 100%\nrename from f\nrename to g\n",
		"it renames or copies the file");
	refuses_header("rename from f\n", "it renames the file");
	refuses_header("rename to f\n", "it renames the file");
	refuses_header("copy from f\n", "it copies the file");
	refuses_header("copy to f\n", "it copies the file");
	refuses_header("dissimilarity index 90%\n", "it is a rewrite");
	refuses_header("GIT binary patch\nliteral 1\nIcmZ\n\n",
		"it changes bytes that are no text");
	refuses_header("Binary files a/f and b/f differ\n",
		"it changes bytes that are no text");
	refused("a\n", GIT "index 1..2 100644\nGIT binary patch\n",
		"line 3 of the diff: it changes bytes that are no text");
	refused("a\n", "Binary files f and g differ\n",
		"line 1 of the diff: it changes bytes that are no text");
	refused("a\n", HEAD CHANGE "Binary files a/g and b/g differ\n",
		"line 6 of the diff: it changes bytes that are no text");
	refused("a\n", HEAD "GIT binary patch\n",
		"line 3 of the diff: it changes bytes that are no text");
}

static void
a_diff_that_deletes_the_file_does_not_empty_it(void **state)
{
	(void)state;
	refused("a\n", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
		"line 2 of the diff: it deletes the file");
	check_str(patched("a\n", HEAD "@@ -1 +0,0 @@\n-a\n"), "");
}

static void
what_says_that_there_is_no_newline_stands_behind_a_line(void **state)
{
	(void)state;
	refused("a\n", HEAD "@@ -1 +1 @@\n\\ No newline\n-a\n+b\n",
		"line 4 of the diff: '\\' is about the line before it");
	refused("a", HEAD "@@ -1 +1 @@\n-a\n\\ No\n\\ No\n+b\n",
		"line 6 of the diff: '\\' is about the line before it");
	refused("a\n", HEAD CHANGE "\\ No newline\n\\ No newline\n",
		"line 7 of the diff: this is not the head of a hunk");
	refused("a\n", HEAD "\\ No newline\n" CHANGE,
		"line 3 of the diff: this is not the head of a hunk");
	/* In any language. */
	check_str(patched("a\n", HEAD CHANGE "\\ Kein Zeilenumbruch\n"), "b");
}

/* Both ways: what diff.h writes of random edits is what they make. */
static void
random_text(struct buf *b, size_t most)
{
	static const char *const parts[] = {"a", "\n", "b\n", "\r\n", "\n\n",
		"c", "-", "+", " ", "\\ ", "@@ -1 +1 @@\n", "--- x\n"};

	for (size_t n = below(most + 1); n > 0; n--)
		buf_add_c(b, parts[below(12)]);
}

static void
what_is_told_of_edits_makes_them_again(void **state)
{
	size_t tried = 0;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		CLEANUP_BUF struct buf text = {0}, want = {0}, diff = {0};
		struct buf with[3] = {{0}, {0}, {0}};
		struct diff_edit edits[3];
		size_t at = 0, n = 0;
		random_text(&text, 30);
		struct str t = buf_str(&text);
		while (n < 3 && at <= t.n) {
			random_text(&with[n], 4);
			size_t from = at + below(t.n - at + 1);
			size_t cut = below(4) == 0 ? 0 : below(t.n - from + 1);
			edits[n] = (struct diff_edit){
				from, cut, buf_str(&with[n])};
			buf_add(&want, t.s + at, from - at);
			buf_add_str(&want, buf_str(&with[n]));
			at = from + cut;
			n++;
			if (at == t.n)
				break;
		}
		buf_add_str(&want, str_from_at(t, at));
		diff_unified(t, edits, n, "f", &diff);
		if (diff.n == 0) {
			assert_true(str_eq(t, buf_str(&want)));
		} else {
			tried++;
			struct str got = patched_bytes(t, buf_str(&diff));
			if (!str_is_set(got))
				fail_msg("%s:\n%s", e.message, diff.p);
			assert_true(str_eq(got, buf_str(&want)));
		}
		for (size_t k = 0; k < 3; k++)
			buf_release(&with[k]);
	}
	print_message("# 50000 texts, %zu diffs\n", tried);
	assert_true(tried > 30000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hunks_are_applied_at_the_lines_they_name),
		cmocka_unit_test(a_hunk_without_context_needs_the_digest),
		cmocka_unit_test(
			a_hunk_that_is_all_of_the_file_needs_no_context),
		cmocka_unit_test(
			a_diff_that_makes_a_file_is_no_diff_of_one_that_is_there),
		cmocka_unit_test(a_hunk_that_fits_elsewhere_is_not_moved),
		cmocka_unit_test(counts_have_to_be_right),
		cmocka_unit_test(a_final_newline_is_what_the_diff_says),
		cmocka_unit_test(carriage_returns_belong_to_their_lines),
		cmocka_unit_test(an_empty_line_is_one_of_the_context),
		cmocka_unit_test(what_is_no_diff_of_one_file_is_refused),
		cmocka_unit_test(
			what_git_says_besides_bytes_is_refused_by_its_name),
		cmocka_unit_test(
			a_diff_that_deletes_the_file_does_not_empty_it),
		cmocka_unit_test(
			what_says_that_there_is_no_newline_stands_behind_a_line),
		cmocka_unit_test(what_is_told_of_edits_makes_them_again),
	};

	return cmocka_run_group_tests_name("patch", tests, NULL, NULL);
}
