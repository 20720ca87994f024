# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	cat >BACKLOG.yaml <<-'END'
		# our work
		schema_version: 1
		items:
		- id: WRK-001
		  title: First # the first
		  status: researching
		  phase: prd
		  created: 2026-01-01T00:00:00Z
		  updated: 2026-01-01T00:00:00Z
		- {id: WRK-004, title: Second, status: scoped, colour: blue}
	END
	cp BACKLOG.yaml before
}

@test "migrate brings schema 1 to 3, says what it changed and keeps a copy" {
	succeeds weir migrate
	says "WRK-001  status: researching -> ready (pipeline 'feature' has no pre-phases)"
	says "WRK-001  phase: prd -> none"
	says "WRK-004  status: scoped -> ready"
	says "BACKLOG.yaml: went from schema 1 to 3, with 2 items"
	says "the file as it was: .weir/backups/BACKLOG.yaml.schema-1"
	same .weir/backups/BACKLOG.yaml.schema-1 before
	cat >after <<-'END'
		# our work
		schema_version: 3
		next_item_id: 4
		items:
		- id: WRK-001
		  title: First # the first
		  status: ready
		  created: 2026-01-01T00:00:00Z
		  updated: 2026-01-01T00:00:00Z
		  pipeline_type: feature
		- {id: WRK-004, title: Second, status: ready, pipeline_type: feature, colour: blue}
	END
	same BACKLOG.yaml after
}

@test "the log tells of the migration, and of no edit by others" {
	local is

	weir migrate
	weir add Third
	succeeds weir log
	says "migrated from schema 1 to 3; as it was it is in .weir/backups/BACKLOG.yaml.schema-1"
	lacks .weir/log/events.jsonl '"edited"'
	is=$(jq -r 'select(.event == "notice") | .backlog' .weir/log/events.jsonl)
	[ "$is" = "$(jq -r 'select(.event == "saved") | .was' .weir/log/events.jsonl)" ]
	echo "# by hand" >>BACKLOG.yaml
	weir add Fourth
	has .weir/log/events.jsonl '"edited"'
}

@test "migrate: a second time there is nothing to do" {
	weir migrate
	untouched BACKLOG.yaml weir migrate
	exits 0
	[ "$output" = "BACKLOG.yaml is of schema 3; there is nothing to migrate" ]
	[ "$(ls .weir/backups)" = BACKLOG.yaml.schema-1 ]
}

@test "migrate --dry-run writes nothing, and its diff makes the same file" {
	untouched BACKLOG.yaml weir migrate --dry-run
	exits 0
	says "would go from schema 1 to 3"
	says "-  status: researching"
	[ ! -e .weir ]
	echo "$output" >changes.patch
	git init -q patched
	cp BACKLOG.yaml patched
	git -C patched apply ../changes.patch
	weir migrate
	same patched/BACKLOG.yaml BACKLOG.yaml
}

@test "migrate --json has every value and the diff" {
	succeeds weir migrate --dry-run --json
	output_is .from 1
	output_is .to 3
	output_is .items 2
	output_is .backup null
	output_is '.values[0] | [.id, .key, .was, .now] | join(" ")' \
		"WRK-001 status researching ready"
	output_is '.diff | startswith("--- a/BACKLOG.yaml\n")' true
	succeeds weir migrate --json
	output_is .backup .weir/backups/BACKLOG.yaml.schema-1
	succeeds weir migrate --json
	output_is .from 3
	output_is .diff null
}

@test "what only looks shows an older backlog, says so, and writes nothing" {
	local command

	for command in list "show WRK-001" "explain WRK-004"; do
		# shellcheck disable=SC2086
		untouched BACKLOG.yaml weir $command
		exits 0
		says "BACKLOG.yaml is of schema 1"
		says "'weir migrate'"
	done
	run --separate-stderr weir list --json
	output_is '.[] | select(.id == "WRK-004").status' ready
	[ ! -e .weir ]
}

# What is said of the items, without the notes on what the file is.
told_of_items() {
	local command

	for command in "list --all --json" "show WRK-001 WRK-005" ready \
		"explain WRK-001" "explain WRK-004" "explain WRK-005" \
		"explain WRK-006" "dep tree"; do
		# shellcheck disable=SC2086
		weir $command 2>/dev/null
	done
}

@test "what only looks shows an older backlog as migration makes it" {
	local schema

	cat >>BACKLOG.yaml <<-'END'
		- {id: WRK-005, title: Third, status: in_progress, phase: spec, dependencies: [WRK-001]}
		- {id: WRK-006, title: Fourth, status: blocked, blocked_from_status: researching, phase: prd}
	END
	cp BACKLOG.yaml before
	for schema in 1 2; do
		sed "s/schema_version: 1/schema_version: $schema/" before >BACKLOG.yaml
		[ $schema = 1 ] || sed -i -e 's/scoped/ready/' \
			-e 's/researching/scoping/' -e 's/phase: spec/phase: build/' BACKLOG.yaml
		told_of_items >"$BATS_TEST_TMPDIR/older"
		succeeds weir migrate
		told_of_items >"$BATS_TEST_TMPDIR/migrated"
		same "$BATS_TEST_TMPDIR/older" "$BATS_TEST_TMPDIR/migrated"
		has "$BATS_TEST_TMPDIR/older" "WRK-001 "
	done
}

@test "doctor finds nothing in an older backlog that migrating solves" {
	fails 3 weir doctor
	says "'weir migrate --dry-run'"
	run weir doctor --json
	[ "$(jq -r 'select(.level == "wrong").check' <<<"$output")" = schema ]
	succeeds weir migrate
	succeeds weir doctor
}

@test "what changes refuses an older backlog and says what to do" {
	local command

	for command in "add Title" run "unblock WRK-001"; do
		# shellcheck disable=SC2086
		untouched BACKLOG.yaml weir $command
		[ "$status" -ne 0 ] || explain "$command went through"
	done
	fails 3 weir add Title
	says "BACKLOG.yaml:2:17: schema 1 can be shown and not changed"
	fails 3 weir run
	says "'weir migrate'"
	never_asked
}

@test "what is refused or shown of an older backlog says once what to do" {
	local command

	for command in "add Title" "set WRK-001 size small" "edit WRK-001 -" \
		"tag add WRK-001 x" "dep add WRK-001 WRK-004" \
		"block WRK-001 why" "unblock WRK-001" "complete WRK-001" \
		"close WRK-001" "merge WRK-001 WRK-004" "run" \
		"list" "show WRK-001" "explain WRK-001" "ready" "dep tree" \
		"archive list"; do
		# shellcheck disable=SC2086
		untouched BACKLOG.yaml weir $command </dev/null
		[ "$(grep -c "'weir migrate'" <<<"$output")" = 1 ] ||
			explain "$command: not once"
	done
}

@test "a migrated item is carried out by the next run" {
	weir migrate
	succeeds weir run
	has asked "WRK-001 build 1"
	has asked "WRK-004 build 1"
}

@test "migrated scoping and in-progress items begin with the first of their phases" {
	cat >weir.yaml <<-'END'
		git: off
		agents: { worker: { command: [./agent.sh] } }
		pipelines:
		  feature:
		    pre_phases: [{ name: look }, { name: think }]
		    phases: [{ name: build }, { name: check }]
	END
	cat >>BACKLOG.yaml <<-'END'
		- {id: WRK-005, title: Third, status: in_progress, phase: spec}
	END
	succeeds weir migrate
	succeeds weir run
	for asked in "WRK-001 look" "WRK-001 think" "WRK-001 build" \
		"WRK-004 build" "WRK-005 build" "WRK-005 check"; do
		has asked "$asked"
	done
}

@test "every item of an older backlog that is wrong is named" {
	sed -i 's/scoped/scopd/; s/researching/reserching/' BACKLOG.yaml
	untouched BACKLOG.yaml weir migrate
	exits 3
	says "BACKLOG.yaml:6:11: 'status': 'reserching'"
	says "BACKLOG.yaml:10:40: 'status': 'scopd'"
	[ ! -e .weir/backups ]
}

@test "a newer schema is refused by its name" {
	sed -i 's/version: 1/version: 4/' BACKLOG.yaml
	for command in migrate list "add Title" run; do
		# shellcheck disable=SC2086
		untouched BACKLOG.yaml weir $command
		exits 3
		says "BACKLOG.yaml:2:17: schema_version 4 is newer than this weir knows (3)"
	done
	never_asked
}

@test "items of schema 1 without a pipeline 'feature' are not migrated" {
	sed -i 's/feature:/docs:/' weir.yaml
	untouched BACKLOG.yaml weir migrate
	exits 4
	says "pipeline 'feature'"
}

@test "the copy is not seen by git, and git clean leaves it" {
	repository
	weir migrate
	[ -z "$(git status --porcelain -- .weir)" ]
	git clean -qfd
	same .weir/backups/BACKLOG.yaml.schema-1 before
}
