/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdlib.h>

#include "store/parse-cache-priv.h"

/*
 * Any bytes as the records of a cache that proves itself, which nobody but weir
 * makes: whatever they say, an item's strings lie in its entry, and its values
 * are some that its fields have. What is taken out of an entry makes the same
 * record again.
 */

static const struct str entry = {
	.s = "- id: WRK-001\n  title: some words\n  status: ready\n"
	     "  tags: [a, b]\n  description:\n    problem: none\n",
	.n = 98,
};

static void
check_text(struct str s)
{
	if (s.s != NULL && (s.s < entry.s || s.s + s.n > entry.s + entry.n))
		abort();
}

static void
check_item(const struct field *fields, size_t n, const void *base)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *f = &fields[i];
		if (f->kind == FIELD_MAP) {
			check_item(f->sub, f->sub_n, field_map(f, base));
		} else if (f->kind == FIELD_LIST) {
			const struct str_list list = field_texts(f, base);
			for (size_t k = 0; k < list.n; k++)
				check_text(list.items[k]);
		} else if (f->kind == FIELD_TEXT) {
			check_text(field_text(f, base));
		} else {
			/* A value without a name is a BUG. */
			(void)field_text(f, base);
		}
	}
}

static void
check_again(const struct item *it)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf bytes = {0};
	struct parse_cache_maker m;
	struct parse_cache c;
	struct item again;

	parse_cache_make(&m, &bytes, entry.n, fio_digest(entry));
	parse_cache_add(&m, entry, it);
	parse_cache_end(&m);
	parse_cache_begin(&c, &bytes, entry.n, fio_digest(entry));
	/* A long list is not kept. */
	if (parse_cache_next(&c, entry, &a, &again) && !item_equal(it, &again))
		abort();
	parse_cache_close(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf bytes = {0};
	struct parse_cache_maker m;
	struct parse_cache c;
	struct item it;

	parse_cache_make(&m, &bytes, entry.n, fio_digest(entry));
	buf_add(&bytes, data, size);
	parse_cache_end(&m);
	parse_cache_begin(&c, &bytes, entry.n, fio_digest(entry));
	while (c.at < c.end) {
		size_t at = c.at;
		if (parse_cache_next(&c, entry, &a, &it)) {
			check_item(item_fields.fields, item_fields.n, &it);
			check_again(&it);
		}
		if (c.at == at)
			break;
	}
	parse_cache_close(&c);
	return 0;
}
