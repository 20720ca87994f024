/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <dirent.h>

/*
 * Every golden/NAME.yaml is a backlog a person might have written. Setting the
 * status of its first item to "done" gives golden/NAME.expected, byte for
 * byte, or is refused with the line in golden/NAME.refused.
 */

static bool
read_golden(const char *name, const char *suffix, struct buf *ret)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/golden/%s%s",
		getenv("WEIR_TEST_DATA"), name, suffix);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	for (size_t n = 1; n > 0;) {
		n = fread(buf_room(ret, 4096), 1, 4096, f);
		buf_added(ret, n);
	}
	assert_int_equal(ferror(f), 0);
	(void)fclose(f);
	return true;
}

/* The names without ".yaml", sorted. */
static void
each_golden(void (*visit)(const char *name), int at_least)
{
	char path[4096];
	struct dirent **found;
	int visited = 0;

	assert_non_null(getenv("WEIR_TEST_DATA"));
	(void)snprintf(
		path, sizeof(path), "%s/golden", getenv("WEIR_TEST_DATA"));
	int n = scandir(path, &found, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char *dot = strstr(found[i]->d_name, ".yaml");
		if (dot != NULL) {
			*dot = '\0';
			visit(found[i]->d_name);
			visited++;
		}
		free(found[i]);
	}
	free(found);
	assert_true(visited >= at_least);
}

static void
check_unedited(const char *name)
{
	CLEANUP_BUF struct buf bytes = {0}, out = {0};
	struct err e = {0};
	struct doc d;

	assert_true(read_golden(name, ".yaml", &bytes));
	doc_open(&d, buf_str(&bytes));
	check_ok(yaml_edit_apply(&d.ed, &out, &e), &e);
	if (!str_eq(buf_str(&out), buf_str(&bytes)))
		fail_msg("%s changed without an edit", name);
	doc_close(&d);
}

static void
set_first_status(struct doc *d)
{
	struct yaml_node *items = d->root->kind == YAML_MAPPING
		? yaml_get(d->root, STR("items"))
		: d->root;
	struct yaml_node *first = items->items[0];
	size_t after = SIZE_MAX;

	for (size_t i = 0; i < first->n; i++)
		if (str_eq_c(first->pairs[i].key->value, "title"))
			after = i;
	yaml_edit_set(
		&d->ed, first, STR("status"), yaml_text(STR("done")), after);
}

static void
check_edited(const char *name)
{
	CLEANUP_BUF struct buf bytes = {0}, out = {0}, want = {0};
	struct err e = {0};
	struct doc d;

	assert_true(read_golden(name, ".yaml", &bytes));
	doc_open(&d, buf_str(&bytes));
	set_first_status(&d);
	int rc = yaml_edit_apply(&d.ed, &out, &e);
	if (read_golden(name, ".refused", &want)) {
		if (rc == 0)
			fail_msg("%s was not refused", name);
		assert_int_equal(e.code, ERR_CONFLICT);
		buf_add_c(&out, e.msg);
		buf_add_char(&out, '\n');
	} else {
		assert_true(read_golden(name, ".expected", &want));
		if (rc < 0)
			fail_msg("%s: %s", name, e.msg);
		doc_did(&d, buf_str(&out));
	}
	if (!str_eq(buf_str(&out), buf_str(&want)))
		fail_msg("%s gave\n%s", name, out.p);
	doc_close(&d);
}

static void
no_edit_gives_the_same_bytes(void **state)
{
	(void)state;
	each_golden(check_unedited, 50);
}

static void
one_edit_changes_only_its_bytes(void **state)
{
	(void)state;
	each_golden(check_edited, 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_edit_gives_the_same_bytes),
		cmocka_unit_test(one_edit_changes_only_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
