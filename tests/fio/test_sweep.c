/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"

#include <linux/fs.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "sys/real.h"

#include "descriptors.h"
#include "io.h"

/* wio_sweep and the trash: what they take away, and what they let alone. */

/* The kernel, with one directory on a mount of its own. */
static struct {
	struct sys sys;
	ino_t elsewhere;
	bool keep_temps, die;
} odd;

static int
odd_mount_id(struct sys *t, int fd, uint64_t *ret)
{
	struct stat st;

	(void)t;
	assert_int_equal(fstat(fd, &st), 0);
	*ret = st.st_ino == odd.elsewhere ? 2 : 1;
	return 0;
}

static int
odd_unlinkat(struct sys *t, int dir, const char *name, int flags)
{
	(void)t;
	if (odd.keep_temps && strstr(name, ".weir-tmp") != NULL)
		return -EACCES;
	return sys_real()->unlinkat(sys_real(), dir, name, flags);
}

static int
odd_renameat(struct sys *t, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	(void)t;
	int rc = sys_real()->renameat(
		sys_real(), from_dir, from, to_dir, to, flags);
	if (odd.die && (flags & RENAME_EXCHANGE) != 0)
		_exit(9);
	return rc;
}

static struct wio *
open_oddly(struct wio_options o)
{
	const char *const roots[] = {s.path};

	odd.sys = *sys_real();
	odd.sys.mount_id = odd_mount_id;
	odd.sys.unlinkat = odd_unlinkat;
	odd.sys.renameat = odd_renameat;
	o.roots = roots;
	o.roots_n = 1;
	o.no_openat2 = true;
	return fio_io_open(&odd.sys, &o, true, &e);
}

static void
reopen_oddly(struct wio_options o)
{
	wio_close(w, NULL);
	w = open_oddly(o);
	if (w == NULL)
		fail_msg("%s", e.message);
}

static const char *
dir_in(const char *name, ino_t *ret_ino)
{
	static char path[512];
	struct stat st;

	assert_int_equal(mkdir(scratch_path(&s, name, path), 0755), 0);
	assert_int_equal(stat(path, &st), 0);
	if (ret_ino != NULL)
		*ret_ino = st.st_ino;
	return path;
}

static enum wio_code
write_one(const char *path, const char *with)
{
	struct wio_write_result r;
	const struct wio_edit x = {
		.end = 3, .text = with, .text_n = strlen(with)};
	const struct wio_write_request ask = {.path = path,
		.digest = digest_of("old"),
		.edits = &x,
		.edits_n = 1};

	(void)wio_write(w, WIO_EACH, &ask, 1, &r);
	enum wio_code code = r.error.code;
	e = r.error;
	wio_write_release(&r, 1);
	return code;
}

static void
a_trash_on_another_mount_is_refused(void **state)
{
	const char *trash = dir_in("bin", &odd.elsewhere);

	(void)state;
	assert_null(open_oddly((struct wio_options){.trash = trash}));
	check_code(e, WIO_INVALID);
	assert_string_equal(e.field, "trash");
	odd.elsewhere = 0;
	reopen_oddly(
		(struct wio_options){.trash = trash, .cross_mounts = true});
	(void)dir_in("d", &odd.elsewhere);
	scratch_put(&s, "d/f", "old");
	assert_int_equal(write_one("d/f", "new"), WIO_INVALID);
	check_str(scratch_get(&s, "d/f"), "old");
}

static void
only_names_that_we_gave_are_ours(void **state)
{
	static const char *const theirs[] = {".notes.weir-tmp",
		".n.0123456789abcde.weir-tmp", ".n.0123456789ABCDEF.weir-tmp",
		".0123456789abcdef.weir-tmp", "n.0123456789abcdef.weir-tmp"};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		scratch_put(&s, theirs[i], "precious");
	scratch_put(&s, ".n.0123456789abcdef.weir-tmp", "half");
	assert_int_equal(wio_sweep(w, s.path, &e), 1);
	for (size_t i = 0; i < 5; i++)
		check_str(scratch_get(&s, theirs[i]), "precious");
	assert_false(scratch_has(&s, ".n.0123456789abcdef.weir-tmp"));
}

static void
opening_takes_unfinished_journals_from_the_trash_and_nothing_else(void **state)
{
	char edit[240];

	(void)state;
	(void)dir_in(".weir-trash", NULL);
	(void)snprintf(edit, sizeof(edit),
		".weir-trash/.b.01234567.%s.%s.weir-swap",
		digest_of("ours") + 5, digest_of("base") + 5);
	scratch_put(&s, edit, "edit");
	scratch_put(&s, ".weir-trash/.batch-1.weir-tmp", "precious");
	scratch_put(&s,
		".weir-trash/.batch-1.weir-journal.0123456789abcdef.weir-tmp",
		"half");
	io_reopen((struct wio_options){0});
	check_str(scratch_get(&s, edit), "edit");
	check_str(scratch_get(&s, ".weir-trash/.batch-1.weir-tmp"), "precious");
	assert_false(scratch_has(&s,
		".weir-trash/.batch-1.weir-journal.0123456789abcdef.weir-tmp"));
}

static void
what_cannot_be_removed_is_not_counted(void **state)
{
	(void)state;
	reopen_oddly((struct wio_options){0});
	scratch_put(&s, ".n.0123456789abcdef.weir-tmp", "half");
	odd.keep_temps = true;
	assert_int_equal(wio_sweep(w, s.path, &e), 0);
	odd.keep_temps = false;
	assert_int_equal(wio_sweep(w, s.path, &e), 1);
}

static void
a_sweep_stays_on_the_mount_of_the_root_unless_it_may_cross(void **state)
{
	static const char there[] = "d/.n.0123456789abcdef.weir-tmp";
	char path[512];

	(void)state;
	(void)scratch_path(&s, "d", path);
	(void)dir_in("d", &odd.elsewhere);
	scratch_put(&s, there, "half");
	reopen_oddly((struct wio_options){0});
	assert_int_equal(wio_sweep(w, s.path, &e), 0);
	assert_int_equal(wio_sweep(w, path, &e), -1);
	check_code(e, WIO_OUTSIDE);
	assert_true(scratch_has(&s, there));
	reopen_oddly((struct wio_options){.cross_mounts = true});
	assert_int_equal(wio_sweep(w, s.path, &e), 1);
	assert_false(scratch_has(&s, there));
}

enum { MANY = 60 };
static char many[MANY][8];

/* A process writes "new" for "old" and dies after the first exchange. */
static void
die_in_the_middle(const char *const *names, size_t n)
{
	const struct wio_edit x = {.end = 3, .text = "new", .text_n = 3};
	struct wio_write_request asks[MANY];
	struct wio_write_result results[MANY];
	int status;

	for (size_t i = 0; i < n; i++)
		asks[i] = (struct wio_write_request){.path = names[i],
			.digest = digest_of("old"),
			.edits = &x,
			.edits_n = 1};
	pid_t pid = fork();
	if (pid == 0) {
		odd.die = true;
		(void)wio_write(w, WIO_ALL, asks, n, results);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

static void
a_batch_is_put_back_when_one_of_its_directories_is_gone(void **state)
{
	static const char *const names[] = {"a", "d/b"};
	const char *d = dir_in("d", NULL);
	struct scratch gone;

	(void)state;
	scratch_put(&s, "a", "old");
	scratch_put(&s, "d/b", "old");
	reopen_oddly((struct wio_options){0});
	die_in_the_middle(names, 2);
	check_str(scratch_get(&s, "a"), "new");
	/* Out of the roots, with all that is in it. */
	scratch_make(&gone);
	assert_int_equal(rename(d, gone.path), 0);
	io_reopen((struct wio_options){0});
	check_str(scratch_get(&s, "a"), "old");
	assert_int_equal(scratch_count(&s, ".", ".weir-swap"), 0);
	assert_int_equal(scratch_count(&s, ".weir-trash", ".weir-journal"), 0);
	scratch_remove(&gone);
}

static void
a_batch_of_many_files_is_finished_with_descriptors_for_few(void **state)
{
	const char *names[MANY];
	struct rlimit before, few;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		char name[8];
		(void)snprintf(name, sizeof(name), "f%02zu", i);
		scratch_put(&s, name, "old");
		memcpy(many[i], name, sizeof(name));
		names[i] = many[i];
	}
	reopen_oddly((struct wio_options){0});
	die_in_the_middle(names, MANY);
	wio_close(w, NULL);
	w = NULL;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = open_descriptors() + 16;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	w = open_oddly((struct wio_options){0});
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	if (w == NULL)
		fail_msg("%s", e.message);
	check_str(scratch_get(&s, "f00"), "new");
	check_str(scratch_get(&s, "f59"), "new");
	assert_int_equal(scratch_count(&s, ".", ".weir-swap"), 0);
}

static void
open_two(bool both)
{
	char one[512], two[512];
	const char *const roots[] = {
		scratch_path(&s, "one", one), scratch_path(&s, "two", two)};
	const struct wio_options o = {
		.roots = roots, .roots_n = both ? 2 : 1, .no_openat2 = true};

	wio_close(w, NULL);
	w = fio_io_open(&odd.sys, &o, true, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
}

static void
a_sweep_leaves_what_a_batch_of_other_roots_needs(void **state)
{
	char one[512], two[512];
	const char *const names[] = {
		scratch_path(&s, "one/a", one), scratch_path(&s, "two/b", two)};

	(void)state;
	(void)dir_in("one", NULL);
	(void)dir_in("two", NULL);
	scratch_put(&s, "one/a", "old");
	scratch_put(&s, "two/b", "old");
	reopen_oddly((struct wio_options){0});
	open_two(true);
	die_in_the_middle(names, 2);
	check_str(scratch_get(&s, "one/a"), "new");
	open_two(false);
	assert_int_equal(wio_sweep(w, ".", &e), 0);
	scratch_put(&s, "two/b", "theirs");
	open_two(true);
	check_str(scratch_get(&s, "one/a"), "old");
	check_str(scratch_get(&s, "two/b"), "theirs");
	assert_int_equal(
		scratch_count(&s, "one/.weir-trash", ".weir-journal"), 0);
}

static void
rest(const char *sub, const char *when, const char *with)
{
	char name[240];

	(void)snprintf(name, sizeof(name), "%s/f.%s.%s.%s", sub, when,
		digest_of("old") + 5, digest_of("next") + 5);
	scratch_put(&s, name, with);
}

/* Nothing needs to be written there any more for that. */
static void
a_sweep_takes_away_what_has_rested_for_its_time(void **state)
{
	static const char *const trashes[] = {"d/.weir-trash", "bin"};
	const char *bin = "";

	(void)state;
	(void)dir_in("d", NULL);
	(void)dir_in("d/.weir-trash", NULL);
	bin = dir_in("bin", NULL);
	for (size_t i = 0; i < 2; i++) {
		rest(trashes[i], "2020-01-01T00:00:00.000000001Z", "old");
		rest(trashes[i], "2020-01-01T00:00:00.000000002Z", "edit");
		rest(trashes[i], "2099-01-01T00:00:00.000000003Z", "old");
		if (i == 1)
			io_reopen((struct wio_options){.trash = bin});
		assert_int_equal(wio_sweep(w, s.path, &e), 0);
		assert_int_equal(
			scratch_count(&s, trashes[i], "00.000000001Z"), 0);
		assert_int_equal(
			scratch_count(&s, trashes[i], "f.conflict-2020"), 1);
		assert_int_equal(
			scratch_count(&s, trashes[i], "00.000000003Z"), 1);
	}
}

/* Who writes first makes it, for all who may write there. */
static void
the_trash_is_open_to_who_may_write_in_its_directory(void **state)
{
	static const mode_t modes[] = {0700, 0770, 02775, 0777};
	struct stat st, lock, of;
	char path[512];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *d = dir_in("d", NULL);
		assert_int_equal(chmod(d, modes[i]), 0);
		scratch_put(&s, "d/f", "old");
		assert_int_equal(write_one("d/f", "new"), WIO_OK);
		assert_int_equal(stat(d, &of), 0);
		assert_int_equal(
			stat(scratch_path(&s, "d/.weir-trash", path), &st), 0);
		assert_int_equal(st.st_mode & 07777, modes[i]);
		assert_int_equal(st.st_gid, of.st_gid);
		assert_int_equal(
			stat(scratch_path(&s, "d/.weir-trash/lock", path),
				&lock),
			0);
		assert_int_equal(lock.st_mode & 0777, modes[i] & 0666);
		assert_int_equal(
			rename(d,
				scratch_path(&s,
					modes[i] == 0700	   ? "w"
						: modes[i] == 0770 ? "x"
						: modes[i] == 0777 ? "y"
								   : "z",
					path)),
			0);
	}
}

static void
count_left(void *ctx, const struct wio_error *why)
{
	size_t *n = ctx;

	check_code(*why, WIO_IO);
	assert_int_equal(why->op, WIO_OP_SWEEP);
	assert_non_null(strstr(why->message, "sweeping 'd'"));
	++*n;
}

static void
a_directory_that_cannot_be_swept_keeps_no_other_from_it(void **state)
{
	static const char *const temps[] = {"a/.n.0123456789abcdef.weir-tmp",
		"d/below/.n.0123456789abcdef.weir-tmp",
		"d/.n.0123456789abcdef.weir-tmp",
		"z/.n.0123456789abcdef.weir-tmp"};
	static const char *const dirs[] = {"a", "d", "d/below", "z"};
	size_t left = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		(void)dir_in(dirs[i], NULL);
	for (size_t i = 0; i < 4; i++)
		scratch_put(&s, temps[i], "half");
	scratch_put(&s, "d/.weir-trash", "mine");
	assert_int_equal(wio_sweep(w, s.path, &e), -1);
	count_left(&(size_t){0}, &e);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(scratch_has(&s, temps[i]), i == 2);
	for (size_t i = 0; i < 4; i++)
		scratch_put(&s, temps[i], "half");
	assert_int_equal(wio_sweep_each(w, s.path, count_left, &left, &e), 3);
	assert_int_equal(left, 1);
	check_str(scratch_get(&s, "d/.weir-trash"), "mine");
}

static int
forget(void **state)
{
	(void)io_teardown(state);
	memset(&odd, 0, sizeof(odd));
	return 0;
}

static const char store_lock[] = ".weir/lock";

/* Another process in the middle of a save: it has the lock of `project` until
 * `*ret_end` is closed. */
static pid_t
save_elsewhere(const char *project, int *ret_end)
{
	char name[64], path[512], byte;
	int told[2], end[2];

	(void)snprintf(name, sizeof(name), "%s/%s", project, store_lock);
	(void)scratch_path(&s, name, path);
	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(end), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct flock l = {.l_type = F_WRLCK};
		int fd = open(path, O_RDWR);
		(void)close(end[1]);
		if (fcntl(fd, F_OFD_SETLK, &l) < 0 ||
			write(told[1], "x", 1) != 1)
			_exit(1);
		(void)!read(end[0], &byte, 1);
		_exit(0);
	}
	(void)close(end[0]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	(void)close(told[0]);
	(void)close(told[1]);
	*ret_end = end[1];
	return pid;
}

static void
a_sweep_leaves_what_weir_saves_at_the_moment(void **state)
{
	static const char *const temps[] = {
		"p/.BACKLOG.yaml.0123456789abcdef.weir-tmp",
		"p/q/.BACKLOG.yaml.0123456789abcdef.weir-tmp",
		"other/.a.0123456789abcdef.weir-tmp",
		"p/.weir/runs/.a.0123456789abcdef.weir-tmp"};
	/* From above, and from below. */
	static const char *const from[] = {".", "p", "p/q"};
	int end;

	(void)state;
	(void)dir_in("p", NULL);
	(void)dir_in("p/q", NULL);
	(void)dir_in("p/.weir", NULL);
	(void)dir_in("p/.weir/runs", NULL);
	(void)dir_in("other", NULL);
	scratch_put(&s, "p/.weir/lock", "");
	for (size_t i = 0; i < 4; i++)
		scratch_put(&s, temps[i], "half");
	pid_t pid = save_elsewhere("p", &end);
	io_reopen((struct wio_options){.lock_wait_ns = 20 * 1000000});
	for (size_t i = 0; i < 3; i++) {
		e = (struct wio_error){0};
		assert_int_equal(wio_sweep(w, from[i], &e), -1);
		check_code(e, WIO_BUSY);
		assert_non_null(strstr(e.message, "p/.weir/lock' is held"));
		assert_true(scratch_has(&s, temps[0]));
		assert_true(scratch_has(&s, temps[1]));
		/* What is no part of the project is none of its business. */
		assert_false(scratch_has(&s, temps[2]));
	}
	assert_int_equal(close(end), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(wio_sweep(w, ".", &e), 2);
	assert_false(scratch_has(&s, temps[0]));
	/* In .weir not all is saved under that lock: weir sweeps there. */
	assert_int_equal(wio_sweep(w, "p/.weir", &e), 0);
	assert_true(scratch_has(&s, temps[3]));
}

/* Where nobody but io writes no lock is made. */
static void
a_sweep_of_what_is_no_project_makes_none_of_it(void **state)
{
	(void)state;
	(void)dir_in(".weir", NULL);
	scratch_put(&s, ".a.0123456789abcdef.weir-tmp", "half");
	scratch_put(&s, ".weir/.a.0123456789abcdef.weir-tmp", "half");
	assert_int_equal(wio_sweep(w, ".", &e), 2);
	assert_false(scratch_has(&s, store_lock));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, io_setup, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_trash_on_another_mount_is_refused),
		TEST(only_names_that_we_gave_are_ours),
		TEST(opening_takes_unfinished_journals_from_the_trash_and_nothing_else),
		TEST(what_cannot_be_removed_is_not_counted),
		TEST(a_batch_is_put_back_when_one_of_its_directories_is_gone),
		TEST(a_batch_of_many_files_is_finished_with_descriptors_for_few),
		TEST(a_sweep_leaves_what_a_batch_of_other_roots_needs),
		TEST(a_sweep_takes_away_what_has_rested_for_its_time),
		TEST(the_trash_is_open_to_who_may_write_in_its_directory),
		TEST(a_directory_that_cannot_be_swept_keeps_no_other_from_it),
		TEST(a_sweep_stays_on_the_mount_of_the_root_unless_it_may_cross),
		TEST(a_sweep_leaves_what_weir_saves_at_the_moment),
		TEST(a_sweep_of_what_is_no_project_makes_none_of_it),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
