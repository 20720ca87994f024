/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/strmap.h"
#include "store/config-priv.h"

static config_read_fn read_pre, read_main, read_phase_name, read_phase_agent,
	read_staleness;

static const struct config_key phase_key[] = {
	CONFIG_KEY("name", read_phase_name, struct phase_config, name),
	CONFIG_KEY("workflows", config_read_paths, struct phase_config,
		workflows, .max = CONFIG_WORKFLOWS_MAX),
	CONFIG_KEY("agent", read_phase_agent, struct phase_config, agent),
	CONFIG_KEY("timeout", config_read_duration, struct phase_config,
		timeout_ns),
	CONFIG_KEY("retries", config_read_uint, struct phase_config, retries,
		.max = CONFIG_RETRIES_MAX),
	CONFIG_KEY("destructive", config_read_bool, struct phase_config,
		destructive),
	CONFIG_KEY("staleness", read_staleness, struct phase_config, staleness,
		.names = &staleness_names),
};
static const struct config_keys phase_keys = CONFIG_KEYS("a phase", phase_key);

/* Triage is built in: of a phase it has workflows, agent, timeout, retries. */
static const struct config_keys triage_keys = {
	.where = "triage", .keys = &phase_key[1], .n = 4};

#define TRIAGE STR("triage")

/* A pipeline while it is read; no name is in it twice. */
struct draft {
	struct pipeline_config config;
	struct strmap names;
};

static const struct config_key pipeline_key[] = {
	{.name = "pre_phases", .read = read_pre, .max = CONFIG_PHASES_MAX},
	{.name = "phases", .read = read_main, .max = CONFIG_PHASES_MAX},
};
static const struct config_keys pipeline_keys =
	CONFIG_KEYS("a pipeline", pipeline_key);

static struct phase_config
phase_default(const struct config *c)
{
	return (struct phase_config){
		.agent = c->default_agent,
		.timeout_ns = c->phase_timeout_ns,
		.retries = c->max_retries,
	};
}

struct phase_config
config_triage_default(const struct config *c)
{
	struct phase_config triage = phase_default(c);

	triage.name = TRIAGE;
	return triage;
}

/* A list with entries that were refused is never run from. */
static const struct config_spot *
find_workflows(struct config_reader *r, const struct yaml_node *phase)
{
	const struct yaml_node *list = phase->kind == YAML_MAPPING
		? yaml_get(phase, STR("workflows"))
		: NULL;

	if (list == NULL || list->kind != YAML_SEQUENCE)
		return NULL;
	struct config_spot *spots =
		ARENA_ARRAY(r->a, struct config_spot, list->n);
	for (size_t i = 0; i < list->n; i++)
		spots[i] = (struct config_spot){
			list->items[i]->line, list->items[i]->column};
	return spots;
}

void
config_read_triage(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	struct phase_config *triage = at;

	(void)k;
	*triage = config_triage_default(r->config);
	config_read_keys(r, &triage_keys, n, triage);
	triage->workflow_spots = find_workflows(r, n);
}

static void
read_phase_name(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	if (!config_name_is_valid(r, "a phase's name", n))
		return;
	memcpy(at, &n->value, sizeof(n->value));
	if (str_eq(n->value, TRIAGE))
		config_problem(r, n,
			"phase %s is built in; a pipeline needs another %s",
			config_shown(r, n), k->name);
}

static void
read_phase_agent(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	(void)k;
	if (!config_name_is_valid(r, "an agent's name", n))
		return;
	memcpy(at, &n->value, sizeof(n->value));
	if (config_agent(r->config, n->value) == NULL)
		config_agent_missing(r, "agent", n);
}

static void
read_staleness(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	enum staleness *staleness = at;

	config_read_enum(r, k, n, at);
	if (*staleness == STALENESS_BLOCK && r->config->max_wip > 1)
		config_problem(r, n,
			"staleness 'block' is possible with max_wip 1 only; "
			"it is %ju",
			(uintmax_t)r->config->max_wip);
}

static void
read_phase(struct config_reader *r, const struct draft *d,
	const struct yaml_node *n, struct phase_config *ret)
{
	struct config_keys t = config_keys_of(
		r, &phase_keys, "a phase of pipeline", d->config.name);
	size_t before = r->problems.n;

	*ret = phase_default(r->config);
	config_read_keys(r, &t, n, ret);
	ret->workflow_spots = find_workflows(r, n);
	if (!str_is_set(ret->name) && r->problems.n == before)
		config_problem(r, n, "%s needs a name", t.where);
}

static const struct phase_config *
read_phases(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, struct draft *d, size_t *ret_n)
{
	if (!config_is_collection(r, k, YAML_SEQUENCE, n))
		return NULL;
	struct phase_config *phases =
		ARENA_ARRAY(r->a, struct phase_config, n->n);
	*ret_n = n->n;
	for (size_t i = 0; i < n->n; i++) {
		read_phase(r, d, n->items[i], &phases[i]);
		struct str name = phases[i].name;
		if (str_is_set(name) && !strmap_put(&d->names, name, i))
			config_problem(r, yaml_get(n->items[i], STR("name")),
				"phase '%s' is in pipeline '%s' twice", name.s,
				d->config.name.s);
	}
	return phases;
}

static void
read_pre(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	struct draft *d = at;
	struct pipeline_config *p = &d->config;

	p->pre = read_phases(r, k, n, d, &p->pre_n);
	for (size_t i = 0; i < p->pre_n; i++)
		if (p->pre[i].destructive)
			config_problem(r,
				yaml_get(n->items[i], STR("destructive")),
				"a pre-phase cannot be destructive; it only "
				"scopes an item");
}

static void
read_main(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	struct draft *d = at;

	d->config.main = read_phases(r, k, n, d, &d->config.main_n);
}

static struct pipeline_config
read_pipeline(struct config_reader *r, const struct yaml_pair *pair)
{
	struct draft d = {
		.config = {.name = pair->key->value, .line = pair->key->line}};
	struct config_keys t =
		config_keys_of(r, &pipeline_keys, "pipeline", pair->key->value);
	size_t before = r->problems.n;

	strmap_init(&d.names, 2 * CONFIG_PHASES_MAX, r->a);
	if (!yaml_is_null(pair->value))
		config_read_keys(r, &t, pair->value, &d);
	if (d.config.main_n == 0 && r->problems.n == before)
		config_problem(r, pair->key,
			"%s needs phases, such as [{ name: build }]", t.where);
	return d.config;
}

void
config_read_pipelines(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	struct config *c = at;

	if (!config_is_collection(r, k, YAML_MAPPING, n))
		return;
	struct pipeline_config *pipelines =
		ARENA_ARRAY(r->a, struct pipeline_config, n->n);
	c->pipelines = pipelines;
	for (size_t i = 0; i < n->n; i++)
		if (config_name_is_valid(
			    r, "a pipeline's name", n->pairs[i].key))
			pipelines[c->pipelines_n++] =
				read_pipeline(r, &n->pairs[i]);
}
