/* SPDX-License-Identifier: MIT */
#include "fio/patch.h"

#include <string.h>

#include "base/vec.h"

struct reader {
	struct str bytes, rest; /* what is patched; the diff from here on */
	struct arena *a;
	struct wio_error *e;
	size_t line; /* of the diff, from 1 */
	bool known;

	size_t at;	       /* in the bytes: all before is dealt with */
	uint64_t old_n, new_n; /* lines dealt with */
	bool ended;	       /* the new side's last line has no newline */
	bool open;	       /* the last edit still grows */
	bool placed;	       /* the hunk has shown context */
	struct buf text;       /* of the open edit */
	VEC(struct diff_edit) edits;
};

/* One of a hunk's two sides. */
struct side {
	uint64_t start, n;
};

static int
refuse(struct reader *r, const char *why)
{
	return fio_error_set(r->e, WIO_OP_WRITE, WIO_DIFF, "diff",
		"line %zu of the diff: %s", r->line, why);
}

#define BYTES_ALONE "which is not done here, where a diff changes bytes alone"
#define NO_TEXT                                                        \
	"it changes bytes that are no text; give edits, or all bytes " \
	"to create, in base64"
#define MAKES	"it makes a new file; create that with its bytes"
#define DELETES "it deletes the file, " BYTES_ALONE "; it is left as it is"
#define MODE	"it changes the file's mode, " BYTES_ALONE "; give its hunks alone"
#define RENAMES "it renames the file, " BYTES_ALONE "; give its hunks alone"
#define COPIES	"it copies the file; create the copy with its bytes"

/* What git says in lines of their own, besides the change of bytes. */
static const struct {
	const char *begin, *why;
} refused[] = {
	{"old mode ", MODE},
	{"new mode ", MODE},
	{"new file mode ", MAKES},
	{"deleted file mode ", DELETES},
	{"similarity index ",
		"it renames or copies the file, " BYTES_ALONE
		"; give its hunks alone"},
	{"rename from ", RENAMES},
	{"rename to ", RENAMES},
	{"copy from ", COPIES},
	{"copy to ", COPIES},
	{"dissimilarity index ",
		"it is a rewrite, as 'git diff -B' tells it; make the diff "
		"without -B"},
	{"GIT binary patch", NO_TEXT},
	{"Binary files ", NO_TEXT},
};

/* Such a line, instead of what is expected. */
static int
refuse_line(struct reader *r, struct str line, const char *expected)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (str_starts(line, str_from(refused[i].begin)))
			return refuse(r, refused[i].why);
	return refuse(r, expected);
}

/* The next line of the diff, without its newline; it stays. */
static bool
peek(const struct reader *r, struct str *ret)
{
	struct str rest = r->rest;

	return str_next_line(&rest, ret);
}

static void
take(struct reader *r)
{
	struct str line;

	(void)str_next_line(&r->rest, &line);
	r->line++;
}

static void
close_edit(struct reader *r)
{
	if (!r->open)
		return;
	r->edits.items[r->edits.n - 1].text =
		arena_str(r->a, buf_str(&r->text));
	buf_reset(&r->text);
	r->open = false;
}

static struct diff_edit *
open_edit(struct reader *r)
{
	if (!r->open)
		VEC_PUSH(&r->edits, ((struct diff_edit){.at = r->at}));
	r->open = true;
	return &r->edits.items[r->edits.n - 1];
}

/* Lines that no hunk shows. */
static int
skip_to(struct reader *r, uint64_t old_n)
{
	if (old_n < r->old_n)
		return refuse(r, "the hunk is before the end of the last one");
	for (; r->old_n < old_n; r->old_n++, r->new_n++) {
		if (r->at == r->bytes.n)
			return refuse(r, "the file has not so many lines");
		r->at = str_line_end(r->bytes, r->at);
		r->ended = r->bytes.s[r->at - 1] != '\n';
	}
	return 0;
}

/* "3,2" or "3", up to `end`. */
static bool
parse_side(struct str s, struct side *ret)
{
	size_t comma = str_find_char(s, ',');

	ret->n = 1;
	return parse_u64(str_of(s.s, comma), &ret->start) &&
		(comma == s.n ||
			parse_u64(str_from_at(s, comma + 1), &ret->n)) &&
		(ret->start > 0 || ret->n == 0);
}

/* "@@ -3,2 +3,3 @@ anything" */
static bool
parse_head(struct str s, struct side *old, struct side *new)
{
	if (!str_starts(s, STR("@@ -")))
		return false;
	s = str_from_at(s, 4);
	size_t gap = str_find(s, STR(" +"));
	if (gap == s.n || !parse_side(str_of(s.s, gap), old))
		return false;
	s = str_from_at(s, gap + 2);
	size_t end = str_find(s, STR(" @@"));
	if (end == s.n || !parse_side(str_of(s.s, end), new))
		return false;
	s = str_from_at(s, end + 3);
	return (s.n == 0 || s.s[0] == ' ' || s.s[0] == '\r') &&
		(old->n > 0 || new->n > 0);
}

/* How many lines are before a side's first; one of none names the line
 * before it. */
static uint64_t
before(const struct side *s)
{
	return s->n > 0 ? s->start - 1 : s->start;
}

/* A line of the old side has to be the file's next. */
static int
match_old(struct reader *r, struct str line, bool newline)
{
	size_t end = str_line_end(r->bytes, r->at);
	struct str have = str_of(r->bytes.s + r->at, end - r->at);
	bool has_newline = str_ends(have, STR("\n"));

	if (has_newline)
		have.n--;
	if (r->at == r->bytes.n || !str_eq(have, line))
		return refuse(r, "the file has another line there");
	if (has_newline != newline)
		return refuse(r,
			has_newline ? "the file has a newline there"
				    : "the file has no newline there");
	r->at = end;
	r->old_n++;
	return 0;
}

static int
add_new(struct reader *r, struct str line, bool newline)
{
	if (r->ended)
		return refuse(r, "the line before has no newline");
	(void)open_edit(r);
	buf_add_str(&r->text, line);
	if (newline)
		buf_add_char(&r->text, '\n');
	r->ended = !newline;
	r->new_n++;
	return 0;
}

static int
read_text(struct reader *r, char kind, struct str text, bool newline)
{
	size_t from = r->at;

	if (kind == '+')
		return add_new(r, text, newline);
	if (kind == '-') {
		struct diff_edit *x = open_edit(r);
		int rc = match_old(r, text, newline);
		x->n += r->at - from;
		return rc;
	}
	if (kind == '\\')
		return refuse(r,
			"'\\' is about the line before it, which is none of "
			"this hunk or ended already");
	if (kind != ' ')
		return refuse(r, "the hunk is not over");
	if (r->ended)
		return refuse(r, "the line before has no newline");
	close_edit(r);
	r->placed = true;
	r->ended = !newline;
	r->new_n++;
	return match_old(r, text, newline);
}

/* One line of a hunk, and what says that it has no newline. */
static int
read_line(struct reader *r)
{
	struct str line, next;

	if (!peek(r, &line))
		return refuse(r, "the hunk is not over");
	if (line.n == r->rest.n)
		return refuse(r, "the line is cut off");
	/* An empty one of the context, whose space is often left out. */
	char kind = line.n > 0 ? line.s[0] : ' ';
	struct str text = str_from_at(line, line.n > 0);
	r->rest = str_from_at(r->rest, line.n + 1);
	bool newline = !peek(r, &next) || !str_starts(next, STR("\\ "));
	int rc = read_text(r, kind, text, newline);
	if (rc < 0)
		return -1;
	r->line++;
	if (!newline)
		take(r);
	return 0;
}

/* The lines up to those numbers. */
static int
read_lines(struct reader *r, uint64_t old_end, uint64_t new_end)
{
	size_t from = r->at, head = r->line - 1;

	r->placed = r->known;
	while (r->old_n < old_end || r->new_n < new_end) {
		if (read_line(r) < 0)
			return -1;
		if (r->old_n > old_end || r->new_n > new_end)
			return refuse(
				r, "the hunk has more lines than it says");
	}
	close_edit(r);
	if (r->placed || (from == 0 && r->at == r->bytes.n))
		return 0;
	return fio_error_set(r->e, WIO_OP_WRITE, WIO_INVALID, "digest",
		"line %zu of the diff: a hunk without context needs the digest "
		"of the file, for nothing else says that it belongs there",
		head);
}

static int
read_hunk(struct reader *r)
{
	struct side old, new;
	struct str line;

	(void)peek(r, &line);
	if (str_starts(line, STR("--- ")) || str_starts(line, STR("diff ")))
		return refuse(r,
			"a second file begins; give each in a request of its "
			"own");
	if (!parse_head(line, &old, &new))
		return refuse_line(r, line, "this is not the head of a hunk");
	/* Each of its lines is a line of the diff. */
	if (old.n > r->rest.n || new.n > r->rest.n)
		return refuse(r, "the hunk is not over");
	if (skip_to(r, before(&old)) < 0)
		return -1;
	if (before(&new) != r->new_n)
		return refuse(r, "the numbers of the new side are wrong");
	take(r);
	if (read_lines(r, r->old_n + old.n, r->new_n + new.n) < 0)
		return -1;
	if (r->ended && r->at < r->bytes.n)
		return refuse(r, "a line without newline is not the last");
	return 0;
}

/* Up to the first hunk. */
static int
read_head(struct reader *r)
{
	struct str line = STR("");

	while (peek(r, &line) &&
		(str_starts(line, STR("diff ")) ||
			str_starts(line, STR("index "))))
		take(r);
	if (!peek(r, &line) || !str_starts(line, STR("--- ")))
		return refuse_line(r, line,
			"'--- ' and a name is expected; give a unified diff of "
			"one file, as 'diff -u' or 'git diff' makes it");
	if (str_starts(line, STR("--- /dev/null")) && r->bytes.n > 0)
		return refuse(r, MAKES ", for this one has bytes");
	take(r);
	if (!peek(r, &line) || !str_starts(line, STR("+++ ")))
		return refuse(r, "'+++ ' and a name is expected");
	if (str_starts(line, STR("+++ /dev/null")))
		return refuse(r, DELETES);
	take(r);
	return 0;
}

static int
read_all(struct reader *r)
{
	struct str line;

	if (read_head(r) < 0)
		return -1;
	if (!peek(r, &line))
		return refuse(r, "a hunk is expected");
	while (peek(r, &line)) {
		if (read_hunk(r) < 0)
			return -1;
	}
	return 0;
}

int
fio_patch_read(struct str bytes, struct str diff, bool known, struct arena *a,
	const struct diff_edit **ret, size_t *ret_n, struct wio_error *e)
{
	struct reader r = {.bytes = bytes,
		.rest = diff,
		.a = a,
		.e = e,
		.line = 1,
		.known = known};

	int rc = read_all(&r);
	if (rc == 0) {
		struct diff_edit *copy =
			ARENA_ARRAY(a, struct diff_edit, r.edits.n);
		if (r.edits.n > 0)
			memcpy(copy, r.edits.items, r.edits.n * sizeof(*copy));
		*ret = copy;
		*ret_n = r.edits.n;
	}
	VEC_RELEASE(&r.edits);
	buf_release(&r.text);
	return rc;
}
