/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "../tests/yaml/oracle.h"

/*
 * Eight bytes that choose edits, then a document. What parses is edited, and
 * an edit that is accepted must give a document that means what the oracle
 * says: every pair and entry of which no edit speaks is as it was.
 */

enum {
	CHOICES = 8,
	/* Aliases of aliases are small to write and large to walk. */
	WALK_MAX = 20000,
	DOCUMENT_MAX = 16 * 1024,
};

static size_t
weight(const struct yaml_node *n, size_t left)
{
	size_t sum = 1;

	for (size_t i = 0; n->kind != YAML_SCALAR && i < n->n && sum < left;
		i++)
		sum += weight(n->kind == YAML_SEQUENCE ? n->items[i]
						       : n->pairs[i].value,
			left - sum);
	return sum;
}

static void
fail(const char *what, struct str before, struct str after)
{
	(void)fprintf(stderr, "%s\n---- before\n%.*s\n---- after\n%.*s\n----\n",
		what, STR_ARG(before), STR_ARG(after));
	abort();
}

static void
check(struct str bytes, const struct yaml_node *was, const struct ops *ops,
	struct str out, struct arena *a)
{
	struct yaml_node *is;
	struct err e = {0};

	if (yaml_parse(out, "f", NULL, a, &is, &e) < 0)
		fail(e.msg, bytes, out);
	if (is == NULL || !is_expected(foresee_node(a, was, ops), is))
		fail("the meaning changed", bytes, out);
}

static void
edit(struct str bytes, const struct yaml_node *root, struct dice *dice,
	struct arena *a)
{
	CLEANUP_BUF struct buf out = {0};
	struct collections c = {0};
	struct yaml_edit ed;
	struct err e = {0};
	struct ops ops = {0};

	collect(&c, root);
	if (c.n == 0 || weight(root, WALK_MAX) >= WALK_MAX)
		return;
	yaml_edit_init(&ed, bytes, root, a);
	if (yaml_edit_apply(&ed, &out, &e) < 0 || !str_eq(buf_str(&out), bytes))
		fail("no edit is an edit", bytes, buf_str(&out));
	buf_reset(&out);
	roll_ops(dice, a, &c, &ops);
	for (size_t i = 0; i < ops.n; i++)
		call_op(&ed, &ops.items[i]);
	if (yaml_edit_apply(&ed, &out, &e) == 0)
		check(bytes, root, &ops, buf_str(&out), a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_node *root;
	struct err e = {0};
	struct dice dice;

	if (size < CHOICES || size > DOCUMENT_MAX)
		return 0;
	memcpy(&dice.state, data, CHOICES);
	struct str bytes = str_of((const char *)data + CHOICES, size - CHOICES);
	if (yaml_parse(bytes, "f", NULL, &a, &root, &e) == 0 && root != NULL)
		edit(bytes, root, &dice, &a);
	return 0;
}
