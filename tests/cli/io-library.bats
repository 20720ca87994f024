# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper

BUILD=${WEIR_BUILD:-$(dirname "$WEIR")}

# What `make install` puts into place, in a tree of this test's own.
prepare() {
	meson install -C "$BUILD" --no-rebuild --destdir "$BATS_TEST_TMPDIR/tree" \
		>"$BATS_TEST_TMPDIR/install.log" ||
		{ cat "$BATS_TEST_TMPDIR/install.log" && return 1; }
	pc=$(find "$BATS_TEST_TMPDIR/tree" -name weirio.pc)
	lib=$(dirname "$(dirname "$pc")")
	tree=$BATS_TEST_TMPDIR/tree$(pkgconf --variable=prefix "$pc")
	export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$BATS_TEST_TMPDIR/tree
	export LD_LIBRARY_PATH=$lib
}

@test "installed: program, libraries, header, pages and completions" {
	local file

	for file in bin/weir include/weir/io.h share/man/man1/weir.1 \
		share/bash-completion/completions/weir \
		share/zsh/site-functions/_weir; do
		[ -s "$tree/$file" ] || explain "no $file"
	done
	[ -s "$lib/libweirio.a" ]
	[ -L "$lib/libweirio.so" ]
	"$tree/bin/weir" version
}

@test "installed: the shared library has its name, and needs no file of ours" {
	run readelf -d "$lib/libweirio.so"
	says 'soname: [libweirio.so.0]'
	[ "$(readlink -f "$lib/libweirio.so.0")" = \
		"$(readlink -f "$lib/libweirio.so")" ]
	never_says RPATH
	never_says RUNPATH
}

@test "installed: pkg-config knows the version and what to link" {
	[ "weir $(pkgconf --modversion weirio)" = "$("$tree/bin/weir" version)" ]
	run pkgconf --libs weirio
	says -lweirio
	never_says crypto
	run pkgconf --libs --static weirio
	says -lcrypto
}
