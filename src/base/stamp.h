/* SPDX-License-Identifier: MIT */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/str.h"

/*
 * Points in time as text: RFC 3339 in UTC. Times are nanoseconds since
 * 1970-01-01T00:00:00Z; nothing here reads a clock.
 */

enum { STAMP_SIZE = 64 };

#define NS_PER_SEC ((int64_t)1000000000)
#define NS_PER_MS  ((int64_t)1000000)

/* Nanoseconds of what the kernel keeps apart, and back. Not below 0. */
int64_t stamp_ns(struct timespec t);
struct timespec stamp_timespec(int64_t ns);

/* "2026-11-20T11:00:46Z"; years 0000 to 9999, else a BUG. */
void stamp_format(int64_t unix_ns, char ret[STAMP_SIZE]);

/* "2026-11", the month the worklog file is named after. */
void stamp_format_month(int64_t unix_ns, char ret[STAMP_SIZE]);

/* RFC 3339 with any offset and up to nine digits of a second. */
bool stamp_parse(struct str s, int64_t *ret_unix_ns);

/* "2026-11-20": a day of the calendar, in no time zone. */
struct stamp_date {
	int year, month, day; /* from 1 */
};
bool stamp_parse_date(struct str s, struct stamp_date *ret);

/* "250ms", "90s", "30m", "1h", "1h30m": positive, at most 1000 hours. */
bool duration_parse(struct str s, int64_t *ret_ns);

/* For people: "0.4s", "12s", "3m05s", "2h07m". */
void duration_format(int64_t ns, char ret[STAMP_SIZE]);

#endif
