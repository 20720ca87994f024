/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/mem.h"

struct text *
text_new(struct buf *taken)
{
	struct text *t = mem_alloc(sizeof(*t));

	*t = (struct text){.refs = 1, .bytes = *taken};
	*taken = (struct buf){0};
	return t;
}

struct text *
text_ref(struct text *t)
{
	if (t != NULL)
		t->refs++;
	return t;
}

void
text_unref(struct text *t)
{
	if (t == NULL || --t->refs > 0)
		return;
	buf_release(&t->bytes);
	mem_free(t);
}
