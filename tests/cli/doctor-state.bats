# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load doctor

# What stands where weir keeps its local state, and is something else; and what
# belongs to somebody else.

prepare() {
	project
}

# No save, and --fix leaves it: a person has to.
stuck() {
	local listing

	listing=$(ls -lR --time-style=+ .weir)
	run weir doctor --fix
	[ "$status" -ne 0 ] || explain "that needs a person"
	says "$1"
	[ "$listing" = "$(ls -lR --time-style=+ .weir)" ] ||
		explain "something was moved"
	fails 3 weir doctor
	says "$1"
}

# What a person copies must not write over what an earlier one was moved to.
suggests_no_move() {
	[[ $output != *"'mv "* ]] || explain "a command that may overwrite"
}

@test "doctor: .weir is a file, or leads elsewhere" {
	backlog "$(item WRK-001 new)"
	echo mine >.weir
	stuck ".weir: it is a file, and weir keeps its local state in a directory of that name"
	says "rename it, to a name that is free; weir makes the directory"
	[[ $output != *"it belongs to"* ]] || explain "an owner that is right"
	suggests_no_move
	mv .weir weir.was
	mkdir -m 700 elsewhere
	ln -s elsewhere .weir
	stuck ".weir: it is a symbolic link"
	says "put the directory itself in its place"
	rm .weir
	succeeds weir add 'One'
}

@test "doctor: a file where weir keeps files of its own" {
	local place

	lived_in
	for place in .weir/trash .weir/log .weir/snapshots _worklog; do
		rm -rf "$place"
		echo mine >"$place"
		fails 3 weir doctor
		says "$place: it is a file, and weir keeps files of its own in a directory of that name"
		says "rename it, to a name that is free; weir makes the directory"
		[[ $output != *"it belongs to"* ]] || explain "an owner that is right"
		rm "$place"
	done
}

@test "doctor: a lock that is no file" {
	lived_in
	rm .weir/lock
	mkdir .weir/lock
	finds wrong lock .weir/lock
	says "rename it, to a name that is free; weir makes the file"
	suggests_no_move
	fails 1 weir add 'Two'
	mv .weir/lock .weir/lock.was
	succeeds weir add 'Two'
}

# odd_mark TEXT: what stands in the way is told, moved aside whole, and no number
# is issued twice.
odd_mark() {
	local before number

	number=$(weir list --all --json | jq -r '.[].id' | sort -V | tail -n 1)
	number=$(sed 's/^WRK-0*//' <<<"$number")
	before=$(ls -ld --time-style=+ .weir/ids.hwm | sed 's/ \.weir.*//')
	fails 3 weir doctor
	says "$1"
	says "'weir doctor --fix' moves it aside"
	run weir add 'Refused'
	[ "$status" -ne 0 ] || explain "saved without a mark"
	succeeds weir doctor --fix
	says "moved what stood in the way of '.weir/ids.hwm' to '.weir/ids.hwm.was-"
	says "'.weir/ids.hwm' now knows of number $((number + 1000))"
	[ "$before" = "$(ls -ld --time-style=+ .weir/ids.hwm.was-* |
		sed 's/ \.weir.*//')" ] || explain "it is not what it was"
	rm -rf .weir/ids.hwm.was-*
	succeeds weir add 'Next' --json
	[ "$(jq -r .id <<<"$output")" = "WRK-$((number + 1001))" ] ||
		explain "another number"
}

@test "doctor: ids.hwm that is no file of one line is moved aside and made anew" {
	lived_in
	rm .weir/ids.hwm
	mkdir .weir/ids.hwm
	echo mine >.weir/ids.hwm/mine
	odd_mark "'.weir/ids.hwm' is not a regular file"
	rm .weir/ids.hwm
	ln -s /dev/zero .weir/ids.hwm
	odd_mark "'.weir/ids.hwm' is a symbolic link"
	head -c 5000 /dev/zero | tr '\0' 9 >.weir/ids.hwm
	odd_mark "'.weir/ids.hwm' has 5000 bytes"
}

@test "doctor: ids.hwm of letters, of nothing, of a number without its digest" {
	local text

	lived_in
	for text in 'abc' '' '18446744073709551615' '12 xxh3:0'; do
		echo "$text" >.weir/ids.hwm
		finds wrong mark .weir/ids.hwm
		says "'weir doctor --fix' writes it anew"
		succeeds weir doctor --fix
		succeeds weir doctor
		[ "$output" = "nothing is wrong" ]
	done
}

# as_other COMMAND...: as somebody who does not own the project's files.
as_other() {
	if [ "$(id -u)" -eq 0 ]; then
		run setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		run "$@"
	fi
}

@test "doctor says whose file it is that weir may not use, and what for" {
	local here weir

	here=$(mktemp -d "${TMPDIR:-/tmp}/weir-access.XXXXXX")
	cp "$(command -v weir)" "$here/weir"
	lived_in
	weir close WRK-010
	cp -r . "$here/project"
	cd "$here/project"
	chmod 755 "$here"
	chmod 0 .weir/lock
	chmod 777 . .weir .weir/*/
	chmod 666 .weir/log/* weir.yaml BACKLOG.yaml
	[ "$(id -u)" -ne 0 ] || chmod 644 .weir/lock
	as_other "$here/weir" add 'Refused'
	refused=$output
	chmod 555 .weir
	as_other env EDITOR=true "$here/weir" edit WRK-011
	unmade=$output
	chmod 777 .weir
	chmod 0 BACKLOG.yaml BACKLOG_ARCHIVE.jsonl
	as_other "$here/weir" list
	unread=$output
	chmod 0 weir.yaml
	as_other "$here/weir" list
	unknown=$output
	chmod 666 BACKLOG.yaml weir.yaml
	as_other "$here/weir" doctor
	cd "$BATS_TEST_TMPDIR"
	rm -rf "$here"
	exits 3
	belongs="it belongs to uid $(id -u) and gid $(id -g) (mode"
	[[ $refused == *"'.weir/lock': $belongs "* ]] || explain "$refused"
	[[ $unmade == *"'.weir': $belongs 0555)"* ]] || explain "$unmade"
	[[ $unread == *"'BACKLOG.yaml': $belongs 0000)"* ]] || explain "$unread"
	[[ $unknown == *"'weir.yaml': $belongs 0000)"* ]] || explain "$unknown"
	says "BACKLOG_ARCHIVE.jsonl: it belongs to uid $(id -u) and gid $(id -g) (mode 0000), weir runs as uid "
	says "and has to read and write it"
	says ".weir/lock: it belongs to uid $(id -u)"
	says "let its owner give it to you"
}
