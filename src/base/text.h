/* SPDX-License-Identifier: MIT */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

/*
 * Bytes that several hold, freed when the last of them lets go.
 *
 *	struct text *t = text_new(&buf);      takes what is in it
 *	struct text *mine = text_ref(t);
 *	text_unref(t);
 *	use(buf_str(&mine->bytes));
 *	text_unref(mine);
 *
 * Who holds it alone may change it. Not counted by atomics: a text stays on the
 * thread that made it.
 */
struct text {
	size_t refs;
	struct buf bytes;
};

struct text *text_new(struct buf *taken); /* one reference; leaves it empty */
struct text *text_ref(struct text *t);	  /* NULL is fine */
void text_unref(struct text *t);	  /* NULL is fine */

#endif
