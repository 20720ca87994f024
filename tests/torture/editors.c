/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../store/fixture.h"
#include "figure.h"

/*
 * Two editors and weir save one backlog without a pause: one editor writes in
 * place, the other renames a new file over it. Each save adds a comment with a
 * token of its own and keeps those it found. The editors take turns, so no
 * editor destroys what another wrote; what one overwrites all the same, because
 * the file changed between its reading and its saving, it knows, for it looks
 * at what its rename displaced, and tells. Every other token must be in the
 * file or among what weir keeps.
 */

enum { SECONDS = 3, FILE_MAX = 1 << 20, TOKENS_MAX = 1 << 16 };

static struct fixture f;
static unsigned int seed;

/* Shared by the processes: what became of each token. */
enum fate { NEVER, SAVED, OVERWRITTEN };
static unsigned char *fates[2]; /* by editor and number */

static const char start[] = "schema_version: 3\n"
			    "next_item_id: 1\n"
			    "items:\n"
			    "- id: WRK-001\n"
			    "  title: revision 0\n"
			    "  status: new\n";

/* Read everything from the descriptor's beginning. */
static struct str
read_fd(int fd)
{
	static char text[FILE_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	assert_true(n >= 0 && n < FILE_MAX);
	return str_of(text, (size_t)n);
}

static void
token_line(char ret[64], int editor, unsigned int number)
{
	(void)snprintf(ret, 64, "# token %d-%u.\n", editor, number);
}

/* Call for every token in the text. */
static void
each_token(struct str text, void (*see)(int editor, unsigned int number))
{
	struct str line;
	int editor;
	unsigned int number;

	while (str_next_line(&text, &line)) {
		char copy[64];
		(void)snprintf(copy, sizeof(copy), "%.*s",
			(int)(line.n < 63 ? line.n : 63), line.s);
		if (sscanf(copy, "# token %d-%u.", &editor, &number) == 2)
			see(editor, number);
	}
}

static void
rest(void)
{
	struct timespec t = {.tv_nsec = (long)rand_r(&seed) % 2000000};

	(void)nanosleep(&t, NULL);
}

/* The file as an editor would save it: what it read, and its token. */
static bool
edited(struct str now, int editor, unsigned int number, struct buf *ret)
{
	char line[64];

	token_line(line, editor, number);
	buf_add_c(ret, line);
	buf_add_str(ret, now);
	return str_find(now, STR("WRK-001")) < now.n;
}

static bool
save_in_place(const char *path, unsigned int number)
{
	CLEANUP_BUF struct buf next = {0};

	int fd = open(path, O_RDWR);
	if (fd < 0)
		return false;
	bool good = edited(read_fd(fd), 0, number, &next);
	if (good) {
		assert_int_equal(ftruncate(fd, 0), 0);
		size_t half = next.n / 2;
		assert_int_equal(pwrite(fd, next.p, half, 0), half);
		assert_int_equal(
			pwrite(fd, next.p + half, next.n - half, (off_t)half),
			next.n - half);
	}
	(void)close(fd);
	return good;
}

static struct str mine;

static void
see_overwritten(int editor, unsigned int number)
{
	char line[64];

	token_line(line, editor, number);
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
	bool good = edited(read_fd(fd), 1, number, &next);
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
	mine = buf_str(&next);
	if (good)
		each_token(read_fd(fd), see_overwritten);
	(void)close(fd);
	assert_int_equal(unlink(other), 0);
	return good;
}

/* Until killed; never in the middle of a save, for the turn is taken then. */
static void
edit(int editor)
{
	char path[512], other[512], turn[512];

	scratch_path(&f.scratch, "BACKLOG.yaml", path);
	scratch_path(&f.scratch, "editor.tmp", other);
	int lock = open(
		scratch_path(&f.scratch, "turn", turn), O_RDWR | O_CREAT, 0600);
	seed += (unsigned int)editor + 1;
	for (unsigned int number = 1; number < TOKENS_MAX;) {
		rest();
		assert_int_equal(flock(lock, LOCK_EX), 0);
		bool saved = editor == 0 ? save_in_place(path, number)
					 : save_by_rename(path, other, number);
		if (saved && fates[editor][number] == NEVER)
			fates[editor][number] = SAVED;
		number += saved;
		assert_int_equal(flock(lock, LOCK_UN), 0);
	}
}

static pid_t
start_editor(int editor)
{
	pid_t pid = fork();

	if (pid == 0) {
		edit(editor);
		_exit(0);
	}
	return pid;
}

static void
stop_editors(const pid_t pids[2])
{
	char turn[512];
	int lock = open(
		scratch_path(&f.scratch, "turn", turn), O_RDWR | O_CREAT, 0600);

	assert_int_equal(flock(lock, LOCK_EX), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(pids[i], SIGKILL), 0);
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	}
	(void)close(lock);
}

static bool found[2][TOKENS_MAX];

static void
see_found(int editor, unsigned int number)
{
	if (number < TOKENS_MAX)
		found[editor][number] = true;
}

/* Every file of the directory. How many were edits nobody else had. */
static size_t
look_into(const char *sub)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;
	struct fio_dir d;
	struct err e;
	size_t conflicts = 0;

	if (fio_dir_open_in(&d, &f.root, sub, &e) < 0)
		return 0;
	check_ok(fio_dir_list(&d, "", &a, &names, &e), &e);
	for (size_t i = 0; i < names.n; i++) {
		int fd = openat(d.fd, names.items[i].s, O_RDONLY);
		struct stat st;
		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			each_token(read_fd(fd), see_found);
		(void)close(fd);
		conflicts += strstr(names.items[i].s, ".conflict-") != NULL;
	}
	fio_dir_close(&d);
	return conflicts;
}

static void
no_edit_is_destroyed(void **state)
{
	unsigned int seconds = figure("WEIR_EDIT_SECONDS", SECONDS);
	size_t saves = 0, refused = 0, tokens = 0, overwritten = 0, lost = 0;
	pid_t pids[2];

	(void)state;
	seed = figure("WEIR_SEED", (unsigned int)time(NULL));
	unsigned int first = seed;
	scratch_make(&f.scratch);
	scratch_put(&f.scratch, "BACKLOG.yaml", start);
	for (int i = 0; i < 2; i++)
		pids[i] = start_editor(i);
	fixture_open(&f, sys_real());
	for (time_t end = time(NULL) + (time_t)seconds; time(NULL) < end;) {
		char title[64];
		(void)snprintf(title, sizeof(title), "revision %zu", saves + 1);
		struct change c = {.kind = CHANGE_FIELD,
			.id = STR("WRK-001"),
			.field = field_find(&item_fields, STR("title")),
			.text = str_from(title)};
		struct store_saved saved;
		if (store_apply(f.store, &c, 1, NOW, &saved, &f.e) == 0) {
			snapshot_unref(saved.next);
			saves++;
			continue;
		}
		refused++;
		if (f.e.code != ERR_CONFLICT && f.e.code != ERR_INPUT &&
			f.e.code != ERR_LOCKED)
			fail_msg("%s", f.e.msg);
	}
	stop_editors(pids);
	check_ok(store_sweep(f.store, &f.e), &f.e);
	size_t conflicts = look_into(".") + look_into(".weir/snapshots") +
		look_into(".weir/trash");
	for (size_t i = 0; i < 2 * (size_t)TOKENS_MAX; i++) {
		unsigned char fate = fates[i / TOKENS_MAX][i % TOKENS_MAX];
		tokens += fate != NEVER;
		overwritten += fate == OVERWRITTEN;
		lost += fate == SAVED && !found[i / TOKENS_MAX][i % TOKENS_MAX];
	}
	print_message("# %us of editors, %zu edits, %zu destroyed, %zu "
		      "overwritten by editors, %zu conflict files; %zu saves, "
		      "%zu refused; seed %u\n",
		seconds, tokens, lost, overwritten, conflicts, saves, refused,
		first);
	fixture_close(&f);
	scratch_remove(&f.scratch);
	assert_int_equal(lost, 0);
	assert_true(tokens > 20 && saves > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_edit_is_destroyed),
	};

	for (int i = 0; i < 2; i++) {
		fates[i] = mmap(NULL, TOKENS_MAX, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (fates[i] == MAP_FAILED)
			return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
