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
		share/man/man1/weir-io.1 share/man/man3/weir-io.3 \
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

@test "installed: both libraries show what the header declares, and nothing else" {
	grep -Eo '\bwio_[a-z0-9_]+\(' "$tree/include/weir/io.h" | tr -d '(' |
		sort -u >declared
	[ "$(wc -l <declared)" -gt 20 ]
	nm -D --defined-only "$lib/libweirio.so" | awk '{ print $3 }' |
		sort -u >shared
	nm -g --defined-only "$lib/libweirio.a" | awk 'NF == 3 { print $3 }' |
		sort -u >static
	same declared shared
	same declared static
}

@test "installed: pkg-config knows the version and what to link" {
	[ "weir $(pkgconf --modversion weirio)" = "$("$tree/bin/weir" version)" ]
	run pkgconf --libs weirio
	says -lweirio
	never_says nettle
	run pkgconf --libs --static weirio
	says -lnettle
}

@test "the example can be read in a minute: forty lines" {
	[ "$(wc -l <"$ROOT/examples/io/replace.c")" -le 40 ]
}

@test "the example is built against what is installed, and does what it says" {
	# shellcheck disable=SC2046
	cc -Wall -Werror "$ROOT/examples/io/replace.c" -o replace \
		$(pkgconf --cflags --libs weirio)
	echo 'one two two' >a.txt
	succeeds ./replace a.txt two 2
	[ "$output" = "$("$tree/bin/weir" io digest a.txt | jq -r .digest)" ]
	[ "$(cat a.txt)" = 'one 2 two' ]
	fails 1 ./replace a.txt three 3
	says "'three' is not there"
	fails 1 ./replace nowhere a b
	fails 2 ./replace
}

@test "the example is built without the shared library, too" {
	# shellcheck disable=SC2046
	cc "$ROOT/examples/io/replace.c" -o replace $(pkgconf --cflags weirio) \
		"$lib/libweirio.a" \
		$(pkgconf --libs --static weirio | sed 's/-lweirio//')
	echo one >a.txt
	LD_LIBRARY_PATH='' succeeds ./replace a.txt one 1
	[ "$(cat a.txt)" = 1 ]
}

@test "the example is built with nothing shared at all, as pkg-config says" {
	# glibc warns of the grammars, which are shared objects all the same.
	# shellcheck disable=SC2046
	cc -static "$ROOT/examples/io/replace.c" -o replace \
		$(pkgconf --cflags --libs --static weirio)
	run readelf -d replace
	never_says NEEDED
	head -c 1000000 /dev/zero | tr '\0' x >a.txt
	echo ' one' >>a.txt
	LD_LIBRARY_PATH='' succeeds ./replace a.txt one 1
	[ "$output" = "$("$tree/bin/weir" io digest a.txt | jq -r .digest)" ]
}

@test "the header and the example are C++, too" {
	command -v g++ >/dev/null || skip "no g++"
	# shellcheck disable=SC2046
	g++ -x c++ -std=c++20 -Wall -Wextra -Wno-missing-field-initializers \
		-Werror "$ROOT/examples/io/replace.c" -o replace \
		$(pkgconf --cflags --libs weirio)
	echo one >a.txt
	succeeds ./replace a.txt one 1
	[ "$(cat a.txt)" = 1 ]
	g++ -x c++ -std=c++11 -Wall -Wextra -pedantic -Werror -fsyntax-only \
		"$tree/include/weir/io.h"
}

@test "weir-io(3) names every function of the header" {
	local name

	grep -Eo '\bwio_[a-z0-9_]+\(' "$ROOT/include/weir/io.h" | tr -d '(' |
		sort -u >declared
	[ "$(wc -l <declared)" -gt 20 ]
	while read -r name; do
		case $name in
		*_submit) continue ;; # as a kind, there
		esac
		grep -qF "*$name*" "$ROOT/man/weir-io.3.scd" ||
			explain "$name is not in weir-io(3)"
	done <declared
}

@test "weir-io(1) has every error with its number and its name" {
	local name number

	sed -n '/^enum wio_code {/,/^};/s/^\tWIO_\([A-Z0-9_]*\) = \([0-9]*\),.*/\1 \2/p' \
		"$ROOT/include/weir/io.h" | tail -n +2 >codes
	[ "$(wc -l <codes)" -gt 20 ]
	while read -r name number; do
		grep -A1 "^|  $number\$" "$ROOT/man/weir-io.1.scd" |
			grep -q "^:  ${name,,}\$" ||
			explain "$name, $number, is not in weir-io(1)"
	done <codes
}
