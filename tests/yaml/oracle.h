/* SPDX-License-Identifier: MIT */
#ifndef TESTS_YAML_ORACLE_H
#define TESTS_YAML_ORACLE_H

/*
 * Edits at random, and what a document must mean after them, worked out from
 * the tree alone: no byte of the document is looked at. Used by test_random.c
 * and by the fuzzer.
 */

#include <stdlib.h>

#include "base/buf.h"
#include "yaml/edit.h"

enum op_kind { OP_SET, OP_UNSET, OP_APPEND, OP_REMOVE };

struct op {
	enum op_kind kind;
	const struct yaml_node *node;
	struct str key;
	struct yaml_value value;
	size_t index;
};

struct ops {
	struct op items[8];
	size_t n;
};

/* What is expected of a node. */
struct expected {
	enum yaml_kind kind;
	const struct yaml_node *from; /* an old scalar */
	const struct yaml_value *new; /* a new scalar */
	struct str *keys;
	struct expected **children;
	size_t n;
};

/* Collections of the document, not those inside aliases. */
struct collections {
	const struct yaml_node *items[256];
	size_t n;
};

static inline void
collect(struct collections *c, const struct yaml_node *n)
{
	if (n->kind == YAML_SCALAR || c->n == 256)
		return;
	c->items[c->n++] = n;
	if (n->alias_of != NULL)
		return;
	for (size_t i = 0; i < n->n; i++)
		collect(c,
			n->kind == YAML_SEQUENCE ? n->items[i]
						 : n->pairs[i].value);
}

/*
 * Choices.
 */
struct dice {
	uint64_t state;
};

static inline size_t
roll(struct dice *d, size_t sides)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(d->state >> 33) % sides;
}

static inline struct yaml_value
roll_scalar(struct dice *d)
{
	static const char *const texts[] = {"done", "", "two words", "a: b",
		"a #b", "'q'", "\"q\"", "- x", "12", "null", "true", " lead",
		"a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "\n", "x, [y] {z}",
		"\xc3\xa9 \xf0\x9f\x9a\x80", "tab\there", "\x01", "#", "---",
		"...", "\xef\xbb\xbf", "a\r\nb", "a\n \nb", "key:"};
	size_t i = roll(d, sizeof(texts) / sizeof(texts[0]) + 2);

	if (i < sizeof(texts) / sizeof(texts[0]))
		return yaml_text(str_from(texts[i]));
	return yaml_bare(i % 2 == 0 ? STR("17") : STR("false"));
}

static inline struct yaml_value
roll_value(struct dice *d, struct arena *a, size_t depth)
{
	size_t shape = roll(d, 8), n = roll(d, 3);

	if (depth == 0 || shape < 5)
		return roll_scalar(d);
	if (shape == 5) {
		struct yaml_value *items = ARENA_ARRAY(a, struct yaml_value, n);
		for (size_t i = 0; i < n; i++)
			items[i] = roll_value(d, a, depth - 1);
		return (struct yaml_value){
			.kind = YAML_SEQUENCE, .items = items, .n = n};
	}
	struct yaml_entry *entries = ARENA_ARRAY(a, struct yaml_entry, n);
	for (size_t i = 0; i < n; i++) {
		entries[i].key = i == 0 ? STR("k") : STR("l l: l");
		entries[i].value = roll_value(d, a, depth - 1);
	}
	return (struct yaml_value){
		.kind = YAML_MAPPING, .entries = entries, .n = n};
}

static inline struct op
roll_op(struct dice *d, struct arena *a, const struct yaml_node *n)
{
	static const char *const fresh[] = {"fresh", "n 2", "x: y"};
	struct op op = {.node = n, .value = roll_value(d, a, 2)};
	size_t what = roll(d, 4);

	if (n->kind == YAML_SEQUENCE) {
		op.kind = n->n == 0 || what < 2 ? OP_APPEND : OP_REMOVE;
		op.index = n->n > 0 ? roll(d, n->n) : 0;
	} else if (n->n == 0 || what == 0) {
		op.kind = OP_SET;
		op.key = str_from(fresh[roll(d, 3)]);
		op.index = roll(d, n->n + 1) - 1;
	} else {
		op.kind = what == 1 ? OP_UNSET : OP_SET;
		op.key = n->pairs[roll(d, n->n)].key->value;
	}
	return op;
}

static inline void
roll_ops(struct dice *d, struct arena *a, const struct collections *c,
	struct ops *ret)
{
	ret->n = 1 + roll(d, roll(d, 2) == 0 ? 1 : 8);
	/* Half of the time about one collection, where calls meet. */
	const struct yaml_node *one =
		roll(d, 2) == 0 ? c->items[roll(d, c->n)] : NULL;
	for (size_t i = 0; i < ret->n; i++)
		ret->items[i] = roll_op(
			d, a, one != NULL ? one : c->items[roll(d, c->n)]);
}

static inline void
call_op(struct yaml_edit *ed, const struct op *op)
{
	switch (op->kind) {
	case OP_SET:
		yaml_edit_set(ed, op->node, op->key, op->value, op->index);
		break;
	case OP_UNSET:
		yaml_edit_unset(ed, op->node, op->key);
		break;
	case OP_APPEND:
		yaml_edit_append(ed, op->node, op->value);
		break;
	case OP_REMOVE:
		yaml_edit_remove(ed, op->node, op->index);
		break;
	}
}

/*
 * Expectations.
 */
static inline void
foresee_child(struct expected *x, struct str key, struct expected *child)
{
	x->keys[x->n] = key;
	x->children[x->n++] = child;
}

static inline struct expected *
foresee_new(struct arena *a, enum yaml_kind kind, size_t at_most)
{
	struct expected *x = ARENA_NEW(a, struct expected);

	x->kind = kind;
	x->keys = ARENA_ARRAY(a, struct str, at_most);
	x->children = ARENA_ARRAY(a, struct expected *, at_most);
	return x;
}

static inline struct expected *
foresee_value(struct arena *a, const struct yaml_value *v)
{
	struct expected *x = foresee_new(a, v->kind, v->n);

	x->new = v;
	for (size_t i = 0; v->kind == YAML_SEQUENCE && i < v->n; i++)
		foresee_child(x, STR_ABSENT, foresee_value(a, &v->items[i]));
	for (size_t i = 0; v->kind == YAML_MAPPING && i < v->n; i++)
		foresee_child(x, v->entries[i].key,
			foresee_value(a, &v->entries[i].value));
	return x;
}

static inline struct expected *
foresee_node(struct arena *a, const struct yaml_node *n, const struct ops *ops);

static inline const struct op *
find_op(const struct ops *ops, enum op_kind kind, const struct yaml_node *n,
	struct str key, size_t index)
{
	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = &ops->items[i];
		if (op->kind == kind && op->node == n &&
			(kind == OP_REMOVE ? op->index == index
					   : str_eq(op->key, key)))
			return op;
	}
	return NULL;
}

static inline void
foresee_fresh(struct expected *x, struct arena *a, const struct yaml_node *n,
	const struct ops *ops, size_t after)
{
	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = &ops->items[i];
		if (op->kind == OP_SET && op->node == n && op->index == after &&
			yaml_get(n, op->key) == NULL)
			foresee_child(x, op->key, foresee_value(a, &op->value));
	}
}

static inline void
foresee_pairs(struct expected *x, struct arena *a, const struct yaml_node *n,
	const struct ops *ops)
{
	foresee_fresh(x, a, n, ops, SIZE_MAX);
	for (size_t i = 0; i < n->n; i++) {
		struct str key = n->pairs[i].key->value;
		const struct op *set = find_op(ops, OP_SET, n, key, 0);
		if (set != NULL)
			foresee_child(x, key, foresee_value(a, &set->value));
		else if (find_op(ops, OP_UNSET, n, key, 0) == NULL)
			foresee_child(x, key,
				foresee_node(a, n->pairs[i].value, ops));
		foresee_fresh(x, a, n, ops, i);
	}
}

static inline struct expected *
foresee_node(struct arena *a, const struct yaml_node *n, const struct ops *ops)
{
	struct expected *x = foresee_new(a, n->kind, n->n + ops->n);

	x->from = n;
	if (n->kind == YAML_MAPPING)
		foresee_pairs(x, a, n, ops);
	for (size_t i = 0; n->kind == YAML_SEQUENCE && i < n->n; i++)
		if (find_op(ops, OP_REMOVE, n, STR_ABSENT, i) == NULL)
			foresee_child(x, STR_ABSENT,
				foresee_node(a, n->items[i], ops));
	for (size_t i = 0; n->kind == YAML_SEQUENCE && i < ops->n; i++)
		if (ops->items[i].kind == OP_APPEND && ops->items[i].node == n)
			foresee_child(x, STR_ABSENT,
				foresee_value(a, &ops->items[i].value));
	return x;
}

/* Old scalars keep text and kind of style, new text is read as text. */
static inline bool
scalar_is_expected(const struct expected *x, const struct yaml_node *got)
{
	bool truth;

	if (x->from != NULL)
		return str_eq(x->from->value, got->value) &&
			x->from->style == got->style &&
			x->from->tagged == got->tagged &&
			x->from->anchored == got->anchored;
	if (!str_eq(x->new->text, got->value) || got->tagged || got->anchored)
		return false;
	if (x->new->bare)
		return got->style == YAML_PLAIN;
	return !yaml_is_null(got) && !yaml_bool(got, &truth) &&
		(got->style != YAML_PLAIN || got->value.s[0] < '0' ||
			got->value.s[0] > '9');
}

static inline bool
is_expected(const struct expected *x, const struct yaml_node *got)
{
	if (x->kind != got->kind)
		return false;
	if (x->kind == YAML_SCALAR)
		return scalar_is_expected(x, got);
	if (x->n != got->n)
		return false;
	for (size_t i = 0; i < x->n; i++) {
		const struct yaml_node *child = x->kind == YAML_SEQUENCE
			? got->items[i]
			: got->pairs[i].value;
		if (x->kind == YAML_MAPPING &&
			!str_eq(x->keys[i], got->pairs[i].key->value))
			return false;
		if (!is_expected(x->children[i], child))
			return false;
	}
	return true;
}

#endif
