/* SPDX-License-Identifier: MIT */
#ifndef TESTS_YAML_FIXTURE_H
#define TESTS_YAML_FIXTURE_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "yaml/edit.h"

/* A document that is sound, and a place for what is made of it. */
struct doc {
	struct arena a;
	struct str bytes;
	struct yaml_node *root;
	struct yaml_edit ed;
};

static inline void
doc_open(struct doc *d, struct str bytes)
{
	struct err e = {0};

	*d = (struct doc){.bytes = bytes};
	check_ok(yaml_parse(bytes, "f", NULL, &d->a, &d->root, &e), &e);
	yaml_edit_init(&d->ed, bytes, d->root, &d->a);
}

static inline void
doc_close(struct doc *d)
{
	arena_release(&d->a);
}

/* "items/0/tags": keys and indexes from the root; "" is the root. */
static inline struct yaml_node *
doc_at(const struct doc *d, const char *path)
{
	struct yaml_node *n = d->root;

	while (path[0] != '\0') {
		size_t len = strcspn(path, "/");
		if (n->kind == YAML_SEQUENCE) {
			size_t i = strtoul(path, NULL, 10);
			assert_true(i < n->n);
			n = n->items[i];
		} else {
			n = yaml_get(n, str_of(path, len));
		}
		assert_non_null(n);
		path += len + (path[len] == '/');
	}
	return n;
}

/* What the edits say they did makes `out` of the document. */
static inline void
doc_did(const struct doc *d, struct str out)
{
	CLEANUP_BUF struct buf made = {0};
	size_t at = 0;

	for (size_t i = 0; i < d->ed.edits_n; i++) {
		const struct diff_edit *x = &d->ed.edits[i];
		assert_true(x->at >= at);
		buf_add(&made, d->bytes.s + at, x->at - at);
		buf_add_str(&made, x->text);
		at = x->at + x->n;
	}
	buf_add_str(&made, str_from_at(d->bytes, at));
	assert_true(str_eq(buf_str(&made), out));
}

/* The edits give exactly these bytes, which parse; closes it. */
static inline void
doc_gives(struct doc *d, const char *expected)
{
	CLEANUP_BUF struct buf out = {0};
	struct yaml_node *root;
	struct err e = {0};

	check_ok(yaml_edit_apply(&d->ed, &out, &e), &e);
	check_str(buf_str(&out), expected);
	doc_did(d, buf_str(&out));
	check_ok(yaml_parse(buf_str(&out), "f", NULL, &d->a, &root, &e), &e);
	doc_close(d);
}

/* They are refused; closes it. */
static inline void
doc_refuses(struct doc *d, enum err_code code, const char *text)
{
	CLEANUP_BUF struct buf out = {0};
	struct err e = {0};

	check_fails(yaml_edit_apply(&d->ed, &out, &e), &e, code, text);
	assert_int_equal(out.n, 0);
	doc_close(d);
}

static inline struct yaml_value
text(const char *s)
{
	return yaml_text(str_from(s));
}

/* One key of the mapping at `path`, behind its pair `after`. */
static inline void
check_set_after(const char *before, const char *path, const char *key,
	struct yaml_value v, size_t after, const char *expected)
{
	struct doc d;

	doc_open(&d, str_from(before));
	yaml_edit_set(&d.ed, doc_at(&d, path), str_from(key), v, after);
	doc_gives(&d, expected);
}

/* The key is there, or goes to the front. */
static inline void
check_set(const char *before, const char *path, const char *key,
	struct yaml_value v, const char *expected)
{
	check_set_after(before, path, key, v, SIZE_MAX, expected);
}

#endif
