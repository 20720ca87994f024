/* SPDX-License-Identifier: MIT */
#include "yaml/edit-priv.h"

#include <string.h>

/*
 * Collections in block style. A child owns whole lines, [lead, past): those of
 * its value, a comment at the end of the last one and comment lines below that
 * stand deeper than the collection. Only the first child may share its line
 * with the dash of an entry around it ("- id: a"), and then its lines begin in
 * the middle of one.
 */

/* A block scalar that keeps the blank lines below it as text. */
static bool
keeps_blank_lines(struct str bytes, const struct yaml_node *n)
{
	while (n->kind != YAML_SCALAR && n->style == YAML_BLOCK &&
		n->alias_of == NULL)
		n = n->kind == YAML_SEQUENCE ? n->items[n->n - 1]
					     : n->pairs[n->n - 1].value;
	if (n->alias_of != NULL ||
		(n->style != YAML_LITERAL && n->style != YAML_FOLDED))
		return false;
	for (size_t i = n->content + 1; i < n->end && i < n->content + 3; i++)
		if (bytes.s[i] == '+')
			return true;
	return false;
}

static const struct yaml_node *
value_of(const struct yaml_node *n, size_t i)
{
	return n->kind == YAML_SEQUENCE ? n->items[i] : n->pairs[i].value;
}

static size_t
column_of(const struct workshop *w, const struct job *j)
{
	return spot_column(w->bytes, spot_child(w->bytes, j->site.node, 0));
}

/* The line of a child, or of the comments above an entry that speak of it. */
static size_t
lead_of(const struct workshop *w, const struct job *j, size_t i)
{
	const struct yaml_node *n = j->site.node;
	size_t start = spot_child(w->bytes, n, i), here;
	size_t line = spot_line(w->bytes, start), floor = 0;
	size_t column = start - line;

	if (n->kind == YAML_MAPPING)
		return line;
	if (i > 0)
		floor = spot_past_line(
			w->bytes, spot_child_end(w->bytes, n, i - 1));
	while (line > floor) {
		size_t above = spot_line(w->bytes, line - 1);
		if (above < floor || above == line ||
			!spot_is_comment_line(w->bytes, above, &here) ||
			here != column)
			break;
		line = above;
	}
	return line;
}

static size_t
past_of(const struct workshop *w, const struct job *j, size_t i)
{
	size_t end = spot_child_end(w->bytes, j->site.node, i);

	return spot_past_comments(
		w->bytes, spot_past_line(w->bytes, end), column_of(w, j));
}

static bool
blank_above(const struct workshop *w, size_t line)
{
	return line > 0 && w->bytes.s[line - 1] == '\n' &&
		spot_is_blank_line(w->bytes, spot_line(w->bytes, line - 1));
}

/*
 * Where the deletion of a child ends. Of the blank lines around an entry one
 * goes with it, so that those that separate entries do not pile up; all of
 * them go when the text above would swallow them.
 */
static size_t
past_gone(const struct workshop *w, const struct job *j, size_t i)
{
	const struct yaml_node *n = j->site.node;
	size_t past = past_of(w, j, i), above = j->children[i].above;

	if (above != SIZE_MAX &&
		keeps_blank_lines(w->bytes, value_of(n, above))) {
		while (past < w->bytes.n && spot_is_blank_line(w->bytes, past))
			past = spot_below(w->bytes, past);
		return past;
	}
	if (n->kind == YAML_SEQUENCE && past < w->bytes.n &&
		spot_is_blank_line(w->bytes, past) &&
		(above == SIZE_MAX || blank_above(w, lead_of(w, j, i))))
		past = spot_below(w->bytes, past);
	return past;
}

static struct str
text_of(struct workshop *w, const struct job *j, const struct fresh *x,
	size_t indent, size_t indent_after)
{
	CLEANUP_BUF struct buf b = {0};
	struct emit_at at = {.habit = &w->habit};
	const struct yaml_node *n = j->site.node;
	size_t column = column_of(w, j), gap = 1;

	buf_add_repeat(&b, ' ', indent);
	if (n->kind == YAML_MAPPING) {
		emit_pair(&b, &at, column, x->key, x->value);
	} else {
		size_t dash = n->start, first = n->items[0]->start;
		if (first > dash + 1 &&
			memchr(w->bytes.s + dash, '\n', first - dash) == NULL)
			gap = first - dash - 1;
		emit_entry(&b, &at, column, gap, x->value);
	}
	buf_add_repeat(&b, ' ', indent_after);
	return arena_str(w->a, buf_str(&b));
}

static void
add_deletion(struct workshop *w, size_t from, size_t to, struct str text)
{
	splice_add(&w->splices,
		&(struct splice){.at = from, .n = to - from, .text = text});
}

static void
add_lines(struct workshop *w, const struct job *j, const struct fresh *x,
	size_t at)
{
	splice_add(&w->splices,
		&(struct splice){.at = at,
			.text = text_of(w, j, x, column_of(w, j), 0),
			.rank = 2 * j->site.depth,
			.lines = true});
}

/*
 * The first child goes and shares its line with a dash: what comes next moves
 * up to the dash. Returns the number of children done with; `*ret_fresh` of
 * the new ones are, too.
 */
static size_t
move_up(struct workshop *w, const struct job *j, size_t *ret_fresh)
{
	size_t from = spot_child(w->bytes, j->site.node, 0), i = 0;

	for (;; i++) {
		size_t past = past_gone(w, j, i);
		size_t next = spot_white(w->bytes, past);
		if (j->n > 0 && j->fresh[0].after + 1 <= i + 1) {
			add_deletion(w, from, past,
				text_of(w, j, &j->fresh[0], 0, 0));
			*ret_fresh = 1;
			return i + 1;
		}
		bool directly = i + 1 < j->site.node->n &&
			spot_line(w->bytes, next) == lead_of(w, j, i + 1);
		if (!directly || !j->children[i + 1].gone) {
			add_deletion(w, from, next, STR(""));
			return i + 1;
		}
	}
}

static void
add_new(struct workshop *w, const struct job *j, const struct fresh *x)
{
	const struct yaml_node *n = j->site.node;
	size_t start = spot_child(w->bytes, n, 0);

	if (x->after != SIZE_MAX) {
		size_t at = j->children[x->after].gone
			? past_gone(w, j, x->after)
			: past_of(w, j, x->after);
		add_lines(w, j, x, at);
	} else if (spot_leads(w->bytes, start)) {
		struct splice s = {
			.at = spot_line(w->bytes, start),
			.text = text_of(w, j, x, column_of(w, j), 0),
		};
		splice_add(&w->splices, &s);
	} else if (j->children[0].gone) {
		add_lines(w, j, x, past_gone(w, j, 0));
	} else {
		struct splice s = {
			.at = start,
			.text = text_of(w, j, x, 0, column_of(w, j)),
		};
		splice_add(&w->splices, &s);
	}
}

int
block_work(struct workshop *w, const struct job *j, struct err *e)
{
	const struct yaml_node *n = j->site.node;
	size_t child = 0, fresh = 0;

	if (j->kept == 0 && j->n == 0) {
		struct yaml_value empty = {.kind = n->kind};
		return replace_collection(w, &j->site, &empty, e);
	}
	if (j->children[0].gone &&
		!spot_leads(w->bytes, spot_child(w->bytes, n, 0)))
		child = move_up(w, j, &fresh);
	for (; child < n->n; child++) {
		const struct child *c = &j->children[child];
		if (c->gone)
			add_deletion(w, lead_of(w, j, child),
				past_gone(w, j, child), STR(""));
		else if (c->value != NULL &&
			replace_value(w, &j->site, child, c->value, e) < 0)
			return -1;
	}
	for (; fresh < j->n; fresh++)
		add_new(w, j, &j->fresh[fresh]);
	return 0;
}
