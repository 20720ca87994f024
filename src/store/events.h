/* SPDX-License-Identifier: MIT */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "fio/log.h"
#include "store/store.h"

/*
 * The log of events, .weir/log/events.jsonl: what happened to the backlog and
 * in runs, in order, for people and programs to look back on. It is never
 * the only copy of anything, so it is written after what it tells about, and a
 * record that cannot be written undoes nothing: it becomes a warning
 * (store_warning).
 *
 *	events_add(st, &(struct events_record){.kind = EVENTS_COMMITTED, …});
 *
 *	struct events_reader r;
 *	int rc = events_open(&r, &root, &e);             1: there is no log
 *	while ((rc = events_next(&r, &arena, &record, &notes, &e)) == 0) …
 *	events_close(&r);
 *
 * Saves log themselves: one record for each, with all that it changed, and a
 * notice for a migration. What is missing shows: each record carries the digest
 * of the backlog after the last save that was logged, and a save that finds
 * another file than that one logs EVENTS_EDITED before itself. That says that a
 * person or another program edited the backlog, or that a weir died between a
 * save and its record; the log cannot tell which.
 */

/* From the root; to be watched for more. */
#define EVENTS_DIR STORE_STATE_DIR "/log"

enum events_kind {
	EVENTS_SAVED,	 /* changes; run or claim, when they come from one */
	EVENTS_EDITED,	 /* was: what the log knew; backlog: what was found */
	EVENTS_REJECTED, /* text: an inbox entry that was not taken */
	EVENTS_POISONED, /* text: a save of which it is not known whether a
			    power cut would undo it */
	EVENTS_MARK_REPAIRED, /* text: next_item_id was below a number issued */
	EVENTS_RUN_STARTED,   /* item, title, phase, run, agent, attempt */
	EVENTS_RUN_ENDED,     /* those, outcome, text, where, elapsed_ns */
	EVENTS_COMMITTED,     /* item, phase, commit */
	EVENTS_RECOVERED,     /* item, phase, run, text */
	EVENTS_NOTICE,	      /* text */
	EVENTS_LOG_REPAIRED,  /* text: what was wrong with this log */
	EVENTS_KINDS
};

enum events_what { EVENTS_ADDED, EVENTS_CHANGED, EVENTS_LEFT, EVENTS_WHATS };

/* Of an item; lists joined by ", ", parts of maps as "description.problem". */
struct events_field {
	struct str name, from, to; /* absent: it has, or had, none */
};

struct events_change {
	enum events_what what;
	struct str item, title;
	struct str how;	 /* added: its origin; left: done, closed, merged */
	struct str text; /* left: the reason */
	struct str into; /* merged */
	const struct events_field *fields; /* changed */
	size_t fields_n;
};

/* Texts are made printable and cut (at 400 bytes, `text` at 2000) on the way
 * in: the log is no place for what other files hold. */
struct events_record {
	uint64_t seq;	 /* given by the log */
	int64_t time_ns; /* unix; whole seconds are kept */
	enum events_kind kind;
	struct str item, title, phase, run, agent, outcome, where, text;
	struct str commit, claim;
	unsigned int attempt, attempts;
	int64_t elapsed_ns; /* whole milliseconds are kept */
	struct str was;	    /* digest of the backlog before */
	struct str backlog; /* and after, as far as the log knows */
	bool more; /* a save too large for one record goes on in the next */
	const struct events_change *changes;
	size_t changes_n;
	struct str line; /* as it stands in the file; not written */
};

/* Durably; what goes wrong is store_warning's to say. */
void events_add(struct store *st, const struct events_record *r);

/* Look at all of the current file, not only its end, and mend it. */
void events_check(struct store *st, int64_t now_ns);

/* The fields of a record, as fio_log_append takes them; and back, from a whole
 * line. ERR_INPUT: it is JSON but no event that this weir knows. */
void events_format(const struct events_record *r, struct buf *ret);
int events_parse(struct str line, struct arena *a, struct events_record *ret,
	struct err *e);

struct events_reader {
	struct fio_dir dir; /* .weir/log */
	struct fio_log_reader log;
};

/* 1: there is no log. */
int events_open(
	struct events_reader *ret, const struct fio_dir *root, struct err *e);
/* Make what events_open and fio_watch_add need, for who waits for a first
 * event. */
int events_prepare(struct store *st, struct err *e);
/* The next one, in `a`. 1: no more now. Damage is added to `notes` and passed
 * over. */
int events_next(struct events_reader *r, struct arena *a,
	struct events_record *ret, struct problems *notes, struct err *e);
void events_close(struct events_reader *r);

#endif
