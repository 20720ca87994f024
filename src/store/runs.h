/* SPDX-License-Identifier: MIT */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "fio/dir.h"
#include "model/item.h"

/*
 * The record of a run: one attempt of an agent at one phase of one item, in
 * .weir/runs/<run-id>/.
 *
 *	intent.json    durable before the child starts
 *	prompt.md, stdout.log, stderr.log, result.json
 *	child.json     who the child is, as soon as it runs
 *	decision.json  what the run leads to, durable before it is saved; it
 *	               holds once the run's id is among the backlog's `applied`
 *	outcome.json   durable after its effects are saved and committed
 *
 * A run without an outcome is unfinished: after a crash it is finished or
 * failed from what its directory holds. A record that is there and cannot be
 * read is an error: it is not taken for one that was never written.
 */

/* Seconds, then random: sorts by start. "r20261120-110046-9f3a2c11". */
struct run_id {
	char text[48];
};

/* Paths that are not as HEAD has them, with digests of their content; an
 * empty digest is a deleted file. */
struct run_dirt {
	struct str_list paths, digests;
};

struct run_verdict {
	struct str outcome; /* its name; absent: there is none yet */
	struct str reason;
	struct str message;   /* decision: of the commit */
	struct str refused;   /* decision: why it could not be saved */
	struct run_dirt left; /* outcome: what an attempt that came to nothing
				 left in the work tree */
};

struct run_record {
	struct str id, item, phase, agent;
	enum phase_pool pool; /* POOL_UNSET: triage */
	unsigned int attempt;
	int64_t started_ns;	/* unix */
	struct str branch;	/* HEAD's when it started; absent: none */
	struct run_dirt before; /* what was dirty then */
	int64_t pid;		/* child.json; 0 when it never got that far */
	uint64_t start_ticks;
	struct str boot_id;
	struct run_verdict decision, outcome;
};

int run_id_new(struct sys *sys, struct run_id *ret, struct err *e);
/* Whether an id among the backlog's `applied` is a run's; else it is that of an
 * inbox claim. */
bool run_id_is(struct str id);

/* Make the run's directory with its intent, durably, and open it. */
int run_begin(const struct fio_dir *root, const struct run_record *r,
	struct fio_dir *ret_dir, struct err *e);
int run_record_child(const struct fio_dir *run_dir, int64_t pid,
	uint64_t start_ticks, const char *boot_id, struct err *e);
int run_decide(const struct fio_dir *run_dir, const struct run_verdict *v,
	int64_t now_ns, struct err *e);
int run_finish(const struct fio_dir *run_dir, const struct run_verdict *v,
	int64_t now_ns, struct err *e);

/*
 * Every run on record, oldest first. A directory without an intent never
 * started a child: it is skipped.
 */
int run_list(const struct fio_dir *root, struct arena *a,
	const struct run_record **ret, size_t *ret_n, struct err *e);
/* Of them those without an outcome; the others are not read. */
int run_list_unfinished(const struct fio_dir *root, struct arena *a,
	const struct run_record **ret, size_t *ret_n, struct err *e);

/* Remove what dead writers left in the directories of unfinished runs, and make
 * durable what they recorded. Only while no run is under way. */
int run_sweep(const struct fio_dir *root, struct err *e);

/* Make durable what is on record of the run, before it is forgotten elsewhere:
 * whoever recorded it may have died before that. No such run is fine. */
int run_settle(const struct fio_dir *root, struct str id, struct err *e);

int run_open(const struct fio_dir *root, struct str id, struct fio_dir *ret_dir,
	struct err *e);

#endif
