/* SPDX-License-Identifier: MIT */
#include "store/events-priv.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "base/vec.h"

/*
 * Writing and reading the log. The order of locks is the store's, then the
 * log's: a save logs while it still holds the first, so the records stand in
 * the order of the saves.
 */

#define LOG_DIR	 "log"
#define LOG_STEM "events"

/* Whoever holds the log's lock waits for one fsync, not for people. */
#define WAIT_NS (2 * NS_PER_SEC)

struct str
events_text(struct str s, size_t max, struct arena *a)
{
	CLEANUP_BUF struct buf b = {0};

	if (!str_is_set(s))
		return s;
	utf8_add_printable(&b, str_trim(s));
	if (b.n > max) {
		b.n = utf8_cut(buf_str(&b), max);
		buf_add_c(&b, "…");
	}
	return arena_str(a, buf_str(&b));
}

struct str
events_short(struct str s, struct arena *a)
{
	return events_text(s, EVENTS_SHORT_MAX, a);
}

/* What the last record says the backlog is. */
static struct str
known_backlog(const struct fio_log *log, struct arena *a)
{
	struct events_record last;
	struct err ignored;

	if (!str_is_set(log->last.line) ||
		events_parse(log->last.line, a, &last, &ignored) < 0)
		return STR_ABSENT;
	return last.backlog;
}

/* Records on their way, in the order in which they will stand. */
struct batch {
	struct arena a;
	VEC(struct str) fields;
	struct str backlog; /* after the last of them */
};

static void
batch_add(struct batch *b, const struct events_record *r)
{
	CLEANUP_BUF struct buf text = {0};
	struct events_record copy = *r;

	if (str_is_set(r->backlog))
		b->backlog = r->backlog;
	copy.backlog = b->backlog;
	events_format(&copy, &text);
	VEC_PUSH(&b->fields, arena_str(&b->a, buf_str(&text)));
}

static void
batch_release(struct batch *b)
{
	VEC_RELEASE(&b->fields);
	arena_release(&b->a);
}

static void
batch_fill(struct batch *b, const struct problems *notes,
	const struct events_record *records, size_t n, int64_t now_ns)
{
	for (size_t i = 0; i < notes->list.n; i++) {
		struct str text = str_from(notes->list.items[i].msg);
		batch_add(b,
			&(struct events_record){.kind = EVENTS_LOG_REPAIRED,
				.time_ns = now_ns,
				.text = events_text(
					text, EVENTS_TEXT_MAX, &b->a)});
	}
	for (size_t i = 0; i < n; i++) {
		const struct events_record *r = &records[i];
		bool first = i == 0 || !records[i - 1].more;
		if (first && str_is_set(r->was) && str_is_set(b->backlog) &&
			!str_eq(r->was, b->backlog))
			batch_add(b,
				&(struct events_record){.kind = EVENTS_EDITED,
					.time_ns = now_ns,
					.was = b->backlog,
					.backlog = r->was});
		batch_add(b, r);
	}
}

static int
write_records(const struct fio_dir *state, const struct events_record *records,
	size_t n, int64_t now_ns, struct err *e)
{
	CLEANUP_PROBLEMS struct problems notes = {0};
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
	struct batch b __attribute__((cleanup(batch_release))) = {0};
	struct fio_log log;

	if (fio_dir_make_in(&dir, state, LOG_DIR, 0700, e) < 0)
		return -1;
	const struct fio_log_place place = {
		.dir = &dir, .stem = LOG_STEM, .verify = n == 0};
	if (fio_log_open(&log, &place, WAIT_NS, &notes, e) < 0)
		return -1;
	b.backlog = known_backlog(&log, &b.a);
	batch_fill(&b, &notes, records, n, now_ns);
	int rc = 0;
	if (b.fields.n > 0)
		rc = fio_log_append(&log, b.fields.items, b.fields.n, e);
	fio_log_close(&log);
	return rc;
}

/* Once for each reason: a full disk is not news at every event. */
static void
warn(struct store *st, struct err *e)
{
	err_wrap(e, "the log of events has a gap");
	if (strcmp(st->warned, e->msg) == 0)
		return;
	(void)snprintf(st->warned, sizeof(st->warned), "%s", e->msg);
	st->warning = *e;
}

void
events_write(struct store *st, const struct fio_dir *state,
	const struct events_record *records, size_t n)
{
	struct err e = {0};

	if (write_records(state, records, n, records[0].time_ns, &e) < 0)
		warn(st, &e);
}

bool
store_warning(struct store *st, struct err *ret)
{
	if (st->warning.code == ERR_NONE)
		return false;
	*ret = st->warning;
	st->warning = (struct err){0};
	return true;
}

void
events_add(struct store *st, const struct events_record *r)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	CLEANUP_ARENA struct arena tmp = {0};
	struct events_record copy = *r;
	struct err e = {0};

	copy.item = events_short(r->item, &tmp);
	copy.title = events_short(r->title, &tmp);
	copy.phase = events_short(r->phase, &tmp);
	copy.run = events_short(r->run, &tmp);
	copy.agent = events_short(r->agent, &tmp);
	copy.outcome = events_short(r->outcome, &tmp);
	copy.where = events_short(r->where, &tmp);
	copy.commit = events_short(r->commit, &tmp);
	copy.text = events_text(r->text, EVENTS_TEXT_MAX, &tmp);
	if (store_state_dir(st, &state, &e) < 0)
		warn(st, &e);
	else
		events_write(st, &state, &copy, 1);
}

void
events_check(struct store *st, int64_t now_ns)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
	struct err e = {0};

	int rc = store_state_dir(st, &state, &e);
	if (rc >= 0)
		rc = fio_dir_open_in(&dir, &state, LOG_DIR, &e);
	if (rc < 0 && e.code == ERR_MISSING)
		return; /* there is no log yet */
	if (rc < 0 || write_records(&state, NULL, 0, now_ns, &e) < 0)
		warn(st, &e);
}

int
events_prepare(struct store *st, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;

	if (store_state_dir(st, &state, e) < 0)
		return -1;
	return fio_dir_make_in(&dir, &state, LOG_DIR, 0700, e);
}

int
events_open(
	struct events_reader *ret, const struct fio_dir *root, struct err *e)
{
	*ret = (struct events_reader){.dir = FIO_DIR_NONE};
	if (fio_dir_open_in(&ret->dir, root, EVENTS_DIR, e) < 0)
		return e->code == ERR_MISSING ? 1 : -1;
	return 0;
}

int
events_next(struct events_reader *r, struct arena *a, struct events_record *ret,
	struct problems *notes, struct err *e)
{
	struct fio_log_record record;
	struct err note = {0};

	/* The reader may have been moved since it was opened. */
	r->log.place = (struct fio_log_place){.dir = &r->dir, .stem = LOG_STEM};
	for (;;) {
		int rc = fio_log_read(&r->log, &record, notes, e);
		if (rc != 0)
			return rc;
		if (events_parse(arena_str(a, record.line), a, ret, &note) == 0)
			return 0;
		r->log.walk.bad++;
		err_wrap(&note, "%s:%llu:1", r->log.label,
			(unsigned long long)r->log.walk.line);
		problems_add(notes, &note);
	}
}

void
events_close(struct events_reader *r)
{
	fio_log_reader_release(&r->log);
	fio_dir_close(&r->dir);
}
