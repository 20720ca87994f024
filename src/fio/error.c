/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "fio/io-priv.h"

static const char *const code_names[] = {
	[WIO_OK] = "ok",
	[WIO_INVALID] = "invalid",
	[WIO_NOT_FOUND] = "not_found",
	[WIO_DENIED] = "denied",
	[WIO_OUTSIDE] = "outside",
	[WIO_SYMLINK] = "symlink",
	[WIO_NOT_REGULAR] = "not_regular",
	[WIO_TOO_LARGE] = "too_large",
	[WIO_MISMATCH] = "mismatch",
	[WIO_RANGE] = "range",
	[WIO_BOUNDARY] = "boundary",
	[WIO_UTF8] = "utf8",
	[WIO_OVERLAP] = "overlap",
	[WIO_ANCHOR] = "anchor",
	[WIO_DIFF] = "diff",
	[WIO_EXISTS] = "exists",
	[WIO_EXTENSION] = "extension",
	[WIO_BUSY] = "busy",
	[WIO_CONFLICT] = "conflict",
	[WIO_NO_SPACE] = "no_space",
	[WIO_IO] = "io",
	[WIO_UNKNOWN_STATE] = "unknown_state",
	[WIO_CANCELLED] = "cancelled",
	[WIO_CLOSED] = "closed",
	[WIO_UNSUPPORTED] = "unsupported",
	[WIO_LINKED] = "linked",
};
static const struct names codes = NAMES(code_names, WIO_CODES);

static const char *const op_names[] = {
	[WIO_OP_OPEN] = "open",
	[WIO_OP_RESOLVE] = "resolve",
	[WIO_OP_READ] = "read",
	[WIO_OP_SCAN] = "scan",
	[WIO_OP_WRITE] = "write",
	[WIO_OP_SYNC] = "sync",
	[WIO_OP_RENAME] = "rename",
	[WIO_OP_CREATE] = "create",
	[WIO_OP_MKDIR] = "mkdir",
	[WIO_OP_LOCK] = "lock",
	[WIO_OP_WATCH] = "watch",
	[WIO_OP_CLOSE] = "close",
	[WIO_OP_SWEEP] = "sweep",
};
static const struct names ops = NAMES(op_names, WIO_OPS);

/* Numbers may come from a program built against a newer header. */
static const char *
name_of(const struct names *t, int value)
{
	const char *name = NULL;

	if (value >= 0 && (size_t)value < t->n)
		name = names_get(t, value);
	return name != NULL ? name : "unknown";
}

const char *
wio_code_name(enum wio_code code)
{
	return name_of(&codes, (int)code);
}

const char *
wio_op_name(enum wio_op op)
{
	return name_of(&ops, (int)op);
}

static void vfill(struct wio_error *e, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void
vfill(struct wio_error *e, const char *fmt, va_list ap)
{
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap);
}

int
fio_error_set(struct wio_error *e, enum wio_op op, enum wio_code code,
	const char *field, const char *fmt, ...)
{
	va_list ap;

	*e = (struct wio_error){.code = code, .op = op};
	if (field != NULL)
		(void)snprintf(e->field, sizeof(e->field), "%s", field);
	va_start(ap, fmt);
	vfill(e, fmt, ap);
	va_end(ap);
	return -1;
}

static enum wio_code
code_of_sys(int sys)
{
	switch (sys) {
	case ENOENT:
		return WIO_NOT_FOUND;
	case EACCES:
	case EPERM:
		return WIO_DENIED;
	case ENOSPC:
	case EDQUOT:
		return WIO_NO_SPACE;
	case ELOOP:
		return WIO_SYMLINK;
	case EXDEV:
		return WIO_OUTSIDE;
	case ENOTSUP:
		return WIO_UNSUPPORTED;
	default:
		return WIO_IO;
	}
}

int
fio_error_add(struct wio_error *e, const char *way_on)
{
	size_t n = strlen(e->message);

	(void)snprintf(e->message + n, sizeof(e->message) - n, "; %s", way_on);
	return -1;
}

/* What the system's own words leave open. */
static void
add_way_on(struct wio_error *e)
{
	if (e->sys == EROFS)
		(void)fio_error_add(e,
			"files there can be read, and changed only once it is "
			"mounted for that");
	if (e->sys == EACCES && e->op == WIO_OP_LOCK)
		(void)fio_error_add(e,
			"a change makes a new file beside the old one, so the "
			"directory and its trash have to be writable");
}

int
fio_error_sys(
	struct wio_error *e, enum wio_op op, int sys, const char *fmt, ...)
{
	va_list ap;

	*e = (struct wio_error){.code = code_of_sys(sys), .op = op, .sys = sys};
	va_start(ap, fmt);
	vfill(e, fmt, ap);
	va_end(ap);
	size_t n = strlen(e->message);
	(void)snprintf(e->message + n, sizeof(e->message) - n, ": %s",
		strerrordesc_np(sys));
	add_way_on(e);
	return -1;
}

static enum wio_code
code_of(const struct err *from)
{
	switch (from->code) {
	case ERR_SYS:
		return code_of_sys(from->sys);
	case ERR_INPUT:
		return WIO_INVALID;
	case ERR_LIMIT:
		return WIO_TOO_LARGE;
	case ERR_MISSING:
		return WIO_NOT_FOUND;
	case ERR_CONFLICT:
		return WIO_CONFLICT;
	case ERR_LOCKED:
		return WIO_BUSY;
	case ERR_POISONED:
		return WIO_UNKNOWN_STATE;
	case ERR_NONE:
	case ERR_CODES:
		break;
	}
	BUG("an error that is none: '%s'", from->msg);
}

int
fio_error_from(struct wio_error *e, enum wio_op op, const struct err *from)
{
	int sys = from->sys;

	fio_error_set(e, op, code_of(from), NULL, "%s", from->msg);
	e->sys = sys;
	add_way_on(e);
	return -1;
}

int
fio_error_about(struct wio_error *e, const char *path)
{
	CLEANUP_BUF struct buf text = {0};

	buf_addf(&text, "'%.*s': %s", FIO_SHOWN_SIZE - 1, path, e->message);
	(void)snprintf(e->message, sizeof(e->message), "%s", text.p);
	return -1;
}
