/* SPDX-License-Identifier: MIT */
#include "sys/sim-priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/err.h"

/* Calls on what is open. */

static struct sim_open *
get_open(struct sim *s, int fd)
{
	if (fd < SIM_FIRST_FD || fd >= SIM_FIRST_FD + SIM_OPEN_MAX ||
		s->open[fd - SIM_FIRST_FD].ino == 0)
		BUG("descriptor %d is not open", fd);
	return &s->open[fd - SIM_FIRST_FD];
}

static struct sim_inode *
get_file(struct sim *s, int fd)
{
	return sim_inode(s, get_open(s, fd)->ino);
}

static bool
can_write(const struct sim_open *o)
{
	return (o->flags & O_ACCMODE) != O_RDONLY;
}

static int
sim_close(struct sys *t, int fd)
{
	struct sim *s = sim_of(t);
	struct sim_open *o = get_open(s, fd);

	*o = (struct sim_open){0};
	return sim_step(s);
}

static ssize_t
read_at(struct sim *s, int fd, void *p, size_t n, size_t at)
{
	struct sim_inode *in = get_file(s, fd);

	if (in->kind == SIM_DIR)
		return -EISDIR;
	if ((get_open(s, fd)->flags & O_ACCMODE) == O_WRONLY)
		return -EBADF;
	if (at >= in->now->n)
		return 0;
	if (n > in->now->n - at)
		n = in->now->n - at;
	memcpy(p, in->now->p + at, n);
	return (ssize_t)n;
}

static ssize_t
sim_read(struct sys *t, int fd, void *p, size_t n)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	ssize_t got = read_at(s, fd, p, n, get_open(s, fd)->at);
	if (got > 0)
		get_open(s, fd)->at += (size_t)got;
	return got;
}

static ssize_t
sim_pread(struct sys *t, int fd, void *p, size_t n, off_t at)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	return at < 0 ? -EINVAL : read_at(s, fd, p, n, (size_t)at);
}

/* Takes `after` over. */
static void
push_write(struct sim *s, struct sim_inode *in, struct sim_bytes *after,
	size_t at, size_t n)
{
	s->changes++;
	sim_bytes_unref(in->now);
	in->now = after;
	in->mtime_ns = in->ctime_ns = sim_file_time(s);
	VEC_PUSH(&in->writes,
		((struct sim_write){
			.after = sim_bytes_ref(after), .at = at, .n = n}));
}

static ssize_t
sim_write(struct sys *t, int fd, const void *p, size_t n)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	struct sim_open *o = get_open(s, fd);
	struct sim_inode *in = get_file(s, fd);
	if (!can_write(o))
		return -EBADF;
	if (n == 0)
		return 0;
	size_t at = o->flags & O_APPEND ? in->now->n : o->at;
	size_t end = at + n > in->now->n ? at + n : in->now->n;
	struct sim_bytes *after = sim_bytes_new(NULL, end);
	memcpy(after->p, in->now->p, in->now->n);
	memcpy(after->p + at, p, n);
	push_write(s, in, after, at, n);
	o->at = at + n;
	return (ssize_t)n;
}

static int
sim_ftruncate(struct sys *t, int fd, off_t size)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	struct sim_inode *in = get_file(s, fd);
	if (!can_write(get_open(s, fd)) || size < 0)
		return -EINVAL;
	size_t keep = in->now->n < (size_t)size ? in->now->n : (size_t)size;
	struct sim_bytes *after = sim_bytes_new(NULL, (size_t)size);
	memcpy(after->p, in->now->p, keep);
	push_write(s, in, after, (size_t)size, 0);
	return 0;
}

/* The bytes as the failure leaves them; nothing is pending any more, so the
 * next fsync has nothing to do and succeeds. */
static void
fail_file(struct sim_inode *in, enum sim_fsync how)
{
	struct sim_bytes *keep =
		how == SIM_FSYNC_REACHED ? in->now : in->durable;

	(void)sim_bytes_ref(keep);
	for (size_t i = 0; i < in->writes.n; i++)
		sim_bytes_unref(in->writes.items[i].after);
	in->writes.n = 0;
	sim_bytes_unref(in->durable);
	in->durable = keep;
	if (how != SIM_FSYNC_REVERT)
		return;
	sim_bytes_unref(in->now);
	in->now = sim_bytes_ref(keep);
}

static int
sim_fsync(struct sys *t, int fd)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	struct sim_inode *in = get_file(s, fd);
	s->fsyncs++;
	s->changes += in->writes.n > 0 || in->moves.n > 0 ||
		in->mode != in->durable_mode;
	if (s->fail_fsync != 0 && s->fsyncs == s->fail_fsync) {
		s->fsync_hits++;
		if (in->kind == SIM_FILE)
			fail_file(in, s->fail_how);
		return -EIO;
	}
	if (in->kind == SIM_DIR)
		sim_sync_moves(s, in);
	else if (in->writes.n > 0)
		sim_inode_settle(in);
	in->durable_mode = in->mode;
	return 0;
}

/* Files have no attributes here. */
static ssize_t
sim_fgetxattr(struct sys *t, int fd, const char *name, void *value, size_t n)
{
	(void)t;
	(void)fd;
	(void)name;
	(void)value;
	(void)n;
	return -ENODATA;
}

static int
sim_fchmod(struct sys *t, int fd, mode_t mode)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	s->changes++;
	get_file(s, fd)->mode = mode;
	get_file(s, fd)->ctime_ns = sim_file_time(s);
	return 0;
}

static int
sim_fchown(struct sys *t, int fd, uid_t uid, gid_t gid)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	s->changes++;
	get_file(s, fd)->uid = uid;
	get_file(s, fd)->gid = gid;
	get_file(s, fd)->ctime_ns = sim_file_time(s);
	return 0;
}

static int
sim_fstat(struct sys *t, int fd, struct stat *ret)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	sim_inode_stat(s, get_open(s, fd)->ino, ret);
	return 0;
}

/* 0: it does not fit. */
static size_t
put_dirent(const struct sim *s, char *p, size_t room, uint32_t ino,
	const char *name, size_t off)
{
	struct dirent64 *d = (struct dirent64 *)(void *)p;
	size_t head = offsetof(struct dirent64, d_name);
	size_t size = (head + strlen(name) + 1 + 7) & ~(size_t)7;

	if (size > room)
		return 0;
	d->d_ino = ino;
	d->d_off = (int64_t)off;
	d->d_reclen = (uint16_t)size;
	d->d_type = sim_inode(s, ino)->kind == SIM_DIR ? DT_DIR : DT_REG;
	memcpy(p + head, name, strlen(name) + 1);
	return size;
}

static ssize_t
sim_getdents(struct sys *t, int fd, void *p, size_t room)
{
	struct sim *s = sim_of(t);
	size_t n, used = 0;

	if (sim_step(s) < 0)
		return -EIO;
	struct sim_open *o = get_open(s, fd);
	if (get_file(s, fd)->kind != SIM_DIR)
		return -ENOTDIR;
	const struct sim_entry *e = sim_entries(get_file(s, fd)->now, &n);
	for (; o->at < n + 2; o->at++) {
		bool dot = o->at < 2;
		size_t size = put_dirent(s, (char *)p + used, room - used,
			dot ? o->ino : e[o->at - 2].ino,
			dot ? &".."[1 - o->at] : e[o->at - 2].name, o->at + 1);
		if (size == 0)
			return used > 0 ? (ssize_t)used : -EINVAL;
		used += size;
	}
	return (ssize_t)used;
}

static int
sim_lock(struct sys *t, int fd, short type)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	struct sim_open *mine = get_open(s, fd);
	for (size_t i = 0; i < SIM_OPEN_MAX; i++) {
		struct sim_open *o = &s->open[i];
		if (o == mine || o->ino != mine->ino || type == F_UNLCK)
			continue;
		if (o->lock == F_WRLCK + 1 ||
			(o->lock == F_RDLCK + 1 && type == F_WRLCK))
			return -EAGAIN;
	}
	/* The kernel's F_RDLCK is 0. */
	mine->lock = type == F_UNLCK ? 0 : (short)(type + 1);
	return 0;
}

static int
sim_lease(struct sys *t, int fd, int type)
{
	struct sim *s = sim_of(t);

	if (sim_step(s) < 0)
		return -EIO;
	if (type == F_UNLCK)
		return 0;
	for (size_t i = 0; i < SIM_OPEN_MAX; i++) {
		struct sim_open *o = &s->open[i];
		bool other = o->ino == get_open(s, fd)->ino &&
			(type == F_WRLCK ? o != get_open(s, fd) : can_write(o));
		if (other)
			return -EAGAIN;
	}
	return 0;
}

void
sim_file_calls(struct sys *t)
{
	t->close = sim_close;
	t->read = sim_read;
	t->pread = sim_pread;
	t->write = sim_write;
	t->ftruncate = sim_ftruncate;
	t->fsync = sim_fsync;
	t->fchmod = sim_fchmod;
	t->fgetxattr = sim_fgetxattr;
	t->fchown = sim_fchown;
	t->fstat = sim_fstat;
	t->getdents = sim_getdents;
	t->lock = sim_lock;
	t->lease = sim_lease;
}
