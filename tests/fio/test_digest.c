/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "fio/digest.h"
#include "fio/sum.h"

/* Published vectors; XXH3's empty one is of its reference implementation. */
static void
digests_are_what_everybody_else_computes(void **state)
{
	char text[WIO_DIGEST_SIZE];

	(void)state;
	wio_digest(WIO_SHA256, "", 0, text);
	assert_string_equal(text,
		"sha256:e3b0c44298fc1c149afbf4c8996fb924"
		"27ae41e4649b934ca495991b7852b855");
	wio_digest(WIO_SHA256, "abc", 3, text);
	assert_string_equal(text,
		"sha256:ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad");
	wio_digest(WIO_XXH3, "", 0, text);
	assert_string_equal(text, "xxh3:99aa06d3014798d86001c324468d497f");
}

static void
both_headers_write_xxh3_alike(void **state)
{
	char one[WIO_DIGEST_SIZE], other[FIO_DIGEST_TEXT];

	(void)state;
	wio_digest(WIO_XXH3, "weir", 4, one);
	fio_digest_format(fio_digest(STR("weir")), other);
	assert_string_equal(one, other);
}

static void
text_of_either_kind_is_read_back(void **state)
{
	(void)state;
	for (int k = 0; k < FIO_SUM_KINDS; k++) {
		char text[WIO_DIGEST_SIZE];
		struct fio_sum sum = fio_sum((enum wio_digest_kind)k, STR("x"));
		struct fio_sum back;
		fio_sum_format(sum, text);
		assert_true(fio_sum_parse(str_from(text), &back));
		assert_true(fio_sum_eq(sum, back));
	}
}

static void
digests_of_different_kinds_are_never_equal(void **state)
{
	struct fio_sum a = {.kind = WIO_XXH3}, b = {.kind = WIO_SHA256};

	(void)state;
	assert_false(fio_sum_eq(a, b));
}

static void
text_that_is_not_a_digest_is_refused(void **state)
{
	static const char *const bad[] = {"", "xxh3:", "xxh3",
		"99aa06d3014798d86001c324468d497f",
		"xxh3:99aa06d3014798d86001c324468d497",
		"xxh3:99aa06d3014798d86001c324468d497f0",
		"xxh3:99AA06d3014798d86001c324468d497f",
		"xxh3:99aa06d3014798d86001c324468d497g",
		" xxh3:99aa06d3014798d86001c324468d497f",
		"md5:99aa06d3014798d86001c324468d497f",
		"sha256:99aa06d3014798d86001c324468d497f",
		"tokens:rust-1:99aa06d3014798d86001c324468d497f"};
	struct fio_sum s;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(fio_sum_parse(str_from(bad[i]), &s));
}

static void
pieces_give_the_digest_of_the_whole(void **state)
{
	static char bytes[100000];

	(void)state;
	srand(1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)rand();
	for (int k = 0; k < FIO_SUM_KINDS; k++) {
		enum wio_digest_kind kind = (enum wio_digest_kind)k;
		struct fio_summing s;
		fio_summing_init(&s, kind);
		for (size_t at = 0; at < sizeof(bytes);) {
			size_t n = (size_t)rand() % 3000;
			if (n > sizeof(bytes) - at)
				n = sizeof(bytes) - at;
			fio_summing_add(&s, str_of(bytes + at, n));
			at += n;
		}
		assert_true(fio_sum_eq(fio_summing_end(&s),
			fio_sum(kind, str_of(bytes, sizeof(bytes)))));
	}
}

static void
tracking_ids_are_those_of_the_published_vectors(void **state)
{
	static const char text[] = "fn a () { }";
	static const uint8_t nil[16];
	char id[37];

	(void)state;
	wio_tracking_id(NULL, "/w/a.rs", text, sizeof(text) - 1, id);
	assert_string_equal(id, "99bc0d9b-f73f-5d04-997b-d7c0ac7cde3c");
	wio_tracking_id(nil, "/w/a.rs", text, sizeof(text) - 1, id);
	assert_string_equal(id, "69b7d804-af6d-595a-859b-4d47e1e5a335");
	wio_tracking_id(NULL, "/w/b.rs", text, sizeof(text) - 1, id);
	assert_string_equal(id, "6cf195af-17dc-5d67-b37a-fa17bccb210b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_what_everybody_else_computes),
		cmocka_unit_test(both_headers_write_xxh3_alike),
		cmocka_unit_test(text_of_either_kind_is_read_back),
		cmocka_unit_test(digests_of_different_kinds_are_never_equal),
		cmocka_unit_test(text_that_is_not_a_digest_is_refused),
		cmocka_unit_test(pieces_give_the_digest_of_the_whole),
		cmocka_unit_test(
			tracking_ids_are_those_of_the_published_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
