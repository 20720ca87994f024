# SPDX-License-Identifier: MIT
# `load io` after `load helper`: what the files about `weir io` share.

# ask VERB REQUEST... [-- OPTION...]: each request a line; standard output in
# `output`, its lines in `lines`, the rest in `stderr`.
ask() {
	local verb=$1
	local -a requests=()

	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		requests+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	printf '%s\n' "${requests[@]}" >"$BATS_TEST_TMPDIR/ask"
	run --separate-stderr weir io "$verb" "$@" <"$BATS_TEST_TMPDIR/ask"
}

# answers N FILTER TEXT: what jq makes of the n-th answer.
answers() {
	local got

	got=$(jq -r "$2" <<<"${lines[$1 - 1]}") ||
		explain "answer $1 is not JSON"
	[ "$got" = "$3" ] ||
		explain "expected $2 of answer $1 to be '$3', got '$got'"
}

# refused N CODE [FIELD]: the n-th answer is this error and nothing else.
refused() {
	answers "$1" .error.code "$2"
	answers "$1" '.error.message | length > 0' true
	[ $# -lt 3 ] || answers "$1" .error.field "$3"
}

digest_of() { # FILE
	weir io digest "$1" | jq -r .digest
}
