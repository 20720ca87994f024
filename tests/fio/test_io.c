/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"
#include "scratch.h"
#include "sys/pass.h"
#include "sys/real.h"

/* A kernel with another environment and limit of descriptors. */
static const char *env_text;
static uint64_t limit;
static int limit_rc;

static const char *
other_env(struct sys *s, const char *name)
{
	(void)s;
	return strcmp(name, "WEIR_IO_FD_LIMIT") == 0 ? env_text : NULL;
}

static int
other_limit(struct sys *s, uint64_t *ret)
{
	(void)s;
	*ret = limit;
	return limit_rc;
}

/* 0: refused, with WIO_INVALID. */
static unsigned int
permits_of(unsigned int permits, unsigned int fd_limit)
{
	struct sys_pass pass;
	struct wio_error e = {0};
	struct wio_options o = {.symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE,
		.permits = permits,
		.fd_limit = fd_limit};

	sys_pass_init(&pass, sys_real());
	pass.sys.env = other_env;
	pass.sys.fd_limit = other_limit;
	struct wio *w = fio_io_open(&pass.sys, &o, true, &e);
	if (w == NULL) {
		assert_int_equal(e.code, WIO_INVALID);
		return 0;
	}
	unsigned int got = w->options.permits;
	wio_close(w, NULL);
	return got;
}

static void
permits_come_from_the_first_that_names_them(void **state)
{
	(void)state;
	limit = 300;
	env_text = "9999";
	assert_int_equal(permits_of(0, 2), 4);
	assert_int_equal(permits_of(0, 5000), 1024);
	assert_int_equal(permits_of(1, 2), 1);
	assert_int_equal(permits_of(65536, 2), 65536);
	assert_int_equal(permits_of(65537, 2), 0);
	assert_int_equal(permits_of(0, 0), 1024);
	env_text = "16";
	assert_int_equal(permits_of(0, 0), 16);
	env_text = "1";
	assert_int_equal(permits_of(0, 0), 4);
	const char *const bad[] = {"0", "", "many", "12x", "-5", " 7"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		env_text = bad[i];
		assert_int_equal(permits_of(0, 0), 0);
		assert_int_equal(permits_of(0, 7), 7);
	}
	env_text = NULL;
	assert_int_equal(permits_of(0, 0), 100);
	limit = 246;
	assert_int_equal(permits_of(0, 0), 82);
	limit = 2;
	assert_int_equal(permits_of(0, 0), 1);
	limit = UINT64_MAX;
	assert_int_equal(permits_of(0, 0), 100);
	limit_rc = -EPERM;
	assert_int_equal(permits_of(0, 0), 50);
	limit_rc = 0;
}

static void
options_are_copied(void **state)
{
	char trash[] = "/trash", extension[] = ".c", path[512];
	const char *extensions[] = {extension};
	struct scratch s;
	struct wio_error e;

	(void)state;
	scratch_make(&s);
	scratch_path(&s, ".", path);
	const char *roots[] = {path};
	struct wio_options o = {.roots = roots,
		.roots_n = 1,
		.trash = trash,
		.extensions = extensions,
		.extensions_n = 1};
	struct wio *w = wio_open(&o, &e);
	assert_non_null(w);
	memset(trash, 'x', 3);
	memset(extension, 'x', 2);
	memset(path, 'x', 9);
	extensions[0] = roots[0] = NULL;
	assert_string_equal(w->options.trash, "/trash");
	assert_string_equal(w->options.extensions[0], ".c");
	struct fio_roots *r = fio_io_roots(w);
	assert_string_equal(fio_roots_dir(r, 0)->path, s.path);
	fio_roots_unref(r);
	wio_close(w, NULL);
	scratch_remove(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permits_come_from_the_first_that_names_them),
		cmocka_unit_test(options_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
