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

enum { BLOCK = 16, LINE = 64 };

typedef unsigned char block __attribute__((vector_size(BLOCK)));

/* What was seen of some bytes: those that quick_may_read refuses, and, in their
 * top bits, those it has to look at more closely. */
struct seen {
	block odd, high;
};

/* Of eight bytes that are all ones or all zeros a bit each, the first lowest.
 * The product adds up bytes that have no bit in common. */
static inline uint64_t
gather(uint64_t half)
{
	return (le64toh(half) & 0x8040201008040201) * 0x0101010101010101 >> 56;
}

/* A bit for each of LINE bytes that may end a scalar. */
static inline uint64_t
look_at_line(const char *p, struct seen *seen)
{
	uint64_t bits = 0;

	for (int i = 0; i < LINE / BLOCK; i++) {
		uint64_t half[2];
		block x;
		memcpy(&x, p + (size_t)i * BLOCK, BLOCK);
		block white = (block)((x == '\n') | (x == '\t'));
		block stop = (block)((x == ':') | (x == '#')) | white;
		seen->odd |= ((block)(x < ' ') & ~white) | (block)(x == 0x7f);
		seen->high |= x;
		memcpy(half, &stop, BLOCK);
		bits |= (gather(half[0]) | gather(half[1]) << 8) << i * BLOCK;
	}
	return bits;
}

static bool
has_any(block x, uint64_t mask)
{
	uint64_t half[2];

	memcpy(half, &x, BLOCK);
	return ((half[0] | half[1]) & mask) != 0;
}

static void
look(struct yaml_leaves *l)
{
	struct seen seen = {0};
	size_t i = 0;

	l->window = l->seen;
	for (; i < YAML_LEAVES_WINDOW / LINE && l->end - l->seen >= LINE; i++) {
		l->stops[i] = look_at_line(l->seen, &seen);
		l->seen += LINE;
	}
	if (i < YAML_LEAVES_WINDOW / LINE && l->seen < l->end) {
		char last[LINE];
		memset(last, ' ', LINE);
		memcpy(last, l->seen, (size_t)(l->end - l->seen));
		l->stops[i] = look_at_line(last, &seen);
		l->seen = l->end;
	}
	l->odd |= has_any(seen.odd, UINT64_MAX);
	l->high |= has_any(seen.high, 0x8080808080808080);
}

/* To the first byte from `p` on that may end a scalar, or to the end. Not
 * before the window in hand. */
static const char *
find_stop(struct yaml_leaves *l, const char *p)
{
	for (;;) {
		if (p < l->seen) {
			size_t at = (size_t)(p - l->window), i = at / LINE;
			size_t n = ((size_t)(l->seen - l->window) + LINE - 1) /
				LINE;
			uint64_t bits = l->stops[i] & UINT64_MAX << at % LINE;
			while (bits == 0 && ++i < n)
				bits = l->stops[i];
			if (bits != 0)
				return l->window + i * LINE +
					__builtin_ctzll(bits);
			p = l->seen;
		}
		if (l->seen == l->end)
			return l->end;
		look(l);
	}
}

/* Every byte has been looked at, and may be read. */
static bool
may_read_all(struct yaml_leaves *l)
{
	bool ascii;

	while (l->seen < l->end)
		look(l);
	return l->high
		? quick_may_read(
			  str_of(l->start, (size_t)(l->end - l->start)), &ascii)
		: !l->odd;
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
		p = find_stop(l, p);
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

bool
yaml_leaf_key_is_word(struct str key)
{
	if (key.n == 0 || key.n > KEY_MAX || !is(key.s[0], WORD_START))
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (!is(key.s[i], WORD))
			return false;
	return true;
}

/* "key: value", with the key at `p`, which stands in `column`. */
static int
pair(struct yaml_leaves *l, const char *p, size_t column, struct yaml_leaf *ret)
{
	const char *colon = find_stop(l, p);

	if (colon == l->end || *colon != ':' ||
		(!is_end(colon + 1, l->end) && colon[1] != ' '))
		return -1;
	ret->kind = YAML_SCALAR;
	ret->key = str_of(p, (size_t)(colon - p));
	return value(l, colon + 1, column, ret);
}

int
yaml_leaves_begin(struct yaml_leaves *l, struct str entry)
{
	l->at = l->start = l->window = l->seen = entry.s;
	l->end = entry.s + entry.n;
	l->inner = 0;
	l->in_list = l->odd = l->high = false;
	l->words = NULL;
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
		return may_read_all(l) ? 0 : -1;
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
