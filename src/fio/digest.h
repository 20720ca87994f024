/* SPDX-License-Identifier: MIT */
#ifndef FIO_DIGEST_H
#define FIO_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * A digest of raw bytes for noticing change: XXH3 with 128 bits. Not for
 * proving anything against somebody who chooses the bytes.
 */
struct fio_digest {
	uint64_t low, high;
};

struct fio_digest fio_digest(struct str bytes);

/* The same of bytes that come in pieces: begin, add each, end once. */
struct fio_digesting {
	struct XXH3_state_s *state;
};
void fio_digest_begin(struct fio_digesting *ret);
void fio_digest_add(struct fio_digesting *d, struct str piece);
struct fio_digest fio_digest_end(struct fio_digesting *d);

bool fio_digest_eq(struct fio_digest a, struct fio_digest b);

enum { FIO_DIGEST_TEXT = 40 };
/* "xxh3:" and 32 hexadecimal digits. */
void fio_digest_format(struct fio_digest d, char ret[FIO_DIGEST_TEXT]);
bool fio_digest_parse(struct str s, struct fio_digest *ret);

#endif
