# SPDX-License-Identifier: MIT
# `load project` after `load helper`: a small project whose agent is a script.

# Nothing a test has started outlives it: weir ends its agents.
teardown() {
	local pid

	for pid in $(jobs -p); do
		kill -INT "$pid" 2>/dev/null && wait "$pid" || true
	done
}

# A project with one phase; `./agent.sh` is its agent, no attempt is repeated.
project() {
	cat >weir.yaml <<-'END'
		git: off
		execution: { max_retries: 0 }
		agents: { worker: { command: [./agent.sh] } }
		pipelines:
		  feature: { phases: [{ name: build }] }
	END
	backlog
	works
}

# The backlog, with the items that follow.
backlog() {
	printf 'schema_version: 3\nnext_item_id: 9\n' >BACKLOG.yaml
	if [ $# -eq 0 ]; then
		echo 'items: []' >>BACKLOG.yaml
	else
		printf 'items:\n' >>BACKLOG.yaml
		printf '%s\n' "$@" >>BACKLOG.yaml
	fi
}

# item ID STATUS [LINE]...: an item on its own lines.
item() {
	local id=$1 status=$2

	shift 2
	cat <<-END
		  - id: $id
		    title: Title of $id
		    status: $status
		    created: 2026-11-01T10:00:00Z
		    updated: 2026-11-01T10:00:00Z
	END
	[ $# -eq 0 ] || printf '    %s\n' "$@"
}

# An item in the phase `build`.
going() {
	item "$1" in_progress 'phase: build' 'phase_pool: main' "${@:2}"
}

# Two sound items, in every bad backlog below.
sound() {
	item WRK-001 ready
	item WRK-002 new
}

# An agent that does its phase, and keeps a list of what it was asked.
works() {
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		echo "$WEIR_ITEM_ID $WEIR_PHASE $WEIR_ATTEMPT" >>"$WEIR_ROOT/asked"
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it"}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
}

# reports JSON: an agent that leaves this, whatever it was asked.
reports() {
	printf '%s' "$1" >report.json
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		cp "$WEIR_ROOT/report.json" "$WEIR_RESULT"
	END
}

# Nothing ran, and nothing was left of a run.
never_asked() {
	[ ! -e asked ] || {
		echo "an agent was started:"
		cat asked
		return 1
	}
}

# untouched FILE COMMAND...: `run` it; not a byte of the file changes.
untouched() {
	local file=$1 before

	shift
	before=$(cksum <"$file")
	run "$@"
	[ "$before" = "$(cksum <"$file")" ] || explain "$file was changed"
}

# What jq makes of the output.
output_is() { # FILTER TEXT
	local got

	got=$(jq -r "$1" <<<"$output") || explain "not JSON"
	[ "$got" = "$2" ] || explain "expected $1 to be '$2', got '$got'"
}

# told PIPE: waits, at most a minute, for the line that an agent writes to a FIFO
# which the test has made; the line is in `said`.
told() {
	read -rt 60 said <>"$1" || {
		echo "nobody wrote to '$1'"
		return 1
	}
}

# on_terminal COLUMNS COMMAND: runs it on a terminal of 24 rows. `output` is what
# the terminal got; screen.lines holds its lines.
on_terminal() {
	local columns=$1

	shift
	status=0
	TERM=xterm command script -qec "stty cols $columns rows 24; $*" screen \
		</dev/null >/dev/null || status=$?
	sed -e '/^Script \(started\|done\)/d' -e 's/\r$//' screen >screen.lines
	output=$(cat screen.lines)
}
