/* SPDX-License-Identifier: MIT */
#include "fio/digest.h"

#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include "base/err.h"

#define TAG "xxh3:"

struct fio_digest
fio_digest(struct str bytes)
{
	XXH128_hash_t h = XXH3_128bits(bytes.s, bytes.n);

	return (struct fio_digest){.low = h.low64, .high = h.high64};
}

void
fio_digest_begin(struct fio_digesting *ret)
{
	ret->state = XXH3_createState();
	if (ret->state == NULL)
		BUG("out of memory asking for the state of a digest");
	(void)XXH3_128bits_reset(ret->state);
}

void
fio_digest_add(struct fio_digesting *d, struct str piece)
{
	(void)XXH3_128bits_update(d->state, piece.s, piece.n);
}

struct fio_digest
fio_digest_end(struct fio_digesting *d)
{
	XXH128_hash_t h = XXH3_128bits_digest(d->state);

	(void)XXH3_freeState(d->state);
	d->state = NULL;
	return (struct fio_digest){.low = h.low64, .high = h.high64};
}

bool
fio_digest_eq(struct fio_digest a, struct fio_digest b)
{
	return a.low == b.low && a.high == b.high;
}

void
fio_digest_format(struct fio_digest d, char ret[FIO_DIGEST_TEXT])
{
	(void)snprintf(ret, FIO_DIGEST_TEXT, TAG "%016llx%016llx",
		(unsigned long long)d.high, (unsigned long long)d.low);
}

static bool
parse_half(const char *s, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";

	*ret = 0;
	for (size_t i = 0; i < 16; i++) {
		const char *at = memchr(digits, s[i], sizeof(digits) - 1);
		if (at == NULL)
			return false;
		*ret = *ret << 4 | (uint64_t)(at - digits);
	}
	return true;
}

bool
fio_digest_parse(struct str s, struct fio_digest *ret)
{
	struct str tag = STR(TAG);

	return s.n == tag.n + 32 && str_starts(s, tag) &&
		parse_half(s.s + tag.n, &ret->high) &&
		parse_half(s.s + tag.n + 16, &ret->low);
}
