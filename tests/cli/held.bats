# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load watch

prepare() {
	project
	sed -i 's/max_retries: 0/max_retries: 0, max_wip: 3/' weir.yaml
}

# What a person writes to say the same thing in two places.
anchored() { # ID STATUS [LINE]...
	item "$@" | sed 's/status: /status: \&s /'
}

# The item's lines in the table at the end.
row() { # ID
	awk -v id="$1" '$1 == id {on = 1; print; next} /^  [A-Z]/ {on = 0} on' \
		<<<"$output"
}

@test "an item that cannot be saved is held, and the others go on" {
	backlog "$(anchored WRK-001 ready)" "$(item WRK-002 ready)" \
		"$(item WRK-003 ready)"
	runs
	exits 0
	[ "$(cut -d' ' -f1 asked | sort | tr '\n' ' ')" = "WRK-002 WRK-003 " ]
	has BACKLOG_ARCHIVE.jsonl '"WRK-002"'
	has BACKLOG_ARCHIVE.jsonl '"WRK-003"'
	has BACKLOG.yaml "status: &s ready"
	# Told once, and once more in the table.
	[ "$(grep -c 'WRK-001 is held: .*carries an anchor' <<<"$output")" = 1 ] ||
		explain "one notice"
	says "waiting (1)"
	[[ $(row WRK-001) == *"cannot be saved"* ]] || explain "the table"
	says "take the anchor out"
	says "next: weir explain WRK-001"
}

@test "why an item is held is explained, before a run and after it" {
	backlog "$(anchored WRK-001 ready)" "$(item WRK-002 ready)"
	succeeds weir explain WRK-001
	says "cannot be saved: BACKLOG.yaml: "
	says "carries an anchor"
	says "next: change BACKLOG.yaml as it says, then weir run"
	succeeds weir --json ready
	output_is '.[] | select(.id == "WRK-001") | .verdict' held
	output_is '.[] | select(.id == "WRK-002") | .verdict' chosen
	runs
	succeeds weir --json explain WRK-001
	output_is .verdict held
	sed -i 's/&s //' BACKLOG.yaml
	succeeds weir --json explain WRK-001
	output_is .verdict chosen
}

@test "a result that cannot be saved is held, and asked for only once" {
	acts <<-'END'
		[ $step != WRK-001.1 ] || finish blocked
	END
	backlog "$(going WRK-001 | sed 's/status: /status: \&s /')" \
		"$(item WRK-002 ready)"
	runs
	exits 0
	has BACKLOG_ARCHIVE.jsonl '"WRK-002"'
	says "WRK-001 is held: "
	has BACKLOG.yaml "status: &s in_progress"
	succeeds weir explain WRK-001
	says "its result could not be saved: BACKLOG.yaml: "
	says "carries an anchor"
	# The next run tries again, and says so again, but asks nobody.
	runs
	exits 6
	says "WRK-001 is held: "
	sed -i 's/&s //' BACKLOG.yaml
	runs
	exits 6
	has BACKLOG.yaml "status: blocked"
	asked WRK-001.1 WRK-002.1
	succeeds weir --json explain WRK-001
	output_is .verdict blocked
}

@test "an item that is held goes on once the anchor is out" {
	acts <<-'END'
		[ $step != WRK-002.1 ] || { tell begun; hear; }
	END
	backlog "$(anchored WRK-001 ready)" "$(going WRK-002)"
	starts
	hears
	soon said_so "WRK-001 is held: "
	sed -i 's/&s //' BACKLOG.yaml
	soon said_so "WRK-001 begins with"
	proceed
	ends 0
	asked WRK-001.1 WRK-002.1
	[ "$(how_often "is held")" = 1 ]
}

@test "an inbox that cannot be saved is told once and waits" {
	printf 'schema_version: 3\nnext_item_id: 9\nitems: &all\n%s\n' \
		"$(going WRK-001)" >BACKLOG.yaml
	echo '- title: new' >BACKLOG_INBOX.yaml
	runs
	says "carries an anchor"
	[ "$status" = 6 ] || explain "the run ends in order"
	says "BACKLOG_INBOX.yaml is held: "
	sed -i 's/ &all//' BACKLOG.yaml
	runs
	exits 0
	has BACKLOG_ARCHIVE.jsonl '"new"'
}
