/* SPDX-License-Identifier: MIT */
#include "store/item-priv.h"

#include <stdint.h>

static struct yaml_value
scalar_value(const struct field *f, const void *base)
{
	struct str text = field_text(f, base);

	return f->kind == FIELD_TEXT ? yaml_text(text) : yaml_bare(text);
}

/* The map's fields that are set; no entries when none is. */
static struct yaml_value
map_value(const struct field *f, const void *map, struct arena *a)
{
	struct yaml_entry *entries =
		ARENA_ARRAY(a, struct yaml_entry, f->sub_n);
	size_t n = 0;

	for (size_t i = 0; i < f->sub_n; i++) {
		if (!str_is_set(field_text(&f->sub[i], map)))
			continue;
		entries[n++] = (struct yaml_entry){
			.key = str_from(f->sub[i].name),
			.value = scalar_value(&f->sub[i], map),
		};
	}
	return (struct yaml_value){
		.kind = YAML_MAPPING, .entries = entries, .n = n};
}

/* False when the field is absent. */
static bool
field_value(const struct field *f, const struct item *it, struct arena *a,
	struct yaml_value *ret)
{
	switch (f->kind) {
	case FIELD_LIST:
		*ret = yaml_list(field_texts(f, it), a);
		return ret->n > 0;
	case FIELD_MAP:
		*ret = map_value(f, field_map(f, it), a);
		return ret->n > 0;
	case FIELD_TEXT:
	case FIELD_ENUM:
	case FIELD_BOOL:
		*ret = scalar_value(f, it);
		return str_is_set(ret->text);
	}
	BUG("field kind %d", (int)f->kind);
}

struct yaml_value
item_value(const struct item *it, struct arena *a)
{
	struct yaml_entry *entries =
		ARENA_ARRAY(a, struct yaml_entry, item_fields.n);
	size_t n = 0;

	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		if (!field_value(f, it, a, &entries[n].value))
			continue;
		entries[n++].key = str_from(f->name);
	}
	return (struct yaml_value){
		.kind = YAML_MAPPING, .entries = entries, .n = n};
}

/* The pair a new key goes behind: that of the nearest field before it. */
static size_t
place_of(const struct yaml_node *node, const struct field *fields,
	const struct field *f)
{
	while (f-- > fields) {
		for (size_t i = 0; i < node->n; i++)
			if (str_eq_c(node->pairs[i].key->value, f->name))
				return i;
	}
	return SIZE_MAX;
}

static void
edit_map(struct yaml_edit *ed, const struct yaml_node *map,
	const struct field *f, const void *old, const void *now)
{
	for (size_t i = 0; i < f->sub_n; i++) {
		const struct field *g = &f->sub[i];
		if (field_equal(g, old, now))
			continue;
		if (str_is_set(field_text(g, now)))
			yaml_edit_set(ed, map, str_from(g->name),
				scalar_value(g, now), place_of(map, f->sub, g));
		else
			yaml_edit_unset(ed, map, str_from(g->name));
	}
}

/* How many of the old entries stay, in their order, at the head of `now`. */
static size_t
kept_of(struct str_list old, struct str_list now)
{
	size_t n = 0;

	for (size_t i = 0; i < old.n && n < now.n; i++)
		n += str_eq(old.items[i], now.items[n]);
	return n;
}

/* Entries that stay keep what is said beside them. */
static void
edit_list(struct yaml_edit *ed, const struct yaml_node *list,
	struct str_list old, struct str_list now)
{
	size_t n = 0;

	for (size_t i = 0; i < old.n; i++)
		if (n < now.n && str_eq(old.items[i], now.items[n]))
			n++;
		else
			yaml_edit_remove(ed, list, i);
	for (; n < now.n; n++)
		yaml_edit_append(ed, list, yaml_text(now.items[n]));
}

static void
edit_field(struct yaml_edit *ed, const struct yaml_node *node,
	const struct field *f, const struct item *old, const struct item *now)
{
	struct str key = str_from(f->name);
	const struct yaml_node *there = yaml_get(node, key);
	struct yaml_value value;

	if (!field_value(f, now, ed->a, &value)) {
		yaml_edit_unset(ed, node, key);
	} else if (f->kind == FIELD_MAP && there != NULL &&
		there->kind == YAML_MAPPING) {
		edit_map(ed, there, f, field_map(f, old), field_map(f, now));
	} else if (f->kind == FIELD_LIST && there != NULL &&
		there->kind == YAML_SEQUENCE &&
		kept_of(field_texts(f, old), field_texts(f, now)) > 0) {
		edit_list(ed, there, field_texts(f, old), field_texts(f, now));
	} else {
		yaml_edit_set(ed, node, key, value,
			place_of(node, item_fields.fields, f));
	}
}

void
item_edit(struct yaml_edit *ed, const struct yaml_node *node,
	const struct item *old, const struct item *now)
{
	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		if (!field_equal(f, old, now))
			edit_field(ed, node, f, old, now);
	}
}
