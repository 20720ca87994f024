/* SPDX-License-Identifier: MIT */
#include "plan/deps.h"

#include "plan/deps-priv.h"

static enum dep_state
item_state(const struct item *it)
{
	return it->status == STATUS_DONE ? DEP_MET : DEP_WAITING;
}

static enum dep_state
archived_state(const struct snapshot *s, const struct archived *left)
{
	if (left == NULL)
		return s->partial ? DEP_UNREAD : DEP_DANGLING;
	return left->how == DEPARTED_DONE ? DEP_MET : DEP_CLOSED;
}

/* The archive comes from a file: its merges may run in a circle, which is
 * noticed by meeting a mark that is set after 1, 2, 4 … steps (R. Brent). */
struct dep
dep_follow(const struct snapshot *s, struct str id)
{
	struct str mark = id;
	size_t steps = 0, reach = 1;

	for (;;) {
		const struct item *it = snapshot_find(s, id);
		if (it != NULL)
			return (struct dep){id, it, item_state(it)};
		const struct archived *left = snapshot_find_archived(s, id);
		if (left == NULL || left->how != DEPARTED_MERGED)
			return (struct dep){id, NULL, archived_state(s, left)};
		id = left->into;
		if (str_eq(id, mark))
			return (struct dep){id, NULL, DEP_DANGLING};
		if (++steps == reach) {
			mark = id;
			steps = 0;
			reach *= 2;
		}
	}
}

enum dep_state
dep_state(const struct snapshot *s, struct str id)
{
	return dep_follow(s, id).state;
}

static const char *
state_text(const struct dep *d)
{
	if (d->item != NULL)
		return names_get(&status_names, (int)d->item->status);
	switch (d->state) {
	case DEP_MET:
		return "done";
	case DEP_CLOSED:
		return "closed";
	case DEP_UNREAD:
		return "not among what can be read";
	case DEP_WAITING:
	case DEP_DANGLING:
		break;
	}
	return "not found";
}

void
dep_add_state(const struct snapshot *s, struct str id, struct buf *b)
{
	struct dep d = dep_follow(s, id);

	if (!str_eq(d.id, id))
		buf_addf(b, "merged into %.*s, ", STR_ARG(d.id));
	buf_add_c(b, state_text(&d));
}

void
dep_add_text(const struct snapshot *s, struct str id, struct buf *b)
{
	buf_addf(b, "%.*s (", STR_ARG(id));
	dep_add_state(s, id, b);
	buf_add_char(b, ')');
}

bool
deps_met(const struct snapshot *s, const struct item *it, struct buf *why)
{
	bool met = true;

	for (size_t i = 0; i < it->dependencies.n; i++) {
		struct str id = it->dependencies.items[i];
		if (dep_state(s, id) == DEP_MET)
			continue;
		if (why == NULL)
			return false;
		buf_add_c(why, met ? "waits for " : ", ");
		dep_add_text(s, id, why);
		met = false;
	}
	return met;
}
