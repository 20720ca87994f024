/* SPDX-License-Identifier: MIT */
#ifndef STORE_LEGACY_PRIV_H
#define STORE_LEGACY_PRIV_H

#include "model/legacy.h"
#include "store/item-priv.h"

/*
 * Items of any schema between their YAML mapping and model/item.h.
 *
 *	legacy_item_read(1, node, "BACKLOG.yaml", &arena, &it, &e);
 */

/*
 * item_read of a whole item in a file of `schema`: what it means today. What
 * only the configuration can tell (model/legacy.h, legacy_fit) is left out.
 */
int legacy_item_read(uint64_t schema, const struct yaml_node *node,
	const char *file, struct arena *a, struct item *ret, struct err *e);

/* The same, but for names of statuses as it is written: no key is filled in,
 * a description of one text is the context. */
int legacy_item_written(uint64_t schema, const struct yaml_node *node,
	const char *file, struct arena *a, struct item *ret, struct err *e);

/*
 * The text of a description that is not yet in sections, absent when the item
 * has none. `ret` is its sections; a text of which no section would be left
 * is not one of those.
 */
struct str legacy_description_text(const struct yaml_node *node,
	struct arena *a, struct description *ret, bool *ret_dropped);

/* The schema that a file which does not parse says it has. */
uint64_t legacy_schema_guess(struct str bytes);

#endif
