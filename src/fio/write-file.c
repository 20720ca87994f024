/* SPDX-License-Identifier: MIT */
#include "fio/write-file.h"

#include <errno.h>
#include <fcntl.h>

#include "fio/file-priv.h"

#define OP WIO_OP_WRITE

enum { ATTEMPTS = 100 }; /* while somebody saves without a pause */

static int
refuse(const struct fio_held *h, enum wio_code code, const char *why,
	struct wio_error *e)
{
	return fio_error_set(e, OP, code, "path", "'%s' %s",
		fio_path(h->dir, h->name).text, why);
}

static int
check(const struct fio_held *h, const struct stat *st, struct wio_error *e)
{
	if (S_ISLNK(st->st_mode))
		return refuse(h, WIO_SYMLINK, "is a symbolic link", e);
	if (!S_ISREG(st->st_mode))
		return refuse(h, WIO_NOT_REGULAR, "is not a regular file", e);
	if (st->st_nlink > 1 && !h->how->links)
		return refuse(h, WIO_LINKED,
			"has other hard links, which a replace would cut off",
			e);
	if ((uint64_t)st->st_size > h->how->large)
		return fio_error_set(e, OP, WIO_TOO_LARGE, "path",
			"'%s' has %lld bytes; at most %llu are accepted "
			"(--large)",
			fio_path(h->dir, h->name).text, (long long)st->st_size,
			(unsigned long long)h->how->large);
	return 0;
}

static int
look(struct fio_held *h, struct wio_error *e)
{
	struct sys *sys = h->dir->sys;
	struct stat st;

	int rc = sys->fstatat(
		sys, h->dir->fd, h->name, AT_SYMLINK_NOFOLLOW, &st);
	if (rc < 0)
		return fio_error_sys(e, OP, -rc, "looking at '%s'",
			fio_path(h->dir, h->name).text);
	h->inode = fio_inode_of(&st);
	h->size = (uint64_t)st.st_size;
	return check(h, &st, e);
}

int
fio_held_look(struct fio_held *h, const struct fio_writing *how,
	const struct fio_dir *dir, const char *name, struct wio_error *e)
{
	*h = (struct fio_held){.how = how, .dir = dir, .name = name};
	return look(h, e);
}

static int
open_trash(struct fio_held *h, struct wio_error *e)
{
	struct err why;

	if (h->trash != NULL)
		return 0;
	if (fio_trash_open(&h->own, &h->how->trash, h->dir, &why) < 0) {
		err_wrap(&why, "writing '%s'", fio_path(h->dir, h->name).text);
		return fio_error_from(e, WIO_OP_LOCK, &why);
	}
	h->trash = &h->own;
	return 0;
}

int
fio_held_lock(struct fio_held *h, struct wio_error *e)
{
	struct fio_inode was = h->inode;

	fio_inodes_take(h->how->inodes, was);
	int rc = look(h, e);
	if (rc == 0 && fio_inode_cmp(was, h->inode) == 0) {
		h->locked = true;
		return 0;
	}
	fio_inodes_drop(h->how->inodes, was);
	return rc < 0 ? -1 : 1;
}

/* The file that the name holds, and nobody else of us has it. */
static int
lock(struct fio_held *h, struct wio_error *e)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		int rc = fio_held_lock(h, e);
		if (rc <= 0)
			return rc;
	}
	return refuse(h, WIO_BUSY, "is replaced again and again", e);
}

enum { RESTLESS = 1, ANOTHER };

/* RESTLESS: try again. ANOTHER: the name has a file by now that is not the one
 * locked. */
static int
read_open(struct fio_held *h, int fd, struct wio_error *e)
{
	struct fio_path path = fio_path(h->dir, h->name);
	struct sys *sys = h->dir->sys;
	struct stat st;
	struct err why;

	int rc = sys->fstat(sys, fd, &st);
	if (rc < 0)
		return fio_error_sys(e, OP, -rc, "looking at '%s'", path.text);
	if (check(h, &st, e) < 0)
		return -1;
	if (h->locked && st.st_ino != h->inode.ino)
		return ANOTHER;
	buf_reset(&h->bytes);
	if (fio_read_fd(sys, fd, &path, h->how->large, &h->bytes, &h->version,
		    &why) < 0) {
		fio_error_from(e, WIO_OP_READ, &why);
		if (why.code == ERR_INPUT) /* it is regular: made up */
			e->code = WIO_UNSUPPORTED;
		return why.code == ERR_CONFLICT || why.code == ERR_INPUT
			? RESTLESS
			: -1;
	}
	if (h->how->look)
		return 0;
	rc = fio_attributes_read(sys, fd, &h->attributes);
	return rc < 0 ? fio_error_sys(e, WIO_OP_READ, -rc,
				"reading the attributes of '%s'", path.text)
		      : 0;
}

/* 1: ANOTHER. */
static int
read_named(struct fio_held *h, struct wio_error *e)
{
	struct sys *sys = h->dir->sys;

	for (int i = 0; i < ATTEMPTS; i++) {
		/* What is no regular file by now is not waited for. */
		int fd = sys->openat(sys, h->dir->fd, h->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				O_CLOEXEC,
			0);
		if (fd < 0)
			return fio_error_sys(e, OP, -fd, "opening '%s'",
				fio_path(h->dir, h->name).text);
		int rc = read_open(h, fd, e);
		(void)sys->close(sys, fd);
		if (rc != RESTLESS)
			return rc == ANOTHER ? 1 : rc;
	}
	return e->code == WIO_UNSUPPORTED
		? -1
		: refuse(h, WIO_BUSY, "changes without a pause", e);
}

int
fio_held_read(struct fio_held *h, struct wio_error *e)
{
	int rc = read_named(h, e);

	return rc == 1 ? refuse(h, WIO_BUSY, "was replaced meanwhile", e) : rc;
}

/* Who saves by rename between lock and read has made another file of it. */
static int
lock_and_read(struct fio_held *h, struct wio_error *e)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		int rc = h->how->look ? 0 : lock(h, e);
		if (rc == 0)
			rc = read_named(h, e);
		if (rc <= 0)
			return rc;
		fio_inodes_drop(h->how->inodes, h->inode);
		h->locked = false;
	}
	return refuse(h, WIO_BUSY, "is replaced again and again", e);
}

int
fio_held_take(struct fio_held *h, struct wio_error *e)
{
	int rc = 0;

	/* Other processes are kept out before it is read. */
	if (!h->how->look && h->how->trash.alone)
		rc = open_trash(h, e);
	if (rc == 0)
		rc = lock_and_read(h, e);
	if (rc < 0)
		fio_held_close(h);
	return rc;
}

/*
 * The file that takes the place is locked before it is seen, so that who asks
 * for the name then waits, too. Nobody knows it, or only somebody who waits
 * for a file that had its number and will look again.
 */
static int
exchange(struct fio_held *h, struct fio_temp *t,
	const struct fio_replacing *how, struct fio_version *ret,
	struct wio_error *e)
{
	struct fio_inode ours = {t->version.dev, t->version.ino};
	enum wio_op op = WIO_OP_RENAME;
	struct err why;

	bool locked = fio_inodes_try(h->how->inodes, ours);
	int rc = fio_exchange(h->dir, h->name, t, how, &why);
	if (rc == 0) {
		op = WIO_OP_SYNC;
		rc = fio_settle(h->dir, h->name, t, how->durability, ret, &why);
	}
	if (locked)
		fio_inodes_drop(h->how->inodes, ours);
	return rc < 0 ? fio_error_from(e, op, &why) : 0;
}

int
fio_held_replace(struct fio_held *h, struct str_list next, char *kept,
	struct fio_version *ret, struct wio_error *e)
{
	struct fio_replacing how = {.expected = &h->version,
		.attributes = &h->attributes,
		.durability = h->how->durability,
		.origins = h->how->origins,
		.origin = h->origin,
		.same_owner = true,
		.ret_aside = kept};
	struct fio_temp t;
	struct err why;

	kept[0] = '\0';
	if (open_trash(h, e) < 0)
		return -1;
	how.keep = &h->trash->keep;
	how.in = h->trash->of;
	if (fio_temp_write(&t, h->dir, h->name, next, &how, &why) < 0)
		return fio_error_from(e, OP, &why);
	if (exchange(h, &t, &how, ret, e) < 0)
		return -1;
	const struct fio_inode just = {h->version.dev, h->version.ino};
	fio_trash_added(h->trash, (uint64_t)h->version.size, &just, 1);
	return 0;
}

int
fio_held_settle(struct fio_held *h, struct wio_error *e)
{
	struct sys *sys = h->dir->sys;
	struct err why = {0};

	if (h->how->durability == WIO_NOT_DURABLE)
		return 0;
	int fd = sys->openat(sys, h->dir->fd, h->name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	int rc = fd < 0 ? fd : sys->fsync(sys, fd);
	if (fd >= 0)
		(void)sys->close(sys, fd);
	if (rc < 0)
		return fio_error_sys(e, WIO_OP_SYNC, -rc, "making '%s' durable",
			fio_path(h->dir, h->name).text);
	if (h->how->durability == WIO_DURABLE && fio_dir_sync(h->dir, &why) < 0)
		return fio_error_from(e, WIO_OP_SYNC, &why);
	return 0;
}

void
fio_held_close(struct fio_held *h)
{
	if (h->locked)
		fio_inodes_drop(h->how->inodes, h->inode);
	if (h->trash == &h->own)
		fio_trash_close(&h->own);
	fio_attributes_release(&h->attributes);
	buf_release(&h->bytes);
	h->trash = NULL;
	h->locked = false;
}
