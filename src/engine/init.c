/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "engine/project-priv.h"
#include "fio/file.h"
#include "store/config.h"

/*
 * Every file is made whole or found, one by one, so that a second call
 * completes what a crash cut short.
 */

#define PROMPT_DIR "workflows"

static const char config_above[] =
	"# What weir does with BACKLOG.yaml. Every key is optional but a\n"
	"# pipeline's phases; an unknown key is an error. Commented out is\n"
	"# what holds without it, or an example.\n"
	"\n"
	"project:\n"
	"  # What new ids begin with: WRK-001. Ids are never reused.\n"
	"  prefix: \"";

static const char config_below[] =
	"\"\n"
	"  # The backlog, from here. Its inbox and archive stand beside it.\n"
	"  # backlog: BACKLOG.yaml\n"
	"\n"
	"# The most that may be carried out without a person. An item that is\n"
	"# assessed higher blocks and waits for a decision.\n"
	"guardrails:\n"
	"  max_size: medium        # small, medium or large\n"
	"  max_complexity: medium  # low, medium or high\n"
	"  max_risk: low           # low, medium or high\n"
	"\n"
	"execution:\n"
	"  # Items in progress at a time, and agents running at a time.\n"
	"  max_wip: 1\n"
	"  max_concurrent: 1\n"
	"  # Further attempts after a failure, and how long one may take. A\n"
	"  # phase can have its own: retries, timeout.\n"
	"  # max_retries: 2\n"
	"  # phase_timeout: 30m\n"
	"  # Phases one `weir run` starts at most.\n"
	"  # phase_cap: 100\n"
	"\n"
	"# Commit what each phase changed; off: never. Without a repository\n"
	"# it makes no difference.\n"
	"git: on\n"
	"\n"
	"# Who does the work: a command that reads a prompt on its standard\n"
	"# input and leaves a result file, whose path is in $WEIR_RESULT.\n"
	"# weir(1) names the rest of its environment. The names are yours.\n"
	"agents:\n"
	"  # Whom a phase goes to that names no agent.\n"
	"  default: claude\n"
	"  claude:\n"
	"    command: [claude, -p, --permission-mode, acceptEdits]\n"
	"  # codex:\n"
	"  #   command: [codex, exec, --sandbox, workspace-write, \"-\"]\n"
	"  # opencode:\n"
	"  #   command: [opencode, run]\n"
	"  # gemini:\n"
	"  #   command: [gemini, --skip-trust, --approval-mode, auto_edit]\n"
	"  # script:\n"
	"  #   command: [./tools/agent.sh]   # from here, or found on PATH\n"
	"\n"
	"# Triage is built in: it assesses each new item, finds duplicates\n"
	"# and chooses the pipeline.\n"
	"# triage: { agent: claude, timeout: 10m, retries: 2, workflows: [] }\n"
	"\n"
	"# The phases an item goes through, in order. An item that names no\n"
	"# pipeline goes through `feature`.\n"
	"pipelines:\n"
	"  feature:\n"
	"    # Phases that scope an item before it is ready.\n"
	"    # pre_phases:\n"
	"    #   - { name: research, workflows: [workflows/research.md] }\n"
	"    phases:\n"
	"      # name         what the item's `phase` says\n"
	"      # workflows    files the agent reads and follows\n"
	"      # destructive  changes the work tree, so it needs it to itself\n"
	"      # staleness    when the commit it builds on is gone: ignore,\n"
	"      #              warn or block\n"
	"      # agent, timeout, retries   where they differ from the above\n"
	"      - name: plan\n"
	"        workflows: [workflows/plan.md]\n"
	"      - name: build\n"
	"        workflows: [workflows/build.md]\n"
	"        destructive: true\n"
	"        # timeout: 1h\n"
	"      - name: review\n"
	"        workflows: [workflows/review.md]\n";

static const char plan_prompt[] =
	"# Plan\n"
	"\n"
	"Find out what this item takes, and write a plan that somebody who\n"
	"knows only the repository can carry out. Change nothing outside the\n"
	"change folder.\n"
	"\n"
	"## Look first\n"
	"\n"
	"1. Read the item, and everything in its change folder.\n"
	"2. Learn how this project is built and tested (README, HACKING, CI),\n"
	"   and what rules it keeps.\n"
	"3. Read the code the item touches: begin where the behaviour shows,\n"
	"   follow it to where it is decided, and note files and functions by\n"
	"   name. Read their tests.\n"
	"4. For a defect, reproduce it. Keep the command and what it printed.\n"
	"5. Ask the history why the code is as it is before you plan to\n"
	"   change it.\n"
	"\n"
	"## Write `plan.md` in the change folder\n"
	"\n"
	"- **Goal**: what will be true afterwards, as somebody could check\n"
	"  it.\n"
	"- **Today**: how it works now, with `file:line` for what you claim.\n"
	"- **Approach**: the design you chose, and in one line each what you\n"
	"  rejected.\n"
	"- **Steps**: in order. Each names its files, leaves the project\n"
	"  building and its tests passing, and says how to see that it is\n"
	"  done.\n"
	"- **Tests**: which behaviour gets which test, and one that fails\n"
	"  today.\n"
	"- **Risks**: what could break, for whom, and how it would show.\n"
	"- **Not part of this**: what you leave alone, and why.\n"
	"- **Assumptions**: what you had to take for granted.\n"
	"\n"
	"Prefer the smallest change that reaches the goal, with the means the\n"
	"project already has. A plan of two steps is a good plan when two\n"
	"steps are enough.\n"
	"\n"
	"## Report\n"
	"\n"
	"- `phase_complete` when `plan.md` is whole. In the summary: the\n"
	"  approach and the riskiest step.\n"
	"- Correct size, complexity, risk and impact in `updated_assessments`\n"
	"  by what you have seen; they were guesses until now.\n"
	"- `blocked` when only a person can choose between ways that differ\n"
	"  in what users get or in what can be undone, or when the work is\n"
	"  done already: say where.\n"
	"- What is worth doing but not part of this goes into `follow_ups`.\n";

static const char build_prompt[] =
	"# Build\n"
	"\n"
	"Carry out `plan.md` of the change folder: code, tests and documents.\n"
	"The work tree is yours during this phase.\n"
	"\n"
	"## Before the first change\n"
	"\n"
	"1. Read `plan.md`, and any notes beside it. An earlier attempt may\n"
	"   have left `build.md` and half of the work: go on from there.\n"
	"2. Build the project and run its tests as it stands. Note what fails\n"
	"   already, so that you do not take it for yours.\n"
	"3. Where the plan does not fit the code you find, follow the code\n"
	"   and the goal, and write down what you did instead.\n"
	"\n"
	"## The work\n"
	"\n"
	"- One step of the plan at a time. Build and test after each.\n"
	"- For each behaviour write the test first, see it fail for the right\n"
	"  reason, then make it pass.\n"
	"- Write as the files around it are written: names, layout, comments,\n"
	"  errors. No new dependency unless the plan asks for it.\n"
	"- Handle what can go wrong where it goes wrong. Swallow no error and\n"
	"  disable no test; a test that is wrong is corrected, and the reason\n"
	"  noted.\n"
	"- Change documents, help texts and change logs in the same go as the\n"
	"  code.\n"
	"- Leave no debugging output, dead code or stray files.\n"
	"\n"
	"## Before you report\n"
	"\n"
	"1. Build everything, run all tests, and whatever else the project\n"
	"   checks with (layout, lints, types).\n"
	"2. Use what you built once as its user would, and look at what it\n"
	"   says.\n"
	"3. Read your whole difference (`git diff`) as a stranger would, and\n"
	"   mend what you find.\n"
	"4. Write `build.md` in the change folder: what changed and why,\n"
	"   where it departs from the plan, the commands you ran with their\n"
	"   results, what you could not check.\n"
	"\n"
	"## Report\n"
	"\n"
	"- `phase_complete` only when the goal is reached and the tests pass.\n"
	"  Put a subject line for the change into `commit_summary`.\n"
	"- `subphase_complete` when a whole step is done and works, but the\n"
	"  rest needs another run.\n"
	"- `failed` with what you tried and the exact error when you got\n"
	"  stuck; the next attempt reads it.\n"
	"- `blocked` when the goal cannot be reached as planned and a person\n"
	"  must decide.\n";

static const char review_prompt[] =
	"# Review\n"
	"\n"
	"Judge what was built as the person who will have to live with it.\n"
	"You did not write it, and you take nothing on trust. Change nothing\n"
	"outside the change folder.\n"
	"\n"
	"## Find out\n"
	"\n"
	"1. Read the item, then `plan.md` and `build.md` in the change\n"
	"   folder: what was wanted, and what is said to be done.\n"
	"2. Read the change itself. Its commits name the item: `git log\n"
	"   --grep '[ID]' --fixed-strings`, with this item's id, then `git\n"
	"   show`. Read around it too: callers, what is computed twice, what\n"
	"   was forgotten.\n"
	"3. Build it and run all tests yourself.\n"
	"4. Try to break it: empty, huge and odd input, errors in the middle,\n"
	"   two at once, the old data and the old configuration. Say which of\n"
	"   these you ran.\n"
	"\n"
	"## Ask\n"
	"\n"
	"- Does it do what the item asks, all of it, and nothing that nobody\n"
	"  asked for?\n"
	"- Is it right? For each fault: the input, what happens, what should\n"
	"  happen.\n"
	"- Does each new test fail when the change is taken away?\n"
	"- Is any input trusted, secret shown, or error swallowed that should\n"
	"  not be?\n"
	"- Does it read like the code around it, and could it be simpler?\n"
	"- Do documents and help say what it does now?\n"
	"\n"
	"## Write `review.md` in the change folder\n"
	"\n"
	"One line that says whether it can stay as it is. Then the findings,\n"
	"gravest first, each with `file:line`, what is wrong, how you know,\n"
	"and what to do. Then what you ran and what it printed, and what you\n"
	"could not check. Leave out praise, and what is a matter of taste.\n"
	"\n"
	"## Report\n"
	"\n"
	"- `phase_complete` when it can stay. Findings that can wait become\n"
	"  `follow_ups`, each with enough context to be done alone.\n"
	"- `blocked` with `blocked_type` `decision` when it must not stay as\n"
	"  it is: name the faults that must be mended, and how, in `context`.\n"
	"- Correct `updated_assessments` when the work showed them to be\n"
	"  wrong.\n";

struct making {
	const struct fio_dir *root;
	struct arena *a;
	VEC(struct str) made, kept;
};

static void
note(struct making *m, struct str name, bool made)
{
	name = arena_str(m->a, name);
	if (made)
		VEC_PUSH(&m->made, name);
	else
		VEC_PUSH(&m->kept, name);
}

static int
make_config(struct making *m, struct str prefix, struct err *e)
{
	struct buf text CLEANUP_BUF = {0};

	buf_add_c(&text, config_above);
	buf_add_str(&text, prefix);
	buf_add_c(&text, config_below);
	int rc = fio_create(m->root, CONFIG_FILE, buf_str(&text), 0644, e);
	if (rc >= 0)
		note(m, STR(CONFIG_FILE), rc == 0);
	return rc < 0 ? -1 : 0;
}

static bool
phases_use(const struct phase_config *phases, size_t n, struct str path)
{
	for (size_t i = 0; i < n; i++)
		if (str_list_has(phases[i].workflows, path))
			return true;
	return false;
}

static bool
config_uses(const struct config *c, struct str path)
{
	for (size_t i = 0; i < c->pipelines_n; i++) {
		const struct pipeline_config *p = &c->pipelines[i];
		if (phases_use(p->pre, p->pre_n, path) ||
			phases_use(p->main, p->main_n, path))
			return true;
	}
	return false;
}

/* Only what the configuration names: it may be another than ours. */
static int
make_prompts(struct making *m, const struct config *c, struct err *e)
{
	static const struct {
		const char *name, *text;
	} prompts[] = {
		{"plan.md", plan_prompt},
		{"build.md", build_prompt},
		{"review.md", review_prompt},
	};

	for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
		struct fio_dir dir CLEANUP_FIO_DIR = FIO_DIR_NONE;
		struct str path =
			arena_strf(m->a, PROMPT_DIR "/%s", prompts[i].name);
		if (!config_uses(c, path))
			continue;
		if (fio_dir_make_in(&dir, m->root, PROMPT_DIR, 0755, e) < 0)
			return -1;
		int rc = fio_create(&dir, prompts[i].name,
			str_from(prompts[i].text), 0644, e);
		if (rc < 0)
			return -1;
		note(m, path, rc == 0);
	}
	return 0;
}

static int
make_state(struct making *m, struct store *store, struct err *e)
{
	struct fio_dir state CLEANUP_FIO_DIR = FIO_DIR_NONE;

	int rc = store_state_dir(store, &state, e);
	if (rc < 0)
		return -1;
	note(m, STR(STORE_STATE_DIR "/"), rc == 0);
	return 0;
}

static int
make_backlog(struct making *m, const struct config *c, struct err *e)
{
	struct store *store;

	if (store_open(&store, m->root, c->backlog, c->prefix, e) < 0)
		return -1;
	int rc = store_create(store, e);
	if (rc >= 0) {
		note(m, c->backlog, rc == 0);
		rc = make_state(m, store, e);
	}
	store_close(store);
	return rc;
}

static int
make_all(struct making *m, struct str prefix, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct config c;

	if (make_config(m, prefix, e) < 0 ||
		config_load(m->root, &tmp, &c, &problems, e) < 0 ||
		make_prompts(m, &c, e) < 0)
		return -1;
	return make_backlog(m, &c, e);
}

static struct str_list
list_of(struct arena *a, const struct str *items, size_t n)
{
	struct str *copy = ARENA_ARRAY(a, struct str, n);

	for (size_t i = 0; i < n; i++)
		copy[i] = items[i];
	return (struct str_list){.items = copy, .n = n};
}

int
project_init(struct sys *sys, const char *dir, struct str prefix,
	struct arena *a, struct str_list *ret_made, struct str_list *ret_kept,
	struct err *e)
{
	struct fio_dir root CLEANUP_FIO_DIR = FIO_DIR_NONE;
	struct making m = {.root = &root, .a = a};

	if (fio_dir_open(&root, sys, AT_FDCWD, dir != NULL ? dir : ".", e) < 0)
		return -1;
	/* Messages name files as seen from the project, wherever that is. */
	strcpy(root.path, ".");
	int rc = make_all(&m, prefix, e);
	*ret_made = list_of(a, m.made.items, m.made.n);
	*ret_kept = list_of(a, m.kept.items, m.kept.n);
	VEC_RELEASE(&m.made);
	VEC_RELEASE(&m.kept);
	return rc;
}
