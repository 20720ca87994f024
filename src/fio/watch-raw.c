/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "fio/watch-priv.h"

/*
 * Events are carried into the tree in their order, and two things are looked at
 * when there are no more: the names that files moved away from, because two
 * that change places at once are reported as there and back; and all names
 * whose events may have been merged. What is read there may be newer than the
 * events that are still to come; carrying those out then ends in the same.
 */

static char *
copy(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = mem_alloc(n);

	memcpy(p, s, n);
	return p;
}

static void
remember_look(struct wio_watch *x, const struct fio_raw *raw, bool settles)
{
	VEC_PUSH(&x->looks,
		((struct fio_look){.key = raw->key,
			.name = copy(raw->name),
			.cookie = raw->cookie,
			.settles = settles}));
}

/* Where the one that left with this cookie went. */
static void
remember_end(struct wio_watch *x, const struct fio_raw *raw, bool replaced)
{
	for (size_t i = x->looks.n; i-- > 0;) {
		struct fio_look *l = &x->looks.items[i];
		if (l->cookie != raw->cookie || l->to_name != NULL)
			continue;
		l->to_key = raw->key;
		l->to_name = copy(raw->name);
		l->replaced = replaced;
		return;
	}
}

static void
survey_if_new(struct wio_watch *x, struct fio_node *n, int64_t now_ns)
{
	if (n->is_dir && !n->watched && !n->polled && !n->failed)
		fio_watch_survey(x, n, false, now_ns);
}

static void
arrived(struct wio_watch *x, struct fio_node *dir, const struct fio_raw *raw,
	int64_t now_ns)
{
	bool known;

	if (fio_is_unseen(raw->name)) {
		fio_coalesce_landed(&x->tree, raw->cookie, now_ns);
		return;
	}
	bool replaced =
		fio_tree_find(&x->tree.tree, FIO_NOW, dir, raw->name) != NULL;
	struct fio_node *n = fio_coalesce_to(&x->tree, dir, raw->name,
		raw->is_dir, raw->cookie, now_ns, &known);
	remember_end(x, raw, replaced);
	if (n == NULL) {
		fio_watch_lost(x, now_ns);
		return;
	}
	if (known && n->is_dir)
		fio_watch_suspect(x, n);
	survey_if_new(x, n, now_ns);
}

/* Something about `name` in `dir`, which is there now. */
static void
carry(struct wio_watch *x, struct fio_node *dir, const struct fio_raw *raw,
	int64_t now_ns)
{
	switch (raw->kind) {
	case FIO_RAW_CREATED:
		survey_if_new(x,
			fio_coalesce_created(
				&x->tree, dir, raw->name, raw->is_dir, now_ns),
			now_ns);
		break;
	case FIO_RAW_CHANGED:
		fio_coalesce_changed(&x->tree, dir, raw->name, now_ns);
		break;
	case FIO_RAW_REMOVED:
		fio_coalesce_removed(&x->tree, dir, raw->name, now_ns);
		break;
	case FIO_RAW_FROM:
		fio_coalesce_from(
			&x->tree, dir, raw->name, raw->cookie, now_ns);
		remember_look(x, raw, false);
		break;
	case FIO_RAW_LOOK:
		remember_look(x, raw, true);
		break;
	case FIO_RAW_TO:
	case FIO_RAW_MOVED:
	case FIO_RAW_LOST:
		break;
	}
}

static void
take(struct wio_watch *x, const struct fio_raw *raw, int64_t now_ns)
{
	struct fio_node *dir = fio_watch_of(x, raw->key);

	if (raw->is_dir && raw->kind != FIO_RAW_CREATED)
		x->dirs_moved |= x->doubts.n > 0;
	if (raw->kind == FIO_RAW_LOST)
		fio_watch_lost(x, now_ns);
	else if (raw->kind == FIO_RAW_MOVED)
		x->moved = true;
	else if (dir == NULL)
		return;
	else if (raw->kind == FIO_RAW_TO)
		arrived(x, dir, raw, now_ns);
	else if (!fio_is_unseen(raw->name))
		carry(x, dir, raw, now_ns);
}

/* Something is where a move began: two have changed places, so what is at its
 * end may be other than what left. */
static void
suspect(struct wio_watch *x, const struct fio_look *l, int64_t now_ns)
{
	struct fio_node *dir =
		l->to_name != NULL ? fio_watch_of(x, l->to_key) : NULL;
	struct fio_node *n = dir != NULL
		? fio_tree_find(&x->tree.tree, FIO_NOW, dir, l->to_name)
		: NULL;

	if (n != NULL && n->is_dir)
		fio_watch_suspect(x, n);
	else if (n != NULL)
		fio_coalesce_touch(&x->tree, n, now_ns);
}

/* Whether `l` went where another move came from that had replaced something
 * where `l` came from: one change of places is reported so. */
static bool
ends_exchange(struct wio_watch *x, const struct fio_look *l)
{
	VEC_EACH (first, &x->looks)
		if (first->replaced && first->to_name != NULL &&
			l->to_name != NULL && first->key == l->to_key &&
			first->to_key == l->key &&
			strcmp(first->name, l->to_name) == 0 &&
			strcmp(first->to_name, l->name) == 0)
			return true;
	return false;
}

static void
look(struct wio_watch *x, const struct fio_look *l, int64_t now_ns)
{
	struct fio_node *dir = fio_watch_of(x, l->key);
	struct stat st;

	if (ends_exchange(x, l))
		suspect(x, l, now_ns);
	if (dir == NULL)
		return;
	int fd = fio_watch_open_watched(x, dir);
	if (fio_is_elsewhere(fd))
		fio_watch_miss(x, dir);
	if (fd < 0)
		return;
	int rc = x->sys->fstatat(x->sys, fd, l->name, AT_SYMLINK_NOFOLLOW, &st);
	(void)x->sys->close(x->sys, fd);
	struct fio_node *was =
		fio_tree_find(&x->tree.tree, FIO_NOW, dir, l->name);
	if (rc == 0) {
		struct fio_node *n = fio_coalesce_created(
			&x->tree, dir, l->name, S_ISDIR(st.st_mode), now_ns);
		survey_if_new(x, n, now_ns);
		if (n != was)
			suspect(x, l, now_ns);
		else if (l->settles && n->is_dir)
			fio_watch_suspect(x, n);
	} else if (rc == -ENOENT && l->settles) {
		fio_coalesce_removed(&x->tree, dir, l->name, now_ns);
	}
}

/* Moves first: what they come upon says something of their other end, too. */
static void
look_all(struct wio_watch *x, int64_t now_ns)
{
	for (int moves = 1; moves >= 0; moves--)
		for (size_t i = 0; i < x->looks.n; i++)
			if ((x->looks.items[i].to_name != NULL) == moves)
				look(x, &x->looks.items[i], now_ns);
	VEC_EACH (l, &x->looks) {
		mem_free(l->name);
		mem_free(l->to_name);
	}
	x->looks.n = 0;
}

void
fio_watch_lost(struct wio_watch *x, int64_t now_ns)
{
	VEC_EACH (root, &x->tree.roots)
		if (!(*root)->gone)
			fio_watch_survey(x, *root, true, now_ns);
	fio_coalesce_lose(&x->tree);
}

/* 1: the kernel has no more to say; 0: who reads slowly makes its queue grow,
 * not ours; -errno. */
static int
take_all(struct wio_watch *x, int64_t now_ns)
{
	struct fio_raw raw;

	for (;;) {
		fio_coalesce_trim(&x->tree);
		if (x->tree.pending >= x->options.queue &&
			fio_coalesce_due(&x->tree) <= now_ns)
			return 0;
		if (x->looks.n >= x->options.queue)
			look_all(x, now_ns);
		if (x->backend == NULL)
			return 1;
		int rc = x->backend->next(x->backend, &raw);
		if (rc != 0)
			return rc;
		take(x, &raw, now_ns);
	}
}

void
fio_watch_pump(struct wio_watch *x, int64_t now_ns)
{
	int rc = take_all(x, now_ns);

	/* What looks come upon may be told already. */
	while (x->looks.n > 0) {
		look_all(x, now_ns);
		if (rc != 0)
			rc = take_all(x, now_ns);
	}
	if (rc != 0) {
		fio_watch_check(x, now_ns);
		fio_coalesce_read(&x->tree);
	}
	fio_watch_poll(x, now_ns);
}
