/* SPDX-License-Identifier: MIT */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What libweirio asks of runtime.so, the plug-in that holds tree-sitter itself:
 * all that knows tree-sitter's types is behind this, so that weir builds, and
 * runs, without it. src/fio/tokens.c has these declarations again; the number
 * goes up with every change of them, or of what is fed.
 */
#define WEIR_WALK_INTERFACE 2

/* What a language goes by, of the white space between its tokens. */
enum weir_walk_space {
	WEIR_WALK_NONE,
	WEIR_WALK_SEMICOLONS, /* a line break stands for one, in places */
	WEIR_WALK_LINES, /* each statement is a line, but within brackets */
	WEIR_WALK_BLANKS,
};

struct weir_walk {
	void *ctx;
	enum weir_walk_space space;
	void (*feed)(void *ctx, const void *p, size_t n);
	/* A comment that is more than one to its language. */
	bool (*means)(void *ctx, const char *comment, size_t n);
	bool (*late)(void *ctx); /* asked from time to time; true: give up */
};

unsigned int weir_walk_interface(void);

/* 0; 1: syntax errors, or too late; -1: a language of another ABI.
 * `language` is what the grammar's tree_sitter_NAME() returns. */
int weir_walk_text(const void *language, const char *text, uint32_t n,
	const struct weir_walk *how);

#endif
