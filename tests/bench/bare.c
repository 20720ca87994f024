/* SPDX-License-Identifier: MIT */
#include "bare.h"

#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { THREADS_MAX = 16 };

struct share {
	const struct bare *bare;
	size_t first, end;
	void (*each)(const struct bare *b, size_t i);
};

static volatile uint64_t sink; /* so that nothing is left out */

static void *
work(void *ctx)
{
	const struct share *s = ctx;

	for (size_t i = s->first; i < s->end; i++)
		s->each(s->bare, i);
	return NULL;
}

/* The caller's thread is one of them, as it is in a batch call. */
static int
on_threads(const struct bare *b, void (*each)(const struct bare *, size_t))
{
	struct share shares[THREADS_MAX];
	pthread_t threads[THREADS_MAX];

	for (size_t i = 0; i < b->threads; i++) {
		shares[i] = (struct share){b, b->tree->n * i / b->threads,
			b->tree->n * (i + 1) / b->threads, each};
		if (i > 0 &&
			pthread_create(&threads[i], NULL, work, &shares[i]) !=
				0)
			errx(1, "no thread");
	}
	(void)work(&shares[0]);
	for (size_t i = 1; i < b->threads; i++)
		(void)pthread_join(threads[i], NULL);
	return 0;
}

static void
look(const struct bare *b, size_t i)
{
	struct statx st;

	if (statx(b->tree->fd, b->tree->paths[i], AT_SYMLINK_NOFOLLOW,
		    STATX_BASIC_STATS, &st) < 0)
		err(1, "%s", b->tree->paths[i]);
	sink = st.stx_size;
}

int
bare_statx(void *bare)
{
	return on_threads(bare, look);
}

static char *
read_one(const struct bare *b, size_t i, size_t *ret_n)
{
	int fd = openat(b->tree->fd, b->tree->paths[i], O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		err(1, "%s", b->tree->paths[i]);
	char *text = malloc((size_t)st.st_size + 1);
	if (text == NULL ||
		read(fd, text, (size_t)st.st_size + 1) != (ssize_t)st.st_size)
		err(1, "%s", b->tree->paths[i]);
	(void)close(fd);
	*ret_n = (size_t)st.st_size;
	return text;
}

/* What is asked for together is in memory together, here as there. */
static void
read_it(const struct bare *b, size_t i)
{
	static _Thread_local char *held[BARE_BATCH];
	static _Thread_local size_t held_n;
	size_t n;

	held[held_n++] = read_one(b, i, &n);
	if (held_n < BARE_BATCH && i + 1 < b->tree->n)
		return;
	while (held_n > 0)
		free(held[--held_n]);
}

static void
read_and_hash(const struct bare *b, size_t i)
{
	size_t n;
	char *text = read_one(b, i, &n);

	sink = XXH3_128bits(text, n).low64;
	free(text);
}

int
bare_read(void *bare)
{
	return on_threads(bare, read_it);
}

int
bare_read_hash(void *bare)
{
	return on_threads(bare, read_and_hash);
}

static void
read_piece(const struct bare *b, size_t i)
{
	size_t n = b->tree->bytes / b->tree->n;
	char *text = malloc(n);

	if (text == NULL ||
		pread(b->cached, text, n, (off_t)(i * n)) != (ssize_t)n)
		err(1, "reading the cached file");
	sink = (uint64_t)text[0];
	free(text);
}

int
bare_cached(void *bare)
{
	return on_threads(bare, read_piece);
}

int
bare_write(const struct tree *t, const char *path, const char *text, size_t n)
{
	char temp[300], dir[256];

	(void)snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	(void)snprintf(temp, sizeof(temp), "%s/.bare", dir);
	int dirfd = openat(t->fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(
		t->fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (dirfd < 0 || fd < 0 || write(fd, text, n) != (ssize_t)n ||
		fsync(fd) < 0 || close(fd) < 0 ||
		renameat(t->fd, temp, t->fd, path) < 0 || fsync(dirfd) < 0 ||
		close(dirfd) < 0)
		err(1, "%s", path);
	return 0;
}
