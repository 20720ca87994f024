# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load io

# What went wrong, where, and what may be done about it, in one line each.

prepare() {
	printf 'one\ntwo\nthree\n' >a.txt
	cp a.txt before
	digest=$(digest_of a.txt)
}

edit='{"path": "a.txt", "edits": [{"anchor": "two", "text": "2"}]}'

# message N TEXT: of the n-th answer.
message() {
	answers "$1" .error.message "$2"
}

# ask_as_other VERB REQUEST: as somebody who is not root.
ask_as_other() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
	cp -L "$(command -v weir)" "$BATS_TEST_TMPDIR/weir"
	run --separate-stderr setpriv --reuid 65534 --regid 65534 \
		--clear-groups "$BATS_TEST_TMPDIR/weir" io "$1" <<<"$2"
}

@test "io read: what cannot be given is told with its numbers and a way on" {
	printf 'na\303\257ve\n' >b.txt
	printf '\377' >c.bin
	ask read '{"path": "b.txt", "part": "bytes", "start": 0, "end": 3}' \
		'{"path": "a.txt", "start": 1, "end": 2}' '{"path": "c.bin"}' \
		'{"path": "a.txt", "digest": "xxh3:00000000000000000000000000000000"}' \
		'{"path": "a.txt", "digest": "xxh3"}'
	exits 3
	refused 1 boundary end
	message 1 "end 3 is inside a character of 'b.txt'; offsets count bytes"
	refused 2 invalid part
	message 2 "start and end are of a part, and this asks for the whole of 'a.txt'; part may be bytes or lines"
	refused 3 utf8 raw
	message 3 "'c.bin' is not valid UTF-8; any bytes are given with raw"
	refused 4 mismatch digest
	message 4 "'a.txt' has another digest than expected; read it again"
	refused 5 invalid digest
	message 5 "'xxh3' is not a digest, as read tells them"
	ask read '{"path": "a.txt"}' -- --large 10
	refused 1 too_large path
	message 1 "'a.txt' has 14 bytes; at most 10 are accepted (--large)"
}

# refuses_path CODE FIELD PATH...: as weir-io(1) has them, under PATHS.
refuses_path() {
	local code=$1 op=$2 path

	shift 2
	for path; do
		ask read "{\"path\": \"$path\"}"
		exits 3
		refused 1 "$code" path
		answers 1 .error.op "$op"
	done
}

@test "io: a path that cannot be one is refused by the name it has in the page" {
	mkdir d
	ln -s / out
	ln -s loop loop
	refuses_path invalid resolve '' .. ../a.txt d/../a.txt /.. "$PWD/../x" \
		a.txt/ d/ '\u0001' "$(printf 'x%.0s' {1..256})" \
		"$(printf 'd/%.0s' {1..2048})x"
	refuses_path invalid read 'a\u0000'
	refuses_path outside resolve / /etc/passwd out/etc/passwd "${PWD}x/a.txt"
	refuses_path symlink resolve loop loop/a
	refuses_path not_found resolve nowhere/a.txt a.txt/b
	refuses_path not_regular read d . d/.
	ask read '{"path": "././/a.txt"}' "{\"path\": \"$PWD//a.txt\"}" \
		"{\"path\": \"$(printf 'x%.0s' {1..255})\"}" \
		"{\"path\": \"$(printf 'd/%.0s' {1..2047})x\"}"
	answers 1 .error null
	answers 2 .error null
	refused 3 not_found
	refused 4 not_found
}

@test "io create: a directory that is missing is told with what makes it" {
	ask create '{"path": "d/b.txt", "bytes": ""}'
	exits 3
	refused 1 not_found path
	message 1 "'d/b.txt': No such file or directory; parents makes the directories that are missing"
}

@test "io write: without a digest it is told what else would do" {
	ask write '{"path": "a.txt"}'
	refused 1 invalid digest
	message 1 "the digest that the file has is missing; only edits with anchors and diffs with context do without it"
	ask write '{"path": "a.txt", "digest": "xxh3:00000000000000000000000000000000", "edits": [{"start": 0, "end": 1, "text": ""}]}'
	refused 1 mismatch digest
	message 1 "'a.txt' has another digest than expected; read it again and make the change anew"
}

# edits EDITS: of a.txt, resting on its digest.
edits() {
	ask write "{\"path\": \"a.txt\", \"digest\": \"$digest\", \"edits\": [$1]}"
	exits 3
}

@test "io write: an edit that does not fit is told with its file and its offsets" {
	edits '{"start": 0, "end": 4, "text": ""}, {"start": 3, "end": 5, "text": ""}'
	message 1 "'a.txt': edits[1]: 3 to 5 overlaps edits[0], 0 to 4"
	edits '{"start": 4, "end": 5, "text": ""}, {"start": 0, "end": 1, "text": ""}'
	message 1 "'a.txt': edits[1].start: 0 to 1 is before edits[0], 4 to 5; they stand in order"
	edits '{"start": 0, "end": 15, "text": ""}'
	message 1 "'a.txt': edits[0].end: 15 is behind the end of the file, which has 14 bytes"
	edits '{"start": 2, "end": 1, "text": ""}'
	message 1 "'a.txt': edits[0].start: 2 is behind its end, 1"
	edits '{"start": 0, "end": 3, "text": "", "anchor": "two"}'
	message 1 "'a.txt': edits[0].anchor: another text stands at 0 to 3"
	edits '{"anchor": "o", "text": ""}'
	message 1 "'a.txt': edits[0].anchor: the text is in the file more than once, at 0 and at 6; take in more of what is around it"
	edits '{"start": 0, "end": 0, "text_base64": "/w=="}'
	message 1 "'a.txt': edits[0].text: it is not valid UTF-8; any bytes are taken with raw"
	same before a.txt
	printf 'na\303\257ve\n' >a.txt
	digest=$(digest_of a.txt)
	edits '{"start": 3, "end": 4, "text": ""}'
	refused 1 boundary 'edits[0].start'
	message 1 "'a.txt': edits[0].start: 3 is inside the character that begins at 2; offsets count bytes"
}

@test "io write: edits of two requests that overlap are told with both offsets" {
	ask write "{\"path\": \"a.txt\", \"digest\": \"$digest\", \"edits\": [{\"start\": 2, \"end\": 5, \"text\": \"\"}]}" \
		"{\"path\": \"a.txt\", \"digest\": \"$digest\", \"edits\": [{\"start\": 0, \"end\": 3, \"text\": \"\"}]}"
	exits 3
	answers 1 .error null
	refused 2 overlap 'edits[0]'
	message 2 "'a.txt': edits[0]: 0 to 3 overlaps another edit of this file, 2 to 5"
}

@test "io write: an owner that cannot be kept is told" {
	chown 1234:4321 a.txt || skip "needs root"
	chmod 777 .
	ask_as_other write "$edit"
	exits 3
	refused 1 denied
	message 1 "writing 'a.txt': it belongs to uid 1234 and gid 4321, and weir, which runs as another, may not leave it to them; let its owner write it: Operation not permitted"
	same before a.txt
}

@test "io write, io create: a directory that may not be written is told with why" {
	local why='; a change makes a new file beside the old one, so the directory and its trash have to be writable'

	chmod 755 .
	chmod 666 a.txt
	ask_as_other write "$edit"
	exits 3
	refused 1 denied
	message 1 "writing 'a.txt': making directory '.weir-trash': Permission denied$why"
	ask_as_other create '{"path": "b", "bytes": ""}'
	refused 1 denied
	message 1 "creating 'b': making directory '.weir-trash': Permission denied$why"
}

@test "io write, io create: a read-only file system is told, and what goes there" {
	ask_read_only() { # VERB REQUEST
		printf '%s\n' "$2" >"$BATS_TEST_TMPDIR/ask"
		run --separate-stderr unshare -m sh -c 'mount -t tmpfs none m &&
			echo two >m/a.txt && mount -o remount,ro m || exit 99
			exec weir io "$@"' sh "$1" --root m <"$BATS_TEST_TMPDIR/ask"
		[ "$status" -ne 99 ] || skip "needs root"
	}
	local read_only=': Read-only file system; files there can be read, and changed only once it is mounted for that'
	mkdir m
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	ask_read_only read '{"path": "a.txt"}'
	[ "$status" -ne 1 ] || skip "no mount namespaces"
	exits 0
	ask_read_only write "$edit"
	exits 3
	refused 1 io
	[[ $(jq -r .error.message <<<"$output") == "writing 'a.txt': "*"$read_only" ]] ||
		explain "no way on"
	ask_read_only create '{"path": "d/b", "bytes": "", "parents": true}'
	exits 3
	refused 1 io
	answers 1 .error.op mkdir
	[[ $(jq -r .error.message <<<"$output") == *"$read_only" ]] ||
		explain "no way on"
}

@test "io write, io create: a limit of file sizes fails the request, and nothing is left" {
	head -c 9000 /dev/zero | tr '\0' x >big
	printf '%s\n' '{"path": "big", "digest": "'"$(digest_of big)"'", "edits": [{"start": 0, "end": 1, "text": "y"}]}' >write
	jq -c '{path: "new", bytes: .}' -R big >create
	cp big before
	ulimit -f 4
	local verb
	for verb in write create; do
		run --separate-stderr weir io "$verb" <"$verb"
		exits 3
		refused 1 io
		[[ $output == *"File too large"* ]] || explain "no reason"
		same before big
		[ "$(ls -A)" = $'.weir-trash\na.txt\nbefore\nbig\ncreate\nwrite' ] ||
			explain "$(ls -A)"
	done
}
