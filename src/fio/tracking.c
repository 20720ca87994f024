/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include <nettle/sha1.h>

#include "weir/io.h"

/*
 * SHA-1 over namespace and data, cut to 16 bytes, with version and variant put
 * in (RFC 4122, 4.3). The data is not length-prefixed: so it was laid down by
 * those who hold such ids.
 */
static const uint8_t project[16] = {0xf7, 0xf4, 0xa9, 0xa0, 0x1b, 0x1a, 0x4b,
	0x0e, 0x9c, 0x1a, 0x1a, 0x1a, 0x1a, 0x1a, 0x1a, 0x1a};

static void
format(const uint8_t id[16], char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*ret++ = '-';
		*ret++ = digits[id[i] >> 4];
		*ret++ = digits[id[i] & 0xf];
	}
	*ret = '\0';
}

void
wio_tracking_id(const uint8_t *crate, const char *path, const void *text,
	size_t n, char *ret)
{
	static const uint8_t file[] = "::FILE::", content[] = "::CONTENT::";
	uint8_t id[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha;

	sha1_init(&sha);
	sha1_update(&sha, sizeof(project), project);
	sha1_update(&sha, 16, crate != NULL ? crate : project);
	sha1_update(&sha, sizeof(file) - 1, file);
	sha1_update(&sha, strlen(path), (const uint8_t *)path);
	sha1_update(&sha, sizeof(content) - 1, content);
	if (n > 0)
		sha1_update(&sha, n, text);
	sha1_digest(&sha, sizeof(id), id);
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x50);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	format(id, ret);
}
