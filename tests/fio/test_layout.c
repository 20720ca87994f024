/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "fio/tokens.h"
#include "sys/real.h"

/*
 * What is a change of layout, and what is one of meaning, in each language. The
 * two texts of a pair have the same tokens and differ by white space, line
 * breaks or comments alone. Without the plug-ins of `make grammars` these tests
 * are skipped.
 */
struct pair {
	const char *path, *a, *b;
};

static const struct pair meaning[] = {
	/* bash: a blank makes a word, a brace or a test of it, or takes it */
	{"a.sh", "[ -f x ]\n", "[-f x ]\n"},
	{"a.sh", "{ a; }\n", "{a; }\n"},
	{"a.sh", "echo \"${a:-$b  $c}\"\n", "echo \"${a:-$b $c}\"\n"},
	{"a.sh", "echo \"${a:-$b $c}\"\n", "echo \"${a:- $b $c}\"\n"},
	{"a.sh", "echo ${a:-$b $c}\n", "echo ${a:-$b$c}\n"},
	{"a.sh", "a=1\n", "a= 1\n"},
	{"a.sh", "a=1 b\n", "a= 1 b\n"},
	{"a.sh", "a=$b\n", "a= $b\n"},
	{"a.sh", "a=(1)\n", "a= (1)\n"},
	{"a.sh", "a[1 ]=b\n", "a[1  ]=b\n"},
	{"a.sh", "declare -A a=([b c]=1)\n", "declare -A a=([b  c]=1)\n"},
	{"a.sh", "a=${b:-$c $d}\n", "a=${b:-$c  $d}\n"},
	{"a.sh", "[# a\n-f b ]\n", "[ # a\n-f b ]\n"},
	{"a.sh", "a[1]=x\n", "a [1]=x\n"},
	{"a.sh", "echo x >&2\n", "echo x > &2\n"},
	{"a.sh", "echo 1>x\n", "echo 1 >x\n"},
	{"a.sh", "echo 2>&1\n", "echo 2 >&1\n"},
	{"a.sh", "a $b$c\n", "a $b $c\n"},
	{"a.sh", "a $b\"c\"\n", "a $b \"c\"\n"},
	{"a.sh", "a 'b''c'\n", "a 'b' 'c'\n"},
	{"a.sh", "a {b,c}\n", "a {b, c}\n"},
	{"a.sh", "a x{b,c}\n", "a x {b,c}\n"},
	{"a.sh", "a $(b)c\n", "a $(b) c\n"},
	{"a.sh", "! a\n", "!a\n"},
	{"a.sh", "(( a ))\n", "( ( a ) )\n"},
	{"a.sh", "a $((1))\n", "a $( (1))\n"},
	{"a.sh", "a <(b)\n", "a < (b)\n"},
	{"a.sh", "a b\\\nc\n", "a b c\n"},
	{"a.sh", "a b \\\nc\n", "a b\\\nc\n"},
	{"a.sh", "a b \\\nc\n", "a b\nc\n"},
	{"a.sh", "a b#c\n", "a b #c\n"},
	{"a.sh", "a \\ \nb\n", "a\nb\n"},
	{"a.sh", "a \\\nb\n", "a \\ \nb\n"},
	{"a.sh", "a ~/b\n", "a ~ /b\n"},
	{"a.sh", "a *.b\n", "a * .b\n"},
	{"a.sh", "a\r\n", "a\n"},
	{"a.sh", "[[ a == b ]]\n", "[[ a ==b ]]\n"},
	{"a.sh", "[[ $a =~ b ]]\n", "[[ $a =~b ]]\n"},
	{"a.sh", "[ $a = b ]\n", "[ $a =b ]\n"},
	{"a.sh", "[ $a = b ]\n", "[ $a=b ]\n"},
	{"a.sh", "a & b\n", "a && b\n"},
	{"a.sh", "cat <<E\na\nE\n", "cat <<E\na\n\nE\n"},
	{"a.sh", "cat <<-E\n\ta\n\tE\n", "cat <<-E\n a\n\tE\n"},
	{"a.sh", "cat <<E\n$(a  b)\nE\n", "cat <<E\n$(a b)\nE\n"},
	{"a.sh", "case a in b) c;; esac\n", "case a in b) c; ; esac\n"},
	{"a.sh", "#!/bin/sh\na\n", "\n#!/bin/sh\na\n"},
	{"a.sh", "#!/bin/sh\na\n", " #!/bin/sh\na\n"},
	{"a.sh", "#!/bin/sh\na\n", "\xef\xbb\xbf#!/bin/sh\na\n"},
	{"a.sh", "#SBATCH -n 1\na\n", "#SBATCH -n 2\na\n"},

	/* c: directives are lines, and splices come before words */
	{"a.c", "#define f(x) y\n", "#define f (x) y\n"},
	{"a.c", "#define f(x) y\n", "#define f/**/(x) y\n"},
	{"a.c", "#ifdef A\nint a;\n#endif\n", "#ifdef A int a;\n#endif\n"},
	{"a.c", "#ifdef A\n#else\nint a;\n#endif\n",
		"#ifdef A\n#else int a;\n#endif\n"},
	{"a.c", "#ifdef A\n#endif\nint a;\n", "#ifdef A\n#endif int a;\n"},
	{"a.c", "#if A\n+1;\n#endif\n", "#if A +1\n;\n#endif\n"},
	{"a.c", "#define A\nint a;\n", "#define A int a;\n"},
	{"a.c", "#define A b\nint a;\n", "#define A b \\\nint a;\n"},
	{"a.c", "#undef A\nint a;\n", "#undef A int a;\n"},
	{"a.c", "#include <a>\nint a;\n", "#include <a> int a;\n"},
	{"a.c", "#include <a b>\n", "#include <a  b>\n"},
	{"a.c", "#pragma a\nint a;\n", "#pragma a int a;\n"},
	{"a.c", "#error a\nint a;\n", "#error a int a;\n"},
	{"a.c", "int a(void) { return b; }", "int a(void) { return\\\nb; }"},
	{"a.c", "int a(void) { return + +b; }",
		"int a(void) { return +\\\n+b; }"},
	{"a.c", "// a\nint a;\nint b;\n", "// a \\\nint a;\nint b;\n"},
	{"a.c", "// a\nint a;\nint b;\n", "// a \\ \nint a;\nint b;\n"},
	{"a.c", "/* a *\\\n/ int a; /* b */\n", "/* a b */\n"},
	{"a.c", "int a = b - -c;\n", "int a = b --c;\n"},
	{"a.c", "int a = b / *c;\n", "int a = b /*c;*/;\n"},
	{"a.c", "char a[] = \"b\" \"c\";\n", "char a[] = \"b\"\"c \";\n"},
	{"a.c", "char a[] = \"b\\\n c\";\n", "char a[] = \"b\\\nc\";\n"},
	{"a.c", "int a = 'b';\n", "int a = ' b';\n"},

	/* python: blocks, lines, and literals that quote their source */
	{"a.py", "f\"{a=}\"\n", "f\"{a = }\"\n"},
	{"a.py", "f\"{ a=}\"\n", "f\"{a=}\"\n"},
	{"a.py", "f\"{a:>3}\"\n", "f\"{a: >3}\"\n"},
	{"a.py", "f'{a!r:^{b} }'\n", "f'{a!r:^{b}}'\n"},
	{"a.py", "f'''{\na=}'''\n", "f'''{a=}'''\n"},
	{"a.py", "a, b = c\n", "a,\nb = c\n"},
	{"a.py", "a, b = c\n", "a, # d\nb = c\n"},
	{"a.py", "a\n(b)\n", "a (b)\n"},
	{"a.py", "a\n[b]\n", "a [b]\n"},
	{"a.py", "a = b\n-c\n", "a = b -c\n"},
	{"a.py", "def f():\n  return\n  a\n", "def f():\n  return a\n"},
	{"a.py", "if a:\n  b\n  c\n", "if a:\n  b\nc\n"},
	{"a.py", "if a:\n  if b:\n    c\n  else:\n    d\n",
		"if a:\n  if b:\n    c\nelse:\n    d\n"},
	{"a.py", "for a in b:\n  c\nelse:\n  d\n",
		"for a in b:\n  if c:\n    c\n  else:\n    d\n"},
	{"a.py", "if a: b; c\n", "if a: b\nc\n"},
	{"a.py", "'''a\n b'''\n", "'''a\nb'''\n"},
	{"a.py", "'a' 'b'\n", "'a'\n'b'\n"},
	{"a.py", "a = 1 # type: ignore\nb = 2\n",
		"a = 1\n# type: ignore\nb = 2\n"},
	{"a.py", "a = [] # type: list[int]\n", "a = []\n"},
	{"a.py", "#!/a\n# coding: latin-1\nb\n",
		"#!/a\n\n# coding: latin-1\nb\n"},
	{"a.py", "#!/a\nb\n", "# !/a\nb\n"},
	{"a.py", "a # b\rc\n", "a # b c\n"},

	/* javascript, typescript: a line break may be a semicolon */
	{"a.js", "throw\na", "throw a"},
	{"a.js", "function f() { return /*\n*/ a }",
		"function f() { return /* */ a }"},
	{"a.js", "for (;;) { break\na }", "for (;;) { break a }"},
	{"a.js", "for (;;) { continue\na }", "for (;;) { continue a }"},
	{"a.js", "function* f() { yield\na }", "function* f() { yield a }"},
	{"a.js", "async\nfunction f() {}", "async function f() {}"},
	{"a.js", "a\n++b", "a++\nb"},
	{"a.js", "a\n++\nb", "a ++\nb"},
	{"a.js", "a /*\n*/ ++\nb", "a /* */ ++\nb"},
	{"a.js", "a /*\n*/ ++b", "a; ++b"},
	{"a.js", "let\na", "let a"},
	{"a.js", "class A { get\na() {} }", "class A { get a() {} }"},
	{"a.js", "class A { static\na() {} }", "class A { static a() {} }"},
	{"a.js", "class A { async\na() {} }", "class A { async a() {} }"},
	{"a.js", "class A { a\n['b'] }", "class A { a['b'] }"},
	{"a.js", "class A { a\n*b() {} }", "class A { a *b() {} }"},
	{"a.js", "a\nb", "a b"},
	{"a.js", "var a = b\nvar c", "var a = b; +c"},
	{"a.js", "`a ${b=> c}`", "`a ${b => c}` + ''"},
	{"a.js", "a = `${`b  ${c}`}`", "a = `${`b ${c}`}`"},
	{"a.js", "a = `${b.c.toString( )}`\n", "a = ` ${b.c.toString( )}`\n"},
	{"a.js", "a = `${b} ${c}`", "a = `${b}  ${c}`"},
	{"a.js", "a = `${b}\n${c}`", "a = `${b}\n\n${c}`"},
	{"a.js", "a = /[ ]/", "a = /[  ]/"},
	{"a.js", "a = <b>{c}  {d}</b>", "a = <b>{c} {d}</b>"},
	{"a.js", "a = <b>&amp;  &amp;</b>", "a = <b>&amp; &amp;</b>"},
	{"a.js", "a = '\\\n b'", "a = '\\\nb'"},
	{"a.js", "a + +b", "a ++b"},
	{"a.js", "a = <b>c d</b>", "a = <b>c  d</b>"},
	{"a.js", "a = <b>{c} </b>", "a = <b>{c}</b>"},
	{"a.js", "a = <b>&amp;\n&amp;</b>", "a = <b>&amp;&amp;</b>"},
	{"a.js", "a = <><b/> <c/></>", "a = <><b/><c/></>"},
	{"a.js", "a = <b c=\"d e\"/>", "a = <b c=\"d  e\"/>"},
	{"a.js", "a // b\xe2\x80\xa8; c()", "a // b; c()"},
	{"a.js", "a // b\r c()", "a // b c()"},
	{"a.js", "function f() { return\xe2\x80\xa8 a }",
		"function f() { return a }"},
	{"a.js", "a(/* @__PURE__ */ b(), c())", "a(b(), /* @__PURE__ */ c())"},
	{"a.js", "import(/* webpackChunkName: \"a\" */ 'b')", "import('b')"},
	{"a.js", "// @ts-check\n/** @type {a} */\nvar b",
		"// @ts-check\n/** @type {c} */\nvar b"},
	{"a.js", "#!/a\nb", "#!/c\nb"},
	{"a.ts", "throw\na", "throw a"},
	{"a.ts", "type A = B\n[C]", "type A = B[C]"},
	{"a.ts", "let a: B\n[]", "let a: B[]"},
	{"a.ts", "type\nA = B", "type A = B"},
	{"a.ts", "abstract\nclass A {}", "abstract class A {}"},
	{"a.ts", "declare\nlet a: b", "declare let a: b"},
	{"a.ts", "interface\nA {}", "interface A {}"},
	{"a.ts", "namespace\nA {}", "namespace A {}"},
	{"a.ts", "a\nas\nb", "a as b"},
	{"a.ts", "a\n!\nb", "a!\nb"},
	{"a.ts", "class A { readonly\na }", "class A { readonly a }"},
	{"a.ts", "class A { declare\na }", "class A { declare a }"},
	{"a.ts", "// @ts-ignore\na()\nb()", "a()\n// @ts-ignore\nb()"},
	{"a.ts", "// @ts-ignore\na()\nb()", "a() // @ts-ignore\nb()"},
	{"a.ts", "a() // @ts-ignore\nb()", "a()\n// @ts-ignore\nb()"},
	{"a.ts", "type A = `${B} ${C}`", "type A = `${B}  ${C}`"},
	{"a.ts", "type A = `${B}\n${C}`", "type A = `${B}\n\n${C}`"},
	{"a.ts", "type A = `b ${C}`", "type A = `b  ${C}`"},
	{"a.tsx", "a = <b>{c} {d}</b>", "a = <b>{c}{d}</b>"},
	{"a.tsx", "async\nfunction f() {}", "async function f() {}"},

	/* go: semicolons of its own, and directives in comments */
	{"a.go", "package a\nfunc f() int { return /*\n*/ b }\n",
		"package a\nfunc f() int { return /* */ b }\n"},
	{"a.go", "package a\nfunc f() { f() /*\n*/ (g()) }\n",
		"package a\nfunc f() { f() /* */ (g()) }\n"},
	{"a.go", "package a\nfunc f() { for { break\na() } }\n",
		"package a\nfunc f() { for { break /*\n*/ a() } }\n"},
	{"a.go", "package a\nvar b = c\n", "package a\nvar b = c // \"C\"\n"},
	{"a.go", "package a\n// int b();\nimport \"C\"\n",
		"package a\n// int b();\n\nimport \"C\"\n"},
	{"a.go", "package a\nimport (\n// int b();\n\"C\"\n)\n",
		"package a\nimport (\n// int c();\n\"C\"\n)\n"},
	{"a.go", "// +build a\n\npackage b\n", "// +build a\npackage b\n"},
	{"a.go", "//go:build a\npackage b\n", "// go:build a\npackage b\n"},
	{"a.go", "//go:build a\n\npackage b\n", "package b\n\n//go:build a\n"},
	{"a.go", "package a\n\n//go:noinline\nfunc f() {}\n",
		"package a\n\n //go:noinline\nfunc f() {}\n"},
	{"a.go", "package a\n//go:embed b\nvar c, d string\n",
		"package a\n//go:embed d\nvar c, d string\n"},
	{"a.go", "package a\n//go:embed b\nvar c string\nvar d string\n",
		"package a\nvar c string\n//go:embed b\nvar d string\n"},
	{"a.go", "package a\nfunc ExampleA() {\n// Output: a\n}\n",
		"package a\nfunc ExampleA() {\n// Output: b\n}\n"},
	{"a.go", "package a\nvar b = `c\n d`\n", "package a\nvar b = `c\nd`\n"},

	/* java */
	{"A.java", "class A { int b; /* \\u002a/ int c; /* */ }",
		"class A { int b; /* */ }"},
	{"A.java", "class A { String b = \"\"\"\n  c\n  \"\"\"; }",
		"class A { String b = \"\"\"\n c\n  \"\"\"; }"},
	{"A.java", "class A { /** @deprecated */ int b; }",
		"class A { /** */ int b; }"},
	{"A.java", "class A { int b = c - -d; }", "class A { int b = c --d; }"},
	{"A.java", "class A { char b = ' '; }", "class A { char b = '\t'; }"},
	{"A.java", "class A { int b; // c\r int d;\n}",
		"class A { int b; // c int d;\n}"},

	/* rust: macros see how their operators are written */
	{"a.rs", "fn a() { m!(b >> c) }", "fn a() { m!(b > > c) }"},
	{"a.rs", "fn a() { m!(b ~> c) }", "fn a() { m!(b ~ > c) }"},
	{"a.rs", "fn a() { m!(b +- c) }", "fn a() { m!(b + - c) }"},
	{"a.rs", "fn a() { m!(b <- c) }", "fn a() { m!(b < - c) }"},
	{"a.rs", "fn a() { m!(b ..= c) }", "fn a() { m!(b .. = c) }"},
	{"a.rs", "fn a() { m!(b :: c) }", "fn a() { m!(b : : c) }"},
	{"a.rs", "fn a() { m!(b && c) }", "fn a() { m!(b & & c) }"},
	{"a.rs", "fn a() { m!(b.0.1) }", "fn a() { m!(b.0 .1) }"},
	{"a.rs", "fn a() { m!(b\"c\") }", "fn a() { m!(b \"c\") }"},
	{"a.rs", "fn a() { m!(r#b) }", "fn a() { m!(r # b) }"},
	{"a.rs", "fn a() { m!('b') }", "fn a() { m!('b ') }"},
	{"a.rs", "fn a() { b(r#\" c\"#) }", "fn a() { b(r#\"  c\"#) }"},
	{"a.rs", "fn a() { b(\"c\\\n  d\") }", "fn a() { b(\"c\\n  d\") }"},
	{"a.rs", "/// b\nfn a() {}", "// b\nfn a() {}"},
	{"a.rs", "/// b\nfn a() {}", "//// b\nfn a() {}"},
	{"a.rs", "/** b */\nfn a() {}", "/*** b */\nfn a() {}"},
	{"a.rs", "/** b */\nfn a() {}", "/** c */\nfn a() {}"},
	{"a.rs", "//! b\nfn a() {}", "/// b\nfn a() {}"},
	{"a.rs", "///  b\nfn a() {}", "/// b\nfn a() {}"},
	{"a.rs", "/// b\nfn a() {}\nfn c() {}", "fn a() {}\n/// b\nfn c() {}"},
	{"a.rs", "#!/a\nfn a() {}", "#!/b\nfn a() {}"},
};

static const struct pair layout[] = {
	{"a.sh", "if a; then\n  b c\nfi\n", "if a; then\n\tb   c\nfi\n\n"},
	{"a.sh", "f() {\n  a && b\n  c | d\n}\n",
		"f() {\n\n\ta && b # x\n\tc   | d\n}\n"},
	{"a.sh", "a \\\n  b \\\n  c\n", "a b c\n"},
	{"a.sh", "case $a in\n  b) c ;;\nesac\n",
		"case $a in\n    b) c ;; # x\nesac\n"},
	{"a.sh", "#!/bin/sh\n# a\nb\n", "#!/bin/sh\n# c\nb\n"},
	{"a.sh", "a=(\n  b\n  c\n)\n", "a=(\n\tb # x\n\tc\n)\n"},

	{"a.c", "int a(int b, int c) { return d(b, c); }\n",
		"int\na(int b,\n  int c)\n{\n\treturn d(\n\t\tb,\n\t\tc);\n"
		"}\n"},
	{"a.c", "#ifdef A\nint a;\n#endif // A\n",
		" #ifdef  A\n\n  int   a;\n\n#endif /* B */\n"},
	{"a.c", "#include <a>\n\nint b;\n", "#include  <a> // x\nint b;\n"},
	{"a.c", "int a;\r\nint b;\r\n", "int a;\nint b;\n"},
	{"a.c", "int a = b + c;\n", "int a = b \\\n\t+ c;\n"},
	{"a.c", "char *a = \"b\" \"c\";\n", "char *a = \"b\"\n\t\"c\";\n"},
	{"a.c", "/** \\brief a */\nint a;\n", "/** \\brief b */\nint a;\n"},

	{"a.py", "def a(b, c):\n    return d(b, c)\n",
		"def a(b,\n      c):\n\n  return d(\n    b, c) # x\n"},
	{"a.py", "a = b + c\n", "a = b \\\n    + c\n"},
	{"a.py", "a[b, {c: d}] = (e, f)\n", "a[b, {\n  c: d\n}] = (e,\n  f)\n"},
	{"a.py", "a = ('b' 'c')\n", "a = ('b'\n     'c')\n"},
	{"a.py", "if a:\r\n  b\r\n", "if a:\n    b\n"},
	{"a.py", "#!/a\n# b\nc\n", "#!/a\n# d\nc\n"},

	{"a.js", "function a(b, c) { return d(b, c); }",
		"function a(\n  b,\n  c\n)\n{\n  return d(b,\n    c);\n}\n"},
	{"a.js", "a.b().c()", "a\n  .b()\n  .c() // x"},
	{"a.js", "a([b], !c, ++d)", "a(\n  [b],\n  !c,\n  ++d\n)"},
	{"a.js", "if (a) { b() } else { c() }",
		"if (a)\n{\n  b()\n}\nelse {\n  c()\n}\n"},
	{"a.js", "a = { b: 1, [c]: d }", "a = {\n  b: 1,\n  [c]: d\n}"},
	{"a.js", "a = b ? c : d", "a = b\n  ? c\n  : d"},
	{"a.js", "/**\n * a\n */\nfunction b() {}", "function b() {}"},
	{"a.js", "a = <b>\n  <c/>\n  {d}\n</b>",
		"a = <b>\n\t\t<c/>\n\n\t\t{ d }\n\t</b>"},
	{"a.ts", "function a(b: c, d: e[]): f { return g(b, d); }",
		"function a(\n  b: c,\n  d: e[]\n): f\n{\n  return g(b,\n    d);"
		"\n}\n"},
	{"a.ts", "type A = { b: C; [d: string]: E }",
		"type A = {\n  b: C;\n  [d: string]: E\n}\n"},
	{"a.ts", "class A { private b = 1; }",
		"class A\n{\n  // x\n  private b = 1;\n}"},
	{"a.tsx", "const a = <b>\n  <c/>\n</b>;",
		"const a = <b>\n      <c/>\n    </b>;"},

	{"a.go", "package a\n\nfunc b(c int, d int) int { return e(c, d) }\n",
		"package a\nfunc b(c int,\n\td int) int {\n\treturn e(c,\n"
		"\t\td)\n}\n"},
	{"a.go", "//go:build a\n\n// b\npackage c\n",
		"//go:build a\n\n// d\npackage c\n"},
	{"a.go", "/*\n a\n*/\npackage b\n", "/*\n c\n*/\npackage b\n"},

	{"A.java", "class A { int b(int c, int d) { return e(c, d); } }",
		"class A\n{\n  int b(\n    int c,\n    int d)\n  {\n"
		"    return\n      e(c, d);\n  }\n}\n"},
	{"A.java", "class A { String b = c + d; }",
		"class A {\n  String b = c\n    + d; // x\n}\n"},

	{"a.rs", "fn a(b: C, d: E) -> F { g(b, d) }",
		"fn a(\n    b: C,\n    d: E) -> F\n{\n    g(b,\n      d)\n}\n"},
	{"a.rs", "fn a() { println!(\"{}\", b, &c) }",
		"fn a() {\n    println!(\n        \"{}\",\n        b, &c\n    )\n"
		"}\n"},
	{"a.rs", "/// b\nfn a() {}", "/// b\n\n// x\nfn a() {}"},
};

static struct fio_tokens *tokens;

static int
setup(void **state)
{
	const char *dir = getenv("WEIR_GRAMMARS");
	struct wio_error e;
	struct stat st;

	(void)state;
	if (dir == NULL || stat(dir, &st) < 0)
		return 0;
	tokens = fio_tokens_open(sys_real(), dir, &e);
	return tokens != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	fio_tokens_free(tokens);
	return 0;
}

/* Neither has one: then it is told by its bytes, which differ. */
static bool
are_equal(const struct pair *p)
{
	char a[WIO_DIGEST_SIZE], b[WIO_DIGEST_SIZE];

	return fio_tokens_digest(tokens, p->path, str_from(p->a), a) == 0 &&
		fio_tokens_digest(tokens, p->path, str_from(p->b), b) == 0 &&
		strcmp(a, b) == 0;
}

static void
check(const struct pair *pairs, size_t n, bool equal)
{
	size_t wrong = 0;

	if (tokens == NULL)
		skip();
	for (size_t i = 0; i < n; i++) {
		if (are_equal(&pairs[i]) == equal)
			continue;
		print_message("%s: '%s' and '%s'\n", pairs[i].path, pairs[i].a,
			pairs[i].b);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
a_change_of_meaning_is_never_one_of_layout(void **state)
{
	(void)state;
	check(meaning, sizeof(meaning) / sizeof(meaning[0]), false);
}

static void
a_change_of_layout_is_known_as_one(void **state)
{
	(void)state;
	check(layout, sizeof(layout) / sizeof(layout[0]), true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_of_meaning_is_never_one_of_layout),
		cmocka_unit_test(a_change_of_layout_is_known_as_one),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
