/* SPDX-License-Identifier: MIT */
#include "cli/events-priv.h"

#include <time.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "cli/json-priv.h"

enum { INDENT = 9 }; /* "11:00:46 " */

/* An event in words: "WRK-001 plan" "done in 12s, now build" … */
struct telling {
	struct buf who, what;
	enum paint paint;
	struct str title, said;
};

static void
telling_release(struct telling *t)
{
	buf_release(&t->who);
	buf_release(&t->what);
}

struct ending {
	const char *outcome, *words, *took; /* before the time it took */
	enum paint paint;
	const char *where; /* before event.where; NULL: does not matter */
};

static const struct ending endings[] = {
	{"advanced", "done", " in ", PAINT_GREEN, ", now "},
	{"again", "went on", " for ", PAINT_GREEN, NULL},
	{"done", "done", " in ", PAINT_GREEN, ", item "},
	{"merged", "done", " in ", PAINT_GREEN, ", merged into "},
	{"blocked", "blocked", " after ", PAINT_RED, NULL},
	{"retry", "failed", " after ", PAINT_YELLOW, NULL},
	{"given_up", "failed for good", " after ", PAINT_RED, NULL},
	{"moved", "done", " in ", PAINT_YELLOW, ", but the item was moved to "},
	{"agent_died", "agent died", " after ", PAINT_YELLOW, NULL},
	{"interrupted", "was interrupted", " after ", PAINT_YELLOW, NULL},
	{"stopped", "stopped", " after ", PAINT_YELLOW, NULL},
};

static void
tell_end(const struct event *ev, struct telling *t)
{
	struct ending how = {NULL, "ended", " after ", PAINT_NONE, NULL};
	char elapsed[STAMP_SIZE];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (str_eq_c(ev->outcome, endings[i].outcome))
			how = endings[i];
	buf_add_c(&t->what, how.words);
	/* Of one that an earlier weir has started nobody knows. */
	if (ev->elapsed_ns > 0) {
		duration_format(ev->elapsed_ns, elapsed);
		buf_addf(&t->what, "%s%s", how.took, elapsed);
	}
	if (how.where != NULL && str_is_set(ev->where)) {
		buf_add_c(&t->what, how.where);
		utf8_add_printable(&t->what, ev->where);
	}
	t->paint = how.paint;
	t->said = str_is_empty(ev->reason) ? ev->summary : ev->reason;
}

static void
tell_start(const struct event *ev, struct telling *t)
{
	buf_add_c(&t->what, "started (agent ");
	utf8_add_printable(&t->what, ev->agent);
	if (ev->attempt > 1)
		buf_addf(&t->what, ", attempt %u of %u", ev->attempt,
			ev->attempts);
	buf_add_char(&t->what, ')');
	t->title = ev->title;
}

static void
tell_of_item(const struct event *ev, struct telling *t)
{
	switch (ev->kind) {
	case EVENT_PROMOTED:
		buf_add_c(&t->what, "begins with ");
		utf8_add_printable(&t->what, ev->where);
		t->title = ev->title;
		return;
	case EVENT_BLOCKED:
		buf_add_c(&t->what, "blocked");
		t->paint = PAINT_RED;
		t->said = ev->reason;
		return;
	case EVENT_ADDED:
		buf_add_c(&t->what, "added");
		if (str_is_empty(ev->text)) {
			t->title = ev->title;
			return;
		}
		buf_add_c(&t->what, " (");
		utf8_add_printable(&t->what, ev->text);
		buf_add_char(&t->what, ')');
		t->title = ev->title;
		return;
	case EVENT_COMMITTED:
		if (!str_is_set(ev->item))
			buf_add_c(&t->what, "backlog ");
		buf_add_c(&t->what, "committed as ");
		utf8_add_printable(&t->what,
			str_of(ev->commit.s,
				ev->commit.n < 10 ? ev->commit.n : 10));
		t->paint = PAINT_DIM;
		return;
	case EVENT_CHANGED:
		utf8_add_printable(&t->what, ev->text);
		return;
	case EVENT_LEFT:
		buf_add_c(&t->what, "left the backlog, ");
		utf8_add_printable(&t->what, ev->text);
		if (str_is_set(ev->where)) {
			buf_add_c(&t->what, " into ");
			utf8_add_printable(&t->what, ev->where);
		}
		t->said = ev->reason;
		return;
	case EVENT_RECOVERED:
		buf_add_c(&t->what, "taken up again");
		t->said = ev->text;
		return;
	default:
		return;
	}
}

static void
tell_of_run(const struct event *ev, struct telling *t)
{
	switch (ev->kind) {
	case EVENT_RUN_STARTED:
		buf_addf(&t->what, "run started, %zu of %zu items done",
			ev->done, ev->total);
		return;
	case EVENT_REJECTED:
		buf_add_c(&t->what, "not taken from the inbox");
		t->paint = PAINT_YELLOW;
		t->said = ev->text;
		return;
	case EVENT_EDITED:
		buf_add_c(&t->what,
			"the backlog was edited, or a save is missing here");
		t->paint = PAINT_YELLOW;
		return;
	case EVENT_NOTICE:
		buf_add_c(&t->what, "note");
		t->paint = PAINT_YELLOW;
		t->said = ev->text;
		return;
	case EVENT_STOPPING:
		buf_add_c(&t->what, "stopping");
		t->paint = PAINT_YELLOW;
		t->said = ev->text;
		return;
	case EVENT_FINISHED:
		buf_add_c(&t->what, "run ended");
		t->said = ev->text;
		return;
	default:
		return;
	}
}

static void
tell(const struct event *ev, struct telling *t)
{
	utf8_add_printable(&t->who, ev->item);
	if (t->who.n > 0 && !str_is_empty(ev->phase))
		buf_add_char(&t->who, ' ');
	utf8_add_printable(&t->who, ev->phase);
	if (ev->kind == EVENT_PHASE_STARTED)
		tell_start(ev, t);
	else if (ev->kind == EVENT_PHASE_ENDED)
		tell_end(ev, t);
	else if (str_is_set(ev->item) || ev->kind == EVENT_COMMITTED)
		tell_of_item(ev, t);
	else
		tell_of_run(ev, t);
}

static void
add_time(struct buf *b, int64_t unix_ns, bool dated, bool colour)
{
	time_t seconds = (time_t)(unix_ns / NS_PER_SEC);
	struct str day = STR("2026-11-20 ");
	char text[32];
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL ||
		strftime(text, sizeof(text), "%F %T", &tm) == 0)
		return;
	paint_add(b, colour, PAINT_DIM, str_from(text + (dated ? 0 : day.n)));
	buf_add_char(b, ' ');
}

void
event_add_line(struct buf *b, const struct event *ev, bool dated)
{
	struct telling t __attribute__((cleanup(telling_release))) = {0};

	tell(ev, &t);
	add_time(b, ev->unix_ns, dated, false);
	if (t.who.n > 0) {
		buf_add_str(b, buf_str(&t.who));
		buf_add_char(b, ' ');
	}
	buf_add_str(b, buf_str(&t.what));
	if (!str_is_empty(t.title)) {
		buf_add_char(b, ' ');
		utf8_add_printable(b, t.title);
	}
	if (!str_is_empty(t.said)) {
		buf_add_c(b, ": ");
		utf8_add_printable(b, str_trim(t.said));
	}
	buf_add_char(b, '\n');
}

/* "WRK-001 plan done in 12s, now build  Title"; painted where it fits on one
 * line. */
static void
add_head(struct buf *b, const struct telling *t, struct str title, size_t width,
	bool colour)
{
	struct buf text CLEANUP_BUF = {0};

	buf_add_str(&text, buf_str(&t->who));
	if (text.n > 0)
		buf_add_char(&text, ' ');
	buf_add_str(&text, buf_str(&t->what));
	size_t used = INDENT + utf8_columns(buf_str(&text));
	if (width > 0 && used > width) {
		text_add(b, buf_str(&text), INDENT, width);
		return;
	}
	paint_add(b, colour, PAINT_BOLD, buf_str(&t->who));
	if (t->who.n > 0)
		buf_add_char(b, ' ');
	paint_add(b, colour, t->paint, buf_str(&t->what));
	if (title.n > 0 && (width == 0 || used + 2 < width)) {
		buf_add_c(b, "  ");
		utf8_add_cut(b, title, width > 0 ? width - used - 2 : SIZE_MAX);
	}
	buf_add_char(b, '\n');
}

void
event_add_lines(
	struct buf *b, const struct event *ev, size_t width, bool colour)
{
	struct telling t __attribute__((cleanup(telling_release))) = {0};
	struct buf title CLEANUP_BUF = {0};

	tell(ev, &t);
	utf8_add_printable(&title, ev->title);
	add_time(b, ev->unix_ns, false, colour);
	add_head(b, &t, buf_str(&title), width, colour);
	if (str_is_empty(t.said))
		return;
	buf_add_repeat(b, ' ', INDENT);
	text_add(b, t.said, INDENT, width);
}

static void
set_text(json_t *o, const char *key, struct str s)
{
	if (str_is_set(s))
		json_object_set_new(o, key, json_text(s));
}

json_t *
event_json(const struct event *ev)
{
	json_t *o = json_object();
	char time[STAMP_SIZE];

	stamp_format(ev->unix_ns, time);
	json_object_set_new(o, "event",
		json_string(names_get(&event_names, (int)ev->kind)));
	json_object_set_new(o, "time", json_string(time));
	set_text(o, "item", ev->item);
	set_text(o, "title", ev->title);
	set_text(o, "phase", ev->phase);
	set_text(o, "agent", ev->agent);
	set_text(o, "run", ev->run);
	if (ev->attempts > 0) {
		json_object_set_new(o, "attempt", json_count(ev->attempt));
		json_object_set_new(o, "attempts", json_count(ev->attempts));
	}
	set_text(o, "outcome", ev->outcome);
	set_text(o, "summary", ev->summary);
	set_text(o, "reason", ev->reason);
	set_text(o, "where", ev->where);
	set_text(o, "text", ev->text);
	set_text(o, "commit", ev->commit);
	if (ev->kind == EVENT_PHASE_ENDED)
		json_object_set_new(
			o, "elapsed", json_real((double)ev->elapsed_ns / 1e9));
	json_object_set_new(o, "items", json_count(ev->total));
	json_object_set_new(o, "items_done", json_count(ev->done));
	return o;
}
