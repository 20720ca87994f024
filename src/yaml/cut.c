/* SPDX-License-Identifier: MIT */
#include "yaml/cut-priv.h"

#include <string.h>

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

bool
cut_find_list(struct scan *s, struct str key)
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

bool
cut_find_first(struct scan *s, size_t *ret_column)
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

bool
cut_is_entry(const struct scan *s, size_t column)
{
	const char *first = first_of_line(s);

	return (size_t)(first - s->at) == column && is_dash(s, first);
}

void
cut_entries(
	struct scan *s, struct str bytes, size_t column, struct cutting *ret)
{
	do {
		struct yaml_slice x = {
			.start = (uint32_t)(s->at - bytes.s),
			.line = (uint32_t)s->line,
		};
		skip_entry(s, column);
		x.end = (uint32_t)(s->at - bytes.s);
		VEC_PUSH(&ret->list, x);
	} while (s->at < s->end && cut_is_entry(s, column));
}

void
cut_keep(struct cutting *cut, struct arena *a, struct yaml_slices *ret)
{
	struct yaml_slice *items =
		ARENA_ARRAY(a, struct yaml_slice, cut->list.n);

	memcpy(items, cut->list.items, cut->list.n * sizeof(items[0]));
	*ret = (struct yaml_slices){.items = items,
		.n = cut->list.n,
		.head_end = items[0].start,
		.tail_start = items[cut->list.n - 1].end};
	VEC_RELEASE(&cut->list);
}
