/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "disk.h"
#include "store/inbox.h"
#include "store/intake-priv.h"
#include "yaml/comments.h"
#include "yaml/slices.h"

/*
 * Any bytes as an inbox. Whatever they are, the take succeeds and leaves no
 * claim; every entry is then either in the backlog, with the keys that no item
 * has, or in the file of what was rejected: as it was, or as a comment. So is
 * every comment, above an item or there. Both
 * files are sound YAML, and what they held before is still there. Dropped in
 * again, what was rejected would be rejected again.
 */

enum {
	INBOX_LARGEST = 16 * 1024,
	/* Aliases of aliases are small to write and large to walk. */
	WALK_MAX = 20000,
};

#define INBOX	 "BACKLOG_INBOX.yaml"
#define REJECTED "BACKLOG_INBOX.rejected.yaml"
#define OLD	 "- id: WRK-007\n  title: first # a comment\n  status: new\n"

static const char backlog[] = "schema_version: 3\nnext_item_id: 7\n"
			      "items:\n" OLD;
static const char rejected[] = "# kept\n- size: huge";

/* What the inbox says before it is taken. NULL: an entry that cannot be read
 * alone, or a document that is no list. */
struct entries {
	struct yaml_node **nodes;
	size_t n;
	bool whole;		   /* the document parses */
	struct yaml_slices slices; /* else */
};

static void
fail(const char *what, struct str input, const struct disk *d)
{
	(void)fprintf(stderr,
		"%s\n---- inbox\n%.*s\n---- backlog\n%.*s\n"
		"---- rejected\n%.*s\n----\n",
		what, STR_ARG(input), STR_ARG(disk_get(d, "BACKLOG.yaml")),
		STR_ARG(disk_get(d, REJECTED)));
	abort();
}

static bool
is_same_scalar(const struct yaml_node *x, const struct yaml_node *y)
{
	bool one = false, other = false;

	if (yaml_is_null(x) || yaml_is_null(y))
		return yaml_is_null(x) && yaml_is_null(y);
	/* Text that the end of the file cut short of its line break gets one
	 * where more follows. A tag makes text of a value, and text is quoted
	 * where it has to be. */
	bool cut = x->style == YAML_LITERAL || x->style == YAML_FOLDED;
	return (str_eq(x->value, y->value) ||
		       (cut && y->value.n == x->value.n + 1 &&
			       str_starts(y->value, x->value) &&
			       str_ends(y->value, STR("\n")))) &&
		(x->tagged || yaml_bool(x, &one) == yaml_bool(y, &other)) &&
		one == other;
}

/* The same meaning, as far as `left` nodes tell. */
static bool
is_same(const struct yaml_node *x, const struct yaml_node *y, size_t *left)
{
	if (*left == 0)
		return true;
	(*left)--;
	if (x->kind != y->kind || x->n != y->n)
		return false;
	if (x->kind == YAML_SCALAR)
		return is_same_scalar(x, y);
	for (size_t i = 0; i < x->n; i++)
		if (x->kind == YAML_SEQUENCE
				? !is_same(x->items[i], y->items[i], left)
				: !str_eq(x->pairs[i].key->value,
					  y->pairs[i].key->value) ||
					!is_same(x->pairs[i].value,
						y->pairs[i].value, left))
			return false;
	return true;
}

/* Is `got`, of the backlog, what the entry `node` asked for? */
static bool
is_taken_as(const struct yaml_node *node, const struct yaml_node *got)
{
	size_t left = WALK_MAX;

	if (node->kind != YAML_MAPPING)
		return false;
	const struct yaml_node *title = yaml_get(node, STR("title"));
	if (title == NULL || title->kind != YAML_SCALAR ||
		!str_eq(str_trim(title->value),
			yaml_get(got, STR("title"))->value))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_pair *p = &node->pairs[i];
		const struct yaml_node *kept = yaml_get(got, p->key->value);
		if (field_find(&item_fields, p->key->value) == NULL &&
			(kept == NULL || !is_same(p->value, kept, &left)))
			return false;
	}
	return true;
}

static struct entries
read_whole(struct yaml_node *root, struct arena *a)
{
	struct yaml_node *list = root;

	if (root != NULL && root->kind == YAML_MAPPING)
		list = yaml_get(root, STR("items"));
	if (root == NULL || (list != NULL && yaml_is_null(list)))
		return (struct entries){.whole = true};
	if (list == NULL || list->kind != YAML_SEQUENCE)
		return (struct entries){.whole = true,
			.n = 1,
			.nodes = ARENA_ARRAY(a, struct yaml_node *, 1)};
	return (struct entries){
		.whole = true, .nodes = list->items, .n = list->n};
}

static struct entries
read_entries(struct str bytes, struct arena *a)
{
	struct yaml_slices slices;
	struct yaml_node *root;
	struct err e;

	if (yaml_parse(bytes, "f", NULL, a, &root, &e) == 0)
		return read_whole(root, a);
	yaml_cut(bytes, STR_ABSENT, a, &slices);
	if (slices.n == 0)
		yaml_cut(bytes, STR("items"), a, &slices);
	struct entries ret = {.slices = slices,
		.n = slices.n,
		.nodes = ARENA_ARRAY(a, struct yaml_node *, slices.n)};
	for (size_t i = 0; i < slices.n; i++)
		if (yaml_parse_slice(bytes, &slices.items[i], "f", a,
			    &ret.nodes[i], &e) < 0)
			ret.nodes[i] = NULL;
	return ret;
}

/* A list in one of the two files, but for what stood there before: `skip`
 * entries. */
static struct entries
read_list(const struct disk *d, const char *file, struct str key, size_t skip,
	struct str input, struct arena *a)
{
	struct yaml_node *root;
	struct err e = {0};

	if (yaml_parse(disk_get(d, file), file, NULL, a, &root, &e) < 0)
		fail(e.msg, input, d);
	if (root != NULL && str_is_set(key))
		root = yaml_get(root, key);
	if (root == NULL || root->kind != YAML_SEQUENCE || root->n < skip)
		fail("a list is none any more", input, d);
	return (struct entries){
		.nodes = root->items + skip, .n = root->n - skip};
}

/* Where each entry went: in order, into the backlog, into the list of the
 * rejected, or among the comments there. */
static void
check_each(const struct disk *d, struct str input, const struct entries *was,
	const struct inbox_taken *taken, struct arena *a)
{
	struct entries in =
		read_list(d, "BACKLOG.yaml", STR("items"), 1, input, a);
	struct entries out = read_list(d, REJECTED, STR_ABSENT, 1, input, a);
	size_t in_at = 0, out_at = 0, comments = 0;

	for (size_t i = 0; i < was->n; i++) {
		const struct yaml_node *node = was->nodes[i];
		size_t left = WALK_MAX;
		/* First what says the same, for a title alone may be that of
		 * a later entry. */
		if (node != NULL && out_at < out.n &&
			is_same(node, out.nodes[out_at], &left))
			out_at++;
		else if (node != NULL && in_at < in.n &&
			is_taken_as(node, in.nodes[in_at]))
			in_at++;
		else
			comments++;
	}
	if (in_at != in.n || in.n != taken->added.n)
		fail("the backlog holds what nobody asked for", input, d);
	if (out_at != out.n)
		fail("rejected is what nobody asked for", input, d);
	if (was->whole ? out.n + comments != taken->rejected
		       : out.n + comments > taken->rejected)
		fail("an entry is neither taken nor rejected", input, d);
}

/* What is in no entry of a file that does not parse: the key above them, or
 * something that must not go without a word. */
static bool
is_in_no_entry(struct str line, struct str input, const struct yaml_slices *s)
{
	size_t at = (size_t)(line.s - input.s);
	struct str text = str_trim(line);

	for (size_t i = 0; i < s->n; i++)
		if (at >= s->items[i].start && at < s->items[i].end)
			return false;
	return text.n > 0 && text.s[0] != '#' &&
		!str_starts(text, STR("items:")) && !str_eq(text, STR("---")) &&
		utf8_is_plain(text);
}

static void
check_lines(const struct disk *d, struct str input, const struct entries *was)
{
	struct str line, rest = input, out = disk_get(d, REJECTED);

	while (!was->whole && str_next_line(&rest, &line))
		if (is_in_no_entry(line, input, &was->slices) &&
			str_find(out, str_trim(line)) == out.n)
			fail("a line is lost", input, d);
}

/* Of a file that parses every comment is above an item, or with the rejected.
 */
static void
check_comments(const struct disk *d, struct str input, struct arena *a)
{
	struct yaml_node *root;
	struct str_list comments;
	struct err e;

	if (yaml_parse(input, "f", NULL, a, &root, &e) < 0)
		return;
	yaml_comments(input, root, 0, input.n, a, &comments);
	for (size_t i = 0; i < comments.n; i++) {
		struct str in = disk_get(d, "BACKLOG.yaml");
		struct str out = disk_get(d, REJECTED);
		struct str c = comments.items[i];
		if (utf8_is_plain(c) && str_find(in, c) == in.n &&
			str_find(out, c) == out.n)
			fail("a comment is lost", input, d);
	}
}

/* As another process reads it. What nothing was added to is what it was. */
static void
check_load(
	const struct disk *d, struct str input, const struct snapshot *expected)
{
	if (expected == NULL) {
		if (!str_eq_c(disk_get(d, "BACKLOG.yaml"), backlog))
			fail("nothing was added, but something changed", input,
				d);
		return;
	}

	CLEANUP_PROBLEMS struct problems problems = {0};
	struct snapshot *s = NULL;
	struct store *other;
	struct err e = {0};

	if (store_open(&other, &d->root, STR("BACKLOG.yaml"), STR("WRK"), &e) <
			0 ||
		store_load(other, &s, &problems, &e) != 0)
		fail(e.msg, input, d);
	if (!snapshot_equal(s, expected))
		fail("the backlog says something else", input, d);
	snapshot_unref(s);
	store_close(other);
}

static void
take(struct disk *d, struct str input, const struct entries *was,
	struct arena *a)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct inbox_taken taken;
	struct str_list claims;
	struct err e = {0};

	sim_put(d->sim, INBOX, input);
	if (store_take_inbox(d->store, DISK_NOW, &taken, &e) != 0)
		fail(e.msg, input, d);
	if (fio_dir_list(&d->root, "." INBOX, &tmp, &claims, &e) < 0 ||
		claims.n > 0 || str_is_set(disk_get(d, INBOX)))
		fail("a claim is left", input, d);
	check_load(d, input, taken.next);
	check_each(d, input, was, &taken, a);
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	problems_release(&taken.notes);
}

/* Judged, not taken: to take it would be twice the work of a run, and what it
 * says can be an input of its own. */
static void
check_again(const struct disk *d, struct str input)
{
	struct inbox_taken found = {0};
	struct intake in = {
		.id = STR("claim-again"), .comments = true, .ret = &found};

	intake_read(&in, disk_get(d, REJECTED));
	if (in.changes.n > 0)
		fail("what was rejected would be taken", input, d);
	intake_release(&in);
	problems_release(&found.problems);
	problems_release(&found.notes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_of((const char *)data, size);
	CLEANUP_ARENA struct arena a = {0};
	struct disk d;

	if (size > INBOX_LARGEST)
		return 0;
	disk_open(&d, backlog);
	sim_put(d.sim, REJECTED, str_from(rejected));
	struct entries was = read_entries(input, &a);
	take(&d, input, &was, &a);
	check_lines(&d, input, &was);
	check_comments(&d, input, &a);
	if (str_find(disk_get(&d, "BACKLOG.yaml"), STR(OLD)) ==
			disk_get(&d, "BACKLOG.yaml").n ||
		!str_starts(disk_get(&d, REJECTED), STR(rejected)))
		fail("what was there before is not", input, &d);
	check_again(&d, input);
	disk_close(&d);
	return 0;
}
