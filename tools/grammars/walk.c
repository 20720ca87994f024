/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>

/*
 * Feeds a syntax tree:
 *
 *	node:	ENTER symbol, its children with the gaps between them, LEAVE
 *	leaf:	LEAF symbol length text
 *	gap:	GAP length text
 *
 * A gap is what lies between the children of a node and in none of them. Mostly
 * that is white space between tokens, which is left out; but parts of strings
 * between escapes are in no leaf either, and in strings white space counts.
 * Without ENTER and LEAVE all that indentation and line ends mean would be
 *lost.
 */
enum mark { LEAF = 1, ENTER, LEAVE, GAP };

enum { BUFFER = 4096 };

struct walk {
	const struct weir_walk *how;
	const char *text;
	unsigned char buffer[BUFFER];
	size_t used;
};

static void
flush(struct walk *w)
{
	if (w->used > 0)
		w->how->feed(w->how->ctx, w->buffer, w->used);
	w->used = 0;
}

static void
feed(struct walk *w, const void *p, size_t n)
{
	if (n > BUFFER - w->used)
		flush(w);
	if (n > BUFFER) {
		w->how->feed(w->how->ctx, p, n);
		return;
	}
	memcpy(w->buffer + w->used, p, n);
	w->used += n;
}

static void
feed_mark(struct walk *w, enum mark mark, uint32_t number)
{
	unsigned char bytes[5] = {(unsigned char)mark, (unsigned char)number,
		(unsigned char)(number >> 8), (unsigned char)(number >> 16),
		(unsigned char)(number >> 24)};

	feed(w, bytes, sizeof(bytes));
}

static void
feed_text(struct walk *w, uint32_t from, uint32_t to)
{
	uint32_t n = to - from;

	feed(w, &n, sizeof(n));
	feed(w, w->text + from, n);
}

static bool
is_space(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\' && i + 1 < n &&
			(p[i + 1] == '\n' || p[i + 1] == '\r'))
			continue;
		if (strchr(" \t\r\n\f\v", p[i]) == NULL || p[i] == '\0')
			return false;
	}
	return true;
}

/* White space in it belongs to what it says. */
static bool
is_verbatim(TSNode node)
{
	static const char *const names[] = {"string", "char", "template",
		"heredoc", "regex", "jsx_element", "jsx_fragment", "jsx_text",
		"expansion", "content"};
	const char *type = ts_node_type(node);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(type, names[i]) != NULL)
			return true;
	return false;
}

static void
feed_gap(struct walk *w, TSNode parent, uint32_t from, uint32_t to)
{
	if (from >= to)
		return;
	if (is_space(w->text + from, to - from) && !is_verbatim(parent))
		return;
	feed_mark(w, GAP, 0);
	feed_text(w, from, to);
}

/* Comments, and whatever else may stand anywhere. Those with named nodes in
 * them are more than that: documentation in Rust is an attribute. */
static bool
is_skipped(struct walk *w, TSNode node)
{
	uint32_t from = ts_node_start_byte(node), to = ts_node_end_byte(node);

	return ts_node_is_extra(node) && ts_node_named_child_count(node) == 0 &&
		!w->how->means(w->how->ctx, w->text + from, to - from);
}

/* Where the gap before the next child begins, for each node on the way down. */
struct level {
	uint32_t at;
	TSNode node;
};

struct levels {
	struct level *items;
	size_t n, cap;
};

static bool
push(struct levels *l, TSNode node)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		struct level *items = realloc(l->items, cap * sizeof(*items));
		if (items == NULL)
			return false;
		l->items = items;
		l->cap = cap;
	}
	l->items[l->n++] = (struct level){ts_node_start_byte(node), node};
	return true;
}

/* The node the cursor is at. True: its children are next. */
static bool
visit(struct walk *w, struct levels *l, TSTreeCursor *cursor)
{
	TSNode node = ts_tree_cursor_current_node(cursor);
	uint32_t from = ts_node_start_byte(node), to = ts_node_end_byte(node);

	if (l->n > 0) {
		struct level *above = &l->items[l->n - 1];
		feed_gap(w, above->node, above->at, from);
		above->at = to;
	}
	if (is_skipped(w, node))
		return false;
	if (ts_node_child_count(node) > 0) {
		feed_mark(w, ENTER, ts_node_symbol(node));
		return true;
	}
	feed_mark(w, LEAF, ts_node_symbol(node));
	feed_text(w, from, to);
	return false;
}

static void
leave(struct walk *w, struct levels *l)
{
	struct level *last = &l->items[--l->n];

	feed_gap(w, last->node, last->at, ts_node_end_byte(last->node));
	feed_mark(w, LEAVE, 0);
}

/* False: no memory. */
static bool
walk_tree(struct walk *w, TSNode root)
{
	TSTreeCursor cursor = ts_tree_cursor_new(root);
	struct levels l = {0};
	bool good = true;

	while (good) {
		bool down = visit(w, &l, &cursor);
		if (down) {
			good = push(&l, ts_tree_cursor_current_node(&cursor));
			(void)ts_tree_cursor_goto_first_child(&cursor);
			continue;
		}
		while (l.n > 0 && !ts_tree_cursor_goto_next_sibling(&cursor)) {
			(void)ts_tree_cursor_goto_parent(&cursor);
			leave(w, &l);
		}
		if (l.n == 0)
			break;
	}
	free(l.items);
	ts_tree_cursor_delete(&cursor);
	return good;
}

struct input {
	const char *text;
	uint32_t n;
};

static const char *
read_input(void *ctx, uint32_t at, TSPoint point, uint32_t *ret_n)
{
	const struct input *in = ctx;

	(void)point;
	*ret_n = at < in->n ? in->n - at : 0;
	return at < in->n ? in->text + at : "";
}

static bool
is_late(TSParseState *state)
{
	const struct weir_walk *how = state->payload;

	return how->late(how->ctx);
}

unsigned int
weir_walk_interface(void)
{
	return WEIR_WALK_INTERFACE;
}

static int
walk_parsed(const void *language, const char *text, TSTree *tree,
	const struct weir_walk *how)
{
	struct walk w = {.how = how, .text = text};
	TSNode root = ts_tree_root_node(tree);

	if (ts_node_has_error(root))
		return 1;
	feed_mark(&w, ENTER, ts_language_abi_version(language));
	if (!walk_tree(&w, root))
		return 1;
	flush(&w);
	return 0;
}

int
weir_walk_text(const void *language, const char *text, uint32_t n,
	const struct weir_walk *how)
{
	struct input in = {text, n};
	struct weir_walk mine = *how;
	TSParser *parser = ts_parser_new();
	int rc = -1;

	if (ts_parser_set_language(parser, language)) {
		TSTree *tree = ts_parser_parse_with_options(parser, NULL,
			(TSInput){.payload = &in,
				.read = read_input,
				.encoding = TSInputEncodingUTF8},
			(TSParseOptions){.payload = &mine,
				.progress_callback = is_late});
		rc = tree != NULL ? walk_parsed(language, text, tree, how) : 1;
		if (tree != NULL)
			ts_tree_delete(tree);
	}
	ts_parser_delete(parser);
	return rc;
}
