/* SPDX-License-Identifier: MIT */
#include "fio/bundle.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * found, one for each request -- merge --> one for each file
 *   --> trashes open, so that other processes are out (when it is asked)
 *   --> locked in the order of their inodes
 *         a name has another file by then: all unlocked, looked at again
 *   --> read
 */
enum { ATTEMPTS = 100 }; /* while somebody saves without a pause */

static void
file_free(struct fio_bundle_file *f)
{
	fio_held_close(&f->held);
	fio_revision_release(&f->revision);
	buf_release(&f->path);
	mem_free(f);
}

unsigned int
fio_bundle_holds(size_t dirs)
{
	return dirs < UINT16_MAX
		? (unsigned int)dirs * FIO_HOLDS_DIR + FIO_HOLDS_BATCH
		: UINT_MAX;
}

void
fio_bundle_init(struct fio_bundle *ret, struct wio *w, struct fio_roots *roots,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results)
{
	*ret = (struct fio_bundle){.w = w, .roots = roots, .n = n};
	ret->files = mem_alloc(n * sizeof(struct fio_bundle_file *));
	ret->order = mem_alloc(n * sizeof(struct fio_bundle_file *));
	ret->members = mem_alloc(n * sizeof(ret->members[0]));
	for (size_t i = 0; i < n; i++) {
		ret->members[i] = i;
		ret->files[i] = mem_alloc(sizeof(struct fio_bundle_file));
		ret->files[i]->group =
			(struct fio_write_group){.requests = requests,
				.results = results,
				.members = &ret->members[i],
				.n = 1};
	}
}

void
fio_bundle_release(struct fio_bundle *x)
{
	for (size_t i = 0; i < x->n; i++)
		file_free(x->files[i]);
	for (size_t i = 0; i < x->dirs.n; i++) {
		if (x->dirs.items[i]->open)
			fio_trash_close(&x->dirs.items[i]->trash);
		fio_dir_close(&x->dirs.items[i]->dir);
		mem_free(x->dirs.items[i]);
	}
	VEC_RELEASE(&x->dirs);
	mem_free(x->files);
	mem_free(x->order);
	mem_free(x->members);
}

static int
by_dir(const void *a, const void *b)
{
	return fio_inode_cmp((*(struct fio_bundle_dir *const *)a)->id,
		(*(struct fio_bundle_dir *const *)b)->id);
}

static int
by_inode(const void *a, const void *b)
{
	return fio_inode_cmp((*(struct fio_bundle_file *const *)a)->held.inode,
		(*(struct fio_bundle_file *const *)b)->held.inode);
}

static int
by_name(const void *a, const void *b)
{
	const struct fio_bundle_file *x = *(struct fio_bundle_file *const *)a;
	const struct fio_bundle_file *y = *(struct fio_bundle_file *const *)b;

	int c = fio_inode_cmp(x->dir->id, y->dir->id);
	if (c == 0)
		c = strcmp(x->name, y->name);
	if (c == 0)
		c = (int)x->how.look - (int)y->how.look;
	if (c == 0)
		c = (x->group.members > y->group.members) -
			(x->group.members < y->group.members);
	return c;
}

static int
by_request(const void *a, const void *b)
{
	const struct fio_bundle_file *x = *(struct fio_bundle_file *const *)a;
	const struct fio_bundle_file *y = *(struct fio_bundle_file *const *)b;

	return (x->group.members[0] > y->group.members[0]) -
		(x->group.members[0] < y->group.members[0]);
}

static bool
is_same_file(const struct fio_bundle_file *x, const struct fio_bundle_file *y)
{
	return x->dir == y->dir && x->how.look == y->how.look &&
		strcmp(x->name, y->name) == 0;
}

/* The directory of `place`, once, however many files are in it. */
static int
take_dir(struct fio_bundle *x, struct fio_place *place,
	struct fio_bundle_dir **ret, struct wio_error *e)
{
	struct fio_inode id;
	struct err why;
	struct stat st;

	if (fio_dir_stat(&place->dir, &st, &why) < 0) {
		fio_place_release(place);
		return fio_error_from(e, WIO_OP_RESOLVE, &why);
	}
	id = fio_inode_of(&st);
	for (size_t i = x->dirs.n; i-- > 0;)
		if (fio_inode_cmp(x->dirs.items[i]->id, id) == 0) {
			fio_place_release(place);
			*ret = x->dirs.items[i];
			return 0;
		}
	/* Each is held open to the end. */
	if (x->dirs.n == x->w->options.permits) {
		fio_place_release(place);
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_TOO_LARGE, NULL,
			"the files of one batch are in more than %zu "
			"directories, as many as there are permits",
			x->dirs.n);
	}
	*ret = mem_alloc(sizeof(**ret));
	**ret = (struct fio_bundle_dir){.id = id, .dir = place->dir};
	VEC_PUSH(&x->dirs, *ret);
	return 0;
}

/* So that the batch is found again whatever the first root is by then. */
static void
add_absolute(const struct fio_bundle *x, const char *path, struct buf *ret)
{
	if (path[0] != '/' && fio_roots_n(x->roots) > 0) {
		buf_add_c(ret, fio_roots_dir(x->roots, 0)->path);
		buf_add_char(ret, '/');
	}
	buf_add_c(ret, path);
}

/* The journal needs the names to be durable as well. */
static enum wio_durability
durability_of(const struct fio_bundle *x)
{
	return x->w->options.durability == WIO_NOT_DURABLE ? WIO_NOT_DURABLE
							   : WIO_DURABLE;
}

static int
find(struct fio_bundle *x, struct fio_bundle_file *f, struct wio_error *e)
{
	const size_t first = f->group.members[0];
	const char *path = f->group.requests[first].path;
	struct fio_place place;

	if (fio_roots_find(x->roots, path, &place, e) < 0)
		return -1;
	if (f == x->files[0])
		x->root = place.root;
	memcpy(f->name, place.name, sizeof(f->name));
	if (take_dir(x, &place, &f->dir, e) < 0)
		return -1;
	f->how = fio_writing_of(x->w);
	f->how.look = f->group.requests[first].dry_run;
	f->how.durability = durability_of(x);
	add_absolute(x, path, &f->path);
	f->shown = fio_path(&f->dir->dir, f->name);
	f->revision = (struct fio_revision){
		.kind = x->w->options.digest, .path = f->shown.text};
	return fio_held_look(&f->held, &f->how, &f->dir->dir, f->name, e);
}

/* All are found, one for each request: those that are one file become one. */
static void
merge(struct fio_bundle *x)
{
	size_t *members = mem_alloc(x->n * sizeof(*members)), n = 0;

	qsort(x->files, x->n, sizeof(x->files[0]), by_name);
	for (size_t i = 0; i < x->n; i++) {
		struct fio_bundle_file *f = x->files[i];
		members[i] = f->group.members[0];
		f->group.members = &members[i];
		if (n > 0 && is_same_file(x->files[n - 1], f)) {
			x->files[n - 1]->group.n++;
			file_free(f);
		} else {
			x->files[n++] = f;
		}
	}
	mem_free(x->members);
	x->members = members;
	x->n = n;
	qsort(x->files, n, sizeof(x->files[0]), by_request);
	memcpy(x->order, x->files, n * sizeof(x->order[0]));
}

/* One of its files, for a message. */
static const char *
name_in(const struct fio_bundle *x, const struct fio_bundle_dir *d)
{
	size_t i = 0;

	while (x->files[i]->dir != d)
		i++;
	return x->files[i]->shown.text;
}

int
fio_bundle_open_trashes(struct fio_bundle *x, struct wio_error *e)
{
	const struct fio_writing how = fio_writing_of(x->w);
	struct err why;

	if (x->dirs.n > 1)
		qsort(x->dirs.items, x->dirs.n, sizeof(x->dirs.items[0]),
			by_dir);
	for (size_t i = 0; i < x->dirs.n; i++) {
		struct fio_bundle_dir *d = x->dirs.items[i];
		if (d->open)
			continue;
		if (fio_trash_open(&d->trash, &how.trash, &d->dir, &why) < 0) {
			err_wrap(&why, "writing '%s'", name_in(x, d));
			return fio_error_from(e, WIO_OP_LOCK, &why);
		}
		d->open = true;
	}
	return 0;
}

static void
unlock(struct fio_bundle *x)
{
	for (size_t i = 0; i < x->n; i++)
		fio_held_close(&x->files[i]->held);
}

static size_t
at_of(const struct fio_bundle *x, const struct fio_bundle_file *f)
{
	size_t at = 0;

	while (x->files[at] != f)
		at++;
	return at;
}

/* Two names that held one file when they were looked at: somebody renames it,
 * or links it. */
static bool
is_locked_already(const struct fio_bundle *x, size_t i)
{
	const struct fio_bundle_file *f = x->order[i];

	for (size_t k = i; k-- > 0;) {
		const struct fio_bundle_file *other = x->order[k];
		if (fio_inode_cmp(other->held.inode, f->held.inode) != 0)
			return false;
		if (other->held.locked)
			return true;
	}
	return false;
}

/* 1: a name has another file by now; nothing is locked then. */
static int
lock_files(struct fio_bundle *x, size_t *ret_at, struct wio_error *e)
{
	int rc = 0;

	qsort(x->order, x->n, sizeof(x->order[0]), by_inode);
	for (size_t i = 0; i < x->n && rc == 0; i++) {
		struct fio_bundle_file *f = x->order[i];
		*ret_at = at_of(x, f);
		if (f->how.look)
			continue;
		rc = is_locked_already(x, i) ? 1 : fio_held_lock(&f->held, e);
	}
	if (rc == 1)
		unlock(x);
	return rc;
}

static int
look_again(struct fio_bundle *x, size_t *ret_at, struct wio_error *e)
{
	for (size_t i = 0; i < x->n; i++) {
		struct fio_bundle_file *f = x->files[i];
		*ret_at = i;
		if (fio_held_look(&f->held, &f->how, &f->dir->dir, f->name, e) <
			0)
			return -1;
	}
	return 0;
}

static int
lock_all(struct fio_bundle *x, size_t *ret_at, struct wio_error *e)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		int rc = lock_files(x, ret_at, e);
		if (rc <= 0)
			return rc;
		size_t at = *ret_at;
		if (look_again(x, ret_at, e) < 0)
			return -1;
		*ret_at = at;
	}
	return fio_error_set(e, WIO_OP_WRITE, WIO_BUSY, "path",
		"'%s' is replaced again and again",
		x->files[*ret_at]->shown.text);
}

int
fio_bundle_take(struct fio_bundle *x, size_t *ret_at, struct wio_error *e)
{
	uint64_t bytes = 0;
	int rc = 0;

	for (size_t i = 0; i < x->n; i++) {
		*ret_at = i;
		if (find(x, x->files[i], e) < 0)
			return -1;
	}
	merge(x);
	/* Who goes on beside it need not wait for what it does not need. */
	const unsigned int need = fio_bundle_holds(x->dirs.n);
	fio_pool_need(x->w->pool, need, x->permits);
	x->permits = need;
	for (size_t i = 0; i < x->n; i++)
		bytes += x->files[i]->held.size;
	fio_pool_more(x->w->pool, bytes);
	x->bytes = bytes;
	/* Other processes are kept out before anything is read. */
	if (x->w->options.lock_processes && fio_bundle_open_trashes(x, e) < 0)
		return -1;
	rc = lock_all(x, ret_at, e);
	for (size_t i = 0; i < x->n && rc == 0; i++) {
		*ret_at = i;
		rc = fio_held_read(&x->files[i]->held, e);
	}
	return rc;
}
