/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "base/utf8.h"
#include "cli/command-priv.h"

void
cli_flush(struct cli *c)
{
	if (c->out_errno == 0 && c->out.n > 0) {
		errno = 0;
		(void)fwrite(c->out.p, 1, c->out.n, stdout);
		if (fflush(stdout) != 0 || ferror(stdout))
			c->out_errno = errno != 0 ? errno : EIO;
	}
	buf_reset(&c->out);
}

static void
write_line(struct str text)
{
	struct buf line CLEANUP_BUF = {0};

	buf_add_c(&line, "weir: ");
	utf8_add_printable(&line, text);
	buf_add_char(&line, '\n');
	(void)fwrite(line.p, 1, line.n, stderr);
}

static void
say(struct cli *c, const char *code, struct str text)
{
	struct cli_error x = {code, arena_str(&c->arena, text)};

	VEC_PUSH(&c->errors, x);
	cli_flush(c); /* what was shown stands above what is wrong */
	write_line(text);
}

void
cli_warn(const struct err *e)
{
	write_line(str_from(e->msg));
}

static int
exit_of(enum err_code code)
{
	switch (code) {
	case ERR_INPUT:
	case ERR_LIMIT:
		return CLI_INPUT;
	case ERR_MISSING:
		return CLI_MISSING;
	case ERR_CONFLICT:
	case ERR_LOCKED:
		return CLI_BUSY;
	case ERR_NONE:
	case ERR_SYS:
	case ERR_POISONED:
	case ERR_CODES:
		break;
	}
	return CLI_FAILED;
}

int
cli_fail(struct cli *c, const struct err *e)
{
	if (e->sys == EACCES || e->sys == EPERM || e->sys == EROFS)
		c->denied = arena_str(&c->arena, str_from(e->msg));
	say(c, err_code_name(e->code), str_from(e->msg));
	return exit_of(e->code);
}

int
cli_fail_all(struct cli *c, const struct problems *p, const struct err *e)
{
	if (p->list.n == 0)
		return cli_fail(c, e);
	for (size_t i = 0; i < p->list.n; i++)
		(void)cli_fail(c, &p->list.items[i]);
	if (p->dropped > 0)
		say(c, err_code_name(ERR_INPUT),
			arena_strf(&c->arena, "%zu more problems are not shown",
				p->dropped));
	return exit_of(e->code);
}

int
cli_usage(struct cli *c, const char *fmt, ...)
{
	struct buf text CLEANUP_BUF = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	say(c, "usage", buf_str(&text));
	return CLI_USAGE;
}

void
cli_saved(struct cli *c, const char *fmt, ...)
{
	struct buf text CLEANUP_BUF = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	c->saved = arena_str(&c->arena, buf_str(&text));
}

void
cli_note(struct cli *c, const char *fmt, ...)
{
	struct buf text CLEANUP_BUF = {0};
	va_list ap;

	/* What stands before it comes first, where both go to one place. */
	cli_flush(c);
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	write_line(buf_str(&text));
}

void
ids_add(struct buf *b, struct str_list ids)
{
	for (size_t i = 0; i < ids.n; i++) {
		if (i > 0)
			buf_add_c(b, ", ");
		utf8_add_printable(b, ids.items[i]);
	}
}
