/* SPDX-License-Identifier: MIT */
#include "base/names.h"

#include <string.h>

#include "base/err.h"

enum { NEAREST_MAX = 64 }; /* longer words get no suggestion */

const char *
names_get(const struct names *t, int value)
{
	if (value < 0 || (size_t)value >= t->n)
		BUG("no name for value %d", value);
	return t->name[value];
}

bool
names_parse(const struct names *t, struct str s, int *ret)
{
	for (size_t i = 0; i < t->n && s.n > 0; i++) {
		const char *name = t->name[i];
		/* Most differ in their first letter. */
		if (name == NULL || name[0] != s.s[0] || !str_eq_c(s, name))
			continue;
		*ret = (int)i;
		return true;
	}
	return false;
}

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

static bool
is_same_letter(char a, char b)
{
	char lower_a = (char)(a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a);
	char lower_b = (char)(b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b);

	return lower_a == lower_b;
}

/* Optimal string alignment: edits of one letter, and two neighbours swapped,
 * count one, another case nothing. Both at most NEAREST_MAX bytes. */
static size_t
distance(struct str a, struct str b)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *above2 = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b.n; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t swap = above[j - 1] +
				!is_same_letter(a.s[i - 1], b.s[j - 1]);
			row[j] = min3(above[j] + 1, row[j - 1] + 1, swap);
			if (i > 1 && j > 1 &&
				is_same_letter(a.s[i - 1], b.s[j - 2]) &&
				is_same_letter(a.s[i - 2], b.s[j - 1]) &&
				above2[j - 2] + 1 < row[j])
				row[j] = above2[j - 2] + 1;
		}
		size_t *oldest = above2;
		above2 = above;
		above = row;
		row = oldest;
	}
	return above[b.n];
}

const char *
names_nearest(const struct names *t, struct str s)
{
	const char *best = NULL;
	size_t best_distance = 0;

	if (s.n == 0 || s.n > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < t->n; i++) {
		struct str name = str_from(t->name[i]);
		if (name.n == 0 || name.n > NEAREST_MAX)
			continue;
		size_t d = distance(s, name);
		size_t longer = s.n > name.n ? s.n : name.n;
		if (d * 3 > longer || (best != NULL && d >= best_distance))
			continue;
		best = t->name[i];
		best_distance = d;
	}
	return best;
}

void
names_list(const struct names *t, struct buf *b)
{
	size_t left = 0;

	for (size_t i = 0; i < t->n; i++)
		left += t->name[i] != NULL;
	for (size_t i = 0; i < t->n; i++) {
		if (t->name[i] == NULL)
			continue;
		buf_add_c(b, t->name[i]);
		left--;
		if (left > 0)
			buf_add_c(b, left > 1 ? ", " : " or ");
	}
}
