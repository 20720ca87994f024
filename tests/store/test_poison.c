/* SPDX-License-Identifier: MIT */
#include "struck.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/doctor.h"
#include "store/renumber.h"
#include "store/rewrite.h"
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

static int
create(void)
{
	return store_create(f.store, &f.e);
}

static int
rewrite(void)
{
	CLEANUP_BUF struct buf was = {0};
	const struct rewrite rw = {.id = STR("WRK-001"),
		.now = STR("id: WRK-001\ntitle: by hand\nstatus: new\n"),
		.file = "edited",
		.now_ns = NOW};
	struct store_saved saved;

	if (store_text(f.store, rw.id, &was, &f.e) < 0)
		return -1;
	struct rewrite with_text = rw;
	with_text.was = buf_str(&was);
	if (store_rewrite(f.store, &with_text, &saved, &f.e) < 0)
		return -1;
	snapshot_unref(saved.next);
	return 0;
}

static int
renumber(void)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	int rc = store_renumber(f.store, STR("WRK-001"), NOW, &a, &r, &f.e);
	snapshot_unref(r.next);
	return rc;
}

static int
accept_loss(void)
{
	return store_accept(f.store, &f.e);
}

static int
mend(void)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list done;

	snapshot_unref(fixture_load(&f));
	return doctor_mend(f.store, NOW, &a, &done, &f.e);
}

#define HEAD  "schema_version: 3\nnext_item_id: 1\nitems:\n"
#define FIRST "- id: WRK-001\n  title: first\n  status: new\n"
#define OTHERS                                       \
	"- id: WRK-002\n  title: b\n  status: new\n" \
	"- id: WRK-003\n  title: c\n  status: new\n" \
	"- id: WRK-004\n  title: d\n  status: new\n"

/* A save knows of items that are gone by now. */
static void
lose_items(void)
{
	scratch_put(&f.scratch, "BACKLOG.yaml", HEAD FIRST OTHERS);
	fixture_open(&f, sys_real());
	check_ok(rewrite(), &f.e);
	fixture_close(&f);
	scratch_put(&f.scratch, "BACKLOG.yaml", HEAD FIRST);
}

/* All that is mended, and syncs what is vital. */
static void
damage(void)
{
	char path[512];

	(void)scratch_path(&f.scratch, ".weir", path);
	assert_int_equal(chmod(path, 0755), 0);
	(void)scratch_path(&f.scratch, ".weir/ids.hwm", path);
	assert_int_equal(symlink("elsewhere", path), 0);
	scratch_put(&f.scratch, ".weir/.x.0123456789abcdef.weir-tmp", "x");
	scratch_put(&f.scratch, ".BACKLOG_INBOX.yaml.claim-01", "- title: x\n");
}

static const struct call {
	const char *name;
	int (*run)(void);
	unsigned int syncs;  /* at least */
	const char *backlog; /* NULL: none */
	void (*prepare)(void);
} calls[] = {
	/* The mark, the archive, the worklog, the backlog. */
	{"save", add, 4, HEAD FIRST, NULL},
	/* The claim, the claims, the rejected, the mark, the backlog, the
	 * claim's end. */
	{"inbox", struck_take, 6, HEAD FIRST, NULL},
	{"sweep", sweep, 1, HEAD FIRST, NULL},
	{"migrate", struck_migrate, 3, "schema_version: 1\nitems:\n" FIRST,
		NULL},
	{"state", state_dir, 2, HEAD FIRST, NULL},
	{"create", create, 1, NULL, NULL},
	{"rewrite", rewrite, 1, HEAD FIRST, NULL},
	/* The mark, the backlog. */
	{"renumber", renumber, 2, HEAD FIRST FIRST, NULL},
	{"accept", accept_loss, 1, HEAD FIRST, lose_items},
	/* The mode, the sweep, the mark twice, the claim as above. */
	{"mend", mend, 8, HEAD FIRST, damage},
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
	scratch_make(&f.scratch);
	if (c->backlog != NULL)
		scratch_put(&f.scratch, "BACKLOG.yaml", c->backlog);
	scratch_put(&f.scratch, "BACKLOG_INBOX.yaml",
		"- title: dropped\n- description: no title\n");
	if (c->run != state_dir)
		make_state();
	if (c->prepare != NULL)
		c->prepare();
	failing.seen = 0;
	failing.struck[0] = '\0';
	sys_pass_init(&failing.pass, sys_real());
	failing.sys.fsync = fail_sync;
	fixture_open(&f, &failing.sys);
}

static void
check_told(const struct call *c)
{
	struct str log = scratch_get(&f.scratch, ".weir/log/events.jsonl");

	if (str_find(log, STR("\"event\":\"poisoned\"")) == log.n)
		fail_msg("%s: '%s': the log does not tell of it", c->name,
			failing.struck);
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
	/* Before .weir is ready there is nothing to tell. */
	if (c->run != state_dir)
		check_told(c);
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
