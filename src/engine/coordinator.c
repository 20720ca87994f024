/* SPDX-License-Identifier: MIT */
#include "engine/coordinator.h"

#include "sys/sys.h"

int
coordinator_open(struct coordinator *ret, struct store *store, struct sys *sys,
	struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};

	*ret = (struct coordinator){.store = store, .sys = sys};
	int rc = store_load(store, &ret->now, &problems, e);
	/* It waits for a writer; looking again asks whether it can be saved.
	 * Whoever writes again since then is met by the next look. */
	if (rc == 0 && coordinator_refresh(ret, e) < 0)
		rc = e->code == ERR_LOCKED || e->code == ERR_MISSING ? 0 : -1;
	if (rc == 0)
		return 0;
	coordinator_close(ret);
	if (rc == 1)
		return err_set(e, ERR_MISSING,
			"there is no backlog here; 'weir init' makes one");
	return -1;
}

void
coordinator_close(struct coordinator *c)
{
	snapshot_unref(c->now);
	c->now = NULL;
}

/* The snapshot (one reference, taken over) is in force; `saves` of the
 * generations since the last one are ours. */
static void
take_over(struct coordinator *c, struct snapshot *next, uint64_t saves)
{
	if (next->generation != c->now->generation + saves ||
		next->archived_n != c->now->archived_n)
		c->turn++;
	snapshot_unref(c->now);
	c->now = next;
}

int
coordinator_refresh(struct coordinator *c, struct err *e)
{
	struct snapshot *next;

	int rc = store_look(c->store, &next, e);
	if (rc != 0) {
		snapshot_unref(next);
		return rc < 0 ? -1
			      : err_set(e, ERR_MISSING, "the backlog is gone");
	}
	/* Whoever made the store read it: what it holds is in force. */
	int changed = next != c->now;
	take_over(c, next, 0);
	return changed;
}

int
coordinator_apply(struct coordinator *c, const struct change *changes, size_t n,
	struct str_list *ret_added, struct err *e)
{
	struct store_saved saved;

	if (store_apply(c->store, changes, n,
		    c->sys->clock(c->sys, SYS_CLOCK_UNIX), &saved, e) < 0)
		return -1;
	take_over(c, saved.next, saved.saved);
	if (ret_added != NULL)
		*ret_added = saved.added;
	return 0;
}

int
coordinator_take_inbox(
	struct coordinator *c, struct inbox_taken *ret, struct err *e)
{
	int rc = store_take_inbox(
		c->store, c->sys->clock(c->sys, SYS_CLOCK_UNIX), ret, e);

	if (ret->next != NULL)
		take_over(c, snapshot_ref(ret->next), 1);
	return rc;
}
