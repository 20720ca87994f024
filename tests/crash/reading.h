/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CRASH_READING_H
#define TESTS_CRASH_READING_H

#include "base/vec.h"
#include "workload.h"

/* The files of a disk, taken apart line by line. */

struct seen {
	struct str id, title;
	bool archived;
};

struct reading {
	struct arena *a;
	const struct sim_file *files;
	size_t n;
	VEC(struct seen) items;
	VEC(uint64_t) numbers; /* in every id, sorted, each once */
};

/* Everything is in `a` or borrowed from the disk, but for what _release frees.
 */
void reading_init(struct reading *r, const struct sim *disk, struct arena *a);
void reading_release(struct reading *r);

/* Empty when there is no such file. */
struct str reading_file(const struct reading *r, const char *path);
/* The text between `from` and the next `to`. */
struct str reading_between(struct str s, const char *from, const char *to);
/* How many decimal digits it begins with. */
size_t reading_digits(struct str s);

/* What people and later runs do not look at: local state but runs, worklog. */
bool reading_hides(struct str path);
bool reading_is_archive(struct str path);
/* The files of the journal, and what it cut off is not one. */
bool reading_is_journal(struct str path);
/* A line of a log that is a record; whether it says the word. */
bool reading_is_logged(struct str line);
bool reading_says(struct str line, const char *word);
/* Whether the backlog has it. */
bool reading_is_live(const struct reading *r, struct str id);
/* The next record of an item that is not in the backlog any more, be it that
 * the item stayed once; then its last one. */
bool reading_next_departed(
	const struct reading *r, struct str *rest, struct str *ret);

#endif
