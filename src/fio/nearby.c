/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fio/root-priv.h"

void
fio_nearby_init(struct fio_nearby *ret, struct fio_roots *r, bool for_writing)
{
	ret->roots = r;
	ret->for_writing = for_writing;
	ret->dir = FIO_DIR_NONE;
	ret->dir.sys = r->sys;
	ret->path[0] = '\0';
	ret->root = 0;
}

static int
open_nearby(struct fio_nearby *n, size_t root, const char *dir,
	const char *shown, struct wio_error *e)
{
	struct fio_roots *r = n->roots;
	struct fio_place place;
	struct fio_walk walk;
	int fd;

	int rc = fio_open_by_kernel(r, root, dir,
		n->for_writing ? O_RDONLY : O_PATH, &fd, shown, e);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		fio_name_dir(&n->dir, r->sys, fd, dir);
		n->root = root;
		return 0;
	}
	fio_walk_init(&walk, r, root, dir, shown);
	walk.enter = true;
	if (fio_walk_run(&walk, &place, e) < 0)
		return -1;
	n->dir = place.dir;
	n->root = place.root;
	return 0;
}

/* Whether the path is in the directory that is open. */
static bool
is_near(const struct fio_nearby *n, const char *path, size_t dir_n)
{
	return n->dir.fd >= 0 && path[dir_n] != '\0' &&
		strncmp(n->path, path, dir_n) == 0 && n->path[dir_n] == '\0';
}

int
fio_nearby_find(struct fio_nearby *n, const char *path,
	const struct fio_dir **ret_dir, const char **ret_name,
	struct wio_error *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t dir_n = (size_t)(name - path);
	char clean[FIO_PATH_SIZE];
	const char *dir;
	size_t root;

	*ret_dir = &n->dir;
	*ret_name = name;
	if (is_near(n, path, dir_n))
		return fio_check_name(name, strlen(name), e);
	fio_nearby_release(n);
	if (fio_roots_locate(n->roots, path, clean, &root, &dir, e) < 0)
		return -1;
	memcpy(n->path, path, dir_n);
	n->path[dir_n] = '\0';
	if (*dir == '\0' || strcmp(name, ".") == 0) {
		/* The directory itself. What is beside it is elsewhere. */
		*ret_name = ".";
		(void)snprintf(n->path, sizeof(n->path), "\n");
		dir = *dir != '\0' ? dir : ".";
	} else
		(void)fio_cut_name(clean + (dir - clean), &dir);
	return open_nearby(n, root, dir, fio_roots_show(n->roots, path), e);
}

void
fio_nearby_release(struct fio_nearby *n)
{
	fio_dir_close(&n->dir);
}
