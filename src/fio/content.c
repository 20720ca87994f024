/* SPDX-License-Identifier: MIT */
#include "fio/content.h"

#include <errno.h>
#include <fcntl.h>

#include "base/mem.h"
#include "base/stamp.h"

#define PIECE ((size_t)FIO_CONTENT_PIECE)

/* Two ticks of the slowest clock that kernels keep file times by. */
#define GRAIN_NS	(20 * NS_PER_MS)
#define COARSE_GRAIN_NS (2 * NS_PER_SEC)

static enum fio_found
fail(struct fio_content *c, const char *doing, int rc)
{
	c->doing = doing;
	c->sys_errno = -rc;
	return FIO_UNREADABLE;
}

enum fio_found
fio_content_of(struct fio_content *ret, struct sys *sys, int fd)
{
	*ret = (struct fio_content){.sys = sys, .fd = fd};
	int rc = sys->fstat(sys, fd, &ret->st);
	if (rc < 0)
		return fail(ret, "looking at", rc);
	return S_ISREG(ret->st.st_mode) ? FIO_FOUND : FIO_IRREGULAR;
}

enum fio_found
fio_content_open(
	struct fio_content *ret, const struct fio_dir *d, const char *name)
{
	struct sys *sys = d->sys;

	*ret = (struct fio_content){.sys = sys, .fd = -1};
	int fd = sys->openat(sys, d->fd, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	if (fd == -ENOENT)
		return FIO_ABSENT;
	if (fd == -ELOOP)
		return FIO_LINK;
	if (fd == -ENXIO || fd == -ENODEV) /* a socket, a dead device */
		return FIO_IRREGULAR;
	if (fd < 0)
		return fail(ret, "opening", fd);
	enum fio_found f = fio_content_of(ret, sys, fd);
	if (f != FIO_FOUND)
		fio_content_close(ret);
	return f;
}

void
fio_content_close(struct fio_content *c)
{
	if (c->fd >= 0)
		(void)c->sys->close(c->sys, c->fd);
	c->fd = -1;
}

/* It is as it was when it was opened. */
static enum fio_found
look_again(struct fio_content *c)
{
	struct stat now;

	int rc = c->sys->fstat(c->sys, c->fd, &now);
	if (rc < 0)
		return fail(c, "looking at", rc);
	struct wio_identity was = fio_identity(&c->st), is = fio_identity(&now);
	return fio_identity_eq(&was, &is) ? FIO_FOUND : FIO_RESTLESS;
}

/* It gave more or fewer bytes than its size. */
static enum fio_found
unlike_its_size(struct fio_content *c)
{
	c->made_up = look_again(c) == FIO_FOUND;
	return FIO_RESTLESS;
}

/* Up to `want` bytes; fewer than that only at the end of the file, or when
 * `enough` are there and the kernel gave fewer than it was asked for. */
static ssize_t
fill(struct fio_content *c, char *to, size_t want, size_t enough)
{
	size_t have = 0;

	while (have < want) {
		size_t left = want - have;
		if (left > FIO_CONTENT_STEP)
			left = FIO_CONTENT_STEP;
		if (fio_task_is_cancelled(c->task))
			return -ECANCELED;
		ssize_t n = c->sys->read(c->sys, c->fd, to + have, left);
		if (n == -EINTR)
			continue;
		if (n < 0)
			return n;
		have += (size_t)n;
		if (n == 0 || ((size_t)n < left && have >= enough))
			break;
	}
	return (ssize_t)have;
}

/* No file fails so by itself. */
static enum fio_found
fail_reading(struct fio_content *c, int rc)
{
	return rc == -ECANCELED ? FIO_CANCELLED : fail(c, "reading", rc);
}

/* Like buf_room, but a buffer that holds nothing gets little more than it
 * needs: most contents are kept as they are, or grow by a line. */
static char *
room(struct buf *b, size_t n)
{
	size_t cap = n + n / 64 + 1;

	if (b->n == 0 && b->cap < cap) {
		mem_free(b->p);
		b->p = mem_grow(NULL, cap, 1);
		b->cap = cap;
	}
	return buf_room(b, n);
}

enum fio_found
fio_content_load(struct fio_content *c, uint64_t max, struct buf *ret)
{
	size_t size = (size_t)c->st.st_size;
	size_t start = ret->n;

	if (size > max)
		return FIO_LARGE;
	/* One byte more than expected shows a file that grew. */
	ssize_t n = fill(c, room(ret, size + 1), size + 1, size);
	if (n < 0)
		return fail_reading(c, (int)n);
	buf_added(ret, (size_t)n);
	enum fio_found f =
		(size_t)n == size ? look_again(c) : unlike_its_size(c);
	if (f != FIO_FOUND) {
		ret->n = start;
		ret->p[start] = '\0';
	}
	return f;
}

/* The rest of a file of more than one piece. */
static enum fio_found
sum_pieces(
	struct fio_content *c, struct fio_summing *s, size_t kinds, char *piece)
{
	uint64_t left = (uint64_t)c->st.st_size + 1;

	while (left > 0) {
		size_t want = left < PIECE ? (size_t)left : PIECE;
		ssize_t n =
			fill(c, piece, want, left == want ? want - 1 : want);
		if (n < 0)
			return fail_reading(c, (int)n);
		for (size_t k = 0; k < kinds; k++)
			fio_summing_add(&s[k], str_of(piece, (size_t)n));
		left -= (uint64_t)n;
		if ((size_t)n < want)
			break;
	}
	return left == 1 ? look_again(c) : unlike_its_size(c);
}

/* Of `n` kinds from `kind` on, and as many `ret`. */
static enum fio_found
sum_kinds(struct fio_content *c, uint64_t max, enum wio_digest_kind kind,
	size_t n, struct buf *piece, struct fio_sum *ret)
{
	struct fio_summing s[FIO_SUM_KINDS];

	buf_reset(piece);
	if ((uint64_t)c->st.st_size < PIECE) { /* mostly it is one */
		enum fio_found f = fio_content_load(c, max, piece);
		for (size_t k = 0; f == FIO_FOUND && k < n; k++)
			ret[k] = fio_sum((enum wio_digest_kind)(kind + k),
				buf_str(piece));
		buf_reset(piece);
		return f;
	}
	if ((uint64_t)c->st.st_size > max)
		return FIO_LARGE;
	for (size_t k = 0; k < n; k++)
		fio_summing_init(&s[k], (enum wio_digest_kind)(kind + k));
	enum fio_found f = sum_pieces(c, s, n, buf_room(piece, PIECE));
	for (size_t k = 0; k < n; k++) {
		if (f == FIO_FOUND)
			ret[k] = fio_summing_end(&s[k]);
		else
			fio_summing_release(&s[k]);
	}
	return f;
}

enum fio_found
fio_content_sum(struct fio_content *c, uint64_t max, enum wio_digest_kind kind,
	struct buf *piece, struct fio_sum *ret)
{
	return sum_kinds(c, max, kind, 1, piece, ret);
}

enum fio_found
fio_content_sums(struct fio_content *c, uint64_t max, struct buf *piece,
	struct fio_sum ret[FIO_SUM_KINDS])
{
	return sum_kinds(c, max, WIO_XXH3, FIO_SUM_KINDS, piece, ret);
}

struct wio_identity
fio_identity(const struct stat *st)
{
	return (struct wio_identity){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime_ns = stamp_ns(st->st_mtim),
		.ctime_ns = stamp_ns(st->st_ctim),
	};
}

bool
fio_identity_eq(const struct wio_identity *a, const struct wio_identity *b)
{
	return a->ino == b->ino && a->size == b->size &&
		a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
		a->dev == b->dev;
}

bool
fio_identity_settled(const struct wio_identity *who, int64_t seen_ns)
{
	int64_t last =
		who->mtime_ns > who->ctime_ns ? who->mtime_ns : who->ctime_ns;
	bool coarse = last % NS_PER_SEC == 0;

	return seen_ns - last > (coarse ? COARSE_GRAIN_NS : GRAIN_NS);
}
