/* SPDX-License-Identifier: MIT */
#include "store/snapshots-priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/stamp.h"

#define TRASH_KEPT_NS (24 * 3600 * NS_PER_SEC)
/* File times have the kernel's grain, coarser than its clock. */
#define GRAIN_NS (20 * NS_PER_MS)

enum { SNAPSHOTS_MAX = 20 };

/* 0: there is none. */
static int64_t
newest_ns(const struct fio_dir *state)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_FIO_DIR struct fio_dir d = FIO_DIR_NONE;
	struct str_list files = {0};
	struct err ignored;
	struct fio_kept k;
	int64_t newest = 0;

	if (fio_dir_open_in(&d, state, SNAPSHOTS_DIR, &ignored) == 0)
		(void)fio_dir_list(&d, "", &tmp, &files, &ignored);
	for (size_t i = 0; i < files.n; i++)
		if (fio_kept_parse_any(files.items[i], &k) && k.at_ns > newest)
			newest = k.at_ns;
	return newest;
}

struct fio_keep
snapshots_keep(const struct fio_dir *state)
{
	return (struct fio_keep){.dir = state,
		.old = SNAPSHOTS_DIR,
		.odd = SNAPSHOTS_TRASH_DIR,
		.after_ns = newest_ns(state)};
}

struct fio_keep
snapshots_trash(const struct fio_dir *state)
{
	return (struct fio_keep){.dir = state,
		.old = SNAPSHOTS_TRASH_DIR,
		.odd = SNAPSHOTS_TRASH_DIR};
}

/* What somebody who had it open may have written into it is not removed. */
static bool
is_intact(const struct fio_dir *d, const char *file, const struct fio_kept *k)
{
	struct fio_version v = {.exists = true, .digest = k->digest};
	struct err ignored;
	struct stat st;

	if (fio_stat(d, file, &st, &ignored) != 0)
		return false;
	/* The move changed its ctime. When that seems to lie before the move,
	 * the clock was set back, and a write since would seem to as well. */
	if (stamp_ns(st.st_mtim) < k->at_ns - GRAIN_NS &&
		stamp_ns(st.st_ctim) >= k->at_ns - GRAIN_NS)
		return true;
	v.size = st.st_size;
	return fio_is_version(d, file, &v, &ignored) == 0;
}

/* Intact ones go, others go where they stay. */
static void
drop(const struct fio_dir *state, const struct fio_dir *d, struct str file,
	const char *name, const struct fio_kept *k)
{
	char as[500];

	if (is_intact(d, file.s, k)) {
		fio_drop(d, file.s);
		return;
	}
	struct str rest = str_from_at(file, str_from(name).n + 1);
	(void)snprintf(as, sizeof(as), "%s.conflict-%.*s", name, STR_ARG(rest));
	(void)fio_dir_keep(d, file.s, state, SNAPSHOTS_TRASH_DIR, as);
}

void
snapshots_prune(const struct fio_dir *state, const char *name)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_FIO_DIR struct fio_dir d = FIO_DIR_NONE;
	struct str_list files;
	struct err ignored;
	struct fio_kept k;
	size_t kept = 0;

	if (fio_dir_open_in(&d, state, SNAPSHOTS_DIR, &ignored) < 0 ||
		fio_dir_list(&d, name, &tmp, &files, &ignored) < 0)
		return;
	/* Names sort by time: the newest are last. */
	for (size_t i = files.n; i-- > 0;) {
		if (!fio_kept_parse(files.items[i], name, &k))
			continue;
		if (++kept > SNAPSHOTS_MAX)
			drop(state, &d, files.items[i], name, &k);
	}
}

void
snapshots_empty_trash(
	const struct fio_dir *state, const char *name, int64_t now_ns)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_FIO_DIR struct fio_dir d = FIO_DIR_NONE;
	struct str_list files;
	struct err ignored;
	struct fio_kept k;

	if (fio_dir_open_in(&d, state, SNAPSHOTS_TRASH_DIR, &ignored) < 0 ||
		fio_dir_list(&d, name, &tmp, &files, &ignored) < 0)
		return;
	for (size_t i = 0; i < files.n; i++)
		if (fio_kept_parse(files.items[i], name, &k) &&
			now_ns - k.at_ns > TRASH_KEPT_NS)
			drop(state, &d, files.items[i], name, &k);
}
