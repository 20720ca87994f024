/* SPDX-License-Identifier: MIT */
#ifndef FIO_BATCH_H
#define FIO_BATCH_H

#include "fio/write-file.h"

/*
 * Several files, all or none. Each new version is made durable under a hidden
 * name beside its file; a journal that names those and the files is made
 * durable; then each exchange takes place, and the journal goes.
 *
 *	files              hidden names   journal   what recovery does
 *	base               ours           -         sweeps
 *	base or ours       ours or base   yes       finishes, or puts back when
 *	                                            somebody saved one of them
 *	ours               base           -         sweeps
 *
 * A hidden name says by its digests whether its exchange took place, so the
 * journal is written once and never changed.
 */
struct fio_batch_file {
	struct fio_held *held; /* read; with a trash */
	struct str_list next;
	const char *path; /* absolute, by which a root finds it again */
	/* Filled in. */
	struct fio_version now;
	char kept[FIO_ASIDE_SIZE];
};

/*
 * -1 and `*ret_at`, the file at fault. WIO_UNKNOWN_STATE: all may be as they
 * were, or changed. With every other code all are as they were, but for those
 * that somebody saved on top of our change before it could be taken back
 * (`kept` says where theirs is when it cannot be in the file).
 * WIO_UNSUPPORTED: names cannot be exchanged there, so nothing could be put
 * back. Everything is synced unless `durability` is WIO_NOT_DURABLE.
 */
int fio_batch_write(struct fio_batch_file *files, size_t n,
	const struct fio_dir *journals, enum wio_durability durability,
	size_t *ret_at, struct wio_error *e);

/*
 * Finish or put back what batches left whose process died, by journals in
 * `journals`. Those of live ones are waited for, up to `how->wait_ns`. What is
 * not under `roots` stays for who has those, and so does what bears the name of
 * a journal and is none; what was in a directory that is gone is put back where
 * it is not. How many, or -1.
 */
int fio_batch_recover(const struct fio_dir *journals, struct fio_roots *roots,
	const struct fio_trash_how *how, struct err *e);
/* The hidden names that journals there speak of: they are what it takes to put
 * those batches back. In `a`. */
int fio_batch_pending(const struct fio_dir *journals, struct arena *a,
	struct str_list *ret, struct err *e);

#endif
