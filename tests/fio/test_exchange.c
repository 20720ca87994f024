/* SPDX-License-Identifier: MIT */
#include "scratch-dir.h"

#include <linux/fs.h>
#include <signal.h>
#include <sys/wait.h>

#include "fio/file.h"
#include "sys/fault.h"

/*
 * Somebody saves the file in the middle of a replace. An editor here is a
 * function that is called at a chosen exchange; what it wrote is looked for
 * afterwards in every file there is.
 */

static struct fio_dir keep_dir;
static const struct fio_keep keep = {
	.dir = &keep_dir, .old = "old", .odd = "odd"};

/* The kernel, with somebody else at the keyboard. */
static struct {
	struct sys sys;
	struct sys *under;
	void (*before)(int nth); /* the nth exchange from 1 */
	void (*after)(int nth);
	int exchanges;
	bool refuse_exchange, refuse_lease, refuse_keep;
	uint64_t calls;
} desk;

static int
desk_renameat(struct sys *t, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	(void)t;
	bool exchange = (flags & RENAME_EXCHANGE) != 0;
	if (exchange && desk.refuse_exchange) {
		desk.exchanges++;
		return -EINVAL;
	}
	if (desk.refuse_keep && to_dir == keep_dir.fd)
		return -EXDEV;
	if (exchange)
		desk.exchanges++;
	if (exchange && desk.before != NULL)
		desk.before(desk.exchanges);
	int rc = desk.under->renameat(
		desk.under, from_dir, from, to_dir, to, flags);
	if (exchange && desk.after != NULL)
		desk.after(desk.exchanges);
	return rc;
}

static int
desk_lease(struct sys *t, int fd, int type)
{
	(void)t;
	return desk.refuse_lease ? -EINVAL
				 : desk.under->lease(desk.under, fd, type);
}

static void
desk_over(struct sys *under)
{
	memset(&desk, 0, sizeof(desk));
	desk.under = under;
	desk.sys = *under;
	desk.sys.renameat = desk_renameat;
	desk.sys.lease = desk_lease;
}

static int
setup(void **state)
{
	char path[512];

	(void)dir_make(state);
	assert_int_equal(mkdir(scratch_path(&s, "keep", path), 0700), 0);
	desk_over(sys_real());
	dir.sys = &desk.sys;
	check_ok(fio_dir_open_in(&keep_dir, &dir, "keep", &e), &e);
	return 0;
}

static int
teardown(void **state)
{
	fio_dir_close(&keep_dir);
	return dir_remove(state);
}

static struct fio_version
see(const char *name)
{
	CLEANUP_BUF struct buf b = {0};
	struct fio_version v;

	check_ok(fio_read(&dir, name, 1000, &b, &v, &e), &e);
	return v;
}

static int
replace(const struct fio_version *seen)
{
	const struct fio_replacing how = {
		.mode = 0644, .expected = seen, .keep = &keep};

	return fio_replace_keeping(&dir, "f", STR("ours"), &how, NULL, &e);
}

/* How many files anywhere hold the text; their last name in `ret_name`. */
static size_t
count_text(const char *sub, const char *text, char ret_name[512])
{
	CLEANUP_ARENA struct arena a = {0};
	struct fio_dir d;
	struct str_list names;
	struct err ignored;
	size_t n = 0;

	if (fio_dir_open_in(&d, &dir, sub, &ignored) < 0)
		return 0;
	check_ok(fio_dir_list(&d, "", &a, &names, &e), &e);
	for (size_t i = 0; i < names.n; i++) {
		CLEANUP_BUF struct buf b = {0};
		if (fio_read(&d, names.items[i].s, 1000, &b, NULL, &ignored) !=
				0 ||
			!str_eq_c(buf_str(&b), text))
			continue;
		n++;
		if (ret_name != NULL)
			(void)snprintf(
				ret_name, 512, "%.500s", names.items[i].s);
	}
	fio_dir_close(&d);
	return n;
}

static size_t
count_everywhere(const char *text)
{
	return count_text(".", text, NULL) + count_text("keep", text, NULL) +
		count_text("keep/old", text, NULL) +
		count_text("keep/odd", text, NULL);
}

static void
check_no_leftovers(void)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;

	check_ok(fio_dir_list(&dir, ".", &a, &names, &e), &e);
	assert_int_equal(names.n, 0);
}

static void
edit_in_place(const char *text)
{
	scratch_put(&s, "f", text);
}

static void
edit_by_rename(const char *text)
{
	char from[512], to[512];

	scratch_put(&s, "f.new", text);
	assert_int_equal(rename(scratch_path(&s, "f.new", from),
				 scratch_path(&s, "f", to)),
		0);
}

static void
in_place_at_first(int nth)
{
	if (nth == 1)
		edit_in_place("edit");
}

static void
by_rename_at_first(int nth)
{
	if (nth == 1)
		edit_by_rename("edit");
}

static void
by_rename_at_first_two(int nth)
{
	if (nth == 1)
		edit_by_rename("edit");
	if (nth == 2)
		edit_by_rename("newer");
}

static void
remove_at_first(int nth)
{
	char path[512];

	if (nth == 1)
		assert_int_equal(unlink(scratch_path(&s, "f", path)), 0);
}

static void
what_was_replaced_is_kept_under_its_digest(void **state)
{
	char name[512];
	struct fio_kept kept;

	(void)state;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	check_ok(replace(&seen), &e);
	check_str(scratch_get(&s, "f"), "ours");
	assert_int_equal(count_text("keep/old", "base", name), 1);
	assert_true(fio_kept_parse(str_from(name), "f", &kept));
	assert_true(fio_digest_eq(kept.digest, seen.digest));
	int64_t now = sys_real()->clock(sys_real(), SYS_CLOCK_UNIX);
	assert_in_range(now - kept.at_ns, 0, 60 * (uint64_t)1000000000);
	assert_false(fio_kept_parse(str_from(name), "g", &kept));
	assert_false(fio_kept_parse(
		STR("f.conflict-2026-11-20T11:00:46.1Z-00"), "f", &kept));
	check_no_leftovers();
}

static void
an_edit_after_the_check_is_given_back(void **state)
{
	static void (*const edits[])(int) = {
		in_place_at_first, by_rename_at_first};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		scratch_put(&s, "f", "base");
		struct fio_version seen = see("f");
		desk.before = edits[i % 2];
		desk.refuse_lease = i >= 2;
		desk.exchanges = 0;
		check_fails(replace(&seen), &e, ERR_CONFLICT, "changed by");
		check_str(scratch_get(&s, "f"), "edit");
		assert_true(desk.exchanges == 2);
		/* Kept only where somebody may be writing it. */
		assert_int_equal(count_text("keep/odd", "ours", NULL),
			i >= 2 ? i - 1 : 0);
		check_no_leftovers();
		/* Redone on top of it, it goes through. */
		seen = see("f");
		desk.before = NULL;
		check_ok(replace(&seen), &e);
		check_str(scratch_get(&s, "f"), "ours");
	}
}

static void
a_newer_edit_over_ours_stays_and_the_older_is_set_aside(void **state)
{
	char name[512];
	struct fio_kept kept;

	(void)state;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	desk.before = by_rename_at_first_two;
	check_fails(replace(&seen), &e, ERR_CONFLICT, "changed by");
	check_str(scratch_get(&s, "f"), "newer");
	assert_int_equal(count_text("keep/odd", "edit", name), 1);
	assert_non_null(strstr(name, "f.conflict-"));
	assert_false(fio_kept_parse(str_from(name), "f", &kept));
	check_no_leftovers();
}

static void
without_a_place_to_keep_an_edit_stays_beside_the_file(void **state)
{
	char name[512];

	(void)state;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	desk.before = by_rename_at_first_two;
	check_fails(fio_replace(&dir, "f", STR("ours"), 0644, &seen, NULL, &e),
		&e, ERR_CONFLICT, "changed by");
	check_str(scratch_get(&s, "f"), "newer");
	assert_int_equal(count_text(".", "edit", name), 1);
	assert_non_null(strstr(name, "f.conflict-"));
	check_no_leftovers();
}

static void
a_file_taken_away_is_not_put_back(void **state)
{
	(void)state;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	desk.before = remove_at_first;
	check_fails(replace(&seen), &e, ERR_CONFLICT, "changed by");
	assert_false(scratch_has(&s, "f"));
	check_no_leftovers();
}

static void
a_file_open_for_writing_is_not_replaced(void **state)
{
	char path[512];

	(void)state;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	int fd = open(scratch_path(&s, "f", path), O_WRONLY);
	check_fails(replace(&seen), &e, ERR_CONFLICT, "changed by");
	assert_int_equal(write(fd, "edit", 4), 4);
	assert_int_equal(close(fd), 0);
	check_str(scratch_get(&s, "f"), "edit");
	check_no_leftovers();
}

/* Its file system knows no leases, so nobody can tell that it will write. */
static void
what_is_written_after_the_look_is_kept_and_told_by_its_digest(void **state)
{
	char path[512], name[512];
	struct fio_kept kept;

	(void)state;
	desk.refuse_lease = true;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	int fd = open(scratch_path(&s, "f", path), O_WRONLY);
	check_ok(replace(&seen), &e);
	assert_int_equal(write(fd, "late", 4), 4);
	assert_int_equal(close(fd), 0);
	assert_int_equal(count_text("keep/old", "late", name), 1);
	assert_true(fio_kept_parse(str_from(name), "f", &kept));
	assert_false(fio_digest_eq(kept.digest, fio_digest(STR("late"))));
}

static void
what_cannot_be_kept_stays_beside_the_file_for_a_sweep(void **state)
{
	char name[512];

	(void)state;
	desk.refuse_keep = true;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	check_ok(replace(&seen), &e);
	check_str(scratch_get(&s, "f"), "ours");
	assert_int_equal(count_text(".", "base", name), 1);
	check_ok(fio_sweep_keeping(&dir, &keep, &e), &e);
	assert_int_equal(count_text(".", "base", name), 1);
	desk.refuse_keep = false;
	check_ok(fio_sweep_keeping(&dir, &keep, &e), &e);
	assert_int_equal(count_text("keep/old", "base", name), 1);
	check_no_leftovers();
}

static void
without_exchange_it_is_a_check_and_a_rename(void **state)
{
	(void)state;
	desk.refuse_exchange = true;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	check_ok(replace(&seen), &e);
	check_str(scratch_get(&s, "f"), "ours");
	assert_int_equal(desk.exchanges, 1);
	check_no_leftovers();
	scratch_put(&s, "f", "edit");
	check_fails(replace(&seen), &e, ERR_CONFLICT, "changed by");
	check_str(scratch_get(&s, "f"), "edit");
	check_no_leftovers();
}

/*
 * An edit so soon after the version was taken that size and times are the same:
 * only the bytes tell, after the exchange, or before the rename where there is
 * none.
 */
static void
an_edit_that_no_time_shows_is_noticed_by_its_bytes(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		desk.refuse_exchange = i == 1;
		scratch_put(&s, "f", "base");
		struct fio_version seen = see("f");
		scratch_put(&s, "f", "edit");
		struct fio_version now = see("f");
		now.digest = seen.digest;
		now.settled = false;
		check_fails(replace(&now), &e, ERR_CONFLICT, "changed by");
		check_str(scratch_get(&s, "f"), "edit");
		check_no_leftovers();
	}
}

/* Times in whole seconds, as some file systems keep them. */
static int
coarse_fstat(struct sys *t, int fd, struct stat *ret)
{
	int rc = desk.under->fstat(desk.under, fd, ret);

	(void)t;
	ret->st_ctim.tv_sec = ret->st_mtim.tv_sec =
		desk.under->clock(desk.under, SYS_CLOCK_UNIX) / 1000000000 - 1;
	ret->st_ctim.tv_nsec = ret->st_mtim.tv_nsec = 0;
	return rc;
}

static void
whole_seconds_settle_nothing_for_two_of_them(void **state)
{
	(void)state;
	scratch_put(&s, "f", "base");
	desk.sys.fstat = coarse_fstat;
	assert_false(see("f").settled);
	desk.sys.fstat = desk.under->fstat;
}

/* What the file calls of one replace cost; a figure to be raised knowingly. */
static void
an_undisturbed_replace_makes_few_calls(void **state)
{
	static struct sys_fault f;

	(void)state;
	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	seen.settled = true;
	check_ok(replace(&seen), &e); /* makes the directory of old ones */
	scratch_put(&s, "f", "base");
	seen = see("f");
	seen.settled = true;
	sys_fault_init(&f, sys_real());
	dir.sys = keep_dir.sys = &f.sys;
	f.calls = 0;
	check_ok(replace(&seen), &e);
	/* Two of them wait for the disk. */
	assert_int_equal(f.calls, 19);
}

/*
 * Stopped anywhere while somebody saves: the file is whole, and every byte
 * that a person saved is somewhere, before and after the sweep.
 */
static void
stop_at(uint64_t at, void (*edit)(int), struct sys_fault *f,
	const struct fio_version *seen)
{
	sys_fault_init(f, sys_real());
	desk_over(&f->sys);
	desk.before = edit;
	f->plan = (struct sys_fault_plan){.at = at, .how = SYS_FAULT_KILL};
	(void)replace(seen);
}

static bool
contested_at(uint64_t at, void (*edit)(int), bool edit_is_made)
{
	int status;

	scratch_put(&s, "f", "base");
	struct fio_version seen = see("f");
	pid_t pid = fork();
	if (pid == 0) {
		struct sys_fault f;
		stop_at(at, edit, &f, &seen);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (int i = 0; i < 2; i++) {
		struct str now = scratch_get(&s, "f");
		if (!str_eq_c(now, "base") && !str_eq_c(now, "ours") &&
			!str_eq_c(now, "edit") && !str_eq_c(now, "newer"))
			fail_msg("killed at call %llu: '%.*s'",
				(unsigned long long)at, STR_ARG(now));
		if (edit_is_made && edit != NULL &&
			count_everywhere("edit") == 0 && !str_eq_c(now, "base"))
			fail_msg("killed at call %llu, round %d: the edit is "
				 "gone",
				(unsigned long long)at, i);
		check_ok(fio_sweep_keeping(&dir, &keep, &e), &e);
	}
	check_no_leftovers();
	return WIFSIGNALED(status);
}

static void
a_kill_at_any_call_keeps_what_a_person_saved(void **state)
{
	static void (*const edits[])(int) = {NULL, in_place_at_first,
		by_rename_at_first, by_rename_at_first_two};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint64_t at = 1;
		for (;;) {
			bool killed = contested_at(at++, edits[i], i > 0);
			(void)teardown(NULL);
			(void)setup(NULL);
			if (!killed)
				break;
		}
		assert_true(at > (i == 0 ? 11 : 13));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_replaced_is_kept_under_its_digest),
		TEST(an_edit_after_the_check_is_given_back),
		TEST(a_newer_edit_over_ours_stays_and_the_older_is_set_aside),
		TEST(without_a_place_to_keep_an_edit_stays_beside_the_file),
		TEST(a_file_taken_away_is_not_put_back),
		TEST(a_file_open_for_writing_is_not_replaced),
		TEST(what_is_written_after_the_look_is_kept_and_told_by_its_digest),
		TEST(what_cannot_be_kept_stays_beside_the_file_for_a_sweep),
		TEST(without_exchange_it_is_a_check_and_a_rename),
		TEST(an_edit_that_no_time_shows_is_noticed_by_its_bytes),
		TEST(whole_seconds_settle_nothing_for_two_of_them),
		TEST(an_undisturbed_replace_makes_few_calls),
		TEST(a_kill_at_any_call_keeps_what_a_person_saved),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
