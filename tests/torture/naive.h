/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TORTURE_NAIVE_H
#define TESTS_TORTURE_NAIVE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What a project's files hold, read line by line without weir's code: the
 * oracle of the torture tests. It knows only what they write, ids and titles
 * without quotes or escapes.
 *
 *	struct naive n;
 *	naive_read("/tmp/project", &n);
 *	for n.items: id, title, archived
 *	naive_release(&n);
 */

struct naive_item {
	char id[32];
	char title[96];
	bool archived; /* a line of the archive, else in the backlog */
	bool stayed;   /* and one below takes it back */
};

struct naive {
	struct naive_item *items; /* the backlog's, then the archive's */
	size_t n, cap;
};

/* Files that do not exist are empty; anything unreadable fails the test. */
void naive_read(const char *project, struct naive *ret);
void naive_release(struct naive *n);

/* An item of the archive is left out when the backlog holds its id: weir
 * writes the line before the item leaves. */
bool naive_counts(const struct naive *n, size_t i);

/* The whole file, NUL-terminated, for the caller to free; NULL when absent. */
char *naive_file(const char *project, const char *name);

#endif
