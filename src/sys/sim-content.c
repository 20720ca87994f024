/* SPDX-License-Identifier: MIT */
#include "sys/sim-content-priv.h"

#include <string.h>

/*
 * What a power cut can leave of one file:
 *
 *	none       what was synced last
 *	prefix     the first writes and not the later ones
 *	torn       half of a write, or all of it but its last byte
 *	zeros      the new length, but not the new bytes
 *	blocks     some 4 KiB blocks of the new bytes, zeros or the old ones
 *		   elsewhere
 *	full       all of it
 */

enum { BLOCK = 4096, BLOCKS_ALL = 4, BLOCKS_SOME = 16 };

static void
add(struct sim_content *c, struct sim_bytes *b)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct sim_bytes *have = c->items[i];
		if (have->n == b->n && memcmp(have->p, b->p, b->n) == 0) {
			sim_bytes_unref(b);
			return;
		}
	}
	VEC_PUSH(c, b);
}

/* `before` with the first `keep` bytes of the write that made `w->after`. */
static void
add_torn(struct sim_content *c, const struct sim_bytes *before,
	const struct sim_write *w, size_t keep)
{
	size_t end = w->at + keep > before->n ? w->at + keep : before->n;
	struct sim_bytes *b = sim_bytes_new(NULL, end);

	memcpy(b->p, before->p, before->n);
	memcpy(b->p + w->at, w->after->p + w->at, keep);
	add(c, b);
}

static void
add_steps(struct sim_content *c, const struct sim_inode *in)
{
	const struct sim_bytes *before = in->durable;

	for (size_t i = 0; i < in->writes.n; i++) {
		const struct sim_write *w = &in->writes.items[i];
		if (w->n > 1) {
			add_torn(c, before, w, w->n / 2);
			add_torn(c, before, w, w->n - 1);
		}
		add(c, sim_bytes_ref(w->after));
		before = w->after;
	}
}

static void
add_zeros(struct sim_content *c, const struct sim_inode *in)
{
	size_t had = in->durable->n < in->now->n ? in->durable->n : in->now->n;
	struct sim_bytes *b = sim_bytes_new(NULL, in->now->n);

	memcpy(b->p, in->durable->p, had);
	add(c, b);
}

/* Bit i of `mask`: block i is the new one. */
static void
add_blocks(struct sim_content *c, const struct sim_inode *in, uint64_t mask)
{
	size_t had = in->durable->n < in->now->n ? in->durable->n : in->now->n;
	struct sim_bytes *b = sim_bytes_new(NULL, in->now->n);

	memcpy(b->p, in->durable->p, had);
	for (size_t at = 0; at < b->n; at += BLOCK) {
		size_t n = b->n - at < BLOCK ? b->n - at : BLOCK;
		if (mask >> (at / BLOCK % 64) & 1)
			memcpy(b->p + at, in->now->p + at, n);
	}
	add(c, b);
}

void
sim_content_init(
	struct sim_content *ret, const struct sim_inode *in, uint64_t seed)
{
	size_t blocks = (in->now->n + BLOCK - 1) / BLOCK;

	*ret = (struct sim_content){0};
	add(ret, sim_bytes_ref(in->durable));
	if (in->writes.n == 0)
		return;
	add_steps(ret, in);
	add_zeros(ret, in);
	if (blocks >= 2 && blocks <= BLOCKS_ALL)
		for (uint64_t mask = 0; mask < (uint64_t)1 << blocks; mask++)
			add_blocks(ret, in, mask);
	else if (blocks > BLOCKS_ALL)
		for (uint64_t i = 0; i < BLOCKS_SOME; i++)
			add_blocks(ret, in, sim_mix(seed + i));
}

void
sim_content_release(struct sim_content *c)
{
	for (size_t i = 0; i < c->n; i++)
		sim_bytes_unref(c->items[i]);
	VEC_RELEASE(c);
}
