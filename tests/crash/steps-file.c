/* SPDX-License-Identifier: MIT */
#include "workload.h"

#include <fcntl.h>
#include <string.h>

#include "base/stamp.h"
#include "store/config.h"

/* Steps of other people, of runs, and of fio alone. */

int
step_put(struct world *w, const struct step *s)
{
	if (sim_is_dead(w->disk))
		return -1;
	sim_put(w->disk, s->a, str_from(s->b));
	return 0;
}

int
step_checkout(struct world *w, const struct step *s)
{
	if (step_put(w, s) < 0)
		return -1;
	for (size_t i = 0; i < w->acks.n; i++)
		w->acks.added[i].title[0] = '\0';
	return 0;
}

int
step_edit(struct world *w, const struct step *s)
{
	CLEANUP_BUF struct buf text = {0};

	if (sim_is_dead(w->disk))
		return -1;
	struct str was = sim_get(w->disk, s->a);
	size_t at = str_find(was, str_from(s->b));
	if (at == was.n)
		return 0;
	buf_add_str(&text, str_of(was.s, at));
	buf_add_c(&text, s->c);
	buf_add_str(&text, str_from_at(was, at + strlen(s->b)));
	sim_put(w->disk, s->a, buf_str(&text));
	return 0;
}

int
step_slow_drop(struct world *w, const struct step *s)
{
	struct inbox_taken taken;
	struct sys *sys = sim_sys(w->disk);

	if (sim_is_dead(w->disk))
		return -1;
	sim_put(w->disk, "BACKLOG_INBOX.yaml", str_from(s->a));
	int fd = sys->openat(sys, AT_FDCWD, "BACKLOG_INBOX.yaml", O_WRONLY, 0);
	if (fd < 0)
		return -1;
	int rc = store_take_inbox(w->store[0], WORLD_NOW, &taken, &w->e);
	snapshot_unref(taken.next);
	bool early = rc == 0 && taken.added.n > 0;
	problems_release(&taken.problems);
	(void)sys->close(sys, fd);
	if (early)
		return err_set(&w->e, ERR_CONFLICT,
			"the inbox was taken from under its writer");
	return rc == 1 ? 0 : -1;
}

int
step_run_begin(struct world *w, const struct step *s)
{
	const struct str dirty = STR("src/a.c"), digest = STR("xxh3:00");
	struct run_record r = {
		.id = str_from(s->a),
		.item = str_from(s->b),
		.phase = STR("build"),
		.agent = STR("worker"),
		.pool = POOL_MAIN,
		.attempt = 1,
		.started_ns = WORLD_NOW,
		.before = {.paths = {.items = &dirty, .n = 1},
			.digests = {.items = &digest, .n = 1}},
	};
	struct fio_dir dir;

	if (run_begin(&w->root, &r, &dir, &w->e) < 0)
		return -1;
	fio_dir_close(&dir);
	return 0;
}

static int
with_run(struct world *w, const struct step *s,
	int (*record)(const struct fio_dir *dir, const struct run_verdict *v,
		int64_t now_ns, struct err *e))
{
	const struct run_verdict v = {
		.outcome = str_from(s->b),
		.reason = STR("as planned"),
		.message = STR("[WRK-001][build] done"),
	};
	struct fio_dir dir;

	if (run_open(&w->root, str_from(s->a), &dir, &w->e) < 0)
		return -1;
	int rc = record != NULL
		? record(&dir, &v, WORLD_NOW, &w->e)
		: run_record_child(&dir, 71, 12345, "boot", &w->e);
	fio_dir_close(&dir);
	return rc;
}

int
step_run_child(struct world *w, const struct step *s)
{
	return with_run(w, s, NULL);
}

int
step_run_decide(struct world *w, const struct step *s)
{
	return with_run(w, s, run_decide);
}

int
step_run_finish(struct world *w, const struct step *s)
{
	return with_run(w, s, run_finish);
}

int
step_file_create(struct world *w, const struct step *s)
{
	return fio_create(&w->root, s->a, str_from(s->b), 0644, &w->e) < 0 ? -1
									   : 0;
}

int
step_file_replace(struct world *w, const struct step *s)
{
	CLEANUP_BUF struct buf was = {0};
	struct fio_version seen;

	if (fio_read(&w->root, s->a, 1 << 20, &was, &seen, &w->e) < 0)
		return -1;
	return fio_replace(
		&w->root, s->a, str_from(s->b), 0644, &seen, NULL, &w->e);
}

int
step_file_append(struct world *w, const struct step *s)
{
	return fio_append(&w->root, s->a, str_from(s->b), 0644, &w->e);
}

int
step_file_move(struct world *w, const struct step *s)
{
	return fio_move(&w->root, s->a, s->b, &w->e) < 0 ? -1 : 0;
}

int
step_file_remove(struct world *w, const struct step *s)
{
	return fio_remove(&w->root, s->a, &w->e);
}

int
step_dir_make(struct world *w, const struct step *s)
{
	struct fio_dir dir;

	if (fio_dir_make_in(&dir, &w->root, s->a, 0700, &w->e) < 0)
		return -1;
	int rc = fio_append(&dir, "log.jsonl", str_from(s->b), 0644, &w->e);
	fio_dir_close(&dir);
	return rc;
}

int
step_config(struct world *w, const struct step *s)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct config c;

	if (config_load(&w->root, &a, &c, &problems, &w->e) < 0)
		return -1;
	if (!str_eq_c(c.prefix, s->b))
		return err_set(&w->e, ERR_CONFLICT, "a prefix was read wrong");
	return 0;
}

int
step_log(struct world *w, const struct step *s)
{
	CLEANUP_FIO_DIR struct fio_dir dir = FIO_DIR_NONE;
	CLEANUP_ARENA struct arena a = {0};
	struct fio_log log;

	if (fio_dir_make_in(&dir, &w->root, WORLD_JOURNAL, 0700, &w->e) < 0 ||
		world_open_journal(w, &dir, &log) < 0)
		return -1;
	struct str fields = arena_strf(&a, "\"said\":\"%s\"", s->a);
	int rc = fio_log_append(&log, &fields, 1, &w->e);
	fio_log_close(&log);
	if (rc == 0)
		ack_said(w, s->a);
	return rc;
}
