# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	backlog "$(going WRK-001)" "$(item WRK-002 ready)"
}

colours() {
	[[ $output == *$'\033['* ]] || explain "expected colours"
}

plain() {
	[[ $output != *$'\033'* ]] || explain "expected no colours"
}

@test "colours are for terminals" {
	on_terminal 80 weir list
	colours
	succeeds weir list
	plain
}

@test "--no-color, NO_COLOR and TERM=dumb turn colours off" {
	on_terminal 80 weir list --no-color
	plain
	on_terminal 80 NO_COLOR=1 weir list
	plain
	on_terminal 80 NO_COLOR= weir list
	colours
	on_terminal 80 TERM=dumb weir list
	plain
}

@test "output that cannot be written is a failure" {
	run bash -c 'weir list >/dev/full'
	exits 1
	says "writing to standard output: No space left on device"
	run bash -c 'weir show WRK-001 >/dev/full'
	exits 1
}

@test "a reader that goes away early is none" {
	backlog "$(for i in {100..2000}; do item "WRK-$i" ready; done)"
	run bash -c 'set -o pipefail; weir list | head -1'
	exits 0
	[[ $output == id* ]]
}

@test "with a closed standard stream nothing is done" {
	untouched BACKLOG.yaml bash -c 'weir add Title >&-'
	exits 1
	says "standard input or output is closed"
	untouched BACKLOG.yaml bash -c 'weir add Title <&-'
	exits 1
	untouched BACKLOG.yaml bash -c 'weir add Title 2>&-'
	exits 1
}

@test "an item is added although nobody hears its id" {
	run bash -c 'weir add Title >/dev/full'
	exits 1
	succeeds weir list --json
	output_is '[.[].title] | index("Title") != null' true
}

@test "text in another locale than UTF-8 is shown all the same" {
	weir add "naïve 日本"
	LC_ALL=C succeeds weir list
	says "naïve 日本"
}
