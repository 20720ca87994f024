# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
}

ids() {
	jq -r '[.[].id] | join(" ")' <<<"$output"
}

@test "list of an empty backlog says so, and what comes next" {
	succeeds weir list
	[ "$output" = "The backlog is empty. Next: weir add 'what is to be done'" ]
	succeeds weir list --json
	[ "$output" = '[]' ]
}

@test "list shows a line for each item, under heads, aligned" {
	backlog "$(going WRK-001 'size: small' 'risk: low' 'impact: high')" \
		"$(item WRK-002 new)"
	succeeds weir list
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[0]} =~ ^id\ +status\ +phase\ +size\ +risk\ +impact\ +title$ ]]
	[[ ${lines[1]} =~ ^WRK-001\ +in_progress\ +build\ +small\ +low\ +high\ +Title\ of\ WRK-001$ ]]
	[[ ${lines[2]} =~ ^WRK-002\ +new\ +-\ +-\ +-\ +-\ +Title\ of\ WRK-002$ ]]
	local before=${lines[0]%%title*} first=${lines[1]%%Title*}
	[ ${#before} -eq ${#first} ]
}

@test "list sorts by status, impact and place in the file" {
	backlog "$(item A-1 new)" "$(item A-2 ready 'impact: low')" \
		"$(item A-3 scoping)" "$(item A-4 blocked 'blocked_reason: x')" \
		"$(item A-5 ready 'impact: high')" "$(going A-6)" \
		"$(item A-7 new)" "$(item A-8 ready)" \
		"$(item A-9 ready 'impact: medium')"
	succeeds weir list --json
	[ "$(ids)" = "A-6 A-4 A-5 A-9 A-2 A-8 A-3 A-1 A-7" ] || explain order
	succeeds weir list
	[[ ${lines[1]} == A-6* ]]
	[[ ${lines[9]} == A-7* ]]
}

@test "list names the dependencies that are not met" {
	backlog "$(going WRK-001)" "$(item WRK-002 done)" \
		"$(item WRK-003 ready 'dependencies: [WRK-001, WRK-002, WRK-008]')" \
		"$(item WRK-004 ready 'dependencies: [WRK-002]')"
	succeeds weir list
	[[ ${lines[2]} == *"waits for WRK-001, WRK-008" ]] || explain line
	[[ ${lines[3]} != *waits* ]] || explain line
}

@test "a dependency is met by an item that is done and archived" {
	backlog "$(going WRK-001)" \
		"$(item WRK-002 ready 'dependencies: [WRK-001]')"
	succeeds weir run --target WRK-001
	succeeds weir list
	says WRK-002
	never_says "waits for"
}

@test "list leaves done items out unless they are asked for" {
	backlog "$(item WRK-001 done)" "$(item WRK-002 new)"
	succeeds weir list --json
	[ "$(ids)" = WRK-002 ]
	succeeds weir list --all --json
	[ "$(ids)" = "WRK-002 WRK-001" ]
	succeeds weir list --status done --json
	[ "$(ids)" = WRK-001 ]
	backlog "$(item WRK-001 done)"
	succeeds weir list
	says "Every item is done; 'weir list --all' shows them."
}

@test "list --status: one or more" {
	backlog "$(item WRK-001 ready)" "$(item WRK-002 new)" "$(going WRK-003)"
	succeeds weir list --json --status ready
	[ "$(ids)" = WRK-001 ]
	succeeds weir list --json --status ready,new
	[ "$(ids)" = "WRK-001 WRK-002" ]
	succeeds weir list --json --status new --status in_progress
	[ "$(ids)" = "WRK-003 WRK-002" ]
	succeeds weir list --status scoping
	says "No item fits; 'weir list --all' shows every item."
	fails 2 weir list --status started
	says "'started' is not one of new, scoping, ready, in_progress, done or blocked"
}

@test "list --tag: items with all of the tags" {
	backlog "$(item WRK-001 ready 'tags: [a, b]')" \
		"$(item WRK-002 new 'tags: [a]')" "$(item WRK-003 new)"
	succeeds weir list --json --tag a
	[ "$(ids)" = "WRK-001 WRK-002" ]
	succeeds weir list --json --tag a --tag b
	[ "$(ids)" = WRK-001 ]
	succeeds weir list --tag c
	says "No item fits"
}

@test "list --json holds every field, null when the file has none" {
	backlog "$(item WRK-001 ready 'tags: [a]' 'description: { context: why }')"
	succeeds weir list --json
	output_is '.[0].title' "Title of WRK-001"
	output_is '.[0].phase' null
	output_is '.[0].tags[0]' a
	output_is '.[0].dependencies | length' 0
	output_is '.[0].description.context' why
	output_is '.[0].description.problem' null
	output_is '.[0].requires_human_review' false
	output_is '.[0] | keys_unsorted[0:4] | join(" ")' "id title status phase"
	output_is '.[0] | length' 23
}

@test "without a backlog every command says how to get one and makes nothing" {
	local command

	rm BACKLOG.yaml
	for command in list "show X" ready "explain X" "dep tree" "edit X" \
		"set X size small" "block X why" "unblock X" "close X" \
		"merge X Y" "tag add X y" "add x" run "archive list" log \
		"log X" "log --follow" doctor "doctor --fix" "doctor --accept" \
		"doctor --renumber X" migrate "migrate --dry-run"; do
		# shellcheck disable=SC2086
		fails 4 timeout 20 weir $command
		[ "$output" = "weir: there is no backlog in '$PWD'; 'weir init' makes one" ] ||
			explain "$command"
		[ ! -e .weir ] || explain "$command made something"
	done
}

@test "of a backlog that was lost every command says what brings it back" {
	local command

	repository
	rm BACKLOG.yaml
	for command in list "add x" doctor run migrate "archive list"; do
		# shellcheck disable=SC2086
		fails 4 weir $command
		says "bring it back with 'git checkout -- BACKLOG.yaml'"
	done
}

@test "without a backlog there is nothing to list" {
	rm BACKLOG.yaml
	fails 4 weir list
	says "there is no backlog"
	says "weir init"
	run --separate-stderr weir list --json
	exits 4
	output_is '.errors[0].code' missing
}

@test "list fits a terminal, whatever its width" {
	local width

	backlog "$(going WRK-001 'impact: high')" \
		"$(item WRK-002 ready 'dependencies: [WRK-001]')"
	sed -i 's/Title of WRK-001/日本語のとても長いタイトルがここに入りますので切られます/' BACKLOG.yaml
	for width in 200 80 60 40 20 5; do
		on_terminal $width weir list --no-color
		exits 0
		[ "$(wc -L <screen.lines)" -le $width ] ||
			explain "wider than $width"
	done
}

@test "in a narrow terminal list leaves columns out, never the title" {
	local columns

	backlog "$(going WRK-001 'impact: high')" \
		"$(item WRK-002 ready 'dependencies: [WRK-001]')"
	while read -r width columns; do
		on_terminal "$width" weir list --no-color
		[ "$(head -1 screen.lines | tr -s ' ' | sed 's/ $//')" = "$columns" ] ||
			explain "$width columns: not '$columns'"
		says "WRK-001"
		says "Title "
	done <<-'END'
		90 id status phase size risk impact title
		70 id status phase impact title
		60 id status phase title
		40 id status title
		20 id title
	END
	on_terminal 20 weir list --no-color
	says "WRK-002  Title of W…"
	succeeds weir list
	says "id       status       phase  size  risk  impact  title"
	says "waits for WRK-001"
}

@test "a long title gives way to what an item waits for" {
	backlog "$(going WRK-001)" \
		"$(item WRK-002 ready 'dependencies: [WRK-001]')"
	sed -i "s/Title of WRK-002/$(printf 'word %.0s' {1..30})/" BACKLOG.yaml
	on_terminal 90 weir list --no-color
	says "word word"
	says "…  waits for WRK-001"
}

@test "control characters of a title never reach the terminal" {
	backlog "$(item WRK-001 ready)"
	sed -i 's/Title of WRK-001/"a\\e[31mb\\x07\\u202Ec"/' BACKLOG.yaml
	succeeds weir list
	says "a�[31mb��c"
	succeeds weir show WRK-001
	[[ $output != *$'\033'* ]]
	succeeds weir list --json
	output_is '.[0].title == "a\u001b[31mb\u0007\u202ec"' true
}

@test "list and show: without an archive to read, the items all the same" {
	weir add 'Still here'
	mkdir BACKLOG_ARCHIVE.jsonl
	fails 3 weir list
	says "Still here"
	says "BACKLOG_ARCHIVE.jsonl"
	fails 3 weir show WRK-010
	says "Still here"
	says "BACKLOG_ARCHIVE.jsonl"
	fails 3 weir add 'Refused'
}
