/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/diff.h"
#include "base/stamp.h"
#include "fio/content.h"
#include "fio/write-priv.h"

/* The requests for one file, and their results. */

struct fio_writing
fio_writing_of(struct wio *w)
{
	return (struct fio_writing){
		.trash = {.at = w->options.trash,
			.alone = w->options.lock_processes,
			.wait_ns = w->options.lock_wait_ns,
			.trashes = w->trashes},
		.durability = w->options.durability,
		.large = w->options.large,
		.origins = w->origins,
		.inodes = w->inodes,
	};
}

int
fio_aim_look(struct fio_aim *s, struct fio_held *h,
	const struct fio_writing *how, const char *path, struct wio_error *e)
{
	s->place.dir = FIO_DIR_NONE;
	*h = (struct fio_held){0};
	if (fio_nearby_find(s->nearby, path, &s->dir, &s->name, e) < 0)
		return -1;
	if (fio_held_look(h, how, s->dir, s->name, e) == 0)
		return 0;
	if (e->code != WIO_SYMLINK)
		return -1;
	/* The policy says whether it is followed. Where it leads is not nearby:
	 * one directory is held at a time. */
	fio_nearby_release(s->nearby);
	if (fio_roots_find(s->nearby->roots, path, &s->place, e) < 0) {
		s->place.dir = FIO_DIR_NONE;
		return -1;
	}
	s->dir = &s->place.dir;
	s->name = s->place.name;
	return fio_held_look(h, how, s->dir, s->name, e);
}

void
fio_aim_release(struct fio_aim *s)
{
	if (s->place.dir.fd >= 0)
		fio_place_release(&s->place);
}

void
fio_revision_see(struct fio_revision *v, const struct fio_held *h)
{
	const struct fio_version *now = &h->version;

	v->bytes = buf_str(&h->bytes);
	v->size = (uint64_t)now->size;
	v->mtime_ns = stamp_ns(now->mtime);
	fio_digest_format(now->digest, v->before[WIO_XXH3]);
}

void
fio_group_judge(const struct fio_write_group *g, struct fio_held *h,
	struct fio_revision *v)
{
	fio_revision_see(v, h);
	FIO_GROUP_EACH(g, i)
	{
		if (g->results[i].error.code != WIO_OK ||
			fio_revise(v, &g->requests[i], &g->results[i]) < 0)
			continue;
		if (h->origin == NULL)
			h->origin = g->requests[i].origin;
	}
}

void
fio_group_fail(const struct fio_write_group *g, const struct wio_error *e)
{
	FIO_GROUP_EACH(g, i)
	if (g->results[i].error.code == WIO_OK)
		g->results[i].error = *e;
}

/* In pieces: there is no second copy of a large file. Of each kind, for each
 * request may name another. */
static bool
sum_now(const struct fio_held *h, struct fio_revision *ret)
{
	enum fio_found f = FIO_RESTLESS;
	struct buf piece = {0};
	struct fio_content c;
	struct fio_sum sums[FIO_SUM_KINDS];

	for (int i = 0; f == FIO_RESTLESS && i < FIO_CONTENT_TRIES; i++) {
		f = fio_content_open(&c, h->dir, h->name);
		if (f == FIO_FOUND)
			f = fio_content_sums(&c, h->how->large, &piece, sums);
		fio_content_close(&c);
	}
	buf_release(&piece);
	if (f != FIO_FOUND)
		return false;
	for (size_t i = 0; i < FIO_SUM_KINDS; i++)
		fio_sum_format(sums[i], ret->before[i]);
	ret->size = (uint64_t)c.st.st_size;
	ret->mtime_ns = stamp_ns(c.st.st_mtim);
	return true;
}

enum wio_code
fio_conflict_look(const struct fio_held *h, const char *kept,
	struct fio_revision *ret, struct wio_error *e)
{
	char was[FIO_DIGEST_TEXT];

	if (!sum_now(h, ret))
		return WIO_CONFLICT;
	fio_digest_format(h->version.digest, was);
	if (kept[0] != '\0' || strcmp(was, ret->before[WIO_XXH3]) != 0)
		return WIO_CONFLICT;
	fio_error_set(e, WIO_OP_RENAME, WIO_BUSY, "path",
		"'%s' is open for writing elsewhere, and is unchanged",
		ret->path);
	return WIO_BUSY;
}

void
fio_group_conflict(const struct fio_write_group *g, const struct fio_held *h,
	const struct fio_revision *v, const char *kept)
{
	struct fio_revision now = {.path = v->path, .kind = v->kind};
	struct wio_error busy;

	if (fio_conflict_look(h, kept, &now, &busy) == WIO_BUSY) {
		fio_group_fail(g, &busy);
		return;
	}
	FIO_GROUP_EACH(g, i)
	{
		struct wio_write_result *r = &g->results[i];
		if (r->error.code != WIO_OK)
			continue;
		fio_revise_mismatch(
			&now, WIO_CONFLICT, &g->requests[i], &r->error);
		r->error.op = WIO_OP_RENAME;
		(void)snprintf(r->kept, sizeof(r->kept), "%s", kept);
	}
}

void
fio_group_diff(const struct fio_write_group *g, struct fio_revision *v)
{
	FIO_GROUP_EACH(g, i)
	{
		struct buf diff = {0};
		if (g->results[i].error.code != WIO_OK)
			continue;
		buf_add_c(&diff, "");
		diff_unified(
			v->bytes, v->edits.items, v->edits.n, v->path, &diff);
		g->results[i].diff = diff.p;
		g->results[i].diff_n = diff.n;
	}
	fio_group_done(g, v, WIO_NOT_DURABLE);
}

void
fio_group_done(const struct fio_write_group *g, struct fio_revision *v,
	enum wio_durability reached)
{
	FIO_GROUP_EACH(g, i)
	{
		if (g->results[i].error.code != WIO_OK)
			continue;
		fio_revise_told(v, &g->requests[i], &g->results[i]);
		g->results[i].reached = reached;
	}
}
