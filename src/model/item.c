/* SPDX-License-Identifier: MIT */
#include "model/item.h"

#include <string.h>

#include "base/stamp.h"

static const char *const statuses[] = {
	[STATUS_NEW] = "new",
	[STATUS_SCOPING] = "scoping",
	[STATUS_READY] = "ready",
	[STATUS_IN_PROGRESS] = "in_progress",
	[STATUS_DONE] = "done",
	[STATUS_BLOCKED] = "blocked",
};
const struct names status_names = NAMES(statuses, STATUSES);

static const char *const sizes[] = {
	[SIZE_SMALL] = "small",
	[SIZE_MEDIUM] = "medium",
	[SIZE_LARGE] = "large",
};
const struct names size_names = NAMES(sizes, SIZES);

static const char *const levels[] = {
	[LEVEL_LOW] = "low",
	[LEVEL_MEDIUM] = "medium",
	[LEVEL_HIGH] = "high",
};
const struct names level_names = NAMES(levels, LEVELS);

static const char *const pools[] = {
	[POOL_PRE] = "pre",
	[POOL_MAIN] = "main",
};
const struct names pool_names = NAMES(pools, POOLS);

static const char *const blocked_types[] = {
	[BLOCKED_CLARIFICATION] = "clarification",
	[BLOCKED_DECISION] = "decision",
};
const struct names blocked_type_names = NAMES(blocked_types, BLOCKED_TYPES);

struct str
item_pipeline(const struct item *it)
{
	return str_is_set(it->pipeline_type) ? it->pipeline_type
					     : DEFAULT_PIPELINE;
}

int64_t
item_created_ns(const struct item *it)
{
	int64_t ns;

	return stamp_parse(it->created, &ns) ? ns : INT64_MAX;
}

bool
description_is_empty(const struct description *d)
{
	return str_is_empty(d->context) && str_is_empty(d->problem) &&
		str_is_empty(d->solution) && str_is_empty(d->impact) &&
		str_is_empty(d->sizing_rationale);
}

bool
item_is_shared(const struct item *a, const struct item *b)
{
	/* Padding may differ: then it is not seen to be shared. */
	const void *p = a, *q = b;

	return memcmp(p, q, sizeof(*a)) == 0;
}

bool
item_equal(const struct item *a, const struct item *b)
{
	if (item_is_shared(a, b))
		return true;
	for (size_t i = 0; i < item_fields.n; i++)
		if (!field_equal(&item_fields.fields[i], a, b))
			return false;
	return true;
}

static struct str_list
list_copy(struct str_list list, struct arena *a)
{
	struct str *items = ARENA_ARRAY(a, struct str, list.n);

	for (size_t i = 0; i < list.n; i++)
		items[i] = arena_str(a, list.items[i]);
	return (struct str_list){.items = items, .n = list.n};
}

/* Replace what the fields of the record at `base` borrow by copies. */
static void
fields_own(const struct field *fields, size_t n, char *base, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *f = &fields[i];
		if (f->kind == FIELD_TEXT) {
			struct str s = arena_str(a, field_text(f, base));
			memcpy(base + f->offset, &s, sizeof(s));
		} else if (f->kind == FIELD_LIST) {
			struct str_list *list = field_list(f, base);
			*list = list_copy(*list, a);
		} else if (f->kind == FIELD_MAP) {
			fields_own(f->sub, f->sub_n, base + f->offset, a);
		}
	}
}

struct item
item_copy(const struct item *it, struct arena *a)
{
	struct item copy = *it;

	fields_own(item_fields.fields, item_fields.n, (char *)&copy, a);
	return copy;
}
