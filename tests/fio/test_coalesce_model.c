/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fio/coalesce.h"

/*
 * Random changes of a small tree, reported as a kernel would, and what is told
 * carried out on a copy: at the end both are the same. The model knows paths
 * and bytes and nothing else.
 */

enum {
	FILES = 64,
	PATH = 40,
	STEPS = 14,
	CASES = 100000,
	SECONDS = 5,
	FEWEST = 2000,
};
static const int64_t ms = 1000000;

struct model {
	struct file {
		char path[PATH];
		bool is_dir;
		uint32_t bytes;
	} files[FILES];
	size_t n;
};

static struct model world, copy;
static struct fio_coalesce c;
static struct fio_node *root;
static uint64_t seed;
static int64_t now;
static uint32_t cookie, bytes;
static bool lenient; /* a rescan has shown more than was told */
static char trace[8192];

static uint32_t
chance(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % below);
}

static void
say(const char *what, const char *a, const char *b)
{
	size_t n = strlen(trace);

	(void)snprintf(trace + n, sizeof(trace) - n, "%lld %s %s %s\n",
		(long long)(now / ms), what, a, b);
}

#define FAIL(...)                                   \
	do {                                        \
		(void)fprintf(stderr, "%s", trace); \
		fail_msg(__VA_ARGS__);              \
	} while (0)

static struct file *
look(struct model *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->files[i].path, path) == 0)
			return &m->files[i];
	return NULL;
}

static bool
is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/';
}

static void
put(struct model *m, const char *path, bool is_dir, uint32_t of)
{
	struct file *f = look(m, path);

	if (f == NULL)
		f = &m->files[m->n++];
	assert_true(m->n < FILES);
	(void)snprintf(f->path, sizeof(f->path), "%s", path);
	f->is_dir = is_dir;
	f->bytes = of;
}

/* With all below it. */
static void
cut(struct model *m, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->files[i].path, path) != 0 &&
			!is_below(m->files[i].path, path))
			m->files[kept++] = m->files[i];
	m->n = kept;
}

static void
move(struct model *m, const char *from, const char *to)
{
	char rest[PATH];

	cut(m, to);
	for (size_t i = 0; i < m->n; i++) {
		struct file *f = &m->files[i];
		if (strcmp(f->path, from) != 0 && !is_below(f->path, from))
			continue;
		(void)snprintf(
			rest, sizeof(rest), "%s", f->path + strlen(from));
		(void)snprintf(
			f->path, sizeof(f->path), "%.19s%.19s", to, rest);
	}
}

static bool
has_parent(struct model *m, const char *path)
{
	char dir[PATH];
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return true;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	const struct file *f = look(m, dir);
	return f != NULL && f->is_dir;
}

static struct fio_node *
dir_of(const char *path, const char **ret_name)
{
	struct fio_node *n = root;
	char part[PATH];

	for (const char *slash; (slash = strchr(path, '/')) != NULL;
		path = slash + 1) {
		(void)snprintf(
			part, sizeof(part), "%.*s", (int)(slash - path), path);
		n = fio_tree_find(&c.tree, FIO_NOW, n, part);
		if (n == NULL)
			FAIL("the way to '%s' is not known", path);
	}
	*ret_name = path;
	return n;
}

/* Carrying out what is told. */

static void
apply_strictly(const struct fio_told *t)
{
	const struct file *there = look(&copy, t->path);
	const struct file *f = look(&world, t->path);

	if (!has_parent(&copy, t->path))
		FAIL("told '%s' before its directory", t->path);
	switch (t->kind) {
	case WIO_CREATED:
		if (there != NULL)
			FAIL("'%s' was there already", t->path);
		put(&copy, t->path, t->is_dir, f != NULL ? f->bytes : 0);
		break;
	case WIO_MODIFIED:
		if (there == NULL || there->is_dir)
			FAIL("'%s' is no file", t->path);
		put(&copy, t->path, false, f != NULL ? f->bytes : 0);
		break;
	case WIO_REMOVED:
		if (there == NULL)
			FAIL("'%s' was not there", t->path);
		cut(&copy, t->path);
		break;
	case WIO_RENAMED:
		if (there != NULL && (there->is_dir || t->is_dir))
			FAIL("'%s' is in the way", t->path);
		if (look(&copy, t->old_path) == NULL)
			FAIL("'%s' was not there", t->old_path);
		move(&copy, t->old_path, t->path);
		break;
	default:
		FAIL("told %s", wio_event_name(t->kind));
	}
}

static void
apply(const struct fio_told *t)
{
	const struct file *f = look(&world, t->path);

	if (t->kind == WIO_RESCAN) {
		copy = world;
		lenient = true;
	} else if (!lenient) {
		apply_strictly(t);
	} else if (t->kind == WIO_REMOVED) {
		cut(&copy, t->path);
	} else if (t->kind == WIO_RENAMED) {
		if (look(&copy, t->old_path) == NULL)
			FAIL("'%s' was not there", t->old_path);
		move(&copy, t->old_path, t->path);
	} else {
		cut(&copy, t->path);
		put(&copy, t->path, t->is_dir, f != NULL ? f->bytes : 0);
	}
}

static void
tell_all(void)
{
	struct fio_told t;

	for (int i = 0; fio_coalesce_next(&c, now, &t) == 0; i++) {
		say(wio_event_name(t.kind), t.path,
			t.old_path != NULL ? t.old_path : "");
		if (i > 10 * FILES)
			FAIL("no end of events");
		apply(&t);
	}
}

/* Changing the world, and what a kernel says of it. */

static void
pass(void)
{
	now += chance(60) * ms;
	if (chance(3) == 0)
		tell_all();
}

static void
report_made(const char *path)
{
	const char *name;
	struct fio_node *dir = dir_of(path, &name);

	(void)fio_coalesce_created(
		&c, dir, name, look(&world, path)->is_dir, now);
}

static void
change(const char *path)
{
	const char *name;
	struct fio_node *dir = dir_of(path, &name);

	look(&world, path)->bytes = ++bytes;
	fio_coalesce_changed(&c, dir, name, now);
}

static void
make(const char *path, bool is_dir)
{
	put(&world, path, is_dir, ++bytes);
	report_made(path);
}

static void
unmake(const char *path)
{
	const char *name;

	for (size_t i = world.n; i-- > 0;) { /* what is below goes first */
		char below[PATH];
		(void)snprintf(below, sizeof(below), "%s", world.files[i].path);
		if (!is_below(below, path))
			continue;
		unmake(below);
		i = world.n;
	}
	cut(&world, path);
	struct fio_node *dir = dir_of(path, &name);
	fio_coalesce_removed(&c, dir, name, now);
}

/* A directory that came with all that is in it: they are looked at. */
static void
report_below(const char *path)
{
	for (size_t length = 0; length < PATH; length++)
		for (size_t i = 0; i < world.n; i++)
			if (strlen(world.files[i].path) == length &&
				is_below(world.files[i].path, path))
				report_made(world.files[i].path);
}

static void
arrive(const char *path)
{
	const char *name;
	bool known;
	struct fio_node *dir = dir_of(path, &name);
	struct fio_node *n = fio_coalesce_to(
		&c, dir, name, look(&world, path)->is_dir, cookie, now, &known);

	assert_non_null(n);
	if (!known && n->is_dir)
		report_below(path);
}

static void
leave(const char *path)
{
	const char *name;
	struct fio_node *dir = dir_of(path, &name);

	fio_coalesce_from(&c, dir, name, ++cookie, now);
}

static void
go(const char *from, const char *to)
{
	leave(from);
	if (look(&world, from) != NULL)
		move(&world, from, to);
	if (chance(4) == 0)
		pass();
	arrive(to);
}

static void
choose(char ret[PATH])
{
	size_t n = 0;

	ret[0] = '\0';
	for (uint32_t depth = 1 + chance(3); depth-- > 0;)
		n += (size_t)snprintf(ret + n, PATH - n, "%s%c",
			n > 0 ? "/" : "", (char)('a' + chance(3)));
}

static void
step(void)
{
	char a[PATH], b[PATH];

	choose(a);
	choose(b);
	const struct file *at = look(&world, a), *to = look(&world, b);
	if (at == NULL && has_parent(&world, a)) {
		uint32_t how = chance(5);
		if (how == 4) { /* from elsewhere, with something in it */
			say("in", a, "");
			put(&world, a, strlen(a) < 5, ++bytes);
			if (strlen(a) < 5) {
				(void)snprintf(b, sizeof(b), "%.10s/b", a);
				put(&world, b, false, ++bytes);
			}
			cookie++;
			arrive(a);
			return;
		}
		say("make", a, how < 2 ? "dir" : "file");
		make(a, how < 2);
		return;
	}
	if (at == NULL)
		return;
	switch (chance(8)) {
	case 0:
		say("unmake", a, "");
		unmake(a);
		break;
	case 1:
		say("out", a, "");
		leave(a);
		cut(&world, a);
		break;
	case 2:
		if (!at->is_dir)
			change(a);
		break;
	default:
		if (strcmp(a, b) == 0 || is_below(b, a) || is_below(a, b) ||
			!has_parent(&world, b) ||
			(to != NULL && (to->is_dir || at->is_dir)))
			break;
		say("go", a, b);
		go(a, b);
	}
}

static void
compare(uint64_t at)
{
	bool same = copy.n == world.n;

	for (size_t i = 0; i < world.n && same; i++) {
		const struct file *f = &world.files[i];
		const struct file *g = look(&copy, f->path);
		same = g != NULL && g->is_dir == f->is_dir &&
			(f->is_dir || g->bytes == f->bytes);
	}
	if (same)
		return;
	for (size_t i = 0; i < world.n; i++)
		say("is", world.files[i].path, "");
	for (size_t i = 0; i < copy.n; i++)
		say("copy", copy.files[i].path, "");
	FAIL("case %llu: the copy differs", (unsigned long long)at);
}

static void
one_case(uint64_t at, size_t queue)
{
	seed = at;
	now = 1000 * ms;
	cookie = bytes = 0;
	world.n = copy.n = 0;
	trace[0] = '\0';
	lenient = false;
	fio_coalesce_init(&c,
		&(struct fio_coalesce_options){
			.debounce_ns = chance(2) * 50 * ms,
			.max_wait_ns = 120 * ms,
			.pair_ns = 10 * ms,
			.queue = queue,
		});
	root = fio_coalesce_root(&c, 0);
	for (int i = 0; i < 6; i++)
		step();
	say("settled", "", "");
	fio_coalesce_settle(&c);
	copy = world;
	for (int i = 0; i < STEPS; i++) {
		fio_coalesce_trim(&c);
		step();
		pass();
	}
	now += 1000 * ms;
	tell_all();
	compare(at);
	if (c.pending != 0 || fio_coalesce_due(&c) != INT64_MAX)
		FAIL("something is left to tell");
	fio_coalesce_release(&c);
}

static uint64_t
cases(size_t queue)
{
	struct timespec t;
	uint64_t n = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	time_t end = t.tv_sec + SECONDS;
	while (n < CASES && (n < FEWEST || t.tv_sec < end)) {
		one_case(n++, queue);
		if (n % 100 == 0)
			(void)clock_gettime(CLOCK_MONOTONIC, &t);
	}
	return n;
}

static void
what_is_told_makes_of_a_copy_what_there_is(void **state)
{
	(void)state;
	print_message("%llu cases\n", (unsigned long long)cases(10000));
}

static void
what_is_told_with_losses_ends_in_what_there_is(void **state)
{
	(void)state;
	print_message("%llu cases\n", (unsigned long long)cases(3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_makes_of_a_copy_what_there_is),
		cmocka_unit_test(
			what_is_told_with_losses_ends_in_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
