/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "fio/edits.h"
#include "fio/patch.h"

/*
 * Any bytes, up to the first NUL a file and behind it a diff of it: whatever
 * is accepted lies in the file, in order, and what diff.h tells of those edits
 * is accepted, too, and makes the same bytes.
 */

static void
make(struct str text, const struct diff_edit *edits, size_t n, struct buf *ret)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (edits[i].at < at || edits[i].at + edits[i].n > text.n)
			BUG("an edit that is out of order or of the file");
		buf_add(ret, text.s + at, edits[i].at - at);
		buf_add_str(ret, edits[i].text);
		at = edits[i].at + edits[i].n;
	}
	buf_add_str(ret, str_from_at(text, at));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = str_of((const char *)data, size);
	size_t cut = str_find_char(all, '\0');
	struct str text = str_of(all.s, cut), diff = str_from_at(all, cut + 1);
	CLEANUP_BUF struct buf made = {0}, again = {0}, told = {0};
	CLEANUP_ARENA struct arena a = {0};
	const struct diff_edit *edits, *same;
	struct wio_error e;
	size_t n, same_n;

	if (cut == all.n)
		return 0;
	if (fio_patch_read(text, diff, true, &a, &edits, &n, &e) < 0) {
		if (e.code != WIO_DIFF)
			BUG("refused for another reason: %s", e.message);
		return 0;
	}
	make(text, edits, n, &made);
	diff_unified(text, edits, n, "f", &told);
	if (told.n == 0) {
		if (!str_eq(buf_str(&made), text))
			BUG("a change that is not told");
		return 0;
	}
	if (fio_patch_read(
		    text, buf_str(&told), false, &a, &same, &same_n, &e) < 0)
		BUG("our own diff is refused: %s", e.message);
	make(text, same, same_n, &again);
	if (!str_eq(buf_str(&made), buf_str(&again)))
		BUG("our own diff makes other bytes");
	return 0;
}
