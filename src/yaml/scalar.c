/* SPDX-License-Identifier: MIT */
#include "yaml/emit-priv.h"

#include <string.h>

#include "base/utf8.h"

/*
 * The rules for plain scalars are stricter than YAML's, so that readers of
 * YAML 1.1 and 1.2 agree: see scalar_add in emit-priv.h and 7.3.3 and 10.3.2
 * of YAML 1.2.2.
 */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
skip_digits(struct str s, size_t at)
{
	while (at < s.n && is_digit(s.s[at]))
		at++;
	return at;
}

/* [-+]? ( \.[0-9]+ | [0-9]+ ( \.[0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool
is_decimal(struct str s)
{
	size_t at = 0, whole, part = 0;

	if (at < s.n && strchr("+-", s.s[at]) != NULL)
		at++;
	whole = skip_digits(s, at) - at;
	at += whole;
	if (at < s.n && s.s[at] == '.') {
		part = skip_digits(s, at + 1) - at - 1;
		at += part + 1;
	}
	if (whole + part == 0)
		return false;
	if (at < s.n && strchr("eE", s.s[at]) != NULL) {
		at++;
		if (at < s.n && strchr("+-", s.s[at]) != NULL)
			at++;
		if (skip_digits(s, at) == at)
			return false;
		at = skip_digits(s, at);
	}
	return at == s.n;
}

/* 0o17, 0x1f, and 0b11 of YAML 1.1 */
static bool
is_radix(struct str s)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (s.n < 3 || s.s[0] != '0' || strchr("oxb", s.s[1]) == NULL)
		return false;
	for (size_t i = 2; i < s.n; i++)
		if (s.s[i] == '\0' || strchr(digits, s.s[i]) == NULL)
			return false;
	return true;
}

/* Words that some schema reads as something else than text. */
static bool
is_word(struct str s)
{
	static const char *const words[] = {"~", "null", "true", "false", "yes",
		"no", "on", "off", ".nan", ".inf", "+.inf", "-.inf", "<<", "="};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == s.n &&
			strncasecmp(s.s, words[i], s.n) == 0)
			return true;
	return false;
}

static bool
is_printable(uint32_t c)
{
	return (c >= 0x20 && c <= 0x7e) ||
		(c >= 0xa0 && c <= 0xfffd && c != 0x2028 && c != 0x2029 &&
			c != 0xfeff) ||
		c >= 0x10000;
}

/* Every character may stand for itself; `extra` names control characters
 * that may, too. */
static bool
is_clean(struct str s, const char *extra)
{
	size_t at = 0;

	while (at < s.n) {
		uint32_t c = 0;
		at += utf8_decode(str_from_at(s, at), &c);
		bool spared =
			c != 0 && c < 0x20 && strchr(extra, (int)c) != NULL;
		if (!spared && !is_printable(c))
			return false;
	}
	return true;
}

static bool
has(struct str s, const char *needle)
{
	return str_find(s, str_from(needle)) < s.n;
}

static bool
fits_plain(struct str s, bool flow)
{
	if (s.n == 0 || strchr("-?:,[]{}#&*!|>'\"%@` ", s.s[0]) != NULL)
		return false;
	if (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == ':' || !is_clean(s, ""))
		return false;
	if (has(s, ": ") || has(s, " #") || str_starts(s, STR("...")))
		return false;
	if (flow &&
		(has(s, ":") || has(s, ",") || has(s, "[") || has(s, "]") ||
			has(s, "{") || has(s, "}")))
		return false;
	return !is_decimal(s) && !is_radix(s) && !is_word(s);
}

static void
add_single(struct buf *b, struct str s)
{
	buf_add_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] == '\'')
			buf_add_char(b, '\'');
		buf_add_char(b, s.s[i]);
	}
	buf_add_char(b, '\'');
}

static void
add_escaped(struct buf *b, uint32_t c)
{
	static const struct {
		uint32_t c;
		const char *text;
	} names[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"},
		{'\t', "\\t"}, {'\r', "\\r"}, {0, "\\0"}, {0x1b, "\\e"},
		{0x85, "\\N"}, {0x2028, "\\L"}, {0x2029, "\\P"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].c != c)
			continue;
		buf_add_c(b, names[i].text);
		return;
	}
	buf_addf(b, c < 0x100 ? "\\x%02X" : "\\u%04X", c);
}

static void
add_double(struct buf *b, struct str s)
{
	size_t at = 0;

	buf_add_char(b, '"');
	while (at < s.n) {
		uint32_t c = 0;
		struct str rest = str_from_at(s, at);
		size_t n = utf8_decode(rest, &c);
		if (is_printable(c) && c != '"' && c != '\\')
			buf_add(b, rest.s, n);
		else
			add_escaped(b, c);
		at += n;
	}
	buf_add_char(b, '"');
}

void
scalar_add(struct buf *b, struct str text, bool flow, enum yaml_style old)
{
	bool clean = is_clean(text, "");

	if (old == YAML_DOUBLE || !clean)
		add_double(b, text);
	else if (old == YAML_SINGLE || !fits_plain(text, flow))
		add_single(b, text);
	else
		buf_add_str(b, text);
}

/*
 * The first line with anything on it sets the indentation, so it must not
 * begin with white space; lines of nothing but white space are easily lost in
 * an editor. More than one line break at the end would join with blank lines
 * that follow.
 */
bool
scalar_fits_literal(struct str text)
{
	struct str rest = text, line;
	bool first = true;

	if (str_find_char(text, '\n') == text.n || !is_clean(text, "\n\t") ||
		str_ends(text, STR("\n\n")))
		return false;
	while (str_next_line(&rest, &line)) {
		if (line.n == 0)
			continue;
		if (str_trim(line).n == 0)
			return false;
		if (first && strchr(" \t", line.s[0]) != NULL)
			return false;
		first = false;
	}
	return !first;
}
