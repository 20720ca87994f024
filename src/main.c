/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "cli/cli.h"
#include "sys/real.h"

int
main(int argc, char **argv)
{
	return cli_main(sys_real(), argc, argv, environ);
}
