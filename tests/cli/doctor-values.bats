# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load doctor

# What can be read and is not what somebody meant.

prepare() {
	project
}

@test "doctor notes a text that a '#' cuts short, and no comment" {
	backlog "$(item WRK-001 new 'description: { context: see #44 }' \
		'blocked_reason: ~   #none')" \
		"$(item WRK-002 new 'size: small #nothing' \
			'description:' '  problem: of #7 and #8' \
			'  solution: "as #9"' '  impact: #10')" \
		"$(item WRK-003 new)" "$(item WRK-004 new)" \
		"$(item WRK-005 new)" "$(item WRK-006 new)"
	sed -i -e 's/Title of WRK-003/Mend #12 of the parser/' \
		-e 's/Title of WRK-004/Mend it # and soon/' \
		-e 's/Title of WRK-005/Mend it#12/' \
		-e "s/Title of WRK-006/'Mend' #12/" BACKLOG.yaml
	sed -i 's/see #44 }/see #44\n      }/' BACKLOG.yaml
	succeeds weir doctor --json
	[ "$(jq -r 'select(.check == "cut") | .where' <<<"$output" | xargs)" = \
		"BACKLOG.yaml:9:29 BACKLOG.yaml:19:16 BACKLOG.yaml:21:14 BACKLOG.yaml:23:12" ] ||
		explain "$(cat -n BACKLOG.yaml)"
	says "'title' ends before '#12 of the parser', which is a comment in YAML"
	says "'problem' ends before '#7 and #8'"
}

@test "doctor names a time that is none, and what only a blocked item says" {
	backlog "$(item WRK-001 new 'blocked_reason: asked' \
		'blocked_type: decision')" \
		"$(item WRK-002 blocked 'blocked_reason: asked')"
	sed -i -e '0,/created: .*/s//created: yesterday/' \
		-e '0,/updated: .*/s//updated: 2026-13-01T10:00:00Z/' BACKLOG.yaml
	fails 3 weir doctor --json
	[ "$(jq -r 'select(.check == "value") | .level + " " + .where' \
		<<<"$output" | xargs)" = "wrong BACKLOG.yaml:7:14 wrong BACKLOG.yaml:8:14 note BACKLOG.yaml:9:21 note BACKLOG.yaml:10:19" ] ||
		explain "other values"
	says "'created': 'yesterday' is no time such as 2026-11-20T11:00:46Z"
}

@test "doctor says what of the inbox will not be taken, and leaves it" {
	backlog "$(item WRK-001 new)"
	cat >BACKLOG_INBOX.yaml <<-'END'
		- title: good
		- titel: bad
		- title: also good
		  size: huge
		- { title: open
	END
	untouched BACKLOG_INBOX.yaml weir doctor --json
	exits 3
	[ "$(jq -r 'select(.check == "inbox") | .level + " " + .where' \
		<<<"$output" | xargs)" = "wrong BACKLOG_INBOX.yaml:2:3 wrong BACKLOG_INBOX.yaml:4:9 wrong BACKLOG_INBOX.yaml:6:1" ] ||
		explain "others"
	[ ! -e BACKLOG_INBOX.rejected.yaml ]
	printf -- '- title: good\n  status: done\n' >BACKLOG_INBOX.yaml
	finds note inbox BACKLOG_INBOX.yaml:2:11
	exits 0
	rm BACKLOG_INBOX.yaml
	mkdir BACKLOG_INBOX.yaml
	finds wrong inbox BACKLOG_INBOX.yaml
	exits 3
}

@test "doctor tells ten of a kind and counts the rest, --json all, a step once" {
	local items=()

	for i in $(seq 101 145); do
		items+=("$(item "WRK-$i" new 'dependencies: [WRK-777]' \
			'tags: [a]')")
	done
	items+=("$(item WRK-001 new 'dependencies: [WRK-001]')")
	backlog "${items[@]}"
	sed -i 's/Title of WRK-1[0-3]/A #&/' BACKLOG.yaml
	fails 3 weir doctor
	[ "$(grep -c 'depends on' <<<"$output")" = 10 ] || explain "not ten"
	says "and 35 more of this kind ('dangling')"
	[ "$(grep -c "'weir dep rm' takes" <<<"$output")" = 1 ] ||
		explain "a step again and again"
	says "and 29 more of this kind ('cut')"
	says "WRK-001 -> WRK-001"
	run weir doctor --json
	[ "$(jq -s 'map(select(.check == "dangling")) | length' \
		<<<"$output")" = 45 ] || explain "not all"
}

@test "doctor counts what is wrong beyond a hundred, and names both lines of an id" {
	local items=()

	for i in $(seq 150); do
		items+=("$(item WRK-001 new)")
	done
	backlog "${items[@]}"
	fails 3 weir doctor
	says "BACKLOG.yaml:9:5: the id 'WRK-001' is taken by the item at line 4"
	says "'weir doctor --renumber WRK-001'"
	says "and 139 more of this kind ('backlog')"
	[ "$(wc -l <<<"$output")" -lt 15 ] || explain "a flood"
}
