# SPDX-License-Identifier: MIT
# Whose work a commit holds.

bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
	sed -i -e 's/^git: off/git: on/' \
		-e 's/max_retries: 0/max_retries: 2, max_wip: 2/' weir.yaml
}

@test "what another item's failed attempt left is not in an item's commit" {
	acts <<-'END'
		echo "$step" >"made.$step"
		[ "$WEIR_ATTEMPT" -gt 1 ] || finish failed
	END
	backlog "$(going WRK-001)" "$(going WRK-002)"
	repository
	runs
	exits 0
	asked WRK-001.1 WRK-001.2 WRK-002.1 WRK-002.2
	committed WRK-001 made.WRK-001.1 made.WRK-001.2
	committed WRK-002 made.WRK-002.1 made.WRK-002.2
}

@test "what a person changed between two attempts is in no commit" {
	acts <<-'END'
		echo "$step" >"made.$step"
		[ "$WEIR_ATTEMPT" -gt 1 ] || finish failed
	END
	backlog "$(going WRK-001)"
	echo one >tracked
	repository
	runs --cap 1
	asked WRK-001.1
	echo mine >persons
	echo two >>tracked
	runs
	exits 0
	asked WRK-001.1 WRK-001.2
	committed WRK-001 made.WRK-001.1 made.WRK-001.2
	tree_is $' M tracked\n?? persons'
}

@test "what a person changes while a failed item rests is in no commit" {
	acts <<-'END'
		echo "$step" >"made.$step"
		[ "$WEIR_ATTEMPT" -gt 1 ] || finish failed
	END
	backlog "$(going WRK-001)"
	repository
	starts --json
	# It rests for a second.
	soon said_so '"event":"phase_ended"'
	echo mine >persons
	ends 0
	asked WRK-001.1 WRK-001.2
	committed WRK-001 made.WRK-001.1 made.WRK-001.2
	tree_is "?? persons"
}

@test "what is left uncommitted is named, one or many" {
	acts <<-'END'
		echo 1 >"made.$step"
		[ "$WEIR_ITEM_ID" = WRK-001 ] || echo 2 >"more.$step"
		finish blocked
	END
	backlog "$(going WRK-001)" "$(going WRK-002)"
	repository
	runs
	says "WRK-001 left a changed file uncommitted: 'made.WRK-001.1'"
	says "WRK-002 left 2 changed files uncommitted, one is 'm"
}

@test "work is not carried to another branch" {
	acts <<-'END'
		echo "$step" >"made.$step"
		git -C "$WEIR_ROOT" switch -qc other
	END
	backlog "$(going WRK-001)"
	repository
	runs
	exits 0
	says "begun on branch 'main' and HEAD is on 'other' now"
	says "git switch main"
	says "done (1)"
	[ -z "$(git log --all --format=%s -- made.WRK-001.1)" ] ||
		explain "it was committed"
	[ -e made.WRK-001.1 ]
	# Still so, and still told, but not as done once more.
	runs
	says "begun on branch 'main'"
	never_says "done (1)"
	[ -z "$(git log --all --format=%s -- made.WRK-001.1)" ]
	git switch -q main
	# Not weir's own files, which went on on the other branch.
	runs
	never_says "begun on branch"
	says "WRK-001  Title of WRK-001"
	[ "$(git log main --format=%s -- made.WRK-001.1)" = "[WRK-001][build] did it" ]
	[ -z "$(git log other --format=%s -- made.WRK-001.1)" ]
}

@test "work that a person commits to another branch is settled" {
	acts <<-'END'
		echo "$step" >"made.$step"
		git -C "$WEIR_ROOT" switch -qc other
	END
	backlog "$(going WRK-001)"
	repository
	runs
	says "begun on branch 'main'"
	git add made.WRK-001.1
	git commit -qm mine
	runs
	exits 0
	never_says "begun on branch"
	tree_is ""
}

@test "the end of a phase asks git for its status once" {
	acts <<<'echo "$step" >"made.$step"'
	backlog "$(going WRK-001)"
	repository
	script "$BATS_TEST_TMPDIR/bin/git" <<-END
		#!/bin/sh
		case " \$* " in
		*" status "*) echo asked >>"$NOTES/statuses"
		esac
		exec $(command -v git) "\$@"
	END
	runs
	exits 0
	committed WRK-001 made.WRK-001.1
	# Before the phase, after it, and at the end of the run.
	cat "$NOTES/statuses"
	[ "$(wc -l <"$NOTES/statuses")" -eq 3 ]
}

@test "a commit waits for another git that is at work" {
	acts <<<'echo "$step" >"made.$step"'
	backlog "$(going WRK-001)"
	repository
	script "$BATS_TEST_TMPDIR/bin/git" <<-END
		#!/bin/sh
		case " \$* " in
		*" update-index "*)
			if mkdir "$NOTES/once" 2>/dev/null; then
				: >.git/index.lock
				$(command -v git) "\$@"
				rc=\$?
				echo locked >"$NOTES/told"
				exit \$rc
			fi
		esac
		exec $(command -v git) "\$@"
	END
	starts
	hears
	[ "$said" = locked ]
	rm .git/index.lock
	ends 0
	committed WRK-001 made.WRK-001.1
	[ "$(how_often "not committed")" = 0 ]
}

@test "a lock that an agent's git left is named with what to do" {
	acts <<-'END'
		echo "$step" >"made.$step"
		: >"$WEIR_ROOT/.git/index.lock"
	END
	backlog "$(going WRK-001)"
	repository
	runs
	says "is not committed yet"
	says "/.git/index.lock' has been there for"
	says "perhaps the agent's"
	says "remove that file"
	[ -e .git/index.lock ]
	touch -d '1 hour ago' .git/index.lock
	runs
	says "/.git/index.lock' has been there for 1h00m"
	never_says "perhaps the agent's"
	rm .git/index.lock
	runs
	exits 0
	committed WRK-001 made.WRK-001.1
}

# litter DIR: what weirs that were killed leave when the backlog is in there.
litter() {
	local dir=$1 id=0123456789abcdef

	echo '[{ title: Dropped }]' >"$dir/.BACKLOG_INBOX.yaml.claim-$id$id"
	echo torn >"$dir/.BACKLOG.yaml.$id.weir-tmp"
}

# A project whose backlog is in that directory.
prepare_in() {
	mkdir -p "$1"
	prepare
	backlog "$(going WRK-001)"
	[ "$1" = . ] || {
		mv BACKLOG.yaml "$1/"
		echo "project: { backlog: $1/BACKLOG.yaml }" >>weir.yaml
	}
}

never_committed() {
	! git log --all --format= --name-only --diff-filter=A |
		grep -e claim- -e weir-tmp -e weir-swap -e '\.weir' || {
		git log --all --format=%s --name-status
		return 1
	}
}

# commits_no_litter DIR: nor is it there after another run.
commits_no_litter() {
	prepare_in "$1"
	{
		declare -f litter
		echo 'cd "$WEIR_ROOT"'
		echo "litter $1"
		echo 'echo 1 >"made.$step"'
	} | acts
	sed -i '1s,.*,#!/bin/bash,' agent.sh
	repository
	runs
	exits 0
	git log --format= --name-only --grep='[[]WRK-001' | grep -qx made.WRK-001.1
	never_committed
	works
	git commit -qam works
	runs
	exits 0
	never_committed
	tree_is ""
}

@test "what a killed weir had under way is in no commit" {
	commits_no_litter .
}

@test "nor is it beside a backlog in a directory" {
	commits_no_litter sub
}

# commits_that_litter_is_gone DIR
commits_that_litter_is_gone() {
	prepare_in "$1"
	acts <<<'echo 1 >"made.$step"'
	litter "$1"
	repository
	runs
	exits 0
	tree_is ""
}

@test "that a claim which got into a commit is gone is committed" {
	commits_that_litter_is_gone .
}

@test "so it is beside a backlog in a directory" {
	commits_that_litter_is_gone sub
}
