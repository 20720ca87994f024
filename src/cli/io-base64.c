/* SPDX-License-Identifier: MIT */
#include <nettle/base64.h>

#include "cli/io-priv.h"

void
io_base64_add(struct buf *ret, struct str bytes)
{
	size_t n = BASE64_ENCODE_RAW_LENGTH(bytes.n);

	base64_encode_raw(buf_room(ret, n), bytes.n, (const uint8_t *)bytes.s);
	buf_added(ret, n);
}

/* What is read leniently has to come out the same again. */
bool
io_base64_parse(struct str text, struct arena *a, struct str *ret)
{
	struct buf again CLEANUP_BUF = {0};
	struct base64_decode_ctx ctx;
	size_t n = BASE64_DECODE_LENGTH(text.n);

	if (text.n > IO_LINE_MAX)
		return false;
	char *to = arena_alloc(a, n + 1);
	base64_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &n, (uint8_t *)to, text.n, text.s) ||
		!base64_decode_final(&ctx))
		return false;
	*ret = str_of(to, n);
	to[n] = '\0';
	io_base64_add(&again, *ret);
	return str_eq(text, buf_str(&again));
}
