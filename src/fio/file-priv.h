/* SPDX-License-Identifier: MIT */
#ifndef FIO_FILE_PRIV_H
#define FIO_FILE_PRIV_H

#include "fio/file.h"

/* What the name held when `st` was taken. */
void fio_version_of(struct sys *sys, const struct stat *st,
	struct fio_digest digest, struct fio_version *ret);

/* All of `bytes`, or -errno. A write that makes no progress is ENOSPC. */
int fio_write_all(struct sys *sys, int fd, struct str bytes);

/* The regular file behind `fd`, whole: fio_read without the opening. */
int
fio_read_fd(struct sys *sys, int fd, const struct fio_path *path, size_t max,
	struct buf *ret, struct fio_version *ret_version, struct err *e);

/* Are those the bytes of `v`? As fio_is_version. */
int fio_verify_fd(struct sys *sys, int fd, const struct fio_path *path,
	struct fio_version *v, struct err *e);

/* fio_is_version for who looks again: it does not read what has the identity
 * and times of `v`, though they may be too young to prove anything. */
int fio_seems_version(const struct fio_dir *d, const char *name,
	struct fio_version *v, struct err *e);

/* Our bytes, durable, under a name of their own. */
struct fio_temp {
	char name[256];
	struct fio_version version;
};

/* As fio_replace_keeping begins: written, durable if that is asked, with mode,
 * owner and attributes. Nothing is left of a failure. */
int
fio_temp_write(struct fio_temp *ret, const struct fio_dir *d, const char *name,
	struct str_list pieces, const struct fio_replacing *how, struct err *e);
/* It is in place: make that last, and say what is there now (or NULL).
 * ERR_POISONED when it cannot be made to last. */
int fio_settle(const struct fio_dir *d, const char *name,
	const struct fio_temp *t, enum wio_durability durability,
	struct fio_version *ret_version, struct err *e);

#define FIO_TEMP_SUFFIX ".weir-tmp"
#define FIO_SWAP_SUFFIX ".weir-swap"
/* So much of a file's name is in the names of what is made for it. */
#define FIO_NAME_PART "%.100s"

/*
 * exchange.c: put `t` in the place of what `how->expected` says `name` holds.
 * ERR_CONFLICT when it holds something else, which is there again then, and `t`
 * gone. The directory is not synced.
 */
int fio_exchange(const struct fio_dir *d, const char *name, struct fio_temp *t,
	const struct fio_replacing *how, struct err *e);

/*
 * The steps of that, for who exchanges several files. A swap is ours, then what
 * it displaced, under one hidden name.
 */
struct fio_swap {
	const struct fio_dir *d;
	const char *name;
	const struct fio_keep *keep;
	struct fio_version base, ours;
	char *ret_aside;
	char at[256]; /* the hidden name */
	bool unseen;  /* ours never was in place: nobody can have it open */
	/* Where two names cannot be exchanged, go over the base, which is lost
	 * then; else that is not done, and `no_exchange` says so. */
	bool may_replace;
	bool no_exchange;
};
/* `t` gets the hidden name; it is removed on failure. */
int fio_swap_make(struct fio_swap *s, const struct fio_temp *t, struct err *e);
/* 0: ours is in place, and the base is in the swap. 1: it was another file,
 * which is in place again, and ours gone; or nothing was done, and ours is gone
 * (`no_exchange`). */
int fio_swap_trade(struct fio_swap *s, struct err *e);
/* Back again. 0: the base is in place, and ours is gone. 1: somebody saved on
 * top of ours, and that is in place. */
int fio_swap_undo(struct fio_swap *s, struct err *e);
/* After a trade: the base goes where `keep` says. When it cannot, it stays
 * where it is, until a sweep. */
void fio_swap_retire(const struct fio_swap *s);
/* The swap holds ours: it goes, and is kept only when it cannot be told that
 * nobody has it open for writing. */
void fio_swap_drop(const struct fio_swap *s);
/* It holds what may be nowhere else. */
int fio_swap_set_aside(const struct fio_swap *s, struct err *e);

/*
 * Whether the file holds the bytes of `v` and nobody can be writing it. What
 * cannot be read is not it.
 */
bool fio_holds(
	const struct fio_dir *d, const char *file, const struct fio_version *v);

/* The hidden name taken apart: `at`, both digests, and `name`, which is the
 * file's up to a length. */
bool fio_swap_parse(const char *swap, struct fio_swap *ret, char ret_name[256]);

/* What a dead writer of an exchange left under `swap`, in a directory that was
 * synced since. 1: it may be somebody's
 * edit, or is none of ours, and is kept. */
int fio_exchange_sweep(const struct fio_dir *d, const char *swap,
	const struct fio_keep *keep, struct err *e);
bool fio_is_swap(struct str name);
/* A name as fio_temp_write gives, and no person: all of it is looked at. */
bool fio_is_temp(struct str name);

/* "'f' was changed by somebody else; read it again". */
int fio_conflict(const struct fio_path *path, struct err *e);

#endif
