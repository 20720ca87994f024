/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <dirent.h>

#include "oracle.h"

/*
 * Edits at random on the golden files, compared with what the tree says they
 * must mean. The seed is fixed: a failure names file and round and comes back.
 */

enum { ROUNDS = 150 };

struct tally {
	size_t cases, accepted, inserted, files;
};

static void
show(const struct doc *d, const struct ops *ops, struct str out)
{
	static const char *const names[] = {"set", "unset", "append", "remove"};

	print_error("---- before\n%.*s", STR_ARG(d->bytes));
	for (size_t i = 0; i < ops->n; i++)
		print_error("---- %s '%.*s' %zu of line %zu: '%.*s'\n",
			names[ops->items[i].kind], STR_ARG(ops->items[i].key),
			ops->items[i].index, ops->items[i].node->line,
			STR_ARG(ops->items[i].value.text));
	print_error("---- after\n%.*s----\n", STR_ARG(out));
}

static const struct yaml_node *
items_of(const struct yaml_node *root)
{
	return root->kind == YAML_SEQUENCE ? root
					   : yaml_get(root, STR("items"));
}

static bool
speaks_of(const struct op *op, const struct yaml_node *item)
{
	return op->node->start >= item->start && op->node->start < item->end;
}

/* Items of which no edit speaks have the bytes they had. */
static bool
items_are_untouched(const struct doc *d, const struct ops *ops, struct str out,
	const struct yaml_node *root)
{
	const struct yaml_node *before = items_of(d->root);
	const struct yaml_node *after = items_of(root);
	size_t k = 0;

	/* A literal at an end without a line break may get its "-". */
	if (after == NULL || after->kind != YAML_SEQUENCE ||
		find_op(ops, OP_SET, d->root, STR("items"), 0) != NULL ||
		!str_ends(d->bytes, STR("\n")))
		return true;
	for (size_t i = 0; i < before->n; i++) {
		const struct yaml_node *was = before->items[i];
		bool touched = false;
		for (size_t o = 0; o < ops->n; o++)
			touched = touched || speaks_of(&ops->items[o], was);
		if (find_op(ops, OP_REMOVE, before, STR_ABSENT, i) != NULL)
			continue;
		const struct yaml_node *is = after->items[k++];
		if (!touched &&
			!str_eq(str_of(d->bytes.s + was->start,
					was->end - was->start),
				str_of(out.s + is->start, is->end - is->start)))
			return false;
	}
	return true;
}

/* Nothing but new pairs and entries beside others. */
static bool
only_inserts(const struct ops *ops)
{
	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = &ops->items[i];
		bool inserts = op->kind == OP_APPEND ||
			(op->kind == OP_SET &&
				yaml_get(op->node, op->key) == NULL);
		if (!inserts || op->node->n == 0)
			return false;
	}
	return true;
}

/* Every byte of `a` is in `b`, in order. */
static bool
is_within(struct str a, struct str b)
{
	size_t k = 0;

	for (size_t i = 0; i < b.n && k < a.n; i++)
		k += a.s[k] == b.s[i];
	return k == a.n;
}

static void
check_result(struct doc *d, const struct ops *ops, struct str out,
	struct tally *t, const char *name)
{
	struct yaml_node *root = NULL;
	struct err e = {0};
	const char *wrong = NULL;
	bool inserts = only_inserts(ops);

	if (yaml_parse(out, "f", NULL, &d->a, &root, &e) < 0)
		wrong = e.msg;
	else if (root == NULL ||
		!is_expected(foresee_node(&d->a, d->root, ops), root))
		wrong = "it means something else";
	else if (!items_are_untouched(d, ops, out, root))
		wrong = "an item changed of which no edit speaks";
	else if (inserts && str_ends(d->bytes, STR("\n")) &&
		!is_within(d->bytes, out))
		wrong = "an insertion took something away";
	t->accepted++;
	t->inserted += inserts;
	if (wrong == NULL)
		return;
	show(d, ops, out);
	fail_msg("%s, round %zu: %s", name, t->cases, wrong);
}

/* Nothing in the document gives a reason to refuse an edit. */
static bool
is_ordinary(struct str bytes)
{
	return strcspn(bytes.s, "&*!?") == bytes.n &&
		str_find(bytes, STR("[status")) == bytes.n;
}

static void
try_once(const char *name, struct str bytes, struct dice *dice, struct tally *t)
{
	CLEANUP_BUF struct buf out = {0};
	struct collections c = {0};
	struct err e = {0};
	struct ops ops;
	struct doc d;

	doc_open(&d, bytes);
	collect(&c, d.root);
	roll_ops(dice, &d.a, &c, &ops);
	t->cases++;
	for (size_t i = 0; i < ops.n; i++)
		call_op(&d.ed, &ops.items[i]);
	if (yaml_edit_apply(&d.ed, &out, &e) == 0) {
		check_result(&d, &ops, buf_str(&out), t, name);
	} else {
		assert_int_equal(e.code, ERR_CONFLICT);
		if (ops.n == 1 && is_ordinary(bytes)) {
			show(&d, &ops, STR(""));
			fail_msg("%s: one edit is refused: %s", name, e.msg);
		}
	}
	doc_close(&d);
}

static void
try_file(const char *path, const char *name, struct tally *t)
{
	CLEANUP_BUF struct buf bytes = {0};
	struct dice dice = {.state = 1};

	FILE *f = fopen(path, "re");
	assert_non_null(f);
	for (size_t n = 1; n > 0;) {
		n = fread(buf_room(&bytes, 4096), 1, 4096, f);
		buf_added(&bytes, n);
	}
	(void)fclose(f);
	for (const char *p = name; *p != '\0'; p++)
		dice.state = dice.state * 31 + (unsigned char)*p;
	for (size_t i = 0; i < ROUNDS; i++)
		try_once(name, buf_str(&bytes), &dice, t);
	t->files++;
}

static void
random_edits_mean_what_the_tree_says_and_spare_the_rest(void **state)
{
	const char *data = getenv("WEIR_TEST_DATA");
	char path[4096];
	struct dirent **found;
	struct tally t = {0};

	(void)state;
	assert_non_null(data);
	(void)snprintf(path, sizeof(path), "%s/golden", data);
	int n = scandir(path, &found, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		if (strstr(found[i]->d_name, ".yaml") != NULL) {
			(void)snprintf(path, sizeof(path), "%s/golden/%s", data,
				found[i]->d_name);
			try_file(path, found[i]->d_name, &t);
		}
		free(found[i]);
	}
	free(found);
	print_message("# %zu cases on %zu files, %zu accepted, %zu of them "
		      "only insert\n",
		t.cases, t.files, t.accepted, t.inserted);
	assert_true(t.cases >= 5000);
	assert_true(t.accepted >= t.cases / 2);
	assert_true(t.inserted >= t.cases / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			random_edits_mean_what_the_tree_says_and_spare_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
