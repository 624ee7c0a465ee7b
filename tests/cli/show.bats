#!/usr/bin/env bats
# sockopt show: every socket, and what its options are

load common

# A connection whose first end has TCP_NODELAY and SO_KEEPALIVE on: FD and PEER_FD, PORT and PEER_PORT
connected() {
	program a
	ask a pair
	FD=${WORDS[0]} PEER_FD=${WORDS[1]} PORT=${WORDS[2]} PEER_PORT=${WORDS[3]}
	told a set "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" 1 -- 0
	told a set "$FD" "$SOL_SOCKET" "$SO_KEEPALIVE" 1 -- 0
}

@test "text: the socket, its holder, and only what differs from the default" {
	connected
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$FD"
	[ -z "$stderr" ]
	[ "${lines[0]}" = "tcp          established 127.0.0.1:$PORT → 127.0.0.1:$PEER_PORT  sockets ${PID[a]}:$FD" ]
	[ "${lines[1]}" = "    SO_KEEPALIVE               on            default off" ]
	[ "${lines[2]}" = "    TCP_NODELAY                on            default off" ]
	[ "${#lines[@]}" = 3 ]
}

@test "text: without UTF-8 the arrow is ASCII" {
	connected
	LC_ALL=C run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$FD"
	[[ "${lines[0]}" == *":$PORT -> 127.0.0.1:$PEER_PORT  "* ]]
}

@test "a buffer is shown as what the kernel keeps and what was asked for" {
	connected
	told a set "$PEER_FD" "$SOL_SOCKET" "$SO_RCVBUF" 32768 -- 0
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$PEER_FD"
	[[ "$output" == *"    SO_RCVBUF                  64 KiB        asked 32 KiB, default "* ]]
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$PEER_FD" --json
	jq -e '.options.SO_RCVBUF == {"value": 65536, "asked": 32768, "text": "64 KiB"}' <<<"$output"
}

@test "--all: every option that applies, with those that cannot be read and why" {
	connected
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$FD" --all
	[ -z "$stderr" ]
	[ "${#lines[@]}" -gt 60 ]
	[[ "$output" == *$'\n'"    SO_REUSEADDR               off"$'\n'* ]]
	[[ "$output" == *$'\n'"    TCP_INFO"$'\n'"      tcpi_state"* ]]
}

@test "-o: a table of these options, in any spelling" {
	connected
	run --separate-stderr -0 "$SOCKOPT" show "tcp and pid=${PID[a]}" -o nodelay,SO_KEEPALIVE
	[ "${#lines[@]}" = 3 ]
	[[ "${lines[0]}" =~ ^KIND\ +STATE\ +LOCAL\ +PEER\ +HOLDER\ +TCP_NODELAY\ +SO_KEEPALIVE ]]
	[[ "${lines[1]}" =~ ^tcp\ +established\ 127.0.0.1:$PORT\ +127.0.0.1:$PEER_PORT\ +sockets\ ${PID[a]}:$FD\ +on\ +on ]]
	[[ "${lines[2]}" =~ ^tcp\ +established\ 127.0.0.1:$PEER_PORT\ +127.0.0.1:$PORT\ +sockets\ ${PID[a]}:$PEER_FD\ +off\ +off ]]
}

@test "-o of an option by number, and of one that does not apply" {
	connected
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}" -o "$IPPROTO_TCP:$TCP_NODELAY"
	# L2CAP has that number, too: the title is what was asked for
	[[ "${lines[0]}" == *" $IPPROTO_TCP:$TCP_NODELAY" ]]
	[[ "${lines[1]}" =~ ^unix/stream\ .*\ -$ ]]
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}" -o "$IPPROTO_TCP:$TCP_KEEPIDLE"
	[[ "${lines[0]}" == *" TCP_KEEPIDLE" ]]
}

@test "--json: the form of the design" {
	connected
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$FD" --json
	[ -z "$stderr" ]
	[ "${#lines[@]}" = 1 ]
	jq -e --argjson pid "${PID[a]}" --argjson fd "$FD" --argjson port "$PORT" --argjson peer "$PEER_PORT" \
		--argjson netns "$(stat -Lc %i /proc/self/ns/net)" \
		--argjson inode "$(readlink "/proc/${PID[a]}/fd/$FD" | tr -dc 0-9)" '
		(.cookie | type == "string" and test("^[0-9]+$")) and .inode == $inode and .netns == $netns and
		.family == "inet" and .type == "stream" and .protocol == "tcp" and .state == "established" and
		.local == {"address": "127.0.0.1", "port": $port} and .peer == {"address": "127.0.0.1", "port": $peer} and
		.holders == [{"pid": $pid, "fd": $fd, "process": "sockets"}] and
		.options == {"SO_KEEPALIVE": {"value": 1, "text": "on"}, "TCP_NODELAY": {"value": 1, "text": "on"}}' <<<"$output"
}

@test "--json --all: structs by field, strings, errors by name" {
	connected
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$FD" --json --all
	jq -e '.options | .SO_LINGER == {"value": {"l_onoff": 0, "l_linger": 0}, "text": "off"} and
		(.TCP_CONGESTION.value | type == "string") and .TCP_CONGESTION.value == .TCP_CONGESTION.text and
		(.TCP_INFO.value.tcpi_state == 1) and (.SO_PEERSEC.error | test("^E[A-Z]+$"))' <<<"$output"
}

@test "selectors: words, keys, addresses, options, not, parentheses" {
	local pid

	connected
	pid=${PID[a]}
	count() { "$SOCKOPT" show "pid=$pid and ($1)" --json | wc -l; }
	[ "$(count tcp)" = 2 ]
	[ "$(count unix)" = 1 ]
	[ "$(count 'established and ipv4')" = 2 ]
	[ "$(count "local-port=$PORT")" = 1 ]
	[ "$(count "port=$PORT")" = 2 ]
	[ "$(count "port=$PORT-$PORT,1")" = 2 ]
	[ "$(count 'peer=127.0.0.0/8')" = 2 ]
	[ "$(count "local=127.0.0.1:$PORT")" = 1 ]
	[ "$(count 'TCP_NODELAY=on')" = 1 ]
	[ "$(count 'TCP_NODELAY=off')" = 1 ]
	[ "$(count 'nodelay=on or unix')" = 2 ]
	[ "$(count 'not (nodelay=on or unix)')" = 1 ]
	[ "$(count 'SO_RCVBUF>1')" = 3 ]
	[ "$(count 'process~sock*')" = 3 ]
	[ "$(count "fd=$FD")" = 1 ]
}

@test "a socket that two processes hold is shown once, with both" {
	local child

	program a
	ask a listen
	local fd=${WORDS[0]} port=${WORDS[1]}
	ask a give 99
	child=${WORDS[0]}
	run --separate-stderr -0 "$SOCKOPT" show "port=$port" --json
	[ "${#lines[@]}" = 1 ]
	[ "$(jq -c '[.holders[].pid] | sort' <<<"$output")" = "$(jq -nc --argjson a "${PID[a]}" --argjson b "$child" '[$a, $b] | sort')" ]
	run --separate-stderr -0 "$SOCKOPT" show "port=$port"
	[ "${#lines[@]}" = 1 ]
	[[ "$output" == *"${PID[a]}:$fd"*"$child:$fd"* ]]
}

@test "what changes by being read is read only with --force" {
	connected
	run --separate-stderr -2 "$SOCKOPT" show "${PID[a]}" -o SO_ERROR
	[ -z "$output" ]
	[[ "${stderr_lines[0]}" == "sockopt: SO_ERROR is not read unasked: "* ]]
	[ "${stderr_lines[1]}" = "hint: --force reads it all the same" ]
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$FD" -o SO_ERROR --force
	[[ "${lines[0]}" == *SO_ERROR* ]]
}

@test "nothing matches: exit 1, said on stderr" {
	run --separate-stderr -1 "$SOCKOPT" show 'port=1 and local=127.99.99.99'
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: no socket matches 'port=1 and local=127.99.99.99'" ]
	start sleep 0
	wait "$LAST"
	run --separate-stderr -1 "$SOCKOPT" show "$LAST" --json
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: there is no such process" ]
	((LAST > 99999)) || [ "${stderr_lines[1]}" = "hint: a number is a process; a port is port=$LAST" ]
}

@test "wrong use: exit 2, the bad word named, what is accepted" {
	wrong() {
		local message=$1 hint=$2

		shift 2
		run --separate-stderr -2 "$SOCKOPT" show "$@"
		[ -z "$output" ]
		[ "${stderr_lines[0]}" = "$message" ]
		[[ "${stderr_lines[1]}" == "$hint"* ]]
	}
	wrong "sockopt: selector: 'bogus' is not a word of selectors" "hint: perhaps process=bogus" bogus
	wrong "sockopt: selector: 'x/y' is not a word of selectors" "hint: such as: tcp, listening, 1234," x/y
	wrong "sockopt: selector: 'x' is not a number" "hint: write a number, a range (8000-8999) or a list (80,443)" port=x
	wrong "sockopt: TCP_NODELAY: 'x' is not a value of this option" "hint: accepted: on or off" TCP_NODELAY=x
	wrong "sockopt: 'nodely' is not a known socket option" "hint: nearest: TCP_NODELAY" -o nodely
	wrong "sockopt show: 'tcp': a selector is one argument, put it in quotes" "Try" established tcp
	wrong "sockopt show: '0' is not a time to wait: seconds, such as 2 or 0.5" "Try" --watch=0
	wrong "sockopt: selector: '(' has no closing parenthesis" "" "(tcp"
	wrong "sockopt: selector: the selector ends where a condition should stand" "" "tcp and"
}

@test "--watch looks again and again until it is interrupted" {
	program a
	ask a bind-udp
	local fd=${WORDS[0]}
	start "$SOCKOPT" show "${PID[a]}:$fd" --json --watch=0.05 >"$FOLDER/seen" 2>"$FOLDER/talk"
	local watcher=$LAST
	seen() { [ "$(grep -c "$1" "$FOLDER/seen")" -ge 3 ]; }
	eventually seen '"options":{}'
	told a set "$fd" "$SOL_SOCKET" "$SO_PRIORITY" 5 -- 0
	eventually seen '"SO_PRIORITY":{"value":5,"text":"5"}'
	ask a close "$fd"
	sleep 0.2
	kill -0 "$watcher"
	kill -INT "$watcher"
	status=0
	wait "$watcher" || status=$?
	[ "$status" = 1 ] # the last look found nothing
	jq -es 'length >= 6' "$FOLDER/seen"
}

@test "--watch into a pipe clears no screen, on a terminal it does" {
	needs script
	program a
	run -0 timeout --preserve-status -s INT 0.5 "$SOCKOPT" show "${PID[a]}" --watch=0.1
	[[ "$output" != *$'\e'* ]]
	run script -qec "timeout -s INT 0.5 $SOCKOPT show ${PID[a]} --watch=0.1" /dev/null
	[[ "$output" == *$'\e[H\e[2J'* ]]
}

@test "--lang es: the same values, other words" {
	connected
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}:$FD" --lang es
	[[ "${lines[2]}" == "    TCP_NODELAY                on "* ]]
	[[ "$output" != *default* ]]
	run --separate-stderr -1 "$SOCKOPT" show 'port=1 and local=127.99.99.99' --lang es
	[[ "${stderr_lines[0]}" == "sockopt: "*"port=1"* ]]
	[[ "$stderr" != *"no socket matches"* ]]
	[ "$("$SOCKOPT" show "${PID[a]}" --json --lang es)" = "$("$SOCKOPT" show "${PID[a]}" --json --lang en)" ]
}

@test "sockets that nobody holds are shown: TIME_WAIT, with no options" {
	program a
	ask a pair
	local client=${WORDS[0]} server=${WORDS[1]} port=${WORDS[2]}
	told a close "$client" -- ok
	told a close "$server" -- ok
	waits() { [ "$("$SOCKOPT" show "local-port=$port" --json | jq -r .state)" = time-wait ]; }
	eventually waits
	run --separate-stderr -0 "$SOCKOPT" show "local-port=$port" --json
	jq -e '.holders == [] and .options == {} and .state == "time-wait"' <<<"$output"
	run --separate-stderr -0 "$SOCKOPT" show "local-port=$port"
	[[ "$output" == *"(held by no process)" ]]
}

@test "--sort: by a key, by an option, the greatest first, as text and as JSON, whichever engine looks" {
	local engine selector

	connected
	selector="pid=${PID[a]} and established and tcp"
	for engine in pidfd auto; do
		run --separate-stderr -0 "$SOCKOPT" show "$selector" --sort=TCP_NODELAY --json --engine "$engine"
		[ "$(jq -c .local.port <<<"$output" | tr '\n' ' ')" = "$PEER_PORT $PORT " ]
		run --separate-stderr -0 "$SOCKOPT" show "$selector" --sort=-TCP_NODELAY --json --engine "$engine"
		[ "$(jq -c .local.port <<<"$output" | tr '\n' ' ')" = "$PORT $PEER_PORT " ]
		run --separate-stderr -0 "$SOCKOPT" show "$selector" --sort=port --engine "$engine"
		[ "$(grep -o '^tcp .* → ' <<<"$output" | grep -oE '[0-9]+ →' | tr -d ' →' | sort -n -c 2>&1)" = "" ]
		[[ "$output" == *"    TCP_NODELAY                on            default off"* ]]
	done
}

@test "fields of structs: in a table, in JSON, sorted by, compared, and those that are none" {
	connected
	run -0 "$SOCKOPT" set "${PID[a]}:$FD" SO_LINGER=on:7s
	run --separate-stderr -0 "$SOCKOPT" show "pid=${PID[a]} and established and tcp" -o so_linger.linger,tcp.info.rtt --sort=-SO_LINGER.l_linger
	[ "${#lines[@]}" = 3 ]
	[[ "${lines[0]}" =~ \ SO_LINGER.l_linger\ +TCP_INFO.tcpi_rtt$ ]]
	[[ "${lines[1]}" =~ :$FD\ +7s\ +[0-9]+us$ ]]
	[[ "${lines[2]}" =~ :$PEER_FD\ +0\ +[0-9]+us$ ]]
	run --separate-stderr -0 "$SOCKOPT" show "pid=${PID[a]} and SO_LINGER.l_linger>=7s and TCP_INFO.state=established" -o SO_LINGER.l_linger,SO_LINGER --json
	jq -e '.options == {"SO_LINGER.l_linger": {"value": 7, "text": "7s"}, "SO_LINGER": {"value": {"l_onoff": 1, "l_linger": 7}, "text": "on:7s"}}' <<<"$output"
	run --separate-stderr -1 "$SOCKOPT" show "pid=${PID[a]} and TCP_INFO.tcpi_total_retrans>0"
	run --separate-stderr -2 "$SOCKOPT" show -o TCP_INFO.nosuch
	[[ "$stderr" == *"'TCP_INFO.nosuch' names no field that could be shown alone"*"'sockopt explain TCP_INFO' lists the fields"* ]]
	run --separate-stderr -2 "$SOCKOPT" show "TCP_INFO.rtt=soon"
	[[ "$stderr" == *"'soon' is not a value of this field"* ]]
	run --separate-stderr -2 "$SOCKOPT" trace -e TCP_INFO.rtt -- true
}

@test "--sort: a key that is none is wrong use, and the keys are named" {
	run --separate-stderr -2 "$SOCKOPT" show --sort=colour
	[ -z "$output" ]
	[[ "$stderr" == *"'colour' is not a key to sort by: pid, process, protocol, state, local, peer, port, netns, cookie, or the name of an option or of a field of one"* ]]
}
