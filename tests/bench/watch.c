/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "weir/io.h"

/*
 * watch DIRECTORY [EVENTS]: another process writes a file in it again and
 * again, and for each backend the median and the worst time from before the
 * write to the event is printed, in microseconds, with the debounce off.
 */

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
fail(const char *what)
{
	(void)fprintf(stderr, "watch: %s\n", what);
	exit(1);
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Writes the time into the file whenever it is told to. */
static void
write_times(int told, int fd)
{
	char go;

	while (read(told, &go, 1) == 1) {
		int64_t at = now_ns();
		if (pwrite(fd, &at, sizeof(at), 0) != sizeof(at))
			fail(strerror(errno));
	}
	_exit(0);
}

static int64_t
measure_one(struct wio_watch *x, int tell, int fd)
{
	struct wio_event event;
	struct wio_error e;
	int64_t at;

	while (wio_watch_next(x, 0, &event, &e) == 0)
		;
	if (write(tell, "", 1) != 1)
		fail(strerror(errno));
	if (wio_watch_next(x, -1, &event, &e) != 0)
		fail(e.message);
	int64_t now = now_ns();
	if (pread(fd, &at, sizeof(at), 0) != sizeof(at))
		fail("the file holds no time");
	return now - at;
}

static void
measure(struct wio *w, const char *path, enum wio_watch_backend backend,
	size_t n)
{
	static const char *const names[] = {
		"auto", "inotify", "fanotify", "polling"};
	struct wio_watch_options o = {.backend = backend, .debounce_ns = -1};
	int64_t *took = calloc(n, sizeof(*took));
	struct wio_error e;

	struct wio_watch *x = wio_watch_open(w, &o, &e);
	if (x == NULL || took == NULL)
		fail(e.message);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int go[2];
	if (fd < 0 || pipe(go) < 0)
		fail(strerror(errno));
	pid_t writer = fork();
	if (writer == 0) {
		(void)close(go[1]);
		write_times(go[0], fd);
	}
	for (size_t i = 0; i < n; i++)
		took[i] = measure_one(x, go[1], fd);
	qsort(took, n, sizeof(took[0]), compare);
	(void)printf("%s median %.1f worst %.1f\n",
		names[wio_watch_backend_of(x)], (double)took[n / 2] / 1e3,
		(double)took[n - 1] / 1e3);
	(void)close(go[0]);
	(void)close(go[1]);
	(void)waitpid(writer, NULL, 0);
	(void)close(fd);
	(void)unlink(path);
	wio_watch_close(x);
	free(took);
}

int
main(int argc, char **argv)
{
	char path[4096];
	struct wio_error e;
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;

	if (argc < 2 || n == 0)
		fail("usage: watch DIRECTORY [EVENTS]");
	struct wio_options o = {
		.roots = (const char *const[]){argv[1]}, .roots_n = 1};
	struct wio *w = wio_open(&o, &e);
	if (w == NULL)
		fail(e.message);
	(void)snprintf(path, sizeof(path), "%s/bench-watch-file", argv[1]);
	measure(w, path, WIO_WATCH_INOTIFY, n);
	measure(w, path, WIO_WATCH_FANOTIFY, n);
	wio_close(w, NULL);
	return 0;
}
