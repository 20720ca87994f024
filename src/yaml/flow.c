/* SPDX-License-Identifier: MIT */
#include "yaml/edit-priv.h"

#include <string.h>

/*
 * Collections in flow style. A child is taken away together with one comma
 * beside it; new ones come with one.
 */

static void
add_child(struct buf *b, const struct job *j, const struct fresh *x)
{
	if (j->site.node->kind == YAML_MAPPING)
		emit_flow_pair(b, x->key, x->value);
	else
		emit_flow(b, YAML_PLAIN, x->value);
}

/* The first child behind `i` that stays; n when none does. */
static size_t
kept_from(const struct job *j, size_t i)
{
	while (i < j->site.node->n && j->children[i].gone)
		i++;
	return i;
}

/* Behind a comma that follows, if one does. */
static size_t
past_comma(struct str bytes, size_t at)
{
	size_t comma = spot_token(bytes, at);

	return bytes.s[comma] == ',' ? comma + 1 : at;
}

/* Children [i, next) go and the one at `next` stays: with the comma, and a
 * comment on its line, but not with comments on lines of their own. */
static void
drop_before(
	struct workshop *w, const struct yaml_node *n, size_t i, size_t next)
{
	size_t from = spot_child(w->bytes, n, i);
	size_t to = spot_child(w->bytes, n, next);
	size_t last =
		past_comma(w->bytes, spot_child_end(w->bytes, n, next - 1));
	size_t rest = spot_blanks(w->bytes, last);

	if (w->bytes.s[rest] == '#')
		rest = spot_below(w->bytes, rest);
	if (spot_white(w->bytes, rest) < to)
		to = last;
	splice_put(&w->splices, from, to, STR(""));
}

/* Does a tag without a value end at `end`? */
static bool
is_tag(struct str bytes, size_t end)
{
	size_t at = end;

	while (strchr(" \t\r\n,[{", bytes.s[at - 1]) == NULL)
		at--;
	return bytes.s[at] == '!';
}

/* Does the word "-" end at `end`? With a blank behind it it would be a dash. */
static bool
is_dash(struct str bytes, size_t end)
{
	return bytes.s[end - 1] == '-' &&
		strchr(" \t\r\n:,[{", bytes.s[end - 2]) != NULL;
}

/* Children from `i` on go and the one before stays. A blank is left behind a
 * colon or tag without a value, for "key:}" is a word, and in front of a
 * comment. */
static void
drop_last(struct workshop *w, const struct yaml_node *n, size_t i)
{
	size_t from = spot_child_end(w->bytes, n, i - 1);
	size_t to = spot_child_end(w->bytes, n, n->n - 1);
	size_t comma = spot_white(w->bytes, from);

	/* A comment between stays, and with it the comma. */
	if (w->bytes.s[comma] != ',' || is_dash(w->bytes, from) ||
		spot_white(w->bytes, comma + 1) != spot_child(w->bytes, n, i)) {
		from = spot_child(w->bytes, n, i);
		to = past_comma(w->bytes, to);
	}
	bool blank = w->bytes.s[from - 1] == ':' || w->bytes.s[to] == '#' ||
		is_tag(w->bytes, from);
	splice_put(&w->splices, from, to, blank ? STR(" ") : STR(""));
}

/* All children go: the new ones take the place of the first. */
static void
replace_all(struct workshop *w, const struct job *j)
{
	CLEANUP_BUF struct buf b = {0};
	const struct yaml_node *n = j->site.node;
	size_t from = n->start + 1, to = from;

	if (n->n > 0) {
		from = spot_child(w->bytes, n, 0);
		to = past_comma(
			w->bytes, spot_child_end(w->bytes, n, n->n - 1));
	}
	for (size_t i = 0; i < j->n; i++) {
		if (i > 0)
			buf_add_c(&b, ", ");
		add_child(&b, j, &j->fresh[i]);
	}
	if (w->bytes.s[to] == '#')
		buf_add_char(&b, ' ');
	splice_put(&w->splices, from, to, buf_str(&b));
}

static void
add_new(struct workshop *w, const struct job *j, const struct fresh *x)
{
	CLEANUP_BUF struct buf b = {0};
	const struct yaml_node *n = j->site.node;
	size_t behind = x->after;
	size_t at;

	if (behind != SIZE_MAX && j->children[behind].gone)
		behind = j->children[behind].above;
	if (behind == SIZE_MAX) {
		at = spot_child(w->bytes, n, kept_from(j, 0));
		add_child(&b, j, x);
		buf_add_c(&b, ", ");
	} else {
		at = spot_child_end(w->bytes, n, behind);
		if (w->bytes.s[at - 1] == ':') /* "key:," is a word */
			buf_add_char(&b, ' ');
		buf_add_c(&b, ", ");
		add_child(&b, j, x);
		if (w->bytes.s[at] == '#')
			buf_add_char(&b, ' ');
	}
	splice_put(&w->splices, at, at, buf_str(&b));
}

static int
check_braces(const struct workshop *w, const struct job *j, struct err *e)
{
	const struct yaml_node *n = j->site.node;

	if (n->kind == YAML_SEQUENCE || w->bytes.s[n->start] == '{' ||
		(j->n == 0 && j->kept == n->n))
		return 0;
	return err_set(e, ERR_CONFLICT,
		"the pair at line %zu stands in a list without braces; give "
		"it some",
		n->line);
}

static int
append_to_empty(struct workshop *w, const struct job *j, struct err *e)
{
	struct yaml_value *items = ARENA_ARRAY(w->a, struct yaml_value, j->n);
	struct yaml_value v = {
		.kind = YAML_SEQUENCE, .items = items, .n = j->n};

	for (size_t i = 0; i < j->n; i++)
		items[i] = *j->fresh[i].value;
	return replace_collection(w, &j->site, &v, e);
}

int
flow_work(struct workshop *w, const struct job *j, struct err *e)
{
	const struct yaml_node *n = j->site.node;
	size_t next;

	if (check_braces(w, j, e) < 0)
		return -1;
	if (n->n == 0 && n->kind == YAML_SEQUENCE)
		return append_to_empty(w, j, e);
	if (j->kept == 0) {
		replace_all(w, j);
		return 0;
	}
	for (size_t i = 0; i < n->n; i = next) {
		next = j->children[i].gone ? kept_from(j, i) : i + 1;
		if (j->children[i].gone && next < n->n)
			drop_before(w, n, i, next);
		else if (j->children[i].gone)
			drop_last(w, n, i);
		else if (j->children[i].value != NULL &&
			replace_value(w, &j->site, i, j->children[i].value, e) <
				0)
			return -1;
	}
	for (size_t i = 0; i < j->n; i++)
		add_new(w, j, &j->fresh[i]);
	return 0;
}
