/* SPDX-License-Identifier: MIT */
#include "fio/io-priv.h"
#include "fio/origin.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/xattr.h>

#include "io.h"

/* wio_write, and what it must not do. */

static struct wio_write_result r;

/* Into `r`. */
static size_t
write_one(const struct wio_write_request *ask)
{
	wio_write_release(&r, 1);
	return wio_write(w, WIO_EACH, ask, 1, &r);
}

/* Bytes [from, to) of a file that holds `text` give way to `with`. */
static enum wio_code
edit(const char *path, const char *text, uint64_t from, uint64_t to,
	const char *with)
{
	const struct wio_edit x = {
		.start = from, .end = to, .text = with, .text_n = strlen(with)};
	const struct wio_write_request ask = {.path = path,
		.digest = digest_of(text),
		.edits = &x,
		.edits_n = 1};

	size_t failed = write_one(&ask);
	assert_int_equal(failed, r.error.code != WIO_OK);
	return r.error.code;
}

/* Names in a directory that begin with `prefix`; "" is none of our own. */
static size_t
count(const char *sub, const char *prefix, char ret_name[250])
{
	char path[512];
	DIR *d = opendir(scratch_path(&s, sub, path));
	struct dirent *x;
	size_t n = 0;

	if (d == NULL)
		return 0;
	while ((x = readdir(d)) != NULL) {
		if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0)
			continue;
		if (strncmp(x->d_name, prefix, strlen(prefix)) != 0)
			continue;
		n++;
		if (ret_name != NULL)
			(void)snprintf(
				ret_name, 250, "%.20s/%.200s", sub, x->d_name);
	}
	(void)closedir(d);
	return n;
}

static void
check_no_leftovers(void)
{
	/* The trash alone has a hidden name. */
	assert_int_equal(
		count(".", ".", NULL), (size_t)scratch_has(&s, ".weir-trash"));
}

static void
an_edit_is_made_and_told(void **state)
{
	char name[250];

	(void)state;
	scratch_put(&s, "a.c", "int old;\n");
	(void)edit("a.c", "int old;\n", 4, 7, "new");
	check_code(r.error, WIO_OK);
	check_str(scratch_get(&s, "a.c"), "int new;\n");
	assert_string_equal(r.old_digest, digest_of("int old;\n"));
	assert_string_equal(r.new_digest, digest_of("int new;\n"));
	assert_true(r.changed && !r.relocated);
	assert_int_equal(r.reached, WIO_DURABLE);
	assert_int_equal(r.deltas_n, 1);
	assert_int_equal(r.deltas[0].start, 4);
	assert_int_equal(r.deltas[0].removed, 3);
	assert_int_equal(r.deltas[0].added, 3);
	assert_string_equal(r.kept, "");
	check_no_leftovers();
	assert_int_equal(count(".weir-trash", "a.c.", name), 1);
	check_str(scratch_get(&s, name), "int old;\n");
}

/* file-io.md 4.3, 15.7: offsets rest on the bytes, not on what they mean. */
static void
a_comment_added_above_is_a_mismatch(void **state)
{
	(void)state;
	scratch_put(&s, "a.c", "// more\nint old;\n");
	assert_int_equal(edit("a.c", "int old;\n", 4, 7, "new"), WIO_MISMATCH);
	check_str(scratch_get(&s, "a.c"), "// more\nint old;\n");
	assert_string_equal(r.error.expected, digest_of("int old;\n"));
	assert_string_equal(r.error.actual, digest_of("// more\nint old;\n"));
	assert_int_equal(r.error.actual_size, 17);
	assert_true(r.error.actual_mtime_ns > 0);
	assert_string_equal(r.error.field, "digest");
	assert_int_equal(r.error.op, WIO_OP_WRITE);
	assert_false(scratch_has(&s, ".weir-trash"));
}

static void
a_digest_of_the_other_kind_is_answered_in_kind(void **state)
{
	char before[WIO_DIGEST_SIZE], after[WIO_DIGEST_SIZE];
	const struct wio_edit x = {
		.start = 0, .end = 3, .text = "new", .text_n = 3};
	const struct wio_write_request ask = {
		.path = "f", .digest = before, .edits = &x, .edits_n = 1};

	(void)state;
	scratch_put(&s, "f", "old");
	wio_digest(WIO_SHA256, "old", 3, before);
	wio_digest(WIO_SHA256, "new", 3, after);
	assert_int_equal(write_one(&ask), 0);
	assert_string_equal(r.old_digest, before);
	assert_string_equal(r.new_digest, after);
	assert_int_equal(write_one(&ask), 1);
	check_code(r.error, WIO_MISMATCH);
	assert_string_equal(r.error.actual, after);
}

/* 12.8, 7.1: the docs of the original claimed it, a rename does not do it. */
static void
mode_owner_and_attributes_are_kept(void **state)
{
	char path[512], value[100];
	struct stat st;
	ssize_t n;

	(void)state;
	scratch_put(&s, "f", "old");
	(void)scratch_path(&s, "f", path);
	bool root = geteuid() == 0;
	if (root)
		assert_int_equal(chown(path, 1234, 4321), 0);
	assert_int_equal(chmod(path, 04751), 0);
	bool attributes = setxattr(path, "user.weir", "v", 1, 0) == 0;
	assert_int_equal(edit("f", "old", 0, 3, "new"), WIO_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 04751);
	if (root) {
		assert_int_equal(st.st_uid, 1234);
		assert_int_equal(st.st_gid, 4321);
	}
	if (!attributes)
		return (void)print_message("# no attributes here\n");
	n = getxattr(path, "user.weir", value, sizeof(value));
	assert_int_equal(n, 1);
}

/* As setxattr(2) takes it: user rwx, user 1234 r, group r, mask r, other - */
static const unsigned char acl[] = {2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255,
	2, 0, 4, 0, 0xd2, 4, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 4, 0,
	255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255};

static void
an_acl_is_kept_and_none_is_added(void **state)
{
	char path[512], value[200];

	(void)state;
	scratch_put(&s, "f", "old");
	scratch_put(&s, "g", "old");
	if (setxattr(scratch_path(&s, "f", path), "system.posix_acl_access",
		    acl, sizeof(acl), 0) < 0)
		skip();
	assert_int_equal(edit("f", "old", 0, 3, "new"), WIO_OK);
	assert_int_equal(
		getxattr(path, "system.posix_acl_access", value, sizeof(value)),
		sizeof(acl));
	assert_memory_equal(value, acl, sizeof(acl));
	/* What the directory gives to new files is not for this one. */
	assert_int_equal(setxattr(s.path, "system.posix_acl_default", acl,
				 sizeof(acl), 0),
		0);
	struct stat st;
	assert_int_equal(chmod(scratch_path(&s, "g", path), 0640), 0);
	assert_int_equal(edit("g", "old", 0, 3, "new"), WIO_OK);
	assert_int_equal(
		getxattr(path, "system.posix_acl_access", value, sizeof(value)),
		-1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void
byte_order_mark_line_ends_and_final_newline_are_kept(void **state)
{
	static const char text[] = "\xef\xbb\xbfone\r\ntwo\nthree";

	(void)state;
	scratch_put(&s, "f", text);
	assert_int_equal(edit("f", text, 3, 6, "ONE"), WIO_OK);
	check_str(scratch_get(&s, "f"), "\xef\xbb\xbfONE\r\ntwo\nthree");
}

static void
bytes_that_are_no_text_need_raw(void **state)
{
	static const char text[] = "a\xff"
				   "b";
	struct wio_edit x = {.start = 1, .end = 2, .text = "\xfe", .text_n = 1};
	struct wio_write_request ask = {.path = "f",
		.digest = digest_of(text),
		.edits = &x,
		.edits_n = 1};

	(void)state;
	scratch_put(&s, "f", text);
	assert_int_equal(write_one(&ask), 1);
	check_code(r.error, WIO_UTF8);
	ask.raw = true;
	assert_int_equal(write_one(&ask), 0);
	check_str(scratch_get(&s, "f"),
		"a\xfe"
		"b");
}

static void
a_range_beyond_the_end_is_refused(void **state)
{
	(void)state;
	scratch_put(&s, "f", "abc");
	assert_int_equal(edit("f", "abc", 2, 4, ""), WIO_RANGE);
	assert_string_equal(r.error.field, "edits[0].end");
	assert_int_equal(r.error.op, WIO_OP_WRITE);
	assert_int_equal(edit("f", "abc", 3, 2, ""), WIO_RANGE);
	check_str(scratch_get(&s, "f"), "abc");
}

/* 15.7: two edits, one file, one batch. */
static void
two_edits_of_one_file_in_one_batch_are_merged(void **state)
{
	const struct wio_edit x[] = {
		{.start = 0, .end = 1, .text = "A", .text_n = 1},
		{.start = 2, .end = 3, .text = "C", .text_n = 1},
		{.start = 2, .end = 3, .text = "!", .text_n = 1}};
	char absolute[512], link[512];
	struct wio_write_request asks[3];
	struct wio_write_result done[3];

	(void)state;
	scratch_put(&s, "f", "abc");
	(void)scratch_path(&s, "f", absolute);
	assert_int_equal(symlink("f", scratch_path(&s, "l", link)), 0);
	/* However it is spelt. */
	const char *const spelt[] = {"f", absolute, "l"};
	for (size_t i = 0; i < 3; i++)
		asks[i] = (struct wio_write_request){.path = spelt[i],
			.digest = digest_of("abc"),
			.edits = &x[i],
			.edits_n = 1};
	assert_int_equal(wio_write(w, WIO_EACH, asks, 3, done), 1);
	check_code(done[0].error, WIO_OK);
	check_code(done[1].error, WIO_OK);
	check_code(done[2].error, WIO_OVERLAP);
	check_str(scratch_get(&s, "f"), "AbC");
	assert_string_equal(done[0].new_digest, digest_of("AbC"));
	assert_string_equal(done[1].new_digest, digest_of("AbC"));
	struct stat st;
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	wio_write_release(done, 3);
}

/* Section 2: one bad request does not fail the others. */
static void
a_request_that_fails_fails_alone_and_order_is_kept(void **state)
{
	struct wio_write_request asks[4];
	struct wio_write_result done[4];
	const struct wio_edit x = {
		.start = 0, .end = 3, .text = "new", .text_n = 3};
	static const char *const names[] = {"a", "missing", "b", "c"};

	(void)state;
	scratch_put(&s, "a", "old");
	scratch_put(&s, "b", "odd");
	scratch_put(&s, "c", "old");
	for (size_t i = 0; i < 4; i++)
		asks[i] = (struct wio_write_request){.path = names[i],
			.digest = digest_of("old"),
			.edits = &x,
			.edits_n = 1};
	assert_int_equal(wio_write(w, WIO_EACH, asks, 4, done), 2);
	check_code(done[0].error, WIO_OK);
	check_code(done[1].error, WIO_NOT_FOUND);
	check_code(done[2].error, WIO_MISMATCH);
	check_code(done[3].error, WIO_OK);
	check_str(scratch_get(&s, "b"), "odd");
	check_str(scratch_get(&s, "c"), "new");
	wio_write_release(done, 4);
}

static void
anchors_relocate_an_edit_and_need_no_digest(void **state)
{
	const struct wio_edit x = {.start = 0,
		.end = 3,
		.text = "new",
		.text_n = 3,
		.anchor = "old",
		.anchor_n = 3};
	struct wio_write_request ask = {.path = "f",
		.digest = digest_of("old"),
		.edits = &x,
		.edits_n = 1};

	(void)state;
	scratch_put(&s, "f", "// more\nold");
	assert_int_equal(write_one(&ask), 0);
	assert_true(r.relocated);
	assert_int_equal(r.deltas[0].start, 8);
	assert_string_equal(r.old_digest, digest_of("// more\nold"));
	check_str(scratch_get(&s, "f"), "// more\nnew");
	ask.digest = NULL;
	assert_int_equal(write_one(&ask), 1);
	check_code(r.error, WIO_ANCHOR);
}

static void
edits_without_digest_or_anchor_are_refused(void **state)
{
	const struct wio_edit x = {
		.start = 0, .end = 0, .text = "x", .text_n = 1};
	struct wio_write_request ask = {.path = "f", .edits = &x, .edits_n = 1};

	(void)state;
	scratch_put(&s, "f", "abc");
	assert_int_equal(write_one(&ask), 1);
	check_code(r.error, WIO_INVALID);
	assert_string_equal(r.error.field, "digest");
	ask.digest = "md5:00";
	assert_int_equal(write_one(&ask), 1);
	check_code(r.error, WIO_INVALID);
	check_str(scratch_get(&s, "f"), "abc");
}

/* 7.2: atomic, the digest of the new bytes, and the file of the request. */
static void
a_diff_is_applied_exactly_and_tells_the_new_digest(void **state)
{
	static const char diff[] =
		"--- a/elsewhere\n+++ b/elsewhere\n"
		"@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
	struct wio_write_request ask = {
		.path = "f", .diff = diff, .diff_n = sizeof(diff) - 1};

	(void)state;
	scratch_put(&s, "f", "one\ntwo\nthree\n");
	assert_int_equal(write_one(&ask), 0);
	check_str(scratch_get(&s, "f"), "one\nTWO\nthree\n");
	assert_string_equal(r.new_digest, digest_of("one\nTWO\nthree\n"));
	assert_int_equal(r.deltas_n, 1);
	assert_false(scratch_has(&s, "elsewhere"));
	assert_int_equal(write_one(&ask), 1);
	check_code(r.error, WIO_DIFF);
	assert_non_null(strstr(r.error.message, "line 5"));
	ask.digest = digest_of("one\ntwo\nthree\n");
	assert_int_equal(write_one(&ask), 1);
	check_code(r.error, WIO_MISMATCH);
}

static void
a_dry_run_changes_nothing_and_its_diff_does_it(void **state)
{
	const struct wio_edit x = {
		.start = 4, .end = 7, .text = "TWO", .text_n = 3};
	struct wio_write_request ask = {.path = "f",
		.digest = digest_of("one\ntwo\n"),
		.edits = &x,
		.edits_n = 1,
		.dry_run = true};

	(void)state;
	scratch_put(&s, "f", "one\ntwo\n");
	assert_int_equal(write_one(&ask), 0);
	check_str(scratch_get(&s, "f"), "one\ntwo\n");
	assert_false(scratch_has(&s, ".weir-trash"));
	assert_string_equal(r.new_digest, digest_of("one\nTWO\n"));
	const struct wio_write_request apply = {
		.path = "f", .diff = r.diff, .diff_n = r.diff_n};
	struct wio_write_result done;
	assert_int_equal(wio_write(w, WIO_EACH, &apply, 1, &done), 0);
	check_str(scratch_get(&s, "f"), "one\nTWO\n");
	wio_write_release(&done, 1);
	wio_write_release(&r, 1);
}

static void
bytes_that_are_there_already_are_not_written(void **state)
{
	struct stat before, after;
	char path[512];

	(void)state;
	scratch_put(&s, "f", "old");
	assert_int_equal(stat(scratch_path(&s, "f", path), &before), 0);
	assert_int_equal(edit("f", "old", 0, 3, "old"), WIO_OK);
	assert_false(r.changed);
	assert_string_equal(r.new_digest, r.old_digest);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

/* 13 of section 12, 15.7: read_file on a FIFO hung the original. */
static void
what_is_no_regular_file_is_refused_before_it_is_read(void **state)
{
	char path[512];

	(void)state;
	assert_int_equal(mkfifo(scratch_path(&s, "fifo", path), 0600), 0);
	assert_int_equal(mkdir(scratch_path(&s, "dir", path), 0700), 0);
	assert_int_equal(edit("fifo", "", 0, 0, "x"), WIO_NOT_REGULAR);
	assert_int_equal(edit("dir", "", 0, 0, "x"), WIO_NOT_REGULAR);
	assert_int_equal(edit("missing", "", 0, 0, "x"), WIO_NOT_FOUND);
	assert_int_equal(edit("no/where", "", 0, 0, "x"), WIO_NOT_FOUND);
	assert_int_equal(edit("../out", "", 0, 0, "x"), WIO_INVALID);
	assert_int_equal(edit("/etc/passwd", "", 0, 0, "x"), WIO_OUTSIDE);
}

static void
a_file_with_other_links_is_refused(void **state)
{
	char path[512], other[512];

	(void)state;
	scratch_put(&s, "f", "old");
	assert_int_equal(
		link(scratch_path(&s, "f", path), scratch_path(&s, "g", other)),
		0);
	assert_int_equal(edit("f", "old", 0, 3, "new"), WIO_LINKED);
	check_str(scratch_get(&s, "g"), "old");
}

/* 9 of section 12: without roots the original replaced the link itself. */
static void
a_link_is_followed_as_the_policy_says_and_never_replaced(void **state)
{
	char path[512];
	struct stat st;

	(void)state;
	scratch_put(&s, "f", "old");
	assert_int_equal(symlink("f", scratch_path(&s, "l", path)), 0);
	assert_int_equal(edit("l", "old", 0, 3, "new"), WIO_OK);
	check_str(scratch_get(&s, "f"), "new");
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	io_reopen((struct wio_options){.symlinks = WIO_SYMLINKS_DENY});
	assert_int_equal(edit("l", "new", 0, 3, "old"), WIO_SYMLINK);
	check_str(scratch_get(&s, "f"), "new");
}

static void
a_file_larger_than_the_limit_is_refused(void **state)
{
	(void)state;
	scratch_put(&s, "f", "abcdef");
	io_reopen((struct wio_options){.large = 5});
	assert_int_equal(edit("f", "abcdef", 0, 0, "x"), WIO_TOO_LARGE);
}

static void
a_long_name_can_be_written(void **state)
{
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	scratch_put(&s, name, "old");
	assert_int_equal(edit(name, "old", 0, 3, "new"), WIO_OK);
	check_str(scratch_get(&s, name), "new");
	check_no_leftovers();
}

static void
durability_is_as_asked(void **state)
{
	(void)state;
	for (int i = WIO_DURABLE; i <= WIO_NOT_DURABLE; i++) {
		scratch_put(&s, "f", "old");
		io_reopen((struct wio_options){
			.durability = (enum wio_durability)i});
		assert_int_equal(edit("f", "old", 0, 3, "new"), WIO_OK);
		assert_int_equal((int)r.reached, i);
		check_str(scratch_get(&s, "f"), "new");
	}
}

/* 15.7: an external editor has it open, and saves after we have looked. */
static void
a_file_that_somebody_has_open_for_writing_is_busy_and_stays_theirs(void **state)
{
	char path[512];

	(void)state;
	scratch_put(&s, "f", "old");
	int fd = open(scratch_path(&s, "f", path), O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(edit("f", "old", 0, 3, "new"), WIO_BUSY);
	assert_string_equal(r.error.field, "path");
	assert_int_equal(write(fd, "edit", 4), 4);
	assert_int_equal(close(fd), 0);
	check_str(scratch_get(&s, "f"), "edit");
	assert_string_equal(r.kept, "");
	check_no_leftovers();
}

static void
a_place_of_its_own_for_what_was_replaced_is_used(void **state)
{
	char trash[512], name[250];

	(void)state;
	assert_int_equal(mkdir(scratch_path(&s, "bin", trash), 0700), 0);
	scratch_put(&s, "f", "old");
	io_reopen((struct wio_options){.trash = trash});
	assert_int_equal(edit("f", "old", 0, 3, "new"), WIO_OK);
	assert_false(scratch_has(&s, ".weir-trash"));
	assert_int_equal(count("bin", "f.", name), 1);
	check_str(scratch_get(&s, name), "old");
}

/* 15.6: exactly one wins per digest. */
enum { WRITERS = 8, ROUNDS = 40 };

struct writer {
	pthread_t thread;
	int number;
	const char *digest;
	enum wio_code code;
};

static void *
write_once(void *arg)
{
	struct writer *x = arg;
	char text[16];
	struct wio_write_result done;

	(void)snprintf(text, sizeof(text), "%03d", x->number);
	const struct wio_edit one = {
		.start = 0, .end = 3, .text = text, .text_n = 3};
	const struct wio_write_request ask = {
		.path = "f", .digest = x->digest, .edits = &one, .edits_n = 1};
	(void)wio_write(w, WIO_EACH, &ask, 1, &done);
	x->code = done.error.code;
	wio_write_release(&done, 1);
	return NULL;
}

static void
of_concurrent_writers_exactly_one_wins_per_digest(void **state)
{
	struct writer writers[WRITERS];

	(void)state;
	scratch_put(&s, "f", "old");
	for (int round = 0; round < ROUNDS; round++) {
		char now[16];
		int won = 0, winner = -1;
		(void)snprintf(now, sizeof(now), "%s", scratch_get(&s, "f").s);
		const char *digest = digest_of(now);
		for (int i = 0; i < WRITERS; i++) {
			writers[i] =
				(struct writer){.number = round * WRITERS + i,
					.digest = digest};
			assert_int_equal(pthread_create(&writers[i].thread,
						 NULL, write_once, &writers[i]),
				0);
		}
		for (int i = 0; i < WRITERS; i++) {
			assert_int_equal(
				pthread_join(writers[i].thread, NULL), 0);
			if (writers[i].code == WIO_OK) {
				won++;
				winner = writers[i].number;
			} else {
				assert_int_equal(writers[i].code, WIO_MISMATCH);
			}
		}
		assert_int_equal(won, 1);
		(void)snprintf(now, sizeof(now), "%03d", winner);
		check_str(scratch_get(&s, "f"), now);
	}
	check_no_leftovers();
}

static void
a_ticket_does_what_the_call_does_with_copies(void **state)
{
	char text[] = "new", path[] = "f", digest[WIO_DIGEST_SIZE];
	struct wio_edit x = {.start = 0, .end = 3, .text = text, .text_n = 3};
	struct wio_write_request ask = {
		.path = path, .digest = digest, .edits = &x, .edits_n = 1};

	(void)state;
	scratch_put(&s, "f", "old");
	(void)snprintf(digest, sizeof(digest), "%s", digest_of("old"));
	wio_write_release(&r, 1);
	struct wio_ticket *t = wio_write_submit(w, WIO_EACH, &ask, 1, &r, &e);
	assert_non_null(t);
	memset(text, '!', 3);
	memset(path, '!', 1);
	memset(digest, '!', 9);
	memset(&x, 0, sizeof(x));
	assert_int_equal(wio_ticket_wait(t, -1), 0);
	wio_ticket_free(t);
	check_code(r.error, WIO_OK);
	check_str(scratch_get(&s, "f"), "new");
}

static void
what_is_written_is_known_again_by_its_origin(void **state)
{
	char path[512], origin[FIO_ORIGIN_SIZE];
	struct stat st, dir;

	(void)state;
	scratch_put(&s, "f", "old");
	const struct wio_edit x = {
		.start = 0, .end = 3, .text = "new", .text_n = 3};
	const struct wio_write_request ask = {.path = "f",
		.digest = digest_of("old"),
		.edits = &x,
		.edits_n = 1,
		.origin = "me"};
	assert_int_equal(write_one(&ask), 0);
	const struct wio_create_request fresh = {
		.path = "g", .bytes = "new", .n = 3, .origin = "me"};
	struct wio_create_result made;
	assert_int_equal(wio_create(w, &fresh, 1, &made), 0);
	assert_int_equal(stat(s.path, &dir), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			stat(scratch_path(&s, i == 0 ? "f" : "g", path), &st),
			0);
		const struct fio_written written = fio_written_of(
			&st, fio_inode_of(&dir), i == 0 ? "f" : "g");
		assert_true(fio_origins_find(w->origins, &written,
			fio_digest(STR("new")), 0, origin));
		assert_string_equal(origin, "me");
	}
}

static int
forget(void **state)
{
	wio_write_release(&r, 1);
	return io_teardown(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, io_setup, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_edit_is_made_and_told),
		TEST(a_comment_added_above_is_a_mismatch),
		TEST(a_digest_of_the_other_kind_is_answered_in_kind),
		TEST(mode_owner_and_attributes_are_kept),
		TEST(an_acl_is_kept_and_none_is_added),
		TEST(byte_order_mark_line_ends_and_final_newline_are_kept),
		TEST(bytes_that_are_no_text_need_raw),
		TEST(a_range_beyond_the_end_is_refused),
		TEST(two_edits_of_one_file_in_one_batch_are_merged),
		TEST(a_request_that_fails_fails_alone_and_order_is_kept),
		TEST(anchors_relocate_an_edit_and_need_no_digest),
		TEST(edits_without_digest_or_anchor_are_refused),
		TEST(a_diff_is_applied_exactly_and_tells_the_new_digest),
		TEST(a_dry_run_changes_nothing_and_its_diff_does_it),
		TEST(bytes_that_are_there_already_are_not_written),
		TEST(what_is_no_regular_file_is_refused_before_it_is_read),
		TEST(a_file_with_other_links_is_refused),
		TEST(a_link_is_followed_as_the_policy_says_and_never_replaced),
		TEST(a_file_larger_than_the_limit_is_refused),
		TEST(a_long_name_can_be_written),
		TEST(durability_is_as_asked),
		TEST(a_file_that_somebody_has_open_for_writing_is_busy_and_stays_theirs),
		TEST(a_place_of_its_own_for_what_was_replaced_is_used),
		TEST(of_concurrent_writers_exactly_one_wins_per_digest),
		TEST(what_is_written_is_known_again_by_its_origin),
		TEST(a_ticket_does_what_the_call_does_with_copies),
	};

	(void)signal(SIGIO, SIG_IGN);
	return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
