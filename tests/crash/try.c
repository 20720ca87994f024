/* SPDX-License-Identifier: MIT */
#include "try.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "run.h"

/* Digests that have been seen; 0 is none. */
struct seen {
	uint64_t *items;
	size_t n, cap;
};

struct trial {
	const struct workload *w;
	const struct crash_plan *plan;
	struct crash_tally *t;
	struct expected expected;
	struct seen first, again;
	struct crash_case at; /* where we are */
};

static bool
see(struct seen *s, uint64_t digest)
{
	if (2 * s->n >= s->cap) {
		struct seen old = *s;
		s->cap = old.cap > 0 ? 2 * old.cap : 4096;
		s->items = mem_alloc(s->cap * sizeof(s->items[0]));
		s->n = 0;
		for (size_t i = 0; i < old.cap; i++)
			if (old.items[i] != 0)
				(void)see(s, old.items[i]);
		mem_free(old.items);
	}
	digest |= 1;
	size_t i = (digest >> 20) % s->cap;
	for (; s->items[i] != 0; i = (i + 1) % s->cap)
		if (s->items[i] == digest)
			return false;
	s->items[i] = digest;
	s->n++;
	return true;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	a = (a ^ b) * 0x9e3779b97f4a7c15;
	return a ^ (a >> 29);
}

static uint64_t
digest_of(const struct sim *disk, const struct progress *p)
{
	uint64_t h = mix(mix(sim_digest(disk), p->steps), p->acked);

	for (size_t i = 0; i < p->acks.n; i++)
		for (const char *c = p->acks.added[i].id; *c != '\0'; c++)
			h = mix(h, (uint64_t)*c);
	return mix(h, p->acks.notes_n);
}

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

/* Recover twice and look. False when something is wrong. */
static bool
check_recovered(struct trial *tr, struct sim *disk, const struct progress *p,
	size_t *ret_steps)
{
	CLEANUP_ARENA struct arena a = {0};
	uint64_t first = 0;
	struct err e = {0};

	for (int i = 0; i < 2; i++) {
		struct bent b;
		int rc = world_recover(disk, bend(tr, &b, disk), &e);
		tr->t->recoveries++;
		if (rc < 0) {
			violation(tr, "recovering", str_from(e.msg));
			return false;
		}
		if (i == 0)
			first = sim_digest(disk);
		else if (first != sim_digest(disk)) {
			violation(tr, "recovering twice",
				STR("the disk is another"));
			return false;
		}
	}
	struct str why = expected_check(&tr->expected, disk, p, &a, ret_steps);
	if (str_is_set(why))
		violation(tr, "looking", why);
	return !str_is_set(why);
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
	if (world_recover(disk, bend(tr, &b, disk), &e) < 0) {
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
		if (see(&tr->again, digest_of(disk, p))) {
			tr->t->states++;
			(void)check_recovered(tr, disk, p, &steps);
		}
		sim_free(disk);
	}
	tr->at.image_again = 0;
	sim_images_release(&l.im);
}

/* Recovery and the steps that are not done, or what another process does that
 * runs already, stopped at every call. */
static void
crash_again(struct trial *tr, const struct sim *disk, struct progress from,
	size_t steps, bool take_over)
{
	for (uint64_t call = 1; !is_enough(tr); call++) {
		struct sim *again = sim_after_kill(disk);
		struct progress p = from;
		struct err e;
		struct bent b;
		sim_stop_at(again, call);
		int rc = take_over
			? world_take_over(again, bend(tr, &b, again), &e)
			: world_recover(again, bend(tr, &b, again), &e);
		if (rc == 0 && !take_over) {
			p.steps = steps;
			(void)run_steps(
				tr->w, again, bend(tr, &b, again), &p, &e);
			p.edited |= b.hits > 0 && b.rule == tr->w->bend;
		}
		bool done = !sim_is_dead(again);
		tr->t->stops++;
		tr->at.call_again = call;
		if (is_asked(tr->plan->only.call_again, call))
			check_left_again(tr, again, &p);
		sim_free(again);
		if (done)
			break;
	}
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
		if (killed || see(&tr->first, digest_of(disk, p))) {
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
		t->stops++;
		tr.at = (struct crash_case){.call = call};
		if (is_asked(plan->only.call, call))
			check_left(&tr, disk, &p);
		sim_free(disk);
		if (done)
			break;
	}
	mem_free(tr.first.items);
	mem_free(tr.again.items);
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
