/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_LOST_PRIV_H
#define ENGINE_LOST_PRIV_H

#include "fio/dir.h"
#include "store/store.h"

/*
 * A backlog that is not there may never have been, or may be lost. 0: it is
 * there, or nothing shows that it ever was. ERR_CONFLICT: git has it in its
 * index, ids were issued, agents ran or items left for the archive; the text
 * says which, and what brings it back. `dir` is the root's path.
 */
int lost_check(const struct fio_dir *root, const char *dir,
	const struct store_paths *own, struct err *e);

#endif
