# SPDX-License-Identifier: MIT
# A run and the world around it: it always ends, and sees what people do to
# its files while it is busy.

bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
}

titles() {
	weir list --all --json | jq -r '[.[].title] | sort | join("|")'
}

# Two items whose first attempts fail, in a directory of their own.
fails_first() {
	mkdir "$1"
	cp weir.yaml agent.sh BACKLOG.yaml "$1"
	(cd "$1" && repository && timeout -k 1 $WAIT_SECONDS weir run \
		>"$NOTES/out.$1" 2>&1 3>&-)
}

@test "an item that is moved while its agent works rests, and ends no run" {
	backlog "$(item WRK-001 ready 'size: small' 'complexity: low' \
		'risk: low')"
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		echo "$WEIR_ITEM_ID" >>"$WEIR_ROOT/asked"
		cd "$WEIR_ROOT"
		if [ "$(wc -l <asked)" -le 3 ]; then
			sed -e 's/in_progress/ready/' -e '/ phase:/d' \
				-e '/phase_pool:/d' BACKLOG.yaml >mine
			mv mine BACKLOG.yaml
		fi
		printf '{"item_id":"%s","phase":"%s","result":"phase_complete","summary":"did it"}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" >"$WEIR_RESULT"
	END
	succeeds weir run
	[ "$(wc -l <asked)" -eq 4 ] || explain "the attempts"
	says "but the item was moved to ready"
	says "everything is done"
}

@test "a run with retries always ends" {
	local n pids=() hung=0

	sed -i -e 's/^git: off/git: on/' \
		-e 's/max_retries: 0/max_retries: 2, max_wip: 2/' weir.yaml
	script agent.sh <<-'END'
		#!/bin/sh
		cat >/dev/null
		[ "$WEIR_ATTEMPT" -gt 1 ] && result=phase_complete || result=failed
		printf '{"item_id":"%s","phase":"%s","result":"%s","summary":"did it"}' \
			"$WEIR_ITEM_ID" "$WEIR_PHASE" "$result" >"$WEIR_RESULT"
	END
	backlog "$(item WRK-001 ready)" "$(item WRK-002 ready)"
	# All at once: what wakes them comes late then, now and again.
	for n in 0 1 2 3 4 5 6 7 8 9; do
		fails_first $n &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || hung=$((hung + 1))
	done
	[ $hung -eq 0 ] || {
		echo "$hung of 10 did not end well"
		tail -n 4 "$NOTES"/out.*
		return 1
	}
}

@test "what cannot be saved ends the run with a message, and is not lost" {
	acts <<-'END'
		tell begun
		hear
	END
	backlog "$(going WRK-001)"
	starts
	hears
	echo "not a directory" >_worklog
	proceed
	ends 1
	said_so _worklog
	rm _worklog
	runs
	exits 0
	says "everything is done"
	[ "$(cat "$NOTES/asked")" = WRK-001.1 ]
}

@test "a signal ends a run that could not save" {
	sed -i 's/max_retries: 0/max_retries: 0, max_wip: 2, max_concurrent: 2/' \
		weir.yaml
	acts <<-'END'
		if [ $WEIR_ITEM_ID = WRK-001 ]; then
			tell begun
			hear
		else
			trap 'tell asked to end' TERM
			tell begun
			while :; do
				sleep 1
			done
		fi
	END
	backlog "$(going WRK-001)" "$(going WRK-002)"
	starts
	hears
	hears
	echo "not a directory" >_worklog
	proceed
	hears
	kill -INT "$weir"
	soon is_over "$weir"
	said_so _worklog
	# shellcheck disable=SC2046
	gone $(cat "$NOTES/pids")
}

@test "SIGHUP ends a run like SIGTERM: no agent survives" {
	acts <<-'END'
		tail -f /dev/null &
		echo $! >>"$notes/pids"
		tell begun
		wait
	END
	backlog "$(going WRK-001)"
	starts
	hears
	kill -HUP "$weir"
	ends 129
	# shellcheck disable=SC2046
	gone $(cat "$NOTES/pids")
	succeeds weir show WRK-001 --json
	output_is .status in_progress
}

# slow_git: the first commit waits until the test says `proceed`.
slow_git() {
	sed -i 's/^git: off/git: on/' weir.yaml
	repository
	script "$BATS_TEST_TMPDIR/bin/git" <<-END
		#!/bin/sh
		case "\$*" in
		*commit-tree*)
			if mkdir "$NOTES/once" 2>/dev/null; then
				echo committing >"$NOTES/told"
				read -r heard <"$NOTES/go"
			fi
		esac
		exec $(command -v git) "\$@"
	END
}

@test "an item deleted while weir is busy is not worked on" {
	acts </dev/null
	backlog "$(item WRK-005 blocked 'blocked_reason: x' \
		'blocked_from_status: ready')" "$(going WRK-001)" \
		"$(going WRK-002 'dependencies: [WRK-001]')"
	slow_git
	starts
	hears
	sed -i '/id: WRK-002/,/dependencies:/d' BACKLOG.yaml
	lacks BACKLOG.yaml WRK-002
	proceed
	ends 0
	asked WRK-001.1
	lacks BACKLOG.yaml WRK-002
}

@test "an item added by hand while weir is busy is worked on" {
	acts </dev/null
	backlog "$(item WRK-005 blocked 'blocked_reason: x' \
		'blocked_from_status: ready')" "$(going WRK-001)"
	slow_git
	starts
	hears
	going WRK-003 >>BACKLOG.yaml
	proceed
	ends 0
	asked WRK-001.1 WRK-003.1
	has BACKLOG_ARCHIVE.jsonl '"WRK-003"'
}

# holds_lock: another process has the lock until the test writes to
# "$NOTES/free". It tells when it has it.
holds_lock() {
	mkfifo "$NOTES/free"
	perl -MFcntl -e '
		open(my $lock, "+<", ".weir/lock") or die "open: $!";
		my $whole = pack("ssx4qqlx4", F_WRLCK, 0, 0, 0, 0);
		fcntl($lock, 38, $whole) or die "F_OFD_SETLKW: $!";
		open(my $told, ">", $ARGV[0]) or die "open: $!";
		print $told "held\n";
		close $told;
		open(my $go, "<", $ARGV[1]) or die "open: $!";
		<$go>;
	' "$NOTES/told" "$NOTES/free" 3>&- &
	holder=$!
}

@test "a result is saved once the lock that somebody held is free" {
	acts <<-'END'
		tell begun
		hear
	END
	backlog "$(going WRK-001)"
	starts
	hears
	holds_lock
	hears
	[ "$said" = held ]
	proceed
	soon said_so "'.weir/lock' is held by"
	# For longer than a save waits for it.
	stays 12 kill -0 "$weir"
	echo now >"$NOTES/free"
	soon is_over $holder
	wait $holder
	ends 0
	asked WRK-001.1
	has BACKLOG_ARCHIVE.jsonl '"WRK-001"'
}

@test "an item that cannot be changed is named, and the run ends" {
	cat >BACKLOG.yaml <<-'END'
		schema_version: 3
		next_item_id: 9
		items:
		  - {id: WRK-001, title: one, status: &s ready}
		  - {id: WRK-002, title: two, status: *s}
	END
	cp BACKLOG.yaml before
	runs
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ] && [ "$status" -ne 137 ] ||
		explain "the status"
	[[ $output =~ WRK-001|BACKLOG\.yaml.*line\ 4 ]] || explain "which item"
	[[ $output =~ anchor|alias ]] || explain "what is in the way"
	same before BACKLOG.yaml
}

@test "a backlog broken in mid-run is told once; all goes on when it is mended" {
	sed -i 's/max_retries: 0/max_retries: 0, max_wip: 2/' weir.yaml
	acts <<-'END'
		[ $step = WRK-001.1 ] || exit 0
		tell begun
		hear
	END
	sed -i 's/\[ \$step.*/[ $step = WRK-001.1 ] || { finish; exit 0; }/' \
		"$NOTES/act.sh"
	backlog "$(going WRK-001)" "$(going WRK-002)"
	starts
	hears
	printf '  - id: "broken\n' >>BACKLOG.yaml
	soon said_so "nothing new starts until it is mended"
	touch one
	stays 1 asked_times 1
	proceed
	touch two
	stays 2 asked_times 1
	[ "$(how_often "sound again")" = 0 ]
	sed -i '$d' BACKLOG.yaml
	ends 0
	[ "$(how_often "nothing new starts until it is mended")" = 1 ]
	[ "$(how_often "sound again")" = 1 ]
	asked WRK-001.1 WRK-002.1
	succeeds weir list --all
	says "The backlog is empty"
}

@test "a deleted backlog is named with what brings it back" {
	sed -i -e 's/^git: off/git: on/' \
		-e 's/max_retries: 0/max_retries: 0, max_wip: 2/' weir.yaml
	acts <<-'END'
		[ $step = WRK-001.1 ] || { finish; exit 0; }
		tell begun
		hear
	END
	backlog "$(going WRK-001)" "$(going WRK-002)"
	repository
	starts
	hears
	rm BACKLOG.yaml
	proceed
	soon said_so "'BACKLOG.yaml' is gone"
	said_so "'git checkout -- BACKLOG.yaml'"
	touch one
	stays 1 asked_times 1
	[ "$(how_often "is gone")" = 1 ]
	git checkout -q -- BACKLOG.yaml
	ends 0
	[ "$(how_often "sound again")" = 1 ]
	asked WRK-001.1 WRK-002.1
}

@test "a run in a pipe does not wait for ever for a backlog to come back" {
	acts <<-'END'
		tell begun
		hear
	END
	backlog "$(going WRK-001)"
	cp BACKLOG.yaml kept
	starts
	hears
	rm BACKLOG.yaml
	proceed
	soon said_so "'BACKLOG.yaml' is gone"
	[ "$(how_often "git checkout")" = 0 ]
	# Somebody may be mending it.
	stays 5 kill -0 "$weir"
	ends 3
	said_so "not mended in 30 s"
	[ "$(how_often "is gone; nothing")" = 1 ]
	cp kept BACKLOG.yaml
	runs
	exits 0
	asked WRK-001.1
	has BACKLOG_ARCHIVE.jsonl '"WRK-001"'
}

# drop TEXT: an inbox, whole at once.
drop() {
	printf '%s\n' "$1" >.drop
	mv .drop BACKLOG_INBOX.yaml
}

@test "a backlog broken while weir commits is told once and starts nothing" {
	sed -i 's/max_retries: 0/max_retries: 0, max_wip: 9/' weir.yaml
	acts </dev/null
	backlog "$(going WRK-001)" "$(going WRK-002)"
	slow_git
	starts
	hears
	printf '  - id: "broken\n' >>BACKLOG.yaml
	proceed
	soon said_so "nothing new starts until it is mended"
	stays 1 asked_times 1
	sed -i '$d' BACKLOG.yaml
	ends 0
	[ "$(how_often "BACKLOG.yaml:")" = 1 ]
	asked WRK-001.1 WRK-002.1
}

@test "a run that is stopped does not tell once more what is broken" {
	sed -i 's/max_retries: 0/max_retries: 0, max_wip: 9/' weir.yaml
	acts <<-'END'
		[ $step = WRK-002.1 ] || { finish; exit 0; }
		tell begun
		hear
	END
	backlog "$(going WRK-001)" "$(going WRK-002)"
	starts
	hears
	has BACKLOG.yaml "applied:"
	printf '  - id: "broken\n' >>BACKLOG.yaml
	soon said_so "nothing new starts until it is mended"
	kill -INT "$weir"
	ends 130
	[ "$(how_often "BACKLOG.yaml:")" = 1 ]
}

@test "an older backlog checked out in mid-run waits to be migrated" {
	acts <<-'END'
		[ $step = WRK-001.1 ] || exit 0
		tell begun
		hear
	END
	backlog "$(going WRK-001)"
	starts
	hears
	sed -i 's/^schema_version: 3/schema_version: 2/' BACKLOG.yaml
	soon said_so "nothing new starts until it is mended"
	said_so "'weir migrate'"
	has BACKLOG.yaml "schema_version: 2"
	weir migrate
	soon said_so "sound again"
	proceed
	ends 0
	has BACKLOG_ARCHIVE.jsonl '"WRK-001"'
}

@test "an inbox that is too large is set aside, and later ones are taken" {
	acts <<-'END'
		[ $step = WRK-001.1 ] || { finish blocked; exit 0; }
		tell begun
		hear
	END
	backlog "$(going WRK-001)"
	starts
	hears
	{
		echo '- title: Big'
		yes '# A comment that nobody will ever come to read.' |
			head -c 17000000
	} >.drop
	mv .drop BACKLOG_INBOX.yaml
	soon [ ! -e BACKLOG_INBOX.yaml ]
	drop '- title: Small'
	soon said_so Small
	soon [ ! -e BACKLOG_INBOX.yaml ]
	drop '- title: Smaller'
	soon said_so Smaller
	proceed
	soon is_over "$weir"
	[ "$(titles)" = "Small|Smaller" ] || explain "$(titles)"
	[ -n "$(find . -size +16000k)" ]
	[ "$(how_often 16777216)" = 1 ]
	drop '- title: Next'
	runs
	never_says 16777216
	[ "$(titles)" = "Next|Small|Smaller" ] || explain "$(titles)"
}

@test "what was rejected can be mended where it is and dropped again" {
	acts <<<'finish blocked'
	backlog "$(item WRK-001 blocked 'blocked_reason: x' \
		'blocked_from_status: ready')"
	drop '[{title: ok}, {size: small}]'
	runs
	drop $'items:\n    - size: medium\n      tags: [a, b]\n    - title: fine'
	runs
	drop '- size: large'
	runs
	drop $'  - risk: low # indented\n    size: huge'
	runs
	[ "$(titles)" = "Title of WRK-001|fine|ok" ] || explain "$(titles)"
	sed -E 's/size: (small|medium|large|huge)/title: was \1/' \
		BACKLOG_INBOX.rejected.yaml >.drop
	cp .drop "$NOTES/dropped"
	rm BACKLOG_INBOX.rejected.yaml
	mv .drop BACKLOG_INBOX.yaml
	runs
	[ ! -e BACKLOG_INBOX.rejected.yaml ] || {
		cat "$NOTES/dropped" BACKLOG_INBOX.rejected.yaml
		return 1
	}
	[ "$(titles)" = "Title of WRK-001|fine|ok|was huge|was large|was medium|was small" ] || {
		cat "$NOTES/dropped"
		explain "$(titles)"
	}
}

@test "an item whose id has left for the archive is reported, not deleted" {
	backlog "$(going WRK-001)"
	runs
	exits 0
	has BACKLOG_ARCHIVE.jsonl '"WRK-001"'
	backlog "$(item WRK-001 ready)"
	sed -i 's/Title of/Something else than/' BACKLOG.yaml
	run weir list
	says "BACKLOG.yaml:4:"
	says "WRK-001"
	says archive
	untouched BACKLOG.yaml weir add "Another"
	[ "$status" -ne 0 ] || explain "added to a backlog that is not sound"
	untouched BACKLOG.yaml timeout -k 1 $WAIT_SECONDS weir run
	[ "$status" -ne 0 ] || explain "ran on a backlog that is not sound"
}

@test "a block that cannot be saved is told once and saved when it can be" {
	sed -i 's/git: off//; s/name: build/name: build, staleness: block/' weir.yaml
	git init -q -b main .
	git config user.name t
	git config user.email t@localhost
	backlog "$(going WRK-001 "last_phase_commit: $(printf 'a%.0s' {1..40})")"
	git add -A && git commit -q -m one
	mkdir bin
	script bin/git <<-END
		#!/bin/sh
		case \$* in
		*aaaaaaaa*)
			[ -e broken ] || printf '  - id: "broken\n' >>BACKLOG.yaml
			touch broken ;;
		esac
		exec "$(command -v git)" "\$@"
	END
	PATH=$PWD/bin:$PATH
	starts
	soon said_so "nothing new starts until it is mended"
	sed -i '$d' BACKLOG.yaml
	ends 6
	[ "$(how_often "BACKLOG.yaml:")" -le 2 ]
	[ "$(how_often "WRK-001 blocked")" = 1 ]
}
