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
 * A temporary file is ".NAME.<random>" TEMP_SUFFIX, so fio_sweep knows it.
 */

#define TEMP_SUFFIX ".weir-tmp"

struct temp {
	char name[256];
	struct stat st;
};

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

static int
name_temp(struct sys *sys, const char *name, struct temp *t, struct err *e)
{
	uint64_t random;
	int rc = sys->random(sys, &random, sizeof(random));

	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	int n = snprintf(t->name, sizeof(t->name), ".%s.%016llx" TEMP_SUFFIX,
		name, (unsigned long long)random);
	if (n < 0 || (size_t)n >= sizeof(t->name))
		return err_set(
			e, ERR_LIMIT, "the file name '%s' is too long", name);
	return 0;
}

/* Give the open temp its mode and owner, bytes, and durability. */
static int
fill_temp(const struct fio_dir *d, int fd, struct temp *t, struct str bytes,
	mode_t mode, const struct fio_version *like)
{
	struct sys *sys = d->sys;

	int rc = fio_write_all(sys, fd, bytes);
	if (rc == 0)
		rc = sys->fchmod(sys, fd, mode);
	if (rc == 0)
		rc = sys->fstat(sys, fd, &t->st);
	if (rc == 0 && like != NULL &&
		(t->st.st_uid != like->uid || t->st.st_gid != like->gid)) {
		rc = sys->fchown(sys, fd, like->uid, like->gid);
		if (rc == -EPERM) /* not ours to give away: ours then */
			rc = 0;
	}
	if (rc == 0)
		rc = sys->fsync(sys, fd);
	if (rc == 0)
		rc = sys->fstat(sys, fd, &t->st);
	return rc;
}

static int
write_temp(const struct fio_dir *d, const char *name, struct temp *t,
	struct str bytes, mode_t mode, const struct fio_version *like,
	struct err *e)
{
	struct sys *sys = d->sys;

	if (name_temp(sys, name, t, e) < 0)
		return -1;
	int fd = sys->openat(sys, d->fd, t->name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, -fd, "creating a file beside '%s'",
			fio_path(d, name).text);
	int rc = fill_temp(d, fd, t, bytes, mode, like);
	int closed = sys->close(sys, fd);
	if (rc == 0 && closed != -EINTR) /* then it is closed all the same */
		rc = closed;
	if (rc == 0)
		return 0;
	(void)sys->unlinkat(sys, d->fd, t->name, 0);
	return err_sys(e, -rc, "writing '%s'", fio_path(d, name).text);
}

/*
 * A failed fsync leaves the kernel's copy marked clean though the disk never
 * got it: repeating it on the same file proves nothing, a new file does. One
 * such retry, as a passing error of the device is known to allow.
 */
static int
write_temp_twice(const struct fio_dir *d, const char *name, struct temp *t,
	struct str bytes, mode_t mode, const struct fio_version *like,
	struct err *e)
{
	if (write_temp(d, name, t, bytes, mode, like, e) == 0)
		return 0;
	if (e->code != ERR_SYS || e->sys != EIO)
		return -1;
	return write_temp(d, name, t, bytes, mode, like, e);
}

/* The rename is done; make it last and say what is there now. */
static int
settle(const struct fio_dir *d, const char *name, struct str bytes,
	const struct temp *t, struct fio_version *ret_version, struct err *e)
{
	struct stat st;

	int rc = d->sys->fsync(d->sys, d->fd);
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
	if (d->sys->fstatat(d->sys, d->fd, name, AT_SYMLINK_NOFOLLOW, &st) <
			0 ||
		st.st_ino != t->st.st_ino || st.st_size != t->st.st_size)
		st = t->st;
	fio_version_of(d->sys, &st, fio_digest(bytes), ret_version);
	return 0;
}

int
fio_replace(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode, const struct fio_version *expected,
	struct fio_version *ret_version, struct err *e)
{
	struct fio_path path = fio_path(d, name);
	struct temp t;

	bool keep = expected != NULL && expected->exists;
	if (write_temp_twice(d, name, &t, bytes, keep ? expected->mode : mode,
		    keep ? expected : NULL, e) < 0)
		return -1;
	int rc = 0;
	if (expected != NULL) {
		struct fio_version copy = *expected;
		rc = fio_is_version(d, name, &copy, e);
	}
	if (rc == 1)
		rc = err_set(e, ERR_CONFLICT,
			"'%s' was changed by somebody else; read it again",
			path.text);
	if (rc == 0) {
		rc = d->sys->renameat(d->sys, d->fd, t.name, d->fd, name, 0);
		if (rc < 0)
			err_sys(e, -rc, "replacing '%s'", path.text);
	}
	if (rc < 0) {
		(void)d->sys->unlinkat(d->sys, d->fd, t.name, 0);
		return -1;
	}
	return settle(d, name, bytes, &t, ret_version, e);
}

int
fio_create(const struct fio_dir *d, const char *name, struct str bytes,
	mode_t mode, struct err *e)
{
	struct temp t;

	if (write_temp_twice(d, name, &t, bytes, mode, NULL, e) < 0)
		return -1;
	int rc = d->sys->renameat(
		d->sys, d->fd, t.name, d->fd, name, RENAME_NOREPLACE);
	if (rc == 0)
		return settle(d, name, bytes, &t, NULL, e);
	(void)d->sys->unlinkat(d->sys, d->fd, t.name, 0);
	if (rc == -EEXIST)
		return 1;
	return err_sys(e, -rc, "creating '%s'", fio_path(d, name).text);
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
fio_remove(const struct fio_dir *d, const char *name, struct err *e)
{
	int rc = d->sys->unlinkat(d->sys, d->fd, name, 0);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return err_sys(e, -rc, "removing '%s'", fio_path(d, name).text);
	return fio_dir_sync(d, e);
}

int
fio_sweep(const struct fio_dir *d, struct err *e)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	if (fio_dir_list(d, ".", &a, &names, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		if (!str_ends(names.items[i], STR(TEMP_SUFFIX)))
			continue;
		int rc = d->sys->unlinkat(d->sys, d->fd, names.items[i].s, 0);
		if (rc < 0 && rc != -ENOENT)
			return err_sys(e, -rc, "removing '%s'",
				fio_path(d, names.items[i].s).text);
	}
	return 0;
}
