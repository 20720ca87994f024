/* SPDX-License-Identifier: MIT */
#include "store/intake-priv.h"

#include "base/utf8.h"
#include "store/item-priv.h"
#include "store/rejected-priv.h"
#include "store/store-priv.h"
#include "yaml/comments.h"

static void
count_rejected(struct intake *in, const struct err *why)
{
	problems_add(&in->ret->problems, why);
	in->ret->rejected++;
}

static void
reject_text(struct intake *in, struct str text, const struct err *why)
{
	count_rejected(in, why);
	rejected_add_text(&in->rejected, in->id, text, why);
}

/* What is no entry is told and kept. */
static void
keep_text(struct intake *in, struct str text, const struct err *why)
{
	problems_add(&in->ret->notes, why);
	rejected_add_text(&in->rejected, in->id, text, why);
}

static void
keep_comments(struct intake *in, struct str_list comments)
{
	CLEANUP_BUF struct buf text = {0};
	struct err e = {0};

	if (comments.n == 0)
		return;
	for (size_t i = 0; i < comments.n; i++)
		buf_addf(&text, "%.*s\n", STR_ARG(comments.items[i]));
	err_set(&e, ERR_INPUT,
		"%s: comments that have no item to stand above are kept in %s",
		INBOX_FILE, REJECTED_FILE);
	keep_text(in, buf_str(&text), &e);
}

/* What weir gives to an item, an entry cannot. */
static void
note_ignored(struct intake *in, const struct yaml_node *node)
{
	static const char *const ours[] = {
		"id", "status", "phase", "phase_pool", "guardrails_accepted"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		const struct yaml_node *v = yaml_get(node, str_from(ours[i]));
		struct err e = {0};
		if (v == NULL || yaml_is_null(v))
			continue;
		yaml_err(INBOX_FILE, v, &e,
			"'%s' is given by weir; what the entry says is left "
			"out",
			ours[i]);
		problems_add(&in->ret->notes, &e);
	}
}

/* Of the entry's comments those that do not go with its text. */
static struct str_list
around(struct intake *in, const struct yaml_node *node, bool flow,
	struct str_list comments)
{
	struct str *kept = ARENA_ARRAY(&in->a, struct str, comments.n);
	const char *from = in->bytes.s + node->start;
	size_t end = flow ? node->end : str_line_end(in->bytes, node->end);
	size_t n = 0;

	for (size_t i = 0; i < comments.n; i++)
		if (comments.items[i].s < from ||
			comments.items[i].s >= in->bytes.s + end)
			kept[n++] = comments.items[i];
	return (struct str_list){.items = kept, .n = n};
}

static void
take_entry(struct intake *in, const struct yaml_node *node, bool flow,
	struct str_list comments)
{
	struct change add = {.kind = CHANGE_ADD};
	struct extras extras;
	struct err e = {0};

	int rc = item_read(node, INBOX_FILE, false, &in->a, &add.item, &e);
	if (rc == 0 && str_is_empty(str_trim(add.item.title)))
		rc = yaml_err(INBOX_FILE, node, &e,
			"an entry without 'title'; give it one and drop it "
			"in again");
	if (rc == 0)
		rc = extras_read(node, INBOX_FILE, &in->a, &extras, &e);
	if (rc < 0) {
		count_rejected(in, &e);
		rejected_add_entry(
			&in->rejected, in->id, in->bytes, node, flow, &e);
		rejected_add_comments(
			&in->rejected, around(in, node, flow, comments));
		return;
	}
	add.item.title = str_trim(add.item.title);
	add.item.origin = STR("inbox");
	/* Where it stands and what risk is accepted is not for it to say. */
	add.item.status = STATUS_NEW;
	add.item.guardrails_accepted = (struct guardrail_levels){0};
	if (in->comments)
		extras.comments = comments;
	else
		keep_comments(in, comments);
	VEC_PUSH(&in->changes, add);
	VEC_PUSH(&in->extras, extras);
	note_ignored(in, node);
}

/* A document says more than its entries. */
static void
take_others(struct intake *in, const struct yaml_node *root)
{
	for (size_t i = 0; i < root->n; i++) {
		const struct yaml_pair *p = &root->pairs[i];
		struct err e = {0};
		if (str_eq(p->key->value, STR("items")))
			continue;
		size_t end = p->value->end > p->key->end ? p->value->end
							 : p->key->end;
		CLEANUP_BUF struct buf key = {0};
		utf8_add_printable(&key, p->key->value);
		yaml_err(INBOX_FILE, p->key, &e,
			"'%s' stands beside 'items' and is in no entry; it is "
			"kept in %s",
			key.n > 0 ? key.p : "", REJECTED_FILE);
		keep_text(in,
			str_of(in->bytes.s + p->key->start,
				end - p->key->start),
			&e);
	}
}

/* Up to the end of the entry's last line. */
static size_t
end_of_entry(struct str bytes, const struct yaml_node *list, size_t i)
{
	size_t end = list->items[i]->end;

	if (i + 1 == list->n)
		return bytes.n;
	if (end > 0 && bytes.s[end - 1] != '\n')
		end = str_line_end(bytes, end);
	return end < list->items[i + 1]->start ? end
					       : list->items[i + 1]->start;
}

static void
take_list(struct intake *in, const struct yaml_node *root,
	const struct yaml_node *list)
{
	struct str_list comments;
	size_t from = 0;

	for (size_t i = 0; i < list->n; i++) {
		size_t to = end_of_entry(in->bytes, list, i);
		yaml_comments(in->bytes, root, from, to, &in->a, &comments);
		take_entry(
			in, list->items[i], list->style == YAML_FLOW, comments);
		from = to;
	}
}

static void
take_nodes(struct intake *in, const struct yaml_node *root)
{
	const struct yaml_node *list = root;
	struct str_list comments;
	struct err e = {0};

	if (root != NULL && root->kind == YAML_MAPPING) {
		list = yaml_get(root, STR("items"));
		if (list != NULL)
			take_others(in, root);
	}
	if (root == NULL || (list != NULL && yaml_is_null(list)) ||
		(list != NULL && list->kind == YAML_SEQUENCE && list->n == 0)) {
		yaml_comments(
			in->bytes, root, 0, in->bytes.n, &in->a, &comments);
		keep_comments(in, comments);
		return;
	}
	if (list == NULL || list->kind != YAML_SEQUENCE) {
		yaml_err(INBOX_FILE, root, &e,
			"an inbox must be a list of entries such as "
			"'- title: …'");
		reject_text(in, in->bytes, &e);
		return;
	}
	take_list(in, root, list);
}

static void
take_piece(struct intake *in, const struct yaml_slice *s)
{
	struct str_list comments;
	struct yaml_node *entry;
	struct err e = {0};

	if (yaml_parse_slice(in->bytes, s, INBOX_FILE, &in->a, &entry, &e) ==
		0) {
		yaml_comments(
			in->bytes, entry, s->start, s->end, &in->a, &comments);
		take_entry(in, entry, false, comments);
	} else
		reject_text(in,
			str_of(in->bytes.s + s->start, s->end - s->start), &e);
}

/* The file does not parse: each entry is judged alone, and what is in none of
 * them, such as both sides of a merge conflict, is for a person to judge. */
static void
take_pieces(struct intake *in, const struct err *why)
{
	struct yaml_slices slices;

	yaml_cut(in->bytes, STR_ABSENT, &in->a, &slices);
	if (slices.n == 0)
		yaml_cut(in->bytes, STR("items"), &in->a, &slices);
	for (size_t i = 0; i <= slices.n; i++) {
		struct str text = rejected_between(in->bytes, &slices, i);
		if (str_is_set(text))
			reject_text(in, text, why);
		if (i < slices.n)
			take_piece(in, &slices.items[i]);
	}
}

void
intake_read(struct intake *in, struct str bytes)
{
	struct yaml_node *root;
	struct err why = {0};

	in->bytes = bytes;
	if (yaml_parse(bytes, INBOX_FILE, NULL, &in->a, &root, &why) < 0)
		take_pieces(in, &why);
	else
		take_nodes(in, root);
}

void
intake_release(struct intake *in)
{
	VEC_RELEASE(&in->changes);
	VEC_RELEASE(&in->extras);
	buf_release(&in->rejected);
	arena_release(&in->a);
}
