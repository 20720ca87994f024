/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "agent/result-priv.h"
#include "base/utf8.h"

enum { TEXT_BYTES_MAX = 64 * 1024, LIST_MAX = 100, SHOWN_COLUMNS = 60 };

struct key;

/* `at` is `offset` bytes into the record; `what` is the key's whole name. */
typedef int read_fn(const struct result_reader *r, const struct key *k,
	const json_t *v, const char *what, void *at);

struct key {
	const char *name;
	read_fn *read; /* never called with null */
	size_t offset;
	const struct names *names;
	const struct key *sub;
	size_t sub_n;
	bool required;
};

static read_fn read_text, read_line, read_enum, read_tristate, read_map,
	read_texts, read_follow_ups;

#define KEY(key, how, type, member, ...)                      \
	{                                                     \
		.name = (key), .read = (how),                 \
		.offset = offsetof(type, member), __VA_ARGS__ \
	}
#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct key assessment_keys[] = {
	KEY("size", read_enum, struct assessments, size, .names = &size_names),
	KEY("complexity", read_enum, struct assessments, complexity,
		.names = &level_names),
	KEY("risk", read_enum, struct assessments, risk, .names = &level_names),
	KEY("impact", read_enum, struct assessments, impact,
		.names = &level_names),
};

static const struct key description_keys[] = {
	KEY("context", read_text, struct description, context),
	KEY("problem", read_text, struct description, problem),
	KEY("solution", read_text, struct description, solution),
	KEY("impact", read_text, struct description, impact),
	KEY("sizing_rationale", read_text, struct description,
		sizing_rationale),
};

/* The suggested_ names are what agents of earlier orchestrators write. */
static const struct key follow_up_keys[] = {
	KEY("title", read_line, struct follow_up, title, .required = true),
	KEY("context", read_text, struct follow_up, context),
	KEY("suggested_size", read_enum, struct follow_up, size,
		.names = &size_names),
	KEY("suggested_risk", read_enum, struct follow_up, risk,
		.names = &level_names),
	KEY("size", read_enum, struct follow_up, size, .names = &size_names),
	KEY("risk", read_enum, struct follow_up, risk, .names = &level_names),
};

static const struct key result_keys[] = {
	KEY("item_id", read_line, struct result, item_id, .required = true),
	KEY("phase", read_line, struct result, phase, .required = true),
	KEY("run_id", read_line, struct result, run_id),
	KEY("result", read_enum, struct result, code,
		.names = &result_code_names, .required = true),
	KEY("summary", read_text, struct result, summary, .required = true),
	KEY("context", read_text, struct result, context),
	KEY("updated_assessments", read_map, struct result, assessments,
		.sub = assessment_keys, .sub_n = COUNT(assessment_keys)),
	{.name = "follow_ups", .read = read_follow_ups},
	KEY("based_on_commit", read_line, struct result, based_on_commit),
	KEY("pipeline_type", read_line, struct result, pipeline_type),
	KEY("commit_summary", read_line, struct result, commit_summary),
	KEY("duplicates", read_texts, struct result, duplicates),
	KEY("description", read_map, struct result, description,
		.sub = description_keys, .sub_n = COUNT(description_keys)),
	KEY("requires_human_review", read_tristate, struct result,
		requires_human_review),
	KEY("blocked_type", read_enum, struct result, blocked_type,
		.names = &blocked_type_names),
};

void
result_add_shown(struct buf *b, struct str s)
{
	struct buf clean CLEANUP_BUF = {0};

	utf8_add_printable(&clean, s);
	utf8_add_cut(b, buf_str(&clean), SHOWN_COLUMNS);
}

const char *
result_type_name(const json_t *v)
{
	static const char *const type_names[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "text",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return type_names[json_typeof(v)];
}

static int
wrong_type(const struct result_reader *r, const json_t *v, const char *what,
	const char *expected)
{
	return err_set(r->e, ERR_INPUT, "%s: '%s' is %s and must be %s",
		r->file, what, result_type_name(v), expected);
}

/* A borrowed view of a JSON string. */
static int
text_get(const struct result_reader *r, const json_t *v, const char *what,
	struct str *ret)
{
	if (!json_is_string(v))
		return wrong_type(r, v, what, "text");
	struct str s = str_of(json_string_value(v), json_string_length(v));
	if (s.n > TEXT_BYTES_MAX)
		return err_set(r->e, ERR_LIMIT,
			"%s: '%s' has %zu bytes, more than %d", r->file, what,
			s.n, TEXT_BYTES_MAX);
	*ret = str_trim(s);
	return 0;
}

static int
check_filled(const struct result_reader *r, const struct key *k, struct str s,
	const char *what)
{
	if (s.n > 0 || !k->required)
		return 0;
	return err_set(r->e, ERR_INPUT, "%s: '%s' is empty", r->file, what);
}

/* Text without anything in it says nothing: it stays absent. */
static int
read_text(const struct result_reader *r, const struct key *k, const json_t *v,
	const char *what, void *at)
{
	struct str s = STR_ABSENT;

	if (text_get(r, v, what, &s) < 0 || check_filled(r, k, s, what) < 0)
		return -1;
	if (s.n > 0)
		*(struct str *)at = arena_str(r->a, s);
	return 0;
}

/* Text that becomes a name, a title or a subject: one line of it. */
static int
read_line(const struct result_reader *r, const struct key *k, const json_t *v,
	const char *what, void *at)
{
	struct str s = STR_ABSENT;

	if (text_get(r, v, what, &s) < 0 || check_filled(r, k, s, what) < 0)
		return -1;
	if (str_find_char(s, '\n') < s.n || str_find_char(s, '\r') < s.n)
		return err_set(r->e, ERR_INPUT,
			"%s: '%s' has a line break and must be one line",
			r->file, what);
	if (s.n > 0)
		*(struct str *)at = arena_str(r->a, s);
	return 0;
}

static int
read_enum(const struct result_reader *r, const struct key *k, const json_t *v,
	const char *what, void *at)
{
	struct str s = STR_ABSENT;
	int value;

	if (text_get(r, v, what, &s) < 0)
		return -1;
	if (!names_parse(k->names, s, &value)) {
		struct buf shown CLEANUP_BUF = {0};
		struct buf list CLEANUP_BUF = {0};
		result_add_shown(&shown, s);
		names_list(k->names, &list);
		return err_set(r->e, ERR_INPUT,
			"%s: '%s' is '%s', which is not one of %s", r->file,
			what, buf_str(&shown).s, list.p);
	}
	memcpy(at, &value, sizeof(value));
	return 0;
}

static int
read_tristate(const struct result_reader *r, const struct key *k,
	const json_t *v, const char *what, void *at)
{
	(void)k;
	if (!json_is_boolean(v))
		return wrong_type(r, v, what, "true or false");
	*(enum tristate *)at = json_is_true(v) ? SAID_TRUE : SAID_FALSE;
	return 0;
}

/* Every key of the table that the object has; others are not ours. */
static int
read_keys(const struct result_reader *r, const struct key *keys, size_t n,
	const json_t *object, const char *prefix, void *record)
{
	for (size_t i = 0; i < n; i++) {
		const struct key *k = &keys[i];
		const json_t *v = json_object_get(object, k->name);
		struct buf what CLEANUP_BUF = {0};
		buf_addf(&what, "%s%s", prefix, k->name);
		if (v == NULL || json_is_null(v)) {
			if (k->required)
				return err_set(r->e, ERR_INPUT,
					"%s: '%s' is missing", r->file, what.p);
			continue;
		}
		if (k->read(r, k, v, what.p, (char *)record + k->offset) < 0)
			return -1;
	}
	return 0;
}

static int
read_map(const struct result_reader *r, const struct key *k, const json_t *v,
	const char *what, void *at)
{
	struct buf prefix CLEANUP_BUF = {0};

	if (!json_is_object(v))
		return wrong_type(r, v, what, "an object");
	buf_addf(&prefix, "%s.", what);
	return read_keys(r, k->sub, k->sub_n, v, prefix.p, at);
}

static int
check_list(const struct result_reader *r, const json_t *v, const char *what)
{
	if (!json_is_array(v))
		return wrong_type(r, v, what, "a list");
	if (json_array_size(v) > LIST_MAX)
		return err_set(r->e, ERR_LIMIT,
			"%s: '%s' has %zu entries, more than %d", r->file, what,
			json_array_size(v), LIST_MAX);
	return 0;
}

static int
read_texts(const struct result_reader *r, const struct key *k, const json_t *v,
	const char *what, void *at)
{
	const struct key entry = {.name = k->name, .required = true};

	if (check_list(r, v, what) < 0)
		return -1;
	struct str *items = ARENA_ARRAY(r->a, struct str, json_array_size(v));
	for (size_t i = 0; i < json_array_size(v); i++) {
		struct buf name CLEANUP_BUF = {0};
		buf_addf(&name, "%s[%zu]", what, i);
		if (read_line(r, &entry, json_array_get(v, i), name.p,
			    &items[i]) < 0)
			return -1;
	}
	*(struct str_list *)at =
		(struct str_list){.items = items, .n = json_array_size(v)};
	return 0;
}

/* "title", or an object with at least that. */
static int
read_follow_up(const struct result_reader *r, const json_t *v, const char *what,
	struct follow_up *ret)
{
	struct buf prefix CLEANUP_BUF = {0};

	if (json_is_string(v))
		return read_line(r, &follow_up_keys[0], v, what, &ret->title);
	if (!json_is_object(v))
		return wrong_type(r, v, what, "text or an object");
	buf_addf(&prefix, "%s.", what);
	return read_keys(
		r, follow_up_keys, COUNT(follow_up_keys), v, prefix.p, ret);
}

static int
read_follow_ups(const struct result_reader *r, const struct key *k,
	const json_t *v, const char *what, void *at)
{
	struct result *result = at;

	(void)k;
	if (check_list(r, v, what) < 0)
		return -1;
	struct follow_up *items =
		ARENA_ARRAY(r->a, struct follow_up, json_array_size(v));
	for (size_t i = 0; i < json_array_size(v); i++) {
		struct buf name CLEANUP_BUF = {0};
		buf_addf(&name, "%s[%zu]", what, i);
		if (read_follow_up(r, json_array_get(v, i), name.p, &items[i]) <
			0)
			return -1;
	}
	result->follow_ups = items;
	result->follow_ups_n = json_array_size(v);
	return 0;
}

int
result_read_object(
	const struct result_reader *r, const json_t *root, struct result *ret)
{
	return read_keys(r, result_keys, COUNT(result_keys), root, "", ret);
}
