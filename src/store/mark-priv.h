/* SPDX-License-Identifier: MIT */
#ifndef STORE_MARK_PRIV_H
#define STORE_MARK_PRIV_H

#include "fio/file.h"

/*
 * .weir/ids.hwm: the highest number ever issued. It lies outside git on
 * purpose: checking out an old backlog cannot lower it. A mark that is not
 * there is 0, and one that is damaged as well, and said to be.
 */

#define MARK_FILE "ids.hwm"

int mark_read(const struct fio_dir *state, uint64_t *ret, bool *ret_damaged,
	struct err *e);
/* Durable when it returns 0. */
int mark_write(const struct fio_dir *state, uint64_t mark, struct err *e);
/* The same when something that is not for overwriting has its name: that is
 * `aside` then, and at no time is there neither. As fio_displace. */
int mark_displace(const struct fio_dir *state, uint64_t mark, const char *aside,
	struct err *e);

/* Numbers skipped when the mark is damaged and cannot be trusted. */
enum { DAMAGED_GAP = 1000 };

#endif
