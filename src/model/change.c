/* SPDX-License-Identifier: MIT */
#include "model/change.h"

#include "model/change-priv.h"
#include "model/id.h"
#include "model/status.h"

/* The item a change is about, from now on touched; NULL and `*e` when it is
 * not there. */
static struct item *
edit_touch(struct edit *d, struct str id, struct err *e)
{
	size_t i;

	if (edit_find(d, id, &i, e) < 0)
		return NULL;
	d->touched[i] = true;
	return &d->items[i];
}

static int
refuse_status(const struct item *it, const char *what, struct err *e)
{
	return err_set(e, ERR_CONFLICT, "'%.*s' is %s: %s", STR_ARG(it->id),
		names_get(&status_names, (int)it->status), what);
}

/* Parts that say nothing would be keys that say nothing. */
static void
drop_blank_parts(struct description *d)
{
	const struct field *map = field_find(&item_fields, STR("description"));
	struct err never;

	for (size_t i = 0; i < map->sub_n; i++)
		if (str_trim(field_text(&map->sub[i], d)).n == 0)
			(void)field_set_text(
				&map->sub[i], d, STR_ABSENT, &never);
}

static int
apply_add(struct edit *d, const struct change *c, struct err *e)
{
	struct arena *a = &d->next->arena;
	struct item it = c->item;

	if (str_trim(it.title).n == 0)
		return err_set(e, ERR_INPUT, "the title is empty");
	if (it.status != STATUS_NEW)
		return err_set(e, ERR_INPUT,
			"an item is added as new, not as %s",
			names_get(&status_names, (int)it.status));
	if (id_next(d->env->prefix, d->mark, a, &it.id, &d->mark, e) < 0)
		return -1;
	it.created = it.updated = d->now;
	it.phase = it.last_phase_commit = STR_ABSENT;
	it.phase_pool = POOL_UNSET;
	it.blocked_from_status = STATUSES;
	it.blocked_type = BLOCKED_UNSET;
	it.blocked_reason = it.unblock_context = STR_ABSENT;
	drop_blank_parts(&it.description);
	d->items[d->n] = item_copy(&it, a);
	struct str id = d->items[d->n].id;
	strmap_put(&d->added_by_id, id, d->n++);
	VEC_PUSH(&d->added, id);
	return 0;
}

static int
apply_status(struct edit *d, const struct change *c, struct err *e)
{
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	if (it->status == STATUS_BLOCKED)
		return refuse_status(it, "unblock it first", e);
	if (c->status == STATUS_BLOCKED)
		return err_set(e, ERR_INPUT,
			"'%.*s' is blocked only with a reason", STR_ARG(c->id));
	if (!status_may_change(it->status, c->status))
		return err_set(e, ERR_CONFLICT,
			"'%.*s' cannot go from %s to %s", STR_ARG(c->id),
			names_get(&status_names, (int)it->status),
			names_get(&status_names, (int)c->status));
	it->status = c->status;
	if (c->status == STATUS_READY) {
		it->phase = STR_ABSENT;
		it->phase_pool = POOL_UNSET;
	}
	return 0;
}

static int
apply_phase(struct edit *d, const struct change *c, struct err *e)
{
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	if (it->status == STATUS_DONE)
		return refuse_status(it, "it has no next phase", e);
	it->phase = arena_str(&d->next->arena, c->text);
	it->phase_pool = str_is_set(c->text) ? c->pool : POOL_UNSET;
	return 0;
}

static int
apply_block(struct edit *d, const struct change *c, struct err *e)
{
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	if (!status_may_change(it->status, STATUS_BLOCKED))
		return refuse_status(it, "it cannot be blocked", e);
	if (str_trim(c->text).n == 0)
		return err_set(e, ERR_INPUT,
			"'%.*s' is blocked only with a reason", STR_ARG(c->id));
	it->blocked_from_status = it->status;
	it->status = STATUS_BLOCKED;
	it->blocked_reason = arena_str(&d->next->arena, c->text);
	it->blocked_type = c->blocked_type;
	return 0;
}

static enum item_status
came_from(const struct item *it)
{
	enum item_status from = it->blocked_from_status;

	if (from != STATUSES && status_may_change(STATUS_BLOCKED, from))
		return from;
	if (!str_is_set(it->phase))
		return STATUS_NEW;
	return it->phase_pool == POOL_PRE ? STATUS_SCOPING : STATUS_IN_PROGRESS;
}

static void
leave_block(struct item *it)
{
	it->status = came_from(it);
	it->blocked_from_status = STATUSES;
	it->blocked_reason = it->last_phase_commit = STR_ABSENT;
	it->blocked_type = BLOCKED_UNSET;
}

static int
apply_unblock(struct edit *d, const struct change *c, struct err *e)
{
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	if (it->status != STATUS_BLOCKED)
		return refuse_status(it, "it is not blocked", e);
	leave_block(it);
	it->unblock_context = arena_str(&d->next->arena, c->text);
	return 0;
}

/* Fields that a change of their own kind looks after. */
static bool
is_looked_after(const struct field *f)
{
	static const char *const names[] = {"id", "status", "phase",
		"phase_pool", "blocked_from_status", "blocked_reason",
		"blocked_type", "created", "updated"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_c(str_from(f->name), names[i]))
			return true;
	return f->kind == FIELD_LIST || f->kind == FIELD_MAP;
}

/* What holds the field: the item, or its description. */
static void *
record_of(struct item *it, const struct field *f)
{
	const struct field *map = field_find(&item_fields, STR("description"));

	if (f >= item_fields.fields && f < item_fields.fields + item_fields.n)
		return it;
	if (f >= map->sub && f < map->sub + map->sub_n)
		return &it->description;
	BUG("'%s' is not a field of an item", f->name);
}

static int
apply_field(struct edit *d, const struct change *c, struct err *e)
{
	const struct field *f = c->field;
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	void *record = record_of(it, f);
	if (record == it && is_looked_after(f))
		return err_set(e, ERR_INPUT, "'%.*s': '%s' is not set directly",
			STR_ARG(c->id), f->name);
	struct str text = arena_str(&d->next->arena, c->text);
	if (field_set_text(f, record, text, e) < 0)
		return err_wrap(e, "'%.*s': %s", STR_ARG(c->id), f->name);
	if (str_trim(it->title).n == 0)
		return err_set(e, ERR_INPUT, "'%.*s': the title is empty",
			STR_ARG(c->id));
	return 0;
}

static int
apply_list(struct edit *d, const struct change *c, struct err *e)
{
	const struct field *f = c->list.field;
	struct arena *a = &d->next->arena;
	size_t i;

	if (edit_find(d, c->id, &i, e) < 0)
		return -1;
	struct str_list *list = field_list(f, &d->items[i]);
	struct str *all = ARENA_ARRAY(a, struct str, list->n + c->list.add.n);
	struct str_list now = {.items = all};
	for (size_t k = 0; k < list->n; k++)
		if (!str_list_has(c->list.drop, list->items[k]))
			all[now.n++] = list->items[k];
	for (size_t k = 0; k < c->list.add.n; k++) {
		struct str one = c->list.add.items[k];
		if (str_trim(one).n == 0)
			return err_set(e, ERR_INPUT,
				"'%.*s': an entry of '%s' is empty",
				STR_ARG(c->id), f->name);
		if (!str_list_has(now, one))
			all[now.n++] = arena_str(a, one);
	}
	if (str_list_eq(*list, now))
		return 0;
	*list = now;
	d->touched[i] = true;
	return 0;
}

static int
apply_describe(struct edit *d, const struct change *c, struct err *e)
{
	const struct field *map = field_find(&item_fields, STR("description"));
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	for (size_t i = 0; i < map->sub_n; i++) {
		struct str part = field_text(&map->sub[i], &c->description);
		if (part.n == 0)
			continue;
		part = arena_str(&d->next->arena, part);
		if (field_set_text(&map->sub[i], &it->description, part, e) < 0)
			return -1;
	}
	return 0;
}

static int
apply_accept(struct edit *d, const struct change *c, struct err *e)
{
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	if (c->accepted.size != SIZE_UNSET)
		it->guardrails_accepted.size = c->accepted.size;
	if (c->accepted.complexity != LEVEL_UNSET)
		it->guardrails_accepted.complexity = c->accepted.complexity;
	if (c->accepted.risk != LEVEL_UNSET)
		it->guardrails_accepted.risk = c->accepted.risk;
	return 0;
}

static int
apply_finish(struct edit *d, const struct change *c, struct err *e)
{
	static const enum item_status onwards[STATUSES] = {
		[STATUS_NEW] = STATUS_SCOPING,
		[STATUS_SCOPING] = STATUS_READY,
		[STATUS_READY] = STATUS_IN_PROGRESS,
		[STATUS_IN_PROGRESS] = STATUS_DONE,
	};
	struct item *it = edit_touch(d, c->id, e);

	if (it == NULL)
		return -1;
	if (it->status == STATUS_BLOCKED)
		leave_block(it);
	while (it->status != STATUS_DONE) {
		enum item_status to = onwards[it->status];
		if (!status_may_change(it->status, to))
			BUG("no way from status %d to done", (int)it->status);
		it->status = to;
	}
	return 0;
}

static int
apply_archive(struct edit *d, const struct change *c, struct err *e)
{
	size_t i;

	if (edit_find(d, c->id, &i, e) < 0)
		return -1;
	const struct item *it = &d->items[i];
	if (c->departure == DEPARTED_MERGED)
		return err_set(e, ERR_INPUT,
			"'%.*s' leaves as merged only with a target",
			STR_ARG(c->id));
	if ((c->departure == DEPARTED_DONE) != (it->status == STATUS_DONE))
		return refuse_status(it,
			c->departure == DEPARTED_DONE
				? "only a done item leaves as done"
				: "it leaves as done",
			e);
	edit_depart(d, i, c->departure, arena_str(&d->next->arena, c->text),
		STR_ABSENT);
	return 0;
}

static int
apply_applied(struct edit *d, const struct change *c, struct err *e)
{
	if (c->text.n == 0)
		return err_set(e, ERR_INPUT, "an applied id is empty");
	VEC_EACH (id, &d->applied)
		if (str_eq(*id, c->text))
			return 0;
	VEC_PUSH(&d->applied, arena_str(&d->next->arena, c->text));
	return 0;
}

static int
apply_forget(struct edit *d, const struct change *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->applied.n; i++)
		if (!str_eq(d->applied.items[i], c->text))
			d->applied.items[kept++] = d->applied.items[i];
	d->applied.n = kept;
	return 0;
}

static int
apply(struct edit *d, const struct change *c, struct err *e)
{
	switch (c->kind) {
	case CHANGE_ADD:
		return apply_add(d, c, e);
	case CHANGE_STATUS:
		return apply_status(d, c, e);
	case CHANGE_PHASE:
		return apply_phase(d, c, e);
	case CHANGE_BLOCK:
		return apply_block(d, c, e);
	case CHANGE_UNBLOCK:
		return apply_unblock(d, c, e);
	case CHANGE_FIELD:
		return apply_field(d, c, e);
	case CHANGE_LIST:
		return apply_list(d, c, e);
	case CHANGE_DESCRIBE:
		return apply_describe(d, c, e);
	case CHANGE_ACCEPT:
		return apply_accept(d, c, e);
	case CHANGE_FINISH:
		return apply_finish(d, c, e);
	case CHANGE_MERGE:
		return edit_merge(d, c, e);
	case CHANGE_ARCHIVE:
		return apply_archive(d, c, e);
	case CHANGE_NOTE:
		return 0; /* for the worklog; the backlog stays as it is */
	case CHANGE_APPLIED:
		return apply_applied(d, c, e);
	case CHANGE_FORGET:
		return apply_forget(d, c);
	case CHANGES:
		break;
	}
	BUG("change of kind %d", (int)c->kind);
}

int
changes_apply(const struct snapshot *from, const struct change *changes,
	size_t n, const struct change_env *env, struct change_effects *ret,
	struct err *e)
{
	struct edit d;
	size_t adds = 0;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		adds += changes[i].kind == CHANGE_ADD;
	edit_init(&d, from, env, adds);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = apply(&d, &changes[i], e);
	if (rc == 0)
		edit_seal(&d, ret);
	edit_release(&d);
	return rc;
}
