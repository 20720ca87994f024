/* SPDX-License-Identifier: MIT */
#ifndef STORE_ARCHIVE_PRIV_H
#define STORE_ARCHIVE_PRIV_H

#include "store/store-priv.h"

/*
 * BACKLOG_ARCHIVE.jsonl: a line for each item that left. It is written before
 * the save that takes the item out, so a line alone proves nothing: it names
 * the bytes the item had (`was`), and while the backlog holds those the item
 * has not left. Before it gets other bytes a line `stayed` takes that one back.
 * Either is said of an item that the backlog holds: one that it does not hold
 * has left as its last line says, be that taken back or not, for the backlog
 * may come back from git without it.
 */

#define ARCHIVE_STAYED "stayed" /* instead of a departure */
struct archive_line {
	struct archived item;
	struct fio_digest was; /* of its bytes in the backlog */
	bool stayed;	       /* no departure: takes those above it back */
	bool taken_back;       /* by one below: archive_count has found it */
};
struct archive {
	const struct archive_line *lines;
	size_t n;
};

/* Of the entry `node` of a backlog, as archive lines name it. */
struct fio_digest
archive_digest(struct str bytes, const struct yaml_node *node);

/* archive-read.c: what every reader goes by in the JSON of a line. ERR_INPUT
 * when it is no line of an archive. */
struct json_t;
int archive_line_read(struct json_t *j, struct arena *a,
	struct archive_line *ret, struct err *e);
/* archive-quick.c: the same from the bytes of a line that is as weir writes it.
 * False: it is another, or no line at all, and nothing is known of it. */
bool
archive_line_quick(struct str line, struct arena *a, struct archive_line *ret);

/* archive-read.c: of several departures of one id the last counts, and is told
 * when it was taken back. `ret` has room for one answer a line. */
void archive_count(struct archive_line *lines, size_t n, bool *ret);

/* The departures that count; lines that cannot be read are skipped. */
int archive_load(struct store *st, struct arena *a, struct archive *ret,
	struct fio_version *ret_version, struct err *e);
/* Whether the item that the backlog holds at `node`, and the line is about, has
 * not left after all. Else somebody put it there by hand. */
bool archive_is_live(const struct archive_line *line, struct str bytes,
	const struct yaml_node *node);
/* As `s` knows it: without lines about items that have not left, after all. */
struct archive archive_in_force(const struct snapshot *s, struct arena *a);

/* What leaves; a line that is there already is not written twice. */
int archive_append(struct store *st, const struct departed *departed, size_t n,
	int64_t now_ns, struct err *e);
/* The save under way has happened, and st->now knows what it appended: unless
 * somebody else wrote there as well, st->now.archive_version says so. */
void archive_settle(struct store *st);

/* Take back the lines about items that are in the backlog, because the save
 * that was to remove them died, but for those in `departed`. What was taken
 * back before is not again. */
int archive_take_back(struct store *st, const struct departed *departed,
	size_t n, int64_t now_ns, struct err *e);

#endif
