/* SPDX-License-Identifier: MIT */
#include "yaml/outline.h"

#include <string.h>

#include "base/vec.h"
#include "yaml/quick-priv.h"
#include "yaml/slices-priv.h"

/* Where the reading of lines has come to. */
struct scan {
	const char *at, *end; /* `at`: the start of a line */
	size_t line;	      /* its number */
};

static const char *
line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf != NULL ? lf : end;
}

static void
to_next_line(struct scan *s)
{
	s->at = line_end(s->at, s->end);
	s->at += s->at < s->end;
	s->line++;
}

/* The first byte of the line that is no space; s->end when there is none. */
static const char *
first_of_line(const struct scan *s)
{
	const char *p = s->at;

	while (p < s->end && *p == ' ')
		p++;
	return p;
}

/* A blank line, a comment or the end of the document. */
static bool
says_nothing(const struct scan *s, const char *first)
{
	return first == s->end || *first == '\n' || *first == '#';
}

static bool
is_dash(const struct scan *s, const char *p)
{
	return p < s->end && *p == '-' &&
		(p + 1 == s->end || p[1] == ' ' || p[1] == '\n');
}

/* To the line behind "key:" at the left edge. */
static bool
find_list(struct scan *s, struct str key)
{
	for (; s->at < s->end; to_next_line(s)) {
		if ((size_t)(s->end - s->at) <= key.n ||
			memcmp(s->at, key.s, key.n) != 0 || s->at[key.n] != ':')
			continue;
		to_next_line(s);
		return true;
	}
	return false;
}

/* To the first dash; false when something else is there. */
static bool
find_first(struct scan *s, size_t *ret_column)
{
	for (; s->at < s->end; to_next_line(s)) {
		const char *first = first_of_line(s);
		if (says_nothing(s, first))
			continue;
		*ret_column = (size_t)(first - s->at);
		return is_dash(s, first);
	}
	return false;
}

/* To the first line that stands no deeper than the dashes and says something.
 * Most lines stand deeper, which is seen at once. */
static void
skip_entry(struct scan *s, size_t column)
{
	for (to_next_line(s); s->at < s->end; to_next_line(s)) {
		size_t n = 0;
		while (n <= column && s->at + n < s->end && s->at[n] == ' ')
			n++;
		if (n <= column && !says_nothing(s, s->at + n))
			return;
	}
}

struct cutting {
	VEC(struct yaml_slice) list;
};

static void
cut_entries(
	struct scan *s, struct str bytes, size_t column, struct cutting *ret)
{
	const char *dash;

	do {
		struct yaml_slice x = {
			.start = (size_t)(s->at - bytes.s),
			.line = s->line,
		};
		skip_entry(s, column);
		x.end = (size_t)(s->at - bytes.s);
		VEC_PUSH(&ret->list, x);
		dash = s->at + column;
	} while (
		s->at < s->end && first_of_line(s) == dash && is_dash(s, dash));
}

/* The document with the entries left out, and its nodes where they are. */
static int
read_rest(struct str bytes, const struct yaml_slices *cut, size_t lines,
	struct arena *a, struct yaml_node **ret)
{
	CLEANUP_BUF struct buf rest = {0};

	buf_add(&rest, bytes.s, cut->head_end);
	buf_add(&rest, bytes.s + cut->tail_start, bytes.n - cut->tail_start);
	if (yaml_quick(buf_str(&rest), &yaml_default_limits, a, ret) != 0)
		return 1;
	if (*ret == NULL || (*ret)->kind != YAML_MAPPING ||
		(*ret)->style != YAML_BLOCK || (*ret)->column != 1)
		return 1;
	for (size_t i = 0; i < (*ret)->n; i++) {
		const struct yaml_pair *p = &(*ret)->pairs[i];
		if (p->key->start < cut->head_end)
			continue;
		yaml_shift(p->key, cut->tail_start - cut->head_end, lines);
		yaml_shift(p->value, cut->tail_start - cut->head_end, lines);
	}
	if ((*ret)->n > 0)
		(*ret)->end = (*ret)->pairs[(*ret)->n - 1].value->end;
	return 0;
}

/*
 * Put the list where the key has no value. The last key of the head must be the
 * one that was found: then the dash is the first thing behind its colon.
 */
static int
place_list(struct yaml_outline *o, struct str key, struct arena *a)
{
	const struct yaml_slice *first = &o->slices.items[0];
	struct yaml_pair *p = NULL;

	for (size_t i = 0; i < o->root->n; i++)
		if (o->root->pairs[i].key->start < first->start)
			p = &o->root->pairs[i];
	if (p == NULL || p->key->style != YAML_PLAIN ||
		!str_eq(p->key->value, key) || p->value->kind != YAML_SCALAR ||
		p->value->style != YAML_PLAIN || p->value->n > 0 ||
		p->value->start < p->value->end)
		return 1;
	o->list = ARENA_NEW(a, struct yaml_node);
	*o->list = (struct yaml_node){
		.kind = YAML_SEQUENCE,
		.style = YAML_BLOCK,
		.start = (uint32_t)(first->start + o->column),
		.content = (uint32_t)(first->start + o->column),
		.line = first->line,
		.column = o->column + 1,
	};
	p->value = o->list;
	return 0;
}

int
yaml_outline(struct str bytes, struct str key, struct arena *a,
	struct yaml_outline *ret)
{
	struct scan s = {.at = bytes.s, .end = bytes.s + bytes.n, .line = 1};
	struct cutting cut = {0};

	*ret = (struct yaml_outline){0};
	if (bytes.n > yaml_default_limits.bytes || !find_list(&s, key) ||
		!find_first(&s, &ret->column))
		return 1;
	cut_entries(&s, bytes, ret->column, &cut);
	struct yaml_slice *items =
		ARENA_ARRAY(a, struct yaml_slice, cut.list.n);
	memcpy(items, cut.list.items, cut.list.n * sizeof(items[0]));
	ret->slices = (struct yaml_slices){.items = items,
		.n = cut.list.n,
		.head_end = items[0].start,
		.tail_start = items[cut.list.n - 1].end};
	VEC_RELEASE(&cut.list);
	if (read_rest(bytes, &ret->slices, s.line - items[0].line, a,
		    &ret->root) != 0)
		return 1;
	return place_list(ret, key, a);
}

int
yaml_outline_entry(struct str bytes, const struct yaml_outline *o, size_t i,
	struct arena *a, struct yaml_node **ret)
{
	const struct yaml_slice *slice = &o->slices.items[i];
	struct yaml_limits limits = yaml_default_limits;
	struct yaml_node *list;

	/* The document's own mapping is around it. */
	limits.around = 1;
	if (yaml_quick_part(bytes, slice, &limits, a, &list) != 0)
		return 1;
	if (list == NULL || list->kind != YAML_SEQUENCE || list->n != 1 ||
		list->style != YAML_BLOCK || list->column != o->column + 1)
		return 1;
	*ret = list->items[0];
	return 0;
}

struct yaml_node *
yaml_outline_tree(const struct yaml_outline *o, struct yaml_node **entries,
	size_t n, struct arena *a)
{
	struct yaml_node *root = ARENA_NEW(a, struct yaml_node);
	struct yaml_node *list = ARENA_NEW(a, struct yaml_node);

	*list = *o->list;
	list->items = entries;
	list->n = n;
	list->end = entries[n - 1]->end;
	*root = *o->root;
	root->pairs = ARENA_ARRAY(a, struct yaml_pair, root->n);
	for (size_t i = 0; i < root->n; i++) {
		root->pairs[i] = o->root->pairs[i];
		if (root->pairs[i].value == o->list)
			root->pairs[i].value = list;
	}
	root->end = root->pairs[root->n - 1].value->end;
	return root;
}
