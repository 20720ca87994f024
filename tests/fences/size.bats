# SPDX-License-Identifier: MIT
load helper

# long_function LINES: a file of the copy with a function of that length.
long_function() {
	{
		echo 'int long_winded(void);'
		echo 'int'
		echo 'long_winded(void)'
		echo '{'
		yes '	;' | head -n $(($1 - 4))
		echo '	return 0;'
		echo '}'
	} >"$COPY/src/base/long.c"
}

@test "the tree's functions and files keep to the limits" {
	passes "$ROOT/tools/check-size" "$ROOT"
}

@test "a function of 81 lines is stopped, one of 80 is noted" {
	copy_tree
	long_function 81
	stops "src/base/long.c:long_winded: function of 81 lines" \
		"$ROOT/tools/check-size" "$COPY"
	long_function 80
	passes "$ROOT/tools/check-size" "$COPY"
	[[ $output == *"note: src/base/long.c:long_winded: function of 80"* ]]
}

@test "a file of 801 lines is stopped" {
	copy_tree
	yes '/* */' | head -n 801 >"$COPY/src/base/long.h"
	stops "src/base/long.h: file of 801 lines, more than 800" \
		"$ROOT/tools/check-size" "$COPY"
}

@test "an exception with a reason lets a long function pass" {
	copy_tree
	long_function 81
	echo 'src/base/long.c:long_winded: one table, read top to bottom' \
		>>"$COPY/tools/size-exceptions"
	passes "$ROOT/tools/check-size" "$COPY"
}

@test "an exception without a reason, or that nothing needs, is stopped" {
	copy_tree
	echo 'src/base/err.c:' >>"$COPY/tools/size-exceptions"
	stops "src/base/err.c: no reason given" \
		"$ROOT/tools/check-size" "$COPY"
	echo 'src/base/buf.c: it was long once' >"$COPY/tools/size-exceptions"
	stops "nothing needs src/base/buf.c" "$ROOT/tools/check-size" "$COPY"
}
