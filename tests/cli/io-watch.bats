# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load io
load watch

# watches OPTION...: behind, and ready.
watches() {
	behind weir io watch "$@"
	soon said 1
}

said() { # N: at least so many lines
	[ "$(wc -l <"$NOTES/out")" -ge "$1" ]
}

# event N FILTER TEXT: what jq makes of the n-th event.
event() {
	soon said $(($1 + 1))
	run sed -n "$(($1 + 1))p" "$NOTES/out"
	answers 1 "$2" "$3"
}

@test "io watch: says what it watches, and from then on what happens" {
	watches
	run cat "$NOTES/out"
	answers 1 '.watching[0]' "$PWD"
	answers 1 '.backend | test("^(inotify|fanotify|poll)$")' true
	echo x >a.txt
	event 1 .kind created
	event 1 .path a.txt
	event 1 .sequence 1
	event 1 .root 0
	event 1 .is_dir false
	event 1 '.at_ns > 1700000000000000000' true
	event 1 .error null
	echo y >>a.txt
	event 2 .kind modified
	mv a.txt b.txt
	event 3 .kind renamed
	event 3 .old_path a.txt
	event 3 .path b.txt
	rm b.txt
	event 4 .kind removed
	event 4 .sequence 4
}

@test "io watch: directories made later are watched, too" {
	watches
	mkdir -p d/e
	event 1 .is_dir true
	echo x >d/e/f
	soon grep -q '"path":"d/e/f"' "$NOTES/out"
}

@test "io watch: a file deleted and made again is modified" {
	echo x >a.txt
	watches
	rm a.txt
	echo y >a.txt
	event 1 .kind modified
	event 1 .path a.txt
}

@test "io watch --count: ends by itself" {
	watches --count 2 --debounce 0
	mkdir one two
	ends 0
	[ "$(wc -l <"$NOTES/out")" -eq 3 ]
}

@test "io watch: ends by SIGTERM and SIGINT, with every event told" {
	watches
	echo x >a.txt
	event 1 .path a.txt
	kill -TERM "$weir"
	ends 143
	jq -e . "$NOTES/out" >/dev/null
	timeout -k $WAIT_SECONDS -s INT 2 weir io watch || status=$?
	[ "$status" -eq 124 ]
}

@test "io watch: ends when nobody reads any more" {
	timeout $WAIT_SECONDS bash -c 'set -o pipefail; weir io watch | head -n 1'
}

@test "io watch: sleeps while nothing happens" {
	watches
	soon rests
}

@test "io watch --root: several, each event says which" {
	mkdir one two
	watches --root one --root two
	echo x >two/a.txt
	event 1 .root 1
	event 1 .path a.txt
}

# told_last KINDS LINE: these events are the last, a poll may tell what is new
# to it before; and behind them this line of standard error.
told_last() {
	run sed '1d;$d' "$NOTES/out"
	[[ " $(jq -r .kind <<<"$output" | paste -sd ' ')" == *" $1" ]] ||
		explain "not '$1'"
	[ "$(tail -n 1 "$NOTES/out")" = "$2" ] || explain "not '$2' at the end"
}

@test "io watch: ends when its root is removed or renamed, and says so" {
	local backend

	for backend in inotify poll; do
		mkdir one
		echo x >one/a.txt
		watches --root one --backend $backend
		mv one "away-$backend"
		ends 4
		told_last watch_failed "weir: the root '$PWD/one' was moved away, or a directory above it was"
		mkdir one
		echo x >one/a.txt
		watches --root one --backend $backend
		rm -r one
		ends 4
		told_last "removed watch_failed" "weir: the root '$PWD/one' was removed"
	done
}

@test "io watch: goes on while one of its roots is left" {
	mkdir one two
	watches --root one --root two
	mv one three
	event 1 .kind watch_failed
	event 1 .root 0
	event 1 .path ""
	event 1 .error.code not_found
	echo x >two/a.txt
	event 2 .kind created
	event 2 .root 1
	mv two four
	ends 4
}

@test "io watch --backend: the one that was asked for" {
	watches --backend inotify
	run cat "$NOTES/out"
	answers 1 .backend inotify
	kill "$weir"
	ends 143
	watches --backend poll
	run cat "$NOTES/out"
	answers 1 .backend poll
	echo x >a.txt
	event 1 .path a.txt
}

@test "io watch: what another weir writes is one change, its temporary files none" {
	echo one >a.txt
	watches
	echo '{"path": "a.txt", "edits": [{"anchor": "one", "text": "1"}]}' |
		weir io write
	event 1 .kind modified
	event 1 .path a.txt
	echo x >z.txt
	soon grep -q '"path":"z.txt"' "$NOTES/out"
	run grep -vc '"path":"[az].txt"' "$NOTES/out"
	cat "$NOTES/out"
	[ "$output" = 1 ]
}

@test "io watch: a name that is not UTF-8 stands as base64" {
	watches
	echo x >$'\377b'
	event 1 .path_base64 /2I=
}

@test "io watch: roots that are not UTF-8 stand as base64, all of them" {
	mkdir one $'\377b'
	watches --root one --root $'\377b'
	run cat "$NOTES/out"
	answers 1 '.watching' null
	answers 1 '.watching_base64 | length' 2
	answers 1 '.watching_base64[0] | @base64d' "$PWD/one"
	run base64 -d <<<"$(jq -r '.watching_base64[1]' <<<"$output")"
	[ "$output" = "$PWD/"$'\377b' ]
	echo x >$'\377b/a'
	event 1 .root 1
	event 1 .path a
}
