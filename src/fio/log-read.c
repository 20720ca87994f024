/* SPDX-License-Identifier: MIT */
#include "fio/log-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "fio/file-priv.h"

/*
 * Reading: files put aside in the order of their numbers, then the current
 * one. That one may be put aside at any time; it is known by its inode, and
 * read on from where it was under its new name.
 */

#define SETTLE_WAIT_NS (500 * NS_PER_MS)

/* What is new in an open file. 1: nothing. */
static int
read_new(struct fio_log_reader *r, const char *name, int fd, struct err *e)
{
	struct sys *sys = r->place.dir->sys;
	struct fio_path path = fio_path(r->place.dir, name);
	struct stat st;

	int rc = sys->fstat(sys, fd, &st);
	if (rc < 0)
		return err_sys(e, -rc, "looking at '%s'", path.text);
	if (!S_ISREG(st.st_mode) || st.st_size > (off_t)FIO_LOG_FILE_MAX)
		return err_set(e, ERR_LIMIT,
			"'%s' is not a regular file, or too large", path.text);
	if (st.st_dev != r->dev || st.st_ino != r->ino) {
		r->at = 0;
		r->walk.line = 0;
		r->torn = false;
	}
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	memcpy(r->label, path.text, sizeof(path.text));
	if (r->at > st.st_size) /* its torn end was cut off */
		r->at = st.st_size;
	buf_reset(&r->bytes);
	for (off_t at = r->at; at < st.st_size;) {
		size_t left = (size_t)(st.st_size - at);
		ssize_t n = sys->pread(
			sys, fd, buf_room(&r->bytes, left), left, at);
		if (n < 0)
			return err_sys(e, (int)-n, "reading '%s'", path.text);
		if (n == 0)
			break;
		buf_added(&r->bytes, (size_t)n);
		at += n;
	}
	r->walk.rest = buf_str(&r->bytes);
	return 0;
}

/* -ENOENT is an answer, too. */
static int
open_file(struct fio_log_reader *r, const char *name)
{
	struct sys *sys = r->place.dir->sys;

	return sys->openat(sys, r->place.dir->fd, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
}

/* 1: there is no such file. */
static int
load(struct fio_log_reader *r, const char *name, int fd, struct err *e)
{
	if (fd == -ENOENT)
		return 1;
	if (fd < 0)
		return err_sys(e, -fd, "opening '%s'",
			fio_path(r->place.dir, name).text);
	return read_new(r, name, fd, e);
}

/* The number of the file put aside after `r->done`. 1: there is none. */
static int
next_segment(struct fio_log_reader *r, uint64_t *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const uint64_t *numbers;
	size_t n, i = 0;

	if (fio_log_segments(&r->place, &tmp, &numbers, &n, e) < 0)
		return -1;
	while (i < n && numbers[i] <= r->done)
		i++;
	if (i == n)
		return 1;
	*ret = numbers[i];
	return 0;
}

static int
load_segment(struct fio_log_reader *r, uint64_t number, struct err *e)
{
	char name[FIO_LOG_NAME];

	fio_log_segment_name(&r->place, number, name);
	int fd = open_file(r, name);
	r->done = number;
	r->whole = true;
	int rc = load(r, name, fd, e);
	if (fd >= 0)
		(void)r->place.dir->sys->close(r->place.dir->sys, fd);
	return rc < 0 ? -1 : 0;
}

static bool
is_torn(const struct fio_log_reader *r)
{
	return r->bytes.n > 0 && r->bytes.p[r->bytes.n - 1] != '\n';
}

/* Somebody may be in the middle of a write: look again when nobody is. */
static int
load_current(struct fio_log_reader *r, const char *name, int fd, struct err *e)
{
	char lock_name[FIO_LOG_NAME];
	struct fio_lock lock;
	struct err ignored;

	int rc = load(r, name, fd, e);
	/* Told already: taking the lock would wake who watches, us too. */
	if (rc != 0 || !is_torn(r) || r->torn)
		return rc;
	fio_log_name(&r->place, ".lock", lock_name);
	if (fio_lock_take(&lock, r->place.dir, lock_name, SETTLE_WAIT_NS,
		    "weir log", &ignored) < 0)
		return 0;
	rc = load(r, name, fd, e);
	fio_lock_drop(&lock);
	return rc;
}

/* Bytes that have not been looked at. 1: there is no whole line now. */
static int
load_more(struct fio_log_reader *r, struct err *e)
{
	char name[FIO_LOG_NAME];
	uint64_t number;

	r->at += (off_t)(r->bytes.n - r->walk.rest.n);
	if (r->whole) /* its inode may come back as another file */
		r->ino = 0;
	r->whole = false;
	buf_reset(&r->bytes);
	r->walk.rest = STR_ABSENT;
	fio_log_name(&r->place, ".jsonl", name);
	/* Opened before the look: should this one have been begun after
	 * another was put aside, that other one is seen now. */
	int fd = open_file(r, name);
	int rc = next_segment(r, &number, e);
	if (rc == 0)
		rc = load_segment(r, number, e);
	else if (rc == 1)
		rc = load_current(r, name, fd, e);
	if (fd >= 0)
		(void)r->place.dir->sys->close(r->place.dir->sys, fd);
	if (rc == 0 && !r->whole &&
		str_find_char(r->walk.rest, '\n') == r->walk.rest.n)
		return 1;
	return rc;
}

static void
tell_torn(struct fio_log_reader *r, struct problems *notes)
{
	struct err note = {0};

	r->torn = r->walk.damaged = true;
	r->walk.bad++;
	err_set(&note, ERR_INPUT, "%s:%llu:1: the last record is torn",
		r->label, (unsigned long long)r->walk.line + 1);
	problems_add(notes, &note);
}

int
fio_log_read(struct fio_log_reader *r, struct fio_log_record *ret,
	struct problems *notes, struct err *e)
{
	struct err note = {0};

	for (;;) {
		switch (fio_log_walk(&r->walk, r->label, ret, &note)) {
		case FIO_LOG_RECORD:
			r->torn = false;
			return 0;
		case FIO_LOG_TROUBLE:
			problems_add(notes, &note);
			continue;
		case FIO_LOG_END:
			break;
		}
		if (r->whole && r->walk.rest.n > 0)
			tell_torn(r, notes);
		int rc = load_more(r, e);
		if (rc == 1 && r->walk.rest.n > 0 && !r->torn)
			tell_torn(r, notes);
		if (rc != 0)
			return rc;
	}
}

void
fio_log_reader_release(struct fio_log_reader *r)
{
	buf_release(&r->bytes);
}
