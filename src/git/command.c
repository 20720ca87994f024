/* SPDX-License-Identifier: MIT */
#include "git/repo-priv.h"

#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "base/vec.h"

#define TIMEOUT_NS (60 * NS_PER_SEC)

enum { OUTPUT_MAX = 256 * 1024 * 1024, ARGS_MAX = 40 };

static const char *const settings[] = {
	/* Programs that somebody else may have put there. */
	"core.hooksPath=/dev/null",
	"core.fsmonitor=false",
	/* Names as they are. */
	"core.quotePath=false",
	"i18n.commitEncoding=UTF-8",
	/* No work in the background. */
	"gc.auto=0",
	"maintenance.auto=false",
};
enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static const char *const additions[] = {
	"LC_ALL=C",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_LITERAL_PATHSPECS=1",
	"GIT_OPTIONAL_LOCKS=0",
};
enum { ADDITIONS = sizeof(additions) / sizeof(additions[0]) };

/* Of git's own variables only these say who we are and where its
 * configuration lies; the others name another repository, index or way to
 * read paths. */
static bool
is_kept(const char *variable)
{
	static const char *const kept[] = {
		"GIT_AUTHOR_",
		"GIT_COMMITTER_",
		"GIT_CONFIG_",
		"GIT_CEILING_DIRECTORIES=",
		"GIT_DISCOVERY_ACROSS_FILESYSTEM=",
		"GIT_EXEC_PATH=",
	};
	struct str v = str_from(variable);

	if (str_starts(v, STR("LC_ALL=")))
		return false;
	if (!str_starts(v, STR("GIT_")))
		return true;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (str_starts(v, str_from(kept[i])))
			return true;
	return false;
}

const char **
git_environment(struct arena *a, const char *extra)
{
	size_t n = 0, have = 0;

	while (environ[have] != NULL)
		have++;
	const char **envp = ARENA_ARRAY(a, const char *, have + ADDITIONS + 2);
	for (size_t i = 0; i < have; i++)
		if (is_kept(environ[i]))
			envp[n++] = environ[i];
	for (size_t i = 0; i < ADDITIONS; i++)
		envp[n++] = additions[i];
	if (extra != NULL)
		envp[n++] = extra;
	return envp;
}

static const char *const as_weir[] = {
	"-c",
	"user.name=weir",
	"-c",
	"user.email=weir@localhost",
};

static void
put(const char **argv, size_t *n, const char *arg)
{
	if (*n + 1 >= ARGS_MAX)
		BUG("too many arguments for git: '%s'", arg);
	argv[(*n)++] = arg;
}

int
git_run(const struct git_repo *r, const struct git_command *cmd,
	struct buf *out, struct buf *said, int *ret_status, struct err *e)
{
	const char *argv[ARGS_MAX] = {"git", "-C", r->root.s};
	size_t n = 3;

	for (size_t i = 0; i < SETTINGS; i++) {
		put(argv, &n, "-c");
		put(argv, &n, settings[i]);
	}
	for (size_t i = 0; i < 4 && cmd->as_weir; i++)
		put(argv, &n, as_weir[i]);
	for (size_t i = 0; cmd->args[i] != NULL; i++)
		put(argv, &n, cmd->args[i]);
	struct proc_command c = {
		.argv = argv,
		.envp = cmd->envp != NULL ? cmd->envp : r->envp,
		.input = cmd->input,
		.timeout_ns = TIMEOUT_NS,
		.output_max = OUTPUT_MAX,
	};
	if (proc_capture(r->sys, &c, out, said, ret_status, e) < 0)
		return err_wrap(e, "git %s", cmd->args[0]);
	return 0;
}

/* The line that says what failed: hints and warnings may come before it. */
static struct str
telling_line(struct str said)
{
	struct str rest = said, line, first = STR_ABSENT;

	while (str_next_line(&rest, &line)) {
		if (str_starts(line, STR("fatal: ")))
			return str_from_at(line, 7);
		if (str_starts(line, STR("error: ")) && !str_is_set(first))
			first = str_from_at(line, 7);
	}
	rest = said;
	if (!str_is_set(first) && !str_next_line(&rest, &first))
		first = STR("it does not say why");
	return first;
}

int
git_failed(const struct git_command *cmd, int status, struct str said,
	struct err *e)
{
	struct buf line CLEANUP_BUF = {0};
	bool locked = str_find(said, STR(".lock': File exists")) < said.n;

	utf8_add_printable(&line, telling_line(said));
	return err_set(e, locked ? ERR_LOCKED : ERR_SYS,
		"git %s failed (%d): %.*s", cmd->args[0], status,
		STR_ARG(buf_str(&line)));
}

int
git_do(const struct git_repo *r, const struct git_command *cmd, struct buf *out,
	struct err *e)
{
	struct buf said CLEANUP_BUF = {0};
	int status;

	if (git_run(r, cmd, out, &said, &status, e) < 0)
		return -1;
	return status == 0 ? 0 : git_failed(cmd, status, buf_str(&said), e);
}
