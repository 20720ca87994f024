/* SPDX-License-Identifier: MIT */
#include "struck.h"

#include <signal.h>

#include "fio/digest.h"
#include "store/events.h"

/*
 * A save and an inbox, killed and failed at every file call they make, on a
 * real file system. Afterwards a new process recovers and looks: every entry
 * that was dropped in is there once, what was acknowledged is there, and
 * nothing is left over.
 */

static const char backlog[] = "schema_version: 3\n"
			      "next_item_id: 1\n"
			      "items:\n"
			      "- id: WRK-001\n"
			      "  title: first # a comment\n"
			      "  status: in_progress\n";

static const char inbox[] = "- title: dropped one\n"
			    "- description: no title\n"
			    "- title: dropped two\n";

static void
arrange(void)
{
	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml", inbox);
}

/* Exit codes of the child: what it would have told a person. */
enum { ACKED = 0, REFUSED = 1 };

static int
save_changes(bool item_is_there)
{
	const struct change changes[] = {
		{.kind = CHANGE_STATUS,
			.id = STR("WRK-001"),
			.status = STATUS_DONE},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-001"),
			.departure = DEPARTED_DONE},
		change_add("added"),
		{.kind = CHANGE_NOTE,
			.id = STR("WRK-001"),
			.text = STR("done"),
			.note = {.phase = STR("build"),
				.outcome = STR("done"),
				.run = STR("r1")}},
		{.kind = CHANGE_APPLIED, .text = STR("r1")},
	};
	/* A run whose item is gone files what it found and a note. */
	size_t from = item_is_there ? 0 : 2;
	struct store_saved saved;

	if (store_apply(f.store, changes + from, 5 - from, NOW, &saved, &f.e) <
		0)
		return REFUSED;
	snapshot_unref(saved.next);
	return ACKED;
}

static int
save(void)
{
	return save_changes(true);
}

static int
take(void)
{
	return struck_take() == 0 ? ACKED : REFUSED;
}

struct workload {
	const char *name;
	int (*run)(void);
};

static const struct workload workloads[] = {
	{"save", save},
	{"inbox", take},
};

static size_t
count_in(const char *name, const char *what)
{
	struct str text = scratch_get(&f.scratch, name);
	size_t n = 0;

	if (!str_is_set(text))
		return 0;
	for (struct str at = text;;) {
		size_t hit = str_find(at, str_from(what));
		if (hit >= at.n)
			return n;
		n++;
		at = str_from_at(at, hit + 1);
	}
}

static void
check_no_leftovers(void)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	check_ok(fio_dir_list(&f.root, ".B", &a, &names, &f.e), &f.e);
	if (names.n > 0)
		fail_msg("'%s' is left over", names.items[0].s);
}

/* Whatever of it was lost: the log is sound, each of its saves begins where
 * the record before it ends, and the last one says what the file is now. */
static void
check_log(void)
{
	const struct change c = change_add("after all");
	char now[FIO_DIGEST_TEXT], last[FIO_DIGEST_TEXT] = "";
	CLEANUP_ARENA struct arena a = {0};
	struct problems notes = {0};
	struct store_saved saved;
	struct events_record r;
	struct events_reader in;
	int rc;

	check_ok(store_apply(f.store, &c, 1, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
	assert_int_equal(events_open(&in, &f.root, &f.e), 0);
	while ((rc = events_next(&in, &a, &r, &notes, &f.e)) == 0) {
		if (str_is_set(r.was) && last[0] != '\0')
			check_str(r.was, last);
		if (str_is_set(r.backlog))
			strcpy(last, r.backlog.s);
	}
	check_ok(rc, &f.e);
	if (notes.list.n > 0)
		fail_msg("%s", notes.list.items[0].msg);
	events_close(&in);
	fio_digest_format(
		fio_digest(scratch_get(&f.scratch, "BACKLOG.yaml")), now);
	check_str(str_from(last), now);
}

/* Recover as a new process would, twice, and look at everything. */
static void
check_recovered(const struct workload *w, bool acked)
{
	fixture_open(&f, sys_real());
	for (int i = 0; i < 2; i++) {
		check_ok(store_sweep(f.store, &f.e), &f.e);
		assert_int_equal(take(), ACKED);
	}
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(count_title(s, "dropped one"), 1);
	assert_int_equal(count_title(s, "dropped two"), 1);
	assert_int_equal(count_in("BACKLOG_INBOX.rejected.yaml",
				 "description: no title"),
		1);
	bool added = count_title(s, "added") == 1;
	bool gone = snapshot_find(s, STR("WRK-001")) == NULL;
	bool archived = snapshot_find_archived(s, STR("WRK-001")) != NULL;
	assert_true(gone == archived);
	if (w->run == save) {
		if (acked)
			assert_true(added && gone);
		assert_true(!added || gone);
		/* Redone after the crash, it says everything once. */
		if (!added)
			assert_int_equal(save_changes(!gone), ACKED);
		assert_int_equal(count_in("BACKLOG_ARCHIVE.jsonl",
					 "WRK-001\",\"how\":\"done"),
			1 + count_in("BACKLOG_ARCHIVE.jsonl", "stayed"));
		assert_int_equal(
			count_in("_worklog/2026-11.md", "Run:** r1"), 1);
	}
	assert_true(s->next_item_id >= s->n);
	snapshot_unref(s);
	check_log();
	check_no_leftovers();
	fixture_close(&f);
}

static void
a_kill_at_any_call_loses_and_doubles_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t calls = struck_calls(arrange, workloads[i].run);
		for (uint64_t at = 1; at <= calls; at++) {
			arrange();
			int status = struck_child(workloads[i].run,
				(struct sys_fault_plan){
					.at = at, .how = SYS_FAULT_KILL});
			assert_true(WIFSIGNALED(status));
			check_recovered(&workloads[i], false);
			scratch_remove(&f.scratch);
		}
	}
}

static void
an_error_at_any_call_loses_and_doubles_nothing(void **state)
{
	static const int errnos[] = {ENOSPC, EIO};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t calls = struck_calls(arrange, workloads[i].run);
		for (uint64_t at = 1; at <= calls * 4; at++) {
			struct sys_fault_plan plan = {
				.at = (at + 3) / 4,
				.how = SYS_FAULT_ERRNO,
				.sys = errnos[at % 2],
				.from_then = at / 2 % 2 == 1,
			};
			arrange();
			int status = struck_child(workloads[i].run, plan);
			assert_true(WIFEXITED(status));
			assert_int_not_equal(WEXITSTATUS(status), NOT_REACHED);
			check_recovered(
				&workloads[i], WEXITSTATUS(status) == ACKED);
			scratch_remove(&f.scratch);
		}
	}
}

static void
after_a_failed_directory_sync_nothing_more_is_saved(void **state)
{
	uint64_t calls = struck_calls(arrange, save);
	bool poisoned = false, logged = false;

	(void)state;
	for (uint64_t at = 1; at <= calls; at++) {
		struct sys_fault fault;
		arrange();
		struck_open(&fault,
			(struct sys_fault_plan){
				.at = at, .how = SYS_FAULT_ERRNO, .sys = EIO});
		if (save() == REFUSED && f.e.code == ERR_POISONED) {
			enum events_kind told;
			poisoned = true;
			/* Before .weir is ready there is nothing to tell. */
			if (fixture_first_event(&f, &told)) {
				assert_int_equal(told, EVENTS_POISONED);
				logged = true;
			}
			fault.plan = (struct sys_fault_plan){0};
			assert_int_equal(save(), REFUSED);
			assert_non_null(strstr(f.e.msg, "an earlier save"));
		}
		struck_remove();
	}
	assert_true(poisoned && logged);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_at_any_call_loses_and_doubles_nothing),
		cmocka_unit_test(
			an_error_at_any_call_loses_and_doubles_nothing),
		cmocka_unit_test(
			after_a_failed_directory_sync_nothing_more_is_saved),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
