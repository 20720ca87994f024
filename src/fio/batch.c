/* SPDX-License-Identifier: MIT */
#include "fio/batch.h"

#include <stdio.h>

#include "fio/file-priv.h"
#include "fio/journal.h"

struct batch {
	struct fio_batch_file *files;
	struct fio_swap *swaps;
	/* What became of each. */
	struct part {
		bool locked; /* the inode that is to take the name */
		bool made;   /* its swap is there */
		bool stays;  /* somebody saved on top of ours */
	} * parts;
	size_t n;
	size_t done; /* exchanged */
	const struct fio_dir *journals;
	enum wio_durability durability;
	struct fio_lock lock;
	char journal[64]; /* its name, "" while there is none */
};

/* Our bytes, under a hidden name. */
static int
prepare(struct batch *b, size_t i, struct wio_error *e)
{
	struct fio_batch_file *f = &b->files[i];
	struct fio_held *h = f->held;
	const struct fio_replacing how = {.expected = &h->version,
		.keep = &h->trash->keep,
		.attributes = &h->attributes,
		.durability = b->durability,
		.origins = h->how->origins,
		.in = h->trash->of,
		.origin = h->origin,
		.same_owner = true};
	struct fio_temp t;
	struct err why;

	b->swaps[i] = (struct fio_swap){.d = h->dir,
		.name = h->name,
		.keep = &h->trash->keep,
		.base = h->version,
		.ret_aside = f->kept};
	f->kept[0] = '\0';
	if (fio_temp_write(&t, h->dir, h->name, f->next, &how, &why) < 0 ||
		fio_swap_make(&b->swaps[i], &t, &why) < 0)
		return fio_error_from(e, WIO_OP_WRITE, &why);
	f->now = t.version;
	b->parts[i].made = true;
	b->parts[i].locked = fio_inodes_try(h->how->inodes,
		(struct fio_inode){t.version.dev, t.version.ino});
	return 0;
}

static int
write_journal(struct batch *b, struct wio_error *e)
{
	struct sys *sys = b->journals->sys;
	const struct fio_replacing how = {
		.mode = 0600, .durability = b->durability};
	struct fio_journal_line *lines = mem_alloc(b->n * sizeof(lines[0]));
	CLEANUP_BUF struct buf text = {0};
	struct err why;
	uint64_t random;

	for (size_t i = 0; i < b->n; i++)
		lines[i] = (struct fio_journal_line){
			b->swaps[i].at, b->files[i].path};
	fio_journal_format(lines, b->n, &text);
	mem_free(lines);
	if (text.n > FIO_JOURNAL_MAX)
		return fio_error_set(e, WIO_OP_WRITE, WIO_TOO_LARGE, NULL,
			"too many files for one batch");
	int rc = sys->random(sys, &random, sizeof(random));
	if (rc < 0)
		return fio_error_sys(
			e, WIO_OP_WRITE, -rc, "asking for a random name");
	(void)snprintf(b->journal, sizeof(b->journal),
		FIO_JOURNAL_PREFIX "%016llx" FIO_JOURNAL_SUFFIX,
		(unsigned long long)random);
	if (fio_create_as(b->journals, b->journal, buf_str(&text), &how, NULL,
		    &why) != 0) {
		/* It may be there all the same. */
		fio_drop(b->journals, b->journal);
		b->journal[0] = '\0';
		return fio_error_from(e, WIO_OP_WRITE, &why);
	}
	return 0;
}

/* Each directory once, as far as they are neighbours. */
static int
sync_dirs(const struct batch *b, size_t n, struct err *e)
{
	const struct fio_dir *last = NULL;

	for (size_t i = 0; i < n && b->durability != WIO_NOT_DURABLE; i++) {
		if (b->swaps[i].d != last && fio_dir_sync(b->swaps[i].d, e) < 0)
			return -1;
		last = b->swaps[i].d;
	}
	return 0;
}

/* From here on nothing is put back any more, or finished. */
static int
drop_journal(struct batch *b, struct err *e)
{
	if (b->journal[0] == '\0')
		return 0;
	if (b->durability != WIO_NOT_DURABLE)
		return fio_remove(b->journals, b->journal, e);
	fio_drop(b->journals, b->journal);
	return 0;
}

/*
 * Take back what was exchanged. A failure leaves the journal: the next one who
 * opens the roots takes care of it.
 */
static int
put_back(struct batch *b, struct err *e)
{
	for (size_t i = 0; i < b->done; i++) {
		int rc = fio_swap_undo(&b->swaps[i], e);
		if (rc < 0)
			return -1;
		b->parts[i].stays = rc == 1;
	}
	if (sync_dirs(b, b->done, e) < 0 || drop_journal(b, e) < 0)
		return -1;
	for (size_t i = 0; i < b->n; i++) {
		if (b->parts[i].stays)
			fio_swap_retire(&b->swaps[i]);
		else if (b->parts[i].made)
			fio_swap_drop(&b->swaps[i]);
	}
	return 0;
}

static int
trade_all(struct batch *b, size_t *ret_at, struct wio_error *e)
{
	struct err why;

	for (; b->done < b->n; b->done++) {
		struct fio_batch_file *f = &b->files[b->done];
		struct fio_path path = fio_path(f->held->dir, f->held->name);
		*ret_at = b->done;
		/* Not only after the exchange: that is dear to take back. */
		int rc = fio_is_version(f->held->dir, f->held->name,
			&b->swaps[b->done].base, &why);
		if (rc == 0) {
			rc = fio_swap_trade(&b->swaps[b->done], &why);
			/* Else it has taken ours away. */
			b->parts[b->done].made = rc == 0;
		}
		if (rc == 1 && b->swaps[b->done].no_exchange)
			return fio_error_set(e, WIO_OP_RENAME, WIO_UNSUPPORTED,
				NULL,
				"'%s' is where two names cannot be exchanged, "
				"as a batch of which all is done or nothing "
				"needs it",
				path.text);
		if (rc == 1)
			rc = fio_conflict(&path, &why);
		if (rc < 0)
			return fio_error_from(e, WIO_OP_RENAME, &why);
	}
	if (sync_dirs(b, b->n, &why) < 0)
		return fio_error_from(e, WIO_OP_SYNC, &why);
	return 0;
}

static int
prepare_all(struct batch *b, size_t *ret_at, struct wio_error *e)
{
	for (size_t i = 0; i < b->n; i++) {
		*ret_at = i;
		if (prepare(b, i, e) < 0)
			return -1;
	}
	return write_journal(b, e);
}

/* The journal may still be there, and somebody who opens the roots finishes the
 * batch or puts it back by it. */
static int
unknown(struct wio_error *e, enum wio_op op, const struct err *why)
{
	fio_error_from(e, op, why);
	e->code = WIO_UNKNOWN_STATE;
	return -1;
}

static int
run(struct batch *b, size_t *ret_at, struct wio_error *e)
{
	struct err why;

	int rc = prepare_all(b, ret_at, e);
	if (rc == 0)
		rc = trade_all(b, ret_at, e);
	if (rc < 0) {
		if (e->code != WIO_UNKNOWN_STATE && put_back(b, &why) < 0)
			unknown(e, WIO_OP_RENAME, &why);
		return -1;
	}
	if (drop_journal(b, &why) < 0)
		return unknown(e, WIO_OP_SYNC, &why);
	for (size_t i = 0; i < b->n; i++)
		fio_swap_retire(&b->swaps[i]);
	return 0;
}

static void
forget(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->parts[i].locked)
			fio_inodes_drop(b->files[i].held->how->inodes,
				(struct fio_inode){b->files[i].now.dev,
					b->files[i].now.ino});
	mem_free(b->parts);
	mem_free(b->swaps);
	fio_lock_drop(&b->lock);
}

int
fio_batch_write(struct fio_batch_file *files, size_t n,
	const struct fio_dir *journals, enum wio_durability durability,
	size_t *ret_at, struct wio_error *e)
{
	struct batch b = {.files = files,
		.n = n,
		.journals = journals,
		.durability = durability != WIO_NOT_DURABLE ? WIO_DURABLE
							    : durability};
	struct err why;

	*ret_at = 0;
	if (n == 0)
		return 0;
	/* Who recovers takes it alone. */
	if (fio_lock_share(&b.lock, journals, FIO_BATCH_LOCK,
		    files[0].held->how->trash.wait_ns, &why) < 0)
		return fio_error_from(e, WIO_OP_LOCK, &why);
	b.swaps = mem_alloc(n * sizeof(b.swaps[0]));
	b.parts = mem_alloc(n * sizeof(b.parts[0]));
	int rc = run(&b, ret_at, e);
	forget(&b);
	return rc;
}
