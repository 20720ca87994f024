/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_EDIT_H
#define ENGINE_EDIT_H

#include "engine/project.h"

/*
 * One item as text in a file of its own, for a person's editor.
 *
 *	struct item_edit x;
 *	item_edit_begin(p, id, a, &x, &e);
 *	do
 *		edit_run(p, editor, x.path, envp, &status, &e);
 *	while (item_edit_save(p, &x, &saved, &e) < 0 && again);
 *	item_edit_end(p, &x);
 *
 * The file lies in .weir/, readable by nobody else, and stays until
 * item_edit_end: what a person wrote is never lost to a mistake in it. The
 * lock is held only while it is saved; see store/rewrite.h for what is saved. A
 * text by which the item would wait for itself is ERR_INPUT.
 */
struct item_edit {
	struct str id;
	struct str path;  /* of the file, absolute */
	struct str name;  /* of the file, from the project */
	struct str was;	  /* the item's text that a save replaces */
	struct str shown; /* what stood in the file before the person had it */
	struct arena *a;  /* of all the above */
};

int item_edit_begin(struct project *p, struct str id, struct arena *a,
	struct item_edit *ret, struct err *e);

/* 0: saved. 1: the person has changed nothing. ERR_INPUT, ERR_CONFLICT and
 * ERR_MISSING as store_rewrite; ERR_MISSING, too, without the file. */
int item_edit_save(struct project *p, const struct item_edit *x,
	struct project_saved *ret, struct err *e);

/* After ERR_CONFLICT: put what the item says now below the person's text, for
 * comparison, and let the next save replace that. */
int item_edit_renew(struct project *p, struct item_edit *x, struct err *e);

/* True when the file holds something the person wrote, or may: it is there and
 * cannot be read. */
bool item_edit_is_touched(struct project *p, const struct item_edit *x);

/* Remove the file. */
void item_edit_end(struct project *p, const struct item_edit *x);

/* The same without a file: `text`, from `source`, replaces what the item says
 * now. 1: it says so already. */
int item_edit_text(struct project *p, struct str id, struct str text,
	const char *source, struct project_saved *ret, struct err *e);

/* Run the editor, a command line for the shell, on the file; see
 * proc/terminal.h. */
int edit_run(struct project *p, const char *editor, struct str path,
	const char *const *envp, int *ret_status, struct err *e);

#endif
