/* SPDX-License-Identifier: MIT */
#include "engine/project.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "engine/project-priv.h"
#include "plan/check.h"
#include "plan/deps.h"
#include "store/config.h"

static bool
has_file(struct sys *sys, struct arena *a, struct str dir, const char *name)
{
	struct stat st;
	struct str path = arena_strf(a, "%.*s/%s", STR_ARG(dir), name);

	return sys->fstatat(sys, AT_FDCWD, path.s, AT_SYMLINK_NOFOLLOW, &st) ==
		0;
}

/* From `dir` upwards; `dir` itself when no directory is a project. */
static struct str
find_upwards(struct sys *sys, struct arena *a, struct str dir)
{
	for (struct str at = dir; at.n > 0;) {
		if (has_file(sys, a, at, CONFIG_FILE) ||
			has_file(sys, a, at, DEFAULT_BACKLOG))
			return arena_str(a, at);
		while (at.n > 0 && at.s[at.n - 1] != '/')
			at.n--;
		if (at.n > 0)
			at.n--;
	}
	return dir;
}

/* What the directory is called from the root, without links. */
static int
absolute_path(struct sys *sys, const char *dir, struct arena *a,
	struct str *ret, struct err *e)
{
	struct fio_dir opened;
	char path[PATH_MAX];

	if (fio_dir_open(&opened, sys, AT_FDCWD, dir, e) < 0)
		return -1;
	struct str link = arena_strf(a, "/proc/self/fd/%d", opened.fd);
	ssize_t n = sys->readlinkat(sys, AT_FDCWD, link.s, path, sizeof(path));
	fio_dir_close(&opened);
	if (n < 0)
		return err_sys(e, (int)-n, "finding the path of '%s'", dir);
	if ((size_t)n == sizeof(path))
		return err_set(
			e, ERR_LIMIT, "the path of '%s' is too long", dir);
	*ret = arena_str(a, str_of(path, (size_t)n));
	return 0;
}

static int
find_root(struct project *p, const char *dir, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str root = STR_ABSENT;

	if (absolute_path(p->sys, dir != NULL ? dir : ".", &tmp, &root, e) < 0)
		return -1;
	if (dir == NULL)
		root = find_upwards(p->sys, &tmp, root);
	p->path = arena_str(&p->arena, root);
	return fio_dir_open(&p->root, p->sys, AT_FDCWD, p->path.s, e);
}

int
project_open(struct project **ret, struct sys *sys, const char *dir,
	struct problems *problems, struct err *e)
{
	struct project *p = mem_alloc(sizeof(*p));

	p->sys = sys;
	p->root = FIO_DIR_NONE;
	if (find_root(p, dir, e) < 0)
		goto fail;
	/* Messages name files as seen from the project, wherever that is. */
	strcpy(p->root.path, ".");
	if (config_load(&p->root, &p->arena, &p->config, problems, e) < 0 ||
		store_open(&p->store, &p->root, p->config.backlog,
			p->config.prefix, e) < 0)
		goto fail;
	*ret = p;
	return 0;
fail:
	project_close(p);
	return -1;
}

void
project_close(struct project *p)
{
	if (p == NULL)
		return;
	store_close(p->store);
	fio_dir_close(&p->root);
	arena_release(&p->arena);
	mem_free(p);
}

const struct config *
project_config(const struct project *p)
{
	return &p->config;
}

const char *
project_root(const struct project *p)
{
	return p->path.s;
}

int
project_load(struct project *p, struct snapshot **ret,
	struct problems *problems, struct err *e)
{
	return store_load(p->store, ret, problems, e);
}

void
project_check(
	const struct project *p, const struct snapshot *s, struct problems *ret)
{
	plan_check(s, &p->config, ret);
}

int
project_apply(struct project *p, const struct change *changes, size_t n,
	struct project_saved *ret, struct err *e)
{
	struct store_saved saved;

	*ret = (struct project_saved){0};
	if (store_apply(p->store, changes, n,
		    p->sys->clock(p->sys, SYS_CLOCK_UNIX), &saved, e) < 0)
		return -1;
	ret->next = saved.next;
	ret->added = saved.added;
	return 0;
}

bool
project_dependency_met(const struct snapshot *s, struct str id)
{
	return dep_state(s, id) == DEP_MET;
}

bool
project_explain(struct project *p, const struct snapshot *s, struct str id,
	struct arena *a, struct explanation *ret)
{
	const struct plan_input in = {
		.snapshot = s,
		.config = &p->config,
		.starts_left = UINT64_MAX,
	};

	return plan_explain(&in, id, a, ret);
}
