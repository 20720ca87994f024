/* SPDX-License-Identifier: MIT */
#include "fio/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fio/file-priv.h"

/*
 * Writing whole files. Source of the order: reliability of rename on Linux as
 * documented in docs/crash-model.md.
 *
 *	state           on disk after a crash   left over
 *	temp written    old                     temp
 *	temp fsynced    old                     temp
 *	renamed         old or new              temp or nothing
 *	directory
 *	fsynced         new                     nothing
 *
 * A temporary file is ".NAME.<random>" FIO_TEMP_SUFFIX, so fio_sweep knows it:
 * it holds nothing but ours. exchange.c has the middle of a replace that is
 * built on a version.
 */

int
fio_write_all(struct sys *sys, int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = sys->write(sys, fd, bytes.s, bytes.n);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? (int)n : -ENOSPC;
		bytes = str_from_at(bytes, (size_t)n);
	}
	return 0;
}

enum {
	/* So that what is digested is still in the cache when it is written. */
	STEP = 256 * 1024,
	/* Less is put together first; every write but the last begins and ends
	 * at a multiple of it, so that no page is written in two. */
	SMALL = 64 * 1024,
};

/* Bytes on their way into a file. */
struct pour {
	struct sys *sys;
	int fd;
	struct fio_digesting digest;
	struct buf small;
};

static int
pour_bytes(struct pour *p, struct str bytes)
{
	fio_digest_add(&p->digest, bytes);
	return fio_write_all(p->sys, p->fd, bytes);
}

static int
pour_small(struct pour *p)
{
	int rc = pour_bytes(p, buf_str(&p->small));

	buf_reset(&p->small);
	return rc;
}

static int
pour_piece(struct pour *p, struct str piece)
{
	int rc = 0;

	while (rc == 0 && piece.n > 0) {
		size_t n = piece.n < STEP ? piece.n - piece.n % SMALL : STEP;
		if (p->small.n > 0 || n == 0) {
			n = SMALL - p->small.n;
			n = n < piece.n ? n : piece.n;
			buf_add(&p->small, piece.s, n);
			if (p->small.n == SMALL)
				rc = pour_small(p);
		} else {
			rc = pour_bytes(p, str_of(piece.s, n));
		}
		piece = str_from_at(piece, n);
	}
	return rc;
}

/* All of them, or -errno; and the digest of what they are together. */
static int
write_pieces(
	struct sys *sys, int fd, struct str_list pieces, struct fio_digest *ret)
{
	struct pour p = {.sys = sys, .fd = fd};
	int rc = 0;

	fio_digest_begin(&p.digest);
	for (size_t i = 0; rc == 0 && i < pieces.n; i++)
		rc = pour_piece(&p, pieces.items[i]);
	if (rc == 0)
		rc = pour_small(&p);
	*ret = fio_digest_end(&p.digest);
	buf_release(&p.small);
	return rc;
}

static int
name_temp(struct sys *sys, const char *name, struct fio_temp *t, struct err *e)
{
	uint64_t random;
	int rc = sys->random(sys, &random, sizeof(random));

	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	(void)snprintf(t->name, sizeof(t->name),
		"." FIO_NAME_PART ".%016llx" FIO_TEMP_SUFFIX, name,
		(unsigned long long)random);
	return 0;
}

/* The version that gives way; NULL when there is none. */
static const struct fio_version *
version_before(const struct fio_replacing *how)
{
	return how->expected != NULL && how->expected->exists ? how->expected
							      : NULL;
}

/* Changing the owner takes bits off the mode: it comes first. */
static int
set_owner(struct sys *sys, int fd, const struct fio_replacing *how)
{
	const struct fio_version *like = version_before(how);
	struct stat st;

	if (like == NULL)
		return 0;
	int rc = sys->fstat(sys, fd, &st);
	if (rc < 0 || (st.st_uid == like->uid && st.st_gid == like->gid))
		return rc;
	rc = sys->fchown(sys, fd, like->uid, like->gid);
	/* Not ours to give away: ours then. */
	return rc == -EPERM && !how->same_owner ? 0 : rc;
}

static void
note_origin(const char *name, const struct stat *st, struct fio_digest digest,
	const struct fio_replacing *how)
{
	const struct fio_written written = fio_written_of(st, how->in, name);

	fio_origins_note(how->origins, &written, digest, how->origin);
}

/* Give the open temp its bytes, owner, attributes, mode, and durability. */
static int
fill_temp(struct sys *sys, const char *name, int fd, struct fio_temp *t,
	struct str_list pieces, const struct fio_replacing *how)
{
	const struct fio_version *like = version_before(how);
	mode_t mode = like != NULL ? like->mode : how->mode;
	struct fio_digest digest;
	struct stat st;

	int rc = write_pieces(sys, fd, pieces, &digest);
	if (rc == 0)
		rc = set_owner(sys, fd, how);
	if (rc == 0 && how->attributes != NULL)
		rc = fio_attributes_write(sys, fd, how->attributes, mode);
	if (rc == 0 && (like != NULL || !how->umask))
		rc = sys->fchmod(sys, fd, mode);
	if (rc == 0 && how->durability != WIO_NOT_DURABLE)
		rc = sys->fsync(sys, fd);
	if (rc == 0)
		rc = sys->fstat(sys, fd, &st);
	if (rc == 0)
		fio_version_of(sys, &st, digest, &t->version);
	if (rc == 0 && how->origins != NULL)
		note_origin(name, &st, digest, how);
	return rc;
}

static int
fail_to_write(const struct fio_dir *d, const char *name,
	const struct fio_replacing *how, int rc, struct err *e)
{
	const struct fio_version *like = version_before(how);

	if (rc != -EPERM || like == NULL || !how->same_owner)
		return err_sys(e, -rc, "writing '%s'", fio_path(d, name).text);
	/* Nothing else is not permitted to who has made the file. */
	return err_sys(e, -rc,
		"writing '%s': it belongs to uid %lu and gid %lu, and weir, "
		"which runs as another, may not leave it to them; let its "
		"owner write it",
		fio_path(d, name).text, (unsigned long)like->uid,
		(unsigned long)like->gid);
}

static int
write_temp(const struct fio_dir *d, const char *name, struct fio_temp *t,
	struct str_list pieces, const struct fio_replacing *how, struct err *e)
{
	struct sys *sys = d->sys;

	if (name_temp(sys, name, t, e) < 0)
		return -1;
	int fd = sys->openat(sys, d->fd, t->name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		how->umask && version_before(how) == NULL ? how->mode : 0600);
	if (fd < 0)
		return err_sys(e, -fd, "creating a file beside '%s'",
			fio_path(d, name).text);
	int rc = fill_temp(sys, name, fd, t, pieces, how);
	int closed = sys->close(sys, fd);
	if (rc == 0 && closed != -EINTR) /* then it is closed all the same */
		rc = closed;
	if (rc == 0)
		return 0;
	(void)sys->unlinkat(sys, d->fd, t->name, 0);
	return fail_to_write(d, name, how, rc, e);
}

/*
 * A failed fsync leaves the kernel's copy marked clean though the disk never
 * got it: repeating it on the same file proves nothing, a new file does. One
 * such retry, as a passing error of the device is known to allow.
 */
int
fio_temp_write(struct fio_temp *ret, const struct fio_dir *d, const char *name,
	struct str_list pieces, const struct fio_replacing *how, struct err *e)
{
	if (write_temp(d, name, ret, pieces, how, e) == 0)
		return 0;
	if (e->code != ERR_SYS || e->sys != EIO)
		return -1;
	return write_temp(d, name, ret, pieces, how, e);
}

int
fio_settle(const struct fio_dir *d, const char *name, const struct fio_temp *t,
	enum wio_durability durability, struct fio_version *ret_version,
	struct err *e)
{
	struct stat st;

	int rc = durability == WIO_DURABLE ? d->sys->fsync(d->sys, d->fd) : 0;
	if (rc < 0) {
		err_sys(e, -rc,
			"making '%s' durable; what a power cut would "
			"leave is unknown, look at it before going on",
			fio_path(d, name).text);
		e->code = ERR_POISONED;
		return -1;
	}
	if (ret_version == NULL)
		return 0;
	/* Renaming changed its ctime. If somebody replaced it already, the
	 * version of ours matches nothing, which is the truth. */
	*ret_version = t->version;
	if (d->sys->fstatat(d->sys, d->fd, name, AT_SYMLINK_NOFOLLOW, &st) ==
			0 &&
		st.st_ino == t->version.ino && st.st_size == t->version.size)
		fio_version_of(d->sys, &st, t->version.digest, ret_version);
	return 0;
}

int
fio_conflict(const struct fio_path *path, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
		"'%s' was changed by somebody else; read it again", path->text);
}

/* The temporary file takes the name, whatever that holds. */
static int
take_name(const struct fio_dir *d, const char *name, const struct fio_temp *t,
	struct err *e)
{
	int rc = d->sys->renameat(d->sys, d->fd, t->name, d->fd, name, 0);

	if (rc == 0)
		return 0;
	(void)d->sys->unlinkat(d->sys, d->fd, t->name, 0);
	return err_sys(e, -rc, "replacing '%s'", fio_path(d, name).text);
}

int
fio_replace_pieces(const struct fio_dir *d, const char *name,
	struct str_list pieces, const struct fio_replacing *how,
	struct fio_version *ret_version, struct err *e)
{
	struct fio_temp t;

	if (fio_temp_write(&t, d, name, pieces, how, e) < 0)
		return -1;
	int rc = how->expected == NULL ? take_name(d, name, &t, e)
				       : fio_exchange(d, name, &t, how, e);
	if (rc < 0)
		return -1;
	return fio_settle(d, name, &t, how->durability, ret_version, e);
}

int
fio_replace_keeping(const struct fio_dir *d, const char *name, struct str bytes,
	const struct fio_replacing *how, struct fio_version *ret_version,
	struct err *e)
{
	const struct str_list one = {.items = &bytes, .n = 1};

	return fio_replace_pieces(d, name, one, how, ret_version, e);
}

int
fio_replace(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode, const struct fio_version *expected,
	struct fio_version *ret_version, struct err *e)
{
	const struct fio_replacing how = {.mode = mode, .expected = expected};

	return fio_replace_keeping(d, name, bytes, &how, ret_version, e);
}

int
fio_create_as(const struct fio_dir *d, const char *name, struct str bytes,
	const struct fio_replacing *how, struct fio_version *ret_version,
	struct err *e)
{
	const struct str_list one = {.items = &bytes, .n = 1};
	struct fio_temp t;

	if (fio_temp_write(&t, d, name, one, how, e) < 0)
		return -1;
	int rc = d->sys->renameat(
		d->sys, d->fd, t.name, d->fd, name, RENAME_NOREPLACE);
	if (rc == 0)
		return fio_settle(d, name, &t, how->durability, ret_version, e);
	(void)d->sys->unlinkat(d->sys, d->fd, t.name, 0);
	if (rc == -EEXIST)
		return 1;
	return err_sys(e, -rc, "creating '%s'", fio_path(d, name).text);
}

int
fio_create(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode, struct err *e)
{
	const struct fio_replacing how = {.mode = mode};

	return fio_create_as(d, name, bytes, &how, NULL, e);
}

int
fio_move(const struct fio_dir *d, const char *from, const char *to,
	struct err *e)
{
	int rc = d->sys->renameat(
		d->sys, d->fd, from, d->fd, to, RENAME_NOREPLACE);

	if (rc == -ENOENT)
		return 1;
	if (rc == -EEXIST)
		return err_set(e, ERR_CONFLICT, "'%s' exists already",
			fio_path(d, to).text);
	if (rc < 0)
		return err_sys(e, -rc, "moving '%s'", fio_path(d, from).text);
	return fio_dir_sync(d, e);
}

int
fio_displace(const struct fio_dir *d, const char *name, const char *aside,
	struct str bytes, mode_t mode, struct err *e)
{
	int rc = fio_create(d, aside, bytes, mode, e);

	if (rc != 0)
		return rc;
	rc = d->sys->renameat(
		d->sys, d->fd, aside, d->fd, name, RENAME_EXCHANGE);
	if (rc == 0)
		return fio_dir_sync(d, e);
	fio_drop(d, aside);
	return err_sys(e, -rc, "exchanging '%s' and '%s'",
		fio_path(d, name).text, fio_path(d, aside).text);
}

int
fio_remove(const struct fio_dir *d, const char *name, struct err *e)
{
	int rc = d->sys->unlinkat(d->sys, d->fd, name, 0);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return err_sys(e, -rc, "removing '%s'", fio_path(d, name).text);
	return fio_dir_sync(d, e);
}

void
fio_drop(const struct fio_dir *d, const char *name)
{
	(void)d->sys->unlinkat(d->sys, d->fd, name, 0);
}

int
fio_leftovers(const struct fio_dir *d, struct arena *a, struct str_list *ret,
	struct err *e)
{
	struct str_list all;
	size_t n = 0;

	if (fio_dir_list(d, ".", a, &all, e) < 0)
		return -1;
	struct str *kept = ARENA_ARRAY(a, struct str, all.n);
	for (size_t i = 0; i < all.n; i++)
		if (fio_is_leftover(all.items[i]))
			kept[n++] = all.items[i];
	*ret = (struct str_list){.items = kept, .n = n};
	return 0;
}

int
fio_sweep_keeping(
	const struct fio_dir *d, const struct fio_keep *keep, struct err *e)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;
	bool synced = false;

	if (fio_leftovers(d, &a, &names, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		const char *name = names.items[i].s;
		if (fio_is_swap(names.items[i])) {
			/* What is in it is only known to stay once the
			 * exchanges of who died are durable. */
			if (!synced && fio_dir_sync(d, e) < 0)
				return -1;
			synced = true;
			if (fio_exchange_sweep(d, name, keep, e) < 0)
				return -1;
			continue;
		}
		int rc = d->sys->unlinkat(d->sys, d->fd, name, 0);
		if (rc < 0 && rc != -ENOENT)
			return err_sys(e, -rc, "removing '%s'",
				fio_path(d, name).text);
	}
	return 0;
}

int
fio_sweep(const struct fio_dir *d, struct err *e)
{
	return fio_sweep_keeping(d, NULL, e);
}
