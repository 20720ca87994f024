/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_PROJECT_PRIV_H
#define ENGINE_PROJECT_PRIV_H

#include "engine/project.h"
#include "fio/dir.h"
#include "store/store.h"

#define CONFIG_FILE	"weir.yaml"
#define DEFAULT_BACKLOG "BACKLOG.yaml"

struct project {
	struct sys *sys;
	struct fio_dir root;
	struct str path; /* absolute */
	struct arena arena;
	struct config config;
	struct store *store;
};

/*
 * The current directory, and the nearest one from there upwards that holds
 * weir.yaml or BACKLOG.yaml, the same when none does: absolute, without links.
 */
int project_find(struct sys *sys, struct arena *a, struct str *ret_here,
	struct str *ret_root, struct err *e);

#endif
