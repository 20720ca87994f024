/* SPDX-License-Identifier: MIT */
#ifndef FIO_ACCESS_H
#define FIO_ACCESS_H

#include "fio/dir.h"

/*
 * Whether the kernel would let us, asked without doing it, and if not, what a
 * person has to know to change that.
 *
 *	if (fio_access(&dir, "BACKLOG.yaml", FIO_TO_READ, &e) < 0) …
 *		"it belongs to uid 0 and gid 0 (mode 0600), weir runs as uid
 *		1000 and gid 1000 and has to read it"
 */
enum fio_need {
	FIO_TO_READ,  /* a file */
	FIO_TO_WRITE, /* and read it */
	FIO_TO_FILL,  /* a directory: make, list and open files in it */
};

/*
 * 0: yes, or there is no such file, or what it lies in cannot be passed. -1
 * with ERR_SYS: no, because of its owner and mode, or because its file system
 * is read-only; the text does not name the file. `name` may have several
 * components.
 */
int fio_access(const struct fio_dir *d, const char *name, enum fio_need need,
	struct err *e);

#endif
