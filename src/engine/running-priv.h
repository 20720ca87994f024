/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_RUNNING_PRIV_H
#define ENGINE_RUNNING_PRIV_H

#include "engine/project.h"
#include "plan/select.h"

/*
 * What a `weir run` in another process is doing, for those who only look: its
 * runs are those on record without an outcome, while it holds run.lock.
 */

/* 1: there is one. 0: none. */
int running_look(const struct project *p, struct err *e);

/* Fill in->running, or in->running_unknown when it cannot be told; in `a`. The
 * snapshot and the configuration are there. */
void
running_find(const struct project *p, struct plan_input *in, struct arena *a);

#endif
