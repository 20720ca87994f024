/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>

#include "base/vec.h"
#include "fio/batch.h"
#include "fio/file-priv.h"
#include "fio/journal.h"

/*
 * What a batch left whose process died, by what its hidden names hold:
 *
 *	hidden name   file      it is
 *	ours          base      waiting: not exchanged, or put back
 *	ours          else      refused: somebody saved it before the exchange
 *	base          any       done
 *	else          ours      torn: an edit was displaced and not given back
 *	gone          ours      done, and cleaned up
 *	gone          else      refused
 *
 * With none refused or torn the batch is finished, otherwise put back. A file
 * whose directory is gone counts as refused. What is
 * found once more after a crash in here says the same again, because an edit
 * given back leaves its file refused.
 */
enum state { WAITING, DONE, REFUSED, TORN };

/* Of several files, once: a batch may have more of them than there are
 * descriptors. */
struct folder {
	struct fio_inode id;
	struct fio_dir dir;
};

struct entry {
	const struct fio_dir *dir; /* of a folder */
	char file[256];
	struct fio_swap swap;
	char name[256]; /* the part of the file's name in the swap's */
	enum state state;
};

struct recovery {
	const struct fio_dir *journals;
	struct fio_roots *roots;
	VEC(struct entry *) list;
	VEC(struct folder *) folders;
	bool gone; /* with its directory, one of the batch */
};

static bool
holds(const struct entry *x, const char *file, struct fio_digest digest)
{
	return fio_is_digest(x->dir, file, digest);
}

static enum state
state_of(const struct entry *x)
{
	const struct fio_swap *s = &x->swap;
	struct err ignored;
	struct stat st;

	bool there = fio_stat(s->d, s->at, &st, &ignored) == 0;
	if (there && holds(x, s->at, s->ours.digest))
		return holds(x, x->file, s->base.digest) ? WAITING : REFUSED;
	if (there && holds(x, s->at, s->base.digest))
		return DONE;
	bool ours = holds(x, x->file, s->ours.digest);
	if (there)
		return ours ? TORN : REFUSED;
	return ours ? DONE : REFUSED;
}

/* The directory of `place`, which is taken or released; NULL: failed. */
static const struct fio_dir *
take_dir(struct recovery *r, struct fio_place *place, struct err *e)
{
	struct stat st;

	if (fio_dir_stat(&place->dir, &st, e) < 0) {
		fio_place_release(place);
		return NULL;
	}
	const struct fio_inode id = fio_inode_of(&st);
	for (size_t i = r->folders.n; i-- > 0;)
		if (fio_inode_cmp(r->folders.items[i]->id, id) == 0) {
			fio_place_release(place);
			return &r->folders.items[i]->dir;
		}
	/* What is judged has to be what a power cut leaves. */
	if (fio_dir_sync(&place->dir, e) < 0) {
		fio_place_release(place);
		return NULL;
	}
	struct folder *f = mem_alloc(sizeof(*f));
	*f = (struct folder){.id = id, .dir = place->dir};
	VEC_PUSH(&r->folders, f);
	return &f->dir;
}

/* 1: it is under none of the roots, or not for us to reach. */
static int
find(struct recovery *r, const struct fio_journal_line *line, struct err *e)
{
	struct entry *x = mem_alloc(sizeof(*x));
	struct fio_place place;
	struct wio_error why;

	if (!fio_swap_parse(line->swap, &x->swap, x->name)) {
		mem_free(x);
		return 1; /* somebody else's journal */
	}
	if (fio_roots_find(r->roots, line->path, &place, &why) < 0) {
		mem_free(x);
		r->gone |= why.code == WIO_NOT_FOUND;
		return why.code == WIO_NOT_FOUND ? 0 : 1;
	}
	memcpy(x->file, place.name, sizeof(x->file));
	x->dir = take_dir(r, &place, e);
	if (x->dir == NULL) {
		mem_free(x);
		return -1;
	}
	x->swap.d = x->dir;
	x->swap.name = x->file;
	x->state = state_of(x);
	VEC_PUSH(&r->list, x);
	return 0;
}

/* Who the two are now, for the exchange. */
static bool
identify(struct entry *x)
{
	struct fio_swap *s = &x->swap;
	struct err ignored;
	struct stat in_swap, in_place;

	if (fio_stat(s->d, s->at, &in_swap, &ignored) != 0 ||
		fio_stat(s->d, s->name, &in_place, &ignored) != 0)
		return false;
	const struct stat *ours = x->state == WAITING ? &in_swap : &in_place;
	const struct stat *base = x->state == WAITING ? &in_place : &in_swap;
	s->ours.ino = ours->st_ino;
	s->ours.size = ours->st_size;
	s->base.ino = base->st_ino;
	s->base.size = base->st_size;
	return true;
}

static int
sync_all(struct recovery *r, struct err *e)
{
	for (size_t i = 0; i < r->folders.n; i++)
		if (fio_dir_sync(&r->folders.items[i]->dir, e) < 0)
			return -1;
	return 0;
}

/* 1: somebody saved one of them. */
static int
finish(struct recovery *r, struct err *e)
{
	for (size_t i = 0; i < r->list.n; i++) {
		struct entry *x = r->list.items[i];
		if (x->state != WAITING)
			continue;
		if (!identify(x))
			return 1;
		int rc = fio_swap_trade(&x->swap, e);
		x->state = rc == 0 ? DONE : REFUSED;
		if (rc != 0)
			return rc;
	}
	return sync_all(r, e);
}

static int
put_back(struct recovery *r, struct err *e)
{
	for (size_t i = 0; i < r->list.n; i++) {
		struct entry *x = r->list.items[i];
		bool ours = holds(x, x->file, x->swap.ours.digest);
		/* What is saved on top of ours stays. */
		if ((x->state != DONE && x->state != TORN) || !ours ||
			!identify(x))
			continue;
		if (fio_swap_undo(&x->swap, e) < 0)
			return -1;
	}
	return sync_all(r, e);
}

static int
settle(struct recovery *r, struct err *e)
{
	bool good = !r->gone;

	for (size_t i = 0; i < r->list.n; i++)
		good &= r->list.items[i]->state == WAITING ||
			r->list.items[i]->state == DONE;
	int rc = good ? finish(r, e) : 1;
	return rc == 1 ? put_back(r, e) : rc;
}

/* The hidden names, now that no journal speaks of them. */
static int
clean(struct recovery *r, const struct fio_trash_how *how, struct err *e)
{
	for (size_t i = 0; i < r->list.n; i++) {
		struct entry *x = r->list.items[i];
		struct fio_trash_how share = *how;
		struct fio_trash t;
		struct stat st;
		if (fio_stat(x->swap.d, x->swap.at, &st, e) != 0)
			continue;
		share.alone = false;
		if (fio_trash_open(&t, &share, x->swap.d, e) < 0)
			return -1;
		int rc = fio_exchange_sweep(x->swap.d, x->swap.at, &t.keep, e);
		fio_trash_close(&t);
		if (rc < 0)
			return -1;
	}
	return sync_all(r, e);
}

/* 1: what has the name is gone, or no whole journal. That stays, and keeps
 * nobody out. */
static int
read_journal(const struct fio_dir *journals, const char *name, struct arena *a,
	const struct fio_journal_line **ret, size_t *ret_n, struct err *e)
{
	CLEANUP_BUF struct buf text = {0};

	int rc = fio_read(journals, name, FIO_JOURNAL_MAX, &text, NULL, e);
	if (rc < 0 &&
		(e->code == ERR_INPUT || e->code == ERR_LIMIT ||
			e->code == ERR_CONFLICT))
		return 1;
	if (rc != 0)
		return rc;
	return fio_journal_parse(buf_str(&text), a, ret, ret_n) ? 0 : 1;
}

static void
recovery_release(struct recovery *r)
{
	for (size_t i = 0; i < r->list.n; i++)
		mem_free(r->list.items[i]);
	for (size_t i = 0; i < r->folders.n; i++) {
		fio_dir_close(&r->folders.items[i]->dir);
		mem_free(r->folders.items[i]);
	}
	VEC_RELEASE(&r->list);
	VEC_RELEASE(&r->folders);
}

/* 1: it stays, for it is not ours to judge. */
static int
recover_one(const struct fio_dir *journals, const char *name,
	struct fio_roots *roots, const struct fio_trash_how *how, struct err *e)
{
	struct recovery r = {.journals = journals, .roots = roots};
	CLEANUP_ARENA struct arena a = {0};
	const struct fio_journal_line *lines;
	size_t n;

	int rc = read_journal(journals, name, &a, &lines, &n, e);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = find(&r, &lines[i], e);
	if (rc == 0)
		rc = settle(&r, e);
	if (rc == 0)
		rc = fio_remove(journals, name, e);
	if (rc == 0)
		rc = clean(&r, how, e);
	recovery_release(&r);
	return rc;
}

static int
list(const struct fio_dir *journals, struct arena *a, struct str_list *ret,
	struct err *e)
{
	struct str_list all;
	size_t n = 0;

	if (fio_dir_list(journals, FIO_JOURNAL_PREFIX, a, &all, e) < 0)
		return -1;
	struct str *names = ARENA_ARRAY(a, struct str, all.n);
	for (size_t i = 0; i < all.n; i++)
		if (str_ends(all.items[i], STR(FIO_JOURNAL_SUFFIX)))
			names[n++] = all.items[i];
	*ret = (struct str_list){.items = names, .n = n};
	return 0;
}

/* Journals that were never finished: nothing was exchanged for them. Other
 * hidden names are not for us to judge. */
static int
list_unfinished(const struct fio_dir *journals, struct arena *a,
	struct str_list *ret, struct err *e)
{
	struct str_list all;
	size_t n = 0;

	if (fio_dir_list(journals, "." FIO_JOURNAL_PREFIX, a, &all, e) < 0)
		return -1;
	struct str *names = ARENA_ARRAY(a, struct str, all.n);
	for (size_t i = 0; i < all.n; i++)
		if (fio_is_temp(all.items[i]))
			names[n++] = all.items[i];
	*ret = (struct str_list){.items = names, .n = n};
	return 0;
}

static int
drop_unfinished(const struct fio_dir *journals, struct err *e)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	if (list_unfinished(journals, &a, &names, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++)
		fio_drop(journals, names.items[i].s);
	return names.n > 0 ? fio_dir_sync(journals, e) : 0;
}

static int
recover_all(const struct fio_dir *journals, struct fio_roots *roots,
	const struct fio_trash_how *how, struct err *e)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;
	int n = 0;

	/* A journal that a power cut takes away again is none. */
	if (fio_dir_sync(journals, e) < 0 || drop_unfinished(journals, e) < 0 ||
		list(journals, &a, &names, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		int rc = recover_one(journals, names.items[i].s, roots, how, e);
		if (rc < 0)
			return -1;
		n += rc == 0;
	}
	return n;
}

int
fio_batch_recover(const struct fio_dir *journals, struct fio_roots *roots,
	const struct fio_trash_how *how, struct err *e)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names, unfinished;
	struct fio_lock lock;

	if (list(journals, &a, &names, e) < 0 ||
		list_unfinished(journals, &a, &unfinished, e) < 0)
		return -1;
	if (names.n + unfinished.n == 0)
		return 0;
	/* Some of them may be of live ones: those are waited for. */
	if (fio_lock_take(&lock, journals, FIO_BATCH_LOCK, how->wait_ns,
		    "a recovery", e) < 0)
		return -1;
	int n = recover_all(journals, roots, how, e);
	fio_lock_drop(&lock);
	return n;
}

int
fio_batch_pending(const struct fio_dir *journals, struct arena *a,
	struct str_list *ret, struct err *e)
{
	VEC(struct str) swaps = {0};
	struct str_list names;
	int rc = list(journals, a, &names, e);

	for (size_t i = 0; rc >= 0 && i < names.n; i++) {
		const struct fio_journal_line *lines;
		size_t n;
		rc = read_journal(journals, names.items[i].s, a, &lines, &n, e);
		if (rc != 0)
			continue;
		for (size_t k = 0; k < n; k++)
			VEC_PUSH(&swaps, str_from(lines[k].swap));
	}
	struct str *items = ARENA_ARRAY(a, struct str, swaps.n);
	for (size_t i = 0; i < swaps.n; i++)
		items[i] = swaps.items[i];
	*ret = (struct str_list){.items = items, .n = swaps.n};
	VEC_RELEASE(&swaps);
	return rc < 0 ? -1 : 0;
}
