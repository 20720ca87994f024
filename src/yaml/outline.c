/* SPDX-License-Identifier: MIT */
#include "yaml/outline-priv.h"

#include <string.h>

#include "yaml/cut-priv.h"
#include "yaml/quick-priv.h"
#include "yaml/slices-priv.h"

/* The document with the entries left out, and its nodes where they are. */
static int
read_rest(struct yaml_outline *o, const struct outline_rest *r, struct arena *a)
{
	CLEANUP_BUF struct buf rest = {0};
	size_t gap = o->slices.tail_start - o->slices.head_end;
	struct yaml_node *root;

	buf_add_str(&rest, r->head);
	buf_add_str(&rest, r->tail);
	if (yaml_quick(buf_str(&rest), &yaml_default_limits, a, &root) != 0)
		return 1;
	if (root == NULL || root->kind != YAML_MAPPING ||
		root->style != YAML_BLOCK || root->column != 1)
		return 1;
	for (size_t i = 0; i < root->n; i++) {
		const struct yaml_pair *p = &root->pairs[i];
		if (p->key->start < r->head.n)
			continue;
		yaml_shift(p->key, gap, r->lines);
		yaml_shift(p->value, gap, r->lines);
	}
	if (root->n > 0)
		root->end = root->pairs[root->n - 1].value->end;
	o->root = root;
	return 0;
}

/*
 * Put the list where the key has no value. The last key of the head must be the
 * one that was found: then the dash is the first thing behind its colon.
 */
static int
place_list(struct yaml_outline *o, struct str key, struct arena *a)
{
	const struct yaml_slice *first = &o->slices.items[0];
	struct yaml_pair *p = NULL;

	for (size_t i = 0; i < o->root->n; i++)
		if (o->root->pairs[i].key->start < first->start)
			p = &o->root->pairs[i];
	if (p == NULL || p->key->style != YAML_PLAIN ||
		!str_eq(p->key->value, key) || p->value->kind != YAML_SCALAR ||
		p->value->style != YAML_PLAIN || p->value->n > 0 ||
		p->value->start < p->value->end)
		return 1;
	o->list = ARENA_NEW(a, struct yaml_node);
	*o->list = (struct yaml_node){
		.kind = YAML_SEQUENCE,
		.style = YAML_BLOCK,
		.start = (uint32_t)(first->start + o->column),
		.content = (uint32_t)(first->start + o->column),
		.line = first->line,
		.column = o->column + 1,
	};
	p->value = o->list;
	return 0;
}

int
outline_finish(struct yaml_outline *o, const struct outline_rest *rest,
	struct str key, struct arena *a)
{
	return read_rest(o, rest, a) != 0 ? 1 : place_list(o, key, a);
}

int
yaml_outline(struct str bytes, struct str key, struct arena *a,
	struct yaml_outline *ret)
{
	struct scan s = {.at = bytes.s, .end = bytes.s + bytes.n, .line = 1};
	struct cutting cut = {0};

	*ret = (struct yaml_outline){0};
	if (bytes.n > yaml_default_limits.bytes || !cut_find_list(&s, key) ||
		!cut_find_first(&s, &ret->column))
		return 1;
	cut_entries(&s, bytes, ret->column, &cut);
	cut_keep(&cut, a, &ret->slices);
	const struct outline_rest rest = {
		.head = str_of(bytes.s, ret->slices.head_end),
		.tail = str_from_at(bytes, ret->slices.tail_start),
		.lines = s.line - ret->slices.items[0].line,
	};
	return outline_finish(ret, &rest, key, a);
}

int
yaml_outline_entry(struct str bytes, const struct yaml_outline *o, size_t i,
	struct arena *a, struct yaml_node **ret)
{
	const struct yaml_slice *slice = &o->slices.items[i];
	struct yaml_limits limits = yaml_default_limits;
	struct yaml_node *list;

	/* The document's own mapping is around it. */
	limits.around = 1;
	if (yaml_quick_part(bytes, slice, &limits, a, &list) != 0)
		return 1;
	if (list == NULL || list->kind != YAML_SEQUENCE || list->n != 1 ||
		list->style != YAML_BLOCK || list->column != o->column + 1)
		return 1;
	*ret = list->items[0];
	return 0;
}

struct yaml_node *
yaml_outline_tree(const struct yaml_outline *o, struct yaml_node **entries,
	size_t n, struct arena *a)
{
	struct yaml_node *root = ARENA_NEW(a, struct yaml_node);
	struct yaml_node *list = ARENA_NEW(a, struct yaml_node);

	*list = *o->list;
	list->items = entries;
	list->n = n;
	list->end = entries[n - 1]->end;
	*root = *o->root;
	root->pairs = ARENA_ARRAY(a, struct yaml_pair, root->n);
	for (size_t i = 0; i < root->n; i++) {
		root->pairs[i] = o->root->pairs[i];
		if (root->pairs[i].value == o->list)
			root->pairs[i].value = list;
	}
	root->end = root->pairs[root->n - 1].value->end;
	return root;
}
