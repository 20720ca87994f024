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
text_from_input(struct cli *c, const char *what, struct str *ret)
{
	struct buf text CLEANUP_BUF = {0};
	struct err e = {0};
	size_t n;

	do {
		n = fread(buf_room(&text, BUFSIZ), 1, BUFSIZ, stdin);
		buf_added(&text, n);
	} while (n > 0 && text.n <= TEXT_MAX);
	if (ferror(stdin))
		err_sys(&e, errno, "reading the %s", what);
	else if (text.n > TEXT_MAX)
		err_set(&e, ERR_LIMIT, "the %s is longer than %d bytes", what,
			TEXT_MAX);
	else if (!text_is_sound(buf_str(&text)))
		err_set(&e, ERR_INPUT, "the %s is not UTF-8 text, at byte %zu",
			what, utf8_check(buf_str(&text)) + 1);
	if (e.code != ERR_NONE)
		return cli_fail(c, &e);
	*ret = arena_str(&c->arena, buf_str(&text));
	return CLI_DONE;
}
