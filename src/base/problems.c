/* SPDX-License-Identifier: MIT */
#include "base/problems.h"

void
problems_add(struct problems *p, const struct err *e)
{
	if (p->list.n == PROBLEMS_MAX) {
		p->dropped++;
		return;
	}
	VEC_PUSH(&p->list, *e);
}

void
problems_release(struct problems *p)
{
	VEC_RELEASE(&p->list);
	p->dropped = 0;
}
