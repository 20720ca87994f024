/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_REFUSALS_PRIV_H
#define ENGINE_REFUSALS_PRIV_H

#include "engine/project.h"

/*
 * What a run that began now would hold because it cannot be saved, found
 * without saving anything: results that an earlier run could not save, and
 * promotions, repairs and blocks that the bytes of the backlog do not take.
 */

/* Put these into `in`, whose snapshot is the one last loaded, as holds; they
 * live in `a`. What cannot be found out holds nothing. */
void refusals_find(struct project *p, struct plan_input *in, struct arena *a);

#endif
