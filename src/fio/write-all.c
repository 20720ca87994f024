/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "fio/batch.h"
#include "fio/root-priv.h"
#include "fio/write-priv.h"

/*
 * A batch of which all is done or nothing: every file is found, locked, read
 * and judged before the first is written. Directories are locked in one order
 * and files in one order, so that two batches never wait for each other; and
 * no file is locked twice, for that would be waiting for oneself.
 *
 * Requests are for one file when they lead to one name in one directory. By
 * its inode it cannot be told: somebody may save by rename between two looks,
 * or move the file that one request has found to the name of the next.
 */
enum { ATTEMPTS = 100 }; /* while somebody saves without a pause */

struct all_dir {
	struct fio_inode id;
	struct fio_dir dir;
	struct fio_trash trash;
	bool open; /* the trash */
};

struct all_file {
	struct fio_write_group group;
	struct all_dir *dir;
	struct fio_writing how;
	struct fio_held held;
	struct fio_revision revision;
	struct fio_path shown;
	char name[256];
	struct buf path; /* absolute */
};

struct all {
	struct wio *w;
	struct fio_roots *roots;
	VEC(struct all_dir *) dirs;
	struct all_file **files; /* in the order of the requests */
	struct all_file **order; /* in the order of their inodes */
	size_t *members;	 /* of all groups */
	size_t n;
	size_t root; /* of the first file */
	uint64_t bytes;
};

static int
by_dir(const void *a, const void *b)
{
	return fio_inode_cmp((*(struct all_dir *const *)a)->id,
		(*(struct all_dir *const *)b)->id);
}

static int
by_inode(const void *a, const void *b)
{
	return fio_inode_cmp((*(struct all_file *const *)a)->held.inode,
		(*(struct all_file *const *)b)->held.inode);
}

static int
by_name(const void *a, const void *b)
{
	const struct all_file *x = *(struct all_file *const *)a;
	const struct all_file *y = *(struct all_file *const *)b;

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
	const struct all_file *x = *(struct all_file *const *)a;
	const struct all_file *y = *(struct all_file *const *)b;

	return (x->group.members[0] > y->group.members[0]) -
		(x->group.members[0] < y->group.members[0]);
}

static bool
is_same_file(const struct all_file *x, const struct all_file *y)
{
	return x->dir == y->dir && x->how.look == y->how.look &&
		strcmp(x->name, y->name) == 0;
}

/* The directory of `place`, once, however many files are in it. */
static int
take_dir(struct all *x, struct fio_place *place, struct all_dir **ret,
	struct wio_error *e)
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
	**ret = (struct all_dir){.id = id, .dir = place->dir};
	VEC_PUSH(&x->dirs, *ret);
	return 0;
}

/* So that the batch is found again whatever the first root is by then. */
static void
add_absolute(const struct all *x, const char *path, struct buf *ret)
{
	if (path[0] != '/' && fio_roots_n(x->roots) > 0) {
		buf_add_c(ret, fio_roots_dir(x->roots, 0)->path);
		buf_add_char(ret, '/');
	}
	buf_add_c(ret, path);
}

/* The journal needs the names to be durable as well. */
static enum wio_durability
reached(const struct all *x)
{
	return x->w->options.durability == WIO_NOT_DURABLE ? WIO_NOT_DURABLE
							   : WIO_DURABLE;
}

static int
find(struct all *x, struct all_file *f, struct wio_error *e)
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
	f->how.durability = reached(x);
	add_absolute(x, path, &f->path);
	f->shown = fio_path(&f->dir->dir, f->name);
	f->revision = (struct fio_revision){
		.kind = x->w->options.digest, .path = f->shown.text};
	return fio_held_look(&f->held, &f->how, &f->dir->dir, f->name, e);
}

static void
file_free(struct all_file *f)
{
	fio_held_close(&f->held);
	fio_revision_release(&f->revision);
	buf_release(&f->path);
	mem_free(f);
}

/* All are found, one for each request: those that are one file become one. */
static void
merge(struct all *x)
{
	size_t *members = mem_alloc(x->n * sizeof(*members)), n = 0;

	qsort(x->files, x->n, sizeof(x->files[0]), by_name);
	for (size_t i = 0; i < x->n; i++) {
		struct all_file *f = x->files[i];
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
name_in(const struct all *x, const struct all_dir *d)
{
	size_t i = 0;

	while (x->files[i]->dir != d)
		i++;
	return x->files[i]->shown.text;
}

static int
open_trashes(struct all *x, struct wio_error *e)
{
	const struct fio_writing how = fio_writing_of(x->w);
	struct err why;

	if (x->dirs.n > 1)
		qsort(x->dirs.items, x->dirs.n, sizeof(x->dirs.items[0]),
			by_dir);
	for (size_t i = 0; i < x->dirs.n; i++) {
		struct all_dir *d = x->dirs.items[i];
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
unlock(struct all *x)
{
	for (size_t i = 0; i < x->n; i++)
		fio_held_close(&x->files[i]->held);
}

static size_t
at_of(const struct all *x, const struct all_file *f)
{
	size_t at = 0;

	while (x->files[at] != f)
		at++;
	return at;
}

/* Two names that held one file when they were looked at: somebody renames it,
 * or links it. */
static bool
is_locked_already(const struct all *x, size_t i)
{
	const struct all_file *f = x->order[i];

	for (size_t k = i; k-- > 0;) {
		const struct all_file *other = x->order[k];
		if (fio_inode_cmp(other->held.inode, f->held.inode) != 0)
			return false;
		if (other->held.locked)
			return true;
	}
	return false;
}

/* 1: a name has another file by now; nothing is locked then. */
static int
lock_files(struct all *x, size_t *ret_at, struct wio_error *e)
{
	int rc = 0;

	qsort(x->order, x->n, sizeof(x->order[0]), by_inode);
	for (size_t i = 0; i < x->n && rc == 0; i++) {
		struct all_file *f = x->order[i];
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
look_again(struct all *x, size_t *ret_at, struct wio_error *e)
{
	for (size_t i = 0; i < x->n; i++) {
		struct all_file *f = x->files[i];
		*ret_at = i;
		if (fio_held_look(&f->held, &f->how, &f->dir->dir, f->name, e) <
			0)
			return -1;
	}
	return 0;
}

static int
lock_all(struct all *x, size_t *ret_at, struct wio_error *e)
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

/* Found, locked and read. */
static int
take_all(struct all *x, size_t *ret_at, struct wio_error *e)
{
	uint64_t bytes = 0;
	int rc = 0;

	for (size_t i = 0; i < x->n; i++) {
		*ret_at = i;
		if (find(x, x->files[i], e) < 0)
			return -1;
	}
	merge(x);
	for (size_t i = 0; i < x->n; i++)
		bytes += x->files[i]->held.size;
	fio_pool_more(x->w->pool, bytes);
	x->bytes = bytes;
	/* Other processes are kept out before anything is read. */
	if (x->w->options.lock_processes && open_trashes(x, e) < 0)
		return -1;
	rc = lock_all(x, ret_at, e);
	for (size_t i = 0; i < x->n && rc == 0; i++) {
		*ret_at = i;
		rc = fio_held_read(&x->files[i]->held, e);
	}
	return rc;
}

/* How many requests are refused. */
static size_t
judge_all(struct all *x)
{
	size_t refused = 0;

	for (size_t i = 0; i < x->n; i++) {
		struct all_file *f = x->files[i];
		fio_group_judge(&f->group, &f->held, &f->revision);
		refused += f->group.n - f->revision.accepted;
	}
	return refused;
}

/* The journal is in a root, where the next one to open that looks for it; for
 * a file that is under none, in the first. */
static int
open_journals(struct all *x, struct fio_trash *ret, struct wio_error *e)
{
	const struct fio_writing how = fio_writing_of(x->w);
	const size_t n = fio_roots_n(x->roots);
	struct err why;

	if (n == 0)
		return fio_error_set(e, WIO_OP_WRITE, WIO_UNSUPPORTED, NULL,
			"a batch of which all is done or nothing needs a root, "
			"by which it is found again after a crash");
	/* Its messages are relative to it. */
	const struct fio_dir *root =
		fio_roots_dir(x->roots, x->root < n ? x->root : 0);
	struct fio_dir of;
	fio_name_dir(&of, root->sys, root->fd, "");
	if (fio_trash_dir(ret, &how.trash, &of, &why) < 0) {
		err_wrap(&why, "writing '%s'", x->files[0]->shown.text);
		return fio_error_from(e, WIO_OP_WRITE, &why);
	}
	return 0;
}

static bool
is_idle(const struct all_file *f)
{
	return fio_edits_are_idle(f->revision.bytes, &f->revision.edits);
}

/* What holds its new bytes already is to last as well. Before the first file
 * changes: after a failure there is nothing to put back. */
static int
settle_idle(struct all *x, size_t *ret_at, struct wio_error *e)
{
	for (size_t i = 0; i < x->n; i++) {
		struct all_file *f = x->files[i];
		*ret_at = i;
		if (!f->how.look && is_idle(f) &&
			fio_held_settle(&f->held, e) < 0)
			return -1;
	}
	return 0;
}

static int
change_all(struct all *x, struct fio_batch_file *files, size_t *ret_n,
	size_t *ret_at, struct wio_error *e)
{
	size_t n = 0, *of = mem_alloc(x->n * sizeof(*of));
	struct fio_trash journals;

	if (settle_idle(x, ret_at, e) < 0) {
		mem_free(of);
		return -1;
	}
	for (size_t i = 0; i < x->n; i++) {
		struct all_file *f = x->files[i];
		if (f->how.look || is_idle(f))
			continue;
		f->held.trash = &f->dir->trash;
		of[n] = i;
		files[n++] = (struct fio_batch_file){.held = &f->held,
			.next = fio_revision_pieces(&f->revision),
			.path = f->path.p};
	}
	int rc = n > 0 ? open_journals(x, &journals, e) : 0;
	if (rc == 0 && n > 0 && open_trashes(x, e) < 0) {
		fio_trash_close(&journals);
		rc = -1;
	}
	if (rc == 0 && n > 0) {
		rc = fio_batch_write(files, n, &journals.dir,
			x->w->options.durability, ret_at, e);
		fio_trash_close(&journals);
		if (rc < 0 && e->code == WIO_CONFLICT)
			fio_group_conflict(&x->files[of[*ret_at]]->group,
				files[*ret_at].held,
				&x->files[of[*ret_at]]->revision,
				files[*ret_at].kept);
		*ret_at = of[*ret_at];
	}
	*ret_n = n;
	mem_free(of);
	return rc;
}

/*
 * File `at` fails with `e` (or has failed already), and all others with it.
 * That nothing was changed is not told when it is not known.
 */
static void
fail_all(struct all *x, size_t at, const struct wio_error *e)
{
	struct wio_error others;

	fio_error_set(&others, WIO_OP_WRITE, WIO_CANCELLED, NULL,
		"another request of the batch failed");
	for (size_t i = 0; i < x->n; i++) {
		bool his =
			e != NULL && (i == at || e->code == WIO_UNKNOWN_STATE);
		fio_group_fail(&x->files[i]->group, his ? e : &others);
	}
}

static void
done_all(struct all *x, const struct fio_batch_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fio_trash_added(files[i].held->trash, x->w->trashes,
			(uint64_t)files[i].held->version.size);
	for (size_t i = 0; i < x->n; i++) {
		struct all_file *f = x->files[i];
		if (f->how.look)
			fio_group_diff(&f->group, &f->revision);
		else
			fio_group_done(&f->group, &f->revision, reached(x));
	}
}

static void
release(struct all *x)
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

/* One for each request, until all are found. */
static void
begin(struct all *x, const struct wio_write_request *requests,
	struct wio_write_result *results)
{
	x->files = mem_alloc(x->n * sizeof(struct all_file *));
	x->order = mem_alloc(x->n * sizeof(struct all_file *));
	x->members = mem_alloc(x->n * sizeof(x->members[0]));
	for (size_t i = 0; i < x->n; i++) {
		x->members[i] = i;
		x->files[i] = mem_alloc(sizeof(struct all_file));
		x->files[i]->group =
			(struct fio_write_group){.requests = requests,
				.results = results,
				.members = &x->members[i],
				.n = 1};
	}
}

void
fio_write_batch(struct wio *w, struct fio_roots *roots,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results)
{
	struct all x = {.w = w, .roots = roots, .n = n};
	struct fio_batch_file *files = mem_alloc(n * sizeof(files[0]));
	struct wio_error e;
	size_t at = 0, changed = 0;

	begin(&x, requests, results);
	fio_pool_enter(w->pool, 0);
	bool good = take_all(&x, &at, &e) == 0;
	bool accepted = good && judge_all(&x) == 0;
	if (accepted)
		good = change_all(&x, files, &changed, &at, &e) == 0;
	if (accepted && good)
		done_all(&x, files, changed);
	else
		fail_all(&x, at, good ? NULL : &e);
	release(&x);
	mem_free(files);
	fio_pool_leave(w->pool, x.bytes);
}
