/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMMAND_PRIV_H
#define CLI_COMMAND_PRIV_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/names.h"
#include "base/problems.h"
#include "base/vec.h"
#include "engine/project.h"

/*
 * A command is a row: what it is called, which options it takes, and what it
 * does with the words. Adding one: its file with a `const struct command`,
 * its line in command.c, its section in weir(1), its tests.
 */

/* weir(1), "EXIT STATUS". */
enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_INPUT = 3,
	CLI_MISSING = 4,
	CLI_BUSY = 5,
	CLI_STUCK = 6,
	CLI_SIGNALLED = 128, /* and the signal's number, as in a shell */
};

struct cli_error {
	const char *code; /* a name of enum err_code, or "usage" */
	struct str text;
};

/* One call of the program. */
struct cli {
	struct sys *sys;
	const char *const *environ;
	const char *dir; /* -C, or NULL */
	bool json, colour, help, version;
	struct str denied;  /* what was said of a file that is refused */
	struct arena arena; /* lives as long as the call */
	struct buf out;	    /* for standard output; see cli_flush */
	int out_errno;	    /* why writing it failed; 0 when it did not */
	struct str saved;   /* see cli_saved */
	VEC(struct cli_error) errors;
};

/* A list of them ends with `id` 0. */
struct cli_option {
	int id;	     /* of a command's own: above CLI_OPTIONS */
	char letter; /* 0: only the long name */
	const char *name;
	const char *arg; /* what its value is called; NULL: takes none */
	const char *help;
};

enum { CLI_OPTIONS = 1000 };

struct cli_value {
	int option;
	const char *text; /* NULL when the option takes none */
};

struct args {
	VEC(struct cli_value) options; /* in order, without the global ones */
	char **words;
	size_t words_n;
};

struct command {
	const char *name, *words, *summary, *about;
	const struct cli_option *options; /* NULL: none */
	size_t words_min, words_max;
	const char *excess; /* what to do with more words; NULL: see its help */
	int (*run)(struct cli *c, const struct args *a); /* exit status */
};

/* What the first word of a command may be, where it has several. A list of
 * them ends with a NULL name. */
struct verb {
	const char *name, *words;
	size_t words_min, words_max; /* after the verb */
};

enum { VERBS_MAX = 8 };

/* The index of the verb that stands first among the words, and enough words
 * behind it. */
int verb_find(struct cli *c, const char *command, const struct verb *verbs,
	const struct args *a, int *ret);

extern const struct command command_add, command_archive, command_block,
	command_close, command_complete, command_dep, command_doctor,
	command_edit, command_explain, command_help, command_init, command_io,
	command_list, command_log, command_merge, command_migrate,
	command_ready, command_run, command_set, command_show, command_tag,
	command_unblock, command_version;

/* All of them, in the order of help; ends with NULL. */
extern const struct command *const commands[];

extern const struct cli_option global_options[];

/* NULL when there is none of that name; then the nearest, or NULL. */
const struct command *command_find(struct str name, const char **ret_nearest);
int command_unknown(struct cli *c, const char *name, const char *near);

/*
 * Take the options out of argv: those of `cmd` and the global ones, wherever
 * they stand; the rest are the words. `cmd` NULL: only global ones, up to the
 * first word. Returns CLI_DONE or, having said what is wrong, CLI_USAGE.
 */
int args_parse(struct cli *c, const struct command *cmd, int argc, char **argv,
	struct args *ret);
void args_release(struct args *a);

/* The last value given, NULL when none is. */
const char *args_get(const struct args *a, int option);
bool args_has(const struct args *a, int option);

/* Every value of a repeatable option, split at commas, blanks dropped. */
struct str_list args_list(const struct args *a, int option, struct arena *to);

/* Write `c->out` to standard output, now. Once that failed, nothing more is
 * written; a reader that has gone is no error. */
void cli_flush(struct cli *c);

/* Say on standard error what is wrong beside what was asked for. */
void cli_warn(const struct err *e);

/* Say what is wrong on standard error and remember it for --json; the exit
 * status that belongs to it comes back. */
int cli_fail(struct cli *c, const struct err *e);
/* The same for all of the problems; without any, for `e`. */
int cli_fail_all(struct cli *c, const struct problems *p, const struct err *e);
int cli_usage(struct cli *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What is done, as a sentence without its full stop: told with the error when
 * the output that should have said it cannot be written. */
void cli_saved(struct cli *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same on standard error only: what was asked for is done. */
void cli_note(struct cli *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What a file of plain text can hold. */
bool text_is_sound(struct str s);
/* All of standard input, a text of at most 1 MiB; `what` it is, such as "the
 * value". */
int text_from_input(struct cli *c, const char *what, struct str *ret);
/* Whatever is on standard input, of at most `max` bytes; -1 when it cannot be
 * read, or is longer: "`what` is longer than …". */
int
text_read_input(const char *what, size_t max, struct buf *ret, struct err *e);

/* Append ids, separated by ", ". */
void ids_add(struct buf *b, struct str_list ids);

/* The project around, and its backlog. */
struct desk {
	struct cli *cli;
	struct project *project;
	struct snapshot *backlog; /* NULL: none could be read */
	struct problems problems; /* not said yet; see desk_look */
	struct err wrong;	  /* the first of them */
	bool looked;		  /* desk_look made it; desk_tell is due */
	bool configured;	  /* then: weir.yaml is valid */
};

/*
 * Open the project and, unless `backlog` is false, load the backlog. Says
 * what is wrong and returns the exit status; with CLI_INPUT the sound items may
 * still be there. desk_close is due in any case.
 */
int desk_open(struct cli *c, bool backlog, struct desk *ret);

/*
 * For a command that only shows something. It goes on where weir.yaml is not
 * valid, but then only items can be shown, unless `configured`. What is wrong
 * waits for desk_tell, which says it below what was shown and returns the exit
 * status.
 */
void desk_look(struct cli *c, struct desk *ret);
int desk_tell(struct cli *c, const struct desk *d);
void desk_close(struct desk *d);
/* After desk_look: nothing will be tried on the backlog; give up what only that
 * needs. */
void desk_rest(struct desk *d);

/*
 * The item, or NULL, having said that it is not there, where it went, or
 * which id is near. CLI_MISSING goes to `*status` unless something graver is
 * there.
 */
const struct item *
desk_item(struct cli *c, const struct desk *d, struct str id, int *status);

/* Both, for a command that changes one item: NULL, having said why, unless all
 * is well. desk_close is due in any case. */
const struct item *desk_open_item(
	struct cli *c, const char *id, struct desk *ret, int *ret_status);

/*
 * The items the words from the `first` on name, each once; what desk_item says
 * of those that are not there.
 */
struct str_list desk_items(struct cli *c, const struct desk *d,
	const struct args *a, size_t first, int *status);

/* Whether these may be depended on, said as desk_item does when not. What is
 * in the archive may be: it is done, or was merged. */
int desk_dependencies(struct cli *c, const struct desk *d, struct str_list ids);

/* Entries of a list that come and go, and how what is left is told: behind the
 * id, before the list or in its place. */
struct desk_list {
	const struct field *field;
	struct str_list add, drop;
	const char *some, *none;
};

/* Save that and print what the item's list holds then. */
int desk_change_list(struct cli *c, struct desk *d, const struct item *it,
	const struct desk_list *list);

/* All fields of the item; with --json the object. */
void item_print(struct cli *c, const struct item *it);

/* How the command is used; NULL: which there are. */
void help_print(struct cli *c, const struct command *cmd);

#endif
