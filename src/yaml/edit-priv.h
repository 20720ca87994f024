/* SPDX-License-Identifier: MIT */
#ifndef YAML_EDIT_PRIV_H
#define YAML_EDIT_PRIV_H

#include "yaml/edit.h"
#include "yaml/emit-priv.h"
#include "yaml/spot-priv.h"

/*
 * From calls to bytes. edit.c keeps the calls; site.c finds where the
 * collection of each stands; job.c makes one job of all calls about one
 * collection; block.c and flow.c turn a job into splices, replace.c gives one
 * pair a new value; splice.c puts the splices into the bytes.
 */

enum {
	/* libyaml reads no key of more than 1024 characters; in escapes one
	 * byte becomes up to four. */
	KEY_MAX = 1000,
};

enum yaml_call_kind { CALL_SET, CALL_UNSET, CALL_APPEND, CALL_REMOVE };

struct yaml_call {
	enum yaml_call_kind kind;
	const struct yaml_node *node;
	struct str key;
	struct yaml_value value;
	size_t index; /* set: the pair to go behind; remove: the entry */
};

/* Where a collection stands. */
struct site {
	const struct yaml_node *node;
	const struct yaml_node *parent; /* NULL: the root */
	size_t index;			/* in the parent */
	size_t depth;			/* of the root: 0 */
};

/* Delete `n` bytes at `at` and put `text` there. */
struct splice {
	size_t at, n;
	struct str text;
	bool lines; /* the text is whole lines: begin a new one for it */
};

struct splices {
	struct splice *items;
	struct diff_edit *done; /* by splice_plan: n of them, in order */
	size_t n, cap;
	struct arena *a;
};

/*
 * Several that only insert at one place come out in the order they were added:
 * what ends an inner collection is to be added before what ends an outer one.
 */
void splice_add(struct splices *s, const struct splice *x);
/* Bytes [from, to) give way to a copy of the text. */
void splice_put(struct splices *s, size_t from, size_t to, struct str text);
/* Into s->done. ERR_CONFLICT when two touch the same bytes. */
int
splice_plan(struct splices *s, struct str bytes, struct str eol, struct err *e);

/* A child of a collection and what becomes of it. */
struct child {
	bool gone;
	const struct yaml_value *value; /* the new one of a pair */
	size_t above; /* the nearest before it that stays; SIZE_MAX: none */
};

/* A new child. */
struct fresh {
	size_t after; /* SIZE_MAX: before the first */
	struct str key;
	const struct yaml_value *value;
};

/* A call and where its collection stands. */
struct placed {
	const struct yaml_call *call;
	struct site site;
};

/* One collection and all that is asked of it. */
struct job {
	struct site site;
	struct child *children; /* site.node->n of them */
	size_t kept;
	struct fresh *fresh; /* by place, then in the order of the calls */
	size_t n;
};

/* The document and what is made of it. */
struct workshop {
	struct str bytes;
	const struct yaml_node *root;
	struct emit_habit habit;
	struct arena *a;
	struct splices splices;
};

/* Fill `ret`; ERR_CONFLICT when the place is shared with another. */
int site_find(const struct workshop *w, const struct yaml_node *node,
	struct site *ret, struct err *e);
/* May this value be written over? */
int site_check_value(const struct workshop *w, const struct yaml_node *mapping,
	size_t i, struct err *e);
/* May these bytes go? Not when an alias elsewhere needs an anchor there. */
int site_check_removal(
	const struct workshop *w, const struct yaml_node *n, struct err *e);

/* job.c: the calls, by collection, as splices. */
int job_run(struct workshop *w, struct placed *placed, size_t n, struct err *e);

int block_work(struct workshop *w, const struct job *j, struct err *e);
/* When lines are added below a block scalar that ends the document without a
 * line break: it gets "-", for a line break would be new text, and one with
 * "+" loses the spaces below it, which would be. */
void block_keep_last_text(struct workshop *w);
int flow_work(struct workshop *w, const struct job *j, struct err *e);

/* The i-th pair of a mapping gets a value. */
int replace_value(struct workshop *w, const struct site *mapping, size_t i,
	const struct yaml_value *v, struct err *e);
/* An empty collection in flow style becomes one in block style where its place
 * allows, and the other way round. */
int replace_collection(struct workshop *w, const struct site *s,
	const struct yaml_value *v, struct err *e);

#endif
