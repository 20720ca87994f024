/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "plan/guardrail.h"

static const struct guardrail_levels limits = {
	SIZE_MEDIUM, LEVEL_MEDIUM, LEVEL_LOW};

static void
what_is_above_a_limit_is_named(void **state)
{
	static const struct {
		struct item it;
		const char *why; /* NULL: allowed */
	} cases[] = {
		{{.status = STATUS_NEW}, NULL},
		{{.size = SIZE_MEDIUM,
			 .complexity = LEVEL_MEDIUM,
			 .risk = LEVEL_LOW},
			NULL},
		{{.impact = LEVEL_HIGH}, NULL},
		{{.size = SIZE_LARGE}, "size large is above medium"},
		{{.complexity = LEVEL_HIGH}, "complexity high is above medium"},
		{{.risk = LEVEL_MEDIUM}, "risk medium is above low"},
		{{.size = SIZE_LARGE, .risk = LEVEL_HIGH},
			"size large is above medium, risk high is above low"},
		{{.risk = LEVEL_HIGH, .guardrails_accepted.risk = LEVEL_HIGH},
			NULL},
		{{.risk = LEVEL_HIGH, .guardrails_accepted.risk = LEVEL_MEDIUM},
			"risk high is above medium"},
		{{.risk = LEVEL_HIGH, .guardrails_accepted.size = SIZE_LARGE},
			"risk high is above low"},
		{{.size = SIZE_MEDIUM, .guardrails_accepted.size = SIZE_SMALL},
			NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf why = {0};
		bool allowed = guardrail_allows(&limits, &cases[i].it, &why);
		assert_int_equal(allowed, cases[i].why == NULL);
		assert_int_equal(
			guardrail_allows(&limits, &cases[i].it, NULL), allowed);
		check_str(buf_str(&why),
			cases[i].why != NULL ? cases[i].why : "");
		buf_release(&why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_above_a_limit_is_named),
	};

	return cmocka_run_group_tests_name("guardrail", tests, NULL, NULL);
}
