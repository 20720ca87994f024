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

_weir_policies() {
	case $1 in
	--symlinks) echo deny_cross_root deny follow_inside follow_anywhere ;;
	--durability) echo durable durable_data not_durable ;;
	--backend) echo auto inotify fanotify poll ;;
	esac
}

# What a list separated by commas ends in: earlier entries stay.
_weir_list() {
	local done=

	case $2 in
	*,*) done=${2%,*}, ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "${2##*,}")
}

# _weir_verb COMMAND WORD [-C DIR]: a command's verb is its first word, ids are
# the others.
_weir_verb() {
	local words='' command=$1 word=$2

	shift 2
	case $command.$word in
	tag.1) words='add rm' ;;
	dep.1) words='add rm tree' ;;
	archive.1) words='list show' ;;
	io.1) words='read scan write create watch digest sweep' ;;
	io.*)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	tag.2 | dep.*) words=$(_weir_ids "$@") ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

_weir() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local global='-C --directory --json --no-color -h --help --version'
	local commands='init add list show ready explain run set edit tag dep
		block unblock complete close merge archive migrate log io doctor
		help version'
	local fields='title size complexity risk impact requires_human_review
		pipeline_type unblock_context description.context
		description.problem description.solution description.impact
		description.sizing_rationale'
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
	-C | --directory | --root | --trash | --grammars)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--symlinks | --durability | --backend)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_weir_policies "$prev")" -- "$cur"
		)
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
	--type)
		mapfile -t COMPREPLY < <(
			compgen -W 'clarification decision' -- "$cur"
		)
		return
		;;
	--unset)
		_weir_list "$fields" "$cur"
		return
		;;
	--depends | --target)
		_weir_list "$(_weir_ids "${dir[@]}")" "$cur"
		return
		;;
	--prefix | --tag | --cap | --notes | -d | --description | -m | --message | \
		-n | --last | --since | --extension | --large | --workers | \
		--permits | --count | --debounce | --max-wait)
		return
		;;
	esac
	case $command in
	init) options='--prefix --new-backlog' ;;
	add)
		options='--size --complexity --risk --impact --pipeline
			--depends --tag -d --description'
		;;
	list) options='--status --tag --all' ;;
	run) options='--target --cap' ;;
	set) options=--unset ;;
	log) options='-f --follow -n --last --since' ;;
	block) options=--type ;;
	unblock) options='--notes --accept-risk' ;;
	complete | close) options='-m --message' ;;
	migrate) options=--dry-run ;;
	doctor) options='--fix --renumber --accept' ;;
	io)
		options='--root --symlinks --cross-mounts --sha256 --grammars
			--large --large-stream --all --durability
			--lock-processes --trash --extension --count --debounce
			--max-wait --backend --workers --permits --metrics'
		;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options $global" -- "$cur")
		return
	fi
	case $command in
	'' | help)
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
		;;
	tag | dep | archive | io)
		_weir_verb "$command" $((COMP_CWORD - i)) "${dir[@]}"
		;;
	set)
		if ((COMP_CWORD > i + 1)); then
			mapfile -t COMPREPLY < <(compgen -W "$fields" -- "$cur")
			return
		fi
		;;&
	set | edit | show | explain | block | unblock | complete | close | merge | log)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_weir_ids "${dir[@]}")" -- "$cur"
		)
		;;
	esac
}

complete -F _weir weir
