/* SPDX-License-Identifier: MIT */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * One error, owned by the caller, filled by whoever fails first and wrapped
 * by those above it.
 *
 *	struct err e = {0};
 *	if (thing_do(x, &e) < 0)
 *		return err_wrap(&e, "loading '%s'", name);
 *
 * A function that takes a `struct err *` returns 0 when done and -1 when it
 * failed and filled `*e`; 1 only where its header names a second good answer.
 * On success `*e` is left as it was.
 *
 * Messages are one line of lower-case text, what failed first, names in
 * single quotes. About input they begin with `file:line:column: `. They name
 * the next safe step where there is one and never a destructive command.
 */

/* What a caller branches on. A new code needs a caller that does. */
enum err_code {
	ERR_NONE,
	ERR_SYS,     /* a system call failed; `sys` holds its errno */
	ERR_INPUT,   /* bytes from a person, an agent or a disk are not valid */
	ERR_LIMIT,   /* valid, but larger, deeper or more than is accepted */
	ERR_MISSING, /* what was named does not exist */
	ERR_CONFLICT, /* the world is not as the request assumed it */
	ERR_LOCKED,   /* somebody else holds the lock */
	ERR_POISONED, /* an earlier failure left the state on disk unknown */
	ERR_CODES
};

struct err {
	enum err_code code;
	int sys;
	char msg[500];
};

/* Fill `e`, dropping what it held. Always return -1. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Like err_set with ERR_SYS; appends ": " and strerror(sys). */
int err_sys(struct err *e, int sys, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "<text>: " before the message; code and errno stay. Always -1. */
int err_wrap(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "input", "limit" … for machines; never NULL. */
const char *err_code_name(enum err_code code);

/* Our own mistake: say where, then abort. Never for bytes from outside. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)

void bug_at(const char *file, int line, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

#endif
