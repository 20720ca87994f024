# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
}

@test "run drains the backlog and says what was done" {
	backlog "$(going WRK-001)" "$(item WRK-002 ready 'size: small' \
		'complexity: low' 'risk: low')"
	succeeds weir run
	[ "$(cat asked)" = $'WRK-001 build 1\nWRK-002 build 1' ]
	says "2 phases in "
	says "everything is done."
	says "done (2)"
	says "  WRK-001  Title of WRK-001"
	says "           did it"
	says "next: weir add"
	succeeds weir list --all
	says "The backlog is empty"
}

@test "run on a pipe prints plain lines with the time of day" {
	backlog "$(going WRK-001)"
	succeeds weir run
	[[ $output =~ [0-9]{2}:[0-9]{2}:[0-9]{2}\ WRK-001\ build\ started\ \(agent\ worker\)\ Title\ of\ WRK-001 ]] ||
		explain "the start"
	[[ $output =~ [0-9]{2}:[0-9]{2}:[0-9]{2}\ WRK-001\ build\ done\ in\ [0-9.]+m?s,\ item\ done:\ did\ it ]] ||
		explain "the end"
	[[ $output != *$'\033'* ]]
}

@test "run --json: an event a line, the last is the summary" {
	backlog "$(going WRK-001)"
	succeeds weir run --json
	[ "$(jq -rs '[.[].event] | join(" ")' <<<"$output")" = \
		"run_started phase_started phase_ended finished summary" ] ||
		explain "the events"
	[ "$(jq -rs '.[-1].halt' <<<"$output")" = done ]
	[ "$(jq -rs '.[-1].phases' <<<"$output")" = 1 ]
	[ "$(jq -rs '.[-1].done[0].id' <<<"$output")" = WRK-001 ]
	[ "$(jq -rs '.[1].agent' <<<"$output")" = worker ]
	[ "$(jq -rs '.[1].attempt' <<<"$output")" = 1 ]
	[ "$(jq -rs '.[2].outcome' <<<"$output")" = done ]
	[ "$(jq -rs '.[2].summary' <<<"$output")" = "did it" ]
	[ "$(jq -rs '[.[0:4][] | .time | fromdate] | length' <<<"$output")" = 4 ]
}

@test "run with nothing to do says so" {
	succeeds weir run
	says "everything is done"
	never_asked
}

@test "run --target works on these only" {
	backlog "$(going WRK-001)" "$(going WRK-002)" "$(going WRK-003)"
	succeeds weir run --target WRK-002,WRK-003
	[ "$(sort asked)" = $'WRK-002 build 1\nWRK-003 build 1' ]
	fails 4 weir run --target WRK-009
	says "there is no item 'WRK-009'"
	fails 2 weir run --target ,
}

@test "run --target: an id that is not there, with the nearest that is" {
	backlog "$(item WRK-001 ready)"
	fails 4 weir run --target WRK-01
	says "there is no item 'WRK-01'; did you mean 'WRK-001'?"
	fails 4 weir run --target WRK-001,qqqqqq
	says "there is no item 'qqqqqq'; 'weir list' shows what there is"
	never_asked
}

@test "run --target ends with words about the targets" {
	backlog "$(going WRK-001)" "$(item WRK-002 blocked 'blocked_reason: why?')" \
		"$(going WRK-003)"
	succeeds weir run --target WRK-001
	says "every target is done"
	says "next: weir run works on the rest"
	never_says "WRK-002"
	never_says "WRK-003"
	succeeds weir run --target WRK-001 --json
	[ "$(jq -rs '.[-1] | .blocked + .waiting | length' <<<"$output")" = 0 ]
}

@test "run --target: next is what moves a target" {
	backlog "$(item WRK-001 blocked 'blocked_reason: why?')" \
		"$(going WRK-002)" \
		"$(item WRK-003 ready 'dependencies: [WRK-002]')" \
		"$(item WRK-004 ready 'dependencies: [WRK-003]')" \
		"$(item WRK-005 ready 'dependencies: [WRK-001]')" \
		"$(item WRK-006 ready 'dependencies: [WRK-404]')"
	fails 6 weir run --target WRK-004
	says "the targets wait for other items"
	says "waits for WRK-003"
	never_says "why?"
	says "next: weir run --target WRK-003,WRK-002,WRK-004"
	fails 6 weir run --target WRK-005
	says "next: weir explain WRK-001"
	fails 6 weir run --target WRK-006
	says "next: weir explain WRK-006"
	fails 6 weir run --target WRK-001,WRK-004
	says "the targets wait for a person"
	says "next: weir explain WRK-001"
	never_asked
	succeeds weir run --target WRK-004,WRK-003,WRK-002 --cap 1
	says "next: weir run --target WRK-004,WRK-003,WRK-002 goes on"
}

@test "run --cap starts so many phases at most" {
	backlog "$(going WRK-001)" "$(going WRK-002)"
	succeeds weir run --cap 1
	[ "$(wc -l <asked)" -eq 1 ]
	says "as many phases as allowed were started"
	says "waiting (1)"
	says "next: weir run goes on"
	for cap in -1 x 1x ''; do
		fails 2 weir run "--cap=$cap"
		says "--cap: '$cap' is not a whole number"
	done
}

@test "run --cap 0 changes nothing, not even the inbox" {
	local before

	sed -i '/^git:/d' weir.yaml
	backlog "$(going WRK-001)"
	repository
	echo "# a word of mine" >>BACKLOG.yaml
	echo '- title: dropped' >BACKLOG_INBOX.yaml
	rm agent.sh
	before=$(git rev-parse HEAD)
	untouched BACKLOG.yaml weir run --cap 0
	exits 0
	says "0 phases in"
	says "--cap 0 starts and changes nothing"
	says "waiting (1)"
	says "next: weir run goes on"
	has BACKLOG_INBOX.yaml "dropped"
	[ "$(git rev-parse HEAD)" = "$before" ]
	never_asked
}

@test "a run that only finds what waits for a person ends with 6" {
	backlog "$(item WRK-001 blocked 'blocked_reason: which way?' \
		'blocked_from_status: ready')" \
		"$(item WRK-002 ready 'dependencies: [WRK-001]')"
	fails 6 weir run
	says "the rest waits for a person"
	says "blocked (1)"
	says "which way?"
	says "waiting (1)"
	says "waits for WRK-001"
	says "next: weir explain WRK-001"
	never_asked
}

@test "a run that got something done ends with 0, whatever waits" {
	backlog "$(item WRK-001 blocked 'blocked_reason: which way?' \
		'blocked_from_status: ready')" "$(going WRK-002)"
	succeeds weir run
	says "done (1)"
	says "blocked (1)"
}

@test "two items in a row that fail for good end the run with 6" {
	script agent.sh </dev/null
	printf '#!/bin/sh\ncat >/dev/null\n' >agent.sh
	sed -i 's/max_retries: 0/max_retries: 0, max_wip: 3/' weir.yaml
	backlog "$(going WRK-001)" "$(going WRK-002)" "$(going WRK-003)"
	fails 6 weir run
	says "two items in a row failed for good"
	says "blocked (2)"
	says "waiting (1)"
}

@test "a run without a backlog says how one is made" {
	rm BACKLOG.yaml
	fails 4 weir run
	says "there is no backlog in '$PWD'; 'weir init' makes one"
}

@test "no event is a line without words" {
	sed -i '/^git:/d' weir.yaml
	backlog "$(going WRK-001)"
	repository
	succeeds weir run
	says " backlog committed as "
	run grep -E '^[0-9:]{8} *$' <<<"$output"
	exits 1
}

@test "run leaves nothing in a directory that is no project" {
	mkdir elsewhere
	fails 4 weir -C elsewhere run
	says "weir init"
	rmdir elsewhere
}

@test "an agent's command that is not there stops a run before it starts" {
	backlog "$(going WRK-001)"
	rm agent.sh
	fails 4 weir run
	says "weir.yaml:3:"
	says "./agent.sh"
}

@test "a run without a weir.yaml says how one is made" {
	rm weir.yaml
	fails 4 weir run
	says "weir.yaml names no agent or is not there"
	says "'weir init'"
}

@test "a prompt file that is not there stops a run before it starts" {
	backlog "$(going WRK-001)"
	sed -i 's/{ name: build }/{ name: build, workflows: [no.md] }/' weir.yaml
	fails 4 weir run
	says "no.md"
	never_asked
}

@test "a run beside another one is busy" {
	mkfifo started go
	script agent.sh <<-'END'
		#!/bin/sh
		echo started >"$WEIR_ROOT/started"
		read -r go <"$WEIR_ROOT/go"
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it"}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
	backlog "$(going WRK-001)"
	weir run --cap 1 >first 2>&1 3>&- &
	told started
	fails 5 weir run
	succeeds weir list
	says in_progress
	succeeds weir add "Meanwhile"
	echo go >go
	wait $!
	has first "WRK-001 build done"
}

@test "a run in a work tree in the middle of a merge is refused" {
	sed -i 's/^git: off/git: on/' weir.yaml
	backlog "$(going WRK-001)"
	repository
	git checkout -q -b other
	echo theirs >file && git add file && git commit -qm theirs
	git checkout -q main
	echo ours >file && git add file && git commit -qm ours
	run git merge -q other
	fails 5 weir run
	says merge
	never_asked
}

@test "run commits what a phase changed, and only that" {
	sed -i 's/^git: off/git: on/' weir.yaml
	backlog "$(going WRK-001)"
	sed -i 's/{ name: build }/{ name: build, destructive: true }/' weir.yaml
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		echo made >made
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it"}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
	repository
	echo mine >untracked
	succeeds weir run
	says "committed as "
	git log --format=%s | grep -qF '[WRK-001][build]'
	git ls-files | grep -qx made
	[ "$(git status --porcelain)" = "?? untracked" ]
}

@test "what nobody reads loses nothing" {
	backlog "$(going WRK-001)" "$(going WRK-002)"
	run bash -c 'set -o pipefail; weir run | head -1'
	exits 0
	[ "$(wc -l <asked)" -eq 2 ]
	succeeds weir list --all
	says "The backlog is empty"
}

@test "output that cannot be written fails the run when all is saved" {
	backlog "$(going WRK-001)"
	run bash -c 'weir run >/dev/full'
	exits 1
	says "No space left on device"
	succeeds weir list --all
	says "The backlog is empty"
}

@test "run on a terminal: a frame below, what happened above, a summary" {
	backlog "$(going WRK-001)" "$(going WRK-002)"
	on_terminal 80 weir run
	exits 0
	says "of 2 done"
	says "$(printf '\033[J')"
	says "did it"
	says "everything is done"
	# The cursor is shown again as often as it was hidden, and last.
	[ "$(grep -o $'\033\[?25l' screen | wc -l)" -eq \
		"$(grep -o $'\033\[?25h' screen | wc -l)" ]
	[ -z "$(tr -d '\n' <screen | sed 's/.*\x1b\[?25h//' | grep -o '?25l')" ]
}

@test "no line of the frame is as wide as the terminal" {
	local width line

	backlog "$(going WRK-001)"
	sed -i 's/Title of WRK-001/A title that is a good deal longer than any of these terminals are wide, by far, really/' BACKLOG.yaml
	for width in 70 40 12; do
		rm -f asked
		backlog "$(going WRK-001)"
		sed -i 's/Title of WRK-001/A title that is a good deal longer than any of these terminals are wide, by far, really/' BACKLOG.yaml
		rm -f BACKLOG_ARCHIVE.jsonl
		on_terminal $width weir run --no-color
		sed 's/\x1b\[[?0-9]*[A-Za-z]//g; s/\r//g' screen.lines >plain
		[ "$(wc -L <plain)" -le $width ] || explain "wider than $width"
	done
}

@test "a program on a dumb terminal gets plain lines" {
	backlog "$(going WRK-001)"
	on_terminal 80 TERM=dumb weir run
	exits 0
	says "WRK-001 build started"
	[[ $output != *$'\033'* ]]
}
