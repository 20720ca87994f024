/* SPDX-License-Identifier: MIT */
#include "store/store-priv.h"

#include <stdio.h>

#include "base/stamp.h"
#include "base/utf8.h"

/*
 * _worklog/YYYY-MM.md: what happened, for people. Entries are appended before
 * the save they describe; after a crash the save is redone, so an entry whose
 * run is in the file already is not written again.
 */

enum { TAIL_BYTES = 64 * 1024 };

/* Markdown's own characters are harmless here; line breaks are not. */
static void
add_line(struct buf *b, const char *label, struct str text)
{
	if (str_is_empty(text))
		return;
	buf_addf(b, "- **%s:** ", label);
	utf8_add_printable(b, text);
	buf_add_char(b, '\n');
}

static void
add_entry(struct buf *b, const struct snapshot *before,
	const struct change *note, const char *when)
{
	const struct item *it = snapshot_find(before, note->id);

	buf_addf(b, "## %s — %.*s", when, STR_ARG(note->id));
	if (it != NULL) {
		buf_add_c(b, " (");
		utf8_add_printable(b, it->title);
		buf_add_char(b, ')');
	}
	buf_add_c(b, "\n\n");
	add_line(b, "Phase", note->note.phase);
	add_line(b, "Outcome", note->note.outcome);
	add_line(b, "Summary", note->text);
	add_line(b, "Run", note->note.run);
	buf_add_char(b, '\n');
}

/* Whether the entry of this run is among the file's last ones. */
static bool
has_run(struct str text, struct str run)
{
	if (str_is_empty(run))
		return false;
	if (text.n > TAIL_BYTES)
		text = str_from_at(text, text.n - TAIL_BYTES);
	return str_find(text, run) < text.n;
}

int
worklog_append(struct store *st, const struct snapshot *before,
	const struct change *changes, size_t n, int64_t now_ns, struct err *e)
{
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_BUF struct buf there = {0};
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
	char when[STAMP_SIZE], month[STAMP_SIZE], name[STAMP_SIZE + 4];
	size_t notes = 0;

	for (size_t i = 0; i < n; i++)
		notes += changes[i].kind == CHANGE_NOTE;
	if (notes == 0)
		return 0;
	stamp_format(now_ns, when);
	stamp_format_month(now_ns, month);
	(void)snprintf(name, sizeof(name), "%s.md", month);
	if (fio_dir_make_in(&dir, st->root, WORKLOG_DIR, 0755, e) < 0 ||
		fio_read(&dir, name, STORE_BYTES_MAX, &there, NULL, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (changes[i].kind == CHANGE_NOTE &&
			!has_run(buf_str(&there), changes[i].note.run))
			add_entry(&text, before, &changes[i], when);
	/* The same entry at the end is ours, from an attempt just before, which
	 * may have died before it was durable: appending nothing makes it so.
	 */
	if (str_ends(buf_str(&there), buf_str(&text)))
		buf_reset(&text);
	return fio_append(&dir, name, buf_str(&text), 0644, e);
}
