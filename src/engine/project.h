/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_PROJECT_H
#define ENGINE_PROJECT_H

#include "base/problems.h"
#include "model/change.h"
#include "model/config.h"
#include "plan/explain.h"

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
void project_close(struct project *p); /* NULL is fine */

const struct config *project_config(const struct project *p);
const char *project_root(const struct project *p); /* absolute */

/*
 * The backlog. 0: all sound. 1: there is none (`*ret` NULL). -1 with `*ret`
 * set: it holds the sound items, `problems` what is wrong with the rest. -1
 * with `*ret` NULL: nothing could be read. Problems of the items themselves
 * (dangling dependencies …) are not looked for; see project_check.
 */
int project_load(struct project *p, struct snapshot **ret,
	struct problems *problems, struct err *e);

/* Dangling dependencies, cycles, unknown pipelines: nothing that stops a
 * run, all of it worth a person's look. */
void project_check(const struct project *p, const struct snapshot *s,
	struct problems *ret);

struct project_saved {
	struct snapshot *next; /* one reference, the caller's */
	struct str_list added; /* ids given to new items; in next->arena */
};

/* Apply changes to the backlog as it is now and save durably. */
int project_apply(struct project *p, const struct change *changes, size_t n,
	struct project_saved *ret, struct err *e);

/* Whether what depends on `id` may begin, as plan/deps.h judges it. */
bool project_dependency_met(const struct snapshot *s, struct str id);

/* Why an item is or is not running, were `weir run` started now. False when it
 * is not in the snapshot. */
bool project_explain(struct project *p, const struct snapshot *s, struct str id,
	struct arena *a, struct explanation *ret);

/*
 * Make `dir` (NULL: the current one) a project: weir.yaml with comments, the
 * prompt files of its pipeline in workflows/, an empty backlog, .weir/.
 * Nothing that exists is touched. `ret_made` and `ret_kept` (in `a`) name the
 * files made and found.
 */
int project_init(struct sys *sys, const char *dir, struct str prefix,
	struct arena *a, struct str_list *ret_made, struct str_list *ret_kept,
	struct err *e);

#endif
