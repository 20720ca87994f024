/* SPDX-License-Identifier: MIT */
#ifndef YAML_SPOT_PRIV_H
#define YAML_SPOT_PRIV_H

#include "yaml/tree.h"

/*
 * Places in a document that the tree does not name: lines, the white space
 * and comments between tokens, colons and dashes. Offsets in and out; "a line
 * below" of the last line is the end of the document.
 */

/* Where the line of `at` begins, past a byte order mark. */
size_t spot_line(struct str bytes, size_t at);
/* Where the line below begins. */
size_t spot_below(struct str bytes, size_t at);
/* Bytes between the begin of its line and `at`. */
size_t spot_column(struct str bytes, size_t at);
/* Past spaces and tabs. */
size_t spot_blanks(struct str bytes, size_t at);
/* Past white space and line breaks. */
size_t spot_white(struct str bytes, size_t at);
/* Past white space, line breaks and comments: at the next token. */
size_t spot_token(struct str bytes, size_t at);

/* Past "|", ">" and the indicators behind it. */
size_t spot_header(struct str bytes, size_t at);

/* Nothing but spaces stands before `at` on its line. */
bool spot_leads(struct str bytes, size_t at);
/* Nothing stands on the line that begins at `at`. */
bool spot_is_blank_line(struct str bytes, size_t at);
/* A comment alone on the line that begins at `at`; its column. */
bool spot_is_comment_line(struct str bytes, size_t at, size_t *ret_column);

#define SPOT_NONE SIZE_MAX

/* Past the colon of the i-th pair; SPOT_NONE when there is none. */
size_t spot_colon(struct str bytes, const struct yaml_node *mapping, size_t i);

/* The i-th child of a collection without tag and anchor: its dash or "?" or
 * else its first byte, and the end of its value. */
size_t spot_child(struct str bytes, const struct yaml_node *n, size_t i);
size_t spot_child_end(struct str bytes, const struct yaml_node *n, size_t i);

/* The pair is written "? key". */
bool spot_is_explicit(struct str bytes, const struct yaml_node *n, size_t i);

/* Past the line on which something in block style ends, with a comment behind
 * it. */
size_t spot_past_line(struct str bytes, size_t end);
/* Past lines below `at` that would be text of a literal block above them:
 * comments and white space deeper than `column`. */
size_t spot_past_comments(struct str bytes, size_t at, size_t column);

#endif
