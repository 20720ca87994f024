/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ITEM_H
#define MODEL_ITEM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/names.h"
#include "base/str.h"

/*
 * One piece of work as BACKLOG.yaml holds it, and the one table of its fields
 * that reading, writing, comparing and showing all walk.
 *
 * Items live in a snapshot's arena and are never changed there. Strings may be
 * borrowed from the file's bytes, so they are not terminated; an absent string,
 * an UNSET enum and an empty list all mean that the file does not have the key.
 */

/* In a byte: a backlog of many items is little else. */
#define ITEM_ENUM __attribute__((packed))

enum ITEM_ENUM item_status {
	STATUS_NEW,
	STATUS_SCOPING,
	STATUS_READY,
	STATUS_IN_PROGRESS,
	STATUS_DONE,
	STATUS_BLOCKED,
	STATUSES
};

enum ITEM_ENUM item_size {
	SIZE_UNSET,
	SIZE_SMALL,
	SIZE_MEDIUM,
	SIZE_LARGE,
	SIZES
};
enum ITEM_ENUM level {
	LEVEL_UNSET,
	LEVEL_LOW,
	LEVEL_MEDIUM,
	LEVEL_HIGH,
	LEVELS
};
enum ITEM_ENUM phase_pool { POOL_UNSET, POOL_PRE, POOL_MAIN, POOLS };
enum ITEM_ENUM blocked_type {
	BLOCKED_UNSET,
	BLOCKED_CLARIFICATION, /* a person must answer a question */
	BLOCKED_DECISION,      /* a person must choose or allow */
	BLOCKED_TYPES
};

extern const struct names status_names;
extern const struct names size_names;
extern const struct names level_names;
extern const struct names pool_names;
extern const struct names blocked_type_names;

struct description {
	struct str context, problem, solution, impact, sizing_rationale;
};

/* Levels a person accepted with `weir unblock --accept-risk`. */
struct guardrail_levels {
	enum item_size size;
	enum level complexity, risk;
};

struct item {
	struct str id, title;
	struct str phase;
	struct str origin;
	struct str blocked_reason;
	struct str unblock_context;
	struct str_list tags, dependencies;
	struct str created, updated; /* RFC 3339, kept as written */
	struct str pipeline_type;    /* absent means "feature" */
	struct description description;
	struct str last_phase_commit;
	enum item_status status;
	enum item_size size;
	enum level complexity, risk, impact;
	bool requires_human_review;
	/* Only while status is blocked; STATUSES when absent. */
	enum item_status blocked_from_status;
	enum blocked_type blocked_type;
	enum phase_pool phase_pool;
	struct guardrail_levels guardrails_accepted;
};

/* What an item without a `pipeline_type` runs through. */
#define DEFAULT_PIPELINE STR("feature")

struct str item_pipeline(const struct item *it);

/* Nanoseconds since 1970 of `created`; INT64_MAX when it does not parse, so
 * that an item of unknown age is the youngest. */
int64_t item_created_ns(const struct item *it);

bool description_is_empty(const struct description *d);

/*
 * The fields in file order. FIELD_MAP fields have `sub` fields, whose offsets
 * are relative to the map's own place in the item.
 */
enum field_kind {
	FIELD_TEXT, /* struct str */
	FIELD_ENUM, /* an enum with a name table; absent when it has no name */
	FIELD_BOOL, /* bool; "true" or "false", never absent */
	FIELD_LIST, /* struct str_list of scalars */
	FIELD_MAP,
};

struct field {
	const char *name; /* the key in BACKLOG.yaml */
	size_t name_n;	  /* its bytes */
	enum field_kind kind;
	size_t offset;
	const struct names *names; /* FIELD_ENUM */
	int absent;		   /* FIELD_ENUM: the value that means absent */
	const struct field *sub;   /* FIELD_MAP */
	size_t sub_n;
	bool required;
};

struct field_table {
	const struct field *fields;
	size_t n;
};

extern const struct field_table item_fields;

/* NULL when there is no such field. */
const struct field *field_find(const struct field_table *t, struct str name);

/*
 * "did you mean" for a field's name, or one in a map ("description.problem"):
 * the nearest, else one that `name` is a part of. NULL when there is neither.
 */
const char *
field_nearest(const struct field_table *t, struct str name, struct arena *a);

/* Text of a TEXT, ENUM or BOOL field of the record at `base`; absent when
 * the field is. */
struct str field_text(const struct field *f, const void *base);

/*
 * Set a TEXT, ENUM or BOOL field from text; absent unsets it. The text is
 * borrowed. ERR_INPUT names the accepted values: "'huge' is not one of small,
 * medium or large". The caller wraps it with place and field.
 */
int field_set_text(
	const struct field *f, void *base, struct str value, struct err *e);

/* Of a LIST field: what it holds, and itself. */
struct str_list field_texts(const struct field *f, const void *base);
struct str_list *field_list(const struct field *f, void *base);
const void *field_map(const struct field *f, const void *base);

/* Same value; maps field by field. */
bool field_equal(const struct field *f, const void *a, const void *b);
bool item_equal(const struct item *a, const struct item *b);

/* The same to the last pointer, as in two generations that share it. Two that
 * are equal may not be. */
bool item_is_shared(const struct item *a, const struct item *b);

/* A deep copy whose strings live in `a`. */
struct item item_copy(const struct item *it, struct arena *a);

#endif
