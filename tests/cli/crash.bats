# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load watch

# The first agent tells its process ids and waits; every later one works.
prepare() {
	project
	mkfifo started
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		echo "$WEIR_ITEM_ID $WEIR_RUN_ID" >>"$WEIR_ROOT/asked"
		if [ "$(wc -l <"$WEIR_ROOT/asked")" = 1 ]; then
			tail -f /dev/null &
			echo "$$ $!" >"$WEIR_ROOT/started"
			wait
		fi
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it"}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
	backlog "$(going WRK-001)"
}

@test "SIGINT ends the agent and all it started, and saves" {
	weir run >out 2>&1 3>&- &
	local weir=$! status=0
	told started
	kill -INT $weir
	wait $weir || status=$?
	[ $status -eq 130 ] || explain "$status: $(cat out)"
	# shellcheck disable=SC2086
	gone $said
	has out "interrupted"
	succeeds weir show WRK-001 --json
	output_is .status in_progress
	output_is .phase build
}

@test "after SIGINT the next run goes on, and no attempt was spent" {
	weir run >out 2>&1 3>&- &
	local weir=$!
	told started
	kill -INT $weir
	wait $weir || true
	succeeds weir run --json
	[ "$(jq -r 'select(.event == "phase_started").attempt' <<<"$output")" = 1 ]
	says '"halt":"done"'
}

@test "SIGTERM ends a run like SIGINT" {
	weir run >out 2>&1 3>&- &
	local weir=$! status=0
	told started
	kill -TERM $weir
	wait $weir || status=$?
	[ $status -eq 143 ] || explain "$status: $(cat out)"
	# shellcheck disable=SC2086
	gone $said
}

@test "after kill -9 in mid-phase the next run goes on" {
	weir run >out 2>&1 3>&- &
	local weir=$!
	told started
	kill -9 $weir
	wait $weir || true
	succeeds weir run
	says "WRK-001 build taken up again"
	says "everything is done"
	# shellcheck disable=SC2086
	gone $said
	[ "$(wc -l <asked)" -eq 2 ]
	[ "$(grep -c '"WRK-001"' BACKLOG_ARCHIVE.jsonl)" -eq 1 ]
	succeeds weir list --all --json
	[ "$output" = '[]' ]
}

@test "after kill -9 nothing of it is left behind but its records" {
	weir run >out 2>&1 3>&- &
	local weir=$!
	told started
	kill -9 $weir
	wait $weir || true
	weir run
	[ -z "$(find . -maxdepth 1 -name '.*' -type f)" ] || {
		ls -A
		return 1
	}
	lacks BACKLOG.yaml applied
}
