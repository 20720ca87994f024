# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load io

# What `weir io write` leaves when it is killed before its exchange.
temp=.a.txt.0123456789abcdef.weir-tmp

prepare() {
	mkdir -p d/e two
	echo one >a.txt
	echo half | tee "$temp" "d/e/$temp" "two/$temp" >/dev/null
}

sweep() {
	run --separate-stderr weir io sweep "$@" </dev/null
}

@test "io sweep: what a killed writer left goes, here and below" {
	sweep
	exits 0
	[ "${#lines[@]}" -eq 1 ]
	answers 1 'keys_unsorted | join(" ")' 'path removed left error'
	answers 1 .path "$PWD"
	answers 1 .removed 3
	answers 1 .error null
	[ -z "$(find . -name '*.weir-tmp')" ]
	[ "$(cat a.txt)" = one ]
	sweep
	exits 0
	answers 1 .removed 0
}

@test "io sweep DIR...: those and no others, one answer each" {
	sweep d two
	exits 0
	[ "${#lines[@]}" -eq 2 ]
	answers 1 .path d
	answers 1 .removed 1
	answers 2 .path two
	answers 2 .removed 1
	[ -e "$temp" ]
}

@test "io sweep --root: each of them, when no directory is named" {
	sweep --root d --root two
	exits 0
	[ "${#lines[@]}" -eq 2 ]
	answers 1 .path "$PWD/d"
	answers 2 .path "$PWD/two"
	[ -e "$temp" ]
	[ ! -e "d/e/$temp" ]
	[ ! -e "two/$temp" ]
}

@test "io sweep: a directory that cannot be swept fails alone" {
	sweep nowhere a.txt / d
	exits 3
	[ "${#lines[@]}" -eq 4 ]
	answers 1 'keys_unsorted | join(" ")' 'path error'
	refused 1 not_found
	refused 2 not_regular
	refused 3 outside
	answers 4 .removed 1
	answers 4 .error null
}

@test "io sweep: what may be somebody's edit stays, and what nobody of us made" {
	local digest=0123456789abcdef0123456789abcdef

	echo theirs >".a.txt.01234567.$digest.$digest.weir-swap"
	echo theirs >.notes.weir-tmp
	sweep .
	exits 0
	answers 1 .removed 3
	[ "$(cat a.txt.conflict-*)" = theirs ]
	[ "$(cat .notes.weir-tmp)" = theirs ]
}

@test "io sweep: a trash that is none is told, and nothing of it touched" {
	echo mine >d/.weir-trash
	echo half >"d/$temp"
	sweep d two
	exits 3
	refused 1 io
	answers 1 '.left | length' 1
	[[ $(jq -r .error.message <<<"${lines[0]}") == *"'d/.weir-trash' is a file"*"move it away"*"--trash DIR"* ]] ||
		explain "no next step"
	answers 2 .removed 1
	answers 2 .error null
	[ "$(cat d/.weir-trash)" = mine ]
	mv d/.weir-trash d/mine
	sweep d
	exits 0
	answers 1 .removed 1
}

# As somebody whom permissions are in the way of.
sweep_as_other() {
	if [ "$(id -u)" -eq 0 ]; then
		chown -R 65534:65534 .
		chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" \
			"${BATS_TEST_TMPDIR%/*}"
		cp -L "$(command -v weir)" "$BATS_TEST_TMPDIR/weir"
		run --separate-stderr setpriv --reuid 65534 --regid 65534 \
			--clear-groups "$BATS_TEST_TMPDIR/weir" io sweep "$@" \
			</dev/null
	else
		sweep "$@"
	fi
}

@test "io sweep: what may not be read is told, each, and the rest is swept" {
	local dir

	mkdir -p d/b d/c d/z
	for dir in d d/b d/c d/z; do
		echo half >"$dir/$temp"
	done
	chmod 000 d/b d/e
	sweep_as_other
	chmod 755 d/b d/e
	exits 3
	[ "${#lines[@]}" -eq 1 ]
	answers 1 .removed 5
	answers 1 '.left | length' 2
	answers 1 '.left[].op' $'sweep\nsweep'
	answers 1 '.left[].code' $'denied\ndenied'
	[[ $(jq -r '.left[0].message' <<<"${lines[0]}") == *"'d/b'"* ]]
	[[ $(jq -r '.left[1].message' <<<"${lines[0]}") == *"'d/e'"* ]]
	answers 1 '.error == .left[0]' true
	[ "$(find . -name '*.weir-tmp' | sort)" = "$(printf '%s\n' "./d/b/$temp" "./d/e/$temp")" ]
}

@test "io sweep: an error says that it was a sweep" {
	sweep nowhere a.txt
	exits 3
	answers 1 .error.op sweep
	answers 2 .error.op sweep
}

@test "io sweep DIR/: as completion writes it" {
	sweep d/ "$PWD/two//" ./
	exits 0
	answers 1 .path d/
	answers 1 .removed 1
	answers 2 .removed 1
	answers 3 .removed 1
	sweep /
	exits 3
	refused 1 outside
}

@test "io sweep: nobody waits for input, and options of others are refused" {
	local option

	sweep --trash two
	exits 0
	for option in --sha256 --all --count=1 "--durability durable" \
		--large-stream; do
		# shellcheck disable=SC2086
		sweep $option
		exits 2
		[[ $stderr == *"'weir io sweep' takes no option"* ]] ||
			explain "$option is taken"
	done
}
