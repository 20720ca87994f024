/* SPDX-License-Identifier: MIT */
#include "fio/part.h"

#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"

void
fio_text_init(struct fio_text *ret, struct str bytes)
{
	*ret = (struct fio_text){.bytes = bytes};
}

void
fio_text_release(struct fio_text *t)
{
	mem_free(t->starts);
	*t = (struct fio_text){0};
}

static bool
is_valid(struct fio_text *t)
{
	if (!t->checked)
		t->valid = utf8_check(t->bytes) == t->bytes.n;
	t->checked = true;
	return t->valid;
}

static void
find_lines(struct fio_text *t)
{
	VEC(uint64_t) starts = {0};
	size_t at = 0;

	VEC_PUSH(&starts, 0);
	while (at < t->bytes.n) {
		at = str_line_end(t->bytes, at);
		VEC_PUSH(&starts, at);
	}
	t->starts = starts.items;
	t->lines = starts.n - 1;
	t->lined = true;
}

static enum wio_code
cut_bytes(struct fio_text *t, const struct wio_read_request *ask,
	struct fio_part *ret, const char **ret_field)
{
	*ret_field = "start";
	if (ask->start > ask->end || ask->start > t->bytes.n)
		return WIO_RANGE;
	if (!ask->raw && !utf8_is_boundary(t->bytes, (size_t)ask->start))
		return WIO_BOUNDARY;
	*ret_field = "end";
	if (ask->end > t->bytes.n)
		return WIO_RANGE;
	if (!ask->raw && !utf8_is_boundary(t->bytes, (size_t)ask->end))
		return WIO_BOUNDARY;
	ret->at = (size_t)ask->start;
	ret->n = (size_t)(ask->end - ask->start);
	return WIO_OK;
}

static enum wio_code
cut_lines(struct fio_text *t, const struct wio_read_request *ask,
	struct fio_part *ret, const char **ret_field)
{
	if (!t->lined)
		find_lines(t);
	*ret_field = "start";
	if (ask->start == 0 || ask->start > ask->end || ask->start > t->lines)
		return WIO_RANGE;
	uint64_t end = ask->end < t->lines ? ask->end : t->lines;
	ret->at = (size_t)t->starts[ask->start - 1];
	ret->n = (size_t)t->starts[end] - ret->at;
	return WIO_OK;
}

/* At most `max` bytes of it, whole characters unless it is raw. */
static void
truncate_part(
	const struct fio_text *t, bool raw, uint64_t max, struct fio_part *part)
{
	struct str all = str_of(t->bytes.s + part->at, part->n);

	part->n = raw ? (size_t)max : utf8_cut(all, (size_t)max);
	part->truncated = true;
}

enum wio_code
fio_part_cut(struct fio_text *t, const struct wio_read_request *ask,
	struct fio_part *ret, const char **ret_field)
{
	enum wio_code code = WIO_INVALID;

	*ret_field = "raw";
	if (!ask->raw && !is_valid(t))
		return WIO_UTF8;
	*ret = (struct fio_part){.n = t->bytes.n};
	*ret_field = "part";
	if (ask->part == WIO_BYTES)
		code = cut_bytes(t, ask, ret, ret_field);
	else if (ask->part == WIO_LINES)
		code = cut_lines(t, ask, ret, ret_field);
	/* Of the whole, an offset was meant for a part. */
	else if (ask->part == WIO_WHOLE && ask->start == 0 && ask->end == 0)
		code = WIO_OK;
	if (code != WIO_OK)
		return code;
	*ret_field = NULL;
	ret->size = ret->n;
	if (ask->max_bytes > 0 && ret->n > ask->max_bytes)
		truncate_part(t, ask->raw, ask->max_bytes, ret);
	return WIO_OK;
}
