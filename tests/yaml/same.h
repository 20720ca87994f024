/* SPDX-License-Identifier: MIT */
#ifndef TESTS_YAML_SAME_H
#define TESTS_YAML_SAME_H

/* The two readers of YAML side by side, for the tests and the fuzzer. */

#include <string.h>

#include "base/utf8.h"
#include "yaml/build-priv.h"
#include "yaml/outline.h"
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
		return str_eq(x->value, y->value) && x->n == 0 &&
			x->value.s[x->value.n] == '\0';
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

/* WRONG when the document, cut at the entries under `key` and put together
 * again, is refused otherwise or is another tree. */
static inline enum verdict
judge_outline(struct str bytes, struct str key)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_outline o;
	struct yaml_node *built;
	struct err e = {0};

	if (yaml_outline(bytes, key, &a, &o) != 0)
		return DECLINED;
	size_t n = o.slices.n;
	struct yaml_node **entries = ARENA_ARRAY(&a, struct yaml_node *, n);
	for (size_t i = 0; i < n; i++)
		if (yaml_outline_entry(bytes, &o, i, &a, &entries[i]) != 0)
			return DECLINED;
	if (!may_be_parsed(bytes) ||
		yaml_build(bytes, "f", &yaml_default_limits, &a, &built, &e) <
			0 ||
		!same_tree(yaml_outline_tree(&o, entries, n, &a), built))
		return WRONG;
	return TAKEN;
}

/* The same under each key that ends its line, the first of them that are. */
static inline enum verdict
judge_outlines(struct str bytes)
{
	enum verdict all = DECLINED;
	int left = 4;

	for (struct str line, rest = bytes;
		left > 0 && str_next_line(&rest, &line);) {
		size_t colon = str_find_char(line, ':');
		if (colon == 0 || colon == line.n || line.s[0] == ' ')
			continue;
		left--;
		enum verdict v = judge_outline(bytes, str_of(line.s, colon));
		if (v == WRONG)
			return WRONG;
		all = v == TAKEN ? TAKEN : all;
	}
	return all;
}

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
