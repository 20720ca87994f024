# SPDX-License-Identifier: MIT
# bash completion for weir(1)

# The first column of the table, below its head.
_weir_ids() {
	weir "$@" list --all 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_weir_pipelines() {
	sed -n '/^pipelines:/,/^[^ #]/s/^  \([A-Za-z0-9_-]*\):.*/\1/p' \
		"${1:-.}/weir.yaml" 2>/dev/null
}

# What a list separated by commas ends in: earlier entries stay.
_weir_list() {
	local done=

	case $2 in
	*,*) done=${2%,*}, ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "${2##*,}")
}

_weir() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local global='-C --directory --json --no-color -h --help --version'
	local commands='init add list show explain run unblock help version'
	local command='' options='' i
	local -a dir=()

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-C | --directory)
			((++i))
			dir=(-C "${COMP_WORDS[i]}")
			;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $prev in
	-C | --directory)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--size)
		mapfile -t COMPREPLY < <(
			compgen -W 'small medium large' -- "$cur"
		)
		return
		;;
	--complexity | --risk | --impact)
		mapfile -t COMPREPLY < <(compgen -W 'low medium high' -- "$cur")
		return
		;;
	--pipeline)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_weir_pipelines "${dir[1]}")" -- "$cur"
		)
		return
		;;
	--status)
		_weir_list 'new scoping ready in_progress done blocked' "$cur"
		return
		;;
	--depends | --target)
		_weir_list "$(_weir_ids "${dir[@]}")" "$cur"
		return
		;;
	--prefix | --tag | --cap | --notes | -d | --description)
		return
		;;
	esac
	case $command in
	init) options=--prefix ;;
	add)
		options='--size --complexity --risk --impact --pipeline
			--depends --tag -d --description'
		;;
	list) options='--status --tag --all' ;;
	run) options='--target --cap' ;;
	unblock) options='--notes --accept-risk' ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options $global" -- "$cur")
		return
	fi
	case $command in
	'' | help)
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
		;;
	show | explain | unblock)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_weir_ids "${dir[@]}")" -- "$cur"
		)
		;;
	esac
}

complete -F _weir weir
