/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PER_DIR = 100, FILE_MIN = 1000, FILE_MAX = 7000 };

static void
write_file(int dir, const char *path, size_t i)
{
	uint64_t x = 88172645463325252u + i * 2685821657736338717u;
	size_t size = FILE_MIN + i * 7919 % (FILE_MAX - FILE_MIN), n = 0;
	char text[FILE_MAX + 100];

	while (n < size) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		n += (size_t)snprintf(text + n, sizeof(text) - n,
			"int value_%llu = %llu; /* of %zu */\n",
			(unsigned long long)(x % 100000),
			(unsigned long long)(x >> 40), i);
	}
	int fd = openat(
		dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return;
	if (fd < 0 || write(fd, text, n) != (ssize_t)n || close(fd) < 0)
		err(1, "%s", path);
}

static void
make_file(struct tree *t, size_t i)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "d%04zu", i / PER_DIR);
	if (i % PER_DIR == 0 && mkdirat(t->fd, path, 0755) < 0 &&
		errno != EEXIST)
		err(1, "%s", path);
	(void)snprintf(path, sizeof(path), "d%04zu/f%06zu.c", i / PER_DIR, i);
	write_file(t->fd, path, i);
	if (fstatat(t->fd, path, &st, 0) < 0)
		err(1, "%s", path);
	t->bytes += (size_t)st.st_size;
	if (asprintf(&t->paths[i], "%s", path) < 0)
		err(1, NULL);
}

void
tree_open(struct tree *t, const char *dir, size_t n)
{
	*t = (struct tree){.dir = dir, .n = n};
	t->paths = calloc(n, sizeof(t->paths[0]));
	t->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->paths == NULL || t->fd < 0)
		err(1, "%s", dir);
	for (size_t i = 0; i < n; i++)
		make_file(t, i);
}

void
tree_close(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->paths[i]);
	free(t->paths);
	(void)close(t->fd);
}
