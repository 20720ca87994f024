/* SPDX-License-Identifier: MIT */
#include "cli/json-priv.h"

#include <stdlib.h>

#include "base/utf8.h"

json_t *
json_text(struct str s)
{
	struct buf clean CLEANUP_BUF = {0};

	if (!str_is_set(s))
		return json_null();
	if (utf8_check(s) == s.n)
		return json_stringn(s.s, s.n);
	utf8_add_printable(&clean, s);
	return json_stringn(clean.p, clean.n);
}

json_t *
json_texts(struct str_list list)
{
	json_t *all = json_array();

	for (size_t i = 0; i < list.n; i++)
		json_array_append_new(all, json_text(list.items[i]));
	return all;
}

json_t *
json_count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
plain_field(const struct field *f, const void *base)
{
	struct str text = field_text(f, base);

	if (f->kind == FIELD_BOOL)
		return json_boolean(str_eq_c(text, "true"));
	return json_text(text);
}

static json_t *
map_field(const struct field *f, const void *base)
{
	json_t *map = json_object();

	for (size_t i = 0; i < f->sub_n; i++)
		json_object_set_new(map, f->sub[i].name,
			plain_field(&f->sub[i], field_map(f, base)));
	return map;
}

json_t *
json_item(const struct item *it)
{
	json_t *o = json_object();

	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		json_t *v;
		if (f->kind == FIELD_LIST)
			v = json_texts(field_texts(f, it));
		else if (f->kind == FIELD_MAP)
			v = map_field(f, it);
		else
			v = plain_field(f, it);
		json_object_set_new(o, f->name, v);
	}
	return o;
}

void
json_print(json_t *take, struct buf *ret)
{
	char *text = json_dumps(take, JSON_COMPACT | JSON_REAL_PRECISION(6));

	if (text == NULL)
		BUG("a value that JSON cannot hold");
	buf_add_c(ret, text);
	buf_add_char(ret, '\n');
	free(text);
	json_decref(take);
}
