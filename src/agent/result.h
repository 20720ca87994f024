/* SPDX-License-Identifier: MIT */
#ifndef AGENT_RESULT_H
#define AGENT_RESULT_H

#include "base/arena.h"
#include "fio/dir.h"
#include "model/result.h"

/*
 * Reading what an agent left, after its whole process tree is gone. The file
 * is untrusted: it must be a regular file with one link, not a symlink, at
 * most 1 MiB, strict UTF-8, one JSON object at most 32 deep without duplicate
 * keys or anything after it, and be about what was asked. Its item and phase
 * must be said; its run need not be, for agents forget and every run has a path
 * of its own, but what is said must be true.
 *
 * Keys are those of struct result; `null` counts as absent; unknown keys are
 * ignored, wrong types and unknown enum values are not. Strings are at most
 * 64 KiB, follow-ups and duplicates at most 100 each.
 */

enum { RESULT_BYTES_MAX = 1024 * 1024, RESULT_DEPTH_MAX = 32 };

struct result_asked {
	struct str item_id, phase, run_id;
};

/*
 * ERR_MISSING: there is no result. ERR_INPUT, ERR_LIMIT: the reason it is not
 * accepted, in a sentence that is shown to people and to the next attempt.
 */
int result_read(const struct fio_dir *run_dir, const char *name,
	const struct result_asked *asked, struct arena *a, struct result *ret,
	struct err *e);

/* The same from bytes; `file` is for messages. */
int result_parse(struct str bytes, const char *file, struct arena *a,
	struct result *ret, struct err *e);

#endif
