/* SPDX-License-Identifier: MIT */
#include "agent/prompt-priv.h"

enum { BACKLOG_LINES = 400 };

/* Every other item; of very many the newest, which are at the end. */
static void
add_backlog(struct buf *b, const struct prompt_input *in)
{
	const struct snapshot *s = in->snapshot;
	size_t others = s->n - (snapshot_find(s, in->item->id) != NULL);
	size_t skip = others > BACKLOG_LINES ? others - BACKLOG_LINES : 0;
	struct buf text CLEANUP_BUF = {0};

	if (others == 0)
		return;
	for (size_t i = skip; i < s->n; i++) {
		const struct item *it = &s->items[i];
		if (str_eq(it->id, in->item->id))
			continue;
		buf_add_c(&text, "- ");
		prompt_add_inline(&text, it->id);
		buf_add_c(&text, ": ");
		prompt_add_inline(&text, it->title);
		buf_addf(&text, " [%s]\n",
			names_get(&status_names, (int)it->status));
	}
	buf_add_c(b, "## The backlog\n\n");
	if (skip > 0) {
		buf_addf(b, "The newest of %zu other items; all are in ",
			others);
		prompt_add_code(b, in->config->backlog);
		buf_add_c(b, ".\n\n");
	}
	prompt_quote(b, in, "backlog", buf_str(&text));
}

static void
add_phases(struct buf *b, const struct phase_config *phases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%s", i > 0 ? ", " : "", phases[i].name.s);
}

static void
add_pipelines(struct buf *b, const struct config *c)
{
	buf_add_c(b, "## Pipelines\n\n");
	for (size_t i = 0; i < c->pipelines_n; i++) {
		const struct pipeline_config *p = &c->pipelines[i];
		buf_addf(b, "- `%s`: ", p->name.s);
		if (p->pre_n > 0) {
			buf_add_c(b, "scoping ");
			add_phases(b, p->pre, p->pre_n);
			buf_add_c(b, "; then ");
		}
		add_phases(b, p->main, p->main_n);
		buf_add_c(b, "\n");
	}
	if (c->pipelines_n == 0)
		buf_add_c(b,
			"None is configured; leave `pipeline_type` "
			"`null`.\n");
	buf_add_c(b, "\n");
}

static const char steps[] =
	"1. Understand the item: read what is above and as much of the "
	"repository as you need to\n"
	"   judge it, not more. Change no file; design no solution in "
	"detail.\n"
	"2. Look for duplicates: other items above that ask for the same "
	"work. List their ids in\n"
	"   `duplicates`. Items that are merely related are not duplicates: "
	"merging cannot be undone\n"
	"   by a later phase.\n"
	"3. Choose `pipeline_type` from the pipelines above.\n"
	"4. Rate all four in `updated_assessments`, each on its own:\n"
	"   - `size`: `small` touches 1 to 3 files, `medium` 4 to 10, `large` "
	"more, or several\n"
	"     components.\n"
	"   - `complexity`: `low` follows a pattern that is already there; "
	"`medium` needs some design\n"
	"     or unfamiliar parts; `high` needs new architecture, research, "
	"or care with concurrency.\n"
	"   - `risk`: `low` is local and easy to undo; `medium` touches "
	"shared code or what users see;\n"
	"     `high` touches stored data, security, money, public "
	"interfaces, or is hard to undo.\n"
	"   - `impact`: `low` is a nicety; `medium` helps some people "
	"noticeably; `high` fixes what is\n"
	"     wrong or blocked for many.\n"
	"   Rate what is there, not what would pass: an item above the "
	"project's limits is not\n"
	"   refused, it waits for a person.\n"
	"5. Write `description` so that an agent who has read nothing else "
	"can start: `context` (what\n"
	"   exists today, with paths), `problem` (what is wrong or missing, "
	"for whom), `solution` (the\n"
	"   direction and what counts as done), `impact` (what gets better), "
	"`sizing_rationale` (why\n"
	"   these ratings). Keep every fact that is in the description now; "
	"`null` keeps a part as it is.\n"
	"6. Set `requires_human_review` to `true` when the goal is ambiguous, "
	"when choices matter that\n"
	"   only a person can make, or when it would touch what you rated "
	"`high` in risk.\n"
	"7. Report `phase_complete` when the item is assessed, also when it "
	"is a duplicate; `blocked`\n"
	"   when it needs no work (done already, obsolete) or cannot be "
	"understood without a person.\n"
	"\n";

void
prompt_add_triage(struct buf *b, const struct prompt_input *in)
{
	add_backlog(b, in);
	add_pipelines(b, in->config);
	buf_add_c(b, "## Your task\n\n");
	if (prompt_add_workflows(b, in))
		buf_add_c(b, "Within what they say:\n\n");
	buf_add_c(b, steps);
}
