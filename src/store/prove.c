/* SPDX-License-Identifier: MIT */
#include "store/store-priv.h"

#include <string.h>

#include "model/legacy.h"
#include "store/item-priv.h"

/*
 * The proof of a save without reading everything again. The new bytes are cut
 * whole, so every line of them is looked at and where entries begin and end is
 * found, not assumed. Then each entry is one of two: equal byte by byte to
 * that of an item which did not change, and was read before; or it is read
 * now and must say what its item says. The head is read always.
 *
 * It only ever says yes. Whatever it has doubts about is left to reading the
 * whole, which finds the words for what is wrong.
 */

static struct str
text_of(const struct loaded *l, size_t i)
{
	const struct yaml_slice *s = &l->outline.slices.items[i];

	return str_of(l->bytes.p + s->start, s->end - s->start);
}

/* Is this what `it` says, and nothing that has left already? */
static bool
says(const struct loaded *l, size_t i, const struct snapshot *to,
	const char *file, struct arena *tmp)
{
	const struct item *it = &to->items[i];
	struct yaml_node *entry;
	struct item is;
	struct err e = {0};

	return yaml_outline_entry(
		       buf_str(&l->bytes), &l->outline, i, tmp, &entry) == 0 &&
		item_read(entry, file, true, tmp, &is, &e) == 0 &&
		item_equal(&is, it) &&
		snapshot_find_archived(to, it->id) == NULL;
}

static bool
items_are_said(const struct loaded *from, const struct loaded *l,
	const struct snapshot *to, const char *file)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct snapshot *was = from->snapshot;
	size_t old = 0;

	for (size_t i = 0; i < to->n; i++) {
		const struct item *it = &to->items[i];
		while (old < was->n && !str_eq(was->items[old].id, it->id) &&
			snapshot_find(to, was->items[old].id) == NULL)
			old++;
		bool same = old < was->n &&
			item_is_shared(&was->items[old], it) &&
			str_eq(text_of(from, old), text_of(l, i));
		old += old < was->n;
		if (same)
			continue;
		arena_reset(&tmp);
		if (!says(l, i, to, file, &tmp))
			return false;
	}
	return true;
}

int
backlog_prove(const struct loaded *from, const struct snapshot *to,
	const char *file, struct loaded *l)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena tmp = {0};
	struct backlog_head head;

	if (!from->cut ||
		yaml_outline(buf_str(&l->bytes), STR("items"), &l->tree,
			&l->outline) != 0 ||
		l->outline.column != from->outline.column ||
		l->outline.slices.n != to->n ||
		head_read(l->outline.root, file, &tmp, &head, &problems) < 0 ||
		head.schema != SCHEMA_NOW ||
		head.next_item_id != to->next_item_id ||
		!str_list_eq(head.applied, to->applied) ||
		!items_are_said(from, l, to, file)) {
		arena_release(&l->tree);
		return 1;
	}
	l->cut = true;
	l->root = l->outline.root;
	l->snapshot = snapshot_ref(to);
	l->sound = true;
	return 0;
}
