/* SPDX-License-Identifier: MIT */
#include "engine/engine-priv.h"

#include <stdarg.h>

#include "plan/deps.h"

/* Items that are done but still in the file count, as do those that have
 * left it in this run. */
static void
count(const struct engine *g, struct event *ev)
{
	const struct snapshot *s = g->coordinator.now;

	ev->done = g->done.n;
	ev->total = s->n + g->done.n;
	for (size_t i = 0; i < s->n; i++)
		ev->done += s->items[i].status == STATUS_DONE;
}

static void
show(struct engine *g, struct event ev)
{
	const struct event_sink *sink = &g->options->sink;

	count(g, &ev);
	if (sink->on_event != NULL)
		sink->on_event(sink->ctx, &ev);
}

void
engine_emit(struct engine *g, struct event ev)
{
	struct err warning;

	ev.unix_ns = g->sys->clock(g->sys, SYS_CLOCK_UNIX);
	show(g, ev);
	if (g->options->cap > 0)
		engine_log(g, &ev);
	/* The log cannot tell what is wrong with it. */
	if (store_warning(g->project->store, &warning))
		show(g,
			(struct event){.kind = EVENT_NOTICE,
				.unix_ns = ev.unix_ns,
				.text = str_from(warning.msg)});
}

struct event
engine_event_of(enum event_kind kind, const struct task *t)
{
	return (struct event){
		.kind = kind,
		.item = t->record.item,
		.title = t->title,
		.phase = t->record.phase,
		.agent = t->record.agent,
		.run = t->record.id,
		.attempt = t->record.attempt,
		.attempts = t->attempts,
	};
}

void
engine_notice(struct engine *g, const char *fmt, ...)
{
	CLEANUP_BUF struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	engine_emit(g,
		(struct event){.kind = EVENT_NOTICE, .text = buf_str(&text)});
}

void
engine_added(struct engine *g, struct str_list ids, const char *from)
{
	for (size_t i = 0; i < ids.n; i++) {
		const struct item *it =
			snapshot_find(g->coordinator.now, ids.items[i]);
		if (it == NULL)
			continue;
		struct run_line line = {
			.id = arena_str(&g->lines, it->id),
			.title = arena_str(&g->lines, it->title),
			.text = arena_str(&g->lines, str_from(from)),
		};
		VEC_PUSH(&g->added, line);
		engine_emit(g,
			(struct event){.kind = EVENT_ADDED,
				.item = line.id,
				.title = line.title,
				.text = line.text});
	}
}

static struct run_lines
copy_lines(const struct run_line *lines, size_t n, struct arena *a)
{
	struct run_line *copy = ARENA_ARRAY(a, struct run_line, n);

	for (size_t i = 0; i < n; i++)
		copy[i] = (struct run_line){
			.id = arena_str(a, lines[i].id),
			.title = arena_str(a, lines[i].title),
			.text = arena_str(a, lines[i].text),
		};
	return (struct run_lines){.items = copy, .n = n};
}

/* Those of one kind, behind the `*ret_n` that are there; all have room. */
static void
add_lines(const struct plan *p, bool blocked, bool held, struct arena *a,
	struct run_line *lines, size_t *ret_n)
{
	for (size_t i = 0; i < p->verdicts_n; i++) {
		const struct verdict *v = &p->verdicts[i];
		const struct item *it = v->item;
		if (it->status == STATUS_DONE ||
			v->kind == VERDICT_UNTARGETED ||
			(it->status == STATUS_BLOCKED) != blocked ||
			(v->kind == VERDICT_HELD) != held)
			continue;
		lines[(*ret_n)++] = (struct run_line){
			.id = arena_str(a, it->id),
			.title = arena_str(a, it->title),
			.text = arena_str(a,
				blocked && str_is_set(it->blocked_reason)
					? it->blocked_reason
					: v->why),
		};
	}
}

/* Those that are held come first, for nothing but a person helps them. */
static struct run_lines
lines_of(const struct plan *p, bool blocked, struct arena *a)
{
	struct run_line *lines = ARENA_ARRAY(a, struct run_line, p->verdicts_n);
	size_t n = 0;

	add_lines(p, blocked, true, a, lines, &n);
	add_lines(p, blocked, false, a, lines, &n);
	return (struct run_lines){.items = lines, .n = n};
}

/* What `waiting` waits for, directly or not: items of the snapshot that are
 * neither done nor targets. */
static struct str_list
find_needed(const struct snapshot *s, struct run_lines waiting,
	struct str_list targets, struct arena *a)
{
	struct str *ids = ARENA_ARRAY(a, struct str, s->n);
	struct str_list needed = {.items = ids};

	for (size_t i = 0; i < waiting.n + needed.n; i++) {
		struct str id = i < waiting.n ? waiting.items[i].id
					      : ids[i - waiting.n];
		const struct item *it = snapshot_find(s, id);
		for (size_t k = 0; it != NULL && k < it->dependencies.n; k++) {
			struct str on = it->dependencies.items[k];
			if (dep_state(s, on) == DEP_WAITING &&
				snapshot_find(s, on) != NULL &&
				!str_list_has(targets, on) &&
				!str_list_has(needed, on))
				ids[needed.n++] = arena_str(a, on);
		}
	}
	return needed;
}

/* What stands in the way of the targets, judged as if it were one. */
static void
look_around(
	const struct plan_input *in, struct arena *a, struct run_summary *ret)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct plan_input all = *in;
	struct plan p;

	ret->needed = find_needed(in->snapshot, ret->waiting, in->targets, a);
	all.targets = (struct str_list){0};
	plan_select(&all, &tmp, &p);
	for (size_t i = 0; i < p.verdicts_n; i++) {
		const struct verdict *v = &p.verdicts[i];
		if (v->kind != VERDICT_DONE &&
			!str_list_has(in->targets, v->item->id))
			ret->others_open = true;
		if ((v->kind == VERDICT_BLOCKED || v->kind == VERDICT_BROKEN ||
			    v->kind == VERDICT_HELD) &&
			!str_is_set(ret->stuck) &&
			str_list_has(ret->needed, v->item->id))
			ret->stuck = arena_str(a, v->item->id);
	}
}

void
engine_summarize(struct engine *g, struct arena *a, struct run_summary *ret)
{
	struct plan_input in = {
		.snapshot = g->coordinator.now,
		.config = g->config,
		.targets = g->options->targets,
		.starts_left = g->options->cap - g->started,
		.now_ns = g->sys->clock(g->sys, SYS_CLOCK_ELAPSED),
	};
	CLEANUP_ARENA struct arena tmp = {0};
	struct plan p;

	holds_for_plan(&g->holds, g->coordinator.turn, &tmp, &in);
	plan_select(&in, &tmp, &p);
	ret->halt = g->halt;
	ret->signal = g->signal;
	ret->phases = g->started;
	ret->done = copy_lines(g->done.items, g->done.n, a);
	ret->added = copy_lines(g->added.items, g->added.n, a);
	ret->blocked = lines_of(&p, true, a);
	ret->waiting = lines_of(&p, false, a);
	ret->targets = in.targets;
	if (in.targets.n > 0)
		look_around(&in, a, ret);
}
