/* SPDX-License-Identifier: MIT */
#include "store/legacy-priv.h"

/* Fails when the scalar is no status of schema 1. */
static int
rename_status(struct yaml_node *value, const char *key, const char *file,
	struct err *e)
{
	struct buf known CLEANUP_BUF = {0};
	const char *hint = "";
	int status;

	if (names_parse(&legacy_status_names, value->value, &status)) {
		value->value = str_from(names_get(&status_names,
			(int)legacy_status_now((enum legacy_status)status)));
		return 0;
	}
	names_list(&legacy_status_names, &known);
	if (names_parse(&status_names, value->value, &status))
		hint = "; a file of schema 3 has 'schema_version: 3' at its "
		       "top";
	return yaml_err(file, value, e,
		"'%s': '%.*s' is not one of %s, the statuses of schema 1%s",
		key, STR_ARG(value->value), known.p, hint);
}

/* The mapping with today's names of statuses. */
static int
rename_statuses(const struct yaml_node *node, const char *file, struct arena *a,
	struct yaml_node *ret, struct err *e)
{
	static const char *const keys[] = {"status", "blocked_from_status"};

	*ret = *node;
	if (node->kind != YAML_MAPPING)
		return 0;
	ret->pairs = ARENA_ARRAY(a, struct yaml_pair, node->n);
	for (size_t i = 0; i < node->n; i++) {
		ret->pairs[i] = node->pairs[i];
		for (size_t k = 0; k < 2; k++) {
			const struct yaml_pair *p = &node->pairs[i];
			if (!str_eq_c(p->key->value, keys[k]) ||
				p->value->kind != YAML_SCALAR ||
				yaml_is_null(p->value))
				continue;
			struct yaml_node *copy = ARENA_NEW(a, struct yaml_node);
			*copy = *p->value;
			if (rename_status(copy, keys[k], file, e) < 0)
				return -1;
			ret->pairs[i].value = copy;
		}
	}
	return 0;
}

int
legacy_item_written(uint64_t schema, const struct yaml_node *node,
	const char *file, struct arena *a, struct item *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct yaml_node renamed;

	if (schema != 1)
		return item_read(node, file, true, a, ret, e);
	if (rename_statuses(node, file, &tmp, &renamed, e) < 0)
		return -1;
	return item_read(&renamed, file, true, a, ret, e);
}

struct str
legacy_description_text(const struct yaml_node *node, struct arena *a,
	struct description *ret, bool *ret_dropped)
{
	const struct yaml_node *text = yaml_get(node, STR("description"));

	if (text == NULL || text->kind != YAML_SCALAR || yaml_is_null(text))
		return STR_ABSENT;
	legacy_description(text->value, a, ret, ret_dropped);
	return description_is_empty(ret) ? STR_ABSENT : text->value;
}

int
legacy_item_read(uint64_t schema, const struct yaml_node *node,
	const char *file, struct arena *a, struct item *ret, struct err *e)
{
	struct description d;
	bool dropped;

	if (legacy_item_written(schema, node, file, a, ret, e) < 0)
		return -1;
	if (schema == SCHEMA_NOW)
		return 0;
	legacy_lift(ret, schema);
	if (str_is_set(legacy_description_text(node, a, &d, &dropped)))
		ret->description = d;
	return 0;
}

uint64_t
legacy_schema_guess(struct str bytes)
{
	struct str key = STR("schema_version:");
	struct str line;
	uint64_t schema;

	while (str_next_line(&bytes, &line)) {
		if (!str_starts(line, key))
			continue;
		line = str_from_at(line, key.n);
		line.n = str_find_char(line, '#');
		if (parse_u64(str_trim(line), &schema) && schema >= 1 &&
			schema < SCHEMA_NOW)
			return schema;
		break;
	}
	return SCHEMA_NOW;
}
