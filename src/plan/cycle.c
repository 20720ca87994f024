/* SPDX-License-Identifier: MIT */
#include "base/vec.h"
#include "plan/deps-priv.h"

#define UNSEEN SIZE_MAX

/* Index of the item a dependency waits for, or UNSEEN when it waits for
 * none. */
static size_t
edge(const struct snapshot *s, struct str id)
{
	struct dep d = dep_follow(s, id);

	return d.state == DEP_WAITING ? (size_t)(d.item - s->items) : UNSEEN;
}

/* Tarjan's walk with its call stack spelled out: a backlog may be one long
 * chain. */
struct walk {
	struct deps_graph *g;
	size_t *order, *low; /* order: UNSEEN before the first visit */
	size_t *next;	     /* the dependency to look at next */
	size_t *calls, calls_n;
	size_t *open, open_n; /* visited, not yet in a component */
	size_t seen, components;
};

static void
enter(struct walk *w, size_t i)
{
	w->order[i] = w->low[i] = w->seen++;
	w->calls[w->calls_n++] = i;
	w->open[w->open_n++] = i;
}

static void
leave(struct walk *w, size_t i)
{
	size_t member;

	w->calls_n--;
	if (w->calls_n > 0) {
		size_t caller = w->calls[w->calls_n - 1];
		if (w->low[i] < w->low[caller])
			w->low[caller] = w->low[i];
	}
	if (w->low[i] != w->order[i])
		return;
	do {
		member = w->open[--w->open_n];
		w->g->component[member] = w->components;
	} while (member != i);
	w->components++;
}

static void
step(struct walk *w)
{
	const struct snapshot *s = w->g->s;
	size_t i = w->calls[w->calls_n - 1];

	if (w->next[i] == s->items[i].dependencies.n) {
		leave(w, i);
		return;
	}
	size_t to = edge(s, s->items[i].dependencies.items[w->next[i]++]);
	if (to == UNSEEN)
		return;
	if (w->order[to] == UNSEEN)
		enter(w, to);
	else if (w->g->component[to] == UNSEEN && w->order[to] < w->low[i])
		w->low[i] = w->order[to];
}

void
deps_graph_init(struct deps_graph *g, const struct snapshot *s, struct arena *a)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct walk w = {.g = g,
		.order = ARENA_ARRAY(&tmp, size_t, s->n),
		.low = ARENA_ARRAY(&tmp, size_t, s->n),
		.next = ARENA_ARRAY(&tmp, size_t, s->n),
		.calls = ARENA_ARRAY(&tmp, size_t, s->n),
		.open = ARENA_ARRAY(&tmp, size_t, s->n)};

	g->s = s;
	g->component = ARENA_ARRAY(a, size_t, s->n);
	g->from = ARENA_ARRAY(a, size_t, s->n);
	g->queue = ARENA_ARRAY(a, size_t, s->n);
	g->path = ARENA_ARRAY(a, size_t, s->n);
	for (size_t i = 0; i < s->n; i++)
		w.order[i] = g->component[i] = g->from[i] = UNSEEN;
	for (size_t i = 0; i < s->n; i++) {
		if (w.order[i] != UNSEEN)
			continue;
		enter(&w, i);
		while (w.calls_n > 0)
			step(&w);
	}
}

/* The item that dependency `k` of item `i` leads to, when it leads back to
 * `i` in the end; else UNSEEN. */
static size_t
edge_inside(const struct deps_graph *g, size_t i, size_t k)
{
	size_t to = edge(g->s, g->s->items[i].dependencies.items[k]);

	return to != UNSEEN && g->component[to] == g->component[i] ? to
								   : UNSEEN;
}

struct str
deps_graph_through(const struct deps_graph *g, size_t i)
{
	const struct item *it = &g->s->items[i];

	for (size_t k = 0; it->status != STATUS_DONE && k < it->dependencies.n;
		k++)
		if (edge_inside(g, i, k) != UNSEEN)
			return it->dependencies.items[k];
	return STR_ABSENT;
}

/* Breadth first from `start` until an edge leads back to it; g->from tells
 * the way to the last item before the return. Counts the items it saw. */
static size_t
find_way_back(struct deps_graph *g, size_t start, size_t *ret_last)
{
	size_t head = 0, tail = 0;

	g->queue[tail++] = start;
	g->from[start] = start;
	while (head < tail) {
		size_t i = g->queue[head++];
		size_t n = g->s->items[i].dependencies.n;
		for (size_t k = 0; k < n; k++) {
			size_t to = edge_inside(g, i, k);
			*ret_last = i;
			if (to == start)
				return tail;
			if (to == UNSEEN || g->from[to] != UNSEEN)
				continue;
			g->from[to] = i;
			g->queue[tail++] = to;
		}
	}
	BUG("no way back to '%.*s'", STR_ARG(g->s->items[start].id));
}

struct str_list
deps_graph_cycle(struct deps_graph *g, size_t i, struct arena *a)
{
	size_t n = 0, first = 0, last;

	if (!str_is_set(deps_graph_through(g, i)))
		return (struct str_list){0};
	size_t seen = find_way_back(g, i, &last);
	for (size_t at = last; at != i; at = g->from[at])
		g->path[n++] = at;
	g->path[n++] = i;
	for (size_t k = 0; k < seen; k++)
		g->from[g->queue[k]] = UNSEEN;
	for (size_t k = 1; k < n; k++)
		if (g->path[k] < g->path[first])
			first = k;
	/* The path was written from its end. */
	struct str *ids = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t k = 0; k <= n; k++)
		ids[k] = g->s->items[g->path[(first + n - k % n) % n]].id;
	return (struct str_list){.items = ids, .n = n + 1};
}

struct str_list
deps_cycle(const struct snapshot *s, const struct item *it, struct arena *a)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct deps_graph g;

	deps_graph_init(&g, s, &tmp);
	return deps_graph_cycle(&g, (size_t)(it - s->items), a);
}
