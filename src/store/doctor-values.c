/* SPDX-License-Identifier: MIT */
#include "store/doctor-priv.h"

#include "base/stamp.h"

/*
 * Values that can be read and still are not what somebody meant.
 */

struct look {
	struct store *st;
	struct findings *f;
	struct str bytes;
};

/* "title: Mend #12" says "Mend". Who means a comment puts a blank behind its
 * '#'. */
static void
look_for_cut(const struct look *l, const char *name, const struct yaml_node *v)
{
	struct finding x = {.check = "cut",
		.next = STR("put the value into quotes if that is part of it, "
			    "or a blank behind the '#' if it is not")};
	struct err e = {0};

	if (v->kind != YAML_SCALAR || v->style != YAML_PLAIN ||
		v->alias_of != NULL || (yaml_is_null(v) && v->end > v->start))
		return;
	size_t end = str_line_end(l->bytes, v->end);
	struct str rest = str_trim(str_of(l->bytes.s + v->end, end - v->end));
	if (rest.n < 2 || rest.s[0] != '#' ||
		str_find_char(STR(" \t#"), rest.s[1]) < 3)
		return;
	yaml_err(l->st->label, v, &e,
		"'%s' ends before '%.*s', which is a comment in YAML", name,
		STR_ARG(rest));
	findings_add_err(l->f, &x, &e);
}

static void
look_at_texts(const struct look *l, const struct yaml_node *entry)
{
	static const char *const names[] = {
		"title", "blocked_reason", "unblock_context", "description"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct yaml_node *v = yaml_get(entry, str_from(names[i]));
		if (v == NULL)
			continue;
		look_for_cut(l, names[i], v);
		for (size_t k = 0; v->kind == YAML_MAPPING && k < v->n; k++)
			look_for_cut(
				l, v->pairs[k].key->value.s, v->pairs[k].value);
	}
}

static void
look_at_times(const struct look *l, const struct yaml_node *entry)
{
	static const char *const names[] = {"created", "updated"};

	for (size_t i = 0; i < 2; i++) {
		const struct yaml_node *v = yaml_get(entry, str_from(names[i]));
		struct finding x = {.wrong = true,
			.check = "value",
			.next = STR("put the time there, or take it out")};
		struct err e = {0};
		int64_t ignored;
		if (v == NULL || yaml_is_null(v) ||
			stamp_parse(v->value, &ignored))
			continue;
		yaml_err(l->st->label, v, &e,
			"'%s': '%.*s' is no time such as "
			"2026-11-20T11:00:46Z",
			names[i], STR_ARG(v->value));
		findings_add_err(l->f, &x, &e);
	}
}

/* A text that `weir block` would not have left there. */
static void
look_at_block(const struct look *l, const struct item *it,
	const struct yaml_node *entry)
{
	static const char *const names[] = {
		"blocked_from_status", "blocked_reason", "blocked_type"};

	for (size_t i = 0; i < 3 && it->status != STATUS_BLOCKED; i++) {
		const struct yaml_node *v = yaml_get(entry, str_from(names[i]));
		const struct finding x = {.check = "value",
			.next = STR("take it out, or let 'weir block' say it")};
		struct err e = {0};
		if (v == NULL || yaml_is_null(v))
			continue;
		yaml_err(l->st->label, v, &e,
			"'%s' says nothing while the item is not blocked",
			names[i]);
		findings_add_err(l->f, &x, &e);
	}
}

void
doctor_values(struct store *st, struct findings *f)
{
	const struct snapshot *s = st->now.snapshot;

	/* Without that entries cannot be told by their items; and an older
	 * schema has other values. */
	if (!st->now.sound || s->older_schema > 0)
		return;
	const struct look l = {
		.st = st, .f = f, .bytes = loaded_bytes(&st->now)};
	for (size_t i = 0; i < s->n; i++) {
		CLEANUP_ARENA struct arena tmp = {0};
		const struct yaml_node *entry =
			backlog_entry(&st->now, s->items[i].id, &tmp);
		look_at_texts(&l, entry);
		look_at_times(&l, entry);
		look_at_block(&l, &s->items[i], entry);
	}
}
