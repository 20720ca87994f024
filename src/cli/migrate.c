/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "cli/command-priv.h"
#include "cli/json-priv.h"
#include "cli/paint-priv.h"

enum { DRY_RUN = CLI_OPTIONS + 1 };

static const struct cli_option options[] = {
	{DRY_RUN, 0, "dry-run", NULL, "show the changes and make none"},
	{0},
};

static void
add_value(struct cli *c, const struct legacy_value *v)
{
	struct buf text CLEANUP_BUF = {0};

	ids_add(&text, (struct str_list){&v->id, 1});
	paint_add(&c->out, c->colour, PAINT_BOLD, buf_str(&text));
	buf_reset(&text);
	buf_addf(&text, "  %.*s: ", STR_ARG(v->key));
	if (str_is_set(v->was))
		buf_addf(&text, "%.*s -> ", STR_ARG(v->was));
	buf_add_str(&text, str_is_set(v->now) ? v->now : STR("none"));
	utf8_add_printable(&c->out, buf_str(&text));
	buf_reset(&text);
	if (str_is_set(v->why)) {
		buf_addf(&text, " (%.*s)", STR_ARG(v->why));
		paint_add(&c->out, c->colour, PAINT_YELLOW, buf_str(&text));
	}
	buf_add_char(&c->out, '\n');
}

static void
print(struct cli *c, const struct desk *d, const struct legacy_report *r,
	bool dry_run)
{
	const char *file = project_config(d->project)->backlog.s;

	if (!str_is_set(r->diff)) {
		buf_addf(&c->out,
			"%s is of schema %d; there is nothing to migrate\n",
			file, SCHEMA_NOW);
		return;
	}
	for (size_t i = 0; i < r->values_n; i++)
		add_value(c, &r->values[i]);
	buf_addf(&c->out, "%s: %s from schema %llu to %d, with %zu item%s\n",
		file, dry_run ? "would go" : "went",
		(unsigned long long)r->from, SCHEMA_NOW, r->items,
		r->items == 1 ? "" : "s");
	if (dry_run)
		buf_add_str(&c->out, r->diff);
	else
		buf_addf(&c->out, "the file as it was: %.*s\n",
			STR_ARG(r->backup));
}

static void
print_json(struct cli *c, const struct legacy_report *r)
{
	json_t *values = json_array();

	for (size_t i = 0; i < r->values_n; i++) {
		const struct legacy_value *v = &r->values[i];
		json_array_append_new(values,
			json_pack("{s:o,s:o,s:o,s:o,s:o}", "id",
				json_text(v->id), "key", json_text(v->key),
				"was", json_text(v->was), "now",
				json_text(v->now), "why", json_text(v->why)));
	}
	json_print(json_pack("{s:o,s:i,s:o,s:o,s:o,s:o}", "from",
			   json_count(r->from), "to", SCHEMA_NOW, "items",
			   json_count(r->items), "backup", json_text(r->backup),
			   "values", values, "diff", json_text(r->diff)),
		&c->out);
}

static int
run(struct cli *c, const struct args *a)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	bool dry_run = args_has(a, DRY_RUN);
	struct legacy_report report;
	struct err e = {0};
	struct desk d;

	int status = desk_open(c, false, &d);
	if (status == CLI_DONE &&
		project_migrate(d.project, dry_run, &c->arena, &report,
			&problems, &e) < 0)
		status = cli_fail_all(c, &problems, &e);
	if (status == CLI_DONE) {
		if (!dry_run && str_is_set(report.diff))
			cli_saved(c, "the backlog is migrated");
		if (c->json)
			print_json(c, &report);
		else
			print(c, &d, &report, dry_run);
	}
	desk_close(&d);
	return status;
}

const struct command command_migrate = {
	.name = "migrate",
	.summary = "bring a backlog of an older schema up to date",
	.about = "Brings a backlog of schema 1 or 2 to schema 3, once, and "
		 "keeps a copy of the file as it was in .weir/backups.",
	.options = options,
	.run = run,
};
