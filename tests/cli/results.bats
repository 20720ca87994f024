# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

# An agent's result is read strictly; what is not one fails the attempt, with
# the reason, and nothing else happens.

prepare() {
	project
	backlog "$(going WRK-001)"
}

# rejected REASON: what ./agent.sh leaves now.
rejected() {
	run weir run --json
	exits 6
	[ "$(jq -r 'select(.event == "phase_ended").outcome' <<<"$output")" = \
		given_up ] || explain "the outcome"
	jq -r 'select(.event == "phase_ended").reason' <<<"$output" |
		grep -qF "$1" || explain "expected the reason '$1'"
	succeeds weir show WRK-001 --json
	output_is .status blocked
	output_is .phase build
	jq -r .blocked_reason <<<"$output" | grep -qF "$1" ||
		explain "expected to be blocked for '$1'"
}

# leaves COMMAND: an agent that makes its result with this.
leaves() {
	script agent.sh <<-END
		#!/bin/sh
		cat >/dev/null
		$1
	END
}

good='{"item_id":"WRK-001","phase":"build","result":"phase_complete","summary":"did it"}'

@test "a result that is in order" {
	reports "$good"
	succeeds weir run
	says "everything is done"
}

@test "no result" {
	leaves ':'
	rejected "is not there"
}

@test "a torn result" {
	reports "${good:0:40}"
	rejected "is not valid JSON"
}

@test "an empty result" {
	reports ''
	rejected "is empty"
}

@test "a result with something after it" {
	reports "$good x"
	rejected "is not valid JSON"
}

@test "a result that is too large" {
	leaves 'head -c 2000000 /dev/zero | tr "\0" x >"$WEIR_RESULT"'
	rejected "1048576"
}

@test "a result that is not UTF-8" {
	reports "${good/did/d$(printf '\xff')d}"
	rejected "not valid UTF-8"
}

@test "a result of another item" {
	reports "${good/WRK-001/WRK-002}"
	rejected "is about item 'WRK-002', not 'WRK-001'"
}

@test "a result of another phase" {
	reports "${good/build/plan}"
	rejected "is about phase 'plan', not 'build'"
}

@test "a result with an unknown code" {
	reports "${good/phase_complete/finished}"
	rejected "'finished'"
}

@test "a result without a summary" {
	reports '{"item_id":"WRK-001","phase":"build","result":"phase_complete"}'
	rejected "'summary' is missing"
}

@test "a FIFO in place of a result does not hang the run" {
	leaves 'mkfifo "$WEIR_RESULT"'
	rejected "not a regular file"
}

@test "a symlink in place of a result is not followed" {
	reports "$good"
	mv report.json ../outside.json
	leaves 'ln -s "$WEIR_ROOT/../outside.json" "$WEIR_RESULT"'
	rejected "symbolic link"
}

@test "a directory in place of a result" {
	leaves 'mkdir "$WEIR_RESULT"'
	rejected "not a regular file"
}

@test "a result with a second name" {
	reports "$good"
	leaves 'ln report.json "$WEIR_RESULT"'
	rejected "hard links"
}

@test "a failure an agent reports is its reason" {
	reports "${good/phase_complete\",\"summary/failed\",\"context\":\"the tests hang\",\"summary}"
	run weir run
	exits 6
	succeeds weir show WRK-001 --json
	output_is .status blocked
	output_is '.blocked_reason | contains("the tests hang")' true
}

@test "a question an agent asks blocks the item" {
	reports "${good/phase_complete\",\"summary/blocked\",\"blocked_type\":\"clarification\",\"context\":\"which way?\",\"summary}"
	run weir run
	exits 6
	says "which way?"
	says "next: weir explain WRK-001"
	succeeds weir show WRK-001 --json
	output_is .blocked_type clarification
	output_is .blocked_from_status in_progress
}

@test "what else an agent found becomes an item" {
	reports "${good%\}},\"follow_ups\":[\"Mend the door\"]}"
	succeeds weir run --cap 1
	succeeds weir list --json
	output_is '.[0].title' "Mend the door"
	output_is '.[0].origin' "WRK-001/build"
}

@test "a failed attempt is repeated, with its reason in the next prompt" {
	sed -i 's/max_retries: 0/max_retries: 1/' weir.yaml
	script agent.sh <<-'END'
		#!/bin/sh
		cat >"$WEIR_ROOT/prompt.$WEIR_ATTEMPT"
		[ "$WEIR_ATTEMPT" = 2 ] || exit 0
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it"}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
	succeeds weir run
	says "failed after"
	says "attempt 2 of 2"
	has prompt.2 "is not there"
}

@test "a result of another run is a failed attempt that says so" {
	reports '{"item_id":"WRK-001","phase":"build","run_id":"r20200101-000000-00000000","result":"phase_complete","summary":"old"}'
	backlog "$(going WRK-001)"
	fails 6 weir run
	says "is about run 'r20200101-000000-00000000', not 'r2"
	succeeds weir show WRK-001 --json
	output_is .status blocked
}
