/* SPDX-License-Identifier: MIT */
#ifndef STORE_DOCTOR_PRIV_H
#define STORE_DOCTOR_PRIV_H

#include "store/doctor.h"
#include "store/store-priv.h"

/* What is both looked for and mended. Each fills nothing when the directory it
 * lies in is not there. */

/* Names of claims of the inbox. */
int doctor_claims(
	struct store *st, struct arena *a, struct str_list *ret, struct err *e);
/* Paths of what dead writers left beside the backlog and in .weir/. */
int doctor_leftovers(struct store *st, const struct fio_dir *state,
	struct arena *a, struct str_list *ret, struct err *e);

struct doctor_mark {
	uint64_t stored, wanted; /* by ids.hwm, and what it should hold */
	uint64_t used;		 /* the highest there is */
	bool damaged;
	/* It is no file of one line: the error says what, and it is not for
	 * overwriting. Damaged, too. */
	bool odd;
	/* The file claims so many more than there are that it looks like a slip
	 * of the hand, and a number once taken over never comes back. */
	bool leaps;
};
int doctor_mark_read(struct store *st, const struct fio_dir *state,
	struct doctor_mark *ret, struct err *e);

/* Others than its owner may look into .weir/. */
bool doctor_is_open(const struct fio_dir *state, mode_t *ret_mode);

/* 1: the log of events ends in the middle of a record. Damage elsewhere goes
 * to `f` when that is there. */
int doctor_log(const struct fio_dir *state, struct findings *f, struct err *e);

/* doctor-state.c: .weir/, and what lies in it. */
void
doctor_state(struct store *st, const struct fio_dir *state, struct findings *f);
/* 0: it is open, or not there. -1: it is no directory of ours, which is told.
 */
int
doctor_state_open(struct store *st, struct fio_dir *ret, struct findings *f);

/* doctor-values.c: what can be read and is not what it seems. */
void doctor_values(struct store *st, struct findings *f);

#endif
