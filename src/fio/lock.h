/* SPDX-License-Identifier: MIT */
#ifndef FIO_LOCK_H
#define FIO_LOCK_H

#include "fio/dir.h"

/*
 * A lock between processes, kept by the kernel on an open file: it ends with
 * its holder, however that dies, so there is never a stale one to break. The
 * file stays; who unlinked it in another way than fio_lock_remove would make
 * two holders.
 *
 *	struct fio_lock l;
 *	if (fio_lock_take(&l, &dir, "lock", 5 * NS_PER_SEC, "weir add", &e) < 0)
 *		…                    ERR_LOCKED: "held by 'weir run' (pid 71)"
 *	fio_lock_drop(&l);
 *
 * Open file description locks: threads sharing the descriptor share it, and
 * it is CLOEXEC, so no agent inherits it.
 */
struct fio_lock {
	struct sys *sys;
	int fd; /* -1: not held */
};

#define FIO_LOCK_NONE ((struct fio_lock){.fd = -1})

/*
 * Wait at most `wait_ns` (0: try once). `holder` names us to whoever finds it
 * locked; the text is only for messages.
 */
int fio_lock_take(struct fio_lock *ret, const struct fio_dir *d,
	const char *name, int64_t wait_ns, const char *holder, struct err *e);
/* The same for those who may hold it together: only somebody who takes it
 * alone keeps them out, and is kept out. They are not named: who finds it
 * locked is told "another process". */
int fio_lock_share(struct fio_lock *ret, const struct fio_dir *d,
	const char *name, int64_t wait_ns, struct err *e);
/* 1: somebody holds it, as `e` says (ERR_LOCKED). 0: nobody does, or there is
 * no such file. Takes nothing and writes nothing. */
int fio_lock_look(const struct fio_dir *d, const char *name, struct err *e);
void fio_lock_drop(struct fio_lock *l); /* not held is fine */
/*
 * Remove the lock's file, if nobody holds the lock; for one of many, that may
 * never be taken again. It is safe beside all of the above: the file goes while
 * we hold it alone, and we do nothing under the lock after that. Who had opened
 * it by then gets a lock on a file without a name, sees that, and begins anew
 * with the file that has the name.
 */
void fio_lock_remove(const struct fio_dir *d, const char *name);

#endif
