/* SPDX-License-Identifier: MIT */
#include "store/parse-cache-priv.h"

#include <string.h>

#include "fio/file.h"

/*
 * A head, a record for each entry, and a digest of all that; numbers as this
 * machine has them, for it stays there. A record is a row of them, of 16 bits:
 *
 *	how many they are, or 0: read the entry
 *	the value of each enum and truth
 *	which texts are there, a bit each, in two
 *	for each of those: where in the entry it begins, its bytes
 *	for each list: how many are in it; for each of those the same
 */

enum {
	FORMAT = 1, /* to be raised when an entry comes to mean something else
		     */
	ROW_MAX = 256,
};

struct head {
	char magic[8];
	uint64_t format;
	struct fio_digest fields, backlog;
	uint64_t backlog_n;
};

struct row {
	uint16_t x[ROW_MAX];
	size_t n;
};

static size_t
slot(size_t *of, size_t *n, size_t offset)
{
	if (*n == ITEM_SLOTS_MAX)
		BUG("more fields of a kind than a cache has room for");
	of[*n] = offset;
	return (*n)++;
}

/* A bit for each value; those without a name mean that it is absent. */
static uint64_t
values_of(const struct field *f, struct buf *names)
{
	uint64_t bits = 0;

	if (f->kind == FIELD_BOOL)
		return 3;
	buf_addf(names, " absent=%d", f->absent);
	for (size_t i = 0; i < f->names->n; i++)
		if (f->names->name[i] != NULL) {
			bits |= (uint64_t)1 << i;
			buf_addf(names, " %zu=%s", i, f->names->name[i]);
		}
	return f->absent < 0 ? bits : bits | (uint64_t)1 << f->absent;
}

static void
add_slots(struct item_slots *s, const struct field *fields, size_t n,
	size_t base, struct buf *names)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *f = &fields[i];
		size_t at = base + f->offset, k;
		buf_addf(names, "\n%s %d", f->name, (int)f->kind);
		switch (f->kind) {
		case FIELD_TEXT:
			k = slot(s->text, &s->text_n, at);
			s->required |= (uint32_t)f->required << k;
			break;
		case FIELD_ENUM:
		case FIELD_BOOL:
			k = slot(s->small, &s->small_n, at);
			s->sound[k] = values_of(f, names);
			break;
		case FIELD_LIST:
			(void)slot(s->list, &s->list_n, at);
			break;
		case FIELD_MAP:
			add_slots(s, f->sub, f->sub_n, at, names);
		}
	}
}

static void
slots_init(struct item_slots *s)
{
	CLEANUP_BUF struct buf names = {0};

	*s = (struct item_slots){0};
	add_slots(s, item_fields.fields, item_fields.n, 0, &names);
	s->digest = fio_digest(buf_str(&names));
}

static struct head
head_of(const struct item_slots *s, size_t bytes_n, struct fio_digest digest)
{
	return (struct head){.magic = "weirpars",
		.format = FORMAT,
		.fields = s->digest,
		.backlog = digest,
		.backlog_n = bytes_n};
}

/* It begins with `want`, and ends with the digest of all before. */
static bool
is_proven(struct str bytes, const struct head *want)
{
	struct fio_digest digest;

	if (bytes.n < sizeof(*want) + sizeof(digest) ||
		memcmp(bytes.s, want, sizeof(*want)) != 0)
		return false;
	size_t n = bytes.n - sizeof(digest);
	memcpy(&digest, bytes.s + n, sizeof(digest));
	return fio_digest_eq(digest, fio_digest(str_of(bytes.s, n)));
}

void
parse_cache_begin(struct parse_cache *ret, struct buf *taken, size_t bytes_n,
	struct fio_digest digest)
{
	*ret = (struct parse_cache){.bytes = *taken};
	*taken = (struct buf){0};
	slots_init(&ret->slots);
	const struct head want = head_of(&ret->slots, bytes_n, digest);
	if (!is_proven(buf_str(&ret->bytes), &want))
		return;
	ret->at = sizeof(struct head);
	ret->end = ret->bytes.n - sizeof(struct fio_digest);
}

void
parse_cache_open(struct parse_cache *ret, const struct fio_dir *state,
	size_t bytes_n, struct fio_digest digest)
{
	CLEANUP_BUF struct buf bytes = {0};
	struct err ignored;

	/* It is a fraction of what it was made from. */
	(void)fio_read(
		state, PARSE_CACHE_FILE, bytes_n, &bytes, NULL, &ignored);
	parse_cache_begin(ret, &bytes, bytes_n, digest);
}

void
parse_cache_close(struct parse_cache *c)
{
	buf_release(&c->bytes);
}

/* The numbers of a record that are left. */
struct numbers {
	const char *at, *end;
};

/* 0 behind the last, which nothing makes sense of. */
static uint16_t
number(struct numbers *r)
{
	uint16_t x = 0;

	if (r->at < r->end) {
		memcpy(&x, r->at, sizeof(x));
		r->at += sizeof(x);
	}
	return x;
}

static bool
next_record(struct parse_cache *c, struct numbers *ret)
{
	uint16_t n;

	if (c->end - c->at < sizeof(n))
		return false;
	memcpy(&n, c->bytes.p + c->at, sizeof(n));
	c->at += sizeof(n);
	if (n > (c->end - c->at) / sizeof(n)) {
		c->at = c->end;
		return false;
	}
	ret->at = c->bytes.p + c->at;
	c->at += n * sizeof(n);
	ret->end = c->bytes.p + c->at;
	return n > 0;
}

static bool
take_text(struct numbers *r, struct str entry, struct str *ret)
{
	size_t start = number(r), n = number(r);

	*ret = (struct str){.s = entry.s + start, .n = n};
	return start + n <= entry.n;
}

static bool
take_texts(const struct item_slots *s, struct numbers *r, struct str entry,
	char *item)
{
	uint32_t there = number(r);
	struct str text;

	there |= (uint32_t)number(r) << 16;
	if ((there & s->required) != s->required)
		return false;
	for (; there != 0; there &= there - 1) {
		size_t i = (size_t)__builtin_ctz(there);
		if (i >= s->text_n || !take_text(r, entry, &text))
			return false;
		memcpy(item + s->text[i], &text, sizeof(text));
	}
	return true;
}

static bool
take_list(struct numbers *r, struct str entry, struct arena *a,
	struct str_list *ret)
{
	size_t n = number(r);

	if (n == 0)
		return true;
	if (n > (size_t)(r->end - r->at) / (2 * sizeof(uint16_t)))
		return false;
	struct str *items = arena_raw_array(a, n, sizeof(items[0]));
	for (size_t i = 0; i < n; i++)
		if (!take_text(r, entry, &items[i]))
			return false;
	*ret = (struct str_list){.items = items, .n = n};
	return true;
}

bool
parse_cache_next(struct parse_cache *c, struct str entry, struct arena *a,
	struct item *ret)
{
	const struct item_slots *s = &c->slots;
	struct numbers r;

	if (!next_record(c, &r))
		return false;
	*ret = (struct item){.blocked_from_status = STATUSES};
	char *item = (char *)ret;
	for (size_t i = 0; i < s->small_n; i++) {
		uint16_t x = number(&r);
		if (x >= 64 || ((s->sound[i] >> x) & 1) == 0)
			return false;
		item[s->small[i]] = (char)x;
	}
	if (!take_texts(s, &r, entry, item))
		return false;
	for (size_t i = 0; i < s->list_n; i++)
		if (!take_list(&r, entry, a, (void *)(item + s->list[i])))
			return false;
	return r.at == r.end;
}

void
parse_cache_make(struct parse_cache_maker *m, struct buf *ret, size_t bytes_n,
	struct fio_digest digest)
{
	slots_init(&m->slots);
	const struct head head = head_of(&m->slots, bytes_n, digest);
	m->bytes = ret;
	buf_add(ret, &head, sizeof(head));
}

static bool
put(struct row *r, size_t x)
{
	if (r->n == ROW_MAX || x > UINT16_MAX)
		return false;
	r->x[r->n++] = (uint16_t)x;
	return true;
}

static bool
put_text(struct row *r, struct str entry, struct str text)
{
	/* Elsewhere it lies far behind, or before, which is farther. */
	uintptr_t start = (uintptr_t)text.s - (uintptr_t)entry.s;

	return start <= entry.n && text.n <= entry.n - start && put(r, start) &&
		put(r, text.n);
}

static bool
put_texts(struct row *r, const struct item_slots *s, struct str entry,
	const char *item)
{
	size_t there = r->n;
	uint32_t bits = 0;
	struct str text;

	if (!put(r, 0) || !put(r, 0))
		return false;
	for (size_t i = 0; i < s->text_n; i++) {
		memcpy(&text, item + s->text[i], sizeof(text));
		if (text.s == NULL)
			continue;
		bits |= (uint32_t)1 << i;
		if (!put_text(r, entry, text))
			return false;
	}
	r->x[there] = (uint16_t)bits;
	r->x[there + 1] = (uint16_t)(bits >> 16);
	return true;
}

static bool
put_list(struct row *r, struct str entry, const struct str_list *list)
{
	if (!put(r, list->n))
		return false;
	for (size_t i = 0; i < list->n; i++)
		if (!put_text(r, entry, list->items[i]))
			return false;
	return true;
}

static bool
put_item(struct row *r, const struct item_slots *s, struct str entry,
	const char *item)
{
	for (size_t i = 0; i < s->small_n; i++)
		if (!put(r, (unsigned char)item[s->small[i]]))
			return false;
	if (!put_texts(r, s, entry, item))
		return false;
	for (size_t i = 0; i < s->list_n; i++)
		if (!put_list(r, entry, (const void *)(item + s->list[i])))
			return false;
	return true;
}

void
parse_cache_add(
	struct parse_cache_maker *m, struct str entry, const struct item *item)
{
	struct row r;

	/* Room for the number of those that follow. */
	r.n = 1;
	if (item == NULL || !put_item(&r, &m->slots, entry, (const void *)item))
		r.n = 1;
	r.x[0] = (uint16_t)(r.n - 1);
	buf_add(m->bytes, r.x, r.n * sizeof(r.x[0]));
}

void
parse_cache_end(struct parse_cache_maker *m)
{
	struct fio_digest digest = fio_digest(buf_str(m->bytes));

	buf_add(m->bytes, &digest, sizeof(digest));
}
