/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <signal.h>
#include <sys/wait.h>

#include "fio/file.h"
#include "sys/fault.h"
#include "sys/real.h"

/*
 * Each writing call, killed and failed at every system call it makes, with
 * real files: what is there afterwards is the old or the new file, whole.
 */

static struct scratch s;
static struct err e;

static int
replace(const struct fio_dir *d)
{
	return fio_replace(d, "f", STR("new bytes"), 0644, NULL, NULL, &e);
}

static int
create(const struct fio_dir *d)
{
	return fio_create(d, "fresh", STR("new bytes"), 0644, &e) < 0 ? -1 : 0;
}

static int
append(const struct fio_dir *d)
{
	return fio_append(d, "log", STR("{\"record\":2}\n"), 0644, &e);
}

static int
move(const struct fio_dir *d)
{
	return fio_move(d, "f", "g", &e);
}

static int
displace(const struct fio_dir *d)
{
	return fio_displace(d, "f", "g", STR("new bytes"), 0644, &e);
}

struct workload {
	const char *name;
	int (*run)(const struct fio_dir *d);
};

static const struct workload workloads[] = {
	{"replace", replace},
	{"create", create},
	{"append", append},
	{"move", move},
	{"displace", displace},
};

static void
arrange(void)
{
	scratch_make(&s);
	scratch_put(&s, "f", "old bytes");
	scratch_put(&s, "log", "{\"record\":1}\n");
}

static bool
is_one_of(const char *name, const char *a, const char *b)
{
	struct str got = scratch_get(&s, name);

	return (a == NULL ? !str_is_set(got) : str_eq_c(got, a)) ||
		(b != NULL && str_eq_c(got, b));
}

static void
check_whole(const char *workload, uint64_t at)
{
	struct str log = scratch_get(&s, "log");
	bool log_good = str_starts(log, STR("{\"record\":1}\n"));
	bool moved = !scratch_has(&s, "f");

	if (!log_good || !is_one_of("fresh", NULL, "new bytes") ||
		!is_one_of(moved ? "g" : "f", "old bytes", "new bytes") ||
		(scratch_has(&s, "g") && !is_one_of("f", "old bytes", NULL) &&
			!is_one_of("g", "old bytes", NULL)))
		fail_msg("%s stopped at call %llu left a damaged file",
			workload, (unsigned long long)at);
}

static int
run_faulty(const struct workload *w, struct sys_fault *f)
{
	struct fio_dir d;

	check_ok(fio_dir_open(&d, sys_real(), AT_FDCWD, s.path, &e), &e);
	d.sys = &f->sys;
	f->calls = 0;
	int rc = w->run(&d);
	d.sys = sys_real();
	fio_dir_close(&d);
	return rc;
}

static uint64_t
count_calls(const struct workload *w)
{
	struct sys_fault f;

	arrange();
	sys_fault_init(&f, sys_real());
	assert_int_equal(run_faulty(w, &f), 0);
	scratch_remove(&s);
	assert_true(f.calls > 0);
	return f.calls;
}

static void
sweep(void)
{
	struct fio_dir d;
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	check_ok(fio_dir_open(&d, sys_real(), AT_FDCWD, s.path, &e), &e);
	check_ok(fio_sweep(&d, &e), &e);
	check_ok(fio_dir_list(&d, ".", &a, &names, &e), &e);
	assert_int_equal(names.n, 0);
	fio_dir_close(&d);
}

static void
a_kill_at_any_call_leaves_old_or_new(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		const struct workload *w = &workloads[i];
		uint64_t calls = count_calls(w);
		for (uint64_t at = 1; at <= calls; at++) {
			arrange();
			pid_t pid = fork();
			if (pid == 0) {
				struct sys_fault f;
				sys_fault_init(&f, sys_real());
				f.plan = (struct sys_fault_plan){
					.at = at, .how = SYS_FAULT_KILL};
				(void)run_faulty(w, &f);
				_exit(0);
			}
			int status;
			assert_int_equal(waitpid(pid, &status, 0), pid);
			assert_true(WIFSIGNALED(status));
			check_whole(w->name, at);
			sweep();
			scratch_remove(&s);
		}
	}
}

static void
an_error_at_any_call_leaves_old_or_new(void **state)
{
	static const int errnos[] = {ENOSPC, EIO, EDQUOT, EACCES, EROFS};
	uint64_t hits = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		const struct workload *w = &workloads[i];
		uint64_t calls = count_calls(w);
		for (uint64_t at = 1; at <= calls * 2; at++) {
			for (size_t k = 0; k < 5; k++) {
				struct sys_fault f;
				arrange();
				sys_fault_init(&f, sys_real());
				f.plan = (struct sys_fault_plan){
					.at = (at + 1) / 2,
					.how = SYS_FAULT_ERRNO,
					.sys = errnos[k],
					.from_then = at % 2 == 0};
				int rc = run_faulty(w, &f);
				assert_true(f.hits > 0);
				hits += f.hits;
				check_whole(w->name, at);
				if (rc == 0 && w->run == replace)
					check_str(scratch_get(&s, "f"),
						"new bytes");
				sweep();
				scratch_remove(&s);
			}
		}
	}
	assert_true(hits > 0);
}

static void
a_failed_directory_sync_poisons(void **state)
{
	const struct workload *w = &workloads[0];
	uint64_t calls = count_calls(w);
	struct sys_fault f;

	(void)state;
	arrange();
	sys_fault_init(&f, sys_real());
	f.plan = (struct sys_fault_plan){
		.at = calls, .how = SYS_FAULT_ERRNO, .sys = EIO};
	assert_int_equal(run_faulty(w, &f), -1);
	assert_int_equal(f.hits, 1);
	assert_int_equal(e.code, ERR_POISONED);
	scratch_remove(&s);
}

/* openat, write, fchmod, fsync: the first fsync fails, a new file is tried. */
static void
a_failed_fsync_is_retried_once_on_a_new_file(void **state)
{
	struct sys_fault f;

	(void)state;
	arrange();
	sys_fault_init(&f, sys_real());
	f.plan = (struct sys_fault_plan){
		.at = 4, .how = SYS_FAULT_ERRNO, .sys = EIO};
	assert_int_equal(run_faulty(&workloads[0], &f), 0);
	assert_int_equal(f.hits, 1);
	check_str(scratch_get(&s, "f"), "new bytes");
	scratch_remove(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kill_at_any_call_leaves_old_or_new),
		cmocka_unit_test(an_error_at_any_call_leaves_old_or_new),
		cmocka_unit_test(a_failed_directory_sync_poisons),
		cmocka_unit_test(a_failed_fsync_is_retried_once_on_a_new_file),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
