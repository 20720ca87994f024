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

@test "io write: an owner that cannot be kept is told" {
	chown 1234:4321 a.txt || skip "needs root"
	chmod 777 .
	ask_as_other write "$edit"
	exits 3
	refused 1 denied
	message 1 "writing 'a.txt': it belongs to uid 1234 and gid 4321, and weir, which runs as another, may not leave it to them; let its owner write it: Operation not permitted"
	same before a.txt
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
