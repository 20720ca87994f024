/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_WORKLOAD_H
#define TESTS_CRASH_WORKLOAD_H

#include "bend.h"
#include "world.h"

/*
 * What is tried: files on a disk, and steps that a process takes one after
 * another. A step that returns 0 has been acknowledged. Items are named by
 * their titles, which are unique within a workload, because the ids of new
 * ones depend on what died before.
 */

struct step {
	int (*run)(struct world *w, const struct step *s);
	const char *a, *b, *c; /* what they are is the step's to say */
	int n;
	int days;    /* later than WORLD_NOW */
	bool second; /* by the other handle */
	/* On failure, and short of ERR_POISONED, the backlog is as before. */
	bool whole;
};

struct workload_file {
	const char *path, *text;
};

struct workload {
	const char *name;
	const struct workload_file *files; /* up to one without a path */
	const struct step *steps;
	size_t n;
	/* Its ids.hwm is meant to be missing or damaged. */
	bool no_mark;
	/* Of its own it comes to a backlog that nothing is saved over until a
	 * step has mended it. */
	bool unsound;
	uint64_t above;		 /* weir gives no number up to here */
	const struct bend *bend; /* what somebody does in between */
};

extern const struct workload workloads[];
extern const size_t workloads_n;

/*
 * Files, first step and up to two more of other workloads, by chance. Most
 * combinations do not work even undisturbed, and are of no use then. The name
 * has the seed.
 */
struct workload_random {
	struct workload w;
	struct step steps[3];
	char name[32];
};
void workload_random(struct workload_random *ret, uint64_t seed);

/* Whether a step has had such a change saved, in this process. */
bool step_has_made(enum change_kind kind);

/* A record of a log, with a word of its own, is believed to be there. */
void ack_said(struct world *w, const char *word);

/* The steps, in steps.c and steps-file.c; `a` is a title unless said. */
int step_create(struct world *w, const struct step *s);
int step_add(struct world *w, const struct step *s);	  /* a, b, c: titles */
int step_status(struct world *w, const struct step *s);	  /* n */
int step_phase(struct world *w, const struct step *s);	  /* b */
int step_block(struct world *w, const struct step *s);	  /* b: why */
int step_unblock(struct world *w, const struct step *s);  /* b: notes */
int step_field(struct world *w, const struct step *s);	  /* b: key, c */
int step_describe(struct world *w, const struct step *s); /* b: problem */
int step_accept(struct world *w, const struct step *s);
int step_list(struct world *w, const struct step *s); /* b: no dependency
							 any more, c: a tag */
int step_finish(struct world *w, const struct step *s);
int step_merge(struct world *w, const struct step *s);	 /* b: into */
int step_archive(struct world *w, const struct step *s); /* n, b: reason */
int step_note(struct world *w, const struct step *s);	 /* b, c: run */
int step_forget(struct world *w, const struct step *s);	 /* a: id */
/* A run ends: a is done and leaves, b is filed, c is the run's id. */
int step_conclude(struct world *w, const struct step *s);
int step_take(struct world *w, const struct step *s); /* the inbox */
int step_look(struct world *w, const struct step *s);
int step_left(struct world *w, const struct step *s); /* a: id, seen as gone */
/* By a person, b becomes c in its text. */
int step_rewrite(struct world *w, const struct step *s);
int step_migrate(struct world *w, const struct step *s);
int step_renumber(struct world *w, const struct step *s); /* a: id */
/* By a person, again when somebody saved meanwhile; then a is added. */
int step_accept_loss(struct world *w, const struct step *s);
/* As 'doctor --fix' does; then a is added. */
int step_mend(struct world *w, const struct step *s);
int step_event(struct world *w, const struct step *s); /* a: what it says */
int step_sweep(struct world *w, const struct step *s);

/* a: path, b: text; by somebody else, durable at once. */
int step_put(struct world *w, const struct step *s);
/* The same with an old file: what was added since is gone, its ids are not. */
int step_checkout(struct world *w, const struct step *s);
/* Somebody else replaces b by c in the file a. */
int step_edit(struct world *w, const struct step *s);
/* The inbox, a: text, while a writer has it open: nothing is taken yet. */
int step_slow_drop(struct world *w, const struct step *s);
/* a: run id, b: item; run_finish has b: outcome. */
int step_run_begin(struct world *w, const struct step *s);
int step_run_child(struct world *w, const struct step *s);
int step_run_decide(struct world *w, const struct step *s);
int step_run_finish(struct world *w, const struct step *s);
/* fio alone; a: name, b: text or other name */
int step_file_create(struct world *w, const struct step *s);
int step_file_replace(struct world *w, const struct step *s);
int step_file_append(struct world *w, const struct step *s);
int step_file_move(struct world *w, const struct step *s);
int step_file_remove(struct world *w, const struct step *s);
int step_dir_make(struct world *w, const struct step *s);
int step_log(struct world *w, const struct step *s);	/* a: what it says */
int step_config(struct world *w, const struct step *s); /* b: prefix */

#endif
