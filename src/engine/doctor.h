/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_DOCTOR_H
#define ENGINE_DOCTOR_H

#include "engine/project.h"
#include "store/doctor.h"
#include "store/renumber.h"

/*
 * Everything there is to know about the health of a project: its backlog, the
 * files around it (store/doctor.h), its runs and their processes.
 *
 *	struct findings f = {.a = &arena};
 *	project_examine(p, &f, &e);
 *	findings_release(&f);
 *
 * Examining takes no lock and changes nothing on disk.
 */

/* ERR_MISSING: there is no backlog; what else was found is in `f` even then. */
int project_examine(struct project *p, struct findings *f, struct err *e);

/* As doctor_mend. */
int project_mend(struct project *p, struct arena *a, struct str_list *ret_done,
	struct err *e);

/* As store_renumber. */
int project_renumber(struct project *p, struct str id, struct arena *a,
	struct renumbered *ret, struct err *e);

#endif
