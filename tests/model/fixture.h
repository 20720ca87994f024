/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_FIXTURE_H
#define TESTS_MODEL_FIXTURE_H

#include "check.h"

#include "model/snapshot.h"

/*
 * Backlogs written down by hand:
 *
 *	struct snapshot *s = backlog(
 *		ITEMS({.id = STR("W-1"), .status = STATUS_READY},
 *			{.id = STR("W-2"), .dependencies = IDS(STR("W-1"))}),
 *		ARCHIVED({.id = STR("W-0"), .how = DEPARTED_DONE}));
 *
 * An item without title or created gets both; one that is not blocked has no
 * blocked_from_status.
 */

#define ITEMS(...)                                           \
	(const struct item[]){__VA_ARGS__},                  \
		sizeof((const struct item[]){__VA_ARGS__}) / \
		sizeof(struct item)
#define NO_ITEMS NULL, 0
#define ARCHIVED(...)                                            \
	(const struct archived[]){__VA_ARGS__},                  \
		sizeof((const struct archived[]){__VA_ARGS__}) / \
		sizeof(struct archived)
#define NO_ARCHIVE NULL, 0
#define IDS(...)                                                       \
	((struct str_list){.items = (const struct str[]){__VA_ARGS__}, \
		.n = sizeof((const struct str[]){__VA_ARGS__}) /       \
			sizeof(struct str)})

static inline struct snapshot *
backlog(const struct item *items, size_t n, const struct archived *archived,
	size_t archived_n)
{
	struct snapshot *s = snapshot_new();
	struct item *own = ARENA_ARRAY(&s->arena, struct item, n);
	struct archived *left =
		ARENA_ARRAY(&s->arena, struct archived, archived_n);

	for (size_t i = 0; i < n; i++) {
		own[i] = item_copy(&items[i], &s->arena);
		if (!str_is_set(own[i].title))
			own[i].title = STR("a title");
		if (!str_is_set(own[i].created))
			own[i].created = STR("2026-01-01T00:00:00Z");
		if (!str_is_set(own[i].updated))
			own[i].updated = own[i].created;
		if (own[i].status != STATUS_BLOCKED)
			own[i].blocked_from_status = STATUSES;
	}
	for (size_t i = 0; i < archived_n; i++)
		left[i] = archived[i];
	snapshot_seal(s, own, n, left, archived_n);
	return s;
}

static inline const struct item *
item_at(const struct snapshot *s, const char *id)
{
	const struct item *it = snapshot_find(s, str_from(id));

	if (it == NULL)
		fail_msg("'%s' is not in the snapshot", id);
	return it;
}

/* The list holds exactly these ids, written with commas. */
static inline void
check_ids(struct str_list list, const char *expected)
{
	struct buf b = {0};

	for (size_t i = 0; i < list.n; i++) {
		if (i > 0)
			buf_add_char(&b, ',');
		buf_add_str(&b, list.items[i]);
	}
	check_str(buf_str(&b), expected);
	buf_release(&b);
}

#endif
