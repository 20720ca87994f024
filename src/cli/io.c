/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "cli/io-priv.h"
#include "engine/dir.h"

enum {
	ALL = CLI_OPTIONS + 1,
	BACKEND,
	COUNT,
	CROSS_MOUNTS,
	DEBOUNCE,
	DURABILITY,
	EXTENSION,
	GRAMMARS,
	LARGE,
	LARGE_STREAM,
	LOCK_PROCESSES,
	MAX_WAIT,
	METRICS,
	PERMITS,
	ROOT,
	SHA256,
	SYMLINKS,
	TRASH,
	WORKERS,
};

static const struct cli_option options[] = {
	{ROOT, 0, "root", "DIR", "a directory that files may be in"},
	{SYMLINKS, 0, "symlinks", "POLICY",
		"deny_cross_root, deny, follow_{inside,anywhere}"},
	{CROSS_MOUNTS, 0, "cross-mounts", NULL,
		"go into file systems mounted below"},
	{SHA256, 0, "sha256", NULL, "tell digests as sha256, not xxh3"},
	{GRAMMARS, 0, "grammars", "DIR", "grammars for token digests"},
	{LARGE, 0, "large", "BYTES", "the largest file held in memory"},
	{LARGE_STREAM, 0, "large-stream", NULL, "digest larger ones in pieces"},
	{ALL, 0, "all", NULL, "write all of the input, or nothing"},
	{DURABILITY, 0, "durability", "LEVEL",
		"durable, durable_data, not_durable"},
	{LOCK_PROCESSES, 0, "lock-processes", NULL,
		"lock files against other processes"},
	{TRASH, 0, "trash", "DIR", "where replaced files are kept"},
	{EXTENSION, 0, "extension", ".EXT", "create only such files"},
	{COUNT, 0, "count", "N", "end after N events"},
	{DEBOUNCE, 0, "debounce", "TIME", "tell what has rested so long"},
	{MAX_WAIT, 0, "max-wait", "TIME", "or was held back so long"},
	{BACKEND, 0, "backend", "NAME", "auto, inotify, fanotify, poll"},
	{WORKERS, 0, "workers", "N", "threads that work at once"},
	{PERMITS, 0, "permits", "N", "descriptors open at once"},
	{METRICS, 0, "metrics", NULL, "print counters on standard error"},
	{0},
};

#define OF(verb) (1U << (verb))

/* Which options only some of the verbs take. */
static const struct {
	int option;
	unsigned int verbs;
} only[] = {
	{ALL, OF(IO_WRITE)},
	{DURABILITY, OF(IO_WRITE) | OF(IO_CREATE)},
	{LOCK_PROCESSES, OF(IO_WRITE) | OF(IO_CREATE)},
	{TRASH, OF(IO_WRITE) | OF(IO_CREATE) | OF(IO_SWEEP)},
	{EXTENSION, OF(IO_CREATE)},
	{GRAMMARS, OF(IO_SCAN) | OF(IO_DIGEST)},
	{LARGE_STREAM, OF(IO_SCAN) | OF(IO_DIGEST)},
	{SHA256, ~(OF(IO_WATCH) | OF(IO_SWEEP))},
	{COUNT, OF(IO_WATCH)},
	{DEBOUNCE, OF(IO_WATCH)},
	{MAX_WAIT, OF(IO_WATCH)},
	{BACKEND, OF(IO_WATCH)},
};

static const struct verb verbs[] = {
	[IO_READ] = {"read", "nothing more", 0, 0},
	[IO_SCAN] = {"scan", "nothing more", 0, 0},
	[IO_WRITE] = {"write", "nothing more", 0, 0},
	[IO_CREATE] = {"create", "nothing more", 0, 0},
	[IO_WATCH] = {"watch", "nothing more", 0, 0},
	[IO_DIGEST] = {"digest", "FILE...", 0, SIZE_MAX},
	[IO_SWEEP] = {"sweep", "DIR...", 0, SIZE_MAX},
	{0},
};

/* A file that is read as JSON takes several times its size. */
enum { LARGE_DEFAULT = 256 << 20 };

int
io_fail(struct cli *c, const struct wio_error *wrong)
{
	struct err e = {0};
	enum err_code code = ERR_SYS;

	if (wrong->code == WIO_INVALID)
		return cli_usage(c, "%s", wrong->message);
	if (wrong->code == WIO_NOT_FOUND || wrong->code == WIO_NOT_REGULAR ||
		wrong->code == WIO_SYMLINK)
		code = ERR_MISSING;
	else if (wrong->code == WIO_BUSY || wrong->code == WIO_CONFLICT)
		code = ERR_LOCKED;
	err_set(&e, code, "%s", wrong->message);
	return cli_fail(c, &e);
}

static const struct cli_option *
option_of(int id)
{
	const struct cli_option *o = options;

	while (o->id != id)
		o++;
	return o;
}

static int
check_options(struct cli *c, const struct args *a, enum io_verb verb)
{
	for (size_t i = 0; i < sizeof(only) / sizeof(only[0]); i++) {
		if (!args_has(a, only[i].option) ||
			(only[i].verbs & OF(verb)) != 0)
			continue;
		return cli_usage(c, "'weir io %s' takes no option '--%s'",
			verbs[verb].name, option_of(only[i].option)->name);
	}
	return CLI_DONE;
}

/* Whether one between the commas is empty. */
static bool
has_gap(struct str list)
{
	bool gap = false;
	size_t n;

	for (bool more = true; more && !gap; list = str_from_at(list, n + 1)) {
		n = str_find_char(list, ',');
		gap = str_is_empty(str_trim(str_of(list.s, n)));
		more = n < list.n;
	}
	return gap;
}

/* A script gives them whose variable is not set: they would mean the current
 * directory, or every file. */
static int
check_values(struct cli *c, const struct args *a)
{
	for (size_t i = 0; i < a->options.n; i++) {
		const struct cli_value *v = &a->options.items[i];
		const struct cli_option *o = option_of(v->option);
		if (v->text == NULL)
			continue;
		if (v->text[0] == '\0')
			return cli_usage(c, "--%s: it is empty, but needs %s",
				o->name, o->arg);
		if (v->option == EXTENSION && has_gap(str_from(v->text)))
			return cli_usage(c,
				"--%s: one of the extensions in '%s' is empty",
				o->name, v->text);
	}
	return CLI_DONE;
}

/* The directory as an absolute path: below -C, below the current one. */
static const char *
absolute(struct cli *c, const char *dir, struct err *e)
{
	const char *const parts[] = {c->dir, dir};
	struct buf path CLEANUP_BUF = {0};
	char here[4096];

	if (getcwd(here, sizeof(here)) == NULL) {
		err_sys(e, errno, "finding the current directory");
		return NULL;
	}
	buf_add_c(&path, here);
	for (size_t i = 0; i < 2; i++) {
		if (parts[i] == NULL || str_eq_c(str_from(parts[i]), "."))
			continue;
		if (parts[i][0] == '/')
			buf_reset(&path);
		else
			buf_add_char(&path, '/');
		buf_add_c(&path, parts[i]);
	}
	return arena_str(&c->arena, buf_str(&path)).s;
}

/* "--root DIR" as often as it is there; without it the directory one is in. */
static int
take_roots(struct cli *c, const struct args *a, struct wio_options *o)
{
	const char **roots =
		ARENA_ARRAY(&c->arena, const char *, a->options.n + 1);
	struct err e = {0};
	size_t n = 0;

	for (size_t i = 0; i < a->options.n; i++)
		if (a->options.items[i].option == ROOT)
			roots[n++] = a->options.items[i].text;
	if (n == 0)
		roots[n++] = ".";
	for (size_t i = 0; i < n; i++) {
		roots[i] = absolute(c, roots[i], &e);
		if (roots[i] == NULL)
			return cli_fail(c, &e);
	}
	o->roots = roots;
	o->roots_n = n;
	return CLI_DONE;
}

static int
take_extensions(struct cli *c, const struct args *a, struct wio_options *o)
{
	struct str_list list = args_list(a, EXTENSION, &c->arena);
	const char **all = ARENA_ARRAY(&c->arena, const char *, list.n + 1);

	for (size_t i = 0; i < list.n; i++)
		all[i] = list.items[i].s;
	o->extensions = all;
	o->extensions_n = list.n;
	return CLI_DONE;
}

static int
take_number(struct cli *c, const struct args *a, int option, const char *name,
	uint64_t most, uint64_t *ret)
{
	const char *text = args_get(a, option);

	if (text == NULL)
		return CLI_DONE;
	if (!parse_u64(str_from(text), ret) || *ret == 0 || *ret > most)
		return cli_usage(c,
			"--%s: '%s' is not a whole number from 1 to %llu", name,
			text, (unsigned long long)most);
	return CLI_DONE;
}

static int
take_name(struct cli *c, const struct args *a, int option, const char *name,
	const struct names *names, int *ret)
{
	const char *text = args_get(a, option);
	struct buf all CLEANUP_BUF = {0};

	if (text == NULL || names_parse(names, str_from(text), ret))
		return CLI_DONE;
	names_list(names, &all);
	return cli_usage(c, "--%s: '%s' is not %s", name, text, all.p);
}

/* "0" is at once. */
static int
take_time(struct cli *c, const struct args *a, int option, const char *name,
	int64_t *ret_ns)
{
	const char *text = args_get(a, option);

	if (text == NULL || duration_parse(str_from(text), ret_ns))
		return CLI_DONE;
	*ret_ns = -1;
	if (str_eq_c(str_from(text), "0"))
		return CLI_DONE;
	return cli_usage(c, "--%s: '%s' is neither 0 nor a time such as 100ms",
		name, text);
}

/* A directory that is needed only later; NULL when it is not given. */
static int
take_dir(struct cli *c, const struct args *a, int option, const char *name,
	const char **ret)
{
	const char *given = args_get(a, option);
	struct err e = {0};

	*ret = NULL;
	if (given == NULL)
		return CLI_DONE;
	*ret = absolute(c, given, &e);
	if (*ret != NULL && dir_check(c->sys, *ret, &e) == 0)
		return CLI_DONE;
	err_wrap(&e, "--%s '%.100s'", name, given);
	return cli_fail(c, &e);
}

static int
take_choices(struct cli *c, const struct args *a, struct io_settings *s)
{
	int symlinks = 0, durability = 0, backend = 0;
	int status = take_name(
		c, a, SYMLINKS, "symlinks", &io_symlinks_names, &symlinks);

	if (status == CLI_DONE)
		status = take_name(c, a, DURABILITY, "durability",
			&io_durability_names, &durability);
	if (status == CLI_DONE)
		status = take_name(
			c, a, BACKEND, "backend", &io_backend_names, &backend);
	s->options.symlinks = (enum wio_symlinks)symlinks;
	s->options.durability = (enum wio_durability)durability;
	s->watch.backend = (enum wio_watch_backend)backend;
	return status;
}

static int
take_numbers(struct cli *c, const struct args *a, struct io_settings *s)
{
	uint64_t large = LARGE_DEFAULT, workers = 0, permits = 0;
	int status = take_number(c, a, LARGE, "large", UINT32_MAX, &large);

	if (status == CLI_DONE)
		status = take_number(c, a, WORKERS, "workers", 1024, &workers);
	if (status == CLI_DONE)
		status = take_number(c, a, PERMITS, "permits", 65536, &permits);
	if (status == CLI_DONE)
		status =
			take_number(c, a, COUNT, "count", INT64_MAX, &s->count);
	if (status == CLI_DONE)
		status = take_time(
			c, a, DEBOUNCE, "debounce", &s->watch.debounce_ns);
	if (status == CLI_DONE)
		status = take_time(
			c, a, MAX_WAIT, "max-wait", &s->watch.max_wait_ns);
	s->options.large = large;
	s->options.workers = (unsigned int)workers;
	s->options.permits = (unsigned int)permits;
	return status;
}

static int
take_settings(struct cli *c, const struct args *a, struct io_settings *s)
{
	struct wio_options *o = &s->options;

	s->batch = args_has(a, ALL) ? WIO_ALL : WIO_EACH;
	s->metrics = args_has(a, METRICS);
	o->cross_mounts = args_has(a, CROSS_MOUNTS);
	o->large_stream = args_has(a, LARGE_STREAM);
	o->lock_processes = args_has(a, LOCK_PROCESSES);
	o->digest = args_has(a, SHA256) ? WIO_SHA256 : WIO_XXH3;
	int status = take_choices(c, a, s);
	if (status == CLI_DONE)
		status = take_numbers(c, a, s);
	if (status == CLI_DONE)
		status = take_extensions(c, a, o);
	if (status == CLI_DONE)
		status = take_dir(c, a, GRAMMARS, "grammars", &o->grammars);
	if (status == CLI_DONE)
		status = take_dir(c, a, TRASH, "trash", &o->trash);
	if (status == CLI_DONE)
		status = take_roots(c, a, o);
	return status;
}

/* Beside the answers, so that they stay one for each request. */
static void
print_metrics(struct wio *w)
{
	struct buf text CLEANUP_BUF = {0};
	size_t n = wio_metrics(w, NULL, 0);

	n = wio_metrics(w, buf_room(&text, n + 4096), n + 4096);
	(void)fprintf(stderr, "%.*s", (int)n, text.p);
}

/* Which of the roots, as it was given; NULL: none of "--root". */
static const char *
root_at_fault(const struct args *a, const struct wio_error *wrong)
{
	static const char field[] = "roots[";
	const char *digits = wrong->field + sizeof(field) - 1;
	uint64_t at;

	if (strncmp(wrong->field, field, sizeof(field) - 1) != 0 ||
		!parse_u64(str_of(digits, strcspn(digits, "]")), &at))
		return NULL;
	for (size_t i = 0; i < a->options.n; i++)
		if (a->options.items[i].option == ROOT && at-- == 0)
			return a->options.items[i].text;
	return NULL;
}

static int
fail_to_open(struct cli *c, const struct args *a, const struct wio_error *wrong)
{
	const char *name = "root", *given = root_at_fault(a, wrong);
	struct wio_error named = *wrong;

	if (strcmp(wrong->field, "trash") == 0) {
		name = wrong->field;
		given = args_get(a, TRASH);
	} else if (strcmp(wrong->field, "grammars") == 0) {
		name = wrong->field;
		given = args_get(a, GRAMMARS);
	}
	if (given != NULL)
		(void)snprintf(named.message, sizeof(named.message),
			"--%.8s '%.100s': %.270s", name, given, wrong->message);
	return io_fail(c, &named);
}

static int
run(struct cli *c, const struct args *a)
{
	struct io_settings s = {0};
	struct wio_error wrong;
	int verb;

	int status = verb_find(c, "io", verbs, a, &verb);
	if (status == CLI_DONE)
		status = check_options(c, a, (enum io_verb)verb);
	if (status == CLI_DONE)
		status = check_values(c, a);
	if (status == CLI_DONE)
		status = take_settings(c, a, &s);
	if (status != CLI_DONE)
		return status;
	struct wio *w = wio_open(&s.options, &wrong);
	if (w == NULL)
		return fail_to_open(c, a, &wrong);
	if (verb == IO_WATCH)
		status = io_watch(c, w, &s);
	else if (verb == IO_DIGEST)
		status = io_digest(c, w, &s, a->words + 1, a->words_n - 1);
	else if (verb == IO_SWEEP)
		status = io_sweep(c, w, &s, (const char *const *)(a->words + 1),
			a->words_n - 1);
	else
		status = io_serve(c, w, (enum io_verb)verb, &s);
	if (s.metrics)
		print_metrics(w);
	wio_close(w, NULL);
	return status;
}

const struct command command_io = {
	.name = "io",
	.words = "read|scan|write|create|watch|digest|sweep [FILE...]",
	.summary = "read, change and watch files, for programs and agents",
	.about = "Reads, scans, writes or creates the files that JSON lines on "
		 "standard input ask\nfor, one answer a line; watches, tells "
		 "digests, and sweeps up after killed\nwriters. A change names "
		 "the digest of the bytes it was made from, and what\nsomebody "
		 "else saved meanwhile is never written over. weir-io(1) has "
		 "the keys.\nNeeds no project.",
	.options = options,
	.words_min = 1,
	.words_max = SIZE_MAX,
	.run = run,
};
