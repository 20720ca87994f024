/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "yaml/cut-priv.h"
#include "yaml/outline-priv.h"

/*
 * Cutting reads lines from the top and remembers only the dashes' column, so
 * from a line that begins an entry, before and after the edits, both cuts go
 * alike until the first edit. The document is taken as windows, runs of entries
 * that edits touch, and what lies between, which no edit does. The first window
 * holds all in front of the list too, the last all behind it.
 *
 * A window is cut anew. When it begins with an entry, as the entries before it
 * were cut by finding one there, and its last line ends, as those behind it
 * were cut from a line on, then what lies between is cut as it was: its entries
 * only move. Anything else is declined.
 */

struct recut {
	const struct yaml_outline *from;
	struct edited *ed;
	size_t near;	 /* the first edit that may touch what comes */
	size_t done;	 /* edits in windows so far */
	size_t at, line; /* of what comes, in the new bytes */
	struct cutting cut;
	VEC(size_t) was;
	struct buf text; /* of the window at hand */
	struct buf head, tail;
};

/* Entries [first, end) of `from` and the bytes that go with them. */
struct window {
	size_t first, end;
	bool top, bottom; /* it has what is in front of the list, behind it */
	size_t start, stop;
};

static bool
is_touched(struct recut *r, size_t i)
{
	const struct yaml_slice *x = &r->from->slices.items[i];
	const struct diff_edit *edits = r->ed->edits;

	while (r->near < r->ed->edits_n &&
		edits[r->near].at + edits[r->near].n < x->start)
		r->near++;
	return r->near < r->ed->edits_n && edits[r->near].at <= x->end;
}

/* The window that begins with the entry; false: none does. */
static bool
open_window(struct recut *r, size_t i, struct window *ret)
{
	const struct yaml_slices *old = &r->from->slices;
	size_t end = i;

	while (end < old->n &&
		(end == 0 || end + 1 == old->n || is_touched(r, end)))
		end++;
	*ret = (struct window){
		.first = i, .end = end, .top = i == 0, .bottom = end == old->n};
	if (end == i)
		return false;
	ret->start = ret->top ? 0 : old->items[i].start;
	ret->stop = ret->bottom ? r->ed->bytes.n : old->items[end].start;
	return true;
}

/* What the edits make of its bytes. */
static void
read_window(struct recut *r, const struct window *w)
{
	size_t n = w->stop - w->start;

	for (; r->done < r->ed->edits_n; r->done++) {
		const struct diff_edit *x = &r->ed->edits[r->done];
		if (!w->bottom && x->at >= w->stop)
			break;
		n = n - x->n + x->text.n;
	}
	buf_reset(&r->text);
	edited_add(r->ed, r->at, r->at + n, &r->text);
}

/* Cut from the line at `s` to the end of the window, or of the list. */
static void
cut_window(struct recut *r, struct scan *s)
{
	size_t known = r->cut.list.n;

	cut_entries(s, buf_str(&r->text), r->from->column, &r->cut);
	for (size_t i = known; i < r->cut.list.n; i++) {
		r->cut.list.items[i].start += (uint32_t)r->at;
		r->cut.list.items[i].end += (uint32_t)r->at;
		VEC_PUSH(&r->was, SIZE_MAX);
	}
}

static int
recut_window(struct recut *r, const struct window *w, struct str key)
{
	struct str text = buf_str(&r->text);
	struct scan s = {.at = text.s, .end = text.s + text.n, .line = r->line};
	size_t column = r->from->column;

	if (w->top) {
		if (!cut_find_list(&s, key) || !cut_find_first(&s, &column) ||
			column != r->from->column)
			return 1;
		buf_add(&r->head, text.s, (size_t)(s.at - text.s));
	} else if (text.n == 0 && !w->bottom) {
		return 0;
	} else if (!cut_is_entry(&s, column)) {
		return 1;
	}
	cut_window(r, &s);
	if (w->bottom)
		buf_add(&r->tail, s.at, (size_t)(s.end - s.at));
	else if (s.at < s.end || s.end[-1] != '\n')
		return 1;
	r->line = s.line;
	r->at += text.n;
	return 0;
}

/* No edit is near. */
static void
keep_entry(struct recut *r, size_t i)
{
	const struct yaml_slice *x = &r->from->slices.items[i];
	struct yaml_slice moved = *x;

	moved.start = (uint32_t)r->at;
	r->at += x->end - x->start;
	moved.end = (uint32_t)r->at;
	moved.line = (uint32_t)r->line;
	r->line += x[1].line - x->line;
	VEC_PUSH(&r->cut.list, moved);
	VEC_PUSH(&r->was, i);
}

static int
recut_all(struct recut *r, struct str key)
{
	struct window w;

	for (size_t i = 0; i < r->from->slices.n;) {
		if (!open_window(r, i, &w)) {
			keep_entry(r, i++);
			continue;
		}
		read_window(r, &w);
		if (recut_window(r, &w, key) != 0)
			return 1;
		i = w.end;
	}
	return 0;
}

static int
finish(struct recut *r, struct str key, struct arena *a,
	struct yaml_outline *ret, struct arena *tmp, size_t **ret_was)
{
	if (r->cut.list.n == 0)
		return 1;
	size_t line = r->cut.list.items[0].line;

	*ret_was = ARENA_ARRAY(tmp, size_t, r->was.n);
	memcpy(*ret_was, r->was.items, r->was.n * sizeof(r->was.items[0]));
	ret->column = r->from->column;
	cut_keep(&r->cut, a, &ret->slices);
	const struct outline_rest rest = {
		.head = buf_str(&r->head),
		.tail = buf_str(&r->tail),
		.lines = r->line - line,
	};
	return outline_finish(ret, &rest, key, a);
}

int
yaml_outline_edited(const struct yaml_outline *from, struct edited *ed,
	struct str key, struct arena *a, struct yaml_outline *ret,
	struct arena *tmp, size_t **ret_was)
{
	struct recut r = {.from = from, .ed = ed, .line = 1};

	*ret = (struct yaml_outline){0};
	int rc = ed->n > yaml_default_limits.bytes ? 1 : recut_all(&r, key);
	if (rc == 0)
		rc = finish(&r, key, a, ret, tmp, ret_was);
	VEC_RELEASE(&r.cut.list);
	VEC_RELEASE(&r.was);
	buf_release(&r.text);
	buf_release(&r.head);
	buf_release(&r.tail);
	return rc;
}
