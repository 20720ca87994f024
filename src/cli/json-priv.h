/* SPDX-License-Identifier: MIT */
#ifndef CLI_JSON_PRIV_H
#define CLI_JSON_PRIV_H

#include <jansson.h>

#include "base/buf.h"
#include "engine/project.h"

/* Values of --json: every key is always there, null when it says nothing. */

/* null when absent; what is not UTF-8 is replaced. */
json_t *json_text(struct str s);
json_t *json_texts(struct str_list list);
json_t *json_count(uint64_t n);

/* All fields of BACKLOG.yaml under their own names. */
json_t *json_item(const struct item *it);

/* Append the value and a line break; takes the reference. */
void json_print(json_t *take, struct buf *ret);

#endif
