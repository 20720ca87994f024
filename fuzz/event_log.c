/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "store/events.h"

/*
 * Any bytes as a file of the log: whatever they are, reading ends, what is
 * given out as a record is one, and what is taken for an event says the same
 * once more when it is written and read again. Events are also tried without
 * their checks, for those keep most inputs out.
 */

static void
check_event(struct str line, struct arena *a)
{
	CLEANUP_BUF struct buf first = {0}, second = {0};
	struct events_record r;
	struct err e;

	if (events_parse(line, a, &r, &e) < 0)
		return;
	buf_add_char(&first, '{');
	events_format(&r, &first);
	buf_add_char(&first, '}');
	if (events_parse(buf_str(&first), a, &r, &e) < 0)
		BUG("an event that was written is refused");
	buf_add_char(&second, '{');
	events_format(&r, &second);
	buf_add_char(&second, '}');
	if (!str_eq(buf_str(&first), buf_str(&second)))
		BUG("an event says something else the second time");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str all = str_of((const char *)data, size), rest = all, line;
	struct fio_log_walk walk = {.rest = all};
	struct fio_log_record r;
	enum fio_log_step step;
	struct err e;

	while ((step = fio_log_walk(&walk, "events.jsonl", &r, &e)) !=
		FIO_LOG_END) {
		if (step == FIO_LOG_TROUBLE && e.code != ERR_INPUT)
			BUG("trouble without a reason");
		if (step == FIO_LOG_RECORD && (r.seq == 0 || r.line.n == 0))
			BUG("a record that is none");
	}
	if (str_find_char(walk.rest, '\n') < walk.rest.n)
		BUG("a line is left");
	while (str_next_line(&rest, &line))
		check_event(line, &a);
	return 0;
}
