/* SPDX-License-Identifier: MIT */
#include "git/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/vec.h"
#include "git/repo-priv.h"

enum { CHUNK = 256 * 1024 };

struct digest {
	struct sys *sys;
	XXH3_state_t *state;
	struct buf chunk;
};

/* 0, or -errno. */
static int
add_content(struct digest *d, int fd)
{
	char *to = buf_room(&d->chunk, CHUNK);

	for (;;) {
		ssize_t got = d->sys->read(d->sys, fd, to, CHUNK);
		if (got == -EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		(void)XXH3_128bits_update(d->state, to, (size_t)got);
	}
}

static int
add_link(struct digest *d, const char *path)
{
	char *to = buf_room(&d->chunk, CHUNK);
	ssize_t got = d->sys->readlinkat(d->sys, AT_FDCWD, path, to, PATH_MAX);

	if (got < 0)
		return (int)got;
	(void)XXH3_128bits_update(d->state, to, (size_t)got);
	return 0;
}

/* Content and what git keeps of the mode. What is no file has only a kind. 0,
 * or -errno. */
static int
digest_file(struct digest *d, const char *path, char ret[64])
{
	struct sys *sys = d->sys;
	struct stat st;
	char kind = '-';
	int rc = sys->fstatat(sys, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &st);

	if (rc < 0)
		return rc;
	(void)XXH3_128bits_reset(d->state);
	if (S_ISLNK(st.st_mode)) {
		kind = 'l';
		rc = add_link(d, path);
	} else if (S_ISREG(st.st_mode)) {
		kind = (st.st_mode & S_IXUSR) != 0 ? 'x' : 'f';
		int fd = sys->openat(sys, AT_FDCWD, path,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
		rc = fd < 0 ? fd : add_content(d, fd);
		if (fd >= 0)
			(void)sys->close(sys, fd);
	}
	/* Unreadable is a state like others: it must not hide the rest. */
	if (rc == -EACCES || rc == -EPERM) {
		kind = '!';
		(void)XXH3_128bits_reset(d->state);
	} else if (rc < 0) {
		return rc;
	}
	XXH128_hash_t h = XXH3_128bits_digest(d->state);
	(void)snprintf(ret, 64, "%c%016llx%016llx", kind,
		(unsigned long long)h.high64, (unsigned long long)h.low64);
	return 0;
}

static int
fill(struct digest *d, const struct git_repo *r, struct git_change *change,
	struct err *e)
{
	struct buf path CLEANUP_BUF = {0};

	if (change->deleted)
		return 0;
	buf_addf(&path, "%s/", r->root.s);
	buf_add_str(&path, change->path);
	int rc = digest_file(d, path.p, change->digest);
	/* It vanished since git looked. */
	if (rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP)
		change->deleted = true;
	else if (rc < 0)
		return err_sys(e, -rc, "reading '%s'", path.p);
	return 0;
}

int
git_changes(struct git_repo *r, struct arena *a, struct git_changes *ret,
	struct err *e)
{
	struct digest d = {.sys = r->sys};
	struct git_status status;
	int rc = 0;

	if (git_status(r, a, &status, e) < 0)
		return -1;
	struct git_change *items = ARENA_ARRAY(a, struct git_change, status.n);
	d.state = XXH3_createState();
	if (d.state == NULL)
		BUG("out of memory");
	for (size_t i = 0; i < status.n && rc == 0; i++) {
		items[i].path = status.entries[i].path;
		items[i].deleted = status.entries[i].deleted;
		rc = fill(&d, r, &items[i], e);
	}
	XXH3_freeState(d.state);
	buf_release(&d.chunk);
	*ret = (struct git_changes){
		.items = items,
		.n = status.n,
		.head = status.head,
		.branch = status.branch,
	};
	return rc;
}

struct str_list
git_changed_since(const struct git_changes *before,
	const struct git_changes *after, struct arena *a)
{
	struct str *paths = ARENA_ARRAY(a, struct str, after->n);
	size_t n = 0, at = 0;

	for (size_t i = 0; i < after->n; i++) {
		const struct git_change *now = &after->items[i];
		while (at < before->n &&
			str_cmp(before->items[at].path, now->path) < 0)
			at++;
		if (at == before->n ||
			!str_eq(before->items[at].path, now->path) ||
			strcmp(before->items[at].digest, now->digest) != 0)
			paths[n++] = now->path;
	}
	return (struct str_list){.items = paths, .n = n};
}
