/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "yaml/quick-scan-priv.h"

enum {
	STOP = 1,      /* may end a plain scalar */
	STOP_FLOW = 2, /* ends one in a flow collection */
	NO_START = 4,  /* cannot begin one */
};

static const unsigned char classes[256] = {
	['\0'] = STOP | STOP_FLOW | NO_START,
	['\t'] = STOP | STOP_FLOW | NO_START,
	['\n'] = STOP | STOP_FLOW | NO_START,
	[' '] = NO_START,
	['#'] = STOP | STOP_FLOW | NO_START,
	[':'] = STOP | STOP_FLOW | NO_START,
	['?'] = STOP_FLOW | NO_START,
	[','] = STOP_FLOW | NO_START,
	['['] = STOP_FLOW | NO_START,
	[']'] = STOP_FLOW | NO_START,
	['{'] = STOP_FLOW | NO_START,
	['}'] = STOP_FLOW | NO_START,
	['-'] = NO_START,
	['&'] = NO_START,
	['*'] = NO_START,
	['!'] = NO_START,
	['|'] = NO_START,
	['>'] = NO_START,
	['\''] = NO_START,
	['"'] = NO_START,
	['%'] = NO_START,
	['@'] = NO_START,
	['`'] = NO_START,
};

static bool
is(char c, unsigned char mask)
{
	return (classes[(unsigned char)c] & mask) != 0;
}

/* A dash begins text before anything but a blank or an indicator. */
static bool
may_start(const char *p)
{
	if (*p == '-')
		return !is(p[1], NO_START) || p[1] == '-';
	return !is(*p, NO_START);
}

static bool
plain(struct quick *q, bool flow, struct scalar *ret)
{
	unsigned char mask = flow ? STOP_FLOW : STOP;
	char *p = q->at;

	if (!may_start(p))
		return false;
	for (;; p++) {
		while (!is(*p, mask))
			p++;
		if (*p == ':') {
			if (quick_is_blank(p[1]))
				break;
			if (flow && is(p[1], STOP_FLOW))
				return false;
		} else if (*p != '#' || p[-1] == ' ') {
			break;
		}
	}
	while (p[-1] == ' ')
		p--;
	ret->style = YAML_PLAIN;
	ret->value = ret->start = q->at;
	ret->n = (size_t)(p - q->at);
	q->at = ret->end = p;
	return true;
}

static bool
single_quoted(struct quick *q, struct scalar *ret)
{
	char *to = q->at + 1;
	char *p = to;

	ret->style = YAML_SINGLE;
	ret->start = q->at;
	ret->value = to;
	for (;;) {
		if (*p == '\0' || *p == '\n')
			return false;
		if (*p == '\'') {
			if (p[1] != '\'')
				break;
			p++;
		}
		*to++ = *p++;
	}
	ret->n = (size_t)(to - ret->value);
	q->at = ret->end = p + 1;
	return true;
}

/* What the escape `\c` stands for; NUL when it is none of the simple ones. */
static char
unescape(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'n':
		return '\n';
	case 't':
		return '\t';
	default:
		return '\0';
	}
}

static bool
double_quoted(struct quick *q, struct scalar *ret)
{
	char *to = q->at + 1;
	char *p = to;

	ret->style = YAML_DOUBLE;
	ret->start = q->at;
	ret->value = to;
	while (*p != '"') {
		if (*p == '\0' || *p == '\n')
			return false;
		char c = *p++;
		if (c == '\\') {
			c = unescape(*p++);
			if (c == '\0')
				return false;
		}
		*to++ = c;
	}
	ret->n = (size_t)(to - ret->value);
	q->at = ret->end = p + 1;
	return true;
}

bool
quick_scalar(struct quick *q, bool flow, struct scalar *ret)
{
	if (*q->at == '"')
		return double_quoted(q, ret);
	if (*q->at == '\'')
		return single_quoted(q, ret);
	return plain(q, flow, ret);
}

/* How a block scalar's lines become its value. */
struct block {
	bool folded;
	char chomp;	 /* '-', '+' or neither */
	ptrdiff_t width; /* its indentation */
	char *to;	 /* the value's end so far */
	char *last;	 /* behind its last line with text */
	bool ended;	 /* the line before ended with a line break */
	bool spaced;	 /* it began with white space */
	bool white;	 /* it was nothing else */
	size_t breaks;	 /* empty lines since */
};

/* "|" or ">", an optional sign, a comment, the line's end. */
static bool
read_header(struct quick *q, struct block *b)
{
	char *p = q->at;

	b->folded = *p++ == '>';
	if (*p == '-' || *p == '+')
		b->chomp = *p++;
	p += strspn(p, " ");
	if (*p == '#')
		p = strchrnul(p, '\n');
	if (*p != '\n')
		return false;
	q->at = p + 1;
	quick_begin_line(q);
	return true;
}

/*
 * The indentation is that of the first line with text, and deeper than the
 * collection's. Blank lines in front that are deeper yet are declined.
 */
static bool
find_width(const struct quick *q, ptrdiff_t indent, struct block *b)
{
	const char *p = q->at;
	size_t deepest = 0, n;

	for (;; p++) {
		n = strspn(p, " ");
		p += n;
		if (*p != '\n')
			break;
		deepest = n > deepest ? n : deepest;
	}
	b->width = (ptrdiff_t)n > indent ? (ptrdiff_t)n : indent + 1;
	return n >= deepest && *p != '\t';
}

static void
add_breaks(struct block *b)
{
	for (; b->breaks > 0; b->breaks--)
		*b->to++ = '\n';
}

/* A line with text, and what the break before it has become. */
static void
add_line(struct quick *q, struct block *b)
{
	char *p = q->at;
	char *end = strchrnul(p, '\n');
	bool spaced = *p == ' ' || *p == '\t';

	if (b->ended && b->folded && !b->spaced && !spaced) {
		if (b->breaks == 0)
			*b->to++ = ' ';
	} else if (b->ended) {
		*b->to++ = '\n';
	}
	add_breaks(b);
	memmove(b->to, p, (size_t)(end - p));
	b->to += end - p;
	b->spaced = spaced;
	b->ended = *end == '\n';
	q->at = b->ended ? end + 1 : end;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	b->white = end == p;
	b->last = q->at;
	quick_begin_line(q);
}

/* The lines that are its own; false at spaces that end the document, for
 * libyaml counts them in. */
static bool
add_lines(struct quick *q, struct block *b)
{
	for (;;) {
		char *p = q->at;
		while (*p == ' ' && p - q->at < b->width)
			p++;
		if (*p == '\n') {
			b->breaks++;
			q->at = p + 1;
			quick_begin_line(q);
			continue;
		}
		if (*p == '\0')
			return p == q->at;
		if (p - q->at < b->width)
			return true;
		q->at = p;
		add_line(q, b);
	}
}

bool
quick_block_scalar(struct quick *q, ptrdiff_t indent, struct scalar *ret)
{
	struct block b = {.to = q->at};

	ret->start = ret->value = q->at;
	if (!read_header(q, &b) || !find_width(q, indent, &b))
		return false;
	b.last = q->at;
	ret->style = b.folded ? YAML_FOLDED : YAML_LITERAL;
	/* White lines at the end may or may not be text. */
	if (!add_lines(q, &b) || b.white)
		return false;
	if (b.ended && b.chomp != '-')
		*b.to++ = '\n';
	if (b.chomp == '+')
		add_breaks(&b);
	ret->n = (size_t)(b.to - ret->value);
	ret->end = b.chomp == '+' ? q->at : b.last;
	return true;
}
