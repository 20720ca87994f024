/* SPDX-License-Identifier: MIT */
#include "agent/launch.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"

struct rule {
	struct str name;
	enum { EXACT, PREFIX, SUFFIX } how;
};

#define IS(text)                                  \
	{                                         \
		{(text), sizeof(text) - 1}, EXACT \
	}
#define BEGINS(text)                               \
	{                                          \
		{(text), sizeof(text) - 1}, PREFIX \
	}
#define ENDS(text)                                 \
	{                                          \
		{(text), sizeof(text) - 1}, SUFFIX \
	}

static const struct rule allowed[] = {
	IS("PATH"),
	IS("HOME"),
	IS("USER"),
	IS("LOGNAME"),
	IS("SHELL"),
	IS("TERM"),
	IS("LANG"),
	BEGINS("LC_"),
	IS("TZ"),
	IS("TMPDIR"),
	BEGINS("XDG_"),
	BEGINS("SSL_CERT_"),
	ENDS("_PROXY"),
	ENDS("_proxy"),
	BEGINS("ANTHROPIC_"),
	BEGINS("CLAUDE_"),
	BEGINS("OPENAI_"),
	BEGINS("CODEX_"),
	BEGINS("GEMINI_"),
	BEGINS("GOOGLE_"),
	BEGINS("OPENCODE_"),
};

static bool
rule_matches(const struct rule *rule, struct str name)
{
	switch (rule->how) {
	case EXACT:
		return str_eq(name, rule->name);
	case PREFIX:
		return str_starts(name, rule->name);
	case SUFFIX:
		return str_ends(name, rule->name);
	}
	BUG("environment rule '%s' is of no kind", rule->name.s);
}

static bool
is_allowed(struct str variable)
{
	struct str name = str_of(variable.s, str_find_char(variable, '='));

	if (name.n == variable.n)
		return false;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (rule_matches(&allowed[i], name))
			return true;
	return false;
}

static const char *const *
build_argv(const struct agent_config *agent, struct arena *a)
{
	struct str_list words = agent->command;
	const char **argv = ARENA_ARRAY(a, const char *, words.n + 1);

	for (size_t i = 0; i < words.n; i++)
		argv[i] = arena_str(a, words.items[i]).s;
	return argv;
}

void
launch_build(const struct launch_input *in, struct arena *a, struct launch *ret)
{
	const struct str mark =
		arena_strf(a, "WEIR_RUN_ID=%.*s", STR_ARG(in->run));
	const struct str ours[] = {
		mark,
		arena_strf(a, "WEIR_ITEM_ID=%.*s", STR_ARG(in->item)),
		arena_strf(a, "WEIR_PHASE=%.*s", STR_ARG(in->phase)),
		arena_strf(a, "WEIR_ATTEMPT=%u", in->attempt),
		arena_strf(a, "WEIR_RESULT=%.*s", STR_ARG(in->result_path)),
		arena_strf(a, "WEIR_CHANGE_DIR=%.*s", STR_ARG(in->change_dir)),
		arena_strf(a, "WEIR_ROOT=%.*s", STR_ARG(in->root)),
	};
	const size_t ours_n = sizeof(ours) / sizeof(ours[0]);
	size_t theirs_n = 0, n = 0;

	while (in->environ[theirs_n] != NULL)
		theirs_n++;
	const char **envp = ARENA_ARRAY(a, const char *, theirs_n + ours_n + 1);
	for (size_t i = 0; i < theirs_n; i++)
		if (is_allowed(str_from(in->environ[i])))
			envp[n++] = arena_str(a, str_from(in->environ[i])).s;
	for (size_t i = 0; i < ours_n; i++)
		envp[n++] = ours[i].s;
	*ret = (struct launch){
		.argv = build_argv(in->agent, a),
		.envp = envp,
		.mark = mark,
	};
}

/* 0, or the errno that starting it would give. */
static int
look_at(const struct fio_dir *root, const char *path)
{
	struct stat st;
	int rc = root->sys->fstatat(root->sys, root->fd, path, 0, &st);

	if (rc < 0)
		return -rc;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		return EACCES;
	return 0;
}

static struct str
path_of(const char *const *environ)
{
	for (; *environ != NULL; environ++)
		if (str_starts(str_from(*environ), STR("PATH=")))
			return str_from_at(str_from(*environ), strlen("PATH="));
	return STR("/bin:/usr/bin"); /* what execvp takes then */
}

static bool
is_on_path(const struct fio_dir *root, struct str path, struct str command)
{
	struct buf candidate CLEANUP_BUF = {0};

	for (;;) {
		size_t colon = str_find_char(path, ':');
		buf_reset(&candidate);
		buf_add_str(&candidate, str_of(path.s, colon));
		if (colon > 0) /* an empty entry is the root itself */
			buf_add_char(&candidate, '/');
		buf_add_str(&candidate, command);
		if (look_at(root, candidate.p) == 0)
			return true;
		if (colon == path.n)
			return false;
		path = str_from_at(path, colon + 1);
	}
}

int
launch_check(const struct agent_config *agent, const struct fio_dir *root,
	const char *const *environ, struct err *e)
{
	const struct str command = agent->command.items[0];

	if (str_find_char(command, '/') < command.n) {
		int why = look_at(root, command.s);
		if (why == 0)
			return 0;
		return err_set(e, ERR_MISSING,
			"agent '%s': the command '%s' %s (looked in '%s')",
			agent->name.s, command.s,
			why == EACCES ? "is not an executable file"
				      : "does not exist",
			root->path);
	}
	const struct str path = path_of(environ);
	if (is_on_path(root, path, command))
		return 0;
	return err_set(e, ERR_MISSING,
		"agent '%s': there is no command '%s' on the PATH; install it, "
		"or name another under 'agents'",
		agent->name.s, command.s);
}
