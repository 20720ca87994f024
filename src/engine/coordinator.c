/* SPDX-License-Identifier: MIT */
#include "engine/coordinator.h"

#include "base/vec.h"
#include "sys/sys.h"

int
coordinator_open(struct coordinator *ret, struct store *store, struct sys *sys,
	struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};

	*ret = (struct coordinator){.store = store, .sys = sys};
	int rc = store_load(store, &ret->now, &problems, e);
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
	VEC_RELEASE(&c->forget);
	arena_release(&c->arena);
}

void
coordinator_adopt(struct coordinator *c, struct snapshot *next)
{
	snapshot_unref(c->now);
	c->now = next;
}

int
coordinator_refresh(struct coordinator *c, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct snapshot *next;

	int rc = store_is_stale(c->store, e);
	if (rc == 0)
		c->broken = false;
	if (rc <= 0)
		return rc;
	rc = store_load(c->store, &next, &problems, e);
	if (rc == 0) {
		coordinator_adopt(c, next);
		c->broken = false;
		return 1;
	}
	snapshot_unref(next);
	c->broken = true;
	if (rc == 1)
		err_set(e, ERR_MISSING, "the backlog is gone");
	return -1;
}

int
coordinator_apply(struct coordinator *c, const struct change *changes, size_t n,
	struct str_list *ret_added, struct err *e)
{
	VEC(struct change) all = {0};
	struct store_saved saved;

	for (size_t i = 0; i < n; i++)
		VEC_PUSH(&all, changes[i]);
	VEC_EACH (run, &c->forget) {
		VEC_PUSH(&all,
			((struct change){.kind = CHANGE_FORGET, .text = *run}));
	}
	int rc = store_apply(c->store, all.items, all.n,
		c->sys->clock(c->sys, SYS_CLOCK_UNIX), &saved, e);
	VEC_RELEASE(&all);
	if (rc < 0)
		return -1;
	VEC_RELEASE(&c->forget);
	arena_release(&c->arena);
	coordinator_adopt(c, saved.next);
	if (ret_added != NULL)
		*ret_added = saved.added;
	return 0;
}

void
coordinator_forget(struct coordinator *c, struct str run)
{
	VEC_PUSH(&c->forget, arena_str(&c->arena, run));
}
