# SPDX-License-Identifier: MIT
# What becomes of an item whose last phase rests on a commit that is gone.

load helper
load project

# stale STALENESS: WRK-001 rests on a commit that is no longer in the history.
stale() {
	project
	cat >weir.yaml <<-END
		agents: { worker: { command: [./agent.sh] } }
		pipelines:
		  feature: { phases: [{ name: build, staleness: $1 }] }
	END
	git init -q -b main .
	git config user.name t
	git config user.email t@localhost
	git add -A && git commit -q -m one
	echo more >more && git add -A && git commit -q -m two
	lost=$(git rev-parse HEAD)
	git reset -q --hard HEAD~1
	backlog "$(going WRK-001 "last_phase_commit: $lost")"
	git add -A && git commit -q -m three
}

@test "a phase with staleness block waits for a person" {
	stale block
	fails 6 weir run
	says "the phase before rests on commit $lost, which is no longer in the history"
	[ ! -e asked ]
	succeeds weir show WRK-001
	says "blocked"
}

@test "a phase with staleness warn says so and goes on" {
	stale warn
	succeeds weir run
	says "WRK-001 build: the phase before rests on commit $lost"
	[ "$(cat asked)" = "WRK-001 build 1" ]
}

@test "a phase that ignores it goes on, as does one whose base is there" {
	stale ignore
	succeeds weir run
	[ "$(cat asked)" = "WRK-001 build 1" ]
	rm -rf .git asked .weir BACKLOG_ARCHIVE.jsonl
	stale block
	git reset -q --hard "$lost"
	backlog "$(going WRK-001 "last_phase_commit: $lost")"
	succeeds weir run
	[ "$(cat asked)" = "WRK-001 build 1" ]
}

# git as it is, but WRK-002 is blocked by hand while the base of WRK-001 is
# being looked for.
meddling_git() {
	mkdir bin
	script bin/git <<-END
		#!/bin/sh
		case \$* in
		*merge-base*)
			[ -e meddled ] || weir block WRK-002 "by hand" >meddled ;;
		esac
		exec "$(command -v git)" "\$@"
	END
	PATH=$PWD/bin:$PATH
}

@test "after an item was blocked for its base the others are planned anew" {
	stale block
	sed -i '1i execution: { max_concurrent: 2 }' weir.yaml
	backlog "$(going WRK-001 "last_phase_commit: $lost")" "$(going WRK-002)"
	git add -A && git commit -q -m four
	meddling_git
	fails 6 weir run
	says "the phase before rests on commit $lost"
	[ -s meddled ]
	[ ! -e asked ]
	succeeds weir show WRK-002
	says "by hand"
}
