/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "base/vec.h"
#include "store/events.h"

/* All records, oldest first. */
static struct log {
	struct arena a;
	VEC(struct events_record) list;
	struct problems notes;
	uint64_t bad;
} got;

static const char backlog[] = "schema_version: 3\n"
			      "next_item_id: 3\n"
			      "items:\n"
			      "- id: WRK-001\n"
			      "  title: first\n"
			      "  status: in_progress\n"
			      "  tags: [a]\n"
			      "- id: WRK-002\n"
			      "  title: second\n"
			      "  status: new\n"
			      "- id: WRK-003\n"
			      "  title: third\n"
			      "  status: new\n"
			      "  dependencies: [WRK-001]\n";

static void
clean(void)
{
	VEC_RELEASE(&got.list);
	problems_release(&got.notes);
	arena_release(&got.a);
	memset(&got, 0, sizeof(got));
	(void)project_remove(NULL);
}

static void
read_log(void)
{
	struct events_reader r;
	struct events_record one;
	int rc;

	got.list.n = 0;
	got.notes.list.n = 0;
	check_ok(events_open(&r, &f.root, &f.e), &f.e);
	while ((rc = events_next(&r, &got.a, &one, &got.notes, &f.e)) == 0)
		VEC_PUSH(&got.list, one);
	check_ok(rc, &f.e);
	got.bad = r.log.walk.bad;
	events_close(&r);
}

static void
add(const char *title)
{
	const struct change c = change_add(title);

	project_save(&c, 1);
}

static void
a_save_logs_all_that_it_changed(void **state)
{
	const struct change changes[] = {
		{.kind = CHANGE_STATUS,
			.id = STR("WRK-002"),
			.status = STATUS_SCOPING},
		{.kind = CHANGE_PHASE,
			.id = STR("WRK-002"),
			.text = STR("plan"),
			.pool = POOL_PRE},
		{.kind = CHANGE_STATUS,
			.id = STR("WRK-001"),
			.status = STATUS_DONE},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-001"),
			.departure = DEPARTED_DONE},
		change_add("fourth"),
		{.kind = CHANGE_APPLIED, .text = STR("r20261120-1")},
	};

	(void)state;
	project_make(backlog);
	project_save(changes, 6);
	read_log();
	assert_int_equal(got.list.n, 1);
	const struct events_record *r = &got.list.items[0];
	assert_int_equal(r->kind, EVENTS_SAVED);
	assert_int_equal(r->time_ns, NOW);
	check_str(r->run, "r20261120-1");
	assert_int_equal(r->changes_n, 3);

	const struct events_change *c = &r->changes[0];
	assert_int_equal(c->what, EVENTS_CHANGED);
	check_str(c->item, "WRK-002");
	check_str(c->title, "second");
	assert_int_equal(c->fields_n, 3);
	check_str(c->fields[0].name, "status");
	check_str(c->fields[0].from, "new");
	check_str(c->fields[0].to, "scoping");
	check_str(c->fields[1].name, "phase");
	assert_false(str_is_set(c->fields[1].from));
	check_str(c->fields[1].to, "plan");

	c = &r->changes[1];
	assert_int_equal(c->what, EVENTS_LEFT);
	check_str(c->item, "WRK-001");
	check_str(c->how, "done");

	c = &r->changes[2];
	assert_int_equal(c->what, EVENTS_ADDED);
	check_str(c->item, "WRK-004");
	check_str(c->title, "fourth");
	clean();
}

static void
a_merge_logs_the_items_it_reaches(void **state)
{
	const struct change merge = {.kind = CHANGE_MERGE,
		.id = STR("WRK-002"),
		.other = STR("WRK-003")};
	const struct change back = {.kind = CHANGE_STATUS,
		.id = STR("WRK-003"),
		.status = STATUS_SCOPING};
	const struct change dependent = {.kind = CHANGE_ADD,
		.item = {.title = STR("waits"),
			.dependencies = {.items = &merge.id, .n = 1},
			.blocked_from_status = STATUSES}};

	(void)state;
	project_make(backlog);
	project_save(&dependent, 1);
	project_save(&back, 1);
	project_save(&merge, 1);
	read_log();
	const struct events_record *r = &got.list.items[2];
	bool left = false, pointed = false;
	for (size_t i = 0; i < r->changes_n; i++) {
		const struct events_change *c = &r->changes[i];
		left |= c->what == EVENTS_LEFT && str_eq_c(c->how, "merged") &&
			str_eq_c(c->into, "WRK-003");
		pointed |= str_eq_c(c->item, "WRK-004") && c->fields_n == 1 &&
			str_eq_c(c->fields[0].name, "dependencies") &&
			str_eq_c(c->fields[0].from, "WRK-002") &&
			str_eq_c(c->fields[0].to, "WRK-003");
	}
	assert_true(left && pointed);
	clean();
}

static void
an_edit_in_between_is_logged_before_the_save(void **state)
{
	(void)state;
	project_make(backlog);
	add("a");
	struct str text = scratch_get(&f.scratch, "BACKLOG.yaml");
	size_t at = str_find(text, STR("third"));
	f.scratch.text[at] = 'T';
	scratch_put_bytes(&f.scratch, "BACKLOG.yaml", text.s, text.n);
	add("b");
	add("c");
	read_log();
	assert_int_equal(got.list.n, 4);
	const struct events_record *r = got.list.items;
	assert_int_equal(r[1].kind, EVENTS_EDITED);
	assert_true(str_eq(r[1].was, r[0].backlog));
	assert_true(str_eq(r[1].backlog, r[2].was));
	assert_int_equal(r[2].kind, EVENTS_SAVED);
	assert_int_equal(r[3].kind, EVENTS_SAVED);
	clean();
}

static void
records_cut_off_the_end_are_missed_by_the_next_save(void **state)
{
	(void)state;
	project_make(backlog);
	add("a");
	add("b");
	struct str text = scratch_get(&f.scratch, ".weir/log/events.jsonl");
	scratch_put_bytes(&f.scratch, ".weir/log/events.jsonl", text.s,
		str_find_char(text, '\n') + 1);
	events_add(f.store,
		&(struct events_record){.kind = EVENTS_NOTICE,
			.time_ns = NOW,
			.text = STR("note")});
	add("c");
	read_log();
	assert_int_equal(got.bad, 0);
	assert_int_equal(got.list.n, 4);
	assert_int_equal(got.list.items[1].kind, EVENTS_NOTICE);
	assert_int_equal(got.list.items[2].kind, EVENTS_EDITED);
	assert_int_equal(got.list.items[3].kind, EVENTS_SAVED);
	clean();
}

static void
a_log_that_cannot_be_written_undoes_no_save(void **state)
{
	struct err warning;

	(void)state;
	project_make(backlog);
	char path[512];
	assert_int_equal(
		mkdir(scratch_path(&f.scratch, ".weir", path), 0700), 0);
	scratch_put(&f.scratch, ".weir/log", "in the way");
	assert_false(store_warning(f.store, &warning));
	add("a");
	assert_true(store_warning(f.store, &warning));
	assert_non_null(strstr(warning.msg, "the log of events has a gap"));
	assert_non_null(strstr(warning.msg, ".weir/log"));
	add("b"); /* for the same reason: said once */
	assert_false(store_warning(f.store, &warning));
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(count_title(s, "a") + count_title(s, "b"), 2);
	snapshot_unref(s);
	clean();
}

static void
a_log_that_cannot_be_looked_at_is_told(void **state)
{
	struct err warning;

	(void)state;
	project_make(backlog);
	events_check(f.store, NOW); /* there is none yet */
	assert_false(store_warning(f.store, &warning));
	scratch_put(&f.scratch, ".weir/log", "in the way");
	events_check(f.store, NOW);
	assert_true(store_warning(f.store, &warning));
	assert_non_null(strstr(warning.msg, ".weir/log"));
	clean();
}

static void
what_the_inbox_brings_and_what_it_cannot_are_logged(void **state)
{
	struct inbox_taken taken;

	(void)state;
	project_make(backlog);
	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml",
		"- title: dropped\n- description: no title\n");
	check_ok(store_take_inbox(f.store, NOW, &taken, &f.e), &f.e);
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	read_log();
	assert_int_equal(got.list.n, 2);
	const struct events_record *r = got.list.items;
	assert_true(str_starts(r[0].claim, STR("claim-")));
	assert_int_equal(r[0].changes_n, 1);
	check_str(r[0].changes[0].how, "inbox");
	assert_int_equal(r[1].kind, EVENTS_REJECTED);
	assert_non_null(strstr(r[1].text.s, "without 'title'"));
	clean();
}

static void
a_mark_that_went_backwards_is_logged(void **state)
{
	(void)state;
	project_make(backlog);
	add("a"); /* WRK-004 */
	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	add("b");
	read_log();
	const struct events_record *last = &got.list.items[got.list.n - 1];
	assert_int_equal(last->kind, EVENTS_MARK_REPAIRED);
	check_str(last->text, "next_item_id was 3, but 4 has been issued");
	clean();
}

static void
a_save_too_large_for_a_record_goes_into_several(void **state)
{
	enum { MANY = 2000 };
	static struct change many[MANY];
	size_t added = 0;

	(void)state;
	project_make(backlog);
	for (size_t i = 0; i < MANY; i++)
		many[i] = change_add("one of \"many\" \\ items");
	project_save(many, MANY);
	add("last");
	read_log();
	assert_int_equal(got.bad, 0);
	assert_true(got.list.n > 3);
	for (size_t i = 0; i < got.list.n; i++) {
		const struct events_record *r = &got.list.items[i];
		assert_int_equal(r->kind, EVENTS_SAVED);
		assert_int_equal(r->more, i < got.list.n - 2);
		added += r->changes_n;
	}
	assert_int_equal(added, MANY + 1);
	clean();
}

static void
long_and_awkward_texts_are_cut_and_made_harmless(void **state)
{
	static char text[100000];

	(void)state;
	project_make(backlog);
	memset(text, '"', sizeof(text) - 1);
	text[0] = '\x1b';
	text[1] = '\n';
	text[2] = '\xff';
	const struct events_record r = {.kind = EVENTS_NOTICE,
		.time_ns = NOW,
		.item = STR("WRK-001\x01"),
		.text = str_from(text)};
	struct err warning;
	events_add(f.store, &r);
	assert_false(store_warning(f.store, &warning));
	read_log();
	assert_int_equal(got.list.n, 1);
	check_str(got.list.items[0].item, "WRK-001\xef\xbf\xbd");
	assert_true(got.list.items[0].text.n < 2100);
	assert_true(str_ends(got.list.items[0].text, STR("\"…")));
	clean();
}

static void
a_record_comes_back_as_it_was_written(void **state)
{
	const struct events_field fields[] = {{STR("a"), STR("x"), STR_ABSENT},
		{STR("b"), STR_ABSENT, STR("")}};
	const struct events_change changes[] = {{.what = EVENTS_LEFT,
		.item = STR("i"),
		.title = STR("t"),
		.how = STR("merged"),
		.text = STR("why"),
		.into = STR("j"),
		.fields = fields,
		.fields_n = 2}};
	const struct events_record r = {.seq = 0,
		.time_ns = NOW,
		.kind = EVENTS_RUN_ENDED,
		.item = STR("1"),
		.title = STR("2"),
		.phase = STR("3"),
		.run = STR("4"),
		.agent = STR("5"),
		.outcome = STR("6"),
		.where = STR("7"),
		.text = STR("8 „ö“ \\ \""),
		.commit = STR("9"),
		.claim = STR("10"),
		.attempt = 2,
		.attempts = 3,
		.elapsed_ns = 1500 * NS_PER_MS,
		.was = STR("11"),
		.backlog = STR("12"),
		.more = true,
		.changes = changes,
		.changes_n = 1};
	CLEANUP_BUF struct buf text = {0}, again = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct events_record back;
	struct err e = {0};

	(void)state;
	buf_add_char(&text, '{');
	events_format(&r, &text);
	buf_add_char(&text, '}');
	check_ok(events_parse(buf_str(&text), &a, &back, &e), &e);
	buf_add_char(&again, '{');
	events_format(&back, &again);
	buf_add_char(&again, '}');
	check_str(buf_str(&again), text.p);
	assert_int_equal(back.elapsed_ns, r.elapsed_ns);
	assert_int_equal(back.attempt, 2);
	check_str(back.claim, "10");
	assert_false(str_is_set(back.changes[0].fields[0].to));
	check_str(back.changes[0].fields[1].to, "");
}

static void
what_is_no_event_is_refused(void **state)
{
#define GOOD "\"time\":\"2026-11-20T11:00:46Z\",\"event\":\"notice\""
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"event\":\"notice\"}",
		"{\"time\":\"2026-11-20T11:00:46Z\",\"event\":\"dance\"}",
		"{\"time\":\"yesterday\",\"event\":\"notice\"}",
		"{" GOOD ",\"text\":7}",
		"{" GOOD ",\"attempt\":-1}",
		"{" GOOD ",\"attempt\":1e3}",
		"{" GOOD ",\"elapsed_ms\":9223372036854775807}",
		"{" GOOD ",\"changes\":{}}",
		"{" GOOD ",\"changes\":[{\"what\":\"eaten\"}]}",
		"{" GOOD ",\"changes\":[{\"what\":\"left\",\"fields\":[]}]}",
		"{" GOOD ",\"changes\":[{\"what\":\"left\","
		"\"fields\":{\"a\":[1,2]}}]}",
		"{" GOOD ",\"text\":\"a\",\"text\":\"b\"}",
		"{" GOOD "} {" GOOD "}",
	};
	CLEANUP_ARENA struct arena a = {0};
	struct events_record r;
	struct err e;

	(void)state;
	check_ok(events_parse(STR("{" GOOD "}"), &a, &r, &e), &e);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_fails(events_parse(str_from(bad[i]), &a, &r, &e), &e,
			ERR_INPUT, "no event");
}

static void
a_look_at_the_whole_log_puts_a_damaged_file_aside(void **state)
{
	struct err warning;

	(void)state;
	project_make(backlog);
	events_check(f.store, NOW);
	assert_false(scratch_has(&f.scratch, ".weir/log"));
	add("a");
	add("b");
	add("c");
	events_check(f.store, NOW);
	struct str text = scratch_get(&f.scratch, ".weir/log/events.jsonl");
	f.scratch.text[200] ^= 1;
	scratch_put_bytes(&f.scratch, ".weir/log/events.jsonl", text.s, text.n);
	events_check(f.store, NOW);
	assert_false(store_warning(f.store, &warning));
	assert_true(
		scratch_has(&f.scratch, ".weir/log/events-000000000003.jsonl"));
	add("d");
	read_log();
	assert_int_equal(got.bad, 1);
	const struct events_record *r = got.list.items;
	assert_int_equal(got.list.n, 4);
	assert_int_equal(r[2].kind, EVENTS_LOG_REPAIRED);
	assert_non_null(strstr(r[2].text.s, "events.jsonl:1:1: "));
	assert_int_equal(r[3].kind, EVENTS_SAVED);
	clean();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_save_logs_all_that_it_changed),
		cmocka_unit_test(a_merge_logs_the_items_it_reaches),
		cmocka_unit_test(an_edit_in_between_is_logged_before_the_save),
		cmocka_unit_test(
			records_cut_off_the_end_are_missed_by_the_next_save),
		cmocka_unit_test(a_log_that_cannot_be_written_undoes_no_save),
		cmocka_unit_test(a_log_that_cannot_be_looked_at_is_told),
		cmocka_unit_test(
			what_the_inbox_brings_and_what_it_cannot_are_logged),
		cmocka_unit_test(a_mark_that_went_backwards_is_logged),
		cmocka_unit_test(
			a_save_too_large_for_a_record_goes_into_several),
		cmocka_unit_test(
			long_and_awkward_texts_are_cut_and_made_harmless),
		cmocka_unit_test(a_record_comes_back_as_it_was_written),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(
			a_look_at_the_whole_log_puts_a_damaged_file_aside),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
