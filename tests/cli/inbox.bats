# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
}

titles() {
	weir list --all --json | jq -r '[.[].title] | sort | join("|")'
}

@test "the inbox is taken by a run, and gone" {
	cat >BACKLOG_INBOX.yaml <<-'END'
		- title: One
		- title: Two
		  size: small
	END
	run weir run --cap 1
	[ ! -e BACKLOG_INBOX.yaml ]
	says "added (inbox) One"
	says "added (inbox) Two"
	[ ! -e BACKLOG_INBOX.rejected.yaml ]
}

@test "an entry whose title has no value is told with its place" {
	local why="BACKLOG_INBOX.yaml:2:9: 'title': a value is required"

	printf -- '- title: Good\n- title:\n' >BACKLOG_INBOX.yaml
	run weir doctor
	says "$why"
	run weir run --cap 1
	says "$why"
	has BACKLOG_INBOX.rejected.yaml "$why"
	[ "$(titles)" = "Good" ] || explain "$(titles)"
}

@test "an entry without a title is set aside with the reason, others go in" {
	cat >BACKLOG_INBOX.yaml <<-'END'
		- title: Good
		- size: small
		- title: Also good
		  size: huge
		- title: Fine
	END
	run weir run --cap 1
	says "not taken from the inbox"
	says "title"
	[ ! -e BACKLOG_INBOX.yaml ]
	[ "$(titles)" = "Fine|Good" ] || explain "$(titles)"
	has BACKLOG_INBOX.rejected.yaml "size: small"
	has BACKLOG_INBOX.rejected.yaml "title"
	has BACKLOG_INBOX.rejected.yaml "Also good"
}

@test "unknown keys come along, a given id is left out with a note" {
	cat >BACKLOG_INBOX.yaml <<-'END'
		- title: One
		  id: WRK-500
		  sprint: 7
	END
	run weir run --cap 1
	says "BACKLOG_INBOX.yaml:2:7: 'id' is given by weir"
	has BACKLOG.yaml "sprint: 7"
	lacks BACKLOG.yaml "WRK-500"
}

@test "an inbox that cannot be read is left where it is" {
	backlog "$(going WRK-001)"
	mkdir BACKLOG_INBOX.yaml
	run weir run
	[ -d BACKLOG_INBOX.yaml ]
	has asked WRK-001
}

@test "what is dropped while a run goes on is taken by it" {
	mkfifo started go
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		if [ "$WEIR_ITEM_ID" = WRK-001 ]; then
			echo started >"$WEIR_ROOT/started"
			read -r go <"$WEIR_ROOT/go"
		fi
		echo "$WEIR_ITEM_ID" >>"$WEIR_ROOT/asked"
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it","updated_assessments":{"size":"small","risk":"low"}}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
	backlog "$(going WRK-001)"
	weir run --json >events 2>&1 3>&- &
	told started
	echo '- title: Dropped' >.inbox
	mv .inbox BACKLOG_INBOX.yaml
	echo go >go
	wait $!
	has events '"event":"added"'
	has asked WRK-010
	[ ! -e BACKLOG_INBOX.yaml ]
}
