/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <linux/loop.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#include "figure.h"
#include "ledger.h"
#include "run.h"
#include "scratch.h"

/*
 * The power goes while somebody works, on a real ext4: the shutdown ioctl ends
 * all writing to it in the middle of a command and drops what its journal has
 * not written; it is mounted again, weir recovers, and a naive reader finds
 * what was acknowledged, once.
 *
 * The file system is on a loop device, in a mount namespace of our own: however
 * this ends, the kernel takes them away with the last process.
 */

enum {
	CUTS = 5,
	IMAGE_BYTES = 64 << 20,
	WITHIN_US = 100000, /* of the first operation */
	LIVE_MIN = 4,
	LIVE_MAX = 16,
	START_MS = 30000,
	LOOP_TRIES = 20,
};

/* As in fs/ext4/ext4.h; the journal is not flushed. */
#define IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define NO_LOG_FLUSH 2

static struct {
	struct scratch scratch;
	char disk[300]; /* where it is mounted, and the project */
	char out[300];	/* what a command prints */
	int loop;
	char device[32];
	struct ledger l;
	size_t interrupted;
	unsigned int seed;
} t;

static unsigned int
rnd(unsigned int below)
{
	return (unsigned int)rand_r(&t.seed) % below;
}

#define WEIR(...) \
	run_weir(t.disk, t.out, (const char *const[]){__VA_ARGS__, NULL})

/* A loop device on the image, which goes when nobody uses it any more. */
static bool
attach(int image)
{
	const struct loop_config how = {
		.fd = (uint32_t)image,
		.info = {.lo_flags = LO_FLAGS_AUTOCLEAR},
	};
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	/* Somebody else may take the free one first. */
	for (int i = 0; control >= 0 && t.loop < 0 && i < LOOP_TRIES; i++) {
		int n = ioctl(control, LOOP_CTL_GET_FREE);
		(void)snprintf(t.device, sizeof(t.device), "/dev/loop%d", n);
		t.loop = n < 0 ? -1 : open(t.device, O_RDWR | O_CLOEXEC);
		if (t.loop < 0)
			break;
		if (ioctl(t.loop, LOOP_CONFIGURE, &how) == 0)
			continue;
		(void)close(t.loop);
		t.loop = -1;
	}
	if (control >= 0)
		(void)close(control);
	return t.loop >= 0;
}

/* The image is in memory, without a name: nothing waits for a disk, so that
 * more is done until the power goes. */
static bool
make_disk(void)
{
	char command[512];
	int image = memfd_create("disk", 0);

	if (image < 0 || ftruncate(image, IMAGE_BYTES) < 0)
		return false;
	(void)snprintf(command, sizeof(command),
		"PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q -F /proc/self/fd/%d "
		">'%s' 2>&1",
		image, t.out);
	bool good = system(command) == 0 && attach(image);
	(void)close(image);
	return good;
}

/* Of the journal's ways every second time the one that promises less. */
static bool
mount_disk(unsigned int round)
{
	return mount(t.device, t.disk, "ext4", 0,
		       round % 2 == 0 ? "data=ordered" : "data=writeback") == 0;
}

/* NULL, or what this machine does not let us do. */
static const char *
prepare(void)
{
	t.loop = -1;
	(void)snprintf(t.disk, sizeof(t.disk), "%s/disk", t.scratch.path);
	(void)snprintf(t.out, sizeof(t.out), "%s/out", t.scratch.path);
	if (mkdir(t.disk, 0700) < 0)
		return "make a directory";
	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "have mounts of one's own (not root?)";
	if (!make_disk())
		return "make an ext4 on a loop device";
	if (!mount_disk(0))
		return "mount an ext4";
	return NULL;
}

static void
put(const char *name, const char *text)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "disk/%s", name);
	scratch_put(&t.scratch, path, text);
}

static void
start_project(void)
{
	ledger_init(&t.l);
	put("BACKLOG.yaml", "schema_version: 3\nnext_item_id: 0\nitems: []\n");
	put("weir.yaml", "project: { prefix: T }\n");
	int dir = open(t.disk, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	assert_int_equal(syncfs(dir), 0);
	(void)close(dir);
}

/* False: the command failed, as it does when the power has gone. */
static bool
add(int out)
{
	struct message m = {
		OP_ADD, false, t.l.next_token++, t.l.next_rev++, ""};
	char title[96];

	ledger_tell(out, &m);
	if (WEIR("add", "--json", ledger_title(m.token, m.rev, title)) != 0)
		return false;
	FILE *f = fopen(t.out, "r");
	if (f == NULL || fscanf(f, "{\"id\":\"%31[^\"]\"", m.id) != 1)
		_exit(2);
	(void)fclose(f);
	m.acked = true;
	ledger_tell(out, &m);
	struct token *k = &t.l.tokens[m.token];
	k->must_exist = true;
	memcpy(k->id, m.id, sizeof(k->id));
	return true;
}

static bool
change(int out, unsigned int token, enum op op)
{
	struct message m = {op, false, token, t.l.next_rev++, ""};
	struct token *k = &t.l.tokens[token];
	char title[96];

	ledger_tell(out, &m);
	int status = op == OP_CLOSE
		? WEIR("close", k->id)
		: WEIR("set", k->id, "title",
			  ledger_title(token, m.rev, title));
	if (status != 0)
		return false;
	m.acked = true;
	ledger_tell(out, &m);
	k->must_be_gone |= op == OP_CLOSE;
	return true;
}

/* One of those that are there, by chance; `*ret_n`: how many they are. */
static unsigned int
any_live(unsigned int *ret_n)
{
	unsigned int live[LIVE_MAX + 1], n = 0;

	for (unsigned int i = 1; i < t.l.next_token && n <= LIVE_MAX; i++)
		if (t.l.tokens[i].must_exist && !t.l.tokens[i].must_be_gone)
			live[n++] = i;
	*ret_n = n;
	return n > 0 ? live[rnd(n)] : 0;
}

/* Until a command fails. */
static void
work(int out)
{
	bool good = true;

	while (good) {
		unsigned int n, token = any_live(&n), what = rnd(8);
		if (n < LIVE_MIN || (what < 3 && n < LIVE_MAX))
			good = add(out);
		else
			good = change(out, token,
				what == 7 || n >= LIVE_MAX ? OP_CLOSE
							   : OP_EDIT);
	}
	_exit(0);
}

static void
cut_power(pid_t worker)
{
	uint32_t how = NO_LOG_FLUSH;
	int status, dir = open(t.disk, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (waitpid(worker, &status, WNOHANG) != 0)
		fail_msg("a command failed before the power went");
	assert_true(dir >= 0);
	if (ioctl(dir, IOC_SHUTDOWN, &how) < 0)
		fail_msg("shutting down: %s", strerror(errno));
	(void)close(dir);
}

/* Work until the power goes, and read what was said until then. */
static void
work_until_cut(void)
{
	unsigned int seed = rnd(1U << 30), after = rnd(WITHIN_US);
	int ends[2], status;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* What a command complains of then is no news. */
		(void)freopen("/dev/null", "w", stderr);
		t.seed = seed;
		work(ends[1]);
	}
	(void)close(ends[1]);
	struct pollfd at_work = {.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(&at_work, 1, START_MS), 1);
	(void)usleep(after);
	cut_power(pid);
	ledger_read(&t.l, ends[0]);
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	t.interrupted += t.l.under_way;
}

static void
expect_good(const char *what, int status)
{
	if (status != 0)
		fail_msg("'weir %s' after the cut ended with %d: %s", what,
			status, scratch_get(&t.scratch, "out").s);
}

/* With the doctor, and now and then before him somebody who knows of nothing.
 */
static void
recover(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	expect_good("doctor", WEIR("doctor"));
	if (rnd(2) == 0 && !add(ends[1]))
		fail_msg("the next command after the cut failed");
	expect_good("doctor --fix", WEIR("doctor", "--fix"));
	expect_good("list", WEIR("list"));
	if (!add(ends[1]))
		fail_msg("the next command after the cut failed");
	(void)close(ends[1]);
	ledger_read(&t.l, ends[0]);
	(void)close(ends[0]);
}

static void
check_leftovers(const char *below)
{
	char path[512];
	struct dirent *e;

	(void)snprintf(path, sizeof(path), "%s/%s", t.disk, below);
	DIR *d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL)
		if (strstr(e->d_name, ".weir-") != NULL ||
			strstr(e->d_name, ".claim-") != NULL)
			fail_msg("'%s/%s' is left over", below, e->d_name);
	if (d != NULL)
		(void)closedir(d);
}

static void
what_was_acknowledged_survives_a_power_cut(void **state)
{
	unsigned int cuts = figure("WEIR_POWER_CUTS", CUTS), done = 0;
	unsigned int first = figure("WEIR_SEED", (unsigned int)time(NULL));

	(void)state;
	const char *missing = prepare();
	if (missing != NULL) {
		print_message("# 0 power cuts: this machine does not let us "
			      "%s\n",
			missing);
		skip();
	}
	t.seed = first;
	start_project();
	for (; done < cuts; done++) {
		work_until_cut();
		if (umount2(t.disk, 0) < 0 || !mount_disk(done + 1))
			fail_msg("mounting again: %s", strerror(errno));
		recover();
		ledger_check(&t.l, t.disk);
		check_leftovers(".");
		check_leftovers(".weir");
	}
	print_message("# %u power cuts, %zu of them within a command, %zu "
		      "acknowledged, none lost or doubled, seed %u\n",
		done, t.interrupted, t.l.acked, first);
	assert_true(done > 0);
	assert_true(t.l.acked > 0);
}

static int
setup(void **state)
{
	(void)state;
	scratch_make(&t.scratch);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)umount2(t.disk, MNT_DETACH);
	if (t.loop >= 0)
		(void)close(t.loop);
	scratch_remove(&t.scratch);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_acknowledged_survives_a_power_cut, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
