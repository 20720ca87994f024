/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bare.h"
#include "race.h"
#include "watching.h"
#include "weir/io.h"

/*
 * io DIRECTORY FILES RUNS tree|race: make the tree, or race weir/io.h on it
 * against the bare system calls and against the commands people use.
 */

enum { BATCH = BARE_BATCH, THREADS = 2 };

/* weir/io.h at work on the tree. */
struct ours {
	const struct tree *tree;
	struct wio *io;
	struct wio_scan_request *scans;
	struct wio_scan_result *scanned;
	struct wio_read_request *reads;
	char (*digests)[WIO_DIGEST_SIZE];
	struct wio_identity *identities;
	size_t writes; /* so far */
};

static const char nothing[] = "xxh3:00000000000000000000000000000000";

static void
fail(const struct wio_error *e)
{
	errx(1, "%s: %s", wio_code_name(e->code), e->message);
}

static struct wio *
open_io(const struct tree *t, unsigned int workers)
{
	struct wio_options o = {
		.roots = &t->dir, .roots_n = 1, .workers = workers};
	struct wio_error e;
	struct wio *w = wio_open(&o, &e);

	if (w == NULL)
		fail(&e);
	return w;
}

static void
ours_open(struct ours *o, const struct tree *t)
{
	*o = (struct ours){.tree = t,
		.io = open_io(t, THREADS),
		.scans = calloc(t->n, sizeof(o->scans[0])),
		.scanned = calloc(t->n, sizeof(o->scanned[0])),
		.reads = calloc(t->n, sizeof(o->reads[0])),
		.digests = calloc(t->n, sizeof(o->digests[0])),
		.identities = calloc(t->n, sizeof(o->identities[0]))};
	for (size_t i = 0; i < t->n; i++) {
		o->scans[i].path = t->paths[i];
		o->scans[i].digest = nothing;
	}
}

static void
ours_close(struct ours *o)
{
	wio_close(o->io, NULL);
	free(o->scans);
	free(o->scanned);
	free(o->reads);
	free(o->digests);
	free(o->identities);
}

/* Nothing is known of any file but that it had other bytes. */
static int
scan_changed(void *ctx)
{
	struct ours *o = ctx;

	return wio_scan(o->io, o->scans, o->tree->n, o->scanned) != o->tree->n;
}

static int
scan_unchanged(void *ctx)
{
	struct ours *o = ctx;

	return wio_scan(o->io, o->scans, o->tree->n, o->scanned) != 0;
}

/* From here on everything is known, and read with proof. */
static void
learn(struct ours *o)
{
	if (scan_changed(o) != 0)
		errx(1, "not every file has changed");
	for (size_t i = 0; i < o->tree->n; i++) {
		memcpy(o->digests[i], o->scanned[i].digest, WIO_DIGEST_SIZE);
		o->identities[i] = o->scanned[i].identity;
		o->scans[i].digest = o->digests[i];
		o->scans[i].identity = &o->identities[i];
		o->reads[i].path = o->tree->paths[i];
		o->reads[i].digest = o->digests[i];
	}
}

/* Until the clock has moved on since the tree was made, files are read again.
 */
static void
settle(struct ours *o)
{
	size_t hashed;

	do {
		hashed = 0;
		if (scan_unchanged(o) != 0)
			errx(1, "the tree has changed meanwhile");
		for (size_t i = 0; i < o->tree->n; i++) {
			hashed += o->scanned[i].hashed;
			o->identities[i] = o->scanned[i].identity;
		}
	} while (hashed > 0);
}

static int
read_all(void *ctx)
{
	struct ours *o = ctx;
	static struct wio_read_result results[BATCH];

	for (size_t at = 0; at < o->tree->n; at += BATCH) {
		size_t n = o->tree->n - at < BATCH ? o->tree->n - at : BATCH;
		if (wio_read(o->io, o->reads + at, n, results) > 0)
			return -1;
		wio_read_release(results, n);
	}
	return 0;
}

/* The same bytes as often, so that files neither grow nor repeat. */
static int
write_one(void *ctx)
{
	struct ours *o = ctx;
	size_t i = o->writes++ % o->tree->n;
	const struct wio_edit edit = {.start = 0,
		.end = 3,
		.text = o->writes / o->tree->n % 2 == 0 ? "INT" : "int",
		.text_n = 3};
	struct wio_write_request ask = {.path = o->tree->paths[i],
		.digest = o->digests[i],
		.edits = &edit,
		.edits_n = 1};
	struct wio_write_result done;
	size_t failed = wio_write(o->io, WIO_EACH, &ask, 1, &done);

	memcpy(o->digests[i], done.new_digest, WIO_DIGEST_SIZE);
	wio_write_release(&done, 1);
	return failed > 0;
}

static int
write_bare(void *ctx)
{
	struct ours *o = ctx;
	static char text[4096];
	static size_t n;

	memset(text, 'x', sizeof(text));
	/* Not those that weir writes, whose digests it knows. */
	size_t i = (o->tree->n / 2 + n++) % o->tree->n;
	return bare_write(o->tree, o->tree->paths[i], text, sizeof(text));
}

static void
race_scans(struct ours *o, size_t runs)
{
	const struct tree *t = o->tree;
	struct bare bare = {.tree = t, .threads = THREADS};
	char sums[4200];
	(void)snprintf(sums, sizeof(sums),
		"find '%s' -name '*.c' -print0 | xargs -0 sha256sum", t->dir);
	struct command sha = {(const char *const[]){"sh", "-c", sums, NULL}};
	struct command git = {(const char *const[]){
		"git", "-C", t->dir, "status", "--porcelain", NULL}};
	struct command find = {
		(const char *const[]){"find", t->dir, "-name", ".git", "-prune",
			"-o", "-type", "f", "-newer", t->dir, "-print", NULL}};
	struct racer changed[] = {
		{"weir, 2 threads", scan_changed, o, 0},
		{"open, read, xxh3", bare_read_hash, &bare, 0},
		{"sha256sum", race_command, &sha, 0},
	};
	struct racer unchanged[] = {
		{"weir, 2 threads", scan_unchanged, o, 0},
		{"statx, 2 threads", bare_statx, &bare, 0},
		{"git status", race_command, &git, 0},
		{"find -newer", race_command, &find, 0},
	};

	race("changed", t->n, changed, 3, runs, 1.2);
	learn(o);
	settle(o);
	race("unchanged", t->n, unchanged, 4, runs, 1.3);
}

static void
race_reads(struct ours *o, size_t runs)
{
	const struct tree *t = o->tree;
	struct bare bare = {.tree = t, .threads = 1};
	struct ours one = *o;
	char path[] = "/tmp/weir-bench-XXXXXX";

	one.io = open_io(t, 1);
	bare.cached = mkstemp(path);
	if (bare.cached < 0 || unlink(path) < 0 ||
		posix_fallocate(bare.cached, 0, (off_t)t->bytes) != 0)
		err(1, "%s", path);
	struct racer single[] = {
		{"weir, 1 thread", read_all, &one, 0},
		{"open, read", bare_read, &bare, 0},
		{"page cache alone", bare_cached, &bare, 0},
	};
	struct racer twice[] = {
		{"weir, 2 threads", read_all, o, 0},
		{"open, read, 1 thread", bare_read, &bare, 0},
	};
	race("read", t->n, single, 3, runs, 1.5);
	race("read", t->n, twice, 2, runs, 1.0);
	(void)close(bare.cached);
	wio_close(one.io, NULL);
}

static void
race_writes(struct ours *o, size_t runs)
{
	struct racer ways[] = {
		{"weir, durable", write_one, o, 0},
		{"bare, durable", write_bare, o, 0},
	};

	race("write", 1, ways, 2, runs, 1.3);
}

int
main(int argc, char **argv)
{
	size_t n = argc == 5 ? strtoul(argv[2], NULL, 10) : 0;
	size_t runs = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
	struct tree t;
	struct ours o;

	if (n == 0 || runs == 0)
		errx(2, "usage: io DIRECTORY FILES RUNS tree|race");
	tree_open(&t, argv[1], n);
	if (strcmp(argv[4], "race") == 0) {
		ours_open(&o, &t);
		race_scans(&o, runs);
		race_reads(&o, runs);
		watching_race(&t, o.io, runs);
		race_writes(&o, runs * 10);
		ours_close(&o);
	}
	tree_close(&t);
	return 0;
}
