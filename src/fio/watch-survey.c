/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "fio/content.h"
#include "fio/root-priv.h"
#include "fio/watch-priv.h"

/* Keys. */

static struct fio_node **
slot_of(const struct wio_watch *x, uint64_t key)
{
	return &x->keys[(key * 0x9e3779b97f4a7c15u >> 32) & (x->keys_n - 1)];
}

struct fio_node *
fio_watch_of(const struct wio_watch *x, uint64_t key)
{
	struct fio_node *n = x->keys_n > 0 ? *slot_of(x, key) : NULL;

	while (n != NULL && n->key != key)
		n = n->key_chain;
	return n;
}

static void
forget_key(struct wio_watch *x, struct fio_node *dir)
{
	struct fio_node **p = slot_of(x, dir->key);

	while (*p != dir)
		p = &(*p)->key_chain;
	*p = dir->key_chain;
	dir->watched = false;
	x->watched--;
}

static void
grow_keys(struct wio_watch *x)
{
	struct fio_node **old = x->keys;
	size_t old_n = x->keys_n;

	if (x->watched < old_n)
		return;
	x->keys_n = old_n == 0 ? 64 : old_n * 2;
	x->keys = mem_alloc(x->keys_n * sizeof(x->keys[0]));
	for (size_t i = 0; i < old_n; i++)
		for (struct fio_node *n = old[i], *next; n != NULL; n = next) {
			next = n->key_chain;
			n->key_chain = *slot_of(x, n->key);
			*slot_of(x, n->key) = n;
		}
	mem_free(old);
}

static void
remember_key(struct wio_watch *x, struct fio_node *dir, uint64_t key)
{
	grow_keys(x);
	dir->key = key;
	dir->watched = true;
	dir->key_chain = *slot_of(x, key);
	*slot_of(x, key) = dir;
	x->watched++;
}

void
fio_watch_dropped(void *ctx, struct fio_node *dir)
{
	struct wio_watch *x = ctx;

	if (dir->watched) {
		uint64_t key = dir->key;
		forget_key(x, dir);
		x->backend->drop(x->backend, key);
	}
	for (size_t i = 0; dir->polled && i < x->polled.n; i++)
		if (x->polled.items[i] == dir) {
			x->polled.items[i] = x->polled.items[--x->polled.n];
			break;
		}
	dir->polled = dir->failed = dir->missed = false;
	fio_watch_trust(x, dir);
}

/* Directories. */

bool
fio_is_unseen(const char *name)
{
	struct str s = str_from(name);

	return name[0] == '.' &&
		(str_ends(s, STR(".weir-tmp")) ||
			str_ends(s, STR(".weir-swap")) ||
			str_eq_c(s, ".weir-trash"));
}

int
fio_watch_open_dir(const struct wio_watch *x, const struct fio_node *dir)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct sys *sys = x->sys;

	if (dir->is_root)
		return sys->openat(sys, fio_roots_dir(x->roots, dir->root)->fd,
			".", flags, 0);
	if (dir->at[FIO_NOW].parent == NULL)
		return -ENOENT; /* in the air */
	int in = fio_watch_open_dir(x, dir->at[FIO_NOW].parent);
	if (in < 0)
		return in;
	int fd = sys->openat(sys, in, fio_node_name(dir, FIO_NOW), flags, 0);
	(void)sys->close(sys, in);
	return fd;
}

static struct fio_notice *
add_notice(struct wio_watch *x, const struct fio_node *dir)
{
	struct fio_notice n = {0};

	n.root = fio_node_path(dir, FIO_NOW, &x->path)->root;
	size_t size = x->path.n + 1;
	n.path = mem_alloc(size);
	memcpy(n.path, x->path.p, size);
	VEC_PUSH(&x->notices, n);
	return &x->notices.items[x->notices.n - 1];
}

/* Say that `dir` is not watched. */
static void
say_unwatched(
	struct wio_watch *x, const struct fio_node *dir, int sys, bool polled)
{
	char instead[160] = "";

	if (x->notices.n >= x->options.queue)
		return;
	struct fio_notice *n = add_notice(x, dir);
	if (polled)
		(void)snprintf(instead, sizeof(instead),
			", but looked at every %" PRId64 " ms%s",
			x->options.poll_ns / NS_PER_MS, fio_inotify_limit(sys));
	(void)fio_error_sys(&n->error, WIO_OP_WATCH, sys,
		"'%s' is not watched%s", *n->path != '\0' ? n->path : ".",
		instead);
}

void
fio_watch_gone(struct wio_watch *x, const struct fio_node *root,
	const char *why, int64_t now_ns)
{
	const struct fio_root *r = &x->roots->items[root->root];
	struct fio_notice *n = add_notice(x, root);

	n->until_ns = now_ns + x->options.max_wait_ns;
	(void)fio_error_set(&n->error, WIO_OP_WATCH, WIO_NOT_FOUND, NULL,
		"the root '%s' %s", r->given.n > 0 ? r->given.s : "/", why);
}

/* Whether watching ends at `fd`: another file system is mounted there. */
static bool
is_mount(struct wio_watch *x, const struct fio_node *dir, int fd)
{
	uint64_t mount;
	struct stat st;

	if (x->w->options.cross_mounts)
		return false;
	if (x->sys->mount_id(x->sys, fd, &mount) < 0) {
		if (x->sys->fstat(x->sys, fd, &st) < 0)
			return false;
		mount = st.st_dev;
	}
	if (dir->is_root)
		x->bases.items[dir->root].mount = mount;
	const struct fio_node *top = fio_node_path(dir, FIO_NOW, &x->path);
	return mount != x->bases.items[top->root].mount;
}

/* Whether `fd` is a root that tells for itself what is in it; of one that is
 * named twice, the first does. */
static bool
is_another_root(const struct wio_watch *x, const struct fio_node *dir, int fd)
{
	struct stat st;

	if (x->tree.roots.n < 2 || x->sys->fstat(x->sys, fd, &st) < 0)
		return false;
	for (size_t i = 0; i < x->tree.roots.n; i++) {
		const struct fio_node *root = x->tree.roots.items[i];
		if (root == dir)
			return false;
		if (!root->gone &&
			fio_inode_cmp(
				x->bases.items[i].dir, fio_inode_of(&st)) == 0)
			return true;
	}
	return false;
}

static void
begin_polling(struct wio_watch *x, struct fio_node *dir, int rc)
{
	struct fio_node *in = dir->at[FIO_NOW].parent;

	dir->polled = true;
	if (in != NULL && in->polled)
		return;
	if (x->polled.n == 0)
		x->poll_at_ns = x->sys->clock(x->sys, SYS_CLOCK_ELAPSED) +
			x->options.poll_ns;
	VEC_PUSH(&x->polled, dir);
	if (rc < 0)
		say_unwatched(x, dir, -rc, true);
}

/* False: it is no business of ours, or seen by another way. */
static bool
watch_dir(struct wio_watch *x, struct fio_node *dir, int fd)
{
	struct fio_node *in = dir->at[FIO_NOW].parent;
	uint64_t key = 0;
	int rc = x->refused;

	if (is_mount(x, dir, fd) || is_another_root(x, dir, fd)) {
		dir->failed = true;
		return false;
	}
	if (dir->polled)
		return true;
	bool poll = x->backend == NULL || (in != NULL && in->polled);
	if (!poll)
		rc = x->backend->add(x->backend, fd, &key);
	if (poll || rc < 0) {
		if (dir->watched)
			forget_key(x, dir);
		begin_polling(x, dir, rc);
		return true;
	}
	struct fio_node *was = fio_watch_of(x, key);
	if (was == dir)
		return true;
	if (was != NULL) { /* it is here now */
		forget_key(x, was);
		fio_watch_doubt(x, was);
	}
	if (dir->watched) /* another one was here */
		forget_key(x, dir);
	remember_key(x, dir, key);
	return true;
}

/* Reading what is there. */

struct survey {
	struct wio_watch *x;
	struct fio_node *dir;
	int fd;
	bool anew;
	int64_t now_ns, seen_ns;      /* unix */
	VEC(struct fio_node *) below; /* directories to go on with */
};

/* A file that is polled: is it who it was? */
static void
compare(struct survey *s, struct fio_node *n, const struct stat *st)
{
	struct wio_identity who = fio_identity(st);

	who.seen_ns = s->seen_ns;
	if (n->seen == NULL)
		n->seen = mem_alloc(sizeof(*n->seen));
	else if (!fio_identity_eq(&who, &n->seen->who) ||
		(S_ISREG(st->st_mode) &&
			!fio_identity_settled(
				&n->seen->who, n->seen->who.seen_ns)))
		fio_coalesce_touch(&s->x->tree, n, s->now_ns);
	n->seen->who = who;
}

static void
meet(struct survey *s, const struct dirent64 *v)
{
	struct sys *sys = s->x->sys;
	struct stat st;
	bool is_dir = v->d_type == DT_DIR;

	if (v->d_type == DT_UNKNOWN || (s->dir->polled && !is_dir)) {
		if (sys->fstatat(sys, s->fd, v->d_name, AT_SYMLINK_NOFOLLOW,
			    &st) < 0)
			return;
		is_dir = S_ISDIR(st.st_mode);
	}
	struct fio_node *was =
		fio_tree_find(&s->x->tree.tree, FIO_NOW, s->dir, v->d_name);
	struct fio_node *n = fio_coalesce_created(
		&s->x->tree, s->dir, v->d_name, is_dir, s->now_ns);
	n->marked = true;
	if (is_dir) {
		if (s->anew || s->dir->polled ||
			(!n->watched && !n->polled && !n->failed))
			VEC_PUSH(&s->below, n);
	} else if (s->dir->polled) {
		compare(s, n, &st);
	} else if (s->anew && n == was) {
		fio_coalesce_touch(&s->x->tree, n, s->now_ns);
	}
}

/* 0, or -errno: not all of it could be read. */
static int
read_dir(struct survey *s)
{
	struct fio_dir_reader r;
	const struct dirent64 *v;
	int rc;

	fio_dir_reader_init(&r, s->x->sys, s->fd);
	while ((rc = fio_dir_reader_next(&r, &v)) == 0)
		if (!fio_is_unseen(v->d_name))
			meet(s, v);
	return rc < 0 ? rc : 0;
}

/* Those that were not met are gone. */
static void
drop_unmet(struct survey *s, bool all_was_read)
{
	struct fio_node *next;

	for (struct fio_node *n = s->dir->at[FIO_NOW].children; n != NULL;
		n = next) {
		next = n->at[FIO_NOW].next;
		if (!n->marked && all_was_read)
			fio_coalesce_drop(&s->x->tree, n, s->now_ns);
		else
			n->marked = false;
	}
}

static void
survey_one(struct survey *s)
{
	s->fd = fio_watch_open_dir(s->x, s->dir);
	if (fio_is_elsewhere(s->fd)) {
		fio_watch_miss(s->x, s->dir);
		return;
	}
	s->dir->missed = false;
	fio_watch_doubt(s->x, s->dir);
	if (s->fd < 0) {
		if (!s->dir->failed)
			say_unwatched(s->x, s->dir, -s->fd, false);
		s->dir->failed = true;
		return;
	}
	s->dir->failed = false;
	if (watch_dir(s->x, s->dir, s->fd)) {
		int rc = read_dir(s);
		drop_unmet(s, rc == 0 && (s->anew || s->dir->polled));
	}
	(void)s->x->sys->close(s->x->sys, s->fd);
}

void
fio_watch_survey(
	struct wio_watch *x, struct fio_node *dir, bool anew, int64_t now_ns)
{
	struct survey s = {.x = x, .now_ns = now_ns};

	s.seen_ns = x->sys->clock(x->sys, SYS_CLOCK_UNIX);
	VEC_PUSH(&s.below, dir);
	while (s.below.n > 0) {
		s.dir = s.below.items[--s.below.n];
		s.anew = anew || s.dir->doubt > 0;
		survey_one(&s);
	}
	VEC_RELEASE(&s.below);
}

void
fio_watch_poll(struct wio_watch *x, int64_t now_ns)
{
	if (x->polled.n == 0 || x->poll_at_ns > now_ns)
		return;
	x->moved = true; /* nobody else says so */
	for (size_t i = 0; i < x->polled.n; i++)
		fio_watch_survey(x, x->polled.items[i], false, now_ns);
	x->poll_at_ns =
		x->sys->clock(x->sys, SYS_CLOCK_ELAPSED) + x->options.poll_ns;
}
