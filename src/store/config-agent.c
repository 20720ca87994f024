/* SPDX-License-Identifier: MIT */
#include "store/config-priv.h"

static const struct config_key agent_key[] = {
	CONFIG_KEY("command", config_read_command, struct agent_config, command,
		.max = CONFIG_WORDS_MAX),
};
static const struct config_keys agent_keys = CONFIG_KEYS("an agent", agent_key);

/* The agents' own names stand beside it. */
#define DEFAULT_KEY STR("default")

static void
read_agent(struct config_reader *r, const struct yaml_pair *pair,
	struct agent_config *ret)
{
	struct config_keys t =
		config_keys_of(r, &agent_keys, "agent", pair->key->value);
	size_t before = r->problems.n;

	*ret = (struct agent_config){.name = pair->key->value};
	if (!yaml_is_null(pair->value))
		config_read_keys(r, &t, pair->value, ret);
	if (ret->command.n > 0) {
		const struct yaml_node *word =
			yaml_get(pair->value, STR("command"))->items[0];
		ret->spot = (struct config_spot){word->line, word->column};
	}
	if (ret->command.n == 0 && r->problems.n == before)
		config_problem(r, pair->key,
			"%s needs a command, such as "
			"{ command: [claude, -p] }",
			t.where);
}

void
config_agent_missing(
	struct config_reader *r, const char *what, const struct yaml_node *n)
{
	const char *all[CONFIG_AGENTS_MAX];
	struct names names = {.name = all};
	struct buf list CLEANUP_BUF = {0};

	if (r->config->agents_n == 0) {
		config_problem(r, n,
			"%s %s is not configured; no agent is under 'agents'",
			what, config_shown(r, n));
		return;
	}
	for (; names.n < r->config->agents_n; names.n++)
		all[names.n] = r->config->agents[names.n].name.s;
	names_list(&names, &list);
	config_problem(r, n, "%s %s is not configured; it must be %s", what,
		config_shown(r, n), list.p);
}

static void
read_default(struct config_reader *r, const struct yaml_node *agents)
{
	struct config *c = r->config;
	const struct yaml_node *n = yaml_get(agents, DEFAULT_KEY);

	if (n == NULL || yaml_is_null(n)) {
		if (c->agents_n == 1)
			c->default_agent = c->agents[0].name;
		else if (c->agents_n > 1)
			config_problem(r, agents,
				"agents needs a default, such as 'default: %s'",
				c->agents[0].name.s);
		return;
	}
	if (!config_name_is_valid(r, "the default agent", n))
		return;
	c->default_agent = n->value;
	if (config_agent(c, n->value) == NULL)
		config_agent_missing(r, "the default agent", n);
}

void
config_read_agents(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	struct config *c = at;

	if (!config_is_collection(r, k, YAML_MAPPING, n))
		return;
	struct agent_config *agents =
		ARENA_ARRAY(r->a, struct agent_config, n->n);
	c->agents = agents;
	for (size_t i = 0; i < n->n; i++) {
		const struct yaml_pair *pair = &n->pairs[i];
		if (!str_eq(pair->key->value, DEFAULT_KEY) &&
			config_name_is_valid(r, "an agent's name", pair->key))
			read_agent(r, pair, &agents[c->agents_n++]);
	}
	read_default(r, n);
}
