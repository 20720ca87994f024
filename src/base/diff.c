/* SPDX-License-Identifier: MIT */
#include "base/diff.h"

#include "base/vec.h"

/*
 * Edits become changes: whole old lines that give way to whole new ones.
 * Changes become hunks: those between which there are few enough lines.
 */

enum { CONTEXT = 3 };

struct change {
	size_t at, n;		       /* the old lines, as bytes */
	size_t new_at, new_n;	       /* the new ones, in `made` */
	size_t line, lines, new_lines; /* line: from 0, of `at` */
};

struct changes {
	struct str bytes;
	VEC(struct change) list;
	struct buf made;
};

static size_t
count_lines(struct str bytes)
{
	size_t n = 0;

	for (size_t at = 0; at < bytes.n; at = str_line_end(bytes, at))
		n++;
	return n;
}

static struct str
part(struct str bytes, size_t from, size_t to)
{
	return str_of(bytes.s + from, to - from);
}

/* Take lines off both that are the same at the begin and at the end. */
static void
trim(struct str *old, struct str *new)
{
	size_t n;

	while (old->n > 0 && new->n > 0) {
		n = str_line_end(*old, 0);
		if (!str_eq(part(*old, 0, n),
			    part(*new, 0, str_line_end(*new, 0))))
			break;
		*old = str_from_at(*old, n);
		*new = str_from_at(*new, n);
	}
	while (old->n > 0 && new->n > 0) {
		size_t at = str_line_start(*old, old->n - 1);
		size_t new_at = str_line_start(*new, new->n - 1);
		if (!str_eq(part(*old, at, old->n), part(*new, new_at, new->n)))
			break;
		old->n = at;
		new->n = new_at;
	}
}

static void
add_change(struct changes *c, size_t from, size_t to, size_t made_from)
{
	struct str old = part(c->bytes, from, to);
	struct str new = str_from_at(buf_str(&c->made), made_from);

	trim(&old, &new);
	if (old.n == 0 && new.n == 0)
		return;
	struct change x = {
		.at = (size_t)(old.s - c->bytes.s),
		.n = old.n,
		.new_at = (size_t)(new.s - c->made.p),
		.new_n = new.n,
		.lines = count_lines(old),
		.new_lines = count_lines(new),
	};
	size_t before = 0;
	if (c->list.n > 0) {
		const struct change *last = &c->list.items[c->list.n - 1];
		before = last->at;
		x.line = last->line;
	}
	x.line += count_lines(part(c->bytes, before, x.at));
	VEC_PUSH(&c->list, x);
}

/* One change of the first edit and those that end on a line it begins on. */
static size_t
take_edits(struct changes *c, const struct diff_edit *edits, size_t n)
{
	struct str bytes = c->bytes;
	size_t from = str_line_start(bytes, edits[0].at), at = from;
	size_t made_from = c->made.n, i = 0;

	do {
		buf_add_str(&c->made, part(bytes, at, edits[i].at));
		buf_add_str(&c->made, edits[i].text);
		at = edits[i].at + edits[i].n;
		i++;
		bool whole = c->made.n == made_from ||
			c->made.p[c->made.n - 1] == '\n';
		if (whole && at == str_line_start(bytes, at))
			break;
	} while (i < n && str_line_start(bytes, edits[i].at) <= at);
	if (at != str_line_start(bytes, at) ||
		(c->made.n > made_from && c->made.p[c->made.n - 1] != '\n')) {
		buf_add_str(&c->made, part(bytes, at, str_line_end(bytes, at)));
		at = str_line_end(bytes, at);
	}
	add_change(c, from, at, made_from);
	return i;
}

static void
add_lines(struct buf *out, char sign, struct str lines)
{
	while (lines.n > 0) {
		size_t n = str_line_end(lines, 0);
		buf_add_char(out, sign);
		buf_add_str(out, part(lines, 0, n));
		if (lines.s[n - 1] != '\n')
			buf_add_c(out, "\n\\ No newline at end of file\n");
		lines = str_from_at(lines, n);
	}
}

/* The place `lines` lines above or below. */
static size_t
above(struct str bytes, size_t at, size_t lines)
{
	while (lines-- > 0 && at > 0)
		at = str_line_start(bytes, at - 1);
	return at;
}

static size_t
below(struct str bytes, size_t at, size_t lines)
{
	while (lines-- > 0)
		at = str_line_end(bytes, at);
	return at;
}

static void
add_range(struct buf *out, char sign, size_t line, size_t lines)
{
	/* An empty range is named after the line before it. */
	buf_addf(out, "%c%zu,%zu ", sign, lines > 0 ? line + 1 : line, lines);
}

/* `drift`: how many lines the file has grown by before this hunk. */
static void
add_hunk(const struct changes *c, const struct change *x, size_t n,
	size_t drift, struct buf *out)
{
	const struct change *last = &x[n - 1];
	size_t from = above(c->bytes, x->at, CONTEXT);
	size_t to = below(c->bytes, last->at + last->n, CONTEXT);
	size_t line = x->line - count_lines(part(c->bytes, from, x->at));
	size_t lines = count_lines(part(c->bytes, from, to));
	size_t new_lines = lines;

	for (size_t i = 0; i < n; i++)
		new_lines = new_lines - x[i].lines + x[i].new_lines;
	buf_add_c(out, "@@ ");
	add_range(out, '-', line, lines);
	add_range(out, '+', line + drift, new_lines);
	buf_add_c(out, "@@\n");
	for (size_t i = 0; i < n; i++) {
		add_lines(out, ' ', part(c->bytes, from, x[i].at));
		from = x[i].at + x[i].n;
		add_lines(out, '-', part(c->bytes, x[i].at, from));
		add_lines(
			out, '+', str_of(c->made.p + x[i].new_at, x[i].new_n));
	}
	add_lines(out, ' ', part(c->bytes, from, to));
}

static bool
is_near(const struct change *x, const struct change *next)
{
	return next->line - (x->line + x->lines) <= (size_t)2 * CONTEXT;
}

void
diff_unified(struct str bytes, const struct diff_edit *edits, size_t n,
	const char *name, struct buf *ret)
{
	struct changes c = {.bytes = bytes};
	size_t drift = 0;

	for (size_t i = 0; i < n;)
		i += take_edits(&c, edits + i, n - i);
	if (c.list.n > 0)
		buf_addf(ret, "--- a/%s\n+++ b/%s\n", name, name);
	for (size_t i = 0; i < c.list.n;) {
		const struct change *x = &c.list.items[i];
		size_t k = 1;
		while (i + k < c.list.n && is_near(&x[k - 1], &x[k]))
			k++;
		add_hunk(&c, x, k, drift, ret);
		for (; k > 0; k--, i++)
			drift += c.list.items[i].new_lines -
				c.list.items[i].lines;
	}
	VEC_RELEASE(&c.list);
	buf_release(&c.made);
}
