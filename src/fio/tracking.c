/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "weir/io.h"

/*
 * SHA-1 over namespace and data, cut to 16 bytes, with version and variant put
 * in (RFC 4122, 4.3). The data is not length-prefixed: so it was laid down by
 * those who hold such ids.
 */
static const uint8_t project[16] = {0xf7, 0xf4, 0xa9, 0xa0, 0x1b, 0x1a, 0x4b,
	0x0e, 0x9c, 0x1a, 0x1a, 0x1a, 0x1a, 0x1a, 0x1a, 0x1a};

static void
add(EVP_MD_CTX *sha, const void *p, size_t n)
{
	if (n > 0 && EVP_DigestUpdate(sha, p, n) != 1)
		BUG("SHA-1 of %zu more bytes failed", n);
}

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
	uint8_t id[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *sha = EVP_MD_CTX_new();

	if (sha == NULL || EVP_DigestInit_ex(sha, EVP_sha1(), NULL) != 1)
		BUG("SHA-1 could not be begun");
	add(sha, project, sizeof(project));
	add(sha, crate != NULL ? crate : project, 16);
	add(sha, "::FILE::", 8);
	add(sha, path, strlen(path));
	add(sha, "::CONTENT::", 11);
	add(sha, text, n);
	if (EVP_DigestFinal_ex(sha, id, NULL) != 1)
		BUG("SHA-1 could not be ended");
	EVP_MD_CTX_free(sha);
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x50);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	format(id, ret);
}
