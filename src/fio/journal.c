/* SPDX-License-Identifier: MIT */
#include "fio/journal.h"

#include <string.h>

#include "base/vec.h"
#include "fio/crc32c.h"

#define FIRST "weir-batch 1"

static void
add_word(struct buf *b, const char *word)
{
	for (; *word != '\0'; word++) {
		unsigned char c = (unsigned char)*word;
		if (c <= ' ' || c == '%' || c == 0x7f)
			buf_addf(b, "%%%02x", c);
		else
			buf_add_char(b, *word);
	}
}

void
fio_journal_format(
	const struct fio_journal_line *lines, size_t n, struct buf *ret)
{
	buf_add_c(ret, FIRST "\n");
	for (size_t i = 0; i < n; i++) {
		add_word(ret, lines[i].swap);
		buf_add_char(ret, ' ');
		add_word(ret, lines[i].path);
		buf_add_char(ret, '\n');
	}
	uint32_t crc = fio_crc32c(buf_str(ret));
	buf_addf(ret, "end %zu %08x\n", n, crc);
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* NULL when it is not what add_word writes. */
static const char *
parse_word(struct str word, struct arena *a)
{
	char *copy = arena_alloc(a, word.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < word.n; i++) {
		copy[n++] = word.s[i];
		if (word.s[i] == '\0')
			return NULL;
		if (word.s[i] != '%')
			continue;
		int high = word.n - i < 3 ? -1 : digit(word.s[i + 1]);
		int low = high < 0 ? -1 : digit(word.s[i + 2]);
		if (low < 0)
			return NULL;
		copy[n - 1] = (char)(high * 16 + low);
		if (copy[n - 1] == '\0')
			return NULL;
		i += 2;
	}
	return n > 0 ? copy : NULL;
}

static bool
parse_line(struct str line, struct arena *a, struct fio_journal_line *ret)
{
	size_t gap = str_find_char(line, ' ');

	if (gap == line.n)
		return false;
	ret->swap = parse_word(str_of(line.s, gap), a);
	ret->path = parse_word(str_from_at(line, gap + 1), a);
	return ret->swap != NULL && ret->path != NULL &&
		strchr(ret->swap, '/') == NULL;
}

bool
fio_journal_parse(struct str text, struct arena *a,
	const struct fio_journal_line **ret, size_t *ret_n)
{
	VEC(struct fio_journal_line) lines = {0};
	CLEANUP_BUF struct buf again = {0};
	struct str rest = text, line;
	bool good = str_next_line(&rest, &line) && str_eq_c(line, FIRST);

	while (good && str_next_line(&rest, &line) &&
		!str_starts(line, STR("end "))) {
		struct fio_journal_line x;
		good = parse_line(line, a, &x);
		if (good)
			VEC_PUSH(&lines, x);
	}
	/* Number and CRC are right when it is written the same again. */
	if (good)
		fio_journal_format(lines.items, lines.n, &again);
	good = good && str_eq(buf_str(&again), text);
	struct fio_journal_line *copy =
		ARENA_ARRAY(a, struct fio_journal_line, lines.n);
	if (lines.n > 0)
		memcpy(copy, lines.items, lines.n * sizeof(*copy));
	*ret = copy;
	*ret_n = lines.n;
	VEC_RELEASE(&lines);
	return good;
}
