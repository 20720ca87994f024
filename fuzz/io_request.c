/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <string.h>

#include "base/utf8.h"
#include "cli/io-priv.h"

/* What is accepted holds what the library is promised. */
static void
check_request(enum io_verb verb, const struct io_ask *ask)
{
	if (ask->path == NULL)
		BUG("an accepted request without a path");
	if (verb == IO_SCAN && ask->scan.digest == NULL)
		BUG("an accepted scan without a digest");
	if (verb == IO_CREATE && ask->create.bytes == NULL)
		BUG("an accepted creation without bytes");
	if (verb != IO_WRITE)
		return;
	for (size_t i = 0; i < ask->write.edits_n; i++) {
		const struct wio_edit *edit = &ask->write.edits[i];
		if (edit->text == NULL || edit->text[edit->text_n] != '\0')
			BUG("an edit's text is not terminated");
		if (edit->anchor == NULL && edit->anchor_n != 0)
			BUG("an edit with the length of an anchor, and none");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = str_of((const char *)data, size);

	for (enum io_verb verb = IO_READ; verb <= IO_CREATE; verb++) {
		CLEANUP_ARENA struct arena a = {0};
		struct io_ask ask = {.line = 7};
		io_ask_parse(verb, line, &a, &ask);
		struct str said = str_from(ask.error.message);
		if (ask.line != 7)
			BUG("the line is another one");
		if (ask.error.code == WIO_OK)
			check_request(verb, &ask);
		else if (said.n == 0 || utf8_check(said) != said.n)
			BUG("refused without a message that can be printed");
	}
	return 0;
}
