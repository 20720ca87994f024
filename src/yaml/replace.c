/* SPDX-License-Identifier: MIT */
#include "yaml/edit-priv.h"

#include <string.h>

/*
 * A value behind a colon has a head on the colon's line (or on its own line
 * below) and a tail of whole lines:
 *
 *	key: text # comment          head "text", no tail
 *	key: | # comment             head "|"
 *	  text                       tail
 *	key: # comment               no head
 *	  - entry                    tail
 *
 * Old head gives way to new head and old tail to new tail, so comments beside
 * and between stay where they are.
 */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The head for bytes [from, to), kept apart from what is around it. */
static void
put_head(struct workshop *w, size_t from, size_t to, struct str head)
{
	CLEANUP_BUF struct buf b = {0};
	const char *s = w->bytes.s;
	/* {"a":"b"} needs no blank, {"a": b} does. */
	bool close = from < to && strchr("\"'[{", head.s[0]) != NULL;

	if (from > 0 && !close && strchr(" \t\n[{,", s[from - 1]) == NULL)
		buf_add_char(&b, ' ');
	buf_add_str(&b, head);
	if (to < w->bytes.n && s[to] == '#')
		buf_add_char(&b, ' ');
	splice_put(&w->splices, from, to, buf_str(&b));
}

/* No head: the old one goes with the blanks in front, or with its line. */
static void
drop_head(struct workshop *w, size_t from, size_t to)
{
	CLEANUP_BUF struct buf b = {0};
	struct str bytes = w->bytes;
	size_t rest = spot_blanks(bytes, to);
	bool last = rest == bytes.n || bytes.s[rest] == '\n' ||
		bytes.s[rest] == '\r';

	if (spot_leads(bytes, from)) {
		if (last) {
			from = spot_line(bytes, from);
			to = spot_below(bytes, to);
		} else if (memchr(bytes.s + to, '\t', rest - to) != NULL) {
			to = rest; /* a line must not begin with a tab */
		}
	} else {
		while (is_blank(bytes.s[from - 1]))
			from--;
	}
	if (to < bytes.n && bytes.s[to] == '#')
		buf_add_char(&b, ' ');
	splice_put(&w->splices, from, to, buf_str(&b));
}

/* A head where there was none: behind the colon, in front of a comment. */
static void
add_head(struct workshop *w, size_t colon, struct str head)
{
	struct str bytes = w->bytes;
	size_t rest = spot_blanks(bytes, colon);

	if (head.n == 0)
		return;
	if (rest < bytes.n && bytes.s[rest] != '\n' && bytes.s[rest] != '\r')
		rest = colon;
	put_head(w, rest, rest, head);
}

static void
put_tail(struct workshop *w, size_t from, size_t to, const struct buf *tail)
{
	if (from == to && tail->n == 0)
		return;
	splice_add(&w->splices,
		&(struct splice){.at = from,
			.n = to - from,
			.text = arena_str(w->a, buf_str(tail)),
			.lines = tail->n > 0});
}

/* Put head and tail in the place of `old`; `colon` is in front of it. */
static void
put_parts(struct workshop *w, const struct yaml_node *old, size_t colon,
	size_t below, const struct emit_parts *p)
{
	struct str head = buf_str(&p->head), bytes = w->bytes;

	if (old->start == old->end) {
		add_head(w, colon, head);
		put_tail(w, below, below, &p->tail);
	} else if (old->style == YAML_BLOCK) {
		add_head(w, colon, head);
		put_tail(w, spot_line(bytes, old->start), below, &p->tail);
	} else if (old->style == YAML_LITERAL || old->style == YAML_FOLDED) {
		size_t end = spot_header(bytes, old->start);
		size_t first = spot_below(bytes, old->start);
		/* Alone on its line it may stand where no other value may. */
		bool alone = spot_leads(bytes, old->start);
		if (alone)
			add_head(w, colon, head);
		if (head.n > 0 && !alone)
			put_head(w, old->start, end, head);
		else
			drop_head(w, old->start, end);
		put_tail(w, first, old->end > first ? old->end : first,
			&p->tail);
	} else {
		if (head.n > 0)
			put_head(w, old->start, old->end, head);
		else
			drop_head(w, old->start, old->end);
		put_tail(w, below, below, &p->tail);
	}
}

/* Behind a plain scalar libyaml takes tabs at the start of blank lines and of a
 * comment; behind anything else it does not. They become spaces. */
static void
drop_tabs(struct workshop *w, size_t line)
{
	struct str bytes = w->bytes;
	bool comment = false;
	size_t column;

	while (line < bytes.n && !comment) {
		size_t end = spot_blanks(bytes, line);
		comment = spot_is_comment_line(bytes, line, &column);
		if (!comment && !spot_is_blank_line(bytes, line))
			break;
		if (memchr(bytes.s + line, '\t', end - line) != NULL) {
			CLEANUP_BUF struct buf b = {0};
			buf_add_repeat(&b, ' ', end - line);
			splice_put(&w->splices, line, end, buf_str(&b));
		}
		line = spot_below(bytes, line);
	}
}

/* New entries of a block collection stand where the old ones stood. */
static void
keep_place(const struct workshop *w, const struct yaml_node *old,
	const struct yaml_value *v, struct emit_at *at)
{
	if (old->kind != v->kind || old->style != YAML_BLOCK)
		return;
	at->placed = true;
	at->column = spot_column(w->bytes, old->start);
	at->gap = 1;
}

/* The new tail will not stand right below the new head. */
static bool
is_parted(const struct workshop *w, const struct yaml_node *old, size_t colon)
{
	size_t line = spot_line(w->bytes, old->start);

	if (old->style == YAML_BLOCK)
		return spot_below(w->bytes, colon) < line;
	return (old->style == YAML_LITERAL || old->style == YAML_FOLDED) &&
		colon < line;
}

static void
replace_in_block(struct workshop *w, const struct site *mapping, size_t i,
	const struct yaml_value *v)
{
	const struct yaml_node *old = mapping->node->pairs[i].value;
	size_t column =
		spot_column(w->bytes, spot_child(w->bytes, mapping->node, i));
	size_t below = spot_past_line(
		w->bytes, spot_child_end(w->bytes, mapping->node, i));
	size_t colon = spot_colon(w->bytes, mapping->node, i);
	struct emit_parts p = {0};
	struct emit_at at = {
		.habit = &w->habit,
		.old = old->style,
		.no_literal = is_parted(w, old, colon) ||
			spot_past_comments(w->bytes, below, column) != below,
	};

	keep_place(w, old, v, &at);
	if (old->style == YAML_FLOW && old->n > 0 && v->kind != YAML_SCALAR)
		emit_flow(&p.head, YAML_PLAIN, v);
	else
		emit_block(&p, &at, column, v);
	drop_tabs(w, below);
	put_parts(w, old, colon, below, &p);
	buf_release(&p.head);
	buf_release(&p.tail);
}

static void
replace_in_flow(struct workshop *w, const struct site *mapping, size_t i,
	const struct yaml_value *v)
{
	const struct yaml_pair *p = &mapping->node->pairs[i];
	size_t colon = spot_colon(w->bytes, mapping->node, i);
	CLEANUP_BUF struct buf b = {0};

	emit_flow(&b, p->value->style, v);
	if (p->value->start < p->value->end) {
		put_head(w, p->value->start, p->value->end, buf_str(&b));
	} else if (colon != SPOT_NONE) {
		put_head(w, colon, colon, buf_str(&b));
	} else {
		CLEANUP_BUF struct buf with_colon = {0};
		/* "*name:" and "!tag:" would be one word. */
		bool apart = p->key->alias_of != NULL || p->key->value.n == 0;
		buf_add_c(&with_colon, apart ? " : " : ": ");
		buf_add_str(&with_colon, buf_str(&b));
		splice_put(&w->splices, p->key->end, p->key->end,
			buf_str(&with_colon));
	}
}

int
replace_value(struct workshop *w, const struct site *mapping, size_t i,
	const struct yaml_value *v, struct err *e)
{
	if (site_check_value(w, mapping->node, i, e) < 0)
		return -1;
	if (mapping->node->style == YAML_FLOW)
		replace_in_flow(w, mapping, i, v);
	else
		replace_in_block(w, mapping, i, v);
	return 0;
}

/* The root, or an entry of a sequence in block style. */
static void
replace_alone(
	struct workshop *w, const struct site *s, const struct yaml_value *v)
{
	const struct yaml_node *n = s->node;
	struct emit_parts p = {0};
	size_t below = spot_past_line(w->bytes, n->end);
	struct emit_at at = {
		.habit = &w->habit,
		.no_literal = spot_past_comments(w->bytes, below, 0) != below,
		.placed = true,
		.gap = 1,
	};

	drop_tabs(w, below);
	if (n->style == YAML_BLOCK) {
		emit_flow(&p.head, YAML_PLAIN, v);
		if (w->bytes.s[below - 1] == '\n')
			buf_add_str(&p.head, w->habit.eol);
		splice_put(&w->splices, n->start, below, buf_str(&p.head));
	} else if (s->parent != NULL) {
		emit_flow(&p.head, YAML_PLAIN, v);
		splice_put(&w->splices, n->start, n->end, buf_str(&p.head));
	} else {
		emit_block(&p, &at, 0, v);
		drop_head(w, n->start, n->end);
		put_tail(w, below, below, &p.tail);
	}
	buf_release(&p.head);
	buf_release(&p.tail);
}

int
replace_collection(struct workshop *w, const struct site *s,
	const struct yaml_value *v, struct err *e)
{
	if (s->parent != NULL && s->parent->kind == YAML_MAPPING) {
		struct site mapping = {
			.node = s->parent,
			.depth = s->depth - 1,
		};
		return replace_value(w, &mapping, s->index, v, e);
	}
	replace_alone(w, s, v);
	return 0;
}
