/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

/* cmocka with its prerequisites, and checks that speak weir's types. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "base/str.h"

/* "got" against "expected", both shown when they differ. */
#define check_str(got, expected)                                          \
	do {                                                              \
		struct str check_got = (got);                             \
		const char *check_want = (expected);                      \
		if (!str_eq_c(check_got, check_want))                     \
			fail_msg("got '%.*s'%s, expected '%s'",           \
				STR_ARG(check_got),                       \
				str_is_set(check_got) ? "" : " (absent)", \
				check_want);                              \
	} while (0)

/* The call returned 0; shows the error's message when not. */
#define check_ok(call, e)                                    \
	do {                                                 \
		if ((call) < 0)                              \
			fail_msg("%s: %s", #call, (e)->msg); \
	} while (0)

/* The call failed with this code and a message that holds `text`. */
#define check_fails(call, e, want_code, text)                        \
	do {                                                         \
		if ((call) >= 0)                                     \
			fail_msg("%s: did not fail", #call);         \
		if ((e)->code != (want_code) ||                      \
			strstr((e)->msg, (text)) == NULL)            \
			fail_msg("%s: failed with %s, '%s'", #call,  \
				err_code_name((e)->code), (e)->msg); \
	} while (0)

#endif
