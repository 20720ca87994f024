/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fio/world.h"
#include "figure.h"

/*
 * Another process makes paths lead out of the root as fast as it can, while
 * they are resolved and what was found is opened: a directory and a link to
 * the outside change places, and the directory that a link goes up from is
 * moved out and in. The secret outside must never be what was opened, and
 * nothing may be made beside it.
 *
 *	one/d/f                 is what is asked for
 *	one/l    -> ../outside  changes places with one/d
 *	one/up   -> src/deep/../../f; src/deep and outside/x/deep change places
 */

enum { TRIES = 20000, MAKES = 20, PATIENCE = 20 };

struct shared {
	atomic_ullong flips;
	atomic_bool stop;
};

static struct shared *shared;

static const struct {
	const char *name;
	enum wio_symlinks symlinks;
	bool no_openat2;
} ways[] = {
	{"links inside roots, kernel", WIO_SYMLINKS_DENY_CROSS_ROOT, false},
	{"links inside roots, walker", WIO_SYMLINKS_DENY_CROSS_ROOT, true},
	{"no links, kernel", WIO_SYMLINKS_DENY, false},
	{"no links, walker", WIO_SYMLINKS_DENY, true},
};

static void
flip(const struct world *w)
{
	char d[512], l[512], in[512], out[512];

	scratch_path(&w->s, "one/d", d);
	scratch_path(&w->s, "one/l", l);
	scratch_path(&w->s, "one/src/deep", in);
	scratch_path(&w->s, "outside/x/deep", out);
	while (!atomic_load(&shared->stop)) {
		if (renameat2(AT_FDCWD, d, AT_FDCWD, l, RENAME_EXCHANGE) < 0 ||
			renameat2(AT_FDCWD, in, AT_FDCWD, out,
				RENAME_EXCHANGE) < 0)
			_exit(1);
		atomic_fetch_add(&shared->flips, 1);
	}
	_exit(0);
}

struct tally {
	unsigned int tries, found, refused, escaped;
};

/* What the place holds is opened, as the rest of the library does it. */
static void
look(const struct fio_place *p, ino_t secret, struct tally *t)
{
	struct stat st;
	int fd = openat(p->dir.fd, p->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(close(fd), 0);
	t->escaped += st.st_ino == secret;
}

static void
try(struct world *w, const char *path, ino_t secret, struct tally *t)
{
	struct fio_place p;
	struct wio_error e;

	t->tries++;
	if (fio_roots_find(w->r, path, &p, &e) < 0) {
		if (e.code != WIO_OUTSIDE && e.code != WIO_SYMLINK &&
			e.code != WIO_BUSY)
			fail_msg("'%s': %s", path, e.message);
		t->refused++;
		return;
	}
	t->found++;
	look(&p, secret, t);
	fio_place_release(&p);
}

static void
try_nearby(struct world *w, const char *path, ino_t secret, struct tally *t)
{
	struct fio_nearby n;
	const struct fio_dir *dir;
	struct fio_place p;
	struct wio_error e;
	const char *name;

	t->tries++;
	fio_nearby_init(&n, w->r, false);
	if (fio_nearby_find(&n, path, &dir, &name, &e) < 0) {
		t->refused++;
		return;
	}
	t->found++;
	p.dir = *dir;
	(void)snprintf(p.name, sizeof(p.name), "%s", name);
	look(&p, secret, t);
	fio_nearby_release(&n);
}

static void
try_making(struct world *w, unsigned int i)
{
	struct fio_place p;
	struct wio_error e;
	char path[64];

	(void)snprintf(path, sizeof(path), "d/made%u/f", i);
	if (fio_roots_make(w->r, path, 0755, &p, &e) == 0)
		fio_place_release(&p);
}

/* Until flips were met and missed, or patience ends. */
static void
try_all(struct world *w, struct tally *t)
{
	unsigned int tries = figure("WEIR_ESCAPE_TRIES", TRIES);
	unsigned int makes = 0;
	struct stat secret;
	char path[512];

	assert_int_equal(
		stat(scratch_path(&w->s, "outside/f", path), &secret), 0);
	while (t->escaped == 0 &&
		(t->tries < tries ||
			((t->found == 0 || t->refused == 0) &&
				t->tries / PATIENCE < tries))) {
		try(w, "d/f", secret.st_ino, t);
		try(w, "up", secret.st_ino, t);
		try_nearby(w, "d/f", secret.st_ino, t);
		if (makes < MAKES)
			try_making(w, makes++);
	}
}

static void
world_furnish(struct world *w)
{
	dir_at(w, "one/d");
	dir_at(w, "one/src/deep");
	dir_at(w, "outside/x");
	dir_at(w, "outside/x/deep");
	link_at(w, "one/l", "../outside");
	link_at(w, "one/up", "src/deep/../../f");
	scratch_put(&w->s, "one/d/f", "inside");
	scratch_put(&w->s, "one/f", "inside");
	scratch_put(&w->s, "outside/f", "secret");
}

static void
check_way(size_t i)
{
	struct world w;
	struct tally t = {0};
	int status;

	world_make(&w, ways[i].no_openat2);
	world_furnish(&w);
	world_open(&w, ways[i].symlinks);
	atomic_store(&shared->stop, false);
	atomic_store(&shared->flips, 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		flip(&w);
	try_all(&w, &t);
	atomic_store(&shared->stop, true);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	printf("# %s: %u tries, %llu flips, %u found, %u refused, "
	       "%u escapes\n",
		ways[i].name, t.tries, atomic_load(&shared->flips), t.found,
		t.refused, t.escaped);
	for (unsigned int k = 0; k < MAKES; k++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "outside/made%u", k);
		t.escaped += scratch_has(&w.s, path);
	}
	world_remove(&w);
	assert_int_equal(t.escaped, 0);
	assert_true(t.found > 0);
	assert_true(t.refused > 0);
}

static void
nobody_who_changes_directories_for_links_leads_outside(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		check_way(i);
	assert_int_equal(munmap(shared, sizeof(*shared)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			nobody_who_changes_directories_for_links_leads_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
