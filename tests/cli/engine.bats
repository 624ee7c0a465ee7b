#!/usr/bin/env bats
# The two engines: bpf tells and does what pidfd does, and what only it can

load common

BOTH=(bpf pidfd)
CAPABILITIES=+bpf,+perfmon

setup() {
	setup_common
	export FOLDER SOCKOPT
	needs_root "to load BPF programs, and to make network namespaces"
	"$SOCKOPT" show --engine bpf all --json >/dev/null 2>"$FOLDER/refused" ||
		skip "engine bpf: $(head -n 1 "$FOLDER/refused")"
}

# world NAME MODE: the helper with sockets of every sort, in a network namespace of its own; what it told is in TOLD
world() {
	local name=$1 in out

	mkfifo "$FOLDER/$name.in" "$FOLDER/$name.out"
	exec {in}<>"$FOLDER/$name.in" {out}<>"$FOLDER/$name.out"
	start unshare --net sh -c 'ip link set lo up && exec python3 "$0" "$1"' "$BATS_TEST_DIRNAME/helper/world.py" "$2" \
		<"$FOLDER/$name.in" >"$FOLDER/$name.out"
	PID[$name]=$LAST IN[$name]=$in OUT[$name]=$out
	read -r -t $((30 * PATIENCE)) TOLD <&"$out" || {
		echo "$name told nothing"
		return 1
	}
	NETNS=$(stat -Lc %i "/proc/$LAST/ns/net")
}

# everything: the program with every option set to its example; its pid is in PROGRAM
everything() {
	mkfifo "$FOLDER/in" "$FOLDER/out"
	exec {to}<>"$FOLDER/in" {from}<>"$FOLDER/out"
	start "$HELPERS/every-option" run <"$FOLDER/in" >"$FOLDER/out"
	PROGRAM=$LAST
	read -r -t $((20 * PATIENCE)) -u "$from" HEAD
	"$SOCKOPT" explain --json | jq -r 'select(.nature == "setting" and (.access | index("get"))) | .name' >"$FOLDER/settings"
}

engines() {
	python3 "$BATS_TEST_DIRNAME/helper/engines.py" "$@"
}

# shown ENGINE ARGUMENT...: its JSON, in a file that is named after the engine
shown() {
	"$SOCKOPT" show --engine "$1" --json "${@:2}" >"$FOLDER/$1"
}

# same ARGUMENT...: both engines show the same
same() {
	shown pidfd "$@"
	mv "$FOLDER/pidfd" "$FOLDER/before"
	shown bpf "$@"
	shown pidfd "$@"
	touch "$FOLDER/settings"
	run engines same "$FOLDER/before" "$FOLDER/bpf" "$FOLDER/pidfd" "$FOLDER/settings"
	echo "$output"
	[ "$status" = 0 ]
}

# with CAPABILITIES COMMAND...: as nobody, with these capabilities alone. Not to be called but in a shell of its own.
with() {
	exec setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set "-all,$1" --inh-caps "-all,$1" \
		--ambient-caps "-all,$1" env -u SOCKOPT_JOURNAL XDG_STATE_HOME="$FOLDER/state" "${@:2}"
}

# capability_bits FIELD PID: of all threads, as one number
capability_bits() {
	sed -n "s/^$1:\t/0x/p" /proc/"$2"/task/*/status | python3 -c 'import sys
bits = 0
for line in sys.stdin:
    bits |= int(line, 16)
print(bits)'
}

# is_loaded PIPE: a sockopt that writes to it wrote: it is behind all loading, and waits for a reader that never comes
is_loaded() {
	python3 -c 'import array, fcntl, os, sys, termios
n = array.array("i", [0])
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK), termios.FIONREAD, n)
sys.exit(n[0] == 0)' "$1"
}

# emptied FD: what is in the pipe is thrown away, when its writer is gone
emptied() {
	wait "$LAST" || true
	python3 -c 'import os, sys
os.set_blocking(int(sys.argv[1]), False)
try:
    while os.read(int(sys.argv[1]), 65536):
        pass
except BlockingIOError:
    pass' "$1"
}

# CAP_PERFMON and CAP_BPF
LOADING=$((1 << 38 | 1 << 39))

@test "every option of every kind of socket: both engines tell the same value, error and text" {
	everything
	[ "$(jq .sockets <<<"$HEAD")" -ge 20 ]
	[ "$(jq .set <<<"$HEAD")" -ge 100 ]
	same --all "$PROGRAM"
	[[ "$output" =~ ([0-9]+)\ values\ compared ]]
	[ "${BASH_REMATCH[1]}" -ge 1000 ]
}

@test "the comparison can fail: a changed value, a missing socket, another holder" {
	everything
	same --all "$PROGRAM"
	cp "$FOLDER/bpf" "$FOLDER/right"
	sed '1s/"SO_RCVBUF":{"value":[0-9]*/"SO_RCVBUF":{"value":1/' "$FOLDER/right" >"$FOLDER/bpf"
	run -1 engines same "$FOLDER/before" "$FOLDER/bpf" "$FOLDER/pidfd" "$FOLDER/settings"
	[[ "$output" == *"SO_RCVBUF: is "* ]]
	sed 1d "$FOLDER/right" >"$FOLDER/bpf"
	run -1 engines same "$FOLDER/before" "$FOLDER/bpf" "$FOLDER/pidfd" "$FOLDER/settings"
	[[ "$output" == *"only one of them tells of it"* ]]
	sed '1s/"fd":/"fd":9/' "$FOLDER/right" >"$FOLDER/bpf"
	run -1 engines same "$FOLDER/before" "$FOLDER/bpf" "$FOLDER/pidfd" "$FOLDER/settings"
	[[ "$output" == *"holders: "* ]]
}

@test "what differs from the default is shown the same, byte for byte; so are options that are named" {
	local names

	everything
	for engine in "${BOTH[@]}"; do
		"$SOCKOPT" show --engine "$engine" "$PROGRAM" >"$FOLDER/text.$engine"
		names=$(paste -sd , "$FOLDER/settings")
		"$SOCKOPT" show --engine "$engine" "$PROGRAM" -o "$names" --json >"$FOLDER/json.$engine"
		"$SOCKOPT" show --engine "$engine" "$PROGRAM" -o SO_RCVBUF,TCP_CONGESTION,IP_TOS,SO_LINGER >"$FOLDER/table.$engine"
	done
	[ "$(grep -c "^    " "$FOLDER/text.bpf")" -ge 100 ]
	cmp "$FOLDER/text.bpf" "$FOLDER/text.pidfd"
	cmp "$FOLDER/json.bpf" "$FOLDER/json.pidfd"
	cmp "$FOLDER/table.bpf" "$FOLDER/table.pidfd"
}

@test "300 random selectors, over two processes in two network namespaces: both engines pick the same sockets" {
	local seed=${SEED:-$((RANDOM * 32768 + RANDOM))}

	world a zoo
	world b zoo
	"$SOCKOPT" show --engine pidfd --all --json "pid=${PID[a]},${PID[b]}" >"$FOLDER/sockets"
	[ "$(wc -l <"$FOLDER/sockets")" -ge 90 ]
	run engines picks "$seed" "${SELECTORS:-300}" "$FOLDER/sockets"
	echo "$output"
	[ "$status" = 0 ]
}

@test "a cookie that was never asked for is found by a range of cookies, and is none that is 0" {
	world a zoo
	[ "$("$SOCKOPT" show --engine bpf --json "pid=${PID[a]} and cookie=1-99999999999" | wc -l)" -ge 45 ]
	world b zoo
	[ "$("$SOCKOPT" show --engine bpf --json "pid=${PID[b]} and cookie!=0" | wc -l)" -ge 45 ]
	world c zoo
	run -1 "$SOCKOPT" show --engine bpf --json "pid=${PID[c]} and cookie=0"
}

@test "sockets that no process holds: the same in both, in every state" {
	world w unheld
	same "netns=$NETNS"
	jq -se --argjson told "$TOLD" '
		def one(f): map(select(f)) | length == 1 and .[0].holders == [];
		one(.state == "time-wait" and .local.port == $told.time_wait) and
		one(.state == "fin-wait-1" and .cookie == $told.fin_wait_1) and
		one(.state == "last-ack" and .cookie == $told.last_ack) and
		one(.state == "fin-wait-2" and .local.port == $told.fin_wait_2) and
		one(.state == "syn-recv" and .peer.port == $told.syn_recv) and
		one(.state == "established" and .cookie == $told.tcp_in_flight) and
		one(.state == "listening" and .cookie == $told.listener_in_flight) and
		one(.protocol == "udp" and .cookie == $told.udp_in_flight) and
		one(.protocol == "unix" and .cookie == $told.unix_in_flight) and
		(map(select(.holders == [])) | length == 9)' "$FOLDER/bpf"
}

@test "sockets that no process holds: the kernel tells their options, to selectors too" {
	world w unheld
	jq -se --argjson told "$TOLD" '
		def value(cookie; name): map(select(.cookie == cookie))[0].options[name].value;
		value($told.fin_wait_1; "TCP_KEEPIDLE") == 77 and value($told.last_ack; "TCP_KEEPIDLE") == 7200 and
		value($told.tcp_in_flight; "SO_KEEPALIVE") == 1 and value($told.listener_in_flight; "SO_ACCEPTCONN") == 1 and
		value($told.udp_in_flight; "SO_PRIORITY") == 5 and value($told.unix_in_flight; "SO_TYPE") == 5 and
		value($told.udp_in_flight; "IPV6_TCLASS") == 0 and
		(map(select(.state == "time-wait")) | length == 1 and .[0].options == {}) and
		all(.[] | select(.holders == []) | .options[]; .error != "ESTALE")' < <("$SOCKOPT" show --engine bpf --all --json "netns=$NETNS")
	run --separate-stderr -0 "$SOCKOPT" show --engine bpf --json "netns=$NETNS and not pid>0 and TCP_KEEPIDLE=77s"
	[ "$(jq -r .cookie <<<"$output")" = "$(jq -r .fin_wait_1 <<<"$TOLD")" ]
	run --separate-stderr -0 "$SOCKOPT" show --engine bpf "cookie=$(jq -r .fin_wait_1 <<<"$TOLD")"
	[[ "${lines[0]}" == *"(held by no process)" && "${lines[1]}" =~ TCP_KEEPIDLE\ +77s ]]
}

@test "sockets that no process holds are picked by what they are, and never by a holder" {
	local selector

	world w unheld
	for selector in "tcp and fin-wait-1" "time-wait" "syn-recv" "cookie=$(jq -r .udp_in_flight <<<"$TOLD")" \
		"port=$(jq .time_wait <<<"$TOLD")" "unix and not process~*" "not pid>0" "established and not fd>=0" "peer=127.0.0.0/8"; do
		same "netns=$NETNS and $selector"
		grep -q '"holders":\[\]' "$FOLDER/bpf"
	done
	same "netns=$NETNS and pid>0"
	run -1 grep -q '"holders":\[\]' "$FOLDER/bpf"
}

@test "where every TCP socket has a descriptor the table is not needed; one in flight is found all the same" {
	world held zoo
	same "netns=$NETNS and tcp"
	run -1 grep -q '"holders":\[\]' "$FOLDER/bpf"
	jq -se 'any(.[]; .state == "syn-sent" and .peer == null)' "$FOLDER/bpf"
	world w flight
	same "netns=$NETNS and tcp"
	[ "$(jq -r 'select(.holders == []) | .cookie' "$FOLDER/bpf")" = "$(jq -r .cookie <<<"$TOLD")" ]
}

@test "what sockopt opens itself, to compare with, is none of the machine's sockets" {
	local engine

	world w zoo
	for engine in "${BOTH[@]}"; do
		shown "$engine" "netns=$NETNS"
		run -1 grep -q '"holders":\[\]' "$FOLDER/$engine"
		run timeout 1 "$SOCKOPT" show --engine "$engine" --watch=0.1 --json "netns=$NETNS and unix"
		[ "$(wc -l <<<"$output")" -gt 30 ]
		[[ "$output" != *'"holders":[]'* && "$output" != *'"process":"sockopt"'* ]]
	done
}

@test "sockets that several descriptors lead to: once each, with all holders" {
	world w shared
	same "netns=$NETNS"
	for name in forked dup many unix also_in_flight; do
		jq -se --argjson told "$(jq ".$name" <<<"$TOLD")" 'map(select(.cookie == $told.cookie)) | length == 1 and
			(.[0].holders | map([.pid, .fd]) | sort) == ($told.holders | sort)' "$FOLDER/bpf" || {
			echo "$name is not as it was made"
			return 1
		}
	done
	[ "$(jq '.many.holders | length' <<<"$TOLD")" = 300 ]
}

@test "one holder of many is enough to be picked, and all are told" {
	local pid fd

	world w shared
	read -r pid fd < <(jq -r '.forked.holders[5] | "\(.[0]) \(.[1])"' <<<"$TOLD")
	same "$pid:$fd"
	[ "$(jq '.holders | length' "$FOLDER/bpf")" = 9 ]
	fd=$(jq '.many.holders[200][1]' <<<"$TOLD")
	same "pid=${PID[w]} and fd=$fd"
	[ "$(jq '.holders | length' "$FOLDER/bpf")" = 300 ]
	same "netns=$NETNS and not pid=$pid and tcp"
	run -1 grep -q "\"$(jq -r .forked.cookie <<<"$TOLD")\"" "$FOLDER/bpf"
}

@test "descriptors that come and go while the kernel looks: each socket once, and none is missed" {
	local round

	world w flicker
	for ((round = 0; round < 20; round++)); do
		"$SOCKOPT" show --engine bpf --json "netns=$NETNS and udp" | jq -r .cookie >"$FOLDER/cookies"
		[ "$(wc -l <"$FOLDER/cookies")" = 300 ]
		[ "$(sort -u "$FOLDER/cookies" | wc -l)" = 300 ]
	done
}

@test "a thread that has descriptors of its own: engine bpf tells what it holds" {
	world w threads
	[ "$(jq -r '.error // "none"' <<<"$TOLD")" = none ]
	shown bpf "netns=$NETNS"
	jq -se --argjson told "$TOLD" 'map(select(.cookie == $told.cookie)) | length == 1 and
		(.[0].holders | map([.pid, .fd])) == [[$told.pid, $told.fd]] and
		.[0].options.SO_REUSEADDR == null' "$FOLDER/bpf"
	# the other one sees no descriptor of it, and says so
	shown pidfd "netns=$NETNS"
	[ "$(jq -r '.cookie, .holders' "$FOLDER/pidfd")" = "$(jq -r .cookie <<<"$TOLD")"$'\n[]' ]
}

@test "without the capabilities: --engine bpf is refused with exit 4 and says which, auto takes the other one and says why" {
	local engine

	run --separate-stderr -4 "${NOBODY[@]}" "$SOCKOPT" show --engine bpf
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: engine bpf cannot be used: it needs CAP_BPF and CAP_PERFMON (Operation not permitted)" ]
	[ "${stderr_lines[1]}" = "hint: without --engine the other one is taken: pidfd" ]
	[ "${#stderr_lines[@]}" = 2 ]
	run --separate-stderr -4 with +bpf "$SOCKOPT" show --engine bpf
	[[ "$stderr" == *"it needs CAP_BPF and CAP_PERFMON"* ]]
	run --separate-stderr -4 with +perfmon "$SOCKOPT" show --engine bpf
	program a "${NOBODY[@]}"
	run --separate-stderr -0 "${NOBODY[@]}" "$SOCKOPT" show -v "${PID[a]}"
	[[ "$stderr" == *"engine pidfd; bpf cannot be used: it needs CAP_BPF and CAP_PERFMON"* ]]
	run --separate-stderr -0 "${NOBODY[@]}" "$SOCKOPT" show "${PID[a]}"
	[ -z "$stderr" ]
	for engine in auto bpf; do
		run --separate-stderr -0 "$SOCKOPT" show -v --engine "$engine" "${PID[a]}"
		[[ "$stderr" == *"engine bpf"* ]]
	done
	run --separate-stderr -2 "$SOCKOPT" show --engine ebpf
	[[ "$stderr" == *"'ebpf' is not an engine: auto, bpf, pidfd"* ]]
}

@test "with CAP_BPF and CAP_PERFMON alone, nobody sees the options of other users' sockets" {
	local fd

	program a
	ask a pair
	fd=${WORDS[0]}
	told a set "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" 1 -- 0
	run --separate-stderr -0 with "$CAPABILITIES" "$SOCKOPT" show "${PID[a]}:$fd"
	[ "${lines[1]}" = "    TCP_NODELAY                on            default off" ]
	[ -z "$stderr" ]
	run --separate-stderr -0 with "$CAPABILITIES" "$SOCKOPT" show "${PID[a]}:$fd" --json --all
	jq -e '.options.TCP_NODELAY.value == 1 and .options.SO_RCVBUF.value > 0 and .options.SO_TIMESTAMP != null' <<<"$output"
	run --separate-stderr -0 with "$CAPABILITIES" "$SOCKOPT" show "pid=${PID[a]} and TCP_NODELAY=on" --json
	[ "$(jq -c '.holders[0].fd' <<<"$output")" = "$fd" ]
}

@test "what only loading needs is given up when it is done: of every thread, and for good" {
	local reader

	program a
	ask a open tcp 300
	mkfifo "$FOLDER/full"
	# nobody reads: it waits with the second half of its output, long after it loaded
	exec {reader}<>"$FOLDER/full"
	with "$CAPABILITIES" "$SOCKOPT" show --engine bpf --all --json "${PID[a]}" >"$FOLDER/full" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	eventually is_loaded "$FOLDER/full"
	[ "$(capability_bits CapEff "$LAST")" = 0 ]
	[ "$(capability_bits CapPrm "$LAST")" = 0 ]
	kill -KILL "$LAST"
	emptied "$reader"
	"$SOCKOPT" show --engine bpf --all --json "${PID[a]}" >"$FOLDER/full" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	eventually is_loaded "$FOLDER/full"
	[ $(($(capability_bits CapEff "$LAST") & LOADING)) = 0 ]
	[ $(($(capability_bits CapPrm "$LAST") & LOADING)) = 0 ]
	kill -KILL "$LAST"
	emptied "$reader"
	# those that look again keep them, but not in force
	with "$CAPABILITIES" "$SOCKOPT" show --engine bpf --all --json --watch "${PID[a]}" >"$FOLDER/full" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	eventually is_loaded "$FOLDER/full"
	[ "$(capability_bits CapEff "$LAST")" = 0 ]
	[ "$(capability_bits CapPrm "$LAST")" = "$LOADING" ]
}

@test "only what the selector needs is loaded" {
	local reader selector n

	program a
	ask a open tcp 300
	ask a open udp 300
	mkfifo "$FOLDER/full"
	exec {reader}<>"$FOLDER/full"
	# descriptors alone; with the table of TCP; of UDP; of all
	while read -r n selector; do
		"$SOCKOPT" show --engine bpf --all --json "$selector" >"$FOLDER/full" 3>&- &
		LAST=$!
		STARTED+=("$LAST")
		eventually is_loaded "$FOLDER/full"
		[ "$(cat /proc/"$LAST"/fdinfo/* | grep -c ^prog_type:)" = "$n" ] || {
			cat /proc/"$LAST"/fdinfo/*
			return 1
		}
		kill -KILL "$LAST"
		emptied "$reader"
	done <<-END
		1 pid=${PID[a]}
		1 tcp and pid=${PID[a]}
		2 tcp and netns=$(stat -Lc %i "/proc/${PID[a]}/ns/net")
		2 udp and netns=$(stat -Lc %i "/proc/${PID[a]}/ns/net")
		4 netns=$(stat -Lc %i "/proc/${PID[a]}/ns/net")
	END
}

@test "set --engine bpf changes the socket that is selected, and none beside it; undo brings it back" {
	local fd others=() other before

	program a
	ask a pair
	fd=${WORDS[0]} others=("${WORDS[1]}")
	ask a pair
	others+=("${WORDS[@]:0:2}")
	ask a get "$fd" "$SOL_SOCKET" "$SO_RCVBUF"
	before=$ANSWER
	run --separate-stderr -0 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on SO_RCVBUF=20000 --json
	jq -se --arg before "$before" 'length == 2 and
		(map(select(.option == "TCP_NODELAY")) | .[0].before == 0 and .[0].after == 1 and .[0].result == "kept") and
		(map(select(.option == "SO_RCVBUF")) | .[0].before == ($before | tonumber) and .[0].after == 40000 and
			.[0].result == "doubled")' <<<"$output"
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	told a get "$fd" "$SOL_SOCKET" "$SO_RCVBUF" -- 40000
	for other in "${others[@]}"; do
		told a get "$other" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
		ask a get "$other" "$SOL_SOCKET" "$SO_RCVBUF"
		[ "$ANSWER" != 40000 ]
	done
	told a get "$fd" "$SOL_SOCKET" 72 -- 2 # SO_BUF_LOCK: it is the program's own choice now
	run --separate-stderr -0 "$SOCKOPT" undo
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	told a get "$fd" "$SOL_SOCKET" "$SO_RCVBUF" -- "$before"
	told a get "$fd" "$SOL_SOCKET" 72 -- 0
	run --separate-stderr -3 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" SO_RCVBUF=20000 TCP_CONGESTION=nosuch
	[[ "$stderr" == *"taken back"* ]]
	told a get "$fd" "$SOL_SOCKET" "$SO_RCVBUF" -- "$before"
	told a get "$fd" "$SOL_SOCKET" 72 -- 0
}

@test "set --engine bpf: the old value is in the journal before anything is changed" {
	local fd

	program a
	ask a pair
	fd=${WORDS[0]}
	touch "$FOLDER/file"
	run --separate-stderr -3 env SOCKOPT_JOURNAL="$FOLDER/file/journal" "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on
	[[ "$stderr" == *"nothing was changed"* ]]
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	run --separate-stderr -0 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_USER_TIMEOUT=30s
	run -0 jq -rc 'keys_unsorted[0]' "$SOCKOPT_JOURNAL/1.jsonl"
	grep -q '"before":"00000000"' "$SOCKOPT_JOURNAL/1.jsonl"
}

@test "set --engine bpf --dry-run shows the old value and changes nothing" {
	local fd

	program a
	ask a pair
	fd=${WORDS[0]}
	told a set "$fd" "$IPPROTO_TCP" "$TCP_KEEPIDLE" 77 -- 0
	run --separate-stderr -0 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_KEEPIDLE=88s --dry-run --json
	jq -e '.before == 77 and .result == "planned"' <<<"$output"
	told a get "$fd" "$IPPROTO_TCP" "$TCP_KEEPIDLE" -- 77
	[ ! -e "$SOCKOPT_JOURNAL/1.jsonl" ]
}

@test "set --engine bpf: what the kernel refuses is named, exit 3, and what was made before is taken back" {
	local fd

	program a
	ask a pair
	fd=${WORDS[0]}
	run --separate-stderr -3 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on TCP_CONGESTION=nosuch
	[[ "$stderr" == *TCP_CONGESTION* && "$stderr" == *"taken back"* ]]
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	run --separate-stderr -3 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on TCP_CONGESTION=nosuch --keep-going
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
}

@test "set --engine bpf: an option that it cannot set is refused before anything is changed" {
	local fd

	program a
	ask a pair
	fd=${WORDS[0]}
	run --separate-stderr -3 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on SO_OOBINLINE=on
	[[ "$stderr" == *"SO_OOBINLINE cannot be set by engine bpf on such a socket"* ]]
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	ask a bind-udp
	fd=${WORDS[0]}
	run --separate-stderr "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" SO_PRIORITY=5
	if [ "$status" = 0 ]; then # newer kernels than 6.18 may
		told a get "$fd" "$SOL_SOCKET" "$SO_PRIORITY" -- 5
	else
		[ "$status" = 3 ]
		[[ "$output" == *"not supported"* ]]
		[ "${stderr_lines[0]}" = "sockopt: SO_PRIORITY cannot be set by engine bpf on such a socket" ]
		[[ "${stderr_lines[1]}" == "hint: this kernel sets options so on TCP sockets alone; "* ]]
		told a get "$fd" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
	fi
}

@test "a socket in flight is set and set back: no descriptor leads to it" {
	local cookie peer

	world w flight
	cookie=$(jq -r .cookie <<<"$TOLD") peer=$(jq -r .peer <<<"$TOLD")
	ask w look
	[ "$ANSWER" = "[0, 0]" ]
	run --separate-stderr -0 "$SOCKOPT" set "netns=$NETNS and cookie=$cookie" SO_KEEPALIVE=on TCP_USER_TIMEOUT=9s
	ask w look
	[ "$ANSWER" = "[1, 9000]" ]
	[ "$("$SOCKOPT" show --json -o SO_KEEPALIVE "cookie=$peer" | jq .options.SO_KEEPALIVE.value)" = 0 ]
	run --separate-stderr -0 "$SOCKOPT" undo
	ask w look
	[ "$ANSWER" = "[0, 0]" ]
	run --separate-stderr "$SOCKOPT" set --engine pidfd "netns=$NETNS and cookie=$cookie" SO_KEEPALIVE=on
	[ "$status" = 1 ]
	ask w look
	[ "$ANSWER" = "[0, 0]" ]
}

@test "set without CAP_NET_ADMIN: exit 4, the capability named, nothing changed" {
	local fd

	mkdir "$FOLDER/state"
	chown 65534 "$FOLDER/state"
	program a
	ask a pair
	fd=${WORDS[0]}
	run --separate-stderr -4 with "$CAPABILITIES" "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on
	[ "${stderr_lines[0]}" = "sockopt: engine bpf cannot be used: it needs CAP_NET_ADMIN to change sockets (Operation not permitted)" ]
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	run --separate-stderr -0 with "$CAPABILITIES,+net_admin" "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	run --separate-stderr -0 with "$CAPABILITIES,+net_admin" "$SOCKOPT" undo
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
}

@test "set without CAP_SYS_PTRACE: by the kernel, as no descriptor can be had" {
	local fd

	mkdir "$FOLDER/state"
	chown 65534 "$FOLDER/state"
	program a
	ask a pair
	fd=${WORDS[0]}
	run --separate-stderr -0 with "$CAPABILITIES,+net_admin" "$SOCKOPT" set "${PID[a]}:$fd" TCP_NODELAY=on
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	run --separate-stderr -0 with "$CAPABILITIES,+net_admin" "$SOCKOPT" undo
	told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
}

@test "set without CAP_SYS_ADMIN: what is in another network namespace is not taken for gone, nor left out in silence" {
	local peer

	mkdir "$FOLDER/state"
	chown 65534 "$FOLDER/state"
	world w flight
	peer=$(jq -r .peer <<<"$TOLD")
	run --separate-stderr -4 with "$CAPABILITIES,+net_admin" "$SOCKOPT" set "netns=$NETNS and cookie=$peer" SO_KEEPALIVE=on
	[[ "$stderr" == *"CAP_SYS_ADMIN"* ]]
	[ "$("$SOCKOPT" show --json -o SO_KEEPALIVE "cookie=$peer" | jq .options.SO_KEEPALIVE.value)" = 0 ]
}

@test "no program, map or link stays in the kernel: after a look, a change, a refusal, and a kill" {
	local fd reader

	needs bpftool
	bpftool prog list >/dev/null 2>&1 || skip "bpftool cannot list here"
	program a
	ask a open tcp 300
	ask a pair
	fd=${WORDS[0]}
	"$SOCKOPT" show --engine bpf all >/dev/null
	"$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_NODELAY=on >/dev/null
	"$SOCKOPT" undo >/dev/null
	run -3 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" TCP_CONGESTION=nosuch
	mkfifo "$FOLDER/full"
	exec {reader}<>"$FOLDER/full"
	"$SOCKOPT" show --engine bpf --all --json "${PID[a]}" >"$FOLDER/full" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	eventually is_loaded "$FOLDER/full"
	[ "$(cat /proc/"$LAST"/fdinfo/* | grep -c ^prog_id:)" -ge 1 ]
	[ "$(bpftool prog list | grep -c tell_descriptor)" -ge 1 ]
	kill -KILL "$LAST"
	none() { [ -z "$(python3 "$BATS_TEST_DIRNAME/helper/bpf-orphans.py")" ]; }
	eventually none || python3 "$BATS_TEST_DIRNAME/helper/bpf-orphans.py"
	none
}

@test "set --engine bpf: what changes along is brought back with what was set, by undo and when another part fails" {
	local fd

	program a
	ask a pair
	fd=${WORDS[0]}
	"$SOCKOPT" set --engine bpf "${PID[a]}:$fd" SO_RCVBUF=20000 IP_TOS=0x10 >/dev/null
	told a get "$fd" "$SOL_SOCKET" "$SO_BUF_LOCK" -- 2
	told a get "$fd" "$SOL_SOCKET" "$SO_PRIORITY" -- 6
	"$SOCKOPT" undo >/dev/null
	told a get "$fd" "$SOL_SOCKET" "$SO_BUF_LOCK" -- 0
	told a get "$fd" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
	told a set "$fd" "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 0
	run --separate-stderr -3 "$SOCKOPT" set --engine bpf "${PID[a]}:$fd" SO_RCVBUF=20000 IP_TOS=0x10 TCP_CONGESTION=nosuch
	[[ "$stderr" == *"the 2 changes made before were taken back"* ]]
	told a get "$fd" "$SOL_SOCKET" "$SO_BUF_LOCK" -- 0
	told a get "$fd" "$SOL_SOCKET" "$SO_PRIORITY" -- 3
}

@test "a socket in flight: what changes along is brought back where the kernel's side can, and else it is said before" {
	local cookie options="$SOL_SOCKET:$SO_PRIORITY 0:1 $SOL_SOCKET:$SO_BUF_LOCK"

	world w flight
	cookie=$(jq -r .cookie <<<"$TOLD")
	"$SOCKOPT" set "netns=$NETNS and cookie=$cookie" SO_PRIORITY=3 >/dev/null
	run --separate-stderr -0 "$SOCKOPT" set "netns=$NETNS and cookie=$cookie" IP_TOS=0x10
	[[ "$stderr" != *"cannot be brought back"* ]]
	ask w look "$options"
	[ "$ANSWER" = "[6, 16, 0]" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	ask w look "$options"
	[ "$ANSWER" = "[3, 0, 0]" ]
	run --separate-stderr -3 "$SOCKOPT" set "netns=$NETNS and cookie=$cookie" IP_TOS=0x10 TCP_CONGESTION=nosuch
	ask w look "$options"
	[ "$ANSWER" = "[3, 0, 0]" ]
	run --separate-stderr -0 "$SOCKOPT" set "netns=$NETNS and cookie=$cookie" SO_RCVBUF=20000
	[[ "$stderr" == *"SO_BUF_LOCK changes along with SO_RCVBUF, and cannot be brought back where no process holds the socket"* ]]
	ask w look "$options"
	[ "$ANSWER" = "[3, 0, 2]" ]
}

@test "set --engine bpf: a socket that was closed before the rest was taken back is not told of as taken back" {
	local tries

	world w closer
	# On a busy machine all is taken back before the program gets to close it: once more then.
	for ((tries = 0; tries < 20; tries++)); do
		run --separate-stderr -3 "$SOCKOPT" set --engine bpf \
			"cookie=$(jq -r .closes <<<"$TOLD") or cookie=$(jq -r .stays <<<"$TOLD")" TCP_NODELAY=on TCP_CONGESTION=nosuch --json
		[ "$(grep -c '"rolled back"' <<<"$output")" = 2 ] || break
	done
	jq -se --argjson told "$TOLD" '[.[] | select(.result == "rolled back") | .cookie] == [$told.stays]' <<<"$output" || {
		echo "$output"
		return 1
	}
	[[ "$stderr" != *"could not be taken back"* ]]
}

@test "without CAP_SYS_ADMIN a socket of another namespace is out of reach of the kernel's side, not gone" {
	local cookie net_admin="$CAPABILITIES,+net_admin"

	mkdir "$FOLDER/state"
	chown 65534 "$FOLDER/state"
	world w flight
	cookie=$(jq -r .peer <<<"$TOLD")
	run --separate-stderr -4 with "$net_admin" "$SOCKOPT" set "cookie=$cookie" SO_KEEPALIVE=on
	[[ "$stderr" == *"1 socket that matches is in a network namespace that may not be entered (CAP_SYS_ADMIN)"* ]]
	run --separate-stderr -4 with "$net_admin" "$SOCKOPT" set --engine bpf "cookie=$cookie" SO_KEEPALIVE=on --json
	[ "$(jq -r '.result, .error' <<<"$output")" = $'failed\nEPERM' ]
	[[ "$stderr" == *"needs CAP_SYS_ADMIN"* ]]
	[ "$("$SOCKOPT" show --json -o SO_KEEPALIVE "cookie=$cookie" | jq .options.SO_KEEPALIVE.value)" = 0 ]
	# what had it to set wants it to be brought back, and stays in the journal until then
	run --separate-stderr -0 with "$net_admin,+sys_admin,+sys_ptrace" "$SOCKOPT" set --engine bpf "cookie=$cookie" SO_KEEPALIVE=on
	run --separate-stderr -4 with "$net_admin" "$SOCKOPT" undo --json
	[ "$(jq -r '.result, .error' <<<"$output")" = $'failed\nEPERM' ]
	[ "$("$SOCKOPT" show --json -o SO_KEEPALIVE "cookie=$cookie" | jq .options.SO_KEEPALIVE.value)" = 1 ]
	run --separate-stderr -0 with "$net_admin,+sys_admin,+sys_ptrace" "$SOCKOPT" undo
	[ "$("$SOCKOPT" show --json -o SO_KEEPALIVE "cookie=$cookie" | jq .options.SO_KEEPALIVE.value)" = 0 ]
}
