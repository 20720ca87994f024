/* SPDX-License-Identifier: MIT */
#include "store/store-priv.h"

#include "base/vec.h"
#include "store/item-priv.h"
#include "yaml/slices.h"

/*
 * From bytes to a snapshot. A document that parses is read node by node; one
 * that does not is cut into entries and each is read alone, so that the sound
 * ones can be shown. Whatever is wrong goes to `problems`; any of it makes the
 * whole unfit to be saved.
 */

#define SCHEMA 3

struct reading {
	struct str bytes;
	const char *file;
	const struct archive *archive;
	struct snapshot *s;
	struct problems *problems;
	VEC(struct item) items;
	VEC(const struct yaml_node *) nodes; /* of `items`; for messages */
	struct strmap gone;		     /* archived ids */
	bool *live; /* archive lines whose item has not left after all */
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

	if (item_read(node, r->file, true, &r->s->arena, &it, &e) < 0) {
		complain(r, &e);
		return;
	}
	/* The archive is written first: while these are the bytes it names,
	 * the save that was to take the item out has not happened. */
	if (strmap_get(&r->gone, it.id, &at)) {
		r->live[at] = fio_digest_eq(r->archive->lines[at].was,
			archive_digest(r->bytes, node));
		if (!r->live[at]) {
			yaml_err(r->file, node, &e,
				"'%.*s' is in the archive already; give this "
				"item another id, or take it out here",
				STR_ARG(it.id));
			complain(r, &e);
			return;
		}
	}
	VEC_PUSH(&r->items, it);
	VEC_PUSH(&r->nodes, node);
}

/* The second item of an id is left out: nothing may choose between them. */
static void
drop_duplicates(struct reading *r, struct arena *tmp)
{
	struct strmap seen;
	size_t kept = 0, first;

	strmap_init(&seen, r->items.n, tmp);
	for (size_t i = 0; i < r->items.n; i++) {
		struct err e = {0};
		struct str id = r->items.items[i].id;
		if (strmap_put(&seen, id, i)) {
			r->items.items[kept++] = r->items.items[i];
			continue;
		}
		(void)strmap_get(&seen, id, &first);
		yaml_err(r->file, r->nodes.items[i], &e,
			"the id '%.*s' is taken by the item at line %zu; "
			"give one of them another id",
			STR_ARG(id), r->nodes.items[first]->line);
		complain(r, &e);
	}
	r->items.n = kept;
}

static int
read_number(struct reading *r, const struct yaml_node *v, const char *key,
	uint64_t *ret)
{
	struct err e = {0};

	if (v->kind == YAML_SCALAR && v->style == YAML_PLAIN &&
		parse_u64(v->value, ret))
		return 0;
	yaml_err(r->file, v, &e, "'%s' must be a whole number", key);
	complain(r, &e);
	return -1;
}

static void
read_schema(struct reading *r, const struct yaml_node *root)
{
	const struct yaml_node *v = yaml_get(root, STR("schema_version"));
	struct err e = {0};
	uint64_t version;

	if (v == NULL) {
		yaml_err(r->file, root, &e,
			"'schema_version: %d' is missing at the top", SCHEMA);
		complain(r, &e);
		return;
	}
	if (read_number(r, v, "schema_version", &version) < 0)
		return;
	if (version == SCHEMA)
		return;
	yaml_err(r->file, v, &e,
		"schema_version %llu cannot be read by this weir, which "
		"reads %d",
		(unsigned long long)version, SCHEMA);
	complain(r, &e);
}

static void
read_applied(struct reading *r, const struct yaml_node *v)
{
	struct err e = {0};

	if (yaml_is_null(v))
		return;
	if (v->kind != YAML_SEQUENCE) {
		yaml_err(r->file, v, &e, "'applied' must be a list");
		complain(r, &e);
		return;
	}
	struct str *ids = ARENA_ARRAY(&r->s->arena, struct str, v->n);
	for (size_t i = 0; i < v->n; i++)
		ids[i] = arena_str(&r->s->arena, v->items[i]->value);
	r->s->applied = (struct str_list){.items = ids, .n = v->n};
}

/* Everything but the items. */
static void
read_head(struct reading *r, const struct yaml_node *root)
{
	const struct yaml_node *v;

	read_schema(r, root);
	v = yaml_get(root, STR("next_item_id"));
	if (v != NULL && !yaml_is_null(v))
		(void)read_number(r, v, "next_item_id", &r->s->next_item_id);
	v = yaml_get(root, STR("applied"));
	if (v != NULL)
		read_applied(r, v);
}

static void
read_document(struct reading *r, const struct yaml_node *root)
{
	struct err e = {0};

	if (root == NULL) {
		err_set(&e, ERR_INPUT,
			"%s:1:1: the file is empty; a backlog begins with "
			"'schema_version: %d'",
			r->file, SCHEMA);
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
	for (size_t i = 0; i < items->n; i++)
		read_entry(r, items->items[i]);
}

static void
read_pieces(struct reading *r, struct str bytes, struct arena *tree)
{
	struct yaml_slices slices;

	yaml_cut(bytes, STR("items"), tree, &slices);
	for (size_t i = 0; i < slices.n; i++) {
		struct err e = {0};
		struct yaml_node *entry;
		if (yaml_parse_slice(bytes, &slices.items[i], r->file, tree,
			    &entry, &e) < 0)
			complain(r, &e);
		else
			read_entry(r, entry);
	}
}

static void
seal(struct reading *r)
{
	struct arena *a = &r->s->arena;
	struct item *items = ARENA_ARRAY(a, struct item, r->items.n);
	struct archived *gone = ARENA_ARRAY(a, struct archived, r->archive->n);
	size_t gone_n = 0;

	for (size_t i = 0; i < r->items.n; i++)
		items[i] = r->items.items[i];
	for (size_t i = 0; i < r->archive->n; i++) {
		const struct archived *it = &r->archive->lines[i].item;
		if (r->live[i])
			continue;
		gone[gone_n++] = (struct archived){
			.id = arena_str(a, it->id),
			.how = it->how,
			.into = arena_str(a, it->into),
		};
	}
	snapshot_seal(r->s, items, r->items.n, gone, gone_n);
}

int
backlog_parse(struct str bytes, const char *file, const struct archive *archive,
	uint64_t generation, struct arena *tree, struct yaml_node **ret_root,
	struct snapshot **ret, struct problems *problems, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct reading r = {
		.bytes = bytes,
		.file = file,
		.archive = archive,
		.s = snapshot_new(),
		.problems = problems,
	};
	size_t before = problems->list.n;

	r.live = ARENA_ARRAY(&tmp, bool, archive->n);
	strmap_init(&r.gone, archive->n, &tmp);
	for (size_t i = 0; i < archive->n; i++)
		(void)strmap_put(&r.gone, archive->lines[i].item.id, i);
	*ret_root = NULL;
	if (yaml_parse(bytes, file, NULL, tree, ret_root, e) < 0) {
		complain(&r, e);
		if (e->code != ERR_LIMIT || bytes.n <= STORE_BYTES_MAX)
			read_pieces(&r, bytes, tree);
	} else {
		read_document(&r, *ret_root);
	}
	drop_duplicates(&r, &tmp);
	r.s->generation = generation;
	seal(&r);
	VEC_RELEASE(&r.items);
	VEC_RELEASE(&r.nodes);
	*ret = r.s;
	if (!r.failed)
		return 0;
	/* A full list has dropped ours: any of it will do. */
	size_t first = before < problems->list.n ? before : 0;
	*e = problems->list.items[first];
	return -1;
}
