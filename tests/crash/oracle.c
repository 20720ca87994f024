/* SPDX-License-Identifier: MIT */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

#include "reading.h"

#define EVENTS_FILE EVENTS_DIR "/events.jsonl"

static size_t
hex_run(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.s[n] != '\0' &&
		strchr("0123456789abcdef", s.s[n]) != NULL)
		n++;
	return n;
}

/* Random names, digests and ids say nothing; all else is copied. */
static void
add_plain(const struct reading *r, struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t n = hex_run(s);
		if (n >= 16) {
			buf_add_char(b, 'X');
		} else if (str_starts(s, STR("WRK-"))) {
			size_t rank = 0;
			uint64_t number = strtoull(s.s + 4, NULL, 10);
			n = 4 + reading_digits(str_from_at(s, 4));
			while (rank < r->numbers.n &&
				r->numbers.items[rank] != number)
				rank++;
			buf_addf(b, "#%zu", rank);
		} else {
			n = n > 0 ? n : 1;
			buf_add(b, s.s, n);
		}
		s = str_from_at(s, n);
	}
}

static void
add_backlog(const struct reading *r, struct buf *b, struct str rest)
{
	struct str line;
	bool applied = false;

	while (str_next_line(&rest, &line)) {
		applied = str_starts(line, STR("applied:")) ||
			(applied && str_starts(str_trim(line), STR("- ")));
		if (applied || str_starts(line, STR("next_item_id:")))
			continue;
		add_plain(r, b, line);
		buf_add_char(b, '\n');
	}
}

static void
add_archive(const struct reading *r, struct buf *b, struct str rest)
{
	struct str line;

	while (reading_next_departed(r, &rest, &line)) {
		add_plain(r, b, line);
		buf_add_char(b, '\n');
	}
}

/* What the records of all its files say, one after the other. */
static void
add_journal(const struct reading *r, struct buf *b)
{
	for (size_t i = 0; i < r->n; i++) {
		struct str path = str_from(r->files[i].path), line;
		struct str rest = r->files[i].bytes;
		while (reading_is_journal(path) && str_next_line(&rest, &line))
			if (reading_is_logged(line))
				buf_addf(b, "said: %.*s\n",
					STR_ARG(reading_between(
						line, "\"said\":\"", "\"")));
	}
}

static void
add_file(const struct reading *r, struct buf *b, const struct sim_file *f)
{
	struct str path = str_from(f->path);
	CLEANUP_BUF struct buf text = {0};

	if (str_eq_c(path, "BACKLOG.yaml"))
		add_backlog(r, &text, f->bytes);
	else if (reading_is_archive(path))
		add_archive(r, &text, f->bytes);
	else
		add_plain(r, &text, f->bytes);
	/* An archive that says nothing is as good as none. */
	if (reading_hides(path) || str_starts(path, STR(WORLD_JOURNAL "/")) ||
		(reading_is_archive(path) && text.n == 0))
		return;
	buf_add_c(b, "== ");
	add_plain(r, b, path);
	buf_add_char(b, '\n');
	buf_add_str(b, buf_str(&text));
}

struct str
oracle_text(const struct sim *disk, struct arena *a)
{
	CLEANUP_BUF struct buf b = {0};
	struct reading r;

	reading_init(&r, disk, a);
	for (size_t i = 0; i < r.n; i++)
		add_file(&r, &b, &r.files[i]);
	add_journal(&r, &b);
	reading_release(&r);
	return arena_str(a, buf_str(&b));
}

static size_t
count_lines(const struct reading *r, const char *prefix, const char *word)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct str rest = r->files[i].bytes, line;
		if (strncmp(r->files[i].path, prefix, strlen(prefix)) != 0)
			continue;
		while (str_next_line(&rest, &line))
			n += str_ends(line, str_from(word));
	}
	return n;
}

/* Whether somebody else wrote this text, at the start or in a step. */
static bool
is_by_others(const struct workload *w, struct str text,
	bool (*is)(struct str all, struct str text))
{
	for (const struct workload_file *f = w->files; f->path != NULL; f++)
		if (is(str_from(f->text), text))
			return true;
	for (size_t i = 0; i < w->n; i++)
		if (w->steps[i].b != NULL && is(str_from(w->steps[i].b), text))
			return true;
	return w->bend != NULL && w->bend->to != NULL &&
		is(str_from(w->bend->to), text);
}

static bool
has(struct str all, struct str text)
{
	return str_find(all, text) < all.n;
}

/* Before it is renumbered, two items may have one id. */
static bool
is_to_be_mended(const struct reading *r, const struct workload *w)
{
	return w->unsound &&
		is_by_others(w, reading_file(r, "BACKLOG.yaml"), str_eq);
}

static struct str
check_items(const struct reading *r, const struct workload *w)
{
	bool twice = is_to_be_mended(r, w);

	for (size_t i = 0; i < r->items.n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct seen *x = &r->items.items[i];
			const struct seen *y = &r->items.items[k];
			if (str_eq(x->title, y->title))
				return arena_strf(r->a, "'%.*s' is there twice",
					STR_ARG(x->title));
			if (!twice && str_eq(x->id, y->id))
				return arena_strf(r->a, "%.*s is there twice",
					STR_ARG(x->id));
		}
	return STR_ABSENT;
}

static uint64_t
mark_of(const struct reading *r)
{
	struct str line = reading_file(r, ".weir/ids.hwm");

	return str_is_empty(line) ? 0 : strtoull(line.s, NULL, 10);
}

/* What weir gave is below the mark as soon as it is in a file, and new. */
static struct str
check_numbers(const struct reading *r, const struct workload *w)
{
	uint64_t mark = mark_of(r);

	for (size_t i = 0; i < r->items.n && !w->no_mark; i++) {
		struct str id = r->items.items[i].id;
		uint64_t number = strtoull(id.s + 4, NULL, 10);
		if (number > w->above && number <= mark)
			continue;
		if (!is_by_others(w, id, has))
			return arena_strf(r->a,
				"%.*s was given, and the mark is %llu",
				STR_ARG(id), (unsigned long long)mark);
	}
	return STR_ABSENT;
}

static struct str
check_acks(const struct reading *r, const struct workload *w,
	const struct acks *acks)
{
	uint64_t mark = mark_of(r);

	for (size_t i = 0; i < acks->n; i++) {
		struct str id = str_from(acks->added[i].id);
		bool there = false;
		for (size_t k = 0; k < r->items.n; k++) {
			const struct seen *it = &r->items.items[k];
			bool same = str_eq(it->id, id);
			if (same && !str_eq_c(it->title, acks->added[i].title))
				return arena_strf(r->a,
					"%.*s was '%s' and is '%.*s'",
					STR_ARG(id), acks->added[i].title,
					STR_ARG(it->title));
			there = there || same;
		}
		/* Without a title: its item has been taken out by hand. */
		if (!there && acks->added[i].title[0] != '\0')
			return arena_strf(r->a, "%.*s '%s' is lost",
				STR_ARG(id), acks->added[i].title);
		if (!w->no_mark && strtoull(id.s + 4, NULL, 10) > mark)
			return arena_strf(r->a, "%.*s is above the mark %llu",
				STR_ARG(id), (unsigned long long)mark);
	}
	for (size_t i = 0; i < acks->notes_n; i++) {
		const char *word = acks->notes[i];
		size_t n = count_lines(r, "_worklog/", word);
		/* Without a run's name an entry that was torn may be there
		 * once more. */
		if (n != 1 && !(n == 2 && word[0] != 'r'))
			return arena_strf(
				r->a, "note '%s' is there %zu times", word, n);
	}
	return STR_ABSENT;
}

/* Records of the event log number from 1, and tell of every item added. */
static struct str
check_log(const struct reading *r, const struct acks *acks)
{
	struct str log = reading_file(r, EVENTS_FILE);
	struct str rest = log, line;
	uint64_t seq = 0;

	while (str_next_line(&rest, &line)) {
		if (!reading_is_logged(line))
			continue;
		if (strtoull(line.s + 7, NULL, 10) != ++seq)
			return arena_strf(r->a,
				"the log has '%.*s' for record %llu",
				STR_ARG(line), (unsigned long long)seq);
	}
	for (size_t i = 0; i < acks->n; i++) {
		struct str id =
			arena_strf(r->a, "\"item\":\"%s\"", acks->added[i].id);
		if (acks->added[i].logged && str_find(log, id) == log.n)
			return arena_strf(r->a, "no record of %s in the log",
				acks->added[i].id);
	}
	return STR_ABSENT;
}

/* Records of the journal go on from file to file; what has been said in any
 * log is there once. */
static struct str
check_said(const struct reading *r, const struct acks *acks)
{
	size_t found[ACKS_MAX] = {0};
	uint64_t last = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct str path = str_from(r->files[i].path), line;
		struct str rest = r->files[i].bytes;
		bool journal = reading_is_journal(path);
		while ((journal || str_eq_c(path, EVENTS_FILE)) &&
			str_next_line(&rest, &line)) {
			if (!reading_is_logged(line))
				continue;
			uint64_t seq = strtoull(line.s + 7, NULL, 10);
			if (journal && last != 0 && seq != last + 1)
				return arena_strf(r->a,
					"the journal has '%.*s' after %llu",
					STR_ARG(line),
					(unsigned long long)last);
			if (journal)
				last = seq;
			for (size_t k = 0; k < acks->said_n; k++)
				found[k] += reading_says(line, acks->said[k]);
		}
	}
	for (size_t k = 0; k < acks->said_n; k++)
		if (found[k] != 1)
			return arena_strf(r->a, "'%s' is logged %zu times",
				acks->said[k], found[k]);
	return STR_ABSENT;
}

/* Whoever migrates keeps the file as it was. */
static struct str
check_copy(const struct reading *r, const struct workload *w)
{
	struct str now = reading_file(r, "BACKLOG.yaml");
	struct str copy =
		reading_file(r, ".weir/backups/BACKLOG.yaml.schema-1");

	for (const struct workload_file *f = w->files; f->path != NULL; f++)
		if (strcmp(f->path, "BACKLOG.yaml") == 0 &&
			str_starts(
				str_from(f->text), STR("schema_version: 1")) &&
			!str_starts(now, STR("schema_version: 1")) &&
			!str_eq_c(copy, f->text))
			return STR("there is no copy of the old backlog");
	return STR_ABSENT;
}

static bool
is_by_hand(const struct workload *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->steps[i].run == step_checkout)
			return true;
	return false;
}

/* What was there at the start is there, or in the archive. */
static struct str
check_start(const struct reading *r, const struct workload *w)
{
	for (const struct workload_file *f = w->files; f->path != NULL; f++) {
		struct str rest = str_from(f->text), line;
		if (strcmp(f->path, "BACKLOG.yaml") != 0 || is_by_hand(w))
			continue;
		while (str_next_line(&rest, &line)) {
			bool there = !str_starts(line, STR("- id: "));
			for (size_t i = 0; i < r->items.n; i++)
				there = there ||
					str_eq(r->items.items[i].id,
						str_from_at(line, 6));
			if (!there)
				return arena_strf(
					r->a, "'%.*s' is lost", STR_ARG(line));
		}
	}
	return STR_ABSENT;
}

/* A migration sweeps its copies itself, when it is done again. */
static bool
is_for_later(const struct reading *r, struct str path)
{
	return str_starts(path, STR(".weir/backups/")) &&
		str_starts(reading_file(r, "BACKLOG.yaml"),
			STR("schema_version: 1"));
}

static struct str
check_left_over(const struct reading *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct str path = str_from(r->files[i].path);
		if (is_for_later(r, path))
			continue;
		if (str_ends(path, STR(".weir-tmp")) ||
			str_find(path, STR(".claim-")) < path.n)
			return arena_strf(
				r->a, "'%.*s' is left over", STR_ARG(path));
	}
	return STR_ABSENT;
}

struct str
oracle_complaint(const struct sim *disk, const struct workload *w,
	const struct acks *acks, struct arena *a)
{
	struct reading r;

	reading_init(&r, disk, a);
	struct str why = check_items(&r, w);
	if (!str_is_set(why))
		why = check_numbers(&r, w);
	if (!str_is_set(why))
		why = check_acks(&r, w, acks);
	if (!str_is_set(why))
		why = check_start(&r, w);
	if (!str_is_set(why))
		why = check_log(&r, acks);
	if (!str_is_set(why))
		why = check_said(&r, acks);
	if (!str_is_set(why))
		why = check_copy(&r, w);
	if (!str_is_set(why))
		why = check_left_over(&r);
	reading_release(&r);
	return why;
}

bool
oracle_keeps(const struct sim *disk, struct str edit, struct arena *a)
{
	const struct sim_file *files;
	size_t n;

	sim_list(disk, a, &files, &n);
	for (size_t i = 0; i < n; i++)
		if ((strstr(files[i].path, ".conflict-") != NULL ||
			    strcmp(files[i].path, "BACKLOG.yaml") == 0) &&
			str_find(files[i].bytes, edit) < files[i].bytes.n)
			return true;
	return false;
}
