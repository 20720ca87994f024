/* SPDX-License-Identifier: MIT */
#include "store/doctor-priv.h"
#include "store/mark-priv.h"

#include "fio/log.h"
#include "store/snapshots-priv.h"

#define LOG_FILE "log/events.jsonl"

int
doctor_state_open(struct store *st, struct fio_dir *ret, struct findings *f)
{
	struct finding x = {
		.wrong = true, .check = "state", .where = STR(STORE_STATE_DIR)};
	struct stat there;
	struct err e = {0};

	if (fio_dir_open_in(ret, st->root, STORE_STATE_DIR, &e) == 0 ||
		e.code == ERR_MISSING)
		return 0;
	struct err why = e;
	if (fio_stat(st->root, STORE_STATE_DIR, &there, &e) == 0 &&
		!S_ISDIR(there.st_mode)) {
		x.next = S_ISLNK(there.st_mode)
			? STR("put the directory itself in its place")
			: STR("rename it, to a name that is free; weir makes "
			      "the directory");
		err_set(&why, ERR_INPUT,
			"it is %s, and weir keeps its local state in a "
			"directory of that name",
			S_ISLNK(there.st_mode) ? "a symbolic link" : "a file");
	}
	findings_add_err(f, &x, &why);
	return -1;
}

/* More than any backlog issues in its life between two looks. */
#define LEAP_MAX 1000000

int
doctor_mark_read(struct store *st, const struct fio_dir *state,
	struct doctor_mark *ret, struct err *e)
{
	*ret = (struct doctor_mark){0};
	if (mark_read(state, &ret->stored, &ret->damaged, e) < 0) {
		if (e->code != ERR_INPUT && e->code != ERR_LIMIT)
			return -1;
		ret->odd = ret->damaged = true;
	}
	if (st->now.snapshot != NULL) {
		ret->wanted = snapshot_highest_number(st->now.snapshot);
		ret->used = snapshot_highest_used(st->now.snapshot);
	}
	uint64_t known = ret->used > ret->stored ? ret->used : ret->stored;
	ret->leaps = ret->wanted > known && ret->wanted - known > LEAP_MAX;
	if (ret->damaged)
		ret->wanted += DAMAGED_GAP;
	if (ret->wanted < ret->stored)
		ret->wanted = ret->stored;
	return 0;
}

static void
look_at_mark(struct store *st, const struct fio_dir *state, struct findings *f)
{
	struct finding x = {.check = "mark",
		.where = STR(STORE_STATE_DIR "/" MARK_FILE),
		.next = STR("the next new item raises it, and so does 'weir "
			    "doctor --fix'")};
	CLEANUP_BUF struct buf text = {0};
	struct doctor_mark m;
	struct err e = {0};

	if (doctor_mark_read(st, state, &m, &e) < 0) {
		findings_add_blind(f, "mark", &e);
		return;
	}
	if (m.odd) {
		x.wrong = true;
		x.next = STR("'weir doctor --fix' moves it aside and begins a "
			     "new one, above all numbers that are known");
		findings_add_err(f, &x, &e);
	} else if (m.damaged) {
		x.wrong = true;
		x.message = STR("the highest number issued cannot be read; "
				"numbering goes on with a gap");
		x.next = STR("'weir doctor --fix' writes it anew");
		findings_add(f, &x);
	} else if (m.leaps) {
		x.wrong = true;
		x.where = str_from(st->label);
		buf_addf(&text,
			"'next_item_id' is %llu, and the highest number in use "
			"is %llu",
			(unsigned long long)m.wanted,
			(unsigned long long)m.used);
		x.message = buf_str(&text);
		x.next = STR("put the right number there; numbers in between "
			     "can never be given to items later");
		findings_add(f, &x);
	} else if (m.stored < m.wanted) {
		buf_addf(&text,
			"it %s, and the backlog and its archive know of "
			"number %llu",
			m.stored == 0 ? "knows of no number issued"
				      : "is behind",
			(unsigned long long)m.wanted);
		x.message = buf_str(&text);
		findings_add(f, &x);
	}
}

bool
doctor_is_open(const struct fio_dir *state, mode_t *ret_mode)
{
	struct err ignored;
	struct stat there;

	if (fio_dir_stat(state, &there, &ignored) < 0)
		return false;
	*ret_mode = there.st_mode & 07777;
	return (there.st_mode & 0077) != 0;
}

static void
look_at_mode(const struct fio_dir *state, struct findings *f)
{
	CLEANUP_BUF struct buf text = {0};
	mode_t mode;

	if (!doctor_is_open(state, &mode))
		return;
	buf_addf(&text,
		"others may look into it (mode %04o), and prompts and output "
		"of agents are in there",
		(unsigned int)mode);
	findings_add(f,
		&(struct finding){.wrong = true,
			.check = "permissions",
			.where = STR(STORE_STATE_DIR),
			.message = buf_str(&text),
			.next = STR("'weir doctor --fix' makes it 0700")});
}

/* 1: it is there and no regular file, so that nobody can lock it. */
static bool
is_odd(const struct fio_dir *state, const char *name, struct findings *f)
{
	const struct fio_path path = fio_path(state, name);
	struct err ignored;
	struct stat there;

	if (fio_stat(state, name, &there, &ignored) != 0 ||
		S_ISREG(there.st_mode))
		return false;
	findings_add(f,
		&(struct finding){.wrong = true,
			.check = "lock",
			.where = str_from(path.text),
			.message = STR("it is no regular file, so weir cannot "
				       "take the lock"),
			.next = STR("rename it, to a name that is free; weir "
				    "makes the file")});
	return true;
}

static void
look_at_locks(const struct fio_dir *state, struct findings *f)
{
	static const char *const locks[] = {
		"lock", "run.lock", "log/events.lock"};

	for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++) {
		struct err e = {0};
		if (is_odd(state, locks[i], f))
			continue;
		int rc = fio_lock_look(state, locks[i], &e);
		struct finding x = {.wrong = rc < 0,
			.check = "lock",
			.where = str_from(fio_path(state, locks[i]).text)};
		if (rc != 0)
			findings_add_err(f, &x, &e);
	}
}

static void
look_at_conflicts(const struct fio_dir *state, struct findings *f)
{
	CLEANUP_FIO_DIR struct fio_dir d = FIO_DIR_NONE;
	struct str_list names = {0};
	struct err e = {0};

	if (fio_dir_open_in(&d, state, SNAPSHOTS_TRASH_DIR, &e) < 0 ||
		fio_dir_list(&d, "", f->a, &names, &e) < 0) {
		if (e.code != ERR_MISSING)
			findings_add_blind(f, "conflict", &e);
		return;
	}
	for (size_t i = 0; i < names.n; i++) {
		struct str name = names.items[i];
		if (str_find(name, STR(".conflict-")) == name.n)
			continue;
		findings_add(f,
			&(struct finding){.wrong = true,
				.check = "conflict",
				.where = str_from(fio_path(&d, name.s).text),
				.message = STR("an edit that was displaced by "
					       "another one; nobody else has "
					       "it"),
				.next = STR("take over what is missing from "
					    "the file, then remove it")});
	}
}

int
doctor_log(const struct fio_dir *state, struct findings *f, struct err *e)
{
	struct fio_path path = fio_path(state, LOG_FILE);
	CLEANUP_BUF struct buf bytes = {0};
	struct fio_log_walk walk = {0};
	struct fio_log_record record;
	enum fio_log_step step;
	struct err note = {0};

	int rc = fio_read(state, LOG_FILE, STORE_BYTES_MAX, &bytes, NULL, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	walk.rest = buf_str(&bytes);
	while ((step = fio_log_walk(&walk, path.text, &record, &note)) !=
		FIO_LOG_END)
		if (step == FIO_LOG_TROUBLE && f != NULL)
			findings_add_err(f,
				&(struct finding){.check = "events",
					.next = STR("the next save puts the "
						    "file aside, whole")},
				&note);
	return walk.rest.n > 0;
}

static void
look_at_log(const struct fio_dir *state, struct findings *f)
{
	struct err e = {0};

	int rc = doctor_log(state, f, &e);
	if (rc < 0)
		findings_add_blind(f, "events", &e);
	if (rc == 1)
		findings_add(f,
			&(struct finding){.check = "events-torn",
				.where = str_from(
					fio_path(state, LOG_FILE).text),
				.message = STR("its last record is torn, or "
					       "being written"),
				.next = STR("the next save puts it aside, and "
					    "so does 'weir doctor --fix'")});
}

/* What a save replaces is moved, and that goes within one file system. */
static void
look_at_place(struct store *st, const struct fio_dir *state, struct findings *f)
{
	struct stat here, there;
	struct err ignored;

	if (fio_dir_stat(&st->dir, &here, &ignored) < 0 ||
		fio_dir_stat(state, &there, &ignored) < 0 ||
		here.st_dev == there.st_dev)
		return;
	findings_add(f,
		&(struct finding){.wrong = true,
			.check = "file-system",
			.where = STR(STORE_STATE_DIR),
			.message = STR(
				"it is on another file system than the "
				"backlog: versions that were replaced stay "
				"beside the backlog, each in a hidden file, "
				"and nobody notices one that lost items"),
			.next = STR("put it where the backlog is, then let "
				    "'weir doctor --fix' move them")});
}

void
doctor_state(struct store *st, const struct fio_dir *state, struct findings *f)
{
	look_at_place(st, state, f);
	look_at_mode(state, f);
	look_at_mark(st, state, f);
	look_at_locks(state, f);
	look_at_conflicts(state, f);
	look_at_log(state, f);
}
