/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIO_WATCHING_H
#define TESTS_FIO_WATCHING_H

#include "scratch.h"

#include "fio/watch-priv.h"
#include "sys/real.h"

#include <sched.h>

/*
 * Real directories watched under each of the backends. Events are waited for
 * with a deadline that is never met when all is well.
 */

static const int64_t ms = 1000000;
static const int64_t deadline_ns = 20000 * (int64_t)1000000;

static struct scratch s, other;
static struct wio *w;
static struct wio_watch *x;
static struct wio_event event;
static struct wio_error e;
static enum wio_watch_backend backend;
static char told[8192];
static int made; /* sentinels */

/* A copy of the tree, from what is told; a file's bytes are its size. */

enum { COPIES = 4096 };
static struct {
	struct file {
		char path[64];
		bool is_dir;
		off_t size;
	} files[COPIES];
	size_t n;
	int rescans, events;
} copy;

/*
 * What was made a moment ago is told once more by a poll, which cannot know
 * that the stamps would show a change: let the clock move on.
 */
static inline void
let_settle(struct sys *sys)
{
	int64_t until = sys->clock(sys, SYS_CLOCK_UNIX) + 50 * ms;

	while (sys->clock(sys, SYS_CLOCK_UNIX) <= until)
		(void)sched_yield();
}

static inline void
watch_with(struct sys *sys, struct wio_watch_options o)
{
	const char *roots[] = {s.path};
	struct wio_options options = {.roots = roots, .roots_n = 1};

	o.backend = backend;
	if (o.poll_ns == 0)
		o.poll_ns = 20 * ms;
	if (backend == WIO_WATCH_POLL)
		let_settle(sys_real());
	w = fio_io_open(sys, &options, true, &e);
	if (w == NULL)
		fail_msg("%s", e.message);
	x = wio_watch_open(w, &o, &e);
	if (x == NULL)
		fail_msg("%s", e.message);
	assert_int_equal(wio_watch_backend_of(x), backend);
}

static inline void
watch(int64_t debounce_ns)
{
	watch_with(sys_real(),
		(struct wio_watch_options){.debounce_ns = debounce_ns});
}

static inline int
setup(void **state)
{
	backend = *(const enum wio_watch_backend *)*state;
	scratch_make(&s);
	scratch_make(&other);
	memset(&event, 0, sizeof(event));
	memset(&copy, 0, sizeof(copy));
	told[0] = '\0';
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	wio_watch_close(x);
	wio_close(w, NULL);
	x = NULL;
	w = NULL;
	scratch_remove(&s);
	scratch_remove(&other);
	return 0;
}

static inline void
make_dir(const char *name)
{
	char path[512];

	assert_int_equal(mkdir(scratch_path(&s, name, path), 0755), 0);
}

static inline void
unmake(const char *name)
{
	char path[512];

	assert_int_equal(remove(scratch_path(&s, name, path)), 0);
}

static inline void
go_between(const struct scratch *a, const char *from, const struct scratch *b,
	const char *to, unsigned int flags)
{
	char p[512], q[512];

	assert_int_equal(renameat2(AT_FDCWD, scratch_path(a, from, p), AT_FDCWD,
				 scratch_path(b, to, q), flags),
		0);
}

static inline void
go(const char *from, const char *to)
{
	go_between(&s, from, &s, to, 0);
}

static inline void
next(void)
{
	int rc = wio_watch_next(x, deadline_ns, &event, &e);

	if (rc != 0)
		fail_msg("nothing was told after '%s': %s", told,
			rc < 0 ? e.message : "time is up");
}

static inline void
add_told(void)
{
	size_t n = strlen(told);

	(void)snprintf(told + n, sizeof(told) - n, "%s%s%s%s%s%s",
		n > 0 ? ", " : "", wio_event_name(event.kind),
		event.old_path != NULL ? " " : "",
		event.old_path != NULL ? event.old_path : "",
		*event.path != '\0' ? " " : "", event.path);
}

/* `n` events, "created a, renamed a b". */
static inline const char *
tell(int n)
{
	told[0] = '\0';
	for (int i = 0; i < n; i++) {
		next();
		add_told();
	}
	return told;
}

/* Adds to `told` what comes before a file that is made now. */
static inline void
tell_until_made(void)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "end-%d", made++);
	scratch_put(&s, name, "");
	for (;;) {
		next();
		if (strncmp(event.path, "end-", 4) != 0)
			add_told();
		else if (strcmp(event.path, name) == 0)
			return;
	}
}

/*
 * All that is told of what was done so far. A poll may look at a file, then
 * meet the first name made after the file changed; the poll that meets the
 * second name began later, and looked at everything.
 */
static inline const char *
tell_all(void)
{
	told[0] = '\0';
	tell_until_made();
	tell_until_made();
	return told;
}

static inline struct file *
look(const char *path)
{
	for (size_t i = 0; i < copy.n; i++)
		if (strcmp(copy.files[i].path, path) == 0)
			return &copy.files[i];
	return NULL;
}

static inline bool
is_at_or_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 &&
		(path[n] == '\0' || path[n] == '/');
}

static inline void
copy_cut(const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < copy.n; i++)
		if (!is_at_or_below(copy.files[i].path, path))
			copy.files[kept++] = copy.files[i];
	copy.n = kept;
}

static inline void
copy_put(const char *path)
{
	char full[512];
	struct stat st = {0};
	struct file *f = look(path);

	if (f == NULL)
		f = &copy.files[copy.n++];
	assert_true(copy.n < COPIES);
	if (lstat(scratch_path(&s, path, full), &st) < 0)
		st.st_size = -1; /* and told soon */
	(void)snprintf(f->path, sizeof(f->path), "%s", path);
	f->is_dir = S_ISDIR(st.st_mode);
	f->size = f->is_dir ? 0 : st.st_size;
}

static inline int
copy_met(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type;
	(void)st;
	if (ftw->level > 0)
		copy_put(path + strlen(s.path) + 1);
	return 0;
}

static inline void
copy_rescan(void)
{
	copy.n = 0;
	(void)nftw(s.path, copy_met, 16, FTW_PHYS);
}

static inline void
copy_move(const char *from, const char *to)
{
	char rest[64];

	copy_cut(to);
	for (size_t i = 0; i < copy.n; i++) {
		struct file *f = &copy.files[i];
		if (!is_at_or_below(f->path, from))
			continue;
		(void)snprintf(
			rest, sizeof(rest), "%s", f->path + strlen(from));
		(void)snprintf(
			f->path, sizeof(f->path), "%.30s%.30s", to, rest);
	}
}

static inline void
copy_apply(void)
{
	copy.events++;
	if (event.kind == WIO_RESCAN) {
		copy.rescans++;
		copy_rescan();
	} else if (event.kind == WIO_REMOVED) {
		copy_cut(event.path);
	} else if (event.kind == WIO_RENAMED) {
		copy_move(event.old_path, event.path);
	} else if (event.kind != WIO_WATCH_FAILED) {
		if (event.kind == WIO_CREATED)
			copy_cut(event.path);
		copy_put(event.path);
	}
}

/* Nothing differs: what was told is what there is. */
static inline bool
copy_is_right(void)
{
	static struct file before[COPIES];
	size_t n = copy.n, same = 0;

	memcpy(before, copy.files, n * sizeof(before[0]));
	copy_rescan();
	for (size_t i = 0; i < n; i++) {
		const struct file *f = look(before[i].path);
		same += f != NULL && f->is_dir == before[i].is_dir &&
			f->size == before[i].size;
	}
	bool right = same == n && n == copy.n;
	memcpy(copy.files, before, n * sizeof(before[0]));
	copy.n = n;
	return right;
}

static inline void
copy_until_right(void)
{
	uint64_t sequence = event.sequence;

	for (;;) {
		while (wio_watch_next(x, 0, &event, &e) == 0) {
			assert_int_equal(event.sequence, ++sequence);
			copy_apply();
		}
		event.sequence = sequence;
		if (copy_is_right())
			return;
		next();
		assert_int_equal(event.sequence, ++sequence);
		copy_apply();
	}
}

static enum wio_watch_backend by_inotify = WIO_WATCH_INOTIFY,
			      by_fanotify = WIO_WATCH_FANOTIFY,
			      by_polling = WIO_WATCH_POLL;

#define TEST(name)                                 \
	{                                          \
#name, name, setup, teardown, NULL \
	}

enum { BACKENDS = 3, TESTS_MAX = 64 };

/* False, and said aloud, where the kernel does not let us. */
static inline bool
is_possible(enum wio_watch_backend kind)
{
	struct fio_backend *b;
	uint64_t key;
	int rc = 0;

	if (kind != WIO_WATCH_FANOTIFY)
		return true;
	if (fio_fanotify_open(&b, sys_real()) < 0)
		return false;
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = b->add(b, fd, &key);
	(void)close(fd);
	fio_backend_close(b);
	return rc == 0;
}

/* Each test under each backend. */
static inline int
run_under_all(const struct CMUnitTest *tests, size_t tests_n)
{
	static struct CMUnitTest all[TESTS_MAX * BACKENDS];
	enum wio_watch_backend *const kinds[BACKENDS] = {
		&by_inotify, &by_fanotify, &by_polling};
	static const char *const by[] = {"inotify", "fanotify", "polling"};
	static char names[TESTS_MAX * BACKENDS][128];
	size_t n = 0;

	for (size_t b = 0; b < BACKENDS; b++) {
		if (!is_possible(*kinds[b]))
			print_message("skipped: no %s here\n", by[b]);
		for (size_t i = 0; i < tests_n && is_possible(*kinds[b]); i++) {
			(void)snprintf(names[n], sizeof(names[n]), "%s_by_%s",
				tests[i].name, by[b]);
			all[n] = tests[i];
			all[n].name = names[n];
			all[n++].initial_state = kinds[b];
		}
	}
	return _cmocka_run_group_tests("watcher", all, n, NULL, NULL);
}

#endif
