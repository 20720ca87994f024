/* SPDX-License-Identifier: MIT */
#include "base/stamp.h"
#include "base/utf8.h"
#include "cli/events-priv.h"
#include "cli/json-priv.h"

/* As a sentence without its full stop. */
static const char *
why_ended(const struct run_summary *sum)
{
	bool all = sum->targets.n == 0;

	switch (sum->halt) {
	case RUN_DONE:
		return all ? "everything is done" : "every target is done";
	case RUN_BLOCKED:
		return all ? "the rest waits for a person"
			   : "the targets wait for a person";
	case RUN_DEPENDS:
		return all ? "the rest waits for items that cannot proceed"
			   : "the targets wait for other items";
	case RUN_CAP:
		return sum->phases > 0
			? "as many phases as allowed were started"
			: "--cap 0 starts and changes nothing";
	case RUN_AGENT:
		return "an agent dies at once, again and again";
	case RUN_BREAKER:
		return "two items in a row failed for good";
	case RUN_INTERRUPTED:
		return "interrupted; what was running is tried again";
	case RUN_FAILED:
		return "it failed; what was running is tried again";
	case RUN_HALTS:
		break;
	}
	BUG("halt %d", (int)sum->halt);
}

/* Waiting items were there before and are there after: a few will do. */
enum { WAITING_MAX = 10 };

struct page {
	struct buf *out;
	size_t width;
	bool colour;
};

/* At most `most` of the lines, and how many there are beyond. */
static void
add_section(struct page *p, const char *head, enum paint paint,
	struct run_lines lines, size_t most)
{
	struct buf id CLEANUP_BUF = {0};
	size_t shown = lines.n < most ? lines.n : most;

	if (lines.n == 0)
		return;
	buf_add_char(p->out, '\n');
	paint_add(p->out, p->colour, paint, str_from(head));
	buf_addf(p->out, " (%zu)\n", lines.n);
	for (size_t i = 0; i < shown; i++) {
		const struct run_line *l = &lines.items[i];
		buf_reset(&id);
		utf8_add_printable(&id, l->id);
		buf_add_c(p->out, "  ");
		paint_add(p->out, p->colour, PAINT_BOLD, buf_str(&id));
		buf_add_c(p->out, "  ");
		size_t indent = 4 + utf8_columns(buf_str(&id));
		text_add(p->out, l->title, indent, p->width);
		if (str_is_empty(l->text))
			continue;
		buf_add_repeat(p->out, ' ', indent);
		text_add(p->out, l->text, indent, p->width);
	}
	if (shown < lines.n)
		buf_addf(p->out, "  and %zu more; weir list shows them\n",
			lines.n - shown);
}

static void
add_step(struct page *p, const char *step, struct str id)
{
	struct buf text CLEANUP_BUF = {0};

	buf_add_c(&text, step);
	if (id.n > 0)
		buf_addf(&text, " %.*s", STR_ARG(id));
	buf_add_c(p->out, "next: ");
	text_add(p->out, buf_str(&text), 6, p->width);
}

/* "weir run", with what it has to be told to work on. */
static void
add_run(struct page *p, const struct run_summary *sum, const char *end)
{
	struct buf text CLEANUP_BUF = {0};

	buf_add_c(&text, "weir run");
	for (size_t i = 0; i < sum->needed.n + sum->targets.n; i++) {
		buf_add_c(&text, i == 0 ? " --target " : ",");
		buf_add_str(&text,
			i < sum->needed.n
				? sum->needed.items[i]
				: sum->targets.items[i - sum->needed.n]);
	}
	buf_add_c(&text, end);
	add_step(p, buf_str(&text).s, STR_ABSENT);
}

/* Nothing more can be done without another word of a person. */
static void
add_next_word(struct page *p, const struct run_summary *sum)
{
	if (sum->blocked.n > 0)
		add_step(p, "weir explain", sum->blocked.items[0].id);
	else if (str_is_set(sum->stuck))
		add_step(p, "weir explain", sum->stuck);
	else if (sum->needed.n > 0)
		add_run(p, sum, "");
	else if (sum->waiting.n > 0)
		add_step(p, "weir explain", sum->waiting.items[0].id);
	else if (sum->others_open)
		add_step(p, "weir run works on the rest", STR_ABSENT);
	else
		add_step(p, "weir add 'what is to be done'", STR_ABSENT);
}

static void
add_next(struct page *p, const struct run_summary *sum)
{
	switch (sum->halt) {
	case RUN_CAP:
	case RUN_INTERRUPTED:
		add_run(p, sum, " goes on");
		return;
	case RUN_FAILED:
		add_run(p, sum, ", once the error is mended, goes on");
		return;
	case RUN_AGENT:
		add_step(p,
			"try the agent's command by hand; what it printed is "
			"in .weir/runs/",
			STR_ABSENT);
		return;
	case RUN_DONE:
	case RUN_BLOCKED:
	case RUN_DEPENDS:
	case RUN_BREAKER:
	case RUN_HALTS:
		break;
	}
	add_next_word(p, sum);
}

void
summary_add(
	struct buf *b, const struct run_summary *sum, size_t width, bool colour)
{
	struct page p = {.out = b, .width = width, .colour = colour};
	struct buf head CLEANUP_BUF = {0};
	char elapsed[STAMP_SIZE];

	duration_format(sum->elapsed_ns, elapsed);
	buf_addf(&head, "%llu phase%s in %s: %s.",
		(unsigned long long)sum->phases, sum->phases == 1 ? "" : "s",
		elapsed, why_ended(sum));
	text_add(b, buf_str(&head), 0, width);
	add_section(&p, "done", PAINT_GREEN, sum->done, SIZE_MAX);
	add_section(&p, "blocked", PAINT_RED, sum->blocked, SIZE_MAX);
	add_section(&p, "waiting", PAINT_YELLOW, sum->waiting, WAITING_MAX);
	add_section(&p, "added", PAINT_CYAN, sum->added, SIZE_MAX);
	buf_add_char(b, '\n');
	add_next(&p, sum);
}

static json_t *
lines_json(struct run_lines lines)
{
	json_t *all = json_array();

	for (size_t i = 0; i < lines.n; i++)
		json_array_append_new(all,
			json_pack("{s:o,s:o,s:o}", "id",
				json_text(lines.items[i].id), "title",
				json_text(lines.items[i].title), "text",
				json_text(lines.items[i].text)));
	return all;
}

json_t *
summary_json(const struct run_summary *sum)
{
	return json_pack("{s:s,s:s,s:o,s:f,s:o,s:o,s:o,s:o}", "event",
		"summary", "halt", names_get(&run_halt_names, (int)sum->halt),
		"phases", json_count(sum->phases), "elapsed",
		(double)sum->elapsed_ns / 1e9, "done", lines_json(sum->done),
		"blocked", lines_json(sum->blocked), "waiting",
		lines_json(sum->waiting), "added", lines_json(sum->added));
}
