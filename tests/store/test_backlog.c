/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "fio/lock.h"

/* What loading makes of a backlog, and what saving leaves for the next load. */

static struct snapshot *
load(const char *text)
{
	scratch_put(&f.scratch, "BACKLOG.yaml", text);
	return fixture_load(&f);
}

/* The generation after the changes; the caller's. */
static struct snapshot *
apply(const struct change *changes, size_t n)
{
	struct store_saved saved;

	check_ok(store_apply(f.store, changes, n, NOW, &saved, &f.e), &f.e);
	return saved.next;
}

/* What a process that starts now reads. */
static struct snapshot *
read_anew(void)
{
	fixture_close(&f);
	fixture_open(&f, sys_real());
	return fixture_load(&f);
}

static const char full[] = "schema_version: 3\n"
			   "next_item_id: 12\n"
			   "items:\n"
			   "- id: WRK-001\n"
			   "  title: Everything\n"
			   "  status: blocked\n"
			   "  phase: build\n"
			   "  size: small\n"
			   "  complexity: medium\n"
			   "  risk: high\n"
			   "  impact: low\n"
			   "  requires_human_review: true\n"
			   "  origin: WRK-009/build\n"
			   "  blocked_from_status: in_progress\n"
			   "  blocked_reason: which one?\n"
			   "  blocked_type: clarification\n"
			   "  unblock_context: the first\n"
			   "  tags: [a, b]\n"
			   "  dependencies: [WRK-002]\n"
			   "  created: 2026-11-01T10:00:00Z\n"
			   "  updated: 2026-11-02T10:00:00Z\n"
			   "  pipeline_type: blog\n"
			   "  description:\n"
			   "    context: c\n"
			   "    problem: p\n"
			   "    solution: s\n"
			   "    impact: i\n"
			   "    sizing_rationale: r\n"
			   "  phase_pool: main\n"
			   "  last_phase_commit: abc123\n"
			   "  guardrails_accepted: {size: large, "
			   "complexity: high, risk: medium}\n";

static struct item
full_item(void)
{
	static const struct str tags[] = {{"a", 1}, {"b", 1}};
	static const struct str ids[] = {{"WRK-002", 7}};

	return (struct item){.id = STR("WRK-001"),
		.title = STR("Everything"),
		.status = STATUS_BLOCKED,
		.phase = STR("build"),
		.size = SIZE_SMALL,
		.complexity = LEVEL_MEDIUM,
		.risk = LEVEL_HIGH,
		.impact = LEVEL_LOW,
		.requires_human_review = true,
		.origin = STR("WRK-009/build"),
		.blocked_from_status = STATUS_IN_PROGRESS,
		.blocked_reason = STR("which one?"),
		.blocked_type = BLOCKED_CLARIFICATION,
		.unblock_context = STR("the first"),
		.tags = {.items = tags, .n = 2},
		.dependencies = {.items = ids, .n = 1},
		.created = STR("2026-11-01T10:00:00Z"),
		.updated = STR("2026-11-02T10:00:00Z"),
		.pipeline_type = STR("blog"),
		.description = {.context = STR("c"),
			.problem = STR("p"),
			.solution = STR("s"),
			.impact = STR("i"),
			.sizing_rationale = STR("r")},
		.phase_pool = POOL_MAIN,
		.last_phase_commit = STR("abc123"),
		.guardrails_accepted = {.size = SIZE_LARGE,
			.complexity = LEVEL_HIGH,
			.risk = LEVEL_MEDIUM}};
}

static void
every_field_of_an_item_is_read(void **state)
{
	struct snapshot *s = load(full);
	const struct item want = full_item();

	(void)state;
	assert_int_equal(s->n, 1);
	assert_int_equal(s->next_item_id, 12);
	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *field = &item_fields.fields[i];
		if (!field_equal(field, &s->items[0], &want))
			fail_msg("'%s' is read as something else", field->name);
	}
	snapshot_unref(s);
}

static void
an_item_needs_no_more_than_id_title_and_status(void **state)
{
	struct snapshot *s = load("schema_version: 3\nitems:\n"
				  "- {id: WRK-001, title: a, status: new}\n");
	const struct item want = {.id = STR("WRK-001"),
		.title = STR("a"),
		.blocked_from_status = STATUSES};

	(void)state;
	assert_int_equal(s->n, 1);
	assert_true(item_equal(&s->items[0], &want));
	snapshot_unref(s);
}

static void
a_backlog_without_items_is_sound_and_empty(void **state)
{
	static const char *const texts[] = {"schema_version: 3\nitems: []\n",
		"schema_version: 3\nitems:\n", "schema_version: 3\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct snapshot *s = load(texts[i]);
		assert_int_equal(s->n, 0);
		assert_int_equal(s->next_item_id, 0);
		snapshot_unref(s);
	}
}

static void
without_a_backlog_nothing_is_loaded_and_nothing_saved(void **state)
{
	const struct change add = change_add("first");
	struct problems problems = {0};
	struct store_saved saved;
	struct snapshot *s;

	(void)state;
	assert_int_equal(store_load(f.store, &s, &problems, &f.e), 1);
	assert_null(s);
	check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e,
		ERR_MISSING, "there is no 'BACKLOG.yaml'");
	assert_false(scratch_has(&f.scratch, "BACKLOG.yaml"));
	problems_release(&problems);
}

static struct change
field_change(const char *name, const char *text)
{
	return (struct change){.kind = CHANGE_FIELD,
		.id = STR("WRK-001"),
		.field = field_find(&item_fields, str_from(name)),
		.text = str_from(text)};
}

/* Every kind of change, each on an item of its own. */
static const char workshop[] =
	"schema_version: 3\n"
	"next_item_id: 8\n"
	"applied: [r1, r2]\n"
	"items:\n"
	"- {id: WRK-001, title: field, status: new}\n"
	"- {id: WRK-002, title: status, status: scoping, phase: research}\n"
	"- {id: WRK-003, title: phase, status: in_progress, phase: plan}\n"
	"- {id: WRK-004, title: block, status: ready, tags: [x, y]}\n"
	"- {id: WRK-005, title: unblock, status: blocked, "
	"blocked_from_status: ready, blocked_reason: why}\n"
	"- {id: WRK-006, title: finish, status: ready}\n"
	"- {id: WRK-007, title: merge, status: new}\n"
	"- {id: WRK-008, title: archive, status: new, "
	"dependencies: [WRK-007]}\n";

static void
every_kind_of_change_is_on_disk(void **state)
{
	const struct str y[] = {STR("y")}, z[] = {STR("z")};
	const struct change all[] = {change_add("added"),
		{.kind = CHANGE_STATUS,
			.id = STR("WRK-002"),
			.status = STATUS_READY},
		{.kind = CHANGE_PHASE,
			.id = STR("WRK-003"),
			.text = STR("build"),
			.pool = POOL_MAIN},
		{.kind = CHANGE_BLOCK,
			.id = STR("WRK-004"),
			.text = STR("needs: a word"),
			.blocked_type = BLOCKED_DECISION},
		{.kind = CHANGE_UNBLOCK,
			.id = STR("WRK-005"),
			.text = STR("go on")},
		field_change("size", "large"),
		{.kind = CHANGE_LIST,
			.id = STR("WRK-004"),
			.list = {.field = field_find(&item_fields, STR("tags")),
				.drop = {.items = y, .n = 1},
				.add = {.items = z, .n = 1}}},
		{.kind = CHANGE_DESCRIBE,
			.id = STR("WRK-001"),
			.description = {.problem = STR("two\nlines")}},
		{.kind = CHANGE_ACCEPT,
			.id = STR("WRK-001"),
			.accepted = {.risk = LEVEL_HIGH}},
		{.kind = CHANGE_FINISH, .id = STR("WRK-006")},
		{.kind = CHANGE_MERGE,
			.id = STR("WRK-007"),
			.other = STR("WRK-001")},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-008"),
			.departure = DEPARTED_CLOSED,
			.text = STR("not needed")},
		{.kind = CHANGE_NOTE,
			.id = STR("WRK-001"),
			.text = STR("told")},
		{.kind = CHANGE_APPLIED, .text = STR("r3")},
		{.kind = CHANGE_FORGET, .text = STR("r1")}};

	(void)state;
	assert_int_equal(sizeof(all) / sizeof(all[0]), CHANGES);
	snapshot_unref(load(workshop));
	struct snapshot *said = apply(all, CHANGES);
	struct snapshot *read = read_anew();
	assert_true(snapshot_equal(said, read));
	assert_int_equal(read->n, 7);
	assert_int_equal(snapshot_find(read, STR("WRK-001"))->size, SIZE_LARGE);
	check_str(snapshot_find(read, STR("WRK-003"))->phase, "build");
	assert_int_equal(
		snapshot_find(read, STR("WRK-006"))->status, STATUS_DONE);
	check_str(
		snapshot_find_archived(read, STR("WRK-007"))->into, "WRK-001");
	assert_int_equal(snapshot_find_archived(read, STR("WRK-008"))->how,
		DEPARTED_CLOSED);
	struct str log = scratch_get(&f.scratch, "_worklog/2026-11.md");
	assert_true(str_find(log, STR("- **Summary:** told\n")) < log.n);
	snapshot_unref(read);
	snapshot_unref(said);
}

static void
a_full_item_loses_no_field_when_another_changes(void **state)
{
	const struct change c = field_change("size", "large");
	struct item want = full_item();

	(void)state;
	snapshot_unref(load(full));
	snapshot_unref(apply(&c, 1));
	struct snapshot *s = read_anew();
	want.size = SIZE_LARGE;
	want.updated = STR("2026-11-20T11:00:46Z");
	assert_true(item_equal(&s->items[0], &want));
	snapshot_unref(s);
}

static void
what_a_save_returns_is_what_the_next_look_sees(void **state)
{
	const struct change c = field_change("size", "large");
	struct snapshot *before = load(full), *seen;

	(void)state;
	struct snapshot *next = apply(&c, 1);
	assert_int_equal(store_look(f.store, &seen, &f.e), 0);
	assert_ptr_equal(seen, next);
	assert_int_equal(next->items[0].size, SIZE_LARGE);
	assert_true(next->generation > before->generation);
	/* Whoever still has the one before reads what it said. */
	assert_int_equal(before->items[0].size, SIZE_SMALL);
	snapshot_unref(seen);
	snapshot_unref(next);
	snapshot_unref(before);
}

static const char plain[] = "schema_version: 3\n"
			    "next_item_id: 1\n"
			    "items:\n"
			    "- id: WRK-001\n"
			    "  title: Everything\n"
			    "  status: new\n"
			    "  created: 2026-11-01T10:00:00Z\n"
			    "  updated: 2026-11-01T10:00:00Z\n";

/* Its strings lie in bytes that the saves change, unless they do not. */
static void
a_generation_says_the_same_through_any_number_of_saves(void **state)
{
	char text[SNAPSHOT_HELD_MAX + 4];
	struct snapshot *first = load(plain), *again = load(plain), *next;

	(void)state;
	assert_true(snapshot_equal(first, again));
	assert_ptr_not_equal(first->items[0].title.s, again->items[0].title.s);
	memset(text, 'x', sizeof(text));
	for (size_t i = 1; i < sizeof(text); i++) {
		text[i] = '\0';
		const struct change c = field_change("title", text);
		next = apply(&c, 1);
		check_str(next->items[0].title, text);
		check_str(next->items[0].created, "2026-11-01T10:00:00Z");
		assert_true(snapshot_equal(first, again));
		snapshot_unref(next);
		text[i] = 'x';
	}
	snapshot_unref(again);
	next = read_anew();
	assert_int_equal(next->items[0].title.n, sizeof(text) - 1);
	check_str(first->items[0].title, "Everything");
	snapshot_unref(next);
	snapshot_unref(first);
}

/* Also for who has dropped the one whose bytes they lie in. */
static void
strings_outlive_the_generation_that_was_read(void **state)
{
	const struct change c = field_change("title", "Another");
	struct snapshot *first = load(plain);

	(void)state;
	snapshot_unref(first);
	struct snapshot *next = apply(&c, 1);
	fixture_close(&f);
	fixture_open(&f, sys_real());
	check_str(next->items[0].created, "2026-11-01T10:00:00Z");
	snapshot_unref(next);
}

static void
generations_go_on_after_the_file_was_gone(void **state)
{
	struct snapshot *before = load(plain), *none, *after;
	char path[512];

	(void)state;
	assert_int_equal(
		unlink(scratch_path(&f.scratch, "BACKLOG.yaml", path)), 0);
	assert_int_equal(store_look(f.store, &none, &f.e), 1);
	assert_null(none);
	after = load(plain);
	assert_true(after->generation > before->generation);
	snapshot_unref(after);
	snapshot_unref(before);
}

static void
what_others_save_is_seen_by_the_next_look(void **state)
{
	struct snapshot *before = load("schema_version: 3\nitems: []\n");
	struct snapshot *seen;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml", full);
	assert_int_equal(store_look(f.store, &seen, &f.e), 0);
	assert_int_equal(seen->n, 1);
	check_str(seen->items[0].id, "WRK-001");
	assert_int_equal(before->n, 0);
	snapshot_unref(seen);
	snapshot_unref(before);
}

static void
a_mark_is_read_as_it_stands_and_loading_writes_nothing(void **state)
{
	static const struct {
		const char *text;
		uint64_t mark;
	} cases[] = {
		{"schema_version: 3\nnext_item_id: 2\nitems:\n"
		 "- {id: WRK-005, title: behind, status: new}\n",
			2},
		{"schema_version: 3\nnext_item_id: 5\nitems:\n"
		 "- {id: WRK-005, title: equal, status: new}\n",
			5},
		{"schema_version: 3\nnext_item_id: 9\nitems:\n"
		 "- {id: WRK-005, title: above, status: new}\n",
			9},
		{"schema_version: 3\nnext_item_id: 4\nitems: []\n", 4},
		{"schema_version: 3\nitems: []\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snapshot *s = load(cases[i].text);
		assert_int_equal(s->next_item_id, cases[i].mark);
		snapshot_unref(s);
		check_str(
			scratch_get(&f.scratch, "BACKLOG.yaml"), cases[i].text);
		assert_false(scratch_has(&f.scratch, ".weir"));
	}
}

static void
a_file_without_a_mark_gets_one_with_its_first_new_item(void **state)
{
	const struct change add = change_add("new");

	(void)state;
	snapshot_unref(load("schema_version: 3\nitems:\n"
			    "- {id: WRK-004, title: old, status: new}\n"));
	snapshot_unref(apply(&add, 1));
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(text, STR("next_item_id: 5\n")) < text.n);
	assert_true(str_find(text, STR("id: WRK-005\n")) < text.n);
}

static void
a_number_is_not_issued_again_when_its_item_has_left(void **state)
{
	const struct change add = change_add("new");
	const struct change close = {.kind = CHANGE_ARCHIVE,
		.id = STR("WRK-004"),
		.departure = DEPARTED_CLOSED};

	(void)state;
	snapshot_unref(load("schema_version: 3\nitems:\n"
			    "- {id: WRK-004, title: old, status: new}\n"));
	snapshot_unref(apply(&close, 1));
	snapshot_unref(read_anew());
	struct snapshot *s = apply(&add, 1);
	check_str(s->items[0].id, "WRK-005");
	snapshot_unref(s);
}

static void
a_dependency_on_what_has_left_stays_in_the_file(void **state)
{
	const struct change done[] = {
		{.kind = CHANGE_FINISH, .id = STR("WRK-001")},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-001"),
			.departure = DEPARTED_DONE},
	};

	(void)state;
	snapshot_unref(load("schema_version: 3\nitems:\n"
			    "- {id: WRK-001, title: a, status: ready}\n"
			    "- {id: WRK-002, title: b, status: ready, "
			    "dependencies: [WRK-001]}\n"));
	snapshot_unref(apply(done, 2));
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(text, STR("dependencies: [WRK-001]")) < text.n);
	struct snapshot *s = read_anew();
	assert_int_equal(s->n, 1);
	check_str(s->items[0].dependencies.items[0], "WRK-001");
	assert_int_equal(
		snapshot_find_archived(s, STR("WRK-001"))->how, DEPARTED_DONE);
	snapshot_unref(s);
}

static void
a_list_with_one_illegal_change_leaves_the_file_alone(void **state)
{
	const struct change list[] = {change_add("new"),
		{.kind = CHANGE_STATUS,
			.id = STR("WRK-001"),
			.status = STATUS_DONE}};
	struct store_saved saved;

	(void)state;
	snapshot_unref(load(full));
	check_fails(store_apply(f.store, list, 2, NOW, &saved, &f.e), &f.e,
		ERR_CONFLICT, "'WRK-001' is blocked: unblock it first");
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), full);
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->n, 1);
	snapshot_unref(s);
}

static void
a_save_that_never_gets_the_lock_says_who_has_it(void **state)
{
	const struct change add = change_add("new");
	struct store_saved saved;
	struct fio_dir weir;
	struct fio_lock lock;

	(void)state;
	snapshot_unref(load(full));
	check_ok(store_state_dir(f.store, &weir, &f.e), &f.e);
	check_ok(fio_lock_take(&lock, &weir, "lock", 0, "a test", &f.e), &f.e);
	store_set_patience(f.store, 0);
	check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e,
		ERR_LOCKED, "a test");
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), full);
	fio_lock_drop(&lock);
	snapshot_unref(apply(&add, 1));
	fio_dir_close(&weir);
}

int
main(void)
{
#define T(name) \
	cmocka_unit_test_setup_teardown(name, project_bare, project_remove)
	const struct CMUnitTest tests[] = {
		T(every_field_of_an_item_is_read),
		T(an_item_needs_no_more_than_id_title_and_status),
		T(a_backlog_without_items_is_sound_and_empty),
		T(without_a_backlog_nothing_is_loaded_and_nothing_saved),
		T(every_kind_of_change_is_on_disk),
		T(a_full_item_loses_no_field_when_another_changes),
		T(what_a_save_returns_is_what_the_next_look_sees),
		T(a_generation_says_the_same_through_any_number_of_saves),
		T(strings_outlive_the_generation_that_was_read),
		T(generations_go_on_after_the_file_was_gone),
		T(what_others_save_is_seen_by_the_next_look),
		T(a_mark_is_read_as_it_stands_and_loading_writes_nothing),
		T(a_file_without_a_mark_gets_one_with_its_first_new_item),
		T(a_number_is_not_issued_again_when_its_item_has_left),
		T(a_dependency_on_what_has_left_stays_in_the_file),
		T(a_list_with_one_illegal_change_leaves_the_file_alone),
		T(a_save_that_never_gets_the_lock_says_who_has_it),
	};

	return cmocka_run_group_tests_name("backlog", tests, NULL, NULL);
}
