/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_DIR_H
#define ENGINE_DIR_H

#include "base/err.h"

struct sys;

/*
 * Whether a directory can be entered, links followed; relative paths are below
 * the current one. For who is told of one that will be needed later, and can
 * say now that it is not there: ERR_MISSING, also when it is something else.
 */
int dir_check(struct sys *sys, const char *path, struct err *e);

#endif
