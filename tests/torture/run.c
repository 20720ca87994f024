/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int
run_weir(const char *project, const char *out, const char *const *words)
{
	const char *argv[12] = {getenv("WEIR"), "-C", project};
	posix_spawn_file_actions_t io;
	int status = -1;
	pid_t pid;

	for (size_t n = 3; *words != NULL && n < 11; n++)
		argv[n] = *words++;
	posix_spawn_file_actions_init(&io);
	posix_spawn_file_actions_addopen(
		&io, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	/* The words are not changed, whatever the prototype says. */
	union {
		const char **words;
		char **argv;
	} u = {.words = argv};
	int rc = posix_spawn(&pid, argv[0], &io, NULL, u.argv, environ);
	posix_spawn_file_actions_destroy(&io);
	if (rc != 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}
