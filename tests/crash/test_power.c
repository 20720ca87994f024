/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "figure.h"
#include "run.h"
#include "try.h"

/*
 * Every workload, and some of two or three steps by chance, crashed at every
 * call. CRASH_SEED is the first of the latter and CRASH_RANDOM how many there
 * are; CRASH_CASE, as a violation names it, runs that alone.
 */

static void
try_one(const struct workload *w, const struct crash_plan *plan,
	struct crash_tally *sum)
{
	struct crash_tally t = {0};
	struct err e = {0};

	if (crash_try(w, plan, &t, &e) < 0)
		fail_msg("%s", e.msg);
	print_message("# %-18s %6llu stops %8llu images %6llu states %6llu "
		      "recoveries %llu violations\n",
		w->name, FIGURE(t.stops), FIGURE(t.images), FIGURE(t.states),
		FIGURE(t.recoveries), FIGURE(t.violations));
	figure_add(sum, &t);
}

static void
show(const char *what, const struct crash_tally *t)
{
	print_message("# %s: %llu stops, %llu images, %llu different, %llu "
		      "recoveries, %llu violations\n",
		what, FIGURE(t->stops), FIGURE(t->images), FIGURE(t->states),
		FIGURE(t->recoveries), FIGURE(t->violations));
}

/* The one that CRASH_CASE names; false when there is none. */
static bool
try_named(struct crash_plan *plan, struct crash_tally *sum)
{
	const char *text = getenv("CRASH_CASE");
	struct workload_random random;
	unsigned long long seed;
	char name[64];

	if (text == NULL)
		return false;
	if (!crash_case_parse(text, name, &plan->only))
		fail_msg("CRASH_CASE is not NAME:CALL:IMAGE:CALL:IMAGE");
	if (sscanf(name, "random-%llu", &seed) == 1) {
		workload_random(&random, seed);
		try_one(&random.w, plan, sum);
		return true;
	}
	for (size_t i = 0; i < workloads_n; i++)
		if (strcmp(name, workloads[i].name) == 0) {
			try_one(&workloads[i], plan, sum);
			return true;
		}
	fail_msg("there is no workload '%s'", name);
	return false;
}

static void
every_crash_leaves_what_was_acknowledged_once(void **state)
{
	struct crash_plan plan = {.seed = 1, .once = FIGURE_SLOW};
	struct crash_tally sum = {0};

	(void)state;
	bool named = try_named(&plan, &sum);
	if (!named)
		figure_show_share();
	for (size_t i = 0; i < workloads_n && !named; i++)
		if (figure_is_ours(i))
			try_one(&workloads[i], &plan, &sum);
	show("workloads", &sum);
	assert_int_equal(sum.violations, 0);
	if (named || figure_stride() > 1)
		return;
	assert_true(sum.images >=
		figure("CRASH_LEAST", FIGURE_SLOW ? 10000 : 1000000));
	/* Equal ones prove nothing more. */
	if (!FIGURE_SLOW)
		assert_true(sum.states >= figure("CRASH_LEAST", 1000000) / 2);
}

static void
crashes_of_chance_workloads_do_so_too(void **state)
{
	struct crash_plan plan = {.seed = 1, .once = FIGURE_SLOW};
	struct crash_tally sum = {0};
	uint64_t first = figure("CRASH_SEED", 1);
	uint64_t all = figure("CRASH_RANDOM", 2), tried = 0;
	uint64_t want = (all + figure_stride() - 1) / figure_stride();

	(void)state;
	if (getenv("CRASH_CASE") != NULL)
		return;
	for (uint64_t i = 0; tried < want && i < 100 * all * figure_stride();
		i++) {
		struct workload_random random;
		struct err e = {0};
		if (!figure_is_ours(i))
			continue;
		workload_random(&random, first + i);
		tried += crash_try(&random.w, &plan, &sum, &e) == 0;
	}
	print_message("# %llu of chance, seeds from %llu\n", FIGURE(tried),
		FIGURE(first));
	show("chance", &sum);
	assert_int_equal(tried, want);
	assert_int_equal(sum.violations, 0);
}

static void
every_kind_of_change_is_in_a_workload(void **state)
{
	(void)state;
	if (getenv("CRASH_CASE") != NULL)
		return;
	for (size_t i = 0; i < workloads_n; i++) {
		const struct workload *w = &workloads[i];
		struct sim *disk = workload_disk(w);
		struct progress p = {0};
		struct err e = {0};
		struct bent b;
		if (run_steps(w, disk, bent_init(&b, disk, w->bend), &p, &e) <
			0)
			fail_msg("%s: %s", w->name, e.msg);
		sim_free(disk);
	}
	for (int kind = 0; kind < CHANGES; kind++)
		if (!step_has_made((enum change_kind)kind))
			fail_msg("no workload makes a change of kind %d", kind);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_change_is_in_a_workload),
		cmocka_unit_test(every_crash_leaves_what_was_acknowledged_once),
		cmocka_unit_test(crashes_of_chance_workloads_do_so_too),
	};

	figure_keep_memory();
	return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
