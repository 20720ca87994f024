/* SPDX-License-Identifier: MIT */
#include "yaml/edit-priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
splice_add(struct splices *s, const struct splice *x)
{
	if (s->n == s->cap) {
		size_t cap = mem_capacity(s->cap, s->n + 1);
		struct splice *items = ARENA_ARRAY(s->a, struct splice, cap);
		if (s->n > 0)
			memcpy(items, s->items, s->n * sizeof(items[0]));
		s->items = items;
		s->cap = cap;
	}
	s->items[s->n++] = *x;
}

void
splice_put(struct splices *s, size_t from, size_t to, struct str text)
{
	splice_add(s,
		&(struct splice){.at = from,
			.n = to - from,
			.text = arena_str(s->a, text)});
}

/* By place; insertions before deletions. Equal ones keep their order: they lie
 * in one array. */
static int
compare(const void *va, const void *vb)
{
	const struct splice *const *pa = va, *const *pb = vb;
	const struct splice *a = *pa, *b = *pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if ((a->n > 0) != (b->n > 0))
		return a->n > 0 ? 1 : -1;
	return a < b ? -1 : a > b;
}

static size_t
line_of(struct str bytes, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += bytes.s[i] == '\n';
	return line;
}

/* What the splices before have made. */
struct made {
	size_t n;
	char last; /* byte of it */
	size_t at; /* in the old bytes */
};

/* The text, on a line of its own when it is to have one. */
static struct str
text_of(const struct splice *x, const struct made *m, struct str bytes,
	struct str eol, struct arena *a)
{
	/* Nothing but a byte order mark in front is nothing. */
	if (!x->lines || m->n <= spot_line(bytes, 0) || m->last == '\n')
		return x->text;
	return arena_strf(a, "%.*s%.*s", STR_ARG(eol), STR_ARG(x->text));
}

static struct diff_edit
make(struct made *m, const struct splice *x, struct str bytes, struct str eol,
	struct arena *a)
{
	if (x->at > m->at)
		m->last = bytes.s[x->at - 1];
	m->n += x->at - m->at;
	const struct str text = text_of(x, m, bytes, eol, a);
	if (text.n > 0)
		m->last = text.s[text.n - 1];
	m->n += text.n;
	m->at = x->at + x->n;
	return (struct diff_edit){.at = x->at, .n = x->n, .text = text};
}

int
splice_plan(struct splices *s, struct str bytes, struct str eol, struct err *e)
{
	const struct splice **order =
		ARENA_ARRAY(s->a, const struct splice *, s->n);
	struct made made = {0};

	for (size_t i = 0; i < s->n; i++)
		order[i] = &s->items[i];
	if (s->n > 1)
		qsort(order, s->n, sizeof(order[0]), compare);
	for (size_t i = 0; i + 1 < s->n; i++) {
		if (order[i]->at + order[i]->n <= order[i + 1]->at)
			continue;
		return err_set(e, ERR_CONFLICT,
			"two changes of the same text at line %zu",
			line_of(bytes, order[i + 1]->at));
	}
	s->done = ARENA_ARRAY(s->a, struct diff_edit, s->n);
	for (size_t i = 0; i < s->n; i++)
		s->done[i] = make(&made, order[i], bytes, eol, s->a);
	return 0;
}
