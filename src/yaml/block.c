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

/* What stands at the end of the i-th child: "? key" may have no value. */
static const struct yaml_node *
ending_of(const struct yaml_node *n, size_t i)
{
	if (n->kind == YAML_SEQUENCE)
		return n->items[i];
	const struct yaml_pair *p = &n->pairs[i];
	return p->value->end > p->value->start ? p->value : p->key;
}

/* What stands at the very end of a value in block style. */
static const struct yaml_node *
last_leaf(const struct yaml_node *n)
{
	while (n->kind != YAML_SCALAR && n->style == YAML_BLOCK &&
		n->alias_of == NULL)
		n = ending_of(n, n->n - 1);
	return n;
}

static bool
is_block_scalar(const struct yaml_node *n)
{
	return n->alias_of == NULL &&
		(n->style == YAML_LITERAL || n->style == YAML_FOLDED);
}

/* Where the sign of "|2+" or "|+2" is, or belongs. */
static size_t
chomping_at(struct str bytes, const struct yaml_node *n)
{
	size_t end = spot_header(bytes, n->content), at = n->content + 1;

	while (at < end && bytes.s[at] != '+' && bytes.s[at] != '-')
		at++;
	return at;
}

static char
chomping(struct str bytes, const struct yaml_node *n)
{
	size_t at = chomping_at(bytes, n);

	return at < n->end ? bytes.s[at] : '\0';
}

/* Blank lines below it are its text. */
static bool
keeps_blank_lines(struct str bytes, const struct yaml_node *n)
{
	n = last_leaf(n);
	return is_block_scalar(n) && chomping(bytes, n) == '+';
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
	size_t past = spot_past_line(
		w->bytes, spot_child_end(w->bytes, j->site.node, i));

	/* Spaces at the end of the document must not become a line of text. */
	if (spot_blanks(w->bytes, past) == w->bytes.n &&
		keeps_blank_lines(w->bytes, ending_of(j->site.node, i)))
		return past;
	return spot_past_comments(w->bytes, past, column_of(w, j));
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
		keeps_blank_lines(w->bytes, ending_of(n, above))) {
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

/* The new child without the indentation in front. */
static void
add_child(struct buf *b, const struct workshop *w, const struct job *j,
	const struct fresh *x)
{
	struct emit_at at = {.habit = &w->habit};
	const struct yaml_node *n = j->site.node;
	size_t column = column_of(w, j), gap = 1;

	if (n->kind == YAML_MAPPING) {
		emit_pair(b, &at, column, x->key, x->value);
		return;
	}
	size_t dash = n->start, first = n->items[0]->start;
	if (first > dash + 1 &&
		memchr(w->bytes.s + dash, '\n', first - dash) == NULL)
		gap = first - dash - 1;
	emit_entry(b, &at, column, gap, x->value);
}

/* Entries at the end of a sequence that go, up to the end of the document, do
 * not leave the blank line above them there, unless it is text of what stays.
 */
static size_t
lead_gone(const struct workshop *w, const struct job *j, size_t i)
{
	const struct yaml_node *n = j->site.node;
	size_t lead = lead_of(w, j, i);

	if (n->kind == YAML_MAPPING || j->n > 0 || i == 0 ||
		j->children[i].above != i - 1 || !blank_above(w, lead) ||
		keeps_blank_lines(w->bytes, n->items[i - 1]))
		return lead;
	for (size_t k = i; k < n->n; k++)
		if (!j->children[k].gone)
			return lead;
	if (past_of(w, j, n->n - 1) < w->bytes.n)
		return lead;
	size_t blank = spot_line(w->bytes, lead - 1);
	return blank < past_of(w, j, i - 1) ? lead : blank;
}

/* Are entries written with a blank line between them, and will this new one
 * have none above it? */
static bool
wants_blank_line(
	const struct workshop *w, const struct job *j, const struct fresh *x)
{
	const struct yaml_node *n = j->site.node;

	if (n->kind == YAML_MAPPING || n->n < 2 ||
		!blank_above(w, lead_of(w, j, n->n - 1)))
		return false;
	if (x > j->fresh)
		return true;
	return !j->children[n->n - 1].gone &&
		!keeps_blank_lines(w->bytes, n->items[n->n - 1]);
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
			CLEANUP_BUF struct buf b = {0};
			add_child(&b, w, j, &j->fresh[0]);
			splice_put(&w->splices, from, past, buf_str(&b));
			*ret_fresh = 1;
			return i + 1;
		}
		bool directly = i + 1 < j->site.node->n &&
			spot_line(w->bytes, next) == lead_of(w, j, i + 1);
		if (!directly || !j->children[i + 1].gone) {
			splice_put(&w->splices, from, next, STR(""));
			return i + 1;
		}
	}
}

/* In front of the first child. */
static void
add_first(struct workshop *w, const struct job *j, const struct fresh *x)
{
	CLEANUP_BUF struct buf b = {0};
	size_t at = spot_child(w->bytes, j->site.node, 0);
	bool leads = spot_leads(w->bytes, at);

	if (leads)
		buf_add_repeat(&b, ' ', column_of(w, j));
	add_child(&b, w, j, x);
	if (leads)
		at = spot_line(w->bytes, at);
	else
		buf_add_repeat(&b, ' ', column_of(w, j));
	splice_put(&w->splices, at, at, buf_str(&b));
}

static void
add_new(struct workshop *w, const struct job *j, const struct fresh *x)
{
	CLEANUP_BUF struct buf b = {0};
	size_t after = x->after == SIZE_MAX ? 0 : x->after, at;

	if (x->after == SIZE_MAX &&
		(!j->children[0].gone ||
			spot_leads(w->bytes,
				spot_child(w->bytes, j->site.node, 0)))) {
		add_first(w, j, x);
		return;
	}
	at = j->children[after].gone ? past_gone(w, j, after)
				     : past_of(w, j, after);
	if (wants_blank_line(w, j, x))
		buf_add_str(&b, w->habit.eol);
	buf_add_repeat(&b, ' ', column_of(w, j));
	add_child(&b, w, j, x);
	splice_add(&w->splices,
		&(struct splice){.at = at,
			.text = arena_str(w->a, buf_str(&b)),
			.lines = true});
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
			splice_put(&w->splices, lead_gone(w, j, child),
				past_gone(w, j, child), STR(""));
		else if (c->value != NULL &&
			replace_value(w, &j->site, child, c->value, e) < 0)
			return -1;
	}
	for (; fresh < j->n; fresh++)
		add_new(w, j, &j->fresh[fresh]);
	return 0;
}

/* Lines come in behind the block scalar `n`, which stays. */
static bool
gets_lines_below(const struct workshop *w, const struct yaml_node *n)
{
	bool below = false;

	for (size_t i = 0; i < w->splices.n; i++) {
		const struct splice *x = &w->splices.items[i];
		if (x->at <= n->start && n->start < x->at + x->n)
			return false;
		below = below || (x->at == n->end && x->n == 0);
	}
	return below;
}

void
block_keep_last_text(struct workshop *w)
{
	const struct yaml_node *n = w->root != NULL ? last_leaf(w->root) : NULL;

	if (n == NULL || !is_block_scalar(n) || n->value.n == 0 ||
		spot_blanks(w->bytes, n->end) < w->bytes.n ||
		!gets_lines_below(w, n))
		return;
	char sign = chomping(w->bytes, n);
	struct splice x = {.at = n->end, .n = w->bytes.n - n->end};
	if (!str_ends(n->value, STR("\n")))
		x = (struct splice){.at = chomping_at(w->bytes, n),
			.n = sign == '+',
			.text = STR("-")};
	else if (sign != '+')
		return;
	if (sign != '-')
		splice_add(&w->splices, &x);
}
