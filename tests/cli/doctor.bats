# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load watch
load doctor

prepare() {
	project
}

# Nine items and a save that has seen them; what is left of it after a loss.
lose_items() {
	local items=()

	for i in 1 2 3 4 5 6 7 8 9; do
		items+=("$(item "WRK-00$i" blocked 'blocked_reason: asked')")
	done
	backlog "${items[@]}"
	weir add 'One more'
	cp BACKLOG.yaml "$NOTES/whole.yaml"
	backlog "${items[0]}" "${items[1]}"
	cp BACKLOG.yaml "$NOTES/less.yaml"
}

@test "doctor: nothing is wrong" {
	backlog "$(item WRK-001 new)"
	succeeds weir doctor
	[ "$output" = "nothing is wrong" ]
	succeeds weir doctor --json
	[ -z "$output" ]
	succeeds weir doctor --accept
	has <(printf '%s' "$output") "nothing was held back"
}

@test "doctor names what is wrong and fails" {
	backlog "$(item WRK-001 new 'dependencies: [WRK-777]')"
	fails 3 weir doctor
	says "WRK-777"
	backlog "$(item WRK-001 new)" "$(item WRK-001 new)"
	fails 3 weir doctor
	says "BACKLOG.yaml:9:"
	says "the id 'WRK-001' is taken"
}

@test "a backlog that lost items is not saved over until that is accepted" {
	lose_items
	untouched BACKLOG.yaml weir add 'On top of it'
	[ "$status" -eq 3 ]
	says "7 of 9 items are gone"
	says "weir doctor --accept"
	fails 3 weir doctor
	says "7 of 9 items are gone"
	run weir list --all --json
	says "WRK-002"
	succeeds weir doctor --accept
	same BACKLOG.yaml "$NOTES/less.yaml"
	succeeds weir add 'On top of it'
}

@test "a run goes on when the items are back, and when it is accepted" {
	lose_items
	cp "$NOTES/whole.yaml" BACKLOG.yaml
	acts <<-'END'
		tell begun
		hear
	END
	sed -i 's/^    status: new$/    status: ready/' BACKLOG.yaml
	starts
	hears
	cp "$NOTES/less.yaml" less && mv less BACKLOG.yaml
	soon said_so "until it is mended"
	cp "$NOTES/whole.yaml" whole && mv whole BACKLOG.yaml
	soon said_so "sound again"
	cp "$NOTES/less.yaml" less && mv less BACKLOG.yaml
	soon eval '[ "$(how_often "until it is mended")" = 2 ]'
	weir doctor --accept
	soon eval '[ "$(how_often "sound again")" = 2 ]'
	proceed
}

@test "doctor looks and changes nothing, with or without .weir" {
	backlog "$(item WRK-001 new)"
	everything >"$BATS_TEST_TMPDIR/before"
	succeeds weir doctor
	everything | same "$BATS_TEST_TMPDIR/before" -
	lived_in
	printf '{"seq":' >>.weir/log/events.jsonl
	echo damaged >.weir/ids.hwm
	touch .BACKLOG.yaml.0123456789abcdef.weir-tmp
	chmod 755 .weir
	everything >"$BATS_TEST_TMPDIR/before"
	fails 3 weir doctor
	everything | same "$BATS_TEST_TMPDIR/before" -
}

@test "doctor takes no leap of the numbers over for good" {
	lived_in
	cp .weir/ids.hwm "$BATS_TEST_TMPDIR/before"
	sed -i 's/^next_item_id: .*/next_item_id: 18446744073709551615/' \
		BACKLOG.yaml
	finds wrong mark BACKLOG.yaml
	fails 3 weir doctor --fix
	cmp .weir/ids.hwm "$BATS_TEST_TMPDIR/before"
}

@test "doctor finds what is wrong around the backlog, each with its place" {
	lived_in
	touch .BACKLOG.yaml.0123456789abcdef.weir-tmp
	finds note temporary .BACKLOG.yaml.0123456789abcdef.weir-tmp
	echo '- title: claimed' >.BACKLOG_INBOX.yaml.claim-0123
	finds note claim .BACKLOG_INBOX.yaml.claim-0123
	echo 'damaged' >.weir/ids.hwm
	finds wrong mark .weir/ids.hwm
	rm .weir/ids.hwm
	finds note mark .weir/ids.hwm
	sed -i 's/^next_item_id: .*/next_item_id: 3/' BACKLOG.yaml
	finds note next-id BACKLOG.yaml:2:15
	echo '{"seq":' >>.weir/log/events.jsonl
	lines=$(wc -l <.weir/log/events.jsonl)
	finds note events ".weir/log/events.jsonl:$lines:1"
	chmod 750 .weir
	finds wrong permissions .weir
	mkdir -p .weir/trash
	echo mine >.weir/trash/BACKLOG.yaml.conflict-1-2
	echo other >.weir/trash/BACKLOG.yaml.1
	finds wrong conflict .weir/trash/BACKLOG.yaml.conflict-1-2
	echo '- id: x' >BACKLOG_INBOX.rejected.yaml
	finds wrong rejected BACKLOG_INBOX.rejected.yaml
	printf '\n{"id":\n' >BACKLOG_ARCHIVE.jsonl
	finds wrong archive BACKLOG_ARCHIVE.jsonl:2:6
	echo 'title: kept' >.weir/edit-WRK-010-1-4000000.yaml
	finds wrong edit .weir/edit-WRK-010-1-4000000.yaml
	mv .weir/edit-WRK-010-1-4000000.yaml ".weir/edit-WRK-010-1-$$.yaml"
	never_says_edit=$(weir doctor --json | grep -c '"edit"' || true)
	[ "$never_says_edit" = 0 ]
}

@test "doctor says that local state is in git's index" {
	lived_in
	repository
	run weir doctor --json
	exits 0
	git add -f .weir/ids.hwm
	finds wrong git .weir
}

@test "doctor names dependencies with the line of their item" {
	backlog "$(item WRK-001 new 'dependencies: [WRK-005]')" \
		"$(item WRK-002 new 'dependencies: [WRK-003]')" \
		"$(item WRK-003 new 'dependencies: [WRK-002]')" \
		"$(item WRK-004 new 'dependencies: [WRK-777]')"
	echo '{"id":"WRK-005","how":"closed","item":{}}' \
		>BACKLOG_ARCHIVE.jsonl
	finds wrong closed BACKLOG.yaml:4:5
	finds wrong circle BACKLOG.yaml:10:5
	finds wrong dangling BACKLOG.yaml:22:5
	exits 3
}

@test "doctor says nothing of a mark that could not be read" {
	backlog "$(item WRK-005 ready)"
	echo 'items: [' >>BACKLOG.yaml
	fails 3 weir doctor
	never_says "next_item_id"
	backlog "$(item WRK-005 ready)"
	sed -i 's/^next_item_id: .*/next_item_id: many/' BACKLOG.yaml
	fails 3 weir doctor
	says "'next_item_id' must be a whole number"
	never_says "next_item_id' is 0"
	backlog "$(item WRK-005 readi)" "$(item WRK-006 ready)"
	sed -i 's/^next_item_id: .*/next_item_id: 3/' BACKLOG.yaml
	fails 3 weir doctor
	says "'next_item_id' is 3, but 6 is in use"
}

@test "doctor names an older schema" {
	printf 'schema_version: 2\nitems: []\n' >BACKLOG.yaml
	finds wrong schema BACKLOG.yaml
	says 'weir migrate --dry-run'
}

@test "doctor tells who holds a lock, and waits for nobody" {
	backlog "$(item WRK-001 ready)"
	acts <<-'END'
		tell begun
		hear
	END
	starts
	hears
	run weir doctor --json
	exits 0
	output_is 'select(.where == ".weir/run.lock") | .level' note
	says "held by 'weir run' (pid "
	never_says '"run"'
	proceed
}

@test "doctor names a run without outcome, and whether its agent lives" {
	lived_in
	mkdir -p .weir/runs/r20261120-110046-9f3a2c11
	cat >.weir/runs/r20261120-110046-9f3a2c11/intent.json <<-'END'
		{"run":"r20261120-110046-9f3a2c11","item":"WRK-010","phase":"build",
		"attempt":1,"agent":"worker","started":"2026-11-20T11:00:46Z"}
	END
	finds note run .weir/runs/r20261120-110046-9f3a2c11
	exits 0
	ticks=$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)
	cat >.weir/runs/r20261120-110046-9f3a2c11/child.json <<-END
		{"pid":$$,"start_ticks":$ticks,
		"boot_id":"$(cat /proc/sys/kernel/random/boot_id)"}
	END
	finds wrong run .weir/runs/r20261120-110046-9f3a2c11
	exits 3
}

@test "doctor --fix mends what loses nothing, says so, and then has nothing to do" {
	lived_in
	touch .BACKLOG.yaml.0123456789abcdef.weir-tmp
	echo '- title: claimed' >.BACKLOG_INBOX.yaml.claim-0123
	echo 'damaged' >.weir/ids.hwm
	chmod 755 .weir
	printf '{"seq":' >>.weir/log/events.jsonl
	echo mine >BACKLOG_INBOX.rejected.yaml
	fails 3 weir doctor --fix
	says "made '.weir' 0700"
	says "cleared away what 1 dead save left"
	says "finished 1 claimed inbox: 1 item added, 0 entries rejected"
	[ ! -e .BACKLOG.yaml.0123456789abcdef.weir-tmp ]
	[ ! -e .BACKLOG_INBOX.yaml.claim-0123 ]
	[ "$(stat -c %a .weir)" = 700 ]
	has BACKLOG.yaml 'claimed'
	has BACKLOG_INBOX.rejected.yaml mine
	everything >"$BATS_TEST_TMPDIR/before"
	fails 3 weir doctor --fix
	everything | same "$BATS_TEST_TMPDIR/before" -
	rm BACKLOG_INBOX.rejected.yaml
	succeeds weir doctor --fix
	[ "$output" = "nothing is wrong" ]
}

@test "doctor --fix raises the mark above what is known" {
	lived_in
	echo 'damaged' >.weir/ids.hwm
	succeeds weir doctor --fix
	says "'.weir/ids.hwm' now knows of number 1011"
	weir add 'After the gap' --json
	has BACKLOG.yaml 'WRK-1012'
}

@test "doctor --renumber tells two items of one id apart" {
	backlog "$(item WRK-001 new)" "$(item WRK-001 ready)" \
		"$(item WRK-002 new 'dependencies: [WRK-001]')"
	fails 3 weir doctor
	says "BACKLOG.yaml:9:5: the id 'WRK-001' is taken"
	says "weir doctor --renumber WRK-001"
	succeeds weir doctor --renumber WRK-001
	says "the item that was 'WRK-001' at line 9 is now WRK-010"
	says "what depends on 'WRK-001' means the other one: WRK-002"
	says "nothing is wrong"
	fails 5 weir doctor --renumber WRK-001
	fails 4 weir doctor --renumber WRK-077
}
