/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <string.h>

#include "store/archive-priv.h"
#include "store/backlog-priv.h"

enum { LARGEST = 64 * 1024 };

static const struct archive no_archive;

static int
read_bytes(struct loaded *l, struct str bytes, enum backlog_way way,
	struct problems *problems)
{
	CLEANUP_BUF struct buf copy = {0};
	struct err e = {0};

	buf_add_str(&copy, bytes);
	const struct backlog_reading how = {
		.way = way, .file = "f", .archive = &no_archive};
	return backlog_read(l, &copy, &how, problems, &e);
}

static bool
are_same(const struct problems *a, const struct problems *b)
{
	if (a->list.n != b->list.n)
		return false;
	for (size_t i = 0; i < a->list.n; i++)
		if (strcmp(a->list.items[i].msg, b->list.items[i].msg) != 0)
			return false;
	return true;
}

/* A backlog read entry by entry and one read whole are the same backlog, with
 * the same wrong with it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_PROBLEMS struct problems cut_problems = {0};
	CLEANUP_PROBLEMS struct problems whole_problems = {0};
	struct str bytes = str_of((const char *)data, size);
	struct loaded cut = {0}, whole = {0};

	if (size > LARGEST)
		return 0;
	int rc = read_bytes(&cut, bytes, BACKLOG_CUT, &cut_problems);
	if (rc != read_bytes(&whole, bytes, BACKLOG_WHOLE, &whole_problems) ||
		!snapshot_equal(cut.snapshot, whole.snapshot) ||
		!are_same(&cut_problems, &whole_problems))
		BUG("a backlog has two meanings");
	loaded_release(&cut);
	loaded_release(&whole);
	return 0;
}
