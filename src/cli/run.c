/* SPDX-License-Identifier: MIT */
#include "base/stamp.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/live-priv.h"

/* For a broken backlog to be mended while nothing runs: who looks at a
 * terminal may be mending it, a script that waits for weir has other plans. */
#define PATIENCE_NS	   (30 * NS_PER_SEC)
#define PATIENCE_PERSON_NS (10 * 60 * NS_PER_SEC)

enum { TARGET = CLI_OPTIONS + 1, CAP };

static const struct cli_option options[] = {
	{TARGET, 0, "target", "ID,...", "only these items"},
	{CAP, 0, "cap", "N", "start at most N phases; 0: change nothing"},
	{0},
};

/* Where the events of a run go. */
struct view {
	struct cli *c;
	struct live live;
};

static void
view_json(void *ctx, const struct event *ev)
{
	struct view *v = ctx;

	json_print(event_json(ev), &v->c->out);
	cli_flush(v->c);
}

static void
view_lines(void *ctx, const struct event *ev)
{
	struct view *v = ctx;

	event_add_line(&v->c->out, ev, false);
	cli_flush(v->c);
}

static void
view_live(void *ctx, const struct event *ev)
{
	struct view *v = ctx;

	live_event(&v->live, ev, &v->c->out);
	cli_flush(v->c);
}

static void
view_tick(void *ctx)
{
	struct view *v = ctx;

	live_tick(&v->live, &v->c->out);
	cli_flush(v->c);
}

static struct event_sink
view_sink(struct view *v)
{
	struct event_sink sink = {.on_event = view_lines, .ctx = v};

	if (v->c->json) {
		sink.on_event = view_json;
	} else if (terminal_is_live()) {
		v->live.colour = v->c->colour;
		sink.on_event = view_live;
		sink.on_tick = view_tick;
		sink.tick_ns = LIVE_TICK_NS;
	}
	return sink;
}

/* The run says the first that is wrong with a backlog; this says all. */
static int
fail(struct cli *c, struct desk *d, const struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct err ignored = {0};

	if (e->code == ERR_INPUT && d->backlog == NULL)
		(void)project_load(
			d->project, &d->backlog, &problems, &ignored);
	return cli_fail_all(c, &problems, e);
}

/* Ended without having got anything done, for want of a person. */
static bool
is_stuck(const struct run_summary *sum)
{
	return sum->halt != RUN_DONE && sum->halt != RUN_CAP &&
		sum->done.n == 0;
}

static int
drain(struct cli *c, struct desk *d, struct run_options *o)
{
	struct view v = {.c = c};
	struct run_summary sum;
	struct err e = {0};

	o->sink = view_sink(&v);
	o->patience_ns = terminal_is_live() ? PATIENCE_PERSON_NS : PATIENCE_NS;
	int rc = engine_run(d->project, o, &c->arena, &sum, &e);
	live_end(&v.live, &c->out);
	if (sum.begun && c->json)
		json_print(summary_json(&sum), &c->out);
	else if (sum.begun)
		summary_add(&c->out, &sum, terminal_size().columns, c->colour);
	if (rc < 0)
		return fail(c, d, &e);
	if (sum.halt == RUN_INTERRUPTED)
		return CLI_SIGNALLED + sum.signal;
	return is_stuck(&sum) ? CLI_STUCK : CLI_DONE;
}

static int
run(struct cli *c, const struct args *a)
{
	struct run_options o = {.environ = c->environ,
		.targets = args_list(a, TARGET, &c->arena)};
	const char *cap = args_get(a, CAP);
	struct desk d;

	if (cap != NULL && !parse_u64(str_from(cap), &o.cap))
		return cli_usage(c, "--cap: '%s' is not a whole number", cap);
	if (args_has(a, TARGET) && o.targets.n == 0)
		return cli_usage(c, "--target: no id is given");
	int status = desk_open(c, false, &d);
	if (status == CLI_DONE) {
		if (cap == NULL)
			o.cap = project_config(d.project)->phase_cap;
		status = drain(c, &d, &o);
	}
	desk_close(&d);
	return status;
}

const struct command command_run = {
	.name = "run",
	.summary = "let agents work until only a person can go on",
	.about = "Takes new items from the inbox, carries out phase after "
		 "phase of the items in\nthe backlog, and ends when nothing is "
		 "left that could go on without a person.\nCtrl-C ends the "
		 "agents and saves; the next run goes on from there.",
	.options = options,
	.run = run,
};
