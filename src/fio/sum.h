/* SPDX-License-Identifier: MIT */
#ifndef FIO_SUM_H
#define FIO_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "weir/io.h"

/*
 * Digests as the library's users see them: of one of two kinds, told by the
 * tag in their text.
 *
 *	struct fio_sum want;
 *	if (!fio_sum_parse(str_from("xxh3:…"), &want)) …
 *	if (!fio_sum_eq(fio_sum(want.kind, bytes), want)) …
 *
 * fio/digest.h is the one of the two that files of weir's own carry.
 */
enum { FIO_SUM_KINDS = 2 };

struct fio_sum {
	enum wio_digest_kind kind;
	uint8_t bytes[32]; /* of XXH3 16, high half first; zeros behind */
};

struct fio_sum fio_sum(enum wio_digest_kind kind, struct str bytes);
bool fio_sum_eq(struct fio_sum a, struct fio_sum b);

/* Lower-case digits, all of them, and nothing behind; else false. */
bool fio_sum_parse(struct str text, struct fio_sum *ret);
void fio_sum_format(struct fio_sum s, char ret[WIO_DIGEST_SIZE]);

/* Of bytes that come in pieces. */
struct fio_summing {
	enum wio_digest_kind kind;
	void *state;
};
void fio_summing_init(struct fio_summing *ret, enum wio_digest_kind kind);
void fio_summing_add(struct fio_summing *s, struct str piece);
struct fio_sum fio_summing_end(struct fio_summing *s); /* and release it */
void fio_summing_release(struct fio_summing *s);

#endif
