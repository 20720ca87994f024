/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "base/utf8.h"
#include "store/config-priv.h"

enum {
	SHOWN_COLUMNS = 60,
	KEYS_MAX = 16,
	COLLECTED_MAX = 1000, /* aliases repeat a problem at each use */
};

void
config_problem(struct config_reader *r, const struct yaml_node *at,
	const char *fmt, ...)
{
	struct config_problem p = {.line = at->line, .column = at->column};
	char text[sizeof(p.e.msg)];
	va_list ap;

	if (r->problems.n == COLLECTED_MAX) {
		r->dropped++;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)yaml_err(r->file, at, &p.e, "%s", text);
	VEC_PUSH(&r->problems, p);
}

const char *
config_shown(struct config_reader *r, const struct yaml_node *n)
{
	if (n->kind == YAML_MAPPING)
		return "a mapping";
	if (n->kind == YAML_SEQUENCE)
		return "a list";
	if (yaml_is_null(n))
		return "nothing";
	struct buf clean CLEANUP_BUF = {0};
	struct buf quoted CLEANUP_BUF = {0};
	utf8_add_printable(&clean, n->value);
	buf_add_char(&quoted, '\'');
	utf8_add_cut(&quoted, buf_str(&clean), SHOWN_COLUMNS);
	buf_add_char(&quoted, '\'');
	return arena_str(r->a, buf_str(&quoted)).s;
}

bool
config_is_untagged(struct config_reader *r, const struct yaml_node *n)
{
	if (n->tagged)
		config_problem(r, n, "a tag has no meaning here");
	return !n->tagged;
}

static const struct config_key *
key_find(const struct config_keys *t, struct str name)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq_c(name, t->keys[i].name))
			return &t->keys[i];
	return NULL;
}

static void
unknown_key(struct config_reader *r, const struct config_keys *t,
	const struct yaml_node *key)
{
	const char *all[KEYS_MAX];
	struct names names = {.name = all};
	const char *shown = config_shown(r, key);

	for (; names.n < t->n && names.n < KEYS_MAX; names.n++)
		all[names.n] = t->keys[names.n].name;
	const char *near = names_nearest(&names, key->value);
	if (near != NULL) {
		config_problem(r, key,
			"unknown key %s in %s; did you mean '%s'?", shown,
			t->where, near);
		return;
	}
	struct buf list CLEANUP_BUF = {0};
	names_list(&names, &list);
	config_problem(r, key, "unknown key %s in %s, which takes %s", shown,
		t->where, list.p);
}

void
config_read_keys(struct config_reader *r, const struct config_keys *t,
	const struct yaml_node *n, void *record)
{
	if (n->kind != YAML_MAPPING) {
		config_problem(r, n, "%s must be a mapping of keys, not %s",
			t->where, config_shown(r, n));
		return;
	}
	for (size_t i = 0; i < t->n; i++) {
		const struct config_key *k = &t->keys[i];
		const struct yaml_node *v = yaml_get(n, str_from(k->name));
		if (v != NULL && !yaml_is_null(v) && config_is_untagged(r, v))
			k->read(r, k, v, (char *)record + k->offset);
	}
	for (size_t i = 0; i < n->n; i++)
		if (key_find(t, n->pairs[i].key->value) == NULL)
			unknown_key(r, t, n->pairs[i].key);
}

void
config_read_map(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	config_read_keys(r, k->sub, n, at);
}

bool
config_is_collection(struct config_reader *r, const struct config_key *k,
	enum yaml_kind kind, const struct yaml_node *n)
{
	if (n->kind != kind)
		config_problem(r, n, "%s must be %s, not %s", k->name,
			kind == YAML_MAPPING ? "a mapping of names" : "a list",
			config_shown(r, n));
	else if (n->n > k->max)
		config_problem(r, n, "%s has %zu entries, more than %ju",
			k->name, n->n, (uintmax_t)k->max);
	else
		return true;
	return false;
}

struct config_keys
config_keys_of(struct config_reader *r, const struct config_keys *t,
	const char *kind, struct str name)
{
	struct config_keys named = *t;

	named.where = arena_strf(r->a, "%s '%.*s'", kind, STR_ARG(name)).s;
	return named;
}
