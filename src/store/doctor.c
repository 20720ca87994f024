/* SPDX-License-Identifier: MIT */
#include "store/doctor-priv.h"

#include <fcntl.h>
#include <linux/magic.h>

#include "fio/log.h"
#include "store/archive.h"
#include "store/inbox.h"
#include "store/snapshots-priv.h"

#define LOG_FILE "log/events.jsonl"

void
findings_add(struct findings *f, const struct finding *x)
{
	struct finding copy = *x;

	copy.where = arena_str(f->a, x->where);
	copy.message = arena_str(f->a, x->message);
	copy.next = arena_str(f->a, x->next);
	VEC_PUSH(&f->list, copy);
}

/* How much of "file:12:5: what is wrong" is its place; 0: it has none. */
static size_t
place_length(struct str msg)
{
	size_t n = str_find(msg, STR(": ")), at = n;

	for (int i = 0; i < 2; i++) {
		size_t end = at;
		while (at > 0 && msg.s[at - 1] >= '0' && msg.s[at - 1] <= '9')
			at--;
		if (at == end || at < 2 || msg.s[at - 1] != ':')
			return 0;
		at--;
	}
	return n;
}

void
findings_add_err(
	struct findings *f, const struct finding *x, const struct err *e)
{
	struct str msg = str_from(e->msg);
	size_t n = place_length(msg);
	struct finding y = *x;

	y.where = n > 0 ? str_of(msg.s, n) : x->where;
	y.message = n > 0 ? str_from_at(msg, n + 2) : msg;
	findings_add(f, &y);
}

void
findings_add_problems(
	struct findings *f, const struct finding *x, struct problems *problems)
{
	CLEANUP_BUF struct buf text = {0};
	struct finding rest = *x;

	VEC_EACH (p, &problems->list)
		findings_add_err(f, x, p);
	if (problems->dropped == 0)
		return;
	buf_addf(&text, "%zu more problems are not told", problems->dropped);
	rest.message = buf_str(&text);
	rest.untold = problems->dropped;
	findings_add(f, &rest);
}

void
findings_release(struct findings *f)
{
	VEC_RELEASE(&f->list);
}

static void
cannot_look(struct findings *f, const char *check, const struct err *e)
{
	findings_add_err(
		f, &(struct finding){.wrong = true, .check = check}, e);
}

struct str
doctor_place(struct store *st, struct str id, struct arena *a)
{
	CLEANUP_ARENA struct arena tmp = {0};

	if (!st->now.sound || snapshot_find(st->now.snapshot, id) == NULL)
		return STR_ABSENT;
	const struct yaml_node *node = backlog_entry(&st->now, id, &tmp);
	return arena_strf(a, "%s:%zu:%zu", st->label, node->line, node->column);
}

/* Locks and leases may be faked there. */
static void
look_at_file_system(struct store *st, struct findings *f)
{
	static const struct {
		int64_t type;
		const char *name;
	} shared[] = {
		{NFS_SUPER_MAGIC, "NFS"},
		{SMB_SUPER_MAGIC, "SMB"},
		{CIFS_SUPER_MAGIC, "SMB"},
		{SMB2_SUPER_MAGIC, "SMB"},
		{V9FS_MAGIC, "9p"},
		{FUSE_SUPER_MAGIC, "FUSE"},
	};
	struct err ignored;
	int64_t type;

	if (fio_dir_fs_type(&st->dir, &type, &ignored) < 0)
		return;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		CLEANUP_BUF struct buf text = {0};
		if (type != shared[i].type)
			continue;
		buf_addf(&text,
			"the project lies on %s, where locks and leases may "
			"not hold between machines",
			shared[i].name);
		findings_add(f,
			&(struct finding){.check = "file-system",
				.where = str_from(st->label),
				.message = buf_str(&text),
				.next = STR("use weir on it from one machine "
					    "only")});
	}
}

int
doctor_claims(
	struct store *st, struct arena *a, struct str_list *ret, struct err *e)
{
	return fio_dir_list(&st->dir, CLAIM_PREFIX, a, ret, e);
}

static void
look_at_entries(struct store *st, struct findings *f)
{
	const struct finding wrong = {.wrong = true,
		.check = "inbox",
		.where = st->paths.inbox,
		.next = STR("mend it before it is taken; else it goes to "
			    "'" REJECTED_FILE "'")};
	const struct finding note = {.check = "inbox"};
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_PROBLEMS struct problems notes = {0};
	struct err e = {0};

	if (store_look_inbox(st, &problems, &notes, &e) < 0)
		findings_add_err(f, &wrong, &e);
	findings_add_problems(f, &wrong, &problems);
	findings_add_problems(f, &note, &notes);
}

static void
look_at_inbox(struct store *st, struct findings *f)
{
	struct str_list claims;
	struct stat there;
	struct err e = {0};

	look_at_entries(st, f);
	if (doctor_claims(st, f->a, &claims, &e) < 0) {
		cannot_look(f, "claim", &e);
		return;
	}
	for (size_t i = 0; i < claims.n; i++)
		findings_add(f,
			&(struct finding){.check = "claim",
				.where = str_from(
					fio_path(&st->dir, claims.items[i].s)
						.text),
				.message = STR("an inbox that was claimed and "
					       "not taken to its end"),
				.next = STR("'weir run' or 'weir doctor --fix' "
					    "takes it")});
	if (fio_stat(&st->dir, REJECTED_FILE, &there, &e) == 0)
		findings_add(f,
			&(struct finding){.wrong = true,
				.check = "rejected",
				.where = st->paths.rejected,
				.message = STR("entries of the inbox that were "
					       "not taken, each below its "
					       "reason"),
				.next = STR("mend them, move them to "
					    "'" INBOX_FILE "', then remove "
					    "this file")});
}

static void
look_at_archive(struct store *st, struct findings *f)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct archive_entries entries;
	struct err e = {0};

	if (archive_read(st, f->a, &entries, &problems, &e) < 0)
		cannot_look(f, "archive", &e);
	findings_add_problems(f,
		&(struct finding){.wrong = true,
			.check = "archive",
			.next = STR("bring the line back from git; until then "
				    "it is skipped")},
		&problems);
}

static int
add_leftovers(const struct fio_dir *d, struct str *items, size_t room,
	size_t *n, struct arena *a, struct err *e)
{
	struct str_list names;

	if (fio_leftovers(d, a, &names, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n && *n < room; i++)
		items[(*n)++] = arena_str(
			a, str_from(fio_path(d, names.items[i].s).text));
	return 0;
}

/* More are not worth naming. */
enum { LEFTOVERS_MAX = 100 };

int
doctor_leftovers(struct store *st, const struct fio_dir *state, struct arena *a,
	struct str_list *ret, struct err *e)
{
	struct str *items = ARENA_ARRAY(a, struct str, LEFTOVERS_MAX);
	size_t n = 0;

	if (add_leftovers(&st->dir, items, LEFTOVERS_MAX, &n, a, e) < 0 ||
		(state->fd >= 0 &&
			add_leftovers(state, items, LEFTOVERS_MAX, &n, a, e) <
				0))
		return -1;
	*ret = (struct str_list){.items = items, .n = n};
	return 0;
}

static void
look_at_leftovers(
	struct store *st, const struct fio_dir *state, struct findings *f)
{
	struct str_list paths = {0};
	struct err e = {0};

	if (doctor_leftovers(st, state, f->a, &paths, &e) < 0)
		cannot_look(f, "temporary", &e);
	for (size_t i = 0; i < paths.n; i++)
		findings_add(f,
			&(struct finding){.check = "temporary",
				.where = paths.items[i],
				.message = STR("left by a save that died, or "
					       "of one that is under way"),
				.next = STR("'weir run' or 'weir doctor --fix' "
					    "clears it away")});
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
		cannot_look(f, "mark", &e);
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

static void
look_at_next_id(struct store *st, struct findings *f)
{
	const struct snapshot *s = st->now.snapshot;
	CLEANUP_BUF struct buf text = {0};

	if (s == NULL || s->older_schema > 0)
		return;
	uint64_t highest = snapshot_highest_number(s);
	if (s->next_item_id >= highest)
		return;
	const struct yaml_node *v = st->now.sound
		? yaml_get(st->now.root, STR("next_item_id"))
		: NULL;
	buf_addf(&text, "'next_item_id' is %llu, but %llu is in use",
		(unsigned long long)s->next_item_id,
		(unsigned long long)highest);
	struct str place = v != NULL
		? arena_strf(f->a, "%s:%zu:%zu", st->label, v->line, v->column)
		: str_from(st->label);
	findings_add(f,
		&(struct finding){.check = "next-id",
			.where = place,
			.message = buf_str(&text),
			.next = STR("the next new item puts it right")});
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
	CLEANUP_BUF struct buf next = {0};
	const struct fio_path path = fio_path(state, name);
	struct err ignored;
	struct stat there;

	if (fio_stat(state, name, &there, &ignored) != 0 ||
		S_ISREG(there.st_mode))
		return false;
	buf_addf(&next, "'mv %s %s.was' puts it aside; weir makes the file",
		path.text, path.text);
	findings_add(f,
		&(struct finding){.wrong = true,
			.check = "lock",
			.where = str_from(path.text),
			.message = STR("it is no regular file, so weir cannot "
				       "take the lock"),
			.next = buf_str(&next)});
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
			cannot_look(f, "conflict", &e);
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
		cannot_look(f, "events", &e);
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

/* 0: it is open, or not there. */
static int
open_state(struct store *st, struct fio_dir *ret, struct findings *f)
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
			: STR("'mv " STORE_STATE_DIR " weir.was' puts it "
			      "aside; weir makes the directory");
		err_set(&why, ERR_INPUT,
			"it is %s, and weir keeps its local state in a "
			"directory of that name",
			S_ISLNK(there.st_mode) ? "a symbolic link" : "a file");
	}
	findings_add_err(f, &x, &why);
	return -1;
}

void
doctor_look(struct store *st, struct findings *f)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;

	look_at_file_system(st, f);
	doctor_access(st, f);
	doctor_values(st, f);
	look_at_inbox(st, f);
	look_at_archive(st, f);
	look_at_next_id(st, f);
	(void)open_state(st, &state, f);
	look_at_leftovers(st, &state, f);
	if (state.fd < 0)
		return;
	look_at_mode(&state, f);
	look_at_mark(st, &state, f);
	look_at_locks(&state, f);
	look_at_conflicts(&state, f);
	look_at_log(&state, f);
}
