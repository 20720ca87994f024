/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/strmap.h"
#include "yaml/quick-scan-priv.h"

/* Duplicate keys are searched by comparison up to here, then hashed. */
enum { FEW_KEYS = 32 };

void
quick_begin_line(struct quick *q)
{
	q->line++;
	q->line_start = q->at;
	q->counted = (size_t)(q->at - q->text);
	q->characters = 0;
}

struct mark
quick_mark(struct quick *q, const char *p)
{
	struct mark m = {.start = (size_t)(p - q->text), .line = q->line};

	if (q->ascii) {
		m.column = (size_t)(p - q->line_start) + 1;
		return m;
	}
	for (; q->counted < m.start; q->counted++)
		q->characters +=
			((unsigned char)q->bytes[q->counted] & 0xc0) != 0x80;
	m.column = q->characters + 1;
	return m;
}

static struct yaml_node *
new_node(struct quick *q, enum yaml_kind kind, enum yaml_style style,
	struct mark m)
{
	if (q->nodes_left == 0)
		return NULL;
	q->nodes_left--;
	struct yaml_node *n = ARENA_NEW(q->a, struct yaml_node);
	n->kind = kind;
	n->style = style;
	n->start = n->content = n->end = (uint32_t)(q->origin + m.start);
	n->line = m.line;
	n->column = m.column;
	return n;
}

struct yaml_node *
quick_new_empty(struct quick *q, struct mark m)
{
	struct yaml_node *n = new_node(q, YAML_SCALAR, YAML_PLAIN, m);

	if (n != NULL)
		n->value = str_of("", 0);
	return n;
}

struct yaml_node *
quick_new_scalar(struct quick *q, const struct scalar *s, struct mark m)
{
	struct yaml_node *n = new_node(q, YAML_SCALAR, s->style, m);

	if (n == NULL)
		return NULL;
	n->end = (uint32_t)(q->origin + (size_t)(s->end - q->text));
	n->value = str_of(s->value, s->n);
	if (q->owed != NULL)
		*q->owed = '\0';
	q->owed = s->value + s->n;
	return n;
}

bool
quick_open(struct quick *q, enum yaml_kind kind, enum yaml_style style,
	struct mark m, struct opened *ret)
{
	if (q->depth_left == 0)
		return false;
	q->depth_left--;
	*ret = (struct opened){
		.node = new_node(q, kind, style, m),
		.first = q->open.n,
	};
	return ret->node != NULL;
}

static bool
keys_differ(const struct yaml_node *n)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct strmap seen;

	if (n->n <= FEW_KEYS)
		return true;
	strmap_init(&seen, n->n, &tmp);
	for (size_t i = 0; i < n->n; i++)
		if (!strmap_put(&seen, n->pairs[i].key->value, i))
			return false;
	return true;
}

struct yaml_node *
quick_close(struct quick *q, const struct opened *o)
{
	struct yaml_node *n = o->node;
	size_t count = q->open.n - o->first;
	struct yaml_node **children =
		count > 0 ? q->open.items + o->first : NULL;

	q->depth_left++;
	q->open.n = o->first;
	if (n->style == YAML_BLOCK && count > 0)
		n->end = children[count - 1]->end;
	if (n->kind == YAML_SEQUENCE) {
		n->n = count;
		n->items = ARENA_ARRAY(q->a, struct yaml_node *, n->n);
		if (count > 0)
			memcpy(n->items, children, count * sizeof(*children));
		return n;
	}
	n->n = count / 2;
	n->pairs = ARENA_ARRAY(q->a, struct yaml_pair, n->n);
	for (size_t i = 0; i < n->n; i++) {
		n->pairs[i].key = children[2 * i];
		n->pairs[i].value = children[2 * i + 1];
	}
	return keys_differ(n) ? n : NULL;
}

/* Keys whose bits differ are different. */
static uint64_t
key_bit(struct str key)
{
	size_t sum = key.n;

	if (key.n > 0)
		sum += (size_t)(unsigned char)key.s[0] +
			(size_t)(unsigned char)key.s[key.n / 2] * 5 +
			(size_t)(unsigned char)key.s[key.n - 1] * 7;
	return (uint64_t)1 << (sum & 63);
}

bool
quick_add_key(struct quick *q, struct opened *o, struct yaml_node *key)
{
	uint64_t bit = key_bit(key->value);
	size_t count = (q->open.n - o->first) / 2;

	if ((o->seen & bit) != 0 && count < FEW_KEYS) {
		struct yaml_node **known = q->open.items + o->first;
		for (size_t i = 0; i < count; i++)
			if (str_eq(known[2 * i]->value, key->value))
				return false;
	}
	o->seen |= bit;
	VEC_PUSH(&q->open, key);
	return true;
}
