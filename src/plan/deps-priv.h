/* SPDX-License-Identifier: MIT */
#ifndef PLAN_DEPS_PRIV_H
#define PLAN_DEPS_PRIV_H

#include "plan/deps.h"

/*
 * Where a dependency leads after the merges in the archive: to an item of
 * the file, or to how it left. `id` is the last one of the chain.
 */
struct dep {
	struct str id;
	const struct item *item; /* NULL: not in the file */
	enum dep_state state;
};

struct dep dep_follow(const struct snapshot *s, struct str id);

/* "ready", "merged into W-003, ready", "closed": what has become of it. */
void dep_add_state(const struct snapshot *s, struct str id, struct buf *b);

/* "W-003 (ready)", "W-004 (merged into W-003, ready)", "W-005 (closed)". */
void dep_add_text(const struct snapshot *s, struct str id, struct buf *b);

/*
 * Items that are not done, joined by the dependencies among them, with its
 * strongly connected components numbered (R. Tarjan, "Depth-first search and
 * linear graph algorithms", 1972). Two items wait for each other when they
 * share a component.
 */
struct deps_graph {
	const struct snapshot *s;
	size_t *component;	     /* per item, in file order */
	size_t *from, *queue, *path; /* of a search, reused by the next */
};

void deps_graph_init(
	struct deps_graph *g, const struct snapshot *s, struct arena *a);

/* The first dependency through which item `i` waits for itself, absent when
 * it does not. */
struct str deps_graph_through(const struct deps_graph *g, size_t i);

/* A shortest cycle item `i` is part of, as deps_cycle returns it. Looks only
 * at the item's component. */
struct str_list
deps_graph_cycle(struct deps_graph *g, size_t i, struct arena *a);

#endif
