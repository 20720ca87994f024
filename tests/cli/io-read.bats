# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load io
load watch

prepare() {
	printf 'one\ntwo\nthree\n' >a.txt
	printf 'na\303\257ve\n' >b.txt
	printf '\377\376\n' >c.bin
}

@test "io read: the whole file, its size and its digest" {
	ask read '{"path": "a.txt"}'
	exits 0
	answers 1 'keys_unsorted | join(" ")' \
		'line path bytes truncated part_size file_size digest error'
	answers 1 .bytes $'one\ntwo\nthree'
	answers 1 .part_size 14
	answers 1 .file_size 14
	answers 1 .truncated false
	answers 1 .digest "$(digest_of a.txt)"
	answers 1 '.digest | test("^xxh3:[0-9a-f]{32}$")' true
}

@test "io read: an empty file is empty" {
	: >empty
	ask read '{"path": "empty"}'
	exits 0
	answers 1 '.bytes == ""' true
	answers 1 .file_size 0
}

@test "io read: bytes and lines" {
	ask read '{"path": "a.txt", "part": "bytes", "start": 4, "end": 7}' \
		'{"path": "a.txt", "part": "lines", "start": 2, "end": 3}' \
		'{"path": "a.txt", "part": "lines", "start": 3, "end": 99}' \
		'{"path": "a.txt", "part": "bytes", "start": 14, "end": 14}'
	exits 0
	answers 1 .bytes two
	answers 1 .file_size 14
	answers 1 .part_size 3
	answers 2 .bytes $'two\nthree'
	answers 3 .bytes three
	answers 4 '.bytes == ""' true
}

@test "io read: beyond the end, and from behind" {
	ask read '{"path": "a.txt", "part": "bytes", "start": 4, "end": 15}' \
		'{"path": "a.txt", "part": "bytes", "start": 4, "end": 3}' \
		'{"path": "a.txt", "part": "bytes", "start": 4, "end": 9223372036854775807}'
	exits 3
	refused 1 range end
	refused 2 range start
	refused 3 range end
	answers 1 .error.message "bytes 4 to 15 of 'a.txt', which has 14"
	answers 2 .error.message "bytes 4 to 3 of 'a.txt', which has 14: the end is before the start"
	ask read '{"path": "a.txt", "part": "lines", "start": 4, "end": 9}' \
		'{"path": "a.txt", "part": "lines", "start": 0, "end": 1}' \
		'{"path": "a.txt", "part": "lines", "start": 3, "end": 2}'
	refused 1 range start
	refused 2 range start
	answers 1 .error.message "lines 4 to 9 of 'a.txt', which has 3"
	answers 2 .error.message "lines 0 to 1 of 'a.txt', which has 3: lines are counted from 1"
	answers 3 .error.message "lines 3 to 2 of 'a.txt', which has 3: the end is before the start"
}

@test "io read: a file that the kernel makes up is said to be one" {
	local verb

	for verb in '{"path": "/proc/version"}' \
		'{"path": "/proc/version", "edits": [{"anchor": "L", "text": ""}]}'; do
		ask "$([[ $verb == *edits* ]] && echo write || echo read)" \
			"$verb" -- --root /proc
		exits 3
		refused 1 unsupported
		[[ $output == *"as many bytes as its size says, like those of /proc"* ]]
	done
}

@test "io read: max_bytes cuts between characters, and says so" {
	ask read '{"path": "b.txt", "max_bytes": 3}' \
		'{"path": "b.txt", "max_bytes": 4}' \
		'{"path": "b.txt", "max_bytes": 100}'
	exits 0
	answers 1 .bytes na
	answers 1 .truncated true
	answers 1 .part_size 7
	answers 2 .bytes naï
	answers 3 .truncated false
}

@test "io read: offsets inside a character, and bytes that are no text" {
	ask read '{"path": "b.txt", "part": "bytes", "start": 0, "end": 3}' \
		'{"path": "b.txt", "part": "bytes", "start": 0, "end": 3, "raw": true}' \
		'{"path": "c.bin"}' '{"path": "c.bin", "raw": true}'
	exits 3
	refused 1 boundary
	answers 2 .bytes_base64 bmHD
	answers 2 'has("bytes")' false
	refused 3 utf8
	answers 4 .bytes_base64 "$(base64 <c.bin)"
}

@test "io read: the digest it has to have, of either kind" {
	local xxh3 sha256

	xxh3=$(digest_of a.txt)
	sha256=sha256:$(sha256sum <a.txt | cut -d ' ' -f 1)
	ask read '{"path": "a.txt", "digest": "'"$xxh3"'"}' \
		'{"path": "a.txt", "digest": "'"$sha256"'"}' \
		'{"path": "b.txt", "digest": "'"$xxh3"'"}'
	exits 3
	answers 1 .digest "$xxh3"
	answers 2 .digest "$sha256"
	refused 3 mismatch
	answers 3 .error.number 8
	answers 3 .error.expected "$xxh3"
	answers 3 .error.actual "$(digest_of b.txt)"
	answers 3 .error.actual_size 7
	answers 3 '.error.actual_mtime_ns / 1000000000 | floor' \
		"$(stat -c %Y b.txt)"
	answers 3 'has("bytes")' false
	ask read '{"path": "a.txt", "digest": "md5:00"}'
	refused 1 invalid digest
}

@test "io read --sha256: digests that can be checked by others" {
	ask read '{"path": "a.txt"}' -- --sha256
	answers 1 .digest "sha256:$(sha256sum <a.txt | cut -d ' ' -f 1)"
}

@test "io read: each error has its name, and is one request's" {
	mkdir dir private
	echo x >private/x
	ln -s a.txt link
	ln -s /etc/passwd out
	mkfifo fifo
	head -c 2000 /dev/zero >big
	ask read '{"path": "nowhere"}' '{"path": "no/where"}' '{"path": "dir"}' \
		'{"path": "fifo"}' '{"path": "out"}' '{"path": "/etc/passwd"}' \
		'{"path": "../project/a.txt"}' '{"path": ""}' '{"path": "link"}' \
		'{"path": "big", "raw": true}' '{"path": "a.txt"}' \
		-- --large 1000
	exits 3
	refused 1 not_found
	answers 1 .error.errno 2
	refused 2 not_found
	refused 3 not_regular
	refused 4 not_regular
	refused 5 outside
	refused 6 outside
	refused 7 invalid path
	refused 8 invalid path
	answers 9 .bytes $'one\ntwo\nthree'
	refused 10 too_large
	answers 11 .error null
	ask read '{"path": "link"}' -- --symlinks deny
	refused 1 symlink
}

@test "io read: a file that may not be read is denied" {
	[ "$(id -u)" -ne 0 ] || skip "root may read everything"
	chmod 0200 a.txt
	ask read '{"path": "a.txt"}'
	refused 1 denied
	answers 1 .error.errno 13
}

@test "io read: small lines that ask for much are not all held at once" {
	local i peak pid

	head -c $((2 << 20)) /dev/zero | tr '\0' x >big
	for i in {1..256}; do
		echo '{"path": "big"}'
	done >asks
	# Its memory can be asked for while it waits for more.
	coproc IO { exec weir io read --workers 1; }
	pid=$IO_PID
	cat asks >&"${IO[1]}"
	head -n 256 <&"${IO[0]}" >/dev/null
	peak=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status")
	[ "$peak" -lt 400000 ] || explain "$peak KiB were held"
	eval "exec ${IO[1]}>&-"
	wait "$pid"
}

@test "io scan: unchanged, changed, missing and unreadable, none for another" {
	local a b

	a=$(digest_of a.txt)
	b=$(digest_of b.txt)
	mkdir dir
	ask scan '{"path": "a.txt", "digest": "'"$a"'"}' \
		'{"path": "b.txt", "digest": "'"$a"'"}' \
		'{"path": "nowhere", "digest": "'"$a"'"}' \
		'{"path": "dir", "digest": "'"$a"'"}' \
		'{"path": "a.txt", "digest": "'"$a"'"}'
	exits 3
	answers 1 .change unchanged
	answers 1 .digest "$a"
	answers 1 .hashed true
	answers 2 .change changed
	answers 2 .digest "$b"
	answers 2 .error null
	answers 3 .change missing
	answers 3 .error null
	answers 3 .digest null
	answers 3 .identity null
	answers 4 .change unreadable
	refused 4 not_regular
	answers 5 .change unchanged
}

@test "io scan: finding change is no failure" {
	ask scan '{"path": "a.txt", "digest": "'"$(digest_of b.txt)"'"}' \
		'{"path": "nowhere", "digest": "'"$(digest_of b.txt)"'"}'
	exits 0
}

# The clock has moved on since a.txt was touched.
settled() {
	weir io digest a.txt >seen
	[ "$(weir io scan <seen | jq .hashed)" = false ]
}

@test "io scan: with its identity a file is not read again" {
	soon settled
	run weir io scan <seen
	exits 0
	answers 1 .change unchanged
	answers 1 .digest "$(digest_of a.txt)"
	run weir io scan < <(weir io scan <seen |
		jq -c '{path, digest, token_digest, identity}')
	answers 1 .hashed false
	touch a.txt
	run weir io scan <seen
	answers 1 .change unchanged
	answers 1 .hashed true
}

@test "io scan: an identity that no scan gave is refused" {
	local id

	for id in 7 '"1:2:3"' '"1:2:3:4:5:6:7"' '"a:2:3:4:5:6"' '"1:2:3:4:5:"' \
		'"-1:2:3:4:5:6"' '"1:2:3:4:5:99999999999999999999"' '{}'; do
		ask scan '{"path": "a.txt", "digest": "xxh3:0", "identity": '"$id"'}'
		exits 3
		refused 1 invalid identity
	done
}

@test "io digest: of files, and of standard input" {
	run weir io digest a.txt b.txt
	exits 0
	answers 1 'keys_unsorted | join(" ")' 'path digest token_digest identity'
	answers 2 .path b.txt
	run weir io digest <a.txt
	exits 0
	answers 1 .path null
	answers 1 .digest "$(digest_of a.txt)"
	run weir io digest --sha256 a.txt
	answers 1 .digest "sha256:$(sha256sum <a.txt | cut -d ' ' -f 1)"
	run weir io digest --sha256 <a.txt
	answers 1 .digest "sha256:$(sha256sum <a.txt | cut -d ' ' -f 1)"
}

@test "io digest: more files than are looked at together" {
	local i

	for i in {1..600}; do
		echo "$i" >"f$i"
	done
	run weir io digest f{1..600}
	exits 0
	[ "${#lines[@]}" -eq 600 ]
	answers 600 .path f600
	answers 600 .digest "$(digest_of f600)"
}

@test "io digest: a file that is not there is told, the others are digested" {
	run weir io digest nowhere a.txt /etc/passwd
	exits 3
	refused 1 not_found
	answers 2 .path a.txt
	refused 3 outside
}

@test "io digest --large: larger ones are refused, or digested in pieces" {
	head -c 100000 /dev/zero >big
	run weir io digest --large 1000 big
	exits 3
	refused 1 too_large
	run weir io digest --large 1000 --large-stream --sha256 big
	exits 0
	answers 1 .digest "sha256:$(sha256sum <big | cut -d ' ' -f 1)"
}
