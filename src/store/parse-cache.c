/* SPDX-License-Identifier: MIT */
#include "store/parse-cache-priv.h"

#include <string.h>

/*
 * A head, as this machine has it in memory, for it stays there; a record for
 * each entry; and a digest of all that. A record is a row of numbers, seven
 * bits to a byte, the lowest first, all but the last with the top bit set:
 *
 *	its bytes behind this number; 0: read the entry
 *	the value of each enum and truth
 *	which texts are there, a bit each
 *	for each of those: where in the entry it begins, its bytes
 *	for each list: how many are in it; for each of those the same
 */

enum {
	FORMAT = 1, /* to be raised when an entry comes to mean something else
		     */
	ROW_MAX = 512,	  /* bytes */
	NUMBER_MAX = 3,	  /* bytes; an entry is shorter than 2 MiB */
	FLUSH = 64 << 10, /* bytes */
};

struct head {
	char magic[8];
	uint64_t format;
	struct fio_digest fields, backlog;
	uint64_t backlog_n;
};

struct row {
	unsigned char x[ROW_MAX];
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

/* Of a record, what is left. */
struct numbers {
	const unsigned char *at, *end;
};

/* 0 behind the last, which nothing makes sense of. */
static size_t
number(struct numbers *r)
{
	size_t x = 0;

	for (unsigned int i = 0; r->at < r->end && i < NUMBER_MAX; i++) {
		unsigned char c = *r->at++;
		x |= (size_t)(c & 0x7f) << 7 * i;
		if (c < 0x80)
			break;
	}
	return x;
}

static bool
next_record(struct parse_cache *c, struct numbers *ret)
{
	const unsigned char *start = (const void *)c->bytes.p;

	*ret = (struct numbers){.at = start + c->at, .end = start + c->end};
	size_t n = number(ret);
	if (n > (size_t)(ret->end - ret->at))
		n = 0;
	ret->end = ret->at + n;
	c->at = (size_t)(ret->end - start);
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
	size_t there = number(r);
	struct str text;

	if ((there & s->required) != s->required)
		return false;
	for (; there != 0; there &= there - 1) {
		size_t i = (size_t)__builtin_ctzl(there);
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
	if (n > (size_t)(r->end - r->at) / 2)
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
		size_t x = number(&r);
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
	fio_digest_begin(&m->sum);
	buf_add(ret, &head, sizeof(head));
}

static bool
put(struct row *r, size_t x)
{
	if (x >= (size_t)1 << 7 * NUMBER_MAX || r->n > ROW_MAX - NUMBER_MAX)
		return false;
	for (; x >= 0x80; x >>= 7)
		r->x[r->n++] = (unsigned char)(x | 0x80);
	r->x[r->n++] = (unsigned char)x;
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
	struct str texts[ITEM_SLOTS_MAX];
	size_t there = 0;

	for (size_t i = 0; i < s->text_n; i++) {
		memcpy(&texts[i], item + s->text[i], sizeof(texts[i]));
		there |= (size_t)(texts[i].s != NULL) << i;
	}
	if (!put(r, there))
		return false;
	for (size_t i = 0; i < s->text_n; i++)
		if (texts[i].s != NULL && !put_text(r, entry, texts[i]))
			return false;
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
	struct row r, n;

	r.n = n.n = 0;
	if (item == NULL || !put_item(&r, &m->slots, entry, (const void *)item))
		r.n = 0;
	(void)put(&n, r.n);
	buf_add(m->bytes, n.x, n.n);
	buf_add(m->bytes, r.x, r.n);
}

void
parse_cache_flush(struct parse_cache_maker *m, struct fio_scribble *to)
{
	if (m->bytes->n < FLUSH)
		return;
	fio_digest_add(&m->sum, buf_str(m->bytes));
	fio_scribble_add(to, buf_str(m->bytes));
	buf_reset(m->bytes);
}

void
parse_cache_end(struct parse_cache_maker *m)
{
	fio_digest_add(&m->sum, buf_str(m->bytes));
	struct fio_digest digest = fio_digest_end(&m->sum);
	buf_add(m->bytes, &digest, sizeof(digest));
}
