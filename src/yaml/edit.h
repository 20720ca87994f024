/* SPDX-License-Identifier: MIT */
#ifndef YAML_EDIT_H
#define YAML_EDIT_H

#include "base/diff.h"
#include "yaml/tree.h"

/*
 * Changes to a document as splices of its bytes: what is not changed comes
 * back byte for byte, comments, order, quoting, indentation and line ends
 * included.
 *
 *	struct yaml_edit ed;
 *	yaml_edit_init(&ed, bytes, root, &arena);
 *	yaml_edit_set(&ed, item, STR("status"), yaml_text(STR("done")), 0);
 *	if (yaml_edit_apply(&ed, &out, &e) < 0) …
 *
 * The calls only collect; nothing is refused before yaml_edit_apply. They
 * describe the document as it was parsed: later ones do not see earlier
 * ones, and two about the same value are refused with ERR_CONFLICT. Document,
 * tree, keys and values are borrowed until then. New text follows its
 * surroundings: the mapping's indentation, the sequence's, the document's line
 * ends; a replaced scalar keeps its quotes where they can carry the new text.
 * Collections in flow style get their new entries in flow style.
 *
 * What cannot be changed without changing something else (a value reached
 * through an alias or carrying an anchor, an explicit "? " key, a tag) is
 * refused with ERR_CONFLICT, the line, and what a person can do about it. A key
 * or text that is not UTF-8, or a key longer than 250 bytes: ERR_INPUT.
 *
 * Two things around a change may change with it, where they would otherwise
 * become text: "|" at the end of a document without a last line break gets
 * "-" when lines are added below, and tabs in front of a comment or on a
 * blank line below a replaced plain scalar become spaces.
 *
 * The caller parses the result again and compares before saving it.
 */

/* A value to write: built in an arena, by value. */
struct yaml_value {
	enum yaml_kind kind;
	struct str text;		  /* YAML_SCALAR */
	const struct yaml_value *items;	  /* YAML_SEQUENCE: n */
	const struct yaml_entry *entries; /* YAML_MAPPING: n */
	size_t n;
	/* Lines above an entry of a sequence in block style, each from its
	 * '#'; elsewhere they are left out. */
	struct str_list comments;
	bool bare; /* scalar: text is a number, bool or name of ours; no quotes
		    */
};

struct yaml_entry {
	struct str key;
	struct yaml_value value;
};

struct yaml_value yaml_text(struct str s); /* quoted when it must be */
struct yaml_value yaml_bare(struct str s);
struct yaml_value yaml_list(struct str_list list, struct arena *a);

struct yaml_edit {
	struct str bytes;
	const struct yaml_node *root;
	struct arena *a;
	struct yaml_call *calls;
	size_t n, cap;
	/* What yaml_edit_plan found to do to the bytes, in order. */
	const struct diff_edit *edits;
	size_t edits_n;
};

void yaml_edit_init(struct yaml_edit *ed, struct str bytes,
	const struct yaml_node *root, struct arena *a);

/*
 * Give `key` of a mapping a value. A key that is there has its value
 * replaced; one that is not is inserted after the pair with index `after`
 * (SIZE_MAX: before the first). Several keys inserted after the same pair
 * come out in the order of the calls.
 */
void yaml_edit_set(struct yaml_edit *ed, const struct yaml_node *mapping,
	struct str key, struct yaml_value value, size_t after);

/* Take the pair away, with its lines, a comment at their end and comments below
 * that stand deeper. A key that is not there is no change. A block mapping that
 * loses its last pair becomes `{}`. */
void yaml_edit_unset(
	struct yaml_edit *ed, const struct yaml_node *mapping, struct str key);

/* Add an entry at the end, apart from the others by a blank line where they
 * are. `items: []` becomes a block sequence. */
void yaml_edit_append(struct yaml_edit *ed, const struct yaml_node *sequence,
	struct yaml_value value);

/*
 * Take the index-th entry away, with the comment lines directly above it at
 * the entry's own indentation (they speak of it) but not those separated by a
 * blank line, with comments below it that stand deeper, and with one of the
 * blank lines that kept it apart from others. A block sequence that loses its
 * last entry becomes `[]`.
 */
void yaml_edit_remove(
	struct yaml_edit *ed, const struct yaml_node *sequence, size_t index);

/* Find out what the calls do to the bytes: into `edits`, which live in the
 * arena as long as the values do. */
int yaml_edit_plan(struct yaml_edit *ed, struct err *e);

/* Plan, and append the changed document to `out`. */
int yaml_edit_apply(struct yaml_edit *ed, struct buf *out, struct err *e);

#endif
