/* SPDX-License-Identifier: MIT */
#include "engine/lost-priv.h"

#include <errno.h>
#include <fcntl.h>

#include "git/repo.h"
#include "sys/sys.h"

/* 1: there is something by that name. */
static int
is_there(const struct fio_dir *root, const char *path, struct err *e)
{
	struct stat st;
	int rc = root->sys->fstatat(
		root->sys, root->fd, path, AT_SYMLINK_NOFOLLOW, &st);

	if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
		return err_sys(e, -rc, "looking for '%s'", path);
	return rc == 0;
}

/* Whether git can bring it back. That there is no git, or that it does not say,
 * only leaves less to tell. */
static bool
is_in_git(struct sys *sys, const char *dir, struct str backlog)
{
	struct git_repo *git = NULL;
	struct err ignored = {0};

	bool has = git_open(&git, sys, dir, &ignored) == 0 &&
		git_has(git, backlog, &ignored) == 1;
	git_close(git);
	return has;
}

int
lost_check(const struct fio_dir *root, const char *dir,
	const struct store_paths *own, struct err *e)
{
	const char *const traces[] = {
		STORE_STATE_DIR "/ids.hwm",
		STORE_STATE_DIR "/runs",
		own->archive.s,
	};
	int rc = is_there(root, own->backlog.s, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (is_in_git(root->sys, dir, own->backlog))
		return err_set(e, ERR_CONFLICT,
			"'%.*s' is gone, and git has one: bring it back with "
			"'git checkout -- %.*s', or begin an empty one with "
			"'weir init --new-backlog'",
			STR_ARG(own->backlog), STR_ARG(own->backlog));
	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		rc = is_there(root, traces[i], e);
		if (rc < 0)
			return -1;
		if (rc == 1)
			return err_set(e, ERR_CONFLICT,
				"'%.*s' is gone, and '%s' shows that there was "
				"one: put a copy of it back, or begin an empty "
				"one with 'weir init --new-backlog'",
				STR_ARG(own->backlog), traces[i]);
	}
	return 0;
}
