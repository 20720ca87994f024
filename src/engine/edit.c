/* SPDX-License-Identifier: MIT */
#include "engine/edit.h"

#include "engine/project-priv.h"
#include "fio/file.h"
#include "model/id.h"
#include "plan/circle.h"
#include "proc/terminal.h"
#include "store/rewrite.h"
#include "sys/sys.h"

/* This line and all below it are no part of the item. */
static const char cut[] = "# ---- >8 ---- the item as it is now; this line and "
			  "all below are left out";
#define CUT_MARK STR("# ---- >8 ----")

enum { FILES_MAX = 100 };

static struct str
above_cut(struct str text)
{
	struct str rest = text, line;

	while (str_next_line(&rest, &line))
		if (str_starts(line, CUT_MARK))
			return str_of(text.s, (size_t)(line.s - text.s));
	return text;
}

static int
take_text(struct project *p, struct str id, struct arena *a, struct str *ret,
	struct err *e)
{
	struct buf text CLEANUP_BUF = {0};

	if (store_text(p->store, id, &text, e) < 0)
		return -1;
	*ret = arena_str(a, buf_str(&text));
	return 0;
}

/* The file's name within .weir/. */
static const char *
base_of(const struct item_edit *x)
{
	return x->name.s + sizeof(STORE_STATE_DIR);
}

/* A file that nobody has: an earlier one may hold what a person wrote. Its name
 * ends in our pid, from which doctor tells that an editor has it. */
static int
make_file(struct project *p, const struct fio_dir *state, struct item_edit *x,
	struct err *e)
{
	/* An id that a hand wrote may be no name for a file. */
	struct str id = id_is_valid(x->id) ? x->id : STR("item");
	int pid = p->sys->getpid(p->sys), rc = 1;

	for (int i = 1; rc == 1 && i <= FILES_MAX; i++) {
		x->name = arena_strf(x->a,
			STORE_STATE_DIR "/edit-%.*s-%d-%d.yaml", STR_ARG(id), i,
			pid);
		rc = fio_create(state, base_of(x), x->shown, 0600, e);
	}
	x->path = arena_strf(
		x->a, "%.*s/%.*s", STR_ARG(p->path), STR_ARG(x->name));
	if (rc == 1)
		return err_set(e, ERR_CONFLICT,
			"there are %d files like '%.*s' with texts that could "
			"not be saved; look through them first",
			FILES_MAX, STR_ARG(x->name));
	return rc;
}

int
item_edit_begin(struct project *p, struct str id, struct arena *a,
	struct item_edit *ret, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;

	*ret = (struct item_edit){.id = id, .a = a};
	if (take_text(p, id, a, &ret->was, e) < 0 ||
		store_state_dir(p->store, &state, e) < 0)
		return -1;
	ret->shown = ret->was;
	return make_file(p, &state, ret, e);
}

static int
read_file(struct project *p, const struct item_edit *x, struct buf *ret,
	struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;

	if (store_state_dir(p->store, &state, e) < 0)
		return -1;
	int rc = fio_read(&state, base_of(x), STORE_BYTES_MAX, ret, NULL, e);
	if (rc == 1)
		return err_set(e, ERR_MISSING,
			"'%.*s' is gone; nothing was changed",
			STR_ARG(x->name));
	return rc;
}

static int
rewrite(struct project *p, const struct rewrite *rw, struct project_saved *ret,
	struct err *e)
{
	struct store_saved saved;

	if (store_rewrite(p->store, rw, &saved, e) < 0)
		return -1;
	ret->next = saved.next;
	return 0;
}

int
item_edit_save(struct project *p, const struct item_edit *x,
	struct project_saved *ret, struct err *e)
{
	CLEANUP_BUF struct buf text = {0};

	*ret = (struct project_saved){0};
	if (read_file(p, x, &text, e) < 0)
		return -1;
	struct str now = above_cut(buf_str(&text));
	if (str_eq(now, x->was))
		return 1;
	const struct rewrite rw = {.id = x->id,
		.was = x->was,
		.now = now,
		.file = x->name.s,
		.now_ns = p->sys->clock(p->sys, SYS_CLOCK_UNIX),
		.check = plan_refuse_circle};
	return rewrite(p, &rw, ret, e);
}

int
item_edit_renew(struct project *p, struct item_edit *x, struct err *e)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_BUF struct buf file = {0};
	struct str was, line;

	if (take_text(p, x->id, x->a, &was, e) < 0 ||
		read_file(p, x, &text, e) < 0 ||
		store_state_dir(p->store, &state, e) < 0)
		return -1;
	struct str mine = above_cut(buf_str(&text));
	buf_add_str(&file, mine);
	if (!str_ends(mine, STR("\n")))
		buf_add_char(&file, '\n');
	buf_addf(&file, "%s\n", cut);
	for (struct str rest = was; str_next_line(&rest, &line);)
		buf_addf(&file, "# %.*s\n", STR_ARG(line));
	if (fio_replace(&state, base_of(x), buf_str(&file), 0600, NULL, NULL,
		    e) < 0)
		return -1;
	x->was = was;
	return 0;
}

bool
item_edit_is_touched(struct project *p, const struct item_edit *x)
{
	CLEANUP_BUF struct buf text = {0};
	struct err e = {0};

	if (read_file(p, x, &text, &e) < 0)
		return e.code != ERR_MISSING;
	return !str_eq(buf_str(&text), x->shown);
}

void
item_edit_end(struct project *p, const struct item_edit *x)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct err ignored;

	if (store_state_dir(p->store, &state, &ignored) >= 0)
		(void)fio_remove(&state, base_of(x), &ignored);
}

int
item_edit_text(struct project *p, struct str id, struct str text,
	const char *source, struct project_saved *ret, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	struct rewrite rw = {.id = id,
		.now = above_cut(text),
		.file = source,
		.now_ns = p->sys->clock(p->sys, SYS_CLOCK_UNIX),
		.check = plan_refuse_circle};

	*ret = (struct project_saved){0};
	if (take_text(p, id, &tmp, &rw.was, e) < 0)
		return -1;
	return str_eq(rw.now, rw.was) ? 1 : rewrite(p, &rw, ret, e);
}

int
edit_run(struct project *p, const char *editor, struct str path,
	const char *const *envp, int *ret_status, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	/* The command may have arguments of its own: the shell splits it. */
	struct str script = arena_strf(&tmp, "%s \"$1\"", editor);
	const char *const argv[] = {"sh", "-c", script.s, "sh", path.s, NULL};

	return proc_on_terminal(p->sys, argv, envp, ret_status, e);
}
