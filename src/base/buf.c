/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void
buf_release(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){0};
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

char *
buf_room(struct buf *b, size_t n)
{
	size_t need;

	if (__builtin_add_overflow(b->n, n, &need) ||
		__builtin_add_overflow(need, (size_t)1, &need))
		BUG("size overflow: %zu more bytes", n);
	if (need > b->cap) {
		b->cap = mem_capacity(b->cap, need);
		b->p = mem_grow(b->p, b->cap, 1);
	}
	return b->p + b->n;
}

void
buf_added(struct buf *b, size_t n)
{
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_room(b, n);

	if (n > 0)
		memcpy(to, p, n);
	buf_added(b, n);
}

void
buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.s, s.n);
}

void
buf_add_c(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_add_repeat(struct buf *b, char c, size_t n)
{
	memset(buf_room(b, n), c, n);
	buf_added(b, n);
}

void
buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		BUG("cannot format '%s'", fmt);
	char *to = buf_room(b, (size_t)n);
	(void)vsnprintf(to, (size_t)n + 1, fmt, again);
	va_end(again);
	buf_added(b, (size_t)n);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

struct str
buf_str(const struct buf *b)
{
	return b->p != NULL ? str_of(b->p, b->n) : STR("");
}
