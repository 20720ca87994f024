/* SPDX-License-Identifier: MIT */
#include "engine/running-priv.h"

#include "engine/project-priv.h"
#include "fio/lock.h"
#include "store/runs.h"

int
running_look(const struct project *p, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;

	if (fio_dir_open_in(&state, &p->root, STORE_STATE_DIR, e) < 0)
		return e->code == ERR_MISSING ? 0 : -1;
	return fio_lock_look(&state, "run.lock", e);
}

static bool
is_destructive(const struct plan_input *in, const struct run_record *r)
{
	const struct item *it = snapshot_find(in->snapshot, r->item);

	if (it == NULL || r->pool == POOL_UNSET)
		return false;
	const struct pipeline_config *p =
		config_pipeline(in->config, item_pipeline(it));
	const struct phase_config *phase =
		p != NULL ? pipeline_phase(p, r->pool, r->phase) : NULL;
	return phase != NULL && phase->destructive;
}

void
running_find(const struct project *p, struct plan_input *in, struct arena *a)
{
	const struct run_record *runs;
	struct err ignored = {0};
	size_t n;

	int rc = running_look(p, &ignored);
	if (rc == 0)
		return;
	if (rc < 0 ||
		run_list_unfinished(&p->root, a, &runs, &n, &ignored) < 0) {
		in->running_unknown = true;
		return;
	}
	struct plan_running *running = ARENA_ARRAY(a, struct plan_running, n);
	for (size_t i = 0; i < n; i++)
		/* Its agent has ended; the item is held. */
		if (!str_is_set(runs[i].decision.refused))
			running[in->running_n++] = (struct plan_running){
				.item = runs[i].item,
				.destructive = is_destructive(in, &runs[i]),
			};
	in->running = running;
}
