/* SPDX-License-Identifier: MIT */
#include "engine/project.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "engine/lost-priv.h"
#include "engine/project-priv.h"
#include "engine/refusals-priv.h"
#include "engine/running-priv.h"
#include "plan/check.h"
#include "plan/circle.h"
#include "plan/deps.h"
#include "store/config.h"
#include "store/migrate.h"

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

int
project_find(struct sys *sys, struct arena *a, struct str *ret_here,
	struct str *ret_root, struct err *e)
{
	if (absolute_path(sys, ".", a, ret_here, e) < 0)
		return -1;
	*ret_root = find_upwards(sys, a, *ret_here);
	return 0;
}

static int
find_root(struct project *p, const char *dir, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str here = STR_ABSENT, root = STR_ABSENT;

	int rc = dir != NULL ? absolute_path(p->sys, dir, &tmp, &root, e)
			     : project_find(p->sys, &tmp, &here, &root, e);
	if (rc < 0)
		return -1;
	p->path = arena_str(&p->arena, root);
	return fio_dir_open(&p->root, p->sys, AT_FDCWD, p->path.s, e);
}

int
project_open_to_look(struct project **ret, struct sys *sys, const char *dir,
	struct problems *problems, struct err *e)
{
	struct project *p = mem_alloc(sizeof(*p));
	struct err ignored = {0};

	p->sys = sys;
	p->root = FIO_DIR_NONE;
	if (find_root(p, dir, e) < 0)
		goto fail;
	/* Messages name files as seen from the project, wherever that is. */
	strcpy(p->root.path, ".");
	int rc = config_load(&p->root, &p->arena, &p->config, problems, e);
	if (store_open(&p->store, &p->root, p->config.backlog, p->config.prefix,
		    rc < 0 ? &ignored : e) < 0)
		goto fail;
	*ret = p;
	return rc < 0 ? 1 : 0;
fail:
	project_close(p);
	return -1;
}

int
project_open(struct project **ret, struct sys *sys, const char *dir,
	struct problems *problems, struct err *e)
{
	struct project *p;
	int rc = project_open_to_look(&p, sys, dir, problems, e);

	if (rc == 0)
		*ret = p;
	if (rc == 1)
		project_close(p);
	return rc == 0 ? 0 : -1;
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
	int rc = store_load(p->store, ret, problems, e);

	if (*ret != NULL && (*ret)->older_schema != 0) {
		struct snapshot *read = *ret;
		*ret = legacy_fitted(read, &p->config);
		snapshot_unref(read);
	}
	return rc;
}

int
project_missing(const struct project *p, struct err *e)
{
	const struct store_paths own = store_paths(p->store);
	struct err lost = {0};

	if (lost_check(&p->root, p->path.s, &own, &lost) < 0 &&
		lost.code == ERR_CONFLICT)
		return err_set(e, ERR_MISSING, "%s", lost.msg);
	return err_set(e, ERR_MISSING,
		"there is no backlog in '%s'; 'weir init' makes one",
		p->path.s);
}

int
project_check_backlog(const struct project *p, struct err *e)
{
	struct stat st;
	int rc = p->sys->fstatat(p->sys, p->root.fd, p->config.backlog.s,
		AT_SYMLINK_NOFOLLOW, &st);

	return rc == -ENOENT ? project_missing(p, e) : 0;
}

void
project_rest(struct project *p)
{
	store_rest(p->store);
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
	store_set_check(p->store, plan_refuse_circles);
	int rc = store_apply(p->store, changes, n,
		p->sys->clock(p->sys, SYS_CLOCK_UNIX), &saved, e);
	store_set_check(p->store, NULL);
	if (rc < 0)
		return -1;
	ret->next = saved.next;
	ret->added = saved.added;
	return 0;
}

int
project_migrate(struct project *p, bool dry_run, struct arena *a,
	struct legacy_report *ret, struct problems *problems, struct err *e)
{
	const struct store_migration m = {
		.config = &p->config,
		.dry_run = dry_run,
		.now_ns = p->sys->clock(p->sys, SYS_CLOCK_UNIX),
	};

	if (project_check_backlog(p, e) < 0)
		return -1;
	return store_migrate(p->store, &m, a, ret, problems, e);
}

int
project_accept(struct project *p, struct err *e)
{
	if (project_check_backlog(p, e) < 0)
		return -1;
	return store_accept(p->store, e);
}

int
project_no_item(const struct snapshot *s, struct str id, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct str near = snapshot_nearest(s, id, &tmp);

	if (str_is_set(near))
		return err_set(e, ERR_MISSING,
			"there is no item '%.*s'; did you mean '%.*s'?",
			STR_ARG(id), STR_ARG(near));
	return err_set(e, ERR_MISSING,
		"there is no item '%.*s'; 'weir list' shows what there is",
		STR_ARG(id));
}

bool
project_dependency_met(const struct snapshot *s, struct str id)
{
	return dep_state(s, id) == DEP_MET;
}

struct str_list
project_dependents(const struct snapshot *s, struct str id, struct arena *a)
{
	return dep_dependents(s, id, a);
}

void
project_tree(const struct snapshot *s, const struct item *top, struct arena *a,
	const struct dep_row **ret, size_t *ret_n)
{
	dep_tree(s, top, a, ret, ret_n);
}

/* As the run that is at work sees it or, without one, one that begins now; in
 * `a`. */
static struct plan_input
plan_input_of(struct project *p, const struct snapshot *s, struct arena *a)
{
	struct plan_input in = {
		.snapshot = s,
		.config = &p->config,
		.starts_left = UINT64_MAX,
	};

	running_find(p, &in, a);
	refusals_find(p, &in, a);
	return in;
}

void
project_upnext(struct project *p, const struct snapshot *s, struct arena *a,
	const struct upnext **ret, size_t *ret_n)
{
	const struct plan_input in = plan_input_of(p, s, a);

	plan_upnext(&in, a, ret, ret_n);
}

int
project_archive(struct project *p, const struct snapshot *s, struct arena *a,
	struct archive_entries *ret, struct problems *problems, struct err *e)
{
	size_t n = 0;

	if (archive_read(p->store, a, ret, problems, e) < 0)
		return -1;
	struct archive_entry *gone =
		ARENA_ARRAY(a, struct archive_entry, ret->n);
	for (size_t i = 0; i < ret->n; i++)
		if (s == NULL ||
			snapshot_find(s, ret->items[i].item.id) == NULL)
			gone[n++] = ret->items[i];
	*ret = (struct archive_entries){.items = gone, .n = n};
	return 0;
}

bool
project_explain(struct project *p, const struct snapshot *s, struct str id,
	struct arena *a, struct explanation *ret)
{
	const struct plan_input in = plan_input_of(p, s, a);

	return plan_explain(&in, id, a, ret);
}

bool
project_warning(struct project *p, struct err *ret)
{
	return store_warning(p->store, ret);
}
