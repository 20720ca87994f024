/* SPDX-License-Identifier: MIT */
#include "chance.h"
#include "check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/vec.h"
#include "same.h"

/*
 * The fast path, whole and cut into entries, against libyaml on every document
 * the tests have, and on those documents damaged at random. The seed is fixed;
 * what fails is shown.
 */

enum {
	MUTATIONS = 150000, /* of any document, and of one that is taken */
	/* At least so many documents are taken as they are, and so many of a
	 * hundred of those when damaged. */
	TAKEN_DOCUMENTS = 60,
	TAKEN_PERCENT = 25,
	/* The same of being cut, of all. */
	CUT_DOCUMENTS = 20,
	CUT_PERCENT = 10,
	LARGEST = 8000,
};

/* How often a document was cut. */
static size_t outlines_taken;

struct documents {
	VEC(struct str) list;
	VEC(struct str) taken; /* of them */
	struct arena a;
};

static void
read_document(struct documents *d, const char *path)
{
	CLEANUP_BUF struct buf b = {0};
	FILE *f = fopen(path, "re");

	if (f == NULL)
		fail_msg("cannot open %s", path);
	for (size_t n = 1; n > 0;) {
		n = fread(buf_room(&b, LARGEST), 1, LARGEST, f);
		buf_added(&b, n);
	}
	(void)fclose(f);
	if (b.n > LARGEST)
		return;
	struct str bytes = arena_str(&d->a, buf_str(&b));
	VEC_PUSH(&d->list, bytes);
	if (judge_bytes(bytes) == TAKEN)
		VEC_PUSH(&d->taken, bytes);
}

/* The files in `dir` and the directories in it, in order of their names. */
static void
read_documents(struct documents *d, const char *dir)
{
	struct dirent **found;
	char path[4096];
	struct stat st;
	int n = scandir(dir, &found, NULL, alphasort);

	if (n < 0)
		fail_msg("cannot read %s", dir);
	for (int i = 0; i < n; i++) {
		(void)snprintf(
			path, sizeof(path), "%s/%s", dir, found[i]->d_name);
		if (stat(path, &st) < 0)
			fail_msg("cannot find %s", path);
		if (S_ISREG(st.st_mode))
			read_document(d, path);
		else if (found[i]->d_name[0] != '.')
			read_documents(d, path);
		free(found[i]);
	}
	free(found);
}

static int
open_documents(void **state)
{
	static struct documents d;
	const char *data = getenv("WEIR_TEST_DATA");
	char path[4096];

	assert_non_null(data);
	(void)snprintf(path, sizeof(path), "%s/golden", data);
	read_documents(&d, path);
	(void)snprintf(path, sizeof(path), "%s/../../fuzz/corpus", data);
	read_documents(&d, path);
	*state = &d;
	return 0;
}

static int
close_documents(void **state)
{
	struct documents *d = *state;

	VEC_RELEASE(&d->list);
	VEC_RELEASE(&d->taken);
	arena_release(&d->a);
	return 0;
}

/* In memory of its own size, so that a sanitizer sees one byte too far. */
static bool
is_taken(struct str bytes)
{
	char *copy = malloc(bytes.n > 0 ? bytes.n : 1);

	assert_non_null(copy);
	memcpy(copy, bytes.s, bytes.n);
	enum verdict v = judge_bytes(str_of(copy, bytes.n));
	enum verdict cut = judge_outlines(str_of(copy, bytes.n));
	free(copy);
	if (v == WRONG || cut == WRONG)
		fail_msg("the trees differ:\n%.*s", STR_ARG(bytes));
	outlines_taken += cut == TAKEN;
	return v == TAKEN;
}

static void
every_document_is_read_as_libyaml_does(void **state)
{
	struct documents *d = *state;

	VEC_EACH (s, &d->list)
		(void)is_taken(*s);
	assert_in_range(d->taken.n, TAKEN_DOCUMENTS, d->list.n);
	assert_in_range(outlines_taken, CUT_DOCUMENTS, d->list.n);
}

/* `n` bytes at `at` become `with`. */
static void
replace(struct buf *b, size_t at, size_t n, struct str with)
{
	CLEANUP_BUF struct buf tail = {0};

	buf_add(&tail, b->p + at + n, b->n - at - n);
	b->n = at;
	buf_add_str(b, with);
	buf_add_str(b, buf_str(&tail));
}

static size_t
line_start(const struct buf *b, size_t at)
{
	while (at > 0 && b->p[at - 1] != '\n')
		at--;
	return at;
}

static void
insert_indicator(struct buf *b, size_t at)
{
	static const char *const texts[] = {": ", ":", "- ", "-", "\n- ", "#",
		" #", " # ", "\n", "\n\n", " ", "  ", "[", "]", "{", "}", ",",
		", ", "'", "\"", "''", "\\", "\\n", "\\x41", "|", "|-\n",
		"|+\n", ">", ">-\n", "&a ", "*a", "! ", "? ", "?", "%", "@",
		"---\n", "...\n", "\t", "\r\n", "\xc3\xa9", "\xe2\x80\xa8",
		"\xc2\x85", "\xef\xbb\xbf", "key: ", "\n  a: b\n", "<<<<<<< "};
	size_t i = below(sizeof(texts) / sizeof(texts[0]));

	replace(b, at, 0, str_from(texts[i]));
}

/* Deeper or shallower by up to three columns. */
static void
indent_line(struct buf *b, size_t at)
{
	size_t start = line_start(b, at);
	size_t n = 1 + below(3);

	if (below(2) == 0) {
		replace(b, start, 0, str_of("   ", n));
		return;
	}
	size_t had = 0;
	while (had < n && start + had < b->n && b->p[start + had] == ' ')
		had++;
	replace(b, start, had, STR(""));
}

/* A line to another place, or a copy of it. */
static void
move_line(struct buf *b, size_t at)
{
	CLEANUP_BUF struct buf line = {0};
	size_t start = line_start(b, at), end = at;

	while (end < b->n && b->p[end] != '\n')
		end++;
	end += end < b->n;
	buf_add(&line, b->p + start, end - start);
	if (below(2) == 0)
		replace(b, start, end - start, STR(""));
	replace(b, line_start(b, below(b->n)), 0, buf_str(&line));
}

static void
damage(struct buf *b)
{
	size_t at = below(b->n);

	switch (below(8)) {
	case 0:
		if (at < b->n)
			b->p[at] = (char)(b->p[at] ^ (1 << below(8)));
		break;
	case 1:
		replace(b, at, below(b->n - at) & 7, STR(""));
		break;
	case 2:
		b->n = at;
		break;
	case 3:
	case 4:
		insert_indicator(b, at);
		break;
	case 5:
		move_line(b, at);
		break;
	default:
		indent_line(b, at);
	}
}

static bool
is_taken_damaged(struct str bytes)
{
	CLEANUP_BUF struct buf b = {0};

	buf_add_str(&b, bytes);
	for (size_t n = 1 + below(3); n > 0; n--)
		damage(&b);
	return is_taken(buf_str(&b));
}

static void
damaged_documents_are_read_as_libyaml_does(void **state)
{
	struct documents *d = *state;
	size_t taken = 0;

	outlines_taken = 0;
	chance = 0x5eed0f0e17d0c5;
	for (size_t i = 0; i < MUTATIONS; i++) {
		struct str any = d->list.items[below(d->list.n)];
		struct str good = d->taken.items[below(d->taken.n)];
		(void)is_taken_damaged(any);
		taken += is_taken_damaged(good);
	}
	assert_in_range(taken, MUTATIONS * TAKEN_PERCENT / 100, MUTATIONS);
	assert_in_range(
		outlines_taken, MUTATIONS * CUT_PERCENT / 100, 2 * MUTATIONS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_document_is_read_as_libyaml_does),
		cmocka_unit_test(damaged_documents_are_read_as_libyaml_does),
	};

	return cmocka_run_group_tests(tests, open_documents, close_documents);
}
