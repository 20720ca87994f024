/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "base/utf8.h"
#include "cli/command-priv.h"

enum { TEXT_MAX = 1024 * 1024 };

bool
text_is_sound(struct str s)
{
	return utf8_check(s) == s.n && str_find_char(s, '\0') == s.n;
}

int
text_read_input(const char *what, size_t max, struct buf *ret, struct err *e)
{
	size_t n;

	do {
		n = fread(buf_room(ret, BUFSIZ), 1, BUFSIZ, stdin);
		buf_added(ret, n);
	} while (n > 0 && ret->n <= max);
	if (ferror(stdin))
		return err_sys(e, errno, "reading %s", what);
	if (ret->n > max)
		return err_set(
			e, ERR_LIMIT, "%s is longer than %zu bytes", what, max);
	return 0;
}

int
text_from_input(struct cli *c, const char *what, struct str *ret)
{
	struct buf text CLEANUP_BUF = {0};
	struct err e = {0};

	int rc = text_read_input(what, TEXT_MAX, &text, &e);
	if (rc == 0 && !text_is_sound(buf_str(&text)))
		rc = err_set(&e, ERR_INPUT, "%s is not UTF-8 text, at byte %zu",
			what, utf8_check(buf_str(&text)) + 1);
	if (rc < 0)
		return cli_fail(c, &e);
	*ret = arena_str(&c->arena, buf_str(&text));
	return CLI_DONE;
}
