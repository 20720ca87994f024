/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CHANGE_PRIV_H
#define MODEL_CHANGE_PRIV_H

#include "base/vec.h"
#include "model/change.h"

/*
 * A snapshot on the way to its next generation. Items keep their index until
 * all changes are made; one that left is only marked as gone. They begin as
 * what they were, sharing every string; a change puts new strings in.
 */
struct edit {
	const struct snapshot *from;
	const struct change_env *env;
	struct snapshot *next; /* strings that stay are put in its arena */
	bool shares;	       /* those of `from` stay where they are */
	struct arena tmp;
	struct item *items;
	size_t n;
	bool *gone, *touched;
	size_t *merged_into; /* of a gone item: index of its target, or NONE */
	size_t merges;
	struct strmap added_by_id; /* the others are found through `from` */
	struct str now;
	uint64_t mark;
	VEC(struct str) added, applied;
	VEC(struct departed) departed;
};

#define EDIT_NONE SIZE_MAX

/* Start from what is there, with room for `adds` more items. */
void edit_init(struct edit *d, const struct snapshot *from,
	const struct change_env *env, size_t adds);
/* Gives up what was not handed over by edit_seal. */
void edit_release(struct edit *d);
/* The next snapshot with everything in it; it is the caller's from here on. */
void edit_seal(struct edit *d, struct change_effects *ret);

/* The item's index, be it gone or not. */
bool edit_index(const struct edit *d, struct str id, size_t *ret);
/* The item's index; ERR_MISSING when it is not there (any more). */
int edit_find(const struct edit *d, struct str id, size_t *ret, struct err *e);

/* The item leaves. `reason` and `into` are in the next snapshot's arena. */
void edit_depart(struct edit *d, size_t i, enum departure how,
	struct str reason, struct str into);

int edit_merge(struct edit *d, const struct change *c, struct err *e);

/* Point every dependency on a merged item to what took it over. */
void edit_repoint(struct edit *d);

#endif
