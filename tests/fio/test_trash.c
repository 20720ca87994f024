/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "sys/fault.h"
#include "sys/pass.h"
#include "sys/real.h"

#include "io.h"

/* What git is to see of the trash: nothing. */

static const char ignore[] = ".weir-trash/.gitignore";

static enum wio_code
create_with(struct wio *x, const char *path)
{
	const struct wio_create_request ask = {
		.path = path, .bytes = "new", .n = 3};
	struct wio_create_result r;

	(void)wio_create(x, &ask, 1, &r);
	return r.error.code;
}

static void
make_trash(void)
{
	char path[512];

	assert_int_equal(mkdir(scratch_path(&s, ".weir-trash", path), 0700), 0);
}

static size_t
temps(const char *sub)
{
	char path[512];
	DIR *d = opendir(scratch_path(&s, sub, path));
	struct dirent *x;
	size_t n = 0;

	if (d == NULL)
		return 0;
	while ((x = readdir(d)) != NULL)
		n += strstr(x->d_name, ".weir-tmp") != NULL;
	(void)closedir(d);
	return n;
}

static void
a_trash_hides_itself_and_all_in_it_from_git(void **state)
{
	struct stat st;
	char path[512];

	(void)state;
	assert_int_equal(create_with(w, "f"), WIO_OK);
	check_str(scratch_get(&s, ignore), "*\n");
	assert_int_equal(stat(scratch_path(&s, ignore, path), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(temps(".") + temps(".weir-trash"), 0);
}

static void
a_trash_made_by_an_older_version_is_hidden_as_well(void **state)
{
	(void)state;
	make_trash();
	assert_int_equal(create_with(w, "f"), WIO_OK);
	check_str(scratch_get(&s, ignore), "*\n");
}

static void
what_somebody_says_of_a_trash_to_git_stands(void **state)
{
	(void)state;
	make_trash();
	scratch_put(&s, ignore, "");
	assert_int_equal(create_with(w, "f"), WIO_OK);
	check_str(scratch_get(&s, ignore), "");
}

static void
a_trash_that_the_options_name_is_its_owners(void **state)
{
	char path[512];

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "bin", path), 0700), 0);
	io_reopen((struct wio_options){.trash = path});
	assert_int_equal(create_with(w, "f"), WIO_OK);
	assert_false(scratch_has(&s, "bin/.gitignore"));
}

/* True when it was. */
static bool
killed_at(uint64_t at)
{
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	int status;

	pid_t pid = fork();
	if (pid == 0) {
		struct sys_fault f;
		sys_fault_init(&f, sys_real());
		struct wio *x = fio_io_open(&f.sys, &o, true, &e);
		f.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_KILL};
		f.calls = 0;
		_exit(create_with(x, "f") == WIO_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

static void
a_writer_killed_at_any_call_leaves_no_trash_that_git_will_see(void **state)
{
	uint64_t at = 1;
	bool killed = true;

	(void)state;
	for (; killed; at++) {
		killed = killed_at(at);
		if (scratch_has(&s, ignore))
			check_str(scratch_get(&s, ignore), "*\n");
		assert_int_equal(create_with(w, "g"), WIO_OK);
		check_str(scratch_get(&s, ignore), "*\n");
		assert_true(wio_sweep(w, s.path, &e) >= 0);
		assert_int_equal(temps(".") + temps(".weir-trash"), 0);
		(void)io_teardown(NULL);
		(void)io_setup(NULL);
	}
	assert_true(at > 15);
}

/* It is not what was asked for: the file is made all the same. */
static void
a_trash_that_cannot_be_hidden_is_one(void **state)
{
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	int visible = 0;

	(void)state;
	for (uint64_t at = 1; at < 40; at++) {
		struct sys_fault f;
		sys_fault_init(&f, sys_real());
		struct wio *x = fio_io_open(&f.sys, &o, true, &e);
		f.plan = (struct sys_fault_plan){
			.at = at, .how = SYS_FAULT_ERRNO, .sys = EIO};
		f.calls = 0;
		bool good = create_with(x, "f") == WIO_OK;
		wio_close(x, NULL);
		visible += good && !scratch_has(&s, ignore);
		assert_int_equal(temps(".weir-trash"), 0);
		(void)io_teardown(NULL);
		(void)io_setup(NULL);
	}
	assert_true(visible > 0);
}

/* A kernel that counts what directories and what is said to git are asked. */
static struct asking {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	struct stat dir; /* the directory of the files */
	int who, hidden;
} asking;

static int
asking_fstat(struct sys *sys, int fd, struct stat *ret)
{
	struct asking *x = (struct asking *)sys;
	int rc = x->pass.under->fstat(x->pass.under, fd, ret);

	x->who += rc == 0 && ret->st_ino == x->dir.st_ino &&
		ret->st_dev == x->dir.st_dev;
	return rc;
}

static int
asking_fstatat(
	struct sys *sys, int fd, const char *name, int flags, struct stat *ret)
{
	struct asking *x = (struct asking *)sys;

	x->hidden += strcmp(name, ".gitignore") == 0;
	return x->pass.under->fstatat(x->pass.under, fd, name, flags, ret);
}

static void
edit_f(bool back)
{
	const char *from = back ? "new" : "old", *to = back ? "old" : "new";
	const struct wio_edit edit = {
		.text = to, .text_n = 3, .anchor = from, .anchor_n = 3};
	const struct wio_write_request ask = {
		.path = "f", .edits = &edit, .edits_n = 1};
	struct wio_write_result done;

	(void)wio_write(w, WIO_EACH, &ask, 1, &done);
	check_code(done.error, WIO_OK);
	wio_write_release(&done, 1);
}

static void
ask_with(const char *trash)
{
	const char *const roots[] = {s.path};
	const struct wio_options o = {
		.roots = roots, .roots_n = 1, .trash = trash};

	wio_close(w, NULL);
	w = fio_io_open(&asking.sys, &o, true, &e);
	assert_non_null(w);
	asking.who = asking.hidden = 0;
}

static void
writes_in_one_directory_ask_who_it_is_once_each_and_tell_git_once(void **state)
{
	char path[512];

	(void)state;
	memset(&asking, 0, sizeof(asking));
	sys_pass_init(&asking.pass, sys_real());
	asking.sys.fstat = asking_fstat;
	asking.sys.fstatat = asking_fstatat;
	assert_int_equal(stat(s.path, &asking.dir), 0);
	scratch_put(&s, "f", "old");
	edit_f(false);
	ask_with(NULL);
	for (int i = 0; i < 10; i++)
		edit_f(i % 2 == 0);
	assert_int_equal(asking.hidden, 1);
	assert_int_equal(asking.who, 10);
	assert_int_equal(mkdir(scratch_path(&s, "bin", path), 0700), 0);
	ask_with(path);
	edit_f(true);
	/* And on which mount. */
	assert_int_equal(asking.who, 2);
}

static void
a_trash_that_is_removed_is_made_and_hidden_again(void **state)
{
	char path[512];

	(void)state;
	scratch_put(&s, "f", "old");
	for (int i = 0; i < 4; i++) {
		edit_f(i % 2 != 0);
		check_str(scratch_get(&s, ignore), "*\n");
		assert_int_equal(
			nftw(scratch_path(&s, ".weir-trash", path),
				scratch_unlink, 16, FTW_DEPTH | FTW_PHYS),
			0);
	}
}

/* Files that were replaced in a year to come, so that all of now is older. */
static void
rest(size_t n)
{
	char name[240];

	make_trash();
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name),
			".weir-trash/x.2099-01-01T00:00:00.%09zuZ.%s.%s", i,
			digest_of("old") + 5, digest_of("next") + 5);
		scratch_put(&s, name, "old");
	}
}

static void
the_oldest_of_ten_thousand_go_but_never_what_was_replaced_just_now(void **state)
{
	const struct wio_edit edit = {
		.text = "new", .text_n = 3, .anchor = "old", .anchor_n = 3};
	const struct wio_write_request asks[2] = {
		{.path = "f", .edits = &edit, .edits_n = 1},
		{.path = "g", .edits = &edit, .edits_n = 1}};
	struct wio_write_result done[2];

	(void)state;
	for (size_t n = 1; n <= 2; n++) {
		scratch_put(&s, "f", "old");
		scratch_put(&s, "g", "old");
		rest(10000);
		(void)wio_write(w, n > 1 ? WIO_ALL : WIO_EACH, asks, n, done);
		for (size_t i = 0; i < n; i++)
			check_code(done[i].error, WIO_OK);
		wio_write_release(done, n);
		assert_int_equal(scratch_count(&s, ".weir-trash", "f.2"), 1);
		assert_int_equal(scratch_count(&s, ".weir-trash", "g."), n - 1);
		assert_in_range(
			scratch_count(&s, ".weir-trash", "x."), 8000, 9000);
		assert_int_equal(
			scratch_count(&s, ".weir-trash", "00000000Z"), 0);
		assert_int_equal(
			scratch_count(&s, ".weir-trash", "00009999Z"), 1);
		(void)io_teardown(NULL);
		(void)io_setup(NULL);
	}
}

static void
what_was_replaced_just_now_stays_however_large_it_is(void **state)
{
	const struct wio_create_request ask = {.path = "f",
		.bytes = "new",
		.n = 3,
		.existing = WIO_REPLACE_ANY};
	struct wio_create_result r;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "");
	assert_int_equal(
		truncate(scratch_path(&s, "f", path), 201 * 1000 * 1000), 0);
	assert_int_equal(wio_create(w, &ask, 1, &r), 0);
	assert_int_equal(scratch_count(&s, ".weir-trash", "f.2"), 1);
	edit_f(true);
	assert_int_equal(scratch_count(&s, ".weir-trash", "f.2"), 1);
}

static void
locks_in_a_trash_for_all_go_when_nobody_holds_them(void **state)
{
	char bin[512], path[512], name[64];
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "bin", bin), 0700), 0);
	scratch_put(&s, "bin/lock-keep", "mine");
	scratch_put(&s, "f", "old");
	io_reopen((struct wio_options){.trash = bin});
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		assert_int_equal(mkdir(scratch_path(&s, name, path), 0700), 0);
		(void)snprintf(name, sizeof(name), "d%d/f", i);
		assert_int_equal(create_with(w, name), WIO_OK);
	}
	assert_int_equal(scratch_count(&s, "bin", "lock-"), 21);
	/* Of one directory somebody has it. */
	assert_int_equal(stat(scratch_path(&s, "d7", path), &st), 0);
	(void)snprintf(name, sizeof(name), "bin/lock-%llx-%llx",
		(unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	int fd = open(scratch_path(&s, name, path), O_RDWR);
	struct flock l = {.l_type = F_RDLCK};
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &l), 0);
	assert_int_equal(wio_sweep(w, s.path, &e), 0);
	assert_int_equal(scratch_count(&s, "bin", "lock-"), 2);
	assert_true(scratch_has(&s, name));
	check_str(scratch_get(&s, "bin/lock-keep"), "mine");
	assert_int_equal(close(fd), 0);
	/* A writer's own is not free. */
	edit_f(false);
	assert_int_equal(scratch_count(&s, "bin", "lock-"), 2);
	assert_false(scratch_has(&s, name));
}

static int
read_only_mkdirat(struct sys *t, int dir, const char *path, mode_t mode)
{
	(void)t;
	(void)dir;
	(void)path;
	(void)mode;
	return -EACCES;
}

/* It was not the trash that was asked for. */
#define DENIED                                                               \
	"making directory '.weir-trash': Permission denied; a change makes " \
	"a new file beside the old one, so the directory and its trash "     \
	"have to be writable"

static void
a_trash_that_cannot_be_made_is_told_with_the_file_it_was_for(void **state)
{
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	const struct wio_create_request make = {
		.path = "new", .bytes = "new", .n = 3};
	const struct wio_edit x = {
		.text = "new", .text_n = 3, .anchor = "old", .anchor_n = 3};
	const struct wio_write_request ask = {
		.path = "f", .edits = &x, .edits_n = 1};
	struct wio_create_result made;
	struct wio_write_result done;
	struct sys_pass p;

	(void)state;
	scratch_put(&s, "f", "old");
	sys_pass_init(&p, sys_real());
	p.sys.mkdirat = read_only_mkdirat;
	wio_close(w, NULL);
	w = fio_io_open(&p.sys, &o, true, &e);
	assert_int_equal(wio_create(w, &make, 1, &made), 1);
	check_code(made.error, WIO_DENIED);
	assert_string_equal(made.error.message, "creating 'new': " DENIED);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(wio_write(w, i == 0 ? WIO_EACH : WIO_ALL, &ask,
					 1, &done),
			1);
		check_code(done.error, WIO_DENIED);
		assert_string_equal(done.error.message, "writing 'f': " DENIED);
		wio_write_release(&done, 1);
	}
	check_str(scratch_get(&s, "f"), "old");
	wio_close(w, NULL);
	w = NULL;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, io_setup, io_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_trash_hides_itself_and_all_in_it_from_git),
		TEST(a_trash_made_by_an_older_version_is_hidden_as_well),
		TEST(what_somebody_says_of_a_trash_to_git_stands),
		TEST(a_trash_that_the_options_name_is_its_owners),
		TEST(a_writer_killed_at_any_call_leaves_no_trash_that_git_will_see),
		TEST(a_trash_that_cannot_be_hidden_is_one),
		TEST(writes_in_one_directory_ask_who_it_is_once_each_and_tell_git_once),
		TEST(a_trash_that_is_removed_is_made_and_hidden_again),
		TEST(the_oldest_of_ten_thousand_go_but_never_what_was_replaced_just_now),
		TEST(what_was_replaced_just_now_stays_however_large_it_is),
		TEST(locks_in_a_trash_for_all_go_when_nobody_holds_them),
		TEST(a_trash_that_cannot_be_made_is_told_with_the_file_it_was_for),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests_name("trash", tests, NULL, NULL);
}
