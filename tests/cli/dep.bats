# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	backlog "$(item WRK-001 ready)" "$(item WRK-002 new)" \
		"$(item WRK-003 blocked 'blocked_reason: no')" \
		"$(item WRK-004 new)"
	printf '%s\n' '{"id":"WRK-008","how":"done"}' \
		'{"id":"WRK-009","how":"closed"}' >BACKLOG_ARCHIVE.jsonl
}

@test "dep add and rm change what an item waits for" {
	succeeds weir dep add WRK-001 WRK-002 WRK-003 WRK-008
	[ "$output" = "WRK-001 depends on WRK-002, WRK-003, WRK-008" ]
	succeeds weir explain WRK-001
	says "waits for WRK-002 (new), WRK-003 (blocked)"
	succeeds weir dep rm WRK-001 WRK-002 WRK-008 --json
	[ "$output" = '{"id":"WRK-001","dependencies":["WRK-003"]}' ]
	succeeds weir dep rm WRK-001 WRK-003
	[ "$output" = "WRK-001 depends on nothing" ]
	lacks BACKLOG.yaml dependencies
}

@test "dep add refuses a circle and shows its way" {
	weir dep add WRK-001 WRK-002
	weir dep add WRK-002 WRK-004
	untouched BACKLOG.yaml weir dep add WRK-004 WRK-003 WRK-001
	exits 5
	says "'WRK-004' would wait for itself: WRK-001 -> WRK-002 -> WRK-004 -> WRK-001"
	fails 5 weir dep add WRK-003 WRK-003
	says "WRK-003 -> WRK-003"
}

@test "dep add refuses what is not there, or closed" {
	untouched BACKLOG.yaml weir dep add WRK-001 WRK-002 WRK-005
	exits 4
	says "there is no item 'WRK-005'; did you mean"
	untouched BACKLOG.yaml weir dep add WRK-001 WRK-009
	exits 4
	says "'WRK-009' is no longer in the backlog: it is closed"
}

@test "dep rm of what is no dependency says what there is" {
	weir dep add WRK-001 WRK-002
	untouched BACKLOG.yaml weir dep rm WRK-001 WRK-003
	exits 4
	says "'WRK-001' does not depend on 'WRK-003', but on WRK-002"
}

@test "dep tree draws what waits for what, each once" {
	weir dep add WRK-001 WRK-002 WRK-003
	weir dep add WRK-002 WRK-004 WRK-008
	weir dep add WRK-003 WRK-002
	succeeds weir dep tree
	cat >want <<-'END'
		WRK-001  ready  Title of WRK-001
		├── WRK-002  new  Title of WRK-002
		│   ├── WRK-004  new  Title of WRK-004
		│   └── WRK-008  done
		└── WRK-003  blocked  Title of WRK-003
		    └── WRK-002  new  Title of WRK-002  (see above)
	END
	same want <(echo "$output")
	LC_ALL=C succeeds weir dep tree WRK-003
	cat >want <<-'END'
		WRK-003  blocked  Title of WRK-003
		`-- WRK-002  new  Title of WRK-002
		    |-- WRK-004  new  Title of WRK-004
		    `-- WRK-008  done
	END
	same want <(echo "$output")
	succeeds weir dep tree WRK-003 --json
	output_is '[.[] | [.depth, .id, .state, .again] | join(" ")] | join("|")' \
		"0 WRK-003 waiting false|1 WRK-002 waiting false|2 WRK-004 waiting false|2 WRK-008 met false"
	fails 4 weir dep tree WRK-005
}

@test "dep tree of a circle made by hand ends" {
	backlog "$(item WRK-001 ready 'dependencies: [WRK-002]')" \
		"$(item WRK-002 new 'dependencies: [WRK-001, WRK-777]')"
	succeeds weir dep tree
	says "WRK-001  ready  Title of WRK-001  (see above)"
	says "WRK-777  not found"
	[ "$(wc -l <<<"$output")" -eq 4 ]
}

@test "dep tree without dependencies says so" {
	succeeds weir dep tree
	[ "$output" = "No item depends on another." ]
	succeeds weir dep tree --json
	[ "$output" = '[]' ]
}

@test "dep: a wrong verb or too few words" {
	fails 2 weir dep ad WRK-001 WRK-002
	says "did you mean 'weir dep add'?"
	fails 2 weir dep add WRK-001
	says "'weir dep add' needs ID DEP..."
	fails 2 weir dep tree WRK-001 WRK-002
	says "'WRK-002' is too much for 'weir dep tree'"
}
