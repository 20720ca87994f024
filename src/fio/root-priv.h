/* SPDX-License-Identifier: MIT */
#ifndef FIO_ROOT_PRIV_H
#define FIO_ROOT_PRIV_H

#include <stdatomic.h>

#include "base/arena.h"
#include "fio/io-priv.h"
#include "fio/root.h"

#define FIO_PATH_SIZE 4096 /* with the NUL */

/* Which mount a directory is on: two of one file system have one `dev`. */
struct fio_mount {
	dev_t dev;
	uint64_t id; /* 0: the kernel cannot tell */
};

struct fio_root {
	struct fio_dir dir;
	/* As it was named, and free of links; "" for "/", so that "/name" can
	 * be put behind. */
	struct str given, real;
	struct fio_mount mount;
};

struct fio_roots {
	struct sys *sys;
	atomic_size_t refs;
	struct arena memory;
	/* Behind the `n` there is "/" itself when links are followed anywhere.
	 */
	struct fio_root *items;
	size_t n, all;
	enum wio_symlinks symlinks;
	bool cross_mounts;
	atomic_bool no_openat2; /* not wanted, or not there */
};

/* Which of the roots an absolute path is under, and what is left of it; its
 * components are separated by one slash. False: under none. */
bool fio_roots_match(const struct fio_roots *r, const char *path,
	size_t *ret_root, const char **ret_rest);
bool fio_root_holds(
	const struct fio_root *root, const char *path, const char **ret_rest);

/* One slash between components, and no "."; the slash at the end stays away,
 * too. In place. */
void fio_path_tidy(char *path);

/* A name among others, or WIO_INVALID. */
int fio_check_name(const char *name, size_t n, struct wio_error *e);
/* A request's path, cleaned: which root it is under as it is spelled, and what
 * is left of it, in `clean`. */
int fio_roots_locate(const struct fio_roots *r, const char *path,
	char clean[FIO_PATH_SIZE], size_t *ret_root, const char **ret_rest,
	struct wio_error *e);
/* "src/a.c" becomes "src" and "a.c"; what has no directory is in ".". */
const char *fio_cut_name(char *path, const char **ret_parent);

/* `path` for messages. */
void fio_name_dir(struct fio_dir *d, struct sys *sys, int fd, const char *path);

/* A directory below a root, in one call. `flags`: O_RDONLY, given up for O_PATH
 * when that is denied, or O_PATH. 1: the walker has to say, also which
 * component is at fault. */
int fio_open_by_kernel(struct fio_roots *r, size_t root, const char *path,
	int flags, int *ret_fd, const char *shown, struct wio_error *e);

/* The directory `path` at `fd`, readable if it may be: then it can be synced
 * and listed. -errno. */
int fio_open_dir(struct sys *sys, int fd, const char *path, int flags);

/* 0 or -errno. */
int fio_mount_of(struct sys *sys, int fd, struct fio_mount *ret);
bool fio_mount_same(const struct fio_mount *a, const struct fio_mount *b);

/* The path is the field at fault. */
int fio_resolve_error(struct wio_error *e, int sys, const char *shown);

/*
 * A path gone component by component: nothing is ever opened but one name in a
 * directory that is held, and links are read and gone by ourselves, so the
 * policy is in force at every step, whatever somebody changes meanwhile.
 *
 *	at a directory -- name --> link: its text goes before the rest
 *	                           directory: there
 *	               -- ".." --> from the root again, by real names
 */
struct fio_walk {
	struct fio_roots *roots;
	const char *shown;  /* the path, for messages */
	const mode_t *make; /* directories that are missing; NULL: not */
	bool enter;	    /* the last component, too: the place is its "." */
	bool fresh;	    /* what comes next was made just now */
	size_t root;
	int fd;			/* of `at`; -1: the root's */
	char at[FIO_PATH_SIZE]; /* real names, from the root */
	char rest[2 * FIO_PATH_SIZE];
	unsigned int links, steps;
	char via[FIO_SHOWN_SIZE]; /* the last link gone over */
};

/* `rest` relative to the root, shorter than FIO_PATH_SIZE. */
void fio_walk_init(struct fio_walk *ret, struct fio_roots *r, size_t root,
	const char *rest, const char *shown);
/* Releases the walk; `at` is the place's directory then. */
int
fio_walk_run(struct fio_walk *w, struct fio_place *ret, struct wio_error *e);

#endif
