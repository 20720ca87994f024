/* SPDX-License-Identifier: MIT */
#ifndef FIO_PART_H
#define FIO_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "weir/io.h"

/*
 * Which bytes of a text a read request means. Pure: a text is looked through
 * once, each request after that costs the same however long it is.
 *
 *	struct fio_text text;
 *	struct fio_part part;
 *	fio_text_init(&text, bytes);
 *	enum wio_code code = fio_part_cut(&text, &ask, &part, &field);
 *	… bytes.s + part.at, part.n …
 *	fio_text_release(&text);
 *
 * A text is UTF-8 as a whole or not at all: an offset in it means nothing
 * otherwise. Byte order marks and carriage returns are bytes like others.
 */
struct fio_text {
	struct str bytes;
	/* Found when first asked for. */
	bool checked, valid, lined;
	uint64_t *starts; /* of each line, and the end behind the last */
	size_t lines;
};

void fio_text_init(struct fio_text *ret, struct str bytes); /* borrowed */
void fio_text_release(struct fio_text *t);

struct fio_part {
	size_t at, n;
	uint64_t size; /* before max_bytes */
	bool truncated;
};

/*
 * WIO_OK, WIO_UTF8, WIO_RANGE, WIO_BOUNDARY or WIO_INVALID (a part that there
 * is not); `*ret_field` is the field at fault then, or NULL. An empty text has
 * no lines; a last line may lack its "\n".
 */
enum wio_code
fio_part_cut(struct fio_text *t, const struct wio_read_request *ask,
	struct fio_part *ret, const char **ret_field);

#endif
