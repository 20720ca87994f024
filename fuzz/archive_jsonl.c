/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "disk.h"
#include "store/archive-priv.h"
#include "store/archive.h"
#include "store/store-priv.h"

/*
 * Any bytes as an archive. Reading it ends well, and those who look into it
 * see what is in force for a backlog. Good lines above, below and in the midst
 * of them are found and change nothing about the others; so is one that a save
 * appends, whatever the last line was. A line that is read without its tree
 * says what its tree does.
 */

enum { ARCHIVE_LARGEST = 32 * 1024, GOOD_MAX = 64 };

#define ARCHIVE "BACKLOG_ARCHIVE.jsonl"

static const char backlog[] = "schema_version: 3\nnext_item_id: 7\nitems:\n"
			      "- id: OWN-007\n  title: goes\n  status: done\n";

static void
fail(const char *what, struct str input)
{
	(void)fprintf(stderr, "%s\n----\n%.*s\n----\n", what, STR_ARG(input));
	abort();
}

static struct archive_entries
look(struct disk *d, struct str bytes, struct arena *a)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct archive_entries ret;
	struct err e = {0};

	sim_put(d->sim, ARCHIVE, bytes);
	if (archive_read(d->store, a, &ret, &problems, &e) < 0)
		fail(e.msg, bytes);
	return ret;
}

/* The line a backlog goes by. */
static const struct archive_line *
find_line(const struct archive *archive, struct str id)
{
	for (size_t i = 0; i < archive->n; i++)
		if (str_eq(archive->lines[i].item.id, id))
			return &archive->lines[i];
	return NULL;
}

static void
check_in_force(
	struct disk *d, struct str bytes, const struct archive_entries *shown)
{
	CLEANUP_ARENA struct arena a = {0};
	struct archive archive;
	struct err e = {0};

	if (archive_load(d->store, &a, &archive, NULL, &e) < 0)
		fail(e.msg, bytes);
	size_t n = archive.n - (find_line(&archive, STR("")) != NULL);
	if (n != shown->n)
		fail("more or fewer are shown than are in force", bytes);
	for (size_t i = 0; i < shown->n; i++) {
		const struct archive_entry *x = &shown->items[i];
		const struct archive_line *line =
			find_line(&archive, x->item.id);
		if (line == NULL || line->item.how != x->how ||
			!str_eq(line->item.into, x->into))
			fail("shown is not what is in force", bytes);
	}
}

/* What is read from a line's bytes is what its JSON says. */
static void
check_quick(struct str input)
{
	CLEANUP_ARENA struct arena a = {0};
	struct archive_line quick, slow;
	struct err ignored = {0};
	struct str line;

	while (str_next_line(&input, &line)) {
		if (!archive_line_quick(line, &a, &quick))
			continue;
		json_t *j = json_loadb(
			line.s, line.n, JSON_REJECT_DUPLICATES, NULL);
		if (archive_line_read(j, &a, &slow, &ignored) < 0 ||
			!str_eq(quick.item.id, slow.item.id) ||
			!str_eq(quick.item.into, slow.item.into) ||
			quick.item.how != slow.item.how ||
			quick.stayed != slow.stayed ||
			!fio_digest_eq(quick.was, slow.was))
			fail("read quickly, a line says something else", line);
		json_decref(j);
	}
}

static bool
is_good(const struct archive_entry *x)
{
	return str_starts(x->item.id, STR("GOOD-"));
}

/* The input with a good line above each of the first lines and below the
 * last; how many. */
static size_t
lace(struct buf *ret, struct str input)
{
	struct str line;
	size_t n = 0;
	bool more = true;

	while (more) {
		more = n < GOOD_MAX - 1 && str_next_line(&input, &line);
		if (!more) {
			buf_add_str(ret, input);
			if (input.n > 0 && !str_ends(input, STR("\n")))
				buf_add_char(ret, '\n');
		}
		buf_addf(ret,
			"{\"id\":\"GOOD-%zu\",\"how\":\"merged\",\"into\":"
			"\"INTO-%zu\",\"item\":{\"title\":\"%zu\"}}\n",
			n, n, n);
		n++;
		if (more) {
			buf_add_str(ret, line);
			buf_add_char(ret, '\n');
		}
	}
	return n;
}

static void
check_good(const struct archive_entry *x, size_t nth, struct str bytes)
{
	CLEANUP_ARENA struct arena a = {0};

	if (!str_eq(x->item.id, arena_strf(&a, "GOOD-%zu", nth)) ||
		!str_eq(x->item.title, arena_strf(&a, "%zu", nth)) ||
		!str_eq(x->into, arena_strf(&a, "INTO-%zu", nth)) ||
		x->how != DEPARTED_MERGED)
		fail("a good line is not what it was", bytes);
}

static void
check_laced(struct disk *d, struct str input, const struct archive_entries *was)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf laced = {0};
	size_t good = lace(&laced, input), good_at = 0, was_at = 0;
	struct str bytes = buf_str(&laced);
	struct archive_entries is = look(d, bytes, &a);

	check_in_force(d, bytes, &is);
	for (size_t i = 0; i < is.n; i++) {
		if (is_good(&is.items[i]))
			check_good(&is.items[i], good_at++, bytes);
		else if (was_at == was->n ||
			!item_equal(
				&is.items[i].item, &was->items[was_at++].item))
			fail("a line says something else between good ones",
				bytes);
	}
	if (good_at != good || was_at != was->n)
		fail("a line is not found", bytes);
}

/* The item of the backlog leaves. */
static void
check_append(struct disk *d, struct str input)
{
	CLEANUP_ARENA struct arena a = {0};
	const struct change leave = {.kind = CHANGE_ARCHIVE,
		.id = STR("OWN-007"),
		.departure = DEPARTED_DONE};
	struct store_saved saved;
	struct archive archive;
	struct err e = {0};

	sim_put(d->sim, ARCHIVE, input);
	if (store_apply(d->store, &leave, 1, DISK_NOW, &saved, &e) < 0)
		fail(e.msg, input);
	snapshot_unref(saved.next);
	if (!str_starts(disk_get(d, ARCHIVE), input))
		fail("the archive lost something", input);
	if (archive_load(d->store, &a, &archive, NULL, &e) < 0 ||
		find_line(&archive, STR("OWN-007")) == NULL)
		fail("what was archived is not found", input);
}

/* Of the ids that are tried here it may say that they stayed. */
static bool
speaks_of_ours(struct str input)
{
	return str_find(input, STR("GOOD-")) < input.n ||
		str_find(input, STR("OWN-")) < input.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_of((const char *)data, size);
	CLEANUP_ARENA struct arena a = {0};
	struct disk d;

	if (size > ARCHIVE_LARGEST)
		return 0;
	check_quick(input);
	disk_open(&d, backlog);
	struct archive_entries was = look(&d, input, &a);
	check_in_force(&d, input, &was);
	if (!speaks_of_ours(input)) {
		check_laced(&d, input, &was);
		check_append(&d, input);
	}
	disk_close(&d);
	return 0;
}
