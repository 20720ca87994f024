/* SPDX-License-Identifier: MIT */
#include "fio/root.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "world.h"

static void
spellings(struct world *w)
{
	char path[600];

	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	check_finds(w, "a.c", "one/a.c");
	check_finds(w, "./src//./b.c", "one/src/b.c");
	(void)snprintf(path, sizeof(path), "%s/t.c", w->roots[1]);
	check_finds(w, path, "two/t.c");
	(void)snprintf(path, sizeof(path), "/%s//src/b.c", w->roots[0]);
	check_finds(w, path, "one/src/b.c");
	check_finds(w, w->roots[1], "two");
	check_finds(w, ".", "one");
}

static void
one_file_is_found_under_each_of_its_spellings(void **state)
{
	(void)state;
	both(spellings);
}

static void
links(struct world *w)
{
	char path[512];

	link_at(w, "one/in", "src/b.c");
	link_at(w, "one/src/up", "../a.c");
	link_at(w, "one/dir", "src");
	link_at(w, "one/chain", "dir/up");
	link_at(w, "one/out", "../outside/secret");
	link_at(w, "one/cross", "../two/t.c");
	link_at(w, "one/crossdir", scratch_path(&w->s, "two", path));
	link_at(w, "one/abs", scratch_path(&w->s, "one/a.c", path));
	link_at(w, "one/loop", "loop");
	link_at(w, "one/broken", "src/none");
	link_at(w, "one/root", ".");

	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	check_finds(w, "in", "one/src/b.c");
	check_finds(w, "dir/b.c", "one/src/b.c");
	check_finds(w, "dir/up", "one/a.c");
	check_finds(w, "chain", "one/a.c");
	check_finds(w, "cross", "two/t.c");
	check_finds(w, "crossdir/t.c", "two/t.c");
	check_finds(w, "abs", "one/a.c");
	check_finds(w, "root/root/a.c", "one/a.c");
	check_finds(w, "root", "one");
	check_finds(w, "dir", "one/src");
	check_refuses(w, "out", WIO_OUTSIDE);
	check_refuses(w, "loop", WIO_SYMLINK);
	check_refuses(w, "loop/a", WIO_SYMLINK);
	check_refuses(w, "broken/a", WIO_NOT_FOUND);

	world_open(w, WIO_SYMLINKS_FOLLOW_INSIDE);
	check_finds(w, "chain", "one/a.c");
	check_finds(w, "abs", "one/a.c");
	check_refuses(w, "cross", WIO_OUTSIDE);
	check_refuses(w, "crossdir/t.c", WIO_OUTSIDE);
	check_refuses(w, "out", WIO_OUTSIDE);

	world_open(w, WIO_SYMLINKS_DENY);
	check_finds(w, "src/b.c", "one/src/b.c");
	check_refuses(w, "in", WIO_SYMLINK);
	check_refuses(w, "dir/b.c", WIO_SYMLINK);

	world_open(w, WIO_SYMLINKS_FOLLOW_ANYWHERE);
	check_finds(w, "out", "outside/secret");
	check_finds(w, "crossdir/t.c", "two/t.c");
	check_finds(w, scratch_path(&w->s, "outside/secret", path),
		"outside/secret");
}

static void
links_are_followed_as_far_as_the_policy_allows(void **state)
{
	(void)state;
	both(links);
}

static void
aliases(struct world *w)
{
	char path[600], text[600];
	const char *roots[] = {path};
	struct wio_error e;

	link_at(w, "alias", "one");
	scratch_path(&w->s, "alias", path);
	w->r = fio_roots_new(sys_real(),
		&(struct fio_roots_options){.roots = roots,
			.roots_n = 1,
			.no_openat2 = w->no_openat2},
		&e);
	assert_non_null(w->r);
	assert_string_equal(fio_roots_dir(w->r, 0)->path, w->roots[0]);
	(void)snprintf(text, sizeof(text), "%s/alias/src/b.c", w->s.path);
	link_at(w, "one/by-alias", text);
	check_finds(w, text, "one/src/b.c");
	assert_string_equal(fio_roots_show(w->r, text), "src/b.c");
	(void)snprintf(text, sizeof(text), "%s/src/b.c", w->roots[0]);
	check_finds(w, text, "one/src/b.c");
	assert_string_equal(fio_roots_show(w->r, text), "src/b.c");
	check_finds(w, "by-alias", "one/src/b.c");
	(void)snprintf(text, sizeof(text), "%s-not/src/b.c", w->roots[0]);
	check_refuses(w, text, WIO_OUTSIDE);
	assert_string_equal(fio_roots_show(w->r, text), text);
}

static void
a_root_is_known_by_its_given_and_by_its_real_name(void **state)
{
	(void)state;
	both(aliases);
}

static void
bad_paths(struct world *w)
{
	const char *const bad[] = {"", "a.c/", "src/", "..", "../one/a.c",
		"src/../a.c", "a\nc", "\x7f", "src/\x01/b.c", "src\t/b.c"};
	char path[5000];

	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_refuses(w, bad[i], WIO_INVALID);
	memset(path, 'x', sizeof(path));
	path[255] = '\0';
	struct fio_place p;
	struct wio_error e;
	assert_int_equal(fio_roots_find(w->r, path, &p, &e), 0);
	fio_place_release(&p);
	path[255] = 'x';
	path[256] = '\0';
	check_refuses(w, path, WIO_INVALID);
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 == 0 ? '.' : '/';
	memcpy(path + 4092, "a.c", 4);
	check_finds(w, path, "one/a.c");
	memcpy(path + 4092, "/a.c", 5);
	check_refuses(w, path, WIO_INVALID);
	check_refuses(w, "/", WIO_OUTSIDE);
	check_refuses(w, "/etc/passwd", WIO_OUTSIDE);
	check_refuses(w, "a.c/x", WIO_NOT_FOUND);
	check_refuses(w, "none/x", WIO_NOT_FOUND);
	check_refuses(w, "none/y/x", WIO_NOT_FOUND);
}

static void
a_path_that_cannot_be_one_is_refused_before_anything_is_opened(void **state)
{
	(void)state;
	both(bad_paths);
}

static void
long_links(struct world *w)
{
	char name[64], to[64];

	/* link0 is the file; link40 leads there over forty. */
	link_at(w, "one/link1", "src/b.c");
	link_at(w, "one/way1", "src");
	for (int i = 2; i <= 41; i++) {
		(void)snprintf(name, sizeof(name), "one/link%d", i);
		(void)snprintf(to, sizeof(to), "link%d", i - 1);
		link_at(w, name, to);
		(void)snprintf(name, sizeof(name), "one/way%d", i);
		(void)snprintf(to, sizeof(to), "way%d", i - 1);
		link_at(w, name, to);
	}
	link_at(w, "one/ping", "pong");
	link_at(w, "one/pong", "ping/x");
	link_at(w, "one/again", "../one/src/../../one/a.c");
	link_at(w, "one/above", "../../..");
	link_at(w, "one/broken", "src/new.c");
	link_at(w, "one/src/up", "..");
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	check_finds(w, "link40", "one/src/b.c");
	check_refuses(w, "link41", WIO_SYMLINK);
	check_finds(w, "way40/b.c", "one/src/b.c");
	check_refuses(w, "way41/b.c", WIO_SYMLINK);
	check_refuses(w, "way40/up/way1/b.c", WIO_SYMLINK);
	check_refuses(w, "ping", WIO_SYMLINK);
	check_refuses(w, "ping/a", WIO_SYMLINK);
	check_finds(w, "again", "one/a.c");
	check_refuses(w, "above", WIO_OUTSIDE);
	check_refuses(w, "above/etc/passwd", WIO_OUTSIDE);
	check_finds(w, "src/up/src/up/a.c", "one/a.c");
	check_finds(w, "src/up", "one");

	struct fio_place p;
	struct wio_error e;
	assert_int_equal(fio_roots_find(w->r, "broken", &p, &e), 0);
	assert_string_equal(p.name, "new.c");
	scratch_put(&w->s, "one/src/new.c", "n");
	check_same(w, &p, "one/src/new.c");
	fio_place_release(&p);
}

static void
chained_looping_and_broken_links_end_where_the_kernel_would(void **state)
{
	(void)state;
	both(long_links);
}

static void
named_links(struct world *w)
{
	link_at(w, "one/src/sub", "../src");
	link_at(w, "one/out", "../outside");
	link_at(w, "one/cross", "../two");
	link_at(w, "one/ping", "pong");
	link_at(w, "one/pong", "ping");
	world_open(w, WIO_SYMLINKS_DENY);
	check_says(w, "src/sub/b.c", WIO_SYMLINK,
		"'src/sub/b.c': 'src/sub' is a symbolic link, and the policy "
		"is to follow none (symlinks: deny); name the file by a path "
		"without links");
	check_says(w, "ping", WIO_SYMLINK,
		"'ping' is a symbolic link, and the policy is to "
		"follow none (symlinks: deny); name the file by a path without "
		"links");
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	check_says(w, "out/secret", WIO_OUTSIDE,
		"'out/secret' leads out of the roots by the symbolic link "
		"'out'; what it leads to needs a root of its own (--root)");
	check_says(w, "ping/a", WIO_SYMLINK,
		"'ping/a' leads from link to link without an end, by 'ping'; "
		"look where they lead");
	world_open(w, WIO_SYMLINKS_FOLLOW_INSIDE);
	check_says(w, "cross/t.c", WIO_OUTSIDE,
		"'cross/t.c' leads out of its root by the symbolic link "
		"'cross', and the policy is to stay inside (symlinks: "
		"follow_inside); name the file by a path without it");
	check_says(w, "a.c/x/y", WIO_NOT_FOUND,
		"'a.c/x/y': 'a.c' is not a directory");
	check_says(w, "/etc/passwd", WIO_OUTSIDE,
		"'/etc/passwd' is under no root; its directory needs to be one "
		"(--root)");
}

static void
a_link_that_is_refused_is_named_with_the_policy_and_a_way_on(void **state)
{
	(void)state;
	both(named_links);
}

static void
magic(struct world *w)
{
	char path[64], message[200];

	world_open(w, WIO_SYMLINKS_FOLLOW_ANYWHERE);
	struct fio_place p;
	struct wio_error e;
	assert_int_equal(fio_roots_find(w->r, "/proc/self/status", &p, &e), 0);
	fio_place_release(&p);
	check_refuses(w, "/proc/self/root/etc/passwd", WIO_SYMLINK);
	check_refuses(w, "/proc/self/cwd", WIO_SYMLINK);
	(void)snprintf(path, sizeof(path), "/proc/%d/cwd", (int)getpid());
	(void)snprintf(message, sizeof(message),
		"'%s' is a link of the kernel's own, which is never followed; "
		"name the file by its path",
		path);
	check_says(w, path, WIO_SYMLINK, message);
}

static void
a_magic_link_is_never_followed(void **state)
{
	(void)state;
	both(magic);
}

/* Runs `inside` in a process that may do less, or has mounts of its own; what
 * it returns is its status. */
static int
in_child(int (*inside)(struct world *w), struct world *w)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(inside(w));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum wio_code
code_for(struct world *w, const char *path)
{
	struct fio_place p;
	struct wio_error e;

	if (fio_roots_find(w->r, path, &p, &e) < 0)
		return e.code;
	fio_place_release(&p);
	return WIO_OK;
}

static int
as_nobody(struct world *w)
{
	if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		return 99;
	if (code_for(w, "src/b.c") != WIO_OK)
		return 1;
	if (code_for(w, "src/search/x") != WIO_OK)
		return 2;
	if (code_for(w, "src/locked/x") != WIO_DENIED)
		return 3;
	return code_for(w, "src/locked") == WIO_OK ? 0 : 4;
}

static void
permissions(struct world *w)
{
	char path[512];

	assert_int_equal(chmod(w->s.path, 0755), 0);
	dir_at(w, "one/src/locked");
	dir_at(w, "one/src/search");
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	chmod(scratch_path(&w->s, "one/src/locked", path), 0);
	chmod(scratch_path(&w->s, "one/src/search", path), 0111);
	assert_int_equal(in_child(as_nobody, w), 0);
	chmod(scratch_path(&w->s, "one/src/locked", path), 0755);
	chmod(scratch_path(&w->s, "one/src/search", path), 0755);
}

static void
a_directory_is_searched_with_no_more_rights_than_that_needs(void **state)
{
	(void)state;
	both(permissions);
}

static int
with_mounts(struct world *w)
{
	char from[512], to[512];

	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("none", scratch_path(&w->s, "one/tmp", to), "tmpfs", 0,
			NULL) < 0 ||
		mount(scratch_path(&w->s, "outside", from),
			scratch_path(&w->s, "one/bound", to), NULL, MS_BIND,
			NULL) < 0)
		return 99;
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	if (code_for(w, "tmp/x") != WIO_OUTSIDE)
		return 1;
	if (code_for(w, "bound/secret") != WIO_OUTSIDE)
		return 2;
	if (code_for(w, "via/secret") != WIO_OUTSIDE)
		return 3;
	world_open(w, WIO_SYMLINKS_FOLLOW_ANYWHERE);
	if (code_for(w, "bound/secret") != WIO_OK)
		return 4;
	w->cross_mounts = true;
	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	if (code_for(w, "tmp/x") != WIO_OK)
		return 5;
	return code_for(w, "bound/secret") == WIO_OK ? 0 : 6;
}

static bool mounts_skipped;

static void
mounts(struct world *w)
{
	dir_at(w, "one/tmp");
	dir_at(w, "one/bound");
	link_at(w, "one/via", "bound");
	int status = in_child(with_mounts, w);
	mounts_skipped = status == 99;
	if (!mounts_skipped)
		assert_int_equal(status, 0);
}

static void
a_mount_below_a_root_is_crossed_only_when_asked(void **state)
{
	(void)state;
	both(mounts);
	if (mounts_skipped)
		skip(); /* mounting needs privilege */
}

static void
moved_root(struct world *w)
{
	char from[512], to[512];

	world_open(w, WIO_SYMLINKS_DENY_CROSS_ROOT);
	assert_int_equal(rename(scratch_path(&w->s, "one", from),
				 scratch_path(&w->s, "moved", to)),
		0);
	link_at(w, "one", "outside");
	check_finds(w, "src/b.c", "moved/src/b.c");
	check_finds(w, from, "moved");
	assert_int_equal(unlink(from), 0);
}

static void
a_root_is_the_directory_and_not_its_name(void **state)
{
	(void)state;
	both(moved_root);
}

/* Opening. */

static void
check_no_roots(const char *const *roots, size_t n, enum wio_code code,
	const char *field)
{
	struct wio_error e = {0};

	assert_null(fio_roots_new(sys_real(),
		&(struct fio_roots_options){.roots = roots, .roots_n = n}, &e));
	assert_string_equal(e.field, field);
	assert_int_equal(e.code, code);
	assert_int_equal(e.op, WIO_OP_OPEN);
}

static void
a_root_that_is_none_is_named(void **state)
{
	struct world w;
	char path[512];

	(void)state;
	world_make(&w, false);
	check_no_roots(NULL, 0, WIO_INVALID, "roots");
	check_no_roots((const char *[]){w.roots[0], "one"}, 2, WIO_INVALID,
		"roots[1]");
	check_no_roots((const char *[]){""}, 1, WIO_INVALID, "roots[0]");
	check_no_roots((const char *[]){scratch_path(&w.s, "one/a.c", path)}, 1,
		WIO_NOT_REGULAR, "roots[0]");
	check_no_roots((const char *[]){scratch_path(&w.s, "none", path)}, 1,
		WIO_NOT_FOUND, "roots[0]");
	world_remove(&w);
}

static void
without_roots_only_absolute_paths_are_known(void **state)
{
	struct wio_error e;
	struct fio_place p;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fio_roots *r = fio_roots_new(sys_real(),
			&(struct fio_roots_options){
				.symlinks = WIO_SYMLINKS_FOLLOW_ANYWHERE,
				.no_openat2 = i == 1},
			&e);
		assert_non_null(r);
		assert_int_equal(fio_roots_n(r), 0);
		assert_int_equal(fio_roots_find(r, "/etc/x", &p, &e), 0);
		assert_string_equal(p.name, "x");
		fio_place_release(&p);
		assert_int_equal(fio_roots_find(r, "etc/x", &p, &e), -1);
		assert_int_equal(e.code, WIO_INVALID);
		assert_string_equal(e.field, "path");
		assert_string_equal(fio_roots_show(r, "/etc/x"), "/etc/x");
		fio_roots_unref(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_file_is_found_under_each_of_its_spellings),
		cmocka_unit_test(
			links_are_followed_as_far_as_the_policy_allows),
		cmocka_unit_test(
			a_root_is_known_by_its_given_and_by_its_real_name),
		cmocka_unit_test(
			a_path_that_cannot_be_one_is_refused_before_anything_is_opened),
		cmocka_unit_test(
			chained_looping_and_broken_links_end_where_the_kernel_would),
		cmocka_unit_test(
			a_link_that_is_refused_is_named_with_the_policy_and_a_way_on),
		cmocka_unit_test(a_magic_link_is_never_followed),
		cmocka_unit_test(
			a_directory_is_searched_with_no_more_rights_than_that_needs),
		cmocka_unit_test(
			a_mount_below_a_root_is_crossed_only_when_asked),
		cmocka_unit_test(a_root_is_the_directory_and_not_its_name),
		cmocka_unit_test(a_root_that_is_none_is_named),
		cmocka_unit_test(without_roots_only_absolute_paths_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
