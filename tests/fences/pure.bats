# SPDX-License-Identifier: MIT
load helper

# add_to ROOM CODE: a copy of the build whose libROOM.a also holds CODE.
add_to() {
	local lib="$BATS_TEST_TMPDIR/build/lib$1.a"

	mkdir -p "$BATS_TEST_TMPDIR/build/weir.p"
	cp "$BUILD/weir.p/src_main.c.o" "$BATS_TEST_TMPDIR/build/weir.p"
	for from in "$BUILD"/lib*.a; do
		# The archives of the build are thin: lists of objects.
		(cd "$BUILD" && ar t "$from" | xargs -r ar rc \
			"$BATS_TEST_TMPDIR/build/$(basename "$from")")
	done
	echo "$2" >"$BATS_TEST_TMPDIR/violation.c"
	gcc -c -o "$BATS_TEST_TMPDIR/violation.o" "$BATS_TEST_TMPDIR/violation.c"
	ar r "$lib" "$BATS_TEST_TMPDIR/violation.o"
}

check_pure() {
	"$ROOT/tools/check-pure" "$BATS_TEST_TMPDIR/build" "$ROOT"
}

@test "the tree's objects need only what their rooms allow" {
	passes "$ROOT/tools/check-pure" "$BUILD" "$ROOT"
}

@test "a pure room may not read the clock" {
	add_to plan '#include <time.h>
		long now(void) { return time(0); }'
	stops "room 'plan': violation.o needs time: the room is pure" check_pure
}

@test "a pure room may not print" {
	add_to model '#include <stdio.h>
		void say(void) { puts("hello"); }'
	stops "room 'model': violation.o needs puts: the room is pure" \
		check_pure
}

@test "a pure room may not use a function of a room outside its row" {
	add_to model 'struct sys *sys_real(void);
		struct sys *door(void) { return sys_real(); }'
	stops "room 'model': violation.o needs sys_real: the room is pure" \
		check_pure
}

@test "no room but sys may call the kernel" {
	add_to store '#include <stdio.h>
		int move(void) { return rename("a", "b"); }'
	stops "room 'store': violation.o needs rename: only sys may call it" \
		check_pure
}

@test "a system call under its 64-bit name is caught too" {
	add_to fio '#include <fcntl.h>
		int open64(const char *, int, ...);
		int door(void) { return open64("a", 0); }'
	stops "room 'fio': violation.o needs open64: only sys may call it" \
		check_pure
}

@test "no room but cli may ask the environment or exit" {
	add_to engine '#include <stdlib.h>
		void leave(void) { exit(getenv("HOME") != 0); }'
	stops "room 'engine': violation.o needs getenv: only cli may call it" \
		check_pure
	[[ $output == *"needs exit: only cli may call it"* ]]
}

@test "a room without a library is not taken for a pure one" {
	add_to plan ''
	rm "$BATS_TEST_TMPDIR/build/libmodel.a"
	stops "room 'model': no libmodel.a in the build" check_pure
}
