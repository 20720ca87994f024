/* SPDX-License-Identifier: MIT */
#include "yaml/leaves.h"

#include <endian.h>
#include <string.h>

#include "yaml/quick-priv.h"

enum {
	WORD = 1,	 /* in a key or a word of a list */
	WORD_START = 2,	 /* begins one */
	PLAIN_START = 4, /* begins a plain scalar */
	STOP = 8,	 /* may end one */
};

enum { KEY_MAX = 100 };

#define START  (WORD_START | PLAIN_START)
#define LETTER (WORD | START)

static const unsigned char classes[256] = {
	['0' ... '9'] = LETTER,
	['A' ... 'Z'] = LETTER,
	['a' ... 'z'] = LETTER,
	['_'] = LETTER,
	['-'] = WORD,
	['.'] = WORD | PLAIN_START,
	['/'] = WORD | PLAIN_START,
	['('] = PLAIN_START,
	['$'] = PLAIN_START,
	['+'] = PLAIN_START,
	['<'] = PLAIN_START,
	['='] = PLAIN_START,
	['~'] = PLAIN_START,
	['\\'] = PLAIN_START,
	[0x80 ... 0xff] = PLAIN_START,
	[':'] = STOP,
	['#'] = STOP,
	['\t'] = STOP,
	['\n'] = STOP,
};

static bool
is(char c, unsigned char mask)
{
	return (classes[(unsigned char)c] & mask) != 0;
}

typedef unsigned char block __attribute__((vector_size(16)));

/* Sixteen bytes at a time; of those that stop the first in memory is the lowest
 * bits of a little-endian word. */
static const char *
find_stop(const char *p, const char *end)
{
	for (; end - p >= 16; p += 16) {
		block x;
		uint64_t half[2];
		memcpy(&x, p, sizeof(x));
		block hit = (block)((x == ':') | (x == '#') | (x == '\t') |
			(x == '\n'));
		memcpy(half, &hit, sizeof(half));
		if (half[0] != 0)
			return p + __builtin_ctzll(le64toh(half[0])) / 8;
		if (half[1] != 0)
			return p + 8 + __builtin_ctzll(le64toh(half[1])) / 8;
	}
	while (p < end && !is(*p, STOP))
		p++;
	return p;
}

static const char *
skip_spaces(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

/* A line's end, or the entry's. */
static bool
is_end(const char *p, const char *end)
{
	return p == end || *p == '\n';
}

static const char *
past_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf != NULL ? lf + 1 : end;
}

/* To the first line that is neither blank nor a comment; where on it that
 * begins. */
static const char *
find_token(struct yaml_leaves *l)
{
	for (;;) {
		const char *p = skip_spaces(l->at, l->end);
		if (p == l->end || (*p != '\n' && *p != '#'))
			return p;
		l->at = past_line(p, l->end);
	}
}

/* Behind a value: nothing more on its line. */
static int
end_line(struct yaml_leaves *l, const char *p)
{
	p = skip_spaces(p, l->end);
	if (!is_end(p, l->end))
		return -1;
	l->at = p < l->end ? p + 1 : p;
	return 1;
}

static bool
is_dash(const struct yaml_leaves *l, const char *p)
{
	return p + 1 < l->end && p[0] == '-' && p[1] == ' ';
}

static int
plain(struct yaml_leaves *l, const char *start, struct yaml_leaf *ret)
{
	const char *p = start;

	if (!is(*p, PLAIN_START))
		return -1;
	for (;; p++) {
		p = find_stop(p, l->end);
		if (is_end(p, l->end))
			break;
		if (*p == '\t' || (*p == '#' && p[-1] == ' '))
			return -1;
		if (*p == ':' && (is_end(p + 1, l->end) || p[1] == ' '))
			return -1;
	}
	l->at = p < l->end ? p + 1 : p;
	while (p[-1] == ' ')
		p--;
	ret->style = YAML_PLAIN;
	ret->value = str_of(start, (size_t)(p - start));
	return 1;
}

/* Quotes without anything escaped in them. */
static int
quoted(struct yaml_leaves *l, const char *start, struct yaml_leaf *ret)
{
	const char *p = start + 1;

	while (p < l->end && *p != *start && *p != '\n' &&
		(*p != '\\' || *start == '\''))
		p++;
	if (p == l->end || *p != *start)
		return -1;
	ret->style = *start == '"' ? YAML_DOUBLE : YAML_SINGLE;
	ret->value = str_of(start + 1, (size_t)(p - start - 1));
	/* Two single quotes are one that goes on: no end of a line. */
	return end_line(l, p + 1);
}

/* The words of a list in one style: `p` at the first byte of one. */
static const char *
word(struct yaml_leaves *l, const char *p, struct yaml_leaf *ret)
{
	const char *start = p;

	if (p == l->end || !is(*p, WORD_START))
		return NULL;
	while (p < l->end && (is(*p, WORD) || *p == ' '))
		p++;
	const char *end = p;
	while (end[-1] == ' ')
		end--;
	*ret = (struct yaml_leaf){.kind = YAML_SCALAR,
		.style = YAML_PLAIN,
		.inner = true,
		.value = str_of(start, (size_t)(end - start))};
	return p;
}

/* The next word of "[a, b]"; 0 behind the bracket. */
static int
next_word(struct yaml_leaves *l, struct yaml_leaf *ret)
{
	const char *p = skip_spaces(l->words, l->end);

	if (p < l->end && *p == ']') {
		l->words = NULL;
		return end_line(l, p + 1) < 0 ? -1 : 0;
	}
	p = word(l, p, ret);
	if (p == NULL || p == l->end || (*p != ',' && *p != ']'))
		return -1;
	l->words = *p == ',' ? p + 1 : p;
	/* "[a, ]" may be read, but not here. */
	if (*p == ',' &&
		(l->words == l->end || *skip_spaces(l->words, l->end) == ']'))
		return -1;
	return 1;
}

/* Nothing stands behind the colon: what does below? */
static int
open_below(struct yaml_leaves *l, size_t column, struct yaml_leaf *ret)
{
	const char *p = find_token(l);
	size_t here = (size_t)(p - l->at);

	ret->style = YAML_PLAIN;
	ret->value = STR("");
	if (p == l->end || here < column || (here == column && !is_dash(l, p)))
		return 1;
	if (ret->inner)
		return -1;
	l->in_list = is_dash(l, p);
	l->inner = here;
	ret->kind = l->in_list ? YAML_SEQUENCE : YAML_MAPPING;
	ret->style = YAML_BLOCK;
	return 1;
}

static int
value(struct yaml_leaves *l, const char *p, size_t column,
	struct yaml_leaf *ret)
{
	p = skip_spaces(p, l->end);
	if (is_end(p, l->end) || *p == '#') {
		l->at = past_line(p, l->end);
		return open_below(l, column, ret);
	}
	if (*p == '\'' || *p == '"')
		return quoted(l, p, ret);
	if (*p != '[')
		return plain(l, p, ret);
	if (ret->inner)
		return -1;
	l->words = p + 1;
	ret->kind = YAML_SEQUENCE;
	ret->style = YAML_FLOW;
	return 1;
}

/* "key: value", with the key at `p`, which stands in `column`. */
static int
pair(struct yaml_leaves *l, const char *p, size_t column, struct yaml_leaf *ret)
{
	const char *start = p;

	if (!is(*p, WORD_START))
		return -1;
	while (p < l->end && is(*p, WORD))
		p++;
	if (p == l->end || *p != ':' || p - start > KEY_MAX)
		return -1;
	if (!is_end(p + 1, l->end) && p[1] != ' ')
		return -1;
	ret->kind = YAML_SCALAR;
	ret->key = str_of(start, (size_t)(p - start));
	return value(l, p + 1, column, ret);
}

int
yaml_leaves_begin(struct yaml_leaves *l, struct str entry)
{
	bool ascii;

	*l = (struct yaml_leaves){.at = entry.s, .end = entry.s + entry.n};
	if (!quick_may_read(entry, &ascii))
		return -1;
	const char *p = skip_spaces(l->at, l->end);
	if (!is_dash(l, p))
		return -1;
	p = skip_spaces(p + 1, l->end);
	l->column = (size_t)(p - l->at);
	l->first = true;
	return p == l->end ? -1 : 0;
}

int
yaml_leaves_next(struct yaml_leaves *l, struct yaml_leaf *ret)
{
	*ret = (struct yaml_leaf){0};
	if (l->first) {
		l->first = false;
		return pair(l, l->at + l->column, l->column, ret);
	}
	if (l->words != NULL) {
		int rc = next_word(l, ret);
		if (rc != 0)
			return rc;
		*ret = (struct yaml_leaf){0};
	}
	const char *p = find_token(l);
	size_t here = (size_t)(p - l->at);
	if (p == l->end)
		return 0;
	if (l->in_list && here == l->inner && is_dash(l, p)) {
		p = word(l, skip_spaces(p + 1, l->end), ret);
		return p == NULL ? -1 : end_line(l, p);
	}
	if (here == l->column) {
		l->inner = 0;
		l->in_list = false;
		return pair(l, p, here, ret);
	}
	if (l->inner == 0 || l->in_list || here != l->inner)
		return -1;
	ret->inner = true;
	return pair(l, p, here, ret);
}
