/* SPDX-License-Identifier: MIT */
#include "base/edited.h"

#include <string.h>

#include "base/err.h"

/* More edits than that are cheaper made by copying the whole once. */
enum { MOVED_MOST = 8 };

void
edited_init(struct edited *ret, struct str bytes, const struct diff_edit *edits,
	size_t n)
{
	*ret = (struct edited){
		.bytes = bytes, .edits = edits, .edits_n = n, .n = bytes.n};
	for (size_t i = 0; i < n; i++)
		ret->n = ret->n - edits[i].n + edits[i].text.n;
}

/* The part of `s`, whose first byte is at `at`, that lies in [*from, to). */
static void
add_part(struct str s, size_t at, size_t *from, size_t to, struct buf *ret)
{
	size_t end = at + s.n < to ? at + s.n : to;

	if (*from >= end)
		return;
	buf_add(ret, s.s + (*from - at), end - *from);
	*from = end;
}

void
edited_add(struct edited *ed, size_t from, size_t to, struct buf *ret)
{
	if (from > to || to > ed->n)
		BUG("bytes %zu to %zu of %zu", from, to, ed->n);
	if (from < ed->at)
		ed->k = ed->old_at = ed->at = 0;
	while (from < to) {
		const struct diff_edit *x =
			ed->k < ed->edits_n ? &ed->edits[ed->k] : NULL;
		size_t until = x != NULL ? x->at : ed->bytes.n;
		size_t text_at = ed->at + (until - ed->old_at);
		add_part(str_of(ed->bytes.s + ed->old_at, until - ed->old_at),
			ed->at, &from, to, ret);
		if (x == NULL)
			break;
		add_part(x->text, text_at, &from, to, ret);
		if (from == to)
			break;
		ed->k++;
		ed->old_at = until + x->n;
		ed->at = text_at + x->text.n;
	}
}

const struct str *
edited_pieces(const struct edited *ed, struct arena *a, size_t *ret_n)
{
	struct str *pieces = ARENA_ARRAY(a, struct str, 2 * ed->edits_n + 1);
	size_t n = 0, at = 0;

	for (size_t i = 0; i < ed->edits_n; i++) {
		const struct diff_edit *x = &ed->edits[i];
		if (x->at > at)
			pieces[n++] = str_of(ed->bytes.s + at, x->at - at);
		if (x->text.n > 0)
			pieces[n++] = x->text;
		at = x->at + x->n;
	}
	if (at < ed->bytes.n)
		pieces[n++] = str_from_at(ed->bytes, at);
	*ret_n = n;
	return pieces;
}

/* From the last on, so that what lies before keeps its place. */
static void
move(struct buf *b, const struct diff_edit *edits, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		const struct diff_edit *x = &edits[i];
		if (x->text.n > x->n)
			(void)buf_room(b, x->text.n - x->n);
		if (x->text.n != x->n)
			memmove(b->p + x->at + x->text.n, b->p + x->at + x->n,
				b->n - x->at - x->n);
		if (x->text.n > 0)
			memcpy(b->p + x->at, x->text.s, x->text.n);
		b->n = b->n - x->n + x->text.n;
		b->p[b->n] = '\0';
	}
}

void
edited_settle(struct buf *b, const struct diff_edit *edits, size_t n)
{
	struct buf whole = {0};
	struct edited ed;

	if (n <= MOVED_MOST) {
		move(b, edits, n);
		return;
	}
	edited_init(&ed, buf_str(b), edits, n);
	(void)buf_room(&whole, ed.n);
	edited_add(&ed, 0, ed.n, &whole);
	buf_release(b);
	*b = whole;
}
