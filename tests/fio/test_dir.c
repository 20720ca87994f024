/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "fio/dir.h"
#include "sys/pass.h"
#include "sys/real.h"

static struct scratch s;
static struct fio_dir dir;
static struct err e;

/* A kernel that counts what is made durable, and may fail to list. */
static struct odd {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	int syncs, lists;
	int fails_at; /* the first list is 1 */
} odd;

static int
odd_fsync(struct sys *sys, int fd)
{
	(void)sys;
	odd.syncs++;
	return odd.pass.under->fsync(odd.pass.under, fd);
}

static ssize_t
odd_getdents(struct sys *sys, int fd, void *p, size_t n)
{
	(void)sys;
	if (++odd.lists == odd.fails_at)
		return -EIO;
	return odd.pass.under->getdents(odd.pass.under, fd, p, n);
}

static int
setup(void **state)
{
	(void)state;
	scratch_make(&s);
	odd = (struct odd){0};
	sys_pass_init(&odd.pass, sys_real());
	odd.sys.fsync = odd_fsync;
	odd.sys.getdents = odd_getdents;
	e = (struct err){0};
	check_ok(fio_dir_open(&dir, &odd.sys, AT_FDCWD, s.path, &e), &e);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fio_dir_close(&dir);
	scratch_remove(&s);
	return 0;
}

enum { MANY = 300 };

static const char *
name_of(int i)
{
	static char name[128];

	(void)snprintf(name, sizeof(name), "%s%0100d", i % 2 == 0 ? "." : "a",
		MANY - i);
	return name;
}

/* More than are read at once. */
static void
put_many(void)
{
	for (int i = 0; i < MANY; i++)
		scratch_put(&s, name_of(i), "");
}

static void
every_name_is_met_once_and_the_directory_itself_never(void **state)
{
	const struct dirent64 *found;
	struct fio_dir_reader r;
	int times[MANY] = {0}, rc;

	(void)state;
	put_many();
	fio_dir_reader_init(&r, dir.sys, dir.fd);
	while ((rc = fio_dir_reader_next(&r, &found)) == 0) {
		int i = 0;
		while (i < MANY && strcmp(name_of(i), found->d_name) != 0)
			i++;
		assert_in_range(i, 0, MANY - 1);
		times[i]++;
	}
	assert_int_equal(rc, 1);
	assert_true(odd.lists > 2);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(times[i], 1);
}

static void
names_of_a_prefix_are_listed_in_order(void **state)
{
	struct arena a CLEANUP_ARENA = {0};
	struct str_list names;

	(void)state;
	put_many();
	check_ok(fio_dir_list(&dir, ".", &a, &names, &e), &e);
	assert_int_equal(names.n, MANY / 2);
	for (size_t i = 0; i < names.n; i++)
		check_str(names.items[i], name_of(MANY - 2 - 2 * (int)i));
}

/* Half of the names are no answer. */
static void
a_listing_that_breaks_off_fails(void **state)
{
	struct arena a CLEANUP_ARENA = {0};
	struct str_list names;

	(void)state;
	put_many();
	odd.fails_at = 2;
	check_fails(fio_dir_list(&dir, "", &a, &names, &e), &e, ERR_SYS,
		"listing directory");
	assert_int_equal(odd.lists, 2);
}

/* Who made it may have died before it was durable; nobody puts anything into it
 * earlier. */
static void
a_directory_that_is_there_is_made_durable_when_it_is_empty(void **state)
{
	struct fio_dir in;
	char path[512];

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "d", path), 0755), 0);
	check_ok(fio_dir_make_in(&in, &dir, "d", 0755, &e), &e);
	fio_dir_close(&in);
	assert_int_equal(odd.syncs, 1);
	scratch_put(&s, "d/f", "");
	check_ok(fio_dir_make_in(&in, &dir, "d", 0755, &e), &e);
	fio_dir_close(&in);
	assert_int_equal(odd.syncs, 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(every_name_is_met_once_and_the_directory_itself_never),
		T(names_of_a_prefix_are_listed_in_order),
		T(a_listing_that_breaks_off_fails),
		T(a_directory_that_is_there_is_made_durable_when_it_is_empty),
	};

	return cmocka_run_group_tests_name("dir", tests, NULL, NULL);
}
