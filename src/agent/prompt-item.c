/* SPDX-License-Identifier: MIT */
#include "agent/prompt-priv.h"

/* A person's whole page fits; a log pasted by mistake does not. */
enum {
	PART_MAX = 16 * 1024,
	NOTES_MAX = 16 * 1024,
	SUMMARY_MAX = 8 * 1024,
	FAILURE_MAX = 4 * 1024,
	DEPENDENCIES_SHOWN = 50,
	TAGS_SHOWN = 50,
};

static void
add_line(struct buf *b, const char *name, struct str value)
{
	if (str_is_empty(value))
		return;
	buf_addf(b, "%s: ", name);
	prompt_add_inline(b, value);
	buf_add_c(b, "\n");
}

static void
add_tags(struct buf *b, struct str_list tags)
{
	for (size_t i = 0; i < tags.n && i < TAGS_SHOWN; i++) {
		buf_add_c(b, i == 0 ? "tags: " : ", ");
		prompt_add_inline(b, tags.items[i]);
	}
	if (tags.n > 0)
		buf_add_c(b, "\n");
}

static void
add_identity(struct buf *b, const struct prompt_input *in)
{
	const struct item *it = in->item;
	struct buf text CLEANUP_BUF = {0};

	add_line(&text, "id", it->id);
	add_line(&text, "title", it->title);
	add_tags(&text, it->tags);
	add_line(&text, "origin", it->origin);
	add_line(&text, "created", it->created);
	buf_add_c(b, "## Item\n\n");
	prompt_quote(b, in, "item", buf_str(&text));
}

static void
add_assessment(struct buf *b, const char *name, const struct names *names,
	int value, bool *any)
{
	const char *text = names_get(names, value);

	if (text == NULL)
		return;
	if (!*any)
		buf_add_c(b, "## Assessments so far\n\n");
	buf_addf(b, "- %s: %s\n", name, text);
	*any = true;
}

static void
add_assessments(struct buf *b, const struct item *it)
{
	bool any = false;

	add_assessment(b, "Size", &size_names, (int)it->size, &any);
	add_assessment(
		b, "Complexity", &level_names, (int)it->complexity, &any);
	add_assessment(b, "Risk", &level_names, (int)it->risk, &any);
	add_assessment(b, "Impact", &level_names, (int)it->impact, &any);
	if (any)
		buf_add_c(b, "\n");
}

static void
add_part(struct buf *b, const char *name, struct str text)
{
	if (str_trim(text).n == 0)
		return;
	buf_addf(b, "%s**%s**\n\n", b->n > 0 ? "\n\n" : "", name);
	prompt_add_cut(b, str_trim(text), PART_MAX);
}

static void
add_description(struct buf *b, const struct prompt_input *in)
{
	const struct description *d = &in->item->description;
	struct buf text CLEANUP_BUF = {0};

	add_part(&text, "Context", d->context);
	add_part(&text, "Problem", d->problem);
	add_part(&text, "Solution", d->solution);
	add_part(&text, "Impact", d->impact);
	add_part(&text, "Sizing rationale", d->sizing_rationale);
	if (text.n == 0)
		return;
	buf_add_c(b, "## Description\n\n");
	prompt_quote(b, in, "description", buf_str(&text));
}

static void
add_dependency(struct buf *b, const struct snapshot *s, struct str id)
{
	const struct item *it = snapshot_find(s, id);
	const struct archived *gone = snapshot_find_archived(s, id);

	buf_add_c(b, "- ");
	prompt_add_inline(b, id);
	if (it != NULL) {
		buf_addf(b,
			" [%s]: ", names_get(&status_names, (int)it->status));
		prompt_add_inline(b, it->title);
	} else if (gone != NULL) {
		buf_addf(b, " [%s, archived]",
			names_get(&departure_names, (int)gone->how));
	}
	buf_add_c(b, "\n");
}

static void
add_dependencies(struct buf *b, const struct prompt_input *in)
{
	struct str_list ids = in->item->dependencies;
	struct buf text CLEANUP_BUF = {0};

	if (ids.n == 0)
		return;
	for (size_t i = 0; i < ids.n && i < DEPENDENCIES_SHOWN; i++)
		add_dependency(&text, in->snapshot, ids.items[i]);
	if (ids.n > DEPENDENCIES_SHOWN)
		buf_addf(&text, "- and %zu more\n", ids.n - DEPENDENCIES_SHOWN);
	buf_add_c(b, "## Dependencies\n\nThis item builds on:\n\n");
	prompt_quote(b, in, "dependencies", buf_str(&text));
}

static void
add_told(struct buf *b, const struct prompt_input *in, const char *heading,
	const char *label, struct str text, size_t max)
{
	struct buf told CLEANUP_BUF = {0};

	if (str_trim(text).n == 0)
		return;
	prompt_add_cut(&told, text, max);
	buf_addf(b, "## %s\n\n", heading);
	prompt_quote(b, in, label, buf_str(&told));
}

void
prompt_add_item(struct buf *b, const struct prompt_input *in)
{
	add_identity(b, in);
	add_assessments(b, in->item);
	add_description(b, in);
	add_dependencies(b, in);
	add_told(b, in, "What the phase before reported", "previous summary",
		in->previous_summary, SUMMARY_MAX);
	add_told(b, in,
		"Notes from a person\n\n"
		"The item was blocked; a person let it go on and wrote this. "
		"It comes before the\ndescription where the two disagree.",
		"notes", in->item->unblock_context, NOTES_MAX);
	add_told(b, in,
		"Why the attempt before failed\n\n"
		"Look at what it left behind, find the cause, and do not "
		"repeat what did not work.",
		"previous failure", in->previous_failure, FAILURE_MAX);
}
