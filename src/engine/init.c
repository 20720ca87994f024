/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "engine/lost-priv.h"
#include "engine/project-priv.h"
#include "engine/template-priv.h"
#include "fio/file.h"
#include "git/repo.h"
#include "store/config.h"

/*
 * Every file is made whole or found, one by one, so that a second call
 * completes what a crash cut short.
 */

#define PROMPT_DIR "workflows"

struct making {
	const struct fio_dir *root;
	const struct project_init_options *options;
	struct arena *a;
	struct git_repo *git; /* NULL: none */
	VEC(struct str) made, kept, untracked;
	uint64_t older_schema;
	struct err wrong;
};

/* The directory of the prompt files stands for all of them. That git does not
 * say only leaves less to tell. */
static void
note_untracked(struct making *m, struct str name)
{
	struct err ignored = {0};

	if (m->git == NULL || str_eq_c(name, STORE_STATE_DIR "/") ||
		git_has(m->git, name, &ignored) != 0)
		return;
	if (str_starts(name, STR(PROMPT_DIR "/")))
		name = STR(PROMPT_DIR "/");
	VEC_EACH (known, &m->untracked)
		if (str_eq(*known, name))
			return;
	VEC_PUSH(&m->untracked, name);
}

static void
note(struct making *m, struct str name, bool made)
{
	name = arena_str(m->a, name);
	if (made)
		VEC_PUSH(&m->made, name);
	else
		VEC_PUSH(&m->kept, name);
	note_untracked(m, name);
}

/* Noted as kept then: nothing need be written, and perhaps nothing can be. */
static bool
is_kept(struct making *m, struct str path)
{
	struct err ignored;
	struct stat st;

	if (fio_stat(m->root, path.s, &st, &ignored) != 0)
		return false;
	note(m, path, false);
	return true;
}

static int
make_config(struct making *m, struct err *e)
{
	struct buf text CLEANUP_BUF = {0};

	if (is_kept(m, STR(CONFIG_FILE)))
		return 0;
	buf_add_c(&text, template_config_above);
	buf_add_str(&text, m->options->prefix);
	buf_add_c(&text, template_config_below);
	int rc = fio_create(m->root, CONFIG_FILE, buf_str(&text), 0644, e);
	if (rc >= 0)
		note(m, STR(CONFIG_FILE), rc == 0);
	return rc < 0 ? -1 : 0;
}

static bool
phases_use(const struct phase_config *phases, size_t n, struct str path)
{
	for (size_t i = 0; i < n; i++)
		if (str_list_has(phases[i].workflows, path))
			return true;
	return false;
}

static bool
config_uses(const struct config *c, struct str path)
{
	for (size_t i = 0; i < c->pipelines_n; i++) {
		const struct pipeline_config *p = &c->pipelines[i];
		if (phases_use(p->pre, p->pre_n, path) ||
			phases_use(p->main, p->main_n, path))
			return true;
	}
	return false;
}

/* Only what the configuration names: it may be another than ours. */
static int
make_prompts(struct making *m, const struct config *c, struct err *e)
{
	static const struct {
		const char *name, *text;
	} prompts[] = {
		{"plan.md", template_plan},
		{"build.md", template_build},
		{"review.md", template_review},
	};

	for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
		struct fio_dir dir CLEANUP_FIO_DIR = FIO_DIR_NONE;
		struct str path =
			arena_strf(m->a, PROMPT_DIR "/%s", prompts[i].name);
		if (!config_uses(c, path) || is_kept(m, path))
			continue;
		if (fio_dir_make_in(&dir, m->root, PROMPT_DIR, 0755, e) < 0)
			return -1;
		int rc = fio_create(&dir, prompts[i].name,
			str_from(prompts[i].text), 0644, e);
		if (rc < 0)
			return -1;
		note(m, path, rc == 0);
	}
	return 0;
}

static int
make_state(struct making *m, struct store *store, struct err *e)
{
	struct fio_dir state CLEANUP_FIO_DIR = FIO_DIR_NONE;

	int rc = store_state_dir(store, &state, e);
	if (rc < 0)
		return -1;
	note(m, STR(STORE_STATE_DIR "/"), rc == 0);
	return 0;
}

static void
look_at_kept(struct making *m, struct store *store)
{
	CLEANUP_PROBLEMS struct problems ignored = {0};
	struct snapshot *s;

	(void)store_load(store, &s, &ignored, &m->wrong);
	if (s != NULL)
		m->older_schema = s->older_schema;
	snapshot_unref(s);
}

static int
make_backlog(struct making *m, const struct config *c, struct err *e)
{
	struct store *store;
	int rc = 0;

	if (store_open(&store, m->root, c->backlog, c->prefix, e) < 0)
		return -1;
	const struct store_paths own = store_paths(store);
	const char *dir = m->options->dir != NULL ? m->options->dir : ".";
	if (is_kept(m, c->backlog)) {
		look_at_kept(m, store);
	} else {
		if (!m->options->new_backlog)
			rc = lost_check(m->root, dir, &own, e);
		if (rc == 0)
			rc = store_create(store, e);
		if (rc >= 0)
			note(m, c->backlog, rc == 0);
	}
	if (rc >= 0)
		rc = make_state(m, store, e);
	store_close(store);
	return rc;
}

static int
make_all(struct making *m, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct config c;

	if (make_config(m, e) < 0 ||
		config_load(m->root, &tmp, &c, &problems, e) < 0 ||
		make_prompts(m, &c, e) < 0)
		return -1;
	return make_backlog(m, &c, e);
}

/* Every command in this directory works on the project above it, and so would
 * whoever calls them; a named directory is meant. */
static int
refuse_below(struct sys *sys, struct err *e)
{
	CLEANUP_ARENA struct arena tmp = {0};
	CLEANUP_BUF struct buf up = {0};
	struct str here = STR_ABSENT, above = STR_ABSENT;

	if (project_find(sys, &tmp, &here, &above, e) < 0)
		return -1;
	if (here.n == above.n)
		return 0;
	for (size_t i = above.n; i < here.n; i++)
		if (here.s[i] == '/')
			buf_add_c(&up, up.n > 0 ? "/.." : "..");
	return err_set(e, ERR_CONFLICT,
		"this directory is in the project '%.*s', and nothing is made: "
		"'weir -C %.*s init' completes that one, 'weir -C . init' "
		"begins another one here",
		STR_ARG(above), STR_ARG(buf_str(&up)));
}

static struct str_list
list_of(struct arena *a, const struct str *items, size_t n)
{
	struct str *copy = ARENA_ARRAY(a, struct str, n);

	for (size_t i = 0; i < n; i++)
		copy[i] = items[i];
	return (struct str_list){.items = copy, .n = n};
}

int
project_init(struct sys *sys, const struct project_init_options *options,
	struct arena *a, struct project_inited *ret, struct err *e)
{
	struct fio_dir root CLEANUP_FIO_DIR = FIO_DIR_NONE;
	struct making m = {.root = &root, .options = options, .a = a};
	struct err ignored = {0};

	const char *dir = options->dir != NULL ? options->dir : ".";

	if (options->dir == NULL && refuse_below(sys, e) < 0)
		return -1;
	if (fio_dir_open(&root, sys, AT_FDCWD, dir, e) < 0)
		return -1;
	/* Messages name files as seen from the project, wherever that is. */
	strcpy(root.path, ".");
	if (git_open(&m.git, sys, dir, &ignored) != 0)
		m.git = NULL;
	int rc = make_all(&m, e);
	*ret = (struct project_inited){
		.made = list_of(a, m.made.items, m.made.n),
		.kept = list_of(a, m.kept.items, m.kept.n),
		.untracked = list_of(a, m.untracked.items, m.untracked.n),
		.older_schema = m.older_schema,
		.wrong = m.wrong,
		.prefix = m.git != NULL ? arena_str(a, git_prefix(m.git))
					: STR(""),
	};
	git_close(m.git);
	VEC_RELEASE(&m.made);
	VEC_RELEASE(&m.kept);
	VEC_RELEASE(&m.untracked);
	return rc;
}
