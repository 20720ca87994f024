/* SPDX-License-Identifier: MIT */
#ifndef STORE_EVENTS_PRIV_H
#define STORE_EVENTS_PRIV_H

#include "model/legacy.h"
#include "store/events.h"
#include "store/store-priv.h"

enum { EVENTS_SHORT_MAX = 400, EVENTS_TEXT_MAX = 2000 }; /* bytes */

/* Printable and at most so long; absent stays absent. */
struct str events_text(struct str s, size_t max, struct arena *a);
struct str events_short(struct str s, struct arena *a);

/* One save that has happened. */
struct events_save {
	const struct snapshot *before;
	const struct change_effects *effects;
	const struct change *changes;
	size_t n;
	struct fio_digest was, is;
	uint64_t mark; /* what ids.hwm held before */
	int64_t now_ns;
};

/* All of these are called with the store's lock held, and cannot fail: what
 * goes wrong becomes the store's warning. n > 0. */
void events_write(struct store *st, const struct fio_dir *state,
	const struct events_record *records, size_t n);
void events_saved(struct store *st, const struct fio_dir *state,
	const struct events_save *save);
void events_migrated(struct store *st, const struct fio_dir *state,
	const struct legacy_report *done, struct fio_digest was,
	struct fio_digest is, int64_t now_ns);
void events_poisoned(struct store *st, const struct fio_dir *state,
	const struct err *why, int64_t now_ns);
void events_rejected(struct store *st, const struct fio_dir *state,
	const struct problems *why, int64_t now_ns);

#endif
