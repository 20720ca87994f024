/* SPDX-License-Identifier: MIT */
#include "chance.h"
#include "check.h"

#include <stdio.h>

#include "base/problems.h"
#include "base/vec.h"
#include "store/archive-priv.h"
#include "store/backlog-priv.h"
#include "store/parse-cache-priv.h"

/*
 * A backlog is read, changed and proven in two ways: entry by entry, and from
 * the tree of the whole. Both are forced here, on many documents, changes and
 * damages at random, and must say the same. The seed is fixed.
 */

#define FILE_NAME "BACKLOG.yaml"

enum {
	ROUNDS = 3000,
	DAMAGES = 6, /* of the new bytes of a round */
	CHANGES_MAX = 4,
	LARGEST = 12,
};

static void
add_scalar(struct buf *b, const char *indent)
{
	static const char *const texts[] = {"plain words", "'it''s: quoted'",
		"\"with \\\"escapes\\\"\\n\"", "|\n%s  literal\n%s    deeper",
		">-\n%s  folded\n%s  text\n\n%s  more", "|+\n%s  kept\n",
		"caf\xc3\xa9 -- 100 %%", "~", "# nothing",
		"2026-02-12T16:23:33Z", "'- not an entry'",
		"|\n%s  - not an entry\n%s  # no comment"};
	const char *text = texts[below(sizeof(texts) / sizeof(texts[0]))];

	for (; *text != '\0'; text++) {
		if (text[0] != '%')
			buf_add_char(b, *text);
		else if (*++text == 's')
			buf_add_c(b, indent);
		else
			buf_add_char(b, '%');
	}
}

static void
add_noise(struct buf *b, const char *indent)
{
	if (one_in(12))
		buf_add_char(b, '\n');
	if (one_in(16))
		buf_addf(b, "%s# a note\n", indent);
	if (one_in(32))
		buf_add_c(b, "# at the edge\n");
}

static void
add_item(struct buf *b, size_t id, const char *dash, const char *indent)
{
	static const char *const statuses[] = {
		"new", "scoping", "ready", "in_progress", "done"};

	buf_addf(b, "%s- ", dash);
	if (one_in(8)) {
		buf_addf(b, "{id: WRK-%03zu, title: flow, status: new}\n", id);
		return;
	}
	buf_addf(b, "id: WRK-%03zu\n%stitle: number %zu\n", id, indent, id);
	add_noise(b, indent);
	buf_addf(b, "%sstatus: %s%s\n", indent, statuses[below(5)],
		one_in(8) ? " # so far" : "");
	if (one_in(2))
		buf_addf(b, "%stags: [a, b c]\n", indent);
	if (one_in(3))
		buf_addf(b, "%sdependencies:\n%s- WRK-%03zu\n", indent, indent,
			below(LARGEST));
	if (one_in(2)) {
		buf_addf(b, "%sdescription:\n%s  context: ", indent, indent);
		add_scalar(b, one_in(2) ? "            " : "          ");
		buf_addf(b, "\n%s  problem: some\n", indent);
	}
	add_noise(b, indent);
	if (one_in(3)) {
		buf_addf(b, "%sof_mine: ", indent);
		add_scalar(b, "        ");
		buf_add_char(b, '\n');
	}
	add_noise(b, dash);
}

static void
make_document(struct buf *b)
{
	static const char *const dashes[] = {"", "  ", "    "};
	static const char *const indents[] = {"  ", "    ", "      "};
	size_t step = below(3), n = 1 + below(LARGEST);

	if (one_in(4))
		buf_add_c(b, "# my backlog\n\n");
	if (one_in(8))
		buf_add_c(b, "---\n");
	buf_add_c(b, "schema_version: 3\n");
	if (one_in(2))
		buf_addf(b, "next_item_id: %zu\n", n + below(4));
	if (one_in(4))
		buf_add_c(b, "applied: [x-1, x-2]\n");
	buf_add_c(b, one_in(4) ? "items: # all\n" : "items:\n");
	for (size_t i = 1; i <= n; i++)
		add_item(b, i, dashes[step], indents[step]);
	if (one_in(4))
		buf_add_c(b, "notes: below\n");
	if (one_in(6) && b->n > 0 && b->p[b->n - 1] == '\n')
		b->n--;
}

static void
damage(struct buf *b)
{
	static const char marks[] = "-#:'\"\n []{}&*|> \t?x";
	size_t at = below(b->n);

	switch (below(5)) {
	case 0:
		b->p[at] = marks[below(sizeof(marks) - 1)];
		break;
	case 1:
		memmove(b->p + at, b->p + at + 1, b->n - at - 1);
		b->n--;
		break;
	case 2:
		buf_add_char(b, ' ');
		memmove(b->p + at + 1, b->p + at, b->n - at - 1);
		b->p[at] = marks[below(sizeof(marks) - 1)];
		break;
	case 3:
		buf_add_c(b, "\n- id: X-1\n  title: another\n  status: new\n");
		break;
	default:
		b->p[at] = (char)(b->p[at] ^ (1 << below(7)));
	}
	if (b->n > 0)
		b->p[b->n] = '\0';
}

static const struct archive no_archive;

static int
read_known(struct loaded *l, struct str bytes, enum backlog_way way,
	struct parse_cache *cache, struct problems *problems)
{
	struct err e = {0};

	*l = (struct loaded){0};
	CLEANUP_BUF struct buf copy = {0};

	buf_add_str(&copy, bytes);
	const struct backlog_reading how = {.way = way,
		.file = FILE_NAME,
		.archive = &no_archive,
		.generation = 1,
		.cache = cache};
	return backlog_read(l, &copy, &how, problems, &e);
}

static int
read_bytes(struct loaded *l, struct str bytes, enum backlog_way way,
	struct problems *problems)
{
	return read_known(l, bytes, way, NULL, problems);
}

/* How many entries of `l` a cache knows; it must begin to be believed. */
static size_t
count_known(const struct loaded *l, struct str bytes, struct buf *cache)
{
	CLEANUP_ARENA struct arena a = {0};
	struct parse_cache c;
	struct item it;
	size_t n = 0;

	parse_cache_begin(&c, cache, bytes.n, fio_digest(bytes));
	for (size_t i = 0; i < l->outline.slices.n; i++) {
		const struct yaml_slice *x = &l->outline.slices.items[i];
		n += parse_cache_next(&c,
			str_of(bytes.s + x->start, x->end - x->start), &a, &it);
	}
	assert_true(c.at == c.end);
	parse_cache_close(&c);
	return n;
}

/* What is read with the help of the cache that `l` leaves is what is read
 * without. How many entries that has. `bytes` are those of `l`. */
static size_t
check_cache(struct loaded *l, struct str bytes)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	CLEANUP_BUF struct buf bytes_of_cache = {0}, copy = {0};
	struct parse_cache cache;
	struct loaded known;

	l->version.size = (off_t)bytes.n;
	l->version.digest = fio_digest(bytes);
	loaded_cache(l, &bytes_of_cache, NULL);
	buf_add_str(&copy, buf_str(&bytes_of_cache));
	parse_cache_begin(&cache, &bytes_of_cache, bytes.n, fio_digest(bytes));
	assert_int_equal(
		read_known(&known, bytes, BACKLOG_CUT, &cache, &problems), 0);
	parse_cache_close(&cache);
	assert_true(known.cut);
	for (size_t i = 0; i < l->snapshot->n; i++)
		if (!item_equal(
			    &known.snapshot->items[i], &l->snapshot->items[i]))
			fail_msg("item %zu is known as another:\n%.*s", i,
				STR_ARG(bytes));
	loaded_release(&known);
	return count_known(l, bytes, &copy);
}

/* Items, and what is wrong, do not depend on the way. */
static bool
check_both_ways(struct str bytes)
{
	CLEANUP_PROBLEMS struct problems cut_problems = {0};
	CLEANUP_PROBLEMS struct problems whole_problems = {0};
	struct loaded cut, whole;

	int rc = read_bytes(&cut, bytes, BACKLOG_CUT, &cut_problems);
	assert_int_equal(
		rc, read_bytes(&whole, bytes, BACKLOG_WHOLE, &whole_problems));
	assert_false(whole.cut);
	if (!snapshot_equal(cut.snapshot, whole.snapshot) ||
		cut_problems.list.n != whole_problems.list.n)
		fail_msg("two meanings of\n%.*s", STR_ARG(bytes));
	for (size_t i = 0; i < cut_problems.list.n; i++)
		assert_string_equal(cut_problems.list.items[i].msg,
			whole_problems.list.items[i].msg);
	bool was_cut = cut.cut;
	loaded_release(&cut);
	loaded_release(&whole);
	return was_cut;
}

static struct change
some_change(const struct snapshot *s)
{
	struct change c = {.id = s->items[below(s->n)].id};

	switch (below(8)) {
	case 0:
	case 1:
		c.kind = CHANGE_ADD;
		c.item = (struct item){.title = STR("new: one"),
			.blocked_from_status = STATUSES};
		if (one_in(2))
			c.item.description.context = STR("two\nlines");
		break;
	case 2:
		c.kind = CHANGE_STATUS;
		c.status = (enum item_status)below(STATUSES);
		break;
	case 3:
		c.kind = CHANGE_BLOCK;
		c.text = STR("for a reason\nof two lines\n");
		break;
	case 4:
		c.kind = CHANGE_DESCRIBE;
		c.description.problem = STR("another: problem");
		break;
	case 5:
		c.kind = CHANGE_ARCHIVE;
		c.departure = one_in(2) ? DEPARTED_CLOSED : DEPARTED_DONE;
		break;
	case 6:
		c.kind = CHANGE_MERGE;
		c.other = s->items[below(s->n)].id;
		break;
	default:
		c.kind = CHANGE_APPLIED;
		c.text = STR("run-7");
	}
	return c;
}

/* What some changes make of the snapshot; NULL when they are refused. */
static struct snapshot *
change_some(const struct snapshot *s)
{
	const struct change_env env = {.prefix = STR("WRK")};
	struct change changes[CHANGES_MAX];
	struct change_effects effects;
	struct err e = {0};
	size_t n = 1 + below(CHANGES_MAX);

	for (size_t i = 0; i < n; i++)
		changes[i] = some_change(s);
	return changes_apply(s, changes, n, &env, &effects, &e) == 0
		? effects.next
		: NULL;
}

/* What reading the whole says of the question the proof answers. */
static bool
says_the_same(struct str bytes, const struct snapshot *to)
{
	CLEANUP_PROBLEMS struct problems problems = {0};
	struct loaded l;

	bool same = read_bytes(&l, bytes, BACKLOG_WHOLE, &problems) == 0;
	same = same && l.snapshot->n == to->n &&
		l.snapshot->next_item_id == to->next_item_id &&
		str_list_eq(l.snapshot->applied, to->applied);
	for (size_t i = 0; same && i < to->n; i++)
		same = item_equal(&l.snapshot->items[i], &to->items[i]);
	loaded_release(&l);
	return same;
}

struct edits {
	VEC(struct diff_edit) list;
};

static struct str
line_at(struct str bytes, size_t at)
{
	return str_of(bytes.s + at, str_line_end(bytes, at) - at);
}

/* To where both go on with the same line, as near as can be; or to both ends.
 */
static void
meet(struct str old, struct str new, size_t *at, size_t *new_at)
{
	enum { NEAR = 6 };

	for (size_t far = 1; far < 2 * NEAR; far++) {
		size_t i = *at;
		for (size_t skip = 0; skip <= far; skip++) {
			size_t k = *new_at;
			for (size_t n = skip; n < far && k < new.n; n++)
				k = str_line_end(new, k);
			if (i < old.n &&
				k < new.n &&str_eq(
					    line_at(old, i), line_at(new, k))) {
				*at = i;
				*new_at = k;
				return;
			}
			i = i < old.n ? str_line_end(old, i) : i;
		}
	}
	*at = old.n;
	*new_at = new.n;
}

/* Some edits that make `new` of `old`: lines that are the same in both are
 * kept, and equal beginnings of lines that are not. */
static void
find_edits(struct str old, struct str new, struct edits *ret)
{
	size_t at = 0, new_at = 0;

	while (at < old.n || new_at < new.n) {
		size_t from = at, new_from = new_at;
		while (from < old.n &&
			new_from < new.n &&old.s[from] == new.s[new_from]) {
			from++;
			new_from++;
		}
		at = from;
		new_at = new_from;
		if (at == old.n && new_at == new.n)
			return;
		meet(old, new, &at, &new_at);
		struct diff_edit x = {.at = from,
			.n = at - from,
			.text = str_of(new.s + new_from, new_at - new_from)};
		VEC_PUSH(&ret->list, x);
	}
}

/* Cut as the whole is, or not at all; true when it is. */
static bool
check_outline(struct loaded *from, struct edited *made, struct str bytes)
{
	CLEANUP_ARENA struct arena a = {0};
	struct yaml_outline o, whole;
	size_t *was;

	if (yaml_outline_edited(
		    &from->outline, made, STR("items"), &a, &o, &a, &was) != 0)
		return false;
	if (yaml_outline(bytes, STR("items"), &a, &whole) != 0 ||
		o.slices.n != whole.slices.n || o.column != whole.column ||
		o.slices.head_end != whole.slices.head_end ||
		o.slices.tail_start != whole.slices.tail_start ||
		o.root->n != whole.root->n || o.root->end != whole.root->end)
		fail_msg("cut in another way:\n%.*s", STR_ARG(bytes));
	for (size_t i = 0; i < o.root->n; i++)
		if (o.root->pairs[i].value->start !=
				whole.root->pairs[i].value->start ||
			o.root->pairs[i].key->line !=
				whole.root->pairs[i].key->line)
			fail_msg("keys elsewhere:\n%.*s", STR_ARG(bytes));
	for (size_t i = 0; i < o.slices.n; i++) {
		const struct yaml_slice *x = &o.slices.items[i];
		const struct yaml_slice *y = &whole.slices.items[i];
		const struct yaml_slice *z = was[i] == SIZE_MAX
			? NULL
			: &from->outline.slices.items[was[i]];
		if (x->start != y->start || x->end != y->end ||
			x->line != y->line)
			fail_msg("entry %zu elsewhere:\n%.*s", i,
				STR_ARG(bytes));
		if (z != NULL &&
			!str_eq(str_of(bytes.s + x->start, x->end - x->start),
				str_of(loaded_bytes(from).s + z->start,
					z->end - z->start)))
			fail_msg("entry %zu is another:\n%.*s", i,
				STR_ARG(bytes));
	}
	return true;
}

static size_t known_after; /* entries, all saves together */

static bool
is_proven(struct loaded *from, const struct snapshot *to, struct edited *made,
	struct str bytes)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf made_bytes = {0};
	struct loaded l = {0};
	struct lineage line;

	edited_add(made, 0, made->n, &made_bytes);
	assert_true(str_eq(buf_str(&made_bytes), bytes));
	if (from->cut)
		(void)check_outline(from, made, bytes);
	lineage_trace(from->snapshot, to, &a, &line);
	bool yes = backlog_prove(from, made, &line, FILE_NAME, &l) == 0;
	if (yes)
		known_after += check_cache(&l, bytes);
	loaded_release(&l);
	if (yes && !says_the_same(bytes, to))
		fail_msg("proven and not so:\n%.*s", STR_ARG(bytes));
	return yes;
}

/* With edits that are not those which the bytes were made by. */
static bool
is_proven_otherwise(
	struct loaded *from, const struct snapshot *to, struct str bytes)
{
	struct edits edits = {0};
	struct edited made;

	find_edits(loaded_bytes(from), bytes, &edits);
	edited_init(&made, loaded_bytes(from), edits.list.items, edits.list.n);
	bool yes = is_proven(from, to, &made, bytes);
	VEC_RELEASE(&edits.list);
	return yes;
}

struct tally {
	size_t cut, changed, proven, otherwise, damaged_proven, damaged;
	size_t entries, known;
};

/* The new bytes are the same both ways; they are proven, and once damaged only
 * when the damage means nothing. */
static void
check_save(struct loaded *cut, struct loaded *whole, struct tally *t)
{
	struct snapshot *to = change_some(cut->snapshot);
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf bytes = {0};
	CLEANUP_BUF struct buf other = {0};
	struct edited made, made_other;
	struct lineage line;
	struct err e = {0};

	if (to == NULL)
		return;
	lineage_trace(cut->snapshot, to, &a, &line);
	int rc = backlog_render(cut, &line, NULL, &a, &made, &e);
	lineage_trace(whole->snapshot, to, &a, &line);
	assert_int_equal(
		rc, backlog_render(whole, &line, NULL, &a, &made_other, &e));
	if (rc == 0) {
		t->changed++;
		edited_add(&made, 0, made.n, &bytes);
		edited_add(&made_other, 0, made_other.n, &other);
		assert_string_equal(buf_str(&bytes).s, buf_str(&other).s);
		bool proven = is_proven(cut, to, &made, buf_str(&bytes));
		t->otherwise += is_proven_otherwise(cut, to, buf_str(&bytes));
		if (to->n > 0 && !proven && says_the_same(buf_str(&bytes), to))
			print_error("not proven:\n%s", bytes.p);
		t->proven += proven;
		for (int i = 0; i < DAMAGES && bytes.n > 0; i++) {
			damage(&bytes);
			t->damaged++;
			t->damaged_proven +=
				is_proven_otherwise(cut, to, buf_str(&bytes));
		}
	}
	snapshot_unref(to);
}

static void
what_is_proven_slice_by_slice_is_what_the_whole_says(void **state)
{
	struct tally t = {0};

	(void)state;
	chance = 0x0b5e55ed5eed;
	for (int i = 0; i < ROUNDS; i++) {
		CLEANUP_PROBLEMS struct problems problems = {0};
		CLEANUP_BUF struct buf b = {0};
		struct loaded cut, whole;

		make_document(&b);
		t.cut += check_both_ways(buf_str(&b));
		int rc = read_bytes(&cut, buf_str(&b), BACKLOG_CUT, &problems);
		(void)read_bytes(&whole, buf_str(&b), BACKLOG_WHOLE, &problems);
		if (rc == 0 && cut.cut) {
			t.known += check_cache(&cut, buf_str(&b));
			t.entries += cut.snapshot->n;
			check_save(&cut, &whole, &t);
		}
		loaded_release(&cut);
		loaded_release(&whole);
	}
	assert_in_range(t.cut, ROUNDS * 8 / 10, ROUNDS);
	assert_in_range(t.changed, ROUNDS / 4, ROUNDS);
	assert_in_range(t.proven, t.changed * 9 / 10, t.changed);
	assert_in_range(t.otherwise, t.changed * 8 / 10, t.changed);
	assert_in_range(t.damaged_proven, 1, t.damaged / 2);
	/* The others are not plain enough. */
	assert_in_range(t.known, t.entries / 3, t.entries);
	assert_in_range(known_after, t.known / 3, SIZE_MAX);
}

static void
damaged_documents_mean_the_same_both_ways(void **state)
{
	size_t cut = 0;

	(void)state;
	chance = 0xdeadbea7;
	for (int i = 0; i < ROUNDS * 2; i++) {
		CLEANUP_BUF struct buf b = {0};
		make_document(&b);
		for (size_t n = 1 + below(3); n > 0; n--)
			damage(&b);
		cut += check_both_ways(buf_str(&b));
	}
	assert_in_range(cut, ROUNDS / 4, ROUNDS * 2 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_proven_slice_by_slice_is_what_the_whole_says),
		cmocka_unit_test(damaged_documents_mean_the_same_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
