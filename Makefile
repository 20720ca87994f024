# SPDX-License-Identifier: MIT
# Short names for what meson, ninja and tools/ do. The program is build/weir.
PREFIX ?= /usr/local

all:
	@tools/configure build
	@ninja -C build

test: all
	@tools/run-tests build

check:
	@tools/check

asan:
	@tools/check asan

tsan:
	@tools/check tsan

clang:
	@tools/check clang

# Programs build-fuzz/fuzz/fuzz_NAME; HACKING.md says how to run them.
fuzz:
	@CC=clang tools/configure build-fuzz -Dfuzz=true -Db_lundef=false \
		-Db_sanitize=address,undefined
	@ninja -C build-fuzz

torture: all
	@tools/torture build

bench:
	@tools/configure build-release --buildtype=release
	@ninja -C build-release
	@tools/bench build-release

# Plug-ins for token digests, in build/grammars; needs npm.
grammars:
	@tools/make-grammars build

install: all
	@meson configure build -Dprefix=$(PREFIX)
	@meson install -C build

clean:
	rm -rf build build-*

.PHONY: all asan bench check clang clean fuzz grammars install test torture tsan
