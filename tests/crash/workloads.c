/* SPDX-License-Identifier: MIT */
#include "workload.h"

#include <assert.h>
#include <stdio.h>

/* Small backlogs, because every call of every workload is crashed. */

#define BACKLOG "BACKLOG.yaml"
#define INBOX	"BACKLOG_INBOX.yaml"
#define MARK	".weir/ids.hwm"

static const char two_items[] = "# what is to be done\n"
				"schema_version: 3\n"
				"next_item_id: 2\n"
				"items:\n"
				"- id: WRK-001\n"
				"  title: first # keep this remark\n"
				"  status: in_progress\n"
				"  owner: nobody weir knows\n"
				"\n"
				"- id: WRK-002\n"
				"  title: \"second\"\n"
				"  status: new\n"
				"  dependencies: [WRK-001]\n"
				"# the end\n";

/* The same when the second has left. */
static const char without_second[] = "# what is to be done\n"
				     "schema_version: 3\n"
				     "next_item_id: 2\n"
				     "items:\n"
				     "- id: WRK-001\n"
				     "  title: first # keep this remark\n"
				     "  status: in_progress\n"
				     "  owner: nobody weir knows\n"
				     "\n"
				     "# the end\n";

/* Somebody took an old file out of git; the mark knows better. */
static const char old_items[] = "schema_version: 3\n"
				"next_item_id: 2\n"
				"items:\n"
				"- id: WRK-001\n"
				"  title: first\n"
				"  status: ready\n"
				"- id: WRK-002\n"
				"  title: second\n"
				"  status: new\n";

static const char schema_1[] = "schema_version: 1 # of old\n"
			       "items:\n"
			       "- id: WRK-001\n"
			       "  title: first # keep this remark\n"
			       "  status: scoped\n";

static const char no_items[] = "schema_version: 3\nitems:\n";

static const char good_inbox[] = "- title: dropped one\n"
				 "- title: dropped two\n"
				 "  description: of many words\n";
static const char wrapped_inbox[] = "# from a script\n"
				    "items:\n"
				    "  - title: dropped one\n"
				    "    size: small\n"
				    "  - title: dropped two\n";
static const char mixed_inbox[] = "- title: dropped one\n"
				  "- description: without a title\n"
				  "- title: dropped two\n";
static const char broken_inbox[] = "- title: dropped one\n"
				   "- title: \"never closed\n"
				   "  size: small\n"
				   "- title: dropped two\n";
static const char bad_inbox[] = "- size: huge\n  title: too much\n";
static const char no_list_inbox[] = "just a sentence\n";
static const char mark_9[] =
	"9 xxh3:00000000000000000000000000000000\n"; /* damaged */

#define ONE_CLONE             \
	"schema_version: 3\n" \
	"next_item_id: 3\n"   \
	"items:\n"            \
	"- id: WRK-003\n"     \
	"  title: ours\n"     \
	"  status: new\n"     \
	"- id: WRK-002\n"     \
	"  title: left\n"     \
	"  status: new\n"
static const char one_clone[] = ONE_CLONE;
/* Somebody put it together with another's. */
static const char two_clones[] = ONE_CLONE "- id: WRK-003\n"
					   "  title: theirs\n"
					   "  status: new\n";

static const char four_items[] = "schema_version: 3\n"
				 "next_item_id: 4\n"
				 "items:\n"
				 "- id: WRK-001\n"
				 "  title: first\n"
				 "  status: new\n"
				 "- id: WRK-002\n"
				 "  title: second\n"
				 "  status: new\n"
				 "- id: WRK-003\n"
				 "  title: third\n"
				 "  status: new\n"
				 "- id: WRK-004\n"
				 "  title: fourth\n"
				 "  status: new\n";
/* From here on what reading it gave is kept. */
#define LONG_WORDS                                                          \
	"  description:\n"                                                  \
	"    problem: so many words that the file of a few items is long\n" \
	"    solution: more of them\n"
static const char long_items[] =
	"schema_version: 3\n"
	"next_item_id: 6\n"
	"items:\n"
	"- id: WRK-001\n"
	"  title: first\n"
	"  status: new\n" LONG_WORDS "- id: WRK-002\n"
	"  title: second\n"
	"  status: ready\n" LONG_WORDS "- id: WRK-003\n"
	"  title: third\n"
	"  status: new\n" LONG_WORDS "- id: WRK-004\n"
	"  title: fourth\n"
	"  status: scoping\n"
	"  tags: [a, b]\n" LONG_WORDS "- id: WRK-005\n"
	"  title: fifth\n"
	"  status: new\n" LONG_WORDS "- id: WRK-006\n"
	"  title: sixth\n"
	"  status: new\n"
	"  dependencies: [WRK-001]\n" LONG_WORDS;
static_assert(
	sizeof(long_items) > WORLD_CACHE_LEAST + 200, "no cache is made of it");
static const char one_item[] = "schema_version: 3\n"
			       "next_item_id: 4\n"
			       "items: # few\n"
			       "- id: WRK-001\n"
			       "  title: first\n"
			       "  status: new\n";

static const struct workload_file nothing[] = {{0}};
static const struct workload_file plain[] = {{BACKLOG, two_items}, {0}};
static const struct workload_file empty[] = {{BACKLOG, no_items}, {0}};

#define FILES_INBOX(name, text)                      \
	static const struct workload_file name[] = { \
		{BACKLOG, two_items}, {INBOX, text}, {0}}
FILES_INBOX(with_good, good_inbox);
FILES_INBOX(with_wrapped, wrapped_inbox);
FILES_INBOX(with_mixed, mixed_inbox);
FILES_INBOX(with_broken, broken_inbox);
FILES_INBOX(with_bad, bad_inbox);
FILES_INBOX(with_no_list, no_list_inbox);
FILES_INBOX(with_empty, "");
static const struct workload_file with_damage[] = {
	{BACKLOG, two_items}, {MARK, mark_9}, {0}};
static const struct workload_file with_odd_mark[] = {
	{BACKLOG, two_items}, {MARK "/kept", "by somebody"}, {0}};
static const struct workload_file with_litter[] = {{BACKLOG, two_items},
	{".BACKLOG.yaml.0123456789abcdef.weir-tmp", "half"},
	{".weir/.ids.hwm.0123456789abcdef.weir-tmp", "7"}, {0}};
static const struct workload_file with_claim[] = {{BACKLOG, two_items},
	{"." INBOX ".claim-0123456789abcdef0123456789abcdef", good_inbox},
	{INBOX, "- title: dropped three\n"}, {0}};
static const struct workload_file with_config[] = {
	{"weir.yaml", "project: { prefix: ABC }\n"}, {0}};
static const struct workload_file with_files[] = {{"f", "old bytes"}, {0}};
static const struct workload_file with_schema_1[] = {{BACKLOG, schema_1}, {0}};
static const struct workload_file with_clone[] = {{BACKLOG, one_clone}, {0}};
static const struct workload_file with_four[] = {{BACKLOG, four_items}, {0}};
static const struct workload_file with_long[] = {{BACKLOG, long_items}, {0}};
static const struct workload_file with_torn_log[] = {
	{"journal/journal.jsonl", "{\"seq\":1,\"pr"}, {0}};
static const struct workload_file with_bad_log[] = {
	{"journal/journal.jsonl", "no record\nand another\n{\"seq\""}, {0}};
static const struct workload_file with_torn[] = {
	{"log.jsonl", "{\"id\":\"1\",\"x\":{}}\n{\"id\":\"2\","}, {0}};

#define ADD(...)                                            \
	{                                                   \
		.run = step_add, .whole = true, __VA_ARGS__ \
	}
#define DO(how, ...)                                          \
	{                                                     \
		.run = step_##how, .whole = true, __VA_ARGS__ \
	}
/* Which may have happened when it reports an error. */
#define FILE_DO(how, ...)                      \
	{                                      \
		.run = step_##how, __VA_ARGS__ \
	}
#define TAKE                     \
	{                        \
		.run = step_take \
	}
#define DROP(text)                                       \
	{                                                \
		.run = step_put, .a = INBOX, .b = (text) \
	}
#define WORKLOAD(title, disk, ...)                                \
	{                                                         \
		.name = (title), .files = (disk),                 \
		.steps = (const struct step[]){__VA_ARGS__},      \
		.n = sizeof((const struct step[]){__VA_ARGS__}) / \
			sizeof(struct step)                       \
	}

static const struct bend edit_before_check = {
	.name = "an editor saves before the check",
	.how = BEND_EDIT,
	.what = ".BACKLOG.yaml.",
	.from = "# the end\n",
	.to = "# the end, edited\n",
};
static const struct bend edit_before_mark = {
	.name = "an editor saves before the mark is raised",
	.how = BEND_EDIT,
	.what = "ids.hwm",
	.from = "status: new\n",
	.to = "status: scoping\n",
};

static const struct bend create_before = {
	.name = "somebody creates the backlog a moment earlier",
	.how = BEND_CREATE,
	.what = BACKLOG,
	.to = two_items,
};
static const struct bend edit_before_exchange = {
	.name = "an editor saves between the check and the exchange",
	.how = BEND_EDIT_EXCHANGE,
	.what = BACKLOG,
	.from = "# the end\n",
	.to = "# the end, edited\n",
};

static const struct bend edit_before_accept = {
	.name = "an editor saves before what is lost is accepted",
	.how = BEND_EDIT,
	.what = ".BACKLOG.yaml.",
	.from = "# few\n",
	.to = "# few, edited\n",
};

/* What left is there again, by a save that died or by hand. */
static const struct step renumber_steps[] = {
	DO(archive, .a = "left", .b = "no use", .n = DEPARTED_CLOSED),
	{.run = step_checkout, .a = BACKLOG, .b = two_clones},
	DO(renumber, .a = "WRK-003"),
	{.run = step_edit,
		.a = BACKLOG,
		.b = "title: left",
		.c = "title: back"},
	ADD(.a = "added"),
};

/* What left is put away and fetched back with git, but for the archive, which
 * git does not know; a save in between says that it stayed. */
static const struct step stash_steps[] = {
	DO(archive, .a = "second", .b = "no use", .n = DEPARTED_CLOSED),
	{.run = step_checkout, .a = BACKLOG, .b = two_items},
	ADD(.a = "added"),
	{.run = step_checkout, .a = BACKLOG, .b = without_second},
	DO(left, .a = "WRK-002"),
	ADD(.a = "more"),
	{.run = step_checkout, .a = BACKLOG, .b = two_items},
	DO(archive, .a = "second", .b = "no use", .n = DEPARTED_CLOSED),
	DO(left, .a = "WRK-002"),
};

static const struct step accept_steps[] = {
	DO(describe, .a = "first", .b = "slow"),
	{.run = step_checkout, .a = BACKLOG, .b = one_item},
	DO(accept_loss, .a = "added"),
	ADD(.a = "more"),
};

const struct workload workloads[] = {
	WORKLOAD("create", nothing, DO(create)),
	WORKLOAD("create-add", nothing, DO(create), ADD(.a = "added")),
	WORKLOAD("create-again", plain, DO(create)),
	{.name = "create-raced",
		.files = nothing,
		.steps = (const struct step[]){DO(create)},
		.n = 1,
		.bend = &create_before},
	WORKLOAD("add", plain, ADD(.a = "added")),
	WORKLOAD("add-three", plain,
		ADD(.a = "added", .b = "more", .c = "most")),
	WORKLOAD("add-add", empty, ADD(.a = "added"), ADD(.a = "more")),
	WORKLOAD("status", plain,
		DO(status, .a = "second", .n = STATUS_SCOPING),
		DO(status, .a = "second", .n = STATUS_READY)),
	WORKLOAD("phase", plain, DO(phase, .a = "first", .b = "build")),
	WORKLOAD("block-unblock", plain,
		DO(block, .a = "first", .b = "which way?"),
		DO(unblock, .a = "first", .b = "left")),
	WORKLOAD("field", plain,
		DO(field, .a = "second", .b = "size", .c = "large"),
		DO(field, .a = "second", .b = "impact", .c = "high")),
	WORKLOAD("title", plain,
		DO(field, .a = "second", .b = "title", .c = "renamed")),
	WORKLOAD("describe", plain, DO(describe, .a = "first", .b = "slow")),
	WORKLOAD("accept", plain, DO(accept, .a = "first")),
	WORKLOAD("list", plain,
		DO(list, .a = "second", .b = "WRK-001", .c = "urgent")),
	WORKLOAD("finish", plain, DO(finish, .a = "second"),
		DO(archive, .a = "second", .n = DEPARTED_DONE)),
	WORKLOAD("merge", plain, DO(merge, .a = "second", .b = "first")),
	WORKLOAD("merge-new", plain, ADD(.a = "added"),
		DO(merge, .a = "added", .b = "second")),
	WORKLOAD("done", plain, DO(status, .a = "first", .n = STATUS_DONE),
		DO(archive, .a = "first", .n = DEPARTED_DONE)),
	WORKLOAD("close", plain,
		DO(archive, .a = "second", .b = "no use",
			.n = DEPARTED_CLOSED)),
	WORKLOAD("close-both", plain,
		DO(archive, .a = "second", .b = "no use", .n = DEPARTED_CLOSED),
		DO(archive, .a = "first", .b = "nor this",
			.n = DEPARTED_CLOSED)),
	WORKLOAD("close-add", plain,
		DO(archive, .a = "second", .b = "no use", .n = DEPARTED_CLOSED),
		ADD(.a = "added")),
	WORKLOAD("note", plain, DO(note, .a = "first", .b = "halfway")),
	WORKLOAD("note-run", plain,
		DO(note, .a = "first", .b = "halfway", .c = "r1"),
		DO(note, .a = "second", .b = "begun", .c = "r2")),
	WORKLOAD("note-months", plain,
		DO(note, .a = "first", .b = "november", .c = "r1"),
		DO(note, .a = "first", .b = "december", .c = "r2", .days = 11)),
	WORKLOAD("conclude", plain,
		DO(conclude, .a = "first", .b = "found", .c = "r1")),
	WORKLOAD("conclude-forget", plain,
		DO(conclude, .a = "first", .b = "found", .c = "r1"),
		DO(forget, .a = "r1")),
	WORKLOAD("inbox", with_good, TAKE),
	WORKLOAD("inbox-items", with_wrapped, TAKE),
	WORKLOAD("inbox-mixed", with_mixed, TAKE),
	WORKLOAD("inbox-broken", with_broken, TAKE),
	WORKLOAD("inbox-bad", with_bad, TAKE),
	WORKLOAD("inbox-no-list", with_no_list, TAKE),
	WORKLOAD("inbox-empty", with_empty, TAKE),
	WORKLOAD("inbox-claimed", with_claim, TAKE),
	WORKLOAD("inbox-twice", with_good, TAKE,
		DROP("- title: dropped three\n"), TAKE),
	WORKLOAD("inbox-slow", plain,
		{.run = step_slow_drop, .a = "- title: dropped slowly\n"},
		TAKE),
	WORKLOAD("inbox-forget", with_good, TAKE, ADD(.a = "added"), TAKE,
		ADD(.a = "more")),
	WORKLOAD("inbox-then-close", with_good, TAKE,
		DO(archive, .a = "dropped one", .b = "no",
			.n = DEPARTED_CLOSED)),
	{.name = "mark-damaged",
		.files = with_damage,
		.steps = (const struct step[]){ADD(.a = "added")},
		.n = 1},
	WORKLOAD("mark-behind", plain, ADD(.a = "added", .b = "more"),
		{.run = step_checkout, .a = BACKLOG, .b = old_items},
		ADD(.a = "most")),
	{.name = "mark-lost",
		.files = plain,
		.no_mark = true,
		.steps = (const struct step[]){ADD(.a = "added"),
			{.run = step_put, .a = MARK, .b = ""},
			ADD(.a = "more")},
		.n = 3},
	WORKLOAD("two-handles", plain, DO(look, .second = true),
		ADD(.a = "added"), ADD(.a = "more", .second = true),
		DO(status, .a = "second", .n = STATUS_SCOPING)),
	WORKLOAD("two-handles-close", plain, DO(look, .second = true),
		DO(archive, .a = "second", .b = "no", .n = DEPARTED_CLOSED),
		DO(describe, .a = "first", .b = "slow", .second = true)),
	WORKLOAD("edit-between", plain, DO(look),
		{.run = step_edit,
			.a = BACKLOG,
			.b = "keep this remark",
			.c = "keep that remark"},
		ADD(.a = "added"),
		{.run = step_edit,
			.a = BACKLOG,
			.b = "# the end",
			.c = "# not yet"},
		DO(describe, .a = "first", .b = "slow")),
	{.name = "edit-before-check",
		.files = plain,
		.steps = (const struct step[]){DO(look), ADD(.a = "added")},
		.n = 2,
		.bend = &edit_before_check},
	{.name = "edit-before-mark",
		.files = plain,
		.steps = (const struct step[]){DO(look), ADD(.a = "added")},
		.n = 2,
		.bend = &edit_before_mark},
	{.name = "edit-before-exchange",
		.files = plain,
		.steps = (const struct step[]){DO(look), ADD(.a = "added")},
		.n = 2,
		.bend = &edit_before_exchange},
	{.name = "close-before-exchange",
		.files = plain,
		.steps = (const struct step[]){DO(archive, .a = "second",
			.b = "no use", .n = DEPARTED_CLOSED)},
		.n = 1,
		.bend = &edit_before_exchange},
	{.name = "rewrite-before-exchange",
		.files = plain,
		.steps = (const struct step[]){DO(rewrite, .a = "second",
			.b = "status: new", .c = "size: large\nstatus: new")},
		.n = 1,
		.bend = &edit_before_exchange},
	WORKLOAD("rewrite", plain,
		DO(rewrite, .a = "second", .b = "status: new",
			.c = "status: scoping # by hand"),
		DO(rewrite, .a = "first", .b = "title: first",
			.c = "title: renamed")),
	WORKLOAD("migrate", with_schema_1, DO(migrate), ADD(.a = "added")),
	{.name = "renumber",
		.files = with_clone,
		.steps = renumber_steps,
		.n = 5,
		.unsound = true},
	{.name = "stash", .files = plain, .steps = stash_steps, .n = 9},
	{.name = "accept-loss",
		.files = with_four,
		.steps = accept_steps,
		.n = 4,
		.unsound = true},
	{.name = "accept-loss-edited",
		.files = with_four,
		.steps = accept_steps,
		.n = 4,
		.unsound = true,
		.bend = &edit_before_accept},
	{.name = "mend",
		.files = with_odd_mark,
		.steps = (const struct step[]){DO(mend, .a = "added"),
			ADD(.a = "more")},
		.n = 2,
		.above = 1000},
	WORKLOAD("cached", with_long,
		DO(field, .a = "third", .b = "size", .c = "large"),
		DO(describe, .a = "second", .b = "slow", .second = true),
		DO(archive, .a = "fourth", .b = "no use",
			.n = DEPARTED_CLOSED)),
	WORKLOAD("cached-edited", with_long,
		DO(field, .a = "third", .b = "size", .c = "large"),
		{.run = step_edit,
			.a = BACKLOG,
			.b = "status: scoping",
			.c = "status: ready  "},
		DO(phase, .a = "third", .b = "build"),
		{.run = step_checkout, .a = BACKLOG, .b = long_items},
		ADD(.a = "added")),
	WORKLOAD("events", plain, DO(event, .a = "noticed"), ADD(.a = "added"),
		DO(event, .a = "again")),
	WORKLOAD("log", nothing, FILE_DO(log, .a = "one"),
		FILE_DO(log, .a = "two"), FILE_DO(log, .a = "three")),
	WORKLOAD("log-torn", with_torn_log, FILE_DO(log, .a = "one")),
	WORKLOAD("log-damaged", with_bad_log, FILE_DO(log, .a = "one"),
		FILE_DO(log, .a = "two")),
	WORKLOAD("sweep", with_litter, DO(sweep), ADD(.a = "added")),
	WORKLOAD("run", plain, DO(run_begin, .a = "r1", .b = "WRK-001"),
		DO(run_child, .a = "r1"),
		DO(run_decide, .a = "r1", .b = "done"),
		DO(run_finish, .a = "r1", .b = "done")),
	WORKLOAD("run-conclude", plain,
		DO(run_begin, .a = "r1", .b = "WRK-001"),
		DO(run_decide, .a = "r1", .b = "done"),
		DO(conclude, .a = "first", .b = "found", .c = "r1"),
		DO(run_finish, .a = "r1", .b = "done"), ADD(.a = "added")),
	WORKLOAD("config", with_config, DO(config, .b = "ABC")),
	WORKLOAD("file-create", with_files,
		DO(file_create, .a = "fresh", .b = "new bytes")),
	WORKLOAD("file-replace", with_files,
		DO(file_replace, .a = "f", .b = "new bytes"),
		DO(file_replace, .a = "f", .b = "newer bytes, and more")),
	WORKLOAD("file-move", with_files,
		FILE_DO(file_move, .a = "f", .b = "g"),
		FILE_DO(file_remove, .a = "g")),
	WORKLOAD("file-append", with_torn,
		FILE_DO(file_append, .a = "log.jsonl",
			.b = "{\"id\":\"3\",\"x\":{}}\n"),
		FILE_DO(file_append, .a = "log.jsonl",
			.b = "{\"id\":\"4\",\"x\":{}}\n")),
	WORKLOAD("file-append-new", nothing,
		FILE_DO(file_append, .a = "log.jsonl",
			.b = "{\"id\":\"3\",\"x\":{}}\n"),
		FILE_DO(file_append, .a = "log.jsonl",
			.b = "{\"id\":\"4\",\"x\":{}}\n")),
	WORKLOAD("dir-make", nothing,
		FILE_DO(dir_make, .a = "a/b/c",
			.b = "{\"id\":\"5\",\"x\":{}}\n"),
		FILE_DO(dir_make, .a = "a/b/c",
			.b = "{\"id\":\"6\",\"x\":{}}\n")),
};

const size_t workloads_n = sizeof(workloads) / sizeof(workloads[0]);

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15;
	return x ^ (x >> 29);
}

static const struct workload *
any(uint64_t *chance)
{
	const struct workload *w;

	do {
		*chance = mix(*chance + 1);
		w = &workloads[(*chance >> 16) % workloads_n];
	} while (w->bend != NULL || w->no_mark || w->unsound);
	return w;
}

/*
 * What somebody else drops is taken by recovery before or after other steps,
 * and a file alone says nothing about the durability of another.
 */
static bool
is_apt(const struct step *s)
{
	int (*const not [])(struct world *, const struct step *) = {step_put,
		step_slow_drop, step_checkout, step_file_create,
		step_file_replace, step_file_append, step_file_move,
		step_file_remove, step_dir_make, step_log, step_migrate};

	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
		if (s->run == not [i])
			return false;
	return true;
}

void
workload_random(struct workload_random *ret, uint64_t seed)
{
	uint64_t chance = mix(seed + 1);
	size_t n = 2 + (chance >> 20) % 2;

	const struct workload *base = any(&chance);
	while (!is_apt(&base->steps[0]))
		base = any(&chance);
	*ret = (struct workload_random){.steps = {base->steps[0]}};
	(void)snprintf(ret->name, sizeof(ret->name), "random-%llu",
		(unsigned long long)seed);
	ret->w = (struct workload){.name = ret->name,
		.files = base->files,
		.steps = ret->steps,
		.n = n};
	/* An inbox that is there is taken first: recovery would take it
	 * before or after the others. */
	for (size_t i = 1; i < n;) {
		const struct workload *from = any(&chance);
		chance = mix(chance);
		struct step one = from->steps[(chance >> 16) % from->n];
		if (is_apt(&one))
			ret->steps[i++] = one;
	}
}
