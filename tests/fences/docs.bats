# SPDX-License-Identifier: MIT
load helper

# says TEXT: a document of the copy that says so and nothing else.
says() {
	rm "$COPY"/docs/*.md
	printf '%s\n' "$1" >"$COPY/docs/claims.md"
}

@test "every file and test that a document names is there" {
	passes "$ROOT/tools/check-docs" "$ROOT"
}

@test "a test that is gone from its file is stopped" {
	copy_tree
	sed -i 's/^ready_has_no_phase(/ready_has_a_phase(/' \
		"$COPY/tests/model/test_life.c"
	echo '| x | `model/test_life.c`: ready_has_no_phase |' \
		>>"$COPY/docs/acceptance.md"
	stops "docs/acceptance.md: tests/model/test_life.c has no ready_has_no_phase" \
		"$ROOT/tools/check-docs" "$COPY"
}

@test "names behind a comma, a line's end or another file are looked at" {
	copy_tree
	for claim in \
		'`model/test_life.c`: ready_has_no_phase, it_is_gone' \
		'`model/test_life.c`:
it_is_gone' \
		'`model/test_id.c`: a_prefix_has_no_dots; `model/test_life.c`: it_is_gone'
	do
		says "$claim"
		stops "tests/model/test_life.c has no it_is_gone" \
			"$ROOT/tools/check-docs" "$COPY"
	done
}

@test "a file that is gone is stopped" {
	copy_tree
	says 'See `store/test_save.c`: only_the_changed_bytes_change, `tests/store/test_saves.c`.'
	stops "there is no file tests/store/test_saves.c" \
		"$ROOT/tools/check-docs" "$COPY"
}

@test "a function that is gone from its file is stopped" {
	copy_tree
	says '`engine/loop.c`: take_inbox, and `engine/loop.c`: take_outbox'
	stops "src/engine/loop.c has no take_outbox" \
		"$ROOT/tools/check-docs" "$COPY"
	[[ $output != *take_inbox* ]]
}

@test "a test of bats is known by its words" {
	copy_tree
	says '| x | `cli/add.bats`: add saves an item and prints its id |'
	passes "$ROOT/tools/check-docs" "$COPY"
	says '| x | `cli/add.bats`: add saves an item |'
	stops 'tests/cli/add.bats has no test "add saves an item' \
		"$ROOT/tools/check-docs" "$COPY"
}

@test "documents that name no test are stopped" {
	copy_tree
	says 'Nothing is promised.'
	stops "no document names a test" "$ROOT/tools/check-docs" "$COPY"
}
