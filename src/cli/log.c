/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/events-priv.h"
#include "engine/history.h"

enum { FOLLOW = CLI_OPTIONS + 1, LAST, SINCE };

static const struct cli_option options[] = {
	{FOLLOW, 'f', "follow", NULL, "go on with what happens from now on"},
	{LAST, 'n', "last", "N", "only the last N events"},
	{SINCE, 0, "since", "WHEN",
		"only from then on: RFC 3339, a date, or 2h"},
	{0},
};

/* Written once so much has come together. */
enum { CHUNK = 64 * 1024 };

struct log {
	struct cli *c;
	struct history *history;
	bool limited; /* by -n, until what is on record has been read */
	uint64_t last;
	VEC(struct str) lines; /* while limited */
	bool any;
	int status;
};

/* One event a line, as `weir run` tells it, but with its day; or the record. */
static void
render(const struct log *l, const struct history_entry *x, struct buf *ret)
{
	if (l->c->json) {
		buf_add_str(ret, x->line);
		buf_add_char(ret, '\n');
		return;
	}
	for (size_t i = 0; i < x->n; i++)
		event_add_line(ret, &x->events[i], true);
}

static void
show(struct log *l, const struct history_entry *x)
{
	CLEANUP_BUF struct buf text = {0};
	struct str rest, line;

	render(l, x, &text);
	l->any |= text.n > 0;
	if (!l->limited) {
		buf_add_str(&l->c->out, buf_str(&text));
		if (l->c->out.n > CHUNK)
			cli_flush(l->c);
		return;
	}
	rest = buf_str(&text);
	while (str_next_line(&rest, &line))
		VEC_PUSH(&l->lines, arena_str(&l->c->arena, line));
}

static void
show_last(struct log *l)
{
	size_t n = l->lines.n;

	for (size_t i = n > l->last ? n - l->last : 0; i < n; i++) {
		buf_add_str(&l->c->out, l->lines.items[i]);
		buf_add_char(&l->c->out, '\n');
	}
	l->limited = false;
}

/* All that is on record now. */
static int
read_on(struct log *l, struct err *e)
{
	CLEANUP_PROBLEMS struct problems notes = {0};
	int rc;

	do {
		CLEANUP_ARENA struct arena tmp = {0};
		struct history_entry x;
		rc = history_next(l->history, &tmp, &x, &notes, e);
		if (rc == 0)
			show(l, &x);
	} while (rc == 0 && l->c->out_errno == 0);
	if (l->limited)
		show_last(l);
	cli_flush(l->c);
	if (notes.list.n > 0)
		l->status = cli_fail_all(l->c, &notes, &notes.list.items[0]);
	return rc;
}

static int
follow(struct log *l, struct err *e)
{
	int rc;

	do {
		rc = history_wait(l->history, STDOUT_FILENO, e);
		if (rc == 0)
			rc = read_on(l, e) < 0 ? -1 : 0;
	} while (rc == 0 && l->c->out_errno == 0);
	return rc;
}

/* Nothing is told: is it a project, and is it, or was it, an item? A backlog
 * that cannot be read says nothing against that. */
static int
check(struct log *l, struct desk *d, struct str id)
{
	CLEANUP_PROBLEMS struct problems ignored = {0};
	struct err e = {0};
	int status = CLI_DONE;

	if (project_check_backlog(d->project, &e) < 0)
		return cli_fail(l->c, &e);
	if (str_is_set(id) &&
		project_load(d->project, &d->backlog, &ignored, &e) == 0 &&
		snapshot_find_archived(d->backlog, id) == NULL)
		(void)desk_item(l->c, d, id, &status);
	return status;
}

static int
show_history(struct log *l, struct desk *d, const struct history_options *o)
{
	struct err e = {0};

	if (history_open(&l->history, d->project, o, &e) < 0)
		return cli_fail(l->c, &e);
	int rc = read_on(l, &e);
	if (rc >= 0 && !l->any && l->status == CLI_DONE)
		l->status = check(l, d, o->item);
	if (rc >= 0 && l->status != CLI_MISSING && o->follow &&
		l->c->out_errno == 0)
		rc = follow(l, &e);
	history_close(l->history);
	VEC_RELEASE(&l->lines);
	if (rc < 0)
		return cli_fail(l->c, &e);
	if (!l->any && !l->c->json && l->status == CLI_DONE) {
		buf_add_c(&l->c->out, "Nothing is on record");
		if (str_is_set(o->item)) {
			buf_add_c(&l->c->out, " about ");
			utf8_add_printable(&l->c->out, o->item);
		}
		buf_add_c(&l->c->out, ".\n");
	}
	return l->status;
}

/* Of the day, on the clock that the events are shown by. */
static bool
first_moment(struct stamp_date d, int64_t *ret_unix_ns)
{
	struct tm tm = {.tm_year = d.year - 1900,
		.tm_mon = d.month - 1,
		.tm_mday = d.day,
		.tm_isdst = -1};
	time_t seconds = mktime(&tm);

	*ret_unix_ns = (int64_t)seconds * NS_PER_SEC;
	return seconds != -1;
}

static bool
parse_since(struct str s, struct history_options *ret)
{
	struct stamp_date d;

	if (stamp_parse_date(s, &d))
		return first_moment(d, &ret->since_ns);
	return stamp_parse(s, &ret->since_ns) ||
		duration_parse(s, &ret->ago_ns);
}

static int
run(struct cli *c, const struct args *a)
{
	const char *last = args_get(a, LAST), *since = args_get(a, SINCE);
	struct history_options o = {.follow = args_has(a, FOLLOW)};
	struct log l = {.c = c, .limited = last != NULL};
	struct desk d;

	if (a->words_n > 0)
		o.item = str_from(a->words[0]);
	if (last != NULL && !parse_u64(str_from(last), &l.last))
		return cli_usage(c, "-n: '%s' is not a whole number", last);
	if (since != NULL && !parse_since(str_from(since), &o))
		return cli_usage(c,
			"--since: '%s' is neither a time such as "
			"2026-11-20T11:00:46Z nor a date such as 2026-11-20 "
			"nor a duration such as 2h",
			since);
	int status = desk_open(c, false, &d);
	if (status == CLI_DONE)
		status = show_history(&l, &d, &o);
	desk_close(&d);
	return status;
}

const struct command command_log = {
	.name = "log",
	.words = "[ID]",
	.summary = "show what happened, the newest last",
	.about = "Shows what happened to the backlog and in runs, or to one "
		 "item: what was added,\nchanged, finished, run and committed, "
		 "and when somebody edited the backlog by hand.",
	.options = options,
	.words_max = 1,
	.run = run,
};
