# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper

PAGE=$ROOT/man/weir-io.1.scd

# Runs the examples of a page one after the other, in one shell: a line that
# begins with "$ " is a command, up to the end of its here-document, and what
# follows until the next one is what it prints.
run_examples() { # FILE
	local line command='' want='' got ran=0

	check_example() {
		[ -n "$command" ] || return 0
		eval "$command" >out 2>&1 </dev/null || :
		got=$(cat out; echo .)
		[ "$got" = "$want." ] || {
			printf 'of: %s\nexpected:\n%s\ngot:\n%s\n' "$command" \
				"$want" "${got%.}"
			return 1
		}
		ran=$((ran + 1))
	}
	while IFS= read -r line; do
		case $line in
		'$ '*)
			check_example || return 1
			command=${line#??} want=''
			if [[ $line == *"<<'END'"* ]]; then
				while IFS= read -r line; do
					command+=$'\n'$line
					[ "$line" != END ] || break
				done
			fi
			;;
		*) want+=$line$'\n' ;;
		esac
	done <"$1"
	check_example || return 1
	echo "$ran examples"
}

@test "weir-io(1): its examples do what it says they do" {
	awk '/^# /{on = /EXAMPLES/} /^```/{block = !block; next} on && block' \
		"$PAGE" | sed -e '/^weir io watch/d' -e 's/\\\\/\\/g' >"$BATS_TEST_TMPDIR/examples"
	run_examples "$BATS_TEST_TMPDIR/examples" >said || {
		cat said
		return 1
	}
	[ "$(cut -d ' ' -f 1 said)" -ge 20 ] || explain "$(cat said)"
}

@test "weir-io(1) and weir-io(3) can be formatted" {
	command -v scdoc >/dev/null || skip "no scdoc"
	scdoc <"$PAGE" >page
	grep -q '^\.TH "weir-io" "1"' page
	scdoc <"$ROOT/man/weir-io.3.scd" >page
	grep -q '^\.TH "weir-io" "3"' page
}

@test "weir-io(1) has every option of the command" {
	local options option

	options=$(weir io --help | sed '/of every command/,$d' |
		grep -o -- '--[a-z0-9-]*')
	[ -n "$options" ] || explain "no option at all"
	for option in $options; do
		grep -qF -- "*$option*" "$PAGE" || explain "no $option"
	done
}
