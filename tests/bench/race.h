/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Several ways to the same end, run in turns, so that what else the machine
 * does falls on all of them alike. Whoever comes after another command finds
 * the processor's caches full of what that one needed, whoever comes after the
 * same files were looked at finds them warm: the first two, which are held
 * against each other, go first by turns.
 *
 *	struct racer ways[] = {{"weir io", ours, &t}, {"bare", bare, &t}};
 *	race("scan", 10000, ways, 2, runs, 1.3);
 */
struct racer {
	const char *name;
	int (*run)(void *ctx); /* 0, or it is left out from then on */
	void *ctx;
	double median_ms;
};

int64_t now_ns(void);

/* The median of n values, which are sorted. */
double median(double *values, size_t n);

/*
 * Run each `runs` times, an even number, after one that does not count, and
 * print a line for each: its median, and how the first compares. `target` is
 * for the first over the second; 0: there is none.
 */
void race(const char *what, size_t files, struct racer *ways, size_t n,
	size_t runs, double target);

struct command {
	const char *const *words; /* NULL at the end; found on PATH */
};

/* Run it with its output dropped. */
int race_command(void *command);

/* A child that writes to `out`, also its errors; -1: dropped. 0, or an errno.
 */
int command_start(const struct command *c, int out, pid_t *ret);

#endif
