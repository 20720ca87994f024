/* SPDX-License-Identifier: MIT */
#include "store/store-priv.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/stamp.h"

/*
 * BACKLOG_ARCHIVE.jsonl: one line per item that left. Only the id and how it
 * left are read back; the rest is for people and other programs.
 */

static json_t *
json_of(struct str s)
{
	json_t *j = json_stringn(s.s != NULL ? s.s : "", s.n);

	if (j == NULL) /* not UTF-8, which no snapshot holds */
		BUG("a string that is not UTF-8 in the archive");
	return j;
}

static json_t *
json_of_map(const struct field *fields, size_t n, const void *base)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++) {
		struct str text = field_text(&fields[i], base);
		if (str_is_set(text))
			json_object_set_new(o, fields[i].name, json_of(text));
	}
	return o;
}

static json_t *
json_of_list(struct str_list list)
{
	json_t *a = json_array();

	for (size_t i = 0; i < list.n; i++)
		json_array_append_new(a, json_of(list.items[i]));
	return a;
}

static void
add_field(json_t *o, const struct field *f, const struct item *it)
{
	const void *at = (const char *)it + f->offset;
	json_t *value = NULL;

	if (f->kind == FIELD_MAP)
		value = json_of_map(f->sub, f->sub_n, field_map(f, it));
	else if (f->kind == FIELD_LIST)
		value = json_of_list(*(const struct str_list *)at);
	else if (f->kind == FIELD_BOOL)
		value = json_boolean(*(const bool *)at);
	else if (str_is_set(field_text(f, it)))
		value = json_of(field_text(f, it));
	if (value == NULL)
		return;
	if (json_is_boolean(value) ? json_is_true(value)
				   : json_is_string(value) ||
				json_object_size(value) > 0 ||
				json_array_size(value) > 0)
		json_object_set(o, f->name, value);
	json_decref(value);
}

static void
add_line(struct buf *b, const struct departed *d, const char *when)
{
	json_t *line = json_object();
	json_t *item = json_object();

	json_object_set_new(line, "id", json_of(d->item.id));
	json_object_set_new(line, "how",
		json_string(names_get(&departure_names, (int)d->how)));
	json_object_set_new(line, "at", json_string(when));
	if (str_is_set(d->into))
		json_object_set_new(line, "into", json_of(d->into));
	if (str_is_set(d->reason))
		json_object_set_new(line, "reason", json_of(d->reason));
	for (size_t i = 0; i < item_fields.n; i++)
		add_field(item, &item_fields.fields[i], &d->item);
	json_object_set_new(line, "item", item);
	char *text = json_dumps(line, JSON_COMPACT);
	buf_add_c(b, text);
	buf_add_char(b, '\n');
	free(text);
	json_decref(line);
}

int
archive_append(struct store *st, const struct departed *departed, size_t n,
	int64_t now_ns, struct err *e)
{
	char when[STAMP_SIZE];

	stamp_format(now_ns, when);
	for (size_t i = 0; i < n; i++) {
		CLEANUP_BUF struct buf line = {0};
		add_line(&line, &departed[i], when);
		if (fio_append(&st->dir, ARCHIVE_FILE, buf_str(&line), 0644,
			    e) < 0)
			return -1;
	}
	return 0;
}

static bool
read_line(struct str line, struct arena *a, struct archived *ret)
{
	json_t *j = json_loadb(line.s, line.n, JSON_REJECT_DUPLICATES, NULL);
	const char *id = json_string_value(json_object_get(j, "id"));
	const char *how = json_string_value(json_object_get(j, "how"));
	const char *into = json_string_value(json_object_get(j, "into"));
	int value;

	bool good = id != NULL && how != NULL &&
		names_parse(&departure_names, str_from(how), &value);
	if (good)
		*ret = (struct archived){
			.id = arena_str(a, str_from(id)),
			.how = (enum departure)value,
			.into = arena_str(a, str_from(into)),
		};
	json_decref(j);
	return good;
}

int
archive_load(struct store *st, struct arena *a, struct archive *ret,
	struct fio_version *ret_version, struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};
	VEC(struct archived) lines = {0};
	struct archived one;
	struct str line;

	*ret = (struct archive){0};
	if (fio_read(&st->dir, ARCHIVE_FILE, STORE_BYTES_MAX, &bytes,
		    ret_version, e) < 0)
		return -1;
	struct str rest = buf_str(&bytes);
	while (str_next_line(&rest, &line))
		if (read_line(line, a, &one))
			VEC_PUSH(&lines, one);
	struct archived *copy = ARENA_ARRAY(a, struct archived, lines.n);
	for (size_t i = 0; i < lines.n; i++)
		copy[i] = lines.items[i];
	*ret = (struct archive){.items = copy, .n = lines.n};
	VEC_RELEASE(&lines);
	return 0;
}
