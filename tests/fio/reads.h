/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_READS_H
#define TESTS_FIO_READS_H

/* A scratch directory as the one root of a library, on a kernel that counts
 * what is asked of it. */

#include <stdatomic.h>

#include "fio/io-priv.h"
#include "fio/sum.h"
#include "scratch.h"
#include "sys/fault.h"
#include "sys/pass.h"
#include "sys/real.h"

static struct scratch s;
static struct wio_error we;
static struct wio *io;

static struct counting {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	atomic_int opens, open_now, open_most; /* of regular files by name */
	atomic_int reads, reading, reading_most;
	void (*before_read)(void);
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

/* `o` without roots gets the scratch directory. */
static inline void
open_io(struct wio_options o, bool inline_only)
{
	const char *const roots[] = {s.path};

	if (o.roots_n == 0) {
		o.roots = roots;
		o.roots_n = 1;
	}
	io = fio_io_open(&counting.sys, &o, inline_only, &we);
	if (io == NULL)
		fail_msg("%s", we.message);
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
	we = (struct wio_error){0};
	io = NULL;
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	wio_close(io, NULL);
	scratch_remove(&s);
	return 0;
}

/* The digest of what a file should hold. */
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

#define XXH3_OF(bytes_) tag_of(WIO_XXH3, (bytes_)).text

static inline void
check_code(const struct wio_error *e, enum wio_code want)
{
	if (e->code != want)
		fail_msg("got %s (%s: '%s'), expected %s",
			wio_code_name(e->code), wio_op_name(e->op), e->message,
			wio_code_name(want));
}

#endif
