/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/result.h"
#include "base/buf.h"
#include "sys/real.h"

#define HEAD                                            \
	"{\"item_id\":\"WRK-001\",\"phase\":\"build\"," \
	"\"result\":\"phase_complete\",\"summary\":\"done\""

static struct arena arena;
static struct result result;
static struct err e;

static int
parse(struct str bytes)
{
	arena_release(&arena);
	e = (struct err){0};
	return result_parse(bytes, "result.json", &arena, &result, &e);
}

/* A result with one more key. */
static int
parse_with(const char *rest)
{
	struct buf b CLEANUP_BUF = {0};

	buf_addf(&b, "%s,%s}", HEAD, rest);
	return parse(buf_str(&b));
}

static void
a_full_result_is_read_field_by_field(void **state)
{
	(void)state;
	check_ok(
		parse_with(
			"\"context\":\" c \","
			"\"updated_assessments\":{\"size\":\"large\","
			"\"complexity\":\"low\",\"risk\":null,"
			"\"impact\":\"high\"},"
			"\"follow_ups\":[\"one\",{\"title\":\"two\","
			"\"context\":\"why\",\"suggested_size\":\"small\","
			"\"risk\":\"low\"}],"
			"\"based_on_commit\":\"abc\",\"pipeline_type\":\"bug\","
			"\"commit_summary\":\"fix it\","
			"\"duplicates\":[\"WRK-2\",\"WRK-3\"],"
			"\"description\":{\"problem\":\"p\\nq\","
			"\"sizing_rationale\":\"s\"},"
			"\"requires_human_review\":true,"
			"\"blocked_type\":\"decision\""),
		&e);
	check_str(result.item_id, "WRK-001");
	check_str(result.phase, "build");
	assert_int_equal(result.code, RESULT_PHASE_COMPLETE);
	check_str(result.summary, "done");
	check_str(result.context, "c");
	assert_int_equal(result.assessments.size, SIZE_LARGE);
	assert_int_equal(result.assessments.complexity, LEVEL_LOW);
	assert_int_equal(result.assessments.risk, LEVEL_UNSET);
	assert_int_equal(result.assessments.impact, LEVEL_HIGH);
	assert_int_equal(result.follow_ups_n, 2);
	check_str(result.follow_ups[0].title, "one");
	assert_false(str_is_set(result.follow_ups[0].context));
	check_str(result.follow_ups[1].title, "two");
	check_str(result.follow_ups[1].context, "why");
	assert_int_equal(result.follow_ups[1].size, SIZE_SMALL);
	assert_int_equal(result.follow_ups[1].risk, LEVEL_LOW);
	check_str(result.based_on_commit, "abc");
	check_str(result.pipeline_type, "bug");
	check_str(result.commit_summary, "fix it");
	assert_int_equal(result.duplicates.n, 2);
	check_str(result.duplicates.items[1], "WRK-3");
	assert_false(str_is_set(result.description.context));
	check_str(result.description.problem, "p\nq");
	check_str(result.description.sizing_rationale, "s");
	assert_int_equal(result.requires_human_review, SAID_TRUE);
	assert_int_equal(result.blocked_type, BLOCKED_DECISION);
}

static void
null_and_empty_text_count_as_absent(void **state)
{
	(void)state;
	check_ok(parse_with("\"context\":null,\"updated_assessments\":null,"
			    "\"follow_ups\":null,\"duplicates\":null,"
			    "\"description\":{\"context\":null,"
			    "\"problem\":\"  \"},"
			    "\"requires_human_review\":null,"
			    "\"blocked_type\":null,\"pipeline_type\":\"\""),
		&e);
	assert_false(str_is_set(result.context));
	assert_int_equal(result.follow_ups_n, 0);
	assert_int_equal(result.duplicates.n, 0);
	assert_true(description_is_empty(&result.description));
	assert_int_equal(result.requires_human_review, UNSAID);
	assert_int_equal(result.blocked_type, BLOCKED_UNSET);
	assert_false(str_is_set(result.pipeline_type));
}

static void
every_result_code_is_read(void **state)
{
	(void)state;
	for (int code = 0; code < RESULT_CODES; code++) {
		struct buf b CLEANUP_BUF = {0};
		buf_addf(&b,
			"{\"item_id\":\"W-1\",\"phase\":\"p\",\"result\":\"%s\","
			"\"summary\":\"s\"}",
			names_get(&result_code_names, code));
		check_ok(parse(buf_str(&b)), &e);
		assert_int_equal(result.code, code);
	}
}

static void
a_saying_false_differs_from_saying_nothing(void **state)
{
	(void)state;
	check_ok(parse_with("\"requires_human_review\":false"), &e);
	assert_int_equal(result.requires_human_review, SAID_FALSE);
	check_ok(parse(STR(HEAD "}")), &e);
	assert_int_equal(result.requires_human_review, UNSAID);
}

static void
unknown_keys_are_ignored(void **state)
{
	(void)state;
	check_ok(parse_with("\"status\":\"done\",\"x\":[{\"y\":1.5e3}]"), &e);
}

struct bad {
	const char *bytes;
	const char *message;
};

/* Whole documents, each with the whole message. */
static const struct bad bad_documents[] = {
	{"", "result.json: is empty"},
	{" \n", "result.json: is empty"},
	{"[]", "result.json: is a list and must be an object"},
	{"{}", "result.json: 'item_id' is missing"},
	{"{\"item_id\":\"W-1\",\"phase\":\"b\",\"result\":\"failed\"}",
		"result.json: 'summary' is missing"},
	{"{\"item_id\":\"W-1\",\"phase\":\"b\",\"result\":\"failed\","
	 "\"summary\":null}",
		"result.json: 'summary' is missing"},
	{"{\"item_id\":\"W-1\",\"phase\":\"b\",\"result\":\"failed\","
	 "\"summary\":\" \\n\"}",
		"result.json: 'summary' is empty"},
	{"{\"item_id\":\"W-1\",\"phase\":\"b\",\"result\":\"done\","
	 "\"summary\":\"s\"}",
		"result.json: 'result' is 'done', which is not one of "
		"phase_complete, subphase_complete, failed or blocked"},
	{"{\"item_id\":1,\"phase\":\"b\",\"result\":\"failed\","
	 "\"summary\":\"s\"}",
		"result.json: 'item_id' is a number and must be text"},
	{"{\"item_id\":\"a\\nb\",\"phase\":\"b\",\"result\":\"failed\","
	 "\"summary\":\"s\"}",
		"result.json: 'item_id' has a line break and must be one line"},
	{"\xef\xbb\xbf" HEAD "}", "result.json: begins with a byte order mark"},
	{HEAD ",\"context\":\"\xc0\xaf\"}",
		"result.json: byte 92 is not valid UTF-8"},
	{HEAD ",\"context\":\"\xed\xa0\x80\"}",
		"result.json: byte 92 is not valid UTF-8"},
};

static void
a_bad_document_is_refused_in_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_documents) / sizeof(struct bad);
		i++) {
		const struct bad *bad = &bad_documents[i];
		check_fails(parse(str_from(bad->bytes)), &e, ERR_INPUT, "");
		assert_string_equal(e.msg, bad->message);
	}
}

/* What jansson says about these is its own; ours is the place. */
static const struct bad not_json[] = {
	{"{", "result.json:1:1: is not valid JSON: "},
	{HEAD, "result.json:1:79: is not valid JSON: "}, /* torn */
	{HEAD "} x", "result.json:1:82: is not valid JSON: "},
	{HEAD "}{}", "result.json:1:81: is not valid JSON: "},
	{HEAD ",}", "result.json:1:81: is not valid JSON: "},
	{HEAD ",\"summary\":\"twice\"}", "duplicate object key"},
	{HEAD ",\"x\":{\"y\":1,\"y\":2}}", "duplicate object key"},
	{HEAD ",\"x\":NaN}", "is not valid JSON"},
	{HEAD ",\"x\":-Infinity}", "is not valid JSON"},
	{HEAD ",\"x\":99999999999999999999999}", "too big integer"},
	{HEAD ",\"x\":1e999}", "real number overflow"},
	{HEAD ",\"x\":\"\\u0000\"}", "\\u0000 is not allowed"},
	{HEAD ",\"\\u0000\":1}", "is not valid JSON"},
	{HEAD ",\"x\":\"\\ud800\"}", "is not valid JSON"},
	{HEAD "/* why */}", "is not valid JSON"},
	{"{'item_id': 'W-1'}", "is not valid JSON"},
};

static void
what_is_not_json_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(not_json) / sizeof(struct bad); i++)
		check_fails(parse(str_from(not_json[i].bytes)), &e, ERR_INPUT,
			not_json[i].message);
}

/* One more key after a good head. */
static const struct bad bad_keys[] = {
	{"\"context\":5",
		"result.json: 'context' is a number and must be text"},
	{"\"context\":[\"x\"]",
		"result.json: 'context' is a list and must be text"},
	{"\"updated_assessments\":\"small\"",
		"result.json: 'updated_assessments' is text and must be an "
		"object"},
	{"\"updated_assessments\":{\"size\":\"huge\"}",
		"result.json: 'updated_assessments.size' is 'huge', which is "
		"not one of small, medium or large"},
	{"\"updated_assessments\":{\"risk\":1}",
		"result.json: 'updated_assessments.risk' is a number and must "
		"be text"},
	{"\"updated_assessments\":{\"impact\":\"\"}",
		"result.json: 'updated_assessments.impact' is '', which is not "
		"one of low, medium or high"},
	{"\"follow_ups\":{}",
		"result.json: 'follow_ups' is an object and must "
		"be a list"},
	{"\"follow_ups\":[\"a\",7]",
		"result.json: 'follow_ups[1]' is a number and must be text or "
		"an object"},
	{"\"follow_ups\":[null]",
		"result.json: 'follow_ups[0]' is null and must be text or an "
		"object"},
	{"\"follow_ups\":[\"\"]", "result.json: 'follow_ups[0]' is empty"},
	{"\"follow_ups\":[{}]",
		"result.json: 'follow_ups[0].title' is missing"},
	{"\"follow_ups\":[{\"title\":\"a\\nb\"}]",
		"result.json: 'follow_ups[0].title' has a line break and must "
		"be one line"},
	{"\"follow_ups\":[{\"title\":\"a\",\"size\":\"xl\"}]",
		"result.json: 'follow_ups[0].size' is 'xl', which is not one "
		"of small, medium or large"},
	{"\"duplicates\":\"WRK-2\"",
		"result.json: 'duplicates' is text and must be a list"},
	{"\"duplicates\":[2]",
		"result.json: 'duplicates[0]' is a number and must be text"},
	{"\"description\":\"text\"",
		"result.json: 'description' is text and must be an object"},
	{"\"description\":{\"problem\":true}",
		"result.json: 'description.problem' is true and must be text"},
	{"\"requires_human_review\":\"yes\"",
		"result.json: 'requires_human_review' is text and must be true "
		"or false"},
	{"\"requires_human_review\":1",
		"result.json: 'requires_human_review' is a number and must be "
		"true or false"},
	{"\"blocked_type\":\"bug\\u001b[2J\"",
		"result.json: 'blocked_type' is 'bug\xef\xbf\xbd[2J', which is "
		"not one of clarification or decision"},
	{"\"commit_summary\":\"a\\rb\"",
		"result.json: 'commit_summary' has a line break and must be "
		"one line"},
};

static void
a_wrong_value_is_named_with_what_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_keys) / sizeof(struct bad); i++) {
		check_fails(parse_with(bad_keys[i].bytes), &e, ERR_INPUT, "");
		assert_string_equal(e.msg, bad_keys[i].message);
	}
}

static void
a_nul_byte_is_refused(void **state)
{
	static const char bytes[] = HEAD ",\"context\":\"a\0b\"}";

	(void)state;
	check_fails(parse(str_of(bytes, sizeof(bytes) - 1)), &e, ERR_INPUT,
		"result.json: byte 93 is NUL");
}

/* `n` arrays in the object: depth n + 1. */
static int
parse_nested(size_t n)
{
	struct buf b CLEANUP_BUF = {0};

	buf_addf(&b, "%s,\"x\":", HEAD);
	buf_add_repeat(&b, '[', n);
	buf_add_repeat(&b, ']', n);
	buf_add_c(&b, "}");
	return parse(buf_str(&b));
}

static void
nesting_is_accepted_up_to_32_and_no_deeper(void **state)
{
	(void)state;
	check_ok(parse_nested(31), &e);
	check_fails(parse_nested(32), &e, ERR_LIMIT, "");
	assert_string_equal(e.msg, "result.json: is nested more than 32 deep");
	check_fails(parse_nested(500000), &e, ERR_LIMIT, "");
}

static void
brackets_in_text_are_not_nesting(void **state)
{
	struct buf b CLEANUP_BUF = {0};

	(void)state;
	buf_add_c(&b, "\"context\":\"\\\"");
	buf_add_repeat(&b, '[', 100);
	buf_add_c(&b, "\\\\\"");
	check_ok(parse_with(b.p), &e);
}

static int
parse_context_of(size_t n)
{
	struct buf b CLEANUP_BUF = {0};

	buf_add_c(&b, "\"context\":\"");
	buf_add_repeat(&b, 'x', n);
	buf_add_c(&b, "\"");
	return parse_with(b.p);
}

static void
text_is_at_most_64_kib(void **state)
{
	(void)state;
	check_ok(parse_context_of(65536), &e);
	assert_int_equal(result.context.n, 65536);
	check_fails(parse_context_of(65537), &e, ERR_LIMIT,
		"result.json: 'context' has 65537 bytes, more than 65536");
}

static int
parse_list_of(const char *key, size_t n)
{
	struct buf b CLEANUP_BUF = {0};

	buf_addf(&b, "\"%s\":[", key);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s\"t\"", i > 0 ? "," : "");
	buf_add_c(&b, "]");
	return parse_with(b.p);
}

static void
lists_have_at_most_100_entries(void **state)
{
	(void)state;
	check_ok(parse_list_of("follow_ups", 100), &e);
	check_ok(parse_list_of("duplicates", 100), &e);
	check_fails(parse_list_of("follow_ups", 101), &e, ERR_LIMIT,
		"result.json: 'follow_ups' has 101 entries, more than 100");
	check_fails(parse_list_of("duplicates", 101), &e, ERR_LIMIT,
		"result.json: 'duplicates' has 101 entries, more than 100");
	check_fails(parse_list_of("ours_not", 30000), &e, ERR_LIMIT,
		"result.json: has more than 20000 values");
}

static void
a_document_is_at_most_1_mib(void **state)
{
	struct buf b CLEANUP_BUF = {0};

	(void)state;
	buf_add_c(&b, HEAD "}");
	buf_add_repeat(&b, ' ', RESULT_BYTES_MAX - b.n);
	check_ok(parse(buf_str(&b)), &e);
	buf_add_c(&b, " ");
	check_fails(parse(buf_str(&b)), &e, ERR_LIMIT,
		"result.json: has 1048577 bytes, more than 1048576");
}

/* A run directory of its own. */
struct run {
	char path[64];
	struct fio_dir dir;
};

static int
run_setup(void **state)
{
	static struct run run;

	(void)snprintf(run.path, sizeof(run.path), "/tmp/weir-result-XXXXXX");
	if (mkdtemp(run.path) == NULL ||
		fio_dir_open(&run.dir, sys_real(), AT_FDCWD, run.path, &e) < 0)
		return -1;
	*state = &run;
	return 0;
}

static int
run_teardown(void **state)
{
	struct run *run = *state;
	static const char *const names[] = {"result.json", "other"};

	for (size_t i = 0; i < 2; i++)
		if (unlinkat(run->dir.fd, names[i], 0) < 0)
			(void)unlinkat(run->dir.fd, names[i], AT_REMOVEDIR);
	fio_dir_close(&run->dir);
	return rmdir(run->path);
}

static void
put(const struct run *run, const char *name, const char *text)
{
	int fd = openat(run->dir.fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static int
read_of(const struct run *run, const char *item, const char *phase)
{
	const struct result_asked asked = {
		.item_id = str_from(item),
		.phase = str_from(phase),
		.run_id = STR("r-1"),
	};

	arena_release(&arena);
	return result_read(
		&run->dir, "result.json", &asked, &arena, &result, &e);
}

static void
the_result_asked_for_is_read_from_its_file(void **state)
{
	put(*state, "result.json", HEAD "}\n");
	check_ok(read_of(*state, "WRK-001", "build"), &e);
	check_str(result.summary, "done");
}

static void
without_a_file_there_is_no_result(void **state)
{
	check_fails(read_of(*state, "WRK-001", "build"), &e, ERR_MISSING,
		"result.json: is not there; the agent reported nothing");
}

static void
a_result_about_another_item_is_refused(void **state)
{
	put(*state, "result.json", HEAD "}");
	check_fails(read_of(*state, "WRK-002", "build"), &e, ERR_INPUT,
		"result.json: is about item 'WRK-001', not 'WRK-002'");
}

static void
a_result_about_another_phase_is_refused(void **state)
{
	put(*state, "result.json", HEAD "}");
	check_fails(read_of(*state, "WRK-001", "triage"), &e, ERR_INPUT,
		"result.json: is about phase 'build', not 'triage'");
}

static void
a_result_of_another_run_is_refused(void **state)
{
	put(*state, "result.json", HEAD ",\"run_id\":\"r-0\"}");
	check_fails(read_of(*state, "WRK-001", "build"), &e, ERR_INPUT,
		"result.json: is about run 'r-0', not 'r-1'");
}

static void
a_result_may_say_its_run_or_not(void **state)
{
	put(*state, "result.json", HEAD ",\"run_id\":\"r-1\"}");
	check_ok(read_of(*state, "WRK-001", "build"), &e);
	check_str(result.run_id, "r-1");
	assert_int_equal(
		unlinkat(((struct run *)*state)->dir.fd, "result.json", 0), 0);
	put(*state, "result.json", HEAD ",\"run_id\":null}");
	check_ok(read_of(*state, "WRK-001", "build"), &e);
	assert_false(str_is_set(result.run_id));
}

static void
a_fifo_is_refused_without_waiting(void **state)
{
	const struct run *run = *state;

	assert_int_equal(mkfifoat(run->dir.fd, "result.json", 0600), 0);
	check_fails(
		read_of(run, "WRK-001", "build"), &e, ERR_INPUT, "result.json");
}

static void
a_symlink_is_not_followed(void **state)
{
	const struct run *run = *state;

	put(run, "other", HEAD "}");
	assert_int_equal(symlinkat("other", run->dir.fd, "result.json"), 0);
	check_fails(
		read_of(run, "WRK-001", "build"), &e, ERR_INPUT, "result.json");
}

static void
a_dangling_symlink_is_not_a_missing_result(void **state)
{
	const struct run *run = *state;

	assert_int_equal(symlinkat("other", run->dir.fd, "result.json"), 0);
	check_fails(
		read_of(run, "WRK-001", "build"), &e, ERR_INPUT, "result.json");
}

static void
a_second_hard_link_is_refused(void **state)
{
	const struct run *run = *state;

	put(run, "other", HEAD "}");
	assert_int_equal(
		linkat(run->dir.fd, "other", run->dir.fd, "result.json", 0), 0);
	check_fails(read_of(run, "WRK-001", "build"), &e, ERR_INPUT,
		"result.json: has 2 hard links and must have one");
}

static void
a_directory_is_refused(void **state)
{
	const struct run *run = *state;

	assert_int_equal(mkdirat(run->dir.fd, "result.json", 0700), 0);
	check_fails(
		read_of(run, "WRK-001", "build"), &e, ERR_INPUT, "result.json");
}

static void
a_file_that_is_too_large_is_not_read(void **state)
{
	const struct run *run = *state;

	put(run, "result.json", HEAD "}");
	int fd = openat(run->dir.fd, "result.json", O_WRONLY);
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	assert_int_equal(close(fd), 0);
	check_fails(
		read_of(run, "WRK-001", "build"), &e, ERR_LIMIT, "result.json");
}

static void
a_torn_file_is_refused(void **state)
{
	put(*state, "result.json", "{\"item_id\":\"WRK-001\",\"pha");
	check_fails(read_of(*state, "WRK-001", "build"), &e, ERR_INPUT,
		"result.json:1:25: is not valid JSON: ");
}

#define WITH_RUN(test) \
	cmocka_unit_test_setup_teardown(test, run_setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_result_is_read_field_by_field),
		cmocka_unit_test(null_and_empty_text_count_as_absent),
		cmocka_unit_test(every_result_code_is_read),
		cmocka_unit_test(a_saying_false_differs_from_saying_nothing),
		cmocka_unit_test(unknown_keys_are_ignored),
		cmocka_unit_test(a_bad_document_is_refused_in_a_sentence),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(a_wrong_value_is_named_with_what_is_accepted),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(nesting_is_accepted_up_to_32_and_no_deeper),
		cmocka_unit_test(brackets_in_text_are_not_nesting),
		cmocka_unit_test(text_is_at_most_64_kib),
		cmocka_unit_test(lists_have_at_most_100_entries),
		cmocka_unit_test(a_document_is_at_most_1_mib),
		WITH_RUN(the_result_asked_for_is_read_from_its_file),
		WITH_RUN(without_a_file_there_is_no_result),
		WITH_RUN(a_result_about_another_item_is_refused),
		WITH_RUN(a_result_about_another_phase_is_refused),
		WITH_RUN(a_result_of_another_run_is_refused),
		WITH_RUN(a_result_may_say_its_run_or_not),
		WITH_RUN(a_fifo_is_refused_without_waiting),
		WITH_RUN(a_symlink_is_not_followed),
		WITH_RUN(a_dangling_symlink_is_not_a_missing_result),
		WITH_RUN(a_second_hard_link_is_refused),
		WITH_RUN(a_directory_is_refused),
		WITH_RUN(a_file_that_is_too_large_is_not_read),
		WITH_RUN(a_torn_file_is_refused),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
