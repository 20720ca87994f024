/* SPDX-License-Identifier: MIT */
#ifndef FIO_ROOT_H
#define FIO_ROOT_H

#include "fio/dir.h"
#include "weir/io.h"

/*
 * Which files may be reached: paths resolved under root descriptors, by the
 * kernel (openat2) or, where it cannot, component by component. Whatever is
 * done afterwards is done to what was found, by descriptor, so it does not
 * matter what somebody makes of the path meanwhile.
 *
 *	struct fio_roots *roots = fio_roots_new(sys, &o, &e);
 *	struct fio_place place;
 *	if (fio_roots_find(roots, "src/a.c", &place, &e) == 0) {
 *		… openat(place.dir.fd, place.name, O_NOFOLLOW …) …
 *		fio_place_release(&place);
 *	}
 *	fio_roots_unref(roots);
 *
 * Refused, whatever the policy: empty paths, NUL and control characters, "..",
 * a "/" at the end, more than 4095 bytes, magic links (/proc/PID/root). A path
 * in other spelling, or through a link that the policy follows, gives the same
 * place: directory and last name, both free of links.
 *
 * A set of roots never changes; it is shared by reference, from any thread.
 */
struct fio_roots;

struct fio_roots_options {
	const char *const *roots;
	size_t roots_n;
	enum wio_symlinks symlinks;
	bool cross_mounts, no_openat2;
};

/* WIO_INVALID names the root at fault as "roots[1]"; WIO_NOT_FOUND,
 * WIO_NOT_REGULAR when it is no directory. */
struct fio_roots *fio_roots_new(struct sys *sys,
	const struct fio_roots_options *o, struct wio_error *e);
struct fio_roots *fio_roots_ref(struct fio_roots *r);
void fio_roots_unref(struct fio_roots *r); /* NULL is fine */
size_t fio_roots_n(const struct fio_roots *r);
/* The directory itself, borrowed; its `path` is canonical. */
const struct fio_dir *fio_roots_dir(const struct fio_roots *r, size_t i);

/*
 * A name in a directory. The file need not exist; the directory does. A root
 * itself is "." in it. Mount points are looked for on the way to the directory,
 * not at the name.
 */
struct fio_place {
	/* Its `path` is relative to the root, for messages. It can be listed
	 * and synced, unless its permissions deny listing it. */
	struct fio_dir dir;
	char name[256];
	size_t root;
};

/*
 * Errors, with op WIO_OP_RESOLVE: WIO_INVALID (field "path"), WIO_NOT_FOUND (a
 * directory on the way), WIO_OUTSIDE, WIO_SYMLINK, WIO_DENIED.
 */
int fio_roots_find(struct fio_roots *r, const char *path, struct fio_place *ret,
	struct wio_error *e);
/* As fio_roots_find, and directories that are missing on the way are made,
 * each durably, with `mode`. */
int fio_roots_make(struct fio_roots *r, const char *path, mode_t mode,
	struct fio_place *ret, struct wio_error *e);
void fio_place_release(struct fio_place *p);

/*
 * fio_roots_find for many paths of few directories: the directory of the last
 * path is kept open, and the next one in it costs no call. A name that is a
 * link is not followed here: the caller that meets ELOOP, or a link in fstatat,
 * asks fio_roots_find.
 */
struct fio_nearby {
	struct fio_roots *roots; /* borrowed */
	/* The directory can be listed and synced, too, as that of a place;
	 * opening it like that costs as much as looking at a file. */
	bool for_writing;
	struct fio_dir dir; /* -1: none */
	char path[4096];    /* of `dir`, as the requests spell it */
	size_t root;
};
void
fio_nearby_init(struct fio_nearby *ret, struct fio_roots *r, bool for_writing);
/* `*ret_name` points into `path`; `*ret_dir` is good until the next call. */
int fio_nearby_find(struct fio_nearby *n, const char *path,
	const struct fio_dir **ret_dir, const char **ret_name,
	struct wio_error *e);
void fio_nearby_release(struct fio_nearby *n);

/* "src/a.c" for messages: the path less the root it is under. Points into
 * `path`. */
const char *fio_roots_show(const struct fio_roots *r, const char *path);

#endif
