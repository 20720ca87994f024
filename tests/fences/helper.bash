# SPDX-License-Identifier: MIT
# Loaded by every file here. A fence must let the tree pass and must stop a
# copy of it with one violation patched in.

ROOT=$(realpath "$BATS_TEST_DIRNAME/../..")
BUILD=${WEIR_BUILD:-$ROOT/build}
COPY=$BATS_TEST_TMPDIR/copy

# A copy of the tree to violate, without what was built.
copy_tree() {
	mkdir "$COPY"
	tar -C "$ROOT" -c meson.build meson_options.txt src include tests fuzz man completions \
		docs tools | tar -C "$COPY" -x
}

# include FILE NAME: FILE of the copy includes NAME in its last line.
include() {
	printf '#include %s\n' "$2" >>"$COPY/$1"
}

# stops TEXT COMMAND...: the command fails and says TEXT. What it said goes to
# the descriptor bats shows with --show-output-of-passing-tests.
stops() {
	local text=$1
	shift
	run "$@"
	echo "$output"
	[ "$status" -ne 0 ] && [[ $output == *"$text"* ]]
}

passes() {
	run "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}
