/* SPDX-License-Identifier: MIT */
#include "project.h"

#include <sys/wait.h>

static const char backlog[] = "# our work\n"
			      "schema_version: 3\n"
			      "next_item_id: 7\n"
			      "owner: someone   # unknown keys stay\n"
			      "items:\n"
			      "  # the first\n"
			      "  - id: WRK-002\n"
			      "    title: 'Quoted: title'   # why not\n"
			      "    status: ready\n"
			      "    dependencies: [WRK-003]\n"
			      "\n"
			      "  - id: WRK-003\n"
			      "    title: Second\n"
			      "    status: in_progress\n"
			      "    colour: blue\n"
			      "    phase: build\n";

static int
setup(void **state)
{
	(void)state;
	project_make(backlog);
	return 0;
}

static void
only_the_changed_bytes_change(void **state)
{
	const struct change done[] = {
		{.kind = CHANGE_BLOCK,
			.id = STR("WRK-002"),
			.text = STR("needs: a decision"),
			.blocked_type = BLOCKED_DECISION},
	};

	(void)state;
	project_save(done, 1);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"),
		"# our work\n"
		"schema_version: 3\n"
		"next_item_id: 7\n"
		"owner: someone   # unknown keys stay\n"
		"items:\n"
		"  # the first\n"
		"  - id: WRK-002\n"
		"    title: 'Quoted: title'   # why not\n"
		"    status: blocked\n"
		"    blocked_from_status: ready\n"
		"    blocked_reason: 'needs: a decision'\n"
		"    blocked_type: decision\n"
		"    dependencies: [WRK-003]\n"
		"    updated: 2026-11-20T11:00:46Z\n"
		"\n"
		"  - id: WRK-003\n"
		"    title: Second\n"
		"    status: in_progress\n"
		"    colour: blue\n"
		"    phase: build\n");
}

static void
a_new_item_gets_the_next_number_and_goes_to_the_end(void **state)
{
	const struct change add = change_add("Third");
	struct store_saved saved;

	(void)state;
	check_ok(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e);
	assert_int_equal(saved.added.n, 1);
	check_str(saved.added.items[0], "WRK-008");
	snapshot_unref(saved.next);
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(text, STR("next_item_id: 8\n")) < text.n);
	assert_true(str_ends(text,
		STR("    phase: build\n"
		    "\n" /* as between the others */
		    "  - id: WRK-008\n"
		    "    title: Third\n"
		    "    status: new\n"
		    "    requires_human_review: false\n"
		    "    created: 2026-11-20T11:00:46Z\n"
		    "    updated: 2026-11-20T11:00:46Z\n")));
}

static void
a_number_is_not_issued_again_after_an_old_file_is_checked_out(void **state)
{
	const struct change add = change_add("Third");
	struct store_saved saved;

	(void)state;
	project_save(&add, 1);
	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	check_ok(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e);
	check_str(saved.added.items[0], "WRK-009");
	snapshot_unref(saved.next);
}

static void
a_damaged_mark_leaves_a_gap_and_no_number_twice(void **state)
{
	const struct change add = change_add("Third");
	struct store_saved saved;

	(void)state;
	project_save(&add, 1);
	scratch_put(&f.scratch, ".weir/ids.hwm", "8 xxh3:00\n");
	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	check_ok(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e);
	check_str(saved.added.items[0], "WRK-1008");
	snapshot_unref(saved.next);
}

static void
an_edit_saved_in_between_is_kept(void **state)
{
	const struct change add = change_add("Third");
	char edited[2000];
	struct snapshot *s = fixture_load(&f);

	(void)state;
	snapshot_unref(s);
	(void)snprintf(edited, sizeof(edited), "%s    size: large  # by hand\n",
		backlog);
	scratch_put(&f.scratch, "BACKLOG.yaml", edited);
	project_save(&add, 1);
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_true(str_find(text, STR("size: large  # by hand\n")) < text.n);
	assert_true(str_find(text, STR("title: Third\n")) < text.n);
}

static void
what_leaves_is_in_the_archive_and_meets_dependencies(void **state)
{
	const struct change done[] = {
		{.kind = CHANGE_STATUS,
			.id = STR("WRK-003"),
			.status = STATUS_DONE},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-003"),
			.departure = DEPARTED_DONE},
		{.kind = CHANGE_NOTE,
			.id = STR("WRK-003"),
			.text = STR("all of it"),
			.note = {.phase = STR("build"),
				.outcome = STR("done"),
				.run = STR("r1")}},
	};

	(void)state;
	project_save(done, 3);
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	assert_int_equal(str_find(text, STR("colour: blue")), text.n);
	struct str line = scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl");
	assert_true(str_starts(line,
		STR("{\"id\":\"WRK-003\",\"how\":"
		    "\"done\",\"at\":\"2026-11-20T")));
	struct str log = scratch_get(&f.scratch, "_worklog/2026-11.md");
	assert_true(str_find(log, STR("- **Summary:** all of it\n")) < log.n);
	struct snapshot *s = fixture_load(&f);
	assert_null(snapshot_find(s, STR("WRK-003")));
	assert_non_null(snapshot_find_archived(s, STR("WRK-003")));
	snapshot_unref(s);
}

/* The archive's line about WRK-003, as a save writes it before the backlog. */
static void
archive_only(void)
{
	const struct change done[] = {
		{.kind = CHANGE_STATUS,
			.id = STR("WRK-003"),
			.status = STATUS_DONE},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-003"),
			.departure = DEPARTED_DONE},
	};

	project_save(done, 2);
	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
}

static void
an_item_whose_departure_was_not_saved_has_not_left(void **state)
{
	(void)state;
	archive_only();
	struct snapshot *s = fixture_load(&f);
	assert_non_null(snapshot_find(s, STR("WRK-003")));
	assert_null(snapshot_find_archived(s, STR("WRK-003")));
	snapshot_unref(s);
	archive_only(); /* once more, and there is one line all the same */
	struct str lines = scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl");
	assert_int_equal(str_find_char(lines, '\n'), lines.n - 1);
}

static void
an_item_whose_departure_was_not_saved_can_be_changed(void **state)
{
	const struct change size = {.kind = CHANGE_FIELD,
		.id = STR("WRK-003"),
		.field = field_find(&item_fields, STR("size")),
		.text = STR("large")};

	(void)state;
	archive_only();
	project_save(&size, 1);
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(
		snapshot_find(s, STR("WRK-003"))->size, (int)SIZE_LARGE);
	assert_null(snapshot_find_archived(s, STR("WRK-003")));
	snapshot_unref(s);
	struct str lines = scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl");
	assert_true(str_find(lines,
			    STR("\n{\"id\":\"WRK-003\",\"how\":"
				"\"stayed\"")) < lines.n);
}

static void
an_archived_id_with_other_bytes_is_a_persons_to_solve(void **state)
{
	struct problems problems = {0};
	struct snapshot *s;
	char edited[2000];

	(void)state;
	archive_only();
	(void)snprintf(edited, sizeof(edited), "%s    size: large\n", backlog);
	scratch_put(&f.scratch, "BACKLOG.yaml", edited);
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"BACKLOG.yaml:12:5: 'WRK-003' is in the archive already");
	assert_int_equal(s->n, 1);
	snapshot_unref(s);
	problems_release(&problems);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), edited);
}

/* An editor that saves in place empties the file first. */
static void
a_file_that_is_being_written_is_not_taken_for_a_shorter_one(void **state)
{
	const struct change add = change_add("Third");
	const char *half = strstr(backlog, "\n  - id: WRK-003");
	struct store_saved saved;
	struct snapshot *before, *s;
	char path[512];

	(void)state;
	before = fixture_load(&f);
	store_set_patience(f.store, 0);
	int fd = open(scratch_path(&f.scratch, "BACKLOG.yaml", path),
		O_WRONLY | O_TRUNC);
	assert_int_equal(
		write(fd, backlog, (size_t)(half - backlog)), half - backlog);
	check_fails(store_look(f.store, &s, &f.e), &f.e, ERR_LOCKED,
		"'BACKLOG.yaml' is open for writing elsewhere");
	assert_ptr_equal(s, before);
	snapshot_unref(s);
	check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e,
		ERR_LOCKED, "'BACKLOG.yaml' is open for writing elsewhere");
	assert_int_equal(write(fd, half, strlen(half)), strlen(half));
	assert_int_equal(close(fd), 0);
	project_save(&add, 1);
	s = fixture_load(&f);
	assert_int_equal(s->n, 3);
	snapshot_unref(s);
	snapshot_unref(before);
}

static void
a_torn_line_hides_no_other_line_of_the_archive(void **state)
{
	(void)state;
	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl",
		"{\"id\":\"A-1\",\"how\":\"done\",\"at\":\"x\"}\n{torn\n"
		"{\"id\":\"A-2\",\"how\":\"closed\",\"at\":\"x\"}\n");
	struct snapshot *s = fixture_load(&f);
	assert_non_null(snapshot_find_archived(s, STR("A-1")));
	assert_non_null(snapshot_find_archived(s, STR("A-2")));
	snapshot_unref(s);
}

static void
one_bad_item_hides_no_other_and_nothing_is_saved(void **state)
{
	static const char bad[] = "schema_version: 3\nitems:\n"
				  "- id: A-1\n  title: a\n  status: ready\n"
				  "- id: A-2\n  title: b\n  status: redy\n"
				  "- id: A-1\n  title: c\n  status: new\n"
				  "- id: A-3\n  title: d\n  status: done\n";
	const struct change add = change_add("Third");
	struct problems problems = {0};
	struct store_saved saved;
	struct snapshot *s;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml", bad);
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"BACKLOG.yaml:8:11: 'status': ");
	assert_int_equal(problems.list.n, 2);
	assert_non_null(strstr(f.e.msg, "did you mean 'ready'?"));
	assert_non_null(strstr(problems.list.items[1].msg,
		"BACKLOG.yaml:9:3: the id 'A-1' is taken by the item at line "
		"3"));
	assert_int_equal(s->n, 2);
	check_str(s->items[1].id, "A-3");
	snapshot_unref(s);
	problems_release(&problems);
	check_fails(store_apply(f.store, &add, 1, NOW, &saved, &f.e), &f.e,
		ERR_INPUT, "BACKLOG.yaml:8:11");
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), bad);
}

static void
sound_items_of_a_file_that_does_not_parse_are_read(void **state)
{
	struct problems problems = {0};
	struct snapshot *s;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- id: A-1\n  title: a\n  status: ready\n"
		"- id: A-2\n  title: \"b\n  status: new\n"
		"<<<<<<< HEAD\n"
		"- id: A-4\n  title: e\n  status: new\n"
		">>>>>>> theirs\n"
		"- id: A-3\n  title: d\n  status: new\n");
	check_fails(store_load(f.store, &s, &problems, &f.e), &f.e, ERR_INPUT,
		"BACKLOG.yaml:9:1: an unresolved merge conflict");
	assert_non_null(snapshot_find(s, STR("A-1")));
	assert_non_null(snapshot_find(s, STR("A-3")));
	assert_null(snapshot_find(s, STR("A-2")));
	assert_null(snapshot_find(s, STR("A-4")));
	snapshot_unref(s);
	problems_release(&problems);
}

enum { WRITERS = 4, ADDS = 25 };

static void
writers_at_once_lose_nothing_and_share_no_id(void **state)
{
	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();
		if (pid != 0)
			continue;
		fixture_open(&f, sys_real());
		for (int k = 0; k < ADDS; k++) {
			const struct change add = change_add("same title");
			struct store_saved saved;
			if (store_apply(f.store, &add, 1, NOW, &saved, &f.e) <
				0)
				_exit(1);
			snapshot_unref(saved.next);
		}
		_exit(0);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	struct snapshot *s = fixture_load(&f); /* refuses duplicate ids */
	assert_int_equal(count_title(s, "same title"), WRITERS * ADDS);
	assert_int_equal(s->next_item_id, 7 + WRITERS * ADDS);
	snapshot_unref(s);
}

static void
what_the_bytes_refuse_is_told_apart_and_known_before_it_is_saved(void **state)
{
	const struct change block = {
		.kind = CHANGE_BLOCK, .id = STR("WRK-002"), .text = STR("why")};
	const struct change unblock = {
		.kind = CHANGE_UNBLOCK, .id = STR("WRK-002")};
	struct store_saved saved;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: a, status: &s ready}\n"
		"- {id: WRK-002, title: b, status: *s}\n");
	check_fails(store_try(f.store, &block, 1, NOW, &f.e), &f.e, ERR_MISSING,
		"was not read");
	snapshot_unref(fixture_load(&f));
	check_fails(store_try(f.store, &block, 1, NOW, &f.e), &f.e,
		ERR_CONFLICT, "write out what it stands for");
	assert_false(scratch_has(&f.scratch, ".weir"));
	check_fails(store_apply(f.store, &block, 1, NOW, &saved, &f.e), &f.e,
		ERR_CONFLICT, "write out what it stands for");
	assert_true(store_is_refused(f.store));
	/* Whatever the bytes are, that is no legal change. */
	check_fails(store_apply(f.store, &unblock, 1, NOW, &saved, &f.e), &f.e,
		ERR_CONFLICT, "not blocked");
	assert_false(store_is_refused(f.store));
	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	snapshot_unref(fixture_load(&f));
	check_ok(store_try(f.store, &block, 1, NOW, &f.e), &f.e);
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), backlog);
	check_ok(store_apply(f.store, &block, 1, NOW, &saved, &f.e), &f.e);
	assert_false(store_is_refused(f.store));
	snapshot_unref(saved.next);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, project_remove)
	const struct CMUnitTest tests[] = {
		T(what_the_bytes_refuse_is_told_apart_and_known_before_it_is_saved),
		T(only_the_changed_bytes_change),
		T(a_new_item_gets_the_next_number_and_goes_to_the_end),
		T(a_number_is_not_issued_again_after_an_old_file_is_checked_out),
		T(a_damaged_mark_leaves_a_gap_and_no_number_twice),
		T(an_edit_saved_in_between_is_kept),
		T(what_leaves_is_in_the_archive_and_meets_dependencies),
		T(an_item_whose_departure_was_not_saved_has_not_left),
		T(an_item_whose_departure_was_not_saved_can_be_changed),
		T(an_archived_id_with_other_bytes_is_a_persons_to_solve),
		T(a_file_that_is_being_written_is_not_taken_for_a_shorter_one),
		T(a_torn_line_hides_no_other_line_of_the_archive),
		T(one_bad_item_hides_no_other_and_nothing_is_saved),
		T(sound_items_of_a_file_that_does_not_parse_are_read),
		T(writers_at_once_lose_nothing_and_share_no_id),
	};

	return cmocka_run_group_tests_name("save", tests, NULL, NULL);
}
