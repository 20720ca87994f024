/* SPDX-License-Identifier: MIT */
#include "cli/io-priv.h"

static int
sweep_one(struct cli *c, struct wio *w, const char *dir)
{
	struct wio_error wrong = {0};
	int64_t n = wio_sweep(w, dir, &wrong);

	io_add_sweep(dir, n, &wrong, &c->out);
	cli_flush(c);
	return n < 0 ? CLI_INPUT : CLI_DONE;
}

int
io_sweep(struct cli *c, struct wio *w, const struct io_settings *s,
	const char *const *dirs, size_t n)
{
	int status = CLI_DONE;

	if (n == 0) {
		dirs = s->options.roots;
		n = s->options.roots_n;
	}
	for (size_t i = 0; i < n && c->out_errno == 0; i++)
		if (sweep_one(c, w, dirs[i]) != CLI_DONE)
			status = CLI_INPUT;
	return status;
}
