/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * clock RUNS COMMAND [ARGUMENT]...: runs it so often, after two more that do
 * not count, and prints the median of the milliseconds from start to end and
 * the most kilobytes it had in memory. "@" at the end of the last argument
 * becomes the number of the run. Small itself: what a child had before it
 * became the command counts as its own.
 */

extern char **environ;

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Milliseconds; negative when it failed. */
static double
run(char **argv, long *kilobytes)
{
	posix_spawn_file_actions_t quiet;
	struct rusage used;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	double began = now_ms();
	int rc = posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&quiet);
	if (rc != 0 || wait4(pid, &status, 0, &used) < 0 || status != 0)
		return -1;
	if (used.ru_maxrss > *kilobytes)
		*kilobytes = used.ru_maxrss;
	return now_ms() - began;
}

int
main(int argc, char **argv)
{
	enum { WARM = 2, RUNS_MAX = 1000 };
	static double took[RUNS_MAX + WARM];
	long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0, kilobytes = 0;

	char *last = argv[argc - 1], numbered[256];
	size_t stem = strlen(last) - (last[0] != '\0');

	if (runs < 1 || runs > RUNS_MAX) {
		(void)fprintf(stderr, "usage: clock RUNS COMMAND...\n");
		return 2;
	}
	for (long i = 0; i < runs + WARM; i++) {
		if (last[stem] == '@') {
			(void)snprintf(numbered, sizeof(numbered), "%.*s%ld",
				(int)stem, last, i);
			argv[argc - 1] = numbered;
		}
		took[i] = run(argv + 2, &kilobytes);
		if (took[i] < 0) {
			(void)fprintf(stderr, "clock: '%s' failed\n", argv[2]);
			return 1;
		}
	}
	qsort(took + WARM, (size_t)runs, sizeof(took[0]), compare);
	(void)printf("%.3f %ld\n", took[WARM + runs / 2], kilobytes);
	return 0;
}
