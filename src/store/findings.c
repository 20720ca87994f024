/* SPDX-License-Identifier: MIT */
#include "store/findings.h"

#include "base/buf.h"

void
findings_add(struct findings *f, const struct finding *x)
{
	struct finding copy = *x;

	copy.where = arena_str(f->a, x->where);
	copy.message = arena_str(f->a, x->message);
	copy.next = arena_str(f->a, x->next);
	VEC_PUSH(&f->list, copy);
}

/* How much of "file:12:5: what is wrong" is its place; 0: it has none. */
static size_t
place_length(struct str msg)
{
	size_t n = str_find(msg, STR(": ")), at = n;

	for (int i = 0; i < 2; i++) {
		size_t end = at;
		while (at > 0 && msg.s[at - 1] >= '0' && msg.s[at - 1] <= '9')
			at--;
		if (at == end || at < 2 || msg.s[at - 1] != ':')
			return 0;
		at--;
	}
	return n;
}

void
findings_add_err(
	struct findings *f, const struct finding *x, const struct err *e)
{
	struct str msg = str_from(e->msg);
	size_t n = place_length(msg);
	struct finding y = *x;

	y.where = n > 0 ? str_of(msg.s, n) : x->where;
	y.message = n > 0 ? str_from_at(msg, n + 2) : msg;
	findings_add(f, &y);
}

void
findings_add_problems(
	struct findings *f, const struct finding *x, struct problems *problems)
{
	CLEANUP_BUF struct buf text = {0};
	struct finding rest = *x;

	VEC_EACH (p, &problems->list)
		findings_add_err(f, x, p);
	if (problems->dropped == 0)
		return;
	buf_addf(&text, "%zu more problems are not told", problems->dropped);
	rest.message = buf_str(&text);
	rest.untold = problems->dropped;
	findings_add(f, &rest);
}

void
findings_add_blind(struct findings *f, const char *check, const struct err *e)
{
	findings_add_err(
		f, &(struct finding){.wrong = true, .check = check}, e);
}

void
findings_release(struct findings *f)
{
	VEC_RELEASE(&f->list);
}
