/* SPDX-License-Identifier: MIT */
#include "store/doctor-priv.h"

#include <linux/magic.h>

#include "store/archive.h"
#include "store/inbox.h"

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
		findings_add_blind(f, "claim", &e);
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
		findings_add_blind(f, "archive", &e);
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
		findings_add_blind(f, "temporary", &e);
	for (size_t i = 0; i < paths.n; i++)
		findings_add(f,
			&(struct finding){.check = "temporary",
				.where = paths.items[i],
				.message = STR("left by a save that died, or "
					       "of one that is under way"),
				.next = STR("'weir run' or 'weir doctor --fix' "
					    "clears it away")});
}

static void
look_at_next_id(struct store *st, struct findings *f)
{
	const struct snapshot *s = st->now.snapshot;
	CLEANUP_BUF struct buf text = {0};

	if (s == NULL || s->older_schema > 0)
		return;
	/* A head that could not be read says 0, too. */
	if (!st->now.sound && s->next_item_id == 0)
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
	(void)doctor_state_open(st, &state, f);
	look_at_leftovers(st, &state, f);
	if (state.fd >= 0)
		doctor_state(st, &state, f);
}
