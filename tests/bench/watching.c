/* SPDX-License-Identifier: MIT */
#include "watching.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"
#include "weir/io.h"

/* Who watches: weir, or inotifywait. */
struct watcher {
	const struct tree *tree;
	struct wio *io;
	enum wio_watch_backend backend;
	struct wio_watch *ours;
	pid_t pid;	  /* of inotifywait, else 0 */
	int out;	  /* its output, and its errors */
	const char *name; /* of what it changes; nobody else hears that */
	size_t changes;
};

static int
ours_arm(void *ctx)
{
	struct watcher *w = ctx;
	const struct wio_watch_options o = {
		.backend = w->backend, .debounce_ns = -1};
	struct wio_error e;

	wio_watch_close(w->ours);
	w->ours = wio_watch_open(w->io, &o, &e);
	if (w->ours == NULL)
		warnx("%s", e.message);
	return w->ours == NULL;
}

static void
others_stop(struct watcher *w)
{
	if (w->pid == 0)
		return;
	(void)kill(w->pid, SIGTERM);
	(void)waitpid(w->pid, NULL, 0);
	(void)close(w->out);
	w->pid = 0;
}

/* Read on until a line holds `word`; it prints whole lines. */
static int
await(int fd, const char *word)
{
	char text[4096];
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);
		if (got <= 0)
			return -1;
		n += (size_t)got;
		text[n] = '\0';
		if (strstr(text, word) != NULL)
			return 0;
		if (n > sizeof(text) / 2)
			n = 0;
	}
}

static int
others_arm(void *ctx)
{
	struct watcher *w = ctx;
	const char *const words[] = {"inotifywait", "-m", "-r", "-e",
		"create,modify,delete,move", w->tree->dir, NULL};
	const struct command command = {words};
	int ends[2];

	others_stop(w);
	if (pipe2(ends, O_CLOEXEC) < 0)
		err(1, "pipe");
	int rc = command_start(&command, ends[1], &w->pid);
	(void)close(ends[1]);
	w->out = ends[0];
	if (rc != 0)
		w->pid = 0;
	return rc != 0 || await(w->out, "Watches established") < 0;
}

/* One file more, or one less. */
static void
change(struct watcher *w)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/d0000/%s%zu", w->tree->dir,
		w->name, w->changes / 2);
	if (w->changes++ % 2 == 1) {
		if (unlink(path) < 0)
			err(1, "%s", path);
		return;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || close(fd) < 0)
		err(1, "%s", path);
}

static int
ours_hear(void *ctx)
{
	struct watcher *w = ctx;
	struct wio_event ev;
	struct wio_error e;

	change(w);
	do
		if (wio_watch_next(w->ours, -1, &ev, &e) != 0)
			return -1;
	while (strstr(ev.path, w->name) == NULL);
	return 0;
}

static int
others_hear(void *ctx)
{
	struct watcher *w = ctx;

	if (w->pid == 0)
		return -1;
	change(w);
	return await(w->out, w->name);
}

void
watching_race(const struct tree *t, struct wio *io, size_t runs)
{
	struct watcher a = {.tree = t, .io = io, .name = "ours"};
	struct watcher inotify = {.tree = t,
		.io = io,
		.backend = WIO_WATCH_INOTIFY,
		.name = "inotify"};
	struct watcher b = {.tree = t, .name = "theirs"};
	char words[9000];
	(void)snprintf(words, sizeof(words),
		"watchman watch-del '%s'; watchman watch '%s' && "
		"watchman since '%s' n:bench",
		t->dir, t->dir, t->dir);
	struct command watchman = {
		(const char *const[]){"sh", "-c", words, NULL}};
	struct racer arm[] = {
		{"weir", ours_arm, &a, 0},
		{"weir, inotify", ours_arm, &inotify, 0},
		{"inotifywait", others_arm, &b, 0},
		{"watchman", race_command, &watchman, 0},
	};
	struct racer hear[] = {
		{"weir", ours_hear, &a, 0},
		{"weir, inotify", ours_hear, &inotify, 0},
		{"inotifywait", others_hear, &b, 0},
	};

	race("arm", t->n, arm, 4, runs, 0);
	race("latency", t->n, hear, 3, runs * 20, 0);
	wio_watch_close(a.ours);
	wio_watch_close(inotify.ours);
	others_stop(&b);
}
