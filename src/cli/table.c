/* SPDX-License-Identifier: MIT */
#include "cli/table-priv.h"

#include "base/err.h"
#include "base/utf8.h"

enum { COLUMNS_MAX = 16, GAP = 2 };

void
table_add(struct table *t, struct str text, enum paint p)
{
	struct table_cell cell = {
		.text = text, .columns = (uint32_t)text.n, .paint = p};

	if (!utf8_is_plain(text)) {
		struct buf clean CLEANUP_BUF = {0};
		utf8_add_printable(&clean, text);
		cell.text = arena_str(t->a, buf_str(&clean));
		cell.columns = (uint32_t)utf8_columns(cell.text);
	}
	VEC_PUSH(&t->cells, cell);
}

static size_t
natural_width(const struct table *t, size_t column)
{
	size_t widest = utf8_columns(str_from(t->columns[column].head));

	for (size_t i = column; i < t->cells.n; i += t->columns_n) {
		size_t n = t->cells.items[i].columns;
		widest = n > widest ? n : widest;
	}
	return widest;
}

/* Of all columns, with the gaps between them; at their least when `least`. */
static size_t
total_width(const struct table *t, const size_t *widths, bool least)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->columns_n; i++) {
		size_t n = widths[i], floor = t->columns[i].least;
		if (n > 0)
			sum += GAP +
				(least && floor > 0 && n > floor ? floor : n);
	}
	return sum > GAP ? sum - GAP : 0;
}

/* Leave columns out until the rest can be made to fit. */
static void
leave_out(const struct table *t, size_t *widths, size_t width)
{
	while (total_width(t, widths, true) > width) {
		size_t first = t->columns_n;
		for (size_t i = 0; i < t->columns_n; i++)
			if (widths[i] > 0 && t->columns[i].go > 0 &&
				(first == t->columns_n ||
					t->columns[i].go <
						t->columns[first].go))
				first = i;
		if (first == t->columns_n)
			return;
		widths[first] = 0;
	}
}

/* The widest columns that may give way first; below their least when nothing
 * else is left. */
static void
shrink(const struct table *t, size_t *widths, size_t width, bool below)
{
	for (size_t sum = total_width(t, widths, false); sum > width; sum--) {
		size_t widest = t->columns_n;
		for (size_t i = 0; i < t->columns_n; i++) {
			size_t least = t->columns[i].least;
			if (least > 0 && widths[i] > (below ? 1 : least) &&
				(widest == t->columns_n ||
					widths[i] > widths[widest]))
				widest = i;
		}
		if (widest == t->columns_n)
			return;
		widths[widest]--;
	}
}

static void
fit(const struct table *t, size_t *widths, size_t width)
{
	leave_out(t, widths, width);
	shrink(t, widths, width, false);
	shrink(t, widths, width, true);
}

struct line {
	struct buf *out;
	size_t width; /* 0: any */
	size_t used, owed;
	bool colour;
};

/* As much as there is room for; how many columns it took. */
static size_t
add_text(struct line *l, const struct table_cell *cell, size_t room)
{
	if (cell->columns <= room) {
		paint_add(l->out, l->colour, cell->paint, cell->text);
		return cell->columns;
	}
	struct buf cut CLEANUP_BUF = {0};
	utf8_add_cut(&cut, cell->text, room);
	paint_add(l->out, l->colour, cell->paint, buf_str(&cut));
	return utf8_columns(buf_str(&cut));
}

static void
add_cell(struct line *l, struct table_cell cell, size_t columns)
{
	size_t n = 0;

	if (columns == 0)
		return;
	if (cell.text.n > 0) {
		size_t room = columns, at = l->used + l->owed;
		if (l->width > 0 && at + room > l->width)
			room = l->width > at ? l->width - at : 0;
		if (room == 0)
			return;
		buf_add_repeat(l->out, ' ', l->owed);
		n = add_text(l, &cell, room);
		l->used = at;
		l->owed = 0;
	}
	l->used += n;
	l->owed += columns - n + GAP;
}

static struct table_cell
head_of(const struct table *t, size_t column)
{
	struct str text = str_from(t->columns[column].head);

	return (struct table_cell){.text = text,
		.columns = (uint32_t)utf8_columns(text),
		.paint = PAINT_DIM};
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
		fit(t, widths, width);
	for (size_t i = 0; i <= t->cells.n / t->columns_n; i++) {
		struct line l = {.out = ret, .width = width, .colour = colour};
		if (i == 0 && !headed)
			continue;
		for (size_t k = 0; k < t->columns_n; k++)
			add_cell(&l,
				i == 0 ? head_of(t, k)
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
