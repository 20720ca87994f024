/* SPDX-License-Identifier: MIT */
#include "watching.h"

#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "chance.h"
#include "few.h"
#include "fio/inode.h"

/*
 * Whatever is done to files, at random: what is told, carried out on a copy, is
 * what there is. Somebody does something to what is in the roots and beside
 * them; the copy knows of files what lstat says when they are told, and of
 * directories that they are there.
 *
 * WATCH_CASES=1000 tries more of them, WATCH_FIRST=17 begins with another one.
 * Those where another process does it while events are read are not the same in
 * every run.
 */

enum {
	CASES = 12,
	CASES_MEANWHILE = 4,
	ROUNDS = 4,
	STEPS = 40,
	ROOTS_MAX = 3,
	TRACE = 1 << 18,
	MET = 1024,
};

/* What is watched: "in" lies in the root "r"; "o" is never one. */
static const char *const layouts[][ROOTS_MAX] = {
	{"r"}, {"r", "q"}, {"r", "r/in"}, {"r/in", "r", "q"}};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

static struct {
	const char *const *names;
	size_t n;
	char paths[ROOTS_MAX][512];
	struct fio_inode dirs[ROOTS_MAX];
	bool gone[ROOTS_MAX];
} roots;

/* Of whoever does it, in his own process perhaps. */
static struct {
	char trace[TRACE];
	size_t trace_n;
	/* Files with two names: who changes one under the one is not told under
	 * the other. */
	struct fio_inode linked[4 * STEPS * ROUNDS];
	size_t linked_n;
} * shared;

__attribute__((format(printf, 1, 2))) static void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(shared->trace + shared->trace_n,
		TRACE - shared->trace_n, fmt, ap);
	va_end(ap);
	if (n > 0 && shared->trace_n + (size_t)n < TRACE)
		shared->trace_n += (size_t)n;
}

#define FAIL(...)                                           \
	do {                                                \
		(void)fprintf(stderr, "%s", shared->trace); \
		fail_msg(__VA_ARGS__);                      \
	} while (0)

/* The copy. */

struct thing {
	size_t root;
	char path[128];
	bool is_dir;
	struct stat st;
};
struct things {
	struct thing items[MET];
	size_t n;
};
static struct things known, there;
static bool strict; /* no rescan has shown more than was told */
/* Another process is at work; and what a rescan has shown then may have come
 * and gone before a poll could see it. */
static bool meanwhile, glimpsed, polls;
static size_t glimpses; /* that were wrong in the end */

static struct thing *
find(struct things *all, size_t root, const char *path)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].root == root &&
			strcmp(all->items[i].path, path) == 0)
			return &all->items[i];
	return NULL;
}

static void
put(struct things *all, size_t root, const char *path, const struct stat *st,
	bool is_dir)
{
	struct thing *t = find(all, root, path);

	if (t == NULL)
		t = &all->items[all->n++];
	assert_true(all->n < MET);
	t->root = root;
	t->is_dir = is_dir;
	t->st = *st;
	(void)snprintf(t->path, sizeof(t->path), "%s", path);
}

static void
cut(struct things *all, size_t root, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].root != root ||
			(*path != '\0' &&
				!is_at_or_below(all->items[i].path, path)))
			all->items[kept++] = all->items[i];
	all->n = kept;
}

static bool
is_living_root(const struct stat *st)
{
	for (size_t i = 0; i < roots.n; i++)
		if (!roots.gone[i] &&
			fio_inode_cmp(roots.dirs[i], fio_inode_of(st)) == 0)
			return true;
	return false;
}

/* All below `path` of a root, which is told there. */
static void
list(struct things *all, size_t root, const char *path)
{
	char full[768];
	struct dirent *v;

	(void)snprintf(full, sizeof(full), "%s/%s", roots.paths[root], path);
	DIR *d = opendir(full);
	if (d == NULL)
		return;
	while ((v = readdir(d)) != NULL) {
		char name[128];
		struct stat st;
		if (strcmp(v->d_name, ".") == 0 ||
			strcmp(v->d_name, "..") == 0 ||
			fio_is_unseen(v->d_name) ||
			fstatat(dirfd(d), v->d_name, &st, AT_SYMLINK_NOFOLLOW) <
				0)
			continue;
		(void)snprintf(name, sizeof(name), "%.60s%s%.60s", path,
			*path != '\0' ? "/" : "", v->d_name);
		put(all, root, name, &st, S_ISDIR(st.st_mode));
		if (S_ISDIR(st.st_mode) && !is_living_root(&st))
			list(all, root, name);
	}
	(void)closedir(d);
}

/* False: a root is not where it was, which is to be told yet. */
static bool
list_all(struct things *all)
{
	struct stat st;
	bool found = true;

	all->n = 0;
	for (size_t i = 0; i < roots.n; i++) {
		if (roots.gone[i])
			continue;
		if (stat(roots.paths[i], &st) == 0 &&
			fio_inode_cmp(fio_inode_of(&st), roots.dirs[i]) == 0)
			list(all, i, "");
		else
			found = false;
	}
	return found;
}

static bool
is_linked(const struct stat *st)
{
	for (size_t i = 0; i < shared->linked_n; i++)
		if (fio_inode_cmp(shared->linked[i], fio_inode_of(st)) == 0)
			return true;
	return false;
}

static bool
is_same(const struct thing *a, const struct thing *b)
{
	if (a->is_dir || b->is_dir || is_linked(&b->st))
		return a->is_dir == b->is_dir;
	return fio_inode_cmp(fio_inode_of(&a->st), fio_inode_of(&b->st)) == 0 &&
		a->st.st_size == b->st.st_size &&
		a->st.st_mode == b->st.st_mode &&
		a->st.st_mtim.tv_sec == b->st.st_mtim.tv_sec &&
		a->st.st_mtim.tv_nsec == b->st.st_mtim.tv_nsec;
}

/* How the copy differs from what there is; NULL: it does not. */
static const char *
difference(void)
{
	static char text[256];

	if (!list_all(&there))
		return "a root is lost";
	for (size_t i = 0; i < known.n; i++) {
		const struct thing *k = &known.items[i];
		const struct thing *t = find(&there, k->root, k->path);
		(void)snprintf(text, sizeof(text),
			"%zu:%s is %s: inode %lu, %lu", k->root, k->path,
			t == NULL ? "not there" : "another", k->st.st_ino,
			t == NULL ? 0 : t->st.st_ino);
		if (t == NULL || !is_same(k, t))
			return text;
	}
	for (size_t i = 0; i < there.n; i++) {
		const struct thing *t = &there.items[i];
		(void)snprintf(text, sizeof(text), "%zu:%s is not known",
			t->root, t->path);
		if (find(&known, t->root, t->path) == NULL)
			return text;
	}
	return NULL;
}

static void
carry_out_move(void)
{
	char rest[128];

	if (find(&known, event.root, event.old_path) == NULL && strict)
		FAIL("renamed '%s', which is not known", event.old_path);
	cut(&known, event.root, event.path);
	for (size_t i = 0; i < known.n; i++) {
		struct thing *t = &known.items[i];
		if (t->root != event.root ||
			!is_at_or_below(t->path, event.old_path))
			continue;
		(void)snprintf(rest, sizeof(rest), "%s",
			t->path + strlen(event.old_path));
		(void)snprintf(t->path, sizeof(t->path), "%.60s%.60s",
			event.path, rest);
	}
}

static void
check_directory(void)
{
	char dir[128];
	const char *slash = strrchr(event.path, '/');

	if (slash == NULL || !strict)
		return;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - event.path),
		event.path);
	const struct thing *t = find(&known, event.root, dir);
	if (t == NULL || !t->is_dir)
		FAIL("told '%s' before its directory", event.path);
}

static void
carry_out(void)
{
	char full[768];
	struct stat st = {0};
	const struct thing *was = find(&known, event.root, event.path);

	say("  %s %zu:%s %s\n", wio_event_name(event.kind), event.root,
		event.path, event.old_path != NULL ? event.old_path : "");
	if (event.kind == WIO_RESCAN) {
		(void)list_all(&known);
		strict = false;
		glimpsed |= meanwhile;
	} else if (event.kind == WIO_WATCH_FAILED) {
		if (event.error.code != WIO_NOT_FOUND)
			return;
		roots.gone[event.root] = true;
		cut(&known, event.root, "");
	} else if (event.kind == WIO_REMOVED) {
		if (was == NULL && strict)
			FAIL("removed '%s', which is not known", event.path);
		cut(&known, event.root, event.path);
	} else {
		check_directory();
		if (event.kind == WIO_RENAMED)
			carry_out_move();
		if (strict && event.kind == WIO_MODIFIED &&
			(was == NULL || was->is_dir))
			FAIL("modified '%s', which is no file", event.path);
		if (strict && event.kind == WIO_CREATED && was != NULL)
			FAIL("created '%s', which is there", event.path);
		(void)snprintf(full, sizeof(full), "%s/%s",
			roots.paths[event.root], event.path);
		(void)lstat(full, &st); /* gone: that is told, too */
		put(&known, event.root, event.path, &st, event.is_dir);
	}
}

static void
read_what_is_told(void)
{
	while (wio_watch_next(x, 0, &event, &e) == 0)
		carry_out();
}

static void
read_until_right(void)
{
	const char *how;

	for (;;) {
		read_what_is_told();
		how = difference();
		if (how == NULL)
			return;
		int rc = wio_watch_next(x, 4000 * ms, &event, &e);
		if (rc < 0)
			FAIL("%s", e.message);
		if (rc == 1)
			break;
		carry_out();
	}
	if (!glimpsed || !polls)
		FAIL("%s, and nothing is told", how);
	(void)list_all(&known);
	glimpses++;
}

/* Doing something. */

static struct {
	char dirs[MET][256], all[MET][256];
	size_t dirs_n, all_n;
} met;

static int
meet(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type;
	if (S_ISDIR(st->st_mode) && ftw->level > 0 && ftw->level < 6)
		(void)snprintf(met.dirs[met.dirs_n++], 256, "%s", path);
	if (ftw->level > 1)
		(void)snprintf(met.all[met.all_n++], 256, "%s", path);
	assert_true(met.all_n < MET);
	return 0;
}

static const char *
some_file(void)
{
	return met.all_n > 0 ? met.all[below(met.all_n)] : "";
}

static const char *
some_name(char ret[300])
{
	static const char *const names[] = {
		"a", "b", "c", "d", "e", "in", ".x.weir-tmp", ".weir-trash"};
	size_t n = sizeof(names) / sizeof(names[0]);

	(void)snprintf(ret, 300, "%s/%s", met.dirs[below(met.dirs_n)],
		names[below(one_in(4) ? n : 5)]);
	return ret;
}

static void
append(const char *path, int flags)
{
	int fd = open(path,
		O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | flags, 0644);

	if (fd < 0)
		return;
	assert_int_equal(write(fd, "xyzw", 1 + below(4)) > 0, 1);
	assert_int_equal(close(fd), 0);
}

static void
make_tree(const char *top)
{
	char path[400];

	(void)mkdir(top, 0755);
	for (char *c = (char[]){"abc"}; *c != '\0'; c++) {
		(void)snprintf(path, sizeof(path), "%s/%c", top, *c);
		(void)mkdir(path, 0755);
		(void)snprintf(path, sizeof(path), "%s/%c/%c", top, *c, *c);
		append(path, O_CREAT);
	}
}

static void
link_at(const char *from, const char *to)
{
	struct stat st;

	if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0 && lstat(to, &st) == 0)
		shared->linked[shared->linked_n++] = fio_inode_of(&st);
}

static void
remove_tree(const char *path)
{
	struct stat st;

	/* The roots stay, but for the one in another one. */
	if (lstat(path, &st) == 0)
		(void)nftw(path, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static void
do_to(size_t what, const char *file, const char *name, const char *second)
{
	say("%zu %s, %s, %s\n", what, file + strlen(s.path),
		name + strlen(s.path), second + strlen(s.path));
	switch (what) {
	case 0:
		append(name, O_CREAT);
		break;
	case 1:
		append(file, 0);
		break;
	case 2:
		(void)truncate(file, (off_t)below(3));
		break;
	case 3:
		(void)fchmodat(AT_FDCWD, file, one_in(2) ? 0700 : 0755,
			AT_SYMLINK_NOFOLLOW);
		break;
	case 4:
		(void)mkdir(name, 0755);
		break;
	case 5:
		make_tree(name);
		break;
	case 6:
	case 7:
		(void)rename(file, name);
		break;
	case 8:
		(void)renameat2(
			AT_FDCWD, file, AT_FDCWD, second, RENAME_EXCHANGE);
		break;
	case 9:
		(void)remove(file);
		break;
	case 10:
		remove_tree(file);
		break;
	case 11:
		(void)unlink(file);
		append(file, O_CREAT);
		break;
	case 12:
		(void)symlink(second, name);
		break;
	case 13:
		link_at(file, name);
		break;
	case 14:
		append(name, O_CREAT);
		(void)rename(name, file);
		break;
	case 15:
		(void)utimensat(AT_FDCWD, file, NULL, AT_SYMLINK_NOFOLLOW);
		break;
	case 16:
		(void)mkfifo(name, 0644);
		break;
	case 17:
		(void)rename(file, name);
		(void)rename(name, file);
		break;
	case 18:
		remove_tree(file);
		make_tree(file);
		break;
	case 19:
		(void)rename(file, name);
		(void)rename(second, file);
		break;
	default:
		fail();
	}
}

static void
step(void)
{
	char name[300], file[300], second[300];

	met.dirs_n = met.all_n = 0;
	(void)nftw(s.path, meet, 16, FTW_PHYS);
	(void)snprintf(file, sizeof(file), "%s", some_file());
	(void)snprintf(second, sizeof(second), "%s", some_file());
	size_t what = met.all_n < 60 ? below(20) : 9 + below(2);
	do_to(what, file, some_name(name), second);
}

static void
do_some(void)
{
	size_t every = 1 + below(6);

	for (size_t i = below(STEPS); i > 0; i--) {
		step();
		if (below(every) == 0)
			read_what_is_told();
	}
}

/* By another process, so that everything happens at every moment. */
static void
do_some_meanwhile(void)
{
	size_t n = below(4 * STEPS);
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	meanwhile = true;
	if (pid == 0) {
		for (; n > 0; n--)
			step();
		_exit(0);
	}
	(void)below(1);
	while (waitpid(pid, &status, WNOHANG) == 0)
		read_what_is_told();
	meanwhile = false;
	assert_int_equal(status, 0);
}

static void
make_tops(void)
{
	make_dir("r");
	make_dir("r/in");
	make_dir("q");
	make_dir("o");
}

static void
choose_roots(void)
{
	char in[512];

	(void)scratch_path(&s, "r/in", in);
	(void)unlink(in);
	(void)mkdir(in, 0755);
	roots.names = layouts[below(LAYOUTS)];
	for (roots.n = 0; roots.n < ROOTS_MAX && roots.names[roots.n] != NULL;
		roots.n++) {
		struct stat st;
		scratch_path(&s, roots.names[roots.n], roots.paths[roots.n]);
		assert_int_equal(stat(roots.paths[roots.n], &st), 0);
		roots.dirs[roots.n] = fio_inode_of(&st);
		roots.gone[roots.n] = false;
	}
}

static void
watch_them(struct sys *sys)
{
	static const int64_t debounces[] = {-1, 1000000, 30000000};
	const char *names[ROOTS_MAX];
	struct wio_watch_options o = {
		.backend = backend,
		.poll_ns = 5 * ms,
		.debounce_ns = debounces[below(3)],
		.queue = one_in(8) ? 8 : 0,
	};

	for (size_t i = 0; i < roots.n; i++)
		names[i] = roots.paths[i];
	w = fio_io_open(sys,
		&(struct wio_options){.roots = names, .roots_n = roots.n}, true,
		&e);
	if (w == NULL)
		fail_msg("%s", e.message);
	x = wio_watch_open(w, &o, &e);
	assert_int_equal(wio_watch_backend_of(x), backend);
	strict = true;
	(void)list_all(&known);
	say("%zu roots, debounce %lld, queue %zu\n", roots.n,
		(long long)o.debounce_ns, o.queue);
}

static void
set_roots_again(void)
{
	const char *names[ROOTS_MAX];

	for (size_t i = 0; i < roots.n; i++) {
		names[i] = roots.paths[i];
		if (roots.gone[i])
			return;
	}
	say("roots again\n");
	if (wio_set_roots(w, names, roots.n, &e) == 0)
		for (size_t i = 0; i < roots.n; i++) {
			struct stat st;
			(void)stat(roots.paths[i], &st);
			roots.dirs[i] = fio_inode_of(&st);
		}
}

static void
run_case(uint64_t seed, struct sys *sys, bool by_another)
{
	scratch_make(&s);
	chance = seed * 0x9e3779b97f4a7c15u + 1;
	(void)below(1);
	shared->trace_n = shared->linked_n = 0;
	say("case %llu\n", (unsigned long long)seed);
	few.left = 1 + (int)below(10);
	polls = backend == WIO_WATCH_POLL || sys != sys_real();
	make_tops();
	for (size_t i = below(10); i > 0; i--)
		step();
	choose_roots();
	watch_them(sys);
	for (size_t round = 0; round < ROUNDS; round++) {
		say("round %zu\n", round);
		glimpsed = false;
		if (by_another && one_in(2))
			do_some_meanwhile();
		else
			do_some();
		read_until_right();
		if (one_in(8))
			set_roots_again();
	}
	wio_watch_close(x);
	wio_close(w, NULL);
	x = NULL;
	w = NULL;
	scratch_remove(&s);
}

static void
run_cases(struct sys *sys, bool by_another)
{
	int n = by_another ? CASES_MEANWHILE : CASES;
	const char *first = getenv("WATCH_FIRST");
	const char *cases = getenv("WATCH_CASES");
	uint64_t seed = first != NULL ? strtoull(first, NULL, 10) : 0;

	scratch_remove(&s);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	glimpses = 0;
	for (int i = cases != NULL ? atoi(cases) : n; i > 0; i--)
		run_case(seed++, sys, by_another);
	if (glimpses > 0)
		print_message("%zu times a rescan showed what was gone before "
			      "it was told\n",
			glimpses);
	(void)munmap(shared, sizeof(*shared));
	scratch_make(&s);
}

static void
what_is_told_makes_of_a_copy_what_there_is(void **state)
{
	(void)state;
	run_cases(sys_real(), false);
}

static void
it_does_so_where_some_is_watched_and_some_is_polled(void **state)
{
	(void)state;
	if (backend != WIO_WATCH_INOTIFY)
		return;
	few_left(0);
	run_cases(&few.sys, false);
	assert_true(few.refused > 0);
}

static void
it_does_so_while_another_process_is_at_work(void **state)
{
	(void)state;
	run_cases(sys_real(), true);
}

static void
it_does_so_meanwhile_where_some_is_watched_and_some_is_polled(void **state)
{
	(void)state;
	if (backend != WIO_WATCH_INOTIFY)
		return;
	few_left(0);
	run_cases(&few.sys, true);
	assert_true(few.refused > 0);
}

static const struct CMUnitTest tests[] = {
	TEST(what_is_told_makes_of_a_copy_what_there_is),
	TEST(it_does_so_where_some_is_watched_and_some_is_polled),
	TEST(it_does_so_while_another_process_is_at_work),
	TEST(it_does_so_meanwhile_where_some_is_watched_and_some_is_polled),
};

int
main(void)
{
	return run_under_all(tests, sizeof(tests) / sizeof(tests[0]));
}
