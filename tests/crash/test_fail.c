/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "fail.h"
#include "figure.h"

/* Every error at every call of every workload, or of CRASH_WORKLOAD alone, once
 * and from there on. */

static const char *const calls[SYS_FAULT_CALLS] = {
	[SYS_FAULT_OPENAT] = "openat",
	[SYS_FAULT_CLOSE] = "close",
	[SYS_FAULT_READ] = "read",
	[SYS_FAULT_PREAD] = "pread",
	[SYS_FAULT_WRITE] = "write",
	[SYS_FAULT_FSYNC] = "fsync",
	[SYS_FAULT_FTRUNCATE] = "ftruncate",
	[SYS_FAULT_FCHMOD] = "fchmod",
	[SYS_FAULT_FCHOWN] = "fchown",
	[SYS_FAULT_FSTAT] = "fstat",
	[SYS_FAULT_FSTATAT] = "fstatat",
	[SYS_FAULT_RENAMEAT] = "renameat",
	[SYS_FAULT_UNLINKAT] = "unlinkat",
	[SYS_FAULT_MKDIRAT] = "mkdirat",
	[SYS_FAULT_GETDENTS] = "getdents",
	[SYS_FAULT_LOCK] = "lock",
	[SYS_FAULT_FSETXATTR] = "fsetxattr",
	[SYS_FAULT_RANDOM] = "random",
};

/* A fault that never strikes proves nothing. */
static void
check_met(const struct fail_tally *t)
{
	for (int call = 0; call < SYS_FAULT_CALLS; call++) {
		uint64_t sum = 0;
		/* Only a file of somebody else's is given away, and none has
		 * attributes. */
		if (call == SYS_FAULT_FCHOWN || call == SYS_FAULT_FSETXATTR)
			continue;
		for (int i = 0; i <= FAIL_ERRNOS; i++) {
			sum += t->met[call][i];
			if (t->met[call][i] == 0)
				fail_msg("no %s met error %d", calls[call], i);
		}
		print_message("# %-9s failed in %llu runs\n", calls[call],
			FIGURE(sum));
	}
	assert_true(t->fsyncs > 0);
}

static void
every_error_at_every_call_leaves_a_step_done_or_not_done(void **state)
{
	struct fail_tally t = {0};
	const char *only = getenv("CRASH_WORKLOAD");

	(void)state;
	if (only == NULL)
		figure_show_share();
	for (size_t i = 0; i < workloads_n; i++) {
		struct err e = {0};
		bool ours = only != NULL ? strcmp(only, workloads[i].name) == 0
					 : figure_is_ours(i);
		if (ours && fail_try(&workloads[i], &t, &e) < 0)
			fail_msg("%s", e.msg);
	}
	print_message("# %llu failures, %llu of fsync as disks know how, %llu "
		      "images, %llu recoveries, %llu violations\n",
		FIGURE(t.runs), FIGURE(t.fsyncs), FIGURE(t.images),
		FIGURE(t.recoveries), FIGURE(t.violations));
	assert_true(t.runs > 0);
	if (only == NULL && figure_stride() == 1)
		check_met(&t);
	assert_int_equal(t.missed, 0);
	assert_int_equal(t.violations, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_error_at_every_call_leaves_a_step_done_or_not_done),
	};

	figure_keep_memory();
	return cmocka_run_group_tests_name("fail", tests, NULL, NULL);
}
