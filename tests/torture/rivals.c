/* SPDX-License-Identifier: MIT */
#include "rivals.h"

#include <dirent.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "base/buf.h"

enum { FILE_MAX = 1 << 22, REST_NS = 2000000 };
enum { TOKENS_MAX = 1 << 17, ALL = 2 * TOKENS_MAX }; /* of each; of both */

enum fate { NEVER, SAVED, OVERWRITTEN };

/* Read everything from the descriptor's beginning. */
static struct str
read_fd(int fd)
{
	static char text[FILE_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	assert_true(n >= 0 && n < FILE_MAX);
	return str_of(text, (size_t)n);
}

/* The next token of the text: its place among the fates. */
static bool
next_token(const struct rivals *r, struct str *text, size_t *ret)
{
	size_t mark = strlen(r->mark);
	unsigned int editor, number;
	struct str line;

	while (str_next_line(text, &line)) {
		char copy[64];
		(void)snprintf(copy, sizeof(copy), "%.*s",
			(int)(line.n < 63 ? line.n : 63), line.s);
		if (strncmp(copy, r->mark, mark) == 0 &&
			sscanf(copy + mark, "token %u-%u.", &editor, &number) ==
				2 &&
			editor < 2 && number < TOKENS_MAX) {
			*ret = (size_t)editor * TOKENS_MAX + number;
			return true;
		}
	}
	return false;
}

static void
add_token(const struct rivals *r, size_t token, struct buf *b)
{
	buf_addf(b, "%stoken %zu-%zu.\n", r->mark, token / TOKENS_MAX,
		token % TOKENS_MAX);
}

/* What an editor saves: its token, and what it found. */
static bool
edited(const struct rivals *r, int fd, size_t token, struct buf *ret)
{
	struct str now = read_fd(fd);

	add_token(r, token, ret);
	buf_add_str(ret, now);
	return r->needs == NULL || str_find(now, str_from(r->needs)) < now.n;
}

static bool
save_in_place(const struct rivals *r, const char *path, size_t token)
{
	CLEANUP_BUF struct buf next = {0};
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return false;
	bool good = edited(r, fd, token, &next);
	if (good) {
		size_t half = next.n / 2;
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, next.p, half, 0), half);
		assert_int_equal(
			pwrite(fd, next.p + half, next.n - half, (off_t)half),
			next.n - half);
	}
	(void)close(fd);
	return good;
}

/* The tokens of what was displaced that are not in what took its place. */
static void
tell_overwritten(struct rivals *r, struct str displaced, struct str mine)
{
	size_t token;

	while (next_token(r, &displaced, &token)) {
		CLEANUP_BUF struct buf line = {0};
		add_token(r, token, &line);
		if (str_find(mine, buf_str(&line)) >= mine.n)
			r->fates[token] = OVERWRITTEN;
	}
}

static bool
save_by_rename(
	struct rivals *r, const char *path, const char *other, size_t token)
{
	CLEANUP_BUF struct buf next = {0};
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return false;
	bool good = edited(r, fd, token, &next);
	(void)close(fd);
	if (!good)
		return false;
	fd = open(other, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, next.p, next.n), next.n);
	assert_int_equal(close(fd), 0);
	good = renameat2(AT_FDCWD, other, AT_FDCWD, path, RENAME_EXCHANGE) == 0;
	fd = open(other, O_RDONLY);
	assert_true(fd >= 0);
	if (good)
		tell_overwritten(r, read_fd(fd), buf_str(&next));
	(void)close(fd);
	assert_int_equal(unlink(other), 0);
	return good;
}

static int
open_turn(const struct rivals *r)
{
	char path[512];
	int fd = open(
		scratch_path(r->scratch, "turn", path), O_RDWR | O_CREAT, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* Until killed; never in the middle of a save, for the turn is taken then. */
static void
edit(struct rivals *r, int editor)
{
	char path[512], other[512];
	size_t token = (size_t)editor * TOKENS_MAX, end = token + TOKENS_MAX;
	int turn = open_turn(r);

	(void)scratch_path(r->scratch, r->file, path);
	(void)scratch_path(r->scratch, r->other, other);
	r->seed += (unsigned int)editor + 1;
	for (token++; token < end;) {
		struct timespec rest = {
			.tv_nsec = (long)rand_r(&r->seed) % REST_NS};
		(void)nanosleep(&rest, NULL);
		assert_int_equal(flock(turn, LOCK_EX), 0);
		bool saved = editor == 0
			? save_in_place(r, path, token)
			: save_by_rename(r, path, other, token);
		if (saved && r->fates[token] == NEVER)
			r->fates[token] = SAVED;
		token += saved;
		assert_int_equal(flock(turn, LOCK_UN), 0);
	}
	for (;;)
		(void)pause();
}

void
rivals_start(struct rivals *r, unsigned int seed)
{
	if (r->mark == NULL)
		r->mark = "";
	r->seed = seed;
	r->found = calloc(ALL, sizeof(*r->found));
	r->fates = mmap(NULL, ALL, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(r->found != NULL && r->fates != MAP_FAILED);
	for (int i = 0; i < 2; i++) {
		r->pids[i] = fork();
		assert_true(r->pids[i] >= 0);
		if (r->pids[i] == 0)
			edit(r, i);
	}
}

struct str
rivals_read(const struct rivals *r)
{
	char path[512];
	int fd = open(scratch_path(r->scratch, r->file, path), O_RDONLY);

	if (fd < 0)
		return STR_ABSENT;
	struct str text = read_fd(fd);
	(void)close(fd);
	return text;
}

void
rivals_stop(struct rivals *r)
{
	int turn = open_turn(r);

	assert_int_equal(flock(turn, LOCK_EX), 0);
	for (int i = 0; i < 2; i++) {
		int status;
		assert_int_equal(kill(r->pids[i], SIGKILL), 0);
		assert_int_equal(waitpid(r->pids[i], &status, 0), r->pids[i]);
		if (!WIFSIGNALED(status))
			fail_msg("editor %d ended by itself: see above", i);
	}
	assert_int_equal(close(turn), 0);
}

size_t
rivals_look_into(struct rivals *r, const char *sub)
{
	char path[512];
	DIR *d = opendir(scratch_path(r->scratch, sub, path));
	struct dirent *x;
	size_t conflicts = 0;

	while (d != NULL && (x = readdir(d)) != NULL) {
		struct stat st;
		int fd = openat(dirfd(d), x->d_name, O_RDONLY);
		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
			struct str text = read_fd(fd);
			size_t token;
			while (next_token(r, &text, &token))
				r->found[token] = true;
		}
		(void)close(fd);
		conflicts += strstr(x->d_name, ".conflict-") != NULL;
	}
	if (d != NULL)
		(void)closedir(d);
	return conflicts;
}

void
rivals_count(const struct rivals *r, struct rivals_count *ret)
{
	*ret = (struct rivals_count){0};
	for (size_t i = 0; i < ALL; i++) {
		ret->tokens += r->fates[i] != NEVER;
		ret->overwritten += r->fates[i] == OVERWRITTEN;
		ret->lost += r->fates[i] == SAVED && !r->found[i];
	}
}

void
rivals_release(struct rivals *r)
{
	free(r->found);
	(void)munmap(r->fates, ALL);
}
