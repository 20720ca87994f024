/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "figure.h"

/*
 * weir with one durable step left out, too late or done to the wrong thing:
 * the workload named beside it has to notice. mutants/ has those that are not
 * a matter of one call.
 */

struct mutant {
	struct bend bend;
	const char *workload;
};

#define SKIP(title, what_of, by)                                              \
	{                                                                     \
		{.name = (title), .how = BEND_SKIP_FSYNC, .what = (what_of)}, \
			(by)                                                  \
	}
#define LATE(title, what_of, by)                                              \
	{                                                                     \
		{.name = (title), .how = BEND_LATE_FSYNC, .what = (what_of)}, \
			(by)                                                  \
	}
#define BEND(title, how_of, what_of, by)                                    \
	{                                                                   \
		{.name = (title), .how = (how_of), .what = (what_of)}, (by) \
	}

static const struct mutant mutants[] = {
	SKIP("backlog not synced", ".BACKLOG.yaml.", "add"),
	SKIP("directory of the backlog not synced", ".", "add"),
	SKIP("mark not synced", ".ids.hwm.", "add"),
	SKIP("directory of the mark not synced", ".weir", "add"),
	SKIP("archive not synced", "BACKLOG_ARCHIVE.jsonl", "close"),
	SKIP("worklog not synced", "2026-11.md", "note"),
	SKIP("new month not synced", "2026-12.md", "note-months"),
	SKIP("directory of the worklog not synced", "_worklog", "note"),
	SKIP("rejected entries not synced", ".BACKLOG_INBOX.rejected.yaml.",
		"inbox-mixed"),
	SKIP("intent not synced", ".intent.json.", "run"),
	SKIP("child not synced", ".child.json.", "run"),
	SKIP("decision not synced", ".decision.json.", "run"),
	SKIP("outcome not synced", ".outcome.json.", "run"),
	SKIP("directory of a run not synced", "r1", "run"),
	SKIP("directory of runs not synced", "runs", "run"),
	SKIP("created file not synced", ".fresh.", "file-create"),
	SKIP("replaced file not synced", ".f.", "file-replace"),
	SKIP("appended file not synced", "log.jsonl", "file-append"),
	SKIP("directory in the middle not synced", "b", "dir-make"),
	SKIP("log not synced", "journal.jsonl", "log"),
	SKIP("log of events not synced", "events.jsonl", "events"),
	SKIP("copy of the old backlog not synced", ".BACKLOG.yaml.schema-1.",
		"migrate"),
	SKIP("directory of copies not synced", "backups", "migrate"),
	LATE("backlog renamed before it is synced", ".BACKLOG.yaml.", "add"),
	LATE("mark renamed before it is synced", ".ids.hwm.", "add-add"),
	LATE("rejected entries renamed before they are synced",
		".BACKLOG_INBOX.rejected.yaml.", "inbox-mixed"),
	LATE("outcome renamed before it is synced", ".outcome.json.", "run"),
	BEND("claim not removed", BEND_SKIP_UNLINK, ".BACKLOG_INBOX", "inbox"),
	BEND("leftover not removed", BEND_SKIP_UNLINK, ".BACKLOG.yaml.",
		"sweep"),
	BEND("inbox read under its writer", BEND_LEASE, ".BACKLOG_INBOX",
		"inbox-slow"),
	BEND("archive begun afresh", BEND_TRUNCATE, "BACKLOG_ARCHIVE.jsonl",
		"close-both"),
	BEND("worklog begun afresh", BEND_TRUNCATE, "2026-11.md", "note-run"),
};

static bool
is_killed(const struct mutant *m)
{
	struct crash_plan plan = {
		.seed = 1, .bend = &m->bend, .quiet = true, .enough = 1};
	struct crash_tally t = {0};
	struct err e = {0};

	for (size_t i = 0; i < workloads_n; i++)
		if (strcmp(workloads[i].name, m->workload) == 0 &&
			crash_try(&workloads[i], &plan, &t, &e) < 0)
			fail_msg("%s", e.msg);
	if (t.bent == 0)
		fail_msg("'%s' never happened", m->bend.name);
	print_message("# %-50s %s %s after %llu images\n", m->bend.name,
		t.violations > 0 ? "killed by" : "SURVIVES", m->workload,
		FIGURE(t.images));
	return t.violations > 0;
}

static void
every_step_left_out_or_too_late_is_noticed(void **state)
{
	size_t n = sizeof(mutants) / sizeof(mutants[0]), killed = 0;

	(void)state;
	for (size_t i = 0; i < n; i++)
		killed += is_killed(&mutants[i]);
	print_message("# %zu of %zu mutants killed\n", killed, n);
	assert_int_equal(killed, n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_left_out_or_too_late_is_noticed),
	};

	figure_keep_memory();
	return cmocka_run_group_tests_name("mutant", tests, NULL, NULL);
}
