/* SPDX-License-Identifier: MIT */
#include "fio/log-priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "fio/crc32c.h"

#define SEQ  "{\"seq\":"
#define PREV ",\"prev\":\""
#define CRC  ",\"crc\":\""

enum {
	CRC_DIGITS = 8,
	TRAILER = sizeof(CRC) - 1 + CRC_DIGITS + 2, /* …"} */
	SEQ_DIGITS_MAX = 15, /* what JSON numbers hold for sure */
	NUMBER_DIGITS = 12,
};

static bool
cut(struct str *s, const char *text)
{
	if (!str_starts(*s, str_from(text)))
		return false;
	*s = str_from_at(*s, strlen(text));
	return true;
}

static bool
cut_crc(struct str *s, uint32_t *ret)
{
	static const char digits[] = "0123456789abcdef";

	*ret = 0;
	for (size_t i = 0; i < CRC_DIGITS; i++) {
		const char *at = i < s->n && s->s[i] != '\0'
			? strchr(digits, s->s[i])
			: NULL;
		if (at == NULL)
			return false;
		*ret = *ret << 4 | (uint32_t)(at - digits);
	}
	*s = str_from_at(*s, CRC_DIGITS);
	return true;
}

static bool
cut_seq(struct str *s, uint64_t *ret)
{
	struct str digits = str_of(s->s, str_find_char(*s, ','));

	*s = str_from_at(*s, digits.n);
	return digits.n <= SEQ_DIGITS_MAX && parse_u64(digits, ret) && *ret > 0;
}

bool
fio_log_parse(struct str line, struct fio_log_record *ret)
{
	struct str s = line;

	*ret = (struct fio_log_record){.line = line};
	if (line.n < TRAILER || line.n >= FIO_LOG_LINE_MAX)
		return false;
	struct str body = str_of(line.s, line.n - TRAILER);
	struct str end = str_from_at(line, body.n);
	return cut(&s, SEQ) && cut_seq(&s, &ret->seq) && cut(&s, PREV) &&
		cut_crc(&s, &ret->prev) && cut(&s, "\"") && cut(&end, CRC) &&
		cut_crc(&end, &ret->crc) && str_eq_c(end, "\"}") &&
		fio_crc32c(body) == ret->crc;
}

/* After damage it is enough that time goes forward. */
static bool
follows(const struct fio_log_walk *w, const struct fio_log_record *r)
{
	if (w->last.seq == 0)
		return w->damaged || r->seq > 1 || r->prev == 0;
	if (w->damaged)
		return r->seq > w->last.seq;
	return r->seq == w->last.seq + 1 && r->prev == w->last.crc;
}

static void
take(struct fio_log_walk *w, size_t n)
{
	w->rest = str_from_at(w->rest, n + 1);
	w->line++;
}

enum fio_log_step
fio_log_walk(struct fio_log_walk *w, const char *label,
	struct fio_log_record *ret, struct err *e)
{
	size_t n = str_find_char(w->rest, '\n');

	if (n >= w->rest.n)
		return FIO_LOG_END;
	if (!fio_log_parse(str_of(w->rest.s, n), ret)) {
		take(w, n);
		w->damaged = true;
		w->bad++;
		err_set(e, ERR_INPUT, "%s:%llu:1: this record is damaged",
			label, (unsigned long long)w->line);
		return FIO_LOG_TROUBLE;
	}
	if (!w->told && !follows(w, ret)) {
		w->told = true;
		w->bad++;
		err_set(e, ERR_INPUT,
			"%s:%llu:1: record %llu does not follow record %llu: "
			"some are missing, repeated or out of order",
			label, (unsigned long long)w->line + 1,
			(unsigned long long)ret->seq,
			(unsigned long long)w->last.seq);
		return FIO_LOG_TROUBLE;
	}
	take(w, n);
	w->last = *ret;
	w->damaged = w->told = false;
	return FIO_LOG_RECORD;
}

void
fio_log_name(const struct fio_log_place *p, const char *suffix,
	char ret[FIO_LOG_NAME])
{
	(void)snprintf(ret, FIO_LOG_NAME, "%s%s", p->stem, suffix);
}

void
fio_log_segment_name(
	const struct fio_log_place *p, uint64_t number, char ret[FIO_LOG_NAME])
{
	(void)snprintf(ret, FIO_LOG_NAME, "%s-%0*llu.jsonl", p->stem,
		NUMBER_DIGITS, (unsigned long long)number);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int
fio_log_segments(const struct fio_log_place *p, struct arena *a,
	const uint64_t **ret, size_t *ret_n, struct err *e)
{
	char prefix[FIO_LOG_NAME], again[FIO_LOG_NAME];
	struct str_list names;
	uint64_t number;

	fio_log_name(p, "-", prefix);
	if (fio_dir_list(p->dir, prefix, a, &names, e) < 0)
		return -1;
	uint64_t *all = ARENA_ARRAY(a, uint64_t, names.n);
	size_t n = 0;
	for (size_t i = 0; i < names.n; i++) {
		struct str digits = str_from_at(names.items[i], strlen(prefix));
		digits.n = str_find_char(digits, '.');
		if (digits.n > SEQ_DIGITS_MAX || !parse_u64(digits, &number))
			continue;
		fio_log_segment_name(p, number, again);
		if (str_eq_c(names.items[i], again))
			all[n++] = number;
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), compare);
	*ret = all;
	*ret_n = n;
	return 0;
}
