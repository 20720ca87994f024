/* SPDX-License-Identifier: MIT */
#include "sys/sim.h"

#include <string.h>

#include "base/err.h"
#include "sys/sim-content-priv.h"

/*
 * An image is one choice for each file with unsynced writes, and yes or no
 * for each unsynced move of a name. When there are few enough combinations
 * each has its number; else a number is a seed, and every second one of them
 * keeps a prefix of each directory's moves, as a journal in order would.
 */

enum {
	MOVES_ALL = 10,
	EXHAUSTIVE = 4096,
	SAMPLES = 1024,
	REBOOT_NS = 2000000000,
};

struct file_choice {
	uint32_t ino;
	struct sim_content content;
};

struct move_choice {
	uint32_t dir;
	const struct sim_move *move;
};

struct sim_choices {
	VEC(struct file_choice) files;
	VEC(struct move_choice) moves;
};

/* What one image chose; parallel to struct sim_choices. */
struct pick {
	size_t file[SIM_OPEN_MAX * 4];
	bool move[SIM_OPEN_MAX * 16];
};

static bool
is_it(const struct sim_entry *e, uint32_t ino, const char *ignore)
{
	return e->ino == ino &&
		(ignore == NULL || strcmp(e->name, ignore) != 0);
}

static bool
names(const struct sim_inode *dir, uint32_t ino, const char *ignore)
{
	size_t n;
	const struct sim_entry *e = sim_entries(dir->durable, &n);

	for (size_t i = 0; i < n; i++)
		if (is_it(&e[i], ino, ignore))
			return true;
	for (size_t i = 0; i < dir->moves.n; i++)
		for (size_t k = 0; k < dir->moves.items[i].n; k++)
			if (is_it(&dir->moves.items[i].set[k], ino, ignore))
				return true;
	return false;
}

/* Whether any name leads or could lead there after the cut. */
static bool
is_named(const struct sim *s, uint32_t ino, const char *ignore)
{
	for (uint32_t k = SIM_ROOT; k < s->inodes.n; k++) {
		const struct sim_inode *dir = sim_inode(s, k);
		if (dir->kind == SIM_DIR && names(dir, ino, ignore))
			return true;
	}
	return false;
}

static void
find_choices(struct sim_images *im, const char *ignore)
{
	const struct sim *s = im->of;

	for (uint32_t ino = SIM_ROOT; ino < s->inodes.n; ino++) {
		const struct sim_inode *in = sim_inode(s, ino);
		for (size_t i = 0; i < in->moves.n; i++)
			VEC_PUSH(&im->choices->moves,
				((struct move_choice){.dir = ino,
					.move = &in->moves.items[i]}));
		if (in->kind != SIM_FILE || in->writes.n == 0 ||
			!is_named(s, ino, ignore))
			continue;
		struct file_choice f = {.ino = ino};
		sim_content_init(&f.content, in, im->seed);
		VEC_PUSH(&im->choices->files, f);
	}
}

void
sim_images_init(struct sim_images *ret, const struct sim *of,
	const struct sim_images_how *how)
{
	uint64_t limit = how->exhaustive != 0 ? how->exhaustive : EXHAUSTIVE;

	*ret = (struct sim_images){
		.n = 1,
		.of = of,
		.seed = sim_mix(how->seed),
		.choices = mem_alloc(sizeof(*ret->choices)),
	};
	find_choices(ret, how->ignore);
	ret->moves = ret->choices->moves.n;
	ret->sampled = ret->moves > MOVES_ALL;
	if (!ret->sampled)
		ret->n <<= ret->moves;
	VEC_EACH (f, &ret->choices->files) {
		ret->n *= f->content.n;
		ret->sampled = ret->sampled || ret->n > limit;
		if (ret->sampled)
			ret->n = 1;
	}
	ret->sampled = ret->sampled || ret->n > limit;
	if (ret->sampled)
		ret->n = how->samples != 0 ? how->samples : SAMPLES;
}

void
sim_images_release(struct sim_images *im)
{
	VEC_EACH (f, &im->choices->files)
		sim_content_release(&f->content);
	VEC_RELEASE(&im->choices->files);
	VEC_RELEASE(&im->choices->moves);
	mem_free(im->choices);
	im->choices = NULL;
}

/* By number: the lowest digits are the moves. */
static void
pick_counted(const struct sim_images *im, uint64_t i, struct pick *ret)
{
	for (size_t k = 0; k < im->choices->moves.n; k++, i >>= 1)
		ret->move[k] = i & 1;
	for (size_t k = 0; k < im->choices->files.n; k++) {
		size_t n = im->choices->files.items[k].content.n;
		ret->file[k] = i % n;
		i /= n;
	}
}

/* By chance; the first two are nothing and everything. */
static void
pick_sampled(const struct sim_images *im, uint64_t i, struct pick *ret)
{
	uint64_t chance = sim_mix(im->seed + i);
	bool prefix = i % 2 == 0;
	uint32_t dir = 0;

	for (size_t k = 0; k < im->choices->moves.n; k++) {
		uint32_t now = im->choices->moves.items[k].dir;
		bool follows = now == dir;
		chance = sim_mix(chance);
		/* A prefix ends with the first that is not there. */
		ret->move[k] = prefix && follows
			? ret->move[k - 1] && chance % 8 != 0
			: (chance & 1) != 0;
		dir = now;
		if (i < 2)
			ret->move[k] = i == 1;
	}
	for (size_t k = 0; k < im->choices->files.n; k++) {
		size_t n = im->choices->files.items[k].content.n;
		chance = sim_mix(chance);
		ret->file[k] = i == 0 ? 0 : i == 1 ? n - 1 : chance % n;
	}
}

/* A removal without the name it went to takes that name with it. */
static void
add_needed(const struct sim_images *im, struct pick *p)
{
	const struct move_choice *m = im->choices->moves.items;
	size_t n = im->choices->moves.n;

	for (size_t k = 0; k < n; k++)
		for (size_t j = 0; p->move[k] && j < n; j++)
			if (m[k].move->needs != 0 &&
				m[j].move->id == m[k].move->needs)
				p->move[j] = true;
}

/* The image's own inode, from the old disk's; nothing is pending. */
static void
settle_inode(struct sim_inode *ret, const struct sim_inode *from,
	struct sim_bytes *bytes)
{
	*ret = *from;
	ret->writes.items = NULL;
	ret->writes.n = ret->writes.cap = 0;
	ret->moves.items = NULL;
	ret->moves.n = ret->moves.cap = 0;
	if (bytes == from->durable)
		ret->mode = from->durable_mode;
	ret->durable_mode = ret->mode;
	ret->nlink = 1;
	ret->now = sim_bytes_ref(bytes);
	ret->durable = sim_bytes_ref(bytes);
}

static struct sim_bytes *
bytes_of(const struct sim_images *im, const struct pick *p, uint32_t ino)
{
	const struct sim_inode *in = sim_inode(im->of, ino);
	struct sim_bytes *b = sim_bytes_ref(in->durable);

	for (size_t k = 0; k < im->choices->files.n; k++)
		if (im->choices->files.items[k].ino == ino) {
			sim_bytes_unref(b);
			return sim_bytes_ref(
				im->choices->files.items[k]
					.content.items[p->file[k]]);
		}
	for (size_t k = 0; k < im->choices->moves.n; k++) {
		const struct move_choice *m = &im->choices->moves.items[k];
		if (m->dir != ino || !p->move[k])
			continue;
		struct sim_bytes *next = sim_moved(b, m->move);
		sim_bytes_unref(b);
		b = next;
	}
	return b;
}

/* `ino` and all below it; what no name leads to is not there any more. */
static void
build(struct sim *s, const struct sim_images *im, const struct pick *p,
	uint32_t ino)
{
	struct sim_bytes *b = bytes_of(im, p, ino);
	size_t n;

	settle_inode(sim_inode(s, ino), sim_inode(im->of, ino), b);
	sim_bytes_unref(b);
	if (sim_inode(s, ino)->kind != SIM_DIR)
		return;
	const struct sim_entry *e = sim_entries(sim_inode(s, ino)->now, &n);
	for (size_t i = 0; i < n; i++)
		if (sim_inode(s, e[i].ino)->kind == SIM_FREE)
			build(s, im, p, e[i].ino);
}

struct sim *
sim_images_get(const struct sim_images *im, uint64_t i)
{
	const struct sim *of = im->of;
	struct sim *s = sim_blank(sim_mix(of->seed), of->now_ns + REBOOT_NS);
	struct pick p = {0};

	if (im->choices->files.n > sizeof(p.file) / sizeof(p.file[0]) ||
		im->choices->moves.n > sizeof(p.move) / sizeof(p.move[0]))
		BUG("%zu files and %zu moves are pending", im->choices->files.n,
			im->choices->moves.n);
	if (im->sampled)
		pick_sampled(im, i, &p);
	else
		pick_counted(im, i, &p);
	add_needed(im, &p);
	s->inodes.items = mem_alloc(of->inodes.n * sizeof(s->inodes.items[0]));
	s->inodes.n = s->inodes.cap = of->inodes.n;
	build(s, im, &p, SIM_ROOT);
	return s;
}
