/* SPDX-License-Identifier: MIT */
#include "fio/file-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"

/*
 * Putting new bytes in the place of a version, with people saving the same
 * file at the same moment. After the rename of the temporary file to a name
 * of its own, the swap name:
 *
 *	step                      name     swap         after a crash
 *	-                         base     ours         swap is removed
 *	1 exchange                ours     displaced    swap is kept
 *	2 look: it is the base
 *	  move it to `old`        ours     -
 *	2 look: it is not
 *	  exchange back           edit     ours         swap is removed
 *	  move ours to `odd`      edit     -
 *
 * The look is under a read lease, which the kernel grants only when nobody has
 * the file open for writing. An editor may be quicker than step 2: then what
 * comes back out is neither ours nor what was there before, but a newer edit,
 * which goes in again.
 *
 * A swap name is ".NAME.<random>.<digest of ours>.<digest of the base>"
 * SWAP_SUFFIX, so that who finds it can tell whose bytes are in it.
 */

#define SWAP_SUFFIX ".weir-swap"

enum {
	HEX_DIGITS = 32, /* of a digest */
	/* Rounds that only somebody who saves without a pause can cause. */
	GIVE_BACK_MAX = 1000,
};

struct swap {
	const struct fio_dir *d;
	const char *name;
	const struct fio_keep *keep;
	char at[256]; /* its name */
};

static void
hex_of(struct fio_digest d, char ret[FIO_DIGEST_TEXT])
{
	char text[FIO_DIGEST_TEXT];

	fio_digest_format(d, text);
	memcpy(ret, text + strlen(text) - HEX_DIGITS, HEX_DIGITS + 1);
}

static bool
hex_parse(struct str hex, struct fio_digest *ret)
{
	char text[FIO_DIGEST_TEXT];

	if (hex.n != HEX_DIGITS)
		return false;
	(void)snprintf(text, sizeof(text), "xxh3:%.*s", STR_ARG(hex));
	return fio_digest_parse(str_from(text), ret);
}

/*
 * Whether the file holds the bytes of `v` and nobody can be writing it. What
 * cannot be read is not it.
 */
static bool
holds(const struct fio_dir *d, const char *file, const struct fio_version *v)
{
	struct sys *sys = d->sys;
	struct fio_path path = fio_path(d, file);
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_version now;
	struct err ignored;
	struct stat st;
	bool same = false;

	int fd = sys->openat(sys, d->fd, file,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	/* Refused for another reason: what we keep is all there is. */
	if (sys->lease(sys, fd, F_RDLCK) != -EAGAIN &&
		sys->fstat(sys, fd, &st) == 0 && st.st_size == v->size) {
		/* The renames changed its ctime; a write changes its mtime. */
		same = v->settled && st.st_dev == v->dev &&
			st.st_ino == v->ino &&
			st.st_mtim.tv_sec == v->mtime.tv_sec &&
			st.st_mtim.tv_nsec == v->mtime.tv_nsec;
		if (!same)
			same = fio_read_fd(sys, fd, &path, (size_t)v->size,
				       &bytes, &now, &ignored) == 0 &&
				fio_digest_eq(now.digest, v->digest);
	}
	(void)sys->close(sys, fd);
	return same;
}

static int
move_to(const struct swap *s, const char *sub, const char *as)
{
	return fio_dir_put_away(s->d, s->at, s->keep->dir, sub, as);
}

/* "2026-11-20T11:00:46.123456789Z" */
static void
format_now(struct sys *sys, char ret[STAMP_SIZE])
{
	char second[STAMP_SIZE];
	int64_t now = sys->clock(sys, SYS_CLOCK_UNIX);

	stamp_format(now, second);
	second[strlen(second) - 1] = '\0';
	(void)snprintf(ret, STAMP_SIZE, "%.40s.%09lldZ", second,
		(long long)(now % NS_PER_SEC));
}

/*
 * The swap name holds nothing that is not elsewhere. It is moved and not
 * removed for those who have it open and write it later; if it cannot be, what
 * it held is not worth failing for.
 */
static void
retire(const struct swap *s, struct fio_digest digest, struct fio_digest next,
	bool is_old)
{
	char as[500], hex[FIO_DIGEST_TEXT], hex_next[FIO_DIGEST_TEXT];
	char when[STAMP_SIZE];

	if (s->keep != NULL) {
		format_now(s->d->sys, when);
		hex_of(digest, hex);
		hex_of(next, hex_next);
		(void)snprintf(as, sizeof(as), "%s.%s.%s.%s", s->name, when,
			hex, hex_next);
		if (move_to(s, is_old ? s->keep->old : s->keep->odd, as) == 0)
			return;
	}
	(void)s->d->sys->unlinkat(s->d->sys, s->d->fd, s->at, 0);
}

/* The swap name holds what may be nowhere else. */
static int
set_aside(const struct swap *s, struct err *e)
{
	char as[500], when[STAMP_SIZE];
	uint64_t random;
	struct sys *sys = s->d->sys;

	int rc = sys->random(sys, &random, sizeof(random));
	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	format_now(sys, when);
	(void)snprintf(as, sizeof(as), "%s.conflict-%s-%08llx", s->name, when,
		(unsigned long long)(random & 0xffffffff));
	if (s->keep != NULL && move_to(s, s->keep->odd, as) == 0)
		return 0;
	rc = sys->renameat(
		sys, s->d->fd, s->at, s->d->fd, as, RENAME_NOREPLACE);
	if (rc < 0)
		return err_sys(e, -rc, "keeping '%s', which was in '%s'",
			fio_path(s->d, s->at).text, s->name);
	return fio_dir_sync(s->d, e);
}

/* What a failure in the middle leaves can only be looked at. */
static int
stranded(const struct swap *s, int rc, struct err *e)
{
	err_sys(e, -rc,
		"giving back an edit of '%s' made while it was saved; it is "
		"in '%s'",
		s->name, fio_path(s->d, s->at).text);
	e->code = ERR_POISONED;
	return -1;
}

/*
 * Exchange until what comes out is what went in by the exchange before: then
 * nobody has saved in between, and the name holds the newest edit.
 */
static int
give_back(const struct swap *s, const struct fio_temp *ours, struct err *e)
{
	struct sys *sys = s->d->sys;
	struct stat edit = {0}, out = {0};
	ino_t put = ours->version.ino;

	for (int i = 0;; i++) {
		int rc = sys->fstatat(
			sys, s->d->fd, s->at, AT_SYMLINK_NOFOLLOW, &edit);
		if (rc == 0)
			rc = sys->renameat(sys, s->d->fd, s->at, s->d->fd,
				s->name, RENAME_EXCHANGE);
		if (rc == -ENOENT) /* ours was taken away meanwhile */
			break;
		if (rc == 0)
			rc = sys->fstatat(sys, s->d->fd, s->at,
				AT_SYMLINK_NOFOLLOW, &out);
		if (rc < 0 || i == GIVE_BACK_MAX)
			return stranded(s, rc, e);
		if (out.st_ino == put)
			break;
		put = edit.st_ino;
	}
	if (sys->fsync(sys, s->d->fd) < 0)
		return stranded(s, -EIO, e);
	if (!holds(s->d, s->at, &ours->version))
		return set_aside(s, e);
	retire(s, ours->version.digest, ours->version.digest, false);
	return 0;
}

/* Nothing may be there yet. */
static int
fill_gap(const struct fio_dir *d, const char *name, struct fio_temp *t,
	struct err *e)
{
	struct fio_path path = fio_path(d, name);

	int rc = d->sys->renameat(
		d->sys, d->fd, t->name, d->fd, name, RENAME_NOREPLACE);
	if (rc == 0)
		return 0;
	(void)d->sys->unlinkat(d->sys, d->fd, t->name, 0);
	if (rc == -EEXIST)
		return fio_conflict(&path, e);
	return err_sys(e, -rc, "creating '%s'", path.text);
}

static int
name_swap(struct swap *s, const struct fio_temp *t,
	const struct fio_version *base, struct err *e)
{
	char ours[FIO_DIGEST_TEXT], old[FIO_DIGEST_TEXT];
	struct sys *sys = s->d->sys;
	uint64_t random;

	int rc = sys->random(sys, &random, sizeof(random));
	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	hex_of(t->version.digest, ours);
	hex_of(base->digest, old);
	int n = snprintf(s->at, sizeof(s->at), ".%s.%08llx.%s.%s" SWAP_SUFFIX,
		s->name, (unsigned long long)(random & 0xffffffff), ours, old);
	if (n < 0 || (size_t)n >= sizeof(s->at))
		return err_set(e, ERR_LIMIT, "the file name '%s' is too long",
			s->name);
	rc = sys->renameat(sys, s->d->fd, t->name, s->d->fd, s->at, 0);
	if (rc < 0)
		return err_sys(
			e, -rc, "replacing '%s'", fio_path(s->d, s->name).text);
	return 0;
}

/* What is there and known to be old gives way to ours. 1: it was not old. */
static int
trade(const struct swap *s, const struct fio_version *base,
	const struct fio_temp *t, struct err *e)
{
	struct sys *sys = s->d->sys;

	int rc = sys->renameat(
		sys, s->d->fd, s->at, s->d->fd, s->name, RENAME_EXCHANGE);
	if (rc == -EINVAL || rc == -ENOSYS || rc == -EOPNOTSUPP) {
		rc = sys->renameat(sys, s->d->fd, s->at, s->d->fd, s->name, 0);
		if (rc == 0)
			return 0;
	}
	if (rc < 0) {
		(void)sys->unlinkat(sys, s->d->fd, s->at, 0);
		return rc == -ENOENT ? 1
				     : err_sys(e, -rc, "replacing '%s'",
					       fio_path(s->d, s->name).text);
	}
	if (holds(s->d, s->at, base)) {
		retire(s, base->digest, t->version.digest, true);
		return 0;
	}
	return give_back(s, t, e) < 0 ? -1 : 1;
}

int
fio_exchange(const struct fio_dir *d, const char *name, struct fio_temp *t,
	const struct fio_replacing *how, struct err *e)
{
	struct fio_path path = fio_path(d, name);
	struct fio_version base = *how->expected;
	struct swap s = {.d = d, .name = name, .keep = how->keep};

	if (!base.exists)
		return fill_gap(d, name, t, e);
	int rc = fio_is_version(d, name, &base, e);
	if (rc == 1)
		fio_conflict(&path, e);
	if (rc != 0 || name_swap(&s, t, &base, e) < 0) {
		(void)d->sys->unlinkat(d->sys, d->fd, t->name, 0);
		return -1;
	}
	rc = trade(&s, &base, t, e);
	return rc == 1 ? fio_conflict(&path, e) : rc;
}

/*
 * What is found later.
 */
bool
fio_is_swap(struct str name)
{
	return str_starts(name, STR(".")) && str_ends(name, STR(SWAP_SUFFIX));
}

/* Cut ".<n bytes>" off the end. */
static bool
cut_tail(struct str *s, size_t n, struct str *ret)
{
	if (s->n <= n + 1 || s->s[s->n - n - 1] != '.')
		return false;
	*ret = str_from_at(*s, s->n - n);
	*s = str_of(s->s, s->n - n - 1);
	return true;
}

/* A file of that digest, whatever else it is. */
static bool
is_digest(const struct fio_dir *d, const char *file, struct fio_digest digest)
{
	struct stat st;
	struct fio_version v = {.digest = digest};

	if (d->sys->fstatat(d->sys, d->fd, file, AT_SYMLINK_NOFOLLOW, &st) < 0)
		return false;
	v.size = st.st_size;
	return holds(d, file, &v);
}

int
fio_exchange_sweep(const struct fio_dir *d, const char *swap,
	const struct fio_keep *keep, struct err *e)
{
	struct fio_digest ours, base;
	struct str rest = str_from(swap), hex_ours, hex_base, random;
	char name[256];
	struct swap s = {.d = d, .name = name, .keep = keep};

	rest = str_from_at(rest, 1);
	rest = str_of(rest.s, rest.n - (sizeof(SWAP_SUFFIX) - 1));
	if (!cut_tail(&rest, HEX_DIGITS, &hex_base) ||
		!cut_tail(&rest, HEX_DIGITS, &hex_ours) ||
		!cut_tail(&rest, 8, &random) || !hex_parse(hex_base, &base) ||
		!hex_parse(hex_ours, &ours) || rest.n >= sizeof(name))
		return 0; /* not one of ours */
	(void)snprintf(name, sizeof(name), "%.*s", STR_ARG(rest));
	(void)snprintf(s.at, sizeof(s.at), "%s", swap);
	if (is_digest(d, swap, ours))
		retire(&s, ours, ours, false);
	else if (is_digest(d, swap, base))
		retire(&s, base, ours, true);
	else
		return set_aside(&s, e);
	return 0;
}

bool
fio_kept_parse(struct str file, const char *name, struct fio_kept *ret)
{
	struct str hex;
	size_t n = strlen(name);

	if (!cut_tail(&file, HEX_DIGITS, &hex) || !hex_parse(hex, &ret->next) ||
		!cut_tail(&file, HEX_DIGITS, &hex) ||
		!hex_parse(hex, &ret->digest))
		return false;
	if (file.n <= n + 1 || !str_starts(file, str_from(name)) ||
		file.s[n] != '.')
		return false;
	return stamp_parse(str_from_at(file, n + 1), &ret->at_ns);
}
