/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ID_H
#define MODEL_ID_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Item ids: PREFIX-NNN, at least three digits. A number once issued is never
 * issued again, whatever its prefix: one mark serves all.
 */

/* Room is left above it, so that adding one never overflows. */
#define ID_NUMBER_MAX ((uint64_t)1 << 53)

/*
 * The number at the end of `id`, after its last '-': true for "WRK-007" (7)
 * and "A-B-12" (12); false for "WRK-", "WRK-x", "WRK-+5" or a number above
 * ID_NUMBER_MAX. Ids of any other form are legal in a file; they only have no
 * number.
 */
bool id_number(struct str id, uint64_t *ret);

/* An id is 1 to 100 of [A-Za-z0-9_.-], starting with a letter or digit: it
 * becomes a directory name. */
bool id_is_valid(struct str id);
/* A prefix is 1 to 30 of [A-Za-z0-9_-], starting with a letter or digit. */
bool id_prefix_is_valid(struct str prefix);

/* The id after `mark`; ERR_LIMIT when numbers are used up. */
int id_next(struct str prefix, uint64_t mark, struct arena *a,
	struct str *ret_id, uint64_t *ret_number, struct err *e);

#endif
