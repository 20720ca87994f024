/* SPDX-License-Identifier: MIT */
#include "model/snapshot.h"

#include "base/mem.h"

static const char *const departures[] = {
	[DEPARTED_DONE] = "done",
	[DEPARTED_CLOSED] = "closed",
	[DEPARTED_MERGED] = "merged",
};
const struct names departure_names = NAMES(departures, DEPARTURES);

struct snapshot *
snapshot_new(void)
{
	struct snapshot *s = mem_alloc(sizeof(*s));

	s->refs = 1;
	return s;
}

void
snapshot_seal(struct snapshot *s, const struct item *items, size_t n,
	const struct archived *archived, size_t archived_n)
{
	s->items = items;
	s->n = n;
	s->archived = archived;
	s->archived_n = archived_n;
	strmap_init(&s->by_id, n, &s->arena);
	for (size_t i = 0; i < n; i++)
		if (!strmap_put(&s->by_id, items[i].id, i))
			BUG("item '%.*s' twice in a snapshot",
				STR_ARG(items[i].id));
	/* Backwards: an id archived twice counts as it last left. */
	strmap_init(&s->archived_by_id, archived_n, &s->arena);
	for (size_t i = archived_n; i > 0; i--)
		strmap_put(&s->archived_by_id, archived[i - 1].id, i - 1);
}

/* Its count is the one part of a snapshot that changes. */
static struct snapshot *
counted(const struct snapshot *s)
{
	return (struct snapshot *)(uintptr_t)s;
}

struct snapshot *
snapshot_ref(const struct snapshot *s)
{
	counted(s)->refs++;
	return counted(s);
}

void
snapshot_unref(const struct snapshot *s)
{
	if (s == NULL || --counted(s)->refs > 0)
		return;
	arena_release(&counted(s)->arena);
	mem_free(counted(s));
}

const struct item *
snapshot_find(const struct snapshot *s, struct str id)
{
	size_t i;

	return strmap_get(&s->by_id, id, &i) ? &s->items[i] : NULL;
}

const struct archived *
snapshot_find_archived(const struct snapshot *s, struct str id)
{
	size_t i;

	return strmap_get(&s->archived_by_id, id, &i) ? &s->archived[i] : NULL;
}

bool
snapshot_equal(const struct snapshot *a, const struct snapshot *b)
{
	if (a->next_item_id != b->next_item_id || a->n != b->n ||
		a->archived_n != b->archived_n ||
		!str_list_eq(a->applied, b->applied))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!item_equal(&a->items[i], &b->items[i]))
			return false;
	for (size_t i = 0; i < a->archived_n; i++) {
		const struct archived *x = &a->archived[i];
		const struct archived *y = &b->archived[i];
		if (!str_eq(x->id, y->id) || x->how != y->how ||
			!str_eq(x->into, y->into))
			return false;
	}
	return true;
}
