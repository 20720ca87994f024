/* SPDX-License-Identifier: MIT */
#ifndef YAML_EMIT_PRIV_H
#define YAML_EMIT_PRIV_H

#include "base/buf.h"
#include "yaml/edit.h"

/*
 * New values as text. Nothing is ever folded: a value is one line, a literal
 * block or a collection of such.
 */

/* How this document is written where nothing nearer tells. */
struct emit_habit {
	struct str eol;
	size_t step;	 /* columns a mapping stands inside its key */
	size_t seq_step; /* the same for a sequence; 0: under the key */
};

void emit_habit_of(
	struct str bytes, const struct yaml_node *root, struct emit_habit *ret);

/* A value behind its key: the rest of the key's line, and the lines below it,
 * each with its line break. */
struct emit_parts {
	struct buf head, tail;
};

struct emit_at {
	const struct emit_habit *habit;
	/* A literal block would swallow what follows it. */
	bool no_literal;
	/* What a scalar replaces was written in this style. */
	enum yaml_style old;
	/* A sequence's column and the blanks behind its dashes, a mapping's
	 * column, when `placed`; else they follow the habit. */
	bool placed;
	size_t column, gap;
};

/* `column`: of the key. */
void emit_block(struct emit_parts *p, const struct emit_at *at, size_t column,
	const struct yaml_value *v);

/* "key: value" with its line break, without the indentation in front. */
void emit_pair(struct buf *b, const struct emit_at *at, size_t column,
	struct str key, const struct yaml_value *v);

/* "- value" with its line break, without the indentation in front; the value's
 * comments above it. */
void emit_entry(struct buf *b, const struct emit_at *at, size_t column,
	size_t gap, const struct yaml_value *v);

void emit_flow(struct buf *b, enum yaml_style old, const struct yaml_value *v);
void emit_flow_pair(struct buf *b, struct str key, const struct yaml_value *v);

/* scalar.c: the text of one scalar on one line. */
void scalar_add(struct buf *b, struct str text, bool flow, enum yaml_style old);

/* Can a literal block carry the text? */
bool scalar_fits_literal(struct str text);

#endif
