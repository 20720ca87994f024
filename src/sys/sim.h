/* SPDX-License-Identifier: MIT */
#ifndef SYS_SIM_H
#define SYS_SIM_H

#include "base/arena.h"
#include "sys/sys.h"

/*
 * A disk in memory that forgets what was not synced, and the process that uses
 * it. The table it hands out behaves as the kernel does until the machine
 * stops; then every disk that a power cut at that call could have left can be
 * had, each with a process of its own to recover on it.
 *
 *	struct sim *s = sim_new(1);
 *	… prepare files through sim_sys(s), or by sim_put …
 *	sim_stop_at(s, 17);             the 17th call from now is not made
 *	work(sim_sys(s));
 *	if (!sim_is_dead(s)) …          it needs fewer calls
 *	struct sim_images im;
 *	sim_images_init(&im, s, &(struct sim_images_how){.seed = 1});
 *	for (uint64_t i = 0; i < im.n; i++) {
 *		struct sim *disk = sim_images_get(&im, i);
 *		recover(sim_sys(disk));
 *		sim_free(disk);
 *	}
 *	sim_images_release(&im);
 *	sim_free(s);
 *
 * What the disk promises, and nothing beyond it: a file's bytes after an
 * fsync of it; a directory's entries after an fsync of that directory; a
 * rename inside one directory happens as a whole; of a rename across two, the
 * old name goes only if the new one came. Everything else may be there or
 * not: of a file's unsynced writes none, the first few, part of one, zeros of
 * the new length, or any of its 4 KiB blocks; of a directory's unsynced
 * creations, renames and removals any subset. Syncing a file does not make
 * its name durable, nor the reverse. Inode numbers are used again after a
 * power cut. Source: reliability of ext4, xfs and btrfs as measured in
 * docs/crash-model.md.
 *
 * Times come from a clock that moves a little with every call and by the
 * timeout of poll; file times have the 4 ms grain the kernel's have. Chance
 * comes from the seed: the same calls give the same answers.
 *
 * Not there: symbolic links, hard links, devices, processes, watches. A call
 * that would need them is a BUG, for nothing that is tried here makes it.
 */

struct sim;

struct sim *sim_new(uint64_t seed); /* an empty root directory, all durable */
void sim_free(struct sim *s);	    /* NULL is fine */

/* AT_FDCWD is the root, and so is "/". */
struct sys *sim_sys(struct sim *s);

/*
 * Stop before the `call`-th call from now (1 is the next; 0: never), where
 * clock, random and getpid are none. From then on every call fails with EIO and
 * changes nothing, but the clock moves, so that whoever waits for something
 * gives up.
 */
void sim_stop_at(struct sim *s, uint64_t call);
bool sim_is_dead(const struct sim *s);
/* Descriptors that are open; a process that has ended well has none. */
size_t sim_open_files(const struct sim *s);
/* How often anything on the disk, or pending, may have changed: while this is
 * the same a stop leaves the same disks. */
uint64_t sim_changes(const struct sim *s);

/*
 * Look at the disk before each call that is counted, the dead's excepted: one
 * run then shows what a stop at each of its calls would leave. `each` may take
 * copies and images of the disk, and must not use it. NULL: nobody looks.
 */
void sim_watch(struct sim *s, void (*each)(void *arg), void *arg);

/* How an fsync fails. In all of them a later one succeeds. */
enum sim_fsync {
	SIM_FSYNC_GOOD,
	SIM_FSYNC_CLEAN,   /* pages marked clean: reads see the new bytes, the
			      disk has the old ones (ext4, xfs) */
	SIM_FSYNC_REVERT,  /* the same, and reads see the old ones (btrfs) */
	SIM_FSYNC_REACHED, /* the bytes are on the disk all the same */
	SIM_FSYNCS
};
/* The `nth` fsync from now (1 is the next; 0: none) fails like this. Of a
 * directory all are the same: what was pending may or may not be there. */
void sim_fail_fsync(struct sim *s, uint64_t nth, enum sim_fsync how);
/* How many have failed that way. */
uint64_t sim_fsync_hits(const struct sim *s);

/*
 * The process died, the machine goes on: a new process sees what the old one
 * had done, synced or not, and a power cut can still undo it. The caller's.
 */
struct sim *sim_after_kill(const struct sim *s);

/* The disks a power cut now could leave. */
struct sim_images_how {
	uint64_t seed;
	uint64_t exhaustive; /* at most so many one by one; 0: 4096 */
	uint64_t samples;    /* of more than that, so many; 0: 1024 */
	/* A file of this name keeps only what was synced: one image instead
	 * of several that nobody could tell apart. NULL: none. */
	const char *ignore;
};

struct sim_images {
	uint64_t n; /* of images; never 0 */
	bool sampled;
	size_t moves; /* pending changes of directories */
	const struct sim *of;
	uint64_t seed;
	struct sim_choices *choices;
};

/* `of` is borrowed until the release, and must not be used meanwhile. */
void sim_images_init(struct sim_images *ret, const struct sim *of,
	const struct sim_images_how *how);
/* The i-th: always the same one. Different ones may be the same disk. */
struct sim *sim_images_get(const struct sim_images *im, uint64_t i);
void sim_images_release(struct sim_images *im);

/* The same for the same names, kinds, modes and bytes; what is pending does not
 * count. */
uint64_t sim_digest(const struct sim *s);

/*
 * Look without calling: every regular file as reads see it, in the order of
 * paths ("a/b"). Borrowed until the next call.
 */
struct sim_file {
	const char *path;
	struct str bytes;
};
void sim_list(const struct sim *s, struct arena *a, const struct sim_file **ret,
	size_t *ret_n);
/* One of them; absent where there is no such file. */
struct str sim_get(const struct sim *s, const char *path);

/* Somebody else saved a file, durably, under a new inode; directories are made
 * as needed. Nothing of its name may be pending. */
void sim_put(struct sim *s, const char *path, struct str bytes);

#endif
