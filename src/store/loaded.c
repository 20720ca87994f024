/* SPDX-License-Identifier: MIT */
#include "store/backlog-priv.h"
#include "store/parse-cache-priv.h"

static void
settle(struct loaded *l)
{
	struct buf made = {0};
	struct edited ed;

	if (l->text->refs == 1) {
		edited_settle(&l->text->bytes, l->edits, l->edits_n);
	} else {
		edited_init(
			&ed, buf_str(&l->text->bytes), l->edits, l->edits_n);
		(void)buf_room(&made, ed.n);
		edited_add(&ed, 0, ed.n, &made);
		text_unref(l->text);
		l->text = text_new(&made);
	}
	l->edits = NULL;
	l->edits_n = 0;
}

struct str
loaded_bytes(struct loaded *l)
{
	if (l->edits != NULL)
		settle(l);
	return l->text != NULL ? buf_str(&l->text->bytes) : STR("");
}

void
loaded_release(struct loaded *l)
{
	text_unref(l->text);
	arena_release(&l->tree);
	snapshot_unref(l->snapshot);
	*l = (struct loaded){0};
}

void
loaded_cache(const struct loaded *l, struct buf *ret, struct fio_scribble *to)
{
	struct parse_cache_maker m;

	parse_cache_make(&m, ret, (size_t)l->version.size, l->version.digest);
	for (size_t i = 0; i < l->snapshot->n; i++) {
		const struct yaml_slice *x = &l->outline.slices.items[i];
		const char *lender = l->lenders[i];
		if (lender == NULL)
			parse_cache_add(&m, STR(""), NULL);
		else
			parse_cache_add(&m, str_of(lender, x->end - x->start),
				&l->snapshot->items[i]);
		if (to != NULL)
			parse_cache_flush(&m, to);
	}
	parse_cache_end(&m);
}
