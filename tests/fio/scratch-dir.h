/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_SCRATCH_DIR_H
#define TESTS_FIO_SCRATCH_DIR_H

#include "scratch.h"

#include "fio/dir.h"
#include "sys/real.h"

/* A scratch directory, open. */

static struct scratch s;
static struct fio_dir dir;
static struct err e;

static inline int
dir_make(void **state)
{
	(void)state;
	scratch_make(&s);
	e = (struct err){0};
	check_ok(fio_dir_open(&dir, sys_real(), AT_FDCWD, s.path, &e), &e);
	return 0;
}

static inline int
dir_remove(void **state)
{
	(void)state;
	dir.sys = sys_real();
	fio_dir_close(&dir);
	scratch_remove(&s);
	return 0;
}

#endif
