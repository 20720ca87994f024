/* SPDX-License-Identifier: MIT */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/str.h"

/*
 * A growable run of bytes, owned. Zero is a valid empty buffer.
 *
 *	struct buf b = {0};
 *	buf_addf(&b, "%s-%03u", prefix, n);
 *	use(buf_str(&b));
 *	buf_release(&b);
 *
 * `p` is NUL-terminated after every call that adds, so it may be passed to C
 * functions; before the first it is NULL.
 */
struct buf {
	char *p;
	size_t n, cap;
};

void buf_release(struct buf *b); /* frees; the buffer is empty and usable */
void buf_reset(struct buf *b);	 /* keeps the memory */

void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_c(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_add_repeat(struct buf *b, char c, size_t n);
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Room for `n` more bytes; returns where they go. buf_added makes them count.
 */
char *buf_room(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);

/* The bytes, borrowed until the next change; terminated. Never absent. */
struct str buf_str(const struct buf *b);

#define CLEANUP_BUF __attribute__((cleanup(buf_release)))

#endif
