/* SPDX-License-Identifier: MIT */
#ifndef GIT_REPO_PRIV_H
#define GIT_REPO_PRIV_H

#include "base/buf.h"
#include "git/repo.h"
#include "proc/capture.h"
#include "sys/sys.h"

struct git_repo {
	struct sys *sys;
	struct arena arena; /* holds what follows; terminated strings */
	struct str root;    /* the project */
	struct str prefix;  /* the project in the work tree: "" or "a/b/" */
	struct str git_dir; /* absolute */
	const char **envp;
};

/* One call of git in the project root, with what could run foreign code or ask
 * a person switched off. */
struct git_command {
	const char *const *args; /* from the subcommand on, NULL-terminated */
	struct str input;
	const char *const *envp; /* NULL: the repository's */
	bool as_weir;		 /* author and committer, not who git knows */
};

/* 0 when git ran. stdout goes to `out`, its exit code to `ret_status`, what it
 * said to `said` (NULL drops it). */
int git_run(const struct git_repo *r, const struct git_command *cmd,
	struct buf *out, struct buf *said, int *ret_status, struct err *e);

/* The same, and any exit code but 0 is an error. */
int git_do(const struct git_repo *r, const struct git_command *cmd,
	struct buf *out, struct err *e);

/* An error from what git said: ERR_LOCKED when another git is at work. */
int git_failed(const struct git_command *cmd, int status, struct str said,
	struct err *e);

/* Our environment without what points git elsewhere; `extra` may be NULL. */
const char **git_environment(struct arena *a, const char *extra);

/* `git status`: what differs from HEAD, and HEAD itself. */
struct git_entry {
	struct str path; /* from the project root */
	bool deleted;	 /* not in the work tree */
};

struct git_status {
	struct str head, branch;	 /* as in struct git_changes */
	const struct git_entry *entries; /* by path */
	size_t n;
};

int git_status(const struct git_repo *r, struct arena *a,
	struct git_status *ret, struct err *e);

#define GIT(...)                      \
	(&(const struct git_command){ \
		.args = (const char *const[]){__VA_ARGS__, NULL}})

#endif
