# SPDX-License-Identifier: MIT
# `load watch` after `load project`: for tests in which weir or its agents may
# hang. Everything is waited for until a deadline that is never met when all is
# well, and what is then still there is killed.

WAIT_SECONDS=60

# Notes beside the project, so that they are no part of its work tree.
NOTES=$BATS_TEST_TMPDIR

teardown() {
	local pid

	for pid in $(jobs -p); do
		kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
	done
	[ ! -e "$NOTES/pids" ] || for pid in $(cat "$NOTES/pids"); do
		ours "$pid" && kill -KILL "$pid" 2>/dev/null || true
	done
}

# ours PID: it is at work in this test's project.
ours() {
	[ "$(readlink "/proc/$1/cwd")" = "$BATS_TEST_TMPDIR/project" ]
}

# soon COMMAND...: it succeeds before the deadline; asked again and again.
soon() {
	local end=$((SECONDS + WAIT_SECONDS))

	until "$@"; do
		[ $SECONDS -lt $end ] || {
			echo "after $WAIT_SECONDS s still not: $*"
			return 1
		}
		sleep 0.05
	done
}

# stays SECONDS COMMAND...: it succeeds all the time.
stays() {
	local end=$((SECONDS + $1))

	shift
	while [ $SECONDS -lt $end ]; do
		"$@" || {
			echo "no longer: $*"
			return 1
		}
		sleep 0.05
	done
}

# behind COMMAND...: in the background. `weir` is its process id, "$NOTES/out"
# what it says, and nothing that was said before it.
behind() {
	: >"$NOTES/out"
	"$@" >>"$NOTES/out" 2>&1 3>&- &
	weir=$!
}

# starts ARGUMENT...: `weir run`, behind.
starts() {
	behind weir run "$@"
}

# rests: it sleeps for a second and takes no time of a processor.
rests() {
	local before

	before=$(cut -d ' ' -f 14,15 "/proc/$weir/stat")
	stays 1 state_is S &&
		[ "$before" = "$(cut -d ' ' -f 14,15 "/proc/$weir/stat")" ]
}

state_is() { # of weir
	[ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$weir/status")" = "$1" ]
}

is_over() {
	! kill -0 "$1" 2>/dev/null
}

# ends STATUS: weir ends before the deadline, with this.
ends() {
	local got=0

	soon is_over "$weir" || {
		cat "$NOTES/out"
		return 1
	}
	wait "$weir" || got=$?
	[ $got -eq "$1" ] || {
		echo "expected status $1, got $got:"
		cat "$NOTES/out"
		return 1
	}
}

# As if the power of weir, and of weir alone, was cut.
cut_off() {
	kill -KILL "$weir"
	wait "$weir" || true
}

# runs ARGUMENT...: `run weir run`, ended at the deadline. 137 or 124: it hung.
runs() {
	run timeout -k 1 $WAIT_SECONDS weir run "$@"
}

# said_so TEXT, how_often TEXT: of what weir has said until now.
said_so() {
	grep -qF -- "$1" "$NOTES/out"
}

how_often() {
	grep -cF -- "$1" "$NOTES/out"
}

# gone PID...: none of them runs any more (a zombie does not).
gone() {
	local pid state

	for pid in "$@"; do
		state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$pid/status" \
			2>/dev/null) || true
		[ -z "$state" ] || [ "$state" = Z ] || [ "$state" = X ] || {
			echo "process $pid still runs"
			return 1
		}
	done
}

# acts: an agent that does what act.sh says, which reads from stdin. There
# `step` is ITEM.ATTEMPT, `tell WORD` and `hear` speak to the test through
# FIFOs, `finish [RESULT]` leaves a result. It is left at the end unless there
# is one.
acts() {
	[ -p "$NOTES/told" ] || mkfifo "$NOTES/told" "$NOTES/go"
	cat >"$NOTES/act.sh"
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		notes=$(dirname "$WEIR_ROOT")
		step=$WEIR_ITEM_ID.$WEIR_ATTEMPT
		echo $$ >>"$notes/pids"
		echo "$step" >>"$notes/asked"
		tell() { echo "$*" >"$notes/told"; }
		hear() { read -r heard <"$notes/go"; }
		finish() {
			printf '{"item_id":"%s","phase":"%s","result":"%s","summary":"did it"}' \
				"$WEIR_ITEM_ID" "$WEIR_PHASE" "${1:-phase_complete}" \
				>"$WEIR_RESULT"
		}
		. "$notes/act.sh"
		[ -e "$WEIR_RESULT" ] || finish
	END
}

# hears: waits for what an agent tells, in `said`; it goes on at `proceed`.
hears() {
	told "$NOTES/told"
}

proceed() {
	timeout $WAIT_SECONDS sh -c 'echo go >"$1"' sh "$NOTES/go"
}

asked() { # STEP...: these agents were started, in any order
	[ "$(sort "$NOTES/asked")" = "$(printf '%s\n' "$@")" ] || {
		echo "started were:"
		cat "$NOTES/asked"
		return 1
	}
}

asked_times() {
	[ "$(cat "$NOTES/asked" 2>/dev/null | wc -l)" -eq "$1" ]
}

# in_commits ID: what the commits of an item hold, weir's own files aside.
in_commits() {
	git log -F --grep="[$1]" --format= --name-only |
		grep -v -e '^BACKLOG' -e '^_worklog/' | sort -u
}

# committed ID FILE...: these and nothing else, in alphabetical order.
committed() {
	local id=$1

	shift
	[ "$(in_commits "$id")" = "$(printf '%s\n' "$@")" ] || {
		git log --format=%s --name-only
		return 1
	}
}

# tree_is TEXT: this is what git says of the work tree, and no more.
tree_is() {
	[ "$(git status --porcelain)" = "$1" ] || {
		git status --porcelain
		return 1
	}
}
