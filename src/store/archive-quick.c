/* SPDX-License-Identifier: MIT */
#include "store/archive-priv.h"
#include "store/backlog-priv.h"

#include <string.h>

#include "base/utf8.h"

/*
 * A line of the archive as weir writes it, without building its tree: every
 * command reads all of them and needs three words of each. What stands
 * elsewhere in the line is only proven to be the JSON that it has to be. Each
 * function answers whether it is; whatever else, right or wrong, is left to who
 * knows all of JSON.
 */

struct reading {
	const char *p, *end;
	bool ascii; /* so far */
};

#define EACH_BYTE(c) ((uint64_t)0x0101010101010101 * (c))

/* Eight bytes of a string that stand for themselves. */
static bool
is_inside(uint64_t w)
{
	uint64_t quote = w ^ EACH_BYTE('"'), slash = w ^ EACH_BYTE('\\');
	uint64_t found = ((w - EACH_BYTE(0x20)) & ~w) |
		((quote - EACH_BYTE(1)) & ~quote) |
		((slash - EACH_BYTE(1)) & ~slash);

	return (found & EACH_BYTE(0x80)) == 0;
}

/* Up to the next byte of a string that does not. */
static void
skip_inside(struct reading *r)
{
	uint64_t w;

	while (r->end - r->p >= (ptrdiff_t)sizeof(w)) {
		memcpy(&w, r->p, sizeof(w));
		if (!is_inside(w))
			break;
		r->ascii = r->ascii && (w & EACH_BYTE(0x80)) == 0;
		r->p += sizeof(w);
	}
	while (r->p < r->end) {
		unsigned char c = (unsigned char)*r->p;
		if (c < 0x20 || c == '"' || c == '\\')
			return;
		r->ascii = r->ascii && c < 0x80;
		r->p++;
	}
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
		(c >= 'A' && c <= 'F');
}

/* What weir escapes. A NUL, or half of a surrogate pair, is for others to
 * judge. */
static bool
take_escape(struct reading *r)
{
	const char *p = ++r->p;

	if (p < r->end && *p != '\0' && strchr("\"\\/bfnrt", *p) != NULL) {
		r->p++;
		return true;
	}
	if (r->end - p < 5 || memcmp(p, "u00", 3) != 0 || !is_hex(p[3]) ||
		!is_hex(p[4]) || (p[3] == '0' && p[4] == '0'))
		return false;
	r->p += 5;
	return true;
}

static bool
take(struct reading *r, struct str literal)
{
	if ((size_t)(r->end - r->p) < literal.n ||
		memcmp(r->p, literal.s, literal.n) != 0)
		return false;
	r->p += literal.n;
	return true;
}

static bool
take_string(struct reading *r)
{
	if (!take(r, STR("\"")))
		return false;
	for (;;) {
		skip_inside(r);
		if (take(r, STR("\"")))
			return true;
		if (r->p == r->end || *r->p != '\\' || !take_escape(r))
			return false;
	}
}

/* One that stands for itself, byte for byte. */
static bool
take_word(struct reading *r, struct str *ret)
{
	if (!take(r, STR("\"")))
		return false;
	const char *start = r->p;
	skip_inside(r);
	*ret = str_of(start, (size_t)(r->p - start));
	return take(r, STR("\""));
}

/* A member that may not be there; then nothing is taken. */
static bool
take_key(struct reading *r, const char *name, size_t n)
{
	struct reading at = *r;

	if (!take(&at, STR("\"")) || !take(&at, str_of(name, n)) ||
		!take(&at, STR("\":")))
		return false;
	*r = at;
	return true;
}

static bool
take_list(struct reading *r)
{
	if (!take(r, STR("[")))
		return false;
	do
		if (!take_string(r))
			return false;
	while (take(r, STR(",")));
	return take(r, STR("]"));
}

static bool
take_fields(struct reading *r, const struct field *fields, size_t n);

static bool
take_value(struct reading *r, const struct field *f)
{
	switch (f->kind) {
	case FIELD_MAP:
		return take_fields(r, f->sub, f->sub_n);
	case FIELD_LIST:
		return take_list(r);
	case FIELD_BOOL:
		return take(r, STR("true"));
	case FIELD_TEXT:
	case FIELD_ENUM:
		return take_string(r);
	}
	BUG("field kind %d", (int)f->kind);
}

/* An object of some of the fields, in their order, so that none is twice. */
static bool
take_fields(struct reading *r, const struct field *fields, size_t n)
{
	bool first = true;

	if (!take(r, STR("{")))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct reading at = *r;
		if ((!first && !take(&at, STR(","))) ||
			!take_key(&at, fields[i].name, fields[i].name_n))
			continue;
		*r = at;
		first = false;
		if (!take_value(r, &fields[i]))
			return false;
	}
	return take(r, STR("}"));
}

/* What the line says of its item beside the words at its start. */
static bool
take_rest(struct reading *r)
{
	if (take(r, STR(",\"reason\":")) && !take_string(r))
		return false;
	if (take(r, STR(",\"text\":")) && !take_string(r))
		return false;
	return !take(r, STR(",\"item\":")) ||
		take_fields(r, item_fields.fields, item_fields.n);
}

bool
archive_line_quick(struct str line, struct arena *a, struct archive_line *ret)
{
	struct reading r = {.p = line.s, .end = line.s + line.n, .ascii = true};
	struct str id, how, at, was = STR_ABSENT, into = STR_ABSENT;
	int value = 0;

	if (!take(&r, STR("{\"id\":")) || !take_word(&r, &id) || id.n == 0 ||
		!take(&r, STR(",\"how\":")) || !take_word(&r, &how) ||
		!take(&r, STR(",\"at\":")) || !take_word(&r, &at) ||
		(take(&r, STR(",\"was\":")) && !take_word(&r, &was)) ||
		(take(&r, STR(",\"into\":")) && !take_word(&r, &into)) ||
		!take_rest(&r) || !take(&r, STR("}")) || r.p != r.end ||
		(!r.ascii && utf8_check(line) < line.n))
		return false;
	bool stayed = str_eq_c(how, ARCHIVE_STAYED);
	if (!stayed && !names_parse(&departure_names, how, &value))
		return false;
	*ret = (struct archive_line){
		.item = {.id = arena_str(a, id),
			.how = (enum departure)value,
			.into = arena_str(a, into)},
		.stayed = stayed,
	};
	(void)fio_digest_parse(was, &ret->was);
	return true;
}
