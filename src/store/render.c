/* SPDX-License-Identifier: MIT */
#include "store/backlog-priv.h"

#include "store/extras-priv.h"
#include "store/item-priv.h"

/*
 * From a snapshot to bytes: what differs between what the bytes mean and what
 * they are to mean, as edits. The entries stand in the order of the items;
 * new ones go to the end in order.
 */

/* Entries from whose style new text learns. */
enum { MODELS = 8 };

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

/* `place`: where in the list an item's entry is; NULL: in the items' order. */
static void
edit_items(struct yaml_edit *ed, const struct yaml_node *items,
	const size_t *place, const struct lineage *l,
	const struct extras_list *extras)
{
	const struct snapshot *from = l->from, *to = l->to;

	for (size_t i = 0; i < from->n; i++) {
		size_t at = place != NULL ? place[i] : i;
		if (l->became[i] == SIZE_MAX)
			yaml_edit_remove(ed, items, at);
		else if (!lineage_is_unchanged(l, i))
			item_edit(ed, items->items[at], &from->items[i],
				&to->items[l->became[i]]);
	}
	for (size_t i = l->first_new; i < to->n; i++)
		yaml_edit_append(ed, items,
			extras_item_value(extras, i - l->first_new,
				&to->items[i], ed->a));
}

/* `items:` is not there or has no value: it is written whole. */
static void
edit_no_items(struct yaml_edit *ed, const struct snapshot *to,
	const struct extras_list *extras)
{
	struct yaml_value *values =
		ARENA_ARRAY(ed->a, struct yaml_value, to->n);

	if (to->n == 0)
		return;
	for (size_t i = 0; i < to->n; i++)
		values[i] = extras_item_value(extras, i, &to->items[i], ed->a);
	struct yaml_value list = {
		.kind = YAML_SEQUENCE, .items = values, .n = to->n};
	size_t last = ed->root->n > 0 ? ed->root->n - 1 : SIZE_MAX;
	yaml_edit_set(ed, ed->root, STR("items"), list, last);
}

/*
 * Which entries of a cut document an edit looks at: those it changes and their
 * neighbours, the first few, whose habits new text follows, and the last two,
 * for what stands between them.
 */
static void
choose(const struct lineage *l, bool *ret)
{
	size_t n = l->from->n;

	for (size_t i = 0; i < n; i++) {
		ret[i] = ret[i] || i < MODELS || i + 2 >= n;
		if (lineage_is_unchanged(l, i))
			continue;
		for (size_t k = i > 0 ? i - 1 : 0; k <= i + 1 && k < n; k++)
			ret[k] = true;
	}
}

static const struct yaml_node *
tree_of_cut(struct loaded *from, const struct lineage *l, struct arena *a,
	size_t **ret_place)
{
	const struct yaml_outline *o = &from->outline;
	size_t n = o->slices.n, chosen = 0;
	bool *wanted = ARENA_ARRAY(a, bool, n);
	size_t *place = ARENA_ARRAY(a, size_t, n);

	choose(l, wanted);
	for (size_t i = 0; i < n; i++)
		chosen += wanted[i];
	struct yaml_node **entries = ARENA_ARRAY(a, struct yaml_node *, chosen);
	for (size_t i = 0, k = 0; i < n; i++) {
		if (!wanted[i])
			continue;
		if (yaml_outline_entry(
			    loaded_bytes(from), o, i, a, &entries[k]) != 0)
			BUG("an entry that was read is no longer plain");
		place[i] = k++;
	}
	*ret_place = place;
	return yaml_outline_tree(o, entries, chosen, a);
}

bool
backlog_takes_comments(const struct loaded *l)
{
	const struct yaml_node *items = yaml_get(l->root, STR("items"));

	/* An empty list gets lines, in a mapping that has lines. */
	return l->root->style == YAML_BLOCK &&
		(items == NULL || items->n == 0 || items->style == YAML_BLOCK);
}

/* The edits, from scratch memory to where they stay. */
static void
keep(const struct yaml_edit *ed, struct arena *a, struct edited *ret)
{
	struct diff_edit *edits = ARENA_ARRAY(a, struct diff_edit, ed->edits_n);

	for (size_t i = 0; i < ed->edits_n; i++) {
		edits[i] = ed->edits[i];
		edits[i].text = arena_str(a, edits[i].text);
	}
	edited_init(ret, ed->bytes, edits, ed->edits_n);
}

int
backlog_render(struct loaded *from, const struct lineage *l,
	const struct extras_list *extras, struct arena *a, struct edited *ret,
	struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct yaml_node *root = from->root;
	size_t *place = NULL;
	struct yaml_edit ed;

	if (from->cut)
		root = tree_of_cut(from, l, &tmp, &place);
	yaml_edit_init(&ed, loaded_bytes(from), root, &tmp);
	edit_head(&ed, l->from, l->to);
	const struct yaml_node *items = yaml_get(root, STR("items"));
	if (items == NULL || yaml_is_null(items))
		edit_no_items(&ed, l->to, extras);
	else
		edit_items(&ed, items, place, l, extras);
	if (yaml_edit_plan(&ed, e) < 0)
		return -1;
	keep(&ed, a, ret);
	return 0;
}
