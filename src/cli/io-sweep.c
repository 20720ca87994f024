/* SPDX-License-Identifier: MIT */
#include "cli/io-priv.h"

static void
add_left(void *ctx, const struct wio_error *why)
{
	struct io_swept *s = ctx;

	VEC_PUSH(&s->left, *why);
}

static int
sweep_one(struct cli *c, struct wio *w, const char *dir)
{
	struct io_swept s = {0};

	s.removed = wio_sweep_each(w, dir, add_left, &s, &s.error);
	if (s.removed >= 0 && s.left.n > 0)
		s.error = s.left.items[0];
	io_add_sweep(dir, &s, &c->out);
	cli_flush(c);
	int status = s.error.code != WIO_OK ? CLI_INPUT : CLI_DONE;
	VEC_RELEASE(&s.left);
	return status;
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
