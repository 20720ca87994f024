/* SPDX-License-Identifier: MIT */
#include "store/renumber.h"
#include "store/archive-priv.h"
#include "store/mark-priv.h"

#include "base/vec.h"
#include "model/id.h"
#include "store/events-priv.h"
#include "store/item-priv.h"

/* An item that gets another id. */
struct moved {
	const struct yaml_node *node;
	struct item item; /* as it is to be */
};

struct job {
	struct store *st;
	struct str id;
	int64_t now_ns;
	struct arena *a;
	struct yaml_node *root;
	struct archive archive;
	VEC(struct moved) moved;
	uint64_t number;	  /* the highest one given */
	struct problems problems; /* of the file as it is */
};

/* The archive's line about the id holds, whatever item has it. */
static bool
has_left(const struct job *j, const struct yaml_node *entry)
{
	for (size_t i = 0; i < j->archive.n; i++)
		if (str_eq(j->archive.lines[i].item.id, j->id))
			return !archive_is_live(&j->archive.lines[i],
				loaded_bytes(&j->st->now), entry);
	return false;
}

static bool
has_id(const struct job *j, const struct yaml_node *entry)
{
	const struct yaml_node *id =
		entry->kind == YAML_MAPPING ? yaml_get(entry, STR("id")) : NULL;

	return id != NULL && id->kind == YAML_SCALAR &&
		str_eq(id->value, j->id);
}

/* The file as it is now: with two items of one id it is not sound, but it has
 * to be a backlog of today's schema. */
static int
read_file(struct job *j, struct err *e)
{
	struct store *st = j->st;

	j->problems.list.n = 0;
	int rc = store_reload(st, st->patience_ns, &j->problems, e);
	if (rc == 1)
		return err_set(e, ERR_MISSING,
			"there is no '%s'; 'weir init' makes one", st->label);
	if (rc < 0 && (e->code != ERR_INPUT || st->now.held))
		return -1;
	if (yaml_parse(loaded_bytes(&st->now), st->label, NULL, j->a, &j->root,
		    e) < 0 ||
		store_check_schema(st, e) < 0)
		return -1;
	return archive_load(st, j->a, &j->archive, NULL, e);
}

static int
find_moved(struct job *j, struct err *e)
{
	const struct yaml_node *items =
		j->root != NULL && j->root->kind == YAML_MAPPING
		? yaml_get(j->root, STR("items"))
		: NULL;
	bool kept = false;

	j->moved.n = 0;
	size_t n = items != NULL && items->kind == YAML_SEQUENCE ? items->n : 0;
	for (size_t i = 0; i < n; i++) {
		struct moved m = {.node = items->items[i]};
		if (!has_id(j, m.node))
			continue;
		if (!kept && !has_left(j, m.node)) {
			kept = true;
			continue;
		}
		if (item_read(m.node, j->st->label, true, j->a, &m.item, e) < 0)
			return -1;
		VEC_PUSH(&j->moved, m);
	}
	if (j->moved.n > 0)
		return 0;
	return kept ? err_set(e, ERR_CONFLICT,
			      "only one item has the id '%.*s'; nothing is to "
			      "be renumbered",
			      STR_ARG(j->id))
		    : err_set(e, ERR_MISSING, "there is no item '%.*s'",
			      STR_ARG(j->id));
}

/* The prefix it had, when it had one. */
static struct str
prefix_of(const struct job *j)
{
	uint64_t number;
	size_t n = j->id.n;

	while (n > 0 && j->id.s[n - 1] != '-')
		n--;
	struct str prefix = str_of(j->id.s, n > 0 ? n - 1 : 0);
	return id_number(j->id, &number) && id_prefix_is_valid(prefix)
		? prefix
		: j->st->prefix;
}

static int
give_ids(struct job *j, uint64_t mark, struct err *e)
{
	uint64_t highest = snapshot_highest_number(j->st->now.snapshot);

	j->number = mark > highest ? mark : highest;
	VEC_EACH (m, &j->moved)
		if (id_next(prefix_of(j), j->number, j->a, &m->item.id,
			    &j->number, e) < 0)
			return -1;
	return 0;
}

/* The bytes with other ids and nothing else. */
static int
render(struct job *j, struct buf *ret, struct err *e)
{
	struct yaml_edit ed;
	struct str mark =
		arena_strf(j->a, "%llu", (unsigned long long)j->number);

	yaml_edit_init(&ed, loaded_bytes(&j->st->now), j->root, j->a);
	yaml_edit_set(&ed, j->root, STR("next_item_id"), yaml_bare(mark), 0);
	VEC_EACH (m, &j->moved)
		yaml_edit_set(
			&ed, m->node, STR("id"), yaml_text(m->item.id), 0);
	return yaml_edit_apply(&ed, ret, e);
}

/* What was there, as it was, and the items under their new ids. */
static bool
is_meant(const struct job *j, const struct snapshot *next)
{
	const struct snapshot *was = j->st->now.snapshot;
	const struct item *is;

	if (next->n != was->n + j->moved.n || next->next_item_id != j->number ||
		!str_list_eq(next->applied, was->applied))
		return false;
	for (size_t i = 0; i < was->n; i++) {
		is = snapshot_find(next, was->items[i].id);
		if (is == NULL || !item_equal(is, &was->items[i]))
			return false;
	}
	for (size_t i = 0; i < j->moved.n; i++) {
		const struct item *want = &j->moved.items[i].item;
		is = snapshot_find(next, want->id);
		if (is == NULL || !item_equal(is, want))
			return false;
	}
	return true;
}

/* What would be wrong still, where it stands in the file as it is. */
static int
refuse(const struct job *j, struct err *e)
{
	CLEANUP_BUF struct buf name = {0};

	buf_addf(&name, "'%.*s'", STR_ARG(j->id));
	for (size_t i = 0; i < j->problems.list.n; i++) {
		struct str msg = str_from(j->problems.list.items[i].msg);
		if (str_find(msg, buf_str(&name)) < msg.n)
			continue;
		*e = j->problems.list.items[i];
		break;
	}
	return err_wrap(e,
		"nothing was saved, because something else has to be mended "
		"first");
}

static int
prove(struct job *j, struct buf *bytes, struct loaded *next, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct store *st = j->st;
	const struct backlog_reading how = {.file = st->label,
		.archive = &j->archive,
		.generation = st->now.snapshot->generation + 1};

	if (backlog_read(next, bytes, &how, &problems, e) < 0)
		return refuse(j, e);
	if (!is_meant(j, next->snapshot))
		return err_set(e, ERR_CONFLICT,
			"%s: nothing was saved, because the change would have "
			"touched something else; make it by hand",
			st->label);
	return 0;
}

static void
tell(const struct job *j, struct renumbered *ret)
{
	const struct snapshot *s = ret->next;
	struct str *ids = ARENA_ARRAY(j->a, struct str, j->moved.n);
	size_t *lines = ARENA_ARRAY(j->a, size_t, j->moved.n);
	struct str *dependents = ARENA_ARRAY(j->a, struct str, s->n);
	size_t n = 0;

	for (size_t i = 0; i < j->moved.n; i++) {
		ids[i] = j->moved.items[i].item.id;
		lines[i] = j->moved.items[i].node->line;
	}
	for (size_t i = 0; i < s->n; i++)
		if (str_list_has(s->items[i].dependencies, j->id))
			dependents[n++] = arena_str(j->a, s->items[i].id);
	ret->ids = (struct str_list){.items = ids, .n = j->moved.n};
	ret->lines = lines;
	ret->dependents = (struct str_list){.items = dependents, .n = n};
}

/* One try on top of what is on disk now; in the order of save.c. */
static int
try_renumber(struct job *j, const struct fio_dir *state, struct err *e)
{
	struct store *st = j->st;
	CLEANUP_BUF struct buf bytes = {0};
	struct loaded next = {0};
	uint64_t mark, stored;

	if (read_file(j, e) < 0 || find_moved(j, e) < 0 ||
		store_find_mark(st, state, &mark, &stored, e) < 0 ||
		give_ids(j, mark, e) < 0)
		return -1;
	int rc = render(j, &bytes, e);
	if (rc == 0)
		rc = prove(j, &bytes, &next, e);
	if (rc == 0)
		rc = mark_write(state, j->number, e);
	if (rc == 0 && st->now.half_left)
		rc = archive_take_back(st, NULL, 0, j->now_ns, e);
	if (rc == 0) {
		struct str *ids = ARENA_ARRAY(j->a, struct str, j->moved.n);
		for (size_t i = 0; i < j->moved.n; i++)
			ids[i] = j->moved.items[i].item.id;
		const struct change_effects effects = {.next = next.snapshot,
			.added = {.items = ids, .n = j->moved.n}};
		rc = store_put(st, state, &next,
			&(struct events_save){.effects = &effects,
				.mark = stored,
				.now_ns = j->now_ns},
			e);
	}
	loaded_release(&next);
	return rc;
}

int
store_renumber(struct store *st, struct str id, int64_t now_ns, struct arena *a,
	struct renumbered *ret, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct job j = {.st = st, .id = id, .now_ns = now_ns, .a = a};
	struct fio_lock lock;
	int rc, tries = 0;

	*ret = (struct renumbered){0};
	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	do
		rc = try_renumber(&j, &state, e);
	while (rc < 0 && store_again(st, &tries, e) == 1);
	if (rc < 0)
		(void)store_failed(st, &state, now_ns, e);
	fio_lock_drop(&lock);
	if (rc == 0) {
		ret->next = snapshot_ref(st->now.snapshot);
		tell(&j, ret);
	}
	VEC_RELEASE(&j.moved);
	problems_release(&j.problems);
	return rc;
}
