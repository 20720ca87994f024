/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_COUNTING_H
#define TESTS_FIO_COUNTING_H

/* The library of io.h on a kernel that counts what is asked of it. */

#include <stdatomic.h>

#include "fio/io-priv.h"
#include "sys/pass.h"
#include "sys/real.h"

#include "io.h"

static struct counting {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	atomic_int opens, open_now, open_most; /* of regular files by name */
	atomic_int reads, reading, reading_most;
	void (*before_read)(void);
	int64_t ahead_ns;
} counting;

static inline void
most(atomic_int *now, atomic_int *max)
{
	int n = atomic_fetch_add(now, 1) + 1;
	int was = atomic_load(max);

	while (n > was && !atomic_compare_exchange_weak(max, &was, n))
		;
}

static inline int
counting_openat(
	struct sys *sys, int at, const char *path, int flags, mode_t mode)
{
	(void)sys;
	int fd = counting.pass.under->openat(
		counting.pass.under, at, path, flags, mode);
	if ((flags & (O_DIRECTORY | O_PATH)) != 0)
		return fd;
	atomic_fetch_add(&counting.opens, 1);
	return fd;
}

static inline ssize_t
counting_read(struct sys *sys, int fd, void *p, size_t n)
{
	(void)sys;
	atomic_fetch_add(&counting.reads, 1);
	most(&counting.reading, &counting.reading_most);
	if (counting.before_read != NULL)
		counting.before_read();
	ssize_t got = counting.pass.under->read(counting.pass.under, fd, p, n);
	atomic_fetch_sub(&counting.reading, 1);
	return got;
}

/* Change times cannot be set; the clock can be put forward. */
static inline int64_t
counting_clock(struct sys *sys, enum sys_clock which)
{
	(void)sys;
	return counting.pass.under->clock(counting.pass.under, which) +
		counting.ahead_ns;
}

/* `o` without roots gets the scratch directory. */
static inline void
open_io(struct wio_options o, bool inline_only)
{
	const char *const roots[] = {s.path};

	if (o.roots_n == 0) {
		o.roots = roots;
		o.roots_n = 1;
	}
	w = fio_io_open(&counting.sys, &o, inline_only, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
}

/* When what was put there before has rested for a while. */
static inline void
open_later(struct wio_options o, bool inline_only)
{
	counting.ahead_ns = 10000000000;
	open_io(o, inline_only);
}

static inline void
count_anew(void)
{
	counting.opens = counting.reads = counting.reading_most = 0;
}

static inline int
setup(void **state)
{
	(void)state;
	scratch_make(&s);
	memset(&counting, 0, sizeof(counting));
	sys_pass_init(&counting.pass, sys_real());
	counting.sys.openat = counting_openat;
	counting.sys.read = counting_read;
	counting.sys.clock = counting_clock;
	e = (struct wio_error){0};
	w = NULL;
	return 0;
}

/* What a writer without end does; for counting.before_read. */
static inline void
grow_f(void)
{
	char path[512];
	int fd = open(scratch_path(&s, "f", path), O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "+", 1), 1);
	assert_int_equal(close(fd), 0);
}

/* The digest of what a file should hold, of either kind. */
struct tag {
	char text[WIO_DIGEST_SIZE];
};

static inline struct tag
tag_of(enum wio_digest_kind kind, const char *text)
{
	struct tag t;

	wio_digest(kind, text, strlen(text), t.text);
	return t;
}

#endif
