/* SPDX-License-Identifier: MIT */
#include "model/config.h"

static const char *const stalenesses[] = {
	[STALENESS_IGNORE] = "ignore",
	[STALENESS_WARN] = "warn",
	[STALENESS_BLOCK] = "block",
};
const struct names staleness_names = NAMES(stalenesses, STALENESSES);

const struct pipeline_config *
config_pipeline(const struct config *c, struct str name)
{
	for (size_t i = 0; i < c->pipelines_n; i++)
		if (str_eq(c->pipelines[i].name, name))
			return &c->pipelines[i];
	return NULL;
}

const struct agent_config *
config_agent(const struct config *c, struct str name)
{
	for (size_t i = 0; i < c->agents_n; i++)
		if (str_eq(c->agents[i].name, name))
			return &c->agents[i];
	return NULL;
}

const struct phase_config *
pipeline_phase(
	const struct pipeline_config *p, enum phase_pool pool, struct str name)
{
	const struct phase_config *phases = pool == POOL_PRE ? p->pre : p->main;
	size_t n = pool == POOL_PRE ? p->pre_n : p->main_n;

	for (size_t i = 0; i < n; i++)
		if (str_eq(phases[i].name, name))
			return &phases[i];
	return NULL;
}
