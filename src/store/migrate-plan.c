/* SPDX-License-Identifier: MIT */
#include "store/archive-priv.h"
#include "store/migrate-priv.h"

#include "base/utf8.h"
#include "store/legacy-priv.h"

/*
 * Each entry is read twice: as it is written and as it is meant. Names of
 * statuses are replaced where they are spelt otherwise; everything else that
 * differs is item_edit's to write, as in any other save.
 */

/* Columns shown of a description that was one text. */
enum { PREVIEW = 80 };

struct planning {
	struct loaded *from;
	const char *label;
	uint64_t schema;
	const struct config *config;
	struct yaml_edit ed;
	struct arena *a;     /* for `ret` */
	struct snapshot *to; /* what the new bytes are to mean */
	struct migration *ret;
	VEC(struct legacy_value) values;
};

static void
tell(struct planning *p, const struct item *it, const char *key, struct str was,
	struct str now, struct str why)
{
	const struct legacy_value v = {
		.id = arena_str(p->a, it->id),
		.key = str_from(key),
		.was = arena_str(p->a, was),
		.now = arena_str(p->a, now),
		.why = arena_str(p->a, why),
	};

	VEC_PUSH(&p->values, v);
}

/* A status that is there and spelt otherwise than today. */
static void
plan_status(struct planning *p, const struct yaml_node *node,
	const struct item *it, const char *key, enum item_status was,
	enum item_status now)
{
	const struct yaml_node *v = yaml_get(node, str_from(key));
	struct str why = STR_ABSENT;

	if (v == NULL || now == STATUSES)
		return;
	struct str name = str_from(names_get(&status_names, (int)now));
	if (str_eq(v->value, name))
		return;
	if (was != now)
		why = arena_strf(p->a, "pipeline '%.*s' has no pre-phases",
			STR_ARG(item_pipeline(it)));
	yaml_edit_set(&p->ed, node, str_from(key), yaml_text(name), 0);
	tell(p, it, key, v->value, name, why);
}

static bool
has_comment(struct str bytes, const struct yaml_node *v)
{
	struct str rest = str_from_at(bytes, v->end);

	rest.n = str_find_char(rest, '\n');
	return str_starts(str_trim(rest), STR("#"));
}

/* A phase that goes takes its line along, but no comment on it. */
static void
plan_phase(struct planning *p, const struct yaml_node *node, struct item *was,
	const struct item *now)
{
	struct str why = STR("scoping begins anew");
	struct str key = STR("phase");

	if (field_equal(field_find(&item_fields, key), was, now))
		return;
	if (now->status != STATUS_SCOPING)
		why = arena_strf(p->a,
			"pipeline '%.*s' has no such phase for it",
			STR_ARG(item_pipeline(now)));
	tell(p, now, "phase", was->phase, now->phase, why);
	if (!has_comment(p->ed.bytes, yaml_get(node, key)))
		return;
	yaml_edit_set(&p->ed, node, key, yaml_bare(STR("null")), 0);
	was->phase = now->phase;
}

/* Keys that schema 1 did not have. */
static void
plan_fresh(struct planning *p, const struct item *was, const struct item *now)
{
	static const char *const keys[] = {"pipeline_type", "phase_pool"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct field *f =
			field_find(&item_fields, str_from(keys[i]));
		if (!field_equal(f, was, now))
			tell(p, now, keys[i], field_text(f, was),
				field_text(f, now), STR_ABSENT);
	}
}

static struct str
section_names(const struct item *it, struct arena *a)
{
	const struct field *f = field_find(&item_fields, STR("description"));
	struct buf names CLEANUP_BUF = {0};

	for (size_t i = 0; i < f->sub_n; i++) {
		if (!str_is_set(field_text(&f->sub[i], field_map(f, it))))
			continue;
		buf_addf(&names, "%s%s", names.n > 0 ? ", " : "",
			f->sub[i].name);
	}
	return arena_str(a, buf_str(&names));
}

/* Whether it is to be written as a mapping now. */
static bool
plan_description(struct planning *p, const struct yaml_node *node,
	const struct item *now)
{
	struct description d, context = {.context = now->description.context};
	struct buf preview CLEANUP_BUF = {0}, clean CLEANUP_BUF = {0};
	struct str why = STR_ABSENT;
	bool dropped;
	struct str text = legacy_description_text(node, p->ed.a, &d, &dropped);
	const struct field *f = field_find(&item_fields, STR("description"));
	struct item only = *now;

	if (!str_is_set(text))
		return false;
	only.description = context;
	if (dropped)
		why = STR("an earlier text under a heading that comes again "
			  "is gone");
	else if (field_equal(f, &only, now))
		why = STR("all of it is context");
	utf8_add_printable(&clean, str_trim(text));
	utf8_add_cut(&preview, buf_str(&clean), PREVIEW);
	tell(p, now, "description", buf_str(&preview), section_names(now, p->a),
		why);
	return true;
}

static int
plan_item(struct planning *p, const struct yaml_node *node,
	const struct item *meant, struct item *ret, struct err *e)
{
	struct item was;

	if (legacy_item_written(p->schema, node, p->label, p->ed.a, &was, e) <
		0)
		return -1;
	*ret = *meant;
	legacy_fit(ret, p->schema, p->config);
	plan_status(p, node, ret, "status", was.status, ret->status);
	plan_status(p, node, ret, "blocked_from_status",
		was.blocked_from_status, ret->blocked_from_status);
	plan_phase(p, node, &was, ret);
	plan_fresh(p, &was, ret);
	was.status = ret->status;
	was.blocked_from_status = ret->blocked_from_status;
	if (plan_description(p, node, ret))
		was.description = (struct description){0};
	item_edit(&p->ed, node, &was, ret);
	return 0;
}

static void
plan_head(struct planning *p)
{
	const struct yaml_node *root = p->from->root;
	const struct yaml_node *mark = yaml_get(root, STR("next_item_id"));
	size_t after = SIZE_MAX;

	for (size_t i = 0; i < root->n; i++)
		if (str_eq_c(root->pairs[i].key->value, "schema_version"))
			after = i;
	yaml_edit_set(&p->ed, root, STR("schema_version"),
		yaml_bare(arena_strf(p->ed.a, "%d", SCHEMA_NOW)), after);
	p->to->next_item_id = p->from->snapshot->next_item_id;
	if (p->schema != 1)
		return;
	p->to->next_item_id = snapshot_highest_number(p->from->snapshot);
	if (mark == NULL || yaml_is_null(mark) ||
		p->to->next_item_id != p->from->snapshot->next_item_id)
		yaml_edit_set(&p->ed, root, STR("next_item_id"),
			yaml_bare(arena_strf(p->ed.a, "%llu",
				(unsigned long long)p->to->next_item_id)),
			after);
}

static int
plan_items(struct planning *p, struct err *e)
{
	const struct snapshot *s = p->from->snapshot;
	const struct yaml_node *list = yaml_get(p->from->root, STR("items"));
	struct item *items = ARENA_ARRAY(&p->to->arena, struct item, s->n);

	for (size_t i = 0; i < s->n; i++)
		if (plan_item(p, list->items[i], &s->items[i], &items[i], e) <
			0)
			return -1;
	p->to->applied = s->applied;
	snapshot_seal(p->to, items, s->n, NULL, 0);
	return 0;
}

/* The new bytes, and the proof that they mean what they are to mean. */
static int
make(struct planning *p, struct err *e)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	const struct archive none = {0};
	CLEANUP_BUF struct buf bytes = {0};
	struct loaded made = {0};

	if (yaml_edit_apply(&p->ed, &p->ret->bytes, e) < 0)
		return err_wrap(e, "%s: cannot be migrated as it is", p->label);
	buf_add_str(&bytes, buf_str(&p->ret->bytes));
	int rc = backlog_read(&made, &bytes,
		&(struct backlog_reading){.file = p->label, .archive = &none},
		&problems, e);
	if (rc < 0)
		err_wrap(e,
			"%s: nothing was saved, because migrating would "
			"have damaged it",
			p->label);
	else if (made.snapshot->older_schema != 0 ||
		!snapshot_equal(made.snapshot, p->to))
		rc = err_set(e, ERR_CONFLICT,
			"%s: nothing was saved, because migrating would have "
			"touched something else",
			p->label);
	loaded_release(&made);
	return rc;
}

static void
keep(struct planning *p)
{
	struct buf diff CLEANUP_BUF = {0};
	struct legacy_value *values =
		ARENA_ARRAY(p->a, struct legacy_value, p->values.n);

	for (size_t i = 0; i < p->values.n; i++)
		values[i] = p->values.items[i];
	p->ret->values = values;
	p->ret->values_n = p->values.n;

	diff_unified(loaded_bytes(p->from), p->ed.edits, p->ed.edits_n,
		p->label, &diff);
	p->ret->diff = arena_str(p->a, buf_str(&diff));
}

int
migration_plan(struct loaded *from, const char *label, const struct config *c,
	struct arena *a, struct migration *ret, struct err *e)
{
	struct arena tmp CLEANUP_ARENA = {0};
	struct planning p = {
		.from = from,
		.label = label,
		.schema = from->snapshot->older_schema,
		.config = c,
		.a = a,
		.to = snapshot_new(),
		.ret = ret,
	};

	yaml_edit_init(&p.ed, loaded_bytes(from), from->root, &tmp);
	plan_head(&p);
	int rc = plan_items(&p, e);
	if (rc == 0)
		rc = make(&p, e);
	if (rc == 0)
		keep(&p);
	VEC_RELEASE(&p.values);
	snapshot_unref(p.to);
	return rc;
}
