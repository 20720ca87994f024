# SPDX-License-Identifier: MIT
# What people decide about an item holds, though an agent is at work on it: the
# outcome of the run moves nothing, repeats nothing and brings nothing back.

bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
	acts <<-'END'
		tell begun
		hear
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it","updated_assessments":{"impact":"high"},"follow_ups":["More of it"]}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
	backlog "$(going WRK-001)" "$(item WRK-002 blocked 'blocked_reason: no')"
}

# meanwhile COMMAND...: while the agent of WRK-001 is at work; then it ends,
# and so does the run.
meanwhile() {
	starts --cap 1
	hears
	succeeds "$@"
	proceed
	ends 0
	asked WRK-001.1
}

archived() {
	jq -rs '[.[] | .id + " " + .how] | join(",")' BACKLOG_ARCHIVE.jsonl
}

@test "closed in mid-phase: it stays closed, its follow-ups are filed" {
	meanwhile weir close WRK-001 -m "not worth it"
	[ "$(archived)" = "WRK-001 closed" ]
	lacks BACKLOG.yaml "id: WRK-001"
	[ "$(grep -c 'title: More of it' BACKLOG.yaml)" -eq 1 ]
	lacks BACKLOG.yaml applied
}

@test "completed in mid-phase: it is archived once" {
	meanwhile weir complete WRK-001
	[ "$(archived)" = "WRK-001 done" ]
	lacks BACKLOG.yaml "id: WRK-001"
}

@test "merged in mid-phase: it stays merged" {
	meanwhile weir merge WRK-001 into WRK-002
	[ "$(archived)" = "WRK-001 merged" ]
	succeeds weir show WRK-002 --json
	output_is '[.status, .impact // "unset"] | join(" ")' "blocked unset"
}

@test "blocked in mid-phase: it stays blocked, with the person's reason" {
	meanwhile weir block WRK-001 "wait a moment"
	succeeds weir show WRK-001 --json
	output_is '[.status, .blocked_reason, .phase, .impact // "unset"]
		| join("|")' "blocked|wait a moment|build|unset"
}

@test "set, tagged and given a dependency in mid-phase: both are kept" {
	starts --cap 1
	hears
	succeeds weir set WRK-001 risk=low title="A better title"
	succeeds weir tag add WRK-001 urgent
	succeeds weir dep add WRK-001 WRK-002
	proceed
	ends 0
	[ "$(archived)" = "WRK-001 done" ]
	succeeds weir archive show WRK-001 --json
	output_is '.item | [.title, .risk, .impact, .tags[0], .dependencies[0]]
		| join("|")' "A better title|low|high|urgent|WRK-002"
}
