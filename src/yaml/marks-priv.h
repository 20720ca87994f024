/* SPDX-License-Identifier: MIT */
#ifndef YAML_MARKS_PRIV_H
#define YAML_MARKS_PRIV_H

#include "yaml/tree.h"

/*
 * From libyaml's marks to bytes. They count characters and skip the byte order
 * mark; the ends of block collections and scalars lie at the next token, past
 * blank lines and comments, and are pulled back here.
 *
 *	struct marks m;
 *	marks_init(&m, bytes);
 *	start = marks_byte(&m, event.start_mark.index);
 */
struct marks {
	struct str bytes;
	bool ascii;
	size_t bom; /* its bytes, which libyaml does not count */
	/* A character and its byte; moves forward with what is asked. */
	size_t character, byte;
};

void marks_init(struct marks *m, struct str bytes);

/* Quick when asked in order; a step back restarts the count. */
uint32_t marks_byte(struct marks *m, size_t character);

/* From `at` past a tag and an anchor, which stand before the value, perhaps on
 * a line of their own. */
uint32_t marks_past_properties(struct str bytes, size_t at, size_t end);

/* The end of the block scalar `n`, whose value is known, when libyaml says
 * `end`. */
uint32_t
marks_block_scalar_end(struct str bytes, const struct yaml_node *n, size_t end);

/* The end of a block collection whose children are known. */
uint32_t marks_block_end(struct str bytes, const struct yaml_node *n);

#endif
