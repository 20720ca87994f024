/* SPDX-License-Identifier: MIT */
#ifndef AGENT_LAUNCH_H
#define AGENT_LAUNCH_H

#include "base/arena.h"
#include "fio/dir.h"
#include "model/config.h"

/*
 * How an agent's command is started: its argument vector and environment.
 *
 * The environment is an allow-list of ours (PATH, HOME, USER, LOGNAME, SHELL,
 * TERM, LANG, LC_*, TZ, TMPDIR, XDG_*, SSL_CERT_*, *_PROXY and what the known
 * agents read: ANTHROPIC_*, CLAUDE_*, OPENAI_*, CODEX_*, GEMINI_*, GOOGLE_*,
 * OPENCODE_*) plus WEIR_RUN_ID, WEIR_ITEM_ID, WEIR_PHASE, WEIR_ATTEMPT,
 * WEIR_RESULT, WEIR_CHANGE_DIR and WEIR_ROOT.
 */
struct launch_input {
	const struct agent_config *agent;
	struct str run, item, phase;
	unsigned int attempt;
	struct str result_path, change_dir, root; /* absolute */
	const char *const *environ;		  /* ours */
};

struct launch {
	const char *const *argv, *const *envp; /* NULL-terminated */
	struct str mark; /* "WEIR_RUN_ID=…", as it stands in envp */
};

void launch_build(
	const struct launch_input *in, struct arena *a, struct launch *ret);

/*
 * Whether the command can be found: a path with "/" relative to `root`, else
 * on the PATH of `environ`. ERR_MISSING says what was looked for.
 */
int launch_check(const struct agent_config *agent, const struct fio_dir *root,
	const char *const *environ, struct err *e);

#endif
