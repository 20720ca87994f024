/* SPDX-License-Identifier: MIT */
/* replace FILE OLD NEW: its first OLD becomes NEW. In C, or C++20:
 *	cc replace.c -o replace $(pkg-config --cflags --libs weirio) */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <weir/io.h>

int
main(int argc, char **argv)
{
	const char *root = getcwd(NULL, 0);
	struct wio_options o = {.roots = &root, .roots_n = 1};
	struct wio_error e;
	struct wio *w = wio_open(&o, &e);
	if (w == NULL || argc != 4)
		errx(2, "%s", w == NULL ? e.message : "FILE OLD NEW");

	struct wio_read_request ask = {.path = argv[1]};
	struct wio_read_result got;
	if (wio_read(w, &ask, 1, &got) > 0)
		errx(1, "%s", got.error.message);
	const char *at = strstr(got.bytes, argv[2]);
	if (at == NULL)
		errx(1, "'%s' is not there", argv[2]);

	/* The offsets hold for the bytes of this digest, and no others. */
	size_t start = (size_t)(at - got.bytes), end = start + strlen(argv[2]);
	struct wio_edit edit = {start, end, argv[3], strlen(argv[3]), NULL, 0};
	struct wio_write_request change = {.path = argv[1],
		.digest = got.digest, .edits = &edit, .edits_n = 1};
	struct wio_write_result done;
	size_t failed = wio_write(w, WIO_EACH, &change, 1, &done);
	puts(failed > 0 ? done.error.message : done.new_digest);
	wio_write_release(&done, 1);
	wio_read_release(&got, 1);
	wio_close(w, NULL);
	return failed > 0;
}
