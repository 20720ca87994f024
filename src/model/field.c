/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "model/item.h"

/* Enums are read and written as a byte through their offset. */
static_assert(sizeof(enum item_status) == 1, "enum is not a byte");
static_assert(sizeof(enum item_size) == 1, "enum is not a byte");
static_assert(sizeof(enum level) == 1, "enum is not a byte");
static_assert(sizeof(enum phase_pool) == 1, "enum is not a byte");
static_assert(sizeof(enum blocked_type) == 1, "enum is not a byte");

enum { NEVER_ABSENT = -1 };

#define NAME(text) .name = (text), .name_n = sizeof(text) - 1

#define TEXT(type, member)                                      \
	{                                                       \
		NAME(#member), .kind = FIELD_TEXT,              \
			       .offset = offsetof(type, member) \
	}
#define REQUIRED_TEXT(type, member)                              \
	{                                                        \
		NAME(#member), .kind = FIELD_TEXT,               \
			       .offset = offsetof(type, member), \
			       .required = true                  \
	}
#define ENUM(type, member, table, when_absent)                            \
	{                                                                 \
		NAME(#member), .kind = FIELD_ENUM,                        \
			       .offset = offsetof(type, member),          \
			       .names = &(table), .absent = (when_absent) \
	}
#define LIST(type, member)                                      \
	{                                                       \
		NAME(#member), .kind = FIELD_LIST,              \
			       .offset = offsetof(type, member) \
	}
#define MAP(type, member, fields)                                          \
	{                                                                  \
		NAME(#member), .kind = FIELD_MAP,                          \
			       .offset = offsetof(type, member),           \
			       .sub = (fields),                            \
			       .sub_n = sizeof(fields) / sizeof(*(fields)) \
	}

static const struct field description_fields[] = {
	TEXT(struct description, context),
	TEXT(struct description, problem),
	TEXT(struct description, solution),
	TEXT(struct description, impact),
	TEXT(struct description, sizing_rationale),
};

static const struct field accepted_fields[] = {
	ENUM(struct guardrail_levels, size, size_names, SIZE_UNSET),
	ENUM(struct guardrail_levels, complexity, level_names, LEVEL_UNSET),
	ENUM(struct guardrail_levels, risk, level_names, LEVEL_UNSET),
};

static const struct field fields[] = {
	REQUIRED_TEXT(struct item, id),
	REQUIRED_TEXT(struct item, title),
	{NAME("status"), .kind = FIELD_ENUM,
		.offset = offsetof(struct item, status), .names = &status_names,
		.absent = NEVER_ABSENT, .required = true},
	TEXT(struct item, phase),
	ENUM(struct item, size, size_names, SIZE_UNSET),
	ENUM(struct item, complexity, level_names, LEVEL_UNSET),
	ENUM(struct item, risk, level_names, LEVEL_UNSET),
	ENUM(struct item, impact, level_names, LEVEL_UNSET),
	{NAME("requires_human_review"), .kind = FIELD_BOOL,
		.offset = offsetof(struct item, requires_human_review)},
	TEXT(struct item, origin),
	ENUM(struct item, blocked_from_status, status_names, STATUSES),
	TEXT(struct item, blocked_reason),
	ENUM(struct item, blocked_type, blocked_type_names, BLOCKED_UNSET),
	TEXT(struct item, unblock_context),
	LIST(struct item, tags),
	LIST(struct item, dependencies),
	TEXT(struct item, created),
	TEXT(struct item, updated),
	TEXT(struct item, pipeline_type),
	MAP(struct item, description, description_fields),
	ENUM(struct item, phase_pool, pool_names, POOL_UNSET),
	TEXT(struct item, last_phase_commit),
	MAP(struct item, guardrails_accepted, accepted_fields),
};

const struct field_table item_fields = {
	.fields = fields,
	.n = sizeof(fields) / sizeof(fields[0]),
};

static const char *const bools[] = {"false", "true"};
static const struct names bool_names = NAMES(bools, 2);

const struct field *
field_find(const struct field_table *t, struct str name)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq_c(name, t->fields[i].name))
			return &t->fields[i];
	return NULL;
}

/* A name that holds the one given, such as pipeline_type for "pipeline", is
 * near when that has so many letters. */
enum { HELD_MIN = 4 };

/* Those of the maps' fields have their map's name in front in `ret_full`, and
 * stand alone in `ret_parts`. */
static void
all_names(const struct field_table *t, struct arena *a, struct names *ret_full,
	struct names *ret_parts)
{
	size_t n = t->n;

	for (size_t i = 0; i < t->n; i++)
		n += t->fields[i].sub_n;
	const char **full = ARENA_ARRAY(a, const char *, n);
	const char **parts = ARENA_ARRAY(a, const char *, n);
	n = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct field *f = &t->fields[i];
		parts[n] = NULL;
		full[n++] = f->name;
		for (size_t k = 0; k < f->sub_n; k++) {
			parts[n] = f->sub[k].name;
			full[n++] =
				arena_strf(a, "%s.%s", f->name, f->sub[k].name)
					.s;
		}
	}
	*ret_full = (struct names){.name = full, .n = n};
	*ret_parts = (struct names){.name = parts, .n = n};
}

const char *
field_nearest(const struct field_table *t, struct str name, struct arena *a)
{
	struct str part = name;
	struct names full, parts;

	all_names(t, a, &full, &parts);
	const char *near = names_nearest(&full, name);
	if (near != NULL)
		return near;
	for (size_t dot; (dot = str_find_char(part, '.')) < part.n;)
		part = str_from_at(part, dot + 1);
	near = names_nearest(&parts, part);
	for (size_t i = 0; near != NULL && i < full.n; i++)
		if (parts.name[i] == near)
			return full.name[i];
	for (size_t i = 0; name.n >= HELD_MIN && i < full.n; i++)
		if (str_find(str_from(full.name[i]), name) <
			str_from(full.name[i]).n)
			return full.name[i];
	return NULL;
}

static const void *
place(const struct field *f, const void *base)
{
	return (const char *)base + f->offset;
}

static struct str
text_get(const struct field *f, const void *base)
{
	struct str s;

	memcpy(&s, place(f, base), sizeof(s));
	return s;
}

static int
enum_get(const struct field *f, const void *base)
{
	unsigned char v;

	memcpy(&v, place(f, base), sizeof(v));
	return v;
}

static bool
bool_get(const struct field *f, const void *base)
{
	bool v;

	memcpy(&v, place(f, base), sizeof(v));
	return v;
}

struct str
field_text(const struct field *f, const void *base)
{
	switch (f->kind) {
	case FIELD_TEXT:
		return text_get(f, base);
	case FIELD_ENUM:
		if (enum_get(f, base) == f->absent)
			return STR_ABSENT;
		return str_from(names_get(f->names, enum_get(f, base)));
	case FIELD_BOOL:
		return str_from(names_get(&bool_names, bool_get(f, base)));
	case FIELD_LIST:
	case FIELD_MAP:
		break;
	}
	BUG("field '%s' has no text", f->name);
}

static int
value_parse(const struct names *t, struct str value, int *ret, struct err *e)
{
	if (names_parse(t, value, ret))
		return 0;
	struct buf accepted CLEANUP_BUF = {0};
	names_list(t, &accepted);
	return err_set(e, ERR_INPUT, "'%.*s' is not one of %s", STR_ARG(value),
		accepted.p);
}

static int
enum_set(const struct field *f, char *at, struct str value, struct err *e)
{
	int v = f->absent;

	if (str_is_set(value) && value_parse(f->names, value, &v, e) < 0)
		return -1;
	*(unsigned char *)at = (unsigned char)v;
	return 0;
}

static int
bool_set(char *at, struct str value, struct err *e)
{
	int v = false;

	if (str_is_set(value) && value_parse(&bool_names, value, &v, e) < 0)
		return -1;
	bool b = v != 0;
	memcpy(at, &b, sizeof(b));
	return 0;
}

int
field_set_text(
	const struct field *f, void *base, struct str value, struct err *e)
{
	char *at = (char *)base + f->offset;

	if (f->required && !str_is_set(value))
		return err_set(e, ERR_INPUT, "a value is required");
	switch (f->kind) {
	case FIELD_TEXT:
		memcpy(at, &value, sizeof(value));
		return 0;
	case FIELD_ENUM:
		return enum_set(f, at, value, e);
	case FIELD_BOOL:
		return bool_set(at, value, e);
	case FIELD_LIST:
	case FIELD_MAP:
		break;
	}
	BUG("field '%s' is not set from text", f->name);
}

struct str_list
field_texts(const struct field *f, const void *base)
{
	struct str_list v;

	memcpy(&v, place(f, base), sizeof(v));
	return v;
}

struct str_list *
field_list(const struct field *f, void *base)
{
	return (void *)((char *)base + f->offset);
}

const void *
field_map(const struct field *f, const void *base)
{
	return place(f, base);
}

static bool
map_equal(const struct field *f, const void *a, const void *b)
{
	for (size_t i = 0; i < f->sub_n; i++)
		if (!field_equal(&f->sub[i], place(f, a), place(f, b)))
			return false;
	return true;
}

bool
field_equal(const struct field *f, const void *a, const void *b)
{
	switch (f->kind) {
	case FIELD_TEXT:
		return str_eq(text_get(f, a), text_get(f, b));
	case FIELD_ENUM:
		return enum_get(f, a) == enum_get(f, b);
	case FIELD_BOOL:
		return bool_get(f, a) == bool_get(f, b);
	case FIELD_LIST:
		return str_list_eq(field_texts(f, a), field_texts(f, b));
	case FIELD_MAP:
		return map_equal(f, a, b);
	}
	BUG("field '%s' is of no kind", f->name);
}
