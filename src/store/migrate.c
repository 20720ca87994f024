/* SPDX-License-Identifier: MIT */
#include "store/archive-priv.h"
#include "store/migrate-priv.h"

#include "store/events-priv.h"
#include "store/snapshots-priv.h"

enum { BACKUPS_MAX = 1000 };

int
store_check_schema(const struct store *st, struct err *e)
{
	uint64_t schema = st->now.snapshot->older_schema;
	const struct yaml_node *v;

	if (schema == 0)
		return 0;
	v = yaml_get(st->now.root, STR("schema_version"));
	if (v == NULL)
		return yaml_err(st->label, st->now.root, e,
			"without 'schema_version' the file is of schema 1, "
			"which can be shown and not changed; 'weir migrate' "
			"makes it schema %d and keeps a copy",
			SCHEMA_NOW);
	return yaml_err(st->label, v, e,
		"schema %llu can be shown and not changed; 'weir migrate' "
		"makes it schema %d and keeps a copy",
		(unsigned long long)schema, SCHEMA_NOW);
}

/* 1: the name is taken by other bytes. */
static int
keep_as(const struct fio_dir *dir, const char *name, struct str bytes,
	struct err *e)
{
	struct buf there CLEANUP_BUF = {0};

	int rc = fio_create(dir, name, bytes, 0600, e);
	if (rc != 1)
		return rc;
	if (fio_read(dir, name, STORE_BYTES_MAX, &there, NULL, e) < 0)
		return -1;
	if (!str_eq(buf_str(&there), bytes))
		return 1;
	/* From a migration that died; its name may not be durable yet. */
	return fio_dir_sync(dir, e);
}

static int
keep_copy(struct store *st, const struct fio_dir *state, uint64_t schema,
	struct arena *a, struct str *ret, struct err *e)
{
	struct fio_dir dir CLEANUP_FIO_DIR = FIO_DIR_NONE;
	struct str bytes = loaded_bytes(&st->now);

	if (fio_dir_make_in(&dir, state, STORE_BACKUPS_DIR, 0700, e) < 0 ||
		fio_sweep(&dir, e) < 0)
		return -1;
	for (int i = 1; i <= BACKUPS_MAX; i++) {
		struct str name = arena_strf(a, "%s.schema-%llu", st->name,
			(unsigned long long)schema);
		if (i > 1)
			name = arena_strf(a, "%s.%d", name.s, i);
		int rc = keep_as(&dir, name.s, bytes, e);
		if (rc == 1)
			continue;
		*ret = arena_strf(
			a, STORE_STATE_DIR "/" STORE_BACKUPS_DIR "/%s", name.s);
		return rc;
	}
	return err_set(e, ERR_LIMIT, "'%s' holds %d copies of '%s' already",
		dir.path, BACKUPS_MAX, st->name);
}

static int
check_pipeline(const struct store *st, const struct config *c, struct err *e)
{
	const struct snapshot *s = st->now.snapshot;

	if (s->older_schema != 1 || s->n == 0 ||
		config_pipeline(c, DEFAULT_PIPELINE) != NULL)
		return 0;
	return err_set(e, ERR_MISSING,
		"items of schema 1 go through the pipeline '%s', which "
		"weir.yaml does not have; add it there ('weir init' makes a "
		"weir.yaml with one)",
		DEFAULT_PIPELINE.s);
}

/* The backlog as it is now; 1: it is of today's schema. */
static int
look(struct store *st, const struct config *c, struct legacy_report *ret,
	struct problems *problems, struct err *e)
{
	int rc = store_reload(st, st->patience_ns, problems, e);

	if (rc == 1)
		return err_set(e, ERR_MISSING,
			"there is no '%s'; 'weir init' makes one", st->label);
	if (rc < 0)
		return -1;
	ret->items = st->now.snapshot->n;
	ret->from = st->now.snapshot->older_schema;
	if (ret->from == 0) {
		ret->from = SCHEMA_NOW;
		return 1;
	}
	return check_pipeline(st, c, e);
}

/* The copy, then the new file. */
static int
write(struct store *st, const struct fio_dir *state, struct str bytes,
	int64_t now_ns, struct arena *a, struct legacy_report *ret,
	struct err *e)
{
	if (keep_copy(st, state, ret->from, a, &ret->backup, e) < 0)
		return -1;
	/* Its lines know the items by bytes that are about to change. */
	if (st->now.half_left && archive_take_back(st, NULL, 0, now_ns, e) < 0)
		return -1;
	const struct fio_keep keep = snapshots_keep(state);
	const struct fio_replacing how = {
		.mode = 0644, .expected = &st->now.version, .keep = &keep};
	struct fio_version is;
	if (fio_replace_keeping(&st->dir, st->name, bytes, &how, &is, e) < 0)
		return -1;
	events_migrated(
		st, state, ret, st->now.version.digest, is.digest, now_ns);
	return 0;
}

/* `state` NULL: nothing is written. */
static int
migrate(struct store *st, const struct store_migration *m,
	const struct fio_dir *state, struct arena *a, struct legacy_report *ret,
	struct problems *problems, struct err *e)
{
	struct migration plan = {0};

	int rc = look(st, m->config, ret, problems, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	rc = migration_plan(&st->now, st->label, m->config, a, &plan, e);
	if (rc == 0 && state != NULL)
		rc = write(
			st, state, buf_str(&plan.bytes), m->now_ns, a, ret, e);
	if (rc == 0) {
		ret->values = plan.values;
		ret->values_n = plan.values_n;
		ret->diff = plan.diff;
	}
	buf_release(&plan.bytes);
	return rc;
}

int
store_migrate(struct store *st, const struct store_migration *m,
	struct arena *a, struct legacy_report *ret, struct problems *problems,
	struct err *e)
{
	struct fio_dir state CLEANUP_FIO_DIR = FIO_DIR_NONE;
	struct fio_lock lock;

	*ret = (struct legacy_report){0};
	if (m->dry_run)
		return migrate(st, m, NULL, a, ret, problems, e);
	if (store_state_dir(st, &state, e) < 0 ||
		store_lock(st, &state, &lock, e) < 0)
		return -1;
	const struct fio_keep keep = snapshots_keep(&state);
	int rc = fio_sweep_keeping(&st->dir, &keep, e);
	/* What a killed one renamed is read as migrated, so it has to stay. */
	if (rc == 0)
		rc = fio_dir_sync(&st->dir, e);
	if (rc == 0)
		rc = migrate(st, m, &state, a, ret, problems, e);
	if (rc < 0)
		(void)store_failed(st, &state, m->now_ns, e);
	fio_lock_drop(&lock);
	return rc;
}
