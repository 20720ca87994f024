/* SPDX-License-Identifier: MIT */
#include "logs.h"

#include <sys/wait.h>

#include "fio/crc32c.h"

static struct log_seen seen;

static void
check_crc(const unsigned char *p, size_t n, uint32_t want)
{
	assert_int_equal(fio_crc32c(str_of((const char *)p, n)), want);
}

static void
the_crc_is_that_of_rfc_3720(void **state)
{
	unsigned char p[32] = {0};

	(void)state;
	check_crc(p, 32, 0x8a9136aa);
	memset(p, 0xff, 32);
	check_crc(p, 32, 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		p[i] = (unsigned char)i;
	check_crc(p, 32, 0x46dd794e);
	for (int i = 0; i < 32; i++)
		p[i] = (unsigned char)(31 - i);
	check_crc(p, 32, 0x113fdb5c);
	check_crc((const unsigned char *)"123456789", 9, 0xe3069283);
}

static void
a_record_is_the_line_its_header_says(void **state)
{
	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 2);
	/* From a bitwise CRC in another language. */
	check_str(scratch_get(&s, "log.jsonl"),
		"{\"seq\":1,\"prev\":\"00000000\",\"n\":1,\"crc\":\"26660c51\"}\n"
		"{\"seq\":2,\"prev\":\"26660c51\",\"n\":2,\"crc\":\"fb204957\"}\n");
	log_check_whole(2);
	(void)dir_remove(NULL);
}

static void
several_records_go_in_with_one_call(void **state)
{
	const struct str three[] = {
		STR("\"n\":1"), STR("\"n\":2"), STR("\"n\":3")};
	const struct fio_log_place place = log_place();
	struct problems notes = {0};
	struct fio_log log;

	(void)state;
	(void)dir_make(NULL);
	check_ok(fio_log_open(&log, &place, 0, &notes, &e), &e);
	assert_int_equal(log.last.seq, 0);
	check_ok(fio_log_append(&log, three, 3, &e), &e);
	fio_log_close(&log);
	check_ok(fio_log_open(&log, &place, 0, &notes, &e), &e);
	assert_int_equal(log.last.seq, 3);
	assert_true(str_find(log.last.line, STR("\"n\":3")) < log.last.line.n);
	fio_log_close(&log);
	log_check_whole(3);
	(void)dir_remove(NULL);
}

static void
a_full_file_is_put_aside_and_the_chain_goes_on(void **state)
{
	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 30);
	assert_true(scratch_has(&s, "log-000000000008.jsonl"));
	assert_true(scratch_has(&s, "log-000000000016.jsonl"));
	log_check_whole(30);
	(void)dir_remove(NULL);
}

static void
a_record_that_is_too_long_is_refused(void **state)
{
	const struct fio_log_place place = log_place();
	static char text[FIO_LOG_LINE_MAX];
	struct problems notes = {0};
	struct fio_log log;

	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 1);
	memset(text, 'x', sizeof(text));
	const struct str two[] = {
		STR("\"n\":2"), {.s = text, .n = FIO_LOG_LINE_MAX - 40}};
	check_ok(fio_log_open(&log, &place, 0, &notes, &e), &e);
	check_fails(fio_log_append(&log, two, 2, &e), &e, ERR_LIMIT, "65536");
	fio_log_close(&log);
	log_check_whole(1);
	(void)dir_remove(NULL);
}

/* What stands at the end is moved away, whole, and told. */
static void
check_torn(const char *torn, size_t n)
{
	struct fio_log_place place = log_place();
	struct problems notes = {0};
	CLEANUP_ARENA struct arena a = {0};
	static struct buf all;
	struct str_list names;
	struct fio_dir in;

	(void)dir_make(NULL);
	log_fill(SEGMENT, 3);
	buf_reset(&all);
	buf_add_str(&all, scratch_get(&s, "log.jsonl"));
	buf_add(&all, torn, n);
	scratch_put_bytes(&s, "log.jsonl", all.p, all.n);

	log_read(&seen);
	assert_int_equal(seen.n, 3);
	assert_true(seen.troubles > 0);
	assert_non_null(strstr(seen.first.msg, "log.jsonl:4:1: "));

	check_ok(log_add(&place, 4, &notes), &e);
	assert_int_equal(notes.list.n, 1);
	log_check_whole(4);
	check_ok(fio_dir_open_in(&in, &dir, "quarantine", &e), &e);
	check_ok(fio_dir_list(&in, "log-", &a, &names, &e), &e);
	fio_dir_close(&in);
	assert_int_equal(names.n, 1);
	struct str kept = scratch_get(
		&s, arena_strf(&a, "quarantine/%s", names.items[0].s).s);
	assert_true(str_eq(kept, str_of(torn, n)));
	problems_release(&notes);
	(void)dir_remove(NULL);
}

static void
a_torn_end_goes_into_quarantine(void **state)
{
	static const char zeros[5000];
	static char full[70000];

	(void)state;
	check_torn("{\"seq\":4,\"prev\":\"00", 18);
	check_torn("{", 1);
	check_torn(zeros, sizeof(zeros));
	check_torn("{\"seq\":4,\"prev\":\"00000000\",\"n\":4,"
		   "\"crc\":\"00000000\"}\n",
		51);
	check_torn("\n", 1);
	memset(full, 'x', sizeof(full));
	check_torn(full, sizeof(full));
	full[sizeof(full) - 1] = '\n';
	check_torn(full, sizeof(full));
}

/* The current log, one byte of which is another. */
static void
flip(size_t at, char with)
{
	struct str text = scratch_get(&s, "log.jsonl");

	s.text[at] = with;
	scratch_put_bytes(&s, "log.jsonl", text.s, text.n);
}

static void
damage_in_the_middle_keeps_the_file_and_begins_another(void **state)
{
	struct fio_log_place place = log_place();
	struct problems notes = {0};
	char before[2000];

	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 5);
	flip(80, 'X');
	(void)snprintf(
		before, sizeof(before), "%s", scratch_get(&s, "log.jsonl").s);

	/* The end is well: nobody who only appends looks further. */
	check_ok(log_add(&place, 6, &notes), &e);
	assert_int_equal(notes.list.n, 0);
	place.verify = true;
	check_ok(log_add(&place, 7, &notes), &e);
	assert_int_equal(notes.list.n, 1);
	assert_non_null(strstr(notes.list.items[0].msg, "log.jsonl:2:1: "));

	struct str aside = scratch_get(&s, "log-000000000006.jsonl");
	assert_true(str_starts(aside, str_from(before)));
	log_read(&seen);
	assert_int_equal(seen.troubles, 1);
	assert_int_equal(seen.n, 6);
	assert_int_equal(seen.said[5], 7);
	assert_int_equal(seen.seq[5], 7);
	problems_release(&notes);
	(void)dir_remove(NULL);
}

static void
a_file_without_a_single_record_is_put_aside_too(void **state)
{
	const struct fio_log_place place = log_place();
	struct problems notes = {0};

	(void)state;
	(void)dir_make(NULL);
	scratch_put(&s, "log.jsonl", "what\nis\nthis\n");
	check_ok(log_add(&place, 1, &notes), &e);
	check_ok(log_add(&place, 2, &notes), &e);
	check_str(scratch_get(&s, "log-000000000001.jsonl"), "what\nis\n");
	log_read(&seen);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.said[0], 1);
	assert_int_equal(seen.troubles, 2);
	problems_release(&notes);
	(void)dir_remove(NULL);
}

static void
a_name_that_is_taken_is_not_taken_again(void **state)
{
	const struct fio_log_place place = log_place();
	struct problems notes = {0};

	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 9);
	scratch_put(&s, "log.jsonl", "a\nb\n");
	struct str before = scratch_get(&s, "log-000000000008.jsonl");
	static struct buf kept;
	buf_add_str(&kept, before);
	check_ok(log_add(&place, 10, &notes), &e);
	assert_true(str_eq(
		scratch_get(&s, "log-000000000008.jsonl"), buf_str(&kept)));
	check_str(scratch_get(&s, "log-000000000009.jsonl"), "a\n");
	log_read(&seen);
	assert_int_equal(seen.n, 9);
	assert_int_equal(seen.seq[8], 10);
	assert_int_equal(seen.troubles, 1);
	problems_release(&notes);
	buf_release(&kept);
	(void)dir_remove(NULL);
}

static void
a_change_of_any_byte_is_found_and_hides_no_other_line(void **state)
{
	static const char with[] = {'\0', '\n', ' ', '0', 'A', '}', '\xff'};
	static struct buf good;
	size_t tried = 0;

	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 5);
	buf_reset(&good);
	buf_add_str(&good, scratch_get(&s, "log.jsonl"));
	for (size_t at = 0; at < good.n; at++)
		for (size_t k = 0; k < sizeof(with); k++) {
			size_t line = 0;
			for (size_t i = 0; i < at; i++)
				line += good.p[i] == '\n';
			if (good.p[at] == with[k])
				continue;
			flip(at, with[k]);
			log_read(&seen);
			/* Without its end a line takes the next one along. */
			size_t lost = good.p[at] == '\n' && line < 4 ? 2 : 1;
			if (seen.troubles == 0 || seen.n != 5 - lost)
				fail_msg("byte %zu: %zu lines, %zu troubles",
					at, seen.n, (size_t)seen.troubles);
			scratch_put_bytes(&s, "log.jsonl", good.p, good.n);
			tried++;
		}
	assert_true(tried > 1000);
	log_check_whole(5);
	(void)dir_remove(NULL);
}

/* The lines, in this order, are the file. */
static void
rearrange(const int *lines, size_t n)
{
	static struct buf old, new;

	buf_reset(&old);
	buf_reset(&new);
	buf_add_str(&old, scratch_get(&s, "log.jsonl"));
	for (size_t i = 0; i < n; i++) {
		struct str rest = buf_str(&old), line;
		for (int k = 0; k <= lines[i]; k++)
			assert_true(str_next_line(&rest, &line));
		buf_add_str(&new, line);
		buf_add_char(&new, '\n');
	}
	scratch_put_bytes(&s, "log.jsonl", new.p, new.n);
}

static void
lines_cut_out_moved_or_repeated_are_found(void **state)
{
	static const struct {
		int lines[6];
		size_t n;
		const char *where;
	} cases[] = {
		{{0, 1, 3, 4}, 4,
			"log.jsonl:3:1: record 4 does not follow "
			"record 2"},
		{{0, 2, 1, 3, 4}, 5, "log.jsonl:2:1: "},
		{{0, 1, 1, 2, 3, 4}, 6, "log.jsonl:3:1: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)dir_make(NULL);
		log_fill(SEGMENT, 5);
		rearrange(cases[i].lines, cases[i].n);
		log_read(&seen);
		assert_true(seen.troubles > 0);
		assert_int_equal(seen.n, cases[i].n);
		assert_non_null(strstr(seen.first.msg, cases[i].where));
		(void)dir_remove(NULL);
	}
}

static void
a_record_of_another_log_is_found(void **state)
{
	const struct fio_log_place other = {.dir = &dir, .stem = "other"};
	struct problems notes = {0};
	static struct buf both;

	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 1);
	check_ok(log_add(&other, 7, &notes), &e);
	check_ok(log_add(&other, 8, &notes), &e);
	struct str theirs = scratch_get(&s, "other.jsonl");
	struct str second =
		str_from_at(theirs, str_find_char(theirs, '\n') + 1);
	buf_add_str(&both, second);
	struct str ours = scratch_get(&s, "log.jsonl");
	static struct buf all;
	buf_add_str(&all, ours);
	buf_add_str(&all, buf_str(&both));
	scratch_put_bytes(&s, "log.jsonl", all.p, all.n);
	log_read(&seen);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.seq[1], 2);
	assert_int_equal(seen.troubles, 1);
	buf_release(&both);
	buf_release(&all);
	(void)dir_remove(NULL);
}

static void
a_file_put_aside_that_was_removed_is_missed_only_in_between(void **state)
{
	char path[512];

	(void)state;
	(void)dir_make(NULL);
	log_fill(SEGMENT, 30);
	assert_int_equal(
		unlink(scratch_path(&s, "log-000000000008.jsonl", path)), 0);
	log_read(&seen);
	assert_int_equal(seen.troubles, 0);
	assert_int_equal(seen.n, 22);
	assert_int_equal(
		unlink(scratch_path(&s, "log-000000000024.jsonl", path)), 0);
	log_read(&seen);
	assert_int_equal(seen.troubles, 1);
	assert_int_equal(seen.n, 14);
	(void)dir_remove(NULL);
}

static void
a_reader_goes_on_where_it_was_across_files(void **state)
{
	const struct fio_log_place place = log_place();
	struct fio_log_reader r = {.place = place};
	struct problems notes = {0};

	(void)state;
	(void)dir_make(NULL);
	memset(&seen, 0, sizeof(seen));
	log_read_on(&r, &seen);
	assert_int_equal(seen.n, 0);
	for (int i = 1; i <= 40; i++) {
		check_ok(log_add(&place, i, &notes), &e);
		if (i % 3 == 0 || i > 30) {
			log_read_on(&r, &seen);
			assert_int_equal(seen.n, i);
			assert_int_equal(seen.said[i - 1], i);
		}
	}
	assert_int_equal(seen.troubles, 0);
	fio_log_reader_release(&r);
	(void)dir_remove(NULL);
}

enum { WRITERS = 8, EACH = 60 };

static void
eight_writers_leave_one_chain_without_gaps(void **state)
{
	const struct fio_log_place place = log_place();
	struct fio_log_reader r = {.place = place};
	static struct log_seen live;
	int last[WRITERS] = {0};
	pid_t pids[WRITERS];
	int status;

	(void)state;
	(void)dir_make(NULL);
	memset(&live, 0, sizeof(live));
	for (int w = 0; w < WRITERS; w++) {
		pids[w] = fork();
		if (pids[w] == 0) {
			struct problems notes = {0};
			for (int i = 1; i <= EACH; i++)
				if (log_add(&place, w * 1000 + i, &notes) < 0)
					_exit(1);
			_exit(notes.list.n > 0 ? 2 : 0);
		}
	}
	for (int w = 0; w < WRITERS; w++) {
		log_read_on(&r, &live); /* while they write */
		assert_int_equal(waitpid(pids[w], &status, 0), pids[w]);
		assert_int_equal(status, 0);
	}
	log_read_on(&r, &live);
	fio_log_reader_release(&r);
	log_read(&seen);
	assert_int_equal(seen.troubles, 0);
	assert_int_equal(seen.n, WRITERS * EACH);
	for (size_t i = 0; i < seen.n; i++) {
		assert_int_equal(seen.seq[i], i + 1);
		assert_int_equal(
			seen.said[i] % 1000, ++last[seen.said[i] / 1000]);
	}
	assert_int_equal(live.troubles, 0);
	assert_int_equal(live.n, seen.n);
	(void)dir_remove(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_crc_is_that_of_rfc_3720),
		cmocka_unit_test(a_record_is_the_line_its_header_says),
		cmocka_unit_test(several_records_go_in_with_one_call),
		cmocka_unit_test(
			a_full_file_is_put_aside_and_the_chain_goes_on),
		cmocka_unit_test(a_record_that_is_too_long_is_refused),
		cmocka_unit_test(a_torn_end_goes_into_quarantine),
		cmocka_unit_test(
			damage_in_the_middle_keeps_the_file_and_begins_another),
		cmocka_unit_test(
			a_file_without_a_single_record_is_put_aside_too),
		cmocka_unit_test(a_name_that_is_taken_is_not_taken_again),
		cmocka_unit_test(a_record_of_another_log_is_found),
		cmocka_unit_test(
			a_change_of_any_byte_is_found_and_hides_no_other_line),
		cmocka_unit_test(lines_cut_out_moved_or_repeated_are_found),
		cmocka_unit_test(
			a_file_put_aside_that_was_removed_is_missed_only_in_between),
		cmocka_unit_test(a_reader_goes_on_where_it_was_across_files),
		cmocka_unit_test(eight_writers_leave_one_chain_without_gaps),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
