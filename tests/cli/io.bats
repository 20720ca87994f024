# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load io

prepare() {
	printf 'one\ntwo\nthree\n' >a.txt
}

good='{"path": "a.txt"}'

# refuses_line LINE MESSAGE: it is an error of its own, with its number; those
# around it are answered.
refuses_line() {
	ask read "$good" "$1" "$good"
	exits 3
	[ "${#lines[@]}" -eq 3 ] || explain "not three answers"
	answers 1 .error null
	answers 2 .line 2
	refused 2 invalid
	answers 2 .error.number 1
	answers 2 .error.op read
	[[ $(jq -r .error.message <<<"${lines[1]}") == *"$2"* ]] ||
		explain "expected to read '$2'"
	answers 3 .line 3
	answers 3 .error null
	[ -z "$stderr" ]
}

@test "io: no project is needed, and none is made" {
	ask read "$good"
	exits 0
	answers 1 .bytes $'one\ntwo\nthree'
	[ "$(ls -A)" = a.txt ]
}

@test "io: a verb is needed, and a wrong one is told from the right one" {
	fails 2 weir io
	says "'weir io' needs read|scan"
	fails 2 weir io raed
	says "did you mean 'weir io read'?"
	fails 2 weir io read a.txt
	says "'a.txt' is too much for 'weir io read'"
}

@test "io: nothing asked, nothing answered" {
	run weir io read </dev/null
	exits 0
	[ -z "$output" ]
	run weir io write --all </dev/null
	exits 0
	[ -z "$output" ]
}

@test "io: an empty line is passed over, but counted" {
	ask read "$good" '' '   ' "$good"
	exits 0
	[ "${#lines[@]}" -eq 2 ]
	answers 2 .line 4
}

@test "io: the last line needs no line break" {
	printf '%s\n%s' "$good" "$good" >ask
	run weir io read <ask
	exits 0
	[ "${#lines[@]}" -eq 2 ]
}

@test "io: answers stand in the order of the requests, however many" {
	local i

	for i in {1..1000}; do
		printf '%s' "$i" >"f$i"
		printf '{"path": "f%s"}\n' "$i"
	done >ask
	run weir io read <ask
	exits 0
	jq -r '.line, .bytes' <<<"$output" >got
	for i in {1..1000}; do
		printf '%s\n%s\n' "$i" "$i"
	done >want
	same want got
}

@test "io: who writes a line and waits gets an answer" {
	local answer pid

	coproc IO { weir io read; }
	pid=$IO_PID # which the shell forgets when it has ended
	printf '%s\n' "$good" >&"${IO[1]}"
	read -r -t 20 answer <&"${IO[0]}"
	[ "$(jq -r .line <<<"$answer")" = 1 ]
	printf '%s\n' "$good" >&"${IO[1]}"
	read -r -t 20 answer <&"${IO[0]}"
	[ "$(jq -r .line <<<"$answer")" = 2 ]
	eval "exec ${IO[1]}>&-"
	wait "$pid"
}

@test "io: nobody reads the answers any more: no failure, and no more is done" {
	mkfifo asked
	(
		for i in {1..3}; do
			printf '{"path": "new%s", "bytes": ""}\n' "$i"
		done
		exec sleep 60
	) 3>&- >asked &
	local pid=$!
	timeout 20 bash -c 'set -o pipefail; weir io create <asked | head -n 1'
	kill "$pid"
}

@test "io: answers that cannot be written are a failure" {
	run bash -c 'echo "{\"path\": \"a.txt\"}" | weir io read >/dev/full'
	exits 1
	says "writing to standard output: No space left on device"
}

@test "io: what is not JSON is an error of its line" {
	refuses_line 'path: a.txt' "line 2, byte"
	refuses_line '{"path": "a.txt"' "line 2, byte"
	refuses_line '{"path": "a.txt"} x' "line 2, byte"
	refuses_line "{'path': 'a.txt'}" "line 2, byte"
	refuses_line '{' "expected near end of file; a request is one JSON object on one line"
	refuses_line '["a.txt"]' "not a JSON object; a request is one JSON object on one line"
	refuses_line '"a.txt"' "line 2, byte"
	refuses_line "$(printf '{"path": "\377"}')" "line 2, byte"
	refuses_line '{"path": "\ud800"}' "line 2, byte"
	refuses_line "$(printf '[%.0s' {1..5000})" "line 2, byte"
}

@test "io: unknown keys, keys that are there twice and wrong types are errors" {
	refuses_line '{"path": "a.txt", "colour": "red"}' \
		"'colour' is no key of this request"
	refuses_line '{"path": "a.txt", "path": "a.txt"}' "line 2, byte"
	refuses_line '{"path": "a.txt", "path_base64": "YS50eHQ="}' \
		"'path' is there twice"
	refuses_line '{}' "'path' is missing"
	refuses_line '{"path": null}' "'path' is missing"
	refuses_line '{"path": 1}' "'path' is not a string"
	refuses_line '{"path": "a\u0000b"}' "'path' holds a NUL"
	refuses_line '{"path": "a.txt", "raw": "yes"}' \
		"'raw' is neither true nor false"
	refuses_line '{"path": "a.txt", "start": -1}' \
		"'start' is not a whole number"
	refuses_line '{"path": "a.txt", "start": 1.0}' \
		"'start' is not a whole number"
	refuses_line '{"path": "a.txt", "start": 18446744073709551616}' \
		"line 2, byte"
	refuses_line '{"path": "a.txt", "part": "half"}' \
		"'part' is not whole, bytes or lines"
	refuses_line '{"path": "a.txt", "digest": {}}' \
		"'digest' is not a string"
	refuses_line '{"path_base64": "YS50eHQ"}' "'path_base64' is not base64"
	refuses_line '{"path_base64": "YS50eHR="}' "'path_base64' is not base64"
}

@test "io: a refused line names its path and the field at fault" {
	ask read '{"path": "a.txt", "start": "1"}' '{"path": 7}'
	answers 1 .path a.txt
	answers 1 .error.field start
	answers 2 .path null
	ask write '{"path": "a.txt", "edits": [{"start": 0, "end": 1, "text": ""}, {"start": 0, "end": "1", "text": ""}]}'
	refused 1 invalid 'edits[1].end'
	ask write '{"path": "a.txt", "edits": [{"start": 0, "end": 1}]}'
	refused 1 invalid 'edits[0].text'
	ask write '{"path": "a.txt", "edits": [{"end": 1, "text": ""}]}'
	refused 1 invalid 'edits[0].start'
	ask write '{"path": "a.txt", "edits": [7]}'
	refused 1 invalid 'edits[0]'
	ask write '{"path": "a.txt", "edits": {}}'
	refused 1 invalid edits
}

@test "io: a key that there is not is named, and the one that is near it" {
	refuses_line '{"path": "a.txt", "strat": 1}' \
		"line 2: 'strat' is no key of this request; did you mean 'start'?"
	answers 2 .error.field strat
	refuses_line '{"path": "a.txt", "colour": "red"}' \
		"; it takes path, digest, part, start, end, max_bytes or raw"
	answers 2 .error.field colour
	refuses_line '{"path": "a.txt", "": "red"}' "'' is no key"
	ask write '{"path": "a.txt", "edits": [{"start": 0, "end": 1, "txet": ""}]}'
	refused 1 invalid 'edits[0].txet'
	answers 1 .error.message "line 1: 'edits[0].txet' is no key of this request; did you mean 'text'?"
	ask read "{\"path\": \"a.txt\", \"$(printf 'ä%.0s' {1..60})\": 1}"
	refused 1 invalid "$(printf 'ä%.0s' {1..23})"
}

@test "io: control characters of a request never get into a message" {
	refuses_line "$(printf '{"path": "a.txt", "\\u001b[31m\xe2\x80\xae": 1}')" \
		"[31m"
	[[ $output != *$'\033'* && $output != *'\u001b'* ]]
}

@test "io: a line that is too long is told, and the next one answered" {
	{
		printf '{"path": "'
		head -c $((64 << 20)) /dev/zero | tr '\0' a
		printf '"}\n%s\n' "$good"
	} >ask
	run weir io read <ask
	exits 3
	[ "${#lines[@]}" -eq 2 ]
	refused 1 too_large
	answers 2 .error null
}

@test "io: a path that is not UTF-8 stands as base64, in and out" {
	local name=$'\377b'

	echo x >"$name"
	ask read '{"path_base64": "/2I="}'
	exits 0
	answers 1 .path_base64 /2I=
	answers 1 '.path | tostring' null
	answers 1 .bytes x
}

@test "io --root: paths are below the first, absolute ones below any" {
	mkdir one two
	echo 1 >one/f
	echo 2 >two/f
	ask read '{"path": "f"}' "{\"path\": \"$PWD/two/f\"}" \
		"{\"path\": \"$PWD/a.txt\"}" -- --root one --root two
	exits 3
	answers 1 .bytes 1
	answers 2 .bytes 2
	refused 3 outside
	answers 3 .error.op resolve
}

@test "io -C: the directory files are in, and roots are below" {
	mkdir -p one/two
	echo 1 >one/f
	echo 2 >one/two/f
	ask read '{"path": "f"}' -- -C one
	answers 1 .bytes 1
	ask read '{"path": "f"}' -- -C one --root two
	answers 1 .bytes 2
	ask read '{"path": "f"}' -- -C "$PWD/one" --root two
	answers 1 .bytes 2
}

@test "io --root: one that is not there is not found, a file is none" {
	ask read "$good" -- --root . --root nowhere
	exits 4
	[ "$stderr" = "weir: --root 'nowhere': '$PWD/nowhere': No such file or directory" ] ||
		explain "$stderr"
	ask read "$good" -- --root a.txt
	exits 4
	[ "$stderr" = "weir: --root 'a.txt': '$PWD/a.txt' is not a directory" ] ||
		explain "$stderr"
}

@test "io --trash, --grammars: a directory that is not there is not found" {
	ln -s loop loop
	ask write -- --trash nowhere
	exits 4
	[ "$stderr" = "weir: --trash 'nowhere': '$PWD/nowhere': No such file or directory" ] ||
		explain "$stderr"
	ask create -- --trash a.txt
	exits 4
	[ "$stderr" = "weir: --trash 'a.txt': '$PWD/a.txt': Not a directory" ] ||
		explain "$stderr"
	ask sweep -- -C / --trash "$PWD/loop"
	exits 4
	ask scan -- --grammars nowhere
	exits 4
	[[ $stderr == "weir: --grammars 'nowhere': "*": No such file or directory" ]] ||
		explain "$stderr"
	ask digest -- --grammars a.txt
	exits 4
}

@test "io --trash: one on another file system is a wrong argument" {
	[ "$(stat -c %d /dev/shm)" != "$(stat -c %d .)" ] ||
		skip "no other file system"
	ask write -- --trash /dev/shm
	exits 2
	[ "$stderr" = "weir: --trash '/dev/shm': the trash '/dev/shm' is on another file system than '$PWD'" ] ||
		explain "$stderr"
}

@test "io: options that are wrong are refused before anything is read" {
	local wrong

	while read -r wrong; do
		# shellcheck disable=SC2086
		ask read "$good" -- $wrong
		exits 2
		[ -z "$output" ]
	done <<'END'
--symlinks all
--large 0
--large many
--workers -1
--permits 0
--permits 65537
--all
--count 3
--debounce 1s
--extension .c
END
	ask watch -- --debounce soon
	exits 2
	ask watch -- --backend magic
	exits 2
	ask write -- --durability much
	exits 2
}

# empty VERB OPTION VALUE: the script's variable was not set.
empty() {
	local option=$2

	run --separate-stderr weir io "$1" "$2" "$3" <<<"$good"
	exits 2
	[ -z "$output" ] || explain "answered"
	[[ $stderr == "weir: $option: "* ]] ||
		explain "$option '$3' is not named: $stderr"
}

@test "io: an option whose value is empty is refused by its name" {
	empty read --root ''
	empty sweep --root ''
	empty write --trash ''
	empty create --trash ''
	empty create --extension ''
	empty create --extension ,
	empty create --extension .c,,.h
	empty create --extension .c,
	empty create --extension '.c, '
	empty scan --grammars ''
	empty read --large ''
	run --separate-stderr weir io read --root . --root '' <<<"$good"
	exits 2
	run --separate-stderr weir io create --extension .c --extension '' </dev/null
	exits 2
	run --separate-stderr weir io create --extension '.c, .h' </dev/null
	exits 0
	[ "$(ls -A)" = a.txt ]
}

@test "io: WEIR_IO_FD_LIMIT that is no number is an error, not a hang" {
	WEIR_IO_FD_LIMIT=many run weir io read <<<"$good"
	exits 2
	says WEIR_IO_FD_LIMIT
	WEIR_IO_FD_LIMIT=0 run weir io read <<<"$good"
	exits 2
	WEIR_IO_FD_LIMIT=4 run weir io read <<<"$good"
	exits 0
}

@test "io --metrics: counters on standard error, answers as without" {
	ask read "$good" -- --metrics
	exits 0
	[ "${#lines[@]}" -eq 1 ]
	[[ $stderr =~ [a-z_]+\ [0-9]+ ]]
}

@test "io --json says what is wrong with the arguments as JSON too" {
	run --separate-stderr weir io raed --json
	exits 2
	[ "$(jq -r '.errors[0].code' <<<"$output")" = usage ]
}

@test "io: an error says what was being done" {
	ask read '{"path": "a.txt", "digest": "xxh3:00000000000000000000000000000000"}'
	answers 1 .error.op read
	mkdir dir
	ask scan '{"path": "dir", "digest": "xxh3:00000000000000000000000000000000"}'
	answers 1 .error.op scan
	ask write '{"path": "a.txt", "edits": [{"anchor": "four", "text": ""}]}'
	answers 1 .error.op write
	ask create '{"path": "a.txt", "bytes": ""}'
	answers 1 .error.op create
	ask create '{"path": "../b", "bytes": ""}'
	answers 1 .error.op resolve
}

@test "io create: what fails is a creation, also when it replaces" {
	mkdir dir
	ask create '{"path": "dir", "bytes": "", "existing": "replace_any"}' \
		'{"path": "a.txt", "bytes": "", "existing": "replace_verified", "digest": "xxh3:00000000000000000000000000000000"}'
	exits 3
	refused 1 not_regular path
	answers 1 .error.op create
	refused 2 mismatch digest
	answers 2 .error.op create
	ln a.txt other
	ask create '{"path": "a.txt", "bytes": "", "existing": "replace_verified", "digest": "'"$(digest_of a.txt)"'"}'
	refused 1 linked path
	answers 1 .error.op create
}

# What is there under the name of the trash, made by nobody of us.
no_trash() {
	rm -rf .weir-trash
	case $1 in
	file) echo mine >.weir-trash ;;
	link) ln -s elsewhere .weir-trash ;;
	dangling) ln -s nowhere .weir-trash ;;
	fifo) mkfifo .weir-trash ;;
	esac
}

@test "io: a .weir-trash that is no directory is nothing to who only reads" {
	local kind digest

	mkdir elsewhere
	digest=$(digest_of a.txt)
	for kind in file link dangling fifo; do
		no_trash "$kind"
		ask read "$good"
		exits 0
		answers 1 .bytes $'one\ntwo\nthree'
		ask scan "{\"path\": \"a.txt\", \"digest\": \"$digest\"}"
		exits 0
		answers 1 .change unchanged
		[ "$(digest_of a.txt)" = "$digest" ]
		ask write '{"path": "a.txt", "dry_run": true, "edits": [{"anchor": "two", "text": "2"}]}'
		exits 0
		coproc IO { exec weir io watch --count 1; }
		local pid=$IO_PID told
		read -r -t 20 told <&"${IO[0]}"
		[ "$(jq -r .watching <<<"$told")" != null ] || explain "$told"
		echo >"new-$kind"
		read -r -t 20 told <&"${IO[0]}"
		[ "$(jq -r .path <<<"$told")" = "new-$kind" ] || explain "$told"
		wait "$pid"
	done
}

@test "io: a .weir-trash that is no directory fails the request, with a way on" {
	local kind what edit='{"path": "a.txt", "edits": [{"anchor": "two", "text": "2"}]}'

	mkdir elsewhere d trash
	echo two >d/b.txt
	for kind in file link dangling fifo; do
		no_trash "$kind"
		case $kind in
		file) what="'.weir-trash' is a file" ;;
		fifo) what="'.weir-trash' is no directory" ;;
		*) what="'.weir-trash' is a symbolic link" ;;
		esac
		ask write "$edit" \
			"{\"path\": \"d/b.txt\", \"edits\": [{\"anchor\": \"two\", \"text\": \"two\"}]}"
		exits 3
		[ -z "$stderr" ]
		refused 1 io
		[[ $(jq -r .error.message <<<"${lines[0]}") == "writing 'a.txt': $what"*"move it away"*"--trash DIR"* ]] ||
			explain "no next step"
		answers 2 .error null
		ask write "$edit" -- --all
		exits 3
		[[ $output == *"$what"*"--trash DIR"* ]] || explain "--all"
		ask create '{"path": "new", "bytes": ""}'
		exits 3
		refused 1 io
		[[ $output == *"creating 'new': $what"*"--trash DIR"* ]] ||
			explain "create"
		[ ! -e new ]
	done
	[ "$(cat a.txt)" = $'one\ntwo\nthree' ]
	[ -z "$(ls -A elsewhere)" ]
	ask write "$edit" -- --trash trash
	exits 0
}
