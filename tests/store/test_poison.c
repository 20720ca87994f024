/* SPDX-License-Identifier: MIT */
#include "struck.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/pass.h"

/*
 * Each sync of a directory that a call of the store asks for fails once. What a
 * power cut would leave is unknown then, and a second try would succeed and
 * prove nothing: the call says so, and nothing is saved any more.
 */

/* The kernel, but for the nth sync of a directory. */
static struct failing {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	uint64_t nth, seen;
	char struck[200]; /* which directory it was */
} failing;

/* What only warnings rest on: the log of events, and what is kept of old
 * versions. */
static bool
is_vital(int fd, char path[200])
{
	char link[40];

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, 199);
	if (n < 0)
		return false;
	path[n] = '\0';
	return strstr(path, ".weir/log") == NULL &&
		strstr(path, ".weir/trash") == NULL &&
		strstr(path, ".weir/snapshots") == NULL;
}

static int
fail_sync(struct sys *sys, int fd)
{
	char path[200];
	struct stat st;

	(void)sys;
	if (sys_real()->fstat(sys_real(), fd, &st) == 0 &&
		S_ISDIR(st.st_mode) && is_vital(fd, path) &&
		++failing.seen == failing.nth) {
		strcpy(failing.struck, path);
		return -EIO;
	}
	return sys_real()->fsync(sys_real(), fd);
}

static int
add(void)
{
	const struct change changes[] = {
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-001"),
			.departure = DEPARTED_CLOSED},
		{.kind = CHANGE_NOTE,
			.id = STR("WRK-001"),
			.text = STR("why"),
			.note = {.outcome = STR("closed")}},
		change_add("added"),
	};
	struct store_saved saved;

	if (store_apply(f.store, changes, 3, NOW, &saved, &f.e) < 0)
		return -1;
	snapshot_unref(saved.next);
	return 0;
}

static int
sweep(void)
{
	return store_sweep(f.store, &f.e);
}

static int
state_dir(void)
{
	struct fio_dir state = FIO_DIR_NONE;

	int rc = store_state_dir(f.store, &state, &f.e);
	fio_dir_close(&state);
	return rc;
}

static const struct call {
	const char *name;
	int (*run)(void);
	unsigned int syncs; /* at least */
	const char *schema;
} calls[] = {
	/* The mark, the archive, the worklog, the backlog. */
	{"save", add, 4, "3"},
	/* The claim, the claims, the rejected, the mark, the backlog, the
	 * claim's end. */
	{"inbox", struck_take, 6, "3"},
	{"sweep", sweep, 1, "3"},
	{"migrate", struck_migrate, 3, "1"},
	{"state", state_dir, 2, "3"},
};

/* .weir/ as an earlier save leaves it: making what is not vital is not vital
 * either. */
static void
make_state(void)
{
	static const char *const dirs[] = {
		".weir", ".weir/log", ".weir/trash", ".weir/snapshots"};
	char path[512], name[40];

	for (size_t i = 0; i < 4; i++) {
		(void)scratch_path(&f.scratch, dirs[i], path);
		assert_int_equal(mkdir(path, 0700), 0);
		(void)snprintf(name, sizeof(name), "%s/.gitignore", dirs[i]);
		scratch_put(&f.scratch, name, "*\n");
	}
}

static void
arrange(const struct call *c)
{
	char text[200];

	scratch_make(&f.scratch);
	(void)snprintf(text, sizeof(text),
		"schema_version: %s\nnext_item_id: 1\nitems:\n"
		"- id: WRK-001\n  title: first\n  status: new\n",
		c->schema);
	scratch_put(&f.scratch, "BACKLOG.yaml", text);
	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml",
		"- title: dropped\n- description: no title\n");
	if (c->run != state_dir)
		make_state();
	failing.seen = 0;
	failing.struck[0] = '\0';
	sys_pass_init(&failing.pass, sys_real());
	failing.sys.fsync = fail_sync;
	fixture_open(&f, &failing.sys);
}

static void
check_poisoned(const struct call *c, int rc)
{
	if (rc >= 0)
		fail_msg("%s: a sync of '%s' failed unnoticed", c->name,
			failing.struck);
	if (f.e.code != ERR_POISONED)
		fail_msg("%s: '%s': %s, %s", c->name, failing.struck,
			err_code_name(f.e.code), f.e.msg);
	/* A second try would find nothing wrong. */
	if (c->run() >= 0 && c->run != state_dir)
		fail_msg("%s: '%s': a second try passes", c->name,
			failing.struck);
	if (add() >= 0)
		fail_msg("%s: '%s': a save passes", c->name, failing.struck);
	check_fails(add(), &f.e, ERR_POISONED, "an earlier save");
}

static void
a_failed_sync_of_a_directory_ends_all_saving(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const struct call *c = &calls[i];
		for (failing.nth = 1;; failing.nth++) {
			arrange(c);
			int rc = c->run();
			bool struck = failing.struck[0] != '\0';
			if (struck)
				check_poisoned(c, rc);
			else
				check_ok(rc, &f.e);
			struck_remove();
			if (!struck)
				break;
		}
		if (failing.nth <= c->syncs)
			fail_msg("%s: only %llu syncs", c->name,
				(unsigned long long)failing.nth - 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_sync_of_a_directory_ends_all_saving),
	};

	return cmocka_run_group_tests_name("poison", tests, NULL, NULL);
}
