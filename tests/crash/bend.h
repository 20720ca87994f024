/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_BEND_H
#define TESTS_CRASH_BEND_H

#include "sys/pass.h"
#include "sys/sim.h"

/*
 * One rule by which the calls of a process are bent on their way to the disk:
 * a step of a protocol left out or swapped, or somebody else who acts between
 * two of its calls.
 */

enum bend_how {
	BEND_SKIP_FSYNC,  /* says that it is durable */
	BEND_LATE_FSYNC,  /* only after the rename to its name */
	BEND_CREATE,	  /* somebody creates it a moment earlier: `to` */
	BEND_TRUNCATE,	  /* opens to write by emptying */
	BEND_SKIP_UNLINK, /* says that it is gone */
	BEND_LEASE,	  /* grants leases on files that have a writer */
	/* once, before it is exchanged, as BEND_EDIT */
	BEND_EDIT_EXCHANGE,
	BEND_EDIT, /* before it is opened, `from` becomes `to` in BACKLOG.yaml
		    */
};

struct bend {
	const char *name;
	enum bend_how how;
	/* Of what was opened, renamed or removed under a name that begins so;
	 * directories by their last name, the root as "." */
	const char *what;
	const char *from, *to;
};

enum { BENT_NAMES = 80 };

struct bent {
	union {
		struct sys sys; /* hand out &b.sys */
		struct sys_pass pass;
	};
	struct sim *disk;
	const struct bend *rule; /* NULL: none */
	char names[BENT_NAMES][64];
	int late; /* the descriptor whose fsync is owed, or -1 */
	uint64_t hits;
	uint64_t *sum; /* of the hits of several; or NULL */
};

struct sys *
bent_init(struct bent *b, struct sim *disk, const struct bend *rule);

#endif
