/* SPDX-License-Identifier: MIT */
#ifndef TESTS_YAML_SAME_H
#define TESTS_YAML_SAME_H

/* The two readers of YAML side by side, for the tests and the fuzzer. */

#include <string.h>

#include "base/utf8.h"
#include "yaml/build-priv.h"
#include "yaml/quick-priv.h"

static inline bool
same_place(const struct yaml_node *x, const struct yaml_node *y)
{
	return x->start == y->start && x->end == y->end &&
		x->content == y->content && x->line == y->line &&
		x->column == y->column;
}

/* Equal in every field; collections child by child. */
static inline bool
same_tree(const struct yaml_node *x, const struct yaml_node *y)
{
	if (x == NULL || y == NULL)
		return x == y;
	if (x->kind != y->kind || x->style != y->style || !same_place(x, y) ||
		x->tagged != y->tagged || x->anchored != y->anchored ||
		x->alias_of != y->alias_of || x->n != y->n)
		return false;
	if (x->kind == YAML_SCALAR)
		return str_eq(x->value, y->value) && x->items == NULL &&
			x->pairs == NULL && x->value.s[x->value.n] == '\0';
	if (str_is_set(x->value) || str_is_set(y->value) ||
		(x->items == NULL) != (y->items == NULL) ||
		(x->pairs == NULL) != (y->pairs == NULL))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		if (x->kind == YAML_SEQUENCE
				? !same_tree(x->items[i], y->items[i])
				: !same_tree(
					  x->pairs[i].key, y->pairs[i].key) ||
					!same_tree(x->pairs[i].value,
						y->pairs[i].value))
			return false;
	}
	return true;
}

/* What yaml_parse refuses before libyaml sees it. */
static inline bool
may_be_parsed(struct str bytes)
{
	static const char *const breaks[] = {
		"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

	if (utf8_check(bytes) < bytes.n || str_find_char(bytes, '\0') < bytes.n)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (str_find(bytes, str_from(breaks[i])) < bytes.n)
			return false;
	for (struct str line; str_next_line(&bytes, &line);) {
		size_t cr = str_find_char(line, '\r');
		if (cr + 1 < line.n || (cr < line.n && bytes.n == 0))
			return false;
		line.n = cr;
		line.n = str_find_char(line, ' ');
		if (str_eq_c(line, "<<<<<<<") || str_eq_c(line, ">>>>>>>"))
			return false;
	}
	return true;
}

enum verdict { DECLINED, TAKEN, WRONG };

/* WRONG when the fast path takes what is refused otherwise, or makes another
 * tree of it. */
static inline enum verdict
judge_bytes(struct str bytes)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_node *quick, *built;
	struct err e = {0};

	if (yaml_quick(bytes, &yaml_default_limits, &a, &quick) != 0)
		return quick == NULL ? DECLINED : WRONG;
	if (!may_be_parsed(bytes) ||
		yaml_build(bytes, "f", &yaml_default_limits, &a, &built, &e) <
			0 ||
		!same_tree(quick, built))
		return WRONG;
	return TAKEN;
}

#endif
