/* SPDX-License-Identifier: MIT */
#include "yaml/slices.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "yaml/slices-priv.h"

#define BOM STR("\xef\xbb\xbf")

/* One line of the document and where it is. */
struct line {
	struct str text; /* without its line break */
	size_t start, next, number;
};

static bool
next_line(struct str bytes, struct line *l)
{
	if (l->next >= bytes.n)
		return false;
	l->start = l->next;
	l->number++;
	l->text = str_of(bytes.s + l->start,
		str_find_char(str_from_at(bytes, l->start), '\n'));
	l->next = l->start + l->text.n + 1;
	if (l->next > bytes.n)
		l->next = bytes.n;
	return true;
}

static size_t
indent_of(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.s[n] == ' ')
		n++;
	return n;
}

static bool
is_blank_or_comment(struct str line)
{
	struct str t = str_trim(line);

	return t.n == 0 || t.s[0] == '#';
}

static bool
is_dash(struct str line, size_t indent)
{
	struct str rest = str_from_at(line, indent);

	return indent_of(line) == indent && rest.n > 0 && rest.s[0] == '-' &&
		(rest.n == 1 || rest.s[1] == ' ');
}

/* True for "items:", with nothing but a comment behind the colon. */
static bool
is_key(struct str line, struct str key)
{
	if (!str_starts(line, key) || line.n == key.n || line.s[key.n] != ':')
		return false;
	return is_blank_or_comment(str_from_at(line, key.n + 1));
}

/* Move to the line from which entries may come. */
static bool
find_list(struct str bytes, struct str key, struct line *l)
{
	if (!str_is_set(key))
		return true;
	while (next_line(bytes, l))
		if (is_key(l->text, key))
			return true;
	return false;
}

/* A line at the left edge that is no entry ends the list, unless it is what a
 * person or git left there by accident: then it belongs to its entry. */
static bool
ends_list(struct str line, struct str key)
{
	if (!str_is_set(key) || is_blank_or_comment(line))
		return false;
	size_t colon = str_find(line, STR(":"));

	return indent_of(line) == 0 && colon > 0 && colon < line.n &&
		line.s[0] != '-' && line.s[0] != '<' && line.s[0] != '>' &&
		line.s[0] != '=' && line.s[0] != '\t';
}

/*
 * Past the conflict that git wrote at `l`. Nothing in it is sound. True when it
 * begins with an entry: then the entry above it is whole.
 */
static bool
skip_conflict(struct str bytes, struct line *l, size_t indent)
{
	bool first = true, whole = false;

	while (next_line(bytes, l) && !str_starts(l->text, STR(">>>>>>>"))) {
		if (first && !is_blank_or_comment(l->text)) {
			whole = is_dash(l->text, indent) ||
				str_starts(l->text, STR("======="));
			first = false;
		}
	}
	return whole;
}

struct cutting {
	VEC(struct yaml_slice) cut;
	bool open; /* the last slice has no end yet */
};

static void
end_slice(struct cutting *c, size_t at)
{
	if (c->open)
		c->cut.items[c->cut.n - 1].end = (uint32_t)at;
	c->open = false;
}

/* Cut the list that begins at `l`; where it ends. */
static size_t
cut_list(struct str bytes, struct str key, struct line *l, struct cutting *c)
{
	size_t indent = 0;

	while (next_line(bytes, l)) {
		size_t start = l->start;
		if (str_starts(l->text, STR("<<<<<<<"))) {
			if (skip_conflict(bytes, l, indent))
				end_slice(c, start);
			continue;
		}
		if (c->cut.n == 0 && !is_blank_or_comment(l->text))
			indent = indent_of(l->text);
		if (is_dash(l->text, indent)) {
			end_slice(c, start);
			VEC_PUSH(&c->cut,
				((struct yaml_slice){.start = (uint32_t)start,
					.line = (uint32_t)l->number,
					.depth = str_is_set(key)}));
			c->open = true;
		} else if (ends_list(l->text, key) ||
			(c->cut.n == 0 && !is_blank_or_comment(l->text))) {
			return start;
		}
	}
	return bytes.n;
}

void
yaml_cut(struct str bytes, struct str key, struct arena *a,
	struct yaml_slices *ret)
{
	struct line l = {.next = str_starts(bytes, BOM) ? BOM.n : 0};
	struct cutting c = {0};

	*ret = (struct yaml_slices){.head_end = bytes.n, .tail_start = bytes.n};
	if (!find_list(bytes, key, &l))
		return;
	size_t end = cut_list(bytes, key, &l, &c);
	end_slice(&c, end);
	if (c.cut.n > 0) {
		struct yaml_slice *items =
			ARENA_ARRAY(a, struct yaml_slice, c.cut.n);
		memcpy(items, c.cut.items, c.cut.n * sizeof(items[0]));
		*ret = (struct yaml_slices){.items = items,
			.n = c.cut.n,
			.head_end = items[0].start,
			.tail_start = end};
	}
	VEC_RELEASE(&c.cut);
}

void
yaml_shift(struct yaml_node *n, size_t bytes, size_t lines)
{
	n->start += (uint32_t)bytes;
	n->end += (uint32_t)bytes;
	n->content += (uint32_t)bytes;
	n->line += lines;
	if (n->alias_of != NULL) /* its children are its target's */
		return;
	for (size_t i = 0; n->kind == YAML_SEQUENCE && i < n->n; i++)
		yaml_shift(n->items[i], bytes, lines);
	for (size_t i = 0; n->kind == YAML_MAPPING && i < n->n; i++) {
		yaml_shift(n->pairs[i].key, bytes, lines);
		yaml_shift(n->pairs[i].value, bytes, lines);
	}
}

#define FIRST "first at line "

/* "file:3:7: text" with the line counted in the whole document, as is that of
 * the first of two keys. */
static void
shift_error(const char *file, size_t lines, struct err *e)
{
	char text[sizeof(e->msg)];
	size_t line, column, first;
	int n = 0;

	size_t file_n = strlen(file);
	if (strncmp(e->msg, file, file_n) != 0 ||
		sscanf(e->msg + file_n, ":%zu:%zu: %n", &line, &column, &n) <
			2 ||
		n == 0)
		return;
	(void)snprintf(text, sizeof(text), "%s", e->msg + file_n + n);
	size_t at = str_find(str_from(text), STR(FIRST));
	if (sscanf(text + at, FIRST "%zu", &first) == 1)
		(void)snprintf(text + at, sizeof(text) - at, FIRST "%zu",
			first + lines);
	err_set(e, e->code, "%s:%zu:%zu: %s", file, line + lines, column, text);
}

int
yaml_parse_slice(struct str bytes, const struct yaml_slice *slice,
	const char *file, struct arena *a, struct yaml_node **ret_entry,
	struct err *e)
{
	struct str own =
		str_of(bytes.s + slice->start, slice->end - slice->start);
	struct yaml_limits limits = yaml_default_limits;
	struct yaml_node *root;

	limits.around = slice->depth;
	if (yaml_parse(own, file, &limits, a, &root, e) < 0) {
		shift_error(file, slice->line - 1, e);
		return -1;
	}
	if (root == NULL || root->kind != YAML_SEQUENCE || root->n != 1)
		return err_set(e, ERR_INPUT,
			"%s:%u:1: this entry cannot be told from what is "
			"around it",
			file, slice->line);
	yaml_shift(root, slice->start, slice->line - 1);
	*ret_entry = root->items[0];
	return 0;
}
