/* SPDX-License-Identifier: MIT */
#include "store/store-priv.h"

#include <stdio.h>

#include "store/item-priv.h"

/*
 * From a snapshot to bytes: what differs between what the bytes mean and what
 * they are to mean, as splices. Items are matched by id; new ones go to the
 * end in order.
 */

/* Pair index of the first of `keys` that the mapping has. */
static size_t
behind(const struct yaml_node *root, struct str key, struct str or_key)
{
	for (size_t i = 0; i < root->n; i++)
		if (str_eq(root->pairs[i].key->value, key))
			return i;
	for (size_t i = 0; i < root->n; i++)
		if (str_eq(root->pairs[i].key->value, or_key))
			return i;
	return SIZE_MAX;
}

static void
edit_head(struct yaml_edit *ed, const struct snapshot *from,
	const struct snapshot *to)
{
	const struct yaml_node *root = ed->root;
	size_t place = behind(root, STR("next_item_id"), STR("schema_version"));

	if (from->next_item_id != to->next_item_id)
		yaml_edit_set(ed, root, STR("next_item_id"),
			yaml_bare(arena_strf(ed->a, "%llu",
				(unsigned long long)to->next_item_id)),
			place);
	if (str_list_eq(from->applied, to->applied))
		return;
	if (to->applied.n > 0)
		yaml_edit_set(ed, root, STR("applied"),
			yaml_list(to->applied, ed->a), place);
	else
		yaml_edit_unset(ed, root, STR("applied"));
}

/* The id in an entry of the document; it is one, for the document is sound. */
static struct str
entry_id(const struct yaml_node *entry)
{
	return yaml_get(entry, STR("id"))->value;
}

static void
edit_items(struct yaml_edit *ed, const struct yaml_node *items,
	const struct snapshot *from, const struct snapshot *to)
{
	for (size_t i = 0; i < items->n; i++) {
		struct str id = entry_id(items->items[i]);
		const struct item *old = snapshot_find(from, id);
		const struct item *now = snapshot_find(to, id);
		if (now == NULL)
			yaml_edit_remove(ed, items, i);
		else if (old != NULL)
			item_edit(ed, items->items[i], old, now);
	}
	for (size_t i = 0; i < to->n; i++)
		if (snapshot_find(from, to->items[i].id) == NULL)
			yaml_edit_append(
				ed, items, item_value(&to->items[i], ed->a));
}

/* `items:` is not there or has no value: it is written whole. */
static void
edit_no_items(struct yaml_edit *ed, const struct snapshot *to)
{
	struct yaml_value *values =
		ARENA_ARRAY(ed->a, struct yaml_value, to->n);

	if (to->n == 0)
		return;
	for (size_t i = 0; i < to->n; i++)
		values[i] = item_value(&to->items[i], ed->a);
	struct yaml_value list = {
		.kind = YAML_SEQUENCE, .items = values, .n = to->n};
	size_t last = ed->root->n > 0 ? ed->root->n - 1 : SIZE_MAX;
	yaml_edit_set(ed, ed->root, STR("items"), list, last);
}

int
backlog_render(const struct loaded *from, const struct snapshot *to,
	struct buf *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct yaml_edit ed;

	yaml_edit_init(&ed, buf_str(&from->bytes), from->root, &tmp);
	edit_head(&ed, from->snapshot, to);
	const struct yaml_node *items = yaml_get(from->root, STR("items"));
	if (items == NULL || yaml_is_null(items))
		edit_no_items(&ed, to);
	else
		edit_items(&ed, items, from->snapshot, to);
	return yaml_edit_apply(&ed, ret, e);
}
