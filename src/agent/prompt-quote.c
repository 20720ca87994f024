/* SPDX-License-Identifier: MIT */
#include "agent/prompt-priv.h"
#include "base/utf8.h"

enum { INLINE_COLUMNS = 200 };

/* Lines and tabs stay, every other control character goes. */
static void
add_clean(struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t n = 0;
		while (n < s.n && s.s[n] != '\n' && s.s[n] != '\t')
			n++;
		bool crlf = n > 0 && n < s.n && s.s[n] == '\n' &&
			s.s[n - 1] == '\r';
		utf8_add_printable(b, str_of(s.s, n - crlf));
		if (n < s.n)
			buf_add_char(b, s.s[n]);
		s = str_from_at(s, n + 1);
	}
}

static void
add_without(struct buf *b, struct str s, struct str nonce)
{
	for (;;) {
		size_t at = str_find(s, nonce);
		buf_add_str(b, str_of(s.s, at));
		if (at == s.n)
			return;
		buf_add_c(b, "[removed]");
		s = str_from_at(s, at + nonce.n);
	}
}

static void
add_boundary(struct buf *b, const struct prompt_input *in, const char *edge,
	const char *label)
{
	buf_addf(b, "=== %s %s %.*s ===\n", edge, label, STR_ARG(in->nonce));
}

void
prompt_quote(struct buf *b, const struct prompt_input *in, const char *label,
	struct str text)
{
	struct buf clean CLEANUP_BUF = {0};

	if (str_is_empty(in->nonce))
		BUG("a prompt without a nonce");
	add_clean(&clean, text);
	add_boundary(b, in, "begin", label);
	add_without(b, str_trim(buf_str(&clean)), in->nonce);
	buf_add_c(b, "\n");
	add_boundary(b, in, "end", label);
	buf_add_c(b, "\n");
}

void
prompt_add_cut(struct buf *b, struct str text, size_t max)
{
	size_t cut = utf8_cut(text, max);

	buf_add_str(b, str_of(text.s, cut));
	if (cut < text.n)
		buf_addf(b, "\n[cut: the first %zu of %zu bytes are shown]",
			cut, text.n);
}

void
prompt_add_inline(struct buf *b, struct str s)
{
	struct buf clean CLEANUP_BUF = {0};

	utf8_add_printable(&clean, s);
	for (size_t i = 0; i < clean.n; i++)
		if (clean.p[i] == '`')
			clean.p[i] = '\'';
	utf8_add_cut(b, str_trim(buf_str(&clean)), INLINE_COLUMNS);
}

void
prompt_add_code(struct buf *b, struct str s)
{
	buf_addf(b, "`%.*s`", STR_ARG(s));
}

void
prompt_add_id(struct buf *b, struct str id)
{
	buf_add_char(b, '`');
	prompt_add_inline(b, id);
	buf_add_char(b, '`');
}
