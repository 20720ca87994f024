/* SPDX-License-Identifier: MIT */
#include "yaml/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "yaml/build-priv.h"
#include "yaml/quick-priv.h"

const struct yaml_limits yaml_default_limits = {
	.bytes = (size_t)256 * 1024 * 1024,
	.depth = 64,
	.nodes = (size_t)64 * 1024 * 1024,
};

int
yaml_err(const char *file, const struct yaml_node *at, struct err *e,
	const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(e, ERR_INPUT, "%s:%zu:%zu: %s", file, at->line,
		at->column, text);
}

/* ERR_INPUT about the byte at `at`, whose line and column are counted. */
static int
err_at(struct str bytes, const char *file, size_t at, struct err *e,
	const char *text)
{
	size_t line = 1, start = 0;

	for (size_t i = 0; i < at; i++) {
		if (bytes.s[i] != '\n')
			continue;
		line++;
		start = i + 1;
	}
	size_t column = 1;
	for (size_t i = start; i < at; i++)
		column += ((unsigned char)bytes.s[i] & 0xc0) != 0x80;
	return err_set(
		e, ERR_INPUT, "%s:%zu:%zu: %s", file, line, column, text);
}

/* What is wrong with the byte at `i`, one of those that may be wrong. */
static const char *
judge(struct str bytes, size_t i)
{
	struct str rest = str_from_at(bytes, i);

	if (bytes.s[i] == '\0')
		return "a NUL byte; remove it";
	if (bytes.s[i] == '\r' && !str_starts(rest, STR("\r\n")))
		return "a carriage return inside a line; end lines with LF or "
		       "CR LF";
	if (str_starts(rest, STR("\xc2\x85")))
		return "the line break U+0085; write it as \"\\N\" in double "
		       "quotes";
	if (str_starts(rest, STR("\xe2\x80\xa8")) ||
		str_starts(rest, STR("\xe2\x80\xa9")))
		return "a line break U+2028 or U+2029; write it as \"\\L\" or "
		       "\"\\P\" in double quotes";
	uint32_t c = 0;
	(void)utf8_decode(rest, &c);
	if ((c < 0x20 && c != '\r') || (c >= 0x7f && c < 0xa0))
		return "a control character; remove it";
	if (c == 0xfffe || c == 0xffff || (c == 0xfeff && i > 0))
		return "a byte order mark or no character at all; remove it";
	return NULL;
}

/* The first byte that must not be in a document at all; bytes.n when none. */
static size_t
find_forbidden(struct str bytes, const char **ret_what)
{
	static const bool suspect[256] = {[0 ... 8] = true,
		[0x0b ... 0x1f] = true,
		[0x7f] = true,
		[0xc2] = true,
		[0xe2] = true,
		[0xef] = true};

	for (size_t i = 0; i < bytes.n; i++) {
		if (!suspect[(unsigned char)bytes.s[i]])
			continue;
		*ret_what = judge(bytes, i);
		if (*ret_what != NULL)
			return i;
	}
	return bytes.n;
}

static bool
line_starts(struct str bytes, size_t at, struct str marker)
{
	struct str rest = str_from_at(bytes, at);

	return str_starts(rest, marker) &&
		(rest.n == marker.n || rest.s[marker.n] == ' ' ||
			rest.s[marker.n] == '\n' || rest.s[marker.n] == '\r');
}

/* A line that git writes around a conflict; bytes.n when there is none. */
static size_t
find_conflict(struct str bytes)
{
	size_t at = 0;

	while (at < bytes.n) {
		if (line_starts(bytes, at, STR("<<<<<<<")) ||
			line_starts(bytes, at, STR(">>>>>>>")))
			return at;
		at += str_find_char(str_from_at(bytes, at), '\n') + 1;
	}
	return bytes.n;
}

static int
check_bytes(struct str bytes, const char *file,
	const struct yaml_limits *limits, struct err *e)
{
	const char *what;

	if (bytes.n > limits->bytes || bytes.n > UINT32_MAX)
		return err_set(e, ERR_LIMIT,
			"%s:1:1: %zu bytes are too many; at most %zu are read",
			file, bytes.n, limits->bytes);
	size_t at = utf8_check(bytes);
	if (at < bytes.n)
		return err_at(bytes, file, at, e,
			"this is not UTF-8; save the file in UTF-8");
	at = find_forbidden(bytes, &what);
	if (at < bytes.n)
		return err_at(bytes, file, at, e, what);
	at = find_conflict(bytes);
	if (at < bytes.n)
		return err_at(bytes, file, at, e,
			"an unresolved merge conflict; resolve it, then "
			"try again");
	return 0;
}

int
yaml_parse(struct str bytes, const char *file, const struct yaml_limits *limits,
	struct arena *a, struct yaml_node **ret, struct err *e)
{
	if (limits == NULL)
		limits = &yaml_default_limits;
	*ret = NULL;
	/* What the quick way takes has nothing in it that is checked for. */
	if (bytes.n <= limits->bytes && yaml_quick(bytes, limits, a, ret) == 0)
		return 0;
	if (check_bytes(bytes, file, limits, e) < 0)
		return -1;
	return yaml_build(bytes, file, limits, a, ret, e);
}

bool
yaml_is_null(const struct yaml_node *n)
{
	struct str v = n->value;

	if (n->kind != YAML_SCALAR || n->style != YAML_PLAIN || n->tagged)
		return false;
	if (v.n == 1)
		return v.s[0] == '~';
	if (v.n != 4)
		return v.n == 0;
	return memcmp(v.s, "null", 4) == 0 || memcmp(v.s, "Null", 4) == 0 ||
		memcmp(v.s, "NULL", 4) == 0;
}

bool
yaml_bool(const struct yaml_node *n, bool *ret)
{
	static const char *const truths[] = {"true", "True", "TRUE"};
	static const char *const lies[] = {"false", "False", "FALSE"};

	if (n->kind != YAML_SCALAR || n->style != YAML_PLAIN)
		return false;
	for (size_t i = 0; i < 3; i++) {
		bool truth = str_eq_c(n->value, truths[i]);
		if (!truth && !str_eq_c(n->value, lies[i]))
			continue;
		*ret = truth;
		return true;
	}
	return false;
}

struct yaml_node *
yaml_get(const struct yaml_node *mapping, struct str key)
{
	for (size_t i = 0; i < mapping->n; i++)
		if (str_eq(mapping->pairs[i].key->value, key))
			return mapping->pairs[i].value;
	return NULL;
}
