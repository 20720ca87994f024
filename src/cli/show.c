/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/paint-priv.h"

/* The longest names are requires_human_review and sizing_rationale. */
enum { INDENT = 2, LABEL = 23, DEEPER = 4, DEEPER_LABEL = 21 };

/* A time stamp. */
enum { VALUE_LEAST = 20 };

struct sheet {
	struct buf *out;
	size_t width;
	bool colour;
};

static void
add_label(struct sheet *s, const char *name, size_t indent, size_t columns)
{
	struct str label = str_from(name);

	buf_add_repeat(s->out, ' ', indent);
	paint_add(s->out, s->colour, PAINT_DIM, label);
	buf_add_repeat(s->out, ' ', columns - label.n);
}

/* Beside its label, or below where there is no room for both. */
static void
add_value(struct sheet *s, struct str text, size_t column)
{
	if (s->width > 0 && s->width < column + VALUE_LEAST &&
		column + utf8_columns(text) > s->width) {
		column = DEEPER + INDENT;
		buf_add_char(s->out, '\n');
		buf_add_repeat(s->out, ' ', column);
	}
	text_add(s->out, text, column, s->width);
}

static void
add_text(struct sheet *s, const char *name, struct str text)
{
	if (!str_is_set(text))
		return;
	add_label(s, name, INDENT, LABEL);
	add_value(s, text, INDENT + LABEL);
}

static void
add_map(struct sheet *s, const struct field *f, const void *base)
{
	bool any = false;

	for (size_t i = 0; i < f->sub_n; i++) {
		struct str text = field_text(&f->sub[i], field_map(f, base));
		if (!str_is_set(text))
			continue;
		if (!any) {
			buf_add_repeat(s->out, ' ', INDENT);
			paint_add(s->out, s->colour, PAINT_DIM,
				str_from(f->name));
			buf_add_char(s->out, '\n');
		}
		any = true;
		add_label(s, f->sub[i].name, DEEPER, DEEPER_LABEL);
		add_value(s, text, DEEPER + DEEPER_LABEL);
	}
}

static void
add_field(struct sheet *s, const struct field *f, const struct item *it)
{
	struct buf ids CLEANUP_BUF = {0};

	if (f->kind == FIELD_MAP) {
		add_map(s, f, it);
	} else if (f->kind == FIELD_LIST) {
		ids_add(&ids, field_texts(f, it));
		if (ids.n > 0)
			add_text(s, f->name, buf_str(&ids));
	} else if (f->kind != FIELD_BOOL ||
		str_eq_c(field_text(f, it), "true")) {
		add_text(s, f->name, field_text(f, it));
	}
}

void
item_print(struct cli *c, const struct item *it)
{
	struct sheet s = {.out = &c->out,
		.width = terminal_size().columns,
		.colour = c->colour};
	struct buf id CLEANUP_BUF = {0};

	if (c->json) {
		json_print(json_item(it), &c->out);
		return;
	}
	if (c->out.n > 0)
		buf_add_char(&c->out, '\n');
	utf8_add_printable(&id, it->id);
	paint_add(&c->out, c->colour, PAINT_BOLD, buf_str(&id));
	buf_add_c(&c->out, "  ");
	text_add(&c->out, it->title, utf8_columns(buf_str(&id)) + 2, s.width);
	for (size_t i = 0; i < item_fields.n; i++)
		if (item_fields.fields[i].offset != offsetof(struct item, id) &&
			item_fields.fields[i].offset !=
				offsetof(struct item, title))
			add_field(&s, &item_fields.fields[i], it);
}

static int
run(struct cli *c, const struct args *a)
{
	struct desk d;
	int status = CLI_DONE;

	desk_look(c, &d);
	desk_rest(&d);
	for (size_t i = 0; d.backlog != NULL && i < a->words_n; i++) {
		const struct item *it =
			desk_item(c, &d, str_from(a->words[i]), &status);
		if (it != NULL)
			item_print(c, it);
	}
	int wrong = desk_tell(c, &d);
	desk_close(&d);
	return wrong != CLI_DONE ? wrong : status;
}

const struct command command_show = {
	.name = "show",
	.words = "ID...",
	.summary = "show all there is about an item",
	.about = "Shows all fields of the items. With --json one item a line.",
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run,
};
