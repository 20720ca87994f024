/* SPDX-License-Identifier: MIT */
#ifndef MODEL_STATUS_H
#define MODEL_STATUS_H

#include "model/item.h"

/*
 *	new -> scoping -> ready -> in_progress -> done
 *	new, scoping, ready, in_progress -> blocked -> where it came from
 *
 * Everything else is refused.
 */
bool status_may_change(enum item_status from, enum item_status to);

#endif
