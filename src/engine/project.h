/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_PROJECT_H
#define ENGINE_PROJECT_H

#include "base/problems.h"
#include "model/change.h"
#include "model/legacy.h"
#include "plan/explain.h"
#include "plan/tree.h"
#include "plan/upnext.h"
#include "store/archive.h"

struct sys;

/*
 * A project as the faces see it: its configuration and its backlog.
 *
 *	struct project *p;
 *	struct snapshot *s;
 *	project_open(&p, sys, NULL, &problems, &e);
 *	project_load(p, &s, &problems, &e);
 *	struct project_saved saved;
 *	project_apply(p, changes, n, &saved, &e);
 *	snapshot_unref(saved.next); snapshot_unref(s);
 *	project_close(p);
 *
 * Faces do not decide and do not save: they ask here.
 */
struct project;

/*
 * `dir` NULL: the nearest directory from the current one upwards that holds
 * weir.yaml or BACKLOG.yaml, else the current one. A named directory is taken
 * as it is. When weir.yaml is not valid: -1, everything wrong with it in
 * `problems`, the first also in `e`.
 */
int project_open(struct project **ret, struct sys *sys, const char *dir,
	struct problems *problems, struct err *e);
/*
 * The same for those who only look. 1 when weir.yaml is not valid: the project
 * is open, and nothing but project_load may be asked of it: the backlog is the
 * one that weir.yaml names if it can be told, else BACKLOG.yaml.
 */
int project_open_to_look(struct project **ret, struct sys *sys, const char *dir,
	struct problems *problems, struct err *e);
void project_close(struct project *p); /* NULL is fine */

const struct config *project_config(const struct project *p);
const char *project_root(const struct project *p); /* absolute */

/*
 * The backlog. 0: all sound. 1: there is none (`*ret` NULL). -1 with `*ret`
 * set: it holds the sound items, `problems` what is wrong with the rest. -1
 * with `*ret` NULL: nothing could be read. A backlog of an older schema is what
 * project_migrate would make it, and cannot be saved. Problems of the items
 * themselves (dangling dependencies …) are not looked for; see project_check.
 */
int project_load(struct project *p, struct snapshot **ret,
	struct problems *problems, struct err *e);

/*
 * ERR_MISSING when there is no backlog; the text says what makes one, or what
 * brings back one that was lost. project_missing says so in any case.
 */
int project_check_backlog(const struct project *p, struct err *e);
int project_missing(const struct project *p, struct err *e);

/* Nothing will be saved soon: give up what only that needs. */
void project_rest(struct project *p);

/* Dangling dependencies, cycles, unknown pipelines: nothing that stops a
 * run, all of it worth a person's look. */
void project_check(const struct project *p, const struct snapshot *s,
	struct problems *ret);

struct project_saved {
	struct snapshot *next; /* one reference, the caller's */
	struct str_list added; /* ids given to new items; in next->arena */
};

/*
 * Apply changes to the backlog as it is now and save durably. ERR_CONFLICT,
 * besides what store_apply says, when they would make an item wait for itself,
 * on the backlog that they are saved into.
 */
int project_apply(struct project *p, const struct change *changes, size_t n,
	struct project_saved *ret, struct err *e);

/*
 * Bring a backlog of an older schema to today's, having kept a copy; with
 * `dry_run` nothing is written. `ret` is in `a`. When items are not sound: -1
 * and all that is wrong in `problems`, the first also in `e`.
 */
int project_migrate(struct project *p, bool dry_run, struct arena *a,
	struct legacy_report *ret, struct problems *problems, struct err *e);

/* Something beside the saves went wrong since the last call; they are done. */
bool project_warning(struct project *p, struct err *ret);

/* Let go the items that are gone from the backlog; see store_accept. */
int project_accept(struct project *p, struct err *e);

/* ERR_MISSING: there is no item `id`; the text says which is near, or what
 * shows those there are. */
int project_no_item(const struct snapshot *s, struct str id, struct err *e);

/* Whether what depends on `id` may begin, as plan/deps.h judges it. */
bool project_dependency_met(const struct snapshot *s, struct str id);

/* The items that wait for `id`; see plan/tree.h. */
struct str_list
project_dependents(const struct snapshot *s, struct str id, struct arena *a);

/* What waits for what, below `top` or, with NULL, all of it. */
void project_tree(const struct snapshot *s, const struct item *top,
	struct arena *a, const struct dep_row **ret, size_t *ret_n);

/* What `weir run` would start now and what it would hold back; what one that is
 * at work runs has the verdict RUNNING. */
void project_upnext(struct project *p, const struct snapshot *s,
	struct arena *a, const struct upnext **ret, size_t *ret_n);

/* What has left, in the order it did. `s` is the backlog, or NULL when none
 * can be read; else as archive_read. */
int
project_archive(struct project *p, const struct snapshot *s, struct arena *a,
	struct archive_entries *ret, struct problems *problems, struct err *e);

/* Why an item is or is not running: in the `weir run` that is at work or,
 * without one, were it started now. False when it is not in the snapshot. */
bool project_explain(struct project *p, const struct snapshot *s, struct str id,
	struct arena *a, struct explanation *ret);

/*
 * Make a directory a project: weir.yaml with comments, the prompt files of its
 * pipeline in workflows/, an empty backlog, .weir/. Nothing that exists is
 * touched. ERR_CONFLICT: the current directory is below a project, and no
 * directory is named; or there is no backlog, but something shows that there
 * was one. The text says how to go on.
 */
struct project_init_options {
	const char *dir; /* NULL: the current one */
	struct str prefix;
	bool new_backlog; /* an empty one in place of one that was lost */
};

/* Files and, with a slash at their end, directories. */
struct project_inited {
	struct str_list made, kept;
	struct str_list untracked; /* for git, whose index has not all of it */
	/* What was kept as the backlog cannot be changed as it is: of an older
	 * schema, or wrong in some way; of that the first. */
	uint64_t older_schema; /* 0: today's */
	struct err wrong;
	struct str prefix; /* "a/b/" where the project is that directory of its
			      git repository; else empty */
};

/* `ret` is in `a`. */
int project_init(struct sys *sys, const struct project_init_options *options,
	struct arena *a, struct project_inited *ret, struct err *e);

#endif
