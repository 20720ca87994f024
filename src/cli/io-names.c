/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "cli/io-priv.h"

static const char *const parts[] = {
	[WIO_WHOLE] = "whole", [WIO_BYTES] = "bytes", [WIO_LINES] = "lines"};
const struct names io_part_names = NAMES(parts, 3);

static const char *const existing[] = {[WIO_REFUSE] = "refuse",
	[WIO_REPLACE_VERIFIED] = "replace_verified",
	[WIO_REPLACE_ANY] = "replace_any"};
const struct names io_existing_names = NAMES(existing, 3);

static const char *const symlinks[] = {
	[WIO_SYMLINKS_DENY_CROSS_ROOT] = "deny_cross_root",
	[WIO_SYMLINKS_DENY] = "deny",
	[WIO_SYMLINKS_FOLLOW_INSIDE] = "follow_inside",
	[WIO_SYMLINKS_FOLLOW_ANYWHERE] = "follow_anywhere"};
const struct names io_symlinks_names = NAMES(symlinks, 4);

static const char *const durabilities[] = {[WIO_DURABLE] = "durable",
	[WIO_DURABLE_DATA] = "durable_data",
	[WIO_NOT_DURABLE] = "not_durable"};
const struct names io_durability_names = NAMES(durabilities, 3);

static const char *const backends[] = {[WIO_WATCH_AUTO] = "auto",
	[WIO_WATCH_INOTIFY] = "inotify",
	[WIO_WATCH_FANOTIFY] = "fanotify",
	[WIO_WATCH_POLL] = "poll"};
const struct names io_backend_names = NAMES(backends, 4);

/* Each number in decimal, in the order of the header. */
void
io_identity_format(const struct wio_identity *id, char ret[IO_IDENTITY_TEXT])
{
	(void)snprintf(ret, IO_IDENTITY_TEXT,
		"%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRId64 ":%" PRId64
		":%" PRId64,
		id->dev, id->ino, id->size, id->mtime_ns, id->ctime_ns,
		id->seen_ns);
}

static bool
parse_i64(struct str s, int64_t *ret)
{
	bool minus = str_starts(s, STR("-"));
	uint64_t n;

	if (!parse_u64(str_from_at(s, minus), &n) || n > INT64_MAX)
		return false;
	*ret = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

bool
io_identity_parse(struct str s, struct wio_identity *ret)
{
	enum { NUMBERS = 6 };
	struct str number[NUMBERS];

	for (size_t i = 0; i < NUMBERS; i++) {
		size_t n = str_find_char(s, ':');
		if ((n == s.n) != (i == NUMBERS - 1))
			return false;
		number[i] = str_of(s.s, n);
		s = str_from_at(s, n + 1);
	}
	return parse_u64(number[0], &ret->dev) &&
		parse_u64(number[1], &ret->ino) &&
		parse_u64(number[2], &ret->size) &&
		parse_i64(number[3], &ret->mtime_ns) &&
		parse_i64(number[4], &ret->ctime_ns) &&
		parse_i64(number[5], &ret->seen_ns);
}
