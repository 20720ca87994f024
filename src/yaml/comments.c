/* SPDX-License-Identifier: MIT */
#include "yaml/comments.h"

#include "base/vec.h"

/*
 * What is between scalars is white space, indicators, tags, names and comments,
 * and of these only a comment has a '#' behind white space.
 */

struct gathering {
	struct str bytes;
	size_t at, to;
	VEC(struct str) found;
};

static bool
begins(struct str bytes, size_t at)
{
	return bytes.s[at] == '#' &&
		(at == 0 || bytes.s[at - 1] == ' ' || bytes.s[at - 1] == '\t' ||
			bytes.s[at - 1] == '\n' ||
			(at == 3 && str_starts(bytes, STR("\xef\xbb\xbf"))));
}

/* Everything up to `end` is between scalars. */
static void
gather_gap(struct gathering *g, size_t end)
{
	if (end > g->to)
		end = g->to;
	while (g->at < end) {
		struct str rest = str_from_at(g->bytes, g->at);
		size_t n = str_find_char(rest, '\n');
		if (!begins(g->bytes, g->at)) {
			g->at++;
			continue;
		}
		VEC_PUSH(&g->found, str_trim(str_of(rest.s, n)));
		g->at += n;
	}
}

static void
gather_node(struct gathering *g, const struct yaml_node *n)
{
	size_t begin = n->start;

	if (n->end <= g->at || begin >= g->to)
		return;
	if (n->kind == YAML_SCALAR || n->alias_of != NULL) {
		/* Behind "|" there may be one. */
		if (n->alias_of == NULL &&
			(n->style == YAML_LITERAL || n->style == YAML_FOLDED))
			begin = n->content +
				str_find_char(str_from_at(g->bytes, n->content),
					'\n');
		gather_gap(g, begin);
		if (g->at < n->end)
			g->at = n->end;
		return;
	}
	for (size_t i = 0; i < n->n; i++) {
		if (n->kind == YAML_SEQUENCE) {
			gather_node(g, n->items[i]);
			continue;
		}
		gather_node(g, n->pairs[i].key);
		gather_node(g, n->pairs[i].value);
	}
}

void
yaml_comments(struct str bytes, const struct yaml_node *root, size_t from,
	size_t to, struct arena *a, struct str_list *ret)
{
	struct gathering g = {.bytes = bytes, .at = from, .to = to};

	if (root != NULL)
		gather_node(&g, root);
	gather_gap(&g, to);
	struct str *copy = ARENA_ARRAY(a, struct str, g.found.n);
	for (size_t i = 0; i < g.found.n; i++)
		copy[i] = g.found.items[i];
	*ret = (struct str_list){.items = copy, .n = g.found.n};
	VEC_RELEASE(&g.found);
}
