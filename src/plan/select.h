/* SPDX-License-Identifier: MIT */
#ifndef PLAN_SELECT_H
#define PLAN_SELECT_H

#include "base/arena.h"
#include "model/change.h"
#include "model/config.h"
#include "model/snapshot.h"

/*
 * What to do next: a pure function of the backlog, what is running, the
 * configuration and the time. It decides and explains in one pass, so what is
 * printed about an item is why it was chosen or not.
 *
 *	struct plan p;
 *	plan_select(&input, &arena, &p);
 *	for each p.actions: carry it out
 *	p.verdicts[i].why: "waits for WRK-003 (ready)"
 *
 * Order: repairs (an item without a phase enters the first of its pool; an
 * item whose pipeline or phase is unknown blocks, with the reason), then
 * promotions of ready items while in_progress < max_wip, by impact, then age,
 * then place in the file; a promotion takes no slot and its item runs in a
 * later tick. An item whose turn it is but whose assessments a guardrail does
 * not allow blocks instead, and the next one has its turn. Then runs:
 * in-progress items, furthest phase first (pre-phases counted), then scoping
 * items the same way, then triage of new ones; ties by age, then place in the
 * file. Impact orders promotions only. The pool is that of the status,
 * whatever `phase_pool` says; a new item may lack a pipeline as long as it
 * names none, for triage chooses one.
 *
 * A run is skipped while its item runs already, waits for a dependency, or
 * is held (a backoff, a paused agent). An item that is held without end is
 * neither repaired nor promoted nor blocked either. Slots: max_concurrent less
 * what runs. A destructive phase starts only when nothing runs and nothing was
 * chosen before it, and then nothing after it; when it cannot start now,
 * nothing of lower priority slips past it. While one runs, nothing starts.
 * Repairs and promotions wait neither for slots nor for starts.
 *
 * Targets restrict what may be chosen; dependencies and WIP are judged on the
 * whole backlog. A targeted ready item is promoted like any other.
 */

struct plan_running {
	struct str item;
	bool destructive;
};

/*
 * An item or an agent that must rest until a time; the other is absent. An item
 * whose hold has no end cannot be saved, so nothing is done about it at all:
 * `why` is its whole verdict.
 */
#define PLAN_HOLD_ENDLESS INT64_MAX
struct plan_hold {
	struct str item, agent;
	int64_t until_ns;
	struct str why; /* "failed once, tries again" */
};

struct plan_input {
	const struct snapshot *snapshot;
	const struct config *config;
	const struct plan_running *running;
	size_t running_n;
	bool running_unknown; /* more may run: it is only to be explained */
	const struct plan_hold *holds;
	size_t holds_n;
	struct str_list targets; /* ids; empty: every item */
	uint64_t starts_left;	 /* runs that may still start; UINT64_MAX */
	int64_t now_ns;		 /* the clock the holds are in */
};

enum action_kind {
	ACTION_ENTER,	/* give the item its first phase: phase, pool */
	ACTION_BLOCK,	/* reason */
	ACTION_PROMOTE, /* ready to in_progress: phase, pool */
	ACTION_RUN,	/* start an agent: phase, pool (triage: POOL_UNSET) */
};

struct action {
	enum action_kind kind;
	const struct item *item;	  /* of the snapshot */
	const struct phase_config *phase; /* of the configuration */
	enum phase_pool pool;
	struct str why; /* one clause, for people */
};

enum verdict_kind {
	VERDICT_CHOSEN, /* an action of this plan is about it */
	VERDICT_RUNNING,
	VERDICT_DONE,
	VERDICT_BLOCKED, /* its status is blocked */
	VERDICT_DEPENDS, /* on something that is not done yet */
	VERDICT_BROKEN,	 /* on something that never will be: dangling, closed,
			    or itself in a cycle */
	VERDICT_HELD,	 /* by a backoff or a paused agent, or without end */
	VERDICT_WIP,	 /* as many in progress as allowed */
	VERDICT_SLOT,	 /* as many running as allowed */
	VERDICT_ALONE,	 /* for a destructive phase, or behind one */
	VERDICT_CAP,	 /* no starts left in this run */
	VERDICT_UNTARGETED,
	VERDICTS
};

extern const struct names verdict_names;

/*
 * The first that holds, in this order: RUNNING, UNTARGETED, DONE, BLOCKED,
 * HELD (without end), a repair, BROKEN, DEPENDS; for a ready item then WIP, a
 * promotion or its block; for others CAP (when no start was left to begin
 * with), HELD, CAP, ALONE, SLOT, a run.
 */
struct verdict {
	const struct item *item;
	enum verdict_kind kind;
	struct str why; /* one sentence without its full stop */
};

struct plan {
	const struct action *actions;
	size_t actions_n;
	const struct verdict *verdicts; /* one per item, in file order */
	size_t verdicts_n;
	int64_t wake_ns; /* when the first hold ends that holds an item back;
			    INT64_MAX: none */
};

void
plan_select(const struct plan_input *in, struct arena *a, struct plan *ret);

/* The one change list that carries out ENTER, BLOCK or PROMOTE. */
size_t action_changes(const struct action *act, struct change ret[3]);

/*
 * Why a run with this plan has nothing left to do: no actions and nothing
 * running. HALT_NOT when there is, or when a hold will end.
 */
enum halt {
	HALT_NOT,
	HALT_DONE,    /* every item (or target) is done */
	HALT_BLOCKED, /* a blocked item, or one held without end, waits for a
			 person */
	HALT_DEPENDS, /* none is blocked, but the rest waits for items that
			 cannot proceed */
	HALT_CAP,     /* no starts left */
	HALTS
};

enum halt plan_halt(const struct plan_input *in, const struct plan *p);

#endif
