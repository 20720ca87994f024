/* SPDX-License-Identifier: MIT */
#include "store/item-priv.h"

#include <string.h>

static bool
is_named(const struct field *f, struct str key)
{
	return f->name_n == key.n && f->name[0] == key.s[0] &&
		memcmp(f->name, key.s, key.n) == 0;
}

/* Keys mostly come in file order, so the search for a key starts behind the
 * field found before it. */
static const struct field *
find_from(const struct field_table *t, struct str key, size_t *hint)
{
	if (key.n == 0)
		return NULL;
	for (size_t i = 0, at = *hint; i < t->n; i++, at++) {
		at = at < t->n ? at : 0;
		if (!is_named(&t->fields[at], key))
			continue;
		*hint = at + 1;
		return &t->fields[at];
	}
	return NULL;
}

/* Why a value is not one of its field, with its place; `why` says it. */
static int
fail_value(const struct field *f, const struct yaml_node *value,
	struct str text, const char *file, const struct err *why, struct err *e)
{
	const char *near = f->names != NULL && str_is_set(text)
		? names_nearest(f->names, text)
		: NULL;

	return yaml_err(file, value, e, "'%s': %s%s%s%s", f->name, why->msg,
		near != NULL ? "; did you mean '" : "",
		near != NULL ? near : "", near != NULL ? "'?" : "");
}

static int
read_scalar(const struct field *f, const struct yaml_node *value,
	const char *file, struct arena *a, void *base, struct err *e)
{
	bool truth;

	if (value->kind != YAML_SCALAR)
		return yaml_err(
			file, value, e, "'%s' must be a single value", f->name);
	struct str text = value->value;
	if (yaml_is_null(value)) {
		text = STR_ABSENT;
	} else if (f->kind == FIELD_BOOL) {
		if (!yaml_bool(value, &truth))
			return yaml_err(file, value, e,
				"'%s' must be true or false, not '%.*s'",
				f->name, STR_ARG(text));
		text = truth ? STR("true") : STR("false");
	} else if (f->kind == FIELD_TEXT) {
		text = arena_str(a, text);
	}
	if (field_set_text(f, base, text, e) == 0)
		return 0;
	const struct err why = *e;
	return fail_value(f, value, text, file, &why, e);
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

/* Whether people, agents and commit messages can name an item by it. */
static bool
id_is_sound(struct str id)
{
	return str_trim(id).n > 0 && str_find_char(id, '\n') == id.n;
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
	const struct yaml_node *id = yaml_get(node, STR("id"));
	if (id->kind == YAML_SCALAR && !id_is_sound(id->value))
		return yaml_err(file, id, e,
			"'id' must be one line and not blank, such as "
			"'WRK-001'");
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
 * Reading without a tree. What is not as it mostly is, or wrong, is left to
 * item_read, which knows places and words for it.
 */
enum { WORDS_MAX = 32, UNKNOWN_MAX = 8 };

struct leaf_reader {
	struct arena *a;
	struct item *it;
	const struct field *field; /* of the key at hand; NULL: not ours */
	size_t hint, inner_hint;
	uint64_t seen, inner_seen; /* bits of the tables */
	struct str words[WORDS_MAX], unknown[UNKNOWN_MAX];
	size_t words_n, unknown_n;
	struct err e; /* that nobody will read */
};

/* Not the room for words and errors, which is most of it. */
static void
leaf_reader_init(struct leaf_reader *r, struct arena *a, struct item *it)
{
	r->a = a;
	r->it = it;
	r->field = NULL;
	r->hint = r->inner_hint = 0;
	r->seen = r->inner_seen = 0;
	r->words_n = r->unknown_n = 0;
}

static bool
see(uint64_t *seen, size_t at)
{
	uint64_t bit = (uint64_t)1 << at;
	bool again = (*seen & bit) != 0;

	*seen |= bit;
	return !again;
}

static bool
is_null(const struct yaml_leaf *leaf)
{
	/* No null is longer: most leaves are known by that. */
	if (leaf->style != YAML_PLAIN || leaf->value.n > 4)
		return false;
	const struct yaml_node node = {
		.kind = leaf->kind, .style = leaf->style, .value = leaf->value};
	return yaml_is_null(&node);
}

static bool
take_scalar(struct leaf_reader *r, const struct field *f, void *base,
	const struct yaml_leaf *leaf)
{
	/* Most fields are text, and any text is one of theirs. */
	if (f->kind == FIELD_TEXT && !is_null(leaf)) {
		const struct str text = leaf->value;
		memcpy((char *)base + f->offset, &text, sizeof(text));
		return true;
	}
	const struct yaml_node node = {
		.kind = leaf->kind, .style = leaf->style, .value = leaf->value};
	return read_scalar(f, &node, "", r->a, base, &r->e) == 0;
}

/* A key that is not ours, with one value. */
static bool
take_unknown(struct leaf_reader *r, const struct yaml_leaf *leaf)
{
	if (leaf->kind != YAML_SCALAR || r->unknown_n == UNKNOWN_MAX ||
		!yaml_leaf_key_is_word(leaf->key))
		return false;
	for (size_t i = 0; i < r->unknown_n; i++)
		if (str_eq(r->unknown[i], leaf->key))
			return false;
	r->unknown[r->unknown_n++] = leaf->key;
	return true;
}

static bool
take_key(struct leaf_reader *r, const struct yaml_leaf *leaf)
{
	const struct field *f = find_from(&item_fields, leaf->key, &r->hint);

	r->field = f;
	r->inner_seen = 0;
	r->inner_hint = 0;
	if (f == NULL)
		return take_unknown(r, leaf);
	if (!see(&r->seen, (size_t)(f - item_fields.fields)))
		return false;
	if (leaf->kind == YAML_MAPPING)
		return f->kind == FIELD_MAP;
	if (leaf->kind == YAML_SEQUENCE)
		return f->kind == FIELD_LIST;
	if (f->kind != FIELD_MAP && f->kind != FIELD_LIST)
		return take_scalar(r, f, r->it, leaf);
	if (is_null(leaf))
		return true;
	return f->kind == FIELD_MAP && f->sub[0].kind == FIELD_TEXT &&
		take_scalar(r, &f->sub[0], (char *)r->it + f->offset, leaf);
}

static bool
take_inner(struct leaf_reader *r, const struct yaml_leaf *leaf)
{
	if (leaf->kind != YAML_SCALAR || r->field == NULL)
		return false;
	const struct field_table sub = {
		.fields = r->field->sub, .n = r->field->sub_n};
	if (r->field->kind == FIELD_LIST) {
		if (r->words_n == WORDS_MAX || is_null(leaf))
			return false;
		r->words[r->words_n++] = leaf->value;
		return true;
	}
	const struct field *f = find_from(&sub, leaf->key, &r->inner_hint);
	return f != NULL && see(&r->inner_seen, (size_t)(f - sub.fields)) &&
		take_scalar(r, f, (char *)r->it + r->field->offset, leaf);
}

/* The words that were read become the field's list. */
static void
end_list(struct leaf_reader *r)
{
	if (r->words_n == 0)
		return;
	struct str *items = ARENA_ARRAY(r->a, struct str, r->words_n);
	memcpy(items, r->words, r->words_n * sizeof(items[0]));
	*field_list(r->field, r->it) =
		(struct str_list){.items = items, .n = r->words_n};
	r->words_n = 0;
}

int
item_read_plain(struct str entry, struct arena *a, struct item *ret)
{
	struct yaml_leaves leaves;
	struct yaml_leaf leaf;
	struct leaf_reader r;
	int rc;

	*ret = (struct item){.blocked_from_status = STATUSES};
	leaf_reader_init(&r, a, ret);
	if (yaml_leaves_begin(&leaves, entry) != 0)
		return 1;
	while ((rc = yaml_leaves_next(&leaves, &leaf)) == 1) {
		if (!leaf.inner)
			end_list(&r);
		if (!(leaf.inner ? take_inner : take_key)(&r, &leaf))
			return 1;
	}
	end_list(&r);
	for (size_t i = 0; rc == 0 && i < item_fields.n; i++)
		if (item_fields.fields[i].required && !((r.seen >> i) & 1))
			rc = 1;
	return rc == 0 && id_is_sound(ret->id) ? 0 : 1;
}
