/* SPDX-License-Identifier: MIT */
#include "walk-priv.h"

struct input {
	const char *text;
	uint32_t n;
};

static const char *
read_input(void *ctx, uint32_t at, TSPoint point, uint32_t *ret_n)
{
	const struct input *in = ctx;

	(void)point;
	*ret_n = at < in->n ? in->n - at : 0;
	return at < in->n ? in->text + at : "";
}

static bool
is_late(TSParseState *state)
{
	const struct weir_walk *how = state->payload;

	return how->late(how->ctx);
}

unsigned int
weir_walk_interface(void)
{
	return WEIR_WALK_INTERFACE;
}

int
weir_walk_text(const void *language, const char *text, uint32_t n,
	const struct weir_walk *how)
{
	struct input in = {text, n};
	struct weir_walk mine = *how;
	TSParser *parser = ts_parser_new();
	int rc = -1;

	if (ts_parser_set_language(parser, language)) {
		TSTree *tree = ts_parser_parse_with_options(parser, NULL,
			(TSInput){.payload = &in,
				.read = read_input,
				.encoding = TSInputEncodingUTF8},
			(TSParseOptions){.payload = &mine,
				.progress_callback = is_late});
		rc = tree != NULL ? walk_tree(tree, text, how) : 1;
		if (tree != NULL)
			ts_tree_delete(tree);
	}
	ts_parser_delete(parser);
	return rc;
}
