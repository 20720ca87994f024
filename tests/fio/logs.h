/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_LOGS_H
#define TESTS_FIO_LOGS_H

/* A log in a scratch directory, and what it holds, counted. */

#include "scratch-dir.h"

#include "base/stamp.h"
#include "fio/log.h"
#include "sys/fault.h"

enum { SEGMENT = 400 }; /* bytes: a handful of records */

static inline struct fio_log_place
log_place(void)
{
	return (struct fio_log_place){
		.dir = &dir, .stem = "log", .segment_bytes = SEGMENT};
}

/* One record that says `n`. */
static inline int
log_add(const struct fio_log_place *place, int n, struct problems *notes)
{
	struct fio_log log;
	char text[64];

	(void)snprintf(text, sizeof(text), "\"n\":%d", n);
	struct str fields = str_from(text);
	if (fio_log_open(&log, place, 60 * NS_PER_SEC, notes, &e) < 0)
		return -1;
	int rc = fio_log_append(&log, &fields, 1, &e);
	fio_log_close(&log);
	return rc;
}

/* Records 1 to n, which say their number. */
static inline void
log_fill(size_t segment_bytes, int n)
{
	struct fio_log_place place = log_place();
	struct problems notes = {0};

	place.segment_bytes = segment_bytes;
	for (int i = 1; i <= n; i++)
		check_ok(log_add(&place, i, &notes), &e);
	assert_int_equal(notes.list.n, 0);
}

struct log_seen {
	int said[4096]; /* what the records said, in order */
	uint64_t seq[4096];
	size_t n;
	struct err first; /* trouble */
	uint64_t troubles;
};

static inline void
log_read_on(struct fio_log_reader *r, struct log_seen *ret)
{
	struct problems notes = {0};
	struct fio_log_record record;
	int rc;

	while ((rc = fio_log_read(r, &record, &notes, &e)) == 0) {
		size_t at = str_find(record.line, STR("\"n\":"));
		ret->said[ret->n] = atoi(record.line.s + at + 4);
		ret->seq[ret->n++] = record.seq;
	}
	check_ok(rc, &e);
	if (notes.list.n > 0 && ret->first.code == ERR_NONE)
		ret->first = notes.list.items[0];
	ret->troubles = r->walk.bad;
	assert_true(notes.list.n == 0 || r->walk.bad > 0);
	problems_release(&notes);
}

static inline void
log_read(struct log_seen *ret)
{
	struct fio_log_reader r = {.place = log_place()};

	memset(ret, 0, sizeof(*ret));
	log_read_on(&r, ret);
	fio_log_reader_release(&r);
}

/* 1 to n, numbered 1 to n, and nothing is wrong. */
static inline void
log_check_whole(int n)
{
	static struct log_seen seen;

	log_read(&seen);
	if (seen.troubles > 0)
		fail_msg("%s", seen.first.msg);
	assert_int_equal(seen.n, n);
	for (int i = 0; i < n; i++) {
		assert_int_equal(seen.said[i], i + 1);
		assert_int_equal(seen.seq[i], i + 1);
	}
}

#endif
