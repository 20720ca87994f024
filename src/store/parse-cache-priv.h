/* SPDX-License-Identifier: MIT */
#ifndef STORE_PARSE_CACHE_PRIV_H
#define STORE_PARSE_CACHE_PRIV_H

#include "fio/file.h"
#include "model/item.h"

/*
 * .weir/parse.cache: what reading the plain entries of a backlog gave, left by
 * a save so that the next process need not read them again. Entries are cut
 * from the bytes as ever; what is spared is looking at each byte of them.
 *
 *	struct parse_cache c;
 *	parse_cache_open(&c, &state, bytes.n, digest_of_the_bytes);
 *	for each entry of the backlog, in order
 *		if (!parse_cache_next(&c, entry, &arena, &item))
 *			…                       read it
 *	parse_cache_close(&c);
 *
 * Promise: never believed without proof. It holds the digest and the length of
 * the very bytes it was made from, a digest of the table of fields with the
 * names of their values, and a digest of itself: where one differs, there is
 * no cache. What it says is checked all the same: strings lie within their
 * entry, values are among those a field has.
 *
 * Not promised: that it is there, whole, or of the bytes at hand. It is
 * overwritten in place and never synced; who finds none reads. An entry that
 * was not read plainly, or was changed by the very save, is not in it.
 */

#define PARSE_CACHE_FILE "parse.cache"

/* Shorter backlogs are read as fast. */
enum { PARSE_CACHE_LEAST = 64 << 10 };

enum { ITEM_SLOTS_MAX = 32 };

/* The fields of an item, those in maps among them, by what they are kept as. */
struct item_slots {
	size_t small[ITEM_SLOTS_MAX];	/* where enums and truths are */
	uint64_t sound[ITEM_SLOTS_MAX]; /* a bit for each value of one */
	size_t text[ITEM_SLOTS_MAX];
	size_t list[ITEM_SLOTS_MAX];
	size_t small_n, text_n, list_n;
	uint32_t required;	  /* a bit for each text that is */
	struct fio_digest digest; /* of all their names */
};

struct parse_cache {
	struct item_slots slots;
	struct buf bytes;
	size_t at, end; /* the records left */
};

/* `bytes_n` and `digest`: of the backlog. Never fails; may find none. */
void parse_cache_open(struct parse_cache *ret, const struct fio_dir *state,
	size_t bytes_n, struct fio_digest digest);
/* The same for what is in memory, which is taken. */
void parse_cache_begin(struct parse_cache *ret, struct buf *taken,
	size_t bytes_n, struct fio_digest digest);
void parse_cache_close(struct parse_cache *c);

/* True: `*ret` is what item_read_plain makes of `entry`, with its strings in
 * there and its lists in `a`. */
bool parse_cache_next(struct parse_cache *c, struct str entry, struct arena *a,
	struct item *ret);

/*
 * Making one: begin, add for each entry in order, end. `item` is what `entry`
 * says, its strings borrowed from there; NULL, or where they are not, the entry
 * is left to be read.
 */
struct parse_cache_maker {
	struct item_slots slots;
	struct buf *bytes;	  /* that were not flushed */
	struct fio_digesting sum; /* of those that were */
};
void parse_cache_make(struct parse_cache_maker *m, struct buf *ret,
	size_t bytes_n, struct fio_digest digest);
void parse_cache_add(
	struct parse_cache_maker *m, struct str entry, const struct item *item);
/* Now and then: when they are many, the bytes so far go there. */
void parse_cache_flush(struct parse_cache_maker *m, struct fio_scribble *to);
void parse_cache_end(struct parse_cache_maker *m);

#endif
