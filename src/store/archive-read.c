/* SPDX-License-Identifier: MIT */
#include "store/archive-priv.h"
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

int
archive_line_read(
	json_t *j, struct arena *a, struct archive_line *ret, struct err *e)
{
	struct str how = text_of(json_object_get(j, "how"), a);
	int value = 0;

	*ret = (struct archive_line){
		.item = {.id = text_of(json_object_get(j, "id"), a),
			.into = text_of(json_object_get(j, "into"), a)},
		.stayed = str_eq_c(how, ARCHIVE_STAYED),
	};
	if (ret->item.id.n == 0)
		return err_set(e, ERR_INPUT, "'id' is missing");
	if (!ret->stayed && !names_parse(&departure_names, how, &value))
		return err_set(e, ERR_INPUT,
			"'how' must be done, closed or merged, not '%.*s'",
			STR_ARG(how));
	ret->item.how = (enum departure)value;
	/* Without one no bytes are those of the item: it has left. */
	(void)fio_digest_parse(
		text_of(json_object_get(j, "was"), a), &ret->was);
	return 0;
}

void
archive_count(struct archive_line *lines, size_t n, bool *ret)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct strmap left, stayed;
	size_t stayed_n = 0, by;

	for (size_t i = 0; i < n; i++)
		stayed_n += lines[i].stayed;
	strmap_init(&left, n, &tmp);
	strmap_init(&stayed, stayed_n, &tmp);
	for (size_t i = n; i-- > 0;) {
		struct str id = lines[i].item.id;
		ret[i] = !lines[i].stayed && strmap_put(&left, id, i);
		lines[i].taken_back = ret[i] && strmap_get(&stayed, id, &by);
		if (lines[i].stayed)
			(void)strmap_put(&stayed, id, i);
	}
}

static void
read_entry(json_t *j, const struct archive_line *line, struct arena *a,
	struct archive_entry *ret)
{
	json_t *item = json_object_get(j, "item");

	ret->item = (struct item){
		.id = line->item.id,
		.blocked_from_status = STATUSES,
	};
	ret->how = line->item.how;
	ret->into = line->item.into;
	ret->at = text_of(json_object_get(j, "at"), a);
	ret->reason = text_of(json_object_get(j, "reason"), a);
	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		if (f->offset != offsetof(struct item, id))
			take_field(f, json_object_get(item, f->name),
				&ret->item, a);
	}
}

static int
read_line(struct str line, const char *file, struct arena *a,
	struct archive_line *ret_line, struct archive_entry *ret, struct err *e)
{
	json_error_t why;
	json_t *j = json_loadb(line.s, line.n, JSON_REJECT_DUPLICATES, &why);

	if (j == NULL)
		return err_set(e, ERR_INPUT, "%s:%zu:%d: %s", file, ret->line,
			why.column > 0 ? why.column : 1, why.text);
	int rc = archive_line_read(j, a, ret_line, e);
	if (rc == 0)
		read_entry(j, ret_line, a, ret);
	json_decref(j);
	return rc < 0 ? err_wrap(e, "%s:%zu:1", file, ret->line) : 0;
}

int
archive_read(struct store *st, struct arena *a, struct archive_entries *ret,
	struct problems *problems, struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};
	VEC(struct archive_entry) all = {0};
	VEC(struct archive_line) lines = {0};
	struct archive_entry one = {0};
	struct archive_line head;
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
		if (read_line(line, st->paths.archive.s, a, &head, &one, &why) <
			0) {
			problems_add(problems, &why);
			continue;
		}
		VEC_PUSH(&lines, head);
		VEC_PUSH(&all, one);
	}
	bool *counts = ARENA_ARRAY(a, bool, lines.n);
	struct archive_entry *kept =
		ARENA_ARRAY(a, struct archive_entry, lines.n);
	archive_count(lines.items, lines.n, counts);
	for (size_t i = 0; i < lines.n; i++)
		if (counts[i])
			kept[ret->n++] = all.items[i];
	ret->items = kept;
	VEC_RELEASE(&lines);
	VEC_RELEASE(&all);
	return 0;
}
