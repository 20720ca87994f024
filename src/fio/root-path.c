/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fio/root-priv.h"

#define NAME_SIZE sizeof(((struct fio_place *)0)->name)

void
fio_path_tidy(char *path)
{
	char *to = path;
	const char *from = path;
	bool absolute = *path == '/';

	while (*from != '\0') {
		from += strspn(from, "/");
		size_t n = strcspn(from, "/");
		if (n == 0 || (n == 1 && *from == '.')) {
			from += n;
			continue;
		}
		if (to != path || absolute)
			*to++ = '/';
		memmove(to, from, n);
		to += n;
		from += n;
	}
	if (to == path && absolute)
		*to++ = '/';
	*to = '\0';
}

int
fio_check_name(const char *name, size_t n, struct wio_error *e)
{
	if (n == 2 && memcmp(name, "..", 2) == 0)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"a path with '..' in it; give one without");
	if (n >= NAME_SIZE)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"a name of %zu bytes in a path, the most is %zu", n,
			NAME_SIZE - 1);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID,
				"path",
				"a path with a control character in it");
	return 0;
}

static int
check_path(const char *path, struct wio_error *e)
{
	size_t n = strlen(path);

	if (n == 0)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"an empty path names no file");
	if (n >= FIO_PATH_SIZE)
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"a path of %zu bytes, the most is %d", n,
			FIO_PATH_SIZE - 1);
	if (n > 1 && path[n - 1] == '/')
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"'%.200s' has '/' at the end, where a file's name "
			"would be",
			path);
	for (const char *at = path; *at != '\0';) {
		at += strspn(at, "/");
		size_t len = strcspn(at, "/");
		if (fio_check_name(at, len, e) < 0)
			return -1;
		at += len;
	}
	return 0;
}

bool
fio_root_holds(
	const struct fio_root *root, const char *path, const char **ret_rest)
{
	const struct str *names[] = {&root->given, &root->real};

	for (size_t i = 0; i < 2; i++) {
		size_t n = names[i]->n;
		if (strncmp(path, names[i]->s, n) != 0 ||
			(path[n] != '/' && path[n] != '\0'))
			continue;
		*ret_rest = path[n] == '/' ? path + n + 1 : path + n;
		return true;
	}
	return false;
}

bool
fio_roots_match(const struct fio_roots *r, const char *path, size_t *ret_root,
	const char **ret_rest)
{
	const char *rest, *best = NULL;

	/* The innermost, where one root is inside another. */
	for (size_t i = 0; i < r->all; i++) {
		if (!fio_root_holds(&r->items[i], path, &rest) ||
			(best != NULL && rest <= best))
			continue;
		best = rest;
		*ret_root = i;
	}
	*ret_rest = best;
	return best != NULL;
}

int
fio_roots_locate(const struct fio_roots *r, const char *path,
	char clean[FIO_PATH_SIZE], size_t *ret_root, const char **ret_rest,
	struct wio_error *e)
{
	if (check_path(path, e) < 0)
		return -1;
	(void)snprintf(clean, FIO_PATH_SIZE, "%s", path);
	fio_path_tidy(clean);
	if (*clean != '/') {
		*ret_root = 0;
		*ret_rest = clean;
		if (r->n > 0)
			return 0;
		return fio_error_set(e, WIO_OP_RESOLVE, WIO_INVALID, "path",
			"'%s' is relative, and there is no root", path);
	}
	if (fio_roots_match(r, clean, ret_root, ret_rest))
		return 0;
	return fio_error_set(e, WIO_OP_RESOLVE, WIO_OUTSIDE, "path",
		"'%.200s' is under no root; its directory needs to be one "
		"(--root)",
		path);
}

const char *
fio_cut_name(char *path, const char **ret_parent)
{
	char *slash = strrchr(path, '/');

	*ret_parent = ".";
	if (slash == NULL)
		return *path != '\0' ? path : ".";
	*slash = '\0';
	*ret_parent = path;
	return slash + 1;
}

int
fio_resolve_error(struct wio_error *e, int sys, const char *shown)
{
	fio_error_sys(e, WIO_OP_RESOLVE, sys, "'%.200s'", shown);
	(void)snprintf(e->field, sizeof(e->field), "path");
	if (sys == ENOTDIR)
		e->code = WIO_NOT_FOUND;
	if (sys == ENAMETOOLONG)
		e->code = WIO_INVALID;
	return -1;
}
