/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

enum { UNSET = CLI_OPTIONS + 1 };

enum { SHOWN_COLUMNS = 40 };

static const struct cli_option options[] = {
	{UNSET, 0, "unset", "FIELD,...", "fields to be without a value"},
	{0},
};

/* One field of the item, and what it is to say. */
struct setting {
	struct str name; /* "size", "description.problem" */
	const struct field *field;
	size_t offset;	  /* of the record that has the field, in the item */
	struct str value; /* absent: none */
};

struct settings {
	struct setting *items;
	size_t n;
};

/* Fields that are not set here, and what does it. */
static const struct {
	const char *name, *instead;
} elsewhere[] = {
	{"id", "it stays; 'weir doctor --renumber' parts two items of one id"},
	{"status", "see 'weir block', 'unblock', 'complete' and 'close'"},
	{"phase", "'weir run' moves it, and 'weir edit' can"},
	{"phase_pool", "'weir run' moves it, and 'weir edit' can"},
	{"blocked_from_status", "see 'weir block' and 'weir unblock'"},
	{"blocked_reason", "see 'weir block' and 'weir unblock'"},
	{"blocked_type", "see 'weir block' and 'weir unblock'"},
	{"tags", "see 'weir tag'"},
	{"dependencies", "see 'weir dep'"},
	{"origin", "weir keeps it, and 'weir edit' can change it"},
	{"created", "weir keeps it"},
	{"updated", "weir keeps it"},
	{"last_phase_commit", "weir keeps it"},
	{"guardrails_accepted", "see 'weir unblock --accept-risk'"},
	{"description", "name a part of it, such as description.problem"},
};

/* What sets the field, or the one it is a part of; NULL: we do. */
static const char *
set_elsewhere(struct str name)
{
	struct str whole = str_of(name.s, str_find_char(name, '.'));

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (str_eq_c(whole, elsewhere[i].name))
			return elsewhere[i].instead;
	return NULL;
}

static const struct field *
description_map(void)
{
	return field_find(&item_fields, STR("description"));
}

/* Append "title, size or description.problem": all that is set here. */
static void
add_settable(struct cli *c, struct buf *b)
{
	const struct field *map = description_map();
	const char **all = ARENA_ARRAY(
		&c->arena, const char *, item_fields.n + map->sub_n);
	struct names names = {.name = all};

	for (size_t i = 0; i < item_fields.n; i++)
		if (set_elsewhere(str_from(item_fields.fields[i].name)) == NULL)
			all[names.n++] = item_fields.fields[i].name;
	for (size_t i = 0; i < map->sub_n; i++)
		all[names.n++] = arena_strf(
			&c->arena, "%s.%s", map->name, map->sub[i].name)
					 .s;
	names_list(&names, b);
}

static void
say_unknown(struct cli *c, struct str name)
{
	struct buf takes CLEANUP_BUF = {0};
	const char *near = field_nearest(&item_fields, name, &c->arena);

	if (near != NULL) {
		(void)cli_usage(c,
			"there is no field '%.*s'; did you mean '%s'?",
			STR_ARG(name), near);
		return;
	}
	add_settable(c, &takes);
	(void)cli_usage(c, "there is no field '%.*s'; weir set takes %s",
		STR_ARG(name), takes.p);
}

static int
find_field(struct cli *c, struct str name, struct setting *ret)
{
	const struct str parent = STR("description.");
	const struct field *map = description_map();
	const struct field_table parts = {map->sub, map->sub_n};
	const char *instead = set_elsewhere(name);

	*ret = (struct setting){.name = name};
	if (str_starts(name, parent)) {
		ret->field = field_find(&parts, str_from_at(name, parent.n));
		ret->offset = map->offset;
	} else if (instead != NULL) {
		(void)cli_usage(c, "'%.*s' is not set like this: %s",
			STR_ARG(name), instead);
		return CLI_USAGE;
	} else {
		ret->field = field_find(&item_fields, name);
	}
	if (ret->field != NULL)
		return CLI_DONE;
	say_unknown(c, name);
	return CLI_USAGE;
}

static int
check_title(struct cli *c, const struct setting *s)
{
	if (s->field->offset != offsetof(struct item, title) || s->offset != 0)
		return CLI_DONE;
	if (s->value.n == 0)
		return cli_usage(c, "the title is blank");
	if (str_find_char(s->value, '\n') < s->value.n)
		return cli_usage(c, "the title has more than one line");
	return CLI_DONE;
}

/* What the text means as a value; "-" is standard input, nothing is none. */
static int
take_value(struct cli *c, struct str text, struct setting *s)
{
	struct item scratch = {0};
	struct err e = {0};
	int status = CLI_DONE;

	if (s->field->kind == FIELD_TEXT && str_eq_c(text, "-"))
		status = text_from_input(c, "the value", &text);
	else if (!text_is_sound(text))
		return cli_usage(
			c, "%.*s: the value is not UTF-8", STR_ARG(s->name));
	if (status != CLI_DONE)
		return status;
	text = str_trim(text);
	s->value = text.n > 0 ? text : STR_ABSENT;
	status = check_title(c, s);
	if (status != CLI_DONE)
		return status;
	if (field_set_text(
		    s->field, (char *)&scratch + s->offset, s->value, &e) == 0)
		return CLI_DONE;
	const char *near = s->field->names != NULL
		? names_nearest(s->field->names, text)
		: NULL;
	return cli_usage(c, "%.*s: %s%s%s%s", STR_ARG(s->name), e.msg,
		near != NULL ? "; did you mean '" : "",
		near != NULL ? near : "", near != NULL ? "'?" : "");
}

static int
add_setting(
	struct cli *c, struct str name, struct str text, struct settings *ret)
{
	struct setting *s = &ret->items[ret->n];
	int status = find_field(c, name, s);

	if (status == CLI_DONE)
		status = take_value(c, text, s);
	for (size_t i = 0; status == CLI_DONE && i < ret->n; i++)
		if (ret->items[i].field == s->field)
			return cli_usage(
				c, "'%.*s' is set twice", STR_ARG(name));
	ret->n += status == CLI_DONE;
	return status;
}

/* A word that is no assignment: a field without its value, or a value that the
 * shell has cut. */
static int
bad_assignment(struct cli *c, struct str word, bool first)
{
	struct setting named;

	if (first && find_field(c, word, &named) != CLI_DONE)
		return CLI_USAGE;
	return cli_usage(c,
		"'%.*s' is neither FIELD=VALUE nor one FIELD and one VALUE; "
		"quote a value of several words",
		STR_ARG(word));
}

static int
add_assignment(struct cli *c, struct str word, struct settings *ret)
{
	size_t at = str_find_char(word, '=');

	if (at == word.n)
		return bad_assignment(c, word, ret->n == 0);
	return add_setting(
		c, str_of(word.s, at), str_from_at(word, at + 1), ret);
}

/* "ID FIELD VALUE" or "ID FIELD=VALUE...", and the options. */
static int
take_settings(struct cli *c, const struct args *a, struct settings *ret)
{
	struct str_list unset = args_list(a, UNSET, &c->arena);
	int status = CLI_DONE;

	ret->items =
		ARENA_ARRAY(&c->arena, struct setting, a->words_n + unset.n);
	if (a->words_n == 3 && strchr(a->words[1], '=') == NULL) {
		status = add_setting(
			c, str_from(a->words[1]), str_from(a->words[2]), ret);
	} else {
		for (size_t i = 1; status == CLI_DONE && i < a->words_n; i++)
			status = add_assignment(c, str_from(a->words[i]), ret);
	}
	for (size_t i = 0; status == CLI_DONE && i < unset.n; i++)
		status = add_setting(c, unset.items[i], STR_ABSENT, ret);
	if (status == CLI_DONE && ret->n == 0)
		return cli_usage(c, "'weir set' needs FIELD VALUE");
	return status;
}

static struct str
text_now(const struct setting *s, const struct item *it)
{
	return field_text(s->field, (const char *)it + s->offset);
}

static void
drop_unchanged(struct settings *all, const struct item *it)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct setting *s = &all->items[i];
		/* A bool is never absent. */
		if (s->field->kind == FIELD_BOOL && !str_is_set(s->value))
			s->value = STR("false");
		if (!str_eq(text_now(s, it), s->value))
			all->items[n++] = *s;
	}
	all->n = n;
}

static void
note_unknown_pipeline(
	struct cli *c, const struct desk *d, const struct settings *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct setting *s = &all->items[i];
		if (str_eq_c(s->name, "pipeline_type") && s->value.n > 0 &&
			config_pipeline(project_config(d->project), s->value) ==
				NULL)
			cli_note(c,
				"there is no pipeline '%.*s' in weir.yaml: the "
				"item will block there",
				STR_ARG(s->value));
	}
}

static void
add_shown(struct buf *b, struct str value)
{
	struct buf text CLEANUP_BUF = {0};

	if (!str_is_set(value)) {
		buf_add_c(b, "none");
		return;
	}
	utf8_add_printable(&text, value);
	utf8_add_cut(b, buf_str(&text), SHOWN_COLUMNS);
}

static void
print_json(struct cli *c, const struct item *was, const struct settings *all)
{
	json_t *fields = json_array();

	for (size_t i = 0; i < all->n; i++)
		json_array_append_new(fields,
			json_pack("{s:o,s:o,s:o}", "field",
				json_text(all->items[i].name), "from",
				json_text(text_now(&all->items[i], was)), "to",
				json_text(all->items[i].value)));
	json_print(json_pack("{s:o,s:o}", "id", json_text(was->id), "changes",
			   fields),
		&c->out);
}

static void
print(struct cli *c, const struct item *was, const struct settings *all)
{
	if (c->json) {
		print_json(c, was, all);
		return;
	}
	utf8_add_printable(&c->out, was->id);
	if (all->n == 0)
		buf_add_c(&c->out, " says so already");
	for (size_t i = 0; i < all->n; i++) {
		const struct setting *s = &all->items[i];
		buf_addf(&c->out, "%s %.*s: ", i > 0 ? ";" : "",
			STR_ARG(s->name));
		add_shown(&c->out, text_now(s, was));
		buf_add_c(&c->out, " -> ");
		add_shown(&c->out, s->value);
	}
	buf_add_char(&c->out, '\n');
}

static int
save(struct cli *c, struct desk *d, const struct item *it,
	const struct settings *all)
{
	struct change *changes = ARENA_ARRAY(&c->arena, struct change, all->n);
	struct project_saved saved;
	struct err e = {0};

	for (size_t i = 0; i < all->n; i++)
		changes[i] = (struct change){.kind = CHANGE_FIELD,
			.id = it->id,
			.field = all->items[i].field,
			.text = all->items[i].value};
	if (project_apply(d->project, changes, all->n, &saved, &e) < 0)
		return cli_fail(c, &e);
	cli_saved(c, "%.*s is saved", STR_ARG(it->id));
	print(c, it, all);
	note_unknown_pipeline(c, d, all);
	snapshot_unref(saved.next);
	return CLI_DONE;
}

static int
run(struct cli *c, const struct args *a)
{
	struct settings all = {0};
	struct desk d;
	int status = take_settings(c, a, &all);

	if (status != CLI_DONE)
		return status;
	const struct item *it = desk_open_item(c, a->words[0], &d, &status);
	if (it != NULL) {
		drop_unchanged(&all, it);
		if (all.n > 0)
			status = save(c, &d, it, &all);
		else
			print(c, it, &all);
	}
	desk_close(&d);
	return status;
}

const struct command command_set = {
	.name = "set",
	.words = "ID FIELD VALUE | ID FIELD=VALUE...",
	.summary = "change fields of an item",
	.about = "Changes fields of an item, all in one save, and says "
		 "what they were. Fields have the names they have in "
		 "the backlog; a part of the description is "
		 "description.problem. The value - is read from "
		 "standard input, an empty one takes the field away.",
	.options = options,
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run,
};
