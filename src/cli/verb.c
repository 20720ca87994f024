/* SPDX-License-Identifier: MIT */
#include "cli/command-priv.h"

int
verb_find(struct cli *c, const char *command, const struct verb *verbs,
	const struct args *a, int *ret)
{
	const char *all[VERBS_MAX];
	struct names names = {.name = all};
	const char *word = a->words[0];

	for (; verbs[names.n].name != NULL; names.n++)
		all[names.n] = verbs[names.n].name;
	if (!names_parse(&names, str_from(word), ret)) {
		struct buf takes CLEANUP_BUF = {0};
		const char *near = names_nearest(&names, str_from(word));
		if (near != NULL)
			return cli_usage(c,
				"'weir %s %s' is no command; did you mean "
				"'weir %s %s'?",
				command, word, command, near);
		names_list(&names, &takes);
		return cli_usage(c,
			"'weir %s %s' is no command: the word after '%s' is %s",
			command, word, command, takes.p);
	}
	const struct verb *v = &verbs[*ret];
	if (a->words_n - 1 < v->words_min)
		return cli_usage(
			c, "'weir %s %s' needs %s", command, v->name, v->words);
	if (a->words_n - 1 > v->words_max)
		return cli_usage(c, "'%s' is too much for 'weir %s %s'",
			a->words[v->words_max + 1], command, v->name);
	return CLI_DONE;
}
