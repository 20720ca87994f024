/* SPDX-License-Identifier: MIT */
#ifndef FIO_LOG_H
#define FIO_LOG_H

#include "base/problems.h"
#include "fio/lock.h"

/*
 * A log of JSON lines that shows what happened to it. STEM.jsonl is appended
 * to; when it has grown large it becomes STEM-NNNNNNNNNNNN.jsonl, named after
 * its last record, and a new one is begun. Every line is one record:
 *
 *	{"seq":17,"prev":"5c1e02aa",FIELDS,"crc":"9ae0f3b1"}
 *
 * `crc` is the CRC-32C of all bytes before `,"crc"`; `prev` is the crc of the
 * record before it (zeros for the first one). So a record is proven by its
 * own line, and what was changed, cut out or moved is found from the next one.
 *
 *	struct fio_log log;
 *	const struct fio_log_place place = {.dir = &dir, .stem = "events"};
 *	fio_log_open(&log, &place, NS_PER_SEC, &notes, &e);   takes its lock
 *	fio_log_append(&log, fields, n, &e);
 *	fio_log_close(&log);
 *
 *	struct fio_log_reader r = {.place = place};
 *	while ((rc = fio_log_read(&r, &record, &notes, &e)) == 0) …
 *	fio_log_reader_release(&r);
 *
 * Promised: when fio_log_append returns 0 its records survive a power cut; when
 * it returns -1 they are not there, unless the disk fails once more while they
 * are taken back: then the next open finds either whole records or a torn
 * one. Numbers have no gaps while nothing is damaged, whoever appends.
 *
 * Opening mends what a crash can leave: bytes after the last line break, or a
 * last line that is no record, are copied to quarantine/ and cut off. Damage
 * anywhere else is told with its line, and the file is put aside whole under
 * its final name; nothing is ever cut out of the middle.
 *
 * Not promised: that records cut off the end by somebody are missed. Whoever
 * needs that lets the records say what they lead to (store/events.h).
 */

#define FIO_LOG_LINE_MAX      ((size_t)64 * 1024) /* with its line break */
#define FIO_LOG_SEGMENT_BYTES ((size_t)4 * 1024 * 1024)

struct fio_log_place {
	const struct fio_dir *dir;
	const char *stem;
	size_t segment_bytes; /* 0: FIO_LOG_SEGMENT_BYTES */
	bool verify; /* opening looks at all of the current file, not only at
			its end, and for what dead processes left */
};

struct fio_log_record {
	uint64_t seq; /* from 1; 0: no record */
	uint32_t prev, crc;
	struct str line; /* without its line break */
};

/* Whether the line is a record, by itself. */
bool fio_log_parse(struct str line, struct fio_log_record *ret);

/*
 * The records among `rest`, whole lines of a log, in order. What is not one,
 * or does not follow the one before it, is trouble, said with its line.
 */
struct fio_log_walk {
	struct str rest;
	uint64_t line, bad; /* lines taken; troubles told */
	struct fio_log_record last;
	bool damaged, told; /* since `last` */
};

enum fio_log_step {
	FIO_LOG_RECORD,
	FIO_LOG_TROUBLE, /* said in `*e`; go on */
	FIO_LOG_END,	 /* `rest` is empty or lacks its line break */
};

enum fio_log_step fio_log_walk(struct fio_log_walk *w, const char *label,
	struct fio_log_record *ret, struct err *e);

struct fio_log {
	struct fio_log_place place;
	struct fio_lock lock;
	char name[64];
	int fd;
	off_t size;
	/* The end of the log; its line is borrowed until the next append and
	 * is absent after one. */
	struct fio_log_record last;
	struct buf tail;
};

/*
 * Wait for the log's lock, at most `wait_ns`, and mend the end of the file.
 * What was found wrong is added to `notes`. ERR_LOCKED.
 */
int fio_log_open(struct fio_log *ret, const struct fio_log_place *place,
	int64_t wait_ns, struct problems *notes, struct err *e);

/*
 * Append n records with one write and make them durable. `fields` are pairs
 * of a JSON object without its braces and without line breaks. ERR_LIMIT for
 * a line of more than FIO_LOG_LINE_MAX: then none is appended.
 */
int fio_log_append(
	struct fio_log *l, const struct str *fields, size_t n, struct err *e);
void fio_log_close(struct fio_log *l); /* closed is fine */

/* Start with `place`; the rest zero. Takes no lock. */
struct fio_log_reader {
	struct fio_log_place place;
	struct fio_log_walk walk;
	uint64_t done; /* number in the name of the last file read to its end */
	bool whole;    /* the bytes at hand are a file's that will not grow */
	bool torn;     /* the torn end has been told */
	struct buf bytes;
	char label[600];
	dev_t dev; /* of the file at hand, read up to `at` */
	ino_t ino;
	off_t at;
};

/*
 * The next record, also of files put aside. 0: here it is, borrowed until the
 * next call. 1: there is no more now; records appended later come with later
 * calls. Trouble is added to `notes`, counted in `walk.bad`, and passed over.
 */
int fio_log_read(struct fio_log_reader *r, struct fio_log_record *ret,
	struct problems *notes, struct err *e);
void fio_log_reader_release(struct fio_log_reader *r);

#endif
