/* SPDX-License-Identifier: MIT */
#include "fio/trash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fio/file-priv.h"
#include "fio/journal.h"
#include "fio/root-priv.h"
#include "fio/trash-priv.h"

/* The lock of one directory among those of others. */
static void
lock_name(const struct fio_trash_how *how, struct fio_inode of, char ret[64])
{
	if (how->at == NULL)
		(void)snprintf(ret, 64, "lock");
	else
		(void)snprintf(ret, 64, FIO_TRASH_LOCK_FORMAT,
			(unsigned long long)of.dev, (unsigned long long)of.ino);
}

/* What is displaced is moved, and that goes only within one mount. */
static int
check_mount(
	const struct fio_dir *trash, const struct fio_dir *of, struct err *e)
{
	struct fio_mount there, here;

	int rc = fio_mount_of(of->sys, trash->fd, &there);
	if (rc == 0)
		rc = fio_mount_of(of->sys, of->fd, &here);
	if (rc < 0)
		return err_sys(e, -rc, "looking at '%s'", trash->path);
	if (fio_mount_same(&there, &here))
		return 0;
	return err_set(e, ERR_INPUT,
		"the trash '%s' is on another file system than '%s'",
		trash->path, of->path);
}

static int
open_given(struct fio_dir *ret, const char *at, const struct fio_dir *of,
	struct err *e)
{
	if (fio_dir_open(ret, of->sys, AT_FDCWD, at, e) < 0)
		return -1;
	if (check_mount(ret, of, e) == 0)
		return 0;
	fio_dir_close(ret);
	return -1;
}

/* Its name is taken. */
static int
refuse_name(const struct fio_dir *of, struct err *e)
{
	struct err ignored;
	struct stat st;
	const char *what = "no directory";

	if (fio_stat(of, FIO_TRASH_NAME, &st, &ignored) == 0) {
		if (S_ISLNK(st.st_mode))
			what = "a symbolic link";
		else if (S_ISREG(st.st_mode))
			what = "a file";
	}
	return err_set(e, ERR_SYS,
		"'%s' is %s, where weir keeps a directory with the lock of "
		"writers and what they replace; move it away, or name another "
		"directory as the trash (--trash DIR)",
		fio_path(of, FIO_TRASH_NAME).text, what);
}

static int
open_beside(struct fio_dir *ret, const struct fio_dir *of, struct err *e)
{
	if (fio_dir_open_in(ret, of, FIO_TRASH_NAME, e) == 0)
		return 0;
	if (e->sys != ENOTDIR && e->sys != ELOOP)
		return -1;
	refuse_name(of, e);
	e->sys = ENOTDIR;
	return -1;
}

static int
open_dir(struct fio_trash *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e)
{
	return how->at != NULL ? open_given(&ret->dir, how->at, of, e)
			       : open_beside(&ret->dir, of, e);
}

int
fio_trash_find(struct fio_dir *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e)
{
	int rc = how->at != NULL
		? fio_dir_open(ret, of->sys, AT_FDCWD, how->at, e)
		: open_beside(ret, of, e);

	if (rc == 0 || e->code == ERR_MISSING)
		return rc == 0 ? 0 : 1;
	return how->at == NULL && e->sys == ENOTDIR ? 2 : -1;
}

int
fio_trash_check(const char *at, const struct fio_dir *of, struct err *e)
{
	struct fio_dir d;

	if (open_given(&d, at, of, e) < 0)
		return e->code == ERR_INPUT ? -1 : 0;
	fio_dir_close(&d);
	return 0;
}

/* The directory is open. */
static int
take_lock(struct fio_trash *t, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e)
{
	struct stat st;
	char name[64];

	t->keep = (struct fio_keep){
		.dir = &t->dir, .old = ".", .odd = ".", .edits_beside = true};
	int rc = fio_dir_stat(of, &st, e);
	if (rc == 0) {
		t->of = fio_inode_of(&st);
		lock_name(how, t->of, name);
		rc = how->alone ? fio_lock_take(&t->lock, &t->dir, name,
					  how->wait_ns, "a writer", e)
				: fio_lock_share(&t->lock, &t->dir, name,
					  how->wait_ns, e);
	}
	if (rc < 0)
		fio_trash_close(t);
	return rc;
}

/* Give it to those who have the directory. */
static void
share(struct sys *sys, int fd, const struct stat *of, mode_t mode)
{
	struct stat st;

	if (sys->fstat(sys, fd, &st) < 0)
		return;
	bool given = st.st_uid == of->st_uid && st.st_gid == of->st_gid;
	if (!given && sys->fchown(sys, fd, of->st_uid, of->st_gid) < 0 &&
		sys->fchown(sys, fd, st.st_uid, of->st_gid) < 0)
		/* Its members are among the others here: both have what either
		 * has there. */
		mode = (mode & 01700) | (mode & (mode >> 3) & 07);
	(void)sys->fchmod(sys, fd, mode);
}

static bool
has_acl(struct sys *sys, int fd)
{
	struct fio_attributes all = {0};

	bool has = fio_attributes_read(sys, fd, &all) < 0;
	for (size_t i = 0; i < all.list.n; i++)
		has |= strcmp(all.bytes.p + all.list.items[i].name,
			       "system.posix_acl_access") == 0;
	fio_attributes_release(&all);
	return has;
}

/*
 * Who writes first makes it for all who may write there, with the locks that
 * all of them open. What of that fails leaves it to ourselves; so does an ACL,
 * whose group bits are not the group's.
 */
static void
share_all(const struct fio_dir *trash, const struct fio_dir *of)
{
	static const char *const locks[] = {"lock", FIO_BATCH_LOCK};
	struct sys *sys = trash->sys;
	struct stat st;

	if (sys->fstat(sys, of->fd, &st) < 0 || has_acl(sys, of->fd))
		return;
	for (size_t i = 0; i < 2; i++) {
		int fd = sys->openat(sys, trash->fd, locks[i],
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
		if (fd < 0)
			continue;
		share(sys, fd, &st, st.st_mode & 0666);
		(void)sys->close(sys, fd);
	}
	share(sys, trash->fd, &st, (st.st_mode & 07777) | 0700);
}

/*
 * Git is told to look away. What it is told stands there whole or not at all,
 * so who finds nothing may say it; and it is written outside, where a sweep
 * finds what is left of it. Nothing that was asked for rests on it.
 */
static void
hide(const struct fio_dir *trash, const struct fio_dir *of)
{
	static const char name[] = ".gitignore";
	const struct fio_replacing how = {
		.mode = 0644, .durability = WIO_DURABLE_DATA};
	struct str all = STR("*\n");
	struct sys *sys = of->sys;
	struct fio_temp t;
	struct err ignored;
	struct stat st;

	if (fio_stat(trash, name, &st, &ignored) != 1 ||
		fio_temp_write(&t, of, name, (struct str_list){&all, 1}, &how,
			&ignored) < 0)
		return;
	if (sys->renameat(
		    sys, of->fd, t.name, trash->fd, name, RENAME_NOREPLACE) < 0)
		fio_drop(of, t.name);
}

/* It is made, by whomever. */
static int
open_made(struct fio_trash *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e)
{
	int made = of->sys->mkdirat(of->sys, of->fd, FIO_TRASH_NAME, 0700);

	if (made < 0 && made != -EEXIST)
		return err_sys(e, -made, "making directory '%s'",
			fio_path(of, FIO_TRASH_NAME).text);
	int rc = open_dir(ret, how, of, e);
	if (rc == 0 && made == 0)
		share_all(&ret->dir, of);
	return rc;
}

/* Made when it is not there. */
static int
make_dir(struct fio_trash *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e)
{
	struct stat st;

	*ret = (struct fio_trash){.dir = FIO_DIR_NONE,
		.lock = FIO_LOCK_NONE,
		.trashes = how->trashes};
	int rc = open_dir(ret, how, of, e);
	bool is_new = rc < 0 && e->code == ERR_MISSING && how->at == NULL;
	if (is_new)
		rc = open_made(ret, how, of, e);
	if (rc < 0 || fio_dir_stat(&ret->dir, &st, e) < 0) {
		fio_trash_close(ret);
		return -1;
	}
	ret->id = fio_inode_of(&st);
	if (how->at == NULL &&
		(is_new || !fio_trashes_know(ret->trashes, ret->id))) {
		hide(&ret->dir, of);
		fio_trashes_note(ret->trashes, ret->id);
	}
	return 0;
}

int
fio_trash_open(struct fio_trash *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e)
{
	return make_dir(ret, how, of, e) < 0 ? -1 : take_lock(ret, how, of, e);
}

int
fio_trash_dir(struct fio_trash *ret, const struct fio_trash_how *how,
	const struct fio_dir *of, struct err *e)
{
	if (make_dir(ret, how, of, e) < 0)
		return -1;
	if (how->at == NULL && fio_dir_sync(of, e) < 0) {
		fio_trash_close(ret);
		return -1;
	}
	return 0;
}

void
fio_trash_close(struct fio_trash *t)
{
	fio_lock_drop(&t->lock);
	fio_dir_close(&t->dir);
}
