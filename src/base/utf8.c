/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <string.h>
#include <wchar.h>

static bool
is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t
utf8_decode(struct str s, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s.s;
	size_t n;
	uint32_t c;

	if (s.n == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		n = 2;
		c = p[0] & 0x1fu;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		n = 3;
		c = p[0] & 0x0fu;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		n = 4;
		c = p[0] & 0x07u;
	} else {
		return 0;
	}
	if (s.n < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (!is_tail(p[i]))
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

enum { BLOCK = 64 };

/* Bytes at the start that are ASCII, in whole blocks. */
static size_t
ascii_blocks(struct str s)
{
	uint64_t words[BLOCK / sizeof(uint64_t)];
	size_t at = 0;

	for (; s.n - at >= BLOCK; at += BLOCK) {
		uint64_t all = 0;
		memcpy(words, s.s + at, BLOCK);
		for (size_t i = 0; i < BLOCK / sizeof(uint64_t); i++)
			all |= words[i];
		if ((all & 0x8080808080808080u) != 0)
			break;
	}
	return at;
}

/* The length of what is at the start: eight of ASCII, or one character. 0: it
 * is invalid. */
static size_t
check_step(struct str s)
{
	uint64_t eight;
	uint32_t c;

	if (s.n >= sizeof(eight)) {
		memcpy(&eight, s.s, sizeof(eight));
		if ((eight & 0x8080808080808080u) == 0)
			return sizeof(eight);
	}
	return (unsigned char)s.s[0] < 0x80 ? 1 : utf8_decode(s, &c);
}

size_t
utf8_check(struct str s)
{
	size_t at = 0, block_end = 0;

	while (at < s.n) {
		if (at >= block_end) { /* mostly all of it is ASCII */
			at += ascii_blocks(str_from_at(s, at));
			block_end = at + BLOCK;
			if (at == s.n)
				break;
		}
		size_t n = check_step(str_from_at(s, at));
		if (n == 0)
			return at;
		at += n;
	}
	return s.n;
}

bool
utf8_is_boundary(struct str s, size_t at)
{
	return at == s.n || !is_tail((unsigned char)s.s[at]);
}

size_t
utf8_cut(struct str s, size_t max)
{
	size_t n = s.n < max ? s.n : max;

	while (n > 0 && !utf8_is_boundary(s, n))
		n--;
	return n;
}

static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
		(c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
		(c >= 0x2066 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
}

typedef unsigned char block __attribute__((vector_size(16)));

/* Bytes at the start that are printable ASCII: one column each. */
static size_t
plain_run(struct str s)
{
	size_t n = 0;

	for (; s.n - n >= sizeof(block); n += sizeof(block)) {
		block x;
		uint64_t half[2];
		memcpy(&x, s.s + n, sizeof(x));
		block odd = (block)(x - 0x20 > 0x7e - 0x20);
		memcpy(half, &odd, sizeof(half));
		if ((half[0] | half[1]) != 0)
			break;
	}
	while (n < s.n && s.s[n] >= 0x20 && s.s[n] < 0x7f)
		n++;
	return n;
}

bool
utf8_is_plain(struct str s)
{
	return plain_run(s) == s.n;
}

void
utf8_add_printable(struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t plain = plain_run(s);
		buf_add(b, s.s, plain);
		s = str_from_at(s, plain);
		if (s.n == 0)
			return;
		uint32_t c = 0;
		size_t n = utf8_decode(s, &c);
		if (n > 0 && (c == '\n' || c == '\t' || c == '\r'))
			buf_add_char(b, ' ');
		else if (n == 0 || is_control(c))
			buf_add_c(b, "\xef\xbf\xbd");
		else
			buf_add(b, s.s, n);
		s = str_from_at(s, n > 0 ? n : 1);
	}
}

static size_t
columns_of(uint32_t c)
{
	int w = wcwidth((wchar_t)c);

	return w >= 0 ? (size_t)w : 1;
}

size_t
utf8_columns(struct str s)
{
	size_t columns = 0;

	for (;;) {
		size_t plain = plain_run(s);
		columns += plain;
		s = str_from_at(s, plain);
		if (s.n == 0)
			return columns;
		uint32_t c = 0;
		size_t n = utf8_decode(s, &c);
		columns += n > 0 ? columns_of(c) : 1;
		s = str_from_at(s, n > 0 ? n : 1);
	}
}

void
utf8_add_cut(struct buf *b, struct str s, size_t columns)
{
	if (utf8_columns(s) <= columns) {
		buf_add_str(b, s);
		return;
	}
	size_t used = 0;
	while (s.n > 0 && columns > 0) {
		uint32_t c = 0;
		size_t n = utf8_decode(s, &c);
		size_t w = n > 0 ? columns_of(c) : 1;
		if (used + w > columns - 1)
			break;
		buf_add(b, s.s, n > 0 ? n : 1);
		used += w;
		s = str_from_at(s, n > 0 ? n : 1);
	}
	if (columns > 0)
		buf_add_c(b, "\xe2\x80\xa6");
}
