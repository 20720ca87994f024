/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"

enum {
	SIZE = CLI_OPTIONS + 1,
	COMPLEXITY,
	RISK,
	IMPACT,
	PIPELINE,
	DEPENDS,
	TAG,
	DESCRIPTION,
};

static const struct cli_option options[] = {
	{SIZE, 0, "size", "SIZE", "small, medium or large"},
	{COMPLEXITY, 0, "complexity", "LEVEL", "low, medium or high"},
	{RISK, 0, "risk", "LEVEL", "low, medium or high"},
	{IMPACT, 0, "impact", "LEVEL", "low, medium or high"},
	{PIPELINE, 0, "pipeline", "NAME", "the pipeline it goes through"},
	{DEPENDS, 0, "depends", "ID,...", "what must be done before"},
	{TAG, 0, "tag", "TAG,...", "words to find it by"},
	{DESCRIPTION, 'd', "description", "TEXT",
		"what it is about; -: from standard input"},
	{0},
};

/* Each is a field of its own name. */
static const int assessments[] = {SIZE, COMPLEXITY, RISK, IMPACT};

static const char *
name_of(int option)
{
	return options[option - SIZE].name;
}

static int
take_assessments(struct cli *c, const struct args *a, struct item *it)
{
	struct err e = {0};

	for (size_t i = 0; i < sizeof(assessments) / sizeof(int); i++) {
		const char *given = args_get(a, assessments[i]);
		const char *name = name_of(assessments[i]);
		if (given == NULL)
			continue;
		if (field_set_text(field_find(&item_fields, str_from(name)), it,
			    str_from(given), &e) < 0)
			return cli_usage(c, "--%s: %s", name, e.msg);
	}
	return CLI_DONE;
}

static int
take_title(struct cli *c, const struct args *a, struct item *it)
{
	it->title = str_trim(str_from(a->words[0]));
	if (it->title.n == 0)
		return cli_usage(c, "the title is blank");
	if (!text_is_sound(it->title))
		return cli_usage(c, "the title is not UTF-8");
	if (str_find_char(it->title, '\n') < it->title.n)
		return cli_usage(c,
			"the title has more than one line; --description "
			"takes the rest");
	return CLI_DONE;
}

static int
take_description(struct cli *c, const struct args *a, struct item *it)
{
	const char *given = args_get(a, DESCRIPTION);
	struct str text = str_from(given);
	int status = CLI_DONE;

	if (given == NULL)
		return CLI_DONE;
	if (strcmp(given, "-") == 0)
		status = text_from_input(c, "the description", &text);
	else if (!text_is_sound(text))
		return cli_usage(c, "the description is not UTF-8");
	text = str_trim(text);
	if (text.n > 0)
		it->description.context = text;
	return status;
}

static int
take_words(struct cli *c, const struct args *a, struct item *it)
{
	it->tags = args_list(a, TAG, &c->arena);
	it->dependencies = args_list(a, DEPENDS, &c->arena);
	for (size_t i = 0; i < it->tags.n; i++)
		if (!text_is_sound(it->tags.items[i]))
			return cli_usage(c, "a tag is not UTF-8");
	return CLI_DONE;
}

static int
take_pipeline(struct cli *c, const struct args *a, const struct config *config,
	struct item *it)
{
	const char *given = args_get(a, PIPELINE);
	struct err e = {0};

	if (given == NULL)
		return CLI_DONE;
	it->pipeline_type = str_from(given);
	if (config_pipeline(config, it->pipeline_type) != NULL)
		return CLI_DONE;
	const char **known =
		ARENA_ARRAY(&c->arena, const char *, config->pipelines_n);
	struct names names = {.name = known};
	for (; names.n < config->pipelines_n; names.n++)
		known[names.n] = config->pipelines[names.n].name.s;
	const char *near = names_nearest(&names, it->pipeline_type);
	if (near != NULL)
		err_set(&e, ERR_MISSING,
			"there is no pipeline '%s'; did you mean '%s'?", given,
			near);
	else
		err_set(&e, ERR_MISSING,
			"there is no pipeline '%s' in weir.yaml", given);
	return cli_fail(c, &e);
}

static int
save(struct cli *c, struct desk *d, const struct item *it)
{
	const struct change change = {.kind = CHANGE_ADD, .item = *it};
	struct project_saved saved;
	struct err e = {0};

	if (project_apply(d->project, &change, 1, &saved, &e) < 0)
		return cli_fail(c, &e);
	struct str id = saved.added.items[0];
	cli_saved(c, "%.*s is added", STR_ARG(id));
	if (c->json) {
		json_print(json_pack("{s:o}", "id", json_text(id)), &c->out);
	} else {
		buf_add_c(&c->out, "added ");
		utf8_add_printable(&c->out, id);
		buf_add_c(&c->out, "  ");
		utf8_add_printable(&c->out, it->title);
		buf_add_char(&c->out, '\n');
	}
	snapshot_unref(saved.next);
	return CLI_DONE;
}

static int
run(struct cli *c, const struct args *a)
{
	struct item it = {0};
	struct desk d;
	int status = take_title(c, a, &it);

	if (status == CLI_DONE)
		status = take_assessments(c, a, &it);
	if (status == CLI_DONE)
		status = take_words(c, a, &it);
	if (status == CLI_DONE)
		status = take_description(c, a, &it);
	if (status != CLI_DONE)
		return status;
	status = desk_open(c, true, &d);
	if (status == CLI_DONE)
		status = take_pipeline(c, a, project_config(d.project), &it);
	if (status == CLI_DONE)
		status = desk_dependencies(c, &d, it.dependencies);
	if (status == CLI_DONE)
		status = save(c, &d, &it);
	desk_close(&d);
	return status;
}

const struct command command_add = {
	.name = "add",
	.words = "TITLE",
	.summary = "add an item to the backlog",
	.about = "Adds an item to the backlog and prints its id.",
	.options = options,
	.words_min = 1,
	.words_max = 1,
	.excess = "a title of several words stands in quotes",
	.run = run,
};
