# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
	backlog "$(item WRK-001 ready 'size: large   # too much' 'colour: red')" \
		"$(item WRK-002 new)"
	sed -i 's/^items:/# our work\nitems:/' BACKLOG.yaml
	export EDITOR=$BATS_TEST_TMPDIR/editor
}

# edits: an editor that does what stdin says to "$1", the item's file.
edits() {
	{
		echo '#!/bin/sh'
		cat
	} >"$EDITOR"
	chmod +x "$EDITOR"
}

kept() {
	ls .weir/edit-* 2>/dev/null
}

nothing_kept() {
	[ -z "$(kept)" ] || {
		kept
		return 1
	}
}

@test "edit gives the editor the item's own lines and puts them back" {
	edits <<-'END'
		cp "$1" seen
		stat -c %a "$1" >mode
		sed -i -e 's/size: large/size: small/' -e 's/too much/fits/' "$1"
	END
	cp BACKLOG.yaml before
	succeeds weir edit WRK-001
	[ "$output" = "edited WRK-001: size" ]
	[ "$(head -n 1 seen)" = "id: WRK-001" ]
	has seen "size: large   # too much"
	lacks seen WRK-002
	[ "$(cat mode)" = 600 ]
	sed -e 's/size: large   # too much/size: small   # fits/' before >want
	sed -i '0,/updated: .*/s//updated: now/' want
	sed '0,/updated: .*/s//updated: now/' BACKLOG.yaml >got
	same want got
	nothing_kept
}

@test "edit without a change saves nothing" {
	edits <<<'touch "$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 0
	[ "$output" = "unchanged WRK-001" ]
	nothing_kept
	untouched BACKLOG.yaml weir edit WRK-001 --json
	[ "$output" = '{"id":"WRK-001","saved":false,"fields":[]}' ]
}

@test "edit: what cannot be read is refused with its place, and kept" {
	edits <<<'sed -i "s/size: large/size: huge/" "$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 3
	first=$(kept)
	says "$first:6:7: 'size': 'huge' is not one of"
	says "your text is in $PWD/$first"
	says "weir edit WRK-001 - <"
	has "$first" "size: huge"
	# A second one does not touch the first.
	cp "$first" before
	untouched BACKLOG.yaml weir edit WRK-001
	[ "$(kept | wc -l)" = 2 ]
	same "$first" before
	sed -i 's/huge/small/' "$first"
	succeeds weir edit WRK-001 - <"$first"
	[ "$output" = "edited WRK-001: size" ]
}

@test "doctor finds a text that was not saved, and none that an editor has" {
	backlog # with weir's own mark of numbers issued
	weir add One
	edits <<-'END'
		weir doctor --json | grep -c '"edit"' >seen
		sed -i "s/^status: .*/status: huge/" "$1"
	END
	fails 3 weir edit WRK-010
	[ "$(cat seen)" = 0 ]
	fails 3 weir doctor
	says "$(kept): the text of an item that was edited and not saved"
}

@test "edit: id and created stay" {
	edits <<<'sed -i "s/^id: .*/id: WRK-007/" "$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 3
	says "the id must stay 'WRK-001'"
	edits <<<'sed -i "s/^created: .*/created: 2020-01-01T00:00:00Z/" "$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 3
	says "'created' must stay"
	edits <<<': >"$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 3
	says "nothing is left of the item"
}

@test "edit: dependencies that run in a circle are refused with the way" {
	backlog "$(item WRK-001 ready)" \
		"$(item WRK-002 new 'dependencies: [WRK-001]')" \
		"$(item WRK-003 new 'dependencies: [WRK-004]')" \
		"$(item WRK-004 new 'dependencies: [WRK-003]')"
	edits <<<'echo "dependencies: [WRK-002]" >>"$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 3
	says "$(kept):6:15: 'WRK-001' would wait for itself: WRK-001 -> WRK-002 -> WRK-001"
	says "weir edit WRK-001 - <"
	untouched BACKLOG.yaml weir edit WRK-001 - <"$(kept)"
	exits 3
	# One that is there already keeps nobody from anything.
	rm "$(kept)"
	edits <<<'sed -i "s/^title: .*/title: Mine/" "$1"'
	succeeds weir edit WRK-003
	edits <<-'END'
		if [ -e second ]; then
			sed -i '/^dependencies/d' "$1"
			echo "size: small" >>"$1"
		else
			echo "dependencies: [WRK-001]" >>"$1"
			touch second
		fi
	END
	echo y >answer
	TERM=xterm command script -qec "weir edit WRK-001" screen \
		<answer >/dev/null
	has screen "edit it again?"
	has screen "edited WRK-001: size"
	nothing_kept
}

@test "edit: a status that wakes a circle is refused as well" {
	backlog "$(item WRK-001 done 'dependencies: [WRK-002]')" \
		"$(item WRK-002 new 'dependencies: [WRK-001]')"
	edits <<<'sed -i "s/^status: .*/status: ready/" "$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 3
	says "'WRK-001' would wait for itself"
}

@test "edit: an editor that fails changes nothing" {
	edits <<<'exit 3'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 1
	says "ended with status 3; nothing was changed"
	nothing_kept
	edits <<-'END'
		echo "priority: 1" >>"$1"
		exit 1
	END
	untouched BACKLOG.yaml weir edit WRK-001
	exits 1
	has "$(kept)" "priority: 1"
	VISUAL=no-such-editor untouched BACKLOG.yaml weir edit WRK-001
	exits 1
}

@test "edit: a file that cannot be read may hold what a person wrote" {
	edits <<-'END'
		echo "priority: 1" >mine
		ln -sf "$PWD/mine" "$1"
	END
	untouched BACKLOG.yaml weir edit WRK-001
	exits 3
	says "is a symbolic link"
	says "your text is in $PWD/$(kept)"
	has "$(kept)" "priority: 1"
	rm "$(kept)"
	edits <<<'rm "$1"'
	untouched BACKLOG.yaml weir edit WRK-001
	exits 4
	nothing_kept
}

@test "edit: VISUAL comes first, and may have arguments" {
	edits <<-'END'
		[ "$1" = --wait ] && echo "shape: round" >>"$2"
	END
	export VISUAL="$EDITOR --wait"
	EDITOR=false succeeds weir edit WRK-001 --json
	[ "$output" = '{"id":"WRK-001","saved":true,"fields":[]}' ]
	has BACKLOG.yaml "    shape: round"
}

@test "edit: an item that was changed meanwhile is not overwritten" {
	edits <<-'END'
		weir set WRK-001 risk=low
		sed -i 's/^title: .*/title: Mine/' "$1"
	END
	fails 5 weir edit WRK-001
	says "'WRK-001' was changed meanwhile"
	succeeds weir show WRK-001 --json
	output_is '[.title, .risk] | join("|")' "Title of WRK-001|low"
	has "$(kept)" "title: Mine"
	has "$(kept)" "# risk: low"
	# What stands below the cut is no part of it.
	sed -i 's/^size: /risk: low\nsize: /' "$(kept)"
	succeeds weir edit WRK-001 - <"$(kept)"
	succeeds weir show WRK-001 --json
	output_is '[.title, .risk] | join("|")' "Mine|low"
	lacks BACKLOG.yaml ">8"
}

@test "edit: other items may change meanwhile" {
	edits <<-'END'
		weir set WRK-002 risk=low
		weir add another >/dev/null
		sed -i 's/^title: .*/title: Mine/' "$1"
	END
	succeeds weir edit WRK-001
	says "edited WRK-001: title"
	[ "$(weir list --json | jq -r '[.[].title] | sort | join("|")')" = \
		"Mine|Title of WRK-002|another" ]
}

@test "edit: an item that left meanwhile: the text is kept" {
	edits <<-'END'
		weir close WRK-001
		sed -i 's/^title: .*/title: Mine/' "$1"
	END
	fails 4 weir edit WRK-001
	says "'WRK-001' is not in the backlog any more"
	has "$(kept)" "title: Mine"
	lacks BACKLOG.yaml "id: WRK-001"
}

@test "edit on a terminal offers the text again" {
	edits <<-'END'
		if [ -e second ]; then
			sed -i 's/huge/small/' "$1"
		else
			sed -i 's/size: large/size: huge/' "$1"
			touch second
		fi
	END
	echo y >answer
	TERM=xterm command script -qec "weir edit WRK-001" screen \
		<answer >/dev/null
	has screen "'huge' is not one of"
	has screen "edit it again?"
	has screen "edited WRK-001: size"
	nothing_kept
}

@test "edit on a terminal: after a change by another the text is theirs to join" {
	edits <<-'END'
		if [ -e second ]; then
			cp "$1" second
			sed -i 's/^size: .*/size: large\nrisk: low/' "$1"
		else
			weir set WRK-001 risk=low
			sed -i 's/^title: .*/title: Mine/' "$1"
			touch second
		fi
	END
	echo y >answer
	TERM=xterm command script -qec "weir edit WRK-001" screen \
		<answer >/dev/null
	has screen "'WRK-001' was changed meanwhile"
	has screen "edited WRK-001: title"
	has second "title: Mine"
	has second "# risk: low"
	succeeds weir show WRK-001 --json
	output_is '[.title, .risk] | join("|")' "Mine|low"
	lacks BACKLOG.yaml ">8"
	nothing_kept
}

@test "edit: what is not there" {
	edits <<<'true'
	fails 4 weir edit WRK-003
	fails 2 weir edit WRK-001 WRK-002
	echo 'items: [' >>BACKLOG.yaml
	fails 3 weir edit WRK-001
}

@test "edited while an agent is at work: both are kept" {
	acts <<-'END'
		tell begun
		hear
	END
	backlog "$(going WRK-001)" "$(item WRK-002 new)"
	edits <<<'sed -i "s/^title: .*/title: Mine/" "$1"'
	starts --cap 1
	hears
	succeeds weir edit WRK-001
	proceed
	ends 0
	succeeds weir archive show WRK-001 --json
	output_is '[.how, .item.title] | join("|")' "done|Mine"
}
