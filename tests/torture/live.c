/* SPDX-License-Identifier: MIT */
#include "naive.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "figure.h"
#include "scratch.h"

/*
 * A person who edits BACKLOG.yaml all the time while `weir run` saves it all
 * the time. Each edit bumps a number in a comment, with one of the ways real
 * editors write; an edit that was saved must be in the file afterwards, or
 * in a file beside it that weir says it kept. Its items never leave and its
 * phases never end, so that no edit can bring back what weir took away.
 */

enum {
	SECONDS = 5,
	EDITS_MIN = 20, /* a second; who is slower goes on for longer */
	PHASES_MIN = 5, /* likewise, of the run */
	PIECE_PAUSE_US = 1500,
	REST_US = 4000
};

static struct {
	struct scratch scratch;
	pid_t weir;
	unsigned int seed;
	size_t edits[3]; /* by scheme */
	size_t aside, destroyed;
} t;

static const char config[] =
	"project: { prefix: T }\n"
	"execution: { max_wip: 2, max_concurrent: 2, phase_cap: 1000000 }\n"
	"git: off\n"
	"agents:\n"
	"  scripted: { command: [./agent.sh] }\n"
	"pipelines:\n"
	"  feature:\n"
	"    phases:\n"
	"      - { name: build }\n";

static const char agent[] =
	"#!/bin/sh\n"
	"printf '{\"item_id\":\"%s\",\"phase\":\"%s\",\"result\":"
	"\"subphase_complete\",\"summary\":\"more\"}' \"$WEIR_ITEM_ID\" "
	"\"$WEIR_PHASE\" >\"$WEIR_RESULT\"\n";

static const char backlog[] = "# edit 0 #\n"
			      "schema_version: 3\n"
			      "next_item_id: 2\n"
			      "items:\n"
			      "- id: T-001\n"
			      "  title: one\n"
			      "  status: ready\n"
			      "- id: T-002\n"
			      "  title: two\n"
			      "  status: ready\n";

static unsigned int
rnd(unsigned int below)
{
	return (unsigned int)rand_r(&t.seed) % below;
}

static size_t
count_lines(const char *name, const char *what)
{
	char *text = naive_file(t.scratch.path, name), *rest = NULL;
	size_t n = 0;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		n += strstr(line, what) != NULL;
	free(text);
	return n;
}

/* Until the run has said it; a run that ended without never will. */
static void
wait_for_line(const char *what)
{
	while (count_lines("log", what) == 0) {
		assert_int_equal(waitpid(t.weir, NULL, WNOHANG), 0);
		(void)usleep(REST_US);
	}
}

static void
start(void)
{
	char path[512], *const argv[] = {getenv("WEIR"), (char[]){"run"}, NULL};

	scratch_make(&t.scratch);
	scratch_put(&t.scratch, "weir.yaml", config);
	scratch_put(&t.scratch, "agent.sh", agent);
	scratch_put(&t.scratch, "BACKLOG.yaml", backlog);
	(void)chmod(scratch_path(&t.scratch, "agent.sh", path), 0755);
	scratch_put(&t.scratch, "log", "");
	assert_non_null(argv[0]);
	t.weir = fork();
	assert_true(t.weir >= 0);
	if (t.weir > 0) {
		wait_for_line("run started");
		return;
	}
	int fd = open(
		scratch_path(&t.scratch, "log", path), O_WRONLY | O_APPEND);
	if (chdir(t.scratch.path) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(126);
	(void)execv(argv[0], argv);
	_exit(127);
}

static void
put_pieces(const char *name, const char *text, int flags)
{
	char path[512];
	size_t n = strlen(text), half = rnd((unsigned int)n);
	int fd = open(scratch_path(&t.scratch, name, path),
		O_WRONLY | O_CREAT | flags, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, half), half);
	(void)usleep((useconds_t)rnd(PIECE_PAUSE_US));
	assert_int_equal(write(fd, text + half, n - half), n - half);
	assert_int_equal(close(fd), 0);
}

static void
move(const char *from, const char *to)
{
	char a[512], b[512];

	assert_int_equal(rename(scratch_path(&t.scratch, from, a),
				 scratch_path(&t.scratch, to, b)),
		0);
}

static void
save_in_place(const char *text)
{
	put_pieces("BACKLOG.yaml", text, O_TRUNC);
}

static void
save_by_rename(const char *text)
{
	put_pieces("BACKLOG.yaml.swp", text, O_EXCL);
	move("BACKLOG.yaml.swp", "BACKLOG.yaml");
}

/* What vim does with 'backup' and 'backupcopy=no'. */
static void
save_beside_backup(const char *text)
{
	char path[512];

	move("BACKLOG.yaml", "BACKLOG.yaml~");
	put_pieces("BACKLOG.yaml", text, O_EXCL);
	(void)unlink(scratch_path(&t.scratch, "BACKLOG.yaml~", path));
}

static void (*const schemes[])(const char *) = {
	save_in_place, save_by_rename, save_beside_backup};

/* Does a file of this directory, or below, hold the edit? */
static bool
is_kept(const char *dir, const char *mark)
{
	DIR *d = opendir(dir);
	bool found = false;

	if (d == NULL)
		return false;
	for (struct dirent *de; !found && (de = readdir(d)) != NULL;) {
		char path[800];
		if (de->d_name[0] == '.' && strcmp(de->d_name, ".weir") != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
		if (de->d_type == DT_DIR) {
			found = is_kept(path, mark);
			continue;
		}
		char *text = naive_file(dir, de->d_name);
		found = text != NULL && strstr(text, mark) != NULL;
		free(text);
	}
	(void)closedir(d);
	return found;
}

/* The edit that was saved last must still be there. */
static void
check_edit(const char *text, unsigned int number)
{
	char mark[32];

	(void)snprintf(mark, sizeof(mark), "# edit %u #", number);
	if (strstr(text, mark) != NULL)
		return;
	if (is_kept(t.scratch.path, mark)) {
		t.aside++;
		return;
	}
	t.destroyed++;
	print_message(
		"# edit %u is gone; the file holds %.20s\n", number, text);
}

/* Reads, bumps the number and saves, as fast as an editor's macro would. */
static void
edit(unsigned int number)
{
	char *text = naive_file(t.scratch.path, "BACKLOG.yaml");
	size_t scheme = rnd(3);

	/* Only our own saves leave the name empty for a moment. */
	assert_non_null(text);
	check_edit(text, number - 1);
	const char *rest = strchr(text, '\n');
	char edited[65536];
	assert_true(rest != NULL && strlen(rest) < sizeof(edited) - 64);
	(void)snprintf(edited, sizeof(edited), "# edit %u #%s", number, rest);
	schemes[scheme](edited);
	t.edits[scheme]++;
	free(text);
}

/* A run that ended by itself ends the test. */
static bool
is_enough(unsigned int edits, unsigned int seconds)
{
	assert_int_equal(waitpid(t.weir, NULL, WNOHANG), 0);
	return edits > EDITS_MIN * seconds &&
		count_lines("log", "T-00") > PHASES_MIN * seconds;
}

static void
stop(void)
{
	int status;

	assert_int_equal(kill(t.weir, SIGTERM), 0);
	assert_int_equal(waitpid(t.weir, &status, 0), t.weir);
	assert_true(WIFEXITED(status));
}

static void
no_edit_is_destroyed_by_a_running_weir(void **state)
{
	unsigned int seconds = figure("WEIR_EDIT_SECONDS", SECONDS);
	unsigned int number = 0;
	time_t end = time(NULL) + (time_t)seconds;

	(void)state;
	t.seed = figure("WEIR_SEED", (unsigned int)time(NULL));
	start();
	while (time(NULL) < end || !is_enough(number, seconds)) {
		edit(++number);
		(void)usleep((useconds_t)rnd(REST_US));
	}
	char *text = naive_file(t.scratch.path, "BACKLOG.yaml");
	check_edit(text, number);
	free(text);
	stop();
	size_t phases = count_lines("log", "T-00");
	print_message("# %u s: %zu edits in place, %zu by rename, %zu beside a "
		      "backup; %zu kept aside, %zu destroyed; %zu lines of "
		      "the run\n",
		seconds, t.edits[0], t.edits[1], t.edits[2], t.aside,
		t.destroyed, phases);
	assert_int_equal(t.destroyed, 0);
	scratch_remove(&t.scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_edit_is_destroyed_by_a_running_weir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
