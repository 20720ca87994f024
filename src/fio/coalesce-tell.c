/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "base/mem.h"
#include "fio/coalesce-priv.h"

/*
 * One event turns the told tree a step into the one there is now. A node can
 * be told when nothing blocks it:
 *
 *	it is                   blocked by
 *	there                   a directory on the way to it that is told to be
 *	                        elsewhere; what was told to be in its place,
 *	                        unless that is a file that is gone, and it is
 *	                        a file: it replaces that
 *	gone                    anything told below it that is not gone
 *
 * What blocks is told first. Those that block each other in a circle: two files
 * exchange their told places, and each is modified then; else one is told as
 * removed, and is new from then on. A node in the air, and what it blocks,
 * waits for it to arrive.
 */

static bool
is_alive(const struct fio_node *n)
{
	return !fio_node_is_gone(n);
}

/* The topmost directory on the way to `n` that is not where it was told to be;
 * one in the air; NULL. */
static struct fio_node *
blocking_above(struct fio_node *n)
{
	struct fio_node *top = NULL;

	for (n = n->at[FIO_NOW].parent; !n->is_root;
		n = n->at[FIO_NOW].parent) {
		if (n->floating)
			return n;
		if (!fio_node_rests(n))
			top = n;
	}
	return top;
}

static struct fio_node *
blocking_below(const struct fio_node *n)
{
	for (struct fio_node *x = n->at[FIO_TOLD].children; x != NULL;
		x = x->at[FIO_TOLD].next) {
		struct fio_node *found = is_alive(x) ? x : blocking_below(x);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* What was told to be in the place of `n`, which is there. */
static struct fio_node *
told_there(const struct fio_coalesce *c, const struct fio_node *n)
{
	struct fio_node *there = fio_tree_find(&c->tree, FIO_TOLD,
		n->at[FIO_NOW].parent, fio_node_name(n, FIO_NOW));

	return there == n ? NULL : there;
}

static struct fio_node *
blocking(const struct fio_coalesce *c, struct fio_node *n)
{
	if (n->floating)
		return n;
	if (fio_node_is_gone(n)) {
		struct fio_node *in = n->at[FIO_TOLD].parent;
		return !in->is_root && !fio_node_is_at(in, FIO_NOW)
			? in
			: blocking_below(n);
	}
	struct fio_node *above = blocking_above(n);
	if (above != NULL)
		return above;
	struct fio_node *there = told_there(c, n);
	if (there != NULL && !is_alive(there) && !there->is_dir && !n->is_dir)
		return NULL;
	return there;
}

/* The event's path, relative to its root. */
static const char *
path_of(struct fio_node *n, enum fio_view view, struct buf *ret,
	size_t *ret_root)
{
	*ret_root = fio_node_path(n, view, ret)->root;
	return ret->p;
}

static struct fio_told
begin(const struct fio_node *n, enum wio_event_kind kind)
{
	return (struct fio_told){
		.kind = kind, .is_dir = n->is_dir, .at_ns = n->last_ns};
}

static void
tell_removed(struct fio_coalesce *c, struct fio_node *n, struct fio_told *ret)
{
	*ret = begin(n, WIO_REMOVED);
	ret->path = path_of(n, FIO_TOLD, &c->path, &ret->root);
	fio_coalesce_untell(c, n, n->last_ns);
}

/* The place that `n` takes is free from here on; true when it was not. */
static bool
replace(struct fio_coalesce *c, struct fio_node *n)
{
	struct fio_node *there = told_there(c, n);

	if (there != NULL)
		fio_coalesce_untell(c, there, n->last_ns);
	return there != NULL;
}

static void
tell_arrived(struct fio_coalesce *c, struct fio_node *n, struct fio_told *ret)
{
	enum wio_event_kind kind = WIO_RENAMED;
	size_t from = 0;

	if (n->at[FIO_TOLD].parent != NULL) {
		*ret = begin(n, kind);
		ret->old_path = path_of(n, FIO_TOLD, &c->old_path, &from);
		ret->path = path_of(n, FIO_NOW, &c->path, &ret->root);
		if (ret->root != from) { /* no event has two roots */
			tell_removed(c, n, ret);
			return;
		}
		(void)replace(c, n);
		fio_tree_take(&c->tree, FIO_TOLD, n);
	} else {
		kind = replace(c, n) ? WIO_MODIFIED : WIO_CREATED;
		*ret = begin(n, kind);
		ret->path = path_of(n, FIO_NOW, &c->path, &ret->root);
		n->dirty = false;
	}
	ret->node = n;
	fio_tree_follow(&c->tree, FIO_TOLD, n);
	fio_coalesce_note(c, n, n->last_ns);
}

static void
tell(struct fio_coalesce *c, struct fio_node *n, struct fio_told *ret)
{
	if (fio_node_is_gone(n)) {
		tell_removed(c, n, ret);
	} else if (!fio_node_rests(n)) {
		tell_arrived(c, n, ret);
	} else {
		*ret = begin(n, WIO_MODIFIED);
		ret->node = n;
		ret->path = path_of(n, FIO_NOW, &c->path, &ret->root);
		n->dirty = false;
		fio_coalesce_note(c, n, n->last_ns);
	}
}

/* `a` was told to be in `b`'s place and the other way round: files both. */
static void
exchange_told(struct fio_coalesce *c, struct fio_node *a, struct fio_node *b)
{
	struct fio_node *parent = a->at[FIO_TOLD].parent;
	struct buf name = {0};

	buf_add_c(&name, fio_node_name(a, FIO_TOLD));
	fio_tree_take(&c->tree, FIO_TOLD, a);
	fio_tree_take(&c->tree, FIO_TOLD, b);
	fio_tree_follow(&c->tree, FIO_TOLD, a);
	fio_tree_put(&c->tree, FIO_TOLD, b, parent, name.p);
	buf_release(&name);
	a->dirty = b->dirty = true;
	fio_coalesce_note(c, a, a->last_ns);
	fio_coalesce_note(c, b, b->last_ns);
}

static bool
is_told_file(const struct fio_node *n)
{
	return !n->is_dir && is_alive(n) && n->at[FIO_TOLD].parent != NULL;
}

/* `n` is in a circle. */
static void
cut(struct fio_coalesce *c, struct fio_node *n, struct fio_told *ret)
{
	struct fio_node *x = n, *chosen = NULL;

	do {
		struct fio_node *next = blocking(c, x);
		if (is_told_file(x) && is_told_file(next) &&
			next == told_there(c, x)) {
			exchange_told(c, x, next);
			tell(c, x, ret);
			return;
		}
		if (is_alive(x) && x->at[FIO_TOLD].parent != NULL &&
			(chosen == NULL || (chosen->is_dir && !x->is_dir)))
			chosen = x;
		x = next;
	} while (x != n);
	if (chosen == NULL)
		BUG("a circle of nodes that were never told");
	tell_removed(c, chosen, ret);
}

/* Tell `n`, or what it waits for. False: that is in the air. */
static bool
tell_one(struct fio_coalesce *c, struct fio_node *n, struct fio_told *ret)
{
	c->walk++;
	for (;;) {
		if (n->walk == c->walk) {
			cut(c, n, ret);
			return true;
		}
		n->walk = c->walk;
		struct fio_node *next = blocking(c, n);
		if (next == NULL) {
			tell(c, n, ret);
			return true;
		}
		if (next->floating)
			return false;
		n = next;
	}
}

static void
tell_ghost(struct fio_coalesce *c, int64_t now_ns, struct fio_told *ret)
{
	struct fio_ghost *g = &c->ghosts.items[--c->ghosts.n];

	buf_reset(&c->path);
	buf_add_c(&c->path, g->path);
	mem_free(g->path);
	*ret = (struct fio_told){.kind = WIO_REMOVED,
		.is_dir = g->is_dir,
		.at_ns = now_ns,
		.root = g->root,
		.path = c->path.p};
}

int
fio_coalesce_next(struct fio_coalesce *c, int64_t now_ns, struct fio_told *ret)
{
	int64_t debounce = c->options.debounce_ns;
	int64_t max_wait = c->options.max_wait_ns;

	fio_coalesce_expire(c, now_ns);
	fio_coalesce_trim(c);
	if (c->lost) { /* whoever reads it all anew sees what is pending, too */
		fio_coalesce_settle(c);
		c->anew = true;
		*ret = (struct fio_told){
			.kind = WIO_RESCAN, .at_ns = now_ns, .path = ""};
		return 0;
	}
	if (c->ghosts.n > 0) { /* before its place is told to be taken */
		tell_ghost(c, now_ns, ret);
		return 0;
	}
	for (struct fio_node *n = c->lines[FIO_BY_LAST].first;
		n != NULL && n->last_ns + debounce <= now_ns;
		n = n->in[FIO_BY_LAST].next)
		if (tell_one(c, n, ret))
			return 0;
	for (struct fio_node *n = c->lines[FIO_BY_FIRST].first;
		n != NULL && n->first_ns + max_wait <= now_ns;
		n = n->in[FIO_BY_FIRST].next)
		if (tell_one(c, n, ret))
			return 0;
	c->stuck = true;
	return 1;
}

int64_t
fio_coalesce_due(const struct fio_coalesce *c)
{
	int64_t air = c->air.n > 0 ? c->air.items[0].until_ns : INT64_MAX;
	int64_t due = INT64_MAX;

	if (c->lost || c->ghosts.n > 0 || c->pending > c->options.queue)
		return INT64_MIN;
	const struct fio_node *rests = c->lines[FIO_BY_LAST].first;
	const struct fio_node *waits = c->lines[FIO_BY_FIRST].first;
	if (rests != NULL) {
		int64_t rested = rests->last_ns + c->options.debounce_ns;
		int64_t waited = waits->first_ns + c->options.max_wait_ns;
		due = rested < waited ? rested : waited;
	}
	return c->stuck && due < air && air != INT64_MAX ? air
		: due < air				 ? due
							 : air;
}
