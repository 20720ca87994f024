/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/launch.h"
#include "sys/real.h"

static struct arena arena;
static struct err e;

static const struct str words[] = {
	{"./tools/agent.sh", 16}, {"--say", 5}, {"two words", 9}};
static const struct agent_config worker = {
	.name = {"worker", 6}, .command = {words, 3}};

static struct launch
build(const char *const *ours)
{
	struct launch l;

	launch_build(
		&(struct launch_input){
			.agent = &worker,
			.run = STR("r-17"),
			.item = STR("WRK-001"),
			.phase = STR("build"),
			.attempt = 2,
			.result_path = STR("/p/.weir/runs/r-17/result.json"),
			.change_dir = STR("/p/changes/WRK-001_x"),
			.root = STR("/p"),
			.environ = ours,
		},
		&arena, &l);
	return l;
}

static bool
has(const struct launch *l, const char *variable)
{
	for (size_t i = 0; l->envp[i] != NULL; i++)
		if (strcmp(l->envp[i], variable) == 0)
			return true;
	return false;
}

static void
the_command_is_passed_word_by_word(void **state)
{
	struct launch l = build((const char *const[]){NULL});

	(void)state;
	assert_string_equal(l.argv[0], "./tools/agent.sh");
	assert_string_equal(l.argv[1], "--say");
	assert_string_equal(l.argv[2], "two words");
	assert_null(l.argv[3]);
}

static void
the_run_is_described_in_the_environment(void **state)
{
	struct launch l = build((const char *const[]){NULL});

	(void)state;
	check_str(l.mark, "WEIR_RUN_ID=r-17");
	assert_true(has(&l, "WEIR_RUN_ID=r-17"));
	assert_true(has(&l, "WEIR_ITEM_ID=WRK-001"));
	assert_true(has(&l, "WEIR_PHASE=build"));
	assert_true(has(&l, "WEIR_ATTEMPT=2"));
	assert_true(has(&l, "WEIR_RESULT=/p/.weir/runs/r-17/result.json"));
	assert_true(has(&l, "WEIR_CHANGE_DIR=/p/changes/WRK-001_x"));
	assert_true(has(&l, "WEIR_ROOT=/p"));
}

static const char *const passed[] = {"PATH=/bin", "HOME=/h", "USER=u",
	"LOGNAME=u", "SHELL=/bin/sh", "TERM=dumb", "LANG=C", "LC_ALL=C",
	"TZ=UTC", "TMPDIR=/t", "XDG_CACHE_HOME=/c", "SSL_CERT_FILE=/s",
	"HTTPS_PROXY=x", "no_proxy=y", "ANTHROPIC_API_KEY=k",
	"CLAUDE_CONFIG_DIR=/d", "OPENAI_API_KEY=k", "CODEX_HOME=/x",
	"GEMINI_API_KEY=k", "GOOGLE_CLOUD_PROJECT=g", "OPENCODE_CONFIG=o",
	"LANG=", NULL};

static void
what_agents_need_is_passed_on(void **state)
{
	struct launch l = build(passed);
	size_t n = 0;

	(void)state;
	for (size_t i = 0; passed[i] != NULL; i++)
		if (!has(&l, passed[i]))
			fail_msg("'%s' is missing", passed[i]);
	while (l.envp[n] != NULL)
		n++;
	assert_int_equal(n, sizeof(passed) / sizeof(passed[0]) - 1 + 7);
}

static void
everything_else_stays_here(void **state)
{
	static const char *const kept[] = {"AWS_SECRET_ACCESS_KEY=s",
		"GITHUB_TOKEN=t", "LD_PRELOAD=/x.so", "PATHS=/x", "HOMES=/h",
		"LANGUAGE=de", "_PROXYX=1", "PATH", "=x", "", "MY_CLAUDE_=1",
		"WEIR_RUN_ID=of-another", "WEIR_SECRET=1", "DATABASE_URL=d",
		NULL};
	struct launch l = build(kept);
	size_t n = 0;

	(void)state;
	while (l.envp[n] != NULL)
		n++;
	assert_int_equal(n, 7);
	assert_false(has(&l, "WEIR_RUN_ID=of-another"));
}

/* A project with the programs top.sh and tools/agent.sh, and with tools/notes
 * and tools/dir, which are none. */
struct project {
	char path[64];
	struct fio_dir dir;
};

static int
setup(void **state)
{
	static struct project p;

	(void)snprintf(p.path, sizeof(p.path), "/tmp/weir-launch-XXXXXX");
	if (mkdtemp(p.path) == NULL ||
		fio_dir_open(&p.dir, sys_real(), AT_FDCWD, p.path, &e) < 0 ||
		mkdirat(p.dir.fd, "tools", 0700) < 0 ||
		mkdirat(p.dir.fd, "tools/dir", 0700) < 0)
		return -1;
	(void)close(
		openat(p.dir.fd, "tools/agent.sh", O_CREAT | O_WRONLY, 0700));
	(void)close(openat(p.dir.fd, "tools/notes", O_CREAT | O_WRONLY, 0600));
	(void)close(openat(p.dir.fd, "top.sh", O_CREAT | O_WRONLY, 0700));
	*state = &p;
	return 0;
}

static int
teardown(void **state)
{
	struct project *p = *state;

	(void)unlinkat(p->dir.fd, "tools/agent.sh", 0);
	(void)unlinkat(p->dir.fd, "tools/notes", 0);
	(void)unlinkat(p->dir.fd, "top.sh", 0);
	(void)unlinkat(p->dir.fd, "tools/dir", AT_REMOVEDIR);
	(void)unlinkat(p->dir.fd, "tools", AT_REMOVEDIR);
	fio_dir_close(&p->dir);
	return rmdir(p->path);
}

static int
check_command(
	const struct project *p, const char *command, const char *path_variable)
{
	const struct str word = str_from(command);
	const struct agent_config agent = {
		.name = STR("worker"), .command = {&word, 1}};
	const char *const ours[] = {"HOME=/h", path_variable, NULL};

	return launch_check(&agent, &p->dir, ours, &e);
}

static void
a_command_with_a_slash_is_looked_for_in_the_project(void **state)
{
	check_ok(check_command(*state, "./tools/agent.sh", "PATH="), &e);
	check_ok(check_command(*state, "tools/agent.sh", "PATH="), &e);
	check_ok(check_command(*state, "/bin/sh", "PATH="), &e);
	check_fails(check_command(*state, "./agent.sh", "PATH=/bin"), &e,
		ERR_MISSING,
		"agent 'worker': the command './agent.sh' does not exist "
		"(looked in '/tmp/weir-launch-");
}

static void
a_command_that_cannot_be_executed_is_named(void **state)
{
	check_fails(check_command(*state, "tools/notes", "PATH=/bin"), &e,
		ERR_MISSING,
		"agent 'worker': the command 'tools/notes' is not an "
		"executable file");
	check_fails(check_command(*state, "tools/dir", "PATH=/bin"), &e,
		ERR_MISSING, "is not an executable file");
}

static void
a_bare_command_is_looked_for_on_the_path(void **state)
{
	check_ok(check_command(*state, "sh", "PATH=/nowhere:/bin"), &e);
	check_ok(check_command(*state, "sh", NULL), &e);
	check_ok(check_command(*state, "agent.sh", "PATH=/nowhere:tools"), &e);
	check_ok(check_command(*state, "top.sh", "PATH=/nowhere:"), &e);
	check_fails(check_command(*state, "agent.sh", "PATH=/bin:"), &e,
		ERR_MISSING,
		"agent 'worker': there is no command 'agent.sh' on the PATH");
	check_fails(check_command(*state, "notes", "PATH=tools"), &e,
		ERR_MISSING, "there is no command 'notes' on the PATH");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_is_passed_word_by_word),
		cmocka_unit_test(the_run_is_described_in_the_environment),
		cmocka_unit_test(what_agents_need_is_passed_on),
		cmocka_unit_test(everything_else_stays_here),
		cmocka_unit_test_setup_teardown(
			a_command_with_a_slash_is_looked_for_in_the_project,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_command_that_cannot_be_executed_is_named, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_bare_command_is_looked_for_on_the_path, setup,
			teardown),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
