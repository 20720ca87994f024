/* SPDX-License-Identifier: MIT */
#include "store/events.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/names.h"
#include "base/stamp.h"

static const char *const kind_words[] = {
	[EVENTS_SAVED] = "saved",
	[EVENTS_EDITED] = "edited",
	[EVENTS_REJECTED] = "rejected",
	[EVENTS_POISONED] = "poisoned",
	[EVENTS_MARK_REPAIRED] = "mark_repaired",
	[EVENTS_RUN_STARTED] = "run_started",
	[EVENTS_RUN_ENDED] = "run_ended",
	[EVENTS_COMMITTED] = "committed",
	[EVENTS_RECOVERED] = "recovered",
	[EVENTS_NOTICE] = "notice",
	[EVENTS_LOG_REPAIRED] = "log_repaired",
};
static const struct names kinds = NAMES(kind_words, EVENTS_KINDS);

static const char *const what_words[] = {
	[EVENTS_ADDED] = "added",
	[EVENTS_CHANGED] = "changed",
	[EVENTS_LEFT] = "left",
};
static const struct names whats = NAMES(what_words, EVENTS_WHATS);

/* The texts of a record, and of a change, by key. */
struct text_key {
	const char *key;
	size_t offset;
};

#define KEY(type, name)                            \
	{                                          \
#name, offsetof(struct type, name) \
	}

static const struct text_key record_keys[] = {
	KEY(events_record, item),
	KEY(events_record, title),
	KEY(events_record, phase),
	KEY(events_record, run),
	KEY(events_record, agent),
	KEY(events_record, outcome),
	KEY(events_record, where),
	KEY(events_record, text),
	KEY(events_record, commit),
	KEY(events_record, claim),
	KEY(events_record, was),
	KEY(events_record, backlog),
};

static const struct text_key change_keys[] = {
	KEY(events_change, item),
	KEY(events_change, title),
	KEY(events_change, how),
	KEY(events_change, text),
	KEY(events_change, into),
};

enum {
	RECORD_KEYS = sizeof(record_keys) / sizeof(record_keys[0]),
	CHANGE_KEYS = sizeof(change_keys) / sizeof(change_keys[0]),
};

static json_t *
json_of(struct str s)
{
	json_t *j = str_is_set(s) ? json_stringn(s.s, s.n) : json_null();

	if (j == NULL)
		BUG("a text in an event that is not UTF-8");
	return j;
}

static void
set_texts(json_t *o, const struct text_key *keys, size_t n, const void *from)
{
	for (size_t i = 0; i < n; i++) {
		const struct str *s =
			(const void *)((const char *)from + keys[i].offset);
		if (str_is_set(*s))
			json_object_set_new(o, keys[i].key, json_of(*s));
	}
}

static json_t *
json_of_change(const struct events_change *c)
{
	json_t *o = json_object();
	json_t *fields = json_object();

	json_object_set_new(
		o, "what", json_string(names_get(&whats, (int)c->what)));
	set_texts(o, change_keys, CHANGE_KEYS, c);
	for (size_t i = 0; i < c->fields_n; i++) {
		const struct events_field *f = &c->fields[i];
		json_t *pair = json_array();
		json_array_append_new(pair, json_of(f->from));
		json_array_append_new(pair, json_of(f->to));
		json_object_setn_new(fields, f->name.s, f->name.n, pair);
	}
	if (c->fields_n > 0)
		json_object_set(o, "fields", fields);
	json_decref(fields);
	return o;
}

static void
set_number(json_t *o, const char *key, int64_t n)
{
	if (n != 0)
		json_object_set_new(o, key, json_integer((json_int_t)n));
}

void
events_format(const struct events_record *r, struct buf *ret)
{
	json_t *o = json_object();
	char when[STAMP_SIZE];

	stamp_format(r->time_ns, when);
	json_object_set_new(o, "time", json_string(when));
	json_object_set_new(
		o, "event", json_string(names_get(&kinds, (int)r->kind)));
	set_texts(o, record_keys, RECORD_KEYS, r);
	set_number(o, "attempt", r->attempt);
	set_number(o, "attempts", r->attempts);
	set_number(o, "elapsed_ms", r->elapsed_ns / NS_PER_MS);
	if (r->more)
		json_object_set_new(o, "more", json_true());
	if (r->changes_n > 0) {
		json_t *changes = json_array();
		for (size_t i = 0; i < r->changes_n; i++)
			json_array_append_new(
				changes, json_of_change(&r->changes[i]));
		json_object_set_new(o, "changes", changes);
	}
	char *text = json_dumps(o, JSON_COMPACT);
	struct str all = str_from(text);
	buf_add_str(ret, str_of(all.s + 1, all.n - 2));
	free(text);
	json_decref(o);
}

/* Absent keys, and null, are absent texts; anything else is no text. */
static bool
get_text(const json_t *j, struct arena *a, struct str *ret)
{
	*ret = STR_ABSENT;
	if (j == NULL || json_is_null(j))
		return true;
	if (!json_is_string(j))
		return false;
	*ret = arena_str(
		a, str_of(json_string_value(j), json_string_length(j)));
	return true;
}

static bool
get_texts(const json_t *o, const struct text_key *keys, size_t n,
	struct arena *a, void *to)
{
	for (size_t i = 0; i < n; i++)
		if (!get_text(json_object_get(o, keys[i].key), a,
			    (void *)((char *)to + keys[i].offset)))
			return false;
	return true;
}

static bool
get_number(const json_t *o, const char *key, int64_t max, int64_t *ret)
{
	const json_t *j = json_object_get(o, key);

	*ret = json_integer_value(j);
	return j == NULL || (json_is_integer(j) && *ret >= 0 && *ret <= max);
}

static bool
get_name(const json_t *o, const char *key, const struct names *names, int *ret)
{
	const json_t *j = json_object_get(o, key);

	return json_is_string(j) &&
		names_parse(names,
			str_of(json_string_value(j), json_string_length(j)),
			ret);
}

static bool
get_fields(json_t *o, struct arena *a, struct events_change *ret)
{
	size_t n = json_object_size(o), at = 0;
	struct events_field *fields = ARENA_ARRAY(a, struct events_field, n);
	const char *key;
	json_t *pair;

	json_object_foreach(o, key, pair)
	{
		struct events_field *f = &fields[at++];
		f->name = arena_str(a, str_from(key));
		if (json_array_size(pair) != 2 ||
			!get_text(json_array_get(pair, 0), a, &f->from) ||
			!get_text(json_array_get(pair, 1), a, &f->to))
			return false;
	}
	ret->fields = fields;
	ret->fields_n = n;
	return o == NULL || json_is_object(o);
}

static bool
get_changes(const json_t *list, struct arena *a, struct events_record *ret)
{
	size_t n = json_array_size(list);
	struct events_change *changes = ARENA_ARRAY(a, struct events_change, n);

	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		int what;
		if (!get_name(o, "what", &whats, &what) ||
			!get_texts(
				o, change_keys, CHANGE_KEYS, a, &changes[i]) ||
			!get_fields(
				json_object_get(o, "fields"), a, &changes[i]))
			return false;
		changes[i].what = (enum events_what)what;
	}
	ret->changes = changes;
	ret->changes_n = n;
	return list == NULL || json_is_array(list);
}

static bool
get_record(const json_t *o, struct arena *a, struct events_record *ret)
{
	const int64_t ms_max = INT64_MAX / NS_PER_MS;
	int64_t seq, attempt, attempts, ms;
	struct str when;
	int kind;

	if (!get_name(o, "event", &kinds, &kind) ||
		!get_text(json_object_get(o, "time"), a, &when) ||
		!stamp_parse(when, &ret->time_ns) ||
		!get_number(o, "seq", INT64_MAX, &seq) ||
		!get_number(o, "attempt", INT32_MAX, &attempt) ||
		!get_number(o, "attempts", INT32_MAX, &attempts) ||
		!get_number(o, "elapsed_ms", ms_max, &ms))
		return false;
	ret->kind = (enum events_kind)kind;
	ret->seq = (uint64_t)seq;
	ret->attempt = (unsigned int)attempt;
	ret->attempts = (unsigned int)attempts;
	ret->elapsed_ns = ms * NS_PER_MS;
	ret->more = json_is_true(json_object_get(o, "more"));
	return get_texts(o, record_keys, RECORD_KEYS, a, ret) &&
		get_changes(json_object_get(o, "changes"), a, ret);
}

int
events_parse(struct str line, struct arena *a, struct events_record *ret,
	struct err *e)
{
	json_t *o = json_loadb(line.s, line.n, JSON_REJECT_DUPLICATES, NULL);

	*ret = (struct events_record){.line = line};
	bool good = get_record(o, a, ret);
	json_decref(o);
	if (good)
		return 0;
	return err_set(e, ERR_INPUT, "this is no event that this weir knows");
}
