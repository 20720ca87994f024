/* SPDX-License-Identifier: MIT */
#include "store/archive-priv.h"
#include "store/backlog-priv.h"

#include <string.h>

#include "store/legacy-priv.h"
#include "store/parse-cache-priv.h"
#include "yaml/slices.h"

/*
 * From bytes to a snapshot, in one of three ways. A plain document is cut into
 * entries and read one at a time; any other that parses is read node by node
 * from its tree; one that does not is cut by indentation and each piece is read
 * alone, so that the sound ones can be shown. Whatever is wrong goes to
 * `problems`; any of it makes the whole unfit to be saved.
 */

struct place {
	size_t line, column;
};

struct reading {
	struct str bytes;
	const char *file;
	const struct archive *archive;
	struct parse_cache *cache;
	const char **lenders;
	uint64_t schema;
	struct snapshot *s;
	struct problems *problems;
	struct item *items;   /* room for every entry */
	struct place *places; /* of `items`; for messages */
	size_t n;
	struct arena *tmp;
	struct strmap gone; /* archived ids */
	bool *live; /* archive lines whose item has not left after all */
	bool half_left;
	bool failed;
};

static void
complain(struct reading *r, const struct err *e)
{
	r->failed = true;
	for (size_t i = 0; i < r->problems->list.n; i++)
		if (str_eq_c(str_from(e->msg), r->problems->list.items[i].msg))
			return;
	problems_add(r->problems, e);
}

static void
read_entry(struct reading *r, const struct yaml_node *node)
{
	struct err e = {0};
	struct item it;
	size_t at;

	if (legacy_item_read(r->schema, node, r->file, &r->s->arena, &it, &e) <
		0) {
		complain(r, &e);
		return;
	}
	/* The archive is written first: the save that was to take the item out
	 * may not have happened. */
	if (strmap_get(&r->gone, it.id, &at)) {
		r->live[at] =
			archive_is_live(&r->archive->lines[at], r->bytes, node);
		if (!r->live[at]) {
			yaml_err(r->file, node, &e,
				"'%.*s' is in the archive already; give this "
				"item another id, as 'weir doctor --renumber "
				"%.*s' does, or take it out here",
				STR_ARG(it.id), STR_ARG(it.id));
			complain(r, &e);
			return;
		}
	}
	r->places[r->n] = (struct place){node->line, node->column};
	r->items[r->n++] = it;
}

static void
expect(struct reading *r, size_t n)
{
	arena_expect(&r->s->arrays, n * sizeof(struct item) + strmap_bytes(n));
	r->items = arena_raw_array(&r->s->arrays, n, sizeof(r->items[0]));
	r->places = arena_raw_array(r->tmp, n, sizeof(r->places[0]));
}

/* The second item of an id is left out: nothing may choose between them. */
static void
index_items(struct reading *r)
{
	size_t kept = 0, first;

	strmap_init(&r->s->by_id, r->n, &r->s->arrays);
	for (size_t i = 0; i < r->n; i++) {
		struct err e = {0};
		struct str id = r->items[i].id;
		if (strmap_put(&r->s->by_id, id, kept)) {
			if (kept < i) {
				r->items[kept] = r->items[i];
				r->places[kept] = r->places[i];
			}
			kept++;
			continue;
		}
		(void)strmap_get(&r->s->by_id, id, &first);
		const struct yaml_node at = {.line = r->places[i].line,
			.column = r->places[i].column};
		yaml_err(r->file, &at, &e,
			"the id '%.*s' is taken by the item at line %zu; "
			"give one of them another id, as 'weir doctor "
			"--renumber %.*s' does with the later one",
			STR_ARG(id), r->places[first].line, STR_ARG(id));
		complain(r, &e);
	}
	r->n = kept;
}

static void
read_head(struct reading *r, const struct yaml_node *root)
{
	struct backlog_head head;

	if (head_read(root, r->file, &r->s->arena, &head, r->problems) < 0)
		r->failed = true;
	r->schema = head.schema;
	r->s->next_item_id = head.next_item_id;
	r->s->applied = head.applied;
}

static void
read_document(struct reading *r, const struct yaml_node *root)
{
	struct err e = {0};

	if (root == NULL) {
		err_set(&e, ERR_INPUT,
			"%s:1:1: the file is empty; a backlog begins with "
			"'schema_version: %d'",
			r->file, SCHEMA_NOW);
		complain(r, &e);
		return;
	}
	if (root->kind != YAML_MAPPING) {
		yaml_err(r->file, root, &e,
			"a backlog must be a mapping with 'items:'");
		complain(r, &e);
		return;
	}
	read_head(r, root);
	const struct yaml_node *items = yaml_get(root, STR("items"));
	if (items == NULL || yaml_is_null(items))
		return;
	if (items->kind != YAML_SEQUENCE) {
		yaml_err(r->file, items, &e, "'items' must be a list");
		complain(r, &e);
		return;
	}
	expect(r, items->n);
	for (size_t i = 0; i < items->n; i++)
		read_entry(r, items->items[i]);
}

/* Both begin with "file:12:5: ", and with the same line. */
static bool
is_same_line(const struct reading *r, const struct err *x, const struct err *y)
{
	struct str a = str_from(x->msg), b = str_from(y->msg);
	size_t file_n = strlen(r->file) + 1;

	if (a.n <= file_n || b.n <= file_n)
		return false;
	size_t n = file_n + str_find_char(str_from_at(a, file_n), ':') + 1;
	return n <= a.n && n <= b.n && memcmp(a.s, b.s, n) == 0;
}

/* What `whole` says of the document is not said of the piece again. */
static void
read_pieces(struct reading *r, struct str bytes, struct arena *tree,
	const struct err *whole)
{
	struct yaml_slices slices;

	r->schema = legacy_schema_guess(bytes);
	yaml_cut(bytes, STR("items"), tree, &slices);
	expect(r, slices.n);
	for (size_t i = 0; i < slices.n; i++) {
		struct err e = {0};
		struct yaml_node *entry;
		if (yaml_parse_slice(bytes, &slices.items[i], r->file, tree,
			    &entry, &e) == 0)
			read_entry(r, entry);
		else if (!is_same_line(r, &e, whole))
			complain(r, &e);
	}
}

static void
seal(struct reading *r)
{
	struct arena *a = &r->s->arena;
	struct archived *gone =
		ARENA_ARRAY(&r->s->arrays, struct archived, r->archive->n);
	size_t gone_n = 0;

	for (size_t i = 0; i < r->archive->n; i++) {
		const struct archive_line *line = &r->archive->lines[i];
		const struct archived *it = &line->item;
		if (r->live[i]) {
			r->half_left |= !line->taken_back;
			continue;
		}
		gone[gone_n++] = (struct archived){
			.id = arena_str(a, it->id),
			.how = it->how,
			.into = arena_str(a, it->into),
		};
	}
	snapshot_seal(r->s, r->items, r->n, gone, gone_n);
}

/* Without its tree, when it is an item as most are. An id that was archived has
 * questions to answer that need one. */
static bool
read_slice(struct reading *r, const struct yaml_outline *o, size_t i)
{
	const struct yaml_slice *s = &o->slices.items[i];
	struct str entry = str_of(r->bytes.s + s->start, s->end - s->start);
	size_t column = o->column + 1, at;
	struct item *it = &r->items[r->n];

	bool known = r->cache != NULL &&
		parse_cache_next(r->cache, entry, &r->s->arena, it);
	if ((!known && item_read_plain(entry, &r->s->arena, it) != 0) ||
		strmap_get(&r->gone, it->id, &at))
		return false;
	r->lenders[i] = entry.s;
	while (entry.s[column] == ' ')
		column++;
	r->places[r->n++] = (struct place){s->line, column + 1};
	return true;
}

/* Entry by entry, so that one tree at a time is there. 1: some of it is not
 * plain enough, or of an older schema. */
static int
read_entries(struct reading *r, struct loaded *l)
{
	CLEANUP_ARENA struct arena one = {0};
	struct yaml_node *entry;

	if (yaml_outline(r->bytes, STR("items"), &l->tree, &l->outline) != 0)
		return 1;
	read_head(r, l->outline.root);
	if (r->schema != SCHEMA_NOW)
		return 1;
	expect(r, l->outline.slices.n);
	r->lenders = ARENA_ARRAY(&l->tree, const char *, l->outline.slices.n);
	/* Tags and dependencies; strings stay in the bytes. */
	arena_expect(&r->s->arena, r->bytes.n / 16);
	for (size_t i = 0; i < l->outline.slices.n; i++) {
		if (read_slice(r, &l->outline, i))
			continue;
		arena_reset(&one);
		if (yaml_outline_entry(
			    r->bytes, &l->outline, i, &one, &entry) != 0)
			return 1;
		read_entry(r, entry);
	}
	l->root = l->outline.root;
	l->lenders = r->lenders;
	l->cut = true;
	return 0;
}

/* 1: it has to be read whole; what was found then counts for nothing. */
static int
read_cut(struct reading *r, struct loaded *l)
{
	size_t known = r->problems->list.n, dropped = r->problems->dropped;

	if (read_entries(r, l) == 0)
		return 0;
	r->problems->list.n = known;
	r->problems->dropped = dropped;
	r->failed = false;
	r->n = 0;
	r->schema = SCHEMA_NOW;
	snapshot_unref(r->s);
	r->s = snapshot_new();
	return 1;
}

static void
read_whole(struct reading *r, struct loaded *l, struct err *e)
{
	if (yaml_parse(r->bytes, r->file, NULL, &l->tree, &l->root, e) == 0) {
		read_document(r, l->root);
		return;
	}
	complain(r, e);
	if (e->code != ERR_LIMIT || r->bytes.n <= STORE_BYTES_MAX)
		read_pieces(r, r->bytes, &l->tree, e);
}

int
backlog_read(struct loaded *l, struct buf *bytes,
	const struct backlog_reading *how, struct problems *problems,
	struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct archive *archive = how->archive;
	struct reading r = {
		.bytes = buf_str(bytes),
		.file = how->file,
		.archive = archive,
		.cache = how->cache,
		.schema = SCHEMA_NOW,
		.s = snapshot_new(),
		.problems = problems,
		.tmp = &tmp,
	};
	size_t before = problems->list.n;

	r.live = ARENA_ARRAY(&tmp, bool, archive->n);
	strmap_init(&r.gone, archive->n, &tmp);
	for (size_t i = 0; i < archive->n; i++)
		(void)strmap_put(&r.gone, archive->lines[i].item.id, i);
	l->root = NULL;
	l->cut = false;
	if (how->way == BACKLOG_WHOLE || read_cut(&r, l) != 0)
		read_whole(&r, l, e);
	index_items(&r);
	r.s->generation = how->generation;
	r.s->older_schema = r.schema < SCHEMA_NOW ? r.schema : 0;
	seal(&r);
	l->snapshot = r.s;
	l->half_left = r.half_left;
	l->text = text_new(bytes);
	if (l->cut)
		r.s->text = text_ref(l->text);
	l->sound = !r.failed;
	if (l->sound)
		return 0;
	/* A full list has dropped ours: any of it will do. */
	size_t first = before < problems->list.n ? before : 0;
	*e = l->why = problems->list.items[first];
	return -1;
}

const struct yaml_node *
backlog_entry(struct loaded *l, struct str id, struct arena *a)
{
	const struct item *it = snapshot_find(l->snapshot, id);
	struct yaml_node *entry;

	if (it == NULL)
		BUG("no entry of '%.*s', which is not there", STR_ARG(id));
	size_t i = (size_t)(it - l->snapshot->items);
	if (!l->cut)
		return yaml_get(l->root, STR("items"))->items[i];
	if (yaml_outline_entry(loaded_bytes(l), &l->outline, i, a, &entry) != 0)
		BUG("an entry that was read is no longer plain");
	return entry;
}
