/* SPDX-License-Identifier: MIT */
#ifndef BENCH_WATCHING_H
#define BENCH_WATCHING_H

#include "tree.h"

struct wio;

/* How long it takes until a tree is watched, and from a change in it until it
 * is told, with the best there is and with inotify; beside inotifywait(1),
 * where that is installed. */
void watching_race(const struct tree *t, struct wio *io, size_t runs);

#endif
