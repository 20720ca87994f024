/* SPDX-License-Identifier: MIT */
#include "cli/live-priv.h"

#include "base/arena.h"
#include "base/stamp.h"
#include "base/utf8.h"

enum { BAR = 30, BAR_NEEDS = 56 };

/* A running phase. */
struct live_row {
	struct arena arena;
	struct str run, id, phase, agent, title; /* printable but the run */
	unsigned int attempt;
	int64_t since_ns;
};

static struct str
printable(struct arena *a, struct str s)
{
	struct buf b CLEANUP_BUF = {0};

	utf8_add_printable(&b, s);
	return arena_str(a, buf_str(&b));
}

static void
add_row(struct live *l, const struct event *ev)
{
	struct live_row *r = mem_alloc(sizeof(*r));

	r->run = arena_str(&r->arena, ev->run);
	r->id = printable(&r->arena, ev->item);
	r->phase = printable(&r->arena, ev->phase);
	r->agent = printable(&r->arena, ev->agent);
	r->title = printable(&r->arena, ev->title);
	r->attempt = ev->attempt;
	r->since_ns = ev->unix_ns;
	VEC_PUSH(&l->rows, r);
}

static void
free_row(struct live_row *r)
{
	arena_release(&r->arena);
	mem_free(r);
}

static void
drop_row(struct live *l, struct str run)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->rows.n; i++) {
		if (str_eq(l->rows.items[i]->run, run))
			free_row(l->rows.items[i]);
		else
			l->rows.items[kept++] = l->rows.items[i];
	}
	l->rows.n = kept;
}

/* A line of the frame in the making. */
struct line {
	struct buf *out;
	bool colour;
	size_t used, room;
};

static void
add(struct line *x, enum paint p, struct str s)
{
	struct buf cut CLEANUP_BUF = {0};

	if (s.n == 0 || x->used >= x->room)
		return;
	utf8_add_cut(&cut, s, x->room - x->used);
	paint_add(x->out, x->colour, p, buf_str(&cut));
	x->used += utf8_columns(buf_str(&cut));
}

static void
end_line(struct live *l, struct line *x)
{
	buf_add_char(x->out, '\n');
	VEC_PUSH(&l->drawn, x->used);
	x->used = 0;
}

static void
draw_row(struct live *l, struct line *x, const struct live_row *r)
{
	struct buf text CLEANUP_BUF = {0};
	char elapsed[STAMP_SIZE];
	int64_t ns = l->now_ns > r->since_ns ? l->now_ns - r->since_ns : 0;

	duration_format(ns / NS_PER_SEC * NS_PER_SEC, elapsed);
	add(x, PAINT_BOLD, r->id);
	buf_addf(&text, " %.*s", STR_ARG(r->phase));
	add(x, PAINT_CYAN, buf_str(&text));
	buf_reset(&text);
	buf_addf(&text, " %s (%.*s", elapsed, STR_ARG(r->agent));
	if (r->attempt > 1)
		buf_addf(&text, ", attempt %u", r->attempt);
	buf_add_c(&text, ")  ");
	add(x, PAINT_NONE, buf_str(&text));
	add(x, PAINT_NONE, r->title);
	end_line(l, x);
}

static void
draw_bar(struct live *l, struct line *x)
{
	struct buf text CLEANUP_BUF = {0};

	if (x->room >= BAR_NEEDS && l->total > 0) {
		size_t full = BAR * l->done / l->total;
		buf_add_repeat(&text, '#', full);
		add(x, PAINT_NONE, STR("["));
		add(x, PAINT_GREEN, buf_str(&text));
		buf_reset(&text);
		buf_add_repeat(&text, '.', BAR - full);
		buf_add_c(&text, "] ");
		add(x, PAINT_NONE, buf_str(&text));
		buf_reset(&text);
	}
	buf_addf(&text, "%zu of %zu done, %zu running", l->done, l->total,
		l->rows.n);
	add(x, PAINT_NONE, buf_str(&text));
	end_line(l, x);
}

static void
draw(struct live *l, struct terminal_size size, struct buf *out)
{
	struct line x = {.out = out, .colour = l->colour};
	struct buf more CLEANUP_BUF = {0};
	size_t shown = l->rows.n;

	x.room = size.columns > 1 ? size.columns - 1 : 1;
	/* It must fit on the screen, with the bar and the cursor's line. */
	if (shown + 3 > size.rows)
		shown = size.rows > 3 ? size.rows - 3 : 0;
	for (size_t i = 0; i < shown; i++)
		draw_row(l, &x, l->rows.items[i]);
	if (shown < l->rows.n) {
		buf_addf(&more, "and %zu more", l->rows.n - shown);
		add(&x, PAINT_DIM, buf_str(&more));
		end_line(l, &x);
	}
	draw_bar(l, &x);
}

static void
erase(struct live *l, struct terminal_size size, struct buf *out)
{
	size_t up = 0, columns = size.columns > 0 ? size.columns : 1;

	for (size_t i = 0; i < l->drawn.n; i++) {
		size_t used = l->drawn.items[i];
		up += used > columns ? (used + columns - 1) / columns : 1;
	}
	l->drawn.n = 0;
	if (up > 0)
		buf_addf(out, "\r\033[%zuA\033[J", up);
}

static void
note(struct live *l, const struct event *ev)
{
	l->now_ns = ev->unix_ns;
	l->total = ev->total;
	l->done = ev->done;
	if (ev->kind == EVENT_PHASE_STARTED)
		add_row(l, ev);
	/* A notice about a run is that its result is held. */
	else if (ev->kind == EVENT_PHASE_ENDED || ev->kind == EVENT_NOTICE)
		drop_row(l, ev->run);
}

/* A phase that starts is seen in the frame, and the summary says the end. */
static bool
scrolls(const struct event *ev)
{
	return ev->kind != EVENT_PHASE_STARTED && ev->kind != EVENT_FINISHED;
}

void
live_event(struct live *l, const struct event *ev, struct buf *out)
{
	struct terminal_size size = terminal_size();

	note(l, ev);
	buf_add_c(out, "\033[?25l");
	erase(l, size, out);
	if (scrolls(ev))
		event_add_lines(out, ev, size.columns, l->colour);
	draw(l, size, out);
	buf_add_c(out, "\033[?25h");
}

void
live_tick(struct live *l, struct buf *out)
{
	struct terminal_size size = terminal_size();

	l->now_ns += LIVE_TICK_NS;
	buf_add_c(out, "\033[?25l");
	erase(l, size, out);
	draw(l, size, out);
	buf_add_c(out, "\033[?25h");
}

void
live_end(struct live *l, struct buf *out)
{
	erase(l, terminal_size(), out);
	for (size_t i = 0; i < l->rows.n; i++)
		free_row(l->rows.items[i]);
	VEC_RELEASE(&l->rows);
	VEC_RELEASE(&l->drawn);
}
