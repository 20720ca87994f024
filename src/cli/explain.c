/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/paint-priv.h"

enum { LABEL = 13 };

static void
print_json(struct cli *c, struct str id, const struct explanation *x)
{
	json_t *facts = json_array();

	for (size_t i = 0; i < x->facts_n; i++)
		json_array_append_new(facts,
			json_pack("{s:s,s:o,s:b}", "label", x->facts[i].label,
				"value", json_text(x->facts[i].value),
				"holds_back", (int)x->facts[i].holds_back));
	json_print(
		json_pack("{s:o,s:s,s:o,s:o,s:o}", "id", json_text(id),
			"verdict", names_get(&verdict_names, (int)x->verdict),
			"why", json_text(x->why), "facts", facts, "next_step",
			json_text(x->next_step)),
		&c->out);
}

static void
add_facts(struct cli *c, const struct explanation *x, size_t width)
{
	for (size_t i = 0; i < x->facts_n; i++) {
		const struct explain_fact *f = &x->facts[i];
		struct str label = str_from(f->label);
		size_t columns = label.n < LABEL ? LABEL - label.n : 1;
		paint_add(&c->out, c->colour, PAINT_YELLOW,
			f->holds_back ? STR("! ") : STR("  "));
		paint_add(&c->out, c->colour, PAINT_DIM, label);
		buf_add_repeat(&c->out, ' ', columns);
		text_add(&c->out, f->value, 2 + LABEL, width);
	}
}

static void
print(struct cli *c, const struct item *it, const struct explanation *x)
{
	size_t width = terminal_size().columns;
	struct buf head CLEANUP_BUF = {0};

	utf8_add_printable(&head, it->id);
	paint_add(&c->out, c->colour, PAINT_BOLD, buf_str(&head));
	buf_add_c(&c->out, "  ");
	text_add(&c->out, it->title, utf8_columns(buf_str(&head)) + 2, width);
	buf_reset(&head);
	buf_add_str(&head, x->why);
	buf_add_char(&head, '.');
	text_add(&c->out, buf_str(&head), 0, width);
	buf_add_char(&c->out, '\n');
	add_facts(c, x, width);
	struct str next =
		x->verdict == VERDICT_CHOSEN ? STR("weir run") : x->next_step;
	if (!str_is_set(next))
		return;
	buf_add_c(&c->out, "\nnext: ");
	text_add(&c->out, next, 6, width);
}

static int
run(struct cli *c, const struct args *a)
{
	struct str id = str_from(a->words[0]);
	const struct item *it = NULL;
	struct explanation x;
	struct desk d;
	int status = CLI_DONE;

	desk_look(c, &d);
	if (d.backlog != NULL && d.configured)
		it = desk_item(c, &d, id, &status);
	if (it != NULL &&
		project_explain(d.project, d.backlog, id, &c->arena, &x)) {
		if (c->json)
			print_json(c, id, &x);
		else
			print(c, it, &x);
	}
	int wrong = desk_tell(c, &d);
	desk_close(&d);
	return wrong != CLI_DONE ? wrong : status;
}

const struct command command_explain = {
	.name = "explain",
	.words = "ID",
	.summary = "say why an item is, or is not, running",
	.about = "Says what 'weir run' would do about the item now, the facts "
		 "that rests on, those\nthat hold it back marked with '!', "
		 "and what would get it further.",
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
