/* SPDX-License-Identifier: MIT */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A borrowed run of bytes. It owns nothing, need not end in NUL and may hold
 * NULs; whoever made it says how long its bytes live. `s == NULL` means
 * "absent", which is not the same as empty: `str_is_set` tells them apart.
 *
 * Strings whose header says "terminated" (arena_str, for one) have a NUL after
 * `n`, so `.s` may be passed to C functions.
 */
struct str {
	const char *s;
	size_t n;
};

#define STR(literal) ((struct str){.s = (literal), .n = sizeof(literal) - 1})
#define STR_ABSENT   ((struct str){.s = NULL, .n = 0})
/* For printf: "%.*s", STR_ARG(x). Absent prints as nothing. */
#define STR_ARG(x) (int)(x).n, (x).s != NULL ? (x).s : ""

struct str str_from(const char *s); /* NULL gives absent */
struct str str_of(const char *s, size_t n);

bool str_is_set(struct str a);
bool str_is_empty(struct str a);	 /* absent or no bytes */
bool str_eq(struct str a, struct str b); /* absent equals only absent */
bool str_eq_c(struct str a, const char *b);
bool str_starts(struct str a, struct str prefix);
bool str_ends(struct str a, struct str suffix);
/* memcmp order, shorter first; absent before empty. */
int str_cmp(struct str a, struct str b);

/* Without ASCII white space at both ends. */
struct str str_trim(struct str a);
/* The bytes from `at` on; empty when `at` is past the end. */
struct str str_from_at(struct str a, size_t at);
/* Offset of the first `needle`, or `a.n`. */
size_t str_find(struct str a, struct str needle);
size_t str_find_char(struct str a, char c);

/* Of the line that `at` is in: its first byte, and the byte behind its "\n" (or
 * the end, when it has none). */
size_t str_line_start(struct str a, size_t at);
size_t str_line_end(struct str a, size_t at);

/*
 * Cut the first line off `*rest` (without its "\n"). False when nothing is
 * left. A last line without "\n" counts as a line.
 */
bool str_next_line(struct str *rest, struct str *ret_line);

/* Borrowed strings in order; zero is the empty list. */
struct str_list {
	const struct str *items;
	size_t n;
};

bool str_list_has(struct str_list list, struct str s);
bool str_list_eq(struct str_list a, struct str_list b);

/* Decimal digits only, no sign, no space, no overflow: else false. */
bool parse_u64(struct str a, uint64_t *ret);

#endif
