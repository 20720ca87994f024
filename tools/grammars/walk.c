/* SPDX-License-Identifier: MIT */
#include "walk-priv.h"

#include <stdlib.h>
#include <string.h>

/*
 * Feeds a syntax tree:
 *
 *	node:	ENTER symbol, its children with what is between them, LEAVE
 *	leaf:	SPACE how much, if it counts; LEAF symbol length text
 *	gap:	GAP length text
 *
 * Without ENTER and LEAVE all that indentation and line ends mean would be
 * lost. Literals are leaves, whatever the grammar finds in them. What lies in
 * no leaf is a gap, unless it is a comment or white space.
 *
 * Grammars find the same tree for some texts that differ in meaning by white
 * space alone: they let it stand where the language does not. So how much of it
 * there is, of four degrees, counts wherever it may mean something:
 * - all of it in languages of WEIR_WALK_BLANKS;
 * - line breaks, in those of WEIR_WALK_LINES, outside brackets;
 * - line breaks, in those of WEIR_WALK_SEMICOLONS, after a word of the
 *   language, and when only comments hold one;
 * - in a directive of C, and after one;
 * - between operators in a macro call of Rust, to which they are one or two;
 * - around a comment that means something, which has to stand where it does;
 * - among the elements of JSX;
 * - a line of C that is continued in the next without a blank.
 */
enum mark { LEAF = 1, ENTER, LEAVE, GAP, SPACE };

enum { BUFFER = 4096 };

/* The degrees, and what is said besides. */
enum degree { NONE, BLANK, LINE, EMPTY_LINE };
enum { COLUMN_0 = 4, BROKEN_COMMENT = 8, SPLICED = 16 };

/* What was left out since the last leaf. */
struct space {
	enum degree degree;
	bool broken; /* a comment with a line break in it was */
	bool spliced;
	bool counts;
};

struct walk {
	const struct weir_walk *how;
	const char *text;
	uint32_t at; /* what is before is fed, or left out */
	struct space since;
	size_t brackets; /* that are open */
	struct {
		uint32_t to;
		char first;
		bool word, comment;
	} last; /* leaf */
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

static enum degree
higher(enum degree a, enum degree b)
{
	return a > b ? a : b;
}

/* False: there is more in it than white space. */
static bool
read_space(const struct walk *w, uint32_t from, uint32_t to, struct space *ret)
{
	const char *blanks =
		w->how->space == WEIR_WALK_BLANKS ? " \t" : " \t\r\f\v";
	size_t lines = 0;

	for (uint32_t i = from; i < to; i++) {
		const char *p = &w->text[i];
		size_t left = to - i;
		if (*p == '\n') {
			ret->degree = higher(
				ret->degree, ++lines > 1 ? EMPTY_LINE : LINE);
		} else if (*p == '\\' && left > 1 && p[1] == '\n') {
			ret->spliced = true;
			i++;
		} else if (*p == '\\' && left > 2 && p[1] == '\r' &&
			p[2] == '\n') {
			ret->spliced = true;
			i += 2;
		} else if (*p != '\0' && strchr(blanks, *p) != NULL) {
			ret->degree = higher(ret->degree, BLANK);
		} else {
			return false;
		}
	}
	return true;
}

/* A key of an array of the shell, or a list that may have some. */
static bool
is_key(const struct walk *w, TSNode node)
{
	uint32_t from = ts_node_start_byte(node), to = ts_node_end_byte(node);
	const char *type = ts_node_type(node);

	return strcmp(type, "subscript") == 0 ||
		(strcmp(type, "array") == 0 &&
			memchr(w->text + from, '[', to - from) != NULL);
}

/* Blanks in it belong to what it says. */
static bool
is_literal(const struct walk *w, TSNode node)
{
	static const char *const names[] = {"string", "heredoc", "expansion"};
	const char *type = ts_node_type(node);

	if (strstr(type, "concatenated") != NULL)
		return false;
	if (w->how->space == WEIR_WALK_BLANKS && is_key(w, node))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(type, names[i]) != NULL)
			return true;
	return false;
}

static bool
is_jsx(TSNode node)
{
	return strcmp(ts_node_type(node), "jsx_element") == 0;
}

static bool
is_directive(TSNode node)
{
	return strncmp(ts_node_type(node), "preproc", 7) == 0;
}

/* What is between the children of `parent`, from w->at on. */
static void
pass(struct walk *w, TSNode parent, uint32_t to)
{
	struct space space = {0};
	uint32_t from = w->at;

	if (from >= to)
		return;
	w->at = to;
	if (!read_space(w, from, to, &space)) {
		feed_mark(w, GAP, 0);
		feed_text(w, from, to);
		return;
	}
	w->since.degree = higher(w->since.degree, space.degree);
	w->since.spliced |= space.spliced;
	w->since.counts |= is_jsx(parent) || is_directive(parent);
}

static bool
is_word(const char *s)
{
	return (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
}

static bool
is_operator(char c)
{
	return c != '\0' && strchr("+-*/%^!&|=<>.:?~@#$", c) != NULL;
}

static bool
is_one_of(const char *token, const char *chars)
{
	return token[0] != '\0' && token[1] == '\0' &&
		strchr(chars, token[0]) != NULL;
}

/* How much white space was before a leaf, if it counts. */
static void
feed_space(struct walk *w, TSNode leaf)
{
	struct space s = w->since;
	uint32_t from = ts_node_start_byte(leaf);
	bool comment = ts_node_is_extra(leaf);
	bool semicolons = w->how->space == WEIR_WALK_SEMICOLONS;
	bool lines = w->how->space == WEIR_WALK_LINES && w->brackets == 0;
	unsigned int said = NONE;

	w->since = (struct space){0};
	if (comment && (from == 0 || w->text[from - 1] == '\n'))
		said |= COLUMN_0;
	if (comment || w->last.comment)
		said |= s.degree;
	else if (w->last.to == 0)
		return; /* nothing was before it */
	else if (s.counts || w->how->space == WEIR_WALK_BLANKS)
		said |= s.degree > LINE ? LINE : s.degree;
	else if (s.degree >= LINE &&
		(w->last.first == '#' || lines || (semicolons && w->last.word)))
		said |= LINE;
	if (semicolons && s.broken && s.degree < LINE)
		said |= BROKEN_COMMENT;
	if (s.spliced && s.degree == NONE)
		said |= SPLICED;
	if (said != NONE)
		feed_mark(w, SPACE, said);
}

static void
feed_leaf(struct walk *w, TSNode leaf)
{
	const char *type = ts_node_type(leaf);
	uint32_t from = ts_node_start_byte(leaf), to = ts_node_end_byte(leaf);

	feed_space(w, leaf);
	feed_mark(w, LEAF, ts_node_symbol(leaf));
	feed_text(w, from, to);
	if (is_one_of(type, "([{"))
		w->brackets++;
	else if (is_one_of(type, ")]}") && w->brackets > 0)
		w->brackets--;
	w->last.first = from < to ? w->text[from] : '\0';
	w->last.to = to;
	w->last.comment = ts_node_is_extra(leaf);
	w->at = to;
}

/* Comments, and whatever else may stand anywhere. Those with named nodes in
 * them are more than that: documentation in Rust is an attribute. */
static bool
skip_comment(struct walk *w, TSNode parent, TSNode node)
{
	uint32_t from = ts_node_start_byte(node), to = ts_node_end_byte(node);

	if (!ts_node_is_extra(node) || ts_node_named_child_count(node) > 0 ||
		w->how->means(w->how->ctx, w->text + from, to - from))
		return false;
	if (w->how->space == WEIR_WALK_BLANKS && from > 0 && from == w->last.to)
		return false; /* the shell takes it for a part of the word */
	w->since.degree = higher(w->since.degree, BLANK);
	w->since.counts |= is_directive(parent);
	w->since.broken |= memchr(w->text + from, '\n', to - from) != NULL;
	w->at = to;
	return true;
}

/* The nodes on the way down. */
struct levels {
	TSNode *items;
	size_t n, cap;
};

static bool
push(struct levels *l, TSNode node)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		TSNode *items = realloc(l->items, cap * sizeof(*items));
		if (items == NULL)
			return false;
		l->items = items;
		l->cap = cap;
	}
	l->items[l->n++] = node;
	return true;
}

/* The node the cursor is at. True: its children are next. */
static bool
visit(struct walk *w, const struct levels *l, TSNode node)
{
	bool beside = ts_node_start_byte(node) > w->at;
	TSNode parent = l->n > 0 ? l->items[l->n - 1] : node;

	pass(w, parent, ts_node_start_byte(node));
	if (skip_comment(w, parent, node))
		return false;
	if (ts_node_child_count(node) > 0 && !is_literal(w, node)) {
		feed_mark(w, ENTER, ts_node_symbol(node));
		return true;
	}
	if (beside && strcmp(ts_node_type(parent), "token_tree") == 0 &&
		is_operator(w->last.first) && is_operator(*ts_node_type(node)))
		w->since.counts = true;
	feed_leaf(w, node);
	w->last.word = !ts_node_is_named(node) && is_word(ts_node_type(node)) &&
		strcmp(ts_node_type(parent), "predefined_type") != 0;
	return false;
}

static void
leave(struct walk *w, struct levels *l)
{
	TSNode node = l->items[--l->n];

	pass(w, node, ts_node_end_byte(node));
	feed_mark(w, LEAVE, 0);
}

/* False: no memory. */
static bool
walk_all(struct walk *w, TSNode root)
{
	TSTreeCursor cursor = ts_tree_cursor_new(root);
	struct levels l = {0};
	bool good = true;

	while (good) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		if (visit(w, &l, node)) {
			good = push(&l, node);
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

int
walk_tree(TSTree *tree, const char *text, const struct weir_walk *how)
{
	struct walk w = {.how = how, .text = text};
	TSNode root = ts_tree_root_node(tree);

	if (ts_node_has_error(root))
		return 1;
	feed_mark(&w, ENTER, ts_language_abi_version(ts_tree_language(tree)));
	if (!walk_all(&w, root))
		return 1;
	flush(&w);
	return 0;
}
