/* SPDX-License-Identifier: MIT */
#include "store/archive-priv.h"
#include "store/store-priv.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "base/vec.h"

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
		value = json_of_list(field_texts(f, it));
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

struct fio_digest
archive_digest(struct str bytes, const struct yaml_node *node)
{
	return fio_digest(
		str_of(bytes.s + node->start, node->end - node->start));
}

bool
archive_is_live(const struct archive_line *line, struct str bytes,
	const struct yaml_node *node)
{
	return line->taken_back ||
		fio_digest_eq(line->was, archive_digest(bytes, node));
}

/* Of an entry's text; more than anybody writes about one item. */
enum { TEXT_MAX = 64 * 1024 };

/* The column of the line's '#' when it holds a comment alone. */
static bool
is_comment(struct str bytes, size_t line, size_t *ret_column)
{
	size_t at = line;

	while (at < bytes.n && bytes.s[at] == ' ')
		at++;
	*ret_column = at - line;
	return at < bytes.n && bytes.s[at] == '#';
}

/*
 * What leaves the backlog with an entry, as it was written: its lines, comments
 * right above at its dash's column, and those below that stand deeper. One in
 * flow style has no lines of its own.
 */
static struct str
text_of(struct str bytes, const struct yaml_node *node)
{
	size_t start = str_line_start(bytes, node->start), end = node->end;
	size_t dash = start, here;

	while (bytes.s[dash] == ' ')
		dash++;
	if (bytes.s[dash] != '-')
		return str_of(bytes.s + node->start, end - node->start);
	dash -= start;
	while (start > 0) {
		size_t above = str_line_start(bytes, start - 1);
		if (!is_comment(bytes, above, &here) || here != dash)
			break;
		start = above;
	}
	if (bytes.s[end - 1] != '\n')
		end = str_line_end(bytes, end);
	while (end < bytes.n && is_comment(bytes, end, &here) && here > dash)
		end = str_line_end(bytes, end);
	return str_of(bytes.s + start, end - start);
}

/* At most TEXT_MAX bytes, whole characters. */
static struct str
bounded(struct str text)
{
	return str_of(text.s, utf8_cut(text, TEXT_MAX));
}

/* Appends the object as a line and drops it. */
static void
add_json(struct buf *b, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);

	buf_add_c(b, text);
	buf_add_char(b, '\n');
	free(text);
	json_decref(line);
}

static void
add_line(struct buf *b, const struct departed *d, struct fio_digest was,
	struct str text, const char *when)
{
	char digest[FIO_DIGEST_TEXT];
	json_t *line = json_object();
	json_t *item = json_object();

	json_object_set_new(line, "id", json_of(d->item.id));
	json_object_set_new(line, "how",
		json_string(names_get(&departure_names, (int)d->how)));
	json_object_set_new(line, "at", json_string(when));
	fio_digest_format(was, digest);
	json_object_set_new(line, "was", json_string(digest));
	if (str_is_set(d->into))
		json_object_set_new(line, "into", json_of(d->into));
	if (str_is_set(d->reason))
		json_object_set_new(line, "reason", json_of(d->reason));
	for (size_t i = 0; i < item_fields.n; i++)
		add_field(item, &item_fields.fields[i], &d->item);
	json_object_set_new(line, "text", json_of(bounded(text)));
	json_object_set_new(line, "item", item);
	add_json(b, line);
}

/* A save that died after this step has left the very line already. One that was
 * taken back is of another. */
static bool
is_there(const struct archive *archive, const struct departed *d,
	struct fio_digest was)
{
	for (size_t i = 0; i < archive->n; i++) {
		const struct archive_line *line = &archive->lines[i];
		if (str_eq(line->item.id, d->item.id))
			return !line->taken_back &&
				fio_digest_eq(line->was, was) &&
				line->item.how == d->how &&
				str_eq(line->item.into, d->into);
	}
	return false;
}

static int
append(struct store *st, struct str text, struct err *e)
{
	if (fio_append(&st->dir, ARCHIVE_FILE, text, 0644, e) < 0)
		return -1;
	buf_add_str(&st->appended, text);
	return 0;
}

struct archive
archive_in_force(const struct snapshot *s, struct arena *a)
{
	struct archive_line *lines =
		ARENA_ARRAY(a, struct archive_line, s->archived_n);

	for (size_t i = 0; i < s->archived_n; i++)
		lines[i].item = s->archived[i];
	return (struct archive){.lines = lines, .n = s->archived_n};
}

int
archive_append(struct store *st, const struct departed *departed, size_t n,
	int64_t now_ns, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct archive archive;
	char when[STAMP_SIZE];

	stamp_format(now_ns, when);
	if (n > 0 && archive_load(st, &tmp, &archive, NULL, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		CLEANUP_BUF struct buf line = {0};
		struct str bytes = loaded_bytes(&st->now);
		const struct yaml_node *node =
			backlog_entry(&st->now, departed[i].item.id, &tmp);
		struct fio_digest was = archive_digest(bytes, node);
		/* Whoever wrote it may have died before it was durable:
		 * appending nothing makes it so. */
		if (!is_there(&archive, &departed[i], was))
			add_line(&line, &departed[i], was, text_of(bytes, node),
				when);
		if (append(st, buf_str(&line), e) < 0)
			return -1;
	}
	return 0;
}

/* Does `all` hold what st->now knows of the archive and, behind it, what was
 * appended, with the end that a torn line gets first? */
static bool
is_ours(const struct store *st, struct str all)
{
	const struct fio_version *was = &st->now.archive_version;
	size_t old = was->exists ? (size_t)was->size : 0;
	struct str tail = str_from_at(all, old);

	if (all.n < old ||
		(was->exists &&
			!fio_digest_eq(
				was->digest, fio_digest(str_of(all.s, old)))))
		return false;
	if (old > 0 && all.s[old - 1] != '\n' && tail.n > 0)
		tail = str_from_at(tail, 1);
	return str_eq(tail, buf_str(&st->appended));
}

void
archive_settle(struct store *st)
{
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_version v;
	struct err ignored;

	if (st->appended.n > 0 &&
		fio_read(&st->dir, ARCHIVE_FILE, STORE_BYTES_MAX, &bytes, &v,
			&ignored) == 0 &&
		is_ours(st, buf_str(&bytes)))
		st->now.archive_version = v;
}

static bool
departs(const struct departed *departed, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(departed[i].item.id, id))
			return true;
	return false;
}

static int
append_stayed(struct store *st, struct str id, const char *when, struct err *e)
{
	CLEANUP_BUF struct buf b = {0};
	json_t *line = json_object();

	json_object_set_new(line, "id", json_of(id));
	json_object_set_new(line, "how", json_string(ARCHIVE_STAYED));
	json_object_set_new(line, "at", json_string(when));
	add_json(&b, line);
	return append(st, buf_str(&b), e);
}

int
archive_take_back(struct store *st, const struct departed *departed, size_t n,
	int64_t now_ns, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct archive archive;
	char when[STAMP_SIZE];

	stamp_format(now_ns, when);
	if (archive_load(st, &tmp, &archive, NULL, e) < 0)
		return -1;
	for (size_t i = 0; i < archive.n; i++) {
		struct str id = archive.lines[i].item.id;
		if (archive.lines[i].taken_back ||
			snapshot_find(st->now.snapshot, id) == NULL ||
			departs(departed, n, id))
			continue;
		if (append_stayed(st, id, when, e) < 0)
			return -1;
	}
	return 0;
}

int
archive_load(struct store *st, struct arena *a, struct archive *ret,
	struct fio_version *ret_version, struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};
	VEC(struct archive_line) lines = {0};
	struct archive_line one;
	struct str line;

	*ret = (struct archive){0};
	if (fio_read(&st->dir, ARCHIVE_FILE, STORE_BYTES_MAX, &bytes,
		    ret_version, e) < 0)
		return -1;
	struct str rest = buf_str(&bytes);
	while (str_next_line(&rest, &line)) {
		struct err ignored;
		if (archive_line_quick(line, a, &one)) {
			VEC_PUSH(&lines, one);
			continue;
		}
		json_t *j = json_loadb(
			line.s, line.n, JSON_REJECT_DUPLICATES, NULL);
		if (archive_line_read(j, a, &one, &ignored) == 0)
			VEC_PUSH(&lines, one);
		json_decref(j);
	}
	struct archive_line *copy =
		ARENA_ARRAY(a, struct archive_line, lines.n);
	bool *counts = ARENA_ARRAY(a, bool, lines.n);
	archive_count(lines.items, lines.n, counts);
	for (size_t i = 0; i < lines.n; i++)
		if (counts[i])
			copy[ret->n++] = lines.items[i];
	ret->lines = copy;
	VEC_RELEASE(&lines);
	return 0;
}
