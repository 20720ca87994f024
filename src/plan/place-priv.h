/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLACE_PRIV_H
#define PLAN_PLACE_PRIV_H

#include "base/buf.h"
#include "model/config.h"

/*
 * Where in the configuration an item stands. The status tells the pool:
 * scoping items are at a pre-phase, those in progress at a main phase.
 */
struct place {
	const struct pipeline_config *pipeline;
	enum phase_pool pool;
	const struct phase_config *phases; /* of the pool */
	size_t phases_n;
	const struct phase_config *phase; /* NULL: the item has none yet */
	size_t index;			  /* of the phase in its pool */
};

enum phase_pool pool_of_status(enum item_status status);

/*
 * False when pipeline, pool or phase of an item with this status and phase
 * do not exist; `why` gets the reason and what to choose from. For a pool of
 * POOL_UNSET only the pipeline is looked up.
 */
bool place_find(const struct config *c, const struct item *it,
	enum phase_pool pool, struct place *ret, struct buf *why);

/* "pipeline 'x' is not in weir.yaml (known: a, b)". */
void place_unknown_pipeline(
	const struct config *c, struct str name, struct buf *why);

#endif
