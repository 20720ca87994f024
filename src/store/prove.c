/* SPDX-License-Identifier: MIT */
#include "store/backlog-priv.h"

#include <string.h>

#include "model/legacy.h"
#include "store/item-priv.h"

/*
 * The proof of a save without reading everything again. What no edit comes near
 * is the same bytes; around the edits the new bytes are cut again, so where
 * entries begin and end is found there, not assumed. Then each entry is one of
 * two: bytes that were read before, of an item which did not change; or it is
 * read now and must say what its item says. The head is read always.
 *
 * It only ever says yes. Whatever it has doubts about is left to reading the
 * whole, which finds the words for what is wrong.
 */

struct proof {
	const struct loaded *from;
	struct edited *made;
	const struct lineage *line;
	const char *file;
	const size_t *was; /* of each entry: which one of `from` it is */
	struct loaded *l;
	struct arena tmp; /* of the entry at hand */
	struct buf text;
};

/* Is this what its item says, and nothing that has left already? */
static bool
says(struct proof *p, size_t i)
{
	const struct item *it = &p->line->to->items[i];
	const struct yaml_slice *x = &p->l->outline.slices.items[i];
	const struct yaml_slice alone = {
		.end = x->end - x->start, .line = x->line};
	const struct yaml_outline one = {.column = p->l->outline.column,
		.slices = {.items = &alone, .n = 1}};
	struct yaml_node *entry;
	struct item is;
	struct err e = {0};

	arena_reset(&p->tmp);
	buf_reset(&p->text);
	edited_add(p->made, x->start, x->end, &p->text);
	return yaml_outline_entry(
		       buf_str(&p->text), &one, 0, &p->tmp, &entry) == 0 &&
		item_read(entry, p->file, true, &p->tmp, &is, &e) == 0 &&
		item_equal(&is, it) &&
		snapshot_find_archived(p->line->to, it->id) == NULL;
}

/* Its bytes and its item are those of before. */
static bool
is_as_read(const struct proof *p, size_t i)
{
	return p->was[i] != SIZE_MAX && p->was[i] == p->line->same[i];
}

static bool
items_are_said(struct proof *p)
{
	for (size_t i = 0; i < p->line->to->n; i++)
		if (!is_as_read(p, i) && !says(p, i))
			return false;
	return true;
}

static bool
head_is_said(const struct proof *p)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena tmp = {0};
	struct backlog_head head;

	return head_read(p->l->outline.root, p->file, &tmp, &head, &problems) ==
		0 &&
		head.schema == SCHEMA_NOW &&
		head.next_item_id == p->line->to->next_item_id &&
		str_list_eq(head.applied, p->line->to->applied);
}

static const char **
lenders_of(const struct proof *p)
{
	size_t n = p->l->outline.slices.n;
	const char **ret = ARENA_ARRAY(&p->l->tree, const char *, n);

	for (size_t i = 0; i < n; i++)
		if (is_as_read(p, i))
			ret[i] = p->from->lenders[p->was[i]];
	return ret;
}

static bool
is_proven(struct proof *p, struct arena *tmp)
{
	struct loaded *l = p->l;
	size_t *was;

	if (!p->from->cut ||
		yaml_outline_edited(&p->from->outline, p->made, STR("items"),
			&l->tree, &l->outline, tmp, &was) != 0)
		return false;
	p->was = was;
	if (l->outline.slices.n != p->line->to->n || !head_is_said(p) ||
		!items_are_said(p))
		return false;
	l->lenders = lenders_of(p);
	return true;
}

int
backlog_prove(const struct loaded *from, struct edited *made,
	const struct lineage *line, const char *file, struct loaded *l)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct proof p = {
		.from = from, .made = made, .line = line, .file = file, .l = l};

	bool proven = is_proven(&p, &tmp);
	arena_release(&p.tmp);
	buf_release(&p.text);
	if (!proven)
		return 1;
	l->cut = true;
	l->root = l->outline.root;
	l->snapshot = snapshot_ref(line->to);
	l->sound = true;
	return 0;
}
