/* SPDX-License-Identifier: MIT */
#ifndef STORE_INTAKE_PRIV_H
#define STORE_INTAKE_PRIV_H

#include "base/vec.h"
#include "store/extras-priv.h"
#include "store/inbox.h"

/*
 * The entries of one claim, judged: what is to be added, with what no item
 * holds but a person wrote, and what goes to REJECTED_FILE.
 *
 *	struct intake in = {.ret = &taken, .id = …, .comments = true};
 *	intake_read(&in, bytes);
 *	… save in.changes, in.extras and in.rejected …
 *	intake_release(&in);
 *
 * Comments go above the item of the entry they stand in or in front of, the
 * last ones to the last entry; those that have none go to the rejected, as do
 * keys beside `items`.
 */
struct intake {
	struct str id;		 /* of the claim: "claim-…" */
	bool comments;		 /* items can have some above them */
	struct inbox_taken *ret; /* gets problems and notes */
	struct str bytes;
	struct arena a;
	VEC(struct change) changes;
	VEC(struct extras) extras; /* of each change */
	struct buf rejected;
};

/* `bytes` are borrowed until intake_release. */
void intake_read(struct intake *in, struct str bytes);
void intake_release(struct intake *in);

#endif
