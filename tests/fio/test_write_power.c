/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fio/io-priv.h"
#include "sys/pass.h"
#include "sys/sim.h"

/*
 * Writes, creations and batches on a disk that forgets what was not synced,
 * stopped at every call. Every disk that may be left is opened again by a
 * process that recovers, which is itself stopped at every call. Whatever was
 * left: each file is what it was or what was written, all files of a batch are
 * one or the other, what was acknowledged is there, what somebody saved in
 * between is somewhere, and nothing of ours has a hidden name.
 */

enum { FILES_MAX = 4, AGAIN = 12 };

enum kind { WRITE, CREATE, REPLACE, BATCH };

struct file {
	const char *path;
	const char *old; /* NULL: not there */
	const char *new;
};

struct workload {
	const char *name;
	enum kind kind;
	struct file files[FILES_MAX];
	size_t n;
	const char *edited; /* a path that somebody saves */
	int at;		    /* before this exchange or creation, from 1 */
	bool sha, lock, wide;
};

static const struct workload workloads[] = {
	{.name = "write", .files = {{"p/f", "one\ntwo\n", "one\n2\n"}}, .n = 1},
	{.name = "write-twice",
		.files = {{"p/f", "old", "newer"}, {"p/g", "base", "other"}},
		.n = 2},
	{.name = "write-locked",
		.files = {{"p/f", "old", "newer"}},
		.n = 1,
		.lock = true},
	{.name = "write-edited",
		.files = {{"p/f", "old", "newer"}},
		.n = 1,
		.edited = "p/f",
		.at = 1},
	{.name = "write-below",
		.files = {{"p/d/e/f", "old", ""}},
		.n = 1,
		.sha = true},
	{.name = "create",
		.kind = CREATE,
		.files = {{"p/f", NULL, "fresh bytes"}},
		.n = 1},
	{.name = "create-parents",
		.kind = CREATE,
		.files = {{"p/a/b/f", NULL, "fresh"}},
		.n = 1},
	{.name = "create-two",
		.kind = CREATE,
		.files = {{"p/f", NULL, "1"}, {"p/g", NULL, ""}},
		.n = 2},
	{.name = "create-raced",
		.kind = CREATE,
		.files = {{"p/f", NULL, "fresh"}},
		.n = 1,
		.edited = "p/f",
		.at = 1},
	{.name = "replace",
		.kind = REPLACE,
		.files = {{"p/f", "old", "newer"}},
		.n = 1},
	{.name = "replace-edited",
		.kind = REPLACE,
		.files = {{"p/f", "old", "newer"}},
		.n = 1,
		.edited = "p/f",
		.at = 1},
	{.name = "batch",
		.kind = BATCH,
		.files = {{"p/f", "old", "newer"}, {"p/g", "base", "other"}},
		.n = 2},
	{.name = "batch-two-dirs",
		.wide = true,
		.kind = BATCH,
		.files = {{"p/a/f", "old", "newer"},
			{"p/b/g", "base", "other"}},
		.n = 2},
	{.name = "batch-of-three",
		.wide = true,
		.kind = BATCH,
		.files = {{"p/f", "1", "one"}, {"p/g", "2", "two"},
			{"p/h", "3", "3!"}},
		.n = 3},
	{.name = "batch-edited-first",
		.kind = BATCH,
		.files = {{"p/f", "old", "newer"}, {"p/g", "base", "other"}},
		.n = 2,
		.edited = "p/f",
		.at = 1},
	{.name = "batch-edited",
		.kind = BATCH,
		.files = {{"p/f", "old", "newer"}, {"p/g", "base", "other"}},
		.n = 2,
		.edited = "p/g",
		.at = 2},
	{.name = "batch-edited-below",
		.wide = true,
		.kind = BATCH,
		.files = {{"p/a/f", "old", "newer"},
			{"p/b/g", "base", "other"}},
		.n = 2,
		.edited = "p/b/g",
		.at = 2},
	{.name = "batch-edited-last",
		.wide = true,
		.kind = BATCH,
		.files = {{"p/f", "old", "newer"}, {"p/g", "base", "other"},
			{"p/h", "3", "three"}},
		.n = 3,
		.edited = "p/h",
		.at = 3},
};

#define EDIT "what somebody saved"

/* One rule by which calls are bent on their way to the disk. */
enum how {
	NONE,
	SKIP_FSYNC,  /* of what begins so; the nth, or all */
	PLAIN,	     /* a rename that replaces what it must not */
	SKIP_UNLINK, /* of what ends so */
	SKIP_RENAME, /* from the nth exchange on none is made */
};

struct mutant {
	const char *name;
	enum how how;
	const char *what;
	int nth;
	const char *by; /* the workload that kills it */
};

/* The process at work: its calls, bent, and somebody at the keyboard. */
struct desk {
	union {
		struct sys sys;
		struct sys_pass pass;
	};
	struct sim *disk;
	const struct workload *w;
	const struct mutant *m;
	char names[80][64];
	int moves, syncs;
	bool edited;
	uint64_t hits;
};

static struct desk desk;
static uint64_t images_seen, states_seen, recoveries, violations;
static bool quiet;

static bool
is_meant(enum how how, const char *name)
{
	if (desk.m == NULL || desk.m->how != how)
		return false;
	/* "." begins every hidden name. */
	if (strcmp(desk.m->what, ".") == 0)
		return strcmp(name, ".") == 0;
	return strncmp(name, desk.m->what, strlen(desk.m->what)) == 0;
}

static int
desk_openat(struct sys *t, int dir, const char *path, int flags, mode_t mode)
{
	struct sys *under = sim_sys(desk.disk);
	const char *slash = strrchr(path, '/');

	(void)t;
	int fd = under->openat(under, dir, path, flags, mode);
	if (fd >= 0)
		(void)snprintf(desk.names[fd], 64, "%.63s",
			slash != NULL ? slash + 1 : path);
	return fd;
}

static int
desk_fsync(struct sys *t, int fd)
{
	struct sys *under = sim_sys(desk.disk);

	(void)t;
	if (is_meant(SKIP_FSYNC, desk.names[fd]) &&
		(desk.m->nth == 0 || ++desk.syncs == desk.m->nth)) {
		desk.hits++;
		return sim_is_dead(desk.disk) ? -EIO : 0;
	}
	return under->fsync(under, fd);
}

static void
somebody_saves(void)
{
	if (desk.w->edited == NULL || desk.edited || desk.moves != desk.w->at ||
		sim_is_dead(desk.disk))
		return;
	desk.edited = true;
	sim_put(desk.disk, desk.w->edited, STR(EDIT));
}

static int
desk_renameat(struct sys *t, int from_dir, const char *from, int to_dir,
	const char *to, unsigned int flags)
{
	struct sys *under = sim_sys(desk.disk);

	(void)t;
	/* What takes a name that is not hidden. */
	if (flags != 0 && to[0] != '.' && strncmp(to, "batch-", 6) != 0) {
		desk.moves++;
		somebody_saves();
		if (is_meant(PLAIN, to)) {
			desk.hits++;
			flags = 0;
		}
		if (is_meant(SKIP_RENAME, to) && desk.moves >= desk.m->nth) {
			desk.hits++;
			return sim_is_dead(desk.disk) ? -EIO : 0;
		}
	}
	return under->renameat(under, from_dir, from, to_dir, to, flags);
}

static int
desk_unlinkat(struct sys *t, int dir, const char *path, int flags)
{
	struct sys *under = sim_sys(desk.disk);

	(void)t;
	if (desk.m != NULL && desk.m->how == SKIP_UNLINK &&
		strstr(path, desk.m->what) != NULL) {
		desk.hits++;
		return sim_is_dead(desk.disk) ? -EIO : 0;
	}
	return under->unlinkat(under, dir, path, flags);
}

/* The table of a process on the disk. */
static struct sys *
sit_down(struct sim *disk, const struct workload *w, const struct mutant *m,
	bool edited)
{
	uint64_t hits = desk.hits;

	desk = (struct desk){
		.disk = disk, .w = w, .m = m, .edited = edited, .hits = hits};
	sys_pass_init(&desk.pass, sim_sys(disk));
	desk.sys.openat = desk_openat;
	desk.sys.fsync = desk_fsync;
	desk.sys.renameat = desk_renameat;
	desk.sys.unlinkat = desk_unlinkat;
	return &desk.sys;
}

static struct wio *
open_io(struct sys *sys, const struct workload *w, struct wio_error *e)
{
	static const char *const roots[] = {"/p"};
	const struct wio_options o = {.roots = roots,
		.roots_n = 1,
		.lock_processes = w->lock,
		.digest = w->sha ? WIO_SHA256 : WIO_XXH3,
		.lock_wait_ns = 1000000};

	return fio_io_open(sys, &o, true, e);
}

/* The path below the root. */
static const char *
below(const struct file *f)
{
	return f->path + 2;
}

static bool
write_files(struct wio *x, const struct workload *w, size_t first, size_t n)
{
	struct wio_edit edits[FILES_MAX];
	struct wio_write_request asks[FILES_MAX];
	struct wio_write_result done[FILES_MAX];
	char digests[FILES_MAX][WIO_DIGEST_SIZE];

	for (size_t i = 0; i < n; i++) {
		const struct file *f = &w->files[first + i];
		wio_digest(w->sha ? WIO_SHA256 : WIO_XXH3, f->old,
			strlen(f->old), digests[i]);
		edits[i] = (struct wio_edit){.end = strlen(f->old),
			.text = f->new,
			.text_n = strlen(f->new)};
		asks[i] = (struct wio_write_request){.path = below(f),
			.digest = digests[i],
			.edits = &edits[i],
			.edits_n = 1};
	}
	size_t failed = wio_write(
		x, w->kind == BATCH ? WIO_ALL : WIO_EACH, asks, n, done);
	wio_write_release(done, n);
	return failed == 0;
}

static bool
create_file(struct wio *x, const struct workload *w, size_t i)
{
	const struct file *f = &w->files[i];
	char digest[WIO_DIGEST_SIZE];
	struct wio_create_request ask = {.path = below(f),
		.bytes = f->new,
		.n = strlen(f->new),
		.parents = true};
	struct wio_create_result done;

	if (w->kind == REPLACE) {
		wio_digest(WIO_XXH3, f->old, strlen(f->old), digest);
		ask.existing = WIO_REPLACE_VERIFIED;
		ask.digest = digest;
	}
	return wio_create(x, &ask, 1, &done) == 0;
}

/* How many files were acknowledged. */
static size_t
work(struct sys *sys, const struct workload *w)
{
	struct wio_error e;
	size_t acked = 0;

	struct wio *x = open_io(sys, w, &e);
	if (x == NULL)
		return 0;
	if (w->kind == BATCH) {
		acked = write_files(x, w, 0, w->n) ? w->n : 0;
	} else {
		while (acked < w->n &&
			(w->kind == WRITE ? write_files(x, w, acked, 1)
					  : create_file(x, w, acked)))
			acked++;
	}
	wio_close(x, NULL);
	return acked;
}

/* False when it failed. */
static bool
recover(struct sys *sys, const struct workload *w, struct wio_error *e)
{
	*e = (struct wio_error){0};
	struct wio *x = open_io(sys, w, e);
	if (x == NULL)
		return false;
	int64_t n = wio_sweep(x, "/p", e);
	wio_close(x, NULL);
	return n >= 0;
}

static struct sim *
start_of(const struct workload *w)
{
	struct sim *disk = sim_new(3);

	sim_put(disk, "p/beside", STR("it"));
	for (size_t i = 0; i < w->n; i++)
		if (w->files[i].old != NULL)
			sim_put(disk, w->files[i].path,
				str_from(w->files[i].old));
	return disk;
}

/* What is wrong; NULL when nothing is. */
struct seen {
	bool edit, hidden, half;
	struct str text[FILES_MAX];
};

static struct seen
look(const struct sim *disk, const struct workload *w, struct arena *a)
{
	struct seen s = {0};
	const struct sim_file *files;
	size_t n;

	sim_list(disk, a, &files, &n);
	for (size_t i = 0; i < n; i++) {
		s.edit |= str_eq_c(files[i].bytes, EDIT);
		s.hidden |= strstr(files[i].path, ".weir-tmp") != NULL ||
			strstr(files[i].path, ".weir-swap") != NULL ||
			strstr(files[i].path, ".weir-journal") != NULL;
		s.half |= strstr(files[i].path, "/.gitignore") != NULL &&
			!str_eq_c(files[i].bytes, "*\n");
		for (size_t k = 0; k < w->n; k++)
			if (strcmp(files[i].path, w->files[k].path) == 0)
				s.text[k] = files[i].bytes;
	}
	return s;
}

static bool
is_old(const struct file *f, struct str text)
{
	return f->old == NULL ? !str_is_set(text) : str_eq_c(text, f->old);
}

static const char *
complaint(const struct sim *disk, const struct workload *w, size_t acked,
	bool edited)
{
	CLEANUP_ARENA struct arena a = {0};
	struct seen s = look(disk, w, &a);
	size_t changed = 0;

	if (s.hidden)
		return "a hidden name is left";
	if (s.half)
		return "git is not told what it was to be";
	if (edited && !s.edit)
		return "what somebody saved is gone";
	for (size_t i = 0; i < w->n; i++) {
		const struct file *f = &w->files[i];
		bool theirs = edited && strcmp(w->edited, f->path) == 0 &&
			str_eq_c(s.text[i], EDIT);
		if (str_eq_c(s.text[i], f->new))
			changed++;
		else if (i < acked)
			return "what was acknowledged is not there";
		else if (!is_old(f, s.text[i]) && !theirs)
			return "a file is neither old nor new";
	}
	if (w->kind == BATCH && changed != 0 && changed != w->n)
		return "a batch is there in part";
	return NULL;
}

static void
violation(const struct workload *w, uint64_t call, uint64_t image,
	uint64_t again, const char *why)
{
	violations++;
	if (!quiet)
		print_message("# violation: %s, call %llu, image %llu, call "
			      "again %llu: %s\n",
			w->name, (unsigned long long)call,
			(unsigned long long)image, (unsigned long long)again,
			why);
}

/* Digests of disks that were tried. */
static struct {
	uint64_t *items;
	size_t n, cap;
} tried;

static bool
is_fresh(uint64_t digest)
{
	if (2 * tried.n >= tried.cap) {
		uint64_t *old = tried.items;
		size_t cap = tried.cap;
		tried.cap = cap > 0 ? 2 * cap : 4096;
		tried.items = mem_alloc(tried.cap * sizeof(*old));
		tried.n = 0;
		for (size_t i = 0; i < cap; i++)
			if (old[i] != 0)
				(void)is_fresh(old[i]);
		mem_free(old);
	}
	digest |= 1;
	size_t i = (digest >> 20) % tried.cap;
	for (; tried.items[i] != 0; i = (i + 1) % tried.cap)
		if (tried.items[i] == digest)
			return false;
	tried.items[i] = digest;
	tried.n++;
	return true;
}

struct at {
	const struct workload *w;
	const struct mutant *m;
	size_t acked;
	bool edited;
	uint64_t call, image, again;
};

static bool
check_recovered(const struct at *at, struct sim *disk)
{
	uint64_t first = 0;
	struct wio_error e;

	for (int i = 0; i < 2; i++) {
		recoveries++;
		struct sys *sys = sit_down(disk, at->w, at->m, true);
		if (!recover(sys, at->w, &e)) {
			violation(at->w, at->call, at->image, at->again,
				e.message);
			return false;
		}
		if (i == 0)
			first = sim_digest(disk);
		else if (first != sim_digest(disk)) {
			violation(at->w, at->call, at->image, at->again,
				"recovering twice gives another disk");
			return false;
		}
	}
	const char *why = complaint(disk, at->w, at->acked, at->edited);
	if (why != NULL)
		violation(at->w, at->call, at->image, at->again, why);
	return why == NULL;
}

static uint64_t
key_of(const struct at *at, const struct sim *disk, bool again)
{
	uint64_t h = sim_digest(disk) + at->acked * 0x9e3779b97f4a7c15u +
		(uint64_t)at->edited * 0xc2b2ae3d27d4eb4fu +
		(uint64_t)again * 0x165667b19e3779f9u +
		(uint64_t)(at->w - workloads) * 0x27d4eb2f165667c5u;

	h ^= h >> 29;
	return h * 0xbf58476d1ce4e5b9u;
}

/* Every disk that may be left of `stopped`, the killed process's last. */
static void
each_image(struct at at, const struct sim *stopped, bool again,
	void (*then)(const struct at *at, struct sim *disk, bool killed))
{
	const struct sim_images_how how = {.seed = 1,
		.exhaustive = again	      ? AGAIN
			: at.w->kind == BATCH ? 256
					      : 0,
		.samples = again	      ? AGAIN
			: at.w->kind == BATCH ? 64
					      : 0,
		.ignore = "lock"};
	struct sim_images im;

	sim_images_init(&im, stopped, &how);
	for (uint64_t i = 0; i <= im.n && violations < 3; i++) {
		struct sim *disk = i < im.n ? sim_images_get(&im, i)
					    : sim_after_kill(stopped);
		images_seen++;
		if (!again)
			at.image = i + 1;
		if (i == im.n || is_fresh(key_of(&at, disk, again))) {
			states_seen++;
			then(&at, disk, i == im.n);
		}
		sim_free(disk);
	}
	sim_images_release(&im);
}

static void
check_only(const struct at *at, struct sim *disk, bool killed)
{
	(void)killed;
	(void)check_recovered(at, disk);
}

/* As the crash tests of the store: brief unless told (tools/run-tests). */
static bool
is_brief(void)
{
	const char *stride = getenv("CRASH_STRIDE");

	return stride == NULL || atoi(stride) > 1;
}

/* Of the largest workloads not every state is gone into, unless all is run. */
static uint64_t
every(const struct workload *w)
{
	const char *deep = getenv("WRITE_DEEP");

	if (deep != NULL && atoi(deep) != 0)
		return 1;
	return (w->wide ? 8U : 1U) * (is_brief() ? 40U : 1U);
}

/* Recovered, and stopped at every call while that is done. */
static void
check_deep(const struct at *at, struct sim *disk, bool killed)
{
	struct at deep = *at;
	struct sim *probe = sim_after_kill(disk);

	bool good = check_recovered(at, probe);
	sim_free(probe);
	if (!killed && states_seen % every(at->w) != 0)
		return;
	for (deep.again = 1; good && violations < 3; deep.again++) {
		struct sim *again = sim_after_kill(disk);
		struct wio_error e;
		sim_stop_at(again, deep.again);
		(void)recover(sit_down(again, at->w, at->m, true), at->w, &e);
		bool over = !sim_is_dead(again);
		if (!over)
			each_image(deep, again, true, check_only);
		sim_free(again);
		if (over)
			break;
	}
}

static void
try(const struct workload *w, const struct mutant *m)
{
	struct sim *start = start_of(w);
	bool over = false;

	tried.n = 0;
	if (tried.items != NULL)
		memset(tried.items, 0, tried.cap * sizeof(tried.items[0]));
	for (uint64_t call = 1; !over && violations < 3; call++) {
		struct sim *disk = sim_after_kill(start);
		struct at at = {.w = w, .m = m, .call = call};
		sim_stop_at(disk, call);
		at.acked = work(sit_down(disk, w, m, false), w);
		at.edited = desk.edited;
		over = !sim_is_dead(disk);
		if (over && m == NULL && sim_open_files(disk) != 0)
			fail_msg("%s leaves descriptors open", w->name);
		if (over && m == NULL && w->edited == NULL)
			assert_int_equal(at.acked, w->n);
		if (over && w->edited != NULL)
			assert_true(at.edited);
		each_image(at, disk, false, check_deep);
		sim_free(disk);
	}
	sim_free(start);
}

static void
every_file_is_old_or_new_whatever_a_power_cut_leaves(void **state)
{
	const char *only = getenv("WRITE_WORKLOAD");
	uint64_t all = 0, bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		if (only != NULL ? strcmp(only, workloads[i].name) != 0
				 : is_brief() && i % 4 != 0)
			continue;
		images_seen = states_seen = recoveries = 0;
		violations = 0;
		try(&workloads[i], NULL);
		bad += violations;
		print_message("# %-20s %8llu images %7llu states %7llu "
			      "recoveries %llu violations\n",
			workloads[i].name, (unsigned long long)images_seen,
			(unsigned long long)states_seen,
			(unsigned long long)recoveries,
			(unsigned long long)violations);
		all += images_seen;
	}
	print_message("# %llu images, %llu violations\n",
		(unsigned long long)all, (unsigned long long)bad);
	assert_int_equal(bad, 0);
	assert_true(only != NULL || is_brief() || all >= 500000);
}

static const struct mutant mutants[] = {
	{"new bytes not synced", SKIP_FSYNC, ".f.", 0, "write"},
	{"directory not synced", SKIP_FSYNC, ".", 0, "write"},
	{"created bytes not synced", SKIP_FSYNC, ".f.", 0, "create"},
	{"directory of a creation not synced", SKIP_FSYNC, ".", 0, "create"},
	{"first parent not synced", SKIP_FSYNC, ".", 1, "create-parents"},
	{"second parent not synced", SKIP_FSYNC, ".", 2, "create-parents"},
	{"an edit replaced, not exchanged", PLAIN, "f", 0, "write-edited"},
	{"a creation replaces", PLAIN, "f", 0, "create-raced"},
	{"ours not taken back", SKIP_RENAME, "f", 4, "batch-edited"},
	{"bytes of a batch not synced", SKIP_FSYNC, ".g.", 0, "batch"},
	{"journal not synced", SKIP_FSYNC, ".batch-", 0, "batch"},
	{"directory of the journal not synced", SKIP_FSYNC, ".weir-trash", 0,
		"batch"},
	{"first directory not synced", SKIP_FSYNC, ".", 2, "batch-two-dirs"},
	{"second directory not synced", SKIP_FSYNC, ".", 3, "batch-two-dirs"},
	{"journal not removed", SKIP_UNLINK, ".weir-journal", 0, "batch"},
	{"what git is told not synced", SKIP_FSYNC, "..gitignore.", 0,
		"create"},
	{"temporary file not removed", SKIP_UNLINK, ".weir-tmp", 0, "write"},
};

static void
every_step_left_out_is_noticed(void **state)
{
	size_t n = 0, killed = 0;

	(void)state;
	quiet = true;
	for (size_t i = 0; i < sizeof(mutants) / sizeof(mutants[0]); i++) {
		const struct mutant *m = &mutants[i];
		if (is_brief() && i % 5 != 0)
			continue;
		n++;
		violations = images_seen = desk.hits = 0;
		for (size_t k = 0; k < sizeof(workloads) / sizeof(workloads[0]);
			k++)
			if (strcmp(workloads[k].name, m->by) == 0)
				try(&workloads[k], m);
		print_message("# %-38s %s %s after %llu images\n", m->name,
			violations > 0 ? "killed by" : "SURVIVES", m->by,
			(unsigned long long)images_seen);
		if (desk.hits == 0)
			fail_msg("'%s' never happened", m->name);
		killed += violations > 0;
	}
	print_message("# %zu of %zu mutants killed\n", killed, n);
	assert_int_equal(killed, n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_file_is_old_or_new_whatever_a_power_cut_leaves),
		cmocka_unit_test(every_step_left_out_is_noticed),
	};

	(void)mallopt(M_TRIM_THRESHOLD, 1 << 28);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 28);
	return cmocka_run_group_tests_name("write_power", tests, NULL, NULL);
}
