# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load io
load watch

prepare() {
	printf 'one\ntwo\nthree\n' >a.txt
	cp a.txt before
	digest=$(digest_of a.txt)
}

# edit EDITS [MORE]: a write of a.txt that rests on its digest.
edit() {
	printf '{"path": "a.txt", "digest": "%s", "edits": [%s]%s}' \
		"$digest" "$1" "${2-}"
}

# Nothing was changed, and nothing left behind.
untouched() {
	same before a.txt
	[ -z "$(find . -name '.*' ! -name . ! -name .weir-trash \
		! -path './.weir-trash/.gitignore')" ]
}

@test "io write, io create: git sees the change and no trash" {
	mkdir d
	printf 'one\n' >d/a.txt
	repository
	ask write '{"path": "d/a.txt", "edits": [{"anchor": "one", "text": "1"}]}'
	exits 0
	ask create '{"path": "b.txt", "bytes": "b"}'
	exits 0
	[ -e d/.weir-trash ] && [ -e .weir-trash ]
	[ "$(git status --porcelain -uall)" = $' M d/a.txt\n?? b.txt' ] ||
		explain "$(git status --porcelain -uall)"
}

@test "io write: edits land where the digest says, and each tells its delta" {
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"},
		{"start": 4, "end": 4, "text": "one and a half\n"},
		{"start": 8, "end": 14, "text": ""}' | tr -d '\n')"
	exits 0
	printf '1\none and a half\ntwo\n' >want
	same want a.txt
	answers 1 'keys_unsorted | join(" ")' \
		'line path old_digest new_digest deltas changed relocated reached diff kept error'
	answers 1 .old_digest "$digest"
	answers 1 .new_digest "$(digest_of a.txt)"
	answers 1 '.deltas | tojson' '[{"start":0,"removed":3,"added":1},{"start":4,"removed":0,"added":15},{"start":8,"removed":6,"added":0}]'
	answers 1 .changed true
	answers 1 .reached durable
	answers 1 .kept null
}

@test "io write: requests for one file are merged, and share the new digest" {
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')" \
		"$(edit '{"start": 4, "end": 7, "text": "2"}')"
	exits 0
	printf '1\n2\nthree\n' >want
	same want a.txt
	answers 1 .new_digest "$(digest_of a.txt)"
	answers 2 .new_digest "$(digest_of a.txt)"
}

@test "io write: a file of other bytes is left alone, and its digest told" {
	echo zero | cat - a.txt >b && mv b a.txt
	cp a.txt before
	ask write "$(edit '{"start": 4, "end": 7, "text": "2"}')"
	exits 3
	refused 1 mismatch
	answers 1 .error.expected "$digest"
	answers 1 .error.actual "$(digest_of a.txt)"
	untouched
}

@test "io write: mode, line ends and bytes outside the edit are kept" {
	printf '\357\273\277one\r\ntwo' >a.txt
	chmod 0751 a.txt
	digest=$(digest_of a.txt)
	ask write "$(edit '{"start": 3, "end": 6, "text": "1"}')"
	exits 0
	printf '\357\273\2771\r\ntwo' >want
	same want a.txt
	[ "$(stat -c %a a.txt)" = 751 ]
}

@test "io write: what cannot be done changes nothing, and says which edit" {
	ask write "$(edit '{"start": 0, "end": 4, "text": ""}, {"start": 3, "end": 5, "text": ""}')"
	refused 1 overlap 'edits[1]'
	ask write "$(edit '{"start": 4, "end": 4, "text": ""}, {"start": 0, "end": 1, "text": ""}')"
	exits 3
	ask write "$(edit '{"start": 0, "end": 15, "text": ""}')"
	refused 1 range
	ask write "$(edit '{"start": 2, "end": 1, "text": ""}')"
	refused 1 range
	ask write '{"path": "a.txt", "edits": [{"start": 0, "end": 1, "text": ""}]}'
	refused 1 invalid digest
	ask write '{"path": "a.txt"}'
	refused 1 invalid digest
	ask write '{"path": "nowhere", "digest": "'"$digest"'", "edits": [{"start": 0, "end": 0, "text": ""}]}'
	refused 1 not_found
	ask write "$(edit '{"start": 0, "end": 0, "text_base64": "/w=="}')"
	refused 1 utf8
	untouched
}

@test "io write: any bytes with raw" {
	printf '\377\376' >a.txt
	digest=$(digest_of a.txt)
	ask write "$(edit '{"start": 1, "end": 2, "text_base64": "/f0="}' \
		', "raw": true')"
	exits 0
	printf '\377\375\375' >want
	same want a.txt
}

@test "io write: an anchor finds its place in a file of other bytes" {
	sed -i '1i zero' a.txt
	ask write "$(edit '{"start": 4, "end": 7, "anchor": "two", "text": "2"}')"
	exits 0
	printf 'zero\none\n2\nthree\n' >want
	same want a.txt
	answers 1 .relocated true
	answers 1 '.deltas[0].start' 9
	ask write '{"path": "a.txt", "edits": [{"anchor": "three", "text": "3"}]}'
	exits 0
	printf 'zero\none\n2\n3\n' >want
	same want a.txt
}

# relocates WANT DIGEST EDIT: one edit of a.txt, looked at only; whether it is
# told as relocated.
relocates() {
	ask write "{\"path\": \"a.txt\", \"digest\": $2, \"edits\": [$3], \"dry_run\": true}"
	exits 0
	answers 1 .relocated "$1"
}

@test "io write: an anchor found elsewhere is relocated, also to and from 0" {
	local other='"xxh3:00000000000000000000000000000000"'

	relocates true "$other" '{"start": 4, "end": 7, "anchor": "one", "text": ""}'
	relocates true "$other" '{"start": 0, "end": 3, "anchor": "two", "text": ""}'
	relocates true "$other" '{"start": 0, "anchor": "two", "text": ""}'
	relocates false "$other" '{"start": 0, "anchor": "one", "text": ""}'
	relocates false "$other" '{"start": 0, "end": 3, "anchor": "one", "text": ""}'
	relocates false "\"$digest\"" '{"start": 0, "end": 3, "anchor": "one", "text": ""}'
}

@test "io write: an anchor alone lands in any file, and is relocated from nowhere" {
	relocates false "\"$digest\"" '{"anchor": "two", "text": ""}'
	relocates false null '{"anchor": "two", "text": ""}'
	relocates false null '{"anchor": "one", "text": ""}'
	answers 1 '.deltas[0].start' 0
	relocates false null '{"start": null, "end": null, "anchor": "two", "text": ""}'
	ask write '{"path": "a.txt", "edits": [{"end": 7, "anchor": "two", "text": ""}]}'
	exits 3
	refused 1 invalid 'edits[0].start'
}

@test "io write: an anchor that is not there, or not just once, changes nothing" {
	echo two >>a.txt
	cp a.txt before
	ask write '{"path": "a.txt", "edits": [{"anchor": "four", "text": "4"}]}' \
		'{"path": "a.txt", "edits": [{"anchor": "two", "text": "2"}]}'
	exits 3
	refused 1 anchor
	refused 2 anchor
	untouched
}

@test "io write: a diff lands exactly or not at all" {
	sed 's/two/2/' a.txt | diff -u a.txt - >patch || :
	ask write "$(jq -cn --rawfile diff patch '{path: "a.txt", diff: $diff}')"
	exits 0
	printf 'one\n2\nthree\n' >want
	same want a.txt
	cp a.txt before
	ask write "$(jq -cn --rawfile diff patch '{path: "a.txt", diff: $diff}')" \
		'{"path": "a.txt", "diff": "hello"}'
	exits 3
	refused 1 diff
	refused 2 diff
	untouched
}

@test "io write: a diff without context needs the digest" {
	sed 's/two/2/' a.txt | diff -U0 a.txt - >patch || :
	ask write "$(jq -cn --rawfile diff patch '{path: "a.txt", diff: $diff}')"
	exits 3
	refused 1 invalid digest
	[[ $output == *"line 3 of the diff: a hunk without context needs the digest"* ]]
	untouched
	ask write "$(jq -cn --rawfile diff patch --arg digest "$digest" \
		'{path: "a.txt", digest: $digest, diff: $diff}')"
	exits 0
	[ "$(cat a.txt)" = $'one\n2\nthree' ]
}

@test "io write: a diff is of the file that the path names" {
	sed 's/two/2/' a.txt | diff -u --label a/other.c --label b/other.c a.txt - \
		>patch || :
	ask write "$(jq -cn --rawfile diff patch '{path: "a.txt", diff: $diff}')"
	exits 0
	[ "$(sed -n 2p a.txt)" = 2 ]
	[ ! -e other.c ]
}

@test "io write: dry_run changes nothing and tells the diff" {
	ask write "$(edit '{"start": 4, "end": 7, "text": "2"}' \
		', "dry_run": true')"
	exits 0
	untouched
	jq -r .diff <<<"$output" >patch
	patch -s -p1 <patch
	printf 'one\n2\nthree\n' >want
	same want a.txt
}

@test "io write: a file with other hard links, a link and a FIFO are refused" {
	ln a.txt other
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')"
	exits 3
	refused 1 linked
	rm other
	mkfifo fifo
	ask write '{"path": "fifo", "edits": [{"anchor": "x", "text": ""}]}'
	refused 1 not_regular
	ln -s a.txt link
	ask write '{"path": "link", "edits": [{"anchor": "x", "text": ""}]}' \
		-- --symlinks deny
	refused 1 symlink
	untouched
}

@test "io write: one that fails, fails alone" {
	echo x >b.txt
	ask write '{"path": "nowhere", "edits": [{"anchor": "x", "text": "y"}]}' \
		'{"path": "b.txt", "edits": [{"anchor": "x", "text": "y"}]}'
	exits 3
	refused 1 not_found
	answers 2 .error null
	[ "$(cat b.txt)" = y ]
}

@test "io write --all: when one fails nothing is changed" {
	echo x >b.txt
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')" \
		'{"path": "b.txt", "edits": [{"anchor": "y", "text": ""}]}' -- --all
	exits 3
	refused 1 cancelled
	refused 2 anchor
	untouched
	[ "$(cat b.txt)" = x ]
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')" \
		'{"path": "b.txt", "edits": [{"anchor": "x", "text": "y"}]}' -- --all
	exits 0
	[ "$(head -1 a.txt)$(cat b.txt)" = 1y ]
}

@test "io write --all: a line that cannot be read stops all, pauses do not" {
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')" 'nonsense' -- --all
	exits 3
	refused 1 cancelled
	answers 1 .path a.txt
	answers 1 '.error.message | test("line 2")' true
	refused 2 invalid
	untouched
	mkfifo asked
	weir io write --all <asked >out 3>&- &
	weir=$!
	exec 8>asked
	edit '{"start": 0, "end": 3, "text": "1"}' >&8
	echo >&8
	soon state_is S
	same before a.txt
	echo 'nonsense' >&8
	exec 8>&-
	status=0
	wait "$weir" || status=$?
	exits 3
	same before a.txt
	[ "$(wc -l <out)" -eq 2 ]
}

@test "io write --all: more than can be held together is refused as a whole" {
	local i

	for i in {1..10001}; do
		echo '{"path": "a.txt", "edits": [{"anchor": "one", "text": "1"}]}'
	done >ask
	run --separate-stderr weir io write --all <ask
	exits 3
	[[ $stderr == *"at most 10000 lines"* ]]
	[ -z "$output" ]
	untouched
}

@test "io write --durability: what was reached is told" {
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')" \
		-- --durability durable_data
	answers 1 .reached durable_data
	digest=$(digest_of a.txt)
	ask write "$(edit '{"start": 0, "end": 1, "text": "one"}')" \
		-- --durability not_durable
	answers 1 .reached not_durable
}

@test "io write --trash: what was replaced goes there" {
	mkdir trash
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')" \
		-- --trash "$PWD/trash"
	exits 0
	grep -rlq one trash
	[ ! -e .weir-trash ]
}

@test "io create: a file with its bytes, its mode and its digest" {
	umask 022
	ask create '{"path": "b.txt", "bytes": "hello\n"}' \
		'{"path": "c.sh", "bytes": "", "mode": "0700"}' \
		'{"path": "d.bin", "bytes_base64": "AAH/"}'
	exits 0
	[ "$(cat b.txt)" = hello ]
	[ "$(stat -c %a b.txt c.sh | tr '\n' ' ')" = '644 700 ' ]
	[ "$(base64 d.bin)" = AAH/ ]
	answers 1 'keys_unsorted | join(" ")' \
		'line path digest replaced reached kept error'
	answers 1 .digest "$(digest_of b.txt)"
	answers 1 .replaced false
	answers 1 .reached durable
}

@test "io create: what is there already stays" {
	ask create '{"path": "a.txt", "bytes": "new"}' \
		'{"path": "a.txt", "bytes": "new", "existing": "refuse"}'
	exits 3
	refused 1 exists
	refused 2 exists
	untouched
	ln -s nowhere dangling
	ask create '{"path": "dangling", "bytes": "new"}'
	exits 3
	[ -L dangling ]
	[ ! -e nowhere ]
}

@test "io create: of two that make one file one is told that it exists" {
	ask create '{"path": "b.txt", "bytes": "1"}' '{"path": "b.txt", "bytes": "2"}'
	exits 3
	[ "$(jq -r .error.code <<<"$output" | sort | tr '\n' ' ')" = 'exists null ' ]
	[ "$(jq -r 'select(.error == null).digest' <<<"$output")" = \
		"$(digest_of b.txt)" ]
}

@test "io create: replaced only knowingly" {
	ask create '{"path": "a.txt", "bytes": "new", "existing": "replace_verified", "digest": "'"$(digest_of /dev/null)"'"}'
	exits 3
	ask create '{"path": "a.txt", "bytes": "new", "existing": "replace_verified", "digest": "xxh3:00000000000000000000000000000000"}'
	refused 1 mismatch
	same before a.txt
	ask create '{"path": "a.txt", "bytes": "new", "existing": "replace_verified", "digest": "'"$digest"'"}'
	exits 0
	answers 1 .replaced true
	[ "$(cat a.txt)" = new ]
	ask create '{"path": "a.txt", "bytes": "newer", "existing": "replace_any"}'
	exits 0
	answers 1 .replaced true
	[ "$(cat a.txt)" = newer ]
}

@test "io create: directories are made only when asked for" {
	ask create '{"path": "d/e/f.txt", "bytes": "x"}'
	exits 3
	refused 1 not_found
	[ ! -e d ]
	ask create '{"path": "d/e/f.txt", "bytes": "x", "parents": true, "parents_mode": "0700"}'
	exits 0
	[ "$(stat -c %a d d/e | tr '\n' ' ')" = '700 700 ' ]
}

@test "io create: nothing outside, nothing through a file, no mode out of bounds" {
	ask create '{"path": "/tmp/weir-outside", "bytes": ""}' \
		'{"path": "a.txt/b", "bytes": ""}' \
		'{"path": "../b", "bytes": ""}' '{"path": "b/", "bytes": ""}' \
		'{"path": "b", "bytes": "", "mode": "999"}' \
		'{"path": "b", "bytes": "", "mode": 420}' \
		'{"path": "b", "bytes": "", "mode": "0000"}' '{"path": "b"}'
	exits 3
	refused 1 outside
	answers 2 '.error.code != null' true
	refused 3 invalid path
	refused 4 invalid path
	refused 5 invalid mode
	refused 6 invalid mode
	refused 7 invalid mode
	refused 8 invalid bytes
	[ ! -e b ]
}

@test "io write, io create: a message says what to give instead, and the numbers" {
	ask create '{"path": "a.txt", "bytes": "", "existing": "replace_verified"}' \
		"{\"path\": \"a.txt\", \"bytes\": \"\", \"digest\": \"$digest\"}"
	exits 3
	refused 1 invalid digest
	answers 1 .error.message "replace_verified needs the digest that the file has; read it, or give replace_any"
	refused 2 invalid digest
	answers 2 .error.message "a digest is for replace_verified alone, in 'existing'"
	ask write "$(edit '{"start": 0, "end": 3, "text": "1"}')" -- --large 10
	exits 3
	refused 1 too_large path
	answers 1 .error.message "'a.txt' has 14 bytes; at most 10 are accepted (--large)"
	untouched
}

@test "io write, io create: many workers with few descriptors" {
	local i

	mkdir d{0..7}
	for i in {0..399}; do
		printf '{"path": "d%d/f%d", "bytes": "old"}\n' $((i % 8)) "$i"
	done >create
	for i in {0..399}; do
		printf '{"path": "d%d/f%d", "edits": [{"anchor": "old", "text": "new"}]}\n' \
			$((i % 8)) "$i"
	done >write
	ulimit -n 64
	succeeds weir io create --workers 32 <create
	succeeds weir io write --workers 32 <write
	[ "$(grep -lx new d?/f* | wc -l)" -eq 400 ] ||
		explain "$(grep -c . d?/f* | head)"
}

@test "io create --extension: no other is made" {
	ask create '{"path": "b.c", "bytes": ""}' '{"path": "b.h", "bytes": ""}' \
		'{"path": "b.sh", "bytes": ""}' '{"path": "b", "bytes": ""}' \
		-- --extension .c,.h
	exits 3
	answers 1 .error null
	answers 2 .error null
	refused 3 extension
	refused 4 extension
}
