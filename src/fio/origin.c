/* SPDX-License-Identifier: MIT */
#include "fio/origin.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "fio/pool.h"

#define KEPT   4096
#define CHAINS 1024
#define TTL_NS (600 * NS_PER_SEC)

/* A ring of the last notes; those of one file are in one chain. */
struct fio_origins {
	struct sys *sys;
	struct fio_mutex *mutex;
	uint64_t noted; /* ever; the last one's number */
	struct note {
		uint64_t number; /* 0: none */
		uint64_t before; /* the number of the one before in its chain */
		struct fio_written file;
		struct fio_digest digest;
		int64_t at_ns;
		char *origin;
	} notes[KEPT];
	uint64_t chains[CHAINS]; /* the number of the last one; 0: none */
};

struct fio_origins *
fio_origins_new(struct sys *sys)
{
	struct fio_origins *o = mem_alloc(sizeof(*o));

	o->sys = sys;
	o->mutex = fio_mutex_new();
	return o;
}

void
fio_origins_free(struct fio_origins *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++)
		mem_free(o->notes[i].origin);
	fio_mutex_free(o->mutex);
	mem_free(o);
}

static uint64_t *
chain_of(struct fio_origins *o, struct fio_inode file)
{
	return &o->chains[fio_inode_hash(file) % CHAINS];
}

/* NULL when it made room for another. */
static struct note *
note_of(struct fio_origins *o, uint64_t number)
{
	struct note *n = &o->notes[number % KEPT];

	return number != 0 && n->number == number ? n : NULL;
}

struct fio_written
fio_written_of(const struct stat *file, struct fio_inode dir, const char *name)
{
	return (struct fio_written){
		.file = fio_inode_of(file),
		.dir = dir,
		.name = fio_digest(str_from(name)),
		.mtime_ns = stamp_ns(file->st_mtim),
		.mode = file->st_mode,
		.uid = file->st_uid,
		.gid = file->st_gid,
	};
}

static bool
is_as_written(const struct fio_written *a, const struct fio_written *b)
{
	return fio_inode_cmp(a->file, b->file) == 0 &&
		fio_inode_cmp(a->dir, b->dir) == 0 &&
		fio_digest_eq(a->name, b->name) && a->mtime_ns == b->mtime_ns &&
		a->mode == b->mode && a->uid == b->uid && a->gid == b->gid;
}

void
fio_origins_note(struct fio_origins *o, const struct fio_written *file,
	struct fio_digest digest, const char *origin)
{
	char *copy = NULL;

	if (origin != NULL) {
		copy = mem_alloc(FIO_ORIGIN_SIZE);
		(void)snprintf(copy, FIO_ORIGIN_SIZE, "%s", origin);
	}
	fio_mutex_take(o->mutex);
	uint64_t *chain = chain_of(o, file->file);
	struct note *n = &o->notes[++o->noted % KEPT];
	mem_free(n->origin);
	*n = (struct note){
		.number = o->noted,
		.before = *chain,
		.file = *file,
		.digest = digest,
		.at_ns = o->sys->clock(o->sys, SYS_CLOCK_ELAPSED),
		.origin = copy,
	};
	*chain = o->noted;
	fio_mutex_drop(o->mutex);
}

/* The last one of this file before `n`, or the last of all; NULL: none. */
static const struct note *
next_of(struct fio_origins *o, struct fio_inode file, const struct note *n)
{
	int64_t since = o->sys->clock(o->sys, SYS_CLOCK_ELAPSED) - TTL_NS;

	n = note_of(o, n == NULL ? *chain_of(o, file) : n->before);
	while (n != NULL && fio_inode_cmp(n->file.file, file) != 0)
		n = note_of(o, n->before);
	return n != NULL && n->at_ns >= since ? n : NULL;
}

bool
fio_origins_has(struct fio_origins *o, struct fio_inode file)
{
	fio_mutex_take(o->mutex);
	bool has = next_of(o, file, NULL) != NULL;
	fio_mutex_drop(o->mutex);
	return has;
}

bool
fio_origins_find(struct fio_origins *o, const struct fio_written *file,
	struct fio_digest digest, uint64_t since, char ret[FIO_ORIGIN_SIZE])
{
	const struct note *n = NULL;

	fio_mutex_take(o->mutex);
	do
		n = next_of(o, file->file, n);
	while (n != NULL && n->number > since &&
		!(fio_digest_eq(n->digest, digest) &&
			is_as_written(&n->file, file)));
	bool found = n != NULL && n->number > since;
	(void)snprintf(ret, FIO_ORIGIN_SIZE, "%s",
		found && n->origin != NULL ? n->origin : "");
	fio_mutex_drop(o->mutex);
	return found;
}

uint64_t
fio_origins_mark(struct fio_origins *o)
{
	fio_mutex_take(o->mutex);
	uint64_t noted = o->noted;
	fio_mutex_drop(o->mutex);
	return noted;
}
