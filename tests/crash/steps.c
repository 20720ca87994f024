/* SPDX-License-Identifier: MIT */
#include "workload.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "store/doctor.h"
#include "store/migrate.h"
#include "store/renumber.h"
#include "store/rewrite.h"

/* Steps through the store. */

static int64_t
now_of(const struct step *s)
{
	return WORLD_NOW + (int64_t)s->days * 86400 * NS_PER_SEC;
}

static struct store *
store_of(struct world *w, const struct step *s)
{
	return w->store[s->second];
}

static void
ack_added(struct world *w, const struct snapshot *s, struct str_list ids)
{
	for (size_t i = 0; i < ids.n && w->acks.n < ACKS_MAX; i++) {
		const struct item *it = snapshot_find(s, ids.items[i]);
		size_t at = w->acks.n++;
		w->acks.added[at].logged = !w->faulty && !sim_is_dead(w->disk);
		(void)snprintf(w->acks.added[at].title,
			sizeof(w->acks.added[at].title), "%.*s",
			STR_ARG(it->title));
		(void)snprintf(w->acks.added[at].id,
			sizeof(w->acks.added[at].id), "%.*s", STR_ARG(it->id));
	}
}

static bool made[CHANGES];

bool
step_has_made(enum change_kind kind)
{
	return made[kind];
}

static int
apply(struct world *w, const struct step *s, const struct change *changes,
	size_t n)
{
	struct store_saved saved;

	if (store_apply(store_of(w, s), changes, n, now_of(s), &saved, &w->e) <
		0)
		return -1;
	for (size_t i = 0; i < n; i++)
		made[changes[i].kind] = true;
	ack_added(w, saved.next, saved.added);
	snapshot_unref(saved.next);
	return 0;
}

/* The id of the item with this title; it has to be there. */
static int
find(struct world *w, const struct step *s, const char *title, char ret[16])
{
	struct snapshot *now;

	int rc = store_look(store_of(w, s), &now, &w->e);
	if (rc != 0) {
		snapshot_unref(now);
		return rc < 0 ? -1 : err_set(&w->e, ERR_MISSING, "no backlog");
	}
	rc = err_set(&w->e, ERR_MISSING, "no item '%s'", title);
	for (size_t i = 0; i < now->n; i++)
		if (str_eq_c(now->items[i].title, title)) {
			(void)snprintf(
				ret, 16, "%.*s", STR_ARG(now->items[i].id));
			rc = 0;
		}
	snapshot_unref(now);
	return rc;
}

/* One change of the item `s->a`. */
static int
change_one(struct world *w, const struct step *s, struct change c)
{
	char id[16];

	if (find(w, s, s->a, id) < 0)
		return -1;
	c.id = str_from(id);
	return apply(w, s, &c, 1);
}

static struct change
add_of(const char *title)
{
	return (struct change){.kind = CHANGE_ADD,
		.item = {.title = str_from(title),
			.status = STATUS_NEW,
			.blocked_from_status = STATUSES}};
}

int
step_create(struct world *w, const struct step *s)
{
	return store_create(store_of(w, s), &w->e) < 0 ? -1 : 0;
}

int
step_add(struct world *w, const struct step *s)
{
	const char *titles[] = {s->a, s->b, s->c};
	struct change changes[3];
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		if (titles[i] != NULL)
			changes[n++] = add_of(titles[i]);
	return apply(w, s, changes, n);
}

int
step_status(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){.kind = CHANGE_STATUS,
			.status = (enum item_status)s->n});
}

int
step_phase(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){.kind = CHANGE_PHASE,
			.text = str_from(s->b),
			.pool = POOL_MAIN});
}

int
step_block(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){.kind = CHANGE_BLOCK,
			.text = str_from(s->b),
			.blocked_type = BLOCKED_DECISION});
}

int
step_unblock(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){
			.kind = CHANGE_UNBLOCK, .text = str_from(s->b)});
}

int
step_field(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){.kind = CHANGE_FIELD,
			.field = field_find(&item_fields, str_from(s->b)),
			.text = str_from(s->c)});
}

int
step_describe(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){.kind = CHANGE_DESCRIBE,
			.description = {.problem = str_from(s->b)}});
}

int
step_accept(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){.kind = CHANGE_ACCEPT,
			.accepted = {.size = SIZE_LARGE, .risk = LEVEL_HIGH}});
}

int
step_list(struct world *w, const struct step *s)
{
	const struct str drop = str_from(s->b), add = str_from(s->c);
	char id[16];

	if (find(w, s, s->a, id) < 0)
		return -1;
	const struct change changes[] = {
		{.kind = CHANGE_LIST,
			.id = str_from(id),
			.list = {.field = field_find(
					 &item_fields, STR("dependencies")),
				.drop = {.items = &drop, .n = 1}}},
		{.kind = CHANGE_LIST,
			.id = str_from(id),
			.list = {.field = field_find(&item_fields, STR("tags")),
				.add = {.items = &add, .n = 1}}},
	};
	return apply(w, s, changes, 2);
}

int
step_finish(struct world *w, const struct step *s)
{
	return change_one(w, s, (struct change){.kind = CHANGE_FINISH});
}

int
step_merge(struct world *w, const struct step *s)
{
	char into[16];

	if (find(w, s, s->b, into) < 0)
		return -1;
	return change_one(w, s,
		(struct change){.kind = CHANGE_MERGE, .other = str_from(into)});
}

int
step_archive(struct world *w, const struct step *s)
{
	return change_one(w, s,
		(struct change){.kind = CHANGE_ARCHIVE,
			.text = str_from(s->b),
			.departure = (enum departure)s->n});
}

static void
ack_note(struct world *w, const char *word)
{
	if (w->acks.notes_n < ACKS_MAX)
		(void)snprintf(w->acks.notes[w->acks.notes_n++],
			sizeof(w->acks.notes[0]), "%s", word);
}

int
step_note(struct world *w, const struct step *s)
{
	char id[16];

	if (find(w, s, s->a, id) < 0)
		return -1;
	const struct change changes[] = {
		{.kind = CHANGE_NOTE,
			.id = str_from(id),
			.text = str_from(s->b),
			.note = {.phase = STR("build"), .run = str_from(s->c)}},
		{.kind = CHANGE_DESCRIBE,
			.id = str_from(id),
			.description = {.problem = str_from(s->b)}},
	};
	if (apply(w, s, changes, 2) < 0)
		return -1;
	ack_note(w, s->c != NULL ? s->c : s->b);
	return 0;
}

int
step_forget(struct world *w, const struct step *s)
{
	store_forget(store_of(w, s), str_from(s->a));
	if (apply(w, s, NULL, 0) < 0)
		return -1;
	made[CHANGE_FORGET] = true;
	return 0;
}

int
step_conclude(struct world *w, const struct step *s)
{
	char id[16];

	if (find(w, s, s->a, id) < 0)
		return -1;
	const struct change changes[] = {
		{.kind = CHANGE_STATUS,
			.id = str_from(id),
			.status = STATUS_DONE},
		{.kind = CHANGE_NOTE,
			.id = str_from(id),
			.text = STR("finished"),
			.note = {.run = str_from(s->c)}},
		{.kind = CHANGE_ARCHIVE,
			.id = str_from(id),
			.departure = DEPARTED_DONE},
		add_of(s->b),
		{.kind = CHANGE_APPLIED, .text = str_from(s->c)},
	};
	if (apply(w, s, changes, 5) < 0)
		return -1;
	ack_note(w, s->c);
	return 0;
}

int
step_take(struct world *w, const struct step *s)
{
	struct inbox_taken taken;

	int rc = store_take_inbox(store_of(w, s), now_of(s), &taken, &w->e);
	if (rc >= 0 && taken.next != NULL)
		ack_added(w, taken.next, taken.added);
	snapshot_unref(taken.next);
	problems_release(&taken.problems);
	return rc != 0 ? -1 : 0;
}

int
step_look(struct world *w, const struct step *s)
{
	struct snapshot *now;

	int rc = store_look(store_of(w, s), &now, &w->e);
	snapshot_unref(now);
	return rc != 0 ? -1 : 0;
}

int
step_left(struct world *w, const struct step *s)
{
	struct snapshot *now;

	int rc = store_look(store_of(w, s), &now, &w->e);
	if (rc == 0 && snapshot_find_archived(now, str_from(s->a)) == NULL)
		rc = err_set(&w->e, ERR_MISSING, "%s has not left", s->a);
	snapshot_unref(now);
	return rc != 0 ? -1 : 0;
}

int
step_sweep(struct world *w, const struct step *s)
{
	return store_sweep(store_of(w, s), &w->e);
}

void
ack_said(struct world *w, const char *word)
{
	if (w->acks.said_n < ACKS_MAX)
		(void)snprintf(w->acks.said[w->acks.said_n++],
			sizeof(w->acks.said[0]), "%s", word);
}

/* A record that could not be written is a warning. */
int
step_event(struct world *w, const struct step *s)
{
	events_add(store_of(w, s),
		&(struct events_record){.kind = EVENTS_NOTICE,
			.time_ns = now_of(s),
			.text = str_from(s->a)});
	if (store_warning(store_of(w, s), &w->e))
		return -1;
	ack_said(w, s->a);
	return 0;
}

int
step_rewrite(struct world *w, const struct step *s)
{
	CLEANUP_BUF struct buf was = {0}, now = {0};
	struct store_saved saved;
	char id[16];

	if (find(w, s, s->a, id) < 0 ||
		store_text(store_of(w, s), str_from(id), &was, &w->e) < 0)
		return -1;
	struct str text = buf_str(&was);
	size_t at = str_find(text, str_from(s->b));
	if (at == text.n)
		return err_set(&w->e, ERR_MISSING, "no '%s' in '%s'", s->b, id);
	buf_add_str(&now, str_of(text.s, at));
	buf_add_c(&now, s->c);
	buf_add_str(&now, str_from_at(text, at + strlen(s->b)));
	const struct rewrite rw = {.id = str_from(id),
		.was = text,
		.now = buf_str(&now),
		.file = "edited",
		.now_ns = now_of(s)};
	if (store_rewrite(store_of(w, s), &rw, &saved, &w->e) < 0)
		return -1;
	snapshot_unref(saved.next);
	return 0;
}

int
step_migrate(struct world *w, const struct step *s)
{
	static const struct phase_config phase = {.name = {"build", 5}};
	static const struct pipeline_config feature = {
		.name = {"feature", 7}, .main = &phase, .main_n = 1};
	static const struct config config = {
		.pipelines = &feature, .pipelines_n = 1};
	const struct store_migration m = {
		.config = &config, .now_ns = now_of(s)};
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct legacy_report report;

	return store_migrate(store_of(w, s), &m, &a, &report, &problems, &w->e);
}

int
step_renumber(struct world *w, const struct step *s)
{
	CLEANUP_ARENA struct arena a = {0};
	struct renumbered r;

	if (store_renumber(store_of(w, s), str_from(s->a), now_of(s), &a, &r,
		    &w->e) < 0)
		return -1;
	ack_added(w, r.next, r.ids);
	snapshot_unref(r.next);
	return 0;
}

int
step_accept_loss(struct world *w, const struct step *s)
{
	int rc = store_accept(store_of(w, s), &w->e);

	if (rc < 0 && w->e.code == ERR_CONFLICT)
		rc = store_accept(store_of(w, s), &w->e);
	return rc < 0 ? -1 : step_add(w, s);
}

int
step_mend(struct world *w, const struct step *s)
{
	CLEANUP_ARENA struct arena a = {0};
	struct str_list done;

	if (step_look(w, s) < 0 ||
		doctor_mend(store_of(w, s), now_of(s), &a, &done, &w->e) < 0)
		return -1;
	return step_add(w, s);
}
