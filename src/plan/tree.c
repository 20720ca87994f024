/* SPDX-License-Identifier: MIT */
#include "plan/tree.h"

#include "base/vec.h"
#include "plan/deps-priv.h"

/* The walk keeps its own stack: a backlog may be one long chain. */
struct pending {
	struct str id;
	size_t depth;
	bool last;
};

struct drawing {
	const struct snapshot *s;
	struct arena *a;
	bool *met; /* per item, in file order */
	VEC(struct pending) stack;
	VEC(struct dep_row) rows;
};

static size_t
index_of(const struct drawing *d, const struct item *it)
{
	return (size_t)(it - d->s->items);
}

/* The row of what stands on top of the stack, and what is below it. */
static void
draw_next(struct drawing *d)
{
	struct pending p = d->stack.items[--d->stack.n];
	struct dep dep = dep_follow(d->s, p.id);
	struct buf text CLEANUP_BUF = {0};

	dep_add_state(d->s, p.id, &text);
	struct dep_row row = {.depth = p.depth,
		.last = p.last,
		.id = p.id,
		.item = dep.item,
		.state = dep.state,
		.text = arena_str(d->a, buf_str(&text))};
	if (dep.item == NULL) {
		VEC_PUSH(&d->rows, row);
		return;
	}
	const struct str_list deps = dep.item->dependencies;
	bool *met = &d->met[index_of(d, dep.item)];
	row.again = *met && deps.n > 0;
	VEC_PUSH(&d->rows, row);
	for (size_t i = deps.n; !*met && i-- > 0;) {
		struct pending below = {
			deps.items[i], p.depth + 1, i + 1 == deps.n};
		VEC_PUSH(&d->stack, below);
	}
	*met = true;
}

static void
draw_from(struct drawing *d, const struct item *top)
{
	struct pending p = {top->id, 0, true};

	VEC_PUSH(&d->stack, p);
	while (d->stack.n > 0)
		draw_next(d);
}

/* Items that something in the file depends on. */
static bool *
find_awaited(const struct drawing *d, struct arena *a)
{
	bool *awaited = ARENA_ARRAY(a, bool, d->s->n);

	for (size_t i = 0; i < d->s->n; i++) {
		const struct str_list deps = d->s->items[i].dependencies;
		for (size_t k = 0; k < deps.n; k++) {
			struct dep dep = dep_follow(d->s, deps.items[k]);
			if (dep.item != NULL)
				awaited[index_of(d, dep.item)] = true;
		}
	}
	return awaited;
}

static void
draw_all(struct drawing *d)
{
	struct arena tmp CLEANUP_ARENA = {0};
	const bool *awaited = find_awaited(d, &tmp);

	for (int circles = 0; circles < 2; circles++)
		for (size_t i = 0; i < d->s->n; i++) {
			const struct item *it = &d->s->items[i];
			if (it->dependencies.n > 0 && !d->met[i] &&
				(circles == 1 || !awaited[i]))
				draw_from(d, it);
		}
}

void
dep_tree(const struct snapshot *s, const struct item *top, struct arena *a,
	const struct dep_row **ret, size_t *ret_n)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct drawing d = {
		.s = s, .a = a, .met = ARENA_ARRAY(&tmp, bool, s->n)};

	if (top != NULL)
		draw_from(&d, top);
	else
		draw_all(&d);
	struct dep_row *rows = ARENA_ARRAY(a, struct dep_row, d.rows.n);
	for (size_t i = 0; i < d.rows.n; i++)
		rows[i] = d.rows.items[i];
	*ret = rows;
	*ret_n = d.rows.n;
	VEC_RELEASE(&d.rows);
	VEC_RELEASE(&d.stack);
}

static bool
leads_to(const struct snapshot *s, const struct item *it, struct str id)
{
	for (size_t i = 0; i < it->dependencies.n; i++)
		if (str_eq(dep_follow(s, it->dependencies.items[i]).id, id))
			return true;
	return false;
}

struct str_list
dep_dependents(const struct snapshot *s, struct str id, struct arena *a)
{
	struct str *ids = ARENA_ARRAY(a, struct str, s->n);
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].status != STATUS_DONE &&
			leads_to(s, &s->items[i], id))
			ids[n++] = s->items[i].id;
	return (struct str_list){.items = ids, .n = n};
}
