/* SPDX-License-Identifier: MIT */
#include "store/rewrite.h"
#include "store/archive-priv.h"

#include "base/stamp.h"
#include "store/events-priv.h"
#include "store/item-priv.h"

/* Where an item's own lines are: from its first key to the end of its last
 * line, without the line break. */
struct place {
	const struct yaml_node *node;
	size_t start, end;
	size_t indent; /* columns its lines stand in from the margin */
};

static int
find_place(struct store *st, struct str id, struct arena *a, struct place *ret,
	struct err *e)
{
	struct str bytes = loaded_bytes(&st->now);

	if (snapshot_find(st->now.snapshot, id) == NULL) {
		err_set(e, ERR_MISSING, "'%.*s' is not in the backlog any more",
			STR_ARG(id));
		return -1;
	}
	ret->node = backlog_entry(&st->now, id, a);
	if (ret->node->alias_of != NULL)
		return err_set(e, ERR_CONFLICT,
			"%s:%zu: '%.*s' is an alias; edit what it stands for",
			st->label, ret->node->line, STR_ARG(id));
	ret->start = ret->node->start;
	ret->end = ret->node->end;
	ret->indent = ret->start - str_line_start(bytes, ret->start);
	/* Others stand on the line of an item in flow style. */
	if (ret->node->style == YAML_FLOW)
		return 0;
	if (bytes.s[ret->end - 1] == '\n')
		ret->end--;
	else
		ret->end += str_find_char(str_from_at(bytes, ret->end), '\n');
	if (ret->end > 0 && bytes.s[ret->end - 1] == '\r')
		ret->end--;
	return 0;
}

static size_t
spaces_of(struct str line, size_t most)
{
	size_t n = 0;

	while (n < line.n && n < most && line.s[n] == ' ')
		n++;
	return n;
}

static void
add_text(struct store *st, const struct place *p, struct buf *ret)
{
	struct str bytes = loaded_bytes(&st->now);
	struct str rest = str_of(bytes.s + p->start, p->end - p->start);
	struct str line;
	bool crlf = str_find(rest, STR("\r\n")) < rest.n;

	for (bool first = true; str_next_line(&rest, &line); first = false) {
		size_t drop = first ? 0 : spaces_of(line, p->indent);
		buf_add_str(ret, str_from_at(line, drop));
		if (rest.n > 0)
			buf_add_char(ret, '\n');
	}
	buf_add_c(ret, crlf ? "\r\n" : "\n");
}

int
store_text(struct store *st, struct str id, struct buf *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct snapshot *s;
	struct place p = {0};

	int rc = store_look(st, &s, e);
	snapshot_unref(s);
	if (rc == 1)
		return err_set(e, ERR_MISSING,
			"there is no '%s'; 'weir init' makes one", st->label);
	if (rc < 0)
		return -1;
	if (find_place(st, id, &tmp, &p, e) < 0)
		return -1;
	add_text(st, &p, ret);
	return 0;
}

/* What says why an item is blocked, while it is not; NULL: nothing does. */
static const char *
stray_of(const struct item *it)
{
	if (it->status == STATUS_BLOCKED)
		return NULL;
	return it->blocked_from_status != STATUSES  ? "blocked_from_status"
		: str_is_set(it->blocked_reason)    ? "blocked_reason"
		: it->blocked_type != BLOCKED_UNSET ? "blocked_type"
						    : NULL;
}

/* What the person wrote, read alone: an item with the id and birth it had. */
static int
read_alone(const struct rewrite *rw, const struct item *was, struct arena *a,
	struct yaml_node **ret_root, struct item *ret, struct err *e)
{
	if (yaml_parse(rw->now, rw->file, NULL, a, ret_root, e) < 0)
		return -1;
	if (*ret_root == NULL)
		return err_set(e, ERR_INPUT,
			"%s:1:1: nothing is left of the item; 'weir close' "
			"takes one out",
			rw->file);
	if (item_read(*ret_root, rw->file, true, a, ret, e) < 0)
		return -1;
	if (!str_eq(ret->id, was->id))
		return yaml_err(rw->file, yaml_get(*ret_root, STR("id")), e,
			"the id must stay '%.*s'", STR_ARG(was->id));
	const char *stray = stray_of(was) == NULL ? stray_of(ret) : NULL;
	if (stray != NULL)
		return yaml_err(rw->file, yaml_get(*ret_root, str_from(stray)),
			e,
			"only a blocked item says '%s'; take it out, or let "
			"'weir unblock' do it",
			stray);
	if (str_eq(ret->created, was->created))
		return 0;
	const struct yaml_node *created = yaml_get(*ret_root, STR("created"));
	return yaml_err(rw->file, created != NULL ? created : *ret_root, e,
		"'created' must stay '%.*s'", STR_ARG(was->created));
}

/* The text with `updated` set, unless the person did. */
static int
touch(const struct rewrite *rw, const struct item *was, struct item *now,
	const struct yaml_node *root, struct arena *a, struct buf *ret,
	struct err *e)
{
	char stamp[STAMP_SIZE];
	struct yaml_edit ed;

	yaml_edit_init(&ed, rw->now, root, a);
	if (str_eq(was->updated, now->updated)) {
		stamp_format(rw->now_ns, stamp);
		now->updated = arena_str(a, str_from(stamp));
		yaml_edit_set(&ed, root, STR("updated"),
			yaml_text(now->updated), root->n - 1);
	}
	return yaml_edit_apply(&ed, ret, e);
}

/* The whole backlog with the text where the item stands. */
static void
splice(struct store *st, const struct place *p, struct str text,
	struct buf *ret)
{
	struct str bytes = loaded_bytes(&st->now), line;

	while (text.n > 0 &&
		(text.s[text.n - 1] == '\n' || text.s[text.n - 1] == '\r'))
		text.n--;
	buf_add(ret, bytes.s, p->start);
	for (bool first = true; str_next_line(&text, &line); first = false) {
		if (!first && line.n > 0 && !str_eq_c(line, "\r"))
			buf_add_repeat(ret, ' ', p->indent);
		buf_add_str(ret, line);
		if (text.n > 0)
			buf_add_char(ret, '\n');
	}
	buf_add_str(ret, str_from_at(bytes, p->end));
}

/* The same backlog but for the one item. */
static bool
is_same_but_for(const struct snapshot *a, const struct snapshot *b,
	const struct item *item)
{
	if (a->n != b->n || a->next_item_id != b->next_item_id ||
		!str_list_eq(a->applied, b->applied))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct item *want = &a->items[i];
		if (str_eq(want->id, item->id))
			want = item;
		if (!item_equal(want, &b->items[i]))
			return false;
	}
	return true;
}

/* The new bytes, parsed again to prove that they say what was meant. */
static int
prove(struct store *st, const struct rewrite *rw, const struct item *item,
	struct buf *bytes, struct loaded *next, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena tmp = {0};
	const struct archive archive = archive_in_force(st->now.snapshot, &tmp);
	const struct backlog_reading how = {.file = st->label,
		.archive = &archive,
		.generation = st->now.snapshot->generation + 1};

	if (backlog_read(next, bytes, &how, &problems, e) < 0 ||
		!is_same_but_for(st->now.snapshot, next->snapshot, item))
		return err_set(e, ERR_INPUT,
			"%s:1:1: where the item stands in '%s' this text would "
			"change more than the item; edit it there",
			rw->file, st->label);
	return 0;
}

static int
check(const struct store *st, const struct rewrite *rw,
	const struct yaml_node *root, const struct loaded *next, struct err *e)
{
	struct err why = {0};

	if (rw->check == NULL ||
		rw->check(st->now.snapshot, next->snapshot, rw->id, &why) == 0)
		return 0;
	const struct yaml_node *at = yaml_get(root, STR("dependencies"));
	return yaml_err(rw->file, at != NULL ? at : root, e, "%s", why.msg);
}

/* One try on top of what is on disk now. */
static int
try_rewrite(struct store *st, const struct fio_dir *state,
	const struct rewrite *rw, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_BUF struct buf text = {0}, bytes = {0};
	struct loaded next = {0};
	struct yaml_node *root;
	struct item item = {0};
	struct place p = {0};

	if (store_refresh(st, e) < 0 || find_place(st, rw->id, &tmp, &p, e) < 0)
		return -1;
	add_text(st, &p, &text);
	if (!str_eq(buf_str(&text), rw->was))
		return err_set(e, ERR_CONFLICT,
			"%s:%zu: '%.*s' was changed meanwhile", st->label,
			p.node->line, STR_ARG(rw->id));
	const struct item *was = snapshot_find(st->now.snapshot, rw->id);
	buf_reset(&text);
	if (read_alone(rw, was, &tmp, &root, &item, e) < 0 ||
		touch(rw, was, &item, root, &tmp, &text, e) < 0)
		return -1;
	splice(st, &p, buf_str(&text), &bytes);
	int rc = prove(st, rw, &item, &bytes, &next, e);
	if (rc == 0)
		rc = check(st, rw, root, &next, e);
	/* A line about an item that did not leave, after all, names the bytes
	 * it had. */
	if (rc == 0 && st->now.half_left)
		rc = archive_take_back(st, NULL, 0, rw->now_ns, e);
	const struct change_effects effects = {.next = next.snapshot};
	const struct change any = {.kind = CHANGE_FIELD, .id = rw->id};
	if (rc == 0)
		rc = store_put(st, state, &next,
			&(struct events_save){.effects = &effects,
				.changes = &any,
				.n = 1,
				.now_ns = rw->now_ns},
			e);
	loaded_release(&next);
	return rc;
}

int
store_rewrite(struct store *st, const struct rewrite *rw,
	struct store_saved *ret, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_lock lock;
	int rc, tries = 0;

	*ret = (struct store_saved){0};
	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	do
		rc = try_rewrite(st, &state, rw, e);
	while (rc < 0 && store_again(st, &tries, e) == 1);
	if (rc < 0)
		(void)store_failed(st, &state, rw->now_ns, e);
	fio_lock_drop(&lock);
	if (rc < 0)
		return -1;
	ret->next = snapshot_ref(st->now.snapshot);
	ret->saved = true;
	return 0;
}
