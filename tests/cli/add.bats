# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
}

@test "add saves an item and prints its id" {
	succeeds weir add "Add CSV export"
	[ "$output" = "added WRK-010  Add CSV export" ]
	succeeds weir show WRK-010 --json
	output_is .title "Add CSV export"
	output_is .status new
	output_is .created "$(jq -r .updated <<<"$output")"
}

@test "add: assessments, pipeline, tags and dependencies" {
	backlog "$(item WRK-001 ready)" "$(item WRK-002 ready)" \
		"$(item WRK-003 ready)"
	succeeds weir add Title --size small --complexity low --risk medium \
		--impact high --pipeline feature --tag ui,export --tag big \
		--depends WRK-001,WRK-002 --depends=WRK-003
	succeeds weir show WRK-010 --json
	output_is .size small
	output_is .complexity low
	output_is .risk medium
	output_is .impact high
	output_is .pipeline_type feature
	output_is '.tags | join(" ")' "ui export big"
	output_is '.dependencies | join(" ")' "WRK-001 WRK-002 WRK-003"
}

@test "add -d: text, or standard input whole" {
	succeeds weir add One -d "What it is: about"
	succeeds weir show WRK-010 --json
	output_is .description.context "What it is: about"
	printf 'First line\n\n- a: b # not a comment\n"q"\n' |
		weir add Two --description -
	succeeds weir show WRK-011 --json
	output_is .description.context \
		"$(printf 'First line\n\n- a: b # not a comment\n"q"')"
}

@test "add -d -: what is no text, or too much, is refused" {
	run weir add T -d - < <(printf 'a\xff')
	exits 3
	says "not UTF-8 text, at byte 2"
	run weir add T -d - < <(head -c 1100000 /dev/zero | tr '\0' x)
	exits 3
	says "longer than 1048576 bytes"
	succeeds weir list
	says "The backlog is empty"
}

@test "add --json" {
	succeeds weir add Title --json
	[ "$output" = '{"id":"WRK-010"}' ]
}

@test "add: a title is one line of text" {
	fails 2 weir add ""
	says "the title is blank"
	fails 2 weir add "  "
	says "the title is blank"
	fails 2 weir add $'one\ntwo'
	says "more than one line"
	fails 2 weir add $'\xff'
	says "not UTF-8"
	succeeds weir list --json
	[ "$output" = '[]' ]
}

@test "add: a title comes back as it was given" {
	local title

	for title in "- a: b" "# x" "yes" "'q' \"r\"" "[x]" "naïve 日本" "@home" \
		"trailing:" "123" "null"; do
		weir add -- "$title"
	done
	succeeds weir list --json
	output_is '[.[].title] | join("|")' \
		"- a: b|# x|yes|'q' \"r\"|[x]|naïve 日本|@home|trailing:|123|null"
}

@test "add: a value that is none of the known ones is refused" {
	fails 2 weir add T --size huge
	says "--size: 'huge' is not one of small, medium or large"
	fails 2 weir add T --complexity x
	says "--complexity: 'x'"
	fails 2 weir add T --risk none
	says "--risk: 'none' is not one of low, medium or high"
	fails 2 weir add T --impact 1
	says "--impact: '1'"
}

@test "add: an unknown pipeline or dependency is not found" {
	backlog "$(item WRK-001 ready)"
	untouched BACKLOG.yaml weir add T --pipeline featrue
	exits 4
	says "there is no pipeline 'featrue'; did you mean 'feature'?"
	untouched BACKLOG.yaml weir add T --depends WRK-011
	exits 4
	says "there is no item 'WRK-011'; did you mean 'WRK-001'?"
}

@test "add: without a backlog it says how one is made" {
	rm BACKLOG.yaml
	fails 4 weir add Title
	says "weir init"
	[ ! -e BACKLOG.yaml ]
}

@test "add leaves comments and the layout of others as they are" {
	cat >BACKLOG.yaml <<-'END'
		# ours
		schema_version: 3
		next_item_id: 4
		items:
		  # the first
		  - title:   'Odd'   # spaces
		    id: WRK-004
		    created: 2026-11-01T10:00:00Z
		    updated: 2026-11-01T10:00:00Z
		    status: new
		    mine: kept
	END
	cp BACKLOG.yaml ../before
	succeeds weir add Title
	says WRK-005
	sed -i '/^next_item_id/d' BACKLOG.yaml ../before
	head -c "$(stat -c %s ../before)" BACKLOG.yaml | same ../before -
}

@test "two that add at a time get two ids" {
	local i

	for i in 1 2 3 4 5 6; do
		weir add "Item $i" >"added$i" &
	done
	wait
	succeeds weir list --json
	output_is length 6
	output_is '[.[].id] | unique | length' 6
	output_is '[.[].title] | unique | length' 6
}
