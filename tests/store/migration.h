/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STORE_MIGRATION_H
#define TESTS_STORE_MIGRATION_H

/* A project with a backlog to migrate, and what came of it. */

#include "project.h"

#include "model/legacy.h"
#include "store/config.h"
#include "store/migrate.h"

/* A small backlog of schema 2. */
#define V2                                     \
	"schema_version: 2\n"                  \
	"next_item_id: 40\n"                   \
	"items:\n"                             \
	"- id: WRK-001\n"                      \
	"  title: First\n"                     \
	"  status: scoping\n"                  \
	"  phase: prd\n"                       \
	"  created: 2026-01-01T00:00:00Z\n"    \
	"  pipeline_type: docs\n"              \
	"  description: 'Problem: it hurts'\n" \
	"  phase_pool: pre\n"                  \
	"  last_phase_commit: abc\n"

static struct arena arena;
static struct config config;
static struct legacy_report report;

static const char weir_yaml[] =
	"pipelines:\n"
	"  feature:\n"
	"    pre_phases: [{ name: prd }, { name: research }]\n"
	"    phases: [{ name: design }, { name: build }]\n";

static inline void
configure(const char *text)
{
	CLEANUP_PROBLEMS struct problems problems = {0};

	scratch_put(&f.scratch, "weir.yaml", text);
	check_ok(config_load(&f.root, &arena, &config, &problems, &f.e), &f.e);
}

static inline int
setup(void **state)
{
	(void)state;
	project_make(NULL);
	configure(weir_yaml);
	return 0;
}

static inline int
teardown(void **state)
{
	arena_release(&arena);
	return project_remove(state);
}

static inline void
put(const char *backlog)
{
	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
}

static inline int
try_migrate(bool dry_run)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	const struct store_migration m = {
		.config = &config, .dry_run = dry_run, .now_ns = NOW};

	return store_migrate(f.store, &m, &arena, &report, &problems, &f.e);
}

static inline void
migrate(const char *backlog)
{
	put(backlog);
	check_ok(try_migrate(false), &f.e);
}

/* BACKLOG.yaml is `want` now. */
static inline void
check_backlog(const char *want)
{
	check_str(scratch_get(&f.scratch, "BACKLOG.yaml"), want);
}

/* `backlog` becomes `want`. */
static inline void
check_migrates(const char *backlog, const char *want)
{
	migrate(backlog);
	check_backlog(want);
}

static inline void
check_refused(const char *backlog, enum err_code code, const char *text)
{
	put(backlog);
	check_fails(try_migrate(false), &f.e, code, text);
	check_backlog(backlog);
}

static inline void
check_item(const char *id, enum item_status status, const char *phase,
	enum phase_pool pool)
{
	struct snapshot *s = fixture_load(&f);
	const struct item *it = snapshot_find(s, str_from(id));

	assert_non_null(it);
	assert_int_equal(it->status, status);
	assert_int_equal(it->phase_pool, pool);
	if (phase != NULL)
		check_str(it->phase, phase);
	else
		assert_false(str_is_set(it->phase));
	snapshot_unref(s);
}

#endif
