/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "store/item-priv.h"
#include "store/parse-cache-priv.h"
#include "store/store-priv.h"

/* What a save leaves for the next reader, and when it counts for nothing. That
 * it says what reading says is in test_prove.c. */

#define CACHE ".weir/" PARSE_CACHE_FILE

static const char backlog[] = "schema_version: 3\nnext_item_id: 5\nitems:\n"
			      "- id: WRK-001\n  title: as it is written\n"
			      "  status: new\n  tags: [a, b]\n"
			      "- id: WRK-002\n  title: another\n"
			      "  status: ready\n  impact: high\n"
			      "- id: WRK-003\n  title: in between\n"
			      "  status: new\n  requires_human_review: true\n"
			      "- id: WRK-004\n  title: 'the fourth'\n"
			      "  status: done\n"
			      "- id: WRK-005\n  title: last\n  status: new\n";

static void
begin_again(void)
{
	fixture_close(&f);
	fixture_open(&f, sys_real());
	store_set_cache_least(f.store, 0);
}

static int
setup(void **state)
{
	(void)state;
	project_make(backlog);
	begin_again();
	return 0;
}

static void
save(const char *title)
{
	const struct change c = change_add(title);

	snapshot_unref(fixture_load(&f));
	project_save(&c, 1);
}

/* A copy; absent when there is none. */
static struct str
bytes_of(const char *name, struct buf *ret)
{
	struct err e = {0};

	buf_reset(ret);
	int rc = fio_read(&f.root, name, 1 << 20, ret, NULL, &e);
	return rc == 0 ? buf_str(ret) : STR_ABSENT;
}

/* The entries of `text` and what reading gives, but that the title of the first
 * is told as `told`, which stands in it. */
static void
forge(struct str text, const char *told, struct buf *ret)
{
	CLEANUP_ARENA struct arena a = {0};
	struct parse_cache_maker m;
	struct yaml_outline o;

	assert_int_equal(yaml_outline(text, STR("items"), &a, &o), 0);
	parse_cache_make(&m, ret, text.n, fio_digest(text));
	for (size_t i = 0; i < o.slices.n; i++) {
		const struct yaml_slice *x = &o.slices.items[i];
		struct str entry = str_of(text.s + x->start, x->end - x->start);
		struct item it;
		assert_int_equal(item_read_plain(entry, &a, &it), 0);
		if (i == 0) {
			it.title.s = entry.s + str_find(entry, str_from(told));
			it.title.n = strlen(told);
		}
		parse_cache_add(&m, entry, &it);
	}
	parse_cache_end(&m);
}

static void
put_cache(struct str bytes)
{
	CLEANUP_FIO_DIR struct fio_dir state = FIO_DIR_NONE;
	struct fio_scribble cache;
	struct err e = {0};

	check_ok(fio_dir_open_in(&state, &f.root, STORE_STATE_DIR, &e), &e);
	fio_scribble_begin(&cache, &state, PARSE_CACHE_FILE, 0600);
	fio_scribble_add(&cache, bytes);
	fio_scribble_end(&cache);
}

/* What the first item is called by a process that begins now. */
static bool
first_is(const char *title)
{
	begin_again();
	struct snapshot *s = fixture_load(&f);
	bool is = str_eq_c(s->items[0].title, title);
	snapshot_unref(s);
	return is;
}

static void
what_a_save_leaves_knows_the_entries_it_left_alone(void **state)
{
	CLEANUP_BUF struct buf text = {0}, cache = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct parse_cache c;
	struct yaml_outline o;
	struct item it;

	(void)state;
	save("a sixth");
	struct str now = bytes_of("BACKLOG.yaml", &text);
	assert_true(str_is_set(bytes_of(CACHE, &cache)));
	/* The first is cut again where the head has changed, and so is the last
	 * where something comes behind it: they may be others. */
	parse_cache_begin(&c, &cache, now.n, fio_digest(now));
	assert_int_equal(yaml_outline(now, STR("items"), &a, &o), 0);
	assert_int_equal(o.slices.n, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct yaml_slice *x = &o.slices.items[i];
		assert_int_equal(
			parse_cache_next(&c,
				str_of(now.s + x->start, x->end - x->start), &a,
				&it),
			i > 0 && i < 4);
	}
	parse_cache_close(&c);
}

static void
a_load_believes_a_cache_of_the_very_bytes(void **state)
{
	CLEANUP_BUF struct buf cache = {0};

	(void)state;
	save("a sixth");
	begin_again();
	CLEANUP_BUF struct buf text = {0};
	forge(bytes_of("BACKLOG.yaml", &text), "written", &cache);
	put_cache(buf_str(&cache));
	assert_true(first_is("written"));
}

static void
a_cache_of_other_bytes_counts_for_nothing(void **state)
{
	CLEANUP_BUF struct buf text = {0}, cache = {0};

	(void)state;
	save("a sixth");
	forge(bytes_of("BACKLOG.yaml", &text), "written", &cache);
	put_cache(buf_str(&cache));
	/* As long as before, by somebody who saves in place. */
	char *at = strstr(text.p, "another");
	assert_non_null(at);
	*at = 'A';
	scratch_put(&f.scratch, "BACKLOG.yaml", text.p);
	assert_true(first_is("as it is written"));
}

static void
a_cache_that_is_not_whole_counts_for_nothing(void **state)
{
	CLEANUP_BUF struct buf text = {0}, whole = {0}, cache = {0};

	(void)state;
	save("a sixth");
	forge(bytes_of("BACKLOG.yaml", &text), "written", &whole);
	for (size_t i = 0; i < whole.n; i++) {
		buf_reset(&cache);
		buf_add(&cache, whole.p, i);
		put_cache(buf_str(&cache));
		assert_true(first_is("as it is written"));
		buf_reset(&cache);
		buf_add(&cache, whole.p, whole.n);
		cache.p[i] = (char)(cache.p[i] ^ 0x10);
		put_cache(buf_str(&cache));
		assert_true(first_is("as it is written"));
	}
}

static void
records_that_point_elsewhere_are_not_followed(void **state)
{
	struct str entry = STR("- id: WRK-001\n  title: t\n  status: new\n");
	CLEANUP_ARENA struct arena a = {0};
	struct parse_cache_maker m;
	struct item it = {0};

	(void)state;
	assert_int_equal(item_read_plain(entry, &a, &it), 0);
	for (size_t cut = 1; cut < entry.n; cut++) {
		CLEANUP_BUF struct buf cache = {0};
		struct parse_cache c;
		struct item ret;
		parse_cache_make(&m, &cache, 0, fio_digest(STR("")));
		parse_cache_add(&m, entry, &it);
		parse_cache_end(&m);
		parse_cache_begin(&c, &cache, 0, fio_digest(STR("")));
		struct str less = str_of(entry.s, entry.n - cut);
		bool is = parse_cache_next(&c, less, &a, &ret);
		/* The last text ends long before the status does. */
		assert_int_equal(is, less.s + less.n >= it.title.s + 1);
		parse_cache_close(&c);
	}
}

/* Plain entries in all the ways there are to write one. */
static const char ways[] =
	"schema_version: 3\nitems:\n"
	"- id: WRK-001\n  title: plain:no#comment\n  status: new\n"
	"- id: 'WRK-002'\n  title: \"quoted # too\"\n  status: 'ready'\n"
	"  requires_human_review: false\n  size: ~\n  phase: null\n"
	"- id: WRK-003\n  title: ''\n  status: blocked\n"
	"  blocked_from_status: scoping\n  blocked_type: decision\n"
	"  tags: [a, b c]\n  dependencies:\n  - WRK-001\n  - WRK-002\n"
	"- id: WRK-004\n  title:   spaced  \n  status: done\n  tags: []\n"
	"  description:\n    context: c\n    problem:\n    impact: 'i'\n"
	"  guardrails_accepted:\n    size: large\n    risk: high\n"
	"- id: WRK-005\n  title: caf\xc3\xa9\n  status: in_progress\n"
	"  owner: unknown\n  requires_human_review: true\n  description: d\n";

static void
what_entries_mean_does_not_change_without_a_new_format(void **state)
{
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf cache = {0};
	struct parse_cache_maker m;
	struct parse_cache c;
	char digest[FIO_DIGEST_TEXT];
	struct yaml_outline o;
	size_t plain = 0;

	(void)state;
	assert_int_equal(yaml_outline(STR(ways), STR("items"), &a, &o), 0);
	parse_cache_make(&m, &cache, 0, fio_digest(STR("")));
	for (size_t i = 0; i < o.slices.n; i++) {
		const struct yaml_slice *x = &o.slices.items[i];
		struct str entry = str_of(ways + x->start, x->end - x->start);
		struct item it;
		bool is = item_read_plain(entry, &a, &it) == 0;
		plain += is;
		parse_cache_add(&m, entry, is ? &it : NULL);
	}
	parse_cache_end(&m);
	parse_cache_begin(&c, &cache, 0, fio_digest(STR("")));
	struct str records = str_of(c.bytes.p + c.at, c.end - c.at);
	fio_digest_format(fio_digest(records), digest);
	parse_cache_close(&c);
	/* Another digest: what was kept under this format is read in a new way
	 * by now, so raise FORMAT in parse-cache.c, then change this. */
	assert_string_equal(digest, "xxh3:3ace06c78fad4c438e18d4cc097513b4");
	assert_int_equal(plain, o.slices.n);
}

/* A cache of `entry` alone whose records are these. */
static void
prove_records(struct str entry, struct str records, struct buf *ret)
{
	struct parse_cache_maker m;

	parse_cache_make(&m, ret, entry.n, fio_digest(entry));
	buf_add_str(ret, records);
	parse_cache_end(&m);
}

/* Whatever its values are called; a value without a name is a BUG. */
static void
check_values(const struct field *fields, size_t n, const void *base)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i].kind == FIELD_MAP)
			check_values(fields[i].sub, fields[i].sub_n,
				field_map(&fields[i], base));
		else if (fields[i].kind != FIELD_LIST)
			(void)field_text(&fields[i], base);
}

static bool
is_believed(struct str entry, struct str records, struct arena *a)
{
	CLEANUP_BUF struct buf cache = {0};
	struct parse_cache c;
	struct item it;

	prove_records(entry, records, &cache);
	parse_cache_begin(&c, &cache, entry.n, fio_digest(entry));
	bool is = parse_cache_next(&c, entry, a, &it);
	if (is) {
		assert_non_null(it.id.s);
		assert_non_null(it.title.s);
		check_values(item_fields.fields, item_fields.n, &it);
		assert_true(it.tags.n <= records.n / 2);
		for (size_t i = 0; i < it.tags.n; i++)
			assert_true(it.tags.items[i].s + it.tags.items[i].n <=
				entry.s + entry.n);
	}
	parse_cache_close(&c);
	return is;
}

/* A mistake of ours may have made it: it proves itself all the same. */
static void
records_that_say_what_no_entry_can_are_not_believed(void **state)
{
	struct str entry = STR("- id: WRK-001\n  title: t\n  status: new\n"
			       "  tags: [a, b]\n");
	CLEANUP_ARENA struct arena a = {0};
	CLEANUP_BUF struct buf made = {0}, records = {0};
	struct parse_cache_maker m;
	struct item it = {0};

	(void)state;
	assert_int_equal(item_read_plain(entry, &a, &it), 0);
	parse_cache_make(&m, &made, entry.n, fio_digest(entry));
	size_t start = made.n;
	parse_cache_add(&m, entry, &it);
	buf_add(&records, made.p + start, made.n - start);
	parse_cache_end(&m);
	assert_true(is_believed(entry, buf_str(&records), &a));
	for (size_t i = 0; i < records.n; i++) {
		char was = records.p[i];
		for (int x = 0; x < 256; x++) {
			records.p[i] = (char)x;
			(void)is_believed(entry, buf_str(&records), &a);
		}
		records.p[i] = was;
	}
	/* One byte more than it has to say. */
	records.p[0]++;
	buf_add_char(&records, '\0');
	assert_false(is_believed(entry, buf_str(&records), &a));
}

/* It is so long that it is written in several pieces. */
static void
what_a_save_of_a_long_backlog_leaves_is_believed(void **state)
{
	CLEANUP_BUF struct buf text = {0}, cache = {0};
	CLEANUP_ARENA struct arena a = {0};
	struct parse_cache c;
	struct item it;
	size_t n = 4000, known = 0;

	(void)state;
	buf_add_c(&text, "schema_version: 3\nnext_item_id: 4000\nitems:\n");
	for (size_t i = 1; i <= n; i++)
		buf_addf(&text,
			"- id: WRK-%04zu\n  title: one of many\n"
			"  status: new\n",
			i);
	scratch_put(&f.scratch, "BACKLOG.yaml", buf_str(&text).s);
	begin_again();
	save("one more");
	struct str now = bytes_of("BACKLOG.yaml", &text);
	assert_true(bytes_of(CACHE, &cache).n > 64 << 10);
	parse_cache_begin(&c, &cache, now.n, fio_digest(now));
	for (size_t i = 0; i < n; i++)
		known += parse_cache_next(&c, now, &a, &it);
	assert_true(known > n - 10);
	parse_cache_close(&c);
}

static void
what_has_the_name_of_the_cache_is_left_alone(void **state)
{
	CLEANUP_BUF struct buf text = {0};
	char path[512], other[512];

	(void)state;
	save("a sixth");
	scratch_put(&f.scratch, "mine", "precious");
	assert_int_equal(unlink(scratch_path(&f.scratch, CACHE, path)), 0);
	assert_int_equal(symlink("../mine", path), 0);
	begin_again();
	save("through a link");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
		link(scratch_path(&f.scratch, "mine", other), path), 0);
	begin_again();
	save("through another name");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	begin_again();
	save("over a directory");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	begin_again();
	save("into a pipe");
	assert_string_equal(bytes_of("mine", &text).s, "precious");
	begin_again();
	struct snapshot *s = fixture_load(&f);
	assert_int_equal(s->n, 10);
	snapshot_unref(s);
}

static void
a_short_backlog_has_none(void **state)
{
	CLEANUP_BUF struct buf cache = {0};

	(void)state;
	fixture_close(&f);
	fixture_open(&f, sys_real());
	save("a sixth");
	assert_false(str_is_set(bytes_of(CACHE, &cache)));
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, project_remove)
	const struct CMUnitTest tests[] = {
		EACH(what_a_save_leaves_knows_the_entries_it_left_alone),
		EACH(a_load_believes_a_cache_of_the_very_bytes),
		EACH(a_cache_of_other_bytes_counts_for_nothing),
		EACH(a_cache_that_is_not_whole_counts_for_nothing),
		EACH(records_that_point_elsewhere_are_not_followed),
		EACH(what_entries_mean_does_not_change_without_a_new_format),
		EACH(records_that_say_what_no_entry_can_are_not_believed),
		EACH(what_a_save_of_a_long_backlog_leaves_is_believed),
		EACH(what_has_the_name_of_the_cache_is_left_alone),
		EACH(a_short_backlog_has_none),
	};

	return cmocka_run_group_tests_name("parse_cache", tests, NULL, NULL);
}
