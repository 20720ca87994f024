/* SPDX-License-Identifier: MIT */
#ifndef FIO_TOKENS_H
#define FIO_TOKENS_H

#include "base/str.h"
#include "sys/sys.h"
#include "weir/io.h"

/*
 * Token digests: of a source text's syntax tree, so that white space and
 * comments that mean nothing to the language do not change them, and whatever
 * does mean something (the indentation of Python, a line end after `return` in
 * JavaScript) does. They say "formatting only" and nothing else: an offset is
 * never trusted to one.
 *
 *	struct fio_tokens *t = fio_tokens_open(sys, "/usr/lib/weir", &e);
 *	if (fio_tokens_digest(t, "a.py", text, digest) == 0) …
 *	fio_tokens_free(t);
 *
 * The grammars are plug-ins made by `make grammars`, a language each, loaded
 * when first needed; the language is known by the extension of the path.
 *
 * What is digested: name and version of the language and of the way it is read;
 * on entering a node its symbol, on leaving it a mark; the text of leaves with
 * its length before it, literals whole; and text that is in no leaf. Left out
 * are comments, unless the language, its compilers or checkers go by them:
 * documentation in Rust, "//go:build", "#!", "@ts-ignore" and the like; and
 * white space between tokens, except where the language may go by it. Blanks
 * count between all words of a shell, line breaks where they may stand for a
 * semicolon or end a directive: tools/grammars/walk.c has the list. That errs
 * on the side of "changed".
 *
 * What a program learns of its own layout is not its meaning here: the numbers
 * of its lines, what "#x" in a macro of C or stringify! in Rust make of it.
 *
 * Texts with syntax errors, with line ends that only some take for such (a lone
 * CR, U+2028, U+2029), over 4 MiB, or that take longer than two seconds have
 * none.
 */
struct fio_tokens;

/* The directory's path is absolute. WIO_NOT_FOUND, WIO_UNSUPPORTED (made for
 * another weir), with the field "grammars"; NULL then. */
struct fio_tokens *
fio_tokens_open(struct sys *sys, const char *dir, struct wio_error *e);
void fio_tokens_free(struct fio_tokens *t); /* NULL is fine */

/* There is a grammar for it. NULL, which is none at all, is fine. */
bool fio_tokens_know(const struct fio_tokens *t, const char *path);

/* 0; 1 and "" when there is none. From any thread. */
int fio_tokens_digest(struct fio_tokens *t, const char *path, struct str text,
	char ret[WIO_DIGEST_SIZE]);

#endif
