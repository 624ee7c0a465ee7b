#!/usr/bin/env bats
# Other users' processes, with and without the right to reach them

load common

setup() {
	setup_common
	needs_root "to become other users"
}

# The journal of a plain user, where XDG_STATE_HOME says
as_plain_user() {
	mkdir -p "$FOLDER/state"
	chown 65534:65534 "$FOLDER/state"
	"${NOBODY[@]}" env -u SOCKOPT_JOURNAL HOME="$FOLDER" XDG_STATE_HOME="$FOLDER/state" "$@"
}

@test "root reaches another user's process" {
	program a "${NOBODY[@]}"
	ask a pair
	local fd=${WORDS[0]}
	run --separate-stderr -0 "$SOCKOPT" set "${PID[a]}:$fd" TCP_NODELAY=on
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	[ "$("$SOCKOPT" show "user=65534 and pid=${PID[a]}" --json | wc -l)" = 3 ]
	run --separate-stderr -0 "$SOCKOPT" undo
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
}

@test "another plain user does not: exit 4, the capability named, nothing changed" {
	local selector port fd

	program a
	ask a listen
	fd=${WORDS[0]} port=${WORDS[1]}
	for selector in "${PID[a]}" "${PID[a]}:$fd" "port=$port"; do
		run --separate-stderr -4 as_plain_user "$SOCKOPT" set "$selector" SO_PRIORITY=3
		[ -z "$output" ]
		[ "${stderr_lines[0]}" = "sockopt: not permitted to reach these sockets: Operation not permitted" ]
		[ "${stderr_lines[1]}" = "hint: sockets of another user's process need CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root, or as its user" ]
	done
	told a get "$fd" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
	run --separate-stderr -4 as_plain_user "$SOCKOPT" show "${PID[a]}"
	[ "${stderr_lines[0]}" = "sockopt: cannot look into the process: Operation not permitted" ]
	[ "${stderr_lines[1]}" = "hint: a process of another user needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: run as root, or as its user" ]
	# what one has is not asked for
	run --separate-stderr -4 setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all,+sys_ptrace \
		--inh-caps -all,+sys_ptrace --ambient-caps -all,+sys_ptrace "$SOCKOPT" show "${PID[a]}"
	[ "${stderr_lines[1]}" = "hint: a process of another user needs CAP_DAC_READ_SEARCH: run as root, or as its user" ]
	run --separate-stderr -4 as_plain_user "$SOCKOPT" show "port=$port" --json
	jq -e '.error == "EPERM" and .options == {} and .state == "listening" and .uid == 0' <<<"$output"
	[[ "$stderr" == *CAP_SYS_PTRACE* ]]
}

@test "a change that reaches only some of what was selected says so: exit 3" {
	local port peer

	program mine "${NOBODY[@]}"
	program theirs
	ask theirs bind-udp
	port=${WORDS[1]}
	ask mine bind-udp
	peer=${WORDS[1]}
	run --separate-stderr -3 as_plain_user "$SOCKOPT" set "port=$port,$peer" SO_PRIORITY=3
	[[ "$stderr" == *CAP_SYS_PTRACE* ]]
}

@test "show of everything as a plain user: own sockets with options, others marked, exit 0" {
	local port own

	program mine "${NOBODY[@]}"
	program theirs
	ask theirs listen
	port=${WORDS[1]}
	ask mine listen
	own=${WORDS[1]}
	told mine set "${WORDS[0]}" "$SOL_SOCKET" "$SO_PRIORITY" 4 -- 0
	run --separate-stderr -0 as_plain_user "$SOCKOPT" show --json
	jq -es --argjson port "$port" --argjson mine "$own" '
		(map(select(.local.port == $port)) | length == 1 and .[0].error == "EPERM") and
		(map(select(.local.port == $mine)) | length == 1 and .[0].options.SO_PRIORITY.value == 4)' <<<"$output"
	run --separate-stderr -0 as_plain_user "$SOCKOPT" show "port=$port or port=$own"
	[[ "$output" == *" (options not readable: "* ]]
}

@test "a plain user without capabilities: show, set, undo of own processes, own journal" {
	local fd

	program a "${NOBODY[@]}"
	ask a pair
	fd=${WORDS[0]}
	run --separate-stderr -0 as_plain_user "$SOCKOPT" set "${PID[a]}:$fd" TCP_NODELAY=on SO_RCVBUF=32KiB
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	[ "$(stat -c %u "$FOLDER/state/sockopt/1.jsonl")" = 65534 ]
	run --separate-stderr -0 as_plain_user "$SOCKOPT" show "${PID[a]}:$fd"
	[[ "$output" == *"TCP_NODELAY                on "* ]]
	run --separate-stderr -0 as_plain_user "$SOCKOPT" log --json
	jq -e '.uid == 65534 and .state == "in force"' <<<"$output"
	run --separate-stderr -0 as_plain_user "$SOCKOPT" undo
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$fd"
	[ "${#lines[@]}" = 1 ]
}

@test "an option that needs a capability, as a plain user: exit 4, the capability named, nothing changed" {
	local fd

	program a "${NOBODY[@]}"
	ask a pair
	fd=${WORDS[0]}
	run --separate-stderr -4 as_plain_user "$SOCKOPT" set "${PID[a]}:$fd" SO_MARK=0x2a
	[[ "$stderr" == *SO_MARK*CAP_NET_* ]]
	[[ "$output" == *"failed: Operation not permitted"* ]]
	run --separate-stderr -4 as_plain_user "$SOCKOPT" set "${PID[a]}:$fd" SO_KEEPALIVE=on SO_MARK=0x2a
	told a get "$fd" "$SOL_SOCKET" "$SO_KEEPALIVE" -- 0
	[ -z "$(ls "$FOLDER/state/sockopt")" ]
}

@test "a journal that cannot be written: nothing is changed, exit 3" {
	program a "${NOBODY[@]}"
	ask a pair
	run --separate-stderr -3 "${NOBODY[@]}" env SOCKOPT_JOURNAL="$FOLDER/not-mine" "$SOCKOPT" set "${PID[a]}:${WORDS[0]}" TCP_NODELAY=on
	[ "${stderr_lines[0]}" = "sockopt: cannot keep the old values in $FOLDER/not-mine: Permission denied; nothing was changed" ]
	told a get "${WORDS[0]}" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
}

@test "undo as another user than who made the change: exit 4" {
	program a
	ask a pair
	local fd=${WORDS[0]}
	"$SOCKOPT" set "${PID[a]}:$fd" TCP_NODELAY=on
	chmod 755 "$SOCKOPT_JOURNAL"
	chmod 644 "$SOCKOPT_JOURNAL/1.jsonl"
	run --separate-stderr -4 "${NOBODY[@]}" "$SOCKOPT" undo
	[[ "$stderr$output" == *"not permitted"* ]]
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
}

@test "with capabilities of its file: the environment says neither where the journal is, nor which texts and profiles" {
	needs_root "to give a file capabilities"
	needs setcap
	mkdir -p "$FOLDER/mine/es/LC_MESSAGES" "$FOLDER/profiles"
	printf 'not rules\n' >"$FOLDER/profiles/dead-peer-30s.rules"
	chown -R 65534 "$FOLDER/mine"
	cp "$SOCKOPT" "$FOLDER/sockopt"
	setcap cap_net_raw+ep "$FOLDER/sockopt" || skip "files here have no capabilities"
	program a setpriv --reuid 65534 --regid 65534 --clear-groups
	run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups env SOCKOPT_JOURNAL="$FOLDER/mine/journal" \
		XDG_STATE_HOME="$FOLDER/mine" HOME="$FOLDER/mine" "$FOLDER/sockopt" set "pid=${PID[a]}" SO_PRIORITY=3
	[ -z "$(find "$FOLDER/mine" -name "*.jsonl")" ]
	# without them they are obeyed
	setcap -r "$FOLDER/sockopt"
	run --separate-stderr -0 setpriv --reuid 65534 --regid 65534 --clear-groups \
		env SOCKOPT_JOURNAL="$FOLDER/mine/journal" "$FOLDER/sockopt" set "pid=${PID[a]}" SO_PRIORITY=3
	[ "$(find "$FOLDER/mine" -name "*.jsonl" | wc -l)" = 1 ]
	run --separate-stderr -125 env SOCKOPT_PROFILES="$FOLDER/profiles" "$FOLDER/sockopt" run -p dead-peer-30s -- true
	setcap cap_net_raw+ep "$FOLDER/sockopt"
	run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups env SOCKOPT_PROFILES="$FOLDER/profiles" \
		"$FOLDER/sockopt" run -p dead-peer-30s -- true
	[[ "$stderr" != *"$FOLDER/profiles"* ]]
}

@test "check that may look at none of the sockets does not say that nothing was found" {
	needs_root "to be another user"
	program a unshare --net
	ask a bind-udp
	run --separate-stderr -4 nsenter -t "${PID[a]}" -n setpriv --reuid 65534 --regid 65534 --clear-groups "$SOCKOPT" check
	[ -z "$output" ]
	[[ "$stderr" == "hint: "*" not judged: that needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH" ]]
}
