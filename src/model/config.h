/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "model/item.h"

/*
 * What weir.yaml says, with every default filled in. Built by
 * store/config.h; read-only afterwards. Strings are terminated and live as
 * long as the arena it was loaded into. `line` fields are the line in
 * weir.yaml, 0 for what is built in.
 */

/* Where something stands in weir.yaml, from 1; column in characters. */
struct config_spot {
	size_t line, column;
};

enum staleness {
	STALENESS_IGNORE,
	STALENESS_WARN,
	STALENESS_BLOCK,
	STALENESSES
};

extern const struct names staleness_names;

struct phase_config {
	struct str name;
	struct str_list workflows; /* paths from the project root */
	const struct config_spot *workflow_spots; /* one for each */
	bool destructive; /* needs the work tree to itself */
	enum staleness staleness;
	struct str agent; /* always the name of a configured agent */
	int64_t timeout_ns;
	unsigned int retries; /* attempts are one more */
};

struct pipeline_config {
	struct str name;
	const struct phase_config *pre; /* scope an item */
	size_t pre_n;
	const struct phase_config *main; /* carry it out; at least one */
	size_t main_n;
	size_t line;
};

struct agent_config {
	struct str name;
	struct str_list command; /* argv; never empty */
	struct config_spot spot; /* of its first word */
};

struct config {
	struct str path; /* "weir.yaml"; for messages */
	struct str prefix;
	struct str backlog; /* path from the project root */
	struct guardrail_levels guardrails;
	uint64_t max_wip, max_concurrent, phase_cap;
	unsigned int max_retries;
	int64_t phase_timeout_ns;
	bool git;
	const struct agent_config *agents;
	size_t agents_n;
	struct str default_agent; /* absent when there are no agents */
	const struct pipeline_config *pipelines;
	size_t pipelines_n;
	struct phase_config triage; /* the built-in first phase */
};

const struct pipeline_config *
config_pipeline(const struct config *c, struct str name);
const struct agent_config *
config_agent(const struct config *c, struct str name);

/* The phase in the pool, NULL when the pipeline has none of that name. */
const struct phase_config *pipeline_phase(
	const struct pipeline_config *p, enum phase_pool pool, struct str name);

#endif
