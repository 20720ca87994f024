# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project

@test "without a command it says that one is needed" {
	fails 2 weir
	says "a command is needed"
}

@test "help lists every command" {
	succeeds weir help
	for name in init add list show ready explain run set edit tag dep block \
		unblock complete close merge archive migrate help version; do
		says "  $name "
	done
	succeeds weir --help
	says "commands:"
	succeeds weir -h
	says "commands:"
}

@test "help of a command names its words and options" {
	succeeds weir help add
	says "usage: weir add [OPTION]... TITLE"
	says "--depends ID,..."
	local want=$output
	succeeds weir add --help
	[ "$output" = "$want" ] || explain "not what 'weir help add' says"
	succeeds weir add -h
	[ "$output" = "$want" ] || explain "not what 'weir help add' says"
}

@test "every command has a help, and it is in the manual page" {
	local names name option

	names=$(weir help --json | jq -r '.[].name')
	[ -n "$names" ] || explain "no command at all"
	for name in $names; do
		succeeds weir "$name" --help
		[ "$(wc -L <<<"$output")" -le 80 ] ||
			explain "the help of $name is wider than 80"
		says "usage: weir $name"
		grep -q "^\*$name\*" "$ROOT/man/weir.1.scd" ||
			explain "$name is not in weir(1)"
		for option in $(grep -o -- '--[a-z0-9-]*' <<<"$output"); do
			grep -qF -- "*$option*" "$ROOT/man/weir.1.scd" ||
				explain "$option of $name is not in weir(1)"
		done
	done
}

@test "every command and option can be completed" {
	local names name option

	names=$(weir help --json | jq -r '.[].name')
	[ -n "$names" ] || explain "no command at all"
	for name in $names; do
		has "$ROOT/completions/weir.bash" "$name"
		has "$ROOT/completions/_weir" "'$name:"
		for option in $(weir help "$name" | grep -o -- '--[a-z0-9-]*'); do
			has "$ROOT/completions/weir.bash" "$option"
			has "$ROOT/completions/_weir" "$option"
		done
	done
}

@test "help --json names commands, their usage and what they are for" {
	succeeds weir help list --json
	output_is '.[0].name' list
	output_is '.[0].usage' 'weir list [OPTION]...'
	output_is '.[0].summary | length > 0' true
}

@test "version" {
	succeeds weir version
	[[ $output =~ ^weir\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	succeeds weir --version
	[[ $output =~ ^weir\ [0-9] ]]
	succeeds weir version --json
	output_is '.version | test("^[0-9]+[.]")' true
}

@test "an unknown command is refused, with the nearest known name" {
	fails 2 weir lits
	says "unknown command 'lits'; did you mean 'list'?"
	fails 2 weir help explane
	says "did you mean 'explain'?"
	fails 2 weir qqqqqq
	says "unknown command 'qqqqqq'"
	never_says "did you mean"
}

@test "an unknown option is refused, with the nearest known name" {
	fails 2 weir list --statsu new
	says "unknown option '--statsu'; did you mean '--status'?"
	fails 2 weir --jsno list
	says "did you mean '--json'?"
	fails 2 weir list -q
	says "unknown option '-q'; 'weir help list' lists them"
	fails 2 weir list --size small
	says "unknown option '--size'; 'weir help list' lists them"
	fails 2 weir --bogus list
	says "unknown option '--bogus'; 'weir help' lists them"
}

@test "control characters never get into a message" {
	fails 2 weir $'li\033[31mst'
	says "unknown command 'li�[31mst'"
	[[ $output != *$'\033'* ]]
}

@test "an option without its value, or with one too many, is refused" {
	fails 2 weir add title --size
	says "option '--size' needs a value: SIZE"
	fails 2 weir list -C
	says "option '-C' needs a value: DIR"
	fails 2 weir list --all=yes
	says "option '--all' takes no value"
}

@test "too few and too many words are refused" {
	fails 2 weir add
	says "'weir add' needs TITLE"
	fails 2 weir show
	says "'weir show' needs ID"
	fails 2 weir add one two
	says "'two' is too much for 'weir add'; a title of several words stands in quotes"
	fails 2 weir list WRK-001
	says "'WRK-001' is too much for 'weir list'; 'weir help list'"
	fails 2 weir block WRK-001 which way
	says "'way' is too much for 'weir block'; a reason of several words stands in quotes"
	fails 2 weir unblock WRK-001 left
	says "'left' is too much for 'weir unblock'; an answer is given with --notes"
}

@test "a second word that is none of a command's is refused with those there are" {
	fails 2 weir dep WRK-001 WRK-002
	says "'weir dep WRK-001' is no command: the word after 'dep' is add, rm or tree"
	fails 2 weir tag remove WRK-001 ui
	says "the word after 'tag' is add or rm"
	fails 2 weir archive lits
	says "'weir archive lits' is no command; did you mean 'weir archive list'?"
}

@test "global options are taken before and after the command" {
	mkdir elsewhere
	(cd elsewhere && project)
	succeeds weir -C elsewhere --json list
	[ "$output" = '[]' ]
	succeeds weir list -C elsewhere --json
	[ "$output" = '[]' ]
	succeeds weir --directory=elsewhere list
	says "The backlog is empty"
}

@test "-C: a directory that is not there is not found" {
	fails 4 weir -C nowhere list
	says "there is no directory 'nowhere'"
}

@test "without -C the project is the nearest directory upwards" {
	project
	mkdir -p a/b
	cd a/b
	succeeds weir list
	says "The backlog is empty"
}

@test "after -- a word may begin with a dash" {
	project
	succeeds weir add -- --all
	says "added WRK-010  --all"
}

@test "--json says usage errors as JSON too, wherever it stands" {
	run --separate-stderr weir list --bogus --json
	exits 2
	output_is '.errors[0].code' usage
	[[ $stderr == *"unknown option '--bogus'"* ]]
	run --separate-stderr weir lst --json
	exits 2
	output_is '.errors[0].message | test("did you mean .list.")' true
}
