/* SPDX-License-Identifier: MIT */
#ifndef FIO_ATTRIBUTES_H
#define FIO_ATTRIBUTES_H

#include "base/buf.h"
#include "base/vec.h"
#include "sys/sys.h"

/*
 * The extended attributes of a file, ACLs among them, to be given to the one
 * that takes its place.
 *
 *	struct fio_attributes x = {0};
 *	rc = fio_attributes_read(sys, old_fd, &x);
 *	rc = fio_attributes_write(sys, new_fd, &x, mode);
 *	fio_attributes_release(&x);
 *
 * -errno on failure. A file system without them has none. What only the
 * system may set (security.*, trusted.*) is given where it is allowed.
 */
struct fio_attribute {
	size_t name, at, n; /* in `bytes`; the name has a NUL */
};

struct fio_attributes {
	VEC(struct fio_attribute) list;
	struct buf bytes;
};

int fio_attributes_read(struct sys *sys, int fd, struct fio_attributes *ret);
/* An ACL that the new file has from its directory, and the old one had not,
 * gives way to one that says what `mode` says. */
int fio_attributes_write(
	struct sys *sys, int fd, const struct fio_attributes *x, mode_t mode);
void fio_attributes_release(struct fio_attributes *x);

#endif
