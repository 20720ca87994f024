/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "yaml/slices.h"

struct cut {
	struct arena a;
	struct str bytes;
	struct yaml_slices slices;
};

static void
cut_open(struct cut *c, const char *bytes, struct str key)
{
	*c = (struct cut){.bytes = str_from(bytes)};
	yaml_cut(c->bytes, key, &c->a, &c->slices);
}

static void
cut_close(struct cut *c)
{
	arena_release(&c->a);
}

static void
check_slice(const struct cut *c, size_t i, size_t line, const char *expected)
{
	assert_true(i < c->slices.n);
	const struct yaml_slice *s = &c->slices.items[i];
	assert_int_equal(s->line, line);
	check_str(str_of(c->bytes.s + s->start, s->end - s->start), expected);
}

static void
a_damaged_list_under_a_key_is_cut_into_entries(void **state)
{
	struct cut c;

	(void)state;
	cut_open(&c,
		"v: 3\nitems: # all\n  # one\n  - id: a\n    t: x\n\n"
		"  - id: [b\n    t: y\n  # two\n  - id: c\ntail: 1\n",
		STR("items"));
	assert_int_equal(c.slices.n, 3);
	check_slice(&c, 0, 4, "  - id: a\n    t: x\n\n");
	check_slice(&c, 1, 7, "  - id: [b\n    t: y\n  # two\n");
	check_slice(&c, 2, 10, "  - id: c\n");
	check_str(str_of(c.bytes.s, c.slices.head_end),
		"v: 3\nitems: # all\n  # one\n");
	check_str(str_from_at(c.bytes, c.slices.tail_start), "tail: 1\n");
	cut_close(&c);
}

static void
a_bare_list_is_cut_into_entries(void **state)
{
	struct cut c;

	(void)state;
	cut_open(&c, "# drop\n- a: 1\n  - x\n-\n  b: 2\n- c", STR_ABSENT);
	assert_int_equal(c.slices.n, 3);
	check_slice(&c, 0, 2, "- a: 1\n  - x\n");
	check_slice(&c, 1, 4, "-\n  b: 2\n");
	check_slice(&c, 2, 6, "- c");
	assert_int_equal(c.slices.tail_start, c.bytes.n);
	cut_close(&c);
}

static void
entries_in_line_with_their_key_are_cut(void **state)
{
	struct cut c;

	(void)state;
	cut_open(&c, "items:\r\n- a: 1\r\n- b: 2\r\nend: 1\r\n", STR("items"));
	assert_int_equal(c.slices.n, 2);
	check_slice(&c, 0, 2, "- a: 1\r\n");
	check_slice(&c, 1, 3, "- b: 2\r\n");
	cut_close(&c);
}

static void
a_conflict_of_whole_entries_spoils_no_other(void **state)
{
	struct cut c;

	(void)state;
	cut_open(&c,
		"items:\n- a: 1\n<<<<<<< ours\n- b: 2\n=======\n- b: 3\n"
		"  c: 4\n>>>>>>> theirs\n  d: 5\n- e: 6\n",
		STR("items"));
	assert_int_equal(c.slices.n, 2);
	check_slice(&c, 0, 2, "- a: 1\n");
	check_slice(&c, 1, 10, "- e: 6\n");
	cut_close(&c);
}

static void
a_conflict_inside_an_entry_stays_with_it(void **state)
{
	struct cut c;

	(void)state;
	cut_open(&c,
		"- a: 1\n<<<<<<< ours\n  b: 2\n=======\n  b: 3\n"
		">>>>>>> theirs\n- e: 6\n",
		STR_ABSENT);
	assert_int_equal(c.slices.n, 2);
	check_slice(&c, 0, 1,
		"- a: 1\n<<<<<<< ours\n  b: 2\n=======\n  b: 3\n"
		">>>>>>> theirs\n");
	check_slice(&c, 1, 7, "- e: 6\n");
	cut_close(&c);
}

static void
a_byte_order_mark_is_no_part_of_the_first_line(void **state)
{
	struct cut c;

	(void)state;
	cut_open(&c, "\xef\xbb\xbfitems:\n- a: [\n- b: 2\n", STR("items"));
	assert_int_equal(c.slices.n, 2);
	check_slice(&c, 1, 3, "- b: 2\n");
	cut_close(&c);
	cut_open(&c, "\xef\xbb\xbf- a: 1\n- b: [\n", STR_ABSENT);
	assert_int_equal(c.slices.n, 2);
	check_slice(&c, 0, 1, "- a: 1\n");
	cut_close(&c);
}

static void
what_is_no_such_list_is_not_cut(void **state)
{
	static const char *const others[] = {"", "a: 1\n", "items: [a, b]\n",
		"items:\n  a: 1\n", "item:\n- a\n", "items:\n",
		"  items:\n  - a\n"};
	struct cut c;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		cut_open(&c, others[i], STR("items"));
		assert_int_equal(c.slices.n, 0);
		assert_int_equal(c.slices.head_end, c.bytes.n);
		assert_int_equal(c.slices.tail_start, c.bytes.n);
		cut_close(&c);
	}
	cut_open(&c, "a: 1\n- b\n", STR_ABSENT);
	assert_int_equal(c.slices.n, 0);
	cut_close(&c);
}

static void
a_sound_entry_is_read_with_its_place_in_the_document(void **state)
{
	struct yaml_node *entry = NULL;
	struct err e = {0};
	struct cut c;

	(void)state;
	cut_open(&c, "items:\n  - \xc3\xa9: [b\n  - id: c\n    t: [x]\n",
		STR("items"));
	assert_int_equal(c.slices.n, 2);
	check_ok(yaml_parse_slice(
			 c.bytes, &c.slices.items[1], "f", &c.a, &entry, &e),
		&e);
	check_str(yaml_get(entry, STR("id"))->value, "c");
	assert_int_equal(entry->line, 3);
	assert_int_equal(entry->column, 5);
	const struct yaml_node *x = yaml_get(entry, STR("t"))->items[0];
	check_str(str_of(c.bytes.s + x->start, x->end - x->start), "x");
	assert_int_equal(x->line, 4);
	assert_int_equal(x->column, 9);
	cut_close(&c);
}

static void
a_damaged_entry_is_refused_with_its_place_in_the_document(void **state)
{
	struct yaml_node *entry = NULL;
	struct err e = {0};
	struct cut c;

	(void)state;
	cut_open(&c, "items:\n- id: a\n- id: b\n  t: @x\n- id: c\n\n\xff",
		STR("items"));
	assert_int_equal(c.slices.n, 3);
	check_fails(yaml_parse_slice(c.bytes, &c.slices.items[1], "b.yaml",
			    &c.a, &entry, &e),
		&e, ERR_INPUT, "b.yaml:4:6: ");
	check_fails(yaml_parse_slice(c.bytes, &c.slices.items[2], "b.yaml",
			    &c.a, &entry, &e),
		&e, ERR_INPUT, "b.yaml:7:1: this is not UTF-8");
	cut_close(&c);
}

static void
a_slice_that_is_no_single_entry_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		struct yaml_slice slice;
	} cases[] = {
		{"x\n- a\n- b\n", {.start = 2, .end = 10, .line = 2}},
		{"x\na: 1\n", {.start = 2, .end = 7, .line = 2}},
		{"x\n# c\n", {.start = 2, .end = 6, .line = 2}},
	};
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_node *entry = NULL;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_fails(yaml_parse_slice(str_from(cases[i].bytes),
				    &cases[i].slice, "f", &a, &entry, &e),
			&e, ERR_INPUT, "f:2:1: this entry cannot be told");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_damaged_list_under_a_key_is_cut_into_entries),
		cmocka_unit_test(a_bare_list_is_cut_into_entries),
		cmocka_unit_test(entries_in_line_with_their_key_are_cut),
		cmocka_unit_test(a_conflict_of_whole_entries_spoils_no_other),
		cmocka_unit_test(a_conflict_inside_an_entry_stays_with_it),
		cmocka_unit_test(
			a_byte_order_mark_is_no_part_of_the_first_line),
		cmocka_unit_test(what_is_no_such_list_is_not_cut),
		cmocka_unit_test(
			a_sound_entry_is_read_with_its_place_in_the_document),
		cmocka_unit_test(
			a_damaged_entry_is_refused_with_its_place_in_the_document),
		cmocka_unit_test(a_slice_that_is_no_single_entry_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
