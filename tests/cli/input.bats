# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

# What is wrong with a backlog is said with its place, nothing is written, no
# agent is started, and every item that is sound is shown all the same.

prepare() {
	project
}

# refused TEXT...: BACKLOG.yaml as it is now, with WRK-001 and WRK-002 sound.
refused() {
	local command text

	for command in list "show WRK-001 WRK-002" "explain WRK-001" \
		"add Title" run; do
		# shellcheck disable=SC2086
		untouched BACKLOG.yaml weir $command
		exits 3
		for text; do
			says "$text"
		done
	done
	never_asked
	succeeds_in_part
}

succeeds_in_part() {
	local id

	run --separate-stderr weir list
	for id in WRK-001 WRK-002; do
		says "Title of $id"
	done
	run --separate-stderr weir list --json
	exits 3
	[ "$(jq -r '[.[].id] | sort | join(" ")' <<<"${lines[0]}")" = \
		"WRK-001 WRK-002" ] || explain "the sound items"
	[ "$(jq -r '.errors[0].code' <<<"${lines[1]}")" = input ] ||
		explain "the errors"
	run --separate-stderr weir show WRK-002
	exits 3
	says "Title of WRK-002"
}

@test "a backlog that does not parse" {
	backlog "$(sound)" "  - id: [WRK-003" "    title: x" "$(item WRK-004 new)"
	run weir list
	exits 3
	[[ $output =~ BACKLOG.yaml:[0-9]+:[0-9]+:\  ]]
	says "Title of WRK-001"
	says "Title of WRK-004"
	backlog "$(sound)" "  - id: [WRK-003" "    title: x"
	refused "BACKLOG.yaml:1"
}

@test "an id that two items have" {
	backlog "$(sound)" "$(item WRK-001 done)"
	refused "BACKLOG.yaml:14:" "WRK-001"
}

@test "an id that nobody can name" {
	local id

	for id in '""' '" "' '"WRK\n3"'; do
		backlog "$(sound)" "$(item "$id" ready)"
		refused "BACKLOG.yaml:14:9: 'id' must be one line and not blank"
	done
}

@test "a key that stands twice in an item" {
	backlog "$(sound)" "$(item WRK-003 new 'status: done')"
	refused "BACKLOG.yaml:19:5: "
}

@test "an unknown status" {
	backlog "$(sound)" "$(item WRK-003 started)"
	refused "BACKLOG.yaml:16:13: " "'started'" "in_progress"
}

@test "an unknown status near a known one" {
	backlog "$(sound)" "$(item WRK-003 blokced)"
	refused "BACKLOG.yaml:16:13: "
}

@test "an item without a title" {
	backlog "$(sound)" "  - id: WRK-003" "    status: new" \
		"    created: 2026-11-01T10:00:00Z" \
		"    updated: 2026-11-01T10:00:00Z"
	refused "BACKLOG.yaml:14:" "title"
}

@test "the marks of a merge conflict" {
	# What stands next to a mark may belong to either side.
	backlog "$(sound)" "$(item WRK-003 new)" "<<<<<<< HEAD" \
		"$(item WRK-004 new)" "=======" "$(item WRK-004 ready)" \
		">>>>>>> theirs"
	untouched BACKLOG.yaml weir list
	exits 3
	says "BACKLOG.yaml:19:1: "
	says "Title of WRK-001"
	says "Title of WRK-002"
	untouched BACKLOG.yaml weir run
	exits 3
	never_asked
}

@test "bytes that are not UTF-8" {
	backlog "$(sound)" "$(item WRK-003 new | sed "s/Title/T$(printf '\xff')/")"
	refused "BACKLOG.yaml:15:"
}

@test "nesting deeper than 64" {
	backlog "$(sound)" "$(item WRK-003 new \
		"x: $(printf '[%.0s' {1..80})$(printf ']%.0s' {1..80})")"
	untouched BACKLOG.yaml weir list
	exits 3
	says "BACKLOG.yaml:19:"
	says "Title of WRK-002"
	untouched BACKLOG.yaml weir run
	exits 3
	never_asked
}

@test "more than 256 MiB" {
	truncate -s 257M BACKLOG.yaml
	run weir list
	exits 3
	says "268435456"
	run weir run
	exits 3
	never_asked
	[ "$(stat -c %s BACKLOG.yaml)" -eq $((257 * 1024 * 1024)) ]
}

# said_once PLACE: one message, and it is about that place.
said_once() {
	run --separate-stderr weir list
	exits 3
	[ "$(grep -c . <<<"$stderr")" -eq 1 ] || explain "$stderr"
	[[ $stderr == "weir: BACKLOG.yaml:$1: "* ]] || explain "$stderr"
}

@test "one mistake is one message, with its own place" {
	backlog "$(item WRK-003 new 'status: done')" "$(sound)"
	said_once 9:5
	[[ $stderr == *"first at line 6" ]] || explain "$stderr"
	backlog "$(item WRK-003 new \
		"x: $(printf '[%.0s' {1..80})$(printf ']%.0s' {1..80})")" \
		"$(sound)"
	said_once 9:69
	[[ $stderr == *"deeper than 64 levels" ]] || explain "$stderr"
	backlog "$(item WRK-003 new 'x: "no end')" "$(sound)"
	said_once 9:8
	backlog "$(item WRK-003 new 'x: [no, end')" "$(sound)"
	said_once 10:7
	backlog "$(item WRK-003 new | sed "s/    status/\tstatus/")" "$(sound)"
	said_once 6:1
}

@test "every mistake has its own line, also behind another" {
	backlog "$(item WRK-003 new 'status: done')" \
		"$(item WRK-004 new 'status: done')" "$(sound)"
	run weir list
	says "BACKLOG.yaml:9:5: the key 'status' is there twice in one mapping, first at line 6"
	says "BACKLOG.yaml:15:5: the key 'status' is there twice in one mapping, first at line 12"
}

@test "a line that begins with a tab hides no item behind it" {
	backlog "$(item WRK-003 new | sed "s/    status/\tstatus/")" "$(sound)"
	refused "BACKLOG.yaml:6:1: "
}

@test "an empty file is not an empty backlog" {
	: >BACKLOG.yaml
	untouched BACKLOG.yaml weir add Title
	exits 3
	says "BACKLOG.yaml:1:1: "
}

@test "several mistakes are all said, in the order of the file" {
	backlog "$(item WRK-001 x)" "$(item WRK-002 new 'size: huge')" \
		"$(item WRK-003 new 'impact: much')"
	for command in list run "add Title"; do
		# shellcheck disable=SC2086
		run weir $command
		exits 3
		[ "$(grep -c 'BACKLOG.yaml:' <<<"$output")" -eq 3 ] ||
			explain "the three of them"
	done
	run --separate-stderr weir list --json
	[ "$(jq -r '.errors | length' <<<"${lines[1]}")" -eq 3 ]
}

@test "what is there but cannot be read is not taken for no backlog" {
	rm BACKLOG.yaml
	mkdir BACKLOG.yaml
	run weir list
	exits 3
	says "not a regular file"
	fails 3 weir add Title
	fails 3 weir run
	[ -d BACKLOG.yaml ]
	rmdir BACKLOG.yaml
	backlog "$(sound)"
	mv BACKLOG.yaml ../elsewhere
	ln -s ../elsewhere BACKLOG.yaml
	fails 3 weir list
	says "symbolic link"
	untouched ../elsewhere weir add Title
	exits 3
	[ -L BACKLOG.yaml ]
	rm BACKLOG.yaml
	ln -s ../nowhere BACKLOG.yaml
	fails 3 weir add Title
	[ -L BACKLOG.yaml ]
	[ ! -e ../nowhere ]
	never_asked
}

@test "a backlog without read permission is a failure, not an empty one" {
	[ "$(id -u)" -ne 0 ] || skip "root may read everything"
	chmod 0 BACKLOG.yaml
	fails 1 weir list
	says "Permission denied"
	fails 1 weir add Title
}

@test "a configuration with mistakes: all of them, and nothing starts" {
	backlog "$(going WRK-001)"
	cat >>weir.yaml <<-'END'
		guardrails: { max_size: huge }
		executoin: {}
	END
	fails 3 weir run
	says "weir.yaml:6:25: "
	says "weir.yaml:7:1: "
	says "did you mean 'execution'"
	never_asked
	fails 3 weir list
}

# shown COMMAND...: it shows the items, then what is wrong with weir.yaml.
shown() {
	run weir "$@"
	exits 3
	says "Title of WRK-002"
	[[ ${lines[-1]} == "weir: weir.yaml:"* ]] || explain "the error comes last"
	never_says "there is no"
}

@test "a configuration with mistakes hides no item" {
	backlog "$(sound)"
	echo 'executoin: {}' >>weir.yaml
	shown list
	shown show WRK-002
	says "weir.yaml:6:1: "
	run --separate-stderr weir list --json
	exits 3
	[ "$(jq -r length <<<"${lines[0]}")" = 2 ] || explain "the items"
	[ "$(jq -r '.errors | length' <<<"${lines[1]}")" = 1 ] ||
		explain "the error"
	fails 3 weir explain WRK-002
	never_says "Title of"
	untouched BACKLOG.yaml weir add Title
	exits 3
}

@test "a broken configuration still says where the backlog is" {
	mkdir work
	backlog "$(sound)"
	mv BACKLOG.yaml work/TODO.yaml
	echo 'project: { backlog: work/TODO.yaml, prefix: 7! }' >>weir.yaml
	shown list
	shown show WRK-002
	echo '}' >>weir.yaml
	run weir list
	exits 3
	never_says "there is no backlog"
	[ "${#lines[@]}" -eq 1 ] || explain "one error"
	mv work/TODO.yaml BACKLOG.yaml
	shown list
	rm weir.yaml
	mkdir weir.yaml
	run weir list
	exits 3
	says "Title of WRK-002"
	says "weir.yaml"
}

@test "a prompt file or a command that is not there is named with its place" {
	backlog "$(going WRK-001)"
	sed -i 's|{ name: build }|{ name: build, workflows: [weir.yaml, no.md] }|' \
		weir.yaml
	fails 4 weir run
	says "weir.yaml:5:$(sed -n '5s/no.md.*//p' weir.yaml | wc -m): phase 'build': there is no file 'no.md'"
	sed -i 's|./agent.sh|./none.sh|' weir.yaml
	fails 4 weir run
	says "weir.yaml:3:$(sed -n '3s/[.]\/none.*//p' weir.yaml | wc -m): "
	says "none.sh"
	never_asked
}
