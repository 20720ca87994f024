/* SPDX-License-Identifier: MIT */
#include "model/change-priv.h"

/*
 * Dependents of a merged item are re-pointed once, after the last change, so
 * that many merges cost one walk over the backlog.
 */

static void
add_part(struct buf *b, const char *label, struct str text)
{
	text = str_trim(text);
	if (text.n > 0)
		buf_addf(b, "\n%s: %.*s", label, STR_ARG(text));
}

static struct str
merged_context(
	const struct item *into, const struct item *source, struct arena *a)
{
	struct buf b CLEANUP_BUF = {0};

	buf_add_str(&b, into->description.context);
	if (b.n > 0 && b.p[b.n - 1] != '\n')
		buf_add_char(&b, '\n');
	buf_addf(&b, "[Merged from %.*s] Title: %.*s", STR_ARG(source->id),
		STR_ARG(source->title));
	add_part(&b, "Context", source->description.context);
	add_part(&b, "Problem", source->description.problem);
	return arena_str(a, buf_str(&b));
}

/* Both lists in order, each id once, without `self` and `other`. */
static struct str_list
dependencies_united(const struct item *self, const struct item *other,
	struct arena *a, struct arena *tmp)
{
	struct str_list lists[] = {self->dependencies, other->dependencies};
	size_t n = 0, most = lists[0].n + lists[1].n;
	struct str *all = ARENA_ARRAY(a, struct str, most);
	struct strmap seen;

	strmap_init(&seen, most + 2, tmp);
	strmap_put(&seen, self->id, 0);
	strmap_put(&seen, other->id, 0);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k].n; i++)
			if (strmap_put(&seen, lists[k].items[i], 0))
				all[n++] = lists[k].items[i];
	return (struct str_list){.items = all, .n = n};
}

static int
refuse_done(const struct item *it, struct err *e)
{
	if (it->status != STATUS_DONE)
		return 0;
	return err_set(e, ERR_CONFLICT, "'%.*s' is done and cannot be merged",
		STR_ARG(it->id));
}

int
edit_merge(struct edit *d, const struct change *c, struct err *e)
{
	struct arena *a = &d->next->arena;
	size_t from, into;

	if (edit_find(d, c->id, &from, e) < 0 ||
		edit_find(d, c->other, &into, e) < 0)
		return -1;
	if (from == into)
		return err_set(e, ERR_CONFLICT,
			"'%.*s' cannot be merged into itself", STR_ARG(c->id));
	struct item *target = &d->items[into];
	const struct item *source = &d->items[from];
	if (refuse_done(source, e) < 0 || refuse_done(target, e) < 0)
		return -1;
	target->description.context = merged_context(target, source, a);
	target->dependencies = dependencies_united(target, source, a, &d->tmp);
	d->touched[into] = true;
	d->merged_into[from] = into;
	d->merges++;
	edit_depart(d, from, DEPARTED_MERGED, STR_ABSENT, target->id);
	return 0;
}

/* Where the chain of merges that starts at `i` ends; made short on the way
 * so that no chain is walked twice. */
static size_t
final_target(size_t *merged_into, size_t i)
{
	size_t end = i;

	while (merged_into[end] != EDIT_NONE)
		end = merged_into[end];
	while (i != end) {
		size_t next = merged_into[i];
		merged_into[i] = end;
		i = next;
	}
	return end;
}

static bool
depends_on_merged(const struct edit *d, const struct item *it)
{
	for (size_t i = 0; i < it->dependencies.n; i++) {
		size_t k;
		if (edit_index(d, it->dependencies.items[i], &k) &&
			d->merged_into[k] != EDIT_NONE)
			return true;
	}
	return false;
}

static void
item_repoint(struct edit *d, struct item *it)
{
	struct str_list old = it->dependencies;
	struct str *ids = ARENA_ARRAY(&d->next->arena, struct str, old.n);
	struct strmap seen;
	size_t n = 0;

	strmap_init(&seen, old.n + 1, &d->tmp);
	strmap_put(&seen, it->id, 0);
	for (size_t i = 0; i < old.n; i++) {
		struct str id = old.items[i];
		size_t k;
		if (edit_index(d, id, &k))
			id = d->items[final_target(d->merged_into, k)].id;
		if (strmap_put(&seen, id, 0))
			ids[n++] = id;
	}
	it->dependencies = (struct str_list){.items = ids, .n = n};
}

void
edit_repoint(struct edit *d)
{
	for (size_t i = 0; d->merges > 0 && i < d->n; i++) {
		if (d->gone[i] || !depends_on_merged(d, &d->items[i]))
			continue;
		item_repoint(d, &d->items[i]);
		d->touched[i] = true;
	}
}
