/* SPDX-License-Identifier: MIT */
#include "engine/task.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "agent/prompt.h"
#include "agent/result.h"
#include "base/stamp.h"
#include "base/utf8.h"
#include "fio/file.h"

#define PROMPT_FILE "prompt.md"
#define STDOUT_FILE "stdout.log"
#define STDERR_FILE "stderr.log"
#define RESULT_FILE "result.json"

#define AT_ONCE_NS (3 * NS_PER_SEC)

enum { LAST_WORDS_MAX = 300, TAIL_MAX = 4096 };

/* The item's folder: one that begins with its id if there is one (its title
 * may have changed since), else the name of a new one. */
static int
name_change_dir(struct task *t, const struct fio_dir *root,
	const struct item *it, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir changes = FIO_DIR_NONE;
	struct str_list names;
	struct str prefix = arena_strf(&t->arena, "%.*s_", STR_ARG(it->id));

	if (fio_dir_make_in(&changes, root, "changes", 0755, e) < 0 ||
		fio_dir_list(&changes, prefix.s, &t->arena, &names, e) < 0)
		return -1;
	t->change_dir = names.n > 0
		? arena_strf(&t->arena, "changes/%.*s", STR_ARG(names.items[0]))
		: prompt_change_dir(it, &t->arena);
	return 0;
}

/* What is dirty now, into the record. */
static int
note_before(struct task *t, const struct task_input *in, struct err *e)
{
	if (worktree_look(in->tree, &t->arena, &t->before, e) < 0)
		return -1;
	t->record.branch = t->before.branch;
	t->record.before = worktree_record(&t->before, &t->arena);
	return 0;
}

static int
fill_record(struct task *t, const struct task_input *in, struct err *e)
{
	struct run_id id;

	if (run_id_new(in->sys, &id, e) < 0)
		return -1;
	t->record.id = arena_str(&t->arena, str_from(id.text));
	t->record.item = arena_str(&t->arena, in->item->id);
	t->record.phase = arena_str(&t->arena, in->phase->name);
	t->record.agent = arena_str(&t->arena, in->phase->agent);
	t->record.pool = in->pool;
	t->record.started_ns = in->sys->clock(in->sys, SYS_CLOCK_UNIX);
	t->title = arena_str(&t->arena, in->item->title);
	t->destructive = in->phase->destructive;
	memory_enter(in->memory, in->phase->name);
	t->record.attempt = in->memory->failures + 1;
	t->attempts = in->phase->retries + 1;
	return note_before(t, in, e);
}

static int
write_prompt(struct task *t, const struct task_input *in,
	struct str result_path, struct err *e)
{
	CLEANUP_BUF struct buf text = {0};
	const struct pipeline_config *pipeline = in->pool == POOL_UNSET
		? NULL
		: config_pipeline(in->config, item_pipeline(in->item));
	uint64_t nonce;

	int rc = in->sys->random(in->sys, &nonce, sizeof(nonce));
	if (rc < 0)
		return err_sys(e, -rc, "asking for random bytes");
	const struct prompt_input p = {
		.snapshot = in->snapshot,
		.item = in->item,
		.config = in->config,
		.pipeline = pipeline,
		.phase = in->phase,
		.attempt = t->record.attempt,
		.attempts = t->attempts,
		.previous_failure = in->memory->failure,
		.previous_summary = in->memory->summary,
		.change_dir = t->change_dir,
		.result_path = result_path,
		.run_id = t->record.id,
		.nonce = arena_strf(
			&t->arena, "%016llx", (unsigned long long)nonce),
	};
	prompt_build(&p, &text);
	return fio_create(&t->dir, PROMPT_FILE, buf_str(&text), 0600, e) < 0
		? -1
		: 0;
}

static int
open_stream(struct task *t, const char *name, int flags, struct err *e)
{
	struct sys *sys = t->dir.sys;
	int fd = sys->openat(
		sys, t->dir.fd, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(
			e, -fd, "opening '%s'", fio_path(&t->dir, name).text);
	return fd;
}

/* The three files that become the child's 0, 1 and 2. */
static int
open_streams(struct task *t, int fd[3], struct err *e)
{
	const int out = O_WRONLY | O_CREAT | O_APPEND;

	fd[0] = open_stream(t, PROMPT_FILE, O_RDONLY, e);
	fd[1] = fd[0] < 0 ? -1 : open_stream(t, STDOUT_FILE, out, e);
	fd[2] = fd[1] < 0 ? -1 : open_stream(t, STDERR_FILE, out, e);
	return fd[2] < 0 ? -1 : 0;
}

static void
close_streams(struct sys *sys, const int fd[3])
{
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			(void)sys->close(sys, fd[i]);
}

static int
spawn(struct task *t, const struct task_input *in, struct str result_path,
	struct err *e)
{
	const struct launch_input want = {
		.agent = config_agent(in->config, t->record.agent),
		.run = t->record.id,
		.item = t->record.item,
		.phase = t->record.phase,
		.attempt = t->record.attempt,
		.result_path = result_path,
		.change_dir = arena_strf(&t->arena, "%.*s/%.*s",
			STR_ARG(in->root_path), STR_ARG(t->change_dir)),
		.root = in->root_path,
		.environ = in->environ,
	};
	struct launch launch;
	struct proc_options o = {
		.spawn = {.cwd = in->root_path.s, .new_session = true},
		.timeout_ns = in->phase->timeout_ns,
		.grace_ns = TASK_STOP_SECONDS * NS_PER_SEC,
		.on_end = in->on_end,
		.ctx = in->ctx,
	};

	launch_build(&want, &t->arena, &launch);
	o.spawn.argv = launch.argv;
	o.spawn.envp = launch.envp;
	o.mark = launch.mark;
	int rc = open_streams(t, o.spawn.fd, e);
	if (rc == 0 &&
		proc_child_start(&t->child, in->loop, in->sys, &o, e) < 0) {
		err_wrap(e, "agent '%.*s'", STR_ARG(t->record.agent));
		rc = 1;
	}
	close_streams(in->sys, o.spawn.fd);
	if (rc != 0)
		return rc;
	struct proc_identity who = proc_child_identity(t->child);
	struct err ignored = {0};
	/* For a later weir's messages only: the mark finds its processes. */
	(void)run_record_child(
		&t->dir, who.pid, who.start_ticks, who.boot_id, &ignored);
	return 0;
}

/* The run is durable: its prompt, then its agent. As task_start. */
static int
launch(struct task *t, const struct task_input *in, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir made = FIO_DIR_NONE;
	struct str result_path =
		arena_strf(&t->arena, "%.*s/.weir/runs/%.*s/" RESULT_FILE,
			STR_ARG(in->root_path), STR_ARG(t->record.id));

	if (fio_dir_make_in(&made, in->root, t->change_dir.s, 0755, e) < 0 ||
		write_prompt(t, in, result_path, e) < 0)
		return -1;
	return spawn(t, in, result_path, e);
}

int
task_start(struct task **ret, const struct task_input *in, struct err *e)
{
	struct task *t = mem_alloc(sizeof(*t));

	t->dir = FIO_DIR_NONE;
	int rc = fill_record(t, in, e);
	if (rc == 0)
		rc = name_change_dir(t, in->root, in->item, e);
	if (rc == 0)
		rc = run_begin(in->root, &t->record, &t->dir, e);
	if (rc == 0) {
		rc = launch(t, in, e);
		const struct run_verdict none = {
			.outcome = STR("not_started"),
			.reason = str_from(e->msg),
		};
		struct err ignored = {0};
		/* Failing that, the next weir finds it unfinished. */
		if (rc != 0)
			(void)run_finish(
				&t->dir, &none, t->record.started_ns, &ignored);
	}
	if (rc == 0)
		*ret = t;
	else
		task_free(t);
	return rc;
}

int
task_from_record(struct task **ret, const struct fio_dir *root,
	const struct run_record *r, const struct snapshot *s, struct err *e)
{
	struct task *t = mem_alloc(sizeof(*t));
	const struct item *it = snapshot_find(s, r->item);
	const struct item gone = {.id = r->item, .title = STR("gone")};

	t->record = *r;
	t->dir = FIO_DIR_NONE;
	t->ended = true;
	t->attempts = r->attempt;
	t->before = worktree_recorded(&r->before, &t->arena);
	t->title = it != NULL ? arena_str(&t->arena, it->title) : STR("");
	if (name_change_dir(t, root, it != NULL ? it : &gone, e) < 0 ||
		run_open(root, r->id, &t->dir, e) < 0) {
		task_free(t);
		return -1;
	}
	*ret = t;
	return 0;
}

/* The last line the agent wrote to stderr, for people; may be empty. */
static struct str
last_words(struct task *t)
{
	CLEANUP_BUF struct buf text = {0};
	struct sys *sys = t->dir.sys;
	char tail[TAIL_MAX];
	struct stat st;
	struct err ignored = {0};

	int fd = open_stream(t, STDERR_FILE, O_RDONLY | O_NONBLOCK, &ignored);
	if (fd < 0)
		return STR("");
	ssize_t n = 0;
	if (sys->fstat(sys, fd, &st) == 0 && S_ISREG(st.st_mode))
		n = sys->pread(sys, fd, tail, sizeof(tail),
			st.st_size > TAIL_MAX ? st.st_size - TAIL_MAX : 0);
	(void)sys->close(sys, fd);
	struct str rest = str_of(tail, n > 0 ? (size_t)n : 0);
	struct str line, last = STR("");
	while (str_next_line(&rest, &line))
		if (str_trim(line).n > 0)
			last = str_trim(line);
	if (last.n > LAST_WORDS_MAX)
		last.n = LAST_WORDS_MAX;
	utf8_add_printable(&text, last);
	return arena_str(&t->arena, buf_str(&text));
}

/* How the child ended, as the reason for having no valid result. */
static struct str
describe_end(struct task *t, const char *why)
{
	struct str words = last_words(t);
	char took[STAMP_SIZE];
	struct str how = STR("weir ended before it did");

	duration_format(t->end.elapsed_ns, took);
	if (t->child != NULL) {
		if (t->end.how == PROC_TIMED_OUT)
			how = arena_strf(&t->arena, "timed out after %s", took);
		else if (t->end.how == PROC_STOPPED)
			how = STR("stopped with weir");
		else if (t->end.how == PROC_SIGNALLED)
			how = arena_strf(&t->arena, "ended by signal %d (%s)",
				t->end.status, strsignal(t->end.status));
		else
			how = arena_strf(&t->arena, "exited with code %d",
				t->end.status);
	}
	/* How it exits does not count; that it went wrong may explain. */
	bool fine = t->child != NULL && t->end.how == PROC_EXITED &&
		t->end.status == 0;
	return arena_strf(&t->arena, "%.*s%s%s%s%.*s",
		STR_ARG(fine ? STR("") : how), fine ? "" : ": ", why,
		words.n > 0 ? "; its last words: " : "", STR_ARG(words));
}

int
task_secure(struct task *t, const struct fio_dir *root, struct err *e)
{
	struct fio_dir there;

	if (run_open(root, t->record.id, &there, e) == 0) {
		fio_dir_close(&there);
		return 0;
	}
	if (e->code != ERR_MISSING)
		return -1;
	t->lost = true;
	t->failure = arena_strf(&t->arena,
		"its directory .weir/runs/%.*s was removed while it ran, and "
		"its result with it",
		STR_ARG(t->record.id));
	fio_dir_close(&t->dir);
	return run_begin(root, &t->record, &t->dir, e);
}

void
task_read(struct task *t)
{
	struct result *r = ARENA_NEW(&t->arena, struct result);
	const struct result_asked asked = {
		.item_id = t->record.item,
		.phase = t->record.phase,
		.run_id = t->record.id,
	};
	struct err why = {0};

	if (result_read(&t->dir, RESULT_FILE, &asked, &t->arena, r, &why) < 0) {
		t->failure = describe_end(t, why.msg);
		return;
	}
	/* What it was based on is known here when the agent does not say. */
	if (!str_is_set(r->based_on_commit))
		r->based_on_commit = t->before.head;
	t->result = r;
}

bool
task_died_at_once(const struct task *t)
{
	struct stat st;

	if (t->child == NULL || t->result != NULL || t->lost ||
		t->end.elapsed_ns > AT_ONCE_NS)
		return false;
	if (t->end.how == PROC_EXITED && t->end.status == 0)
		return false;
	if (t->end.how != PROC_EXITED && t->end.how != PROC_SIGNALLED)
		return false;
	return t->dir.sys->fstatat(t->dir.sys, t->dir.fd, RESULT_FILE,
		       AT_SYMLINK_NOFOLLOW, &st) < 0;
}

void
task_free(struct task *t)
{
	if (t == NULL)
		return;
	if (t->child != NULL)
		proc_child_free(t->child);
	fio_dir_close(&t->dir);
	arena_release(&t->arena);
	mem_free(t);
}
