/* SPDX-License-Identifier: MIT */
#include "fio/batch.h"
#include "fio/bundle.h"
#include "fio/root-priv.h"

/*
 * A batch of which all is done or nothing: all files are held (bundle.h) and
 * every request is judged before the first file is written; then they are
 * changed by the protocol of batch.h.
 */

/* How many requests are refused. */
static size_t
judge_all(struct fio_bundle *x)
{
	size_t refused = 0;

	for (size_t i = 0; i < x->n; i++) {
		struct fio_bundle_file *f = x->files[i];
		fio_group_judge(&f->group, &f->held, &f->revision);
		refused += f->group.n - f->revision.accepted;
	}
	return refused;
}

/* The journal is in a root, where the next one to open that looks for it; for
 * a file that is under none, in the first. */
static int
open_journals(struct fio_bundle *x, struct fio_trash *ret, struct wio_error *e)
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
		return fio_error_from(e, WIO_OP_LOCK, &why);
	}
	return 0;
}

static bool
is_idle(const struct fio_bundle_file *f)
{
	return fio_edits_are_idle(f->revision.bytes, &f->revision.edits);
}

/* What holds its new bytes already is to last as well. Before the first file
 * changes: after a failure there is nothing to put back. */
static int
settle_idle(struct fio_bundle *x, size_t *ret_at, struct wio_error *e)
{
	for (size_t i = 0; i < x->n; i++) {
		struct fio_bundle_file *f = x->files[i];
		*ret_at = i;
		if (!f->how.look && is_idle(f) &&
			fio_held_settle(&f->held, e) < 0)
			return -1;
	}
	return 0;
}

static int
change_all(struct fio_bundle *x, struct fio_batch_file *files, size_t *ret_n,
	size_t *ret_at, struct wio_error *e)
{
	size_t n = 0, *of = mem_alloc(x->n * sizeof(*of));
	struct fio_trash journals;

	if (settle_idle(x, ret_at, e) < 0) {
		mem_free(of);
		return -1;
	}
	for (size_t i = 0; i < x->n; i++) {
		struct fio_bundle_file *f = x->files[i];
		if (f->how.look || is_idle(f))
			continue;
		f->held.trash = &f->dir->trash;
		of[n] = i;
		files[n++] = (struct fio_batch_file){.held = &f->held,
			.next = fio_revision_pieces(&f->revision),
			.path = f->path.p};
	}
	int rc = n > 0 ? open_journals(x, &journals, e) : 0;
	if (rc == 0 && n > 0 && fio_bundle_open_trashes(x, e) < 0) {
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
fail_all(struct fio_bundle *x, size_t at, const struct wio_error *e)
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
done_all(struct fio_bundle *x, const struct fio_batch_file *files, size_t n)
{
	struct fio_inode *just = mem_alloc(n * sizeof(just[0]));

	for (size_t i = 0; i < n; i++) {
		const struct fio_version *was = &files[i].held->version;
		just[i] = (struct fio_inode){was->dev, was->ino};
	}
	for (size_t i = 0; i < n; i++)
		fio_trash_added(files[i].held->trash,
			(uint64_t)files[i].held->version.size, just, n);
	mem_free(just);
	for (size_t i = 0; i < x->n; i++) {
		struct fio_bundle_file *f = x->files[i];
		if (f->how.look)
			fio_group_diff(&f->group, &f->revision);
		else
			fio_group_done(
				&f->group, &f->revision, f->how.durability);
	}
}

void
fio_write_batch(struct wio *w, struct fio_roots *roots,
	const struct wio_write_request *requests, size_t n,
	struct wio_write_result *results)
{
	struct fio_bundle x;
	struct fio_batch_file *files = mem_alloc(n * sizeof(files[0]));
	struct wio_error e;
	size_t at = 0, changed = 0;

	fio_bundle_init(&x, w, roots, requests, n, results);
	/* Each may be in a directory of its own. */
	x.permits = fio_bundle_holds(n);
	fio_pool_enter(w->pool, x.permits, 0);
	bool good = fio_bundle_take(&x, &at, &e) == 0;
	bool accepted = good && judge_all(&x) == 0;
	if (accepted)
		good = change_all(&x, files, &changed, &at, &e) == 0;
	if (accepted && good)
		done_all(&x, files, changed);
	else
		fail_all(&x, at, good ? NULL : &e);
	fio_bundle_release(&x);
	mem_free(files);
	fio_pool_leave(w->pool, x.permits, x.bytes);
}
