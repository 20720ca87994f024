/* SPDX-License-Identifier: MIT */
#include "fio/revise.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "fio/patch.h"

#define OP WIO_OP_WRITE

static enum wio_digest_kind
kind_of(const struct fio_revision *v, const struct wio_write_request *r)
{
	struct fio_sum sum;

	return r->digest != NULL && fio_sum_parse(str_from(r->digest), &sum)
		? sum.kind
		: v->kind;
}

static const char *
digest_before(struct fio_revision *v, enum wio_digest_kind kind)
{
	if (v->before[kind][0] == '\0')
		fio_sum_format(fio_sum(kind, v->bytes), v->before[kind]);
	return v->before[kind];
}

static bool
has_anchors(const struct wio_write_request *r)
{
	for (size_t i = 0; i < r->edits_n; i++)
		if (r->edits[i].anchor == NULL)
			return false;
	return r->edits_n > 0;
}

int
fio_revise_check(const struct wio_write_request *r, struct wio_error *e)
{
	struct fio_sum sum;

	if (r->path == NULL)
		return fio_error_set(
			e, OP, WIO_INVALID, "path", "there is no path");
	if (r->digest != NULL && !fio_sum_parse(str_from(r->digest), &sum))
		return fio_error_set(e, OP, WIO_INVALID, "digest",
			"'%.80s' is not a digest, as read tells them",
			r->digest);
	if (r->diff != NULL && r->edits_n > 0)
		return fio_error_set(e, OP, WIO_INVALID, "diff",
			"edits and a diff exclude each other");
	if (r->digest == NULL && r->diff == NULL && !has_anchors(r))
		return fio_error_set(e, OP, WIO_INVALID, "digest",
			"the digest that the file has is missing; only edits "
			"with anchors and diffs with context do without it");
	return 0;
}

int
fio_revise_mismatch(const struct fio_revision *v, enum wio_code code,
	const struct wio_write_request *r, struct wio_error *e)
{
	enum wio_digest_kind kind = kind_of(v, r);

	fio_error_set(e, OP, code, code == WIO_MISMATCH ? "digest" : NULL,
		code == WIO_MISMATCH
			? "'%.200s' has another digest than expected; read it "
			  "again and make the change anew"
			: "'%.200s' was saved by somebody else meanwhile, and "
			  "holds theirs; read it again and make the change "
			  "anew",
		v->path);
	if (r->digest != NULL)
		(void)snprintf(
			e->expected, sizeof(e->expected), "%s", r->digest);
	memcpy(e->actual, v->before[kind], sizeof(e->actual));
	e->actual_size = v->size;
	e->actual_mtime_ns = v->mtime_ns;
	return -1;
}

static int
check_utf8(struct fio_revision *v, const struct diff_edit *landed, size_t n,
	struct wio_error *e)
{
	if (v->valid == 0)
		v->valid = utf8_check(v->bytes) == v->bytes.n ? 1 : -1;
	if (v->valid < 0)
		return fio_error_set(e, OP, WIO_UTF8, "path",
			"'%.200s' is not valid UTF-8; any bytes are taken with "
			"raw",
			v->path);
	for (size_t i = 0; i < n; i++)
		if (utf8_check(landed[i].text) < landed[i].text.n)
			return fio_error_set(e, OP, WIO_UTF8, "diff",
				"the diff is not valid UTF-8; any bytes are "
				"taken with raw");
	return 0;
}

/* Where its edits go. */
static int
land(struct fio_revision *v, const struct wio_write_request *r,
	const struct diff_edit **ret, size_t *ret_n,
	struct wio_write_result *result)
{
	struct wio_error *e = &result->error;
	const char *now = digest_before(v, kind_of(v, r));
	bool exact = r->digest != NULL && strcmp(r->digest, now) == 0;

	memcpy(result->old_digest, now, WIO_DIGEST_SIZE);
	if (r->digest != NULL && !exact && !has_anchors(r))
		return fio_revise_mismatch(v, WIO_MISMATCH, r, e);
	if (!r->raw && check_utf8(v, NULL, 0, e) < 0)
		return -1;
	if (r->diff != NULL) {
		if (fio_patch_read(v->bytes, str_of(r->diff, r->diff_n), exact,
			    &v->memory, ret, ret_n, e) < 0)
			return fio_error_about(e, v->path);
		return r->raw ? 0 : check_utf8(v, *ret, *ret_n, e);
	}
	const struct fio_edits_ask ask = {.edits = r->edits,
		.n = r->edits_n,
		.exact = exact,
		.raw = r->raw};
	struct diff_edit *landed =
		ARENA_ARRAY(&v->memory, struct diff_edit, r->edits_n);
	*ret = landed;
	*ret_n = r->edits_n;
	if (fio_edits_land(v->bytes, &ask, landed, &result->relocated, e) < 0)
		return fio_error_about(e, v->path);
	return 0;
}

int
fio_revise(struct fio_revision *v, const struct wio_write_request *r,
	struct wio_write_result *ret)
{
	const struct diff_edit *landed;
	size_t n;

	if (land(v, r, &landed, &n, ret) < 0)
		return -1;
	if (fio_edits_add(&v->edits, landed, n, &ret->error) < 0)
		return fio_error_about(&ret->error, v->path);
	ret->deltas = mem_alloc(n * sizeof(ret->deltas[0]));
	ret->deltas_n = n;
	for (size_t i = 0; i < n; i++)
		ret->deltas[i] = (struct wio_delta){.start = landed[i].at,
			.removed = landed[i].n,
			.added = landed[i].text.n};
	v->accepted++;
	return 0;
}

struct str_list
fio_revision_pieces(struct fio_revision *v)
{
	return fio_edits_pieces(v->bytes, &v->edits, &v->memory);
}

static const char *
digest_after(struct fio_revision *v, enum wio_digest_kind kind)
{
	struct fio_summing s;

	if (v->after[kind][0] != '\0')
		return v->after[kind];
	if (fio_edits_are_idle(v->bytes, &v->edits))
		return digest_before(v, kind);
	struct str_list pieces = fio_revision_pieces(v);
	fio_summing_init(&s, kind);
	for (size_t i = 0; i < pieces.n; i++)
		fio_summing_add(&s, pieces.items[i]);
	fio_sum_format(fio_summing_end(&s), v->after[kind]);
	return v->after[kind];
}

void
fio_revise_told(struct fio_revision *v, const struct wio_write_request *r,
	struct wio_write_result *ret)
{
	enum wio_digest_kind kind = kind_of(v, r);

	memcpy(ret->new_digest, digest_after(v, kind), WIO_DIGEST_SIZE);
	ret->changed = strcmp(ret->new_digest, digest_before(v, kind)) != 0;
}

void
fio_revision_release(struct fio_revision *v)
{
	fio_edits_release(&v->edits);
	arena_release(&v->memory);
}
