/* SPDX-License-Identifier: MIT */
#include "store/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "fio/access.h"
#include "fio/file.h"
#include "store/config-priv.h"

/*
 * The file is read from the top of `file_keys` down: what execution and
 * agents say is known when pipelines are read, wherever it stands in the
 * file.
 */

enum {
	BYTES_MAX = 1024 * 1024,
	DEPTH_MAX = 16,
	NODES_MAX = 20000,
	RUNNING_MAX = 64,
	PHASE_CAP_MAX = 1000000,
};

#define FILE_NAME "weir.yaml"

static const struct yaml_limits limits = {
	.bytes = BYTES_MAX, .depth = DEPTH_MAX, .nodes = NODES_MAX};

static const struct config_key project_key[] = {
	CONFIG_KEY("prefix", config_read_prefix, struct config, prefix),
	CONFIG_KEY("backlog", config_read_path, struct config, backlog),
};
static const struct config_keys project_keys =
	CONFIG_KEYS("project", project_key);

static const struct config_key guardrail_key[] = {
	CONFIG_KEY("max_size", config_read_enum, struct config, guardrails.size,
		.names = &size_names),
	CONFIG_KEY("max_complexity", config_read_enum, struct config,
		guardrails.complexity, .names = &level_names),
	CONFIG_KEY("max_risk", config_read_enum, struct config, guardrails.risk,
		.names = &level_names),
};
static const struct config_keys guardrail_keys =
	CONFIG_KEYS("guardrails", guardrail_key);

static const struct config_key execution_key[] = {
	CONFIG_KEY("max_wip", config_read_count, struct config, max_wip,
		.min = 1, .max = RUNNING_MAX),
	CONFIG_KEY("max_concurrent", config_read_count, struct config,
		max_concurrent, .min = 1, .max = RUNNING_MAX),
	CONFIG_KEY("max_retries", config_read_uint, struct config, max_retries,
		.max = CONFIG_RETRIES_MAX),
	CONFIG_KEY("phase_timeout", config_read_duration, struct config,
		phase_timeout_ns),
	CONFIG_KEY("phase_cap", config_read_count, struct config, phase_cap,
		.min = 1, .max = PHASE_CAP_MAX),
};
static const struct config_keys execution_keys =
	CONFIG_KEYS("execution", execution_key);

static const struct config_key file_key[] = {
	{.name = "project", .read = config_read_map, .sub = &project_keys},
	{.name = "guardrails", .read = config_read_map, .sub = &guardrail_keys},
	{.name = "execution", .read = config_read_map, .sub = &execution_keys},
	CONFIG_KEY("git", config_read_switch, struct config, git),
	{.name = "agents",
		.read = config_read_agents,
		.max = CONFIG_AGENTS_MAX},
	CONFIG_KEY("triage", config_read_triage, struct config, triage),
	{.name = "pipelines",
		.read = config_read_pipelines,
		.max = CONFIG_PIPELINES_MAX},
};
static const struct config_keys file_keys = CONFIG_KEYS("the file", file_key);

static int
compare_problems(const void *a, const void *b)
{
	const struct config_problem *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->e.msg, y->e.msg);
}

/* Hand the problems over in the file's order. */
static int
report(struct config_reader *r, struct problems *ret, struct err *e)
{
	if (r->problems.n == 0)
		return 0;
	qsort(r->problems.items, r->problems.n, sizeof(r->problems.items[0]),
		compare_problems);
	VEC_EACH (p, &r->problems)
		problems_add(ret, &p->e);
	ret->dropped += r->dropped;
	*e = r->problems.items[0].e;
	VEC_RELEASE(&r->problems);
	return -1;
}

static struct config
defaults(struct str path)
{
	return (struct config){
		.path = path,
		.prefix = STR("WRK"),
		.backlog = STR("BACKLOG.yaml"),
		.guardrails = {.size = SIZE_MEDIUM,
			.complexity = LEVEL_MEDIUM,
			.risk = LEVEL_LOW},
		.max_wip = 1,
		.max_concurrent = 1,
		.max_retries = 2,
		.phase_timeout_ns = 30 * 60 * NS_PER_SEC,
		.phase_cap = 100,
		.git = true,
	};
}

int
config_parse(struct str bytes, const char *file, struct arena *a,
	struct config *ret, struct problems *problems, struct err *e)
{
	struct config_reader r = {.file = file, .a = a, .config = ret};
	struct yaml_node *root;

	*ret = defaults(arena_str(a, str_from(file)));
	if (yaml_parse(bytes, file, &limits, a, &root, e) < 0) {
		problems_add(problems, e);
		return -1;
	}
	if (root != NULL && !yaml_is_null(root))
		config_read_keys(&r, &file_keys, root, ret);
	if (!str_is_set(ret->triage.name))
		ret->triage = config_triage_default(ret);
	return report(&r, problems, e);
}

int
config_load(const struct fio_dir *root, struct arena *a, struct config *ret,
	struct problems *problems, struct err *e)
{
	struct buf bytes CLEANUP_BUF = {0};

	*ret = defaults(STR(FILE_NAME));
	if (fio_read(root, FILE_NAME, BYTES_MAX, &bytes, NULL, e) < 0) {
		struct err why = {0};
		if (fio_access(root, FILE_NAME, FIO_TO_READ, &why) < 0)
			err_set(e, ERR_SYS, "'%s': %s", FILE_NAME, why.msg);
		problems_add(problems, e);
		return -1;
	}
	return config_parse(buf_str(&bytes), FILE_NAME, a, ret, problems, e);
}
