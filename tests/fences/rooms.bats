# SPDX-License-Identifier: MIT
load helper

@test "the tree includes only what tools/rooms allows" {
	passes "$ROOT/tools/check-rooms" "$ROOT"
}

@test "a pure room may not include the room of system calls" {
	copy_tree
	include src/plan/select.h '"sys/sys.h"'
	stops "room 'plan' may not include \"sys/sys.h\"" \
		"$ROOT/tools/check-rooms" "$COPY"
}

@test "another room's private header may not be included" {
	copy_tree
	echo >"$COPY/src/model/secret-priv.h"
	include src/plan/select.h '"model/secret-priv.h"'
	stops "\"model/secret-priv.h\" is private to room 'model'" \
		"$ROOT/tools/check-rooms" "$COPY"
}

@test "a room may not use one listed below it" {
	copy_tree
	sed -i 's/^model: base$/model: base plan/' "$COPY/tools/rooms"
	stops "'model' may not use 'plan', which is not listed above it" \
		"$ROOT/tools/check-rooms" "$COPY"
}

@test "a folder that is not in tools/rooms is no room" {
	copy_tree
	mkdir "$COPY/src/common"
	echo >"$COPY/src/common/util.c"
	stops "room 'common' is not in tools/rooms" \
		"$ROOT/tools/check-rooms" "$COPY"
}

@test "neither angle brackets nor dots lead around the fence" {
	copy_tree
	include src/plan/select.h '<sys/sys.h>'
	include src/plan/deps.h '"../sys/sys.h"'
	stops "<sys/sys.h> is ours" "$ROOT/tools/check-rooms" "$COPY"
	[[ $output == *'"../sys/sys.h" is not in a room'* ]]
}

@test "a test may include only what is below the room it tries" {
	copy_tree
	include tests/model/test_id.c '"engine/run.h"'
	include tests/model/test_id.c '"../engine/fixture.h"'
	stops "room 'model' may not include \"engine/run.h\"" \
		"$ROOT/tools/check-rooms" "$COPY"
	[[ $output == *"may not include \"engine/fixture.h\""* ]]
}

@test "the store goes to the disk through fio" {
	copy_tree
	echo 'int x = st->dir.sys->unlinkat(st->dir.sys, 0, "a", 0);' \
		>>"$COPY/src/store/store.c"
	stops "the store asks the kernel itself; fio is its way to the disk" \
		"$ROOT/tools/check-rooms" "$COPY"
}

@test "only fio and the command line know the library's public header" {
	copy_tree
	include src/store/store.h '"weir/io.h"'
	stops "room 'store' may not include \"weir/io.h\"" \
		"$ROOT/tools/check-rooms" "$COPY"
}
