/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <stdlib.h>

#include "base/buf.h"
#include "fio/tokens.h"
#include "sys/pass.h"
#include "sys/real.h"

/*
 * The plug-ins are built by `make grammars`; without them these tests are
 * skipped, but for the last ones.
 */
static struct fio_tokens *tokens;
static struct wio_error e;

static void
need_grammars(void)
{
	const char *dir = getenv("WEIR_GRAMMARS");
	struct stat st;

	if (dir == NULL || stat(dir, &st) < 0)
		skip();
}

static int
setup(void **state)
{
	const char *dir = getenv("WEIR_GRAMMARS");
	struct stat st;

	(void)state;
	tokens = NULL;
	if (dir == NULL || stat(dir, &st) < 0)
		return 0;
	tokens = fio_tokens_open(sys_real(), dir, &e);
	if (tokens == NULL)
		fail_msg("%s", e.message);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fio_tokens_free(tokens);
	return 0;
}

struct tag {
	char text[WIO_DIGEST_SIZE];
};

static struct tag
of(const char *path, const char *text)
{
	struct tag t;

	if (fio_tokens_digest(tokens, path, str_from(text), t.text) != 0)
		fail_msg("no digest of '%s'", text);
	return t;
}

static void
check_same(const char *path, const char *a, const char *b)
{
	if (strcmp(of(path, a).text, of(path, b).text) != 0)
		fail_msg("differ: '%s' and '%s'", a, b);
}

static void
check_differ(const char *path, const char *a, const char *b)
{
	if (strcmp(of(path, a).text, of(path, b).text) == 0)
		fail_msg("do not differ: '%s' and '%s'", a, b);
}

static void
comments_and_white_space_change_nothing(void **state)
{
	static const struct {
		const char *path, *a, *b;
	} cases[] = {
		{"a.rs", "fn a() { b(1, 2) }",
			"// x\nfn a() {\n  /* y /* z */ */ b(1,\n2)\n}\n"},
		{"a.c", "int a(void) { return b(1); }\n",
			"/* x */\nint\na(void)\n{\n\treturn b(1); // y\n}\n"},
		{"a.h", "int a;\n", "int   a  ;\n"},
		{"a.py", "def a():\n  return b(1)\n",
			"# x\ndef a():\n\n    # y\n    return b( 1 )  # z\n"},
		{"a.js", "function a() { return b; }",
			"// x\nfunction a()\n{\n  /* y */ return b;\n}\n"},
		{"a.ts", "const a: number = b<c>(1);",
			"// x\nconst a : number\n  = b<c>( 1 );\n"},
		{"a.tsx", "const a = <b c={1}></b>;",
			"const a =\n  <b c={ 1 }></b>;  // x\n"},
		{"a.go", "package a\n\nfunc b() int { return 1 }\n",
			"// x\npackage a\n\n\nfunc b() int {\n\treturn 1 // y"
			"\n}\n"},
		{"a.java", "class A { int b = 1; }",
			"/** x */\nclass A {\n  // y\n  int b = 1;\n}\n"},
		{"a.sh", "a b; c\n", "# x\na   b;   c # y\n"},
	};

	(void)state;
	need_grammars();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_same(cases[i].path, cases[i].a, cases[i].b);
}

/* Hashing leaves alone says that each of these is only formatting. */
static void
white_space_that_means_something_is_a_change(void **state)
{
	(void)state;
	need_grammars();
	check_differ("a.py", "if a:\n  b()\n  c()\n", "if a:\n  b()\nc()\n");
	check_differ("a.js", "function f() { return\nx }",
		"function f() { return x }");
	check_differ("a.ts", "function f() { return\nx }",
		"function f() { return x }");
	check_differ("a.sh", "a\nb\n", "a b\n");
	check_differ("a.go", "package a\nfunc f() int {\nreturn b\n}\n",
		"package a\nfunc f() int {\nreturn\nb\n}\n");
	check_differ("a.c", "#define A (x)\n", "#define A(x)\n");
}

/* Between the escapes of a string there is text that is in no leaf. */
static void
text_in_strings_is_all_looked_at(void **state)
{
	static const struct {
		const char *path, *a, *b;
	} cases[] = {
		{"a.py", "x = 'a\\nb'\n", "x = 'c\\nb'\n"},
		{"a.py", "x = ' \\n'\n", "x = '  \\n'\n"},
		{"a.py", "x = '  '\n", "x = ' '\n"},
		{"a.py", "x = f'a {b}  '\n", "x = f'a {b} '\n"},
		{"a.js", "x = 'a\\nb';", "x = 'c\\nb';"},
		{"a.js", "x = `a ${b}  `;", "x = `a ${b} `;"},
		{"a.js", "x = /a  b/;", "x = /a b/;"},
		{"a.js", "x = <a> b</a>;", "x = <a>b</a>;"},
		{"a.js", "x = <a>{b} {c}</a>;", "x = <a>{b}{c}</a>;"},
		{"a.ts", "x = ' ';", "x = '  ';"},
		{"a.rs", "fn a() { b(\"a\\nb\") }", "fn a() { b(\"c\\nb\") }"},
		{"a.rs", "fn a() { b(\" \") }", "fn a() { b(\"  \") }"},
		{"a.rs", "fn a() { b(r\" \") }", "fn a() { b(r\"  \") }"},
		{"a.rs", "fn a() { b(' ') }", "fn a() { b('\t') }"},
		{"a.c", "char *a = \" \";\n", "char *a = \"  \";\n"},
		{"a.c", "char *a = \"x\\ny\";\n", "char *a = \"z\\ny\";\n"},
		{"a.c", "char a = ' ';\n", "char a = '\t';\n"},
		{"a.go", "package a\nvar b = \" \"\n",
			"package a\nvar b = \"  \"\n"},
		{"a.go", "package a\nvar b = `\n`\n",
			"package a\nvar b = `\n\n`\n"},
		{"a.java", "class A { String b = \" \"; }",
			"class A { String b = \"  \"; }"},
		{"a.java", "class A { String b = \"x\\ny\"; }",
			"class A { String b = \"z\\ny\"; }"},
		{"a.sh", "echo \" \"\n", "echo \"  \"\n"},
		{"a.sh", "echo \"$a  $b\"\n", "echo \"$a $b\"\n"},
		{"a.sh", "echo ' '\n", "echo '  '\n"},
		{"a.sh", "echo $' \\n'\n", "echo $'  \\n'\n"},
		{"a.sh", "cat <<E\na\nE\n", "cat <<E\n a\nE\n"},
		{"a.sh", "cat <<E\n$a  $b\nE\n", "cat <<E\n$a $b\nE\n"},
		{"a.sh", "a${b:- c}\n", "a${b:-c}\n"},
	};

	(void)state;
	need_grammars();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_differ(cases[i].path, cases[i].a, cases[i].b);
}

static void
every_change_of_a_token_is_a_change(void **state)
{
	(void)state;
	need_grammars();
	check_differ("a.rs", "fn a() { b(1) }", "fn a() { b(2) }");
	check_differ("a.rs", "fn a() { b!(c >> d) }", "fn a() { b!(c > > d) }");
	check_differ("a.c", "int ab;\n", "int a, b;\n");
	check_differ("a.py", "a(b, c)\n", "a(bc)\n");
	check_differ("a.py", "x = 'ab' 'c'\n", "x = 'a' 'bc'\n");
}

/* Of the original: documentation is an attribute of what it stands at. */
static void
comments_that_mean_something_are_a_change(void **state)
{
	static const struct {
		const char *path, *a, *b;
	} cases[] = {
		{"a.rs", "/// a\nfn a() {}", "/// b\nfn a() {}"},
		{"a.rs", "//! a\nfn a() {}", "//! b\nfn a() {}"},
		{"a.go", "//go:build linux\npackage a\n",
			"//go:build darwin\npackage a\n"},
		{"a.go", "package a\n// int b();\nimport \"C\"\n",
			"package a\n// int c();\nimport \"C\"\n"},
		{"a.sh", "#!/bin/sh\na\n", "#!/bin/bash\na\n"},
		{"a.py", "# -*- coding: utf-8 -*-\na\n",
			"# -*- coding: latin-1 -*-\na\n"},
		{"a.ts", "// @ts-ignore\na();", "// ignore\na();"},
		{"a.ts", "/// <reference path=\"a\" />\na();",
			"/// <reference path=\"b\" />\na();"},
	};

	(void)state;
	need_grammars();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_differ(cases[i].path, cases[i].a, cases[i].b);
}

static void
texts_with_syntax_errors_have_none(void **state)
{
	static const char *const bad[][2] = {{"a.rs", "fn a( {"},
		{"a.c", "int a(void) { return"}, {"a.py", "def a(:\n"},
		{"a.js", "function ("}, {"a.go", "package"},
		{"a.java", "class {"}, {"a.sh", "if a; then"},
		{"a.ts", "const a: = 1"}};
	char digest[WIO_DIGEST_SIZE] = "x";

	(void)state;
	need_grammars();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(fio_tokens_digest(tokens, bad[i][0],
					 str_from(bad[i][1]), digest),
			1);
		assert_string_equal(digest, "");
	}
}

static void
language_and_version_are_part_of_it(void **state)
{
	struct tag c, js, ts;

	(void)state;
	need_grammars();
	c = of("dir.rs/a.c", "");
	js = of("a.js", "a;");
	ts = of("a.ts", "a;");
	assert_memory_equal(c.text, "tokens:c-0.24.1-2:", 18);
	assert_memory_equal(js.text, "tokens:javascript-0.25.0-2:", 27);
	assert_int_equal(strlen(strrchr(js.text, ':') + 1), 32);
	assert_string_not_equal(
		strrchr(js.text, ':') + 1, strrchr(ts.text, ':') + 1);
}

static void
other_files_and_large_ones_have_none(void **state)
{
	static const char *const paths[] = {
		"a.txt", "a", "Makefile", ".c/a", "a.C", "a.rs/b", ""};
	char digest[WIO_DIGEST_SIZE];
	struct buf b = {0};

	(void)state;
	need_grammars();
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_false(fio_tokens_know(tokens, paths[i]));
		assert_int_equal(
			fio_tokens_digest(tokens, paths[i], STR("a"), digest),
			1);
	}
	assert_true(fio_tokens_know(tokens, "a.rs"));
	buf_add_repeat(&b, '\n', 4 * 1024 * 1024);
	assert_int_equal(
		fio_tokens_digest(tokens, "a.c", buf_str(&b), digest), 0);
	buf_add_char(&b, '\n');
	assert_int_equal(
		fio_tokens_digest(tokens, "a.c", buf_str(&b), digest), 1);
	buf_release(&b);
}

static int64_t
racing_clock(struct sys *sys, enum sys_clock which)
{
	static int64_t now;

	(void)sys;
	(void)which;
	return now += 1500000000;
}

static void
what_takes_too_long_has_none(void **state)
{
	char digest[WIO_DIGEST_SIZE];
	struct sys_pass pass;
	struct buf b = {0};

	(void)state;
	need_grammars();
	sys_pass_init(&pass, sys_real());
	pass.sys.clock = racing_clock;
	struct fio_tokens *slow =
		fio_tokens_open(&pass.sys, getenv("WEIR_GRAMMARS"), &e);
	assert_non_null(slow);
	for (int i = 0; i < 20000; i++)
		buf_add_c(&b, "int a;\n");
	assert_int_equal(
		fio_tokens_digest(tokens, "a.c", buf_str(&b), digest), 0);
	assert_int_equal(
		fio_tokens_digest(slow, "a.c", buf_str(&b), digest), 1);
	fio_tokens_free(slow);
	buf_release(&b);
}

static void
deep_nesting_is_survived(void **state)
{
	char digest[WIO_DIGEST_SIZE];
	struct buf b = {0};

	(void)state;
	need_grammars();
	buf_add_c(&b, "x = ");
	buf_add_repeat(&b, '(', 20000);
	buf_add_char(&b, '1');
	buf_add_repeat(&b, ')', 20000);
	buf_add_c(&b, "\n");
	assert_in_range(
		fio_tokens_digest(tokens, "a.py", buf_str(&b), digest), 0, 1);
	buf_release(&b);
}

static void
a_directory_without_plug_ins_is_refused(void **state)
{
	struct scratch s;

	(void)state;
	scratch_make(&s);
	assert_null(fio_tokens_open(sys_real(), "/nonexistent/dir", &e));
	assert_int_equal(e.code, WIO_NOT_FOUND);
	assert_string_equal(e.field, "grammars");
	assert_null(fio_tokens_open(sys_real(), s.path, &e));
	assert_int_equal(e.code, WIO_NOT_FOUND);
	scratch_put(&s, "runtime.so", "no library");
	assert_null(fio_tokens_open(sys_real(), s.path, &e));
	assert_int_equal(e.code, WIO_NOT_FOUND);
	scratch_remove(&s);
}

static void
without_plug_ins_no_language_is_known(void **state)
{
	char digest[WIO_DIGEST_SIZE] = "x";

	(void)state;
	assert_false(fio_tokens_know(NULL, "a.c"));
	assert_int_equal(fio_tokens_digest(NULL, "a.c", STR(""), digest), 1);
	assert_string_equal(digest, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(comments_and_white_space_change_nothing),
		TEST(white_space_that_means_something_is_a_change),
		TEST(text_in_strings_is_all_looked_at),
		TEST(every_change_of_a_token_is_a_change),
		TEST(comments_that_mean_something_are_a_change),
		TEST(texts_with_syntax_errors_have_none),
		TEST(language_and_version_are_part_of_it),
		TEST(other_files_and_large_ones_have_none),
		TEST(what_takes_too_long_has_none),
		TEST(deep_nesting_is_survived),
		cmocka_unit_test(a_directory_without_plug_ins_is_refused),
		cmocka_unit_test(without_plug_ins_no_language_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
