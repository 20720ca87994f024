/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_READS_H
#define TESTS_FIO_READS_H

#include "counting.h"

/* What a read gives, over the library of counting.h. */

static struct wio_read_result got[256]; /* released after each test */

static inline void
check_read(const struct wio_read_result *r, const char *want)
{
	check_code(r->error, WIO_OK);
	check_str(str_of(r->bytes, r->n), want);
	assert_int_equal(r->bytes[r->n], '\0');
}

static inline enum wio_code
read_one(const struct wio_read_request *ask)
{
	wio_read_release(got, 1);
	size_t failed = wio_read(w, ask, 1, got);
	assert_int_equal(failed, got[0].error.code != WIO_OK);
	if (failed)
		assert_null(got[0].bytes);
	return got[0].error.code;
}

static inline int
end(void **state)
{
	wio_read_release(got, 256);
	memset(got, 0, sizeof(got));
	return io_teardown(state);
}

#endif
