/* SPDX-License-Identifier: MIT */
#include "fixture.h"

/* Which bytes of an item a change of its fields touches. */

static struct fixture f;

static int
setup(void **state)
{
	(void)state;
	scratch_make(&f.scratch);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(&f.scratch);
	return 0;
}

#define HEAD                  \
	"schema_version: 3\n" \
	"next_item_id: 7\n"   \
	"items:\n"            \
	"  - id: WRK-002\n"   \
	"    title: Second\n" \
	"    status: ready\n"

static void
check_change(const char *before, const struct change *c, const char *after)
{
	struct buf want CLEANUP_BUF = {0};
	struct store_saved saved;

	buf_addf(&want, HEAD "%s", before);
	scratch_put(&f.scratch, "BACKLOG.yaml", want.p);
	fixture_open(&f, sys_real());
	check_ok(store_apply(f.store, c, 1, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
	fixture_close(&f);
	buf_reset(&want);
	buf_addf(&want, HEAD "%s", after);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), want.p);
}

#define WORDS(...)                                                     \
	((struct str_list){.items = (const struct str[]){__VA_ARGS__}, \
		.n = sizeof((const struct str[]){__VA_ARGS__}) /       \
			sizeof(struct str)})

static struct change
tags_change(struct str_list drop, struct str_list add)
{
	return (struct change){.kind = CHANGE_LIST,
		.id = STR("WRK-002"),
		.list = {.field = field_find(&item_fields, STR("tags")),
			.drop = drop,
			.add = add}};
}

#define UPDATED "    updated: 2026-11-20T11:00:46Z\n"

static void
entries_that_stay_keep_their_comments(void **state)
{
	const struct change swap =
		tags_change(WORDS(STR("b"), STR("c")), WORDS(STR("d")));

	(void)state;
	check_change("    tags:\n"
		     "      - 'a'   # the first\n"
		     "      - b\n"
		     "      - \"e\"   # stays\n"
		     "      - c   # goes\n",
		&swap,
		"    tags:\n"
		"      - 'a'   # the first\n"
		"      - \"e\"   # stays\n"
		"      - d\n" UPDATED);
}

static void
a_flow_list_stays_one(void **state)
{
	const struct change swap =
		tags_change(WORDS(STR("a"), STR("c")), WORDS(STR("d")));

	(void)state;
	check_change("    tags: [a, 'b', c]   # words\n", &swap,
		"    tags: ['b', d]   # words\n" UPDATED);
}

static void
a_list_that_loses_all_its_entries_goes(void **state)
{
	const struct change drop =
		tags_change(WORDS(STR("a"), STR("b")), (struct str_list){0});

	(void)state;
	check_change("    tags:\n      - a\n      - b\n    colour: red\n",
		&drop, UPDATED "    colour: red\n");
}

static void
a_list_whose_entries_are_all_replaced_is_written_anew(void **state)
{
	const struct change swap =
		tags_change(WORDS(STR("a")), WORDS(STR("b")));

	(void)state;
	check_change("    tags:\n      - a\n", &swap,
		"    tags:\n      - b\n" UPDATED);
}

static void
a_part_of_a_description_of_one_text_is_set(void **state)
{
	const struct field *map = field_find(&item_fields, STR("description"));
	const struct change problem = {.kind = CHANGE_FIELD,
		.id = STR("WRK-002"),
		.field = &map->sub[1],
		.text = STR("it: breaks")};

	(void)state;
	check_change("    description: just this\n", &problem,
		UPDATED "    description:\n"
			"      context: just this\n"
			"      problem: 'it: breaks'\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_that_stay_keep_their_comments),
		cmocka_unit_test(a_flow_list_stays_one),
		cmocka_unit_test(a_list_that_loses_all_its_entries_goes),
		cmocka_unit_test(
			a_list_whose_entries_are_all_replaced_is_written_anew),
		cmocka_unit_test(a_part_of_a_description_of_one_text_is_set),
	};

	return cmocka_run_group_tests_name("fields", tests, setup, teardown);
}
