/* SPDX-License-Identifier: MIT */
#include "project.h"

#include <signal.h>
#include <sys/wait.h>

#include "store/rewrite.h"

#define FIRST                                 \
	"# our work\n"                        \
	"schema_version: 3\n"                 \
	"next_item_id: 7\n"                   \
	"items:\n"                            \
	"  # the first\n"                     \
	"  - id: WRK-001\n"                   \
	"    title: First   # why\n"          \
	"    status: ready\n"                 \
	"    created: 2026-01-01T00:00:00Z\n" \
	"    description:\n"                  \
	"      problem: |\n"                  \
	"        It breaks.\n"                \
	"\n"                                  \
	"          Often.\n"                  \
	"# at the margin\n"                   \
	"    colour: blue # in the end\n"
#define REST                                                        \
	"\n"                                                        \
	"  - { id: WRK-002, title: Second, status: new }  # flow\n" \
	"  - id: WRK-003\n"                                         \
	"    title: Third\n"                                        \
	"    status: new\n"                                         \
	"    description: |\n"                                      \
	"      Last words.\n"                                       \
	"  # the end\n"

static const char first_text[] = "id: WRK-001\n"
				 "title: First   # why\n"
				 "status: ready\n"
				 "created: 2026-01-01T00:00:00Z\n"
				 "description:\n"
				 "  problem: |\n"
				 "    It breaks.\n"
				 "\n"
				 "      Often.\n"
				 "# at the margin\n"
				 "colour: blue # in the end\n";

static int
setup(void **state)
{
	(void)state;
	project_make(FIRST REST);
	return 0;
}

static int
rewrite_from(const char *id, const char *was, const char *now)
{
	const struct rewrite rw = {.id = str_from(id),
		.was = str_from(was),
		.now = str_from(now),
		.file = "typed.yaml",
		.now_ns = NOW};
	struct store_saved saved;

	f.e = (struct err){0};
	int rc = store_rewrite(f.store, &rw, &saved, &f.e);
	snapshot_unref(saved.next);
	return rc;
}

/* The item as it stands becomes `now`. */
static int
rewrite(const char *id, const char *now)
{
	CLEANUP_BUF struct buf was = {0};

	check_ok(store_text(f.store, str_from(id), &was, &f.e), &f.e);
	return rewrite_from(id, was.p, now);
}

static void
check_backlog(const char *expected)
{
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), expected);
	snapshot_unref(fixture_load(&f));
}

static void
check_text(const char *id, const char *expected)
{
	CLEANUP_BUF struct buf text = {0};

	check_ok(store_text(f.store, str_from(id), &text, &f.e), &f.e);
	check_str(buf_str(&text), expected);
}

static void
an_items_own_lines_are_shown_at_the_margin(void **state)
{
	(void)state;
	check_text("WRK-001", first_text);
	check_text("WRK-002", "{ id: WRK-002, title: Second, status: new }\n");
	check_text("WRK-003",
		"id: WRK-003\ntitle: Third\nstatus: new\n"
		"description: |\n  Last words.\n");
}

static void
only_the_items_bytes_change(void **state)
{
	(void)state;
	check_ok(rewrite("WRK-003",
			 "id: WRK-003\n"
			 "# now more\n"
			 "title: 'Third: better'\n"
			 "\n"
			 "status: ready   # go\n"
			 "description: |\n"
			 "  Last words,\n"
			 "\n"
			 "    indented.\n"),
		&f.e);
	check_backlog(FIRST
		"\n"
		"  - { id: WRK-002, title: Second, status: new }  # flow\n"
		"  - id: WRK-003\n"
		"    # now more\n"
		"    title: 'Third: better'\n"
		"\n"
		"    status: ready   # go\n"
		"    description: |\n"
		"      Last words,\n"
		"\n"
		"        indented.\n"
		"    updated: 2026-11-20T11:00:46Z\n"
		"  # the end\n");
}

static void
an_item_in_flow_style_stays_on_its_line(void **state)
{
	(void)state;
	check_ok(rewrite("WRK-002",
			 "{ id: WRK-002, title: Else, status: new, "
			 "updated: never }\n"),
		&f.e);
	check_backlog(FIRST
		"\n"
		"  - { id: WRK-002, title: Else, status: new, updated: never }"
		"  # flow\n"
		"  - id: WRK-003\n"
		"    title: Third\n"
		"    status: new\n"
		"    description: |\n"
		"      Last words.\n"
		"  # the end\n");
}

static void
line_ends_of_windows_stay(void **state)
{
	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\r\nitems:\r\n- id: W-1\r\n  title: One\r\n"
		"  status: new\r\n  updated: x\r\n- id: W-2\r\n  title: Two\r\n"
		"  status: new\r\n");
	check_text("W-1",
		"id: W-1\r\ntitle: One\r\nstatus: new\r\nupdated: x\r\n");
	check_ok(rewrite("W-1",
			 "id: W-1\r\ntitle: New\r\nstatus: new\r\n"
			 "updated: y\r\n"),
		&f.e);
	check_backlog("schema_version: 3\r\nitems:\r\n- id: W-1\r\n"
		      "  title: New\r\n  status: new\r\n  updated: y\r\n"
		      "- id: W-2\r\n  title: Two\r\n  status: new\r\n");
}

static void
what_is_not_this_item_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *now, *message;
	} cases[] = {
		{"id: WRK-003\ntitle: [open\nstatus: new\n", "typed.yaml:3:"},
		{"id: WRK-003\ntitle: x\nstatus: nwe\n",
			"typed.yaml:3:9: 'status'"},
		{"id: WRK-003\nstatus: new\n",
			"typed.yaml:1:1: an item without"},
		{"title: x\nid: WRK-004\nstatus: new\n",
			"typed.yaml:2:5: the id must stay 'WRK-003'"},
		{"id: WRK-003\ntitle: x\nstatus: new\ncreated: now\n",
			"typed.yaml:4:10: 'created' must stay"},
		{"# all gone\n", "typed.yaml:1:1: nothing is left"},
		{"- id: WRK-003\n",
			"typed.yaml:1:1: an item must be a mapping"},
		{"id: WRK-003\ntitle: x\ntitle: y\nstatus: new\n",
			"typed.yaml:3:1"},
		{"%YAML 1.1\n---\nid: WRK-003\ntitle: x\nstatus: new\n",
			"would change more than the item"},
		{"{id: WRK-003, title: x, status: new}\n...\n",
			"would change more than the item"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_fails(rewrite("WRK-003", cases[i].now), &f.e, ERR_INPUT,
			cases[i].message);
		check_backlog(FIRST REST);
	}
}

static void
an_item_that_changed_or_left_meanwhile_is_not_overwritten(void **state)
{
	const struct change close = {.kind = CHANGE_ARCHIVE,
		.id = STR("WRK-001"),
		.departure = DEPARTED_CLOSED};
	struct store_saved saved;

	(void)state;
	check_fails(rewrite_from("WRK-003", "id: WRK-003\ntitle: Old\n",
			    "id: WRK-003\ntitle: x\nstatus: new\n"),
		&f.e, ERR_CONFLICT, "BACKLOG.yaml:19: 'WRK-003' was changed");
	check_backlog(FIRST REST);
	check_ok(store_apply(f.store, &close, 1, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
	check_fails(rewrite_from("WRK-001", first_text, first_text), &f.e,
		ERR_MISSING, "not in the backlog");
}

static void
an_item_that_is_an_alias_is_edited_by_hand(void **state)
{
	CLEANUP_BUF struct buf text = {0};

	(void)state;
	scratch_put(&f.scratch, "BACKLOG.yaml",
		"schema_version: 3\n"
		"pattern: &a { id: W-9, title: x, status: new }\n"
		"items:\n- *a\n");
	check_fails(store_text(f.store, STR("W-9"), &text, &f.e), &f.e,
		ERR_CONFLICT, "BACKLOG.yaml:4: 'W-9' is an alias");
}

static void
others_may_have_changed(void **state)
{
	CLEANUP_BUF struct buf was = {0};

	(void)state;
	check_ok(store_text(f.store, STR("WRK-003"), &was, &f.e), &f.e);
	scratch_put(&f.scratch, "BACKLOG.yaml", "# new\n" FIRST REST);
	check_ok(rewrite_from("WRK-003", was.p,
			 "id: WRK-003\ntitle: x\nstatus: new\nupdated: y\n"),
		&f.e);
	check_backlog(
		"# new\n" FIRST "\n"
		"  - { id: WRK-002, title: Second, status: new }  # flow\n"
		"  - id: WRK-003\n    title: x\n    status: new\n"
		"    updated: y\n  # the end\n");
}

static void
a_backlog_that_never_rests_is_busy(void **state)
{
	(void)state;
	project_keep_busy(FIRST REST);
	check_fails(rewrite_from("WRK-003",
			    "id: WRK-003\ntitle: Third\nstatus: new\n"
			    "description: |\n  Last words.\n",
			    "id: WRK-003\ntitle: x\nstatus: new\n"),
		&f.e, ERR_LOCKED, "changed again and again");
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(count_title(s, "x"), 0);
	snapshot_unref(s);
}

static void
an_item_whose_departure_died_can_be_rewritten(void **state)
{
	const struct change close = {.kind = CHANGE_ARCHIVE,
		.id = STR("WRK-003"),
		.departure = DEPARTED_CLOSED};
	struct store_saved saved;

	(void)state;
	check_ok(store_apply(f.store, &close, 1, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
	scratch_put(&f.scratch, "BACKLOG.yaml", FIRST REST);
	check_ok(rewrite("WRK-003", "id: WRK-003\ntitle: x\nstatus: new\n"),
		&f.e);
	struct snapshot *s = fixture_load(&f);
	assert_non_null(snapshot_find(s, STR("WRK-003")));
	assert_null(snapshot_find_archived(s, STR("WRK-003")));
	snapshot_unref(s);
}

static int
refuse(const struct snapshot *s, const struct snapshot *next, struct str id,
	struct err *why)
{
	(void)s;
	(void)next;
	return err_set(why, ERR_INPUT, "'%.*s' stays", STR_ARG(id));
}

/* Not even that its item has not left, after all, is written down. */
static void
a_refused_rewrite_writes_nothing(void **state)
{
	CLEANUP_BUF struct buf was = {0};
	const struct change close = {.kind = CHANGE_ARCHIVE,
		.id = STR("WRK-003"),
		.departure = DEPARTED_CLOSED};
	struct store_saved saved;

	(void)state;
	project_save(&close, 1);
	CLEANUP_BUF struct buf archive = {0};
	buf_add_str(&archive, scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl"));
	scratch_put(&f.scratch, "BACKLOG.yaml", FIRST REST);
	check_ok(store_text(f.store, STR("WRK-003"), &was, &f.e), &f.e);
	const struct rewrite rw = {.id = STR("WRK-003"),
		.was = buf_str(&was),
		.now = STR("id: WRK-003\ntitle: x\nstatus: new\n"),
		.file = "typed.yaml",
		.now_ns = NOW,
		.check = refuse};
	check_fails(store_rewrite(f.store, &rw, &saved, &f.e), &f.e, ERR_INPUT,
		"typed.yaml:1:1: 'WRK-003' stays");
	check_backlog(FIRST REST);
	check_str(scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl"), archive.p);
}

/* A save leaves its edits for whoever looks at the bytes next. */
static void
what_was_saved_can_be_looked_at_at_once(void **state)
{
	CLEANUP_BUF struct buf text = {0};
	const struct change c = {.kind = CHANGE_FIELD,
		.id = STR("WRK-001"),
		.field = field_find(&item_fields, STR("title")),
		.text = STR("Another")};

	(void)state;
	project_save(&c, 1);
	check_ok(store_text(f.store, STR("WRK-001"), &text, &f.e), &f.e);
	assert_non_null(strstr(text.p, "title: Another   # why\n"));
}

static const char changed[] = "id: WRK-003\ntitle: changed\nstatus: new\n";

/* Exactly as it was, or with all of the change. */
static void
check_whole(bool acked)
{
	fixture_open(&f, sys_real());
	check_ok(store_sweep(f.store, &f.e), &f.e);
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->n, 3);
	bool there = count_title(s, "changed") == 1;
	assert_true(there || !acked);
	snapshot_unref(s);
	if (!there)
		check_backlog(FIRST REST);
	fixture_close(&f);
	scratch_put(&f.scratch, "BACKLOG.yaml", FIRST REST);
}

static bool
try_with(struct sys_fault *fault, struct sys_fault_plan plan)
{
	fixture_fault(fault);
	fixture_open(&f, &fault->sys);
	fault->plan = plan;
	fault->calls = 0;
	bool acked = rewrite_from("WRK-003",
			     "id: WRK-003\ntitle: Third\nstatus: new\n"
			     "description: |\n  Last words.\n",
			     changed) == 0;
	fixture_close(&f);
	return acked;
}

static void
failed_at_any_call_it_is_whole(void **state)
{
	struct sys_fault fault;

	(void)state;
	fixture_close(&f);
	uint64_t calls = 0;
	/* The first makes .weir/, which the others find. */
	for (int i = 0; i < 2; i++) {
		assert_true(try_with(&fault, (struct sys_fault_plan){0}));
		calls = fault.calls;
		check_whole(true);
	}
	for (uint64_t at = 1; at <= calls; at++) {
		bool acked = try_with(&fault,
			(struct sys_fault_plan){
				.at = at, .how = SYS_FAULT_ERRNO, .sys = EIO});
		assert_int_equal(fault.hits, 1);
		check_whole(acked);
	}
	fixture_open(&f, sys_real());
}

static void
a_failed_directory_sync_is_logged(void **state)
{
	struct sys_fault fault;
	size_t logged = 0;

	(void)state;
	fixture_close(&f);
	assert_true(try_with(&fault, (struct sys_fault_plan){0}));
	uint64_t calls = fault.calls;
	for (uint64_t at = 1; at <= calls; at++) {
		enum events_kind told;
		scratch_remove(&f.scratch);
		scratch_make(&f.scratch);
		scratch_put(&f.scratch, "BACKLOG.yaml", FIRST REST);
		(void)try_with(&fault,
			(struct sys_fault_plan){
				.at = at, .how = SYS_FAULT_ERRNO, .sys = EIO});
		bool poisoned = f.e.code == ERR_POISONED;
		fixture_open(&f, sys_real());
		/* Before .weir is ready there is nothing to tell. */
		if (poisoned && fixture_first_event(&f, &told)) {
			assert_int_equal(told, EVENTS_POISONED);
			logged++;
		}
		fixture_close(&f);
	}
	assert_true(logged > 0);
	fixture_open(&f, sys_real());
}

static void
killed_at_any_call_it_is_whole(void **state)
{
	struct sys_fault fault;
	uint64_t at = 1;
	int status = 0;

	(void)state;
	fixture_close(&f);
	for (;; at++) {
		pid_t child = fork();
		if (child == 0)
			_exit(try_with(&fault,
				      (struct sys_fault_plan){
					      .at = at, .how = SYS_FAULT_KILL})
					? 0
					: 1);
		assert_int_equal(waitpid(child, &status, 0), child);
		check_whole(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		if (!WIFSIGNALED(status))
			break;
		assert_int_equal(WTERMSIG(status), SIGKILL);
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(at > 10);
	fixture_open(&f, sys_real());
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, project_remove)
	const struct CMUnitTest tests[] = {
		EACH(an_items_own_lines_are_shown_at_the_margin),
		EACH(only_the_items_bytes_change),
		EACH(an_item_in_flow_style_stays_on_its_line),
		EACH(line_ends_of_windows_stay),
		EACH(what_is_not_this_item_is_refused_with_its_place),
		EACH(an_item_that_changed_or_left_meanwhile_is_not_overwritten),
		EACH(an_item_that_is_an_alias_is_edited_by_hand),
		EACH(others_may_have_changed),
		EACH(a_backlog_that_never_rests_is_busy),
		EACH(an_item_whose_departure_died_can_be_rewritten),
		EACH(a_refused_rewrite_writes_nothing),
		EACH(what_was_saved_can_be_looked_at_at_once),
		EACH(failed_at_any_call_it_is_whole),
		EACH(a_failed_directory_sync_is_logged),
		EACH(killed_at_any_call_it_is_whole),
	};

	return cmocka_run_group_tests_name("rewrite", tests, NULL, NULL);
}
