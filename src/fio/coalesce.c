/* SPDX-License-Identifier: MIT */
#include "fio/coalesce-priv.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

/*
 * A node is pending when its two places differ or its bytes do, and it is not
 * covered: gone together with the directory it was told in, whose removal says
 * it all, or a file whose place was taken by another one. Every change of a
 * node ends in fio_coalesce_note, which sees to that.
 */

void
fio_coalesce_init(
	struct fio_coalesce *ret, const struct fio_coalesce_options *o)
{
	*ret = (struct fio_coalesce){.options = *o};
}

struct fio_node *
fio_coalesce_root(struct fio_coalesce *c, size_t root)
{
	struct fio_node *n = fio_node_new(&c->tree, true);

	n->is_root = true;
	n->root = root;
	VEC_PUSH(&c->roots, n);
	return n;
}

void
fio_coalesce_release(struct fio_coalesce *c)
{
	fio_coalesce_settle(c);
	VEC_EACH (root, &c->roots)
		while ((*root)->at[FIO_NOW].children != NULL)
			fio_coalesce_drop(c, (*root)->at[FIO_NOW].children, 0);
	fio_coalesce_settle(c);
	VEC_EACH (root, &c->roots) {
		if (c->options.dropped != NULL)
			c->options.dropped(c->options.ctx, *root);
		fio_node_free(&c->tree, *root);
	}
	fio_tree_release(&c->tree);
	VEC_RELEASE(&c->roots);
	VEC_RELEASE(&c->air);
	VEC_RELEASE(&c->ghosts);
	buf_release(&c->path);
	buf_release(&c->old_path);
}

bool
fio_node_is_gone(const struct fio_node *n)
{
	return !fio_node_is_at(n, FIO_NOW) && !n->floating;
}

static void
line_up(struct fio_coalesce *c, enum fio_line line, struct fio_node *n)
{
	struct fio_node *last = c->lines[line].last;

	n->in[line].prev = last;
	n->in[line].next = NULL;
	*(last != NULL ? &last->in[line].next : &c->lines[line].first) = n;
	c->lines[line].last = n;
}

static void
leave(struct fio_coalesce *c, enum fio_line line, struct fio_node *n)
{
	struct fio_node *prev = n->in[line].prev, *next = n->in[line].next;

	*(prev != NULL ? &prev->in[line].next : &c->lines[line].first) = next;
	*(next != NULL ? &next->in[line].prev : &c->lines[line].last) = prev;
}

static void
pend(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns)
{
	if (n->pending) {
		leave(c, FIO_BY_LAST, n);
	} else {
		n->pending = true;
		n->first_ns = now_ns;
		line_up(c, FIO_BY_FIRST, n);
		c->pending++;
	}
	n->last_ns = now_ns;
	line_up(c, FIO_BY_LAST, n);
	c->stuck = false;
}

static void
unpend(struct fio_coalesce *c, struct fio_node *n)
{
	if (!n->pending)
		return;
	n->pending = false;
	leave(c, FIO_BY_LAST, n);
	leave(c, FIO_BY_FIRST, n);
	c->pending--;
}

static bool
is_covered(const struct fio_coalesce *c, const struct fio_node *n)
{
	const struct fio_node *in = n->at[FIO_TOLD].parent;

	if (in == NULL || !fio_node_is_gone(n))
		return false;
	if (fio_node_is_gone(in))
		return true;
	const struct fio_node *there = fio_tree_find(
		&c->tree, FIO_NOW, in, fio_node_name(n, FIO_TOLD));
	return there != NULL && !there->is_dir && !n->is_dir;
}

void
fio_coalesce_note(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns)
{
	if (fio_node_is_gone(n) && n->at[FIO_TOLD].parent == NULL) {
		unpend(c, n);
		fio_node_free(&c->tree, n);
	} else if ((fio_node_rests(n) && !n->dirty) || is_covered(c, n)) {
		unpend(c, n);
	} else {
		pend(c, n, now_ns);
	}
}

/* Those told in `dir` that are gone are covered by it, or not any more. */
static void
note_gone_in(struct fio_coalesce *c, struct fio_node *dir, int64_t now_ns)
{
	struct fio_node *next;

	for (struct fio_node *n = dir->at[FIO_TOLD].children; n != NULL;
		n = next) {
		next = n->at[FIO_TOLD].next;
		if (fio_node_is_gone(n))
			fio_coalesce_note(c, n, now_ns);
	}
}

/* The one that was told in a place that somebody came to or left. */
static void
note_told(struct fio_coalesce *c, const struct fio_node *dir, const char *name,
	int64_t now_ns)
{
	struct fio_node *n = fio_tree_find(&c->tree, FIO_TOLD, dir, name);

	if (n != NULL && fio_node_is_gone(n))
		fio_coalesce_note(c, n, now_ns);
}

static void
arrive(struct fio_coalesce *c, struct fio_node *n, struct fio_node *dir,
	const char *name, int64_t now_ns)
{
	fio_tree_put(&c->tree, FIO_NOW, n, dir, name);
	note_told(c, dir, name, now_ns);
	fio_coalesce_note(c, n, now_ns);
}

static void
forget_ghosts(struct fio_coalesce *c)
{
	VEC_EACH (g, &c->ghosts)
		mem_free(g->path);
	c->ghosts.n = 0;
}

/* Nothing was told of who leaves, nor of who was in its place before. */
static void
leave_ghost(struct fio_coalesce *c, const struct fio_node *n)
{
	const struct fio_spot *at = &n->at[FIO_NOW];

	if (c->lost ||
		fio_tree_find(&c->tree, FIO_TOLD, at->parent,
			fio_node_name(n, FIO_NOW)) != NULL)
		return;
	const struct fio_node *root = fio_node_path(n, FIO_NOW, &c->path);
	/* What was below a directory that left goes with that. */
	if (!root->is_root)
		return;
	struct fio_ghost g = {.path = mem_alloc(c->path.n + 1),
		.root = root->root,
		.is_dir = n->is_dir};
	memcpy(g.path, c->path.p, c->path.n + 1);
	VEC_PUSH(&c->ghosts, g);
	c->lost |= c->ghosts.n > c->options.queue;
}

static void
depart(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns)
{
	const struct fio_node *dir = n->at[FIO_NOW].parent;
	struct buf name = {0};

	if (c->anew)
		leave_ghost(c, n);
	buf_add_c(&name, fio_node_name(n, FIO_NOW));
	fio_tree_take(&c->tree, FIO_NOW, n);
	note_told(c, dir, name.p, now_ns);
	buf_release(&name);
}

void
fio_coalesce_drop(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns)
{
	if (n->at[FIO_NOW].parent != NULL)
		depart(c, n, now_ns);
	n->floating = false;
	n->dirty = false;
	while (n->at[FIO_NOW].children != NULL)
		fio_coalesce_drop(c, n->at[FIO_NOW].children, now_ns);
	if (n->is_dir && c->options.dropped != NULL)
		c->options.dropped(c->options.ctx, n);
	note_gone_in(c, n, now_ns);
	fio_coalesce_note(c, n, now_ns);
}

void
fio_coalesce_untell(struct fio_coalesce *c, struct fio_node *n, int64_t now_ns)
{
	while (n->at[FIO_TOLD].children != NULL)
		fio_coalesce_untell(c, n->at[FIO_TOLD].children, now_ns);
	fio_tree_take(&c->tree, FIO_TOLD, n);
	n->dirty = false;
	fio_coalesce_note(c, n, now_ns);
}

struct fio_node *
fio_coalesce_created(struct fio_coalesce *c, struct fio_node *dir,
	const char *name, bool is_dir, int64_t now_ns)
{
	struct fio_node *n = fio_tree_find(&c->tree, FIO_NOW, dir, name);

	if (n != NULL && n->is_dir == is_dir)
		return n;
	if (n != NULL)
		fio_coalesce_drop(c, n, now_ns);
	n = fio_tree_find(&c->tree, FIO_TOLD, dir, name);
	if (n == NULL || n->is_dir != is_dir || !fio_node_is_gone(n)) {
		n = fio_node_new(&c->tree, is_dir);
		arrive(c, n, dir, name, now_ns);
		return n;
	}
	fio_tree_follow(&c->tree, FIO_NOW, n); /* deleted and made again */
	n->dirty = !is_dir;
	note_gone_in(c, n, now_ns);
	fio_coalesce_note(c, n, now_ns);
	return n;
}

void
fio_coalesce_touch(
	struct fio_coalesce *c, struct fio_node *file, int64_t now_ns)
{
	file->dirty = true;
	fio_coalesce_note(c, file, now_ns);
}

void
fio_coalesce_changed(struct fio_coalesce *c, struct fio_node *dir,
	const char *name, int64_t now_ns)
{
	struct fio_node *n = fio_tree_find(&c->tree, FIO_NOW, dir, name);

	if (n != NULL && !n->is_dir)
		fio_coalesce_touch(c, n, now_ns);
}

void
fio_coalesce_removed(struct fio_coalesce *c, struct fio_node *dir,
	const char *name, int64_t now_ns)
{
	struct fio_node *n = fio_tree_find(&c->tree, FIO_NOW, dir, name);

	if (n != NULL)
		fio_coalesce_drop(c, n, now_ns);
}

void
fio_coalesce_from(struct fio_coalesce *c, struct fio_node *dir,
	const char *name, uint32_t cookie, int64_t now_ns)
{
	struct fio_node *n = fio_tree_find(&c->tree, FIO_NOW, dir, name);

	if (n == NULL)
		return;
	/* Whoever reads may have seen it in both places, or in neither. */
	if (c->anew) {
		fio_coalesce_drop(c, n, now_ns);
		return;
	}
	n->floating = true;
	depart(c, n, now_ns);
	VEC_PUSH(&c->air,
		((struct fio_flight){.node = n,
			.cookie = cookie,
			.until_ns = now_ns + c->options.pair_ns}));
	fio_coalesce_note(c, n, now_ns);
}

/* The one with this cookie, out of the air; NULL. */
static struct fio_node *catch (struct fio_coalesce *c, uint32_t cookie)
{
	for (size_t i = c->air.n; i-- > 0;) {
		struct fio_flight *f = &c->air.items[i];
		if (f->cookie != cookie)
			continue;
		struct fio_node *n = f->node;
		memmove(f, f + 1, (--c->air.n - i) * sizeof(*f));
		return n;
	}
	return NULL;
}

static bool
is_below(const struct fio_node *n, const struct fio_node *top)
{
	while (n != NULL && n != top)
		n = n->at[FIO_NOW].parent;
	return n != NULL;
}

struct fio_node *
fio_coalesce_to(struct fio_coalesce *c, struct fio_node *dir, const char *name,
	bool is_dir, uint32_t cookie, int64_t now_ns, bool *ret_known)
{
	struct fio_node *there = fio_tree_find(&c->tree, FIO_NOW, dir, name);
	struct fio_node *n = catch (c, cookie);

	*ret_known = false;
	if (n != NULL && is_below(dir, n)) {
		fio_coalesce_drop(c, n, now_ns);
		return NULL;
	}
	if (there != NULL)
		fio_coalesce_drop(c, there, now_ns);
	/* A new file in the place of one that was told is that one. */
	if (n != NULL &&
		(n->is_dir != is_dir ||
			(!is_dir && n->at[FIO_TOLD].parent == NULL))) {
		fio_coalesce_drop(c, n, now_ns);
		n = NULL;
	}
	if (n == NULL)
		return fio_coalesce_created(c, dir, name, is_dir, now_ns);
	*ret_known = true;
	n->floating = false;
	arrive(c, n, dir, name, now_ns);
	return n;
}

void
fio_coalesce_landed(struct fio_coalesce *c, uint32_t cookie, int64_t now_ns)
{
	struct fio_node *n = catch (c, cookie);

	if (n != NULL)
		fio_coalesce_drop(c, n, now_ns);
}

void
fio_coalesce_expire(struct fio_coalesce *c, int64_t now_ns)
{
	size_t n = 0;

	for (; n < c->air.n && c->air.items[n].until_ns <= now_ns; n++)
		fio_coalesce_drop(
			c, c->air.items[n].node, c->air.items[n].until_ns);
	c->air.n -= n;
	if (n > 0)
		memmove(c->air.items, c->air.items + n,
			c->air.n * sizeof(c->air.items[0]));
}

/* One that is pending becomes what it is now. */
static void
settle(struct fio_coalesce *c, struct fio_node *n)
{
	if (fio_node_is_gone(n)) {
		fio_coalesce_untell(c, n, n->last_ns);
		return;
	}
	n->dirty = false;
	if (!fio_node_rests(n)) {
		struct fio_node *there = fio_tree_find(&c->tree, FIO_TOLD,
			n->at[FIO_NOW].parent, fio_node_name(n, FIO_NOW));
		if (there != NULL && fio_node_is_gone(there)) {
			fio_coalesce_untell(c, there, n->last_ns);
		} else if (there != NULL) {
			fio_tree_take(&c->tree, FIO_TOLD, there);
			fio_coalesce_note(c, there, n->last_ns);
		}
		if (n->at[FIO_TOLD].parent != NULL)
			fio_tree_take(&c->tree, FIO_TOLD, n);
		fio_tree_follow(&c->tree, FIO_TOLD, n);
	}
	unpend(c, n);
}

void
fio_coalesce_settle(struct fio_coalesce *c)
{
	while (c->air.n > 0)
		fio_coalesce_drop(c, c->air.items[--c->air.n].node, INT64_MIN);
	while (c->lines[FIO_BY_LAST].first != NULL)
		settle(c, c->lines[FIO_BY_LAST].first);
	forget_ghosts(c);
	c->lost = c->stuck = c->anew = false;
}

void
fio_coalesce_lose(struct fio_coalesce *c)
{
	fio_coalesce_settle(c);
	c->lost = true;
}

void
fio_coalesce_read(struct fio_coalesce *c)
{
	c->anew = false;
}

void
fio_coalesce_trim(struct fio_coalesce *c)
{
	if (c->pending > c->options.queue)
		fio_coalesce_lose(c);
}
