/* SPDX-License-Identifier: MIT */
#include "model/legacy.h"

static const char *const legacy_statuses[] = {
	[LEGACY_NEW] = "new",
	[LEGACY_RESEARCHING] = "researching",
	[LEGACY_SCOPED] = "scoped",
	[LEGACY_READY] = "ready",
	[LEGACY_IN_PROGRESS] = "in_progress",
	[LEGACY_DONE] = "done",
	[LEGACY_BLOCKED] = "blocked",
};
const struct names legacy_status_names =
	NAMES(legacy_statuses, LEGACY_STATUSES);

enum item_status
legacy_status_now(enum legacy_status s)
{
	static const enum item_status now[LEGACY_STATUSES] = {
		[LEGACY_NEW] = STATUS_NEW,
		[LEGACY_RESEARCHING] = STATUS_SCOPING,
		[LEGACY_SCOPED] = STATUS_READY,
		[LEGACY_READY] = STATUS_READY,
		[LEGACY_IN_PROGRESS] = STATUS_IN_PROGRESS,
		[LEGACY_DONE] = STATUS_DONE,
		[LEGACY_BLOCKED] = STATUS_BLOCKED,
	};

	return now[s];
}

/* Where its phase is looked up: what it is in, or goes back to. */
static enum item_status
place_of(const struct item *it)
{
	return it->status == STATUS_BLOCKED ? it->blocked_from_status
					    : it->status;
}

static void
drop_phase(struct item *it)
{
	it->phase = STR_ABSENT;
	it->phase_pool = POOL_UNSET;
}

void
legacy_lift(struct item *it, uint64_t schema)
{
	if (schema != 1)
		return;
	if (!str_is_set(it->pipeline_type))
		it->pipeline_type = DEFAULT_PIPELINE;
	if (it->status == STATUS_SCOPING)
		it->phase = STR_ABSENT;
	it->phase_pool =
		it->status == STATUS_IN_PROGRESS && str_is_set(it->phase)
		? POOL_MAIN
		: POOL_UNSET;
}

static bool
has_phase(const struct pipeline_config *p, const struct item *it)
{
	enum item_status place = place_of(it);

	return (place != STATUS_SCOPING &&
		       pipeline_phase(p, POOL_MAIN, it->phase) != NULL) ||
		(place != STATUS_IN_PROGRESS &&
			pipeline_phase(p, POOL_PRE, it->phase) != NULL);
}

void
legacy_fit(struct item *it, uint64_t schema, const struct config *c)
{
	const struct pipeline_config *p = config_pipeline(c, item_pipeline(it));

	if (p == NULL)
		return;
	if (place_of(it) == STATUS_SCOPING && p->pre_n == 0 &&
		!it->requires_human_review) {
		if (it->status == STATUS_BLOCKED)
			it->blocked_from_status = STATUS_READY;
		else
			it->status = STATUS_READY;
		drop_phase(it);
	}
	if (schema == 1 && str_is_set(it->phase) && !has_phase(p, it))
		drop_phase(it);
}

struct snapshot *
legacy_fitted(const struct snapshot *from, const struct config *c)
{
	struct snapshot *s = snapshot_new();
	struct item *items = ARENA_ARRAY(&s->arrays, struct item, from->n);
	struct archived *gone =
		ARENA_ARRAY(&s->arrays, struct archived, from->archived_n);

	if (!snapshot_hold(s, from))
		BUG("a backlog that was just read holds earlier ones");
	for (size_t i = 0; i < from->n; i++) {
		items[i] = from->items[i];
		legacy_fit(&items[i], from->older_schema, c);
	}
	for (size_t i = 0; i < from->archived_n; i++)
		gone[i] = from->archived[i];
	s->generation = from->generation;
	s->older_schema = from->older_schema;
	s->partial = from->partial;
	s->next_item_id = from->next_item_id;
	s->applied = from->applied;
	snapshot_seal(s, items, from->n, gone, from->archived_n);
	return s;
}

/*
 * Descriptions.
 */
enum { CONTEXT, PROBLEM, SOLUTION, IMPACT, SIZING_RATIONALE, SECTIONS };

static bool
opens(struct str line, struct str heading)
{
	if (line.n < heading.n)
		return false;
	for (size_t i = 0; i < heading.n; i++) {
		char c = line.s[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != heading.s[i])
			return false;
	}
	return true;
}

/* The section the line opens, SECTIONS for none; `*line` is what follows. */
static int
heading_of(struct str *line)
{
	static const struct str headings[SECTIONS] = {
		[CONTEXT] = STR("context:"),
		[PROBLEM] = STR("problem:"),
		[SOLUTION] = STR("solution:"),
		[IMPACT] = STR("impact:"),
		[SIZING_RATIONALE] = STR("sizing rationale:"),
	};

	for (int i = 0; i < SECTIONS; i++) {
		if (!opens(*line, headings[i]))
			continue;
		*line = str_trim(str_from_at(*line, headings[i].n));
		return i;
	}
	return SECTIONS;
}

static struct str
section_keep(const struct buf *text, struct arena *a)
{
	struct str s = str_trim(buf_str(text));

	return s.n > 0 ? arena_str(a, s) : STR_ABSENT;
}

/* Texts by section; at SECTIONS what stands before the first heading. */
static bool
cut(struct str text, struct buf parts[SECTIONS + 1])
{
	bool dropped = false;
	int at = SECTIONS;
	struct str line;

	while (str_next_line(&text, &line)) {
		line = str_trim(line);
		int opened = heading_of(&line);
		if (opened < SECTIONS) {
			at = opened;
			dropped |= str_trim(buf_str(&parts[at])).n > 0;
			buf_reset(&parts[at]);
		}
		buf_add_str(&parts[at], line);
		buf_add_char(&parts[at], '\n');
	}
	return dropped;
}

void
legacy_description(struct str text, struct arena *a, struct description *ret,
	bool *ret_dropped)
{
	struct buf parts[SECTIONS + 1] = {0};
	bool headed = false;

	*ret_dropped = cut(text, parts);
	for (int i = 0; i < SECTIONS; i++)
		headed |= parts[i].n > 0;
	struct buf *context = &parts[SECTIONS];
	if (headed) {
		buf_add_str(context, buf_str(&parts[CONTEXT]));
	} else {
		buf_reset(context);
		buf_add_str(context, text);
	}
	*ret = (struct description){
		.context = section_keep(context, a),
		.problem = section_keep(&parts[PROBLEM], a),
		.solution = section_keep(&parts[SOLUTION], a),
		.impact = section_keep(&parts[IMPACT], a),
		.sizing_rationale = section_keep(&parts[SIZING_RATIONALE], a),
	};
	for (int i = 0; i <= SECTIONS; i++)
		buf_release(&parts[i]);
}
