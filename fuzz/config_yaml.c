/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "store/config.h"

static void
check_phase(const struct config *c, const struct phase_config *p)
{
	bool known = c->agents_n == 0 || config_agent(c, p->agent) != NULL;

	if (p->name.n == 0 || p->timeout_ns <= 0 || !known)
		BUG("an accepted phase without name, time or agent");
}

/* What is accepted holds what model/config.h says. */
static void
check_config(const struct config *c)
{
	check_phase(c, &c->triage);
	for (size_t i = 0; i < c->pipelines_n; i++) {
		const struct pipeline_config *p = &c->pipelines[i];
		if (p->main_n == 0)
			BUG("an accepted pipeline without phases");
		for (size_t j = 0; j < p->pre_n; j++)
			check_phase(c, &p->pre[j]);
		for (size_t j = 0; j < p->main_n; j++)
			check_phase(c, &p->main[j]);
	}
	for (size_t i = 0; i < c->agents_n; i++)
		if (c->agents[i].command.n == 0)
			BUG("an accepted agent without a command");
	if (c->max_wip == 0 || c->max_concurrent == 0 || c->prefix.n == 0)
		BUG("an accepted configuration that runs nothing");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a CLEANUP_ARENA = {0};
	struct problems problems CLEANUP_PROBLEMS = {0};
	struct config config;
	struct err e;
	struct str bytes = str_of((const char *)data, size);

	if (config_parse(bytes, "weir.yaml", &a, &config, &problems, &e) < 0) {
		if (problems.list.n == 0)
			BUG("refused without a problem");
		return 0;
	}
	check_config(&config);
	return 0;
}
