# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	backlog "$(item WRK-001 blocked 'size: large' 'risk: high' \
		'blocked_reason: which way?' 'blocked_type: clarification' \
		'blocked_from_status: ready')" "$(item WRK-002 ready)"
}

@test "unblock puts an item back where it came from" {
	succeeds weir unblock WRK-001
	[ "$output" = "unblocked WRK-001; it is ready again" ]
	succeeds weir show WRK-001 --json
	output_is .status ready
	output_is .blocked_reason null
}

@test "unblock --notes are in the next prompt" {
	succeeds weir unblock WRK-001 --notes "the left one" --json
	[ "$output" = '{"id":"WRK-001","status":"ready"}' ]
	succeeds weir show WRK-001 --json
	output_is .unblock_context "the left one"
}

@test "unblock --accept-risk lets it pass the guardrails as it is" {
	run weir run --target WRK-001
	never_asked
	weir unblock WRK-001
	fails 6 weir run --target WRK-001
	never_asked
	succeeds weir unblock WRK-001 --accept-risk
	succeeds weir run --target WRK-001
	has asked WRK-001
}

@test "unblock: an item that is not blocked is in conflict with that" {
	untouched BACKLOG.yaml weir unblock WRK-002
	exits 5
	says "'WRK-002' is ready: it is not blocked"
}

@test "unblock: an unknown id is not found" {
	fails 4 weir unblock WRK-003
	says "did you mean"
}
