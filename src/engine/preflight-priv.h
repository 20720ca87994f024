/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_PREFLIGHT_PRIV_H
#define ENGINE_PREFLIGHT_PRIV_H

#include "engine/project-priv.h"

/*
 * What would make every phase fail the same way: a run looks before anything
 * starts, the doctor at any time. Each problem has its place in weir.yaml.
 */

/* Agents' commands: that there is one, and that each can be found. `environ`
 * is the one that agents would get. */
void preflight_agents(const struct project *p, const char *const *environ,
	struct problems *ret);

/* Files that phases name in `workflows`: there, regular, readable. */
void preflight_workflows(const struct project *p, struct problems *ret);

#endif
