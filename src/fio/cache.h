/* SPDX-License-Identifier: MIT */
#ifndef FIO_CACHE_H
#define FIO_CACHE_H

#include "base/buf.h"
#include "fio/inode.h"
#include "fio/sum.h"

/*
 * Contents and digests of files that were read before, found by who the file is
 * (device, inode, size, times), the least recently used given up first.
 *
 *	struct fio_cached known;
 *	if (fio_cache_get(cache, &who, &known)) {
 *		use(known.bytes);
 *		fio_cache_release(cache, &known);
 *	}
 *	… read it …
 *	fio_cache_put(cache, &who, &what);
 *
 * Only what is settled may be put in (fio_identity_settled, as of before it was
 * read): else other bytes could go by the same identity. A version that is put
 * in takes the place of the one before of the same inode.
 *
 * From any thread.
 */
struct fio_cache;
struct fio_cache_entry;

struct fio_cached {
	struct str bytes; /* absent: only digests are known; terminated */
	bool has_sum[FIO_SUM_KINDS];
	struct fio_sum sums[FIO_SUM_KINDS];
	struct fio_cache_entry *entry; /* the cache's own */
};

/*
 * `bytes`: of contents, the most; 0: digests alone. `entries`: files, the most;
 * 0: as many as fit. NULL, which is a cache that is off, when both are 0.
 */
struct fio_cache *fio_cache_new(uint64_t bytes, size_t entries);
void fio_cache_free(struct fio_cache *c); /* NULL is fine */

/* False: not there. Else `bytes` are good until the release, which leaves the
 * digests. */
bool fio_cache_get(struct fio_cache *c, const struct wio_identity *who,
	struct fio_cached *ret);
void fio_cache_release(struct fio_cache *c, struct fio_cached *x);

/* Copies. What is known already under that identity is added to. */
void fio_cache_put(struct fio_cache *c, const struct wio_identity *who,
	const struct fio_cached *what);

/* Whatever is known of an inode: for watchers, who see it change. */
void fio_cache_forget(struct fio_cache *c, struct fio_inode file);

/* "cache_hits 12" and so on, a line each: hits, misses, evicted, forgotten,
 * entries and bytes. */
void fio_cache_print(struct fio_cache *c, struct buf *ret);

#endif
