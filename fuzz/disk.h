/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_DISK_H
#define FUZZ_DISK_H

/* A project on a simulated disk, for targets that need the whole store. */

#include <fcntl.h>

#include "store/store.h"
#include "sys/sim.h"

#define DISK_NOW ((int64_t)1795172446 * 1000000000) /* 2026-11-20 */

struct disk {
	struct sim *sim;
	struct fio_dir root;
	struct store *store;
};

static inline void
disk_open(struct disk *d, const char *backlog)
{
	struct err e = {0};

	d->sim = sim_new(1);
	d->root = FIO_DIR_NONE;
	sim_put(d->sim, "BACKLOG.yaml", str_from(backlog));
	if (fio_dir_open(&d->root, sim_sys(d->sim), AT_FDCWD, ".", &e) < 0 ||
		store_open(&d->store, &d->root, STR("BACKLOG.yaml"), STR("WRK"),
			&e) < 0)
		BUG("no store: %s", e.msg);
}

static inline void
disk_close(struct disk *d)
{
	store_close(d->store);
	fio_dir_close(&d->root);
	if (sim_open_files(d->sim) > 0)
		BUG("a file is left open");
	sim_free(d->sim);
}

/* Absent without such a file; borrowed until the next call that writes. */
static inline struct str
disk_get(const struct disk *d, const char *path)
{
	return sim_get(d->sim, path);
}

#endif
