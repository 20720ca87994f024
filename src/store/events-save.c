/* SPDX-License-Identifier: MIT */
#include "base/strmap.h"
#include "store/events-priv.h"
#include "store/runs.h"

/*
 * What a save did, as the difference of two snapshots: so a new kind of
 * change is logged without a word about it here. Only the items that the
 * changes name are compared, unless one of them can touch others.
 */

/* Escaped, a record of so much stays below FIO_LOG_LINE_MAX. */
enum { RECORD_BYTES = 50 * 1024 };

struct saving {
	const struct events_save *save;
	struct arena a;
	struct strmap seen;
	VEC(struct events_change) changes;
	VEC(struct events_field) fields; /* of the item at hand */
	struct str run, claim;
};

static struct str
joined(struct str_list list, struct arena *a)
{
	CLEANUP_BUF struct buf b = {0};

	for (size_t i = 0; i < list.n; i++) {
		if (i > 0)
			buf_add_c(&b, ", ");
		buf_add_str(&b, list.items[i]);
	}
	return list.n > 0 ? events_short(buf_str(&b), a) : STR_ABSENT;
}

static struct str
text_of(const struct field *f, const struct item *it, struct arena *a)
{
	if (f->kind == FIELD_LIST)
		return joined(field_texts(f, it), a);
	return events_short(field_text(f, it), a);
}

static void
add_map(struct saving *s, const struct field *f, const void *was,
	const void *is)
{
	for (size_t i = 0; i < f->sub_n; i++) {
		const struct field *sub = &f->sub[i];
		const void *from = field_map(f, was), *to = field_map(f, is);
		if (field_equal(sub, from, to))
			continue;
		const struct events_field x = {
			.name = arena_strf(&s->a, "%s.%s", f->name, sub->name),
			.from = events_short(field_text(sub, from), &s->a),
			.to = events_short(field_text(sub, to), &s->a),
		};
		VEC_PUSH(&s->fields, x);
	}
}

static void
compare(struct saving *s, const struct item *was, const struct item *is)
{
	for (size_t i = 0; i < item_fields.n; i++) {
		const struct field *f = &item_fields.fields[i];
		if (field_equal(f, was, is) ||
			str_eq_c(str_from(f->name), "updated"))
			continue;
		if (f->kind == FIELD_MAP) {
			add_map(s, f, was, is);
			continue;
		}
		const struct events_field x = {
			.name = str_from(f->name),
			.from = text_of(f, was, &s->a),
			.to = text_of(f, is, &s->a),
		};
		VEC_PUSH(&s->fields, x);
	}
}

static void
add_changed(struct saving *s, const struct item *was, const struct item *is)
{
	s->fields.n = 0;
	compare(s, was, is);
	if (s->fields.n == 0)
		return;
	struct events_field *fields =
		ARENA_ARRAY(&s->a, struct events_field, s->fields.n);
	for (size_t i = 0; i < s->fields.n; i++)
		fields[i] = s->fields.items[i];
	const struct events_change c = {
		.what = EVENTS_CHANGED,
		.item = events_short(is->id, &s->a),
		.title = events_short(is->title, &s->a),
		.fields = fields,
		.fields_n = s->fields.n,
	};
	VEC_PUSH(&s->changes, c);
}

static void
add_added(struct saving *s, const struct item *is)
{
	const struct events_change c = {
		.what = EVENTS_ADDED,
		.item = events_short(is->id, &s->a),
		.title = events_short(is->title, &s->a),
		.how = events_short(is->origin, &s->a),
	};

	VEC_PUSH(&s->changes, c);
}

static void
add_left(struct saving *s, const struct item *was)
{
	const struct change_effects *effects = s->save->effects;
	struct events_change c = {
		.what = EVENTS_LEFT,
		.item = events_short(was->id, &s->a),
		.title = events_short(was->title, &s->a),
	};

	for (size_t i = 0; i < effects->departed_n; i++) {
		const struct departed *d = &effects->departed[i];
		if (!str_eq(d->item.id, was->id))
			continue;
		c.how = str_from(names_get(&departure_names, (int)d->how));
		c.text = events_short(d->reason, &s->a);
		c.into = events_short(d->into, &s->a);
	}
	VEC_PUSH(&s->changes, c);
}

static void
look_at(struct saving *s, struct str id)
{
	const struct item *was = snapshot_find(s->save->before, id);
	const struct item *is = snapshot_find(s->save->effects->next, id);

	if (!strmap_put(&s->seen, id, 0))
		return;
	if (was != NULL && is != NULL)
		add_changed(s, was, is);
	else if (is != NULL)
		add_added(s, is);
	else if (was != NULL)
		add_left(s, was);
}

/* Whether a change of this kind can change an item it does not name. */
static bool
reaches_others(enum change_kind kind)
{
	switch (kind) {
	case CHANGE_ADD:
	case CHANGE_STATUS:
	case CHANGE_PHASE:
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
	case CHANGE_FIELD:
	case CHANGE_LIST:
	case CHANGE_DESCRIBE:
	case CHANGE_ACCEPT:
	case CHANGE_FINISH:
	case CHANGE_ARCHIVE:
	case CHANGE_NOTE:
	case CHANGE_APPLIED:
	case CHANGE_FORGET:
		return false;
	default:
		return true;
	}
}

static void
look_at_named(struct saving *s)
{
	const struct events_save *save = s->save;
	struct str_list added = save->effects->added;

	strmap_init(&s->seen, save->n + added.n, &s->a);
	for (size_t i = 0; i < save->n; i++)
		if (str_is_set(save->changes[i].id))
			look_at(s, save->changes[i].id);
	for (size_t i = 0; i < added.n; i++)
		look_at(s, added.items[i]);
}

static void
look_at_all(struct saving *s)
{
	const struct snapshot *was = s->save->before;
	const struct snapshot *is = s->save->effects->next;

	strmap_init(&s->seen, was->n + is->n, &s->a);
	for (size_t i = 0; i < was->n; i++)
		look_at(s, was->items[i].id);
	for (size_t i = 0; i < is->n; i++)
		look_at(s, is->items[i].id);
}

static void
collect(struct saving *s)
{
	bool everywhere = false;

	for (size_t i = 0; i < s->save->n; i++) {
		const struct change *c = &s->save->changes[i];
		everywhere |= reaches_others(c->kind);
		if (c->kind != CHANGE_APPLIED)
			continue;
		if (run_id_is(c->text))
			s->run = events_short(c->text, &s->a);
		else
			s->claim = events_short(c->text, &s->a);
	}
	if (everywhere)
		look_at_all(s);
	else
		look_at_named(s);
}

/* At most what it takes in a record. */
static size_t
size_of(const struct events_change *c)
{
	size_t n = 200 +
		2 * (c->item.n + c->title.n + c->how.n + c->text.n + c->into.n);

	for (size_t i = 0; i < c->fields_n; i++)
		n += 20 + c->fields[i].name.n +
			2 * (c->fields[i].from.n + c->fields[i].to.n);
	return n;
}

static struct str
digest_text(struct fio_digest d, struct arena *a)
{
	char text[FIO_DIGEST_TEXT];

	fio_digest_format(d, text);
	return arena_str(a, str_from(text));
}

/* What was too low is right again with this save. */
static bool
mark_repaired(struct saving *s, struct events_record *ret)
{
	uint64_t was = s->save->before->next_item_id;

	if (s->save->mark <= was)
		return false;
	*ret = (struct events_record){
		.kind = EVENTS_MARK_REPAIRED,
		.time_ns = s->save->now_ns,
		.text = arena_strf(&s->a,
			"next_item_id was %llu, but %llu has been issued",
			(unsigned long long)was,
			(unsigned long long)s->save->mark),
	};
	return true;
}

void
events_saved(struct store *st, const struct fio_dir *state,
	const struct events_save *save)
{
	struct saving s = {.save = save};
	VEC(struct events_record) records = {0};
	struct events_record r;

	collect(&s);
	r = (struct events_record){
		.kind = EVENTS_SAVED,
		.time_ns = save->now_ns,
		.run = s.run,
		.claim = s.claim,
		.was = digest_text(save->was, &s.a),
		.backlog = digest_text(save->is, &s.a),
		.changes = s.changes.items,
	};
	size_t bytes = 0;
	for (size_t i = 0; i < s.changes.n; i++) {
		size_t more = size_of(&s.changes.items[i]);
		if (bytes + more > RECORD_BYTES) {
			r.more = true;
			VEC_PUSH(&records, r);
			r.changes += r.changes_n;
			r.changes_n = 0;
			r.more = false;
			bytes = 0;
		}
		r.changes_n++;
		bytes += more;
	}
	VEC_PUSH(&records, r);
	if (mark_repaired(&s, &r))
		VEC_PUSH(&records, r);
	events_write(st, state, records.items, records.n);
	VEC_RELEASE(&records);
	VEC_RELEASE(&s.changes);
	VEC_RELEASE(&s.fields);
	arena_release(&s.a);
}

void
events_migrated(struct store *st, const struct fio_dir *state,
	const struct legacy_report *done, struct fio_digest was,
	struct fio_digest is, int64_t now_ns)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct events_record r = {
		.kind = EVENTS_NOTICE,
		.time_ns = now_ns,
		.text = arena_strf(&tmp,
			"migrated from schema %llu to %d; as it was it is in "
			"%.*s",
			(unsigned long long)done->from, SCHEMA_NOW,
			STR_ARG(done->backup)),
		.was = digest_text(was, &tmp),
		.backlog = digest_text(is, &tmp),
	};

	events_write(st, state, &r, 1);
}

void
events_poisoned(struct store *st, const struct fio_dir *state,
	const struct err *why, int64_t now_ns)
{
	CLEANUP_ARENA struct arena tmp = {0};
	const struct events_record r = {
		.kind = EVENTS_POISONED,
		.time_ns = now_ns,
		.text = events_text(str_from(why->msg), EVENTS_TEXT_MAX, &tmp),
	};

	events_write(st, state, &r, 1);
}

void
events_rejected(struct store *st, const struct fio_dir *state,
	const struct problems *why, int64_t now_ns)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct events_record *records =
		ARENA_ARRAY(&tmp, struct events_record, why->list.n);

	for (size_t i = 0; i < why->list.n; i++)
		records[i] = (struct events_record){
			.kind = EVENTS_REJECTED,
			.time_ns = now_ns,
			.text = events_text(str_from(why->list.items[i].msg),
				EVENTS_TEXT_MAX, &tmp),
		};
	if (why->list.n > 0)
		events_write(st, state, records, why->list.n);
}
