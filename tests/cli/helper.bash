# SPDX-License-Identifier: MIT
# Loaded by every file here: `load helper` in its first line. Each test then
# runs in a fresh empty directory, with the built program on PATH as `weir`, no
# WEIR_* variables and no git configuration but an author.

ROOT=$(realpath "$BATS_TEST_DIRNAME/../..")
WEIR=${WEIR:-$ROOT/build/weir}

setup() {
	mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/home"
	ln -s "$WEIR" "$BATS_TEST_TMPDIR/bin/weir"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	HOME=$BATS_TEST_TMPDIR/home
	export PATH HOME LC_ALL=C.UTF-8 TZ=UTC
	export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
	export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org
	export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
	unset "${!WEIR_@}" "${!XDG_@}" WEIR EDITOR VISUAL NO_COLOR
	mkdir "$BATS_TEST_TMPDIR/project"
	cd "$BATS_TEST_TMPDIR/project" || return 1
	if declare -F prepare >/dev/null; then
		prepare # what a file's tests have in common
	fi
}

# script FILE: makes what it reads on stdin an executable file; the
# agents of these tests are small shell scripts.
#	script agent.sh <<'END'
script() {
	cat >"$1"
	chmod +x "$1"
}

# A git repository holding whatever is in the directory.
repository() {
	git init -q -b main .
	git add -A
	git commit -q --allow-empty -m "start"
}

# What `run` left behind, said in full when it is not what was wanted.
explain() {
	echo "$1"
	echo "status: $status"
	echo "output: $output"
	return 1
}

exits() { # STATUS
	[ "$status" -eq "$1" ] || explain "expected status $1"
}

says() { # TEXT
	[[ $output == *"$1"* ]] || explain "expected to read '$1'"
}

never_says() { # TEXT
	[[ $output != *"$1"* ]] || explain "did not expect to read '$1'"
}

# succeeds COMMAND..., fails STATUS COMMAND...: `run` and its status.
succeeds() {
	run "$@"
	exits 0
}

fails() {
	local want=$1
	shift
	run "$@"
	exits "$want"
}

# has FILE TEXT, lacks FILE TEXT
has() {
	grep -qF -- "$2" "$1" || {
		echo "expected '$2' in $1:"
		cat "$1"
		return 1
	}
}

lacks() {
	! grep -nF -- "$2" "$1"
}

# same FILE FILE: byte for byte, the difference shown.
same() {
	cmp -s "$1" "$2" || {
		diff -u "$1" "$2"
		return 1
	}
}
