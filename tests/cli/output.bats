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

@test "what is wrong with the backlog stands below what can be shown of it" {
	local command

	project
	backlog "$(item WRK-001 ready 'dependencies: [WRK-002]')" \
		"$(item WRK-002 new)" "$(item WRK-003 readi)"
	printf '%s\n' '{"id":"WRK-009","how":"done"}' >BACKLOG_ARCHIVE.jsonl
	for command in list "show WRK-001" ready "explain WRK-001" \
		"dep tree" "dep tree WRK-001" "archive list"; do
		# shellcheck disable=SC2086
		fails 3 weir $command
		[[ ${lines[0]} != weir:* ]] || explain "$command: above"
		[[ ${lines[-1]} == *"BACKLOG.yaml:17:13: "* ]] ||
			explain "$command: not below"
		# shellcheck disable=SC2086
		run --separate-stderr weir $command
		[[ $stderr == "weir: BACKLOG.yaml:17:13: "* ]] || explain "$stderr"
		never_says "BACKLOG.yaml:17"
	done
}

@test "what rests on weir.yaml is not shown where that is not valid" {
	local command

	echo 'git: maybe' >weir.yaml
	for command in ready "explain WRK-001" "archive list"; do
		# shellcheck disable=SC2086
		run --separate-stderr weir $command
		exits 3
		[ -z "$output" ] || explain "$command"
		[[ $stderr == "weir: weir.yaml:1:6: "* ]] || explain "$stderr"
	done
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

@test "what is saved although nobody hears of it is said on standard error" {
	local json

	for json in '' --json; do
		run bash -c "weir add Title $json >/dev/full"
		exits 1
		id=$(weir list --json | jq -r '.[-1].id')
		[ "$output" = "weir: $id is added all the same: writing to standard output: No space left on device" ] ||
			explain "the id of the item"
	done
	backlog "$(item WRK-001 blocked 'blocked_reason: why?' \
		'blocked_from_status: ready')"
	run bash -c 'weir unblock WRK-001 >/dev/full'
	exits 1
	says "weir: WRK-001 is unblocked all the same: "
	run bash -c 'weir list >/dev/full'
	exits 1
	never_says "all the same"
}

@test "every command that saves says so when nobody hears of it" {
	local n said

	backlog "$(for n in 1 2 3 4 5 6 7 8; do item "WRK-00$n" new; done)"
	# unheard SENTENCE COMMAND...
	unheard() {
		said=$1
		shift
		run bash -c '"$@" >/dev/full' - "$@"
		exits 1
		says "weir: $said all the same: writing to standard output: "
	}
	unheard 'WRK-001 is saved' weir set WRK-001 size=small
	unheard 'WRK-001 is saved' weir tag add WRK-001 ui
	unheard 'WRK-001 is saved' weir dep add WRK-001 WRK-002
	unheard 'WRK-001 is saved' weir edit WRK-001 - <<-'END'
		id: WRK-001
		title: Another
		status: new
		created: 2026-11-01T10:00:00Z
	END
	unheard 'WRK-002 is blocked' weir block WRK-002 later
	unheard 'WRK-003 has left the backlog' weir complete WRK-003
	unheard 'WRK-004 has left the backlog' weir close WRK-004
	unheard '2 items have left the backlog' weir complete WRK-005 WRK-006
	unheard 'WRK-007 is merged into WRK-008' weir merge WRK-007 WRK-008
	run bash -c 'weir set WRK-001 title=Another >/dev/full' # it says so
	exits 1
	never_says "all the same"
	sed -i 's/^schema_version: 3/schema_version: 2/' BACKLOG.yaml
	run bash -c 'weir migrate --dry-run >/dev/full'
	never_says "all the same"
	unheard 'the backlog is migrated' weir migrate
}

@test "text in another locale than UTF-8 is shown all the same" {
	weir add "naïve 日本"
	LC_ALL=C succeeds weir list
	says "naïve 日本"
}
