/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_TEMPLATE_PRIV_H
#define ENGINE_TEMPLATE_PRIV_H

/* The files `weir init` writes. weir.yaml is the prefix of new ids between the
 * first two. */
extern const char template_config_above[], template_config_below[];
extern const char template_plan[], template_build[], template_review[];

#endif
