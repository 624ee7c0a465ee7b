#!/usr/bin/env bats
# sockopt set: what is changed in another program, and what is not

load common

# A connection: FD and PEER_FD, PORT and PEER_PORT, P the process
connected() {
	program a
	ask a pair
	P=${PID[a]} FD=${WORDS[0]} PEER_FD=${WORDS[1]} PORT=${WORDS[2]} PEER_PORT=${WORDS[3]}
}

nothing_journaled() {
	[ -z "$(ls "$SOCKOPT_JOURNAL" 2>/dev/null)" ]
}

@test "text: socket, holder, option, old, asked, effective, result; and how to take it back" {
	connected
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" TCP_NODELAY=on
	[[ "${lines[0]}" =~ ^SOCKET\ +HOLDER\ +OPTION\ +OLD\ +ASKED\ +EFFECTIVE\ +RESULT$ ]]
	[[ "${lines[1]}" =~ ^"tcp 127.0.0.1:$PORT → 127.0.0.1:$PEER_PORT sockets $P:$FD TCP_NODELAY "off\ +on\ +on\ +kept$ ]]
	[ "${#lines[@]}" = 2 ]
	[ "$stderr" = "hint: 'sockopt undo 1' takes it back" ]
	told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	told a get "$PEER_FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
}

@test "--json: a line a socket and option, with what became of it" {
	connected
	run --separate-stderr -0 "$SOCKOPT" set "$P:$PEER_FD" SO_RCVBUF=64KiB TCP_KEEPIDLE=2min --json
	[ "${#lines[@]}" = 2 ]
	jq -e --argjson pid "$P" --argjson fd "$PEER_FD" '(.cookie | type == "string") and
		.holders == [{"pid": $pid, "fd": $fd, "process": "sockets"}] and .option == "SO_RCVBUF" and
		.asked == 65536 and .after == 131072 and .result == "doubled" and .error == null' <<<"${lines[0]}"
	jq -e '.option == "TCP_KEEPIDLE" and .before == 7200 and .asked == 120 and .after == 120 and .result == "kept" and
		.after_text == "120s"' <<<"${lines[1]}"
	told a get "$PEER_FD" "$SOL_SOCKET" "$SO_RCVBUF" -- 131072
	told a get "$PEER_FD" "$IPPROTO_TCP" "$TCP_KEEPIDLE" -- 120
}

@test "--dry-run says what would change, and changes nothing" {
	connected
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" TCP_NODELAY=on --dry-run
	[[ "${lines[1]}" =~ TCP_NODELAY\ +off\ +on\ +-\ +planned$ ]]
	[ -z "$stderr" ]
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" TCP_NODELAY=on --dry-run --json
	jq -e '.result == "planned" and .before == 0 and .asked == 1 and .after == null' <<<"$output"
	told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	nothing_journaled
}

@test "an option without a name: LEVEL:NUMBER=0xBYTES" {
	connected
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" "$SOL_SOCKET:$SO_PRIORITY=0x05000000"
	told a get "$FD" "$SOL_SOCKET" "$SO_PRIORITY" -- 5
	run --separate-stderr -0 "$SOCKOPT" undo
	told a get "$FD" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
}

@test "options that do not apply to some of the sockets are left out there" {
	connected
	run --separate-stderr -0 "$SOCKOPT" set "pid=$P" TCP_NODELAY=on SO_PRIORITY=2 --json
	[ "$(jq -r .option <<<"$output" | sort | uniq -c | tr -s ' \n' ' ')" = " 3 SO_PRIORITY 2 TCP_NODELAY " ]
}

@test "what comes too late for a socket's state is said, with what to do instead" {
	connected
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" SO_REUSEADDR=on
	[[ "${stderr_lines[0]}" == "warning: SO_REUSEADDR comes late for a socket that is established: "* ]]
	[[ "${stderr_lines[0]}" == *"bind"* ]]
}

@test "a change that fails: named, and those before it taken back; exit 3, nothing to undo" {
	connected
	run --separate-stderr -3 "$SOCKOPT" set "$P:$FD" SO_KEEPALIVE=on TCP_CONGESTION=nosuch
	[[ "${stderr_lines[0]}" == "sockopt: TCP_CONGESTION: No such file or directory"* ]]
	[[ "$stderr" == *"taken back"* ]]
	[[ "$output" == *"failed: No such file or directory"* ]]
	told a get "$FD" "$SOL_SOCKET" "$SO_KEEPALIVE" -- 0
	nothing_journaled
}

@test "what was taken back is not shown as kept" {
	connected
	run --separate-stderr -3 "$SOCKOPT" set "$P:$FD" SO_KEEPALIVE=on TCP_CONGESTION=nosuch
	[[ "$output" != *kept* ]]
	run --separate-stderr -3 "$SOCKOPT" set "$P:$FD" SO_KEEPALIVE=on TCP_CONGESTION=nosuch --json
	# lines come as the changes are made: what is taken back is told by a line more
	jq -es 'group_by([.cookie, .option]) | all(.[-1].result != "kept")' <<<"$output"
}

@test "--keep-going keeps what could be changed; exit 3, undo takes it back" {
	connected
	run --separate-stderr -3 "$SOCKOPT" set "$P:$FD" SO_KEEPALIVE=on TCP_CONGESTION=nosuch SO_PRIORITY=4 --keep-going --json
	[ "$(jq -r '.result + " " + (.error // "-")' <<<"$output")" = $'kept -\nfailed ENOENT\nkept -' ]
	told a get "$FD" "$SOL_SOCKET" "$SO_KEEPALIVE" -- 1
	run --separate-stderr -0 "$SOCKOPT" undo
	told a get "$FD" "$SOL_SOCKET" "$SO_KEEPALIVE" -- 0
	told a get "$FD" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
}

@test "nothing matches: exit 1" {
	connected
	run --separate-stderr -1 "$SOCKOPT" set "$P:999" TCP_NODELAY=on
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: no socket matches '$P:999'" ]
	run --separate-stderr -1 "$SOCKOPT" set "unix and pid=$P" TCP_NODELAY=on
	[ "${stderr_lines[0]}" = "sockopt: TCP_NODELAY does not apply to the 1 socket that matches" ]
	[[ "${stderr_lines[1]}" == "hint: it applies to tcp"*"; 'sockopt explain TCP_NODELAY' tells more" ]]
	nothing_journaled
}

@test "wrong use: exit 2, nothing changed" {
	local before

	connected
	before=$("$SOCKOPT" show "$P" --all -o SO_KEEPALIVE,TCP_NODELAY,TCP_KEEPIDLE)
	wrong() {
		local message=$1 hint=$2

		shift 2
		run --separate-stderr -2 "$SOCKOPT" set "$@"
		[ -z "$output" ]
		[ "${stderr_lines[0]}" = "$message" ]
		[[ "${stderr_lines[1]}" == "$hint"* ]]
	}
	wrong "sockopt set: a selector is needed: which sockets? ('all --yes' for all)" Try
	wrong "sockopt set: SELECTOR and OPTION=VALUE are needed, such as port=80 TCP_NODELAY=on" Try "$P"
	wrong "sockopt: 'nodelay' has no value" "hint: write OPTION=VALUE" "$P" nodelay
	wrong "sockopt: 'TCP_NODELY' is not a known socket option" "hint: nearest: TCP_NODELAY" "$P" SO_KEEPALIVE=on TCP_NODELY=on
	wrong "sockopt: TCP_NODELAY: 'maybe' is not a value of this option" "hint: accepted: on or off" "$P" SO_KEEPALIVE=on TCP_NODELAY=maybe
	wrong "sockopt: TCP_KEEPIDLE: '99999s' is out of range" "hint: accepted: a time " "$P" SO_KEEPALIVE=on TCP_KEEPIDLE=99999s
	wrong "sockopt: TCP_KEEPIDLE: '5KiB' has a unit that does not fit" "hint: accepted: a time " "$P" TCP_KEEPIDLE=5KiB
	wrong "sockopt: SO_TYPE cannot be set, only read" "" "$P" SO_TYPE=1
	wrong "sockopt: selector: 'nonsense' is not a word of selectors" "hint: perhaps process=nonsense" nonsense TCP_NODELAY=on
	[ "$("$SOCKOPT" show "$P" --all -o SO_KEEPALIVE,TCP_NODELAY,TCP_KEEPIDLE)" = "$before" ]
	nothing_journaled
}

@test "'all' asks for --yes" {
	run --separate-stderr -2 "$SOCKOPT" set all SO_PRIORITY=0
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: 'all' means every socket of the machine that you may change" ]
	[ "${stderr_lines[1]}" = "hint: --dry-run says what would change, --yes does it" ]
}

@test "what means 'all' in other words asks for --yes, too" {
	local selector

	needs_root "namespaces of pids and of the network"
	for selector in '(all)' 'all or tcp' 'tcp or all' 'all and all' 'not not all'; do
		run --separate-stderr -2 unshare --fork --pid --net --mount-proc "$SOCKOPT" set "$selector" SO_PRIORITY=0
		[ "${stderr_lines[1]}" = "hint: --dry-run says what would change, --yes does it" ]
	done
}

@test "dangerous values ask for --force, and say why" {
	connected
	run --separate-stderr -2 "$SOCKOPT" set "$P:$FD" SO_LINGER=on:0
	[ -z "$output" ]
	[[ "${stderr_lines[0]}" == "sockopt: SO_LINGER=on:0: "*"reset"* ]]
	[ "${stderr_lines[1]}" = "hint: --force sets it all the same" ]
	run --separate-stderr -2 "$SOCKOPT" set "$P:$FD" so_linger=on:0s
	run --separate-stderr -2 "$SOCKOPT" set "$P:$FD" linger=l_onoff=1,l_linger=0
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" SO_LINGER=on:5s
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" SO_LINGER=on:0 --force
	[[ "${lines[1]}" =~ SO_LINGER\ +on:5s\ +on:0s?\ +on:0s?\ +kept$ ]]
}

@test "what is dangerous by name is so by number" {
	connected
	run --separate-stderr -2 "$SOCKOPT" set "$P:$FD" "$SOL_SOCKET:13=0x0100000000000000" # SO_LINGER=on:0
	[ "${stderr_lines[1]}" = "hint: --force sets it all the same" ]
	run --separate-stderr -2 "$SOCKOPT" set "$P:$FD" "$SOL_SOCKET:44=0x01000000" # SO_LOCK_FILTER=on
}

@test "the target runs on: the connection that was changed carries data" {
	python3 - "$FOLDER/port" <<-'END' 3>&- &
		import socket, sys
		server = socket.create_server(("127.0.0.1", 0))
		with open(sys.argv[1] + ".new", "w") as file:
		    print(server.getsockname()[1], file=file)
		__import__("os").rename(sys.argv[1] + ".new", sys.argv[1])
		connection, _ = server.accept()
		while data := connection.recv(100):
		    connection.sendall(data.upper())
	END
	LAST=$!
	STARTED+=("$LAST")
	eventually test -s "$FOLDER/port"
	exec {wire}<>"/dev/tcp/127.0.0.1/$(cat "$FOLDER/port")"
	echo before >&"$wire"
	read -r -t 5 answer <&"$wire"
	[ "$answer" = BEFORE ]
	run --separate-stderr -0 "$SOCKOPT" set "pid=$LAST and established" TCP_NODELAY=on SO_KEEPALIVE=on SO_SNDBUF=1MiB
	echo after >&"$wire"
	read -r -t 5 answer <&"$wire"
	[ "$answer" = AFTER ]
}

@test "--lang es: the JSON is the same, the talk is not" {
	connected
	run --separate-stderr -0 "$SOCKOPT" set "$P:$FD" TCP_NODELAY=on --dry-run --json --lang es
	jq -e '.result == "planned"' <<<"$output"
	run --separate-stderr -2 "$SOCKOPT" set "$P:$FD" TCP_NODELAY=maybe --lang es
	[[ "${stderr_lines[0]}" == *TCP_NODELAY*maybe* ]]
	[[ "$stderr" != *"is not a value"* ]]
}
