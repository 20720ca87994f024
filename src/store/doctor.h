/* SPDX-License-Identifier: MIT */
#ifndef STORE_DOCTOR_H
#define STORE_DOCTOR_H

#include "store/findings.h"
#include "store/store.h"

/*
 * What is to be known about a project's files beyond whether its backlog is
 * sound: one finding each, with its place and the next safe step.
 *
 *	struct findings f = {.a = &arena};
 *	store_load(st, …);
 *	doctor_look(st, &f);
 *	for (size_t i = 0; i < f.list.n; i++) …
 *	findings_release(&f);
 *
 * Looking takes no lock, writes nothing and makes nothing: what others do
 * meanwhile may be half seen, and is no more than a note.
 */

/* After store_load: what is wrong with the files around the backlog. */
void doctor_look(struct store *st, struct findings *f);

/* Of it, whose the files are that weir may not use as it has to: enough after a
 * call that the kernel has refused. The backlog need not be loaded. */
void doctor_access(struct store *st, struct findings *f);

/* "file:line:column" of an item; absent when the backlog is not sound. */
struct str doctor_place(struct store *st, struct str id, struct arena *a);

/*
 * Mend what can be mended without losing anything, and say what was done: dead
 * writers' leftovers go, claims are taken, the mark is raised, .weir/ is made
 * private, the torn end of the log of events is put aside, and so is what
 * stands in the place of the mark and is no such file. Nothing to do: nothing
 * is written. -1: what failed; what is told is done.
 */
int doctor_mend(struct store *st, int64_t now_ns, struct arena *a,
	struct str_list *ret_done, struct err *e);

#endif
