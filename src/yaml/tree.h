/* SPDX-License-Identifier: MIT */
#ifndef YAML_TREE_H
#define YAML_TREE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * A YAML document as a tree in which every node knows the bytes it came from.
 *
 *	struct yaml_node *root;
 *	if (yaml_parse(bytes, "BACKLOG.yaml", NULL, &arena, &root, &e) < 0)
 *		…                       e.msg: "BACKLOG.yaml:12:5: …"
 *
 * One document in UTF-8. Refused with ERR_INPUT and file:line:column: what
 * libyaml cannot parse, invalid UTF-8, NUL, more than one document, a key
 * twice in one mapping, a key that is not a scalar, an alias to an anchor
 * that does not exist or encloses it, line breaks other than LF and CR LF
 * (libyaml would count lines differently from every editor), and a git
 * conflict marker at the start of a line. With ERR_LIMIT: bytes, depth or
 * nodes beyond the limits.
 *
 * The tree borrows nothing from libyaml; scalars are copied into the arena,
 * terminated. Nothing resolves types: a scalar is its text, and
 * yaml_is_null tells a null.
 */

enum __attribute__((packed)) yaml_kind {
	YAML_SCALAR,
	YAML_SEQUENCE,
	YAML_MAPPING
};

enum __attribute__((packed)) yaml_style {
	YAML_PLAIN,
	YAML_SINGLE,  /* 'text' */
	YAML_DOUBLE,  /* "text" */
	YAML_LITERAL, /* | */
	YAML_FOLDED,  /* > */
	YAML_FLOW,    /* [a, b] or {a: b} */
	YAML_BLOCK,   /* a collection by indentation */
};

/* One cache line; offsets of 32 bits, for no document is longer. */
struct yaml_node {
	enum yaml_kind kind;
	enum yaml_style style;
	bool tagged, anchored;
	/* Bytes [start, end) of the document: the node with its tag and
	 * anchor, without white space and comments after it. A block scalar
	 * ends after the line break of its last line with text. */
	uint32_t start, end;
	uint32_t content;    /* where the value begins, past tag and anchor */
	size_t line, column; /* of `start`, from 1; column in characters */
	/* An alias `*name`: a copy of its target's kind and content, with the
	 * alias' own place. Its children are the target's. */
	const struct yaml_node *alias_of;
	union {
		struct str value;	  /* scalars: the decoded text */
		struct yaml_node **items; /* sequences: n of them */
		struct yaml_pair *pairs;  /* mappings: n, in file order */
	};
	size_t n; /* 0 for scalars */
};

struct yaml_pair {
	struct yaml_node *key;	 /* a scalar */
	struct yaml_node *value; /* never NULL; an empty one is a null scalar */
};

struct yaml_limits {
	size_t bytes; /* of the document; 4 GiB at most, whatever it says */
	size_t depth; /* of collections in collections */
	size_t nodes;
	size_t around; /* collections the document is a part of, of `depth` */
};

/* 256 MiB, 64, 64 M: what the backlog is read with. */
extern const struct yaml_limits yaml_default_limits;

/*
 * Parse a whole document. `file` is for messages; `limits` NULL for the
 * defaults. An empty document (nothing, or only comments) gives NULL. A byte
 * order mark is skipped; offsets count it.
 */
int
yaml_parse(struct str bytes, const char *file, const struct yaml_limits *limits,
	struct arena *a, struct yaml_node **ret, struct err *e);

/* Fill `e` with ERR_INPUT and "file:line:column: " of the node in front. */
int yaml_err(const char *file, const struct yaml_node *at, struct err *e,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A plain null of the core schema (`~`, `null`, `Null`, `NULL`, nothing). */
bool yaml_is_null(const struct yaml_node *n);

/* The value under `key`, NULL when the mapping has none. */
struct yaml_node *yaml_get(const struct yaml_node *mapping, struct str key);

/* A core schema boolean: plain true/True/TRUE/false/False/FALSE. */
bool yaml_bool(const struct yaml_node *n, bool *ret);

#endif
