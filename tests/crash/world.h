/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_WORLD_H
#define TESTS_CRASH_WORLD_H

/*
 * A process that works on a simulated disk, and what it has been told: the
 * ids and notes it was given to believe in.
 */

#include "fio/file.h"
#include "store/events.h"
#include "store/inbox.h"
#include "store/runs.h"
#include "store/store.h"
#include "sys/sim.h"

#define WORLD_NOW ((int64_t)1795172446 * 1000000000) /* 2026-11-20 */

/* Most backlogs here are shorter, for a cache makes many images. */
enum { WORLD_CACHE_LEAST = 700 };

enum { ACKS_MAX = 64 };

/* What a person or an agent has been told. */
struct acks {
	size_t n, notes_n, said_n;
	struct {
		char title[32];
		char id[16];
		bool logged; /* else its record may have failed, which is no
				error of the save */
	} added[ACKS_MAX];
	char notes[ACKS_MAX][16]; /* unique words of worklog entries */
	char said[ACKS_MAX][16];  /* and of records of logs */
};

struct world {
	struct sim *disk;
	struct sys *sys; /* the disk's own, or one wrapped around it */
	struct fio_dir root;
	struct store *store[2]; /* the second as another process has it */
	struct acks acks;
	bool faulty; /* calls are made to fail */
	struct err e;
};

/* A log of its own, in files so small that almost every record begins one. */
#define WORLD_JOURNAL "journal"
int world_open_journal(
	struct world *w, const struct fio_dir *dir, struct fio_log *ret);

/* -1: `w->e` says why; closing is still needed. */
int world_open(struct world *w, struct sim *disk, struct sys *sys);
void world_close(struct world *w);

/*
 * What a fresh weir does before it works: sweep, load, take the inbox, look at
 * the runs and forget what is over, mend the logs. Opens and closes. `unsound`:
 * a backlog that a person has to mend first is no failure.
 */
int
world_recover(struct sim *disk, struct sys *sys, bool unsound, struct err *e);

/* What a weir does that was running already when another was killed: it loads,
 * and takes the inbox. */
int
world_take_over(struct sim *disk, struct sys *sys, bool unsound, struct err *e);

#endif
