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
	answers 1 'keys_unsorted | join(" ")' 'path removed error'
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
	sweep d two
	exits 3
	refused 1 io
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
