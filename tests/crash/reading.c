/* SPDX-License-Identifier: MIT */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

struct str
reading_file(const struct reading *r, const char *path)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->files[i].path, path) == 0)
			return r->files[i].bytes;
	return STR("");
}

struct str
reading_between(struct str s, const char *from, const char *to)
{
	size_t at = str_find(s, str_from(from));

	if (at == s.n)
		return STR_ABSENT;
	s = str_from_at(s, at + strlen(from));
	return str_of(s.s, str_find(s, str_from(to)));
}

static void
read_backlog(struct reading *r)
{
	struct str rest = reading_file(r, "BACKLOG.yaml"), line;

	while (str_next_line(&rest, &line)) {
		struct str t = str_trim(line);
		if (str_starts(t, STR("- id: "))) {
			struct seen one = {.id = str_from_at(t, 6)};
			VEC_PUSH(&r->items, one);
		} else if (str_starts(t, STR("title: ")) && r->items.n > 0) {
			t = str_from_at(t, 7);
			t = str_of(t.s, str_find(t, STR(" #")));
			if (str_starts(t, STR("\"")))
				t = reading_between(t, "\"", "\"");
			r->items.items[r->items.n - 1].title = t;
		}
	}
}

/* A departure; "stayed" has no item. */
static bool
is_record(struct str line)
{
	return str_starts(line, STR("{\"id\":\"")) && str_ends(line, STR("}}"));
}

bool
reading_is_live(const struct reading *r, struct str id)
{
	for (size_t i = 0; i < r->items.n; i++)
		if (!r->items.items[i].archived &&
			str_eq(r->items.items[i].id, id))
			return true;
	return false;
}

static struct str
id_of(struct str line)
{
	return reading_between(line, "\"id\":\"", "\"");
}

/* The item stayed, and left once more: the next line about it, of those below,
 * takes it back, and another is a departure. */
static bool
is_superseded(struct str id, struct str below)
{
	bool stayed = false;
	struct str line;

	while (str_next_line(&below, &line)) {
		if (!str_eq(id_of(line), id))
			continue;
		if (is_record(line))
			return stayed;
		stayed = stayed || str_ends(line, STR("}"));
	}
	return false;
}

static void
read_archive(struct reading *r)
{
	struct str rest = reading_file(r, "BACKLOG_ARCHIVE.jsonl"), line;

	while (reading_next_departed(r, &rest, &line)) {
		const struct seen one = {
			.id = id_of(line),
			.title = reading_between(line, "\"title\":\"", "\""),
			.archived = true,
		};
		VEC_PUSH(&r->items, one);
	}
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

size_t
reading_digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.s[n] >= '0' && s.s[n] <= '9')
		n++;
	return n;
}

static void
find_numbers(struct reading *r, struct str s)
{
	for (;;) {
		size_t at = str_find(s, STR("WRK-"));
		if (at == s.n)
			return;
		s = str_from_at(s, at + 4);
		if (reading_digits(s) > 0)
			VEC_PUSH(&r->numbers, strtoull(s.s, NULL, 10));
	}
}

bool
reading_hides(struct str path)
{
	return str_starts(path, STR("_worklog/")) ||
		(str_starts(path, STR(".weir/")) &&
			!str_starts(path, STR(".weir/runs/")));
}

bool
reading_is_archive(struct str path)
{
	return str_ends(path, STR(".jsonl"));
}

bool
reading_is_journal(struct str path)
{
	return str_starts(path, STR(WORLD_JOURNAL "/" WORLD_JOURNAL)) &&
		str_ends(path, STR(".jsonl"));
}

bool
reading_is_logged(struct str line)
{
	return str_starts(line, STR("{\"seq\":")) && str_ends(line, STR("\"}"));
}

bool
reading_says(struct str line, const char *word)
{
	struct str said = reading_between(line, "\"said\":\"", "\"");
	struct str text = reading_between(line, "\"text\":\"", "\"");

	return str_eq_c(said, word) || str_eq_c(text, word);
}

bool
reading_next_departed(
	const struct reading *r, struct str *rest, struct str *ret)
{
	while (str_next_line(rest, ret))
		if (is_record(*ret) && !reading_is_live(r, id_of(*ret)) &&
			!is_superseded(id_of(*ret), *rest))
			return true;
	return false;
}

static void
rank_numbers(struct reading *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct str path = str_from(r->files[i].path);
		struct str rest = r->files[i].bytes, line;
		if (!reading_hides(path) && !reading_is_archive(path))
			find_numbers(r, rest);
		while (reading_is_archive(path) &&
			reading_next_departed(r, &rest, &line))
			find_numbers(r, line);
	}
	if (r->numbers.n > 0)
		qsort(r->numbers.items, r->numbers.n, sizeof(uint64_t),
			compare);
	for (size_t i = 0; i < r->numbers.n; i++)
		if (n == 0 || r->numbers.items[i] != r->numbers.items[n - 1])
			r->numbers.items[n++] = r->numbers.items[i];
	r->numbers.n = n;
}

void
reading_init(struct reading *r, const struct sim *disk, struct arena *a)
{
	*r = (struct reading){.a = a};
	sim_list(disk, a, &r->files, &r->n);
	read_backlog(r);
	read_archive(r);
	rank_numbers(r);
}

void
reading_release(struct reading *r)
{
	VEC_RELEASE(&r->items);
	VEC_RELEASE(&r->numbers);
}
