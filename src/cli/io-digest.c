/* SPDX-License-Identifier: MIT */
#include "cli/io-priv.h"

enum { INPUT_MAX = 256 << 20 };

static int
input_digest(struct cli *c, const struct io_settings *s)
{
	struct wio_scan_result r = {0};
	struct buf bytes CLEANUP_BUF = {0};
	struct err e = {0};

	if (text_read_input("standard input", INPUT_MAX, &bytes, &e) < 0)
		return cli_fail(c, &e);
	wio_digest(s->options.digest, bytes.p, bytes.n, r.digest);
	io_add_digest(NULL, &r, &c->out);
	return CLI_DONE;
}

/* A digest of the right kind that no file has: each is read, and tells the
 * one it has. */
static const char *
other_than_all(const struct io_settings *s)
{
	return s->options.digest == WIO_SHA256
		? "sha256:00000000000000000000000000000000"
		  "00000000000000000000000000000000"
		: "xxh3:00000000000000000000000000000000";
}

static void
not_there(struct wio_scan_result *r, const char *path)
{
	struct io_ask ask = {0};

	io_ask_refuse(&ask, IO_DIGEST, WIO_NOT_FOUND, "path",
		"there is no file '%.200s'", path);
	r->error = ask.error;
}

static int
digest_some(struct cli *c, struct wio *w, const struct io_settings *s,
	char **files, size_t n)
{
	struct wio_scan_request requests[IO_BATCH_LINES] = {0};
	struct wio_scan_result results[IO_BATCH_LINES];
	int status = CLI_DONE;

	for (size_t i = 0; i < n; i++) {
		requests[i].path = files[i];
		requests[i].digest = other_than_all(s);
		requests[i].token_digest =
			s->options.grammars != NULL ? "" : NULL;
	}
	(void)wio_scan(w, requests, n, results);
	for (size_t i = 0; i < n; i++) {
		if (results[i].change == WIO_MISSING)
			not_there(&results[i], files[i]);
		io_add_digest(files[i], &results[i], &c->out);
		if (results[i].error.code != WIO_OK)
			status = CLI_INPUT;
	}
	cli_flush(c);
	return status;
}

int
io_digest(struct cli *c, struct wio *w, const struct io_settings *s,
	char **files, size_t n)
{
	int status = CLI_DONE;

	if (n == 0)
		return input_digest(c, s);
	for (size_t at = 0; at < n && c->out_errno == 0;) {
		size_t some = n - at < IO_BATCH_LINES ? n - at : IO_BATCH_LINES;
		int one = digest_some(c, w, s, files + at, some);
		status = one != CLI_DONE ? one : status;
		at += some;
	}
	return status;
}
