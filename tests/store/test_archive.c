/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "store/archive.h"
#include "sys/pass.h"

static struct archive_entries list;
static struct problems problems;
static struct arena a;

static int
teardown(void **state)
{
	problems_release(&problems);
	arena_release(&a);
	return project_remove(state);
}

static void
read_archive(const char *text)
{
	if (text != NULL)
		scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl", text);
	check_ok(archive_read(f.store, &a, &list, &problems, &f.e), &f.e);
}

static struct str
line_of(const char *id, char ret[4096])
{
	struct str rest = scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl");
	struct str line;

	while (str_next_line(&rest, &line)) {
		(void)snprintf(ret, 4096, "%.*s", STR_ARG(line));
		if (strstr(ret, id) != NULL)
			return str_from(ret);
	}
	fail_msg("no line about %s", id);
	return STR_ABSENT;
}

static void
close_items(const char *const ids[], size_t n)
{
	struct change changes[4];
	struct store_saved saved;

	for (size_t i = 0; i < n; i++)
		changes[i] = (struct change){.kind = CHANGE_ARCHIVE,
			.id = str_from(ids[i]),
			.departure = DEPARTED_CLOSED};
	check_ok(store_apply(f.store, changes, n, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
}

static struct snapshot *
look(void)
{
	struct snapshot *s;

	check_ok(store_look(f.store, &s, &f.e), &f.e);
	snapshot_unref(s); /* the store still has it */
	return s;
}

static void
after_a_departure_nothing_is_read_again(void **state)
{
	const char *const ids[] = {"WRK-001", "WRK-002"};
	struct store_saved saved;
	const struct change both[] = {change_add("new"),
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-002"),
			.departure = DEPARTED_CLOSED}};
	CLEANUP_BUF struct buf more = {0};

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: One, status: new}\n"
		"- {id: WRK-002, title: Two, status: new}\n");
	/* Its end is torn. */
	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl",
		"{\"id\":\"WRK-000\",\"how\":\"done\"}\n{\"id\":");
	struct snapshot *before = fixture_load(&f);
	close_items(ids, 1);
	struct snapshot *now = look();
	assert_int_equal(now->generation, before->generation + 1);
	assert_int_equal(now->archived_n, 2);
	check_ok(store_apply(f.store, both, 2, NOW, &saved, &f.e), &f.e);
	assert_ptr_equal(look(), saved.next);
	assert_int_equal(saved.next->generation, before->generation + 2);
	snapshot_unref(saved.next);
	snapshot_unref(before);
	/* But what somebody else appends is. */
	buf_add_str(&more, scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl"));
	buf_add_c(&more, "{\"id\":\"WRK-099\",\"how\":\"done\"}\n");
	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl", more.p);
	assert_int_equal(look()->archived_n, 4);
}

/* Whoever writes into the archive while we save. */
static int
append_and_sync(struct sys *s, int fd)
{
	static const char line[] = "{\"id\":\"WRK-098\",\"how\":\"done\"}\n";
	char path[512];
	int file = open(scratch_path(&f.scratch, "BACKLOG_ARCHIVE.jsonl", path),
		O_WRONLY | O_APPEND);

	(void)s;
	if (file >= 0) {
		assert_true(write(file, line, sizeof(line) - 1) > 0);
		assert_int_equal(close(file), 0);
	}
	return sys_real()->fsync(sys_real(), fd);
}

static void
what_somebody_appends_while_we_save_is_seen(void **state)
{
	const char *const ids[] = {"WRK-001"};
	static struct sys sys; /* the teardown still goes through it */

	(void)state;
	sys = *sys_real();
	sys.fsync = append_and_sync;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: One, status: new}\n");
	fixture_close(&f);
	fixture_open(&f, &sys);
	close_items(ids, 1);
	sys.fsync = sys_real()->fsync;
	assert_non_null(snapshot_find_archived(look(), STR("WRK-098")));
}

static void
what_people_wrote_about_an_item_leaves_with_it(void **state)
{
	char line[4096];

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"  # of the first\n"
		"  - id: WRK-001 # beside\n    title: One\n    status: new\n"
		"    # inside\n"
		"    mine: |\n      text\n\n"
		"# of the list\n"
		"  # above\n"
		"  # the second\n"
		"  - id: WRK-002\n    title: Two\n    status: new # last\n"
		"    # below\n"
		"  # of the third\n"
		"  - { id: WRK-003, title: Three, status: new } # flow\n");
	close_items((const char *const[]){"WRK-001", "WRK-002", "WRK-003"}, 3);
	assert_non_null(strstr(line_of("\"WRK-001\"", line).s,
		"\"text\":\"  # of the first\\n  - id: WRK-001 # beside\\n"
		"    title: One\\n    status: new\\n    # inside\\n"
		"    mine: |\\n      text\\n\",\"item\""));
	assert_non_null(strstr(line_of("\"WRK-002\"", line).s,
		"\"text\":\"  # above\\n  # the second\\n  - id: WRK-002\\n"
		"    title: Two\\n    status: new # last\\n    # below\\n\",\"item\""));
	assert_non_null(strstr(line_of("\"WRK-003\"", line).s,
		"\"text\":\"  # of the third\\n  - { id: WRK-003, title: Three, "
		"status: new } # flow\\n\",\"item\""));
}

static void
text_in_a_list_on_one_line_is_the_entry_alone(void **state)
{
	char line[4096];

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\n"
		"items: [{id: A-1, title: a, status: new}, "
		"{id: A-2, title: b, status: new}]\n");
	close_items((const char *const[]){"A-2"}, 1);
	assert_non_null(strstr(line_of("A-2", line).s,
		"\"text\":\"{id: A-2, title: b, status: new}\",\"item\""));
}

/* Cut between characters, not in one. */
static void
text_is_bounded(void **state)
{
	CLEANUP_BUF struct buf b = {0};

	(void)state;
	buf_add_c(&b, "schema_version: 3\nitems:\n# a\n");
	buf_add_c(&b, "- id: A-1\n  title: t\n  status: new\n");
	for (int i = 0; i < 40000; i++)
		buf_add_c(&b, i == 0 ? "  # \xc3\xa4" : "\xc3\xa4");
	buf_add_c(&b, "\n");
	scratch_put(&f.scratch, "BACKLOG.yaml", buf_str(&b).s);
	close_items((const char *const[]){"A-1"}, 1);
	struct str all = scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl");
	assert_true(all.n > 65536 && all.n < 66200);
	read_archive(NULL);
	assert_int_equal(list.n, 1);
	assert_int_equal(problems.list.n, 0);
}

static void
what_was_archived_is_read_back(void **state)
{
	const struct change changes[] = {
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-001"),
			.text = STR("not worth it"),
			.departure = DEPARTED_CLOSED},
		{.kind = CHANGE_MERGE,
			.id = STR("WRK-002"),
			.other = STR("WRK-003")},
	};
	struct store_saved saved;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"  - id: WRK-001\n    title: 'One: a title'\n"
		"    status: blocked\n    blocked_from_status: ready\n"
		"    blocked_reason: why\n    size: large\n"
		"    requires_human_review: true\n    tags: [a, b]\n"
		"    description: { problem: it breaks }\n"
		"  - { id: WRK-002, title: Two, status: new }\n"
		"  - { id: WRK-003, title: Three, status: new }\n");
	struct snapshot *before = fixture_load(&f);
	check_ok(store_apply(f.store, changes, 2, NOW, &saved, &f.e), &f.e);
	read_archive(NULL);
	assert_int_equal(list.n, 2);
	assert_int_equal(problems.list.n, 0);
	struct item was = list.items[0].item;
	check_str(was.updated, "2026-11-20T11:00:46Z");
	was.updated = STR_ABSENT;
	assert_true(item_equal(&was, snapshot_find(before, STR("WRK-001"))));
	assert_int_equal(list.items[0].how, DEPARTED_CLOSED);
	check_str(list.items[0].reason, "not worth it");
	check_str(list.items[0].at, "2026-11-20T11:00:46Z");
	assert_int_equal(list.items[1].how, DEPARTED_MERGED);
	check_str(list.items[1].into, "WRK-003");
	snapshot_unref(before);
	snapshot_unref(saved.next);
}

static void
without_a_file_there_is_none(void **state)
{
	(void)state;
	read_archive(NULL);
	assert_int_equal(list.n, 0);
}

static void
damaged_lines_are_named_and_hide_no_other(void **state)
{
	(void)state;
	read_archive("{\"id\":\"W-1\",\"how\":\"done\"}\n"
		     "{\"id\":\"W-2\",\"how\":\n"
		     "\n"
		     "{\"id\":\"W-3\",\"how\":\"lost\"}\n"
		     "{\"how\":\"done\"}\n"
		     "[1]\n"
		     "{\"id\":\"W-4\",\"how\":\"done\",\"item\":[7]}\n"
		     "{\"id\":\"W-5\",\"how\":\"closed\",\"item\":"
		     "{\"title\":8,\"size\":\"vast\",\"risk\":\"low\","
		     "\"tags\":[1,\"x\"]}}\n"
		     "{\"id\":\"W-6\"");
	assert_int_equal(list.n, 3);
	check_str(list.items[0].item.id, "W-1");
	check_str(list.items[1].item.id, "W-4");
	const struct item *it = &list.items[2].item;
	check_str(it->id, "W-5");
	assert_int_equal(it->size, SIZE_UNSET);
	assert_int_equal(it->risk, LEVEL_LOW);
	assert_int_equal(it->tags.n, 1);
	assert_int_equal(list.items[2].line, 8);
	static const char *const places[] = {
		"BACKLOG_ARCHIVE.jsonl:2:", "BACKLOG_ARCHIVE.jsonl:4:1: 'how'",
		"BACKLOG_ARCHIVE.jsonl:5:1: 'id'", "BACKLOG_ARCHIVE.jsonl:6:1",
		"BACKLOG_ARCHIVE.jsonl:9:"};
	assert_int_equal(problems.list.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_non_null(strstr(problems.list.items[i].msg, places[i]));
}

static void
of_several_lines_about_one_id_the_last_counts(void **state)
{
	(void)state;
	read_archive("{\"id\":\"W-1\",\"how\":\"done\"}\n"
		     "{\"id\":\"W-2\",\"how\":\"done\"}\n"
		     "{\"id\":\"W-1\",\"how\":\"closed\"}\n");
	assert_int_equal(list.n, 2);
	check_str(list.items[0].item.id, "W-2");
	check_str(list.items[1].item.id, "W-1");
	assert_int_equal(list.items[1].how, DEPARTED_CLOSED);
}

#define STAYED                                             \
	"{\"id\":\"WRK-001\",\"how\":\"closed\"}\n"        \
	"{\"id\":\"WRK-002\",\"how\":\"merged\",\"into\":" \
	"\"WRK-003\"}\n"                                   \
	"{\"id\":\"WRK-001\",\"how\":\"stayed\"}\n"        \
	"{\"id\":\"WRK-002\",\"how\":\"stayed\"}\n"        \
	"{\"id\":\"WRK-004\",\"how\":\"stayed\"}\n"
#define HOLDS_ONE                                      \
	"schema_version: 3\nnext_item_id: 1\nitems:\n" \
	"- {id: WRK-001, title: One, status: new}\n"

/* The backlog may come back from git without what stayed. */
static void
what_stayed_has_left_when_the_backlog_does_not_hold_it(void **state)
{
	const struct change more = change_add("more");
	struct store_saved saved;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml", HOLDS_ONE);
	read_archive(STAYED);
	assert_int_equal(problems.list.n, 0);
	assert_int_equal(list.n, 2);
	check_str(list.items[1].into, "WRK-003");
	const struct snapshot *s = look();
	assert_non_null(snapshot_find(s, STR("WRK-001")));
	assert_null(snapshot_find_archived(s, STR("WRK-001")));
	assert_null(snapshot_find_archived(s, STR("WRK-004")));
	const struct archived *left = snapshot_find_archived(s, STR("WRK-002"));
	assert_non_null(left);
	assert_int_equal(left->how, DEPARTED_MERGED);
	check_str(left->into, "WRK-003");
	/* And its number is not given again. */
	check_ok(store_apply(f.store, &more, 1, NOW, &saved, &f.e), &f.e);
	check_str(saved.added.items[0], "WRK-003");
	snapshot_unref(saved.next);
	/* What is taken back is not taken back again. */
	check_str(scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl"), STAYED);
}

static void
what_stayed_leaves_by_a_line_of_its_own(void **state)
{
	static const char *const id[] = {"WRK-001"};
	const struct change more = change_add("more");
	struct store_saved saved;
	struct snapshot *s;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml", HOLDS_ONE);
	close_items(id, 1);
	scratch_put(&f.scratch, "BACKLOG.yaml", HOLDS_ONE);
	check_ok(store_apply(f.store, &more, 1, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
	close_items(id, 1);
	read_archive(NULL);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.items[0].line, 3);
	/* So that other bytes under its id are a person's to solve. */
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: Other, status: new}\n");
	check_fails(store_look(f.store, &s, &f.e), &f.e, ERR_INPUT,
		"'WRK-001' is in the archive already");
	snapshot_unref(s);
}

static void
what_stayed_is_said_to_have_stayed_once(void **state)
{
	static const char two[] =
		HOLDS_ONE "- {id: WRK-002, title: Two, status: new}\n";
	const struct change more = change_add("more");
	struct store_saved saved;
	struct str rest, line;
	size_t n = 0;

	(void)state;
	for (int i = 1; i <= 2; i++) {
		scratch_put(&f.scratch, "BACKLOG.yaml", two);
		close_items(
			(const char *const[]){i == 1 ? "WRK-001" : "WRK-002"},
			1);
		scratch_put(&f.scratch, "BACKLOG.yaml", two);
		check_ok(store_apply(f.store, &more, 1, NOW, &saved, &f.e),
			&f.e);
		snapshot_unref(saved.next);
	}
	rest = scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl");
	while (str_next_line(&rest, &line))
		n++;
	assert_int_equal(n, 4);
}

static void
what_stayed_is_there_whatever_its_bytes(void **state)
{
	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml", HOLDS_ONE);
	close_items((const char *const[]){"WRK-001"}, 1);
	CLEANUP_BUF struct buf b = {0};
	buf_add_str(&b, scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl"));
	buf_add_c(&b, "{\"id\":\"WRK-001\",\"how\":\"stayed\"}\n");
	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl", b.p);
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nitems:\n"
		"- {id: WRK-001, title: Other, status: new}\n");
	const struct snapshot *s = look();
	check_str(snapshot_find(s, STR("WRK-001"))->title, "Other");
	assert_null(snapshot_find_archived(s, STR("WRK-001")));
}

/* The kernel, with somebody who changes an item and closes it between the
 * reading of the backlog and that of the archive. */
struct crossed {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	bool done;
};

static void
change_and_close(void)
{
	struct fixture other = {.scratch = f.scratch};
	const struct change title = {.kind = CHANGE_FIELD,
		.id = STR("WRK-001"),
		.field = field_find(&item_fields, STR("title")),
		.text = STR("another title")};
	const struct change leave = {.kind = CHANGE_ARCHIVE,
		.id = STR("WRK-001"),
		.departure = DEPARTED_CLOSED};
	struct store_saved saved;

	fixture_open(&other, sys_real());
	check_ok(store_apply(other.store, &title, 1, NOW, &saved, &other.e),
		&other.e);
	snapshot_unref(saved.next);
	check_ok(store_apply(other.store, &leave, 1, NOW, &saved, &other.e),
		&other.e);
	snapshot_unref(saved.next);
	fixture_close(&other);
}

static int
crossed_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	struct crossed *x = (struct crossed *)(void *)s;

	if (strstr(path, "ARCHIVE") != NULL && !x->done) {
		x->done = true;
		change_and_close();
	}
	return sys_real()->openat(sys_real(), dir, path, flags, mode);
}

static void
what_changes_and_leaves_while_it_is_read_has_left(void **state)
{
	static struct crossed crossed; /* the teardown still goes through it */
	struct snapshot *s;

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\nnext_item_id: 2\nitems:\n"
		"- {id: WRK-001, title: one, status: new}\n"
		"- {id: WRK-002, title: two, status: new}\n");
	sys_pass_init(&crossed.pass, sys_real());
	crossed.sys.openat = crossed_openat;
	fixture_close(&f);
	fixture_open(&f, &crossed.sys);
	check_ok(store_load(f.store, &s, &problems, &f.e), &f.e);
	assert_true(crossed.done);
	assert_int_equal(problems.list.n, 0);
	assert_int_equal(s->n, 1);
	assert_non_null(snapshot_find_archived(s, STR("WRK-001")));
	snapshot_unref(s);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, project_bare, teardown)
	const struct CMUnitTest tests[] = {
		EACH(after_a_departure_nothing_is_read_again),
		EACH(what_somebody_appends_while_we_save_is_seen),
		EACH(what_was_archived_is_read_back),
		EACH(what_people_wrote_about_an_item_leaves_with_it),
		EACH(text_in_a_list_on_one_line_is_the_entry_alone),
		EACH(text_is_bounded),
		EACH(without_a_file_there_is_none),
		EACH(damaged_lines_are_named_and_hide_no_other),
		EACH(of_several_lines_about_one_id_the_last_counts),
		EACH(what_stayed_has_left_when_the_backlog_does_not_hold_it),
		EACH(what_stayed_leaves_by_a_line_of_its_own),
		EACH(what_stayed_is_said_to_have_stayed_once),
		EACH(what_stayed_is_there_whatever_its_bytes),
		EACH(what_changes_and_leaves_while_it_is_read_has_left),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
