# SPDX-License-Identifier: MIT
bats_require_minimum_version 1.5.0
load helper
load project
load doctor

# What `weir run` refuses to begin with.

prepare() {
	project
	backlog "$(item WRK-001 ready)"
}

# at TEXT: where it stands in weir.yaml.
at() {
	local line

	line=$(grep -nF -m 1 -- "$1" weir.yaml | cut -d: -f1)
	echo "weir.yaml:$line:$(sed -n "${line}s|$1.*||p" weir.yaml | wc -m)"
}

@test "doctor names the prompt files that are not there, each where it is asked for" {
	sed -i 's|{ name: build }|{ name: build, workflows: [weir.yaml, no.md, gone/no.md, bin] }|' \
		weir.yaml
	mkdir bin
	fails 3 weir doctor
	says "$(at no.md): phase 'build': there is no file 'no.md'"
	says "$(at gone/no.md): phase 'build': there is no file 'gone/no.md'"
	says "$(at bin): phase 'build': 'bin' is not a regular file"
	says "write it, or take it out of the phase"
	never_says "'weir.yaml'"
	touch no.md
	mkdir gone
	touch gone/no.md
	finds wrong workflow "$(at bin)"
}

@test "doctor names agents whose command is not there, and a run says how many" {
	sed -i 's|^agents: .*|agents: { default: worker, worker: { command: [no-such-command] }, other: { command: [./other.sh] } }|' \
		weir.yaml
	sed -i '/^pipelines/i execution: { max_retries: 0 }' weir.yaml
	sed -i '2d' weir.yaml
	touch other.sh
	fails 3 weir doctor
	says "$(at no-such-command): agent 'worker': there is no command 'no-such-command' on the PATH"
	says "$(at ./other.sh): agent 'other': the command './other.sh' is not an executable file"
	says "until then 'weir run' starts nothing"
	fails 4 weir run
	says "'no-such-command' on the PATH"
	says "(and 1 more: 'weir doctor')"
	chmod +x other.sh
	finds wrong agent "$(at no-such-command)"
	fails 4 weir run
	never_says "more: 'weir doctor'"
}

@test "doctor asks for no agent where the backlog is kept by hand" {
	rm weir.yaml
	backlog "$(item WRK-001 new)"
	succeeds weir doctor
	[ "$output" = "nothing is wrong" ]
	backlog "$(item WRK-001 ready)"
	succeeds weir doctor
	says "note: BACKLOG.yaml:4:5: 'WRK-001': pipeline 'feature' is not in weir.yaml"
	says "'weir init' begins a weir.yaml, with 'feature'"
	printf 'pipelines:\n  feature: { phases: [{ name: build }] }\n' >weir.yaml
	run weir doctor
	says "no agent"
}

@test "doctor: an item that cannot be read is not told to be nowhere" {
	backlog "$(item WRK-001 ready 'dependencies: [WRK-002]')" \
		"$(item WRK-002 new 'size: huge')"
	fails 3 weir doctor
	says "'huge' is not one of"
	never_says "neither in the backlog"
	sed -i 's/^schema_version: 3/schema_version: 2/' BACKLOG.yaml
	fails 3 weir doctor
	says "'weir migrate --dry-run'"
	never_says "neither in the backlog"
}
