/* SPDX-License-Identifier: MIT */
#include "store/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "store/events-priv.h"
#include "store/intake-priv.h"
#include "store/snapshots-priv.h"

/*
 * A claim is the inbox file under another name in the same directory:
 * CLAIM_PREFIX and a random id. A rename within one directory is one atomic
 * update of it, so the entries are under exactly one of the two names.
 */

#define INBOX_MAX ((size_t)16 * 1024 * 1024)
/* What marks a claim's id among the applied ones. */
#define CLAIM_ID "claim-"

enum { MANY = 50 }; /* entries of one file */

/* Before the save: should we die in between, the entry is in the file once
 * all the same, for its claim is named there. */
static int
write_rejected(struct store *st, const struct fio_dir *state, struct intake *in,
	struct err *e)
{
	CLEANUP_BUF struct buf text = {0};
	struct fio_version seen;
	const struct fio_keep keep = snapshots_trash(state);
	const struct fio_replacing how = {
		.mode = 0644, .expected = &seen, .keep = &keep};

	if (in->rejected.n == 0)
		return 0;
	if (fio_read(&st->dir, REJECTED_FILE, STORE_BYTES_MAX, &text, &seen,
		    e) < 0)
		return -1;
	if (str_find(buf_str(&text), in->id) < text.n)
		return 0;
	/* A person may have left the last line open. */
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		buf_add_char(&text, '\n');
	buf_add_str(&text, buf_str(&in->rejected));
	return fio_replace_keeping(
		&st->dir, REJECTED_FILE, buf_str(&text), &how, NULL, e);
}

/* A slip of a script fills a backlog quickly. */
static void
note_many(struct intake *in)
{
	struct err e = {0};

	if (in->changes.n <= MANY)
		return;
	err_set(&e, ERR_LIMIT,
		"%s brought %zu items at once; if they are not all meant, "
		"close them before they start",
		INBOX_FILE, in->changes.n);
	problems_add(&in->ret->notes, &e);
}

/* Behind those of the claims before it, which live as long as theirs. */
static void
add_ids(struct inbox_taken *ret, const struct store_saved *saved)
{
	struct arena *a = &saved->next->arena;
	struct str_list was = ret->added;
	struct str *ids = ARENA_ARRAY(a, struct str, was.n + saved->added.n);

	for (size_t i = 0; i < was.n; i++)
		ids[i] = arena_str(a, was.items[i]);
	for (size_t i = 0; i < saved->added.n; i++)
		ids[was.n + i] = saved->added.items[i];
	ret->added =
		(struct str_list){.items = ids, .n = was.n + saved->added.n};
}

static int
save_entries(struct store *st, const struct fio_dir *state, struct intake *in,
	int64_t now_ns, struct err *e)
{
	struct store_saved saved;

	if (write_rejected(st, state, in, e) < 0)
		return -1;
	if (in->changes.n == 0)
		return 0;
	note_many(in);
	VEC_PUSH(&in->changes,
		((struct change){.kind = CHANGE_APPLIED, .text = in->id}));
	const struct extras_list extras = {
		.items = in->extras.items, .n = in->extras.n};
	st->extras = &extras;
	int rc = store_apply_locked(
		st, state, in->changes.items, in->changes.n, now_ns, &saved, e);
	st->extras = NULL;
	if (rc < 0)
		return -1;
	add_ids(in->ret, &saved);
	snapshot_unref(in->ret->next);
	in->ret->next = saved.next;
	return 0;
}

/* Step 4 and 5: the claim's effects are saved, so it may go. */
static int
drop_claim(struct store *st, const char *claim, struct str id, struct err *e)
{
	if (fio_remove(&st->dir, claim, e) < 0)
		return -1;
	store_forget(st, id);
	return 0;
}

/* A claim that can never be taken goes, whole, to where a person sees it; the
 * others go on. */
static int
set_aside(struct store *st, const char *claim, struct inbox_taken *ret,
	struct err *e)
{
	char name[sizeof(REJECTED_FILE) + 64];

	if (e->code != ERR_LIMIT && e->code != ERR_INPUT)
		return -1;
	(void)snprintf(name, sizeof(name), "%s.%s", REJECTED_FILE,
		claim + sizeof(CLAIM_PREFIX) - 1);
	err_wrap(e, "set aside as '%s'", name);
	problems_add(&ret->problems, e);
	ret->rejected++;
	return fio_move(&st->dir, claim, name, e) < 0 ? -1 : 0;
}

/* Read the claim and judge its entries. 1: somebody is still writing it; 2: it
 * is set aside. */
static int
read_claim(struct store *st, const char *claim, struct intake *in,
	struct buf *bytes, struct err *e)
{
	int rc = fio_read_settled(&st->dir, claim, INBOX_MAX, bytes, NULL, e);
	if (rc < 0)
		return set_aside(st, claim, in->ret, e) < 0 ? -1 : 2;
	if (rc > 0)
		return 1;
	intake_read(in, buf_str(bytes));
	return 0;
}

/* Steps 2 to 5 of one claim. 1: somebody is still writing it. */
static int
take_claim(struct store *st, const struct fio_dir *state, const char *claim,
	int64_t now_ns, struct inbox_taken *ret, struct err *e)
{
	const char *suffix = claim + sizeof(CLAIM_PREFIX) - 1;
	struct intake in = {
		.ret = ret, .comments = backlog_takes_comments(&st->now)};
	CLEANUP_BUF struct buf bytes = {0};
	int rc = 0;

	in.id = arena_strf(&in.a, CLAIM_ID "%s", suffix);
	if (!str_list_has(st->now.snapshot->applied, in.id)) {
		rc = read_claim(st, claim, &in, &bytes, e);
		if (rc == 0)
			rc = save_entries(st, state, &in, now_ns, e);
	}
	if (rc == 0)
		rc = drop_claim(st, claim, in.id, e);
	intake_release(&in);
	return rc == 2 ? 0 : rc;
}

/*
 * Ids of claims that are gone: with the directory synced they cannot come
 * back, so the next save may forget them.
 */
static int
find_forgettable(struct store *st, struct str_list claims, struct err *e)
{
	struct str_list applied = st->now.snapshot->applied;
	bool synced = false;

	for (size_t i = 0; i < applied.n; i++) {
		struct str id = applied.items[i];
		bool there = false;
		if (!str_starts(id, STR(CLAIM_ID)))
			continue;
		for (size_t k = 0; k < claims.n; k++)
			there = there ||
				str_ends(claims.items[k],
					str_from_at(id, sizeof(CLAIM_ID) - 1));
		if (there || store_forgets(st, id))
			continue;
		if (!synced && fio_dir_sync(&st->dir, e) < 0)
			return -1;
		synced = true;
		store_forget(st, id);
	}
	return 0;
}

/* Step 1. */
static int
claim_inbox(struct store *st, struct err *e)
{
	char claim[sizeof(CLAIM_PREFIX) + 32];
	uint64_t random[2];
	struct stat before;

	struct sys *sys = st->dir.sys;
	int rc = fio_stat(&st->dir, INBOX_FILE, &before, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (!S_ISREG(before.st_mode))
		return err_set(e, ERR_INPUT,
			"'%s' is not a regular file; put one in its place",
			INBOX_FILE);
	rc = sys->random(sys, random, sizeof(random));
	if (rc < 0)
		return err_sys(e, -rc, "asking for a random name");
	(void)snprintf(claim, sizeof(claim), CLAIM_PREFIX "%016llx%016llx",
		(unsigned long long)random[0], (unsigned long long)random[1]);
	return fio_move(&st->dir, INBOX_FILE, claim, e) < 0 ? -1 : 0;
}

static int
take_locked(struct store *st, const struct fio_dir *state, int64_t now_ns,
	struct inbox_taken *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct snapshot *now;
	struct str_list claims;
	int busy = 0;

	int rc = store_look(st, &now, e);
	snapshot_unref(now);
	if (rc == 1)
		return err_set(e, ERR_MISSING, "there is no '%s'", st->label);
	if (rc < 0 || claim_inbox(st, e) < 0)
		return -1;
	if (fio_dir_list(&st->dir, CLAIM_PREFIX, &tmp, &claims, e) < 0)
		return -1;
	/* Whoever claimed them may have died before the claim, or the save of
	 * its entries, was durable. */
	if (claims.n > 0 && fio_dir_sync(&st->dir, e) < 0)
		return -1;
	if (find_forgettable(st, claims, e) < 0)
		return -1;
	for (size_t i = 0; i < claims.n; i++) {
		const char *claim = claims.items[i].s;
		rc = take_claim(st, state, claim, now_ns, ret, e);
		if (rc < 0)
			return -1;
		busy |= rc;
	}
	return busy;
}

int
store_take_inbox(struct store *st, int64_t now_ns, struct inbox_taken *ret,
	struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_lock lock;

	*ret = (struct inbox_taken){0};
	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	int rc = take_locked(st, &state, now_ns, ret, e);
	if (rc < 0)
		(void)store_failed(st, &state, now_ns, e);
	events_rejected(st, &state, &ret->problems, now_ns);
	fio_lock_drop(&lock);
	return rc;
}

int
store_look_inbox(struct store *st, struct problems *problems,
	struct problems *notes, struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};
	struct inbox_taken found = {0};
	/* What becomes of comments is told when it is taken. */
	struct intake in = {.id = STR("look"), .comments = true, .ret = &found};

	int rc = fio_read_settled(
		&st->dir, INBOX_FILE, INBOX_MAX, &bytes, NULL, e);
	if (rc == 2)
		return 1;
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	intake_read(&in, buf_str(&bytes));
	intake_release(&in);
	*problems = found.problems;
	*notes = found.notes;
	return 0;
}
