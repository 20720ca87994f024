# SPDX-License-Identifier: MIT
load helper

# Lets meson read the copy as it now is; nothing is compiled.
configure() {
	meson setup "$COPY/build" "$COPY" >"$BATS_TEST_TMPDIR/log" 2>&1 || {
		cat "$BATS_TEST_TMPDIR/log"
		return 1
	}
}

@test "each room is one library and no test links above its room" {
	passes "$ROOT/tools/check-libs" "$BUILD" "$ROOT"
}

@test "a unit test that links a room above its own is stopped" {
	copy_tree
	sed -i "s/link_with: room_libs\[room\])/link_with: room == 'base' ? \
room_libs['model'] : room_libs[room])/" "$COPY/tests/meson.build"
	configure
	stops "tests/test_base_err: links libmodel.a, which is not below" \
		"$ROOT/tools/check-libs" "$COPY/build" "$COPY"
}

@test "a room that compiles another room's file is stopped" {
	copy_tree
	echo "plan_sources += files('../model/id.c')" \
		>>"$COPY/src/plan/meson.build"
	configure
	stops "libplan.a: holds src/model/id.c" \
		"$ROOT/tools/check-libs" "$COPY/build" "$COPY"
}

@test "a file that no room's library holds is stopped" {
	copy_tree
	echo >"$COPY/src/base/forgotten.c"
	configure
	stops "src/base/forgotten.c: is in no room's library" \
		"$ROOT/tools/check-libs" "$COPY/build" "$COPY"
}
