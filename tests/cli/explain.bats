# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
	backlog "$(going WRK-001)" \
		"$(item WRK-002 ready 'dependencies: [WRK-001]')" \
		"$(item WRK-003 blocked 'blocked_reason: which way?' \
			'blocked_from_status: ready')" \
		"$(item WRK-004 ready)"
}

@test "explain: what would run now" {
	succeeds weir explain WRK-001
	[ "${lines[0]}" = "WRK-001  Title of WRK-001" ]
	says "  status       in_progress"
	says "build"
	says "next: weir run"
	never_says '! '
}

@test "explain: what waits, the facts that hold it back, the next step" {
	succeeds weir explain WRK-002
	says "waits for WRK-001 (in_progress)."
	says "! depends on   WRK-001 (in_progress)"
	says "next: weir explain WRK-001"
}

@test "explain: what is blocked, and that a person can unblock it" {
	succeeds weir explain WRK-003
	says "which way?"
	says "next: weir unblock WRK-003"
}

@test "explain: what would block again at once needs more than unblock" {
	backlog "$(item WRK-001 blocked 'phase: retired' 'phase_pool: main' \
		'blocked_from_status: in_progress' 'blocked_reason: gave up')"
	succeeds weir explain WRK-001
	says "! pipeline     'retired' is not a main phase of feature"
	says "next: weir edit WRK-001, to name a phase and a pipeline of weir.yaml; then weir unblock WRK-001"
	sed -i 's/^    phase: retired/    phase: build/' BACKLOG.yaml
	succeeds weir explain WRK-001
	says "phase        build, main phase 1 of 1"
	says "next: weir unblock WRK-001"
}

@test "explain: as many in progress as allowed" {
	succeeds weir explain WRK-004
	says "! in progress  1 of 1"
}

@test "explain and ready beside a run take what runs from its records" {
	acts <<-'END'
		tell begun
		hear
	END
	backlog "$(going WRK-001)" "$(item WRK-002 new)"
	starts --cap 1
	hears
	succeeds weir explain WRK-001
	says "runs now."
	says "  running      1 of 1"
	never_says "next: weir run"
	succeeds weir explain WRK-002
	says "1 of 1 already running."
	says "! running      1 of 1"
	succeeds weir ready
	[ "$(awk 'NR > 1 { print $1, $2 }' <<<"$output")" = \
		"WRK-001 runs
WRK-002 waits" ]
	succeeds weir ready --json
	output_is '[.[] | [.id, .starts, .verdict] | join(" ")] | join("|")' \
		"WRK-001 false running|WRK-002 false slot"
	proceed
	ends 0
	succeeds weir explain WRK-002
	says "  running      0 of 1"
}

@test "explain: the phase of a run that was cut off does not run" {
	acts <<-'END'
		tell begun
		hear
	END
	backlog "$(going WRK-001)"
	starts
	hears
	cut_off
	succeeds weir explain WRK-001
	says "  running      0 of 1"
}

@test "explain beside a run whose records cannot be read says that it does not know" {
	acts <<-'END'
		tell begun
		hear
	END
	backlog "$(going WRK-001)" "$(item WRK-002 new)"
	starts --cap 1
	hears
	mv .weir/runs .weir/hidden
	echo none >.weir/runs
	succeeds weir explain WRK-002
	says "running      not known"
	rm .weir/runs
	mv .weir/hidden .weir/runs
	proceed
	ends 0
}

@test "explain --json" {
	succeeds weir explain WRK-002 --json
	output_is .id WRK-002
	output_is .verdict depends
	output_is .why "waits for WRK-001 (in_progress)"
	output_is '[.facts[] | select(.holds_back) | .label] | join(" ")' \
		"depends on"
	output_is .next_step "weir explain WRK-001"
	succeeds weir explain WRK-001 --json
	output_is .verdict chosen
	output_is .next_step null
}

@test "explain: an unknown id is not found" {
	fails 4 weir explain WRK-00
	says "did you mean 'WRK-00"
}
