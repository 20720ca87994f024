/* SPDX-License-Identifier: MIT */
#ifndef STORE_FINDINGS_H
#define STORE_FINDINGS_H

#include "base/arena.h"
#include "base/problems.h"
#include "base/str.h"
#include "base/vec.h"

/*
 * What the doctor has to tell: each with its place and the next safe step.
 *
 *	struct findings f = {.a = &arena};
 *	findings_add(&f, &(struct finding){.check = "mark", …});
 *	findings_release(&f);
 */

struct finding {
	bool wrong;	   /* a person has to do something; else a note */
	const char *check; /* "mark", "archive" …: docs/files.md */
	struct str where;  /* "file:line:column", a path, or absent */
	struct str message;
	struct str next; /* the next safe step; absent: none is needed */
	/* It stands for so many of its kind that nobody kept; 0: itself. */
	size_t untold;
};

struct findings {
	struct arena *a; /* their texts */
	VEC(struct finding) list;
};

/* The texts are copied. */
void findings_add(struct findings *f, const struct finding *x);
/* What an error says, its place taken from its text. */
void findings_add_err(
	struct findings *f, const struct finding *x, const struct err *e);
/* The same for all of `problems`, and for those that it dropped. */
void findings_add_problems(
	struct findings *f, const struct finding *x, struct problems *problems);
/* What should have been looked at could not be. */
void
findings_add_blind(struct findings *f, const char *check, const struct err *e);
void findings_release(struct findings *f);

#endif
