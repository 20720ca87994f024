/* SPDX-License-Identifier: MIT */
#include "fio/sum.h"

#include <string.h>

#include <nettle/sha2.h>
#include <xxhash.h>
/*
 * The same digests by the best instructions this processor has, where libxxhash
 * has them: its static library may lack what its header declares.
 */
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#define XXH_DISPATCH_DISABLE_REPLACE
#include <xxh_x86dispatch.h>
#pragma weak XXH3_128bits_dispatch
#pragma weak XXH3_128bits_update_dispatch
#define HAS_DISPATCH (XXH3_128bits_dispatch != NULL)
#else
#define HAS_DISPATCH		     0
#define XXH3_128bits_dispatch	     XXH3_128bits
#define XXH3_128bits_update_dispatch XXH3_128bits_update
#endif

#include "base/err.h"
#include "base/mem.h"

static const struct kind {
	struct str tag;
	size_t size;
} kinds[FIO_SUM_KINDS] = {
	[WIO_XXH3] = {STR("xxh3:"), 16},
	[WIO_SHA256] = {STR("sha256:"), 32},
};

static const char digits[] = "0123456789abcdef";

static struct fio_sum
from_xxh3(XXH128_hash_t h)
{
	struct fio_sum s = {.kind = WIO_XXH3};
	XXH128_canonical_t c;

	XXH128_canonicalFromHash(&c, h);
	memcpy(s.bytes, c.digest, sizeof(c.digest));
	return s;
}

static XXH128_hash_t
xxh3(struct str bytes)
{
	return HAS_DISPATCH ? XXH3_128bits_dispatch(bytes.s, bytes.n)
			    : XXH3_128bits(bytes.s, bytes.n);
}

static void
xxh3_add(XXH3_state_t *state, struct str piece)
{
	if (HAS_DISPATCH)
		(void)XXH3_128bits_update_dispatch(state, piece.s, piece.n);
	else
		(void)XXH3_128bits_update(state, piece.s, piece.n);
}

struct fio_sum
fio_sum(enum wio_digest_kind kind, struct str bytes)
{
	if (kind == WIO_XXH3)
		return from_xxh3(xxh3(bytes));
	struct fio_summing s;
	fio_summing_init(&s, kind);
	fio_summing_add(&s, bytes);
	return fio_summing_end(&s);
}

bool
fio_sum_eq(struct fio_sum a, struct fio_sum b)
{
	return a.kind == b.kind &&
		memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

/* Without a branch that depends on the digits, for chance makes them. */
static unsigned int
digit_value(char c, bool *good)
{
	unsigned int digit = (unsigned int)(c - '0') < 10;
	unsigned int letter = (unsigned int)(c - 'a') < 6;

	*good &= (digit | letter) != 0;
	return ((unsigned int)c & 0xf) + 9 * letter;
}

static bool
parse_digits(struct str s, uint8_t *ret)
{
	bool good = true;

	for (size_t i = 0; i + 1 < s.n; i += 2) {
		unsigned int high = digit_value(s.s[i], &good);
		unsigned int low = digit_value(s.s[i + 1], &good);
		ret[i / 2] = (uint8_t)(high << 4 | low);
	}
	return good;
}

bool
fio_sum_parse(struct str text, struct fio_sum *ret)
{
	for (size_t k = 0; k < FIO_SUM_KINDS; k++) {
		if (!str_starts(text, kinds[k].tag))
			continue;
		*ret = (struct fio_sum){.kind = (enum wio_digest_kind)k};
		struct str hex = str_from_at(text, kinds[k].tag.n);
		return hex.n == 2 * kinds[k].size &&
			parse_digits(hex, ret->bytes);
	}
	return false;
}

void
fio_sum_format(struct fio_sum s, char ret[WIO_DIGEST_SIZE])
{
	const struct kind *k = &kinds[s.kind];
	char *to = ret;

	memcpy(to, k->tag.s, k->tag.n);
	to += k->tag.n;
	for (size_t i = 0; i < k->size; i++) {
		*to++ = digits[s.bytes[i] >> 4];
		*to++ = digits[s.bytes[i] & 0xf];
	}
	*to = '\0';
}

void
fio_summing_init(struct fio_summing *ret, enum wio_digest_kind kind)
{
	ret->kind = kind;
	if (kind == WIO_XXH3) {
		ret->state = XXH3_createState();
		if (ret->state == NULL ||
			XXH3_128bits_reset(ret->state) != XXH_OK)
			BUG("a digest could not be begun");
	} else {
		ret->state = mem_alloc(sizeof(struct sha256_ctx));
		sha256_init(ret->state);
	}
}

void
fio_summing_add(struct fio_summing *s, struct str piece)
{
	if (s->kind == WIO_XXH3)
		xxh3_add(s->state, piece);
	else if (piece.n > 0)
		sha256_update(s->state, piece.n, (const uint8_t *)piece.s);
}

struct fio_sum
fio_summing_end(struct fio_summing *s)
{
	struct fio_sum sum = {.kind = s->kind};

	if (s->kind == WIO_XXH3)
		sum = from_xxh3(XXH3_128bits_digest(s->state));
	else
		sha256_digest(s->state, SHA256_DIGEST_SIZE, sum.bytes);
	fio_summing_release(s);
	return sum;
}

void
fio_summing_release(struct fio_summing *s)
{
	if (s->kind == WIO_XXH3)
		(void)XXH3_freeState(s->state);
	else
		mem_free(s->state);
	s->state = NULL;
}

void
wio_digest(enum wio_digest_kind kind, const void *bytes, size_t n, char *ret)
{
	*ret = '\0';
	if ((unsigned int)kind < FIO_SUM_KINDS)
		fio_sum_format(fio_sum(kind, str_of(bytes, n)), ret);
}
