#!/usr/bin/env bats
# sockopt trace: every call on the options of sockets, as the program made it

load common

CALLS() {
	"$HELPERS/calls" "$@"
}

needs_bpf() {
	[ "$(id -u)" = 0 ] || skip "needs CAP_BPF and CAP_PERFMON"
	"$SOCKOPT" trace --engine bpf -- true 2>"$FOLDER/why" || skip "$(cat "$FOLDER/why")"
}

# each_engine FUNCTION: with every engine that can be had here; the name is its argument
each_engine() {
	if "$SOCKOPT" trace --engine bpf -- true 2>/dev/null; then
		"$1" bpf
	fi
	"$1" ptrace
}

# traced ENGINE ARGUMENTS... -- PROGRAM...: the JSON lines of the trace are in $FOLDER/trace
traced() {
	local engine=$1

	shift
	"$SOCKOPT" trace --engine "$engine" --json -o "$FOLDER/trace" "$@" >"$FOLDER/stdout"
}

# The lines as strace writes them for options that hold an int: call, fd, level:number, value, result
as_strace() {
	jq -r 'select(.call == "set" or .call == "get") | "\(.call) \(.fd) \(.level):\(.number) \(.bytes // "-") \(.error // "0")"' "$1"
}

# What strace tells of the same program, in the same form: it prints the bytes as they are (-xx)
strace_lines() {
	strace -f -e trace=setsockopt,getsockopt -e raw=setsockopt,getsockopt -o "$FOLDER/strace" "$@" >/dev/null
	python3 - "$FOLDER/strace" <<-'END'
		import re, sys
		for line in open(sys.argv[1], encoding="utf-8"):
		    m = re.search(r"([sg]et)sockopt\((\w+), (\w+), (\w+), \w+, (\w+)\) += (?:0|-1 (\w+))", line)
		    if m:
		        number = lambda text: int(text, 16)
		        fd = number(m[2])
		        print(m[1], fd if fd < 1 << 31 else fd - (1 << 32), f"{number(m[3])}:{number(m[4])}", m[6] or 0)
	END
}

same_as_strace() {
	traced "$1" -- "$HELPERS/calls" fixed </dev/null
	as_strace "$FOLDER/trace" | awk '{ print $1, $2, $3, $5 }' >"$FOLDER/ours"
	strace_lines "$HELPERS/calls" fixed </dev/null >"$FOLDER/theirs"
	[ "$(wc -l <"$FOLDER/theirs")" = 22 ]
	diff "$FOLDER/ours" "$FOLDER/theirs"
}

@test "the same calls, in the same order, with the same results as strace sees" {
	needs strace
	each_engine same_as_strace
}

exact_values() {
	traced "$1" -- "$HELPERS/calls" fixed </dev/null
	jq -r 'select(.fd == 3) | "\(.call) \(.option) \(.bytes // "-") \(.text // "-") \(.error // "0")"' "$FOLDER/trace" >"$FOLDER/lines"
	diff "$FOLDER/lines" - <<-END
		set SO_KEEPALIVE 0x01000000 on 0
		set SO_RCVBUF 0x00000100 64 KiB 0
		get SO_RCVBUF 0x00000200 128 KiB 0
		set TCP_NODELAY 0x01000000 on 0
		set TCP_KEEPIDLE 0x14000000 20s 0
		set TCP_KEEPIDLE 0x00000000 0 EINVAL
		set 1:9999 0x01000000 0x01000000 ENOPROTOOPT
		set 4242:1 0x01000000 0x01000000 ENOPROTOOPT
		set SO_LINGER 0x0100000005000000 on:5s 0
		set SO_RCVTIMEO 0x020000000000000020a1070000000000 2500ms 0
		set TCP_CONGESTION 0x72656e6f reno 0
		set TCP_CONGESTION 0x6e6f73756368 nosuch ENOENT
		get TCP_CONGESTION 0x72656e6f000000000000000000000000 reno 0
		set SO_KEEPALIVE - - EFAULT
		set SO_ATTACH_FILTER 0x06000000ffff0000 1 instruction 0
		set SO_MARK 0x01000000 0x1 $([ "$(id -u)" = 0 ] && echo 0 || echo EPERM)
	END
	# a cookie that the kernel has given to nobody is left out
	[ "$(jq -r '.socket.cookie // empty' "$FOLDER/trace" | grep -cx 0)" = 0 ]
	jq -es 'map(.socket | select(. != null) | .inode > 0) | all' "$FOLDER/trace" >/dev/null
}

@test "every value to the byte: ints, structs, strings, a program behind a pointer, a bad address" {
	each_engine exact_values
}

kept_values() {
	traced "$1" -- "$HELPERS/calls" readback
	# what the trace says the kernel kept, beside what the program itself read right after
	python3 - "$FOLDER/trace" <<-'END'
		import json, sys
		before, compared, wrong = None, 0, []
		for line in open(sys.argv[1], encoding="utf-8"):
		    now = json.loads(line)
		    pair = before and before["call"] == "set" and now["call"] == "get" and before["error"] is now["error"] is None
		    if pair and (before["fd"], before["option"]) == (now["fd"], now["option"]) and "kept" in before:
		        # a program that reads less than there is has read less
		        if isinstance(now["value"], type(before["kept"])) and not (isinstance(now["value"], dict) and len(now["value"]) < len(before["kept"])):
		            compared += 1
		            if before["kept"] != now["value"]:
		                wrong.append(f'{now["option"]}: kept {before["kept"]}, read {now["value"]}')
		    before = now
		print(compared, *wrong, sep="\n")
		sys.exit(bool(wrong) or compared < 300)
	END
}

of_32_bits() {
	local lives=$HELPERS/lives32

	traced "$1" --life -- "$lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$(jq -r '"\(.call) \(.bits)"' "$FOLDER/trace" | paste -sd,)" = \
		"socket 32,socket 32,bind 32,listen 32,connect 32,accept 32,get 32,get 32,get 32" ]
	[ "$(jq -r 'select(.call == "connect") | .address == .socket.peer.address + ":" + (.socket.peer.port | tostring)' "$FOLDER/trace")" = true ]
	traced "$1" -- "$lives" timeout 3
	[ "$(jq -r '"\(.option) \(.text) \(.length) \(.kept_text) \(.result) \(.error)"' "$FOLDER/trace")" = "SO_RCVTIMEO 3s 8 3s kept null" ]
	traced "$1" -- "$lives" words "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$(jq -r '"\(.option) \(.value) \(.bits) \(.error)"' "$FOLDER/trace")" = "SO_PRIORITY 5 32 null" ]
	traced "$1" --life -- "$lives" called "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$(jq -r .call "$FOLDER/trace" | paste -sd,)" = "socket,get" ]
	"$SOCKOPT" trace --engine "$1" -o "$FOLDER/trace" -- "$lives" asks "$SOL_SOCKET" "$SO_PRIORITY" 4 >/dev/null
	grep -q 'set SO_PRIORITY=4 (32-bit)  \[tcp unbound\]$' "$FOLDER/trace"
}

@test "a static program of 32 bits, and socketcall(2)" {
	[ -x "$HELPERS/lives32" ] || skip "this compiler makes no programs of 32 bits"
	"$HELPERS/lives32" asks 1 12 0 >/dev/null || skip "this kernel runs no programs of 32 bits"
	SOL_SOCKET=1 SO_PRIORITY=12
	each_engine of_32_bits
}

@test "what the kernel kept is what the program reads, for every option that takes a number" {
	each_engine kept_values
}

@test "text: who, what, what became of it, why not, and the socket" {
	needs_root "for a user without capabilities"
	run --separate-stderr -0 "${NOBODY[@]}" "$SOCKOPT" trace -- "$HELPERS/calls" fixed </dev/null
	[ -z "$output" ]
	[[ "${stderr_lines[1]}" =~ ^[0-9:]{8}\.[0-9]{6}\ calls\ [0-9]+:3\ +set\ SO_RCVBUF=64\ KiB\ →\ 128\ KiB\ \(doubled\)\ \ \[tcp\ unbound\]$ ]]
	[[ "${stderr_lines[21]}" == *"set SO_MARK=0x1  EPERM: needs CAP_NET_RAW or CAP_NET_ADMIN over the socket's network namespace; the thread has no capability  [tcp unbound]" ]]
	[[ "${stderr_lines[8]}" == *":-1 "*"set SO_KEEPALIVE=on  EBADF: the descriptor is not open" ]]
}

life_of_a_connection() {
	traced "$1" --life -- "$HELPERS/calls" life
	local port
	port=$(cat "$FOLDER/stdout")
	[ "$(jq -r .call "$FOLDER/trace" | paste -sd' ')" = "socket socket bind listen connect accept set shutdown close close close socketpair" ]
	jq -es --argjson port "$port" '
		.[2].address == "127.0.0.1:0" and .[2].socket.local.port == $port and .[3].backlog == 7 and
		.[3].socket.state == "listening" and .[4].socket.state == "established" and .[4].socket.peer.port == $port and
		.[5].fd == 3 and .[5].new_fd == 5 and .[5].socket.local.port == $port and .[6].socket.inode == .[5].socket.inode and
		.[8].fd == 5 and .[8].socket.inode == .[5].socket.inode and .[11].socket.type == "dgram"' "$FOLDER/trace"
}

@test "--life: the calls between socket and close, with the addresses as they come" {
	each_engine life_of_a_connection
}

threads_and_children() {
	traced "$1" -- "$HELPERS/calls" threads 4 500
	[ "$(jq -r .tid "$FOLDER/trace" | sort | uniq -c | awk '{ print $1 }' | paste -sd' ')" = "500 500 500 500" ]
	[ "$(jq -r .pid "$FOLDER/trace" | sort -u | wc -l)" = 1 ]
	traced "$1" -- "$HELPERS/calls" children 4 100
	[ "$(jq -r .pid "$FOLDER/trace" | sort | uniq -c | awk '{ print $1 }' | paste -sd' ')" = "100 100 100 100" ]
}

@test "every thread, and every process that the program starts" {
	each_engine threads_and_children
}

exit_statuses() {
	local status

	run -7 "$SOCKOPT" trace --engine "$1" -- sh -c 'exit 7'
	run -127 "$SOCKOPT" trace --engine "$1" -- /nonexistent/program
	[ "$output" = "sockopt: cannot run '/nonexistent/program': No such file or directory" ]
	run -126 sh -c '"$1" trace --engine "$2" -- sh -c "kill -TERM \$\$"; [ $? = 143 ] && exit 126' sh "$SOCKOPT" "$1"
	status=$(printf 'in\n' | "$SOCKOPT" trace --engine "$1" -o /dev/null -- cat)
	[ "$status" = in ]
}

@test "the program's exit status, signal, stdin and stdout are its own" {
	each_engine exit_statuses
}

passes_signals() {
	rm -f "$FOLDER/ready" # of the engine before
	"$SOCKOPT" trace --engine "$1" -- sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done' >"$FOLDER/ready" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	eventually grep -q ready "$FOLDER/ready"
	kill -TERM "$LAST"
	wait "$LAST" || [ $? = 5 ]
}

@test "SIGTERM is passed on to the program, which decides" {
	each_engine passes_signals
}

stops_and_continues() {
	local pid

	rm -f "$FOLDER/pid" # of the engine before
	"$SOCKOPT" trace --engine "$1" -o "$FOLDER/trace" --json -- sh -c 'echo $$; exec "$1" then loop 3' sh "$HELPERS/calls" \
		<"$FOLDER/in" >"$FOLDER/pid" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	exec {in}>"$FOLDER/in"
	eventually test -s "$FOLDER/pid"
	pid=$(head -1 "$FOLDER/pid")
	kill -STOP "$pid"
	eventually grep -q '^State:.[tT]' "/proc/$pid/status"
	kill -CONT "$pid"
	echo >&"$in"
	exec {in}>&-
	wait "$LAST"
	[ "$(wc -l <"$FOLDER/trace")" = 3 ]
}

@test "a program that is stopped and continued goes on, traced" {
	mkfifo "$FOLDER/in"
	each_engine stops_and_continues
}

same_from_a_capture() {
	local read="$SOCKOPT trace --read $FOLDER/capture"

	"$SOCKOPT" trace --engine "$1" --life -k --save "$FOLDER/capture" --json -o "$FOLDER/live" -- "$HELPERS/calls" fixed </dev/null
	$read --life -k --json | cmp - "$FOLDER/live"
	"$SOCKOPT" trace --engine "$1" --life --save "$FOLDER/capture" -o "$FOLDER/live" -- "$HELPERS/calls" life >/dev/null
	$read --life | cmp - "$FOLDER/live"
	"$SOCKOPT" trace --engine "$1" --save "$FOLDER/capture" -s -o "$FOLDER/live" -- "$HELPERS/calls" fixed </dev/null
	$read -s | cmp - "$FOLDER/live"
	[ "$($read --failed --json | jq -r .error | sort -u | paste -sd' ')" = "EBADF EFAULT EINVAL ENOENT ENOPROTOOPT ENOTSOCK EOPNOTSUPP" ] ||
		[ "$(id -u)" != 0 ]
	[ "$($read -e TCP_KEEPIDLE --json | wc -l)" = 2 ]
	[ "$($read udp --json | wc -l)" = 2 ]
}

@test "a capture shows what the live trace showed, byte for byte, in text, JSON and summary" {
	each_engine same_from_a_capture
}

@test "--save alone prints nothing" {
	run --separate-stderr -0 "$SOCKOPT" trace --save "$FOLDER/capture" -- "$HELPERS/calls" fixed </dev/null
	[ -z "$output$stderr" ]
	[ -s "$FOLDER/capture" ]
}

@test "a capture that is cut, damaged or none is named, and what is whole is shown" {
	"$SOCKOPT" trace --save "$FOLDER/capture" -- "$HELPERS/calls" fixed </dev/null
	head -c -100 "$FOLDER/capture" >"$FOLDER/cut"
	run --separate-stderr -3 "$SOCKOPT" trace --read "$FOLDER/cut"
	[ "${#lines[@]}" = 21 ]
	[ "$stderr" = "warning: '$FOLDER/cut' has no end: the trace was cut short" ]
	{ head -c 48 "$FOLDER/capture"; printf '\377\377\377\177'; tail -c +53 "$FOLDER/capture"; } >"$FOLDER/damaged"
	run --separate-stderr -3 "$SOCKOPT" trace --read "$FOLDER/damaged"
	[ "$stderr" = "sockopt: '$FOLDER/damaged' is damaged at byte 48" ]
	run --separate-stderr -3 "$SOCKOPT" trace --read "$HELPERS/calls"
	[ "$stderr" = "sockopt: '$HELPERS/calls' is not a trace that this sockopt can read" ]
}

only_these() {
	traced "$1" -e nodelay,SO_RCVBUF -- "$HELPERS/calls" fixed </dev/null
	[ "$(jq -r .option "$FOLDER/trace" | paste -sd' ')" = "SO_RCVBUF SO_RCVBUF TCP_NODELAY TCP_NODELAY" ]
	traced "$1" --failed -e TCP_KEEPIDLE -- "$HELPERS/calls" fixed </dev/null
	[ "$(jq -r '.option + .error' "$FOLDER/trace")" = "TCP_KEEPIDLEEINVAL" ]
}

@test "-e and --failed: these options, these outcomes" {
	each_engine only_these
}

@test "--summary: calls, failures and values of each option" {
	run --separate-stderr -0 "$SOCKOPT" trace -s -- "$HELPERS/calls" threads 2 300
	[ "${stderr_lines[1]}" = "set  SO_PRIORITY   600 -        1 ×600" ]
	run --separate-stderr -0 "$SOCKOPT" trace -s --json -o - -- "$HELPERS/calls" fixed </dev/null
	jq -es 'map(select(.option == "TCP_KEEPIDLE")) == [{"call": "set", "option": "TCP_KEEPIDLE", "calls": 2, "failures": 1,
		"errors": {"EINVAL": 1}, "values": [{"text": "0", "calls": 1}, {"text": "20s", "calls": 1}], "other_values": 0}]' <<<"$output"
}

@test "-k: the C library's function and its caller, by name" {
	traced auto -k -- "$HELPERS/calls" loop 1
	jq -e '.stack[0].name | test("^(__)?setsockopt\\+0x[0-9a-f]+ \\(.*libc.*\\)$")' "$FOLDER/trace"
	jq -e '.stack[1].name | test("/calls")' "$FOLDER/trace"
}

@test "-k: down to the beginning of a program without frame pointers" {
	[ -n "${SOCKOPT_DWARF:-}" ] || skip "built without libdw's header"
	traced ptrace -k -- sh -c 'exec "$1" loop 1' sh "$HELPERS/calls"
	jq -e '.stack[-1].name | test("^_start\\+0x[0-9a-f]+ \\(.*/calls\\)$")' "$FOLDER/trace"
	jq -e '.stack | length >= 4' "$FOLDER/trace"
}

@test "-k of a running process" {
	needs_bpf
	program a
	ask a pair
	tracing -k -p "${PID[a]}"
	told a set "${WORDS[0]}" "$SOL_SOCKET" "$SO_KEEPALIVE" 1 -- 0
	eventually test -s "$FOLDER/trace"
	kill -INT "$TRACE"
	wait "$TRACE"
	jq -e '.stack[0].name | test("^(__)?setsockopt\\+0x[0-9a-f]+ \\(.*libc.*\\)$")' "$FOLDER/trace"
	jq -e '.stack[1].name | test("/sockets")' "$FOLDER/trace"
}

@test "io_uring: options that are set and read without a system call of their own" {
	needs_bpf
	run "$HELPERS/calls" uring
	[ "$output" = 7 ] || skip "this kernel has no such commands ($output)"
	run --separate-stderr "$SOCKOPT" trace -v --engine bpf -- "$HELPERS/calls" uring
	[[ "$stderr" != *"are not seen"* ]] || skip "this kernel does not tell of them in the form that sockopt knows"
	traced bpf -- "$HELPERS/calls" uring
	[ "$(jq -r '"\(.call) \(.option) \(.value) \(.io_uring)"' "$FOLDER/trace" | paste -sd,)" = "set SO_RCVLOWAT 7 true,get SO_RCVLOWAT 7 true" ]
	# Since it is no system call, engine ptrace has none to see
	traced ptrace -- "$HELPERS/calls" uring
	[ ! -s "$FOLDER/trace" ]
}

@test "io_uring: --life shows none of its operations, as the manual says" {
	needs_bpf
	# SO_KEEPALIVE of a socket by IORING_OP_SOCKET and IORING_OP_CONNECT, read by getsockopt(2)
	with_ring 1 9
	for engine in bpf ptrace; do
		traced "$engine" --life -- "$HELPERS/ring" 1 9 "$RING_PORT"
		[ "$(jq -r '"\(.call) \(.option)"' "$FOLDER/trace" | paste -sd,)" = "get SO_KEEPALIVE" ]
	done
}

# waiting NAME COMMAND...: a helper that makes its calls when told to; its pid in PID[NAME]
waiting() {
	local name=$1 in

	shift
	mkfifo "$FOLDER/$name.go"
	exec {in}<>"$FOLDER/$name.go"
	"$HELPERS/calls" then "$@" <"$FOLDER/$name.go" >"$FOLDER/$name.out" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	PID[$name]=$LAST IN[$name]=$in
}

go() {
	echo >&"${IN[$1]}"
}

# tracing ARGUMENTS...: in the background, until it says that it is under way
tracing() {
	"$SOCKOPT" trace -v --engine bpf --json "$@" >"$FOLDER/trace" 2>"$FOLDER/said" 3>&- &
	TRACE=$!
	STARTED+=("$TRACE")
	eventually grep -q "engine bpf" "$FOLDER/said"
}

@test "-p: these processes and what they start, and no other one" {
	needs_bpf
	waiting a children 2 10
	waiting b loop 10
	waiting c loop 20
	tracing -p "${PID[a]},${PID[b]}"
	go c
	wait "${PID[c]}"
	go a
	go b
	wait "$TRACE"
	[ "$(jq -r .pid "$FOLDER/trace" | sort | uniq -c | awk '{ print $1 }' | paste -sd' ')" = "10 10 10" ]
	[ "$(jq -r 'select(.pid == '"${PID[b]}"') | .option' "$FOLDER/trace" | sort -u)" = TCP_NODELAY ]
	run -1 grep -c "\"pid\":${PID[c]}," "$FOLDER/trace"
}

@test "a selector: the calls on the sockets that it picks, and on those like them that come later" {
	needs_bpf
	program a
	ask a pair
	local fd=${WORDS[0]} peer=${WORDS[1]} port=${WORDS[2]}
	program b
	ask b pair
	local other=${WORDS[0]}
	tracing "local-port=$port"
	told a set "$fd" "$SOL_SOCKET" "$SO_KEEPALIVE" 1 -- 0
	told a set "$peer" "$SOL_SOCKET" "$SO_KEEPALIVE" 1 -- 0
	told b set "$other" "$SOL_SOCKET" "$SO_KEEPALIVE" 1 -- 0
	told a set "$fd" "$SOL_SOCKET" "$SO_PRIORITY" 4 -- 0
	eventually grep -q SO_PRIORITY "$FOLDER/trace"
	kill -INT "$TRACE"
	wait "$TRACE"
	[ "$(jq -r '"\(.pid) \(.fd) \(.option)"' "$FOLDER/trace" | paste -sd,)" = "${PID[a]} $fd SO_KEEPALIVE,${PID[a]} $fd SO_PRIORITY" ]
}

@test "all: every process but ourselves" {
	needs_bpf
	waiting a loop 5
	tracing
	go a
	wait "${PID[a]}"
	all_five() { [ "$(grep -c "\"pid\":${PID[a]}," "$FOLDER/trace")" = 5 ]; }
	eventually all_five
	kill -INT "$TRACE"
	wait "$TRACE"
	run -1 grep -c "\"pid\":$TRACE," "$FOLDER/trace"
	grep -q "every process of this machine but this one" "$FOLDER/said"
}

@test "in a pid namespace: its own numbers, and not its neighbour's process with the same one" {
	needs_bpf
	local in out

	mkfifo "$FOLDER/one" "$FOLDER/two"
	exec {in}<>"$FOLDER/one" {out}<>"$FOLDER/two"
	# process 2 in each
	start unshare --pid --fork --mount-proc sh -c '"$1" then loop 5 <"$2"; exit 0' sh "$HELPERS/calls" "$FOLDER/one"
	unshare --pid --fork --mount-proc sh -c '
		"$1" then loop 7 <"$2" &
		[ $! = 2 ] || exit 1
		exec "$3" trace -v --engine bpf --json -p 2 >"$4" 2>"$5"' sh "$HELPERS/calls" "$FOLDER/two" "$SOCKOPT" "$FOLDER/trace" "$FOLDER/said" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	eventually grep -q "engine bpf" "$FOLDER/said"
	echo >&"$in"
	eventually sh -c '! kill -0 "$1" 2>/dev/null' sh "${STARTED[0]}" || true
	echo >&"$out"
	wait "$LAST"
	[ "$(jq -r .pid "$FOLDER/trace" | sort | uniq -c | awk '{ print $1, $2 }')" = "7 2" ]
}

@test "what a program leaves running is traced until it ends" {
	leaves_one() {
		traced "$1" -- sh -c '(sleep 0.3; exec "$1" loop 4) & exit 6' sh "$HELPERS/calls" || [ $? = 6 ]
		[ "$(wc -l <"$FOLDER/trace")" = 4 ]
	}
	each_engine leaves_one
}

@test "lost calls are counted exactly, and named" {
	needs_bpf
	local n=400000
	waiting a loop "$n"
	tracing -p "${PID[a]}" --save "$FOLDER/capture" -s
	kill -STOP "$TRACE"
	go a
	wait "${PID[a]}"
	kill -CONT "$TRACE"
	wait "$TRACE" || [ $? = 3 ]
	local seen lost
	seen=$(jq -r 'select(.option) | .calls' "$FOLDER/trace")
	lost=$(jq -r 'select(.lost) | .lost' "$FOLDER/trace")
	echo "seen $seen, lost $lost"
	[ "$lost" -gt 0 ]
	[ $((seen + lost)) = "$n" ]
	grep -qx "warning: $lost calls were lost" "$FOLDER/said"
	run --separate-stderr -3 "$SOCKOPT" trace --read "$FOLDER/capture" -s --json
	diff <(echo "$output") "$FOLDER/trace"
}

@test "every server's options: nginx, redis, caddy, curl, python as strace sees them" {
	needs strace
	needs_bpf
	local port server

	port=$(free_port)
	cat >"$FOLDER/nginx.conf" <<-END
		$([ "$(id -u)" = 0 ] && echo "user root;")
		worker_processes 2; daemon off; pid $FOLDER/nginx.pid; error_log $FOLDER/error.log;
		events { worker_connections 64; }
		http { access_log off; server { listen 127.0.0.1:$port so_keepalive=30s:10s:3 rcvbuf=64k; location / { return 200 ok; } } }
	END
	declare -A command=(
		[nginx]="nginx -c $FOLDER/nginx.conf -p $FOLDER"
		[redis-server]="redis-server --port $port --save '' --dir $FOLDER"
		[caddy]="caddy respond --listen 127.0.0.1:$port ok"
		[python3]="python3 -m http.server --bind 127.0.0.1 $port"
	)
	for server in "${!command[@]}"; do
		command -v "$server" >/dev/null || continue
		serve_under() { # PREFIX...: the server, until it has answered curl
			"$@" ${command[$server]} >/dev/null 2>&1 3>&- &
			LAST=$!
			STARTED+=("$LAST")
			eventually python3 -c "import socket; socket.create_connection(('127.0.0.1', $port)).close()"
			# strace ends without its program when it is asked to end
			kill -TERM "$(ps -o pid= --ppid "$LAST" | tr -d ' ')"
			wait "$LAST" || true
		}
		serve_under "$SOCKOPT" trace --engine bpf --json -o "$FOLDER/trace" --
		serve_under strace -f -qq -e trace=setsockopt,getsockopt -e raw=setsockopt,getsockopt -o "$FOLDER/strace"
		# the order of threads is their own; fds may differ: which options, how often, with which outcome
		jq -r '"\(.call) \(.level):\(.number) \(.error // 0)"' "$FOLDER/trace" | sort -u >"$FOLDER/ours"
		python3 -c '
import re, sys
for line in open(sys.argv[1]):
    m = re.search(r"([sg]et)sockopt\(\w+, (\w+), (\w+), .*= (?:0|-1 (\w+))", line)
    if m: print(m[1], f"{int(m[2], 16)}:{int(m[3], 16)}", m[4] or 0)' "$FOLDER/strace" | sort -u >"$FOLDER/theirs"
		echo "$server"
		[ -s "$FOLDER/ours" ]
		diff "$FOLDER/ours" "$FOLDER/theirs"
	done
}

@test "wrong use ends with 2 and starts nothing" {
	run --separate-stderr -2 "$SOCKOPT" trace --
	[ "$stderr" = "sockopt: there is no program after --" ]
	run --separate-stderr -2 "$SOCKOPT" trace -p 1 -- touch "$FOLDER/made"
	[ ! -e "$FOLDER/made" ]
	run --separate-stderr -2 "$SOCKOPT" trace tcp -- touch "$FOLDER/made"
	[ ! -e "$FOLDER/made" ]
	run --separate-stderr -2 "$SOCKOPT" trace -p x
	[ "$stderr" = "sockopt: 'x' is not the number of a process" ]
	run --separate-stderr -2 "$SOCKOPT" trace -e nosuchoption -- touch "$FOLDER/made"
	[ ! -e "$FOLDER/made" ]
	run --separate-stderr -2 "$SOCKOPT" trace --engine nosuch -- true
	run --separate-stderr -1 "$SOCKOPT" trace -p 4194304
	run --separate-stderr -2 "$SOCKOPT" trace 'nosuch=1'
}

@test "without the capabilities: its own programs, and a word on what others need" {
	needs_root "for a user without capabilities"
	run --separate-stderr -4 "${NOBODY[@]}" "$SOCKOPT" trace -p $$
	[ "${stderr_lines[0]}" = "sockopt: cannot trace: it needs CAP_BPF and CAP_PERFMON" ]
	[ "${stderr_lines[1]}" = "hint: a program that it starts itself (trace -- PROGRAM) sockopt can trace without them" ]
	run --separate-stderr -0 "${NOBODY[@]}" "$SOCKOPT" trace -v -- "$HELPERS/calls" loop 1
	[ "${stderr_lines[0]}" = "sockopt: engine ptrace; bpf cannot be used: it needs CAP_BPF and CAP_PERFMON" ]
}

@test "failure: a kernel whose BPF maps cannot be mapped is told of, not read" {
	local nth

	needs_bpf
	needs strace
	strace -f -qq -o "$FOLDER/calls" -e trace=bpf "$SOCKOPT" trace --engine bpf -- true
	nth=$(grep -n 'map_name="libbpf_mmap"' "$FOLDER/calls" | head -n 1 | cut -d : -f 1)
	[ -n "$nth" ] || skip "this libbpf does not ask whether maps can be mapped"
	run --separate-stderr -3 strace -f -qq -o /dev/null -e trace=bpf -e "inject=bpf:error=EINVAL:when=$nth" \
		"$SOCKOPT" trace --engine bpf -- true
	[[ "$stderr" == "sockopt: cannot trace: this kernel does not take its programs"* ]]
}

@test "failure: lines that could not be written to the standard error are told of" {
	needs_bpf
	needs strace
	: >"$FOLDER/stderr"
	strace -f -qq -o /dev/null -P "$FOLDER/stderr" -e trace=write -e inject=write:error=ENOSPC:when=1 \
		"$SOCKOPT" trace --engine bpf -- "$HELPERS/calls" loop 1 2>"$FOLDER/stderr" >/dev/null
	grep -q "^sockopt: cannot write the result: " "$FOLDER/stderr"
}

@test "what a program calls itself does not reach the terminal" {
	run --separate-stderr -0 "$SOCKOPT" trace -- python3 -c '
import ctypes, socket
ctypes.CDLL(None).prctl(15, b"a\x1b[31m\nb", 0, 0, 0)
s = socket.socket()
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"\x1b[2J") if False else s.setsockopt(6, 1, 1)
try:
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"\x1b[2J")
except OSError:
    pass'
	is_harmless <<<"$stderr"
	[[ "$stderr" == *"a\\x1b[31m\\x0ab "* ]]
}

@test "keys are not shown, nor journaled" {
	run -0 "$SOCKOPT" trace --json -- python3 -c '
import socket
s = socket.socket()
s.setsockopt(socket.IPPROTO_TCP, 14, bytes([2, 0, 0, 0, 192, 0, 2, 1]).ljust(128, b"\0") + bytes([0, 0, 6, 0, 0, 0, 0, 0]) + b"secret".ljust(80, b"\0"))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)'
	[[ "$output" == *'"option":"TCP_MD5SIG"'*'***'* ]]
	[[ "$output" != *736563726574* && "$output" != *secret* ]]
	[[ "$output" == *'"bytes":null'*'"bytes":"0x01000000"'* ]]
	program a
	ask a open tcp 1
	run -0 "$SOCKOPT" set "tcp and pid=${PID[a]}" tcp_fastopen_key=0x736563726574736563726574736563ff TCP_NODELAY=on --force
	[[ "$output" != *736563726574* ]]
	[[ "$(<"$SOCKOPT_JOURNAL/1.jsonl")" == *"tcp_fastopen_key=*** TCP_NODELAY=on"* ]]
	[[ "$(<"$SOCKOPT_JOURNAL/1.jsonl")" != *736563726574* ]]
	run -0 "$SOCKOPT" show "pid=${PID[a]}" --all
	[[ "$output" != *736563726574* && "$output" == *TCP_FASTOPEN_KEY*'***'* ]]
}
