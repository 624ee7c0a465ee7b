#!/usr/bin/env bats
# sockopt undo: the old values come back, and nothing else is touched

load common

connected() {
	program a
	ask a pair
	P=${PID[a]} FD=${WORDS[0]} PEER_FD=${WORDS[1]} PORT=${WORDS[2]} PEER_PORT=${WORDS[3]}
}

@test "text: the last change is taken back" {
	connected
	"$SOCKOPT" set "$P:$FD" TCP_KEEPIDLE=60s
	"$SOCKOPT" set "$P:$FD" TCP_NODELAY=on
	run --separate-stderr -0 "$SOCKOPT" undo
	[ -z "$stderr" ]
	[[ "${lines[1]}" =~ ^"tcp 127.0.0.1:$PORT → 127.0.0.1:$PEER_PORT sockets $P:$FD TCP_NODELAY "on\ +off\ +off\ +restored$ ]]
	told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	told a get "$FD" "$IPPROTO_TCP" "$TCP_KEEPIDLE" -- 60
	run --separate-stderr -0 "$SOCKOPT" undo
	told a get "$FD" "$IPPROTO_TCP" "$TCP_KEEPIDLE" -- 7200
}

@test "--json: a line a socket and option, last first" {
	connected
	"$SOCKOPT" set "$P:$FD" TCP_NODELAY=on SO_PRIORITY=3
	run --separate-stderr -0 "$SOCKOPT" undo --json
	[ "$(jq -r '[.option, .before, .asked, .after, .result, .error] | @csv' <<<"$output")" = \
		$'"SO_PRIORITY",3,0,0,"restored",\n"TCP_NODELAY",1,0,0,"restored",' ]
}

@test "by number, also what is not the last" {
	connected
	"$SOCKOPT" set "$P:$FD" TCP_NODELAY=on
	"$SOCKOPT" set "$P:$PEER_FD" TCP_NODELAY=on
	run --separate-stderr -0 "$SOCKOPT" undo 1
	told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	told a get "$PEER_FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
}

@test "--dry-run says what would come back" {
	connected
	"$SOCKOPT" set "$P:$FD" TCP_NODELAY=on
	run --separate-stderr -0 "$SOCKOPT" undo --dry-run
	[[ "${lines[1]}" =~ TCP_NODELAY\ +on\ +off\ +-\ +planned$ ]]
	told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	run --separate-stderr -0 "$SOCKOPT" undo
	told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
}

@test "doubled buffers come back as they were, and as nobody's choice" {
	local before

	connected
	before=$("$SOCKOPT" show "$P" --json -o SO_RCVBUF,SO_SNDBUF,SO_BUF_LOCK)
	"$SOCKOPT" set "pid=$P" SO_RCVBUF=16KiB SO_SNDBUF=20000
	[ "$("$SOCKOPT" show "$P" --json -o SO_RCVBUF,SO_SNDBUF,SO_BUF_LOCK)" != "$before" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$("$SOCKOPT" show "$P" --json -o SO_RCVBUF,SO_SNDBUF,SO_BUF_LOCK)" = "$before" ]
}

@test "what cannot be read itself comes back by the option whose limit it passes" {
	local before

	connected
	before=$("$SOCKOPT" show "$P" --json -o SO_RCVBUF,SO_BUF_LOCK)
	run --separate-stderr "$SOCKOPT" set --json "$P:$FD" SO_RCVBUFFORCE=100MiB
	[ "$status" != 4 ] || skip "CAP_NET_ADMIN is missing"
	[ "$status" = 0 ]
	[ "${stderr_lines[-1]}" = "hint: 'sockopt undo 1' takes it back" ]
	[ "$("$SOCKOPT" show "$P" --json -o SO_RCVBUF,SO_BUF_LOCK)" != "$before" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$("$SOCKOPT" show "$P" --json -o SO_RCVBUF,SO_BUF_LOCK)" = "$before" ]
}

@test "many options of many kinds come back exactly" {
	local before

	connected
	before=$("$SOCKOPT" show "pid=$P" --json)
	"$SOCKOPT" set "pid=$P" SO_KEEPALIVE=on SO_LINGER=on:5s SO_RCVTIMEO=250ms SO_SNDTIMEO=1s SO_PRIORITY=6 SO_MARK=0x2a \
		TCP_CORK=on TCP_USER_TIMEOUT=30s TCP_KEEPCNT=3 TCP_KEEPINTVL=5s IP_TOS=ef IP_TTL=9 IP_MTU_DISCOVER=do \
		SO_RCVLOWAT=2 SO_TIMESTAMP=on SO_RCVBUF=9000 SO_SNDBUF=9000 SO_MAX_PACING_RATE=8Mbit/s || skip "not permitted here"
	[ "$("$SOCKOPT" show "pid=$P" --json)" != "$before" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$("$SOCKOPT" show "pid=$P" --json)" = "$before" ]
}

@test "the same option twice in one change comes back to what was before both" {
	connected
	"$SOCKOPT" set "$P:$FD" SO_PRIORITY=3 SO_PRIORITY=4 SO_RCVBUF=8KiB SO_RCVBUF=16KiB
	run --separate-stderr -0 "$SOCKOPT" undo
	told a get "$FD" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
	run --separate-stderr -0 "$SOCKOPT" show "$P:$FD"
	if "$SOCKOPT" show --all "$P:$FD" | grep -q "SO_BUF_LOCK .*not available"; then
		# before Linux 5.14 nobody can tell a buffer that was chosen from one that the kernel tuned
		run -1 grep -E "SO_PRIORITY|SO_RCVBUF" <<<"$output"
	else
		[ "${#lines[@]}" = 1 ]
	fi
}

@test "twice: the second time there is nothing left, exit 1" {
	connected
	"$SOCKOPT" set "$P:$FD" TCP_NODELAY=on
	run --separate-stderr -0 "$SOCKOPT" undo
	run --separate-stderr -1 "$SOCKOPT" undo
	[ -z "$output" ]
	[ "$stderr" = "sockopt: there is nothing to take back" ]
	run --separate-stderr -1 "$SOCKOPT" undo 1
	[ "$stderr" = "sockopt: change 1 was taken back already" ]
}

@test "a value that its program changed since is left as it is, told, exit 3; --force brings the old one" {
	connected
	"$SOCKOPT" set "$P:$FD" SO_PRIORITY=3 TCP_NODELAY=on
	told a set "$FD" "$SOL_SOCKET" "$SO_PRIORITY" 5 -- 0
	run --separate-stderr -3 "$SOCKOPT" undo --json
	[ "$(jq -r '.option + " " + .result' <<<"$output")" = $'TCP_NODELAY restored\nSO_PRIORITY changed since' ]
	[[ "$stderr" == *"--force"* ]]
	told a get "$FD" "$SOL_SOCKET" "$SO_PRIORITY" -- 5
	told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	run --separate-stderr -0 "$SOCKOPT" undo 1 --force
	told a get "$FD" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
}

@test "a value that its program put back itself is as before, also of a buffer" {
	connected
	"$SOCKOPT" set "$P:$FD" SO_PRIORITY=3
	told a set "$FD" "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 0
	run --separate-stderr -0 "$SOCKOPT" undo --json
	[ "$(jq -r .result <<<"$output")" = "as before" ]
}

@test "a closed socket is left out: exit 1 when none is left" {
	connected
	"$SOCKOPT" set "$P:$FD" SO_PRIORITY=3
	told a close "$FD" -- ok
	run --separate-stderr -1 "$SOCKOPT" undo --json
	jq -e '.result == "gone"' <<<"$output"
	[ "$stderr" = "sockopt: nothing to bring back: the sockets are closed" ]
}

@test "a reused descriptor number is not hit: the socket is known by its cookie" {
	connected
	"$SOCKOPT" set "$P:$FD" SO_PRIORITY=3
	told a close "$FD" -- ok
	told a open tcp 2 -- "$((FD - 1)) $FD"
	told a set "$FD" "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 0
	run --separate-stderr -1 "$SOCKOPT" undo
	told a get "$FD" "$SOL_SOCKET" "$SO_PRIORITY" -- 3
}

@test "a socket that a child took over (fork) is found by its cookie" {
	local child

	program a
	ask a listen
	local fd=${WORDS[0]} port=${WORDS[1]}
	"$SOCKOPT" set "port=$port" SO_PRIORITY=3
	ask a give "$fd"
	child=${WORDS[0]}
	[ "$("$SOCKOPT" show "port=$port" --json | jq '.holders[0].pid')" = "$child" ]
	run --separate-stderr -0 "$SOCKOPT" undo --json
	jq -e '.result == "restored" and .after == 0' <<<"$output"
	[ "$("$SOCKOPT" show "port=$port" -o SO_PRIORITY --json | jq .options.SO_PRIORITY.value)" = 0 ]
}

@test "a socket that was passed on (SCM_RIGHTS), to another number, is found by its cookie" {
	program a
	ask a bind-udp
	local fd=${WORDS[0]} port=${WORDS[1]}
	"$SOCKOPT" set "${PID[a]}:$fd" SO_PRIORITY=3 SO_RCVBUF=10000
	ask a pass "$fd"
	[ "${WORDS[1]}" = 77 ]
	[ "$("$SOCKOPT" show "port=$port" --json | jq -c '.holders[0] | [.pid, .fd]')" = "[${WORDS[0]},77]" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	run --separate-stderr -0 "$SOCKOPT" show "port=$port"
	[ "${#lines[@]}" = 1 ]
}

# the groups that descriptor $1 of the helper is in, as the kernel lists them for the machine's loopback interface
groups_of_lo() {
	in_own ip -4 maddress show dev lo | awk '$1 == "inet" { print $2 }' | grep -vx 224.0.0.1 | sort | tr '\n' ' '
}

@test "an action without an old value: its inverse takes it back, and only what was made" {
	needs_root "an own network namespace"
	program a unshare --net
	in_own() { nsenter -t "${PID[a]}" -n "$@"; }
	in_own ip link set lo up multicast on
	ask a open udp 1
	local fd=${WORDS[0]}
	"$SOCKOPT" set "${PID[a]}:$fd" IP_ADD_MEMBERSHIP=imr_multiaddr=239.0.0.1,imr_address=127.0.0.1
	[ "$(groups_of_lo)" = "239.0.0.1 " ]

	run --separate-stderr -3 "$SOCKOPT" set "${PID[a]}:$fd" IP_ADD_MEMBERSHIP=imr_multiaddr=239.0.0.2,imr_address=127.0.0.1 \
		IP_ADD_MEMBERSHIP=imr_multiaddr=239.0.0.1,imr_address=127.0.0.1
	[[ "$stderr" == *"the 1 change made before was taken back"* ]]
	[ "$(groups_of_lo)" = "239.0.0.1 " ]

	"$SOCKOPT" set "${PID[a]}:$fd" IP_ADD_MEMBERSHIP=imr_multiaddr=239.0.0.3,imr_address=127.0.0.1 IP_TTL=7
	[ "$(groups_of_lo)" = "239.0.0.1 239.0.0.3 " ]
	run --separate-stderr -0 "$SOCKOPT" undo --dry-run
	[ "$(groups_of_lo)" = "239.0.0.1 239.0.0.3 " ]
	run --separate-stderr -0 "$SOCKOPT" undo --json
	[ "$(jq -r '[.option, .result] | join(" ")' <<<"$output")" = $'IP_TTL restored\nIP_ADD_MEMBERSHIP restored' ]
	[ "$(groups_of_lo)" = "239.0.0.1 " ]
}

@test "an action that nothing takes back: set says so, and undo too, exit 3" {
	needs_root "an own network namespace"
	program a unshare --net
	nsenter -t "${PID[a]}" -n ip link set lo up multicast on
	ask a open udp 1
	local fd=${WORDS[0]}
	"$SOCKOPT" set "${PID[a]}:$fd" IP_ADD_MEMBERSHIP=imr_multiaddr=239.0.0.1,imr_address=127.0.0.1
	run --separate-stderr -0 "$SOCKOPT" set "${PID[a]}:$fd" IP_DROP_MEMBERSHIP=imr_multiaddr=239.0.0.1,imr_address=127.0.0.1
	[ "$stderr" = "hint: 1 change has no old value: undo cannot take it back" ]
	run --separate-stderr -3 "$SOCKOPT" undo
	[ "${stderr_lines[0]}" = "sockopt: 1 change cannot be taken back: it has no old value" ]
	[[ "${stderr_lines[1]}" == "hint: 'sockopt undo ID'"* ]]
}

@test "an action of a set that was killed before it said so: left, and told, exit 3" {
	program a
	ask a bind-udp
	local fd=${WORDS[0]}
	"$SOCKOPT" set "${PID[a]}:$fd" IP_ADD_MEMBERSHIP=imr_multiaddr=239.0.0.1,imr_address=127.0.0.1
	sed -i '/"done"/d' "$SOCKOPT_JOURNAL/1.jsonl"
	run --separate-stderr -3 "$SOCKOPT" undo
	[ "$stderr" = "sockopt: 1 action was left: it was stopped, and whether it was made is not known" ]
}

@test "failure: no such change, exit 1" {
	run --separate-stderr -1 "$SOCKOPT" undo
	[ -z "$output" ]
	[ "$stderr" = "sockopt: there is nothing to take back" ]
	run --separate-stderr -1 "$SOCKOPT" undo 77 --json
	[ -z "$output" ]
	[ "$stderr" = "sockopt: there is no change number 77" ]
}

@test "wrong use: exit 2" {
	local word

	for word in x 0 -1 1x 99999999999 ''; do
		run --separate-stderr -2 "$SOCKOPT" undo -- "$word"
		[ -z "$output" ]
		[ "${stderr_lines[0]}" = "sockopt undo: '$word' is not a number of the journal: see 'sockopt log'" ]
	done
	run --separate-stderr -2 "$SOCKOPT" undo 1 2
}
