#!/usr/bin/env bats
# sockopt run, with the engine ENGINE: the same behaviour, whichever it is

load common

setup() {
	setup_common
	ENGINE=${ENGINE:-notify}
	REPORT=$FOLDER/report.jsonl
	local why
	why=$("$SOCKOPT" run --engine "$ENGINE" --report "$FOLDER/probe" TCP_NODELAY=on -- /bin/sh -c : 2>&1) || skip "engine $ENGINE: ${why%%$'\n'*}"
}

teardown() {
	# the last word of who serves may come after the program has ended
	eventually nothing_serves || { serving >&2; false; }
	teardown_common
}

# The processes that serve programs of this test: they have its folder in their command line.
serving() {
	local file

	for file in /proc/[0-9]*/cmdline; do
		if tr '\0' '\n' <"$file" 2>/dev/null | grep -q "^$FOLDER/report" && tr '\0' ' ' <"$file" 2>/dev/null | grep -q ' run '; then
			echo "$file" | cut -d/ -f3
		fi
	done
}

nothing_serves() {
	[ -z "$(serving)" ]
}

running() {
	"$SOCKOPT" run --engine "$ENGINE" --report "$REPORT" "$@"
}

static() {
	[ "$ENGINE" != preload ] || skip "engine preload: not for static programs"
	[ -x "$HELPERS/lives-static" ] || skip "musl-gcc is not installed"
}

# reported JQ-FILTER: of all lines
reported() {
	# what is done is told by another process, which may still be at it
	eventually nothing_serves
	jq -s -c "$1" "$REPORT"
}

@test "an assignment is made once on the listener, and on the socket that connects" {
	run --separate-stderr -0 running TCP_USER_TIMEOUT=30s -- "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	[ "$output" = "30000 30000 30000" ]
	[ -z "$stderr" ]
	[ "$(reported 'map([.event, .moment, .option, .asked, .after, .result, .state])')" = \
		'[["assigned","listen","TCP_USER_TIMEOUT",30000,30000,"kept","bound"],["assigned","connect","TCP_USER_TIMEOUT",30000,30000,"kept","unbound"]]' ]
}

@test "what is not inherited is set on the accepted sockets" {
	run --separate-stderr -0 running -r 'tcp: SO_PRIORITY=5' -- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 5 5" ]
	run --separate-stderr -0 running -r 'tcp: SO_PRIORITY=5' -- "$HELPERS/lives" nonblocking "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 5 5" ]
}

@test "a datagram socket has it at once, and its flags are what was asked for" {
	[ "$ENGINE" != bpf ] || skip "engine bpf: no hook sets options of a socket that is not used yet"
	run --separate-stderr -0 running -r 'udp: SO_PRIORITY=5' -- "$HELPERS/lives" datagram "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = 5 ]
}

@test "selectors: the port of a listener, the peer of a connection, the name of the program" {
	local port

	port=$(free_port)
	run --separate-stderr -0 running -r 'connect and tcp and peer=127.0.0.0/8: SO_PRIORITY=3' -r 'accept and tcp and peer=10.0.0.0/8: SO_PRIORITY=4' \
		-- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 3 0" ]
	run --separate-stderr -0 running -r "connect and tcp and process=lives: SO_PRIORITY=3" -r "connect and tcp and process=other: SO_PRIORITY=4" \
		-- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 3 0" ]
	if [ "$ENGINE" != bpf ]; then # which process accepts is not known there: refused, in run-bpf.bats
		run --separate-stderr -0 running -r "accept and process=lives: SO_PRIORITY=3" -r "accept and process=other: SO_PRIORITY=4" \
			-- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
		[ "$output" = "0 0 3" ]
	fi
	run --separate-stderr -0 running -r "listen and tcp and local-port=$port: SO_KEEPALIVE=on" -- python3 -c "
import socket
for port in $port, 0:
    s = socket.socket()
    s.bind(('127.0.0.1', port))
    s.listen()
    print(s.getsockopt($SOL_SOCKET, $SO_KEEPALIVE))"
	[ "$output" = $'1\n0' ]
}

@test "what a listener of MPTCP accepts from a client without it is of TCP: what is inherited, and what accept brings" {
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)' 2>/dev/null || skip "this kernel has no MPTCP"
	cat >"$FOLDER/fallback.py" <<-'END'
		import socket
		l = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); l.bind(("127.0.0.1", 0)); l.listen()
		c = socket.create_connection(l.getsockname()); a, _ = l.accept()
		print(a.getsockopt(socket.SOL_SOCKET, 38), a.getsockopt(socket.IPPROTO_TCP, 18), a.getsockopt(socket.IPPROTO_TCP, 4))
	END
	run --separate-stderr -0 running TCP_KEEPIDLE=44s TCP_USER_TIMEOUT=30s -- python3 "$FOLDER/fallback.py"
	[ "$output" = "6 0 44" ] # a listener of MPTCP does not take TCP_USER_TIMEOUT
	run --separate-stderr -0 running -r 'accept and tcp: TCP_USER_TIMEOUT=30s' -- python3 "$FOLDER/fallback.py"
	[ "$output" = "6 30000 7200" ]
}

@test "the moment that a rule names is the one" {
	run --separate-stderr -0 running -r 'accept: TCP_NODELAY=on' -- "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_NODELAY"
	[ "$output" = "0 0 1" ]
	run --separate-stderr -0 running -r 'connect: TCP_NODELAY=on' -- "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_NODELAY"
	[ "$output" = "0 1 0" ]
	run --separate-stderr -0 running -r 'socket and tcp: TCP_NODELAY=on' -- "$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_NODELAY"
	[ "$output" = "1 1 1" ]
	run --separate-stderr -0 running -r 'bind and tcp: SO_REUSEADDR=on' -- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_REUSEADDR"
	[ "$output" = "1 1 1" ]
}

@test "force: what the program asks for is replaced; set: it counts, if it comes later" {
	run --separate-stderr -0 running -r 'tcp: force SO_PRIORITY=3' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "0 3 0 3" ]
	[ "$(reported 'map([.event, .asked, .after]) | unique')" = '[["assigned",3,3],["replaced",5,3]]' ]
	run --separate-stderr -0 running -r 'tcp: SO_PRIORITY=3' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "0 3 0 5" ]
}

@test "default: only if the program did not set it" {
	run --separate-stderr -0 running -r 'tcp: default SO_PRIORITY=3' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "0 5 0 5" ]
	run --separate-stderr -0 running -r 'tcp: default SO_PRIORITY=3' -- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 3 3" ]
	# a failed attempt is none
	run --separate-stderr -0 running -r 'default TCP_KEEPIDLE=3s' -- "$HELPERS/lives" asks "$IPPROTO_TCP" "$TCP_KEEPIDLE" 99999
	[ "$output" = "22 3 22 3" ]
}

@test "deny: refused, with the errno that was asked for; a value may be meant" {
	run --separate-stderr -0 running -r 'deny SO_PRIORITY' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "1 0 1 0" ]
	run --separate-stderr -0 running -r 'tcp: deny=EACCES SO_PRIORITY=5 set SO_PRIORITY=3' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "13 3 13 3" ]
	run --separate-stderr -0 running -r 'deny SO_PRIORITY=5' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 4
	[ "$output" = "0 4 0 4" ]
	[ "$(reported length)" = 0 ]
}

@test "ignore: the program is told that it has it, and nothing is changed; a value may be meant" {
	run --separate-stderr -0 running -r 'ignore SO_PRIORITY' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "0 0 0 0" ]
	[ "$(reported 'map([.event, .asked, .result, .error]) | unique')" = '[["ignored",5,"ignored",null]]' ]
	run --separate-stderr -0 running -r 'tcp: ignore SO_PRIORITY=5 set SO_PRIORITY=3' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "0 3 0 3" ]
	run --separate-stderr -0 running -r 'ignore SO_PRIORITY=5' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 4
	[ "$output" = "0 4 0 4" ]
	# the last one counts
	run --separate-stderr -0 running -r 'ignore SO_PRIORITY' -r 'deny SO_PRIORITY' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "1 0 1 0" ]
	run --separate-stderr -0 running -r 'deny SO_PRIORITY' -r 'ignore SO_PRIORITY' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "0 0 0 0" ]
}

@test "log: told, and let pass" {
	# through a pipe, which is open until the last word was said
	all() {
		running -r 'log SO_PRIORITY' -- "$HELPERS/lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 5 2>&1 | cat
	}
	run -0 all
	[[ "$output" == *"0 5 0 5"* ]]
	[[ "$output" == *"asks for SO_PRIORITY=5 (-r)"* ]]
	[ "$(reported 'map([.event, .before, .asked, .result])')" = '[["logged",0,5,"logged"],["logged",5,5,"logged"]]' ]
}

@test "an assignment that the kernel refuses is told once, with what is missing, and the program goes on" {
	needs_root "to take a capability away"
	"${NOBODY[@]}" "$SOCKOPT" run --engine "$ENGINE" TCP_NODELAY=on -- /bin/sh -c : 2>/dev/null || skip "engine $ENGINE: not for plain users"
	# through a pipe, which is open until the last word was said
	all() {
		"${NOBODY[@]}" "$SOCKOPT" run --engine "$ENGINE" SO_MARK=1 -- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY" 2>&1 | cat
	}
	run -0 all
	[[ $'\n'"$output"$'\n' == *$'\n0 0 0\n'* ]]
	[ "$(grep -c "SO_MARK=1 at" <<<"$output")" = 1 ] || { echo "$output"; false; }
	[[ "$output" == *CAP_NET_ADMIN* ]]
}

@test "a static program" {
	static
	local mode

	for mode in stream nonblocking fork exec; do
		run --separate-stderr -0 running TCP_USER_TIMEOUT=30s -- "$HELPERS/lives-static" "$mode" "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
		[ "$output" = "30000 30000 30000" ]
	done
}

@test "fork, and close_range with exec" {
	run --separate-stderr -0 running TCP_USER_TIMEOUT=30s -- "$HELPERS/lives" fork "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	[ "$output" = "30000 30000 30000" ]
	run --separate-stderr -0 running TCP_USER_TIMEOUT=30s -- "$HELPERS/lives" exec "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	[ "$output" = "30000 30000 30000" ]
}

@test "a program that goes to the background is served on, and nothing of ours holds its output open" {
	run --separate-stderr -0 running TCP_USER_TIMEOUT=30s -- "$HELPERS/lives" daemon "$IPPROTO_TCP" "$TCP_USER_TIMEOUT" "$FOLDER/out"
	eventually test -f "$FOLDER/out"
	[ "$(cat "$FOLDER/out")" = "30000 30000 30000" ]
}

@test "the output of a program that stays in the background is at its end when its first process is" {
	kept() {
		running TCP_USER_TIMEOUT=30s -- sh -c 'sleep 60 </dev/null >/dev/null 2>&1 & echo $!' 2>&1 3>&- | cat
	}
	run -0 timeout 20 bash -c "$(declare -f kept running); ENGINE=$ENGINE; REPORT=$REPORT; kept"
	kill "$output"
}

@test "eight threads at once" {
	run --separate-stderr -0 running -r 'accept, connect: TCP_USER_TIMEOUT=30s' -- \
		"$HELPERS/lives" threads "$IPPROTO_TCP" "$TCP_USER_TIMEOUT" 30000
	[ "$output" = "200 connections, 0 wrong" ]
	[ "$(reported 'length')" = 400 ]
}

@test "accept and connect that block: signals interrupt them, timeouts hold, nothing is lost" {
	run --separate-stderr -0 running -r 'accept and tcp: SO_PRIORITY=5' -- "$HELPERS/lives" accept-blocks "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "EINTR 5" ]
	run --separate-stderr -0 running -r 'accept and tcp: SO_PRIORITY=5' -- "$HELPERS/lives" accept-times-out "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = EAGAIN ]
	run --separate-stderr -0 running -r 'connect and tcp and peer=127.0.0.1: SO_PRIORITY=5' -- "$HELPERS/lives" connect-blocks "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "EINTR 5" ]
}

@test "an address that another thread changes meanwhile: the option goes with where the connection went" {
	local first second

	first=$(free_port) second=$(free_port)
	run --separate-stderr -0 running -r "connect and tcp and peer=127.0.0.1:$first: SO_PRIORITY=5" -- \
		"$HELPERS/lives" changing-address "$SOL_SOCKET" "$SO_PRIORITY" 5 "$first" "$second"
	[ "$output" = "0 wrong" ]
}

@test "exit status, and that of a signal" {
	run -7 running TCP_NODELAY=on -- sh -c 'exit 7'
	run -137 running TCP_NODELAY=on -- sh -c 'kill -KILL $$'
}

@test "it is this process that becomes the program: pid, parent, children, session" {
	start "$SOCKOPT" run --engine "$ENGINE" --report "$REPORT" TCP_NODELAY=on -- sleep 30
	eventually grep -q sleep "/proc/$LAST/comm"
	[ "$(ps -o ppid= -p "$LAST" | tr -d ' ')" = "$BASHPID" ] || [ "$(ps -o ppid= -p "$LAST" | tr -d ' ')" = "$$" ]
	[ -z "$(ps -o pid= --ppid "$LAST")" ]
	[ "$(ps -o sid= -p "$LAST")" = "$(ps -o sid= -p "$$")" ]
	kill -TERM "$LAST"
	local status=0
	wait "$LAST" || status=$?
	[ "$status" = 143 ]
}

@test "working directory, environment, standard input and descriptors are the program's" {
	cd "$FOLDER"
	export MARKER=kept
	look() {
		sh -c 'pwd; cat; echo $MARKER; cd /proc/$$/fd; echo *' <<<hello
	}
	run --separate-stderr -0 look
	plain=$output
	look() {
		running TCP_NODELAY=on -- sh -c 'pwd; cat; echo $MARKER; cd /proc/$$/fd; echo *' <<<hello
	}
	run --separate-stderr -0 look
	[ "$output" = "$plain" ]
	[ "${lines[0]}" = "$FOLDER" ]
	[ "${lines[2]}" = kept ]
}

@test "signals that were ignored or blocked are so for the program, and none is pending" {
	local masks='for line in open("/proc/self/status"):
    if line.startswith(("SigBlk", "SigIgn", "SigPnd", "ShdPnd")): print(line.split()[1])'

	run -0 bash -c 'trap "" USR1 TERM; python3 -c "$0"' "$masks"
	local plain=$output
	run -0 bash -c 'trap "" USR1 TERM; exec "$@"' - "$SOCKOPT" run --engine "$ENGINE" TCP_NODELAY=on -- python3 -c "$masks"
	[ "$output" = "$plain" ]
}

@test "-v: the engine, each assignment with its rule, and what never matched" {
	# through a pipe, which is open until the last word was said
	all() {
		running -v -r 'connect: TCP_NODELAY=on' -r 'port=9: TCP_SYNCNT=3' -- \
			"$HELPERS/lives" stream "$IPPROTO_TCP" "$TCP_NODELAY" 2>&1 | cat
	}
	run -0 all
	[[ "$output" == *"0 1 0"* ]]
	[[ "$output" == *"sockopt: engine $ENGINE"* ]]
	[[ "$output" == *"TCP_NODELAY=on at connect: was off, is on, kept (-r)"* ]]
	[[ "$output" == *"never matched: port=9: TCP_SYNCNT=3 (-r)"* ]]
	[[ "$output" != *"never matched: connect"* ]]
}
