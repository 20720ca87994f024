/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "plan/check.h"

/*
 * plan_select against an oracle that knows the rules of select.h but not how
 * they are carried out: it asks of every item by walking everything, finds
 * cycles by a reachability matrix, and picks whoever nobody comes before.
 * Small random backlogs, with a fixed seed.
 */

enum { CASES = 30000, ITEMS_MAX = 7, LIST_MAX = 64 };

/* xorshift64* (S. Vigna) */
static uint64_t random_state;

static size_t
below(size_t n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (size_t)((random_state * 0x2545f4914f6cdd1du) >> 33) % n;
}

static bool
chance(size_t one_in)
{
	return below(one_in) == 0;
}

static const struct str ids[] = {NAME("W-1"), NAME("W-2"), NAME("W-3"),
	NAME("W-4"), NAME("W-5"), NAME("W-6"), NAME("W-7"), NAME("A-done"),
	NAME("A-closed"), NAME("A-merged"), NAME("nowhere")};

static const struct archived archive[] = {
	{.id = NAME("A-done"), .how = DEPARTED_DONE},
	{.id = NAME("A-closed"), .how = DEPARTED_CLOSED},
	{.id = NAME("A-merged"), .how = DEPARTED_MERGED, .into = NAME("W-2")},
};

static const struct str phases[] = {NAME("research"), NAME("design"),
	NAME("plan"), NAME("build"), NAME("review"), NAME("draft"),
	NAME("publish"), NAME("nope")};

/* A phase that suits the item more often than not. */
static struct str
random_phase(const struct item *it)
{
	bool blog = str_eq(it->pipeline_type, STR("blog"));

	if (chance(8))
		return STR_ABSENT;
	if (chance(12))
		return phases[below(8)];
	if (it->status == STATUS_SCOPING)
		return phases[below(2)];
	return blog ? phases[5 + below(2)] : phases[2 + below(3)];
}

static struct item
random_item(size_t i, size_t n, struct str *deps)
{
	static const struct str ages[] = {NAME("2024-01-01T00:00:00Z"),
		NAME("2025-01-01T00:00:00Z"), NAME("unknown")};
	struct item it = {.id = ids[i],
		.status = (enum item_status)below(STATUSES),
		.impact = (enum level)below(LEVELS),
		.created = ages[below(3)],
		.size = chance(4) ? (enum item_size)below(SIZES) : SIZE_UNSET,
		.risk = chance(4) ? (enum level)below(LEVELS) : LEVEL_UNSET};

	if (chance(3))
		it.pipeline_type = chance(8) ? STR("lost") : STR("blog");
	if (chance(8))
		it.guardrails_accepted.risk = LEVEL_HIGH;
	it.phase = random_phase(&it);
	it.dependencies.items = deps;
	for (it.dependencies.n = 0; it.dependencies.n < 2 && chance(4);)
		deps[it.dependencies.n++] =
			chance(3) ? ids[7 + below(4)] : ids[below(n)];
	return it;
}

/* A random input and the memory it borrows. */
struct world {
	struct scene *t;
	struct plan_running running[3];
	struct plan_hold holds[3];
	struct str targets[3];
};

static void
random_surroundings(struct world *w, size_t n)
{
	struct plan_input *in = &w->t->in;

	w->t->c.max_wip = 1 + below(3);
	w->t->c.max_concurrent = 1 + below(3);
	if (chance(12))
		w->t->c.triage.destructive = true;
	in->running = w->running;
	in->running_n = chance(2) ? 0 : below(3);
	for (size_t i = 0; i < in->running_n; i++)
		w->running[i] = (struct plan_running){
			.item = i == 0 ? ids[below(n)] : STR("elsewhere"),
			.destructive = chance(5)};
	in->holds = w->holds;
	in->holds_n = chance(2) ? 0 : below(4);
	for (size_t i = 0; i < in->holds_n; i++) {
		w->holds[i] = (struct plan_hold){
			.until_ns = (int64_t)(999 + below(4)) * NS_PER_SEC,
			.why = STR("rests")};
		if (chance(3))
			w->holds[i].agent =
				chance(2) ? STR("worker") : STR("other");
		else
			w->holds[i].item = ids[below(n)];
		if (str_is_set(w->holds[i].item) && chance(3))
			w->holds[i].until_ns = PLAN_HOLD_ENDLESS;
	}
	in->targets.items = w->targets;
	in->targets.n = chance(3) ? 1 + below(3) : 0;
	for (size_t i = 0; i < in->targets.n; i++)
		w->targets[i] = ids[below(ITEMS_MAX)];
	in->starts_left = chance(4) ? below(3) : UINT64_MAX;
}

static void
world_init(struct world *w)
{
	struct item items[ITEMS_MAX];
	struct str deps[ITEMS_MAX][2];
	size_t n = 1 + below(ITEMS_MAX);

	for (size_t i = 0; i < n; i++)
		items[i] = random_item(i, n, deps[i]);
	w->t = scene_new(backlog(items, n, archive, 3));
	random_surroundings(w, n);
}

/* The oracle */

struct oracle {
	const struct plan_input *in;
	size_t n;
	bool reach[ITEMS_MAX][ITEMS_MAX];
	enum verdict_kind verdict[ITEMS_MAX];
	bool decided[ITEMS_MAX];
	char acts[LIST_MAX][64];
	size_t acts_n, runs;
};

static const struct item *
nth(const struct oracle *o, size_t i)
{
	return &o->in->snapshot->items[i];
}

/* 'm'et, 'w'aiting for *ret, or 'b'roken. */
static char
look_up(const struct oracle *o, struct str id, size_t *ret)
{
	if (str_eq(id, STR("A-merged")))
		id = STR("W-2");
	if (str_eq(id, STR("A-done")))
		return 'm';
	for (size_t i = 0; i < o->n; i++) {
		if (!str_eq(nth(o, i)->id, id))
			continue;
		*ret = i;
		return nth(o, i)->status == STATUS_DONE ? 'm' : 'w';
	}
	return 'b';
}

/* S. Warshall's transitive closure. */
static void
close_reach(struct oracle *o)
{
	size_t to;

	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < nth(o, i)->dependencies.n; k++)
			if (look_up(o, nth(o, i)->dependencies.items[k], &to) ==
					'w' &&
				nth(o, i)->status != STATUS_DONE)
				o->reach[i][to] = true;
	for (size_t k = 0; k < o->n; k++)
		for (size_t i = 0; i < o->n; i++)
			for (size_t j = 0; j < o->n; j++)
				o->reach[i][j] |=
					o->reach[i][k] && o->reach[k][j];
}

static bool
is_running(const struct oracle *o, size_t i)
{
	for (size_t k = 0; k < o->in->running_n; k++)
		if (str_eq(o->in->running[k].item, nth(o, i)->id))
			return true;
	return false;
}

static const struct pipeline_config *
pipeline_of(const struct item *it)
{
	if (!str_is_set(it->pipeline_type))
		return &all_pipelines[0];
	return str_eq(it->pipeline_type, STR("blog")) ? &all_pipelines[1]
						      : NULL;
}

/* Steps from the start of the pipeline; -1: no such phase for its status. */
static int
distance(const struct item *it)
{
	static const char *const feature[] = {
		"research", "design", "plan", "build", "review"};
	static const char *const blog[] = {"draft", "publish"};
	bool is_blog = pipeline_of(it) == &all_pipelines[1];
	int first = 0, last = is_blog ? 2 : 5;

	if (it->status == STATUS_SCOPING)
		last = is_blog ? 0 : 2;
	else if (!is_blog)
		first = 2;
	for (int i = first; i < last; i++)
		if (str_eq_c(it->phase, is_blog ? blog[i] : feature[i]))
			return i;
	return -1;
}

static const char *
first_phase(const struct item *it, bool scoping)
{
	if (pipeline_of(it) == &all_pipelines[1])
		return scoping ? NULL : "draft";
	return scoping ? "research" : "plan";
}

static void
decide(struct oracle *o, size_t i, enum verdict_kind kind)
{
	o->verdict[i] = kind;
	o->decided[i] = true;
}

static void
act(struct oracle *o, const char *verb, size_t i, const char *phase)
{
	snprintf(o->acts[o->acts_n++], sizeof(o->acts[0]), "%s %s%s%s", verb,
		nth(o, i)->id.s, phase != NULL ? " " : "",
		phase != NULL ? phase : "");
	decide(o, i, VERDICT_CHOSEN);
}

static void
oracle_repair(struct oracle *o, size_t i)
{
	const struct item *it = nth(o, i);
	bool scoping = it->status == STATUS_SCOPING;

	if (pipeline_of(it) == NULL)
		act(o, "block", i, NULL);
	else if (!scoping && it->status != STATUS_IN_PROGRESS)
		return;
	else if (first_phase(it, scoping) == NULL)
		act(o, "block", i, NULL);
	else if (!str_is_set(it->phase))
		act(o, "enter", i, first_phase(it, scoping));
	else if (distance(it) < 0)
		act(o, "block", i, NULL);
}

static void
oracle_deps(struct oracle *o, size_t i)
{
	size_t to;
	bool waits = false, broken = o->reach[i][i];

	for (size_t k = 0; k < nth(o, i)->dependencies.n; k++) {
		char c = look_up(o, nth(o, i)->dependencies.items[k], &to);
		waits |= c == 'w';
		broken |= c == 'b';
	}
	if (broken)
		decide(o, i, VERDICT_BROKEN);
	else if (waits)
		decide(o, i, VERDICT_DEPENDS);
}

static bool
is_held_endlessly(const struct oracle *o, size_t i)
{
	for (size_t k = 0; k < o->in->holds_n; k++)
		if (o->in->holds[k].until_ns == INT64_MAX &&
			str_eq(o->in->holds[k].item, nth(o, i)->id))
			return true;
	return false;
}

static void
oracle_first_look(struct oracle *o, size_t i)
{
	struct str_list targets = o->in->targets;

	if (is_running(o, i))
		decide(o, i, VERDICT_RUNNING);
	else if (targets.n > 0 && !str_list_has(targets, nth(o, i)->id))
		decide(o, i, VERDICT_UNTARGETED);
	else if (nth(o, i)->status == STATUS_DONE)
		decide(o, i, VERDICT_DONE);
	else if (nth(o, i)->status == STATUS_BLOCKED)
		decide(o, i, VERDICT_BLOCKED);
	else if (is_held_endlessly(o, i))
		decide(o, i, VERDICT_HELD);
	else
		oracle_repair(o, i);
	if (!o->decided[i])
		oracle_deps(o, i);
}

/* What an item is compared by, the greater first; index and age reversed. */
static void
keys(const struct oracle *o, size_t i, int64_t ret[4])
{
	const struct item *it = nth(o, i);
	int64_t age = 0;

	if (str_starts(it->created, STR("2024")))
		age = 2;
	else if (str_starts(it->created, STR("2025")))
		age = 1;
	ret[0] = it->status == STATUS_IN_PROGRESS ? 3
		: it->status == STATUS_SCOPING	  ? 2
						  : 1;
	ret[1] = it->status == STATUS_READY ? (int64_t)it->impact
		: it->status == STATUS_NEW  ? 0
					    : distance(it);
	ret[2] = age;
	ret[3] = -(int64_t)i;
}

/* The undecided item (ready ones, or the others) that none comes before. */
static bool
pick(const struct oracle *o, bool ready, size_t *ret)
{
	bool any = false;

	for (size_t i = 0; i < o->n; i++) {
		int64_t a[4], b[4];
		if (o->decided[i] ||
			(nth(o, i)->status == STATUS_READY) != ready)
			continue;
		keys(o, i, a);
		if (any)
			keys(o, *ret, b);
		int k = 0;
		while (any && a[k] == b[k])
			k++;
		if (!any || a[k] > b[k])
			*ret = i;
		any = true;
	}
	return any;
}

static bool
fits(const struct oracle *o, const struct item *it)
{
	int risk = it->guardrails_accepted.risk == LEVEL_HIGH ? 3 : 1;

	(void)o;
	return (int)it->size <= 2 && (int)it->risk <= risk;
}

static void
oracle_promote(struct oracle *o)
{
	size_t i, wip = 0;

	for (i = 0; i < o->n; i++)
		wip += nth(o, i)->status == STATUS_IN_PROGRESS;
	while (pick(o, true, &i)) {
		if (wip >= o->in->config->max_wip) {
			decide(o, i, VERDICT_WIP);
		} else if (!fits(o, nth(o, i))) {
			act(o, "block", i, NULL);
		} else {
			act(o, "promote", i, first_phase(nth(o, i), false));
			wip++;
		}
	}
}

static bool
is_held(const struct oracle *o, size_t i)
{
	const char *agent = str_eq(nth(o, i)->phase, STR("draft")) &&
			nth(o, i)->status == STATUS_IN_PROGRESS
		? "other"
		: "worker";

	for (size_t k = 0; k < o->in->holds_n; k++) {
		const struct plan_hold *h = &o->in->holds[k];
		if (h->until_ns > o->in->now_ns &&
			(str_eq(h->item, nth(o, i)->id) ||
				str_eq_c(h->agent, agent)))
			return true;
	}
	return false;
}

static void
oracle_run(struct oracle *o)
{
	const struct plan_input *in = o->in;
	bool shut = false;
	size_t i;

	for (i = 0; i < in->running_n; i++)
		shut |= in->running[i].destructive;
	while (pick(o, false, &i)) {
		bool triage = nth(o, i)->status == STATUS_NEW;
		bool alone = triage ? in->config->triage.destructive
				    : str_eq(nth(o, i)->phase, STR("build"));
		size_t busy = in->running_n + o->runs;
		if (in->starts_left == 0)
			decide(o, i, VERDICT_CAP);
		else if (is_held(o, i))
			decide(o, i, VERDICT_HELD);
		else if (o->runs >= in->starts_left)
			decide(o, i, VERDICT_CAP);
		else if (shut || (alone && busy > 0))
			decide(o, i, VERDICT_ALONE);
		else if (busy >= in->config->max_concurrent)
			decide(o, i, VERDICT_SLOT);
		else {
			act(o, "run", i,
				triage ? "triage" : nth(o, i)->phase.s);
			o->runs++;
		}
		if (alone && o->verdict[i] != VERDICT_HELD)
			shut = true;
	}
}

static void
oracle_select(struct oracle *o, const struct plan_input *in)
{
	*o = (struct oracle){.in = in, .n = in->snapshot->n};
	close_reach(o);
	for (size_t i = 0; i < o->n; i++)
		oracle_first_look(o, i);
	oracle_promote(o);
	oracle_run(o);
}

/* The comparison, and what must be true whatever the oracle says */

static void
check_against_oracle(struct world *w, size_t seen[VERDICTS])
{
	const struct plan *p = &w->t->p;
	struct oracle o;
	struct buf b = {0};

	oracle_select(&o, &w->t->in);
	assert_int_equal(p->actions_n, o.acts_n);
	for (size_t i = 0; i < p->actions_n; i++) {
		buf_reset(&b);
		add_action(&b, &p->actions[i]);
		check_str(buf_str(&b), o.acts[i]);
	}
	for (size_t i = 0; i < o.n; i++) {
		seen[o.verdict[i]]++;
		if (p->verdicts[i].kind != o.verdict[i])
			fail_msg("%s is %s, should be %s", nth(&o, i)->id.s,
				names_get(&verdict_names,
					(int)p->verdicts[i].kind),
				names_get(&verdict_names, (int)o.verdict[i]));
		if (p->actions_n > 0 && o.verdict[i] == VERDICT_RUNNING)
			for (size_t k = 0; k < p->actions_n; k++)
				assert_ptr_not_equal(
					p->actions[k].item, nth(&o, i));
	}
	buf_release(&b);
}

static void
check_limits(const struct world *w)
{
	const struct plan_input *in = &w->t->in;
	const struct plan *p = &w->t->p;
	size_t runs = 0, alone = 0, wip = 0, promoted = 0;

	for (size_t i = 0; i < in->running_n; i++)
		alone += in->running[i].destructive;
	for (size_t i = 0; i < in->snapshot->n; i++)
		wip += in->snapshot->items[i].status == STATUS_IN_PROGRESS;
	for (size_t i = 0; i < p->actions_n; i++) {
		const struct action *a = &p->actions[i];
		promoted += a->kind == ACTION_PROMOTE;
		if (a->kind != ACTION_RUN)
			continue;
		runs++;
		alone += a->phase->destructive;
		for (size_t k = 0; k < a->item->dependencies.n; k++) {
			struct str id = a->item->dependencies.items[k];
			if (str_eq(id, STR("A-done")))
				continue;
			if (str_eq(id, STR("A-merged")))
				id = STR("W-2");
			assert_int_equal(item_at(in->snapshot, id.s)->status,
				STATUS_DONE);
		}
	}
	if (runs > 0)
		assert_true(runs + in->running_n <= in->config->max_concurrent);
	if (runs > 0 && alone > 0)
		assert_int_equal(runs + in->running_n, 1);
	if (promoted > 0)
		assert_true(wip + promoted <= in->config->max_wip);
	assert_true(runs <= in->starts_left);
}

static void
check_verdicts(const struct world *w)
{
	const struct plan *p = &w->t->p;

	assert_int_equal(p->verdicts_n, w->t->s->n);
	for (size_t i = 0; i < p->verdicts_n; i++) {
		size_t about = 0;
		assert_ptr_equal(p->verdicts[i].item, &w->t->s->items[i]);
		assert_true(p->verdicts[i].why.n > 0);
		for (size_t k = 0; k < p->actions_n; k++)
			about += p->actions[k].item == p->verdicts[i].item;
		assert_int_equal(
			about, p->verdicts[i].kind == VERDICT_CHOSEN ? 1 : 0);
	}
}

static void
check_same_again(struct world *w)
{
	struct plan again;

	plan_select(&w->t->in, &w->t->a, &again);
	assert_int_equal(again.actions_n, w->t->p.actions_n);
	assert_int_equal(again.wake_ns, w->t->p.wake_ns);
	for (size_t i = 0; i < again.actions_n; i++) {
		assert_ptr_equal(
			again.actions[i].item, w->t->p.actions[i].item);
		assert_int_equal(
			again.actions[i].kind, w->t->p.actions[i].kind);
	}
	for (size_t i = 0; i < again.verdicts_n; i++)
		assert_true(
			str_eq(again.verdicts[i].why, w->t->p.verdicts[i].why));
}

/* All the changes of a tick can be saved together. */
static void
check_legal(const struct world *w)
{
	const struct change_env env = {.prefix = NAME("W")};
	struct change changes[3 * ITEMS_MAX];
	struct change_effects fx;
	struct err e = {0};
	size_t n = 0;

	for (size_t i = 0; i < w->t->p.actions_n; i++)
		n += action_changes(&w->t->p.actions[i], changes + n);
	check_ok(changes_apply(w->t->s, changes, n, &env, &fx, &e), &e);
	snapshot_unref(fx.next);
}

static void
random_backlogs_are_planned_as_the_rules_say(void **state)
{
	size_t seen[VERDICTS] = {0};

	(void)state;
	random_state = 0x5eed;
	for (size_t i = 0; i < CASES; i++) {
		struct world w;
		world_init(&w);
		plan_select(&w.t->in, &w.t->a, &w.t->p);
		check_against_oracle(&w, seen);
		check_limits(&w);
		check_verdicts(&w);
		check_same_again(&w);
		check_legal(&w);
		scene_free(w.t);
	}
	for (int k = 0; k < VERDICTS; k++)
		if (seen[k] < 200)
			fail_msg("'%s' came up only %zu times",
				names_get(&verdict_names, k), seen[k]);
}

/* The halt reason agrees with what is left, and with doing nothing. */
static void
a_run_never_halts_with_work_it_could_do(void **state)
{
	size_t seen[HALTS] = {0};

	(void)state;
	random_state = 0xca5e;
	for (size_t i = 0; i < CASES; i++) {
		struct world w;
		size_t left[VERDICTS] = {0}, rest = 0;
		world_init(&w);
		if (chance(2))
			w.t->in.running_n = 0;
		plan_select(&w.t->in, &w.t->a, &w.t->p);
		for (size_t k = 0; k < w.t->p.verdicts_n; k++) {
			const struct verdict *v = &w.t->p.verdicts[k];
			left[v->kind]++;
			/* Its hold has an end, and is told with it. */
			rest += v->kind == VERDICT_HELD &&
				str_find(v->why, STR("s in ")) < v->why.n;
			rest += v->kind == VERDICT_HELD &&
				str_find(v->why, STR("s for ")) < v->why.n;
		}
		enum halt h = plan_halt(&w.t->in, &w.t->p);
		bool idle = left[VERDICT_CHOSEN] == 0 &&
			w.t->in.running_n == 0 && rest == 0;
		assert_int_equal(h == HALT_NOT, !idle);
		if (h == HALT_DONE)
			assert_int_equal(w.t->s->n,
				left[VERDICT_DONE] + left[VERDICT_UNTARGETED]);
		seen[h]++;
		scene_free(w.t);
	}
	for (int k = 0; k < HALTS; k++)
		if (seen[k] < 50)
			fail_msg("halt %d came up only %zu times", k, seen[k]);
}

/* A large backlog: one long chain, one large circle, the rest free. */
static void
a_large_backlog_is_planned_in_one_breath(void **state)
{
	enum { N = 100000 };
	struct arena a = {0};
	struct item *items = ARENA_ARRAY(&a, struct item, N);
	struct str *names = ARENA_ARRAY(&a, struct str, N);
	struct problems problems = {0};

	(void)state;
	for (size_t i = 0; i < N; i++) {
		names[i] = arena_strf(&a, "W-%zu", i);
		items[i].id = names[i];
		items[i].status = i % 5 == 0 ? STATUS_READY : STATUS_NEW;
		if (i > 0 && i < N / 2)
			items[i].dependencies = (struct str_list){
				.items = &names[i - 1], .n = 1};
	}
	items[0].dependencies =
		(struct str_list){.items = &names[N / 4], .n = 1};
	struct scene *t = scene_new(backlog(items, N, NO_ARCHIVE));
	plan_select(&t->in, &t->a, &t->p);
	assert_int_equal(t->p.actions_n, 2);
	check_verdict(t, "W-0", VERDICT_BROKEN, "itself through W-25000");
	check_verdict(t, "W-49999", VERDICT_DEPENDS, "waits for W-49998");
	plan_check(t->s, &t->c, &problems);
	assert_int_equal(problems.list.n, 1);
	problems_release(&problems);
	scene_free(t);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_backlogs_are_planned_as_the_rules_say),
		cmocka_unit_test(a_run_never_halts_with_work_it_could_do),
		cmocka_unit_test(a_large_backlog_is_planned_in_one_breath),
	};

	return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
