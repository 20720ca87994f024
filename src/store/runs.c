/* SPDX-License-Identifier: MIT */
#include "store/runs.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "base/vec.h"
#include "fio/file.h"
#include "store/store.h"

#define RUNS_DIR      STORE_STATE_DIR "/runs"
#define INTENT_FILE   "intent.json"
#define CHILD_FILE    "child.json"
#define DECISION_FILE "decision.json"
#define OUTCOME_FILE  "outcome.json"

/* What a run's id begins with, and a claim's does not. */
#define RUN_ID "r"

enum { RECORD_MAX = 16 * 1024 * 1024 };

int
run_id_new(struct sys *sys, struct run_id *ret, struct err *e)
{
	char when[STAMP_SIZE];
	uint32_t random;

	int rc = sys->random(sys, &random, sizeof(random));
	if (rc < 0)
		return err_sys(e, -rc, "asking for a random run id");
	/* 2026-11-20T11:00:46Z */
	stamp_format(sys->clock(sys, SYS_CLOCK_UNIX), when);
	(void)snprintf(ret->text, sizeof(ret->text),
		RUN_ID "%.4s%.2s%.2s-%.2s%.2s%.2s-%08x", when, when + 5,
		when + 8, when + 11, when + 14, when + 17, random);
	return 0;
}

bool
run_id_is(struct str id)
{
	return str_starts(id, STR(RUN_ID));
}

static void
set_str(json_t *o, const char *key, struct str s)
{
	if (str_is_set(s))
		json_object_set_new(o, key, json_stringn(s.s, s.n));
}

static void
set_list(json_t *o, const char *key, struct str_list list)
{
	json_t *a = json_array();

	for (size_t i = 0; i < list.n; i++) {
		/* A path need not be UTF-8; then it cannot be told again. */
		json_t *s = json_stringn(list.items[i].s, list.items[i].n);
		json_array_append_new(a, s != NULL ? s : json_null());
	}
	json_object_set_new(o, key, a);
}

/* Durably, once; drops `o`. */
static int
write_record(
	const struct fio_dir *dir, const char *name, json_t *o, struct err *e)
{
	char *text = json_dumps(o, JSON_INDENT(1));
	CLEANUP_BUF struct buf line = {0};

	buf_add_c(&line, text);
	buf_add_char(&line, '\n');
	free(text);
	json_decref(o);
	return fio_replace(dir, name, buf_str(&line), 0600, NULL, NULL, e);
}

int
run_begin(const struct fio_dir *root, const struct run_record *r,
	struct fio_dir *ret_dir, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir runs = FIO_DIR_NONE;
	char when[STAMP_SIZE];

	*ret_dir = FIO_DIR_NONE;
	if (fio_dir_make_in(&runs, root, RUNS_DIR, 0700, e) < 0 ||
		fio_dir_make_in(ret_dir, &runs, r->id.s, 0700, e) < 0)
		return -1;
	stamp_format(r->started_ns, when);
	json_t *o = json_object();
	set_str(o, "run", r->id);
	set_str(o, "item", r->item);
	set_str(o, "phase", r->phase);
	if (r->pool != POOL_UNSET)
		set_str(o, "pool",
			str_from(names_get(&pool_names, (int)r->pool)));
	json_object_set_new(o, "attempt", json_integer(r->attempt));
	set_str(o, "agent", r->agent);
	set_str(o, "started", str_from(when));
	set_str(o, "branch", r->branch);
	set_list(o, "dirty_paths", r->before.paths);
	set_list(o, "dirty_digests", r->before.digests);
	if (write_record(ret_dir, INTENT_FILE, o, e) == 0)
		return 0;
	fio_dir_close(ret_dir);
	return -1;
}

int
run_record_child(const struct fio_dir *run_dir, int64_t pid,
	uint64_t start_ticks, const char *boot_id, struct err *e)
{
	json_t *o = json_object();

	json_object_set_new(o, "pid", json_integer(pid));
	json_object_set_new(
		o, "start_ticks", json_integer((json_int_t)start_ticks));
	json_object_set_new(o, "boot_id", json_string(boot_id));
	return write_record(run_dir, CHILD_FILE, o, e);
}

static int
write_verdict(const struct fio_dir *run_dir, const char *name,
	const struct run_verdict *v, int64_t now_ns, struct err *e)
{
	char when[STAMP_SIZE];
	json_t *o = json_object();

	stamp_format(now_ns, when);
	set_str(o, "outcome", v->outcome);
	set_str(o, "reason", v->reason);
	set_str(o, "message", v->message);
	set_str(o, "refused", v->refused);
	json_object_set_new(o, "at", json_string(when));
	if (v->left.paths.n > 0) {
		set_list(o, "left_paths", v->left.paths);
		set_list(o, "left_digests", v->left.digests);
	}
	return write_record(run_dir, name, o, e);
}

int
run_decide(const struct fio_dir *run_dir, const struct run_verdict *v,
	int64_t now_ns, struct err *e)
{
	return write_verdict(run_dir, DECISION_FILE, v, now_ns, e);
}

int
run_finish(const struct fio_dir *run_dir, const struct run_verdict *v,
	int64_t now_ns, struct err *e)
{
	return write_verdict(run_dir, OUTCOME_FILE, v, now_ns, e);
}

/* The object in a record. 1: there is no such record. */
static int
read_record(const struct fio_dir *dir, const char *name, json_t **ret,
	struct err *e)
{
	CLEANUP_BUF struct buf bytes = {0};

	*ret = NULL;
	int rc = fio_read(dir, name, RECORD_MAX, &bytes, NULL, e);
	if (rc != 0)
		return rc;
	*ret = json_loadb(
		buf_str(&bytes).s, bytes.n, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(*ret))
		return 0;
	json_decref(*ret);
	*ret = NULL;
	return err_set(e, ERR_INPUT,
		"'%s' is damaged; move its directory away when you have "
		"looked at it",
		fio_path(dir, name).text);
}

static struct str
get_str(json_t *o, const char *key, struct arena *a)
{
	return arena_str(
		a, str_from(json_string_value(json_object_get(o, key))));
}

static struct str_list
get_list(json_t *o, const char *key, struct arena *a)
{
	json_t *array = json_object_get(o, key);
	size_t n = json_array_size(array);
	struct str *items = ARENA_ARRAY(a, struct str, n);

	for (size_t i = 0; i < n; i++)
		items[i] = arena_str(a,
			str_from(json_string_value(json_array_get(array, i))));
	return (struct str_list){.items = items, .n = n};
}

static struct run_dirt
get_dirt(json_t *o, const char *paths, const char *digests, struct arena *a)
{
	struct run_dirt d = {
		.paths = get_list(o, paths, a),
		.digests = get_list(o, digests, a),
	};

	if (d.digests.n < d.paths.n)
		d.paths.n = d.digests.n;
	return d;
}

static int
read_intent(const struct fio_dir *dir, struct arena *a, struct run_record *ret,
	struct err *e)
{
	int pool = POOL_UNSET;
	json_t *o;

	int rc = read_record(dir, INTENT_FILE, &o, e);
	if (rc != 0)
		return rc;
	*ret = (struct run_record){
		.id = get_str(o, "run", a),
		.item = get_str(o, "item", a),
		.phase = get_str(o, "phase", a),
		.agent = get_str(o, "agent", a),
		.attempt = (unsigned int)json_integer_value(
			json_object_get(o, "attempt")),
		.branch = get_str(o, "branch", a),
		.before = get_dirt(o, "dirty_paths", "dirty_digests", a),
	};
	(void)names_parse(&pool_names, get_str(o, "pool", a), &pool);
	ret->pool = (enum phase_pool)pool;
	(void)stamp_parse(get_str(o, "started", a), &ret->started_ns);
	json_decref(o);
	return 0;
}

static int
read_verdict(const struct fio_dir *dir, const char *name, struct arena *a,
	struct run_verdict *ret, struct err *e)
{
	json_t *o;

	if (read_record(dir, name, &o, e) < 0)
		return -1;
	*ret = (struct run_verdict){
		.outcome = get_str(o, "outcome", a),
		.reason = get_str(o, "reason", a),
		.message = get_str(o, "message", a),
		.refused = get_str(o, "refused", a),
		.left = get_dirt(o, "left_paths", "left_digests", a),
	};
	json_decref(o);
	return 0;
}

/* What is not there stays as it is. */
static int
read_child(const struct fio_dir *dir, struct arena *a, struct run_record *ret,
	struct err *e)
{
	json_t *o;

	if (read_record(dir, CHILD_FILE, &o, e) < 0)
		return -1;
	ret->pid = json_integer_value(json_object_get(o, "pid"));
	ret->start_ticks =
		(uint64_t)json_integer_value(json_object_get(o, "start_ticks"));
	ret->boot_id = get_str(o, "boot_id", a);
	json_decref(o);
	return 0;
}

/* 1: it never started a child. */
static int
read_run(const struct fio_dir *dir, struct arena *a, struct run_record *ret,
	struct err *e)
{
	int rc = read_intent(dir, a, ret, e);

	if (rc != 0)
		return rc;
	if (read_child(dir, a, ret, e) < 0 ||
		read_verdict(dir, DECISION_FILE, a, &ret->decision, e) < 0 ||
		read_verdict(dir, OUTCOME_FILE, a, &ret->outcome, e) < 0)
		return -1;
	return 0;
}

static bool
has_outcome(const struct fio_dir *run_dir)
{
	struct err ignored;
	struct stat st;

	return fio_stat(run_dir, OUTCOME_FILE, &st, &ignored) == 0;
}

static int
list_runs(const struct fio_dir *root, bool unfinished, struct arena *a,
	const struct run_record **ret, size_t *ret_n, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir runs = FIO_DIR_NONE;
	struct str_list names;
	size_t n = 0;

	*ret = NULL;
	*ret_n = 0;
	if (fio_dir_open_in(&runs, root, RUNS_DIR, e) < 0)
		return e->code == ERR_MISSING ? 0 : -1;
	if (fio_dir_list(&runs, "r", a, &names, e) < 0)
		return -1;
	struct run_record *list = ARENA_ARRAY(a, struct run_record, names.n);
	for (size_t i = 0; i < names.n; i++) {
		CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
		if (fio_dir_open_in(&dir, &runs, names.items[i].s, e) < 0)
			return -1;
		if (unfinished && has_outcome(&dir))
			continue;
		int rc = read_run(&dir, a, &list[n], e);
		if (rc < 0)
			return -1;
		if (rc == 0 && str_eq(list[n].id, names.items[i]))
			n++;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

int
run_list(const struct fio_dir *root, struct arena *a,
	const struct run_record **ret, size_t *ret_n, struct err *e)
{
	return list_runs(root, false, a, ret, ret_n, e);
}

int
run_list_unfinished(const struct fio_dir *root, struct arena *a,
	const struct run_record **ret, size_t *ret_n, struct err *e)
{
	return list_runs(root, true, a, ret, ret_n, e);
}

int
run_sweep(const struct fio_dir *root, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_FIO_DIR struct fio_dir runs = FIO_DIR_NONE;
	struct str_list names;

	if (fio_dir_open_in(&runs, root, RUNS_DIR, e) < 0)
		return e->code == ERR_MISSING ? 0 : -1;
	if (fio_dir_list(&runs, "r", &tmp, &names, e) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
		if (fio_dir_open_in(&dir, &runs, names.items[i].s, e) < 0)
			return -1;
		if (has_outcome(&dir))
			continue;
		/* A record that is read and acted on has to stay. */
		if (fio_sweep(&dir, e) < 0 || fio_dir_sync(&dir, e) < 0)
			return -1;
	}
	return 0;
}

int
run_open(const struct fio_dir *root, struct str id, struct fio_dir *ret_dir,
	struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_FIO_DIR struct fio_dir runs = FIO_DIR_NONE;

	*ret_dir = FIO_DIR_NONE;
	if (fio_dir_open_in(&runs, root, RUNS_DIR, e) < 0)
		return -1;
	return fio_dir_open_in(ret_dir, &runs, arena_str(&tmp, id).s, e);
}

int
run_settle(const struct fio_dir *root, struct str id, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;

	if (run_open(root, id, &dir, e) < 0)
		return e->code == ERR_MISSING ? 0 : -1;
	return fio_dir_sync(&dir, e);
}
