/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_IO_H
#define TESTS_FIO_IO_H

#include "scratch.h"

#include "weir/io.h"

/* The library over a scratch directory, as its users have it. */

static struct scratch s;
static struct wio *w;
static struct wio_error e;

static inline void
io_open(struct wio_options o)
{
	const char *const roots[] = {s.path};

	o.roots = roots;
	o.roots_n = 1;
	w = wio_open(&o, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
}

static inline int
io_setup(void **state)
{
	(void)state;
	scratch_make(&s);
	io_open((struct wio_options){0});
	return 0;
}

static inline int
io_teardown(void **state)
{
	(void)state;
	wio_close(w, NULL);
	w = NULL;
	scratch_remove(&s);
	return 0;
}

static inline void
io_reopen(struct wio_options o)
{
	wio_close(w, NULL);
	io_open(o);
}

static inline const char *
digest_of(const char *text)
{
	static char rotating[8][WIO_DIGEST_SIZE];
	static unsigned int at;
	char *ret = rotating[at++ % 8];

	wio_digest(WIO_XXH3, text, strlen(text), ret);
	return ret;
}

#define check_code(error, want)                                         \
	do {                                                            \
		const struct wio_error *check_e = &(error);             \
		if (check_e->code != (want))                            \
			fail_msg("%s, expected %s: %s",                 \
				wio_code_name(check_e->code),           \
				wio_code_name(want), check_e->message); \
	} while (0)

#endif
