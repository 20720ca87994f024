/* SPDX-License-Identifier: MIT */
#include "yaml/build-priv.h"

#include <string.h>
#include <yaml.h>

#include "base/strmap.h"
#include "base/vec.h"
#include "yaml/marks-priv.h"

/*
 * libyaml as an event parser. Where it says that things are is made good by
 * marks-priv.h.
 */

enum {
	/* Duplicate keys are searched by comparison up to here, then hashed. */
	FEW_KEYS = 32,
};

/* An open collection. */
struct frame {
	struct yaml_node *node;
	struct yaml_node *key; /* mappings: waiting for its value */
	VEC(struct yaml_node *) items;
	VEC(struct yaml_pair) pairs;
};

struct anchor {
	struct str name;
	struct yaml_node *node;
	bool open; /* its collection has not ended yet */
};

struct builder {
	struct str bytes;
	const char *file;
	const struct yaml_limits *limits;
	struct arena *a;
	struct err *e;
	struct marks marks;
	VEC(struct frame) stack;
	VEC(struct anchor) anchors;
	struct yaml_node *root;
	size_t nodes, documents;
};

static int
fail_parse(struct builder *b, const yaml_parser_t *p)
{
	const char *what = p->problem != NULL ? p->problem : "not valid YAML";
	const char *context = p->context != NULL ? p->context : "";
	yaml_mark_t at = p->problem_mark;

	/* The end is far away from the quote that is not closed. */
	if (str_eq_c(str_from(what), "found unexpected end of stream"))
		at = p->context_mark;
	return err_set(b->e, ERR_INPUT, "%s:%zu:%zu: %s%s%s", b->file,
		at.line + 1, at.column + 1, what, context[0] != '\0' ? " " : "",
		context);
}

static struct yaml_node *
new_node(struct builder *b, enum yaml_kind kind, const yaml_event_t *ev)
{
	if (++b->nodes > b->limits->nodes) {
		err_set(b->e, ERR_LIMIT, "%s:%zu:%zu: more than %zu values",
			b->file, ev->start_mark.line + 1,
			ev->start_mark.column + 1, b->limits->nodes);
		return NULL;
	}
	struct yaml_node *n = ARENA_NEW(b->a, struct yaml_node);
	n->kind = kind;
	n->line = ev->start_mark.line + 1;
	n->column = ev->start_mark.column + 1;
	n->start = n->content = marks_byte(&b->marks, ev->start_mark.index);
	n->end = n->start;
	return n;
}

static struct yaml_node *
find_key(const struct frame *f, struct str key)
{
	for (size_t i = 0; i < f->pairs.n; i++)
		if (str_eq(f->pairs.items[i].key->value, key))
			return f->pairs.items[i].key;
	return NULL;
}

static int
fail_duplicate(struct builder *b, const struct yaml_node *key,
	const struct yaml_node *first)
{
	return yaml_err(b->file, key, b->e,
		"the key '%.*s' is there twice in one mapping, first at line "
		"%zu",
		STR_ARG(key->value), first->line);
}

static int
add_key(struct builder *b, struct frame *f, struct yaml_node *key)
{
	if (key->kind != YAML_SCALAR)
		return yaml_err(b->file, key, b->e,
			"a key must be a single value, not a collection");
	if (f->pairs.n < FEW_KEYS) {
		const struct yaml_node *first = find_key(f, key->value);
		if (first != NULL)
			return fail_duplicate(b, key, first);
	}
	f->key = key;
	return 0;
}

/* Give a complete child, or a collection that begins, to its parent. */
static int
attach(struct builder *b, struct yaml_node *n)
{
	if (b->stack.n == 0) {
		b->root = n;
		return 0;
	}
	struct frame *f = &b->stack.items[b->stack.n - 1];
	if (f->node->kind == YAML_SEQUENCE) {
		VEC_PUSH(&f->items, n);
		return 0;
	}
	if (f->key == NULL)
		return add_key(b, f, n);
	VEC_PUSH(&f->pairs, ((struct yaml_pair){.key = f->key, .value = n}));
	f->key = NULL;
	return 0;
}

static void
name_anchor(struct builder *b, const unsigned char *name, struct yaml_node *n,
	bool open)
{
	if (name == NULL)
		return;
	n->anchored = true;
	struct anchor x = {
		.name = arena_str(b->a, str_from((const char *)name)),
		.node = n,
		.open = open,
	};
	VEC_PUSH(&b->anchors, x);
}

static int
on_scalar(struct builder *b, const yaml_event_t *ev)
{
	static const enum yaml_style styles[] = {
		[YAML_ANY_SCALAR_STYLE] = YAML_PLAIN,
		[YAML_PLAIN_SCALAR_STYLE] = YAML_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = YAML_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = YAML_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = YAML_LITERAL,
		[YAML_FOLDED_SCALAR_STYLE] = YAML_FOLDED,
	};
	struct yaml_node *n = new_node(b, YAML_SCALAR, ev);

	if (n == NULL)
		return -1;
	n->style = styles[ev->data.scalar.style];
	n->tagged = ev->data.scalar.tag != NULL;
	n->value = arena_str(b->a,
		str_of((const char *)ev->data.scalar.value,
			ev->data.scalar.length));
	n->end = marks_byte(&b->marks, ev->end_mark.index);
	if (n->tagged || ev->data.scalar.anchor != NULL)
		n->content = marks_past_properties(b->bytes, n->start, n->end);
	if (n->style == YAML_LITERAL || n->style == YAML_FOLDED)
		n->end = marks_block_scalar_end(b->bytes, n, n->end);
	name_anchor(b, ev->data.scalar.anchor, n, false);
	return attach(b, n);
}

static int
on_alias(struct builder *b, const yaml_event_t *ev)
{
	struct str name = str_from((const char *)ev->data.alias.anchor);
	struct yaml_node *n = new_node(b, YAML_SCALAR, ev);

	if (n == NULL)
		return -1;
	for (size_t i = b->anchors.n; i-- > 0;) {
		const struct anchor *x = &b->anchors.items[i];
		if (!str_eq(x->name, name))
			continue;
		if (x->open)
			return yaml_err(b->file, n, b->e,
				"the alias '*%.*s' stands inside what it "
				"names",
				STR_ARG(name));
		struct yaml_node at = *n;
		*n = *x->node;
		n->line = at.line;
		n->column = at.column;
		n->start = n->content = at.start;
		n->end = marks_byte(&b->marks, ev->end_mark.index);
		n->anchored = false;
		n->alias_of = x->node;
		return attach(b, n);
	}
	return yaml_err(b->file, n, b->e,
		"the alias '*%.*s' names nothing above it", STR_ARG(name));
}

static int
on_open(struct builder *b, const yaml_event_t *ev)
{
	bool mapping = ev->type == YAML_MAPPING_START_EVENT;
	bool flow = mapping
		? ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
		: ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	const unsigned char *tag = mapping ? ev->data.mapping_start.tag
					   : ev->data.sequence_start.tag;
	const unsigned char *anchor = mapping ? ev->data.mapping_start.anchor
					      : ev->data.sequence_start.anchor;
	struct yaml_node *n =
		new_node(b, mapping ? YAML_MAPPING : YAML_SEQUENCE, ev);

	if (n == NULL)
		return -1;
	n->style = flow ? YAML_FLOW : YAML_BLOCK;
	n->tagged = tag != NULL;
	if (b->stack.n + b->limits->around == b->limits->depth)
		return err_set(b->e, ERR_LIMIT,
			"%s:%zu:%zu: nested deeper than %zu levels", b->file,
			n->line, n->column, b->limits->depth);
	if (n->tagged || anchor != NULL)
		n->content =
			marks_past_properties(b->bytes, n->start, b->bytes.n);
	if (attach(b, n) < 0)
		return -1;
	name_anchor(b, anchor, n, true);
	VEC_PUSH(&b->stack, ((struct frame){.node = n}));
	return 0;
}

/* Large mappings: the keys are compared once, at the end, through a hash. */
static int
check_many_keys(struct builder *b, const struct frame *f)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct strmap seen;
	size_t first;

	if (f->pairs.n <= FEW_KEYS)
		return 0;
	strmap_init(&seen, f->pairs.n, &tmp);
	for (size_t i = 0; i < f->pairs.n; i++) {
		const struct yaml_node *key = f->pairs.items[i].key;
		if (strmap_put(&seen, key->value, i))
			continue;
		(void)strmap_get(&seen, key->value, &first);
		return fail_duplicate(b, key, f->pairs.items[first].key);
	}
	return 0;
}

/* The node's children out of the frame and into the arena. */
static void
keep_children(struct builder *b, struct frame *f)
{
	struct yaml_node *n = f->node;

	if (n->kind == YAML_SEQUENCE) {
		n->n = f->items.n;
		n->items = ARENA_ARRAY(b->a, struct yaml_node *, n->n);
		for (size_t i = 0; i < n->n; i++)
			n->items[i] = f->items.items[i];
	} else {
		n->n = f->pairs.n;
		n->pairs = ARENA_ARRAY(b->a, struct yaml_pair, n->n);
		for (size_t i = 0; i < n->n; i++)
			n->pairs[i] = f->pairs.items[i];
	}
	VEC_RELEASE(&f->items);
	VEC_RELEASE(&f->pairs);
}

static int
on_close(struct builder *b, const yaml_event_t *ev)
{
	if (b->stack.n == 0)
		BUG("libyaml closed what it had not opened");
	struct frame f = b->stack.items[--b->stack.n];

	if (check_many_keys(b, &f) < 0) {
		VEC_RELEASE(&f.items);
		VEC_RELEASE(&f.pairs);
		return -1;
	}
	keep_children(b, &f);
	uint32_t end = marks_byte(&b->marks, ev->end_mark.index);
	f.node->end = f.node->style == YAML_FLOW
		? end
		: marks_block_end(b->bytes, f.node);
	for (size_t i = b->anchors.n; i-- > 0;)
		if (b->anchors.items[i].node == f.node)
			b->anchors.items[i].open = false;
	return 0;
}

static int
on_event(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, ev);
	case YAML_ALIAS_EVENT:
		return on_alias(b, ev);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_open(b, ev);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(b, ev);
	case YAML_DOCUMENT_START_EVENT:
		if (++b->documents == 1)
			return 0;
		return err_set(b->e, ERR_INPUT,
			"%s:%zu:%zu: a second document begins; keep one",
			b->file, ev->start_mark.line + 1,
			ev->start_mark.column + 1);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	BUG("libyaml event %d", (int)ev->type);
}

static int
run(struct builder *b, yaml_parser_t *p)
{
	for (;;) {
		yaml_event_t ev;
		if (!yaml_parser_parse(p, &ev))
			return fail_parse(b, p);
		yaml_event_type_t type = ev.type;
		int rc = on_event(b, &ev);
		yaml_event_delete(&ev);
		if (rc < 0 || type == YAML_STREAM_END_EVENT)
			return rc;
	}
}

int
yaml_build(struct str bytes, const char *file, const struct yaml_limits *limits,
	struct arena *a, struct yaml_node **ret, struct err *e)
{
	struct builder b = {
		.bytes = bytes,
		.file = file,
		.limits = limits,
		.a = a,
		.e = e,
	};
	yaml_parser_t p;

	marks_init(&b.marks, bytes);
	if (!yaml_parser_initialize(&p))
		BUG("libyaml cannot start");
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	struct str text = str_from_at(bytes, b.marks.bom);
	yaml_parser_set_input_string(&p, (const unsigned char *)text.s, text.n);
	int rc = run(&b, &p);
	yaml_parser_delete(&p);
	VEC_EACH (f, &b.stack) {
		VEC_RELEASE(&f->items);
		VEC_RELEASE(&f->pairs);
	}
	VEC_RELEASE(&b.stack);
	VEC_RELEASE(&b.anchors);
	/* A document of nothing is an empty scalar to libyaml. */
	bool empty = b.root != NULL && b.root->kind == YAML_SCALAR &&
		b.root->start == b.root->end && yaml_is_null(b.root);
	*ret = empty ? NULL : b.root;
	return rc;
}
