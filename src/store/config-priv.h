/* SPDX-License-Identifier: MIT */
#ifndef STORE_CONFIG_PRIV_H
#define STORE_CONFIG_PRIV_H

#include "base/names.h"
#include "base/problems.h"
#include "model/config.h"
#include "yaml/tree.h"

/*
 * Reading a YAML mapping by a table of its keys. Each row says what the key
 * is called, how its value is read and where it goes; everything that does
 * not fit becomes one problem with its place, and reading goes on.
 *
 *	static const struct config_key keys[] = {
 *		CONFIG_KEY("max_wip", config_read_count, struct config,
 *			max_wip, .min = 1, .max = 64),
 *	};
 *	config_read_keys(r, &(struct config_keys){"execution", keys, 1},
 *		node, config);
 *
 * A null value leaves what is there, as a missing key does. Tables are read in
 * their own order, not the file's; problems are reported in the file's.
 */

struct config_reader;
struct config_key;

/* A table of the keys of one mapping; `where` is for messages. */
struct config_keys {
	const char *where;
	const struct config_key *keys;
	size_t n;
};

#define CONFIG_KEYS(title, table)                     \
	{                                             \
		.where = (title), .keys = (table),    \
		.n = sizeof(table) / sizeof(*(table)) \
	}

typedef void config_read_fn(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at);

struct config_key {
	const char *name;
	config_read_fn *read; /* never called with a null node */
	size_t offset;	      /* of the value in the record */
	uint64_t min, max;
	const struct names *names;
	const struct config_keys *sub;
};

/* A row whose value is a member of the record; limits and names follow. */
#define CONFIG_KEY(key, how, type, member, ...)               \
	{                                                     \
		.name = (key), .read = (how),                 \
		.offset = offsetof(type, member), __VA_ARGS__ \
	}

/* More than anybody needs; what a hostile file may cost. */
enum {
	CONFIG_RETRIES_MAX = 100,
	CONFIG_AGENTS_MAX = 50,
	CONFIG_WORDS_MAX = 200,
	CONFIG_PIPELINES_MAX = 50,
	CONFIG_PHASES_MAX = 50,
	CONFIG_WORKFLOWS_MAX = 20,
};

struct config_problem {
	size_t line, column;
	struct err e;
};

struct config_reader {
	const char *file;
	struct arena *a; /* the tree and the configuration */
	struct config *config;
	VEC(struct config_problem) problems;
	size_t dropped; /* beyond what is worth collecting */
};

/* Note a problem at the node's place. */
void config_problem(struct config_reader *r, const struct yaml_node *at,
	const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * "'two'", "a list", "a mapping", "nothing": a value as messages show it, fit
 * for a terminal and cut to 60 columns. Valid as long as the reader's arena.
 */
const char *config_shown(struct config_reader *r, const struct yaml_node *n);

/* A tag such as !!str would be read by nobody: a problem. */
bool config_is_untagged(struct config_reader *r, const struct yaml_node *n);

/* Read every key of the table that the mapping has into `record`. */
void config_read_keys(struct config_reader *r, const struct config_keys *t,
	const struct yaml_node *n, void *record);

config_read_fn config_read_map;	     /* by `sub`; same record from `at` on */
config_read_fn config_read_count;    /* uint64_t from min to max */
config_read_fn config_read_uint;     /* unsigned int from min to max */
config_read_fn config_read_duration; /* int64_t, nanoseconds */
config_read_fn config_read_enum;     /* int, one of `names` */
config_read_fn config_read_bool;     /* bool, true or false */
config_read_fn config_read_switch;   /* bool, also on or off */
config_read_fn config_read_path;     /* str: inside the project */
config_read_fn config_read_prefix;   /* str: of item ids */
config_read_fn config_read_paths;    /* str_list of at most `max` paths */
config_read_fn config_read_command;  /* str_list of 1 to `max` words */

config_read_fn config_read_agents;    /* the whole struct config */
config_read_fn config_read_triage;    /* its struct phase_config */
config_read_fn config_read_pipelines; /* the whole struct config */

/* The built-in phase as it is without the `triage` key. */
struct phase_config config_triage_default(const struct config *c);

/* Whether the scalar can name an agent, a pipeline or a phase. */
bool config_name_is_valid(
	struct config_reader *r, const char *what, const struct yaml_node *n);

/* A non-empty mapping or sequence (as `kind` says) within `max` entries. */
bool config_is_collection(struct config_reader *r, const struct config_key *k,
	enum yaml_kind kind, const struct yaml_node *n);

/* "the default agent 'x' is not configured; agents has a and b". */
void config_agent_missing(
	struct config_reader *r, const char *what, const struct yaml_node *n);

/* The table, with "agent 'worker'" in its messages. */
struct config_keys config_keys_of(struct config_reader *r,
	const struct config_keys *t, const char *kind, struct str name);

#endif
