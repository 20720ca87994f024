/* SPDX-License-Identifier: MIT */
#ifndef YAML_OUTLINE_H
#define YAML_OUTLINE_H

#include "base/edited.h"
#include "yaml/slices.h"

/*
 * A long document without its tree: cut at the entries of one top-level list,
 * each of which means the same read alone as in its place.
 *
 *	struct yaml_outline o;
 *	if (yaml_outline(bytes, STR("items"), &a, &o) == 1)
 *		…                          not plain enough: yaml_parse
 *	for (size_t i = 0; i < o.slices.n; i++)
 *		if (yaml_outline_entry(bytes, &o, i, &tmp, &entry) == 1)
 *			…                  the same
 *
 * The invariant: when the outline is made and every entry of it is read, then
 * yaml_parse accepts the document, and its tree is `root` with the entries in
 * `list`, in every field but the ends named below. It holds because in the
 * plain subset (quick-priv.h) indentation alone decides what belongs where: no
 * anchor, tag or directive reaches from one entry into another, text of a
 * block scalar stands deeper than the dash of its entry, and everything else
 * ends on its line. So an entry begins at a dash in the list's column and ends
 * before the next line that stands no deeper and is neither blank nor a
 * comment.
 *
 * Two documents whose heads and tails are read, and whose slices are equal
 * bytes one by one, mean the same. Only a document that is cut whole and read
 * whole is known to be sound.
 *
 * Not promised: that limits on the number of nodes count the whole document;
 * they count each entry. Whatever is not plain is declined, never refused:
 * errors are yaml_parse's to find.
 */
struct yaml_outline {
	/* A block mapping. Its end is not set when the list is its last. */
	struct yaml_node *root;
	/* A block sequence in it with `n` 0 and no end. */
	struct yaml_node *list;
	size_t column;		   /* of the list's dashes, from 0 */
	struct yaml_slices slices; /* one or more */
};

/* 0, or 1: declined. */
int yaml_outline(struct str bytes, struct str key, struct arena *a,
	struct yaml_outline *ret);

/*
 * The outline of what edits make of a document, from its own: only entries that
 * an edit touches, or stands next to, are cut again, with the first and the
 * last and what is around the list. `ret_was`: for each entry the one of `from`
 * that it is, byte for byte, or SIZE_MAX; in `tmp`. The same comes out as from
 * yaml_outline of the new bytes, or 1: declined.
 */
int yaml_outline_edited(const struct yaml_outline *from, struct edited *ed,
	struct str key, struct arena *a, struct yaml_outline *ret,
	struct arena *tmp, size_t **ret_was);

/* The tree of the i-th entry, with its place in the document. 0, or 1. */
int yaml_outline_entry(struct str bytes, const struct yaml_outline *o, size_t i,
	struct arena *a, struct yaml_node **ret);

/*
 * The document's tree with only some of its entries, in order, for yaml_edit.
 * Edits look at what they change and its neighbours, at the first entry and
 * the last: those must be among them. Ends are set.
 */
struct yaml_node *yaml_outline_tree(const struct yaml_outline *o,
	struct yaml_node **entries, size_t n, struct arena *a);

#endif
