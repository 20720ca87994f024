# SPDX-License-Identifier: MIT
# `load doctor` after `load project`: what `weir doctor` is asked.

# All that is in the project, with modes and times, byte for byte.
everything() {
	find . -name .git -prune -o -printf '%p %m %s %T@ %C@\n' | sort
	find . -name .git -prune -o -type f -exec cksum {} + | sort
}

# finds LEVEL CHECK WHERE: exactly that finding is among them, with a next step.
finds() {
	run weir doctor --json
	jq -se --arg level "$1" --arg check "$2" --arg where "$3" \
		'map(select(.check == $check)) | length == 1 and
		.[0].level == $level and .[0].where == $where and
		.[0].message != ""' <<<"$output" || explain "no $2 at $3"
}

# A project that weir has saved in.
lived_in() {
	backlog
	weir add 'One'
	weir add 'Two'
	succeeds weir doctor
	[ "$output" = "nothing is wrong" ]
}
