/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PLAN_FIXTURE_H
#define TESTS_PLAN_FIXTURE_H

#include "../model/fixture.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "model/change.h"
#include "plan/resolve.h"
#include "plan/select.h"

/*
 * One small world for every test of plan:
 *
 *	feature	pre: research, design	main: plan, build (destructive), review
 *	blog				main: draft, publish
 *
 * guardrails medium, medium, low; one in progress and one running at a time;
 * two retries each. `draft` is done by agent 'other', the rest by 'worker'.
 */

#define WORKER .agent = {.s = "worker", .n = 6}, .retries = 2, .timeout_ns = 1
#define NAME(literal)                                    \
	{                                                \
		.s = (literal), .n = sizeof(literal) - 1 \
	}

static const struct phase_config feature_pre[] = {
	{.name = NAME("research"), WORKER},
	{.name = NAME("design"), WORKER},
};
static const struct phase_config feature_main[] = {
	{.name = NAME("plan"), WORKER},
	{.name = NAME("build"), .destructive = true, WORKER},
	{.name = NAME("review"), WORKER},
};
static const struct phase_config blog_main[] = {
	{.name = NAME("draft"), .agent = NAME("other"), .retries = 2},
	{.name = NAME("publish"), WORKER},
};
static const struct pipeline_config all_pipelines[] = {
	{.name = NAME("feature"),
		.pre = feature_pre,
		.pre_n = 2,
		.main = feature_main,
		.main_n = 3},
	{.name = NAME("blog"), .main = blog_main, .main_n = 2},
};

static inline struct config
test_config(void)
{
	return (struct config){
		.path = STR("weir.yaml"),
		.prefix = STR("W"),
		.guardrails = {SIZE_MEDIUM, LEVEL_MEDIUM, LEVEL_LOW},
		.max_wip = 1,
		.max_concurrent = 1,
		.max_retries = 2,
		.default_agent = STR("worker"),
		.pipelines = all_pipelines,
		.pipelines_n = 2,
		.triage = {.name = NAME("triage"), WORKER},
	};
}

/* What one tick sees and decides. */
struct scene {
	struct config c;
	struct snapshot *s;
	struct plan_input in;
	struct arena a;
	struct plan p;
};

/* Takes the snapshot over. */
static inline struct scene *
scene_new(struct snapshot *s)
{
	struct scene *t = mem_alloc(sizeof(*t));

	t->c = test_config();
	t->s = s;
	t->in = (struct plan_input){.snapshot = s,
		.config = &t->c,
		.starts_left = UINT64_MAX,
		.now_ns = 1000 * NS_PER_SEC};
	return t;
}

static inline void
scene_free(struct scene *t)
{
	snapshot_unref(t->s);
	arena_release(&t->a);
	mem_free(t);
}

static inline void
add_action(struct buf *b, const struct action *act)
{
	static const char *const verbs[] = {
		[ACTION_ENTER] = "enter",
		[ACTION_BLOCK] = "block",
		[ACTION_PROMOTE] = "promote",
		[ACTION_RUN] = "run",
	};

	if (b->n > 0)
		buf_add_c(b, "; ");
	buf_addf(b, "%s %.*s", verbs[act->kind], STR_ARG(act->item->id));
	if (act->phase != NULL)
		buf_addf(b, " %.*s", STR_ARG(act->phase->name));
}

/* Plan, and compare the actions: "promote W-2 plan; run W-1 build". */
static inline void
check_actions(struct scene *t, const char *expected)
{
	struct buf b = {0};

	plan_select(&t->in, &t->a, &t->p);
	for (size_t i = 0; i < t->p.actions_n; i++)
		add_action(&b, &t->p.actions[i]);
	check_str(buf_str(&b), expected);
	buf_release(&b);
}

static inline const struct verdict *
verdict_of(const struct scene *t, const char *id)
{
	for (size_t i = 0; i < t->p.verdicts_n; i++)
		if (str_eq_c(t->p.verdicts[i].item->id, id))
			return &t->p.verdicts[i];
	fail_msg("no verdict for '%s'", id);
	return NULL;
}

/* After check_actions: the verdict, and words its reason must have. */
static inline void
check_verdict(const struct scene *t, const char *id, enum verdict_kind kind,
	const char *words)
{
	const struct verdict *v = verdict_of(t, id);

	if (v->kind != kind || str_find(v->why, str_from(words)) == v->why.n)
		fail_msg("%s: %s, '%.*s'", id,
			names_get(&verdict_names, (int)v->kind),
			STR_ARG(v->why));
}

static inline void
check_has(struct str text, const char *words)
{
	if (str_find(text, str_from(words)) >= text.n)
		fail_msg("'%s' is not in '%.*s'", words, STR_ARG(text));
}

/* The end of a run, and the backlog once what it leads to is applied. */
struct ending {
	struct arena a;
	struct outcome out;
	struct change_effects fx;
};

static inline struct ending *
ending_new(const struct snapshot *s, const struct config *c,
	const struct run_end *end)
{
	const struct change_env env = {.prefix = c->prefix};
	struct ending *t = mem_alloc(sizeof(*t));
	struct err e = {0};

	plan_resolve(s, c, end, &t->a, &t->out);
	check_ok(changes_apply(
			 s, t->out.changes, t->out.changes_n, &env, &t->fx, &e),
		&e);
	return t;
}

static inline void
ending_free(struct ending *t)
{
	snapshot_unref(t->fx.next);
	arena_release(&t->a);
	mem_free(t);
}

static inline void
check_outcome(const struct ending *t, enum outcome_kind kind, const char *where)
{
	if (t->out.kind != kind)
		fail_msg("%s, '%.*s'",
			names_get(&outcome_names, (int)t->out.kind),
			STR_ARG(t->out.reason));
	check_str(t->out.where, where);
}

#endif
