/* SPDX-License-Identifier: MIT */
#include "fio/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/vec.h"
#include "fio/crc32c.h"
#include "fio/file.h"
#include "fio/log-priv.h"

/*
 * Writing. All of it happens under the log's own lock.
 *
 *	state                      a crash here leaves
 *	empty file, name synced    an empty file: the chain goes on from the
 *	                           newest file put aside
 *	one write                  a torn end, mended by the next open
 *	fsync                      the records
 *	renamed, name synced       no current file: as with an empty one
 */

#define QUARANTINE "quarantine"

static int
fail_at(const struct fio_log *l, int rc, const char *doing, struct err *e)
{
	return err_sys(
		e, -rc, "%s '%s'", doing, fio_path(l->place.dir, l->name).text);
}

/* Keep a copy of a record that is about to go away, and make it the end. */
static void
keep_last(struct fio_log *l, const struct fio_log_record *r)
{
	struct buf copy = {0};

	buf_add_str(&copy, r->line);
	buf_release(&l->tail);
	l->tail = copy;
	l->last = *r;
	l->last.line = buf_str(&l->tail);
}

static int
read_file(struct fio_log *l, const char *name, struct buf *ret, struct err *e)
{
	int rc = fio_read(l->place.dir, name, FIO_LOG_FILE_MAX, ret, NULL, e);

	if (rc == 1)
		return err_set(e, ERR_CONFLICT, "'%s' has gone",
			fio_path(l->place.dir, name).text);
	return rc;
}

/* The end of the log when there is nothing in the current file. */
static int
end_of_segments(struct fio_log *l, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_log_walk walk = {0};
	struct fio_log_record r;
	struct err ignored;
	char name[FIO_LOG_NAME];
	const uint64_t *numbers;
	enum fio_log_step step;
	size_t n;

	if (fio_log_segments(&l->place, &tmp, &numbers, &n, e) < 0)
		return -1;
	if (n == 0)
		return 0;
	fio_log_segment_name(&l->place, numbers[n - 1], name);
	if (read_file(l, name, &bytes, e) < 0)
		return -1;
	walk.rest = buf_str(&bytes);
	while ((step = fio_log_walk(&walk, name, &r, &ignored)) != FIO_LOG_END)
		if (step == FIO_LOG_RECORD)
			keep_last(l, &r);
	if (l->last.seq < numbers[n - 1])
		l->last.seq = numbers[n - 1];
	return 0;
}

static int
open_file(const struct fio_log *l, int flags)
{
	struct sys *sys = l->place.dir->sys;

	return sys->openat(sys, l->place.dir->fd, l->name,
		O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags,
		0600);
}

/* Open, or begin, the current file. Its name is durable before there is
 * anything in it; and before it is begun, that the one before has another,
 * because who put that aside may have died before the sync. */
static int
open_current(struct fio_log *l, struct err *e)
{
	struct sys *sys = l->place.dir->sys;
	struct stat st;

	l->fd = open_file(l, 0);
	if (l->fd == -ENOENT) {
		if (fio_dir_sync(l->place.dir, e) < 0)
			return -1;
		l->fd = open_file(l, O_CREAT);
	}
	if (l->fd < 0)
		return fail_at(l, l->fd, "opening", e);
	int rc = sys->fstat(sys, l->fd, &st);
	if (rc < 0)
		return fail_at(l, rc, "looking at", e);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "'%s' is not a regular file",
			fio_path(l->place.dir, l->name).text);
	l->size = st.st_size;
	if (l->size > 0)
		return 0;
	if (fio_dir_sync(l->place.dir, e) == 0)
		return 0;
	/* The sync may succeed next time and prove nothing: begin anew. */
	(void)sys->unlinkat(sys, l->place.dir->fd, l->name, 0);
	return -1;
}

/* The file as it is goes aside, whole; a new one is begun. */
static int
put_aside(struct fio_log *l, struct err *e)
{
	struct sys *sys = l->place.dir->sys;
	char name[FIO_LOG_NAME];
	/* Who wrote its end may have died before the sync. */
	int rc = sys->fsync(sys, l->fd);

	if (rc < 0)
		return fail_at(l, rc, "making durable", e);
	(void)sys->close(sys, l->fd);
	l->fd = -1;
	if (l->last.seq == 0) /* what was there is a record, too */
		l->last.seq = 1;
	for (;; l->last.seq++) {
		fio_log_segment_name(&l->place, l->last.seq, name);
		rc = fio_move(l->place.dir, l->name, name, e);
		if (rc == 0 || e->code != ERR_CONFLICT)
			break;
	}
	return rc < 0 ? -1 : open_current(l, e);
}

/* Where the end begins that one interrupted write can have left. */
static size_t
torn_at(struct str all)
{
	struct fio_log_record r;
	size_t at = str_line_start(all, all.n);

	if (at < all.n || at == 0)
		return at;
	size_t end = at - 1;
	at = str_line_start(all, end);
	return fio_log_parse(str_of(all.s + at, end - at), &r) ? all.n : at;
}

/* A copy first; only then it is cut off. */
static int
cut_off(struct fio_log *l, struct str torn, struct problems *notes,
	struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
	struct sys *sys = l->place.dir->sys;
	char digest[FIO_DIGEST_TEXT], name[FIO_LOG_NAME + FIO_DIGEST_TEXT];
	struct err note = {0};

	fio_digest_format(fio_digest(torn), digest);
	(void)snprintf(name, sizeof(name), "%s-%s", l->place.stem, digest + 5);
	if (fio_dir_make_in(&dir, l->place.dir, QUARANTINE, 0700, e) < 0 ||
		fio_sweep(&dir, e) < 0 ||
		fio_create(&dir, name, torn, 0600, e) < 0)
		return -1;
	int rc = sys->ftruncate(sys, l->fd, l->size - (off_t)torn.n);
	if (rc == 0)
		rc = sys->fsync(sys, l->fd);
	if (rc < 0)
		return fail_at(l, rc, "cutting the torn end off", e);
	l->size -= (off_t)torn.n;
	err_set(&note, ERR_INPUT,
		"%s: a record that was torn at its end (%zu bytes) is now in "
		"'%s'",
		fio_path(l->place.dir, l->name).text, torn.n,
		fio_path(&dir, name).text);
	problems_add(notes, &note);
	return 0;
}

/* Look at the whole file, cut off what is torn, put aside what is damaged. */
static int
mend(struct fio_log *l, struct problems *notes, struct err *e)
{
	struct fio_path path = fio_path(l->place.dir, l->name);
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_log_walk walk = {0};
	struct fio_log_record r;
	enum fio_log_step step;
	struct err note = {0};

	if (read_file(l, l->name, &bytes, e) < 0)
		return -1;
	struct str all = buf_str(&bytes);
	size_t good = torn_at(all);
	if (good < all.n && cut_off(l, str_from_at(all, good), notes, e) < 0)
		return -1;
	walk.rest = str_of(all.s, good);
	while ((step = fio_log_walk(&walk, path.text, &r, &note)) !=
		FIO_LOG_END) {
		if (step == FIO_LOG_RECORD)
			keep_last(l, &r);
		else
			problems_add(notes, &note);
	}
	if (l->last.seq == 0 && end_of_segments(l, e) < 0)
		return -1;
	return walk.bad > 0 ? put_aside(l, e) : 0;
}

/* The last line, when it is a record and ends as one. 1: it is not. */
static int
read_last(struct fio_log *l, struct err *e)
{
	struct sys *sys = l->place.dir->sys;
	size_t want = l->size < (off_t)FIO_LOG_LINE_MAX + 1
		? (size_t)l->size
		: FIO_LOG_LINE_MAX + 1;
	struct fio_log_record r;

	buf_reset(&l->tail);
	ssize_t n = sys->pread(sys, l->fd, buf_room(&l->tail, want), want,
		l->size - (off_t)want);
	if (n < 0)
		return fail_at(l, (int)n, "reading", e);
	buf_added(&l->tail, (size_t)n);
	struct str all = buf_str(&l->tail);
	if ((size_t)n != want || torn_at(all) != all.n)
		return 1;
	size_t at = str_line_start(all, all.n - 1);
	(void)fio_log_parse(str_of(all.s + at, all.n - 1 - at), &r);
	l->last = r;
	return 0;
}

/* What a process left that died while it put a torn end there. */
static int
sweep_quarantine(struct fio_log *l, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;

	if (fio_dir_open_in(&dir, l->place.dir, QUARANTINE, e) < 0)
		return e->code == ERR_MISSING ? 0 : -1;
	return fio_sweep(&dir, e);
}

static int
find_end(struct fio_log *l, struct problems *notes, struct err *e)
{
	if (open_current(l, e) < 0)
		return -1;
	if (l->place.verify && sweep_quarantine(l, e) < 0)
		return -1;
	if (l->size == 0)
		return end_of_segments(l, e);
	if (l->place.verify)
		return mend(l, notes, e);
	int rc = read_last(l, e);
	return rc == 1 ? mend(l, notes, e) : rc;
}

int
fio_log_open(struct fio_log *ret, const struct fio_log_place *place,
	int64_t wait_ns, struct problems *notes, struct err *e)
{
	char lock[FIO_LOG_NAME];

	*ret = (struct fio_log){.place = *place, .fd = -1};
	if (ret->place.segment_bytes == 0)
		ret->place.segment_bytes = FIO_LOG_SEGMENT_BYTES;
	fio_log_name(place, ".jsonl", ret->name);
	fio_log_name(place, ".lock", lock);
	if (fio_lock_take(&ret->lock, place->dir, lock, wait_ns, "weir", e) < 0)
		return -1;
	if (find_end(ret, notes, e) == 0)
		return 0;
	fio_log_close(ret);
	return -1;
}

/* One record after the other, each naming the one before. */
static int
build(const struct fio_log *l, const struct str *fields, size_t n,
	struct buf *ret, struct fio_log_record *ret_last, struct err *e)
{
	struct fio_log_record last = l->last;

	for (size_t i = 0; i < n; i++) {
		size_t start = ret->n;
		for (size_t k = 0; k < fields[i].n; k++)
			if ((unsigned char)fields[i].s[k] < ' ')
				BUG("a control character in a record");
		buf_addf(ret, "{\"seq\":%llu,\"prev\":\"%08x\",",
			(unsigned long long)last.seq + 1, last.crc);
		buf_add_str(ret, fields[i]);
		last.seq++;
		last.crc = fio_crc32c(str_from_at(buf_str(ret), start));
		buf_addf(ret, ",\"crc\":\"%08x\"}\n", last.crc);
		if (ret->n - start > FIO_LOG_LINE_MAX)
			return err_set(e, ERR_LIMIT,
				"'%s': a record of %zu bytes; at most %zu are "
				"accepted",
				fio_path(l->place.dir, l->name).text,
				ret->n - start, FIO_LOG_LINE_MAX);
	}
	last.line = STR_ABSENT;
	*ret_last = last;
	return 0;
}

int
fio_log_append(
	struct fio_log *l, const struct str *fields, size_t n, struct err *e)
{
	struct sys *sys = l->place.dir->sys;
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_log_record last;

	if ((size_t)l->size >= l->place.segment_bytes && put_aside(l, e) < 0)
		return -1;
	if (build(l, fields, n, &bytes, &last, e) < 0)
		return -1;
	ssize_t wrote = sys->write(sys, l->fd, bytes.p, bytes.n);
	int rc = wrote < 0 ? (int)wrote : 0;
	if (rc == 0 && (size_t)wrote < bytes.n)
		rc = -ENOSPC;
	if (rc == 0)
		rc = sys->fsync(sys, l->fd);
	if (rc < 0) {
		(void)sys->ftruncate(sys, l->fd, l->size);
		(void)sys->fsync(sys, l->fd);
		return fail_at(l, rc, "appending to", e);
	}
	l->size += (off_t)bytes.n;
	l->last = last;
	return 0;
}

void
fio_log_close(struct fio_log *l)
{
	if (l->fd >= 0)
		(void)l->place.dir->sys->close(l->place.dir->sys, l->fd);
	l->fd = -1;
	buf_release(&l->tail);
	fio_lock_drop(&l->lock);
}
