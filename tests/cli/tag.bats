# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	backlog "$(item WRK-001 ready 'tags:' '  - ui   # seen by all' '  - old')"
}

@test "tag add and rm change the tags and nothing said beside them" {
	succeeds weir tag add WRK-001 urgent 'two words'
	[ "$output" = "WRK-001 is tagged ui, old, urgent, two words" ]
	succeeds weir tag rm WRK-001 old 'two words' --json
	[ "$output" = '{"id":"WRK-001","tags":["ui","urgent"]}' ]
	has BACKLOG.yaml "- ui   # seen by all"
	succeeds weir list --tag urgent --json
	output_is '.[0].id' WRK-001
	succeeds weir tag rm WRK-001 ui urgent
	[ "$output" = "WRK-001 has no tags" ]
	lacks BACKLOG.yaml tags
}

@test "tags that are so already are no mistake and no save" {
	untouched BACKLOG.yaml weir tag add WRK-001 ui
	exits 0
	untouched BACKLOG.yaml weir tag rm WRK-001 never
	exits 0
	says "WRK-001 is tagged ui, old"
}

@test "tag rm takes away what a person wrote with a comma" {
	backlog "$(item WRK-001 ready 'tags: ["a,b", ui]')"
	succeeds weir tag rm WRK-001 a,b
	[ "$output" = "WRK-001 is tagged ui" ]
}

@test "tag: bad input" {
	fails 2 weir tag add WRK-001 ' '
	says "a tag is blank"
	untouched BACKLOG.yaml weir tag add WRK-001 a,b
	exits 2
	says "'a,b' has a comma"
	fails 2 weir tag remove WRK-001 ui
	says "'weir tag remove' is no command"
	fails 2 weir tag rm WRK-001
	says "needs ID TAG..."
	fails 4 weir tag add WRK-002 ui
}
