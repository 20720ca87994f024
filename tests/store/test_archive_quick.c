/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <jansson.h>

#include "store/archive-priv.h"
#include "store/store-priv.h"

/*
 * Lines of the archive are read in two ways: from their bytes when they are as
 * weir writes them, else from a tree of JSON. Whatever the first way takes the
 * second must take, and find the same in it: lines that saves wrote are damaged
 * at random and shown to both. The seed is fixed.
 */

static struct fixture f;
static uint64_t chance;

static int
setup(void **state)
{
	(void)state;
	chance = 1;
	scratch_make(&f.scratch);
	fixture_open(&f, sys_real());
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	scratch_remove(&f.scratch);
	return 0;
}

/* splitmix64 */
static size_t
below(size_t n)
{
	uint64_t x = (chance += 0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (size_t)((x ^ x >> 31) % n);
}

static bool
read_slowly(struct str line, struct arena *a, struct archive_line *ret)
{
	json_t *j = json_loadb(line.s, line.n, JSON_REJECT_DUPLICATES, NULL);
	struct err ignored = {0};

	int rc = archive_line_read(j, a, ret, &ignored);
	json_decref(j);
	return rc == 0;
}

/* Whether it was read quickly; then both ways agree. */
static bool
check_line(struct str line)
{
	CLEANUP_ARENA struct arena a = {0};
	struct archive_line quick, slow;

	if (!archive_line_quick(line, &a, &quick))
		return false;
	if (!read_slowly(line, &a, &slow) ||
		!str_eq(quick.item.id, slow.item.id) ||
		!str_eq(quick.item.into, slow.item.into) ||
		str_is_set(quick.item.into) != str_is_set(slow.item.into) ||
		quick.item.how != slow.item.how ||
		quick.stayed != slow.stayed ||
		!fio_digest_eq(quick.was, slow.was))
		fail_msg("read as something else: %.*s", STR_ARG(line));
	return true;
}

static const char backlog[] =
	"schema_version: 3\n"
	"items:\n"
	"# \xc3\xa4 above\n"
	"- id: WRK-001\n"
	"  title: \"One: \\\"a\\\" \\\\ title / with \\x01 \\x7f \\t\"\n"
	"  status: blocked\n"
	"  phase: build\n"
	"  size: large\n"
	"  complexity: low\n"
	"  risk: high\n"
	"  impact: medium\n"
	"  requires_human_review: true\n"
	"  origin: inbox\n"
	"  blocked_from_status: ready\n"
	"  blocked_reason: \"why \\u2028 \\U0001F600\"\n"
	"  blocked_type: decision\n"
	"  tags: [a, 'b \"c\"', \xe4\xb8\xad]\n"
	"  dependencies: [WRK-003]\n"
	"  created: 2026-11-01T10:00:00Z\n"
	"  pipeline_type: feature\n"
	"  description: { problem: it breaks, solution: \"line\\nbreak\" }\n"
	"  phase_pool: main\n"
	"  last_phase_commit: 0123456789abcdef\n"
	"  guardrails_accepted: { size: large, risk: high }\n"
	"  colour: red\n"
	"- { id: WRK-002, title: Two, status: new }\n"
	"- { id: WRK-003, title: Three, status: new }\n"
	"- { id: \"od\\td\", title: Four, status: done }\n";

/* Three that a save wrote, and one that takes another back. */
static struct str
write_lines(void)
{
	const struct change changes[] = {
		{.kind = CHANGE_ARCHIVE,
			.id = STR("WRK-001"),
			.text = STR("not \"worth\" it: \xc3\xa4\n"),
			.departure = DEPARTED_CLOSED},
		{.kind = CHANGE_MERGE,
			.id = STR("WRK-002"),
			.other = STR("WRK-003")},
		{.kind = CHANGE_ARCHIVE,
			.id = STR("od\td"),
			.departure = DEPARTED_DONE},
	};
	struct store_saved saved;
	CLEANUP_BUF struct buf all = {0};

	scratch_put(&f.scratch, "BACKLOG.yaml", backlog);
	check_ok(store_apply(f.store, changes, 3, NOW, &saved, &f.e), &f.e);
	snapshot_unref(saved.next);
	buf_add_str(&all, scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl"));
	buf_add_c(&all,
		"{\"id\":\"WRK-002\",\"how\":\"stayed\","
		"\"at\":\"2026-11-20T11:00:46Z\"}\n");
	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl", all.p);
	return scratch_get(&f.scratch, "BACKLOG_ARCHIVE.jsonl");
}

static void
lines_as_weir_writes_them_are_read_quickly(void **state)
{
	struct str rest = write_lines(), line;
	size_t n = 0, quick = 0;

	(void)state;
	for (; str_next_line(&rest, &line); n++)
		quick += check_line(line);
	assert_int_equal(n, 4);
	/* But the one whose id does not stand for itself. */
	assert_int_equal(quick, 3);
}

static void
damage(struct buf *b)
{
	static const char *const pieces[] = {"\"", "\\", "\\u0000", "\\u00e4",
		"\\ud83d", "\\u0041", "\\x", "\\/", "{", "}", "[", "]", ",",
		":", "\t", "\r", " ", "\x01", "\x7f", "\x80", "\xc3",
		"\xc3\xa4", "\xed\xa0\x80", "\xf4\x90\x80\x80", "true", "null",
		"7", "\"id\":\"W\",", ",\"how\":\"done\"", ",\"into\":\"x\"",
		",\"text\":\"\"", "\"title\":\"x\",", "stayed", "0", "xxh3:"};
	CLEANUP_BUF struct buf was = {0};
	size_t at = below(b->n), drop = below(4) == 0 ? below(20) : below(2);
	size_t again = below(b->n), n = below(8) == 0 ? below(40) : 0;

	buf_add_str(&was, buf_str(b));
	if (at + drop > was.n)
		drop = was.n - at;
	if (again + n > was.n)
		n = was.n - again;
	buf_reset(b);
	buf_add(b, was.p, at);
	if (below(3) > 0)
		buf_add_c(b, pieces[below(sizeof(pieces) / sizeof(pieces[0]))]);
	if (below(10) == 0)
		buf_add(b, "\\\0", 1 + below(2));
	buf_add(b, was.p + again, n);
	buf_add(b, was.p + at + drop, was.n - at - drop);
}

static void
whatever_is_read_quickly_is_what_json_says(void **state)
{
	enum { ROUNDS = 30000 };
	CLEANUP_BUF struct buf all = {0};
	size_t quick = 0, n = 0;
	struct str line;

	(void)state;
	buf_add_str(&all, write_lines());
	for (int i = 0; i < ROUNDS; i++) {
		struct str rest = buf_str(&all);
		while (str_next_line(&rest, &line)) {
			CLEANUP_BUF struct buf b = {0};
			buf_add_str(&b, line);
			for (size_t k = below(3); b.n > 0 && k-- > 0;)
				damage(&b);
			quick += check_line(buf_str(&b));
			n++;
		}
	}
	/* Both answers were given often. */
	assert_true(quick > n / 10);
	assert_true(n - quick > n / 10);
}

static void
check_in_force(struct str bytes, size_t want, size_t want_taken_back)
{
	CLEANUP_ARENA struct arena a = {0};
	struct archive archive;
	size_t taken_back = 0;

	scratch_put(&f.scratch, "BACKLOG_ARCHIVE.jsonl", bytes.s);
	check_ok(archive_load(f.store, &a, &archive, NULL, &f.e), &f.e);
	assert_int_equal(archive.n, want);
	for (size_t i = 0; i < archive.n; i++)
		taken_back += archive.lines[i].taken_back;
	assert_int_equal(taken_back, want_taken_back);
}

static void
lines_of_other_hands_count_beside_them(void **state)
{
	(void)state;
	check_in_force(STR("{\"id\":\"W-1\",\"how\":\"done\",\"at\":\"x\"}\n"
			   "{ \"how\": \"closed\", \"id\": \"W-2\" }\n"
			   "{\"id\":\"W-3\",\"how\":\"do"
			   "ne\",\"at\":\"x\",\"priority\":1}\r\n"
			   "{\"id\":\"W-4\",\"how\":\"done\",\"at\":\"\xff\"}\n"
			   "{\"id\":\"W-5\",\"how\":\"lost\",\"at\":\"x\"}\n"
			   "{\"id\":\"W-2\",\"how\":\"stayed\",\"at\":\"x\"}\n"
			   "{\"id\":\"W-6\",\"how\":\"done\",\"at\":\"x\"} {}\n"
			   "{\"id\":\"\",\"how\":\"done\",\"at\":\"x\"}\n"),
		3, 1);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(lines_as_weir_writes_them_are_read_quickly),
		EACH(whatever_is_read_quickly_is_what_json_says),
		EACH(lines_of_other_hands_count_beside_them),
	};

	return cmocka_run_group_tests_name("archive_quick", tests, NULL, NULL);
}
