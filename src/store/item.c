/* SPDX-License-Identifier: MIT */
#include "store/item-priv.h"

#include <stdint.h>
#include <string.h>

static bool
is_named(const struct field *f, struct str key)
{
	return key.n > 0 && f->name[0] == key.s[0] &&
		strnlen(f->name, key.n + 1) == key.n &&
		memcmp(f->name, key.s, key.n) == 0;
}

/*
 * Reading. Keys mostly come in file order, so the search for a key starts
 * behind the field found before it.
 */
static const struct field *
find_from(const struct field_table *t, struct str key, size_t *hint)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t at = (*hint + i) % t->n;
		if (!is_named(&t->fields[at], key))
			continue;
		*hint = at + 1;
		return &t->fields[at];
	}
	return NULL;
}

static int
read_scalar(const struct field *f, const struct yaml_node *value,
	const char *file, struct arena *a, void *base, struct err *e)
{
	struct err why = {0};
	bool truth;

	if (value->kind != YAML_SCALAR)
		return yaml_err(
			file, value, e, "'%s' must be a single value", f->name);
	if (yaml_is_null(value))
		return field_set_text(f, base, STR_ABSENT, e);
	struct str text = value->value;
	if (f->kind == FIELD_BOOL) {
		if (!yaml_bool(value, &truth))
			return yaml_err(file, value, e,
				"'%s' must be true or false, not '%.*s'",
				f->name, STR_ARG(text));
		text = truth ? STR("true") : STR("false");
	} else if (f->kind == FIELD_TEXT) {
		text = arena_str(a, text);
	}
	if (field_set_text(f, base, text, &why) == 0)
		return 0;
	const char *near =
		f->names != NULL ? names_nearest(f->names, text) : NULL;
	return yaml_err(file, value, e, "'%s': %s%s%s%s", f->name, why.msg,
		near != NULL ? "; did you mean '" : "",
		near != NULL ? near : "", near != NULL ? "'?" : "");
}

static int
read_list(const struct field *f, const struct yaml_node *value,
	const char *file, struct arena *a, void *base, struct err *e)
{
	struct str_list *list = field_list(f, base);

	if (yaml_is_null(value))
		return 0;
	if (value->kind != YAML_SEQUENCE)
		return yaml_err(file, value, e, "'%s' must be a list", f->name);
	struct str *items = ARENA_ARRAY(a, struct str, value->n);
	for (size_t i = 0; i < value->n; i++) {
		const struct yaml_node *x = value->items[i];
		if (x->kind != YAML_SCALAR || yaml_is_null(x))
			return yaml_err(file, x, e,
				"'%s' must be a list of plain values", f->name);
		items[i] = arena_str(a, x->value);
	}
	*list = (struct str_list){.items = items, .n = value->n};
	return 0;
}

/* A single text stands for the first field of the map (a description's
 * context), which is how people write one by hand. */
static int
read_map(const struct field *f, const struct yaml_node *value, const char *file,
	struct arena *a, void *base, struct err *e)
{
	const struct field_table sub = {.fields = f->sub, .n = f->sub_n};
	void *map = (char *)base + f->offset;
	size_t hint = 0;

	if (yaml_is_null(value))
		return 0;
	if (value->kind == YAML_SCALAR && f->sub[0].kind == FIELD_TEXT)
		return read_scalar(&f->sub[0], value, file, a, map, e);
	if (value->kind != YAML_MAPPING)
		return yaml_err(
			file, value, e, "'%s' must be a mapping", f->name);
	for (size_t i = 0; i < value->n; i++) {
		const struct yaml_pair *p = &value->pairs[i];
		const struct field *g = find_from(&sub, p->key->value, &hint);
		if (g != NULL && read_scalar(g, p->value, file, a, map, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_field(const struct field *f, const struct yaml_node *value,
	const char *file, struct arena *a, struct item *ret, struct err *e)
{
	switch (f->kind) {
	case FIELD_LIST:
		return read_list(f, value, file, a, ret, e);
	case FIELD_MAP:
		return read_map(f, value, file, a, ret, e);
	case FIELD_TEXT:
	case FIELD_ENUM:
	case FIELD_BOOL:
		return read_scalar(f, value, file, a, ret, e);
	}
	BUG("field kind %d", (int)f->kind);
}

static int
check_required(const struct yaml_node *node, const char *file, struct err *e)
{
	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		if (!f->required)
			continue;
		const struct yaml_node *v = yaml_get(node, str_from(f->name));
		if (v == NULL || yaml_is_null(v))
			return yaml_err(file, node, e,
				"an item without '%s'; every item needs an "
				"id, a title and a status",
				f->name);
	}
	return 0;
}

int
item_read(const struct yaml_node *node, const char *file, bool complete,
	struct arena *a, struct item *ret, struct err *e)
{
	size_t hint = 0;

	*ret = (struct item){.blocked_from_status = STATUSES};
	if (node->kind != YAML_MAPPING)
		return yaml_err(file, node, e,
			"an item must be a mapping such as 'title: …'");
	if (complete && check_required(node, file, e) < 0)
		return -1;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_pair *p = &node->pairs[i];
		const struct field *f =
			find_from(&item_fields, p->key->value, &hint);
		if (f != NULL && read_field(f, p->value, file, a, ret, e) < 0)
			return -1;
	}
	return 0;
}

/*
 * Writing.
 */
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

static struct str_list
list_of(const struct field *f, const struct item *it)
{
	return *(const struct str_list *)((const char *)it + f->offset);
}

/* False when the field is absent. */
static bool
field_value(const struct field *f, const struct item *it, struct arena *a,
	struct yaml_value *ret)
{
	switch (f->kind) {
	case FIELD_LIST:
		*ret = yaml_list(list_of(f, it), a);
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

static bool
is_prefix(struct str_list head, struct str_list whole)
{
	if (head.n > whole.n)
		return false;
	return str_list_eq(
		head, (struct str_list){.items = whole.items, .n = head.n});
}

/* Entries added at the end keep what is said beside the others. */
static void
edit_list(struct yaml_edit *ed, const struct yaml_node *list,
	struct str_list old, struct str_list now)
{
	for (size_t i = old.n; i < now.n; i++)
		yaml_edit_append(ed, list, yaml_text(now.items[i]));
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
		there->kind == YAML_SEQUENCE && there->n > 0 &&
		is_prefix(list_of(f, old), list_of(f, now))) {
		edit_list(ed, there, list_of(f, old), list_of(f, now));
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
