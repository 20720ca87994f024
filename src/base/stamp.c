/* SPDX-License-Identifier: MIT */
#include "base/stamp.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

int64_t
stamp_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

struct timespec
stamp_timespec(int64_t ns)
{
	return (struct timespec){
		.tv_sec = ns / NS_PER_SEC, .tv_nsec = ns % NS_PER_SEC};
}

struct civil {
	int64_t year;
	int month, day; /* from 1 */
};

/* Days since 1970-01-01 in the proleptic Gregorian calendar, and back.
 * Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t
days_from_civil(struct civil c)
{
	int64_t y = c.year - (c.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy =
		(153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static struct civil
civil_from_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (int)((5 * doy + 2) / 153);
	int month = mp < 10 ? mp + 3 : mp - 9;

	return (struct civil){
		.year = yoe + era * 400 + (month <= 2),
		.month = month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
	};
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

void
stamp_format(int64_t unix_ns, char ret[STAMP_SIZE])
{
	int64_t secs = floor_div(unix_ns, NS_PER_SEC);
	int64_t days = floor_div(secs, 86400);
	int left = (int)(secs - days * 86400);
	struct civil c = civil_from_days(days);

	if (c.year < 0 || c.year > 9999)
		BUG("year %lld in a time stamp", (long long)c.year);
	(void)snprintf(ret, STAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		(int)c.year, c.month, c.day, left / 3600, left / 60 % 60,
		left % 60);
}

void
stamp_format_month(int64_t unix_ns, char ret[STAMP_SIZE])
{
	stamp_format(unix_ns, ret);
	ret[strlen("YYYY-MM")] = '\0';
}

/* Exactly `digits` decimal digits off the front of `*s`. */
static bool
take_number(struct str *s, size_t digits, int *ret)
{
	uint64_t v;

	if (s->n < digits || !parse_u64(str_of(s->s, digits), &v))
		return false;
	*ret = (int)v;
	*s = str_from_at(*s, digits);
	return true;
}

static bool
take_char(struct str *s, const char *any_of)
{
	if (s->n == 0 || strchr(any_of, s->s[0]) == NULL || s->s[0] == '\0')
		return false;
	*s = str_from_at(*s, 1);
	return true;
}

static bool
take_fraction(struct str *s, int64_t *ret_ns)
{
	int64_t unit = NS_PER_SEC / 10;
	bool any = false;

	*ret_ns = 0;
	if (!take_char(s, "."))
		return true;
	while (s->n > 0 && s->s[0] >= '0' && s->s[0] <= '9') {
		*ret_ns += (s->s[0] - '0') * unit;
		unit /= 10;
		any = true;
		*s = str_from_at(*s, 1);
	}
	return any;
}

static bool
take_offset(struct str *s, int64_t *ret_seconds)
{
	int hours, minutes;

	*ret_seconds = 0;
	if (take_char(s, "Zz"))
		return true;
	int64_t sign = s->n > 0 && s->s[0] == '-' ? -1 : 1;
	if (!take_char(s, "+-") || !take_number(s, 2, &hours) ||
		!take_char(s, ":") || !take_number(s, 2, &minutes))
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60;
}

/* "2026-11-20", of a year that fits into nanoseconds. The day may be one that
 * the month does not have. */
static bool
take_date(struct str *s, struct stamp_date *ret)
{
	return take_number(s, 4, &ret->year) && take_char(s, "-") &&
		take_number(s, 2, &ret->month) && take_char(s, "-") &&
		take_number(s, 2, &ret->day) && ret->year >= 1700 &&
		ret->year <= 2200 && ret->month >= 1 && ret->month <= 12 &&
		ret->day >= 1 && ret->day <= 31;
}

static struct civil
civil_of(struct stamp_date d)
{
	return (struct civil){.year = d.year, .month = d.month, .day = d.day};
}

/* The day after the last of a month is the first of the next. */
static bool
is_in_calendar(struct civil c)
{
	struct civil same = civil_from_days(days_from_civil(c));

	return same.month == c.month && same.day == c.day;
}

bool
stamp_parse_date(struct str s, struct stamp_date *ret)
{
	struct stamp_date d;

	if (!take_date(&s, &d) || s.n > 0 || !is_in_calendar(civil_of(d)))
		return false;
	*ret = d;
	return true;
}

bool
stamp_parse(struct str s, int64_t *ret_unix_ns)
{
	struct stamp_date date;
	int hour, minute, second;
	int64_t fraction, offset;

	if (!take_date(&s, &date) || !take_char(&s, "Tt ") ||
		!take_number(&s, 2, &hour) || !take_char(&s, ":") ||
		!take_number(&s, 2, &minute) || !take_char(&s, ":") ||
		!take_number(&s, 2, &second) || !take_fraction(&s, &fraction) ||
		!take_offset(&s, &offset) || s.n > 0)
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	int64_t secs = days_from_civil(civil_of(date)) * 86400 + hour * 3600 +
		minute * 60 + second - offset;
	*ret_unix_ns = secs * NS_PER_SEC + fraction;
	return true;
}

/* "ms", "s", "m" or "h" off the front; 0 when there is none. */
static int64_t
take_unit(struct str *s)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
		{"ms", NS_PER_MS},
		{"s", NS_PER_SEC},
		{"m", 60 * NS_PER_SEC},
		{"h", 3600 * NS_PER_SEC},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct str name = str_from(units[i].name);
		if (!str_starts(*s, name))
			continue;
		*s = str_from_at(*s, name.n);
		return units[i].ns;
	}
	return 0;
}

bool
duration_parse(struct str s, int64_t *ret_ns)
{
	const int64_t most = 1000 * 3600 * NS_PER_SEC;
	int64_t total = 0;

	if (s.n == 0)
		return false;
	while (s.n > 0) {
		size_t digits = 0;
		uint64_t v;
		while (digits < s.n && s.s[digits] >= '0' && s.s[digits] <= '9')
			digits++;
		if (!parse_u64(str_of(s.s, digits), &v))
			return false;
		s = str_from_at(s, digits);
		int64_t unit = take_unit(&s);
		if (unit == 0 || v > (uint64_t)(most / unit))
			return false;
		total += (int64_t)v * unit;
		if (total > most)
			return false;
	}
	*ret_ns = total;
	return total > 0;
}

void
duration_format(int64_t ns, char ret[STAMP_SIZE])
{
	long long s = ns / NS_PER_SEC;

	if (s < 10)
		(void)snprintf(ret, STAMP_SIZE, "%lld.%llds", s,
			(long long)(ns / (NS_PER_SEC / 10)) % 10);
	else if (s < 60)
		(void)snprintf(ret, STAMP_SIZE, "%llds", s);
	else if (s < 3600)
		(void)snprintf(ret, STAMP_SIZE, "%lldm%02llds", s / 60, s % 60);
	else
		(void)snprintf(
			ret, STAMP_SIZE, "%lldh%02lldm", s / 3600, s / 60 % 60);
}
