/* SPDX-License-Identifier: MIT */
#include "fio/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
	KEEP = 1024 * 1024, /* memory that stays from file to file */
	MOVE_FROM = 512,    /* bytes; fewer are copied faster */
};

void
fio_reader_init(struct fio_reader *ret, struct wio *w, struct fio_roots *roots,
	enum wio_op op)
{
	ret->w = w;
	ret->op = op;
	ret->task = NULL;
	fio_nearby_init(&ret->near, roots, false);
	ret->scratch = (struct buf){0};
	ret->inside = false;
	ret->held = 0;
	ret->began_ns =
		w->cache != NULL ? w->sys->clock(w->sys, SYS_CLOCK_UNIX) : 0;
}

static void
enter(struct fio_reader *r)
{
	if (!r->inside)
		fio_pool_enter(r->w->pool, FIO_HOLDS_READ, 0);
	r->inside = true;
}

static void
hold(struct fio_reader *r, uint64_t bytes)
{
	if (bytes <= r->held)
		return;
	fio_pool_more(r->w->pool, bytes - r->held);
	r->held = bytes;
}

static void
leave(struct fio_reader *r)
{
	fio_nearby_release(&r->near);
	if (r->inside)
		fio_pool_leave(r->w->pool, FIO_HOLDS_READ, r->held);
	r->inside = false;
	r->held = 0;
}

void
fio_reader_release(struct fio_reader *r)
{
	buf_release(&r->scratch);
	leave(r);
}

/* What others may need is not kept: that of a large file. */
static void
unburden(struct fio_reader *r)
{
	if (r->held <= KEEP)
		return;
	buf_release(&r->scratch);
	leave(r);
}

void
fio_error_none(struct wio_error *e, enum wio_op op)
{
	e->code = WIO_OK;
	e->op = op;
	e->sys = 0;
	e->field[0] = e->message[0] = '\0';
	e->expected[0] = e->actual[0] = '\0';
	e->actual_size = 0;
	e->actual_mtime_ns = 0;
}

static int
tell(const struct fio_reader *r, const char *path, enum fio_found f,
	const struct fio_content *c, struct wio_error *e)
{
	const char *shown = fio_roots_show(r->near.roots, path);

	switch (f) {
	case FIO_ABSENT:
		return fio_error_sys(e, r->op, ENOENT, "'%s'", shown);
	case FIO_LINK:
		return fio_error_set(e, r->op, WIO_SYMLINK, "path",
			"'%s' is a symbolic link", shown);
	case FIO_IRREGULAR:
		return fio_error_set(e, r->op, WIO_NOT_REGULAR, "path",
			"'%s' is not a regular file", shown);
	case FIO_LARGE:
		fio_error_set(e, r->op, WIO_TOO_LARGE, "path",
			"'%.200s' has %lld bytes; at most %llu are accepted "
			"(--large)",
			shown, (long long)c->st.st_size,
			(unsigned long long)r->w->options.large);
		e->actual_size = (uint64_t)c->st.st_size;
		return -1;
	case FIO_RESTLESS:
		if (c->made_up)
			return fio_error_set(e, r->op, WIO_UNSUPPORTED, "path",
				"'%s' " FIO_MADE_UP, shown);
		return fio_error_set(e, r->op, WIO_BUSY, NULL,
			"'%.200s' changed each of %d times it was read; try "
			"again when it rests",
			shown, FIO_CONTENT_TRIES);
	case FIO_CANCELLED:
		return fio_error_set(e, r->op, WIO_CANCELLED, NULL,
			"cancelled while '%s' was read", shown);
	case FIO_UNREADABLE:
		return fio_error_sys(
			e, r->op, c->sys_errno, "%s '%s'", c->doing, shown);
	case FIO_FOUND:
		break;
	}
	BUG("'%s' did not fail", shown);
}

/* Where a link leads, which is not near: one directory is held at a time. */
static int
find_place(struct fio_reader *r, const char *path, struct fio_place *ret,
	struct wio_error *e)
{
	fio_nearby_release(&r->near);
	return fio_roots_find(r->near.roots, path, ret, e);
}

/* Open what the path leads to. */
static enum fio_found
open_path(struct fio_reader *r, const char *path, struct fio_content *c,
	struct wio_error *e)
{
	const struct fio_dir *dir;
	struct fio_place place;
	const char *name;

	*c = (struct fio_content){.fd = -1};
	if (fio_nearby_find(&r->near, path, &dir, &name, e) < 0)
		return FIO_UNREADABLE;
	enum fio_found f = fio_content_open(c, dir, name);
	if (f == FIO_LINK) {
		if (find_place(r, path, &place, e) < 0)
			return FIO_UNREADABLE;
		f = fio_content_open(c, &place.dir, place.name);
		fio_place_release(&place);
	}
	if (f != FIO_FOUND)
		(void)tell(r, path, f, c, e);
	c->task = r->task;
	return f;
}

static bool
in_cache(struct fio_reader *r, struct fio_source *src)
{
	struct fio_cache *cache = r->w->cache;

	src->known = (struct fio_cached){0};
	src->fresh = false;
	if (cache == NULL)
		return false;
	if (fio_cache_get(cache, &src->who, &src->known))
		return true;
	src->fresh = fio_identity_settled(&src->who, r->began_ns);
	return false;
}

/* Its bytes, from the cache or the file. */
static enum fio_found
fill(struct fio_reader *r, struct fio_content *c, struct fio_source *ret)
{
	uint64_t max = r->w->options.large;

	ret->who = fio_identity(&c->st);
	if (in_cache(r, ret) && str_is_set(ret->known.bytes)) {
		fio_text_init(&ret->text, ret->known.bytes);
		return FIO_FOUND;
	}
	if (ret->who.size > max)
		return FIO_LARGE;
	hold(r, ret->who.size + 2);
	buf_reset(&r->scratch);
	enum fio_found f = fio_content_load(c, max, &r->scratch);
	if (f != FIO_FOUND)
		return f;
	fio_text_init(&ret->text, buf_str(&r->scratch));
	ret->fresh = ret->fresh || ret->known.entry != NULL;
	return f;
}

int
fio_reader_open(struct fio_reader *r, const char *path, struct fio_source *ret,
	struct wio_error *e)
{
	enum fio_found f = FIO_RESTLESS;
	struct fio_content c;

	*ret = (struct fio_source){0};
	for (int i = 0; f == FIO_RESTLESS && i < FIO_CONTENT_TRIES; i++) {
		enter(r);
		if (open_path(r, path, &c, e) != FIO_FOUND)
			return -1;
		f = fill(r, &c, ret);
		fio_content_close(&c);
		if (f != FIO_FOUND && ret->known.entry != NULL)
			fio_cache_release(r->w->cache, &ret->known);
	}
	if (f == FIO_FOUND)
		return 0;
	unburden(r);
	return tell(r, path, f, &c, e);
}

const struct fio_sum *
fio_source_sum(struct fio_source *src, enum wio_digest_kind kind)
{
	if (!src->known.has_sum[kind]) {
		src->known.sums[kind] = fio_sum(kind, src->text.bytes);
		src->known.has_sum[kind] = true;
	}
	return &src->known.sums[kind];
}

void
fio_reader_close(struct fio_reader *r, struct fio_source *src)
{
	struct fio_cache *cache = r->w->cache;
	struct fio_cached what = src->known;

	what.bytes = src->text.bytes;
	if (src->fresh)
		fio_cache_put(cache, &src->who, &what);
	if (src->known.entry != NULL)
		fio_cache_release(cache, &src->known);
	fio_text_release(&src->text);
	unburden(r);
}

char *
fio_reader_take(struct fio_reader *r, struct fio_source *src,
	const struct fio_part *part)
{
	struct str bytes = src->text.bytes;

	if (part->n == bytes.n && bytes.n >= MOVE_FROM &&
		r->scratch.p == bytes.s) {
		char *p = r->scratch.p;
		r->scratch = (struct buf){0};
		return p;
	}
	char *p = mem_grow(NULL, part->n + 1, 1);
	memcpy(p, bytes.s + part->at, part->n);
	p[part->n] = '\0';
	return p;
}

int
fio_reader_stat(struct fio_reader *r, const char *path,
	struct wio_identity *ret, struct wio_error *e)
{
	const struct fio_dir *dir;
	struct fio_place place;
	const char *name;
	struct stat st;

	enter(r);
	if (fio_nearby_find(&r->near, path, &dir, &name, e) < 0)
		return -1;
	int rc = dir->sys->fstatat(
		dir->sys, dir->fd, name, AT_SYMLINK_NOFOLLOW, &st);
	if (rc == 0 && S_ISLNK(st.st_mode)) {
		if (find_place(r, path, &place, e) < 0)
			return -1;
		rc = r->w->sys->fstatat(r->w->sys, place.dir.fd, place.name,
			AT_SYMLINK_NOFOLLOW, &st);
		fio_place_release(&place);
	}
	if (rc < 0) {
		struct fio_content c = {
			.doing = "looking at", .sys_errno = -rc};
		return tell(r, path,
			rc == -ENOENT ? FIO_ABSENT : FIO_UNREADABLE, &c, e);
	}
	if (!S_ISREG(st.st_mode))
		return tell(r, path,
			S_ISLNK(st.st_mode) ? FIO_LINK : FIO_IRREGULAR, NULL,
			e);
	*ret = fio_identity(&st);
	return 0;
}

/* `src->known` has the digest then; `*ret_read`: not from the cache. */
static enum fio_found
sum_once(struct fio_reader *r, struct fio_content *c, uint64_t max,
	enum wio_digest_kind kind, struct fio_source *src, bool *ret_read)
{
	src->who = fio_identity(&c->st);
	bool cached = in_cache(r, src);
	if (cached)
		fio_cache_release(r->w->cache, &src->known);
	*ret_read = !src->known.has_sum[kind];
	if (!*ret_read)
		return FIO_FOUND;
	hold(r, FIO_CONTENT_PIECE);
	enum fio_found f = fio_content_sum(
		c, max, kind, &r->scratch, &src->known.sums[kind]);
	if (f != FIO_FOUND)
		return f;
	src->known.has_sum[kind] = true;
	if (cached || src->fresh)
		fio_cache_put(r->w->cache, &src->who, &src->known);
	return f;
}

int
fio_reader_sum(struct fio_reader *r, const char *path, uint64_t max,
	enum wio_digest_kind kind, struct wio_identity *ret_who,
	struct fio_sum *ret, bool *ret_read, struct wio_error *e)
{
	enum fio_found f = FIO_RESTLESS;
	struct fio_content c;
	struct fio_source src;

	for (int i = 0; f == FIO_RESTLESS && i < FIO_CONTENT_TRIES; i++) {
		enter(r);
		if (open_path(r, path, &c, e) != FIO_FOUND)
			return -1;
		f = sum_once(r, &c, max, kind, &src, ret_read);
		fio_content_close(&c);
	}
	if (f != FIO_FOUND)
		return tell(r, path, f, &c, e);
	*ret_who = src.who;
	*ret = src.known.sums[kind];
	return 0;
}

int
fio_reader_wants(const struct fio_reader *r, const char *digest,
	struct fio_sum *ret, struct wio_error *e)
{
	ret->kind = r->w->options.digest;
	if (digest == NULL)
		return 1;
	if (fio_sum_parse(str_from(digest), ret))
		return 0;
	return fio_error_set(e, r->op, WIO_INVALID, "digest",
		"'%.80s' is not a digest, as read tells them", digest);
}

int
fio_reader_mismatch(const struct fio_reader *r, const char *path,
	const char *expected, const char *actual,
	const struct wio_identity *who, struct wio_error *e)
{
	fio_error_set(e, r->op, WIO_MISMATCH, "digest",
		"'%.200s' has another digest than expected; read it again",
		fio_roots_show(r->near.roots, path));
	(void)snprintf(e->expected, sizeof(e->expected), "%s", expected);
	(void)snprintf(e->actual, sizeof(e->actual), "%s", actual);
	e->actual_size = who->size;
	e->actual_mtime_ns = who->mtime_ns;
	return -1;
}
