#!/usr/bin/env bats
# sockopt run --engine bpf: what this engine alone does, and what it leaves to others

load common

setup() {
	setup_common
	needs_root "to load BPF programs"
	CGROUPS=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	BEFORE=$(programs)
	PARENT=$CGROUPS$(sed -n 's/^0:://p' /proc/self/cgroup)
	# one of this test's own: below others, the cgroups of other runs come and go
	CGROUP=${PARENT%/}/sockopt-bats-$$
	mkdir "$CGROUP" || skip "no cgroup can be made here"
	echo $$ >"$CGROUP/cgroup.procs"
	run "$SOCKOPT" run --engine bpf TCP_NODELAY=on -- true
	[ "$status" = 0 ] || skip "engine bpf cannot be had here: ${lines[0]}"
}

teardown() {
	eventually nothing_is_left || { programs >&2; ls "$CGROUP" >&2; false; }
	teardown_common
	[ -d "${CGROUP:-}" ] || return 0
	echo $$ >"$PARENT/cgroup.procs"
	eventually rmdir "$CGROUP"
}

# the BPF programs of policies that are loaded now
programs() {
	bpftool prog show --json 2>/dev/null | jq -c '[.[] | select(.name // "" | test("^(at|via)_(create|bind|connect|send|set|tcp)"))] | length'
}

no_cgroup() {
	! compgen -G "$CGROUP/sockopt-run-*" >/dev/null
}

nothing_is_left() {
	no_cgroup && { ! command -v bpftool >/dev/null || [ "$(programs)" -le "${BEFORE:-0}" ]; }
}

running() {
	"$SOCKOPT" run --engine bpf "$@"
}

# connects COMMAND: python code with the connection c, and U for TCP_USER_TIMEOUT
connects() {
	python3 -c "
import socket
l = socket.socket(); l.bind(('127.0.0.1', 0)); l.listen()
c = socket.create_connection(l.getsockname()); a, _ = l.accept()
P, U, N, S, Y = socket.SOL_SOCKET, socket.TCP_USER_TIMEOUT, socket.TCP_NODELAY, socket.IPPROTO_TCP, socket.SO_PRIORITY
$1"
}
export -f connects

@test "io_uring: sockets that no socket(2) made and no connect(2) connected have the options" {
	with_ring "$IPPROTO_TCP" "$TCP_USER_TIMEOUT"
	[ "$output" = 0 ]
	run --separate-stderr -0 running TCP_USER_TIMEOUT=30s -- "$HELPERS/ring" "$IPPROTO_TCP" "$TCP_USER_TIMEOUT" "$RING_PORT"
	[ "$output" = 30000 ]
}

@test "a program outside of the cgroup is not touched, even by the connection that it accepts" {
	start python3 -u -c '
import socket
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
print(l.getsockname()[1])
while True:
    a, _ = l.accept()
    c = socket.create_connection(l.getsockname())
    b, _ = l.accept()
    print([s.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) for s in (l, a, b, c)])' >"$FOLDER/out"
	eventually test -s "$FOLDER/out"
	run --separate-stderr -0 running -r 'listen, connect, accept: force TCP_USER_TIMEOUT=30s' -- python3 -c "
import socket
c = socket.create_connection(('127.0.0.1', $(cat "$FOLDER/out")))
print(c.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))"
	[ "$output" = 30000 ]
	eventually grep -q '^\[' "$FOLDER/out"
	[ "$(tail -1 "$FOLDER/out")" = "[0, 0, 0, 0]" ]
}

@test "a datagram socket has it from its first use on" {
	run --separate-stderr -0 running -r 'udp: SO_PRIORITY=5' -- python3 -c '
import socket
P, Y = socket.SOL_SOCKET, socket.SO_PRIORITY
for use in ("bind", "connect", "send", "set"):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if use == "bind": s.bind(("127.0.0.1", 0))
    if use == "connect": s.connect(("127.0.0.1", 9))
    if use == "send": s.sendto(b"x", ("127.0.0.1", 9))
    if use == "set": s.setsockopt(P, socket.SO_RCVBUF, 9999)
    print(s.getsockopt(P, Y), end=" ")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(P, Y, 2)
s.bind(("127.0.0.1", 0))
print(s.getsockopt(P, Y))'
	[ "$output" = "5 5 5 5 2" ]
}

@test "IPv6, and IPv4 by way of an IPv6 socket" {
	run --separate-stderr -0 running -r 'tcp and peer=127.0.0.0/8: SO_PRIORITY=3' -r 'tcp and peer=::1: SO_PRIORITY=4' -- python3 -c '
import socket
Y = (socket.SOL_SOCKET, socket.SO_PRIORITY)
l = socket.socket(socket.AF_INET6); l.bind(("::", 0)); l.listen()
for family, address in (socket.AF_INET6, "::1"), (socket.AF_INET6, "::ffff:127.0.0.1"), (socket.AF_INET, "127.0.0.1"):
    c = socket.socket(family); c.connect((address, l.getsockname()[1])); a, _ = l.accept()
    print(c.getsockopt(*Y), a.getsockopt(*Y), end=" ")'
	[ "$output" = "4 4 3 3 3 3 " ]
}

@test "MPTCP: the options are set on the connection below it, and its words tell it from TCP" {
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)' 2>/dev/null || skip "this kernel has no MPTCP"
	cat >"$FOLDER/mptcp.py" <<-'END'
		import socket
		l = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); l.bind(("127.0.0.1", 0)); l.listen()
		c = socket.create_connection(l.getsockname()); a, _ = l.accept()
		print(c.getsockopt(socket.IPPROTO_TCP, 4), a.getsockopt(socket.IPPROTO_TCP, 4))
	END
	run --separate-stderr -0 running TCP_KEEPIDLE=44s -- python3 "$FOLDER/mptcp.py"
	[ "$output" = "44 44" ]
	run --separate-stderr -0 running -r 'mptcp: TCP_KEEPIDLE=44s' -- python3 "$FOLDER/mptcp.py"
	[ "$output" = "7200 44" ]
	run --separate-stderr -0 running -r 'tcp: TCP_KEEPIDLE=44s' -- python3 "$FOLDER/mptcp.py"
	[ "$output" = "44 7200" ]
}

@test "conditions: user, process, an option's value, not, ranges of ports" {
	local rule

	for rule in 'user=0' 'user=root' 'process=python3' 'not process=other' 'TCP_NODELAY=off' 'TCP_KEEPIDLE>60s' \
		'process~py*' 'process~p?t[a-i]on[!4]' "netns=$(stat -Lc %i /proc/self/ns/net)" 'netns!=1' 'peer-port=1-65535' 'not (peer=10.0.0.0/8 or local-port=1)' 'peer-port!=1,2,3' 'ipv4 and stream and family=inet'; do
		run --separate-stderr -0 running -r "connect and tcp and $rule: SO_PRIORITY=3" -- bash -c 'connects "print(c.getsockopt(P, Y))"'
		[ "$output" = 3 ] || { echo "$rule: $output"; false; }
	done
	for rule in 'process~*thin*' 'process~?ython' 'process=pytho' 'netns=1' 'user=65534' 'process=other' 'process!=python3' 'TCP_NODELAY=on' 'TCP_KEEPIDLE<60s' 'peer-port=1-9' \
		'(peer=10.0.0.0/8 or local-port=1)' 'not peer-port=1-65535' 'ipv6'; do
		run --separate-stderr -0 running -r "connect and tcp and $rule: SO_PRIORITY=3" -- bash -c 'connects "print(c.getsockopt(P, Y))"'
		[ "$output" = 0 ] || { echo "$rule: $output"; false; }
	done
}

@test "force holds from its moment on, and the last rule wins" {
	run --separate-stderr -0 running -r 'connect: force TCP_USER_TIMEOUT=30s' -- bash -c 'connects "
for s in l, c, a:
    s.setsockopt(S, U, 7); print(s.getsockopt(S, U), end=\" \")"'
	[ "$output" = "7 30000 7 " ]
	run --separate-stderr -0 running -r 'listen: force TCP_USER_TIMEOUT=30s' -- bash -c 'connects "
for s in l, c, a:
    s.setsockopt(S, U, 7); print(s.getsockopt(S, U), end=\" \")"'
	[ "$output" = "30000 7 30000 " ]
	run --separate-stderr -0 running -r 'force TCP_USER_TIMEOUT=30s' -r 'TCP_USER_TIMEOUT=20s' -- bash -c 'connects "
print(c.getsockopt(S, U), end=\" \")
c.setsockopt(S, U, 7); print(c.getsockopt(S, U))"'
	[ "$output" = "20000 7" ]
}

@test "what BPF cannot do is refused with the reason, and auto takes another engine" {
	local rule words

	while IFS='|' read -r rule words; do
		run --separate-stderr -125 running -r "$rule" -- true
		[[ "${stderr_lines[0]}" == "sockopt: engine bpf is not to be had: "*"$words"* ]] || { echo "$rule: $stderr"; false; }
		[[ "${stderr_lines[1]}" == "hint: "* ]]
		run --separate-stderr running -r "$rule" -- sh -c 'echo started'
		[ -z "$output" ]
	done <<-'END'
		TCP_CORK=on|bpf_setsockopt() does not take TCP_CORK
		SO_KEEPALIVE=on|is meant for sockets that no hook of BPF reaches, too (unix)
		unix: SO_SNDBUF=1MiB|is meant for sockets that no hook of BPF reaches, too (unix)
		tcp: IP_TOS=ef|in BPF IP_TOS cannot be set on IPv6 sockets
		tcp and user~ro*: TCP_NODELAY=on|patterns such as 'ro*' are not compared in the kernel
		cgroup=/x: TCP_NODELAY=on|'cgroup' is not compared by the programs of 'run'
		tcp and interface=lo: TCP_NODELAY=on|'interface' is not known in the kernel's hooks
		tcp and fd=3: TCP_NODELAY=on|'fd' is not known in the kernel's hooks
		accept and tcp and process=x: SO_PRIORITY=5|which process accepts them is not known
		tcp and TCP_CORK=on: TCP_NODELAY=on|bpf_getsockopt() does not tell TCP_CORK
		socket: TCP_NODELAY=on|BPF does not reach a fresh MPTCP socket
		bound: deny SO_PRIORITY|asks whether a socket is bound
	END
	run --separate-stderr -0 "$SOCKOPT" run -v SO_KEEPALIVE=on -- true
	[[ "$stderr" == *"engine bpf is not to be had: SO_KEEPALIVE=on: "*"engine notify"* ]]
	run --separate-stderr -0 "$SOCKOPT" run -v TCP_NODELAY=on -- true
	[[ "$stderr" == *"engine bpf"* && "$stderr" != *"not to be had"* ]]
}

@test "every profile that comes with sockopt is served by bpf, which auto takes, and can be applied" {
	local file

	export SOCKOPT_PROFILES=$BATS_TEST_DIRNAME/../../share/profiles
	for file in "$SOCKOPT_PROFILES"/*.rules; do
		run --separate-stderr -0 "$SOCKOPT" run -v -p "$(basename "$file" .rules)" -- true
		[[ "$stderr" == *"engine bpf"* && "$stderr" != *"not to be had"* ]] || { echo "$file: $stderr"; false; }
		run --separate-stderr -0 "$SOCKOPT" apply --check "$file"
	done
}

@test "a plain user is told which capabilities are missing, and what a delegated cgroup is not enough for" {
	chmod 755 "$FOLDER"
	run --separate-stderr -125 "${NOBODY[@]}" "$SOCKOPT" run --engine bpf TCP_NODELAY=on -- true
	[ "${stderr_lines[0]}" = "sockopt: engine bpf is not to be had: it needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN: Operation not permitted" ]
	[[ "${stderr_lines[1]}" == "hint: "*"'sockopt run --engine notify' needs no right" ]]
}

@test "it runs with the capabilities that it needs, and not as root" {
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all,+bpf,+perfmon,+net_admin \
		--ambient-caps -all,+bpf,+perfmon,+net_admin true 2>/dev/null || skip "setpriv cannot give ambient capabilities"
	own=$CGROUPS/sockopt-test-$$
	mkdir "$own"
	chown -R 65534 "$own"
	run --separate-stderr bash -c "echo \$\$ >'$own/cgroup.procs' && exec setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps -all,+bpf,+perfmon,+net_admin --ambient-caps -all,+bpf,+perfmon,+net_admin \
		'$SOCKOPT' run --engine bpf TCP_USER_TIMEOUT=30s -- bash -c 'connects \"print(c.getsockopt(S, U))\"'"
	eventually rmdir "$own"
	[ "$output" = 30000 ] || { echo "$output $stderr"; false; }
}

# the pid of the process that serves the program of this test
serving() {
	local file

	for file in /proc/[0-9]*/cmdline; do
		if [ "$(cut -d/ -f3 <<<"$file")" != "$1" ] && tr '\0' '\n' 2>/dev/null <"$file" | grep -q "^$FOLDER/report"; then
			cut -d/ -f3 <<<"$file"
		fi
	done
}

@test "while the program sleeps, so does what serves it" {
	local server ticks

	start "$SOCKOPT" run --engine bpf --report "$FOLDER/report" TCP_USER_TIMEOUT=30s -- sleep 100
	eventually grep -q sleep "/proc/$LAST/comm"
	server=$(serving "$LAST")
	ticks=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
	sleep 1
	ticks=$(($(awk '{ print $14 + $15 }' "/proc/$server/stat") - ticks))
	[ "$ticks" -le 5 ] || { echo "$ticks ticks of the processor"; false; }
	kill "$LAST"
}

@test "what is done faster than it can be told is said to be missing" {
	mkfifo "$FOLDER/go" "$FOLDER/done"
	"$SOCKOPT" run --engine bpf --report "$FOLDER/report" -r 'udp: SO_PRIORITY=5' -- python3 -c "
import socket
open('$FOLDER/go').read()
for n in range(12000):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('127.0.0.1', 9)); s.close()
open('$FOLDER/done', 'w').write('.')" 2>"$FOLDER/said" &
	STARTED+=("$!")
	is_served() {
		! no_cgroup && [ -n "$(serving "$!")" ]
	}
	eventually is_served
	server=$(serving "$!")
	kill -STOP "$server"
	echo >"$FOLDER/go"
	cat "$FOLDER/done"
	kill -CONT "$server"
	wait "$!"
	eventually grep -q "some of it is missing in the report" "$FOLDER/said"
	eventually nothing_is_left
	[ "$(wc -l <"$FOLDER/report")" -gt 1000 ]
	[ "$(wc -l <"$FOLDER/report")" -lt 12000 ]
}

@test "if the process that is left behind is killed, the rules hold on" {
	mkfifo "$FOLDER/go"
	"$SOCKOPT" run --engine bpf --report "$FOLDER/report" TCP_USER_TIMEOUT=30s -- bash -c "read -r <'$FOLDER/go'; connects 'print(c.getsockopt(S, U))'" >"$FOLDER/out" &
	STARTED+=("$!")
	in_its_cgroup() {
		! no_cgroup && [ "$(cat "$CGROUP"/sockopt-run-*/cgroup.procs)" != "" ] && [ -n "$(serving "$!")" ]
	}
	eventually in_its_cgroup
	kill -KILL "$(serving "$!")"
	echo >"$FOLDER/go"
	wait "$!"
	[ "$(cat "$FOLDER/out")" = 30000 ]
	# it is not there any more to remove the cgroup: the next one does, but none that is locked
	mkdir "$CGROUP/sockopt-run-1"
	run -0 flock "$CGROUP/sockopt-run-1" "$SOCKOPT" run --engine bpf TCP_NODELAY=on -- true
	only_the_locked_one() {
		[ "$(echo "$CGROUP"/sockopt-run-*)" = "$CGROUP/sockopt-run-1" ]
	}
	eventually only_the_locked_one
	running TCP_NODELAY=on -- true
}
