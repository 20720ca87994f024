/* SPDX-License-Identifier: MIT */
#include "store/doctor-priv.h"
#include "store/mark-priv.h"

#include <errno.h>
#include <string.h>

#include "fio/access.h"

struct place {
	const char *path; /* from the project's root */
	enum fio_need need;
};

/* Neither owner nor mode is what keeps weir from filling it. */
static bool
is_no_directory(const struct store *st, const struct place *p)
{
	struct stat there;
	struct err ignored;

	return p->need == FIO_TO_FILL &&
		fio_stat(st->root, p->path, &there, &ignored) == 0 &&
		!S_ISDIR(there.st_mode) && !S_ISLNK(there.st_mode);
}

static void
look_at(const struct store *st, const struct place *p, struct findings *f)
{
	struct finding x = {
		.wrong = true, .check = "access", .where = str_from(p->path)};
	struct err e = {0};

	if (is_no_directory(st, p)) {
		x.message = STR("it is a file, and weir keeps files of its own "
				"in a directory of that name");
		x.next = STR("rename it, to a name that is free; weir makes "
			     "the directory");
		/* Of that one doctor_state_open tells. */
		if (strcmp(p->path, STORE_STATE_DIR) != 0)
			findings_add(f, &x);
		return;
	}
	if (fio_access(st->root, p->path, p->need, &e) == 0)
		return;
	x.next = e.sys == EROFS
		? STR("have it mounted for writing")
		: STR("let its owner give it to you, or its mode allow that");
	findings_add_err(f, &x, &e);
}

void
doctor_access(struct store *st, struct findings *f)
{
	const struct place places[] = {
		{".", FIO_TO_FILL},
		{st->paths.backlog.s, FIO_TO_READ},
		{st->paths.archive.s, FIO_TO_WRITE},
		{st->paths.inbox.s, FIO_TO_READ},
		{st->paths.rejected.s, FIO_TO_READ},
		{st->paths.worklog.s, FIO_TO_FILL},
		{STORE_STATE_DIR, FIO_TO_FILL},
		{STORE_STATE_DIR "/lock", FIO_TO_WRITE},
		{STORE_STATE_DIR "/run.lock", FIO_TO_WRITE},
		{STORE_STATE_DIR "/" MARK_FILE, FIO_TO_READ},
		{STORE_STATE_DIR "/runs", FIO_TO_FILL},
		{STORE_STATE_DIR "/snapshots", FIO_TO_FILL},
		{STORE_STATE_DIR "/trash", FIO_TO_FILL},
		{STORE_STATE_DIR "/log", FIO_TO_FILL},
		{STORE_STATE_DIR "/log/events.lock", FIO_TO_WRITE},
		{STORE_STATE_DIR "/log/events.jsonl", FIO_TO_WRITE},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		look_at(st, &places[i], f);
}
