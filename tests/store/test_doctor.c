/* SPDX-License-Identifier: MIT */
#include "project.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/wait.h>

#include "store/doctor.h"
#include "sys/pass.h"

/* What is found around a backlog, and mended; what is looked at as a person
 * would is in tests/cli/doctor.bats. */

static int
setup(void **state)
{
	(void)state;
	project_make("schema_version: 3\n"
		     "next_item_id: 7\n"
		     "items:\n"
		     "- {id: WRK-007, title: one, status: new}\n");
	return 0;
}

/* The checks that found something, in order, joined by a blank; those that
 * need a person with a "!". */
static struct str
look(struct arena *a)
{
	struct findings found = {.a = a};
	CLEANUP_BUF struct buf b = {0};

	snapshot_unref(fixture_load(&f));
	doctor_look(f.store, &found);
	for (size_t i = 0; i < found.list.n; i++)
		buf_addf(&b, "%s%s%s", i > 0 ? " " : "",
			found.list.items[i].check,
			found.list.items[i].wrong ? "!" : "");
	findings_release(&found);
	return arena_str(a, buf_str(&b));
}

static void
add_item(void)
{
	const struct change c = change_add("added");

	project_save(&c, 1);
}

static void
a_sound_project_is_silent(void **state)
{
	CLEANUP_ARENA struct arena a = {0};

	(void)state;
	check_str(look(&a), "");
	assert_false(scratch_has(&f.scratch, ".weir"));
	add_item();
	check_str(look(&a), "");
}

static int64_t fs_type;

static int
fake_type(struct sys *sys, int fd, int64_t *ret)
{
	(void)sys;
	(void)fd;
	*ret = fs_type;
	return 0;
}

static void
a_file_system_that_may_fake_locks_is_told(void **state)
{
	static const int64_t shared[] = {
		NFS_SUPER_MAGIC, FUSE_SUPER_MAGIC, V9FS_MAGIC};
	CLEANUP_ARENA struct arena a = {0};
	static struct sys_pass pass; /* until the project is removed */

	(void)state;
	sys_pass_init(&pass, sys_real());
	pass.sys.fs_type = fake_type;
	fixture_close(&f);
	fixture_open(&f, &pass.sys);
	for (size_t i = 0; i < 3; i++) {
		fs_type = shared[i];
		check_str(look(&a), "file-system");
	}
	fs_type = EXT4_SUPER_MAGIC;
	check_str(look(&a), "");
}

static int
fake_access(struct sys *sys, int dir, const char *path, int mode)
{
	(void)sys;
	(void)dir;
	(void)mode;
	return strcmp(path, "BACKLOG.yaml") == 0 ? -EROFS
		: strcmp(path, "BACKLOG_ARCHIVE.jsonl") == 0
		? -EACCES /* there is none */
		: strcmp(path, ".") == 0 ? -EIO
					 : 0;
}

static void
what_may_not_be_used_is_told_with_its_reason(void **state)
{
	struct findings found = {0};
	CLEANUP_ARENA struct arena a = {0};
	static struct sys_pass pass; /* until teardown */

	(void)state;
	sys_pass_init(&pass, sys_real());
	pass.sys.access = fake_access;
	fixture_close(&f);
	fixture_open(&f, &pass.sys);
	snapshot_unref(fixture_load(&f));
	found.a = &a;
	doctor_look(f.store, &found);
	assert_int_equal(found.list.n, 1);
	check_str(str_from(found.list.items[0].check), "access");
	check_str(found.list.items[0].where, "BACKLOG.yaml");
	check_str(found.list.items[0].message,
		"its file system is read-only, and weir has to read it");
	findings_release(&found);
}

static void
what_needs_a_person_is_told_from_what_does_not(void **state)
{
	CLEANUP_ARENA struct arena a = {0};

	(void)state;
	add_item();
	scratch_put(&f.scratch, ".BACKLOG_INBOX.yaml.claim-01", "- title: x\n");
	scratch_put(&f.scratch, "BACKLOG_INBOX.rejected.yaml", "- x\n");
	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl",
		"damaged\n{\"id\":\"WRK-020\",\"how\":\"done\",\"item\":{}}\n");
	scratch_put(&f.scratch, ".weir/.x.0123456789abcdef.weir-tmp", "x");
	check_str(look(&a), "claim rejected! archive! next-id temporary mark");
}

static void
mending_does_it_once_and_says_so(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list done;

	(void)state;
	add_item();
	scratch_put(&f.scratch, ".weir/ids.hwm", "damaged\n");
	scratch_put(&f.scratch, ".weir/.x.0123456789abcdef.weir-tmp", "x");
	check_str(look(&a), "temporary mark!");
	check_ok(doctor_mend(f.store, NOW, &a, &done, &f.e), &f.e);
	assert_int_equal(done.n, 2);
	check_str(look(&a), "");
	/* The gap of a mark that cannot be trusted. */
	assert_true(str_starts(
		scratch_get(&f.scratch, ".weir/ids.hwm"), STR("1008 ")));
	check_ok(doctor_mend(f.store, NOW, &a, &done, &f.e), &f.e);
	assert_int_equal(done.n, 0);
}

/* The kernel, with .weir on a file system of its own. */
static int
fstat_apart(struct sys *sys, int fd, struct stat *ret)
{
	char path[512];
	struct stat state;

	(void)sys;
	int rc = sys_real()->fstat(sys_real(), fd, ret);
	if (rc == 0 &&
		stat(scratch_path(&f.scratch, ".weir", path), &state) == 0 &&
		state.st_ino == ret->st_ino)
		ret->st_dev++;
	return rc;
}

static int
renameat_apart(struct sys *sys, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	(void)sys;
	return from_dir != to_dir ? -EXDEV
				  : sys_real()->renameat(sys_real(), from_dir,
					    from, to_dir, to, flags);
}

static void
where_old_versions_cannot_be_kept_that_is_told(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	static struct sys_pass pass; /* until teardown */
	struct str_list done;

	(void)state;
	sys_pass_init(&pass, sys_real());
	pass.sys.fstat = fstat_apart;
	pass.sys.renameat = renameat_apart;
	fixture_close(&f);
	fixture_open(&f, &pass.sys);
	add_item();
	check_str(look(&a), "temporary file-system!");
	/* It is there still, so it was not cleared away. */
	check_ok(doctor_mend(f.store, NOW, &a, &done, &f.e), &f.e);
	assert_int_equal(done.n, 0);
	check_str(look(&a), "temporary file-system!");
}

/* What may stand where the mark belongs, and is not weir's to overwrite. */
static void
put_link(const char *path)
{
	assert_int_equal(symlink("elsewhere", path), 0);
}

static void
put_directory(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
make_odd_mark(void (*put)(const char *path))
{
	char path[512];

	project_remove(NULL);
	setup(NULL);
	add_item();
	assert_int_equal(
		unlink(scratch_path(&f.scratch, ".weir/ids.hwm", path)), 0);
	put(path);
}

static int
mend(void)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list done;

	snapshot_unref(fixture_load(&f));
	return doctor_mend(f.store, NOW, &a, &done, &f.e);
}

/* As the next process finds it. False: the odd thing is in the way still. */
static bool
add_above_the_gap(void)
{
	const struct change c = change_add("after it");
	struct store_saved saved;

	fixture_close(&f);
	fixture_open(&f, sys_real());
	if (store_apply(f.store, &c, 1, NOW, &saved, &f.e) < 0) {
		assert_int_equal(f.e.code, ERR_INPUT);
		return false;
	}
	check_str(saved.added.items[0], "WRK-1009");
	snapshot_unref(saved.next);
	return true;
}

/* It is kept, under the name it was given at the first or second try. */
static bool
has_odd_mark_aside(void)
{
	const char *const names[] = {".weir/ids.hwm.was-1795172446",
		".weir/ids.hwm.was-1795172446-2"};
	char path[512];
	struct stat st;

	for (size_t i = 0; i < 2; i++)
		if (lstat(scratch_path(&f.scratch, names[i], path), &st) == 0 &&
			!S_ISREG(st.st_mode))
			return true;
	return false;
}

static void
a_kill_inside_mending_never_lets_a_number_be_given_again(void **state)
{
	static void (*const puts[])(const char *path) = {
		put_link, put_directory};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint64_t kills = 0, before = 0;
		for (;; kills++) {
			make_odd_mark(puts[i]);
			int status = project_killed(kills + 1, mend);
			if (!add_above_the_gap()) {
				before++;
				check_ok(mend(), &f.e);
				assert_true(add_above_the_gap());
			}
			assert_true(has_odd_mark_aside());
			if (WIFEXITED(status)) {
				assert_int_equal(WEXITSTATUS(status), 0);
				break;
			}
		}
		assert_true(kills > before && before > 10);
	}
}

static int
no_exchange(struct sys *s, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	(void)s;
	return (flags & RENAME_EXCHANGE) != 0
		? -EINVAL
		: sys_real()->renameat(
			  sys_real(), from_dir, from, to_dir, to, flags);
}

static void
where_names_cannot_be_exchanged_a_person_is_told_the_number(void **state)
{
	static struct sys_pass pass; /* until teardown */

	(void)state;
	make_odd_mark(put_directory);
	sys_pass_init(&pass, sys_real());
	pass.sys.renameat = no_exchange;
	fixture_close(&f);
	fixture_open(&f, &pass.sys);
	check_fails(mend(), &f.e, ERR_INPUT,
		"set 'next_item_id' in 'BACKLOG.yaml' to 1008, then rename");
	assert_int_equal(scratch_count(&f.scratch, ".weir", "ids.hwm"), 1);
}

static void
mending_a_project_without_local_state_makes_none(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list done;

	(void)state;
	check_ok(doctor_mend(f.store, NOW, &a, &done, &f.e), &f.e);
	assert_int_equal(done.n, 0);
	assert_false(scratch_has(&f.scratch, ".weir"));
}

static void
the_place_of_an_item_is_where_it_stands(void **state)
{
	CLEANUP_ARENA struct arena a = {0};

	(void)state;
	snapshot_unref(fixture_load(&f));
	check_str(
		doctor_place(f.store, STR("WRK-007"), &a), "BACKLOG.yaml:4:3");
	assert_false(str_is_set(doctor_place(f.store, STR("WRK-001"), &a)));
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, project_remove)
	const struct CMUnitTest tests[] = {
		EACH(a_sound_project_is_silent),
		EACH(a_file_system_that_may_fake_locks_is_told),
		EACH(what_may_not_be_used_is_told_with_its_reason),
		EACH(what_needs_a_person_is_told_from_what_does_not),
		EACH(mending_does_it_once_and_says_so),
		EACH(where_old_versions_cannot_be_kept_that_is_told),
		EACH(a_kill_inside_mending_never_lets_a_number_be_given_again),
		EACH(where_names_cannot_be_exchanged_a_person_is_told_the_number),
		EACH(mending_a_project_without_local_state_makes_none),
		EACH(the_place_of_an_item_is_where_it_stands),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
