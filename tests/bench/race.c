/* SPDX-License-Identifier: MIT */
#include "race.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAYS_MAX = 8, RUNS_MAX = 1000 };

extern char **environ;

int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double
median(double *values, size_t n)
{
	qsort(values, n, sizeof(values[0]), compare);
	return values[n / 2];
}

static void
print_way(const char *what, size_t files, const struct racer *way,
	const struct racer *first, double target)
{
	(void)printf("%-10s %7zu  %-22s", what, files, way->name);
	if (way->median_ms < 0) {
		(void)printf(" %10s\n", "-");
		return;
	}
	(void)printf(" %10.3f", way->median_ms);
	if (way != first && first->median_ms >= 0)
		(void)printf(" %8.2fx", first->median_ms / way->median_ms);
	if (target > 0 && first->median_ms >= 0)
		(void)printf("  %s %g",
			first->median_ms / way->median_ms <= target ? "met:"
								    : "MISSED:",
			target);
	(void)printf("\n");
}

void
race(const char *what, size_t files, struct racer *ways, size_t n, size_t runs,
	double target)
{
	static double took[WAYS_MAX][RUNS_MAX];
	bool out[WAYS_MAX] = {false};

	runs = runs < RUNS_MAX ? runs + runs % 2 : RUNS_MAX;
	for (size_t r = 0; r <= runs; r++)
		for (size_t k = 0; k < n; k++) {
			/* The first two change places each time. */
			size_t i = k < 2 && n > 1 ? (k + r) % 2 : k;
			if (out[i])
				continue;
			int64_t began = now_ns();
			out[i] = ways[i].run(ways[i].ctx) != 0;
			double ms = (double)(now_ns() - began) / 1e6;
			if (r > 0)
				took[i][r - 1] = ms;
		}
	for (size_t i = 0; i < n; i++)
		ways[i].median_ms = out[i] ? -1 : median(took[i], runs);
	for (size_t i = 0; i < n; i++)
		print_way(what, files, &ways[i], &ways[0], i == 1 ? target : 0);
	(void)fflush(stdout);
}

int
command_start(const struct command *c, int out, pid_t *ret)
{
	posix_spawn_file_actions_t to;

	posix_spawn_file_actions_init(&to);
	for (int fd = 1; fd <= 2; fd++)
		if (out < 0)
			posix_spawn_file_actions_addopen(
				&to, fd, "/dev/null", O_WRONLY, 0);
		else
			posix_spawn_file_actions_adddup2(&to, out, fd);
	int rc = posix_spawnp(ret, c->words[0], &to, NULL,
		(char *const *)(uintptr_t)c->words, environ);
	posix_spawn_file_actions_destroy(&to);
	return rc;
}

int
race_command(void *command)
{
	int status = -1;
	pid_t pid;

	if (command_start(command, -1, &pid) != 0 ||
		waitpid(pid, &status, 0) < 0)
		return -1;
	return status;
}
