/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_DOCTOR_H
#define ENGINE_DOCTOR_H

#include "engine/project.h"
#include "store/doctor.h"
#include "store/renumber.h"

/*
 * Everything there is to know about the health of a project: its backlog, the
 * files around it (store/doctor.h), what weir.yaml names, its runs and their
 * processes.
 *
 *	struct findings f = {.a = &arena};
 *	project_examine(p, environ, &f, &e);
 *	findings_release(&f);
 *
 * Examining takes no lock and changes nothing on disk.
 */

/* ERR_MISSING: there is no backlog; what else was found is in `f` even then.
 * `environ` is ours: agents are looked for on its PATH. */
int project_examine(struct project *p, const char *const *environ,
	struct findings *f, struct err *e);

/* After a call that the kernel has refused, and what was `said` of it: whose
 * the file is that weir may not use. False: that is not why. */
bool project_denied(struct project *p, struct str said, struct err *ret);

/* As doctor_mend. */
int project_mend(struct project *p, struct arena *a, struct str_list *ret_done,
	struct err *e);

/* As store_renumber. */
int project_renumber(struct project *p, struct str id, struct arena *a,
	struct renumbered *ret, struct err *e);

#endif
