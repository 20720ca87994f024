/* SPDX-License-Identifier: MIT */
#ifndef AGENT_PROMPT_PRIV_H
#define AGENT_PROMPT_PRIV_H

#include "agent/prompt.h"

/*
 * The parts of a prompt. Each ends with a blank line, so that they join. What
 * may say anything passes through prompt_quote or prompt_add_inline and
 * nothing else.
 */

/*
 * Text of others between boundary lines with the nonce. Control characters
 * other than line breaks and tabs go, and so does the nonce, should the text
 * hold it.
 */
void prompt_quote(struct buf *b, const struct prompt_input *in,
	const char *label, struct str text);

/* Text of others, for prompt_quote: at most `max` bytes, and a line that says
 * when there was more. */
void prompt_add_cut(struct buf *b, struct str text, size_t max);

/* A name of others: one line of at most 200 columns, without backticks. */
void prompt_add_inline(struct buf *b, struct str s);

/* A path or name of ours, exactly, inside backticks. */
void prompt_add_code(struct buf *b, struct str s);
/* An item's id inside backticks. */
void prompt_add_id(struct buf *b, struct str id);

/* All that is known of the item. */
void prompt_add_item(struct buf *b, const struct prompt_input *in);

/* Where to report, the JSON to start from, and what its fields mean. */
void prompt_add_report(struct buf *b, const struct prompt_input *in);

/* What to do in triage. */
void prompt_add_triage(struct buf *b, const struct prompt_input *in);

/* The workflow files to follow; false when there are none. */
bool prompt_add_workflows(struct buf *b, const struct prompt_input *in);

#endif
