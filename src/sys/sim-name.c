/* SPDX-License-Identifier: MIT */
#include "sys/sim-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/stamp.h"

/* Calls on names. */

/* Where a path's last component is: its directory, and what is there. */
struct place {
	uint32_t dir, ino; /* ino 0: nothing of that name */
	char name[SIM_NAME_MAX + 1];
};

static uint32_t
start_of(const struct sim *s, int dir)
{
	if (dir == AT_FDCWD)
		return SIM_ROOT;
	if (dir < SIM_FIRST_FD || dir >= SIM_FIRST_FD + SIM_OPEN_MAX ||
		s->open[dir - SIM_FIRST_FD].ino == 0)
		BUG("directory descriptor %d is not open", dir);
	return s->open[dir - SIM_FIRST_FD].ino;
}

/* "." names the directory itself. */
static int
find(const struct sim *s, int dir, const char *path, struct place *ret)
{
	bool absolute = path[0] == '/';

	*ret = (struct place){
		.dir = 0, .ino = absolute ? SIM_ROOT : start_of(s, dir)};
	while (*path != '\0') {
		size_t n = strcspn(path, "/");
		if (n > SIM_NAME_MAX)
			return -ENAMETOOLONG;
		if (ret->ino == 0)
			return -ENOENT;
		if (sim_inode(s, ret->ino)->kind != SIM_DIR)
			return -ENOTDIR;
		memcpy(ret->name, path, n);
		ret->name[n] = '\0';
		path += n;
		path += strspn(path, "/");
		if (n == 0 || strcmp(ret->name, ".") == 0)
			continue;
		if (strcmp(ret->name, "..") == 0)
			BUG("'%s' leads up the simulated disk", ret->name);
		ret->dir = ret->ino;
		ret->ino = sim_lookup(sim_inode(s, ret->dir)->now, ret->name);
	}
	return 0;
}

static struct sim_move
move_of(const char *name, uint32_t ino)
{
	struct sim_move m = {.n = 1};

	sim_entry_set(&m.set[0], name, ino);
	return m;
}

static void
add_to_move(struct sim_move *m, const char *name, uint32_t ino)
{
	sim_entry_set(&m->set[m->n++], name, ino);
}

static int
open_ino(struct sim *s, uint32_t ino, int flags)
{
	for (int i = 0; i < SIM_OPEN_MAX; i++)
		if (s->open[i].ino == 0) {
			s->open[i] =
				(struct sim_open){.ino = ino, .flags = flags};
			return i + SIM_FIRST_FD;
		}
	return -EMFILE;
}

static uint32_t
create(struct sim *s, const struct place *at, enum sim_kind kind, mode_t mode)
{
	uint32_t ino = sim_inode_new(s, kind, mode);

	sim_inode(s, ino)->nlink = 1;
	sim_push_move(s, sim_inode(s, at->dir), move_of(at->name, ino));
	return ino;
}

static int
check_open(const struct sim_inode *in, int flags)
{
	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if (in->kind == SIM_DIR && (flags & O_ACCMODE) != O_RDONLY)
		return -EISDIR;
	if (in->kind != SIM_DIR && (flags & O_DIRECTORY))
		return -ENOTDIR;
	return 0;
}

static int
sim_openat(struct sys *t, int dir, const char *path, int flags, mode_t mode)
{
	struct sim *s = sim_of(t);
	struct place at;

	if (sim_step(s) < 0)
		return -EIO;
	int rc = find(s, dir, path, &at);
	if (rc < 0)
		return rc;
	if (at.ino == 0 && !(flags & O_CREAT))
		return -ENOENT;
	if (at.ino == 0)
		at.ino = create(s, &at, SIM_FILE, mode);
	else if ((rc = check_open(sim_inode(s, at.ino), flags)) < 0)
		return rc;
	int fd = open_ino(s, at.ino, flags);
	if (fd >= 0 && (flags & O_TRUNC))
		(void)t->ftruncate(t, fd, 0);
	return fd;
}

void
sim_inode_stat(const struct sim *s, uint32_t ino, struct stat *ret)
{
	const struct sim_inode *in = sim_inode(s, ino);
	mode_t kind = in->kind == SIM_DIR ? S_IFDIR : S_IFREG;

	*ret = (struct stat){
		.st_dev = 7,
		.st_ino = ino,
		.st_mode = kind | in->mode,
		.st_nlink = in->nlink,
		.st_uid = in->uid,
		.st_gid = in->gid,
		.st_size = in->kind == SIM_DIR ? 4096 : (off_t)in->now->n,
		.st_mtim = stamp_timespec(in->mtime_ns),
		.st_ctim = stamp_timespec(in->ctime_ns),
	};
}

static int
sim_fstatat(
	struct sys *t, int dir, const char *path, int flags, struct stat *ret)
{
	struct sim *s = sim_of(t);
	struct place at;

	(void)flags; /* there are no links to follow or not */
	if (sim_step(s) < 0)
		return -EIO;
	int rc = find(s, dir, path, &at);
	if (rc < 0 || at.ino == 0)
		return rc < 0 ? rc : -ENOENT;
	sim_inode_stat(s, at.ino, ret);
	return 0;
}

/* Nobody is kept from anything that is there. */
static int
sim_access(struct sys *t, int dir, const char *path, int mode)
{
	struct sim *s = sim_of(t);
	struct place at;

	(void)mode;
	if (sim_step(s) < 0)
		return -EIO;
	int rc = find(s, dir, path, &at);
	return rc < 0 ? rc : at.ino == 0 ? -ENOENT : 0;
}

static void
unlink_ino(struct sim *s, uint32_t ino)
{
	if (ino == 0)
		return;
	sim_inode(s, ino)->nlink--;
	sim_inode(s, ino)->ctime_ns = sim_file_time(s);
}

/* One atomic step of one directory. */
static void
rename_inside(struct sim *s, const struct place *from, const struct place *to,
	bool exchange)
{
	struct sim_move m = move_of(from->name, exchange ? to->ino : 0);

	add_to_move(&m, to->name, from->ino);
	sim_push_move(s, sim_inode(s, from->dir), m);
}

/* Two directories: the old name goes only if the new one came. An exchange
 * needs both. */
static void
rename_across(struct sim *s, const struct place *from, const struct place *to)
{
	sim_push_move(s, sim_inode(s, to->dir), move_of(to->name, from->ino));
	struct sim_move gone = move_of(from->name, 0);
	gone.needs = s->last_move;
	sim_push_move(s, sim_inode(s, from->dir), gone);
}

static int
check_rename(const struct sim *s, const struct place *from,
	const struct place *to, unsigned int flags)
{
	if (from->ino == 0)
		return -ENOENT;
	if (to->ino != 0 && (flags & RENAME_NOREPLACE))
		return -EEXIST;
	if (to->ino == 0 && (flags & RENAME_EXCHANGE))
		return -ENOENT;
	if (to->ino != 0 && !(flags & RENAME_EXCHANGE) &&
		sim_inode(s, to->ino)->kind == SIM_DIR)
		return -EISDIR;
	return 0;
}

static int
sim_renameat(struct sys *t, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	struct sim *s = sim_of(t);
	struct place a, b = {0};

	if (sim_step(s) < 0)
		return -EIO;
	int rc = find(s, from_dir, from, &a);
	if (rc == 0)
		rc = find(s, to_dir, to, &b);
	if (rc == 0)
		rc = check_rename(s, &a, &b, flags);
	if (rc < 0 || a.ino == b.ino)
		return rc;
	bool exchange = (flags & RENAME_EXCHANGE) != 0;
	if (exchange && a.dir != b.dir)
		BUG("exchanging '%s' and '%s' in two directories", from, to);
	if (a.dir == b.dir)
		rename_inside(s, &a, &b, exchange);
	else
		rename_across(s, &a, &b);
	if (!exchange)
		unlink_ino(s, b.ino);
	sim_inode(s, a.ino)->ctime_ns = sim_file_time(s);
	return 0;
}

static int
sim_unlinkat(struct sys *t, int dir, const char *path, int flags)
{
	struct sim *s = sim_of(t);
	struct place at;
	size_t n;

	if (sim_step(s) < 0)
		return -EIO;
	int rc = find(s, dir, path, &at);
	if (rc < 0 || at.ino == 0)
		return rc < 0 ? rc : -ENOENT;
	bool is_dir = sim_inode(s, at.ino)->kind == SIM_DIR;
	if (is_dir != ((flags & AT_REMOVEDIR) != 0))
		return is_dir ? -EISDIR : -ENOTDIR;
	(void)sim_entries(sim_inode(s, at.ino)->now, &n);
	if (is_dir && n > 0)
		return -ENOTEMPTY;
	sim_push_move(s, sim_inode(s, at.dir), move_of(at.name, 0));
	unlink_ino(s, at.ino);
	return 0;
}

static int
sim_mkdirat(struct sys *t, int dir, const char *path, mode_t mode)
{
	struct sim *s = sim_of(t);
	struct place at;

	if (sim_step(s) < 0)
		return -EIO;
	int rc = find(s, dir, path, &at);
	if (rc < 0 || at.ino != 0)
		return rc < 0 ? rc : -EEXIST;
	(void)create(s, &at, SIM_DIR, mode);
	return 0;
}

void
sim_name_calls(struct sys *t)
{
	t->openat = sim_openat;
	t->fstatat = sim_fstatat;
	t->access = sim_access;
	t->renameat = sim_renameat;
	t->unlinkat = sim_unlinkat;
	t->mkdirat = sim_mkdirat;
}
