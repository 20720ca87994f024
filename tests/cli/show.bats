# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	backlog "$(item WRK-001 blocked 'phase: build' 'size: small' \
		'requires_human_review: true' 'blocked_reason: which way?' \
		'blocked_from_status: in_progress' 'tags: [ui, export]' \
		'dependencies: [WRK-002]' \
		'description: { context: "one\n\n  two", problem: "the old way" }' \
		'guardrails_accepted: { risk: high }')" \
		"$(item WRK-002 ready)"
}

@test "show says what is not there below what is" {
	fails 4 weir show WRK-002 WRK-009 WRK-001
	[[ ${lines[0]} == WRK-002* ]] || explain "the first item first"
	[[ $output == *"no item 'WRK-009'"*"WRK-001  Title"* ]] ||
		explain "in the order asked"
}

@test "show prints every field that the item has" {
	succeeds weir show WRK-001
	[ "${lines[0]}" = "WRK-001  Title of WRK-001" ]
	says "  status                 blocked"
	says "  requires_human_review  true"
	says "  blocked_reason         which way?"
	says "  tags                   ui, export"
	says "  dependencies           WRK-002"
	says "    context              one"
	says "                           two"
	says "    problem              the old way"
	says "    risk                 high"
	never_says impact
	never_says null
}

@test "show prints several items, --json one a line" {
	succeeds weir show WRK-002 WRK-001
	[ "${lines[0]}" = "WRK-002  Title of WRK-002" ]
	says "WRK-001  Title of WRK-001"
	succeeds weir show WRK-002 WRK-001 --json
	[ "${#lines[@]}" -eq 2 ]
	[ "$(jq -r .id <<<"${lines[1]}")" = WRK-001 ]
	[ "$(jq -r .guardrails_accepted.risk <<<"${lines[1]}")" = high ]
}

@test "show: an id that is not there is named, with the nearest one" {
	fails 4 weir show WRK-003
	says "there is no item 'WRK-003'; did you mean 'WRK-00"
	fails 4 weir show wrk-001
	says "did you mean 'WRK-001'?"
	fails 4 weir show ZZZZZZZZZZ
	says "there is no item 'ZZZZZZZZZZ'"
	never_says "did you mean"
}

@test "an item that is there and cannot be read is not said to be missing" {
	local command

	sed -i '0,/status: blocked/s//status: blokced/' BACKLOG.yaml
	for command in show explain; do
		fails 3 weir "$command" WRK-001
		says "'WRK-001' is not among the sound items of the backlog"
		says "BACKLOG.yaml:6:13: 'status': 'blokced'"
		never_says "there is no item"
		never_says "did you mean 'WRK-002'"
	done
	fails 3 weir show WRK-001 --json
	says '"code":"missing","message":"'"'WRK-001' is not among"
}

@test "show: the others are shown all the same" {
	run --separate-stderr weir show WRK-009 WRK-002 --json
	exits 4
	[ "$(jq -r .id <<<"${lines[0]}")" = WRK-002 ]
	[ "$(jq -r '.errors[0].code' <<<"${lines[1]}")" = missing ]
	[[ $stderr == *"there is no item 'WRK-009'"* ]]
}

@test "show: an item that was archived is said to be" {
	backlog "$(going WRK-001)"
	succeeds weir run
	fails 4 weir show WRK-001
	says "no longer in the backlog: it is done; 'weir archive show"
}

@test "show wraps long text at the terminal's width" {
	sed -i 's/the old way/many words and more of them until no line can hold them all/' BACKLOG.yaml
	on_terminal 50 weir show WRK-001 --no-color
	exits 0
	[ "$(wc -L <screen.lines)" -le 50 ]
	says "until"
}

@test "in a narrow terminal a long value stands below its name" {
	on_terminal 40 weir show WRK-002 --no-color
	grep -qx '  status                 ready' screen.lines ||
		explain "a short one beside it"
	grep -qx '      2026-11-01T10:00:00Z' screen.lines ||
		explain "a time stamp below it"
	[ "$(wc -L <screen.lines)" -le 40 ]
}
