/* SPDX-License-Identifier: MIT */
#include "store/extras-priv.h"

#include <string.h>

#include "store/item-priv.h"

enum { DEPTH_MAX = 32, VALUES_MAX = 10000, KEY_MAX = 250 };

struct reading {
	const char *file;
	struct arena *a;
	size_t values;
};

/* Without quotes only what reads the same in any place: a number, a boolean,
 * a date, a word. Other text is quoted where it has to be. */
static struct yaml_value
scalar_of(const struct yaml_node *n)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_.+";

	if (yaml_is_null(n))
		return yaml_bare(STR("null"));
	if (n->style != YAML_PLAIN || n->tagged ||
		n->value.n != strspn(n->value.s, plain))
		return yaml_text(n->value);
	return yaml_bare(n->value);
}

static int value_of(struct reading *r, const struct yaml_node *n, size_t depth,
	struct yaml_value *ret, struct err *e);

static int
pair_of(struct reading *r, const struct yaml_pair *p, size_t depth,
	struct yaml_entry *ret, struct err *e)
{
	if (p->key->value.n > KEY_MAX) {
		(void)yaml_err(r->file, p->key, e,
			"a key of more than %d bytes", KEY_MAX);
		e->code = ERR_LIMIT;
		return -1;
	}
	ret->key = p->key->value;
	return value_of(r, p->value, depth, &ret->value, e);
}

/* Aliases become what they stand for, and are counted each time. */
static int
value_of(struct reading *r, const struct yaml_node *n, size_t depth,
	struct yaml_value *ret, struct err *e)
{
	if (depth > DEPTH_MAX || ++r->values > VALUES_MAX) {
		(void)yaml_err(r->file, n, e,
			"more than %d levels or %d values in one entry",
			DEPTH_MAX, VALUES_MAX);
		e->code = ERR_LIMIT;
		return -1;
	}
	if (n->kind == YAML_SCALAR) {
		*ret = scalar_of(n);
		return 0;
	}
	*ret = (struct yaml_value){.kind = n->kind, .n = n->n};
	if (n->kind == YAML_SEQUENCE) {
		struct yaml_value *items =
			ARENA_ARRAY(r->a, struct yaml_value, n->n);
		ret->items = items;
		for (size_t i = 0; i < n->n; i++)
			if (value_of(r, n->items[i], depth + 1, &items[i], e) <
				0)
				return -1;
		return 0;
	}
	struct yaml_entry *entries = ARENA_ARRAY(r->a, struct yaml_entry, n->n);
	ret->entries = entries;
	for (size_t i = 0; i < n->n; i++)
		if (pair_of(r, &n->pairs[i], depth + 1, &entries[i], e) < 0)
			return -1;
	return 0;
}

int
extras_read(const struct yaml_node *node, const char *file, struct arena *a,
	struct extras *ret, struct err *e)
{
	struct reading r = {.file = file, .a = a};
	struct yaml_entry *entries = ARENA_ARRAY(a, struct yaml_entry, node->n);

	*ret = (struct extras){.entries = entries};
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_pair *p = &node->pairs[i];
		if (field_find(&item_fields, p->key->value) != NULL)
			continue;
		if (pair_of(&r, p, 1, &entries[ret->n], e) < 0)
			return -1;
		ret->n++;
	}
	return 0;
}

struct yaml_value
extras_item_value(const struct extras_list *list, size_t nth,
	const struct item *it, struct arena *a)
{
	struct yaml_value v = item_value(it, a);

	if (list == NULL || nth >= list->n)
		return v;
	const struct extras *x = &list->items[nth];
	v.comments = x->comments;
	if (x->n == 0)
		return v;
	struct yaml_entry *both = ARENA_ARRAY(a, struct yaml_entry, v.n + x->n);
	memcpy(both, v.entries, v.n * sizeof(*both));
	memcpy(both + v.n, x->entries, x->n * sizeof(*both));
	v.entries = both;
	v.n += x->n;
	return v;
}
