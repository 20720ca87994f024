/* SPDX-License-Identifier: MIT */
#include "store/doctor-priv.h"
#include "store/mark-priv.h"

#include <errno.h>

#include "base/stamp.h"
#include "store/events.h"
#include "store/inbox.h"

/*
 * Each step first looks, without a lock, whether there is anything to do; what
 * it does then is what the program does anyway when it next saves or runs.
 */

/* Names to try. */
enum { NAMES_MAX = 100 };

struct mending {
	struct store *st;
	struct fio_dir state; /* closed: there is no .weir/ */
	int64_t now_ns;
	struct arena *a;
	VEC(struct str) done;
};

static int
clear_leftovers(struct mending *m, struct err *e)
{
	struct str_list paths, left;

	if (doctor_leftovers(m->st, &m->state, m->a, &paths, e) < 0)
		return -1;
	if (paths.n == 0)
		return 0;
	if (store_sweep(m->st, e) < 0 ||
		doctor_leftovers(m->st, &m->state, m->a, &left, e) < 0)
		return -1;
	if (left.n >= paths.n)
		return 0;
	size_t n = paths.n - left.n;
	VEC_PUSH(&m->done,
		arena_strf(m->a, "cleared away what %zu dead save%s left", n,
			n == 1 ? "" : "s"));
	return 0;
}

static int
take_claims(struct mending *m, struct err *e)
{
	struct inbox_taken taken;
	struct str_list claims;

	if (doctor_claims(m->st, m->a, &claims, e) < 0)
		return -1;
	if (claims.n == 0)
		return 0;
	int rc = store_take_inbox(m->st, m->now_ns, &taken, e);
	if (rc == 0)
		VEC_PUSH(&m->done,
			arena_strf(m->a,
				"finished %zu claimed inbox%s: %zu item%s "
				"added, %zu entr%s rejected",
				claims.n, claims.n == 1 ? "" : "es",
				taken.added.n, taken.added.n == 1 ? "" : "s",
				taken.rejected,
				taken.rejected == 1 ? "y" : "ies"));
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	problems_release(&taken.notes);
	return rc < 0 ? -1 : 0;
}

/* Where names cannot be exchanged there would be no mark for a moment. */
static int
explain(const struct mending *m, uint64_t wanted, struct err *e)
{
	if (e->code != ERR_SYS || e->sys != EINVAL)
		return -1;
	return err_set(e, ERR_INPUT,
		"this file system cannot exchange two names: set "
		"'next_item_id' in '%s' to %llu, then rename "
		"'" STORE_STATE_DIR "/" MARK_FILE "'",
		m->st->label, (unsigned long long)wanted);
}

/* Whatever it is, it is not weir's to overwrite. A kill may leave a mark under
 * the name that it was to get. */
static int
displace_mark(struct mending *m, uint64_t wanted, struct err *e)
{
	const long long at = (long long)(m->now_ns / NS_PER_SEC);
	struct str name = arena_strf(m->a, MARK_FILE ".was-%lld", at);

	int rc = mark_displace(&m->state, wanted, name.s, e);
	for (int i = 2; rc == 1 && i <= NAMES_MAX; i++) {
		name = arena_strf(m->a, MARK_FILE ".was-%lld-%d", at, i);
		rc = mark_displace(&m->state, wanted, name.s, e);
	}
	if (rc == 1)
		return err_set(e, ERR_CONFLICT,
			"'" STORE_STATE_DIR "/%s' exists already", name.s);
	if (rc < 0)
		return explain(m, wanted, e);
	VEC_PUSH(&m->done,
		arena_strf(m->a,
			"moved what stood in the way of '" STORE_STATE_DIR
			"/" MARK_FILE "' to '" STORE_STATE_DIR "/%s'",
			name.s));
	return 0;
}

static int
raise_mark(struct mending *m, struct err *e)
{
	struct doctor_mark mark;
	struct fio_lock lock;

	if (doctor_mark_read(m->st, &m->state, &mark, e) < 0)
		return -1;
	if (mark.stored == mark.wanted || mark.leaps)
		return 0;
	if (store_lock(m->st, &m->state, &lock, e) < 0)
		return -1;
	int rc = doctor_mark_read(m->st, &m->state, &mark, e);
	if (rc == 0 && mark.odd)
		rc = displace_mark(m, mark.wanted, e);
	else if (rc == 0 && mark.stored < mark.wanted)
		rc = mark_write(&m->state, mark.wanted, e);
	fio_lock_drop(&lock);
	if (rc == 0)
		VEC_PUSH(&m->done,
			arena_strf(m->a,
				"'" STORE_STATE_DIR "/" MARK_FILE "' now knows "
				"of number %llu",
				(unsigned long long)mark.wanted));
	return rc;
}

static int
make_private(struct mending *m, struct err *e)
{
	mode_t mode;

	if (!doctor_is_open(&m->state, &mode))
		return 0;
	if (fio_dir_set_mode(&m->state, 0700, e) < 0)
		return -1;
	if (fio_dir_sync(&m->state, e) < 0)
		return -1;
	VEC_PUSH(&m->done, STR("made '" STORE_STATE_DIR "' 0700"));
	return 0;
}

static int
mend_log(struct mending *m, struct err *e)
{
	int rc = doctor_log(&m->state, NULL, e);

	if (rc <= 0)
		return rc;
	events_check(m->st, m->now_ns);
	if (store_warning(m->st, e))
		return -1;
	VEC_PUSH(&m->done,
		STR("put the torn end of the log of events in "
		    "'" EVENTS_DIR "/quarantine'"));
	return 0;
}

static int
mend_all(struct mending *m, struct err *e)
{
	int rc = store_trust(m->st, e);
	if (rc == 0)
		rc = fio_dir_open_in(
			&m->state, m->st->root, STORE_STATE_DIR, e);
	if (rc < 0 && e->code == ERR_MISSING)
		rc = 0;
	/* Private first: what follows writes in there. */
	if (rc == 0 && m->state.fd >= 0)
		rc = make_private(m, e);
	if (rc == 0)
		rc = clear_leftovers(m, e);
	/* Without a mark that can be read no item is added. */
	if (rc == 0 && m->state.fd >= 0)
		rc = raise_mark(m, e);
	if (rc == 0)
		rc = take_claims(m, e);
	if (rc == 0 && m->state.fd >= 0)
		rc = mend_log(m, e);
	return rc;
}

int
doctor_mend(struct store *st, int64_t now_ns, struct arena *a,
	struct str_list *ret_done, struct err *e)
{
	struct mending m = {
		.st = st, .state = FIO_DIR_NONE, .now_ns = now_ns, .a = a};

	int rc = mend_all(&m, e);
	if (rc < 0)
		(void)store_failed(st, &m.state, now_ns, e);
	struct str *done = ARENA_ARRAY(a, struct str, m.done.n);
	for (size_t i = 0; i < m.done.n; i++)
		done[i] = m.done.items[i];
	*ret_done = (struct str_list){.items = done, .n = m.done.n};
	VEC_RELEASE(&m.done);
	fio_dir_close(&m.state);
	return rc;
}
