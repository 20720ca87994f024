/* SPDX-License-Identifier: MIT */
#ifndef SYS_SIM_CONTENT_PRIV_H
#define SYS_SIM_CONTENT_PRIV_H

#include "sys/sim-priv.h"

/* Every content a power cut can leave of one file: the first is what was
 * synced, and each is there once. */
struct sim_content {
	struct sim_bytes **items;
	size_t n, cap;
};

void sim_content_init(
	struct sim_content *ret, const struct sim_inode *in, uint64_t seed);
void sim_content_release(struct sim_content *c);

#endif
