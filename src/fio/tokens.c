/* SPDX-License-Identifier: MIT */
#include "fio/tokens.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "fio/dir.h"
#include "fio/io-priv.h"

#define TEXT_MAX ((size_t)4 * 1024 * 1024)
#define TIME_MAX (2 * NS_PER_SEC)

/* tools/grammars/walk.h, again. */
#define WALK_INTERFACE 2

enum weir_walk_space {
	WEIR_WALK_NONE,
	WEIR_WALK_SEMICOLONS,
	WEIR_WALK_LINES,
	WEIR_WALK_BLANKS,
};

struct weir_walk {
	void *ctx;
	enum weir_walk_space space;
	void (*feed)(void *ctx, const void *p, size_t n);
	bool (*means)(void *ctx, const char *comment, size_t n);
	bool (*late)(void *ctx);
};

typedef unsigned int walk_interface(void);
typedef int walk_text(const void *language, const char *text, uint32_t n,
	const struct weir_walk *how);
typedef const void *grammar(void);

#define SCRIPT_MEANING                                                       \
	.meaning = {"#!", "@jsx", "@ts-", "<reference", "<amd", "@internal", \
		"# source", "@ source", "__PURE__", "__NO_SIDE_EFFECTS__",   \
		"webpack", "@vite-", "@flow"}

/*
 * `meaning`: a comment that holds one of these is part of the program. They may
 * stand where they mean nothing; then a change of that comment is "changed",
 * which is the harmless side to err on. `all_mean`: in a text that holds one of
 * these every comment does.
 */
static const struct language {
	const char *name;
	const char *extensions[5];
	enum weir_walk_space space;
	const char *meaning[14];
	const char *all_mean[4];
	bool splices; /* "\" joins lines, of comments too */
} languages[] = {
	{.name = "bash",
		.extensions = {".sh", ".bash"},
		.space = WEIR_WALK_BLANKS,
		.meaning = {"#!", "#SBATCH", "#PBS", "#BSUB"}},
	{.name = "c", .extensions = {".c", ".h"}, .splices = true},
	{.name = "go",
		.extensions = {".go"},
		.space = WEIR_WALK_SEMICOLONS,
		.meaning = {"//go:", "+build", "//export ", "//line ",
			"/*line "},
		/* What C is made of, and what examples are to print. */
		.all_mean = {"\"C\"", "`C`", "func Example"}},
	{.name = "java",
		.extensions = {".java"},
		.meaning = {"\\u", "@deprecated"}},
	{.name = "javascript",
		.extensions = {".js", ".mjs", ".cjs", ".jsx"},
		.space = WEIR_WALK_SEMICOLONS,
		SCRIPT_MEANING,
		.all_mean = {"@ts-check", "@flow"}},
	{.name = "python",
		.extensions = {".py", ".pyi"},
		.space = WEIR_WALK_LINES,
		.meaning = {"#!", "coding:", "coding=", "type:", "mypy:",
			"pyright:", "cython:", "distutils:"}},
	{.name = "rust", .extensions = {".rs"}},
	{.name = "tsx",
		.extensions = {".tsx"},
		.space = WEIR_WALK_SEMICOLONS,
		SCRIPT_MEANING},
	{.name = "typescript",
		.extensions = {".ts", ".mts", ".cts"},
		.space = WEIR_WALK_SEMICOLONS,
		SCRIPT_MEANING},
};

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

struct plugin {
	char version[24]; /* empty: not there */
	bool tried;
	void *handle;
	const void *language; /* NULL: it could not be loaded */
};

struct fio_tokens {
	struct sys *sys;
	char *dir;
	void *runtime;
	walk_text *walk;
	struct fio_mutex *mutex; /* of loading */
	struct plugin plugins[LANGUAGES];
};

/* dlsym gives a data pointer for a function. */
static bool
find_symbol(void *handle, const char *name, void *ret_function)
{
	void *p = handle != NULL ? dlsym(handle, name) : NULL;

	memcpy(ret_function, &p, sizeof(p));
	return p != NULL;
}

static void *
load(const struct fio_tokens *t, const char *file)
{
	char path[4096 + 64];

	(void)snprintf(path, sizeof(path), "%s/%s", t->dir, file);
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

/* "rust-0.24.0.so" */
static void
note_plugin(struct fio_tokens *t, struct str file)
{
	for (size_t i = 0; i < LANGUAGES; i++) {
		struct str name = str_from(languages[i].name);
		struct str rest = str_from_at(file, name.n + 1);
		if (!str_starts(file, name) || file.s[name.n] != '-' ||
			!str_ends(rest, STR(".so")) || rest.n <= 3 ||
			rest.n >= sizeof(t->plugins[i].version) + 3)
			continue;
		(void)snprintf(t->plugins[i].version,
			sizeof(t->plugins[i].version), "%.*s", (int)rest.n - 3,
			rest.s);
	}
}

static int
list_plugins(struct fio_tokens *t, struct wio_error *e)
{
	CLEANUP_FIO_DIR struct fio_dir d = FIO_DIR_NONE;
	CLEANUP_ARENA struct arena a = {0};
	struct str_list names;
	struct err err;

	if (fio_dir_open(&d, t->sys, AT_FDCWD, t->dir, &err) < 0 ||
		fio_dir_list(&d, "", &a, &names, &err) < 0) {
		fio_error_from(e, WIO_OP_OPEN, &err);
		(void)snprintf(e->field, sizeof(e->field), "grammars");
		return -1;
	}
	for (size_t i = 0; i < names.n; i++)
		note_plugin(t, names.items[i]);
	return 0;
}

struct fio_tokens *
fio_tokens_open(struct sys *sys, const char *dir, struct wio_error *e)
{
	struct fio_tokens *t = mem_alloc(sizeof(*t));
	walk_interface *interface;

	t->sys = sys;
	t->mutex = fio_mutex_new();
	t->dir = mem_grow(NULL, strlen(dir) + 1, 1);
	memcpy(t->dir, dir, strlen(dir) + 1);
	int rc = list_plugins(t, e);
	if (rc == 0 && (t->runtime = load(t, "runtime.so")) == NULL)
		rc = fio_error_set(e, WIO_OP_OPEN, WIO_NOT_FOUND, "grammars",
			"no runtime.so that can be loaded in '%s'", dir);
	if (rc == 0 &&
		(!find_symbol(t->runtime, "weir_walk_interface", &interface) ||
			!find_symbol(t->runtime, "weir_walk_text", &t->walk) ||
			interface() != WALK_INTERFACE))
		rc = fio_error_set(e, WIO_OP_OPEN, WIO_UNSUPPORTED, "grammars",
			"the plug-ins in '%s' are not made for this weir", dir);
	if (rc == 0)
		return t;
	fio_tokens_free(t);
	return NULL;
}

void
fio_tokens_free(struct fio_tokens *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < LANGUAGES; i++)
		if (t->plugins[i].handle != NULL)
			(void)dlclose(t->plugins[i].handle);
	if (t->runtime != NULL)
		(void)dlclose(t->runtime);
	fio_mutex_free(t->mutex);
	mem_free(t->dir);
	mem_free(t);
}

/* By the extension; LANGUAGES: none. */
static size_t
language_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash != NULL ? slash : path, '.');

	for (size_t i = 0; dot != NULL && i < LANGUAGES; i++)
		for (size_t k = 0; languages[i].extensions[k] != NULL; k++)
			if (strcmp(dot, languages[i].extensions[k]) == 0)
				return i;
	return LANGUAGES;
}

bool
fio_tokens_know(const struct fio_tokens *t, const char *path)
{
	if (t == NULL)
		return false;
	size_t i = language_of(path);
	return i < LANGUAGES && t->plugins[i].version[0] != '\0';
}

static const void *
load_language(struct fio_tokens *t, size_t i)
{
	struct plugin *p = &t->plugins[i];
	char file[64], symbol[64];
	grammar *make;

	fio_mutex_take(t->mutex);
	if (!p->tried) {
		(void)snprintf(file, sizeof(file), "%s-%s.so",
			languages[i].name, p->version);
		(void)snprintf(symbol, sizeof(symbol), "tree_sitter_%s",
			languages[i].name);
		p->handle = load(t, file);
		if (find_symbol(p->handle, symbol, &make))
			p->language = make();
		p->tried = true;
	}
	fio_mutex_drop(t->mutex);
	return p->language;
}

/* One digest in the making. */
struct making {
	struct sys *sys;
	const struct language *language;
	XXH3_state_t *state;
	bool all_mean;
	int64_t until_ns;
};

static void
feed(void *ctx, const void *p, size_t n)
{
	struct making *m = ctx;

	(void)XXH3_128bits_update(m->state, p, n);
}

static bool
has_one(struct str text, const char *const *marks)
{
	for (; *marks != NULL; marks++)
		if (str_find(text, str_from(*marks)) < text.n)
			return true;
	return false;
}

static bool
has_splice(struct str text)
{
	struct str line;

	while (str_next_line(&text, &line))
		if (str_ends(str_trim(line), STR("\\")))
			return true;
	return false;
}

static bool
means(void *ctx, const char *comment, size_t n)
{
	const struct making *m = ctx;
	struct str text = str_of(comment, n);

	return m->all_mean || has_one(text, m->language->meaning) ||
		(m->language->splices && has_splice(text));
}

static bool
late(void *ctx)
{
	const struct making *m = ctx;

	return m->sys->clock(m->sys, SYS_CLOCK_ELAPSED) > m->until_ns;
}

static int
walk(struct fio_tokens *t, const struct language *l, const char *tag,
	const void *language, struct str text, XXH128_hash_t *ret)
{
	struct making m = {.sys = t->sys,
		.language = l,
		.all_mean = has_one(text, l->all_mean),
		.state = XXH3_createState(),
		.until_ns =
			t->sys->clock(t->sys, SYS_CLOCK_ELAPSED) + TIME_MAX};

	if (m.state == NULL || XXH3_128bits_reset(m.state) != XXH_OK)
		BUG("a digest could not be begun");
	feed(&m, tag, strlen(tag) + 1);
	int rc = t->walk(language, text.s, (uint32_t)text.n,
		&(struct weir_walk){.ctx = &m,
			.space = l->space,
			.feed = feed,
			.means = means,
			.late = late});
	*ret = XXH3_128bits_digest(m.state);
	(void)XXH3_freeState(m.state);
	return rc;
}

/* Which of these end a line, or a comment, is a matter of the language. */
static bool
has_rare_line_end(struct str text)
{
	static const char *const separators[] = {
		"\xe2\x80\xa8", "\xe2\x80\xa9", NULL};

	for (size_t at = 0; at < text.n; at++) {
		at += str_find_char(str_from_at(text, at), '\r');
		if (at < text.n && (at + 1 == text.n || text.s[at + 1] != '\n'))
			return true;
	}
	return has_one(text, separators);
}

int
fio_tokens_digest(struct fio_tokens *t, const char *path, struct str text,
	char ret[WIO_DIGEST_SIZE])
{
	XXH128_hash_t hash;
	char tag[64];

	ret[0] = '\0';
	if (!fio_tokens_know(t, path) || text.n > TEXT_MAX ||
		has_rare_line_end(text))
		return 1;
	size_t i = language_of(path);
	const void *language = load_language(t, i);
	if (language == NULL)
		return 1;
	(void)snprintf(tag, sizeof(tag), "tokens:%s-%s-%d:", languages[i].name,
		t->plugins[i].version, WALK_INTERFACE);
	if (walk(t, &languages[i], tag, language, text, &hash) != 0)
		return 1;
	(void)snprintf(ret, WIO_DIGEST_SIZE, "%s%016llx%016llx", tag,
		(unsigned long long)hash.high64,
		(unsigned long long)hash.low64);
	return 0;
}
