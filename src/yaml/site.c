/* SPDX-License-Identifier: MIT */
#include "yaml/edit-priv.h"

/*
 * A node does not know its parents, but its bytes lie in theirs: the way to it
 * is found from the root by offset. A node inside an alias is its target's, so
 * the way there leads through the anchor.
 */

static const struct yaml_node *
child_of(const struct yaml_node *n, size_t i)
{
	return n->kind == YAML_SEQUENCE ? n->items[i] : n->pairs[i].value;
}

static size_t
child_start(const struct yaml_node *n, size_t i)
{
	return n->kind == YAML_SEQUENCE ? n->items[i]->start
					: n->pairs[i].key->start;
}

/* The last child that begins at `at` or before; n->n when none does. */
static size_t
child_before(const struct yaml_node *n, size_t at)
{
	size_t low = 0, high = n->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (child_start(n, middle) <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? low - 1 : n->n;
}

/* "the value of 'status' at line 12" */
static struct str
name_of(const struct workshop *w, const struct yaml_node *n,
	const struct yaml_node *parent, size_t i)
{
	if (parent == NULL)
		return STR("the document");
	if (parent->kind == YAML_SEQUENCE)
		return arena_strf(w->a, "the entry at line %zu", n->line);
	return arena_strf(w->a, "the value of '%.*s' at line %zu",
		STR_ARG(parent->pairs[i].key->value), n->line);
}

static int
check_plain(const struct workshop *w, const struct yaml_node *n,
	const struct yaml_node *parent, size_t i, struct err *e)
{
	const char *what = n->alias_of != NULL
		? "is an alias; write out what it stands for"
		: n->anchored ? "carries an anchor; take the anchor out and "
				"write its aliases out"
		: n->tagged   ? "carries a tag; take the tag out"
			      : NULL;

	if (what == NULL)
		return 0;
	struct str name = name_of(w, n, parent, i);
	return err_set(e, ERR_CONFLICT, "%.*s %s", STR_ARG(name), what);
}

int
site_find(const struct workshop *w, const struct yaml_node *node,
	struct site *ret, struct err *e)
{
	*ret = (struct site){.node = w->root};
	for (;;) {
		const struct yaml_node *here = ret->node;
		if (check_plain(w, here, ret->parent, ret->index, e) < 0)
			return -1;
		if (here == node)
			return 0;
		size_t i = child_before(here, node->start);
		if (here->kind == YAML_SCALAR || i == here->n)
			BUG("an edit of what is not in the document");
		*ret = (struct site){
			.node = child_of(here, i),
			.parent = here,
			.index = i,
			.depth = ret->depth + 1,
		};
	}
}

/* A key in front of a colon is on one line and not longer than libyaml reads;
 * without one ("{some\nwords, b: c}") it may be. */
static bool
fits_colon(const struct workshop *w, const struct yaml_node *key)
{
	struct str text =
		str_of(w->bytes.s + key->start, key->end - key->start);

	return text.n <= KEY_MAX && str_find_char(text, '\n') == text.n;
}

int
site_check_value(const struct workshop *w, const struct yaml_node *mapping,
	size_t i, struct err *e)
{
	const struct yaml_pair *p = &mapping->pairs[i];

	if (spot_is_explicit(w->bytes, mapping, i))
		return err_set(e, ERR_CONFLICT,
			"the key '%.*s' at line %zu is written with '?'; write "
			"it with ':' alone",
			STR_ARG(p->key->value), p->key->line);
	if (p->value->start == p->value->end && !fits_colon(w, p->key))
		return err_set(e, ERR_CONFLICT,
			"the key at line %zu is too long to get a value; make "
			"it shorter",
			p->key->line);
	return check_plain(w, p->value, mapping, i, e);
}

static bool
has_anchor(const struct yaml_node *n)
{
	if (n->alias_of != NULL)
		return false;
	if (n->anchored)
		return true;
	for (size_t i = 0; n->kind != YAML_SCALAR && i < n->n; i++) {
		if (n->kind == YAML_MAPPING && n->pairs[i].key->anchored)
			return true;
		if (has_anchor(child_of(n, i)))
			return true;
	}
	return false;
}

static bool
is_within(const struct yaml_node *n, const struct yaml_node *outer)
{
	return n->start >= outer->start && n->start < outer->end;
}

/* An alias outside of `target` to something in it. */
static const struct yaml_node *
find_alias(const struct yaml_node *n, const struct yaml_node *target)
{
	const struct yaml_node *found = NULL;

	if (n->alias_of != NULL)
		return is_within(n->alias_of, target) && !is_within(n, target)
			? n
			: NULL;
	for (size_t i = 0; n->kind != YAML_SCALAR && found == NULL && i < n->n;
		i++) {
		if (n->kind == YAML_MAPPING)
			found = find_alias(n->pairs[i].key, target);
		if (found == NULL)
			found = find_alias(child_of(n, i), target);
	}
	return found;
}

int
site_check_removal(
	const struct workshop *w, const struct yaml_node *n, struct err *e)
{
	if (!has_anchor(n))
		return 0;
	const struct yaml_node *alias = find_alias(w->root, n);
	if (alias == NULL)
		return 0;
	return err_set(e, ERR_CONFLICT,
		"what stands at line %zu is used by the alias at line %zu; "
		"write out what that stands for",
		n->line, alias->line);
}
