# SPDX-License-Identifier: MIT
# Whose work a commit holds.

bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
	sed -i -e 's/^git: off/git: on/' \
		-e 's/max_retries: 0/max_retries: 2, max_wip: 2/' weir.yaml
}

@test "what another item's failed attempt left is not in an item's commit" {
	acts <<-'END'
		echo "$step" >"made.$step"
		[ "$WEIR_ATTEMPT" -gt 1 ] || finish failed
	END
	backlog "$(going WRK-001)" "$(going WRK-002)"
	repository
	runs
	exits 0
	asked WRK-001.1 WRK-001.2 WRK-002.1 WRK-002.2
	committed WRK-001 made.WRK-001.1 made.WRK-001.2
	committed WRK-002 made.WRK-002.1 made.WRK-002.2
}

@test "what a person changed between two attempts is in no commit" {
	acts <<-'END'
		echo "$step" >"made.$step"
		[ "$WEIR_ATTEMPT" -gt 1 ] || finish failed
	END
	backlog "$(going WRK-001)"
	echo one >tracked
	repository
	runs --cap 1
	asked WRK-001.1
	echo mine >persons
	echo two >>tracked
	runs
	exits 0
	asked WRK-001.1 WRK-001.2
	committed WRK-001 made.WRK-001.1 made.WRK-001.2
	[ "$(git status --porcelain)" = $' M tracked\n?? persons' ] ||
		git status --porcelain
}

@test "what a person changes while a failed item rests is in no commit" {
	acts <<-'END'
		echo "$step" >"made.$step"
		[ "$WEIR_ATTEMPT" -gt 1 ] || finish failed
	END
	backlog "$(going WRK-001)"
	repository
	starts --json
	# It rests for a second.
	soon said_so '"event":"phase_ended"'
	echo mine >persons
	ends 0
	asked WRK-001.1 WRK-001.2
	committed WRK-001 made.WRK-001.1 made.WRK-001.2
	[ "$(git status --porcelain)" = "?? persons" ] ||
		git status --porcelain
}
