/* SPDX-License-Identifier: MIT */
#ifndef STORE_CONFIG_H
#define STORE_CONFIG_H

#include "base/problems.h"
#include "fio/dir.h"
#include "model/config.h"

/*
 * weir.yaml, checked key by key. Every unknown key, wrong type and impossible
 * value is one problem with file:line:column, what is accepted, and the
 * nearest known name; all of them are reported, not only the first.
 *
 * Without the file, or with an empty one: the defaults, no agent, no
 * pipeline. docs/files.md has the table of keys.
 */

/*
 * -1 when there are problems (all in `problems`, the first in `e`) or the
 * file cannot be read. Of `*ret` then only `prefix` and `backlog` may be used:
 * what the file says of them where that is valid, else the defaults.
 */
int config_load(const struct fio_dir *root, struct arena *a, struct config *ret,
	struct problems *problems, struct err *e);

/* The same from bytes. */
int config_parse(struct str bytes, const char *file, struct arena *a,
	struct config *ret, struct problems *problems, struct err *e);

#endif
