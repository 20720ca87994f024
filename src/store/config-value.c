/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/stamp.h"
#include "model/id.h"
#include "store/config-priv.h"

enum { PATH_BYTES_MAX = 1000, WORD_BYTES_MAX = 32768 };

/* The text of a scalar; absent, with a problem, when it is none. */
static struct str
scalar(struct config_reader *r, const char *what, const char *must_be,
	const struct yaml_node *n)
{
	if (n->kind == YAML_SCALAR && !yaml_is_null(n))
		return n->value;
	config_problem(r, n, "%s must be %s, not %s", what, must_be,
		config_shown(r, n));
	return STR_ABSENT;
}

/* True and `*ret` when it is a plain whole number within the key's limits. */
static bool
number(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, uint64_t *ret)
{
	if (n->kind == YAML_SCALAR && n->style == YAML_PLAIN &&
		parse_u64(n->value, ret) && *ret >= k->min && *ret <= k->max)
		return true;
	config_problem(r, n,
		"%s must be a whole number from %ju to %ju, not %s%s", k->name,
		(uintmax_t)k->min, (uintmax_t)k->max,
		n->style == YAML_SINGLE || n->style == YAML_DOUBLE
			? "the quoted "
			: "",
		config_shown(r, n));
	return false;
}

void
config_read_count(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	uint64_t v;

	if (number(r, k, n, &v))
		memcpy(at, &v, sizeof(v));
}

void
config_read_uint(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	uint64_t v;

	if (!number(r, k, n, &v))
		return;
	unsigned int u = (unsigned int)v; /* k->max fits */
	memcpy(at, &u, sizeof(u));
}

void
config_read_duration(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	int64_t ns;

	if (n->kind == YAML_SCALAR && duration_parse(n->value, &ns))
		memcpy(at, &ns, sizeof(ns));
	else
		config_problem(r, n,
			"%s must be a duration from 1ms to 1000h, such as "
			"'90s', '30m' or '1h30m', not %s",
			k->name, config_shown(r, n));
}

void
config_read_enum(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	int v;

	if (n->kind == YAML_SCALAR && names_parse(k->names, n->value, &v)) {
		memcpy(at, &v, sizeof(v));
		return;
	}
	struct buf list CLEANUP_BUF = {0};
	names_list(k->names, &list);
	config_problem(r, n, "%s must be %s, not %s", k->name, list.p,
		config_shown(r, n));
}

void
config_read_bool(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	bool v;

	if (yaml_bool(n, &v))
		memcpy(at, &v, sizeof(v));
	else
		config_problem(r, n, "%s must be true or false, not %s",
			k->name, config_shown(r, n));
}

static const char *const switches[] = {"off", "on"};
static const struct names switch_names = NAMES(switches, 2);

void
config_read_switch(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	bool v;
	int on;

	if (!yaml_bool(n, &v)) {
		if (n->kind != YAML_SCALAR ||
			!names_parse(&switch_names, n->value, &on)) {
			config_problem(r, n, "%s must be on or off, not %s",
				k->name, config_shown(r, n));
			return;
		}
		v = on != 0;
	}
	memcpy(at, &v, sizeof(v));
}

bool
config_name_is_valid(
	struct config_reader *r, const char *what, const struct yaml_node *n)
{
	static const char must_be[] =
		"1 to 100 letters, digits, '.', '_' or '-', beginning with a "
		"letter or digit";
	struct str s = scalar(r, what, must_be, n);

	if (!str_is_set(s))
		return false;
	/* Names become parts of file names, as ids do. */
	if (id_is_valid(s))
		return true;
	config_problem(r, n, "%s must be %s, not %s", what, must_be,
		config_shown(r, n));
	return false;
}

void
config_read_prefix(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	if (n->kind == YAML_SCALAR && id_prefix_is_valid(n->value))
		memcpy(at, &n->value, sizeof(n->value));
	else
		config_problem(r, n,
			"%s must be 1 to 30 letters, digits, '_' or '-', "
			"beginning with a letter or digit, not %s",
			k->name, config_shown(r, n));
}

static bool
component_is_plain(struct str s)
{
	return s.n > 0 && !str_eq(s, STR(".")) && !str_eq(s, STR(".."));
}

/* Relative, and inside whatever directory it is taken from. */
static bool
path_is_inside(struct str s)
{
	if (s.n == 0 || s.n > PATH_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] < ' ' || s.s[i] == 0x7f)
			return false;
	for (;;) {
		size_t slash = str_find_char(s, '/');
		if (!component_is_plain(str_of(s.s, slash)))
			return false;
		if (slash == s.n)
			return true;
		s = str_from_at(s, slash + 1);
	}
}

static bool
path(struct config_reader *r, const char *what, const struct yaml_node *n)
{
	if (n->kind == YAML_SCALAR && !yaml_is_null(n) &&
		path_is_inside(n->value))
		return true;
	config_problem(r, n,
		"%s must be a path from the project root without '.' and '..' "
		"components, not %s",
		what, config_shown(r, n));
	return false;
}

void
config_read_path(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	if (path(r, k->name, n))
		memcpy(at, &n->value, sizeof(n->value));
}

static bool
word(struct config_reader *r, const char *what, const struct yaml_node *n)
{
	struct str s = scalar(r, what, "text", n);

	if (!str_is_set(s))
		return false;
	if (s.n <= WORD_BYTES_MAX && str_find_char(s, '\0') == s.n)
		return true;
	config_problem(r, n, "%s must be at most %d bytes without NUL", what,
		WORD_BYTES_MAX);
	return false;
}

/* A sequence whose every entry passes; what does not is left out. */
static void
read_list(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n,
	bool (*check)(
		struct config_reader *, const char *, const struct yaml_node *),
	struct str_list *ret)
{
	struct str *items = ARENA_ARRAY(r->a, struct str, n->n);
	const char *what = arena_strf(r->a, "an entry of %s", k->name).s;
	*ret = (struct str_list){.items = items};
	for (size_t i = 0; i < n->n; i++)
		if (config_is_untagged(r, n->items[i]) &&
			check(r, what, n->items[i]))
			items[ret->n++] = n->items[i]->value;
}

void
config_read_paths(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	if (n->kind == YAML_SCALAR)
		config_problem(r, n,
			"%s must be a list of paths, such as "
			"[workflows/build.md], not %s",
			k->name, config_shown(r, n));
	else if (config_is_collection(r, k, YAML_SEQUENCE, n))
		read_list(r, k, n, path, at);
}

void
config_read_command(struct config_reader *r, const struct config_key *k,
	const struct yaml_node *n, void *at)
{
	struct str_list *list = at;

	if (n->kind != YAML_SEQUENCE || n->n == 0) {
		config_problem(r, n,
			"%s must be a list of words, such as [claude, -p], "
			"not %s",
			k->name,
			n->kind == YAML_SEQUENCE ? "an empty list"
						 : config_shown(r, n));
		return;
	}
	if (!config_is_collection(r, k, YAML_SEQUENCE, n))
		return;
	read_list(r, k, n, word, list);
	if (list->n > 0 && list->items[0].n == 0)
		config_problem(r, n->items[0], "%s begins with an empty word",
			k->name);
}
