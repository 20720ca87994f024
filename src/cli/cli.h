/* SPDX-License-Identifier: MIT */
#ifndef CLI_CLI_H
#define CLI_CLI_H

struct sys;

/*
 * The command line: arguments in, text or JSON and an exit status out. All
 * of main() but its kernel:
 *
 *	return cli_main(sys_real(), argc, argv, environ);
 *
 * weir(1) says what each command prints and what each status means. The
 * arguments may be reordered.
 */
int cli_main(struct sys *sys, int argc, char **argv, char **envp);

#endif
