/* SPDX-License-Identifier: MIT */
#include "bend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

static struct bent *
of(struct sys *s)
{
	return (struct bent *)(void *)s;
}

static struct sys *
under(struct bent *b)
{
	return sim_sys(b->disk);
}

static void
hit(struct bent *b)
{
	b->hits++;
	if (b->sum != NULL)
		++*b->sum;
}

static bool
is_meant(struct bent *b, enum bend_how how, const char *name)
{
	if (b->rule == NULL || b->rule->how != how ||
		strncmp(name, b->rule->what, strlen(b->rule->what)) != 0)
		return false;
	/* "." begins every hidden name. */
	return strcmp(b->rule->what, ".") != 0 || strcmp(name, ".") == 0;
}

/* Somebody saves the backlog with other words in it. */
static void
edit_backlog(struct bent *b)
{
	CLEANUP_BUF struct buf text = {0};
	struct str was = sim_get(b->disk, "BACKLOG.yaml");
	size_t at = str_find(was, str_from(b->rule->from));

	if (at == was.n)
		return;
	buf_add_str(&text, str_of(was.s, at));
	buf_add_c(&text, b->rule->to);
	buf_add_str(&text, str_from_at(was, at + strlen(b->rule->from)));
	sim_put(b->disk, "BACKLOG.yaml", buf_str(&text));
	hit(b);
}

static int
bent_openat(struct sys *s, int dir, const char *path, int flags, mode_t mode)
{
	struct bent *b = of(s);

	if (is_meant(b, BEND_EDIT, path) && !sim_is_dead(b->disk))
		edit_backlog(b);
	if (is_meant(b, BEND_TRUNCATE, path) && (flags & O_ACCMODE) != 0) {
		hit(b);
		flags = (flags & ~O_APPEND) | O_TRUNC;
	}
	int fd = under(b)->openat(under(b), dir, path, flags, mode);
	if (fd >= BENT_NAMES)
		BUG("descriptor %d is beyond the table", fd);
	if (fd >= 0)
		(void)snprintf(b->names[fd], sizeof(b->names[fd]), "%s", path);
	return fd;
}

static int
bent_fsync(struct sys *s, int fd)
{
	struct bent *b = of(s);

	if (is_meant(b, BEND_SKIP_FSYNC, b->names[fd])) {
		hit(b);
		return sim_is_dead(b->disk) ? -EIO : 0;
	}
	if (is_meant(b, BEND_LATE_FSYNC, b->names[fd])) {
		hit(b);
		b->late = fd;
		return sim_is_dead(b->disk) ? -EIO : 0;
	}
	return under(b)->fsync(under(b), fd);
}

/* A descriptor whose fsync is owed stays open until the rename. */
static int
bent_close(struct sys *s, int fd)
{
	struct bent *b = of(s);

	if (fd == b->late)
		return 0;
	return under(b)->close(under(b), fd);
}

static int
bent_renameat(struct sys *s, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	struct bent *b = of(s);

	if ((flags & RENAME_EXCHANGE) && b->hits == 0 &&
		is_meant(b, BEND_EDIT_EXCHANGE, to) && !sim_is_dead(b->disk))
		edit_backlog(b);
	if (b->hits == 0 && is_meant(b, BEND_CREATE, to) &&
		!sim_is_dead(b->disk)) {
		sim_put(b->disk, to, str_from(b->rule->to));
		hit(b);
	}
	int rc =
		under(b)->renameat(under(b), from_dir, from, to_dir, to, flags);
	/* On the way there it may have several hidden names. */
	if (b->late >= 0 && to[0] != '.') {
		int fd = b->late;
		b->late = -1;
		(void)under(b)->fsync(under(b), fd);
		(void)under(b)->close(under(b), fd);
	}
	return rc;
}

static int
bent_unlinkat(struct sys *s, int dir, const char *path, int flags)
{
	struct bent *b = of(s);

	if (is_meant(b, BEND_SKIP_UNLINK, path)) {
		hit(b);
		return sim_is_dead(b->disk) ? -EIO : 0;
	}
	return under(b)->unlinkat(under(b), dir, path, flags);
}

static int
bent_lease(struct sys *s, int fd, int type)
{
	struct bent *b = of(s);
	int rc = under(b)->lease(under(b), fd, type);

	if (rc == -EAGAIN && is_meant(b, BEND_LEASE, b->names[fd])) {
		hit(b);
		return 0;
	}
	return rc;
}

struct sys *
bent_init(struct bent *b, struct sim *disk, const struct bend *rule)
{
	*b = (struct bent){.disk = disk, .rule = rule, .late = -1};
	if (rule == NULL)
		return sim_sys(disk);
	sys_pass_init(&b->pass, sim_sys(disk));
	b->sys.openat = bent_openat;
	b->sys.fsync = bent_fsync;
	b->sys.close = bent_close;
	b->sys.renameat = bent_renameat;
	b->sys.unlinkat = bent_unlinkat;
	b->sys.lease = bent_lease;
	return &b->sys;
}
