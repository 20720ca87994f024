/* SPDX-License-Identifier: MIT */
#include "cli/command-priv.h"

#include "base/names.h"

const struct command *const commands[] = {
	&command_init,
	&command_add,
	&command_list,
	&command_show,
	&command_ready,
	&command_explain,
	&command_run,
	&command_set,
	&command_edit,
	&command_tag,
	&command_dep,
	&command_block,
	&command_unblock,
	&command_complete,
	&command_close,
	&command_merge,
	&command_archive,
	&command_migrate,
	&command_log,
	&command_io,
	&command_doctor,
	&command_help,
	&command_version,
	NULL,
};

enum { COMMANDS_N = sizeof(commands) / sizeof(commands[0]) - 1 };

const struct command *
command_find(struct str name, const char **ret_nearest)
{
	const char *all[COMMANDS_N];
	const struct names names = {.name = all, .n = COMMANDS_N};

	for (size_t i = 0; i < COMMANDS_N; i++) {
		all[i] = commands[i]->name;
		if (str_eq_c(name, all[i]))
			return commands[i];
	}
	*ret_nearest = names_nearest(&names, name);
	return NULL;
}

int
command_unknown(struct cli *c, const char *name, const char *near)
{
	if (near != NULL)
		return cli_usage(c, "unknown command '%s'; did you mean '%s'?",
			name, near);
	return cli_usage(
		c, "unknown command '%s'; 'weir help' lists them", name);
}
