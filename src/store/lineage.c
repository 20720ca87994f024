/* SPDX-License-Identifier: MIT */
#include "store/backlog-priv.h"

#include <string.h>

/* The item of `to` that `old` has become; NULL: it left. Both are in one order
 * but for what left, so it is almost always the next one. */
static const struct item *
follow(const struct snapshot *to, size_t next, const struct item *old)
{
	if (next < to->n && str_eq(to->items[next].id, old->id))
		return &to->items[next];
	return snapshot_find(to, old->id);
}

void
lineage_trace(const struct snapshot *from, const struct snapshot *to,
	struct arena *a, struct lineage *ret)
{
	size_t *became = arena_raw_array(a, from->n, sizeof(*became));
	size_t *same = arena_raw_array(a, to->n, sizeof(*same));
	size_t next = 0;

	memset(same, 0xff, to->n * sizeof(*same)); /* SIZE_MAX */
	for (size_t i = 0; i < from->n; i++) {
		const struct item *now = follow(to, next, &from->items[i]);
		became[i] = SIZE_MAX;
		if (now == NULL)
			continue;
		became[i] = (size_t)(now - to->items);
		next = became[i] + 1;
		if (item_is_shared(&from->items[i], now))
			same[became[i]] = i;
	}
	*ret = (struct lineage){.from = from,
		.to = to,
		.became = became,
		.same = same,
		.first_new = next};
}

bool
lineage_is_unchanged(const struct lineage *l, size_t i)
{
	size_t now = l->became[i];

	return now != SIZE_MAX &&
		(l->same[now] == i ||
			item_equal(&l->from->items[i], &l->to->items[now]));
}

bool
lineage_is_equal(const struct lineage *l)
{
	const struct snapshot *from = l->from, *to = l->to;

	if (from->next_item_id != to->next_item_id || from->n != to->n ||
		from->archived_n != to->archived_n ||
		!str_list_eq(from->applied, to->applied))
		return false;
	for (size_t i = 0; i < from->n; i++)
		if (l->became[i] != i || !lineage_is_unchanged(l, i))
			return false;
	return true;
}
