/* SPDX-License-Identifier: MIT */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
 * U+10FFFF.
 */

/*
 * Decode the character at the start of `s`. Returns its length in bytes and
 * sets `*ret`; 0 when `s` is empty or does not start with a valid character.
 */
size_t utf8_decode(struct str s, uint32_t *ret);

/* Offset of the first invalid byte, `s.n` when all is valid. */
size_t utf8_check(struct str s);

/* Whether `at`, at most `s.n`, is between two characters or at an end of what
 * is valid. */
bool utf8_is_boundary(struct str s, size_t at);

/* How many bytes at the start are at most `max`, and end in no half character.
 */
size_t utf8_cut(struct str s, size_t max);

/*
 * Append `s` fit for a terminal: C0, C1, DEL, bidirectional controls and
 * invalid bytes become U+FFFD, a line break or tab becomes one space.
 */
void utf8_add_printable(struct buf *b, struct str s);

/* Printable ASCII alone: a terminal shows it as it is, a column a byte. */
bool utf8_is_plain(struct str s);

/* Columns a terminal gives to a printable string (by the C locale's wcwidth
 * where set, else one per character). */
size_t utf8_columns(struct str s);

/* Append at most `columns` columns of `s`, ending in "…" when cut. */
void utf8_add_cut(struct buf *b, struct str s, size_t columns);

#endif
