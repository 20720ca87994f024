/* SPDX-License-Identifier: MIT */
#ifndef STORE_EXTRAS_PRIV_H
#define STORE_EXTRAS_PRIV_H

#include "model/item.h"
#include "yaml/edit.h"

/*
 * Keys of an inbox entry that are not fields of an item, and its comments: no
 * snapshot holds them, so they go beside the changes to where a new item is
 * written. Values keep their meaning, not their layout; comments go above the
 * item.
 */
struct extras {
	struct str_list comments; /* each from its '#'; borrowed */
	const struct yaml_entry *entries;
	size_t n;
};

/* One for each CHANGE_ADD of a save, in order. */
struct extras_list {
	const struct extras *items;
	size_t n;
};

/*
 * What the mapping `node` holds beyond an item. ERR_LIMIT with
 * file:line:column for keys over 250 bytes, more than 32 levels or 10000
 * values: they could not be written. `ret` lives in `a` and borrows the tree.
 */
int extras_read(const struct yaml_node *node, const char *file, struct arena *a,
	struct extras *ret, struct err *e);

/* item_value with what the `nth` new item brings; `list` may be NULL. */
struct yaml_value extras_item_value(const struct extras_list *list, size_t nth,
	const struct item *it, struct arena *a);

#endif
