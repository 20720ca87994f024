/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

/*
 * A fresh directory for one test, and plain files in it, written and read
 * without weir's own code.
 *
 *	struct scratch s;
 *	scratch_make(&s);
 *	scratch_put(&s, "a.yaml", "items: []\n");
 *	scratch_remove(&s);
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

struct scratch {
	char path[256];
	char text[1024 * 1024]; /* what scratch_get returned last */
};

static inline void
scratch_make(struct scratch *s)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(s->path, sizeof(s->path), "%s/weir-test-XXXXXX",
		tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(s->path) == NULL)
		fail_msg("no temporary directory at '%s'", s->path);
}

static inline int
scratch_unlink(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void
scratch_remove(struct scratch *s)
{
	(void)nftw(s->path, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *
scratch_path(const struct scratch *s, const char *name, char ret[512])
{
	(void)snprintf(ret, 512, "%s/%s", s->path, name);
	return ret;
}

static inline void
scratch_put_bytes(
	const struct scratch *s, const char *name, const void *p, size_t n)
{
	char path[512];
	int fd = open(scratch_path(s, name, path), O_WRONLY | O_CREAT | O_TRUNC,
		0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

static inline void
scratch_put(const struct scratch *s, const char *name, const char *text)
{
	scratch_put_bytes(s, name, text, strlen(text));
}

/* The file's text, absent when it does not exist. */
static inline struct str
scratch_get(struct scratch *s, const char *name)
{
	char path[512];
	int fd = open(scratch_path(s, name, path), O_RDONLY);

	if (fd < 0 && errno == ENOENT)
		return STR_ABSENT;
	assert_true(fd >= 0);
	ssize_t n = read(fd, s->text, sizeof(s->text) - 1);
	assert_true(n >= 0);
	assert_int_equal(close(fd), 0);
	s->text[n] = '\0';
	return str_of(s->text, (size_t)n);
}

static inline bool
scratch_has(const struct scratch *s, const char *name)
{
	struct stat st;
	char path[512];

	return lstat(scratch_path(s, name, path), &st) == 0;
}

/* How many names in this directory of it hold `part`. */
static inline size_t
scratch_count(const struct scratch *s, const char *sub, const char *part)
{
	char path[512];
	DIR *d = opendir(scratch_path(s, sub, path));
	struct dirent *x;
	size_t n = 0;

	assert_non_null(d);
	while ((x = readdir(d)) != NULL)
		n += strstr(x->d_name, part) != NULL;
	(void)closedir(d);
	return n;
}

#endif
