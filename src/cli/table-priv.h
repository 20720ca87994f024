/* SPDX-License-Identifier: MIT */
#ifndef CLI_TABLE_PRIV_H
#define CLI_TABLE_PRIV_H

#include "base/arena.h"
#include "base/vec.h"
#include "cli/paint-priv.h"

/*
 * Aligned columns.
 *
 *	static const struct table_column columns[] = {{.head = "id"}, …};
 *	struct table t = {.columns = columns, .columns_n = 2, .a = &arena};
 *	for each row
 *		for each column
 *			table_add(&t, text, PAINT_NONE);
 *	table_print(&t, width, colour, &out);
 *	table_release(&t);
 */
struct table_column {
	const char *head;
	size_t least;	 /* gets narrower, to this, in a table that is too wide;
			    0: keeps its width */
	unsigned int go; /* when that is not enough, 1 is left out first, then
			   2 …; 0: never */
};

struct table_cell {
	struct str text;  /* printable */
	uint32_t columns; /* that it takes */
	enum paint paint;
};

struct table {
	const struct table_column *columns;
	size_t columns_n;
	struct arena *a;
	VEC(struct table_cell) cells; /* row after row */
};

/* The next cell; rows are complete when the table is printed. The text is
 * borrowed until then. */
void table_add(struct table *t, struct str text, enum paint p);

/* Lines of at most `width` columns; 0: any, and nothing is left out. Heads
 * stand above when one of the columns has one. */
void
table_print(const struct table *t, size_t width, bool colour, struct buf *ret);

void table_release(struct table *t);

#endif
