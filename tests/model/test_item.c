/* SPDX-License-Identifier: MIT */
#include "model/fixture.h"

#include "model/item.h"

static const struct field *
field(const char *name)
{
	const struct field *f = field_find(&item_fields, str_from(name));

	if (f == NULL)
		fail_msg("no field '%s'", name);
	return f;
}

static void
fields_stand_in_file_order(void **state)
{
	static const char *const order[] = {"id", "title", "status", "phase",
		"size", "complexity", "risk", "impact", "requires_human_review",
		"origin", "blocked_from_status", "blocked_reason",
		"blocked_type", "unblock_context", "tags", "dependencies",
		"created", "updated", "pipeline_type", "description",
		"phase_pool", "last_phase_commit", "guardrails_accepted"};

	(void)state;
	assert_int_equal(item_fields.n, sizeof(order) / sizeof(order[0]));
	for (size_t i = 0; i < item_fields.n; i++)
		assert_string_equal(item_fields.fields[i].name, order[i]);
}

static void
every_text_enum_and_bool_comes_back_as_it_was_set(void **state)
{
	struct item it = {.blocked_from_status = STATUSES};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		struct str value = STR("some text");
		if (f->kind == FIELD_LIST || f->kind == FIELD_MAP)
			continue;
		if (f->kind == FIELD_ENUM)
			value = str_from(
				names_get(f->names, (int)f->names->n - 1));
		if (f->kind == FIELD_BOOL)
			value = STR("true");
		check_ok(field_set_text(f, &it, value, &e), &e);
		assert_true(str_eq(field_text(f, &it), value));
	}
	assert_int_equal(it.status, STATUS_BLOCKED);
	assert_int_equal(it.blocked_from_status, STATUS_BLOCKED);
	assert_int_equal(it.impact, LEVEL_HIGH);
	assert_true(it.requires_human_review);
	check_str(it.last_phase_commit, "some text");
}

static void
every_word_is_the_one_files_have_and_comes_back(void **state)
{
	static const struct {
		const struct names *names;
		int first; /* below it: unset, which has no word */
		const char *words[STATUSES];
	} tables[] = {
		{&status_names, STATUS_NEW,
			{"new", "scoping", "ready", "in_progress", "done",
				"blocked"}},
		{&size_names, SIZE_SMALL, {"small", "medium", "large"}},
		{&level_names, LEVEL_LOW, {"low", "medium", "high"}},
		{&pool_names, POOL_PRE, {"pre", "main"}},
		{&blocked_type_names, BLOCKED_CLARIFICATION,
			{"clarification", "decision"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct names *names = tables[i].names;
		for (int v = tables[i].first; v < (int)names->n; v++) {
			const char *word = tables[i].words[v - tables[i].first];
			int parsed = -1;
			assert_string_equal(names_get(names, v), word);
			assert_true(
				names_parse(names, str_from(word), &parsed));
			assert_int_equal(parsed, v);
		}
	}
}

static void
absent_unsets_what_may_be_absent(void **state)
{
	struct item it = {.size = SIZE_LARGE,
		.phase = STR("build"),
		.blocked_from_status = STATUS_NEW,
		.requires_human_review = true};
	struct err e = {0};

	(void)state;
	check_ok(field_set_text(field("size"), &it, STR_ABSENT, &e), &e);
	check_ok(field_set_text(field("phase"), &it, STR_ABSENT, &e), &e);
	check_ok(field_set_text(
			 field("blocked_from_status"), &it, STR_ABSENT, &e),
		&e);
	check_ok(field_set_text(
			 field("requires_human_review"), &it, STR_ABSENT, &e),
		&e);
	assert_int_equal(it.size, SIZE_UNSET);
	assert_false(str_is_set(it.phase));
	assert_int_equal(it.blocked_from_status, STATUSES);
	assert_false(it.requires_human_review);
	assert_false(str_is_set(field_text(field("size"), &it)));
	check_str(field_text(field("requires_human_review"), &it), "false");
}

static void
a_required_field_cannot_be_unset(void **state)
{
	static const char *const required[] = {"id", "title", "status"};
	struct item it = {0};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		check_fails(
			field_set_text(field(required[i]), &it, STR_ABSENT, &e),
			&e, ERR_INPUT, "required");
}

static void
a_wrong_value_is_refused_with_the_accepted_ones(void **state)
{
	struct item it = {.size = SIZE_SMALL};
	struct err e = {0};

	(void)state;
	check_fails(field_set_text(field("size"), &it, STR("huge"), &e), &e,
		ERR_INPUT, "'huge' is not one of small, medium or large");
	assert_int_equal(it.size, SIZE_SMALL);
	check_fails(field_set_text(field("risk"), &it, STR("High"), &e), &e,
		ERR_INPUT, "low, medium or high");
	check_fails(field_set_text(field("requires_human_review"), &it,
			    STR("yes"), &e),
		&e, ERR_INPUT, "false or true");
	check_fails(field_set_text(field("status"), &it, STR("inprogress"), &e),
		&e, ERR_INPUT, "in_progress");
}

static void
a_misspelt_field_gets_a_suggestion(void **state)
{
	static const char *const near[][2] = {
		{"dependancies", "dependencies"},
		{"Titel", "title"},
		{"descripton.problem", "description.problem"},
		{"description.problm", "description.problem"},
		{"desc.impact", "description.impact"},
		{"solutoin", "description.solution"},
		{"guardrails_accepted.rsk", "guardrails_accepted.risk"},
		{"pipeline", "pipeline_type"},
		{"human_review", "requires_human_review"},
		{"zzzzzzzz", NULL},
		{"ty", NULL},
		{"", NULL},
	};
	CLEANUP_ARENA struct arena a = {0};

	(void)state;
	assert_null(field_find(&item_fields, STR("dependancies")));
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		const char *got =
			field_nearest(&item_fields, str_from(near[i][0]), &a);
		if (near[i][1] == NULL)
			assert_null(got);
		else
			check_str(str_from(got), near[i][1]);
	}
}

static struct item
full_item(void)
{
	static const struct str tags[] = {{"a", 1}, {"b", 1}};
	static const struct str ids[] = {{"W-2", 3}};

	return (struct item){.id = STR("W-1"),
		.title = STR("title"),
		.status = STATUS_BLOCKED,
		.phase = STR("build"),
		.blocked_from_status = STATUS_IN_PROGRESS,
		.tags = {.items = tags, .n = 2},
		.dependencies = {.items = ids, .n = 1},
		.description = {.context = STR("c"), .impact = STR("i")},
		.guardrails_accepted = {.risk = LEVEL_HIGH}};
}

static void
a_copy_is_equal_and_shares_no_bytes(void **state)
{
	char title[] = "title", tag[] = "a", context[] = "c";
	struct arena a = {0};
	struct item it = full_item();
	struct str tags[] = {str_from(tag)};

	(void)state;
	it.title = str_from(title);
	it.tags = (struct str_list){.items = tags, .n = 1};
	it.description.context = str_from(context);
	struct item copy = item_copy(&it, &a);
	assert_true(item_equal(&it, &copy));
	title[0] = tag[0] = context[0] = 'X';
	check_str(copy.title, "title");
	check_str(copy.tags.items[0], "a");
	check_str(copy.description.context, "c");
	assert_false(str_is_set(copy.origin));
	assert_true(copy.title.s[copy.title.n] == '\0');
	arena_release(&a);
}

static void
items_differ_when_any_field_does(void **state)
{
	struct item a = full_item();
	struct item b[] = {a, a, a, a, a, a, a};

	(void)state;
	b[0].title = STR("other");
	b[1].tags = IDS(STR("b"), STR("a"));
	b[2].guardrails_accepted.risk = LEVEL_LOW;
	b[3].description.impact = STR_ABSENT;
	b[4].requires_human_review = true;
	b[5].impact = LEVEL_LOW;
	b[6].origin = STR("");
	assert_true(item_equal(&a, &a));
	for (size_t i = 0; i < sizeof(b) / sizeof(b[0]); i++)
		assert_false(item_equal(&a, &b[i]));
}

static void
an_item_of_unknown_age_is_the_youngest(void **state)
{
	struct item it = {.created = STR("1970-01-01T00:00:01Z")};

	(void)state;
	assert_int_equal(item_created_ns(&it), 1000000000);
	it.created = STR("yesterday");
	assert_int_equal(item_created_ns(&it), INT64_MAX);
	it.created = STR_ABSENT;
	assert_int_equal(item_created_ns(&it), INT64_MAX);
}

static void
an_item_without_pipeline_runs_through_feature(void **state)
{
	struct item it = {0};

	(void)state;
	check_str(item_pipeline(&it), "feature");
	it.pipeline_type = STR("blog");
	check_str(item_pipeline(&it), "blog");
}

static void
a_description_of_empty_parts_is_empty(void **state)
{
	struct description d = {.context = STR("")};

	(void)state;
	assert_true(description_is_empty(&d));
	d.sizing_rationale = STR("x");
	assert_false(description_is_empty(&d));
}

static void
one_part_alone_makes_a_description(void **state)
{
	const struct description each[] = {{.context = STR("x")},
		{.problem = STR("x")}, {.solution = STR("x")},
		{.impact = STR("x")}, {.sizing_rationale = STR("x")}};

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
		assert_false(description_is_empty(&each[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_stand_in_file_order),
		cmocka_unit_test(
			every_text_enum_and_bool_comes_back_as_it_was_set),
		cmocka_unit_test(
			every_word_is_the_one_files_have_and_comes_back),
		cmocka_unit_test(absent_unsets_what_may_be_absent),
		cmocka_unit_test(a_required_field_cannot_be_unset),
		cmocka_unit_test(
			a_wrong_value_is_refused_with_the_accepted_ones),
		cmocka_unit_test(a_misspelt_field_gets_a_suggestion),
		cmocka_unit_test(a_copy_is_equal_and_shares_no_bytes),
		cmocka_unit_test(items_differ_when_any_field_does),
		cmocka_unit_test(an_item_of_unknown_age_is_the_youngest),
		cmocka_unit_test(an_item_without_pipeline_runs_through_feature),
		cmocka_unit_test(a_description_of_empty_parts_is_empty),
		cmocka_unit_test(one_part_alone_makes_a_description),
	};

	return cmocka_run_group_tests_name("item", tests, NULL, NULL);
}
