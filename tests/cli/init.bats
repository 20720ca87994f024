# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

made() {
	printf '%s\n' weir.yaml workflows/plan.md workflows/build.md \
		workflows/review.md BACKLOG.yaml .weir/
}

@test "init makes a project and says what it made and what comes next" {
	local file

	succeeds weir init
	for file in $(made); do
		says "made  $file"
		[ -e "$file" ]
	done
	says "next: weir add"
	[ "$(stat -c %a .weir)" = 700 ]
	[ "$(cat .weir/.gitignore)" = '*' ]
}

@test "what init makes is a sound, empty backlog" {
	succeeds weir init
	succeeds weir list
	says "The backlog is empty. Next: weir add"
	succeeds weir add First
	says "added WRK-001  First"
}

@test "init again changes nothing and says that it kept everything" {
	local file

	weir init
	echo "# mine" >>weir.yaml
	echo "mine" >workflows/plan.md
	find . -type f -exec cksum {} + | sort >../before
	succeeds weir init
	for file in $(made); do
		says "kept  $file"
	done
	never_says made
	find . -type f -exec cksum {} + | sort >../after
	same ../before ../after
}

@test "init completes what is missing" {
	weir init
	rm workflows/build.md BACKLOG.yaml
	succeeds weir init
	says "made  workflows/build.md"
	says "made  BACKLOG.yaml"
	says "kept  weir.yaml"
}

@test "init beside a backlog that cannot be used says why, and the next safe step" {
	weir init
	backlog "$(item WRK-001 readi)"
	untouched BACKLOG.yaml weir init
	exits 3
	says "kept  BACKLOG.yaml"
	says "next: weir doctor"
	says "weir: BACKLOG.yaml:6:13: 'status': 'readi'"
	never_says "weir add"
	echo 'items: [' >BACKLOG.yaml
	fails 3 weir init
	says "next: weir doctor"
	run --separate-stderr weir init --json
	[ "$(head -n 1 <<<"$output" | jq -r '.kept | length')" = 6 ]
	rm BACKLOG.yaml
	mkdir BACKLOG.yaml
	run weir init
	[ "$status" -ne 0 ] || explain "a directory is no backlog"
	says "kept  BACKLOG.yaml"
	says "next: weir doctor"
	never_says "weir add"
}

@test "init beside an older backlog says that it is to be migrated" {
	printf 'schema_version: 2\nitems: []\n' >BACKLOG.yaml
	untouched BACKLOG.yaml weir init
	exits 0
	says "made  weir.yaml"
	says "kept  BACKLOG.yaml"
	says "the backlog is of schema 2"
	says "next: weir migrate --dry-run"
	never_says "weir add"
}

@test "init makes only prompt files that the configuration names" {
	echo 'git: off' >weir.yaml
	succeeds weir init
	never_says workflows
	[ ! -e workflows ]
	[ "$(cat weir.yaml)" = 'git: off' ]
}

@test "init makes the backlog where the configuration says" {
	echo 'project: { backlog: TODO.yaml }' >weir.yaml
	succeeds weir init
	says "made  TODO.yaml"
	[ ! -e BACKLOG.yaml ]
}

@test "init makes no directory for the backlog but names the one missing" {
	echo 'project: { backlog: work/TODO.yaml }' >weir.yaml
	fails 4 weir init
	says "there is no directory 'work'"
	[ ! -e work ]
}

@test "init --prefix" {
	succeeds weir init --prefix ABC
	succeeds weir add First
	says "added ABC-001"
	succeeds weir init --prefix DEF
	says "its prefix stays"
	succeeds weir add Second
	says "added ABC-002"
}

@test "init --prefix: what cannot begin an id is refused, nothing is made" {
	fails 2 weir init --prefix 'a b'
	says "'a b' cannot begin an id"
	fails 2 weir init --prefix ''
	[ -z "$(ls -A)" ]
}

@test "init -C works in that directory" {
	mkdir there
	succeeds weir -C there init
	[ -f there/BACKLOG.yaml ]
	[ -z "$(find . -maxdepth 1 -type f)" ]
	fails 4 weir -C nowhere init
}

@test "init below a project makes nothing, names it and says how to go on" {
	local gone

	weir init
	mkdir -p "a dir/b"
	for gone in nothing weir.yaml BACKLOG.yaml; do
		rm -f "$gone"
		cd "a dir/b"
		fails 5 weir init
		says "is in the project '$(realpath ../..)'"
		says "'weir -C ../.. init' completes that one"
		says "'weir -C . init' begins another one here"
		[ -z "$(ls -A)" ] || explain "nothing is made"
		cd ../..
		weir init
	done
}

@test "init -C . begins a project below another, and init completes it" {
	weir init
	mkdir -p below
	cd below
	succeeds weir -C . init
	says "made  BACKLOG.yaml"
	rm weir.yaml
	succeeds weir init
	says "made  weir.yaml"
	succeeds weir add First
	has BACKLOG.yaml First
	lacks ../BACKLOG.yaml First
}

@test "init in a git repository says what to commit until git has it" {
	succeeds weir init
	never_says commit
	git init -q -b main .
	succeeds weir init
	says "commit weir.yaml, workflows/ and BACKLOG.yaml"
	[ "$(grep -c commit <<<"$output")" = 1 ] || explain "one line"
	[[ ${lines[-1]} == "next: "* ]] || explain "the next step stands last"
	git add weir.yaml workflows/plan.md workflows/review.md
	succeeds weir init
	says "commit workflows/ and BACKLOG.yaml"
	git add workflows
	succeeds weir init
	says "commit BACKLOG.yaml"
	git add BACKLOG.yaml
	git commit -q -m start
	succeeds weir init
	never_says commit
	[ -z "$(git status --porcelain)" ]
}

@test "init below the top of a git repository says that the project ends there" {
	git init -q -b main .
	mkdir -p a/b
	cd a/b
	succeeds weir init
	says "the project is 'a/b/' of its git repository"
	says "commit weir.yaml"
	succeeds weir init
	never_says "the project is"
}

@test "init --json" {
	succeeds weir init --json
	output_is '.made | join(" ")' "$(made | paste -sd ' ')"
	output_is '.kept | length' 0
	succeeds weir init --json
	output_is '.made | length' 0
	output_is '.kept | join(" ")' "$(made | paste -sd ' ')"
}

@test "init refuses to go on from a configuration that is not valid" {
	printf 'git: on\nagnets: {}\n' >weir.yaml
	fails 3 weir init
	says "weir.yaml:2:1:"
	[ ! -e BACKLOG.yaml ]
}

@test "a symlink in place of weir.yaml is neither followed nor replaced" {
	echo 'git: off' >../target
	ln -s ../target weir.yaml
	fails 3 weir init
	[ -L weir.yaml ]
	[ "$(cat ../target)" = 'git: off' ]
}

@test "the starter names each phase's prompt file, and agents to choose from" {
	weir init
	for name in plan build review; do
		has weir.yaml "workflows/$name.md"
		[ "$(wc -l <"workflows/$name.md")" -gt 20 ]
	done
	has weir.yaml 'command: [claude, -p, --permission-mode, acceptEdits]'
	has weir.yaml '# codex:'
	has weir.yaml '# opencode:'
	has weir.yaml '# gemini:'
}

@test "every agent of the starter can be taken instead of the first" {
	for name in codex opencode gemini script; do
		rm -f weir.yaml
		weir init
		sed -i "s/^  # \($name:\)/  \1/; /^  $name:/,+1s/^  #   /    /
			s/^  default: .*/  default: $name/" weir.yaml
		succeeds weir list
	done
}

@test "every key that is commented out in the starter is valid" {
	weir init
	sed -i -e 's/^\( *\)# \(backlog\|max_retries\|phase_timeout\|phase_cap\|timeout\|triage\): /\1\2: /' \
		weir.yaml
	has weir.yaml '  phase_cap: 100'
	has weir.yaml 'triage: { agent'
	succeeds weir list
}

@test "init does not begin a new backlog where ids were issued" {
	weir init
	weir add First
	rm BACKLOG.yaml
	fails 5 weir init
	says "'BACKLOG.yaml' is gone"
	says "'.weir/ids.hwm' shows that there was one"
	says "put a copy of it back"
	says "--new-backlog"
	never_says "git checkout"
	[ ! -e BACKLOG.yaml ]
	succeeds weir init --new-backlog
	says "made  BACKLOG.yaml"
	succeeds weir add Second
	says "added WRK-002"
}

@test "init does not begin a new backlog where git has one" {
	weir init
	repository
	rm BACKLOG.yaml
	fails 5 weir init
	says "bring it back with 'git checkout -- BACKLOG.yaml'"
	[ ! -e BACKLOG.yaml ]
	git checkout -q -- BACKLOG.yaml
	succeeds weir init
	says "kept  BACKLOG.yaml"
}

@test "init does not begin a new backlog beside an archive or runs" {
	weir init
	rm BACKLOG.yaml
	: >BACKLOG_ARCHIVE.jsonl
	fails 5 weir init
	says "'BACKLOG_ARCHIVE.jsonl' shows"
	rm BACKLOG_ARCHIVE.jsonl
	mkdir .weir/runs
	fails 5 weir init
	says "'.weir/runs' shows"
	rmdir .weir/runs
	succeeds weir init
	says "made  BACKLOG.yaml"
}
