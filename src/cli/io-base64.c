/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <string.h>

#include "cli/io-priv.h"

void
io_base64_add(struct buf *ret, struct str bytes)
{
	/* In pieces, because libcrypto counts in int. */
	enum { PIECE = 3 << 20 };

	for (size_t at = 0; at < bytes.n; at += PIECE) {
		size_t n = bytes.n - at < PIECE ? bytes.n - at : PIECE;
		char *to = buf_room(ret, n / 3 * 4 + 5);
		int made = EVP_EncodeBlock((unsigned char *)to,
			(const unsigned char *)bytes.s + at, (int)n);
		buf_added(ret, (size_t)made);
	}
}

/* What libcrypto reads leniently has to come out the same again. */
bool
io_base64_parse(struct str text, struct arena *a, struct str *ret)
{
	struct buf again CLEANUP_BUF = {0};
	size_t pad = 0;

	if (text.n % 4 != 0 || text.n > IO_LINE_MAX)
		return false;
	while (pad < 2 && pad < text.n && text.s[text.n - 1 - pad] == '=')
		pad++;
	unsigned char *to = arena_alloc(a, text.n / 4 * 3 + 1);
	int n = EVP_DecodeBlock(to, (const unsigned char *)text.s, (int)text.n);
	if (n < 0 || (size_t)n < pad)
		return false;
	*ret = str_of((char *)to, (size_t)n - pad);
	to[ret->n] = '\0';
	io_base64_add(&again, *ret);
	return str_eq(text, buf_str(&again));
}
