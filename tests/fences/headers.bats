# SPDX-License-Identifier: MIT
load helper

@test "every header of the tree compiles alone" {
	passes "$ROOT/tools/check-headers" "$ROOT"
}

@test "a header that leans on its includer is stopped" {
	copy_tree
	echo 'struct str late_name(int64_t now_ns);' >"$COPY/src/model/late.h"
	stops "src/model/late.h: does not compile alone" \
		"$ROOT/tools/check-headers" "$COPY"
}

@test "a header without a guard is stopped" {
	copy_tree
	sed -i '/^#ifndef/d; /^#define/d; /^#endif/d' "$COPY/src/model/item.h"
	stops "src/model/item.h: does not compile alone" \
		"$ROOT/tools/check-headers" "$COPY"
}
