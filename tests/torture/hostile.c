/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "figure.h"
#include "weir/io.h"

/*
 * Two editors and the file library save one file without a pause: one editor
 * writes in place, the other renames a new file over it. Each of their saves
 * puts a line with a token of its own on top and keeps those it found. They
 * take turns, so no editor destroys what another wrote, and the one that
 * renames tells what it displaced unread. Every other token must be in the
 * file, beside it, or in the trash. WEIR_EDIT_SECONDS is how long.
 */

enum { SECONDS = 2, FILE_MAX = 1 << 22, TOKENS_MAX = 1 << 17 };

enum fate { NEVER, SAVED, OVERWRITTEN };
static unsigned char *fates[2]; /* shared: by editor and number */
static bool found[2][TOKENS_MAX];

static struct scratch s;
static unsigned int seed;

static struct str
read_fd(int fd)
{
	static char text[FILE_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	assert_true(n >= 0 && n < FILE_MAX);
	return str_of(text, (size_t)n);
}

static void
each_token(struct str text, void (*see)(int editor, unsigned int number))
{
	struct str line;

	while (str_next_line(&text, &line)) {
		char copy[64];
		int editor;
		unsigned int number;
		(void)snprintf(copy, sizeof(copy), "%.*s",
			(int)(line.n < 63 ? line.n : 63), line.s);
		if (sscanf(copy, "token %d-%u.", &editor, &number) == 2 &&
			editor >= 0 && editor < 2 && number < TOKENS_MAX)
			see(editor, number);
	}
}

/* What an editor saves: its token, and what it found. */
static void
edited(int fd, int editor, unsigned int number, struct buf *ret)
{
	struct str now = read_fd(fd);

	buf_addf(ret, "token %d-%u.\n", editor, number);
	buf_add_str(ret, now);
}

static bool
save_in_place(const char *path, unsigned int number)
{
	CLEANUP_BUF struct buf next = {0};
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return false;
	edited(fd, 0, number, &next);
	size_t half = next.n / 2;
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, next.p, half, 0), half);
	assert_int_equal(pwrite(fd, next.p + half, next.n - half, (off_t)half),
		next.n - half);
	(void)close(fd);
	return true;
}

static struct str mine;

static void
see_displaced(int editor, unsigned int number)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "token %d-%u.\n", editor, number);
	if (str_find(mine, str_from(line)) >= mine.n)
		fates[editor][number] = OVERWRITTEN;
}

static bool
save_by_rename(const char *path, const char *other, unsigned int number)
{
	CLEANUP_BUF struct buf next = {0};
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return false;
	edited(fd, 1, number, &next);
	(void)close(fd);
	fd = open(other, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, next.p, next.n), next.n);
	assert_int_equal(close(fd), 0);
	bool saved = renameat2(AT_FDCWD, other, AT_FDCWD, path,
			     RENAME_EXCHANGE) == 0;
	fd = open(other, O_RDONLY);
	assert_true(fd >= 0);
	mine = buf_str(&next);
	if (saved)
		each_token(read_fd(fd), see_displaced);
	(void)close(fd);
	assert_int_equal(unlink(other), 0);
	return saved;
}

/* Until killed; never in the middle of a save, for the turn is taken then. */
static void
edit(int editor)
{
	char path[512], other[512], turn[512];
	int lock = open(scratch_path(&s, "turn", turn), O_RDWR | O_CREAT, 0600);

	(void)scratch_path(&s, "d/f", path);
	(void)scratch_path(&s, "d/editor.tmp", other);
	seed += (unsigned int)editor + 1;
	for (unsigned int number = 1; number < TOKENS_MAX;) {
		struct timespec rest = {
			.tv_nsec = (long)rand_r(&seed) % 2000000};
		(void)nanosleep(&rest, NULL);
		assert_int_equal(flock(lock, LOCK_EX), 0);
		bool saved = editor == 0 ? save_in_place(path, number)
					 : save_by_rename(path, other, number);
		if (saved && fates[editor][number] == NEVER)
			fates[editor][number] = SAVED;
		number += saved;
		assert_int_equal(flock(lock, LOCK_UN), 0);
	}
}

static void
stop_editors(const pid_t pids[2])
{
	char turn[512];
	int lock = open(scratch_path(&s, "turn", turn), O_RDWR | O_CREAT, 0600);

	assert_int_equal(flock(lock, LOCK_EX), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(pids[i], SIGKILL), 0);
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	}
	(void)close(lock);
}

static void
see_found(int editor, unsigned int number)
{
	found[editor][number] = true;
}

/* Every file of the directory. How many were edits nobody else had. */
static size_t
look_into(const char *sub)
{
	char path[512];
	DIR *d = opendir(scratch_path(&s, sub, path));
	struct dirent *x;
	size_t conflicts = 0;

	while (d != NULL && (x = readdir(d)) != NULL) {
		struct stat st;
		int fd = openat(dirfd(d), x->d_name, O_RDONLY);
		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			each_token(read_fd(fd), see_found);
		(void)close(fd);
		conflicts += strstr(x->d_name, ".conflict-") != NULL;
	}
	if (d != NULL)
		(void)closedir(d);
	return conflicts;
}

/* One more revision on top of what there is; what came of it. */
static enum wio_code
revise(struct wio *w, unsigned int revision)
{
	char digest[WIO_DIGEST_SIZE], text[64], path[512];
	struct wio_write_result r;

	int fd = open(scratch_path(&s, "d/f", path), O_RDONLY);
	if (fd < 0)
		return WIO_NOT_FOUND;
	struct str now = read_fd(fd);
	(void)close(fd);
	wio_digest(WIO_XXH3, now.s, now.n, digest);
	(void)snprintf(text, sizeof(text), "revision %u\n", revision);
	/* The last line is ours. */
	size_t last = str_find(now, STR("revision "));
	const struct wio_edit x = {.start = last,
		.end = now.n,
		.text = text,
		.text_n = strlen(text)};
	const struct wio_write_request ask = {
		.path = "d/f", .digest = digest, .edits = &x, .edits_n = 1};
	(void)wio_write(w, WIO_EACH, &ask, 1, &r);
	wio_write_release(&r, 1);
	return r.error.code;
}

struct count {
	size_t saves, mismatches, conflicts, tokens, lost, overwritten;
};

static void
write_until(struct wio *w, time_t end, struct count *c)
{
	for (unsigned int i = 1; time(NULL) < end; i++) {
		enum wio_code code = revise(w, i);
		c->saves += code == WIO_OK;
		c->mismatches += code == WIO_MISMATCH;
		c->conflicts += code == WIO_CONFLICT;
		if (code != WIO_OK && code != WIO_MISMATCH &&
			code != WIO_CONFLICT && code != WIO_BUSY)
			fail_msg("%s", wio_code_name(code));
	}
}

static void
no_edit_is_destroyed(void **state)
{
	unsigned int seconds = figure("WEIR_EDIT_SECONDS", SECONDS);
	const char *const roots[] = {s.path};
	const struct wio_options o = {.roots = roots, .roots_n = 1};
	struct count c = {0};
	struct wio_error e;
	char path[512];
	pid_t pids[2];

	(void)state;
	seed = figure("WEIR_SEED", (unsigned int)time(NULL));
	unsigned int first = seed;
	scratch_make(&s);
	assert_int_equal(mkdir(scratch_path(&s, "d", path), 0700), 0);
	scratch_put(&s, "d/f", "revision 0\n");
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			edit(i);
			_exit(0);
		}
	}
	struct wio *w = wio_open(&o, &e);
	assert_non_null(w);
	write_until(w, time(NULL) + (time_t)seconds, &c);
	stop_editors(pids);
	if (wio_sweep(w, s.path, &e) < 0)
		fail_msg("%s", e.message);
	wio_close(w, NULL);
	size_t kept = look_into("d") + look_into("d/.weir-trash");
	for (size_t i = 0; i < 2 * (size_t)TOKENS_MAX; i++) {
		unsigned char fate = fates[i / TOKENS_MAX][i % TOKENS_MAX];
		c.tokens += fate != NEVER;
		c.overwritten += fate == OVERWRITTEN;
		c.lost +=
			fate == SAVED && !found[i / TOKENS_MAX][i % TOKENS_MAX];
	}
	print_message("# %us of editors, %zu edits, %zu destroyed, %zu "
		      "overwritten by editors, %zu conflict files; %zu "
		      "writes, %zu mismatches, %zu conflicts; seed %u\n",
		seconds, c.tokens, c.lost, c.overwritten, kept, c.saves,
		c.mismatches, c.conflicts, first);
	scratch_remove(&s);
	assert_int_equal(c.lost, 0);
	assert_true(c.tokens > 20 && c.saves > 5);
	assert_true(c.conflicts + c.mismatches > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_edit_is_destroyed),
	};

	(void)signal(SIGIO, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		fates[i] = mmap(NULL, TOKENS_MAX, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (fates[i] == MAP_FAILED)
			return 1;
	}
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
