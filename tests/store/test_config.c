/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stamp.h"
#include "store/config.h"
#include "sys/real.h"

#define MINUTE (60 * NS_PER_SEC)

static struct arena arena;
static struct config config;
static struct problems problems;
static struct err e;

static int
parse(const char *text)
{
	arena_release(&arena);
	problems_release(&problems);
	return config_parse(
		str_from(text), "weir.yaml", &arena, &config, &problems, &e);
}

static void
check_defaults(void)
{
	check_str(config.path, "weir.yaml");
	check_str(config.prefix, "WRK");
	check_str(config.backlog, "BACKLOG.yaml");
	assert_int_equal(config.guardrails.size, SIZE_MEDIUM);
	assert_int_equal(config.guardrails.complexity, LEVEL_MEDIUM);
	assert_int_equal(config.guardrails.risk, LEVEL_LOW);
	assert_int_equal(config.max_wip, 1);
	assert_int_equal(config.max_concurrent, 1);
	assert_int_equal(config.max_retries, 2);
	assert_int_equal(config.phase_timeout_ns, 30 * MINUTE);
	assert_int_equal(config.phase_cap, 100);
	assert_true(config.git);
	assert_int_equal(config.agents_n, 0);
	assert_false(str_is_set(config.default_agent));
	assert_int_equal(config.pipelines_n, 0);
	check_str(config.triage.name, "triage");
	assert_false(config.triage.destructive);
	assert_int_equal(config.triage.timeout_ns, 30 * MINUTE);
	assert_int_equal(config.triage.retries, 2);
	assert_int_equal(problems.list.n, 0);
}

static void
an_empty_file_gives_the_defaults(void **state)
{
	static const char *const empty[] = {"", "\n# nothing yet\n", "---\n",
		"~\n", "{}\n",
		"project:\nexecution:\nagents:\npipelines:\ngit:\ntriage:\n",
		"execution: { max_wip: , phase_timeout: ~ }\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		check_ok(parse(empty[i]), &e);
		check_defaults();
	}
}

static const char full[] =
	"project: { prefix: ABC, backlog: plans/BACKLOG.yaml }\n"
	"guardrails: { max_size: large, max_complexity: low, max_risk: high }\n"
	"execution:\n"
	"  max_wip: 3\n"
	"  max_concurrent: 4\n"
	"  max_retries: 0\n"
	"  phase_timeout: 1h30m\n"
	"  phase_cap: 7\n"
	"git: off\n"
	"pipelines:\n"
	"  feature:\n"
	"    pre_phases:\n"
	"      - { name: research, workflows: [w/research.md] }\n"
	"    phases:\n"
	"      - { name: plan, workflows: [w/a.md, w/b.md] }\n"
	"      - { name: build, destructive: true, staleness: warn,\n"
	"          agent: other, timeout: 90s, retries: 5 }\n"
	"  chore:\n"
	"    phases: [{ name: plan }]\n"
	"triage: { agent: other, timeout: 5m, retries: 1, workflows: [w/t.md] }\n"
	"agents:\n"
	"  default: worker\n"
	"  worker: { command: [./tools/agent.sh, --fast, 'two words', ''] }\n"
	"  other: { command: [claude] }\n";

static void
every_key_is_read(void **state)
{
	(void)state;
	check_ok(parse(full), &e);
	check_str(config.prefix, "ABC");
	check_str(config.backlog, "plans/BACKLOG.yaml");
	assert_int_equal(config.guardrails.size, SIZE_LARGE);
	assert_int_equal(config.guardrails.complexity, LEVEL_LOW);
	assert_int_equal(config.guardrails.risk, LEVEL_HIGH);
	assert_int_equal(config.max_wip, 3);
	assert_int_equal(config.max_concurrent, 4);
	assert_int_equal(config.max_retries, 0);
	assert_int_equal(config.phase_timeout_ns, 90 * MINUTE);
	assert_int_equal(config.phase_cap, 7);
	assert_false(config.git);
}

static void
agents_are_read_in_the_order_of_the_file(void **state)
{
	(void)state;
	check_ok(parse(full), &e);
	assert_int_equal(config.agents_n, 2);
	check_str(config.default_agent, "worker");
	check_str(config.agents[0].name, "worker");
	assert_int_equal(config.agents[0].spot.line, 23);
	assert_int_equal(config.agents[0].spot.column, 23);
	assert_int_equal(config.agents[0].command.n, 4);
	check_str(config.agents[0].command.items[0], "./tools/agent.sh");
	check_str(config.agents[0].command.items[2], "two words");
	check_str(config.agents[0].command.items[3], "");
	check_str(config.agents[1].name, "other");
	assert_ptr_equal(
		config_agent(&config, STR("other")), &config.agents[1]);
}

static void
pipelines_and_phases_are_read_in_the_order_of_the_file(void **state)
{
	(void)state;
	check_ok(parse(full), &e);
	assert_int_equal(config.pipelines_n, 2);
	const struct pipeline_config *p = &config.pipelines[0];
	check_str(p->name, "feature");
	assert_int_equal(p->line, 11);
	assert_int_equal(p->pre_n, 1);
	assert_int_equal(p->main_n, 2);
	check_str(p->pre[0].name, "research");
	assert_int_equal(p->main[0].workflows.n, 2);
	check_str(p->main[0].workflows.items[1], "w/b.md");
	assert_int_equal(p->main[0].workflow_spots[1].line, 15);
	assert_int_equal(p->main[0].workflow_spots[1].column, 43);
	const struct phase_config *build = &p->main[1];
	check_str(build->name, "build");
	assert_true(build->destructive);
	assert_int_equal(build->staleness, STALENESS_WARN);
	check_str(build->agent, "other");
	assert_int_equal(build->timeout_ns, 90 * NS_PER_SEC);
	assert_int_equal(build->retries, 5);
	check_str(config.pipelines[1].name, "chore");
	assert_int_equal(config.pipelines[1].pre_n, 0);
}

static void
a_phase_inherits_what_it_does_not_say(void **state)
{
	(void)state;
	check_ok(parse(full), &e);
	const struct phase_config *plan = &config.pipelines[0].main[0];
	assert_false(plan->destructive);
	assert_int_equal(plan->staleness, STALENESS_IGNORE);
	check_str(plan->agent, "worker");
	assert_int_equal(plan->timeout_ns, 90 * MINUTE);
	assert_int_equal(plan->retries, 0);
}

static void
triage_may_be_overridden(void **state)
{
	(void)state;
	check_ok(parse(full), &e);
	check_str(config.triage.name, "triage");
	check_str(config.triage.agent, "other");
	assert_int_equal(config.triage.timeout_ns, 5 * MINUTE);
	assert_int_equal(config.triage.retries, 1);
	check_str(config.triage.workflows.items[0], "w/t.md");
	assert_false(config.triage.destructive);
}

static void
triage_inherits_like_a_phase(void **state)
{
	(void)state;
	check_ok(parse("agents: { a: { command: [x] } }\n"
		       "execution: { max_retries: 7, phase_timeout: 2h }\n"
		       "triage: { retries: 1 }\n"),
		&e);
	check_str(config.triage.agent, "a");
	assert_int_equal(config.triage.timeout_ns, 120 * MINUTE);
	assert_int_equal(config.triage.retries, 1);
	check_ok(parse("agents: { a: { command: [x] } }\n"
		       "execution: { max_retries: 7 }\n"),
		&e);
	check_str(config.triage.agent, "a");
	assert_int_equal(config.triage.retries, 7);
}

static void
the_only_agent_is_the_default(void **state)
{
	(void)state;
	check_ok(parse("agents:\n  solo: { command: [x] }\n"), &e);
	check_str(config.default_agent, "solo");
}

static void
pipelines_without_agents_are_legal(void **state)
{
	(void)state;
	check_ok(parse("pipelines: { p: { phases: [{ name: b }] } }\n"), &e);
	assert_false(str_is_set(config.pipelines[0].main[0].agent));
}

static void
git_is_on_off_true_or_false(void **state)
{
	static const struct {
		const char *text;
		bool git;
	} cases[] = {{"git: on\n", true}, {"git: off\n", false},
		{"git: true\n", true}, {"git: False\n", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_ok(parse(cases[i].text), &e);
		assert_int_equal(config.git, cases[i].git);
	}
}

static void
phases_may_be_shared_by_anchor(void **state)
{
	(void)state;
	check_ok(parse("pipelines:\n"
		       "  a: { phases: &p [{ name: build }] }\n"
		       "  b: { phases: *p }\n"),
		&e);
	check_str(config.pipelines[1].main[0].name, "build");
}

static void
staleness_block_goes_with_one_item_in_progress(void **state)
{
	(void)state;
	check_ok(parse("execution: { max_wip: 1 }\n"
		       "pipelines:\n"
		       "  p: { phases: [{ name: b, staleness: block }] }\n"),
		&e);
	assert_int_equal(
		config.pipelines[0].main[0].staleness, STALENESS_BLOCK);
}

/* Each has exactly this one problem. */
static const struct {
	const char *text;
	const char *message;
} bad[] = {
	/* The file */
	{"- a\n", "1:1: the file must be a mapping of keys, not a list"},
	{"weir\n", "1:1: the file must be a mapping of keys, not 'weir'"},
	{"projet: {}\n",
		"1:1: unknown key 'projet' in the file; did you mean "
		"'project'?"},
	{"zzz: 1\n",
		"1:1: unknown key 'zzz' in the file, which takes project, "
		"guardrails, execution, git, agents, triage or pipelines"},
	{"project: x\n", "1:10: project must be a mapping of keys, not 'x'"},
	{"execution: [1]\n",
		"1:12: execution must be a mapping of keys, not a list"},
	/* project */
	{"project: { prefix: W K }\n",
		"1:20: prefix must be 1 to 30 letters, digits, '_' or '-', "
		"beginning with a letter or digit, not 'W K'"},
	{"project: { prefix: '' }\n",
		"1:20: prefix must be 1 to 30 letters, digits, '_' or '-', "
		"beginning with a letter or digit, not ''"},
	{"project: { prefix: [W] }\n",
		"1:20: prefix must be 1 to 30 letters, digits, '_' or '-', "
		"beginning with a letter or digit, not a list"},
#define BAD_PATH(key, shown)                                         \
	key " must be a path from the project root without '.' and " \
	    "'..' components, not " shown
	{"project: { backlog: ../B.yaml }\n",
		"1:21: " BAD_PATH("backlog", "'../B.yaml'")},
	{"project: { backlog: a/../B.yaml }\n",
		"1:21: " BAD_PATH("backlog", "'a/../B.yaml'")},
	{"project: { backlog: ./B.yaml }\n",
		"1:21: " BAD_PATH("backlog", "'./B.yaml'")},
	{"project: { backlog: /B.yaml }\n",
		"1:21: " BAD_PATH("backlog", "'/B.yaml'")},
	{"project: { backlog: a//B.yaml }\n",
		"1:21: " BAD_PATH("backlog", "'a//B.yaml'")},
	{"project: { backlog: a/ }\n", "1:21: " BAD_PATH("backlog", "'a/'")},
	{"project: { backlog: '' }\n", "1:21: " BAD_PATH("backlog", "''")},
	{"project: { backlog: \"a\\0b\" }\n",
		"1:21: " BAD_PATH("backlog",
			"'a\xef\xbf\xbd"
			"b'")},
	{"project: { backlog: \"a\\nb\" }\n",
		"1:21: " BAD_PATH("backlog", "'a b'")},
	/* guardrails */
	{"guardrails: { max_size: huge }\n",
		"1:25: max_size must be small, medium or large, not 'huge'"},
	{"guardrails: { max_risk: {} }\n",
		"1:25: max_risk must be low, medium or high, not a mapping"},
	{"guardrails: { max_complexity: Low }\n",
		"1:31: max_complexity must be low, medium or high, not 'Low'"},
	{"guardrails: { max_impact: low }\n",
		"1:15: unknown key 'max_impact' in guardrails, which takes "
		"max_size, max_complexity or max_risk"},
	/* execution */
	{"execution:\n  max_wpi: 2\n",
		"2:3: unknown key 'max_wpi' in execution; did you mean "
		"'max_wip'?"},
	{"execution:\n  max_wip: two\n",
		"2:12: max_wip must be a whole number from 1 to 64, not 'two'"},
	{"execution: { max_wip: 0 }\n",
		"1:23: max_wip must be a whole number from 1 to 64, not '0'"},
	{"execution: { max_wip: 65 }\n",
		"1:23: max_wip must be a whole number from 1 to 64, not '65'"},
	{"execution: { max_wip: -1 }\n",
		"1:23: max_wip must be a whole number from 1 to 64, not '-1'"},
	{"execution: { max_wip: 1.5 }\n",
		"1:23: max_wip must be a whole number from 1 to 64, not '1.5'"},
	{"execution: { max_wip: '2' }\n",
		"1:23: max_wip must be a whole number from 1 to 64, not the "
		"quoted '2'"},
	{"execution: { max_wip: 99999999999999999999 }\n",
		"1:23: max_wip must be a whole number from 1 to 64, not "
		"'99999999999999999999'"},
	{"execution: { max_concurrent: 0 }\n",
		"1:30: max_concurrent must be a whole number from 1 to 64, not "
		"'0'"},
	{"execution: { max_retries: 101 }\n",
		"1:27: max_retries must be a whole number from 0 to 100, not "
		"'101'"},
	{"execution: { phase_cap: 0 }\n",
		"1:25: phase_cap must be a whole number from 1 to 1000000, not "
		"'0'"},
#define BAD_DURATION(key, shown)                                     \
	key " must be a duration from 1ms to 1000h, such as '90s', " \
	    "'30m' or '1h30m', not " shown
	{"execution: { phase_timeout: 30 }\n",
		"1:29: " BAD_DURATION("phase_timeout", "'30'")},
	{"execution: { phase_timeout: 0s }\n",
		"1:29: " BAD_DURATION("phase_timeout", "'0s'")},
	{"execution: { phase_timeout: [30m] }\n",
		"1:29: " BAD_DURATION("phase_timeout", "a list")},
	{"execution: { max_wip: !!int 2 }\n",
		"1:23: a tag has no meaning here"},
	/* git */
	{"git: yes\n", "1:6: git must be on or off, not 'yes'"},
	{"git: { on: true }\n", "1:6: git must be on or off, not a mapping"},
	/* agents */
	{"agents: claude\n",
		"1:9: agents must be a mapping of names, not 'claude'"},
	{"agents:\n  w: claude\n",
		"2:6: agent 'w' must be a mapping of keys, not 'claude'"},
	{"agents:\n  w:\n",
		"2:3: agent 'w' needs a command, such as { command: [claude, "
		"-p] }"},
	{"agents:\n  w: {}\n",
		"2:3: agent 'w' needs a command, such as { command: [claude, "
		"-p] }"},
	{"agents:\n  w: { comand: [x] }\n",
		"2:8: unknown key 'comand' in agent 'w'; did you mean "
		"'command'?"},
	{"agents:\n  w: { command: claude -p }\n",
		"2:17: command must be a list of words, such as [claude, -p], "
		"not 'claude -p'"},
	{"agents:\n  w: { command: [] }\n",
		"2:17: command must be a list of words, such as [claude, -p], "
		"not an empty list"},
	{"agents:\n  w: { command: {a: b} }\n",
		"2:17: command must be a list of words, such as [claude, -p], "
		"not a mapping"},
	{"agents:\n  w: { command: [x, [y]] }\n",
		"2:21: an entry of command must be text, not a list"},
	{"agents:\n  w: { command: [x, ~] }\n",
		"2:21: an entry of command must be text, not nothing"},
	{"agents:\n  w: { command: ['', x] }\n",
		"2:18: command begins with an empty word"},
	{"agents:\n  w: { command: [x, \"a\\0b\"] }\n",
		"2:21: an entry of command must be at most 32768 bytes "
		"without NUL"},
	{"agents:\n  a/b: { command: [x] }\n",
		"2:3: an agent's name must be 1 to 100 letters, digits, '.', "
		"'_' or '-', beginning with a letter or digit, not 'a/b'"},
	{"agents:\n  default: b\n  a: { command: [x] }\n",
		"2:12: the default agent 'b' is not configured; it must be a"},
	{"agents:\n  default: b\n",
		"2:12: the default agent 'b' is not configured; no agent is "
		"under 'agents'"},
	{"agents:\n  default: { command: [x] }\n",
		"2:12: the default agent must be 1 to 100 letters, digits, "
		"'.', '_' or '-', beginning with a letter or digit, not a "
		"mapping"},
	{"agents:\n  a: { command: [x] }\n  b: { command: [y] }\n",
		"2:3: agents needs a default, such as 'default: a'"},
	/* triage */
	{"triage: { destructive: true }\n",
		"1:11: unknown key 'destructive' in triage, which takes "
		"workflows, agent, timeout or retries"},
	{"triage: { agent: x }\n",
		"1:18: agent 'x' is not configured; no agent is under "
		"'agents'"},
	/* pipelines */
	{"pipelines: [feature]\n",
		"1:12: pipelines must be a mapping of names, not a list"},
	{"pipelines:\n  f:\n",
		"2:3: pipeline 'f' needs phases, such as [{ name: build }]"},
	{"pipelines:\n  f: { pre_phases: [{ name: a }] }\n",
		"2:3: pipeline 'f' needs phases, such as [{ name: build }]"},
	{"pipelines:\n  f: { phases: [] }\n",
		"2:3: pipeline 'f' needs phases, such as [{ name: build }]"},
	{"pipelines:\n  f: { phases: build }\n",
		"2:16: phases must be a list, not 'build'"},
	{"pipelines:\n  f: { phase: [{ name: a }], phases: [{ name: a }] }\n",
		"2:8: unknown key 'phase' in pipeline 'f'; did you mean "
		"'phases'?"},
	{"pipelines:\n  f: { phases: [build] }\n",
		"2:17: a phase of pipeline 'f' must be a mapping of keys, not "
		"'build'"},
	{"pipelines:\n  'a b': { phases: [{ name: a }] }\n",
		"2:3: a pipeline's name must be 1 to 100 letters, digits, '.', "
		"'_' or '-', beginning with a letter or digit, not 'a b'"},
/* phases */
#define PHASES "pipelines:\n  f:\n    phases:\n"
	{PHASES "    - {}\n", "4:7: a phase of pipeline 'f' needs a name"},
	{PHASES "    - { name: a b }\n",
		"4:15: a phase's name must be 1 to 100 letters, digits, '.', "
		"'_' or '-', beginning with a letter or digit, not 'a b'"},
	{PHASES "    - { name: triage }\n",
		"4:15: phase 'triage' is built in; a pipeline needs another "
		"name"},
	{PHASES "    - { name: a }\n    - { name: a }\n",
		"5:15: phase 'a' is in pipeline 'f' twice"},
	{"pipelines:\n  f:\n    pre_phases: [{ name: a }]\n"
	 "    phases: [{ name: a }]\n",
		"4:22: phase 'a' is in pipeline 'f' twice"},
	{"pipelines:\n  f:\n    phases: [{ name: a }]\n"
	 "    pre_phases: [{ name: b, destructive: true }]\n",
		"4:42: a pre-phase cannot be destructive; it only scopes an "
		"item"},
	{PHASES "    - { name: a, destructive: on }\n",
		"4:31: destructive must be true or false, not 'on'"},
	{PHASES "    - { name: a, destructve: true }\n",
		"4:18: unknown key 'destructve' in a phase of pipeline 'f'; "
		"did you mean 'destructive'?"},
	{PHASES "    - { name: a, staleness: maybe }\n",
		"4:29: staleness must be ignore, warn or block, not 'maybe'"},
	{"execution: { max_wip: 2 }\n" PHASES
	 "    - { name: a, staleness: block }\n",
		"5:29: staleness 'block' is possible with max_wip 1 only; it "
		"is 2"},
	{PHASES "    - { name: a, staleness: block }\n"
		"execution: { max_wip: 2 }\n",
		"4:29: staleness 'block' is possible with max_wip 1 only; it "
		"is 2"},
	{PHASES "    - { name: a, agent: y }\n"
		"agents: { x: { command: [x] } }\n",
		"4:25: agent 'y' is not configured; it must be x"},
	{PHASES "    - { name: a, timeout: soon }\n",
		"4:27: " BAD_DURATION("timeout", "'soon'")},
	{PHASES "    - { name: a, retries: -1 }\n",
		"4:27: retries must be a whole number from 0 to 100, not "
		"'-1'"},
	{PHASES "    - { name: a, workflows: w.md }\n",
		"4:29: workflows must be a list of paths, such as "
		"[workflows/build.md], not 'w.md'"},
	{PHASES "    - { name: a, workflows: [../w.md] }\n",
		"4:30: " BAD_PATH("an entry of workflows", "'../w.md'")},
	{PHASES "    - { name: a, workflows: [[w.md]] }\n",
		"4:30: " BAD_PATH("an entry of workflows", "a list")},
	{PHASES "    - { name: a, workflows: [!!str w.md] }\n",
		"4:30: a tag has no meaning here"},
	{PHASES "    - { name: a, workflows: [a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,"
		"a,a,a,a,a,a] }\n",
		"4:29: workflows has 21 entries, more than 20"},
};

static void
a_bad_value_is_one_problem_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf want CLEANUP_BUF = {0};
		buf_addf(&want, "weir.yaml:%s", bad[i].message);
		check_fails(parse(bad[i].text), &e, ERR_INPUT, "");
		assert_string_equal(e.msg, want.p);
		if (problems.list.n != 1)
			fail_msg("%zu problems: %s", problems.list.n, want.p);
		assert_string_equal(problems.list.items[0].msg, want.p);
	}
}

static void
all_problems_are_reported_in_the_order_of_the_file(void **state)
{
	(void)state;
	check_fails(parse("pipelines:\n"
			  "  f: { phases: [{ name: b, retries: x }] }\n"
			  "git: maybe\n"
			  "agents:\n"
			  "  a: { command: x }\n"
			  "execution: { max_wip: 0, max_wpi: 1 }\n"),
		&e, ERR_INPUT, "weir.yaml:2:");
	static const char *const places[] = {"weir.yaml:2:37: retries",
		"weir.yaml:3:6: git", "weir.yaml:5:17: command",
		"weir.yaml:6:23: max_wip", "weir.yaml:6:26: unknown key"};
	assert_int_equal(problems.list.n, 5);
	for (size_t i = 0; i < 5; i++)
		if (strstr(problems.list.items[i].msg, places[i]) == NULL)
			fail_msg("%s", problems.list.items[i].msg);
}

static void
what_is_not_yaml_is_one_problem(void **state)
{
	static const char *const texts[] = {"git: [on\n", "git: on\ngit: on\n",
		"git: *nowhere\n", "git: on\n---\ngit: off\n", "\tgit: on\n",
		"git: \xff\n", "<<<<<<< HEAD\ngit: on\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check_fails(parse(texts[i]), &e, ERR_INPUT, "weir.yaml:");
		assert_int_equal(problems.list.n, 1);
		assert_string_equal(problems.list.items[0].msg, e.msg);
	}
}

static void
control_characters_do_not_reach_messages(void **state)
{
	(void)state;
	check_fails(parse("git: \"\\e[2J\"\n"), &e, ERR_INPUT,
		"weir.yaml:1:6: git must be on or off, not "
		"'\xef\xbf\xbd[2J'");
}

static void
many_problems_are_counted_not_kept(void **state)
{
	struct buf b CLEANUP_BUF = {0};

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_addf(&b, "key_%d: 1\n", i);
	check_fails(parse(b.p), &e, ERR_INPUT, "weir.yaml:1:1: unknown key");
	assert_int_equal(problems.list.n, PROBLEMS_MAX);
	assert_int_equal(problems.dropped, 300 - PROBLEMS_MAX);
}

/* 50 pipelines of 50 phases of 20 workflows, by alias. */
static void
aliases_cannot_blow_the_configuration_up(void **state)
{
	struct buf b CLEANUP_BUF = {0};

	(void)state;
	buf_add_c(&b, "triage: { workflows: &w [");
	for (int i = 0; i < 20; i++)
		buf_addf(&b, "%sw/%d", i > 0 ? ", " : "", i);
	buf_add_c(&b, "] }\npipelines:\n  p: { phases: &p [");
	for (int i = 0; i < 50; i++)
		buf_addf(&b, "{ name: n%d, workflows: *w }, ", i);
	buf_add_c(&b, "] }\n");
	for (int i = 1; i < 50; i++)
		buf_addf(&b, "  p%d: { phases: *p }\n", i);
	check_ok(parse(b.p), &e);
	assert_int_equal(config.pipelines_n, 50);
	assert_true(arena.used < 8 * 1024 * 1024);
	buf_add_c(&b, "  one_more: { phases: *p }\n");
	check_fails(parse(b.p), &e, ERR_INPUT,
		"pipelines has 51 entries, more than 50");
}

/* A project root of its own. */
struct root {
	char path[64];
	struct fio_dir dir;
};

static int
root_setup(void **state)
{
	static struct root root;

	(void)snprintf(root.path, sizeof(root.path), "/tmp/weir-config-XXXXXX");
	if (mkdtemp(root.path) == NULL ||
		fio_dir_open(&root.dir, sys_real(), AT_FDCWD, root.path, &e) <
			0)
		return -1;
	*state = &root;
	return 0;
}

static int
root_teardown(void **state)
{
	struct root *root = *state;

	if (unlinkat(root->dir.fd, "weir.yaml", 0) < 0)
		(void)unlinkat(root->dir.fd, "weir.yaml", AT_REMOVEDIR);
	fio_dir_close(&root->dir);
	return rmdir(root->path);
}

static int
load(const struct root *root)
{
	arena_release(&arena);
	problems_release(&problems);
	return config_load(&root->dir, &arena, &config, &problems, &e);
}

static void
without_the_file_the_defaults_hold(void **state)
{
	check_ok(load(*state), &e);
	check_defaults();
}

static void
the_file_in_the_root_is_read(void **state)
{
	const struct root *root = *state;
	static const char text[] = "execution: { max_wip: 5 }\n";
	int fd = openat(
		root->dir.fd, "weir.yaml", O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(close(fd), 0);
	check_ok(load(root), &e);
	assert_int_equal(config.max_wip, 5);
}

static void
a_file_that_cannot_be_read_is_not_an_empty_one(void **state)
{
	const struct root *root = *state;

	assert_int_equal(mkdirat(root->dir.fd, "weir.yaml", 0700), 0);
	check_fails(load(root), &e, ERR_INPUT, "weir.yaml");
	assert_int_equal(problems.list.n, 1);
}

#define WITH_ROOT(test) \
	cmocka_unit_test_setup_teardown(test, root_setup, root_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_gives_the_defaults),
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(agents_are_read_in_the_order_of_the_file),
		cmocka_unit_test(
			pipelines_and_phases_are_read_in_the_order_of_the_file),
		cmocka_unit_test(a_phase_inherits_what_it_does_not_say),
		cmocka_unit_test(triage_may_be_overridden),
		cmocka_unit_test(triage_inherits_like_a_phase),
		cmocka_unit_test(the_only_agent_is_the_default),
		cmocka_unit_test(pipelines_without_agents_are_legal),
		cmocka_unit_test(git_is_on_off_true_or_false),
		cmocka_unit_test(phases_may_be_shared_by_anchor),
		cmocka_unit_test(
			staleness_block_goes_with_one_item_in_progress),
		cmocka_unit_test(a_bad_value_is_one_problem_with_its_place),
		cmocka_unit_test(
			all_problems_are_reported_in_the_order_of_the_file),
		cmocka_unit_test(what_is_not_yaml_is_one_problem),
		cmocka_unit_test(control_characters_do_not_reach_messages),
		cmocka_unit_test(many_problems_are_counted_not_kept),
		cmocka_unit_test(aliases_cannot_blow_the_configuration_up),
		WITH_ROOT(without_the_file_the_defaults_hold),
		WITH_ROOT(the_file_in_the_root_is_read),
		WITH_ROOT(a_file_that_cannot_be_read_is_not_an_empty_one),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	problems_release(&problems);
	return failed;
}
