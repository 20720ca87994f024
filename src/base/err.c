/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const code_names[] = {
	[ERR_NONE] = "none",
	[ERR_SYS] = "system",
	[ERR_INPUT] = "input",
	[ERR_LIMIT] = "limit",
	[ERR_MISSING] = "missing",
	[ERR_CONFLICT] = "conflict",
	[ERR_LOCKED] = "locked",
	[ERR_POISONED] = "poisoned",
};
static_assert(sizeof(code_names) / sizeof(code_names[0]) == ERR_CODES,
	"every error code has a name");

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	e->sys = 0;
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, int sys, const char *fmt, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	(void)snprintf(e->msg, sizeof(e->msg), "%s: %s", what, strerror(sys));
	e->code = ERR_SYS;
	e->sys = sys;
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char inner[sizeof(e->msg)];
	char outer[sizeof(e->msg)];
	va_list ap;

	memcpy(inner, e->msg, sizeof(inner));
	va_start(ap, fmt);
	(void)vsnprintf(outer, sizeof(outer), fmt, ap);
	va_end(ap);

	/* When both do not fit, the cause is worth more than the place. */
	size_t room = sizeof(e->msg) - strlen(": ") - 1;
	size_t inner_n = strlen(inner);
	if (inner_n >= room)
		return -1;
	size_t outer_n = strnlen(outer, room - inner_n);
	memcpy(e->msg, outer, outer_n);
	memcpy(e->msg + outer_n, ": ", strlen(": "));
	memcpy(e->msg + outer_n + strlen(": "), inner, inner_n + 1);
	return -1;
}

const char *
err_code_name(enum err_code code)
{
	if ((unsigned int)code >= ERR_CODES)
		BUG("error code %d", (int)code);
	return code_names[code];
}

void
bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "weir: bug at %s:%d: ", file, line);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	abort();
}
