/* SPDX-License-Identifier: MIT */
#ifndef YAML_LEAVES_H
#define YAML_LEAVES_H

#include "yaml/tree.h"

/*
 * An entry of an outline read line by line, without a tree: the form in which
 * weir writes most items and people leave them.
 *
 *	struct yaml_leaves l;
 *	struct yaml_leaf leaf;
 *	int rc = yaml_leaves_begin(&l, bytes_of_the_entry);
 *	while (rc == 0 && (rc = yaml_leaves_next(&l, &leaf)) == 1) {
 *		use(&leaf);
 *		rc = 0;
 *	}
 *	if (rc < 0) …              forget it, and build the tree
 *
 * The entry is a block mapping behind "- ". Its values are scalars on one line
 * (plain, or quoted without escapes), lists of plain words in flow or block
 * style, or block mappings of such scalars; comments on lines of their own.
 *
 * The invariant: when all leaves were given, yaml_outline_entry gives a tree
 * in which the same keys have the same values in the same order, unless a key
 * is there twice, which is the caller's to see. Everything else is declined.
 */

struct yaml_leaf {
	/* YAML_MAPPING and YAML_SEQUENCE: what is in it comes next. */
	enum yaml_kind kind;
	enum yaml_style style;
	bool inner;	  /* in the mapping or sequence before it */
	struct str key;	  /* absent in a sequence; borrowed from the entry */
	struct str value; /* of a scalar; not terminated */
};

/* A key means what it seems to when it is a known one, or this is true; of any
 * other the entry is to be forgotten. */
bool yaml_leaf_key_is_word(struct str key);

enum { YAML_LEAVES_WINDOW = 1024 };

struct yaml_leaves {
	const char *at, *end;
	size_t column;	   /* of the entry's keys */
	size_t inner;	   /* of what is in its last value; 0: nothing */
	bool in_list;	   /* that is a block sequence */
	const char *words; /* what is left of a flow sequence; or NULL */
	bool first;
	/* Bytes are looked at once, a window at a time. */
	const char *start;
	const char *window, *seen; /* the last one: [window, seen) */
	bool odd, high;		   /* some byte so far was */
	uint64_t stops[YAML_LEAVES_WINDOW / 64]; /* a bit for each of it */
};

/* 0, or -1: declined. */
int yaml_leaves_begin(struct yaml_leaves *l, struct str entry);

/* 1: a leaf; 0: that was all; -1: declined. */
int yaml_leaves_next(struct yaml_leaves *l, struct yaml_leaf *ret);

#endif
