# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
}

@test "a run that fails in the middle still sums up what it did" {
	backlog "$(going WRK-001)" "$(item WRK-002 ready)" "$(item WRK-003 ready)"
	sed -i '/^echo/i [ "$WEIR_ITEM_ID" != WRK-002 ] || { rm -r "$WEIR_ROOT/_worklog"; : >"$WEIR_ROOT/_worklog"; }' \
		agent.sh
	fails 1 weir run
	says "done (1)"
	says "WRK-001  Title of WRK-001"
	says "waiting (2)"
	says "2 phases in "
	says "weir: opening directory '_worklog'"
	[[ ${lines[-1]} == "weir: "* ]] || explain "the error stands last"
	run weir --json run
	[ "$status" = 1 ] || explain status
	[ "$(sed -n 'x;$p' <<<"$output" | jq -r .halt)" = failed ] ||
		grep -q '"halt":"failed"' <<<"$output" || explain "the summary"
}

@test "a run whose record an agent removes is an attempt that failed" {
	backlog "$(going WRK-001)"
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		rm -rf "$WEIR_ROOT/.weir/runs"
		exit 1
	END
	fails 6 weir run
	says "blocked (1)"
	says "was removed while it ran"
	never_says "No such file"
	[ "$(ls .weir/runs | wc -l)" = 1 ]
	fails 6 weir run
	never_says "taken up again"
}

@test "merge says once that an item is not there" {
	backlog "$(item WRK-001 ready)"
	fails 4 weir merge NOPE NOPE
	[ "${#lines[@]}" = 1 ] || explain "once"
	fails 5 weir merge WRK-001 WRK-001
	[ "${#lines[@]}" = 1 ] || explain "once"
}

@test "log of an item that never was says so" {
	backlog "$(item WRK-001 ready)" "$(item WRK-002 ready)"
	fails 4 weir log WRK-011
	says "there is no item 'WRK-011'; did you mean 'WRK-001'?"
	never_says "Nothing is on record"
	succeeds weir log WRK-001
	says "Nothing is on record about WRK-001."
	weir close WRK-001
	rm -r .weir
	succeeds weir log WRK-001
	says "Nothing is on record about WRK-001."
	# What is on record is shown, whatever the backlog says.
	weir close WRK-002
	backlog
	rm BACKLOG_ARCHIVE.jsonl
	succeeds weir log WRK-002
	says "left the backlog"
}

@test "run --cap 0 takes no lock and writes nothing" {
	backlog "$(going WRK-001)"
	succeeds weir run --cap 0
	[ ! -e .weir ] || explain "nothing is made"
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		cd "$WEIR_ROOT" && ./weir.sh >look
		echo $? >>look
	END
	printf '#!/bin/sh\n%s run --cap 0\n' "$(command -v weir)" >weir.sh
	chmod +x weir.sh
	run weir run
	[ "$(tail -n 1 look)" = 0 ] || {
		cat look
		return 1
	}
}

@test "edit refuses what only a blocked item says" {
	backlog "$(item WRK-001 blocked 'blocked_reason: why' \
		'blocked_from_status: ready')"
	run sh -c 'sed "1,/items/d; s/^  - //; s/^    //" BACKLOG.yaml |
		sed "s/status: blocked/status: done/" | weir edit WRK-001 -'
	exits 3
	says "blocked_from_status"
	says "only a blocked item"
	has BACKLOG.yaml "status: blocked"
}

@test "what was interrupted by a crash is not told with a time nobody knows" {
	backlog "$(going WRK-001)"
	mkfifo begun
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		echo begun >"$WEIR_ROOT/begun"
		exec sleep 60
	END
	weir run >out 2>&1 3>&- &
	weir=$!
	told begun
	kill -KILL $weir
	wait $weir || true
	works
	succeeds weir run
	says "was interrupted"
	never_says "interrupted after"
}

@test "an option is not taken for one that is far from it" {
	backlog "$(item WRK-001 ready)"
	fails 2 weir close WRK-001 --reason x
	never_says "did you mean"
	fails 2 weir close WRK-001 --mesage x
	says "did you mean '--message'?"
}

@test "a file in place of a directory is bad input" {
	: >file
	fails 3 weir -C file list
	says "'file' is not a directory"
}
