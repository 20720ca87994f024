/* SPDX-License-Identifier: MIT */
#include "proc/process-priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The kernel allows arguments and environment 6 MiB together. */
enum { ENVIRON_MAX = 8 * 1024 * 1024, STAT_MAX = 4096, CHUNK = 16 * 1024 };

/* Flags of field 9, from the kernel's include/linux/sched.h. */
enum { FLAG_EXITING = 0x4, FLAG_KERNEL = 0x200000 };

int
process_open(struct sys *sys, pid_t pid)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return sys->openat(
		sys, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

/* Append a file's bytes, at most `max`. 0 or -errno. */
static int
add_file(struct sys *sys, int dir, const char *name, size_t max, struct buf *to)
{
	int fd = sys->openat(sys, dir, name, O_RDONLY | O_CLOEXEC, 0);
	ssize_t got = -EINTR;

	if (fd < 0)
		return fd;
	while (got != 0 && to->n < max) {
		got = sys->read(sys, fd, buf_room(to, CHUNK), CHUNK);
		if (got < 0 && got != -EINTR)
			break;
		if (got > 0)
			buf_added(to, (size_t)got);
	}
	(void)sys->close(sys, fd);
	return got < 0 ? (int)got : 0;
}

/* The fields after the name, which may hold blanks and brackets itself. */
static bool
parse_stat(struct str text, struct process_stat *ret)
{
	uint64_t field[53] = {0};
	size_t at = text.n;

	while (at > 0 && text.s[at - 1] != ')')
		at--;
	struct str rest = str_trim(str_from_at(text, at));
	if (at == 0 || rest.n == 0)
		return false;
	char state = rest.s[0];
	for (size_t i = 3; i < 53 && rest.n > 0; i++) {
		size_t n = str_find_char(rest, ' ');
		/* Letters and negative numbers, none asked for, stay 0. */
		(void)parse_u64(str_of(rest.s, n), &field[i]);
		rest = str_from_at(rest, n + 1);
	}
	*ret = (struct process_stat){
		.parent = (pid_t)field[4],
		.session = (pid_t)field[6],
		.kernel = (field[9] & FLAG_KERNEL) != 0,
		.exiting = (field[9] & FLAG_EXITING) != 0,
		.zombie = state == 'Z' || state == 'X',
		.threads = field[20],
		.start_ticks = field[22],
		.env_start = field[50],
		.env_end = field[51],
	};
	return true;
}

bool
process_stat(struct sys *sys, int dir, struct process_stat *ret)
{
	struct buf text CLEANUP_BUF = {0};

	return add_file(sys, dir, "stat", STAT_MAX, &text) == 0 &&
		parse_stat(buf_str(&text), ret);
}

bool
process_is_dead(const struct process_stat *st)
{
	return st->zombie && st->threads <= 1;
}

static bool
has_entry(struct str environ, struct str entry)
{
	while (environ.n > 0) {
		size_t n = str_find_char(environ, '\0');
		if (str_eq(str_of(environ.s, n), entry))
			return true;
		environ = str_from_at(environ, n + 1);
	}
	return false;
}

struct threads {
	struct sys *sys;
	int dir;
	struct buf *environ;
};

static int
add_thread_environ(void *ctx, pid_t tid)
{
	struct threads *t = ctx;
	char name[32];

	(void)snprintf(name, sizeof(name), "%d/environ", (int)tid);
	(void)add_file(t->sys, t->dir, name, ENVIRON_MAX, t->environ);
	return t->environ->n > 0;
}

/* A process whose first thread has ended lives on in the others, and shows
 * its memory only through them. */
static void
add_threads_environ(struct sys *sys, int dir, struct buf *environ)
{
	int task = sys->openat(
		sys, dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

	if (task < 0)
		return;
	struct threads t = {.sys = sys, .dir = task, .environ = environ};
	(void)process_each(sys, task, add_thread_environ, &t);
	(void)sys->close(sys, task);
}

enum process_answer
process_carries(struct sys *sys, int dir, struct str mark, struct buf *tmp)
{
	struct process_stat st;

	for (int i = 0; i < 3; i++) {
		buf_reset(tmp);
		int rc = add_file(sys, dir, "environ", ENVIRON_MAX, tmp);
		/* Another user's cannot be read, nor be signalled. That of
		 * an ended thread is, by kernel, empty or not there. */
		if (rc < 0 && rc != -ESRCH)
			return PROCESS_NO;
		if (tmp->n == 0) {
			if (!process_stat(sys, dir, &st) ||
				process_is_dead(&st))
				return PROCESS_NO;
			if (st.threads > 1 && (st.zombie || st.exiting))
				add_threads_environ(sys, dir, tmp);
			else if (st.env_end != 0 && st.env_start == st.env_end)
				return PROCESS_NO;
		}
		if (tmp->n > 0)
			return has_entry(buf_str(tmp), mark) ? PROCESS_YES
							     : PROCESS_NO;
	}
	return PROCESS_ASK_AGAIN;
}

/* One entry, whatever its number; a longer name needs more. */
enum { ENTRY_SIZE = 40 };

int
process_each(struct sys *sys, int dir, process_each_fn *fn, void *ctx)
{
	struct dirent64 d;
	uint64_t pid;

	for (;;) {
		ssize_t got = sys->getdents(sys, dir, &d, ENTRY_SIZE);
		if (got == -EINVAL)
			got = sys->getdents(sys, dir, &d, sizeof(d));
		if (got == -EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		if (!parse_u64(str_from(d.d_name), &pid) || pid > INT_MAX)
			continue;
		int rc = fn(ctx, (pid_t)pid);
		if (rc != 0)
			return rc;
	}
}

int
process_last(struct sys *sys, pid_t *ret)
{
	struct buf text CLEANUP_BUF = {0};
	uint64_t pid = 0;

	int rc = add_file(sys, AT_FDCWD, "/proc/loadavg", STAT_MAX, &text);
	if (rc < 0)
		return rc;
	struct str rest = str_trim(buf_str(&text));
	while (str_find_char(rest, ' ') < rest.n)
		rest = str_from_at(rest, str_find_char(rest, ' ') + 1);
	if (!parse_u64(rest, &pid) || pid > INT_MAX)
		return -EINVAL;
	*ret = (pid_t)pid;
	return 0;
}
