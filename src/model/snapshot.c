/* SPDX-License-Identifier: MIT */
#include "model/snapshot.h"

#include "base/mem.h"
#include "model/id.h"

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

static void
index_items(struct snapshot *s)
{
	strmap_init(&s->by_id, s->n, &s->arrays);
	for (size_t i = 0; i < s->n; i++)
		if (!strmap_put(&s->by_id, s->items[i].id, i))
			BUG("item '%.*s' twice in a snapshot",
				STR_ARG(s->items[i].id));
}

void
snapshot_seal(struct snapshot *s, const struct item *items, size_t n,
	const struct archived *archived, size_t archived_n)
{
	s->items = items;
	s->n = n;
	s->archived = archived;
	s->archived_n = archived_n;
	if (s->by_id.cap == 0)
		index_items(s);
	/* Backwards: an id archived twice counts as it last left. */
	strmap_init(&s->archived_by_id, archived_n, &s->arrays);
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

bool
snapshot_hold(struct snapshot *s, const struct snapshot *from)
{
	size_t n = from->held_n;

	if (n == SNAPSHOT_HELD_MAX)
		return false;
	struct snapshot **held =
		ARENA_ARRAY(&s->arrays, struct snapshot *, n + 1);
	for (size_t i = 0; i < n; i++)
		held[i] = from->held[i];
	held[n] = counted(from);
	for (size_t i = 0; i <= n; i++)
		held[i]->holds++;
	s->held = held;
	s->held_n = n + 1;
	return true;
}

static void
release(struct snapshot *s)
{
	if (s->refs > 0 || s->holds > 0)
		return;
	arena_release(&s->arena);
	text_unref(s->text);
	mem_free(s);
}

void
snapshot_unref(const struct snapshot *from)
{
	if (from == NULL || --counted(from)->refs > 0)
		return;
	struct snapshot *s = counted(from);
	for (size_t i = 0; i < s->held_n; i++) {
		s->held[i]->holds--;
		release(s->held[i]);
	}
	arena_release(&s->arrays);
	release(s);
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

struct str
snapshot_nearest(const struct snapshot *s, struct str id, struct arena *a)
{
	const char **ids = ARENA_ARRAY(a, const char *, s->n);

	for (size_t i = 0; i < s->n; i++)
		ids[i] = arena_str(a, s->items[i].id).s;
	const struct names names = {.name = ids, .n = s->n};
	const char *near = names_nearest(&names, id);
	return near != NULL ? str_from(near) : STR_ABSENT;
}

static void
raise_mark(uint64_t *highest, struct str id)
{
	uint64_t number;

	if (id_number(id, &number) && number > *highest)
		*highest = number;
}

uint64_t
snapshot_highest_used(const struct snapshot *s)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < s->n; i++)
		raise_mark(&highest, s->items[i].id);
	for (size_t i = 0; i < s->archived_n; i++)
		raise_mark(&highest, s->archived[i].id);
	return highest;
}

uint64_t
snapshot_highest_number(const struct snapshot *s)
{
	uint64_t used = snapshot_highest_used(s);

	return used > s->next_item_id ? used : s->next_item_id;
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
