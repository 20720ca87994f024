/* SPDX-License-Identifier: MIT */
#include "model/id.h"

#include <inttypes.h>

enum { ID_LENGTH_MAX = 100, PREFIX_LENGTH_MAX = 30 };

bool
id_number(struct str id, uint64_t *ret)
{
	size_t digits = 0;
	uint64_t v;

	while (digits < id.n && id.s[id.n - digits - 1] != '-')
		digits++;
	if (digits == id.n)
		return false;
	if (!parse_u64(str_from_at(id, id.n - digits), &v) || v > ID_NUMBER_MAX)
		return false;
	*ret = v;
	return true;
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z');
}

static bool
is_word(struct str s, size_t max, bool dots)
{
	if (s.n == 0 || s.n > max || !is_alnum(s.s[0]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.s[i];
		if (!is_alnum(c) && c != '_' && c != '-' && !(dots && c == '.'))
			return false;
	}
	return true;
}

bool
id_is_valid(struct str id)
{
	return is_word(id, ID_LENGTH_MAX, true);
}

bool
id_prefix_is_valid(struct str prefix)
{
	return is_word(prefix, PREFIX_LENGTH_MAX, false);
}

int
id_next(struct str prefix, uint64_t mark, struct arena *a, struct str *ret_id,
	uint64_t *ret_number, struct err *e)
{
	if (mark >= ID_NUMBER_MAX)
		return err_set(e, ERR_LIMIT,
			"ids are used up: the highest number is %" PRIu64,
			mark);
	*ret_number = mark + 1;
	*ret_id =
		arena_strf(a, "%.*s-%03" PRIu64, STR_ARG(prefix), *ret_number);
	return 0;
}
