/* SPDX-License-Identifier: MIT */
#ifndef PLAN_GUARDRAIL_H
#define PLAN_GUARDRAIL_H

#include "base/buf.h"
#include "model/config.h"

/*
 * The highest size, complexity and risk that may proceed without a person.
 * An unset assessment passes; impact is never judged. A level the person
 * accepted for this item (guardrails_accepted) raises the limit for it.
 */

/* True when `it` is within; else `why` gets "size large is above medium, …". */
bool guardrail_allows(const struct guardrail_levels *limits,
	const struct item *it, struct buf *why);

#endif
