/* SPDX-License-Identifier: MIT */
#include "yaml/marks-priv.h"

#include <string.h>

#include "yaml/spot-priv.h"

#define BOM STR("\xef\xbb\xbf")

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] >= 0x80)
			return false;
	return true;
}

void
marks_init(struct marks *m, struct str bytes)
{
	size_t bom = str_starts(bytes, BOM) ? BOM.n : 0;

	*m = (struct marks){
		.bytes = bytes,
		.ascii = is_ascii(str_from_at(bytes, bom)),
		.bom = bom,
		.byte = bom,
	};
}

static bool
is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

uint32_t
marks_byte(struct marks *m, size_t character)
{
	if (m->ascii)
		return (uint32_t)(character + m->bom);
	if (character < m->character) {
		m->character = 0;
		m->byte = m->bom;
	}
	for (; m->character < character; m->character++) {
		m->byte++;
		while (m->byte < m->bytes.n && is_tail(m->bytes.s[m->byte]))
			m->byte++;
	}
	return (uint32_t)m->byte;
}

uint32_t
marks_past_properties(struct str bytes, size_t at, size_t end)
{
	while (at < end && (bytes.s[at] == '!' || bytes.s[at] == '&')) {
		while (at < end && strchr(" \t\r\n", bytes.s[at]) == NULL)
			at++;
		at = spot_token(bytes, at);
	}
	return (uint32_t)(at < end ? at : end);
}

/* Back over white space and line breaks that precede `end`. */
static size_t
trim_end(struct str bytes, size_t start, size_t end)
{
	while (end > start && strchr(" \t\r\n", bytes.s[end - 1]) != NULL)
		end--;
	return end;
}

/* Lines of white space at the end of a block scalar that are deeper than its
 * indentation, and so are text, and the empty ones above them. */
static size_t
white_lines(struct str value)
{
	size_t lines = 0, n = value.n;

	while (n > 0 && value.s[n - 1] == '\n')
		n--;
	while (n > 0 && strchr(" \t\n", value.s[n - 1]) != NULL)
		lines += value.s[--n] == '\n';
	return n > 0 || value.n == 0 ? lines : lines + 1;
}

/* Blank lines after it belong to what follows unless the text keeps them
 * ("|+"). */
uint32_t
marks_block_scalar_end(struct str bytes, const struct yaml_node *n, size_t end)
{
	struct str rest = str_of(bytes.s + n->content, end - n->content);
	size_t header_n = str_find_char(rest, '\n');
	size_t indicator = 0;

	while (indicator < header_n &&
		strchr(" \t\r#", rest.s[indicator]) == NULL)
		indicator++;
	if (str_find_char(str_of(rest.s, indicator), '+') < indicator)
		return (uint32_t)end;
	size_t text = n->content + header_n;
	size_t last = trim_end(bytes, n->content + indicator, end);
	if (last < text) /* no text at all: up to the end of the header */
		last = text;
	for (size_t lines = white_lines(n->value) + 1; lines > 0; lines--) {
		while (last < end && bytes.s[last] != '\n')
			last++;
		last += last < end;
	}
	return (uint32_t)last;
}

/* That of the last child, or the dash or colon after which there is
 * nothing. */
uint32_t
marks_block_end(struct str bytes, const struct yaml_node *n)
{
	if (n->n == 0)
		return n->content;
	const struct yaml_node *last = n->kind == YAML_SEQUENCE
		? n->items[n->n - 1]
		: n->pairs[n->n - 1].value;
	if (last->end > last->start || last->alias_of != NULL)
		return last->end;
	/* An empty value stands right behind its dash or colon; one without a
	 * colon ("? key") is put at the next token. */
	if (n->kind == YAML_SEQUENCE || bytes.s[last->start - 1] == ':')
		return last->start;
	return n->pairs[n->n - 1].key->end;
}
