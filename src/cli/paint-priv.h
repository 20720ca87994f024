/* SPDX-License-Identifier: MIT */
#ifndef CLI_PAINT_PRIV_H
#define CLI_PAINT_PRIV_H

#include <stdbool.h>

#include "base/buf.h"

/* Colours, and the terminal they are meant for. */

enum paint {
	PAINT_NONE,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_RED,
	PAINT_GREEN,
	PAINT_YELLOW,
	PAINT_CYAN,
	PAINTS
};

/* Standard output is a terminal that can move its cursor. */
bool terminal_is_live(void);

/* It is one, and neither NO_COLOR nor TERM=dumb forbids colours. */
bool terminal_wants_colour(void);

struct terminal_size {
	size_t columns, rows;
};

/* As it is now: a window may change at any time. Both 0 when standard output
 * is not a terminal; a terminal that does not say has 80 by 24. */
struct terminal_size terminal_size(void);

/* Append `s`, which is printable, painted when `colour`. */
void paint_add(struct buf *b, bool colour, enum paint p, struct str s);

/*
 * Append `s` in lines of at most `width` columns (0: any), broken at spaces,
 * every line but the first indented by `indent`; the first begins at column
 * `indent` as it stands. A word that is longer is broken anywhere. `s` is
 * made printable, but its own line breaks stay. Ends in a line break.
 */
void text_add(struct buf *b, struct str s, size_t indent, size_t width);

#endif
