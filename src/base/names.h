/* SPDX-License-Identifier: MIT */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * The names of an enum, indexed by its value. Each enum has one table:
 *
 *	static const char *const names[] = {[SIZE_SMALL] = "small", …};
 *	const struct names size_names = NAMES(names, SIZES);
 *
 * A NULL entry is a value without a name (an enum's "unset").
 */
struct names {
	const char *const *name;
	size_t n;
};

/* Fails to compile when the table and the enum differ in length. */
#define NAMES(table, count)                                                       \
	{                                                                         \
		.name = (table),                                                  \
		.n = (count) +                                                    \
			0 *                                                       \
				sizeof(char[sizeof(table) / sizeof((table)[0]) == \
							(count)                   \
						? 1                               \
						: -1])                            \
	}

/* The value's name, NULL when it has none. Out of range is a BUG. */
const char *names_get(const struct names *t, int value);

/* True and `*ret` when `s` is exactly one of the names. */
bool names_parse(const struct names *t, struct str s, int *ret);

/*
 * The name closest to `s` by edit distance, for "did you mean"; NULL when
 * none is near (more than a third of the letters differ, whatever their case).
 */
const char *names_nearest(const struct names *t, struct str s);

/* Append "a, b or c". */
void names_list(const struct names *t, struct buf *b);

#endif
