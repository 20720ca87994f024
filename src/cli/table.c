/* SPDX-License-Identifier: MIT */
#include "cli/table-priv.h"

#include "base/err.h"
#include "base/utf8.h"

enum { COLUMNS_MAX = 16, GAP = 2, NARROWEST = 6 };

void
table_add(struct table *t, struct str text, enum paint p)
{
	struct buf clean CLEANUP_BUF = {0};
	struct table_cell cell = {.paint = p};

	utf8_add_printable(&clean, text);
	cell.text = arena_str(t->a, buf_str(&clean));
	VEC_PUSH(&t->cells, cell);
}

static size_t
natural_width(const struct table *t, size_t column)
{
	size_t widest = utf8_columns(str_from(t->columns[column].head));

	for (size_t i = column; i < t->cells.n; i += t->columns_n) {
		size_t n = utf8_columns(t->cells.items[i].text);
		widest = n > widest ? n : widest;
	}
	return widest;
}

/* The widest flexible columns give way first. */
static void
shrink(const struct table *t, size_t *widths, size_t width)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->columns_n; i++)
		sum += widths[i] > 0 ? widths[i] + GAP : 0;
	for (; sum > width + GAP; sum--) {
		size_t widest = t->columns_n;
		for (size_t i = 0; i < t->columns_n; i++)
			if (t->columns[i].flexible && widths[i] > NARROWEST &&
				(widest == t->columns_n ||
					widths[i] > widths[widest]))
				widest = i;
		if (widest == t->columns_n)
			return;
		widths[widest]--;
	}
}

struct line {
	struct buf *out;
	size_t width; /* 0: any */
	size_t used, owed;
	bool colour;
};

static void
add_cell(struct line *l, struct table_cell cell, size_t columns)
{
	struct buf text CLEANUP_BUF = {0};

	if (columns == 0)
		return;
	if (cell.text.n > 0) {
		size_t room = columns, at = l->used + l->owed;
		if (l->width > 0 && at + room > l->width)
			room = l->width > at ? l->width - at : 0;
		if (room == 0)
			return;
		utf8_add_cut(&text, cell.text, room);
		buf_add_repeat(l->out, ' ', l->owed);
		paint_add(l->out, l->colour, cell.paint, buf_str(&text));
		l->used = at;
		l->owed = 0;
	}
	size_t n = utf8_columns(buf_str(&text));
	l->used += n;
	l->owed += columns - n + GAP;
}

void
table_print(const struct table *t, size_t width, bool colour, struct buf *ret)
{
	size_t widths[COLUMNS_MAX];
	bool headed = false;

	if (t->columns_n > COLUMNS_MAX || t->cells.n % t->columns_n != 0)
		BUG("%zu cells in %zu columns", t->cells.n, t->columns_n);
	for (size_t i = 0; i < t->columns_n; i++) {
		widths[i] = natural_width(t, i);
		headed = headed || t->columns[i].head != NULL;
	}
	if (width > 0)
		shrink(t, widths, width);
	for (size_t i = 0; i <= t->cells.n / t->columns_n; i++) {
		struct line l = {.out = ret, .width = width, .colour = colour};
		if (i == 0 && !headed)
			continue;
		for (size_t k = 0; k < t->columns_n; k++)
			add_cell(&l,
				i == 0 ? (struct table_cell){str_from(
								     t->columns[k]
									     .head),
						 PAINT_DIM}
				       : t->cells.items[(i - 1) * t->columns_n +
						 k],
				widths[k]);
		buf_add_char(ret, '\n');
	}
}

void
table_release(struct table *t)
{
	VEC_RELEASE(&t->cells);
}
