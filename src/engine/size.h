/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_SIZE_H
#define ENGINE_SIZE_H

#include <stdint.h>

struct sys;

/*
 * How many bytes a file has, links followed; a relative path is below `dir`. 0
 * when that cannot be told. It is for who plans what to hold at once, and no
 * promise: the file may be another when it is read.
 */
uint64_t size_at(struct sys *sys, const char *dir, const char *path);

#endif
