/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_LINES_H
#define ENGINE_LINES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct sys;

/*
 * The lines of a descriptor, as they come: a face that answers each line can
 * take those that are there together, and answer before it waits.
 *
 *	struct lines in = {.sys = sys, .fd = 0, .out_fd = 1, .max = 65536};
 *	while ((got = lines_next(&in, true, &line, &e)) != LINES_END) …
 *	lines_release(&in);
 *
 * A line ends with "\n", which is no part of it; the last one need not.
 */
struct lines {
	struct sys *sys;
	int fd;
	int out_fd; /* where the answers go; once nobody reads them, the
		       lines have ended, too. -1: nowhere */
	size_t max; /* bytes of a line */
	/* The rest is its own. */
	struct buf bytes;
	size_t at, searched;
	bool skipping, ended;
};

enum lines_got {
	LINES_ONE,
	LINES_LONG,   /* there was one, of more than `max` bytes */
	LINES_PAUSE,  /* none is there now, and none was to be waited for */
	LINES_END,    /* and none will come */
	LINES_FAILED, /* `*e` says why */
};

/* `*ret` is borrowed until the next call. */
enum lines_got
lines_next(struct lines *l, bool wait, struct str *ret, struct err *e);
void lines_release(struct lines *l);

/* Sleep until `fd` can be read, or whoever reads from `out_fd` has gone: 1. */
int lines_wait(struct sys *sys, int fd, int out_fd, struct err *e);

#endif
