# SPDX-License-Identifier: MIT
# What the next run makes of one that was cut off.

bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
	sed -i 's/^git: off/git: on/' weir.yaml
}

@test "what an agent wrote before kill -9 is committed with the attempt that succeeds" {
	acts <<-'END'
		if [ ! -e "$notes/once" ]; then
			mkdir "$notes/once"
			echo half >early
			tell begun
			tail -f /dev/null
		fi
		echo whole >late
	END
	backlog "$(going WRK-001)"
	repository
	starts
	hears
	cut_off
	runs
	exits 0
	committed WRK-001 early late
	tree_is ""
	# shellcheck disable=SC2046
	gone $(cat "$NOTES/pids")
}

@test "two runs cut off with their results: each commit has its own files" {
	sed -i 's/max_retries: 0/max_retries: 0, max_wip: 2, max_concurrent: 2/' \
		weir.yaml
	acts <<-'END'
		mkdir -p "$WEIR_CHANGE_DIR"
		echo "$step" >"$WEIR_CHANGE_DIR/notes.md"
		finish
		tell begun
		tail -f /dev/null
	END
	backlog "$(going WRK-001)" "$(going WRK-002)"
	repository
	starts
	hears
	hears
	cut_off
	runs
	exits 0
	asked WRK-001.1 WRK-002.1
	says "everything is done"
	committed WRK-001 changes/WRK-001_title-of-wrk-001/notes.md
	committed WRK-002 changes/WRK-002_title-of-wrk-002/notes.md
}

# unrecorded: as after a crash between a save and the record of the run.
unrecorded() {
	local id

	id=$(basename .weir/runs/*)
	rm ".weir/runs/$id/outcome.json"
	grep -qF "$id" BACKLOG.yaml ||
		sed -i "s/^items:/applied:\n  - $id\nitems:/" BACKLOG.yaml
}

@test "a failed attempt that is saved but not on record is a failed attempt" {
	sed -i 's/max_retries: 0/max_retries: 1/' weir.yaml
	acts <<-'END'
		echo junk >"junk.$WEIR_ATTEMPT"
		finish failed
	END
	backlog "$(going WRK-001)"
	repository
	runs --cap 1
	asked WRK-001.1
	unrecorded
	runs --json
	exits 6
	asked WRK-001.1 WRK-001.2
	[ "$(jq -r 'select(.event == "phase_started").attempt' <<<"$output")" = 2 ] ||
		explain "the attempt"
	[ -z "$(git log --format= --name-only | grep junk)" ] || {
		git log --format=%s --name-only
		return 1
	}
	lacks BACKLOG.yaml applied
}

@test "what it left belongs to the attempt that succeeds" {
	sed -i 's/max_retries: 0/max_retries: 1/' weir.yaml
	acts <<-'END'
		echo "$step" >"made.$WEIR_ATTEMPT"
		[ "$WEIR_ATTEMPT" -gt 1 ] || finish failed
	END
	backlog "$(going WRK-001)"
	repository
	runs --cap 1
	unrecorded
	runs
	exits 0
	asked WRK-001.1 WRK-001.2
	committed WRK-001 made.1 made.2
}
