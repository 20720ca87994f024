/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fio/file.h"
#include "plan/select.h"
#include "store/store.h"
#include "sys/real.h"

/*
 * inside RUNS DIRECTORY: what a running weir does all the time, in one process:
 * "snapshot MS", taking and dropping one; "tick MS", deciding what to do next;
 * "save MS", a durable change of one item; and "floor MS", writing the same
 * bytes durably and nothing else. Medians, but for the first, which is the
 * mean of many.
 */

enum { TAKEN = 1000000, RUNS_MAX = 1000 };

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
fail(const struct err *e)
{
	(void)fprintf(stderr, "inside: %s\n", e->msg);
	exit(1);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
print_median(const char *what, double *took, size_t n)
{
	qsort(took, n, sizeof(took[0]), compare);
	(void)printf("%s %.4f\n", what, took[n / 2]);
}

static void
take_snapshots(const struct snapshot *s)
{
	const struct snapshot *volatile taken;
	double began = now_ms();

	for (int i = 0; i < TAKEN; i++) {
		taken = snapshot_ref(s);
		snapshot_unref(taken);
	}
	(void)printf("snapshot %.9f\n", (now_ms() - began) / TAKEN);
}

static void
tick(const struct snapshot *s, size_t runs)
{
	static const struct str command[] = {{.s = "true", .n = 4}};
	static const struct phase_config phases[] = {
		{.name = {"build", 5}, .agent = {"a", 1}}};
	static const struct agent_config agents[] = {
		{.name = {"a", 1}, .command = {.items = command, .n = 1}}};
	static const struct pipeline_config pipelines[] = {
		{.name = {"feature", 7}, .main = phases, .main_n = 1}};
	static double took[RUNS_MAX];
	const struct config config = {
		.guardrails = {SIZE_LARGE, LEVEL_HIGH, LEVEL_HIGH},
		.max_wip = 1,
		.max_concurrent = 1,
		.agents = agents,
		.agents_n = 1,
		.default_agent = STR("a"),
		.pipelines = pipelines,
		.pipelines_n = 1,
		.triage = {.name = STR("triage"), .agent = STR("a")},
	};
	const struct plan_input in = {
		.snapshot = s, .config = &config, .starts_left = UINT64_MAX};

	for (size_t i = 0; i < runs; i++) {
		CLEANUP_ARENA struct arena a = {0};
		struct plan p;
		double began = now_ms();
		plan_select(&in, &a, &p);
		took[i] = now_ms() - began;
	}
	print_median("tick", took, runs);
}

static void
save(struct store *st, struct str id, size_t runs)
{
	static const char *const levels[] = {"low", "medium"};
	static double took[RUNS_MAX];
	struct err e = {0};

	for (size_t i = 0; i < runs; i++) {
		const struct change c = {.kind = CHANGE_FIELD,
			.id = id,
			.text = str_from(levels[i % 2]),
			.field = field_find(&item_fields, STR("risk"))};
		struct store_saved saved;
		double began = now_ms();
		if (store_apply(st, &c, 1, (int64_t)time(NULL) * 1000000000,
			    &saved, &e) < 0)
			fail(&e);
		took[i] = now_ms() - began;
		snapshot_unref(saved.next);
	}
	print_median("save", took, runs);
}

static void
write_bytes(const struct fio_dir *root, size_t runs)
{
	CLEANUP_BUF struct buf bytes = {0};
	static double took[RUNS_MAX];
	struct err e = {0};

	if (fio_read(root, "BACKLOG.yaml", STORE_BYTES_MAX, &bytes, NULL, &e) !=
		0)
		fail(&e);
	for (size_t i = 0; i < runs; i++) {
		double began = now_ms();
		if (fio_replace(root, "floor", buf_str(&bytes), 0644, NULL,
			    NULL, &e) < 0)
			fail(&e);
		took[i] = now_ms() - began;
	}
	print_median("floor", took, runs);
}

int
main(int argc, char **argv)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	size_t runs = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	struct snapshot *s;
	struct fio_dir root;
	struct store *st;
	struct err e = {0};

	if (runs < 1 || runs > RUNS_MAX) {
		(void)fprintf(stderr, "usage: inside RUNS DIRECTORY\n");
		return 2;
	}
	if (fio_dir_open(&root, sys_real(), AT_FDCWD, argv[2], &e) < 0 ||
		store_open(&st, &root, STR("BACKLOG.yaml"), STR("WRK"), &e) <
			0 ||
		store_load(st, &s, &problems, &e) != 0)
		fail(&e);
	take_snapshots(s);
	tick(s, runs);
	save(st, s->items[s->n / 2].id, runs);
	write_bytes(&root, runs);
	snapshot_unref(s);
	store_close(st);
	fio_dir_close(&root);
	return 0;
}
