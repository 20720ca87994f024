/* SPDX-License-Identifier: MIT */
#include "fio/edits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define OP WIO_OP_WRITE

static int
refuse(struct wio_error *e, enum wio_code code, size_t i, const char *which,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Fail with the name of edit `i`'s field. */
static int
refuse(struct wio_error *e, enum wio_code code, size_t i, const char *which,
	const char *fmt, ...)
{
	CLEANUP_BUF struct buf why = {0};
	char field[48];
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&why, fmt, ap);
	va_end(ap);
	(void)snprintf(field, sizeof(field), "edits[%zu]%s", i, which);
	return fio_error_set(e, OP, code, field, "%s: %s", field, why.p);
}

static size_t
find_from(struct str bytes, size_t from, struct str needle)
{
	const char *at =
		memmem(bytes.s + from, bytes.n - from, needle.s, needle.n);

	return at != NULL ? (size_t)(at - bytes.s) : bytes.n;
}

/* The one place where the anchor stands. */
static int
find_anchor(struct str bytes, struct str anchor, size_t i, size_t *ret,
	struct wio_error *e)
{
	size_t at = find_from(bytes, 0, anchor);

	if (at == bytes.n)
		return refuse(e, WIO_ANCHOR, i, ".anchor",
			"the text is not in the file");
	size_t again = find_from(bytes, at + 1, anchor);
	if (again < bytes.n)
		return refuse(e, WIO_ANCHOR, i, ".anchor",
			"the text is in the file more than once, at %zu and at "
			"%zu; take in more of what is around it",
			at, again);
	*ret = at;
	return 0;
}

/* An anchor may do without offsets. */
static bool
has_offsets(const struct wio_edit *x)
{
	return x->anchor == NULL || x->start != 0 || x->end != 0;
}

/* By its offsets, which are of these bytes. */
static int
land_exact(struct str bytes, const struct wio_edit *x, size_t i,
	struct diff_edit *ret, struct wio_error *e)
{
	if (x->start > x->end)
		return refuse(e, WIO_RANGE, i, ".start",
			"%llu is behind its end, %llu",
			(unsigned long long)x->start,
			(unsigned long long)x->end);
	if (x->end > bytes.n)
		return refuse(e, WIO_RANGE, i, ".end",
			"%llu is behind the end of the file, which has %zu "
			"bytes",
			(unsigned long long)x->end, bytes.n);
	ret->at = (size_t)x->start;
	ret->n = (size_t)(x->end - x->start);
	if (x->anchor != NULL &&
		!str_eq(str_of(bytes.s + ret->at, ret->n),
			str_of(x->anchor, x->anchor_n)))
		return refuse(e, WIO_ANCHOR, i, ".anchor",
			"another text stands at %zu to %zu", ret->at,
			ret->at + ret->n);
	return 0;
}

/* Offsets are often those of characters, by mistake. */
static int
check_boundary(struct str bytes, size_t at, size_t i, const char *which,
	struct wio_error *e)
{
	size_t begin = at;

	if (utf8_is_boundary(bytes, at))
		return 0;
	while (begin > 0 && !utf8_is_boundary(bytes, begin))
		begin--;
	return refuse(e, WIO_BOUNDARY, i, which,
		"%zu is inside the character that begins at %zu; offsets count "
		"bytes",
		at, begin);
}

static int
land_one(struct str bytes, const struct fio_edits_ask *ask, size_t i,
	struct diff_edit *ret, struct wio_error *e)
{
	const struct wio_edit *x = &ask->edits[i];

	if (x->anchor != NULL && x->anchor_n == 0)
		return refuse(e, WIO_INVALID, i, ".anchor",
			"an empty text stands everywhere");
	if (ask->exact && has_offsets(x)) {
		if (land_exact(bytes, x, i, ret, e) < 0)
			return -1;
	} else if (x->anchor == NULL) {
		return refuse(e, WIO_MISMATCH, i, ".anchor",
			"the file has another digest, and there is no anchor");
	} else {
		ret->n = x->anchor_n;
		if (find_anchor(bytes, str_of(x->anchor, x->anchor_n), i,
			    &ret->at, e) < 0)
			return -1;
	}
	ret->text = str_of(x->text_n > 0 ? x->text : "", x->text_n);
	if (ask->raw)
		return 0;
	if (check_boundary(bytes, ret->at, i, ".start", e) < 0 ||
		check_boundary(bytes, ret->at + ret->n, i, ".end", e) < 0)
		return -1;
	if (utf8_check(ret->text) < ret->text.n)
		return refuse(e, WIO_UTF8, i, ".text",
			"it is not valid UTF-8; any bytes are taken with raw");
	return 0;
}

/* Offsets in order; what an anchor moved may be anywhere. */
static int
check_order(const struct fio_edits_ask *ask, const struct diff_edit *landed,
	size_t i, struct wio_error *e)
{
	const struct diff_edit *x = &landed[i], *before = x - 1;

	if (!ask->exact || i == 0 || x->at >= before->at + before->n ||
		!has_offsets(&ask->edits[i]) ||
		!has_offsets(&ask->edits[i - 1]))
		return 0;
	if (x->at + x->n <= before->at)
		return refuse(e, WIO_INVALID, i, ".start",
			"%zu to %zu is before edits[%zu], %zu to %zu; they "
			"stand in order",
			x->at, x->at + x->n, i - 1, before->at,
			before->at + before->n);
	return refuse(e, WIO_OVERLAP, i, "",
		"%zu to %zu overlaps edits[%zu], %zu to %zu", x->at,
		x->at + x->n, i - 1, before->at, before->at + before->n);
}

int
fio_edits_land(struct str bytes, const struct fio_edits_ask *ask,
	struct diff_edit *ret, bool *ret_relocated, struct wio_error *e)
{
	*ret_relocated = false;
	for (size_t i = 0; i < ask->n; i++) {
		if (land_one(bytes, ask, i, &ret[i], e) < 0 ||
			check_order(ask, ret, i, e) < 0)
			return -1;
		*ret_relocated |= has_offsets(&ask->edits[i]) &&
			ret[i].at != ask->edits[i].start;
	}
	return 0;
}

/* Where an edit goes among the others: behind those that begin before it, and
 * behind what is inserted where it begins. */
static size_t
place_of(const struct fio_edits *all, const struct diff_edit *x)
{
	size_t from = 0, to = all->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct diff_edit *m = &all->items[mid];
		if (m->at < x->at || (m->at == x->at && m->n == 0))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* The edit that `x` overlaps when it goes to `i`; NULL: none. */
static const struct diff_edit *
overlapped(const struct fio_edits *all, size_t i, const struct diff_edit *x)
{
	const struct diff_edit *before = i > 0 ? &all->items[i - 1] : NULL;
	const struct diff_edit *after = i < all->n ? &all->items[i] : NULL;

	if (before != NULL && before->at + before->n > x->at)
		return before;
	return after != NULL && x->at + x->n > after->at ? after : NULL;
}

static int
refuse_overlap(size_t i, const struct diff_edit *x,
	const struct diff_edit *other, struct wio_error *e)
{
	return refuse(e, WIO_OVERLAP, i, "",
		"%zu to %zu overlaps another edit of this file, %zu to %zu",
		x->at, x->at + x->n, other->at, other->at + other->n);
}

static void
insert(struct fio_edits *all, size_t i, struct diff_edit x)
{
	VEC_PUSH(all, x);
	memmove(&all->items[i + 1], &all->items[i],
		(all->n - 1 - i) * sizeof(x));
	all->items[i] = x;
}

int
fio_edits_add(struct fio_edits *all, const struct diff_edit *edits, size_t n,
	struct wio_error *e)
{
	struct fio_edits next = {0};

	for (size_t i = 0; i < all->n; i++)
		VEC_PUSH(&next, all->items[i]);
	for (size_t i = 0; i < n; i++) {
		size_t at = place_of(&next, &edits[i]);
		const struct diff_edit *other =
			overlapped(&next, at, &edits[i]);
		if (other != NULL) {
			refuse_overlap(i, &edits[i], other, e);
			fio_edits_release(&next);
			return -1;
		}
		insert(&next, at, edits[i]);
	}
	fio_edits_release(all);
	*all = next;
	return 0;
}

void
fio_edits_release(struct fio_edits *all)
{
	VEC_RELEASE(all);
}

struct str_list
fio_edits_pieces(struct str bytes, const struct fio_edits *all, struct arena *a)
{
	struct str *pieces = ARENA_ARRAY(a, struct str, 2 * all->n + 1);
	size_t at = 0, n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct diff_edit *x = &all->items[i];
		pieces[n++] = str_of(bytes.s + at, x->at - at);
		pieces[n++] = x->text;
		at = x->at + x->n;
	}
	pieces[n++] = str_from_at(bytes, at);
	return (struct str_list){.items = pieces, .n = n};
}

bool
fio_edits_are_idle(struct str bytes, const struct fio_edits *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct diff_edit *x = &all->items[i];
		if (!str_eq(x->text, str_of(bytes.s + x->at, x->n)))
			return false;
	}
	return true;
}
