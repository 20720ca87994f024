/* SPDX-License-Identifier: MIT */
#include "yaml/spot-priv.h"

#include <string.h>

#define BOM STR("\xef\xbb\xbf")

size_t
spot_line(struct str bytes, size_t at)
{
	size_t first = str_starts(bytes, BOM) ? BOM.n : 0;

	if (at < first)
		return first;
	while (at > first && bytes.s[at - 1] != '\n')
		at--;
	return at;
}

size_t
spot_below(struct str bytes, size_t at)
{
	size_t lf = at + str_find_char(str_from_at(bytes, at), '\n');

	return lf < bytes.n ? lf + 1 : bytes.n;
}

size_t
spot_column(struct str bytes, size_t at)
{
	return at - spot_line(bytes, at);
}

size_t
spot_blanks(struct str bytes, size_t at)
{
	while (at < bytes.n && (bytes.s[at] == ' ' || bytes.s[at] == '\t'))
		at++;
	return at;
}

size_t
spot_white(struct str bytes, size_t at)
{
	size_t from;

	do {
		from = at;
		at = spot_blanks(bytes, at);
		if (at < bytes.n &&
			(bytes.s[at] == '\n' || bytes.s[at] == '\r'))
			at++;
	} while (at > from);
	return at;
}

size_t
spot_token(struct str bytes, size_t at)
{
	at = spot_white(bytes, at);
	while (at < bytes.n && bytes.s[at] == '#')
		at = spot_white(bytes, spot_below(bytes, at));
	return at;
}

size_t
spot_header(struct str bytes, size_t at)
{
	do
		at++;
	while (at < bytes.n && strchr("123456789+-", bytes.s[at]) != NULL);
	return at;
}

bool
spot_leads(struct str bytes, size_t at)
{
	size_t from = spot_line(bytes, at);

	while (from < at && bytes.s[from] == ' ')
		from++;
	return from == at;
}

bool
spot_is_blank_line(struct str bytes, size_t at)
{
	size_t from = at;

	at = spot_blanks(bytes, at);
	if (at < bytes.n && bytes.s[at] == '\r')
		at++;
	return at < bytes.n ? bytes.s[at] == '\n' : at > from;
}

bool
spot_is_comment_line(struct str bytes, size_t at, size_t *ret_column)
{
	size_t hash = spot_blanks(bytes, at);

	if (hash == bytes.n || bytes.s[hash] != '#')
		return false;
	*ret_column = hash - at;
	return true;
}

size_t
spot_colon(struct str bytes, const struct yaml_node *mapping, size_t i)
{
	size_t at = spot_token(bytes, mapping->pairs[i].key->end);

	if (at == bytes.n || bytes.s[at] != ':')
		return SPOT_NONE;
	/* Behind "? key" there may follow a key that begins with one. */
	bool ends =
		at + 1 == bytes.n || strchr(" \t\r\n", bytes.s[at + 1]) != NULL;
	return ends || mapping->style == YAML_FLOW ? at + 1 : SPOT_NONE;
}

size_t
spot_child(struct str bytes, const struct yaml_node *n, size_t i)
{
	if (i == 0 && n->style != YAML_FLOW)
		return n->start;
	if (i > 0) {
		size_t at = spot_token(bytes, spot_child_end(bytes, n, i - 1));
		if (n->style != YAML_FLOW || bytes.s[at] != ',')
			return at;
		return spot_token(bytes, at + 1);
	}
	/* A single pair in a flow sequence needs no braces. */
	if (bytes.s[n->start] != '{' && bytes.s[n->start] != '[')
		return n->start;
	return spot_token(bytes, n->start + 1);
}

size_t
spot_child_end(struct str bytes, const struct yaml_node *n, size_t i)
{
	if (n->kind == YAML_SEQUENCE)
		return n->items[i]->end;
	const struct yaml_pair *p = &n->pairs[i];
	if (p->value->end > p->value->start)
		return p->value->end;
	size_t colon = spot_colon(bytes, n, i);
	return colon != SPOT_NONE ? colon : p->key->end;
}

bool
spot_is_explicit(struct str bytes, const struct yaml_node *n, size_t i)
{
	return spot_child(bytes, n, i) != n->pairs[i].key->start;
}

size_t
spot_past_line(struct str bytes, size_t end)
{
	/* Only a block scalar reaches over its line break. */
	if (end > 0 && bytes.s[end - 1] == '\n')
		return end;
	return spot_below(bytes, end);
}

size_t
spot_past_comments(struct str bytes, size_t at, size_t column)
{
	size_t line = at, here;

	while (line < bytes.n) {
		if (spot_is_comment_line(bytes, line, &here)) {
			if (here <= column)
				break;
			at = spot_below(bytes, line);
		} else if (!spot_is_blank_line(bytes, line)) {
			break;
		} else if (spot_blanks(bytes, line) - line > column) {
			at = spot_below(bytes, line);
		}
		line = spot_below(bytes, line);
	}
	return at;
}
