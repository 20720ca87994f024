/* SPDX-License-Identifier: MIT */
#include "fail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "seen.h"

const int fail_errnos[FAIL_ERRNOS] = {
	EIO, ENOSPC, EDQUOT, EMFILE, ENFILE, EINTR, EACCES, EROFS, ESTALE};

/* What fails in one run: a call, or an fsync as the disk knows how. */
struct failure {
	struct sys_fault_plan plan;
	size_t column; /* in fail_tally.met */
	uint64_t nth_fsync;
	enum sim_fsync how;
};

struct trial {
	const struct workload *w;
	struct fail_tally *t;
	struct expected expected;
	struct seen good; /* disks that have been recovered and looked at */
	const struct failure *failure;
};

static void
violation(struct trial *tr, const char *when, struct str why)
{
	const struct failure *f = tr->failure;

	if (tr->t->violations++ < 10)
		(void)fprintf(stderr,
			"violation: %s, call %llu, %s, %s, fsync %llu way "
			"%d: %s: %.*s\n",
			tr->w->name, (unsigned long long)f->plan.at,
			f->plan.sys != 0 ? strerror(f->plan.sys) : "short",
			f->plan.from_then ? "from then on" : "once",
			(unsigned long long)f->nth_fsync, (int)f->how, when,
			STR_ARG(why));
}

/* Most errors at a call leave what another error there has left. */
static void
check_one(struct trial *tr, struct sim *disk, const struct progress *p)
{
	CLEANUP_ARENA struct arena a = {0};
	uint64_t digest = progress_digest(p, disk);
	struct err e;
	size_t steps;

	tr->t->images++;
	if (*seen_number(&tr->good, digest) > 0)
		return;
	tr->t->recoveries++;
	if (world_recover(disk, sim_sys(disk), tr->w->unsound, &e) < 0) {
		violation(tr, "recovering", str_from(e.msg));
		return;
	}
	struct str why = expected_check(&tr->expected, disk, p, &a, &steps);
	if (str_is_set(why))
		violation(tr, "looking", why);
	else
		(void)seen_add(&tr->good, digest);
}

/* As it is for the next process, and after a power cut. */
static void
check_left(struct trial *tr, const struct sim *disk, const struct progress *p)
{
	struct sim_images im;

	sim_images_init(&im, disk,
		&(struct sim_images_how){.seed = 1,
			.exhaustive = 64,
			.samples = 64,
			.ignore = "lock"});
	for (uint64_t i = 0; i <= im.n; i++) {
		struct sim *one = i < im.n ? sim_images_get(&im, i)
					   : sim_after_kill(disk);
		check_one(tr, one, p);
		sim_free(one);
	}
	sim_images_release(&im);
}

/* The step that failed did nothing to what people see. */
static void
check_as_before(
	struct trial *tr, const struct sim *disk, const struct progress *p)
{
	struct workload part = *tr->w;
	struct expected before = tr->expected;

	part.n = p->steps; /* so that not one step more is good */
	before.w = &part;
	CLEANUP_ARENA struct arena a = {0};
	struct sim *one = sim_after_kill(disk);
	struct err e;
	size_t steps;
	tr->t->recoveries++;
	if (world_recover(one, sim_sys(one), tr->w->unsound, &e) == 0) {
		struct str why = expected_check(&before, one, p, &a, &steps);
		if (str_is_set(why))
			violation(tr, "after an error", why);
	}
	sim_free(one);
}

static void
check_failed_step(struct trial *tr, struct world *world,
	const struct progress *p, struct sys_fault *fault)
{
	const struct step *s = &tr->w->steps[p->steps];

	if (s->whole && world->e.code != ERR_POISONED)
		check_as_before(tr, world->disk, p);
	/* What came before the failure may have reached the disk. */
	if (!s->whole || world->e.code == ERR_POISONED || fault->plan.from_then)
		return;
	fault->plan.how = SYS_FAULT_NONE;
	if (s->run(world, s) < 0)
		violation(tr, "once more", str_from(world->e.msg));
}

static void
run_failing(struct trial *tr, struct sim *disk, struct sys_fault *fault,
	struct bent *b, struct progress *p)
{
	struct world world = {.disk = disk, .faulty = true};
	bool failed = false;

	sys_fault_init(fault, bent_init(b, disk, tr->w->bend));
	fault->plan = tr->failure->plan;
	sim_fail_fsync(disk, tr->failure->nth_fsync, tr->failure->how);
	failed = world_open(&world, disk, &fault->sys) < 0;
	while (!failed && p->steps < tr->w->n) {
		const struct step *s = &tr->w->steps[p->steps];
		failed = s->run(&world, s) < 0;
		p->acks = world.acks;
		if (!failed)
			p->acked = ++p->steps;
	}
	p->edited = b->rule != NULL && b->hits > 0;
	if (failed && fault->hits + sim_fsync_hits(disk) == 0)
		violation(tr, "without a failure", str_from(world.e.msg));
	if (failed && p->steps < tr->w->n && world.store[1] != NULL) {
		struct sim *left = sim_after_kill(disk);
		check_left(tr, left, p);
		sim_free(left);
		check_failed_step(tr, &world, p, fault);
	}
	fault->plan.how = SYS_FAULT_NONE;
	world_close(&world);
	if (sim_open_files(disk) != 0)
		violation(tr, "closing", STR("descriptors are left open"));
}

/* False when nothing is left to fail. */
static bool
fail_once(struct trial *tr, const struct failure *f)
{
	struct sim *disk = sim_after_kill(tr->expected.start);
	struct progress p = {0};
	struct sys_fault fault;
	struct bent b;

	tr->failure = f;
	run_failing(tr, disk, &fault, &b, &p);
	bool struck = fault.hits > 0 || sim_fsync_hits(disk) > 0;
	if (struck) {
		tr->t->runs++;
		if (f->nth_fsync != 0)
			tr->t->fsyncs++;
		else
			tr->t->met[fault.struck][f->column]++;
		check_left(tr, disk, &p);
	}
	sim_free(disk);
	return struck;
}

/* Every call, once and from there on; how many there are. */
static uint64_t
fail_calls(struct trial *tr, size_t column)
{
	uint64_t at = 0;
	bool more = true;

	while (more) {
		at++;
		/* Interrupted for ever is not a failure but a wait. */
		int ways = column < FAIL_ERRNOS && fail_errnos[column] == EINTR
			? 1
			: 2;
		for (int on = 0; on < ways; on++) {
			struct failure f = {.column = column,
				.plan = {.at = at,
					.how = column < FAIL_ERRNOS
						? SYS_FAULT_ERRNO
						: SYS_FAULT_SHORT,
					.sys = column < FAIL_ERRNOS
						? fail_errnos[column]
						: 0,
					.from_then = on}};
			more = fail_once(tr, &f);
		}
	}
	return at - 1;
}

int
fail_try(const struct workload *w, struct fail_tally *t, struct err *e)
{
	struct trial tr = {.w = w, .t = t};

	if (expected_init(&tr.expected, w, e) < 0)
		return -1;
	uint64_t calls = fail_calls(&tr, 0);
	for (size_t column = 1; column <= FAIL_ERRNOS; column++)
		t->missed += fail_calls(&tr, column) < calls;
	for (int how = SIM_FSYNC_CLEAN; how < SIM_FSYNCS; how++) {
		struct failure f = {.how = (enum sim_fsync)how};
		do
			f.nth_fsync++;
		while (fail_once(&tr, &f));
	}
	seen_release(&tr.good);
	expected_release(&tr.expected);
	return 0;
}
