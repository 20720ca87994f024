/* SPDX-License-Identifier: MIT */
#ifndef AGENT_RESULT_PRIV_H
#define AGENT_RESULT_PRIV_H

#include <jansson.h>

#include "agent/result.h"
#include "base/buf.h"

/* What is being read, for messages and memory. */
struct result_reader {
	const char *file;
	struct arena *a;
	struct err *e;
};

/* Every key of the object into `*ret`, checked; copies live in the arena. */
int result_read_object(
	const struct result_reader *r, const json_t *root, struct result *ret);

/* As messages show it: without control characters, cut. */
void result_add_shown(struct buf *b, struct str s);

/* "an object", "a number". */
const char *result_type_name(const json_t *v);

#endif
