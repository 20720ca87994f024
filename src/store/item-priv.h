/* SPDX-License-Identifier: MIT */
#ifndef STORE_ITEM_PRIV_H
#define STORE_ITEM_PRIV_H

#include "model/item.h"
#include "yaml/edit.h"
#include "yaml/leaves.h"
#include "yaml/tree.h"

/*
 * One item between its YAML mapping and model/item.h. Both directions walk
 * item_fields: a field added there is read, written and compared here.
 */

/*
 * Fill `ret` from a mapping; its strings are copied into `a`. Unknown keys are
 * left alone. ERR_INPUT with file:line:column for the first value that is not
 * one of its field; keys marked required must be there when `complete`.
 */
int item_read(const struct yaml_node *node, const char *file, bool complete,
	struct arena *a, struct item *ret, struct err *e);

/*
 * The same for the bytes of an entry, in a fraction of the time, where it is
 * written plainly (yaml/leaves.h) and nothing is wrong. Its strings are
 * borrowed from `entry`, its lists are in `a`. 0, or 1: build the tree and ask
 * item_read. What was put in `a` stays there.
 */
int item_read_plain(struct str entry, struct arena *a, struct item *ret);

/* The whole item as a mapping, keys in file order, absent ones left out. */
struct yaml_value item_value(const struct item *it, struct arena *a);

/* The splices that make the mapping of `old` say `now`. */
void item_edit(struct yaml_edit *ed, const struct yaml_node *node,
	const struct item *old, const struct item *now);

#endif
