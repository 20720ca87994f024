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
 * FIO_SWAP_SUFFIX, so that who finds it can tell whose bytes are in it.
 */

enum {
	HEX_DIGITS = 32, /* of a digest */
	/* Rounds that only somebody who saves without a pause can cause. */
	GIVE_BACK_MAX = 1000,
};

static void
hex_of(struct fio_digest d, char ret[FIO_DIGEST_TEXT])
{
	char text[FIO_DIGEST_TEXT];

	fio_digest_format(d, text);
	memcpy(ret, text + strlen(text) - HEX_DIGITS, HEX_DIGITS + 1);
}

/* `*ret_alone`: the kernel says that nobody can be writing it. */
static bool
holds(const struct fio_dir *d, const char *file, const struct fio_version *v,
	bool *ret_alone)
{
	struct sys *sys = d->sys;
	struct fio_path path = fio_path(d, file);
	struct fio_version now = *v;
	struct err ignored;
	struct stat st;
	bool same = false;

	*ret_alone = false;
	int fd = sys->openat(sys, d->fd, file,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	/* Refused for another reason: what we keep is all there is. */
	int lease = sys->lease(sys, fd, F_RDLCK);
	*ret_alone = lease == 0;
	if (lease != -EAGAIN && sys->fstat(sys, fd, &st) == 0 &&
		st.st_size == v->size) {
		/* The renames changed its ctime; a write changes its mtime. */
		same = v->settled && st.st_dev == v->dev &&
			st.st_ino == v->ino &&
			st.st_mtim.tv_sec == v->mtime.tv_sec &&
			st.st_mtim.tv_nsec == v->mtime.tv_nsec;
		if (!same)
			same = fio_verify_fd(sys, fd, &path, &now, &ignored) ==
				0;
	}
	(void)sys->close(sys, fd);
	return same;
}

bool
fio_holds(
	const struct fio_dir *d, const char *file, const struct fio_version *v)
{
	bool ignored;

	return holds(d, file, v, &ignored);
}

static int
move_to(const struct fio_swap *s, const char *sub, const char *as)
{
	return fio_dir_put_away(s->d, s->at, s->keep->dir, sub, as);
}

/* "2026-11-20T11:00:46.123456789Z" */
static void
format_now(const struct fio_swap *s, char ret[STAMP_SIZE])
{
	char second[STAMP_SIZE];
	struct sys *sys = s->d->sys;
	int64_t now = sys->clock(sys, SYS_CLOCK_UNIX);

	if (s->keep != NULL && now <= s->keep->after_ns)
		now = s->keep->after_ns + 1;
	stamp_format(now, second);
	second[strlen(second) - 1] = '\0';
	(void)snprintf(ret, STAMP_SIZE, "%.40s.%09lldZ", second,
		(long long)(now % NS_PER_SEC));
}

/*
 * The swap name holds what we know, and is moved and not removed for those who
 * have it open and write it later. What was replaced and cannot be moved stays
 * beside the file, where a sweep tries again; ours is nobody's.
 */
static void
retire(const struct fio_swap *s, struct fio_digest digest,
	struct fio_digest next, bool is_old)
{
	char as[500], hex[FIO_DIGEST_TEXT], hex_next[FIO_DIGEST_TEXT];
	char when[STAMP_SIZE];

	if (s->keep != NULL) {
		format_now(s, when);
		hex_of(digest, hex);
		hex_of(next, hex_next);
		(void)snprintf(as, sizeof(as), FIO_NAME_PART ".%s.%s.%s",
			s->name, when, hex, hex_next);
		if (move_to(s, is_old ? s->keep->old : s->keep->odd, as) == 0 ||
			is_old)
			return;
	}
	(void)s->d->sys->unlinkat(s->d->sys, s->d->fd, s->at, 0);
}

/* Tell where it is now. */
static void
tell_aside(const struct fio_swap *s, const struct fio_dir *in, const char *sub,
	const char *as)
{
	struct fio_path path = fio_path(in, as);

	if (s->ret_aside == NULL)
		return;
	if (sub != NULL && strcmp(sub, ".") != 0)
		(void)snprintf(s->ret_aside, FIO_ASIDE_SIZE,
			"%.200s/%.100s/%.200s", in->path, sub, as);
	else
		(void)snprintf(
			s->ret_aside, FIO_ASIDE_SIZE, "%.511s", path.text);
}

/* The swap name holds what may be nowhere else. */
int
fio_swap_set_aside(const struct fio_swap *s, struct err *e)
{
	char as[500], when[STAMP_SIZE];
	uint64_t random;
	struct sys *sys = s->d->sys;

	int rc = sys->random(sys, &random, sizeof(random));
	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	format_now(s, when);
	(void)snprintf(as, sizeof(as), FIO_NAME_PART ".conflict-%s-%08llx",
		s->name, when, (unsigned long long)(random & 0xffffffff));
	if (s->keep != NULL && !s->keep->edits_beside &&
		fio_dir_keep(s->d, s->at, s->keep->dir, s->keep->odd, as) ==
			0) {
		tell_aside(s, s->keep->dir, s->keep->odd, as);
		return 0;
	}
	rc = sys->renameat(
		sys, s->d->fd, s->at, s->d->fd, as, RENAME_NOREPLACE);
	if (rc < 0)
		return err_sys(e, -rc, "keeping '%s', which was in '%s'",
			fio_path(s->d, s->at).text, s->name);
	tell_aside(s, s->d, NULL, as);
	return fio_dir_sync(s->d, e);
}

/* What a failure in the middle leaves can only be looked at. */
static int
stranded(const struct fio_swap *s, int rc, struct err *e)
{
	err_sys(e, -rc,
		"giving back an edit of '%s' made while it was saved; it is "
		"in '%s'",
		s->name, fio_path(s->d, s->at).text);
	e->code = ERR_POISONED;
	return -1;
}

/*
 * Exchange until what comes out is what went in by the exchange before, first
 * `put`: then nobody has saved in between, and the name holds the newest edit.
 * What came out last and is not provably `put` is set aside; else it stays in
 * the swap, `*ret_there`.
 */
static int
give_back(const struct fio_swap *s, const struct fio_version *put,
	bool *ret_there, struct err *e)
{
	struct sys *sys = s->d->sys;
	struct stat edit = {0}, out = {0};
	ino_t last = put->ino;

	for (int i = 0;; i++) {
		int rc = sys->fstatat(
			sys, s->d->fd, s->at, AT_SYMLINK_NOFOLLOW, &edit);
		if (rc == 0)
			rc = sys->renameat(sys, s->d->fd, s->at, s->d->fd,
				s->name, RENAME_EXCHANGE);
		if (rc == -ENOENT) /* `put` was taken away meanwhile */
			break;
		if (rc == 0)
			rc = sys->fstatat(sys, s->d->fd, s->at,
				AT_SYMLINK_NOFOLLOW, &out);
		if (rc < 0 || i == GIVE_BACK_MAX)
			return stranded(s, rc, e);
		if (out.st_ino == last)
			break;
		last = edit.st_ino;
	}
	if (sys->fsync(sys, s->d->fd) < 0)
		return stranded(s, -EIO, e);
	*ret_there = fio_holds(s->d, s->at, put);
	return *ret_there ? 0 : fio_swap_set_aside(s, e);
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
name_swap(struct fio_swap *s, struct err *e)
{
	char ours[FIO_DIGEST_TEXT], old[FIO_DIGEST_TEXT];
	struct sys *sys = s->d->sys;
	uint64_t random;

	int rc = sys->random(sys, &random, sizeof(random));
	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	hex_of(s->ours.digest, ours);
	hex_of(s->base.digest, old);
	(void)snprintf(s->at, sizeof(s->at),
		"." FIO_NAME_PART ".%08llx.%s.%s" FIO_SWAP_SUFFIX, s->name,
		(unsigned long long)(random & 0xffffffff), ours, old);
	return 0;
}

int
fio_swap_make(struct fio_swap *s, const struct fio_temp *t, struct err *e)
{
	struct sys *sys = s->d->sys;

	s->ours = t->version;
	int rc = name_swap(s, e);
	if (rc == 0) {
		rc = sys->renameat(sys, s->d->fd, t->name, s->d->fd, s->at, 0);
		if (rc < 0)
			err_sys(e, -rc, "replacing '%s'",
				fio_path(s->d, s->name).text);
	}
	if (rc < 0)
		(void)sys->unlinkat(sys, s->d->fd, t->name, 0);
	s->unseen = rc == 0;
	return rc < 0 ? -1 : 0;
}

/* Where two names cannot be exchanged nobody can look afterwards. */
static int
replace_checked(const struct fio_swap *s, struct err *e)
{
	struct sys *sys = s->d->sys;
	struct fio_version now = s->base;

	int rc = fio_is_version(s->d, s->name, &now, e);
	if (rc == 0) {
		rc = sys->renameat(sys, s->d->fd, s->at, s->d->fd, s->name, 0);
		if (rc == 0)
			return 0;
		err_sys(e, -rc, "replacing '%s'", fio_path(s->d, s->name).text);
	}
	(void)sys->unlinkat(sys, s->d->fd, s->at, 0);
	return rc == 1 ? 1 : -1;
}

/*
 * Somebody has it open for writing: an exchange would have to be undone, and
 * who reads the name meanwhile would save on top of ours.
 */
static bool
is_being_written(const struct fio_dir *d, const char *name)
{
	struct sys *sys = d->sys;
	int fd = sys->openat(sys, d->fd, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);

	if (fd < 0)
		return false;
	bool written = sys->lease(sys, fd, F_RDLCK) == -EAGAIN;
	(void)sys->close(sys, fd);
	return written;
}

int
fio_swap_trade(struct fio_swap *s, struct err *e)
{
	struct sys *sys = s->d->sys;
	bool there = false;

	if (is_being_written(s->d, s->name)) {
		fio_swap_drop(s);
		return 1;
	}
	int rc = sys->renameat(
		sys, s->d->fd, s->at, s->d->fd, s->name, RENAME_EXCHANGE);
	s->unseen &= rc < 0;
	s->no_exchange = rc == -EINVAL || rc == -ENOSYS || rc == -EOPNOTSUPP;
	if (s->no_exchange && s->may_replace)
		return replace_checked(s, e);
	if (s->no_exchange) {
		fio_swap_drop(s);
		return 1;
	}
	if (rc < 0) {
		(void)sys->unlinkat(sys, s->d->fd, s->at, 0);
		return rc == -ENOENT ? 1
				     : err_sys(e, -rc, "replacing '%s'",
					       fio_path(s->d, s->name).text);
	}
	if (fio_holds(s->d, s->at, &s->base))
		return 0;
	if (give_back(s, &s->ours, &there, e) < 0)
		return -1;
	if (there)
		fio_swap_drop(s);
	return 1;
}

int
fio_swap_undo(struct fio_swap *s, struct err *e)
{
	struct sys *sys = s->d->sys;
	bool there = false;

	int rc = sys->renameat(
		sys, s->d->fd, s->at, s->d->fd, s->name, RENAME_EXCHANGE);
	if (rc == -ENOENT) /* ours was taken away: that is an edit as well */
		return 1;
	if (rc < 0)
		return stranded(s, rc, e);
	if (fio_holds(s->d, s->at, &s->ours))
		return 0;
	return give_back(s, &s->base, &there, e) < 0 ? -1 : 1;
}

void
fio_swap_retire(const struct fio_swap *s)
{
	retire(s, s->base.digest, s->ours.digest, true);
}

void
fio_swap_drop(const struct fio_swap *s)
{
	bool alone;

	if (holds(s->d, s->at, &s->ours, &alone) && (alone || s->unseen))
		(void)s->d->sys->unlinkat(s->d->sys, s->d->fd, s->at, 0);
	else
		retire(s, s->ours.digest, s->ours.digest, false);
}

int
fio_exchange(const struct fio_dir *d, const char *name, struct fio_temp *t,
	const struct fio_replacing *how, struct err *e)
{
	struct fio_path path = fio_path(d, name);
	struct fio_swap s = {.d = d,
		.name = name,
		.keep = how->keep,
		.base = *how->expected,
		.ret_aside = how->ret_aside,
		.may_replace = true};

	if (!s.base.exists)
		return fill_gap(d, name, t, e);
	/* What comes out is looked at: here it is enough that it seems so. */
	int rc = fio_seems_version(d, name, &s.base, e);
	if (rc == 1)
		fio_conflict(&path, e);
	if (rc != 0) {
		(void)d->sys->unlinkat(d->sys, d->fd, t->name, 0);
		return -1;
	}
	if (fio_swap_make(&s, t, e) < 0)
		return -1;
	rc = fio_swap_trade(&s, e);
	if (rc == 0)
		fio_swap_retire(&s);
	return rc == 1 ? fio_conflict(&path, e) : rc;
}
