# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

prepare() {
	project
	backlog "$(item WRK-001 ready 'size: large   # too much' 'colour: red')" \
		"$(item WRK-002 new)"
}

value_of() { # FILTER
	weir show WRK-001 --json | jq -r "$1"
}

@test "set FIELD VALUE changes that field, says what it was, and no other byte" {
	cp BACKLOG.yaml before
	succeeds weir set WRK-001 size small
	[ "$output" = "WRK-001 size: large -> small" ]
	sed -e 's/size: large/size: small/' before >want
	sed -i -e '0,/updated: .*/s//updated: now/' want
	sed -e '0,/updated: .*/s//updated: now/' BACKLOG.yaml >got
	same want got
}

@test "set FIELD=VALUE... is one save, and all or nothing" {
	succeeds weir set WRK-001 risk=high title='A = b' \
		description.problem='it: breaks' requires_human_review=true
	[ "$(value_of '[.risk, .title, .description.problem,
		.requires_human_review] | join("|")')" = \
		"high|A = b|it: breaks|true" ]
	untouched BACKLOG.yaml weir set WRK-001 risk=low impact=vast
	exits 2
	says "impact: 'vast' is not one of low, medium or high"
}

@test "set --json says each field before and after" {
	succeeds weir set WRK-001 --json size=small risk=low
	[ "$output" = '{"id":"WRK-001","changes":[{"field":"size","from":"large","to":"small"},{"field":"risk","from":null,"to":"low"}]}' ]
}

@test "an empty value and --unset take a field away" {
	succeeds weir set WRK-001 risk=low description.problem=x
	succeeds weir set WRK-001 size= --unset risk,description.problem
	says "size: large -> none"
	[ "$(value_of '[.size, .risk, .description.problem] | map(. == null)
		| all')" = true ]
	lacks BACKLOG.yaml risk
	succeeds weir set WRK-001 requires_human_review true
	succeeds weir set WRK-001 --unset requires_human_review
	[ "$(value_of .requires_human_review)" = false ]
}

@test "set FIELD - reads standard input" {
	printf 'first\nsecond: line\n' >text
	succeeds weir set WRK-001 description.solution - <text
	[ "$(value_of .description.solution)" = "$(cat text)" ]
	printf 'a\377b' >text
	fails 3 weir set WRK-001 description.solution - <text
	says "not UTF-8"
}

@test "what is so already is not saved again" {
	untouched BACKLOG.yaml weir set WRK-001 size large
	exits 0
	says "WRK-001 says so already"
}

@test "a wrong field or value is refused with what is near" {
	fails 2 weir set WRK-001 sice small
	says "there is no field 'sice'; did you mean 'size'?"
	fails 2 weir set WRK-001 size smal
	says "is not one of small, medium or large; did you mean 'small'?"
	fails 2 weir set WRK-001 title ''
	says "the title is blank"
	fails 2 weir set WRK-001 title $'two\nlines'
	says "more than one line"
	fails 2 weir set WRK-001 size=small size=large
	says "'size' is set twice"
	fails 2 weir set WRK-001 size
	says "neither FIELD=VALUE"
	fails 2 weir set WRK-001 title two words
	says "quote a value of several words"
	fails 2 weir set WRK-001 title=two words
	says "'words' is neither FIELD=VALUE"
	fails 2 weir set WRK-001
	says "needs FIELD VALUE"
	fails 4 weir set WRK-003 size small
	says "did you mean"
}

@test "every field that is nearly or partly named is suggested, in each spelling" {
	local pair wrong

	for pair in sice:size SIZE:size Titel:title stauts:status \
		pipeline:pipeline_type human_review:requires_human_review \
		description.problm:description.problem \
		descripton.problem:description.problem \
		desc.problem:description.problem problem:description.problem \
		Solutoin:description.solution context:description.context \
		size.x:size; do
		wrong=${pair%%:*}
		for words in "$wrong x" "$wrong=x" "risk=low $wrong=x" \
			"$wrong" "--unset $wrong"; do
			# shellcheck disable=SC2086
			untouched BACKLOG.yaml weir set WRK-001 $words
			exits 2
			says "there is no field '$wrong'; did you mean '${pair#*:}'?"
		done
	done
}

@test "where no field is near, those that can be set are named" {
	fails 2 weir set WRK-001 colour=red
	says "there is no field 'colour'; weir set takes title, size,"
	says "description.impact or description.sizing_rationale"
	never_says "phase_pool"
	fails 2 weir set WRK-001 =x
	says "there is no field ''"
}

@test "what other commands look after is refused, with their names" {
	local pair

	for pair in id:renumber status:unblock phase:run phase_pool:run \
		blocked_from_status:block blocked_reason:block \
		blocked_type:unblock tags:tag dependencies:dep origin:edit \
		created: updated: last_phase_commit: \
		guardrails_accepted:accept-risk tags.1:tag \
		guardrails_accepted.size:accept-risk \
		description:description.problem; do
		untouched BACKLOG.yaml weir set WRK-001 "${pair%%:*}" x
		exits 2
		says "'${pair%%:*}' is not set like this"
		says "${pair#*:}"
	done
}

@test "an unknown pipeline is taken, with a warning" {
	succeeds weir set WRK-001 pipeline_type blog
	says "there is no pipeline 'blog' in weir.yaml"
	[ "$(value_of .pipeline_type)" = blog ]
	succeeds weir set WRK-001 pipeline_type feature
	never_says "there is no pipeline"
}
