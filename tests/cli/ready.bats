# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
}

@test "ready shows what a run would start, then what waits and why" {
	backlog "$(item WRK-001 ready 'impact: low')" \
		"$(item WRK-002 ready 'impact: high')" \
		"$(item WRK-003 new 'dependencies: [WRK-001]')" \
		"$(item WRK-004 blocked 'blocked_reason: no')" \
		"$(item WRK-005 "done")"
	succeeds weir ready --json
	output_is '[.[] | [.id, .starts, .verdict] | join(" ")] | join("|")' \
		"WRK-002 true chosen|WRK-001 false wip|WRK-003 false depends"
	succeeds weir ready
	says "waits for WRK-001 (ready)"
	[ "$(awk 'NR > 1 { print $1, $2 }' <<<"$output")" = \
		"WRK-002 starts
WRK-001 waits
WRK-003 waits" ]
	succeeds weir run --cap 1
	[ "$(cat asked)" = "WRK-002 build 1" ]
}

@test "ready: what a guardrail would block is said to be blocked" {
	backlog "$(item WRK-001 ready 'risk: high')"
	succeeds weir ready
	says "blocks"
	says "risk high is above low"
}

@test "ready: when nothing can start it says what to do" {
	succeeds weir ready
	says "Next: weir add"
	backlog "$(item WRK-001 blocked 'blocked_reason: no')"
	succeeds weir ready
	says "1 item waits for a person. Next: weir list --status blocked"
	succeeds weir ready --json
	[ "$output" = '[]' ]
}

@test "ready, explain and dep tree: what cannot be read is not called not found" {
	backlog "$(item WRK-001 ready 'dependencies: [WRK-002]')" \
		"$(item WRK-002 readi)"
	for command in ready "explain WRK-001" "dep tree"; do
		# shellcheck disable=SC2086
		fails 3 weir $command
		says "not among what can be read"
		never_says "not found"
	done
	fails 3 weir explain WRK-001
	says "next: weir doctor"
	run --separate-stderr weir explain WRK-001 --json
	[ "$(head -n 1 <<<"$output" | jq -r .verdict)" = depends ]
	run --separate-stderr weir dep tree --json
	[ "$(head -n 1 <<<"$output" | jq -r '.[1].state')" = unread ]
	sed -i 's/readi/ready/; s/WRK-002]/WRK-003]/' BACKLOG.yaml
	succeeds weir ready
	says "waits for WRK-003 (not found)"
}

@test "ready shows every sound item of a backlog with mistakes" {
	backlog "$(item WRK-001 ready)" "$(item WRK-002 readi)"
	fails 3 weir ready
	says "WRK-001"
	says "BACKLOG.yaml:"
}
