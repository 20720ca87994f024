/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "sys/fault.h"
#include "sys/real.h"

static struct scratch s;

static int
setup(void **state)
{
	(void)state;
	scratch_make(&s);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(&s);
	return 0;
}

/* Four counted calls; the first that fails ends it. */
static int
work(struct sys *sys)
{
	char path[512];
	int fd = sys->openat(sys, AT_FDCWD, scratch_path(&s, "f", path),
		O_WRONLY | O_CREAT, 0644);

	if (fd < 0)
		return fd;
	ssize_t n = sys->write(sys, fd, "12345678", 8);
	int rc = n < 0 ? (int)n : sys->fsync(sys, fd);
	int closed = sys->close(sys, fd);
	return rc < 0 ? rc : closed < 0 ? closed : (int)n;
}

static void
without_a_plan_calls_pass_and_are_counted(void **state)
{
	struct sys_fault f;

	(void)state;
	sys_fault_init(&f, sys_real());
	assert_int_equal(work(&f.sys), 8);
	assert_int_equal(f.calls, 4);
	assert_int_equal(f.hits, 0);
	check_str(scratch_get(&s, "f"), "12345678");
}

static void
the_planned_call_fails_and_the_hit_is_counted(void **state)
{
	(void)state;
	for (uint64_t at = 1; at <= 4; at++) {
		struct sys_fault f;
		sys_fault_init(&f, sys_real());
		f.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_ERRNO, .sys = ENOSPC};
		assert_int_equal(work(&f.sys), -ENOSPC);
		assert_int_equal(f.hits, 1);
	}
}

static void
a_plan_beyond_the_last_call_shows_that_it_never_fired(void **state)
{
	struct sys_fault f;

	(void)state;
	sys_fault_init(&f, sys_real());
	f.plan = (struct sys_fault_plan){.at = 5, .how = SYS_FAULT_ERRNO};
	assert_int_equal(work(&f.sys), 8);
	assert_int_equal(f.hits, 0);
}

static void
from_then_on_every_call_fails(void **state)
{
	struct sys_fault f;

	(void)state;
	sys_fault_init(&f, sys_real());
	f.plan = (struct sys_fault_plan){
		.at = 2, .how = SYS_FAULT_ERRNO, .sys = EIO, .from_then = true};
	assert_int_equal(work(&f.sys), -EIO);
	assert_int_equal(f.hits, 2); /* write and close */
}

static void
a_short_write_writes_half(void **state)
{
	struct sys_fault f;

	(void)state;
	sys_fault_init(&f, sys_real());
	f.plan = (struct sys_fault_plan){.at = 2, .how = SYS_FAULT_SHORT};
	assert_int_equal(work(&f.sys), 4);
	check_str(scratch_get(&s, "f"), "1234");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(without_a_plan_calls_pass_and_are_counted),
		T(the_planned_call_fails_and_the_hit_is_counted),
		T(a_plan_beyond_the_last_call_shows_that_it_never_fired),
		T(from_then_on_every_call_fails),
		T(a_short_write_writes_half),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
