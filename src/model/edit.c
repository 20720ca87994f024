/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/stamp.h"
#include "model/change-priv.h"

void
edit_init(struct edit *d, const struct snapshot *from,
	const struct change_env *env, size_t adds)
{
	size_t most = from->n + adds;
	char now[STAMP_SIZE];

	*d = (struct edit){.from = from, .env = env, .next = snapshot_new()};
	struct arena *a = &d->next->arena;
	stamp_format(env->now_ns, now);
	d->now = arena_str(a, str_from(now));
	d->mark = snapshot_highest_number(from);
	if (d->mark < env->mark)
		d->mark = env->mark;
	d->n = from->n;
	arena_expect(&d->next->arrays,
		most * sizeof(struct item) + strmap_bytes(most));
	d->items = arena_raw_array(&d->next->arrays, most, sizeof(d->items[0]));
	d->gone = ARENA_ARRAY(&d->tmp, bool, most);
	d->touched = ARENA_ARRAY(&d->tmp, bool, most);
	d->merged_into = ARENA_ARRAY(&d->tmp, size_t, most);
	strmap_init(&d->added_by_id, adds, &d->tmp);
	for (size_t i = 0; i < most; i++)
		d->merged_into[i] = EDIT_NONE;
	d->shares = snapshot_hold(d->next, from);
	if (d->shares && from->n > 0)
		memcpy(d->items, from->items, from->n * sizeof(d->items[0]));
	for (size_t i = 0; !d->shares && i < from->n; i++)
		d->items[i] = item_copy(&from->items[i], a);
	for (size_t i = 0; i < from->applied.n; i++)
		VEC_PUSH(&d->applied, arena_str(a, from->applied.items[i]));
}

void
edit_release(struct edit *d)
{
	snapshot_unref(d->next);
	arena_release(&d->tmp);
	VEC_RELEASE(&d->added);
	VEC_RELEASE(&d->applied);
	VEC_RELEASE(&d->departed);
}

bool
edit_index(const struct edit *d, struct str id, size_t *ret)
{
	return strmap_get(&d->from->by_id, id, ret) ||
		strmap_get(&d->added_by_id, id, ret);
}

int
edit_find(const struct edit *d, struct str id, size_t *ret, struct err *e)
{
	if (edit_index(d, id, ret) && !d->gone[*ret])
		return 0;
	const struct archived *left = snapshot_find_archived(d->from, id);
	if (left == NULL)
		return err_set(
			e, ERR_MISSING, "there is no item '%.*s'", STR_ARG(id));
	return err_set(e, ERR_MISSING, "'%.*s' has left the backlog (%s)",
		STR_ARG(id), names_get(&departure_names, (int)left->how));
}

void
edit_depart(struct edit *d, size_t i, enum departure how, struct str reason,
	struct str into)
{
	struct departed departed = {.item = d->items[i],
		.how = how,
		.reason = reason,
		.into = into};

	departed.item.updated = d->now;
	VEC_PUSH(&d->departed, departed);
	d->gone[i] = true;
}

static struct str_list
list_keep(const struct str *items, size_t n, struct arena *a)
{
	struct str *kept = ARENA_ARRAY(a, struct str, n);

	for (size_t i = 0; i < n; i++)
		kept[i] = items[i];
	return (struct str_list){.items = kept, .n = n};
}

static const struct departed *
departed_keep(const struct edit *d, struct arena *a)
{
	struct departed *kept = ARENA_ARRAY(a, struct departed, d->departed.n);

	for (size_t i = 0; i < d->departed.n; i++)
		kept[i] = d->departed.items[i];
	return kept;
}

/* What was archived before, then what left now. */
static const struct archived *
archived_keep(const struct edit *d)
{
	struct arena *a = &d->next->arena;
	size_t old = d->from->archived_n;
	struct archived *all = ARENA_ARRAY(
		&d->next->arrays, struct archived, old + d->departed.n);

	for (size_t i = 0; i < old; i++) {
		const struct archived *was = &d->from->archived[i];
		all[i] = *was;
		if (d->shares)
			continue;
		all[i].id = arena_str(a, was->id);
		all[i].into = arena_str(a, was->into);
	}
	for (size_t i = 0; i < d->departed.n; i++) {
		const struct departed *left = &d->departed.items[i];
		all[old + i] = (struct archived){.id = left->item.id,
			.how = left->how,
			.into = left->into};
	}
	return all;
}

/* Where nothing left and the ids stay where they are, the index is the old one
 * and what was added. */
static void
index_again(struct edit *d, size_t n)
{
	struct snapshot *next = d->next;
	size_t old = d->from->n;

	if (!d->shares || n < d->n || old == 0)
		return;
	strmap_copy(&next->by_id, &d->from->by_id, n - old, &next->arrays);
	for (size_t i = old; i < n; i++)
		if (!strmap_put(&next->by_id, d->items[i].id, i))
			BUG("item '%.*s' twice in a snapshot",
				STR_ARG(d->items[i].id));
}

void
edit_seal(struct edit *d, struct change_effects *ret)
{
	struct snapshot *next = d->next;
	struct arena *a = &next->arena;
	size_t n = 0;

	edit_repoint(d);
	for (size_t i = 0; i < d->n; i++) {
		if (d->gone[i])
			continue;
		if (d->touched[i])
			d->items[i].updated = d->now;
		d->items[n++] = d->items[i];
	}
	next->generation = d->from->generation + 1;
	next->next_item_id = d->mark;
	next->applied = list_keep(d->applied.items, d->applied.n, a);
	index_again(d, n);
	snapshot_seal(next, d->items, n, archived_keep(d),
		d->from->archived_n + d->departed.n);
	*ret = (struct change_effects){.next = next,
		.added = list_keep(d->added.items, d->added.n, a),
		.departed = departed_keep(d, a),
		.departed_n = d->departed.n};
	d->next = NULL;
}
