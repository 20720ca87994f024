#!/bin/sh
# A scripted agent: it reads its prompt, writes real files, and reports. It
# fails once, needs a person once, and finds more work once.
set -eu

prompt=$(cat) # everything there is to know; a script knows it already
id=$WEIR_ITEM_ID phase=$WEIR_PHASE
mkdir -p "$WEIR_CHANGE_DIR" units
sleep 0.3     # so that there is something to watch

# report RESULT SUMMARY [MORE-JSON]
report() {
	printf '{"item_id":"%s","phase":"%s","result":"%s","summary":"%s"%s}\n' \
		"$id" "$phase" "$1" "$2" "${3:-}" >"$WEIR_RESULT"
	exit 0
}

triage() {
	case $id in
	UNIT-007)
		report phase_complete "a rewrite is large and risky" \
			',"updated_assessments":{"size":"large","complexity":"high","risk":"high","impact":"low"},"pipeline_type":"feature"'
		;;
	esac
	report phase_complete "small and safe" \
		',"updated_assessments":{"size":"small","complexity":"low","risk":"low","impact":"medium"},"pipeline_type":"feature"'
}

plan() {
	if [ "$id" = UNIT-005 ]; then
		report blocked "two pounds are in use" \
			',"context":"avoirdupois or metric pounds? choose one in the description","blocked_type":"decision"'
	fi
	printf '# Plan for %s\n\nThe prompt had %s lines.\n' "$id" \
		"$(printf '%s\n' "$prompt" | wc -l)" >"$WEIR_CHANGE_DIR/plan.md"
	report phase_complete "planned one file and one check"
}

build() {
	if [ "$id" = UNIT-003 ] && [ "$WEIR_ATTEMPT" = 1 ]; then
		echo 'half a file' >units/UNIT-003.sh
		report failed "the arithmetic came out wrong" \
			',"context":"imperial and US gallons were mixed up"'
	fi
	cat >"units/$id.sh" <<-EOF
		#!/bin/sh
		# $id, as planned in ${WEIR_CHANGE_DIR#"$WEIR_ROOT"/}
		awk -v x="\${1:-1}" 'BEGIN { printf "%.1f\\n", x * 2 }'
	EOF
	report phase_complete "added units/$id.sh" \
		",\"commit_summary\":\"add units/$id.sh\""
}

review() {
	result=$(sh "units/$id.sh" 21)
	printf '# Review of %s\n\n21 gives %s.\n' "$id" "$result" \
		>"$WEIR_CHANGE_DIR/review.md"
	if [ "$id" = UNIT-002 ]; then
		report phase_complete "works; rounding deserves its own file" \
			',"follow_ups":[{"title":"Round in one place","context":"UNIT-002 and UNIT-004 both round","suggested_size":"small","suggested_risk":"low"}]'
	fi
	report phase_complete "works: 21 gives $result"
}

"$phase"
