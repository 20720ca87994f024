/* SPDX-License-Identifier: MIT */
#include "model/legacy.h"
#include "store/backlog-priv.h"

static int
fail(struct problems *problems, const struct err *e)
{
	problems_add(problems, e);
	return -1;
}

static int
read_number(const struct yaml_node *v, const char *file, const char *key,
	uint64_t *ret, struct problems *problems)
{
	struct err e = {0};

	if (v->kind == YAML_SCALAR && v->style == YAML_PLAIN &&
		parse_u64(v->value, ret))
		return 0;
	yaml_err(file, v, &e, "'%s' must be a whole number", key);
	return fail(problems, &e);
}

/* A file that does not say is of schema 1, which did not ask for it. */
static int
read_schema(const struct yaml_node *root, const char *file, uint64_t *ret,
	struct problems *problems)
{
	const struct yaml_node *v = yaml_get(root, STR("schema_version"));
	struct err e = {0};
	uint64_t schema = 1;

	if (v != NULL &&
		read_number(v, file, "schema_version", &schema, problems) < 0)
		return -1;
	if (schema >= 1 && schema <= SCHEMA_NOW) {
		*ret = schema;
		return 0;
	}
	if (schema > SCHEMA_NOW)
		yaml_err(file, v, &e,
			"schema_version %llu is newer than this weir knows "
			"(%d); use the weir that wrote it, or a newer one",
			(unsigned long long)schema, SCHEMA_NOW);
	else
		yaml_err(file, v, &e,
			"schema_version is 1, 2 or %d, and never 0",
			SCHEMA_NOW);
	return fail(problems, &e);
}

static int
read_applied(const struct yaml_node *v, const char *file, struct arena *a,
	struct str_list *ret, struct problems *problems)
{
	struct err e = {0};

	if (yaml_is_null(v))
		return 0;
	if (v->kind != YAML_SEQUENCE) {
		yaml_err(file, v, &e, "'applied' must be a list");
		return fail(problems, &e);
	}
	struct str *ids = ARENA_ARRAY(a, struct str, v->n);
	for (size_t i = 0; i < v->n; i++) {
		const struct yaml_node *id = v->items[i];
		if (id->kind != YAML_SCALAR) {
			yaml_err(file, id, &e,
				"'applied' must be a list of plain values");
			return fail(problems, &e);
		}
		ids[i] = arena_str(a, id->value);
	}
	*ret = (struct str_list){.items = ids, .n = v->n};
	return 0;
}

int
head_read(const struct yaml_node *root, const char *file, struct arena *a,
	struct backlog_head *ret, struct problems *problems)
{
	const struct yaml_node *v;

	*ret = (struct backlog_head){.schema = SCHEMA_NOW};
	int rc = read_schema(root, file, &ret->schema, problems);
	v = yaml_get(root, STR("next_item_id"));
	if (v != NULL && !yaml_is_null(v) &&
		read_number(v, file, "next_item_id", &ret->next_item_id,
			problems) < 0)
		rc = -1;
	v = yaml_get(root, STR("applied"));
	if (v != NULL && read_applied(v, file, a, &ret->applied, problems) < 0)
		rc = -1;
	return rc;
}
