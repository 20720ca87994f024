/* SPDX-License-Identifier: MIT */
#include "sys/sim.h"

#include <string.h>

#include "base/err.h"
#include "sys/sim-priv.h"

/* What others see of a disk and do to it, without calls. */

static uint64_t
digest_of(const struct sim *s, uint32_t ino)
{
	const struct sim_inode *in = sim_inode(s, ino);
	uint64_t h = sim_mix((uint64_t)in->kind ^ (uint64_t)in->mode << 8);
	size_t n;

	if (in->kind == SIM_FILE)
		return sim_mix(h ^ sim_bytes_digest(in->now));
	const struct sim_entry *e = sim_entries(in->now, &n);
	for (size_t i = 0; i < n; i++) {
		for (const char *c = e[i].name; *c != '\0'; c++)
			h = sim_mix(h ^ (uint64_t)(unsigned char)*c);
		h = sim_mix(h ^ digest_of(s, e[i].ino));
	}
	return sim_mix(h + n);
}

uint64_t
sim_digest(const struct sim *s)
{
	return digest_of(s, SIM_ROOT);
}

struct listing {
	const struct sim *s;
	struct arena *a;
	VEC(struct sim_file) files;
};

static void
list_dir(struct listing *l, const char *path, uint32_t ino)
{
	size_t n;
	const struct sim_entry *e = sim_entries(sim_inode(l->s, ino)->now, &n);

	for (size_t i = 0; i < n; i++) {
		const struct sim_inode *in = sim_inode(l->s, e[i].ino);
		const char *below = arena_strf(l->a, "%s%s", path, e[i].name).s;
		if (in->kind == SIM_DIR)
			list_dir(l, arena_strf(l->a, "%s/", below).s, e[i].ino);
		else
			VEC_PUSH(&l->files,
				((struct sim_file){.path = below,
					.bytes = str_of(
						in->now->p, in->now->n)}));
	}
}

void
sim_list(const struct sim *s, struct arena *a, const struct sim_file **ret,
	size_t *ret_n)
{
	struct listing l = {.s = s, .a = a};

	list_dir(&l, "", SIM_ROOT);
	struct sim_file *copy = ARENA_ARRAY(a, struct sim_file, l.files.n);
	for (size_t i = 0; i < l.files.n; i++)
		copy[i] = l.files.items[i];
	*ret = copy;
	*ret_n = l.files.n;
	VEC_RELEASE(&l.files);
}

/* Make the move both for reads and on the disk. */
static void
set_both(struct sim_inode *dir, const char *name, uint32_t ino)
{
	struct sim_move m = {.n = 1};

	sim_entry_set(&m.set[0], name, ino);
	struct sim_bytes *now = sim_moved(dir->now, &m);
	struct sim_bytes *durable = sim_moved(dir->durable, &m);
	sim_bytes_unref(dir->now);
	sim_bytes_unref(dir->durable);
	dir->now = now;
	dir->durable = durable;
}

static uint32_t
add_both(struct sim *s, uint32_t dir, const char *name, enum sim_kind kind)
{
	uint32_t ino = sim_inode_new(s, kind, kind == SIM_DIR ? 0755 : 0644);

	sim_inode(s, ino)->nlink = 1;
	set_both(sim_inode(s, dir), name, ino);
	return ino;
}

/* Takes the first name off the path; false: it is the last one, no directory's.
 */
static bool
next_dir(const char **path, char ret[SIM_NAME_MAX + 1])
{
	size_t n = strcspn(*path, "/");

	if (n > SIM_NAME_MAX)
		BUG("the name '%s' is too long", *path);
	if ((*path)[n] == '\0')
		return false;
	memcpy(ret, *path, n);
	ret[n] = '\0';
	*path += n + 1;
	return true;
}

struct str
sim_get(const struct sim *s, const char *path)
{
	char name[SIM_NAME_MAX + 1];
	uint32_t ino = SIM_ROOT;

	while (ino != 0 && sim_inode(s, ino)->kind == SIM_DIR &&
		next_dir(&path, name))
		ino = sim_lookup(sim_inode(s, ino)->now, name);
	if (ino == 0 || sim_inode(s, ino)->kind != SIM_DIR)
		return STR_ABSENT;
	ino = sim_lookup(sim_inode(s, ino)->now, path);
	if (ino == 0 || sim_inode(s, ino)->kind != SIM_FILE)
		return STR_ABSENT;
	const struct sim_bytes *now = sim_inode(s, ino)->now;
	return str_of(now->p, now->n);
}

/* The directory of the path's last component, made when it is not there. */
static uint32_t
dir_of(struct sim *s, const char **path)
{
	char name[SIM_NAME_MAX + 1];
	uint32_t dir = SIM_ROOT;

	while (next_dir(path, name)) {
		uint32_t next = sim_lookup(sim_inode(s, dir)->now, name);
		dir = next != 0 ? next : add_both(s, dir, name, SIM_DIR);
	}
	return dir;
}

void
sim_put(struct sim *s, const char *path, struct str bytes)
{
	uint32_t dir = dir_of(s, &path);
	uint32_t old = sim_lookup(sim_inode(s, dir)->now, path);
	uint32_t ino = add_both(s, dir, path, SIM_FILE);
	s->changes++;
	struct sim_inode *in = sim_inode(s, ino);

	if (old != 0)
		sim_inode(s, old)->nlink--;
	sim_bytes_unref(in->now);
	sim_bytes_unref(in->durable);
	in->now = sim_bytes_new(bytes.s, bytes.n);
	in->durable = sim_bytes_ref(in->now);
}
