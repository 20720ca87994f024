/* SPDX-License-Identifier: MIT */
#ifndef FIO_WATCH_H
#define FIO_WATCH_H

#include "fio/dir.h"

/*
 * A hint that names in a directory may have changed. Directories are watched,
 * not files, because saving by rename gives a file a new inode. Events say
 * only "look again": what is true is what a read finds.
 *
 *	fio_watch_open(&w, sys, &e);
 *	fio_watch_add(&w, "proj", &e);
 *	… poll w.fd for reading …
 *	if (fio_watch_drain(&w, &e) > 0) re-read
 */
struct fio_watch {
	struct sys *sys;
	int fd; /* readable when something may have changed; -1: closed */
};

int fio_watch_open(struct fio_watch *ret, struct sys *sys, struct err *e);
int fio_watch_add(struct fio_watch *w, const char *dir, struct err *e);
/* Forget what has been reported. 1: something may have changed; 0: nothing. An
 * overflow of the kernel's queue counts as a change. */
int fio_watch_drain(struct fio_watch *w, struct err *e);
void fio_watch_close(struct fio_watch *w);

#endif
