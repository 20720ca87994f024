# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load watch

LOG=.weir/log/events.jsonl

prepare() {
	project
	backlog "$(going WRK-001)" "$(item WRK-002 new 'size: small')"
}

follows() { # ARGUMENT...: behind
	behind weir log --follow "$@"
}

@test "log says what happened, the newest last" {
	weir set WRK-002 size=medium
	weir add "Another one"
	succeeds weir log
	[ "$(sed -E 's/^[0-9-]{10} [0-9:]{8} //' <<<"$output")" = \
		"WRK-002 size small -> medium
WRK-010 added Another one" ]
}

@test "log: the times are local" {
	weir add "Another one"
	TZ=UTC weir log >utc
	TZ=Etc/GMT-14 weir log >other
	run cmp -s utc other
	exits 1
}

@test "log ID shows one item" {
	weir set WRK-002 size=medium
	weir add "Another one"
	succeeds weir log WRK-002
	says "size small -> medium"
	never_says "Another one"
	fails 4 weir log WRK-003
	says "there is no item 'WRK-003'"
}

@test "log -n shows the last events, --since those from then on" {
	weir add one
	weir add two
	weir add three
	succeeds weir log -n 2
	[ "${#lines[@]}" -eq 2 ]
	says "added two"
	succeeds weir log --since 1h
	[ "${#lines[@]}" -eq 3 ]
	succeeds weir log --since 2199-01-01T00:00:00Z
	[ "$output" = "Nothing is on record." ]
	fails 2 weir log --since yesterday
	fails 2 weir log -n many
}

@test "log --since a date: from its first moment in local time" {
	weir add one
	succeeds weir log --since "$(date +%F)"
	says "added one"
	succeeds weir log --since "$(date -d tomorrow +%F)"
	[ "$output" = "Nothing is on record." ]
	# The day has come far in the east, and has not far in the west.
	for zone in East-14 West12; do
		export TZ=$zone
		succeeds weir log --since "$(date +%F)"
		[ "${lines[0]:0:10}" = "$(date +%F)" ] || explain "$zone"
		succeeds weir log --since "$(date -d tomorrow +%F)"
		[ "$output" = "Nothing is on record." ] || explain "$zone"
	done
	for date in 2026-13-01 2026-02-30 2026-1-1 2026-11-20T 1026-01-01; do
		fails 2 weir log --since $date
		says "nor a date"
	done
}

@test "log: what a run did is there, and what its agents did" {
	weir run
	succeeds weir log WRK-001
	says "WRK-001 build started (agent worker) Title of WRK-001"
	says "WRK-001 build done in"
	says "WRK-001 left the backlog, done"
}

@test "log: a run that only looks logs nothing" {
	weir run --cap 0
	[ ! -e "$LOG" ]
}

@test "log --json gives the records as they stand" {
	weir add one
	weir add two
	weir log --json >got
	same got "$LOG"
	[ "$(jq -r '.changes[].title' got)" = "one
two" ]
	weir log --json -n 1 >got
	same got <(tail -n 1 "$LOG")
}

@test "log: an edit past weir shows with the next save" {
	weir add one
	sed -i 's/Title of WRK-002/By hand/' BACKLOG.yaml
	weir add two
	succeeds weir log
	[[ ${lines[1]} == *"the backlog was edited, or a save is missing here" ]]
	[ "${#lines[@]}" -eq 3 ]
}

@test "log: damage is told with its line, and the rest is shown" {
	weir add one
	weir add two
	weir add three
	sed -i '2s/two/TWO/' "$LOG"
	fails 3 weir log
	says "$LOG:2:1: this record is damaged"
	says "added one"
	says "added three"
	never_says "TWO"
	fails 3 weir log --json
	says '{"errors":[{"code":"input"'
	run --separate-stderr weir log
	[ "${#lines[@]}" -eq 2 ]
}

@test "log: what a crash tore is told, and gone with the next save" {
	weir add one
	printf '{"seq":2,"prev":"' >>"$LOG"
	fails 3 weir log
	says "$LOG:2:1: the last record is torn"
	weir add two
	succeeds weir log
	says "note: $LOG: a record that was torn"
	says "added two"
	[ "$(cat .weir/log/quarantine/*)" = '{"seq":2,"prev":"' ]
}

@test "log: a log that cannot be written is a warning, the save stands" {
	mkdir -m 700 .weir
	touch .weir/log
	run --separate-stderr weir add one
	exits 0
	[[ $stderr == *"the log of events has a gap"* ]]
	succeeds weir list
	says "one"
	run weir run --target WRK-001
	exits 0
	says "note: the log of events has a gap"
	[ "$(grep -c "has a gap" <<<"$output")" -eq 1 ]
}

@test "log --follow goes on with what others do, across files" {
	follows
	weir add one
	soon said_so "added one"
	# As when it has grown large.
	mv "$LOG" .weir/log/events-000000000001.jsonl
	weir add two
	soon said_so "added two"
	weir add three
	soon said_so "added three"
	[ "$(wc -l <"$NOTES/out")" -eq 3 ]
	kill "$weir"
	soon is_over "$weir"
}

@test "log --follow sleeps while nothing happens" {
	weir add one
	follows
	soon said_so "added one"
	soon rests
	printf '{"seq":2,"prev":"' >>"$LOG"
	touch .weir/log/wake
	soon said_so "torn"
	soon rests
	[ "$(how_often torn)" -eq 1 ]
}

@test "log --follow ends by SIGINT" {
	timeout -k $WAIT_SECONDS -s INT 2 weir log --follow || status=$?
	[ "$status" -eq 124 ]
}

@test "log --follow ends when nobody reads any more" {
	weir add one
	timeout $WAIT_SECONDS sh -c 'weir log -f | head -n 1'
}

@test "log: a reader that has read enough is no failure" {
	for i in 1 2 3; do weir add "$i"; done
	weir log | head -n 1
	[ "${PIPESTATUS[0]}" -eq 0 ]
}
