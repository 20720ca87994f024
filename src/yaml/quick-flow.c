/* SPDX-License-Identifier: MIT */
#include "yaml/quick-scan-priv.h"

static struct yaml_node *
flow_child(struct quick *q)
{
	struct scalar s;

	if (*q->at == '[' || *q->at == '{')
		return quick_flow(q);
	if (!quick_scalar(q, true, &s))
		return NULL;
	return quick_new_scalar(q, &s, quick_mark(q, s.start));
}

static struct yaml_node *
flow_value(struct quick *q)
{
	if (*q->at == ':') {
		q->at++;
		quick_skip_spaces(q);
		if (*q->at != ',' && *q->at != '}')
			return flow_child(q);
	}
	return quick_new_empty(q, quick_mark(q, q->at));
}

static bool
flow_pair(struct quick *q, struct opened *o)
{
	char *start = q->at;

	if (*start == '[' || *start == '{')
		return false;
	struct yaml_node *key = flow_child(q);
	if (key == NULL || !quick_add_key(q, o, key))
		return false;
	quick_skip_spaces(q);
	if (q->at - start > QUICK_LONGEST_KEY)
		return false;
	struct yaml_node *value = flow_value(q);
	if (value == NULL)
		return false;
	VEC_PUSH(&q->open, value);
	return true;
}

static bool
flow_item(struct quick *q)
{
	struct yaml_node *item = flow_child(q);

	if (item == NULL)
		return false;
	VEC_PUSH(&q->open, item);
	return true;
}

struct yaml_node *
quick_flow(struct quick *q)
{
	bool is_mapping = *q->at == '{';
	enum yaml_kind kind = is_mapping ? YAML_MAPPING : YAML_SEQUENCE;
	struct opened o;

	if (!quick_open(q, kind, YAML_FLOW, quick_mark(q, q->at), &o))
		return NULL;
	for (q->at++;; q->at++) {
		quick_skip_spaces(q);
		if (*q->at == (is_mapping ? '}' : ']'))
			break;
		if (!(is_mapping ? flow_pair(q, &o) : flow_item(q)))
			return NULL;
		quick_skip_spaces(q);
		if (*q->at != ',')
			break;
	}
	if (*q->at++ != (is_mapping ? '}' : ']'))
		return NULL;
	o.node->end = (uint32_t)(q->origin + (size_t)(q->at - q->text));
	return quick_close(q, &o);
}
