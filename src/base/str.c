/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <string.h>

struct str
str_from(const char *s)
{
	return (struct str){.s = s, .n = s != NULL ? strlen(s) : 0};
}

struct str
str_of(const char *s, size_t n)
{
	return (struct str){.s = s, .n = n};
}

bool
str_is_set(struct str a)
{
	return a.s != NULL;
}

bool
str_is_empty(struct str a)
{
	return a.n == 0;
}

bool
str_eq(struct str a, struct str b)
{
	if (a.s == NULL || b.s == NULL)
		return a.s == b.s;
	return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

bool
str_eq_c(struct str a, const char *b)
{
	return str_eq(a, str_from(b));
}

bool
str_starts(struct str a, struct str prefix)
{
	return a.n >= prefix.n &&
		(prefix.n == 0 || memcmp(a.s, prefix.s, prefix.n) == 0);
}

bool
str_ends(struct str a, struct str suffix)
{
	return a.n >= suffix.n &&
		(suffix.n == 0 ||
			memcmp(a.s + a.n - suffix.n, suffix.s, suffix.n) == 0);
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.s, b.s, n) : 0;

	if (c != 0)
		return c;
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return (a.s != NULL) - (b.s != NULL);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str a)
{
	while (a.n > 0 && is_space(a.s[0])) {
		a.s++;
		a.n--;
	}
	while (a.n > 0 && is_space(a.s[a.n - 1]))
		a.n--;
	return a;
}

struct str
str_from_at(struct str a, size_t at)
{
	if (at > a.n)
		at = a.n;
	return str_of(a.s + at, a.n - at);
}

size_t
str_find(struct str a, struct str needle)
{
	if (needle.n == 0)
		return 0;
	if (a.n < needle.n)
		return a.n;
	const char *hit = memmem(a.s, a.n, needle.s, needle.n);
	return hit != NULL ? (size_t)(hit - a.s) : a.n;
}

size_t
str_find_char(struct str a, char c)
{
	const char *hit = a.n > 0 ? memchr(a.s, c, a.n) : NULL;

	return hit != NULL ? (size_t)(hit - a.s) : a.n;
}

size_t
str_line_start(struct str a, size_t at)
{
	while (at > 0 && a.s[at - 1] != '\n')
		at--;
	return at;
}

size_t
str_line_end(struct str a, size_t at)
{
	size_t lf = at + str_find_char(str_from_at(a, at), '\n');

	return lf < a.n ? lf + 1 : a.n;
}

bool
str_next_line(struct str *rest, struct str *ret_line)
{
	if (rest->n == 0)
		return false;
	size_t n = str_find_char(*rest, '\n');
	*ret_line = str_of(rest->s, n);
	*rest = str_from_at(*rest, n < rest->n ? n + 1 : n);
	return true;
}

bool
str_list_has(struct str_list list, struct str s)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_eq(list.items[i], s))
			return true;
	return false;
}

bool
str_list_eq(struct str_list a, struct str_list b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (!str_eq(a.items[i], b.items[i]))
			return false;
	return true;
}

bool
parse_u64(struct str a, uint64_t *ret)
{
	uint64_t v = 0;

	if (a.n == 0)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (a.s[i] < '0' || a.s[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(a.s[i] - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}
