# SPDX-License-Identifier: MIT
# block, complete, close, merge and archive: what people decide about an item.

bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	backlog "$(item WRK-001 ready)" \
		"$(item WRK-002 new 'dependencies: [WRK-001]')" \
		"$(item WRK-003 blocked 'blocked_reason: no' \
			'blocked_from_status: scoping')" \
		"$(going WRK-004)" "$(item WRK-005 "done")"
}

ids() {
	weir list --all --json | jq -r '[.[].id] | sort | join(" ")'
}

archived() { # FILTER
	jq -rs "$1" BACKLOG_ARCHIVE.jsonl
}

@test "block holds an item back, with reason and type" {
	succeeds weir block WRK-004 "which way?" --type clarification
	[ "$output" = "blocked WRK-004, which was in_progress: which way?" ]
	succeeds weir show WRK-004 --json
	output_is '[.status, .blocked_type, .blocked_from_status, .phase]
		| join(" ")' "blocked clarification in_progress build"
	succeeds weir block WRK-001 no --json
	[ "$output" = '{"id":"WRK-001","status":"blocked","from":"ready","reason":"no"}' ]
	succeeds weir unblock WRK-004
	says "it is in_progress again"
}

@test "block: what cannot be" {
	untouched BACKLOG.yaml weir block WRK-003 again
	exits 5
	says "'WRK-003' is blocked"
	fails 5 weir block WRK-005 late
	fails 2 weir block WRK-001 ' '
	says "the reason is blank"
	fails 2 weir block WRK-001 why --type mood
	says "not one of clarification or decision"
	fails 4 weir block WRK-006 why
}

@test "complete takes items as done from wherever they are" {
	succeeds weir complete WRK-001 WRK-003 WRK-004 WRK-005 -m "by hand"
	says "completed WRK-001  Title of WRK-001"
	[ "$(ids)" = WRK-002 ]
	[ "$(archived '[.[] | .id + " " + .how] | join(",")')" = \
		"WRK-001 done,WRK-003 done,WRK-004 done,WRK-005 done" ]
	has _worklog/*.md "by hand"
	succeeds weir explain WRK-002
	never_says "waits for"
}

@test "complete --json names who waited" {
	succeeds weir complete WRK-001 --json
	[ "$output" = '{"id":"WRK-001","how":"done","dependents":["WRK-002"]}' ]
}

@test "close takes items out and says who waits in vain" {
	succeeds weir close WRK-001 WRK-001 -m "not worth it"
	says "closed WRK-001  Title of WRK-001"
	says "'WRK-002' waits for 'WRK-001', which will not be done; next: weir dep rm WRK-002 WRK-001"
	[ "$(archived '[.[] | .id, .how, .reason] | join("|")')" = \
		"WRK-001|closed|not worth it" ]
	has _worklog/*.md "not worth it"
	succeeds weir dep rm WRK-002 WRK-001
	succeeds weir close WRK-003 --json
	[ "$output" = '{"id":"WRK-003","how":"closed","dependents":[]}' ]
}

@test "complete and close take all of the items or none" {
	for verb in complete close; do
		untouched BACKLOG.yaml weir $verb WRK-001 WRK-006 WRK-007
		exits 4
		says "'WRK-006'"
		says "'WRK-007'"
		[ ! -e BACKLOG_ARCHIVE.jsonl ]
	done
	untouched BACKLOG.yaml weir close WRK-001 WRK-005
	exits 5
	says "'WRK-005' is done; 'weir complete WRK-005' archives it"
}

@test "complete and close: words that are no ids belong behind -m, said once" {
	for verb in complete close; do
		untouched BACKLOG.yaml weir $verb WRK-001 because it\'s old
		exits 2
		[ "${#lines[@]}" -eq 1 ] || explain "one line"
		says "'because' is no id; did you mean weir $verb WRK-001 -m 'TEXT'?"
	done
	untouched BACKLOG.yaml weir close WRK-001 WRK-006 because
	exits 2
	says "weir close WRK-001 WRK-006 -m 'TEXT'"
	# What may be meant for an id is looked up.
	fails 4 weir close because
	says "there is no item 'because'"
	fails 4 weir close WRK-001 WRK-0O2
	says "there is no item 'WRK-0O2'"
	backlog "$(item WRK-001 ready)" "$(item because ready)"
	succeeds weir close WRK-001 because
}

@test "what has left is not found, and it is said how it left" {
	weir close WRK-001
	fails 4 weir complete WRK-001
	says "it is closed; 'weir archive show WRK-001'"
}

@test "merge re-points who waited and keeps what was said" {
	weir set WRK-001 description.context="all about it"
	succeeds weir merge WRK-001 into WRK-004
	[ "$output" = "merged WRK-001 into WRK-004; now waiting for that: WRK-002" ]
	succeeds weir show WRK-004 WRK-002 --json
	output_is 'select(.id == "WRK-004").description.context' \
		"[Merged from WRK-001] Title: Title of WRK-001
Context: all about it"
	output_is 'select(.id == "WRK-002").dependencies[0]' WRK-004
	succeeds weir merge WRK-004 WRK-003 --json
	[ "$output" = '{"id":"WRK-004","into":"WRK-003","dependents":["WRK-002"]}' ]
	[ "$(archived '[.[] | .id + " " + .into] | join(",")')" = \
		"WRK-001 WRK-004,WRK-004 WRK-003" ]
}

@test "merge: what cannot be" {
	untouched BACKLOG.yaml weir merge WRK-001 WRK-001
	exits 5
	says "into itself"
	fails 5 weir merge WRK-001 WRK-005
	says "is done"
	fails 4 weir merge WRK-001 WRK-006
	fails 2 weir merge WRK-001 and WRK-002
	weir dep add WRK-003 WRK-002
	untouched BACKLOG.yaml weir merge WRK-001 into WRK-003
	exits 5
	says "'WRK-003' would wait for itself: WRK-002 -> WRK-003 -> WRK-002"
}

@test "archive list says that nothing has left" {
	backlog "$(item WRK-001 new)"
	succeeds weir archive list
	[ "$output" = "Nothing has left the backlog." ]
	succeeds weir archive list --json
	[ "$output" = "[]" ]
	echo damaged >BACKLOG_ARCHIVE.jsonl
	fails 3 weir archive list
	never_says "Nothing has left"
}

@test "archive list and show have what left" {
	succeeds weir archive list
	[ "$output" = "Nothing has left the backlog." ]
	weir set WRK-001 size=large
	weir close WRK-001 -m "not worth it"
	weir merge WRK-002 into WRK-004
	succeeds weir archive list
	says "not worth it"
	says "into WRK-004"
	succeeds weir archive list --json
	output_is '[.[] | .id + " " + .how] | join(",")' \
		"WRK-001 closed,WRK-002 merged"
	succeeds weir archive show WRK-001
	says "size                   large"
	says "not worth it"
	succeeds weir archive show WRK-001 WRK-002 --json
	output_is '[.id, .into, .item.title] | join("|")' \
		"WRK-001||Title of WRK-001
WRK-002|WRK-004|Title of WRK-002"
	fails 4 weir archive show WRK-003
	says "'weir show WRK-003' shows it"
	fails 4 weir archive show WRK-999
	says "weir archive list"
}

@test "archive: damaged lines are named by number, the rest is shown" {
	weir close WRK-001
	echo '{"id":"WRK-0' >>BACKLOG_ARCHIVE.jsonl
	weir close WRK-002
	fails 3 weir archive list
	says "BACKLOG_ARCHIVE.jsonl:2:"
	says "Title of WRK-001"
	says "Title of WRK-002"
	fails 3 weir archive show WRK-002
	says "Title of WRK-002"
	run --separate-stderr weir archive list --json
	[ "$(head -n 1 <<<"$output" | jq -r length)" = 2 ]
}

@test "archive: an item that is still in the backlog has not left" {
	cp BACKLOG.yaml before
	weir close WRK-001
	cp before BACKLOG.yaml
	succeeds weir archive list
	[ "$output" = "Nothing has left the backlog." ]
	succeeds weir close WRK-001
	succeeds weir archive list --json
	output_is length 1
}

@test "archive: what git put back and took away again has left" {
	echo BACKLOG_ARCHIVE.jsonl >.gitignore
	repository
	weir close WRK-001 -m "no use"
	git stash -q
	weir add another
	has BACKLOG_ARCHIVE.jsonl '"how":"stayed"'
	succeeds weir archive list
	[ "$output" = "Nothing has left the backlog." ]
	git checkout -q BACKLOG.yaml
	git stash pop -q
	succeeds weir archive show WRK-001
	says "no use"
	weir explain WRK-002 >explained
	has explained "closed"
	weir doctor >found || true
	lacks found "neither in the backlog nor in the archive"
	git stash -q
	weir add another
	succeeds weir show WRK-001
}

@test "archive is shown even when the backlog cannot be read" {
	weir close WRK-001
	echo 'items: [' >>BACKLOG.yaml
	fails 3 weir archive list
	says "Title of WRK-001"
	says "BACKLOG.yaml:"
}
