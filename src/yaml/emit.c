/* SPDX-License-Identifier: MIT */
#include "yaml/emit-priv.h"

#include "yaml/spot-priv.h"

enum {
	DEFAULT_STEP = 2,
	/* How far the document is searched for its habits. */
	HABIT_NODES = 2000,
};

struct yaml_value
yaml_text(struct str s)
{
	return (struct yaml_value){.kind = YAML_SCALAR, .text = s};
}

struct yaml_value
yaml_bare(struct str s)
{
	return (struct yaml_value){
		.kind = YAML_SCALAR, .text = s, .bare = true};
}

struct yaml_value
yaml_list(struct str_list list, struct arena *a)
{
	struct yaml_value *items = ARENA_ARRAY(a, struct yaml_value, list.n);

	for (size_t i = 0; i < list.n; i++)
		items[i] = yaml_text(list.items[i]);
	return (struct yaml_value){
		.kind = YAML_SEQUENCE, .items = items, .n = list.n};
}

struct search {
	struct str bytes;
	struct emit_habit *habit;
	size_t left;
	bool step, seq_step; /* found */
};

static void
learn(struct search *s, size_t key_column, const struct yaml_node *n)
{
	if (n->style != YAML_BLOCK || n->n == 0)
		return;
	size_t column = spot_column(s->bytes, n->content);
	if (column < key_column || n->tagged || n->anchored)
		return;
	if (n->kind == YAML_SEQUENCE && !s->seq_step) {
		s->habit->seq_step = column - key_column;
		s->seq_step = true;
	} else if (n->kind == YAML_MAPPING && !s->step && column > key_column) {
		s->habit->step = column - key_column;
		s->step = true;
	}
}

static void
look(struct search *s, const struct yaml_node *n)
{
	if (s->left == 0 || (s->step && s->seq_step) || n->alias_of != NULL ||
		n->style != YAML_BLOCK)
		return;
	s->left--;
	for (size_t i = 0; n->kind == YAML_SEQUENCE && i < n->n; i++)
		look(s, n->items[i]);
	for (size_t i = 0; n->kind == YAML_MAPPING && i < n->n; i++) {
		const struct yaml_pair *p = &n->pairs[i];
		if (p->value->alias_of == NULL)
			learn(s, spot_column(s->bytes, p->key->start),
				p->value);
		look(s, p->value);
	}
}

void
emit_habit_of(
	struct str bytes, const struct yaml_node *root, struct emit_habit *ret)
{
	size_t lf = str_find_char(bytes, '\n');
	bool crlf = lf < bytes.n && lf > 0 && bytes.s[lf - 1] == '\r';
	struct search s = {.bytes = bytes, .habit = ret, .left = HABIT_NODES};

	*ret = (struct emit_habit){
		.eol = crlf ? STR("\r\n") : STR("\n"),
		.step = DEFAULT_STEP,
	};
	look(&s, root);
}

static void
add_literal(struct emit_parts *p, const struct emit_at *at, size_t column,
	struct str text)
{
	struct str rest = text, line;

	buf_add_c(&p->head, str_ends(text, STR("\n")) ? "|" : "|-");
	while (str_next_line(&rest, &line)) {
		if (line.n > 0)
			buf_add_repeat(&p->tail, ' ', column);
		buf_add_str(&p->tail, line);
		buf_add_str(&p->tail, at->habit->eol);
	}
}

/* `column`: where the lines of a literal block stand. */
static void
add_scalar(struct emit_parts *p, const struct emit_at *at, size_t column,
	const struct yaml_value *v)
{
	if (v->bare)
		buf_add_str(&p->head, v->text);
	else if (!at->no_literal && at->old != YAML_DOUBLE &&
		scalar_fits_literal(v->text))
		add_literal(p, at, column, v->text);
	else
		scalar_add(&p->head, v->text, false, at->old);
}

/* For what is inside a value: nothing is replaced there. */
static struct emit_at
inside(const struct emit_at *at)
{
	return (struct emit_at){
		.habit = at->habit, .no_literal = at->no_literal};
}

/* The pairs, the first without indentation. */
static void
add_pairs(struct buf *b, const struct emit_at *at, size_t column,
	const struct yaml_value *v)
{
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_add_repeat(b, ' ', column);
		emit_pair(
			b, at, column, v->entries[i].key, &v->entries[i].value);
	}
}

static void
add_entries(struct buf *b, const struct emit_at *at, size_t column, size_t gap,
	const struct yaml_value *v)
{
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_add_repeat(b, ' ', column);
		emit_entry(b, at, column, gap, &v->items[i]);
	}
}

void
emit_block(struct emit_parts *p, const struct emit_at *at, size_t column,
	const struct yaml_value *v)
{
	struct emit_at in = inside(at);
	size_t gap = at->placed ? at->gap : 1;

	if (v->kind == YAML_SCALAR) {
		add_scalar(p, at, column + at->habit->step, v);
	} else if (v->n == 0) {
		emit_flow(&p->head, YAML_PLAIN, v);
	} else if (v->kind == YAML_SEQUENCE) {
		column = at->placed ? at->column : column + at->habit->seq_step;
		buf_add_repeat(&p->tail, ' ', column);
		add_entries(&p->tail, &in, column, gap, v);
	} else {
		column = at->placed ? at->column : column + at->habit->step;
		buf_add_repeat(&p->tail, ' ', column);
		add_pairs(&p->tail, &in, column, v);
	}
}

/* What stands behind a colon or a dash, and the lines below. */
static void
add_parts(struct buf *b, const struct emit_at *at, const struct emit_parts *p,
	size_t gap)
{
	if (p->head.n > 0)
		buf_add_repeat(b, ' ', gap);
	buf_add_str(b, buf_str(&p->head));
	buf_add_str(b, at->habit->eol);
	buf_add_str(b, buf_str(&p->tail));
}

void
emit_pair(struct buf *b, const struct emit_at *at, size_t column,
	struct str key, const struct yaml_value *v)
{
	struct emit_parts p = {0};

	emit_block(&p, at, column, v);
	scalar_add(b, key, false, YAML_PLAIN);
	buf_add_char(b, ':');
	add_parts(b, at, &p, 1);
	buf_release(&p.head);
	buf_release(&p.tail);
}

void
emit_entry(struct buf *b, const struct emit_at *at, size_t column, size_t gap,
	const struct yaml_value *v)
{
	size_t inner = column + 1 + gap;

	for (size_t i = 0; i < v->comments.n; i++) {
		buf_add_str(b, v->comments.items[i]);
		buf_add_str(b, at->habit->eol);
		buf_add_repeat(b, ' ', column);
	}
	buf_add_char(b, '-');
	if (v->kind == YAML_SCALAR || v->n == 0) {
		struct emit_parts p = {0};
		if (v->kind == YAML_SCALAR)
			add_scalar(&p, at, inner, v);
		else
			emit_flow(&p.head, YAML_PLAIN, v);
		add_parts(b, at, &p, gap);
		buf_release(&p.head);
		buf_release(&p.tail);
		return;
	}
	buf_add_repeat(b, ' ', gap);
	if (v->kind == YAML_MAPPING)
		add_pairs(b, at, inner, v);
	else
		add_entries(b, at, inner, 1, v);
}

void
emit_flow_pair(struct buf *b, struct str key, const struct yaml_value *v)
{
	scalar_add(b, key, true, YAML_PLAIN);
	buf_add_char(b, ':');
	if (v->kind != YAML_SCALAR || !v->bare || v->text.n > 0)
		buf_add_char(b, ' ');
	emit_flow(b, YAML_PLAIN, v);
}

void
emit_flow(struct buf *b, enum yaml_style old, const struct yaml_value *v)
{
	if (v->kind == YAML_SCALAR && v->bare) {
		buf_add_str(b, v->text);
		return;
	}
	if (v->kind == YAML_SCALAR) {
		scalar_add(b, v->text, true, old);
		return;
	}
	bool mapping = v->kind == YAML_MAPPING;
	buf_add_char(b, mapping ? '{' : '[');
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_add_c(b, ", ");
		if (mapping)
			emit_flow_pair(
				b, v->entries[i].key, &v->entries[i].value);
		else
			emit_flow(b, YAML_PLAIN, &v->items[i]);
	}
	buf_add_char(b, mapping ? '}' : ']');
}
