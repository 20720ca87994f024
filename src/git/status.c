/* SPDX-License-Identifier: MIT */

/*
 * git-status(1), porcelain format version 2, with -z: records end in NUL and
 * paths are not quoted.
 *
 *	# branch.oid <commit> | (initial)
 *	# branch.head <branch> | (detached)
 *	1 <XY> <sub> <mH> <mI> <mW> <hH> <hI> <path>
 *	u <XY> <sub> <m1> <m2> <m3> <mW> <h1> <h2> <h3> <path>
 *	? <path>
 *
 * Renames are off: they come as a deletion and an addition.
 */
#include "git/repo-priv.h"

#include <stdlib.h>

#include "base/vec.h"

struct parse {
	const struct git_repo *r;
	struct arena *a;
	struct git_status *ret;
	VEC(struct git_entry) entries;
};

static int
bad(struct str record, struct err *e)
{
	return err_set(e, ERR_INPUT, "git status prints '%.*s'",
		(int)(record.n < 100 ? record.n : 100), record.s);
}

/* The next field of a record, which a blank ends. */
static struct str
cut(struct str *rest)
{
	size_t n = str_find_char(*rest, ' ');
	struct str field = str_of(rest->s, n);

	*rest = str_from_at(*rest, n + 1);
	return field;
}

static void
add(struct parse *p, struct str path, bool deleted)
{
	/* Another repository inside this one, with files of its own. */
	if (!str_starts(path, p->r->prefix) || str_ends(path, STR("/")))
		return;
	struct git_entry entry = {
		.path = arena_str(p->a, str_from_at(path, p->r->prefix.n)),
		.deleted = deleted,
	};
	VEC_PUSH(&p->entries, entry);
}

/* `fields` before the path, the `mode`th is that in the work tree. */
static int
parse_tracked(
	struct parse *p, struct str record, int fields, int mode, struct err *e)
{
	struct str rest = record;
	bool submodule = false, deleted = false;

	for (int i = 0; i < fields; i++) {
		struct str field = cut(&rest);
		if (i == 2)
			submodule = str_starts(field, STR("S"));
		if (i == mode)
			deleted = str_eq_c(field, "000000");
	}
	if (rest.n == 0)
		return bad(record, e);
	if (!submodule)
		add(p, rest, deleted);
	return 0;
}

/* HEAD's commit and branch, unless there is none. */
static void
parse_header(struct parse *p, struct str record)
{
	const struct {
		struct str key, none, *to;
	} headers[] = {
		{STR("# branch.oid "), STR("(initial)"), &p->ret->head},
		{STR("# branch.head "), STR("(detached)"), &p->ret->branch},
	};

	for (size_t i = 0; i < 2; i++) {
		if (!str_starts(record, headers[i].key))
			continue;
		struct str value = str_from_at(record, headers[i].key.n);
		if (!str_eq(value, headers[i].none))
			*headers[i].to = arena_str(p->a, value);
	}
}

static int
parse_record(struct parse *p, struct str record, struct err *e)
{
	switch (record.n > 0 ? record.s[0] : '\0') {
	case '1':
		return parse_tracked(p, record, 8, 5, e);
	case 'u':
		return parse_tracked(p, record, 10, 6, e);
	case '?':
		if (record.n < 3)
			return bad(record, e);
		add(p, str_from_at(record, 2), false);
		return 0;
	case '#':
		parse_header(p, record);
		return 0;
	default:
		return bad(record, e);
	}
}

static int
by_path(const void *a, const void *b)
{
	const struct git_entry *x = a, *y = b;

	return str_cmp(x->path, y->path);
}

/* A file that is deleted in the index and back in the work tree comes twice:
 * it is there. */
static void
sort(struct parse *p)
{
	size_t n = 0;

	if (p->entries.n > 0)
		qsort(p->entries.items, p->entries.n,
			sizeof(p->entries.items[0]), by_path);
	struct git_entry *to =
		ARENA_ARRAY(p->a, struct git_entry, p->entries.n);
	VEC_EACH (from, &p->entries) {
		if (n > 0 && str_eq(to[n - 1].path, from->path))
			to[n - 1].deleted &= from->deleted;
		else
			to[n++] = *from;
	}
	p->ret->entries = to;
	p->ret->n = n;
}

int
git_status(const struct git_repo *r, struct arena *a, struct git_status *ret,
	struct err *e)
{
	struct parse p = {.r = r, .a = a, .ret = ret};
	struct buf out CLEANUP_BUF = {0};

	if (git_do(r,
		    GIT("status", "--porcelain=v2", "-z", "--branch",
			    "--untracked-files=all", "--ignore-submodules=all",
			    "--no-renames", "--", "."),
		    &out, e) < 0)
		return -1;
	*ret = (struct git_status){0};
	struct str rest = buf_str(&out);
	int rc = 0;
	while (rest.n > 0 && rc == 0) {
		size_t n = str_find_char(rest, '\0');
		rc = parse_record(&p, str_of(rest.s, n), e);
		rest = str_from_at(rest, n + 1);
	}
	if (rc == 0)
		sort(&p);
	VEC_RELEASE(&p.entries);
	return rc;
}
