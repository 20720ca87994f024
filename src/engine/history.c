/* SPDX-License-Identifier: MIT */
#include "engine/history.h"

#include "base/vec.h"
#include "engine/engine-priv.h"
#include "engine/lines.h"
#include "store/events.h"

/* Longer values are only said to have changed. */
enum { VALUE_MAX = 60 };

struct history {
	struct project *project;
	struct history_options o;
	struct events_reader reader;
	struct fio_watch watch;
	bool open; /* there is a log */
};

static const struct kinds {
	enum event_kind event;
	enum events_kind record;
} logged[] = {
	{EVENT_PHASE_STARTED, EVENTS_RUN_STARTED},
	{EVENT_PHASE_ENDED, EVENTS_RUN_ENDED},
	{EVENT_COMMITTED, EVENTS_COMMITTED},
	{EVENT_RECOVERED, EVENTS_RECOVERED},
	{EVENT_NOTICE, EVENTS_NOTICE},
};

enum { LOGGED = sizeof(logged) / sizeof(logged[0]) };

/* The saves of a run log what they change themselves. */
void
engine_log(struct engine *g, const struct event *ev)
{
	struct events_record r = {
		.time_ns = ev->unix_ns,
		.item = ev->item,
		.title = ev->title,
		.phase = ev->phase,
		.run = ev->run,
		.agent = ev->agent,
		.attempt = ev->attempt,
		.attempts = ev->attempts,
		.outcome = ev->outcome,
		.where = ev->where,
		.commit = ev->commit,
		.elapsed_ns = ev->elapsed_ns,
	};

	r.text = str_is_set(ev->text) ? ev->text : ev->summary;
	if (!str_is_empty(ev->reason))
		r.text = ev->reason;
	for (size_t i = 0; i < LOGGED; i++) {
		if (logged[i].event != ev->kind)
			continue;
		r.kind = logged[i].record;
		events_add(g->project->store, &r);
	}
}

static bool
is_short(struct str s)
{
	return s.n <= VALUE_MAX;
}

static void
add_field(struct buf *b, const struct events_field *f)
{
	if (b->n > 0)
		buf_add_c(b, ", ");
	if (!str_is_set(f->to))
		buf_add_c(b, "no more ");
	buf_add_str(b, f->name);
	if (!is_short(f->from) || !is_short(f->to)) {
		buf_add_c(b, " changed");
		return;
	}
	if (!str_is_set(f->to))
		return;
	buf_add_char(b, ' ');
	if (str_is_set(f->from)) {
		buf_add_str(b, f->from);
		buf_add_c(b, " -> ");
	}
	buf_add_str(b, f->to);
}

static struct event
event_of_change(const struct events_change *c, struct arena *a)
{
	struct event ev = {.item = c->item, .title = c->title, .text = c->how};
	CLEANUP_BUF struct buf text = {0};

	switch (c->what) {
	case EVENTS_ADDED:
		ev.kind = EVENT_ADDED;
		return ev;
	case EVENTS_LEFT:
		ev.kind = EVENT_LEFT;
		ev.where = c->into;
		ev.reason = c->text;
		return ev;
	case EVENTS_CHANGED:
	case EVENTS_WHATS:
		break;
	}
	ev.kind = EVENT_CHANGED;
	for (size_t i = 0; i < c->fields_n; i++)
		add_field(&text, &c->fields[i]);
	ev.text = arena_str(a, buf_str(&text));
	return ev;
}

/* Of every record but a save. */
static struct event
event_of_record(const struct events_record *r)
{
	struct event ev = {
		.kind = EVENT_NOTICE,
		.item = r->item,
		.title = r->title,
		.phase = r->phase,
		.run = r->run,
		.agent = r->agent,
		.attempt = r->attempt,
		.attempts = r->attempts,
		.outcome = r->outcome,
		.where = r->where,
		.text = r->text,
		.commit = r->commit,
		.elapsed_ns = r->elapsed_ns,
	};

	for (size_t i = 0; i < LOGGED; i++)
		if (logged[i].record == r->kind)
			ev.kind = logged[i].event;
	if (r->kind == EVENTS_EDITED)
		ev.kind = EVENT_EDITED;
	if (r->kind == EVENTS_REJECTED)
		ev.kind = EVENT_REJECTED;
	if (r->kind == EVENTS_RUN_ENDED)
		ev.summary = r->text;
	return ev;
}

static void
translate(const struct history *h, const struct events_record *r,
	struct arena *a, struct history_entry *ret)
{
	bool save = r->kind == EVENTS_SAVED;
	size_t n = save ? r->changes_n : 1, kept = 0;
	struct event *events = ARENA_ARRAY(a, struct event, n);

	for (size_t i = 0; i < n; i++) {
		events[kept] = save ? event_of_change(&r->changes[i], a)
				    : event_of_record(r);
		events[kept].unix_ns = r->time_ns;
		if (!str_is_set(h->o.item) ||
			str_eq(events[kept].item, h->o.item))
			kept++;
	}
	*ret = (struct history_entry){
		.line = r->line, .events = events, .n = kept};
}

int
history_next(struct history *h, struct arena *a, struct history_entry *ret,
	struct problems *notes, struct err *e)
{
	struct events_record r;

	if (!h->open)
		return 1;
	for (;;) {
		int rc = events_next(&h->reader, a, &r, notes, e);
		if (rc != 0)
			return rc;
		translate(h, &r, a, ret);
		bool asked = !str_is_set(h->o.item) || ret->n > 0;
		if (asked && r.time_ns >= h->o.since_ns)
			return 0;
	}
}

/* Before the log is read, so that nothing comes in between. */
static int
watch(struct history *h, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct project *p = h->project;

	if (events_prepare(p->store, e) < 0 ||
		fio_watch_open(&h->watch, p->sys, e) < 0)
		return -1;
	struct str dir = arena_strf(&tmp, "%s/" EVENTS_DIR, project_root(p));
	return fio_watch_add(&h->watch, dir.s, e);
}

int
history_open(struct history **ret, struct project *p,
	const struct history_options *o, struct err *e)
{
	struct history *h = mem_alloc(sizeof(*h));

	h->project = p;
	h->o = *o;
	if (o->ago_ns > 0)
		h->o.since_ns =
			p->sys->clock(p->sys, SYS_CLOCK_UNIX) - o->ago_ns;
	h->watch.fd = -1;
	h->reader.dir = FIO_DIR_NONE;
	/* Watching makes .weir/, which is for projects alone. */
	int rc = o->follow ? project_check_backlog(p, e) : 0;
	if (rc == 0 && o->follow)
		rc = watch(h, e);
	if (rc == 0)
		rc = events_open(&h->reader, &p->root, e);
	if (rc < 0) {
		history_close(h);
		return -1;
	}
	h->open = rc == 0;
	*ret = h;
	return 0;
}

int
history_wait(struct history *h, int out_fd, struct err *e)
{
	int rc;

	do {
		rc = lines_wait(h->project->sys, h->watch.fd, out_fd, e);
		if (rc != 0)
			return rc;
		rc = fio_watch_drain(&h->watch, e);
	} while (rc == 0);
	return rc < 0 ? -1 : 0;
}

void
history_close(struct history *h)
{
	if (h == NULL)
		return;
	events_close(&h->reader);
	fio_watch_close(&h->watch);
	mem_free(h);
}
