/* SPDX-License-Identifier: MIT */
#include "store/archive.h"

#include <jansson.h>

#include "base/strmap.h"
#include "base/vec.h"
#include "store/store-priv.h"

static struct str
text_of(json_t *value, struct arena *a)
{
	if (!json_is_string(value))
		return STR_ABSENT;
	return arena_str(
		a, str_of(json_string_value(value), json_string_length(value)));
}

static struct str_list
list_of(json_t *value, struct arena *a)
{
	size_t n = json_array_size(value);
	struct str *texts = ARENA_ARRAY(a, struct str, n);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (json_is_string(json_array_get(value, i)))
			texts[kept++] = text_of(json_array_get(value, i), a);
	return (struct str_list){.items = texts, .n = kept};
}

/* A value that an older or newer weir wrote and this one cannot read says
 * nothing about the others. */
static void
take_scalar(const struct field *f, json_t *value, void *record, struct arena *a)
{
	struct err ignored;

	if (json_is_boolean(value))
		value = json_string(json_is_true(value) ? "true" : "false");
	else
		json_incref(value);
	struct str text = text_of(value, a);
	if (str_is_set(text))
		(void)field_set_text(f, record, text, &ignored);
	json_decref(value);
}

static void
take_field(
	const struct field *f, json_t *value, struct item *it, struct arena *a)
{
	if (f->kind == FIELD_LIST) {
		*field_list(f, it) = list_of(value, a);
		return;
	}
	if (f->kind != FIELD_MAP) {
		take_scalar(f, value, it, a);
		return;
	}
	for (size_t i = 0; i < f->sub_n; i++)
		take_scalar(&f->sub[i], json_object_get(value, f->sub[i].name),
			(char *)it + f->offset, a);
}

/* How it left; DEPARTURES: it stayed, which takes back what is above. */
static int
read_how(json_t *value, struct arena *a, enum departure *ret, struct err *e)
{
	struct str how = text_of(value, a);
	int departure = DEPARTURES;

	if (!str_eq_c(how, ARCHIVE_STAYED) &&
		!names_parse(&departure_names, how, &departure))
		return err_set(e, ERR_INPUT,
			"'how' must be done, closed or merged, not '%.*s'",
			STR_ARG(how));
	*ret = (enum departure)departure;
	return 0;
}

static int
read_entry(json_t *j, struct arena *a, struct archive_entry *ret, struct err *e)
{
	json_t *item = json_object_get(j, "item");

	ret->item = (struct item){
		.id = text_of(json_object_get(j, "id"), a),
		.blocked_from_status = STATUSES,
	};
	if (ret->item.id.n == 0)
		return err_set(e, ERR_INPUT, "'id' is missing");
	if (read_how(json_object_get(j, "how"), a, &ret->how, e) < 0)
		return -1;
	ret->at = text_of(json_object_get(j, "at"), a);
	ret->reason = text_of(json_object_get(j, "reason"), a);
	ret->into = text_of(json_object_get(j, "into"), a);
	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		if (f->offset != offsetof(struct item, id))
			take_field(f, json_object_get(item, f->name),
				&ret->item, a);
	}
	return 0;
}

static int
read_line(struct str line, const char *file, struct arena *a,
	struct archive_entry *ret, struct err *e)
{
	json_error_t why;
	json_t *j = json_loadb(line.s, line.n, JSON_REJECT_DUPLICATES, &why);

	if (j == NULL)
		return err_set(e, ERR_INPUT, "%s:%zu:%d: %s", file, ret->line,
			why.column > 0 ? why.column : 1, why.text);
	int rc = read_entry(j, a, ret, e);
	json_decref(j);
	return rc < 0 ? err_wrap(e, "%s:%zu:1", file, ret->line) : 0;
}

/* Without those that stayed. */
static struct archive_entries
last_of_each(const struct archive_entry *all, size_t n, struct arena *a)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct archive_entry *kept = ARENA_ARRAY(a, struct archive_entry, n);
	struct strmap last;
	size_t kept_n = 0, at;

	strmap_init(&last, n, &tmp);
	for (size_t i = n; i-- > 0;)
		(void)strmap_put(&last, all[i].item.id, i);
	for (size_t i = 0; i < n; i++)
		if (strmap_get(&last, all[i].item.id, &at) && at == i &&
			all[i].how != DEPARTURES)
			kept[kept_n++] = all[i];
	return (struct archive_entries){.items = kept, .n = kept_n};
}

int
archive_read(struct store *st, struct arena *a, struct archive_entries *ret,
	struct problems *problems, struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};
	VEC(struct archive_entry) all = {0};
	struct archive_entry one = {0};
	struct str line;

	*ret = (struct archive_entries){0};
	if (fio_read(&st->dir, ARCHIVE_FILE, STORE_BYTES_MAX, &bytes, NULL, e) <
		0)
		return -1;
	struct str rest = buf_str(&bytes);
	while (str_next_line(&rest, &line)) {
		struct err why = {0};
		one.line++;
		if (str_trim(line).n == 0)
			continue;
		if (read_line(line, st->paths.archive.s, a, &one, &why) < 0)
			problems_add(problems, &why);
		else
			VEC_PUSH(&all, one);
	}
	*ret = last_of_each(all.items, all.n, a);
	VEC_RELEASE(&all);
	return 0;
}
