/* SPDX-License-Identifier: MIT */
#include "plan/place-priv.h"

enum phase_pool
pool_of_status(enum item_status status)
{
	if (status == STATUS_SCOPING)
		return POOL_PRE;
	return status == STATUS_IN_PROGRESS ? POOL_MAIN : POOL_UNSET;
}

void
place_unknown_pipeline(const struct config *c, struct str name, struct buf *why)
{
	buf_addf(why, "pipeline '%.*s' is not in %s", STR_ARG(name),
		str_is_set(c->path) ? c->path.s : "weir.yaml");
	for (size_t i = 0; i < c->pipelines_n; i++)
		buf_addf(why, "%s%.*s", i == 0 ? " (known: " : ", ",
			STR_ARG(c->pipelines[i].name));
	if (c->pipelines_n > 0)
		buf_add_char(why, ')');
}

static void
unknown_phase(const struct item *it, const struct place *p, struct buf *why)
{
	buf_addf(why,
		"'%.*s' is not a %s phase of %.*s (known: ", STR_ARG(it->phase),
		names_get(&pool_names, (int)p->pool),
		STR_ARG(p->pipeline->name));
	for (size_t i = 0; i < p->phases_n; i++)
		buf_addf(why, "%s%.*s", i == 0 ? "" : ", ",
			STR_ARG(p->phases[i].name));
	buf_add_char(why, ')');
}

bool
place_find(const struct config *c, const struct item *it, enum phase_pool pool,
	struct place *ret, struct buf *why)
{
	*ret = (struct place){
		.pipeline = config_pipeline(c, item_pipeline(it)),
		.pool = pool,
	};
	if (ret->pipeline == NULL) {
		place_unknown_pipeline(c, item_pipeline(it), why);
		return false;
	}
	if (pool == POOL_UNSET)
		return true;
	bool pre = pool == POOL_PRE;
	ret->phases = pre ? ret->pipeline->pre : ret->pipeline->main;
	ret->phases_n = pre ? ret->pipeline->pre_n : ret->pipeline->main_n;
	if (ret->phases_n == 0) {
		buf_addf(why,
			"%.*s has no %s phases: set the status to ready, or "
			"choose another pipeline",
			STR_ARG(ret->pipeline->name),
			names_get(&pool_names, (int)pool));
		return false;
	}
	if (!str_is_set(it->phase))
		return true;
	ret->phase = pipeline_phase(ret->pipeline, pool, it->phase);
	if (ret->phase == NULL) {
		unknown_phase(it, ret, why);
		return false;
	}
	ret->index = (size_t)(ret->phase - ret->phases);
	return true;
}
