/* SPDX-License-Identifier: MIT */
#include "store/mark-priv.h"

/* One line, "NUMBER DIGEST\n". */

int
mark_read(const struct fio_dir *state, uint64_t *ret, bool *ret_damaged,
	struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_digest digest;
	struct str line, rest;

	*ret = 0;
	*ret_damaged = false;
	int rc = fio_read(state, MARK_FILE, 4096, &bytes, NULL, e);
	if (rc < 0)
		return -1;
	if (rc == 1)
		return 0;
	rest = buf_str(&bytes);
	if (!str_next_line(&rest, &line))
		line = STR("");
	size_t space = str_find_char(line, ' ');
	struct str number = str_of(line.s, space);
	*ret_damaged = !parse_u64(number, ret) ||
		!fio_digest_parse(str_from_at(line, space + 1), &digest) ||
		!fio_digest_eq(digest, fio_digest(number));
	if (*ret_damaged)
		*ret = 0;
	return 0;
}

static void
add_line(struct buf *b, uint64_t mark)
{
	char digest[FIO_DIGEST_TEXT];

	buf_addf(b, "%llu", (unsigned long long)mark);
	fio_digest_format(fio_digest(buf_str(b)), digest);
	buf_addf(b, " %s\n", digest);
}

int
mark_write(const struct fio_dir *state, uint64_t mark, struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};

	add_line(&bytes, mark);
	return fio_replace(
		state, MARK_FILE, buf_str(&bytes), 0600, NULL, NULL, e);
}

int
mark_displace(const struct fio_dir *state, uint64_t mark, const char *aside,
	struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};

	add_line(&bytes, mark);
	return fio_displace(state, MARK_FILE, aside, buf_str(&bytes), 0600, e);
}
