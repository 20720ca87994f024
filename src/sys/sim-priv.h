/* SPDX-License-Identifier: MIT */
#ifndef SYS_SIM_PRIV_H
#define SYS_SIM_PRIV_H

#include "base/vec.h"
#include "sys/sim.h"

/*
 * An inode is what reads see (`now`), what the disk has (`durable`) and the
 * ordered steps in between. Bytes are shared between disks and never changed
 * once they are: a step makes new ones.
 */
struct sim_bytes {
	uint64_t refs;
	uint64_t digest; /* 0: not known yet */
	size_t n;
	char p[];
};

struct sim_bytes *sim_bytes_new(const void *p, size_t n); /* p NULL: zeros */
struct sim_bytes *sim_bytes_ref(struct sim_bytes *b);
void sim_bytes_unref(struct sim_bytes *b);
uint64_t sim_bytes_digest(struct sim_bytes *b);

/* A step of a file. */
struct sim_write {
	struct sim_bytes *after;
	size_t at, n; /* what was written; n 0: it was cut or lengthened */
};

enum { SIM_NAME_MAX = 119, SIM_OPEN_MAX = 64 };

/* The content of a directory is an array of these, sorted by name. */
struct sim_entry {
	uint32_t ino; /* in a move: 0 when the name goes */
	char name[SIM_NAME_MAX + 1];
};

/* A step of a directory: one or two names that change as a whole. */
struct sim_move {
	struct sim_entry set[2];
	size_t n;
	uint64_t id;	/* counts over the whole disk */
	uint64_t needs; /* the id without which it cannot be there; or 0 */
};

enum sim_kind { SIM_FREE, SIM_FILE, SIM_DIR };

struct sim_inode {
	enum sim_kind kind;
	mode_t mode, durable_mode;
	uid_t uid;
	gid_t gid;
	nlink_t nlink;
	int64_t mtime_ns, ctime_ns;
	struct sim_bytes *now, *durable;
	VEC(struct sim_write) writes;
	VEC(struct sim_move) moves;
};

struct sim_open {
	uint32_t ino; /* 0: this descriptor is free */
	int flags;
	size_t at;
	short lock;
};

enum {
	SIM_ROOT = 1, /* inode 0 is none */
	SIM_FIRST_FD = 3,
};

struct sim {
	struct sys sys; /* first: the calls find the rest from it */
	VEC(struct sim_inode) inodes;
	struct sim_open open[SIM_OPEN_MAX]; /* descriptor 3 is the first */
	int64_t now_ns;
	uint64_t seed, chance;
	uint64_t calls, stop_at, fsyncs, fail_fsync, fsync_hits;
	enum sim_fsync fail_how;
	uint64_t last_move, changes;
	void (*each)(void *arg);
	void *each_arg;
	bool dead;
};

/* sim.c */
struct sim *sim_of(struct sys *s);
/* Count a call: 0, or -EIO when the machine has stopped. */
int sim_step(struct sim *s);
struct sim *sim_blank(uint64_t seed, int64_t now_ns);
uint64_t sim_mix(uint64_t x);
int64_t sim_file_time(const struct sim *s);

/* sim-inode.c */
struct sim_inode *sim_inode(const struct sim *s, uint32_t ino);
uint32_t sim_inode_new(struct sim *s, enum sim_kind kind, mode_t mode);
void sim_inode_copy(struct sim_inode *ret, const struct sim_inode *from);
void sim_inode_release(struct sim_inode *in);
void sim_inode_settle(struct sim_inode *in);

void sim_entry_set(struct sim_entry *e, const char *name, uint32_t ino);
const struct sim_entry *sim_entries(const struct sim_bytes *dir, size_t *ret_n);
uint32_t sim_lookup(const struct sim_bytes *dir, const char *name);
/* The directory's bytes with the move made. */
struct sim_bytes *
sim_moved(const struct sim_bytes *dir, const struct sim_move *m);
/* Make it in `in`, pending. */
void sim_push_move(struct sim *s, struct sim_inode *in, struct sim_move m);
/* The directory's fsync, and what it draws after it in others. */
void sim_sync_moves(struct sim *s, struct sim_inode *in);

/* sim-name.c */
void sim_inode_stat(const struct sim *s, uint32_t ino, struct stat *ret);

/* sim-file.c, sim-name.c: fill their part of the table. */
void sim_file_calls(struct sys *t);
void sim_name_calls(struct sys *t);

#endif
