/* SPDX-License-Identifier: MIT */
#include "try.h"

#include <stdio.h>
#include <string.h>

#include "run.h"
#include "seen.h"

struct trial {
	const struct workload *w;
	const struct crash_plan *plan;
	struct crash_tally *t;
	struct expected expected;
	struct seen first, again;
	/* What recovery came to that was good, and how many steps, and one
	 * more, it holds. */
	struct seen good;
	struct crash_case at; /* where we are */
};

static struct sys *
bend(struct trial *tr, struct bent *b, struct sim *disk)
{
	const struct bend *mutant = tr->plan->bend;
	struct sys *sys =
		bent_init(b, disk, mutant != NULL ? mutant : tr->w->bend);

	b->sum = &tr->t->bent;
	return sys;
}

static bool
is_enough(const struct trial *tr)
{
	uint64_t enough = tr->plan->enough != 0 ? tr->plan->enough : 3;

	return tr->t->violations >= enough;
}

static void
violation(struct trial *tr, const char *when, struct str why)
{
	tr->t->violations++;
	if (tr->plan->quiet)
		return;
	(void)fprintf(stderr,
		"violation: CRASH_CASE=%s:%llu:%llu:%llu:%llu (seed %llu) "
		"%s: %.*s\n",
		tr->w->name, (unsigned long long)tr->at.call,
		(unsigned long long)tr->at.image,
		(unsigned long long)tr->at.call_again,
		(unsigned long long)tr->at.image_again,
		(unsigned long long)tr->plan->seed, when, STR_ARG(why));
}

static bool
recover(struct trial *tr, struct sim *disk)
{
	struct err e = {0};
	struct bent b;

	int rc = world_recover(disk, bend(tr, &b, disk), tr->w->unsound, &e);
	tr->t->recoveries++;
	if (rc < 0)
		violation(tr, "recovering", str_from(e.msg));
	return rc == 0;
}

/* Recover twice and look, but for what recovery has come to before. False when
 * something is wrong. */
static bool
check_recovered(struct trial *tr, struct sim *disk, const struct progress *p,
	size_t *ret_steps)
{
	CLEANUP_ARENA struct arena a = {0};

	if (!recover(tr, disk))
		return false;
	uint64_t first = progress_digest(p, disk);
	size_t known = *seen_number(&tr->good, first);
	if (known > 0) {
		*ret_steps = known - 1;
		return true;
	}
	if (!recover(tr, disk))
		return false;
	if (first != progress_digest(p, disk)) {
		violation(tr, "recovering twice", STR("the disk is another"));
		return false;
	}
	struct str why = expected_check(&tr->expected, disk, p, &a, ret_steps);
	if (str_is_set(why)) {
		violation(tr, "looking", why);
		return false;
	}
	*seen_number(&tr->good, first) = *ret_steps + 1;
	return true;
}

/* The steps that are not done. */
static void
check_resumed(struct trial *tr, struct sim *disk, struct progress p)
{
	CLEANUP_ARENA struct arena a = {0};
	struct err e = {0};
	struct bent b;
	size_t steps;

	if (run_steps(tr->w, disk, bend(tr, &b, disk), &p, &e) < 0) {
		violation(tr, "going on", str_from(e.msg));
		return;
	}
	tr->t->recoveries++;
	if (world_recover(disk, bend(tr, &b, disk), tr->w->unsound, &e) < 0) {
		violation(tr, "recovering at the end", str_from(e.msg));
		return;
	}
	struct str why = expected_check(&tr->expected, disk, &p, &a, &steps);
	if (str_is_set(why))
		violation(tr, "looking at the end", why);
}

/* Every disk that may be left now, the killed process's last; the caller's. */
struct left {
	struct sim_images im;
	const struct sim *of;
};

static void
left_init(struct left *l, const struct trial *tr, const struct sim *of,
	bool again)
{
	unsigned int limit = tr->plan->images_again;

	l->of = of;
	sim_images_init(&l->im, of,
		&(struct sim_images_how){
			.seed = tr->plan->seed,
			.exhaustive = !again ? 0
				: limit != 0 ? limit
					     : 64,
			.samples = !again    ? 0
				: limit != 0 ? limit
					     : 64,
			.ignore = "lock",
		});
}

static struct sim *
left_get(const struct left *l, uint64_t i)
{
	return i < l->im.n ? sim_images_get(&l->im, i) : sim_after_kill(l->of);
}

static bool
is_asked(uint64_t only, uint64_t at)
{
	return only == 0 || only == at;
}

/* The second crash: what it leaves is recovered and looked at. */
static void
check_left_again(
	struct trial *tr, const struct sim *stopped, const struct progress *p)
{
	struct left l;
	size_t steps;

	left_init(&l, tr, stopped, true);
	for (uint64_t i = 0; i <= l.im.n && !is_enough(tr); i++) {
		tr->at.image_again = i + 1;
		if (!is_asked(tr->plan->only.image_again, i + 1))
			continue;
		struct sim *disk = left_get(&l, i);
		tr->t->images++;
		if (seen_add(&tr->again, progress_digest(p, disk))) {
			tr->t->states++;
			(void)check_recovered(tr, disk, p, &steps);
		}
		sim_free(disk);
	}
	tr->at.image_again = 0;
	sim_images_release(&l.im);
}

/* Who goes on after the first crash, as the watch over its disk sees it. */
struct again {
	struct trial *tr;
	const struct sim *disk;
	const struct progress *p;
	const struct bent *b; /* the workload's steps, once they are begun */
	uint64_t state;	      /* of disk and progress at the last stop */
};

/* The machine stops here. Where nothing has changed since the last stop it
 * leaves the same disks. */
static void
stop_again(void *arg)
{
	struct again *g = arg;
	struct trial *tr = g->tr;
	struct progress p = *g->p;

	p.edited |= g->b != NULL && g->b->hits > 0 && g->b->rule == tr->w->bend;
	uint64_t state =
		seen_mix(progress_digest(&p, NULL), sim_changes(g->disk));
	bool same = state == g->state;
	g->state = state;
	tr->t->stops++;
	tr->at.call_again++;
	if (!same && is_asked(tr->plan->only.call_again, tr->at.call_again))
		check_left_again(tr, g->disk, &p);
}

/* Recovery and the steps that are not done, or what another process does that
 * runs already, stopped at every call. */
static void
crash_again(struct trial *tr, const struct sim *disk, struct progress p,
	size_t steps, bool take_over)
{
	struct sim *again = sim_after_kill(disk);
	struct again g = {.tr = tr, .disk = again, .p = &p};
	struct err e;
	struct bent b;

	sim_stop_at(again, 0);
	sim_watch(again, stop_again, &g);
	int rc = take_over
		? world_take_over(
			  again, bend(tr, &b, again), tr->w->unsound, &e)
		: world_recover(again, bend(tr, &b, again), tr->w->unsound, &e);
	if (rc == 0 && !take_over) {
		struct sys *sys = bend(tr, &b, again);
		p.steps = steps;
		g.b = &b;
		(void)run_steps(tr->w, again, sys, &p, &e);
	}
	stop_again(&g);
	sim_free(again);
	tr->at.call_again = 0;
}

static void
check_disk(struct trial *tr, const struct sim *disk, const struct progress *p,
	bool killed)
{
	struct sim *probe = sim_after_kill(disk);
	size_t steps;

	bool good = check_recovered(tr, probe, p, &steps);
	if (good) {
		struct progress on = *p;
		on.steps = steps;
		check_resumed(tr, probe, on);
	}
	sim_free(probe);
	if (!good || tr->plan->once)
		return;
	crash_again(tr, disk, *p, steps, false);
	if (killed)
		crash_again(tr, disk, *p, steps, true);
}

static void
check_left(
	struct trial *tr, const struct sim *stopped, const struct progress *p)
{
	struct left l;

	left_init(&l, tr, stopped, false);
	for (uint64_t i = 0; i <= l.im.n && !is_enough(tr); i++) {
		bool killed = i == l.im.n;
		tr->at.image = i + 1;
		if (!is_asked(tr->plan->only.image, i + 1))
			continue;
		struct sim *disk = left_get(&l, i);
		tr->t->images++;
		if (killed || seen_add(&tr->first, progress_digest(p, disk))) {
			tr->t->states++;
			check_disk(tr, disk, p, i == l.im.n);
		}
		sim_free(disk);
	}
	tr->at.image = 0;
	sim_images_release(&l.im);
}

int
crash_try(const struct workload *w, const struct crash_plan *plan,
	struct crash_tally *t, struct err *e)
{
	struct trial tr = {.w = w, .plan = plan, .t = t};

	uint64_t state = 0;

	if (expected_init(&tr.expected, w, e) < 0)
		return -1;
	for (uint64_t call = 1; !is_enough(&tr); call++) {
		struct sim *disk = sim_after_kill(tr.expected.start);
		struct progress p = {0};
		struct err why;
		struct bent b;
		sim_stop_at(disk, call);
		(void)run_steps(w, disk, bend(&tr, &b, disk), &p, &why);
		p.edited = b.hits > 0 && b.rule == w->bend;
		bool done = !sim_is_dead(disk);
		uint64_t was = state;
		state = seen_mix(progress_digest(&p, NULL), sim_changes(disk));
		t->stops++;
		tr.at = (struct crash_case){.call = call};
		if (state != was && is_asked(plan->only.call, call))
			check_left(&tr, disk, &p);
		sim_free(disk);
		if (done)
			break;
	}
	seen_release(&tr.first);
	seen_release(&tr.again);
	seen_release(&tr.good);
	expected_release(&tr.expected);
	return 0;
}

bool
crash_case_parse(const char *text, char ret_name[64], struct crash_case *ret)
{
	unsigned long long n[4];

	if (sscanf(text, "%63[^:]:%llu:%llu:%llu:%llu", ret_name, &n[0], &n[1],
		    &n[2], &n[3]) != 5)
		return false;
	*ret = (struct crash_case){n[0], n[1], n[2], n[3]};
	return true;
}
