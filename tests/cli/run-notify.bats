#!/usr/bin/env bats
# sockopt run --engine notify: what this engine alone has to bear

load common

setup() {
	setup_common
	"$SOCKOPT" run --engine notify TCP_NODELAY=on -- true 2>/dev/null || skip "engine notify cannot be had here"
}

# on_demand RULE: a program that makes a pair of sockets a line, and tells the three values
on_demand() {
	mkfifo "$FOLDER/in" "$FOLDER/out"
	exec {IN}<>"$FOLDER/in" {OUT}<>"$FOLDER/out"
	"$SOCKOPT" run --engine notify --report "$FOLDER/report" "$@" -- \
		"$HELPERS/lives" on-demand "$SOL_SOCKET" "$SO_PRIORITY" <"$FOLDER/in" >"$FOLDER/out" 2>"$FOLDER/err" 3>&- &
	LAST=$!
	STARTED+=("$LAST")
	answers "$WANTED"
}

answers() {
	local line

	echo >&"$IN"
	read -r -t $((10 * PATIENCE)) line <&"$OUT"
	[ "$line" = "$1" ] || {
		echo "answer: '$line', expected '$1'"
		return 1
	}
}

# serving_parent: who watches; serving_child: who serves
serving() {
	local pid

	for pid in $(grep -lsaF "$FOLDER/report" /proc/[0-9]*/cmdline | cut -d/ -f3); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sockopt ] && echo "$pid"
	done
}

serving_child() {
	local pid all

	all=$(serving)
	for pid in $all; do
		grep -qx "$(awk '{print $4}' "/proc/$pid/stat")" <<<"$all" && echo "$pid"
	done
}

@test "the process that serves is killed: another takes over, and the rules hold on" {
	local first

	WANTED="0 5 5"
	on_demand SO_PRIORITY=5
	for _ in 1 2 3; do
		first=$(serving_child)
		kill -KILL "$first"
		answers "0 5 5"
		[ "$(serving_child)" != "$first" ]
	done
	grep -q "was killed; another one took over" "$FOLDER/err"
	kill "$LAST"
	gone() { [ -z "$(serving)" ]; }
	eventually gone
}

@test "both of them are killed: the calls that rules watch fail with ENOSYS, which the program tells" {
	WANTED="0 5 5"
	on_demand -r 'accept, connect: SO_PRIORITY=5'
	# shellcheck disable=SC2046
	kill -KILL $(serving | sort -n)
	gone() { [ -z "$(serving)" ]; }
	eventually gone
	echo >&"$IN"
	status=0
	wait "$LAST" || status=$?
	[ "$status" = 1 ]
	grep -q "lives: .*: Function not implemented" "$FOLDER/err"
}

@test "a signal in between: the answer is not lost, whatever the program was waiting for" {
	run --separate-stderr -0 "$SOCKOPT" run --engine notify -r 'accept: SO_PRIORITY=5' -r 'connect and peer=127.0.0.1: SO_PRIORITY=4' -- \
		python3 -c '
import signal, socket
n = 0
def hit(*_):
    global n
    n += 1
signal.signal(signal.SIGALRM, hit)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(64)
listener.setblocking(False)
wrong = 0
for i in range(500):
    client = socket.socket()
    client.setblocking(False)
    if client.connect_ex(listener.getsockname()) not in (0, 115):
        wrong += 1
    while True:
        try:
            accepted, peer = listener.accept()
            break
        except BlockingIOError:
            pass
    wrong += peer != client.getsockname()
    wrong += accepted.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY) != 5
    wrong += client.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY) != 4
    accepted.close()
    client.close()
signal.setitimer(signal.ITIMER_REAL, 0)
print(wrong, n > 100)'
	[ "$output" = "0 True" ]
}

@test "io_uring is noticed, once" {
	run --separate-stderr "$SOCKOPT" run --engine notify -r 'udp: SO_PRIORITY=5' -- "$HELPERS/lives" io_uring "$SOL_SOCKET" "$SO_PRIORITY"
	[[ "$stderr" != *"lives: "* ]] || skip "no io_uring: $stderr"
	[ "$output" = 0 ]
	[[ "${stderr_lines[0]}" == "warning: lives "*" uses io_uring: what it does with sockets there is not seen by engine notify" ]]
	[ "${stderr_lines[1]}" = "hint: --engine bpf sees it" ]
	[ "${#stderr_lines[@]}" = 2 ]
}

# lives32 ARGUMENT...: with RULES, the helper of 32 bits
lives32() {
	run --separate-stderr "$SOCKOPT" run --engine notify "${RULES[@]}" -- "$HELPERS/lives32" "$@"
}

@test "a static program of 32 bits: its calls are served as those of 64 bits" {
	[ -x "$HELPERS/lives32" ] || skip "this compiler makes no programs of 32 bits"
	"$HELPERS/lives32" stream "$SOL_SOCKET" "$SO_PRIORITY" >/dev/null || skip "this kernel runs no programs of 32 bits"
	local port

	port=$(free_port)
	RULES=(-r 'tcp: SO_PRIORITY=5')
	lives32 stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 5 5" ]
	[ -z "$stderr" ]
	RULES=(-r "socket and tcp: TCP_KEEPIDLE=44s")
	lives32 stream "$IPPROTO_TCP" "$TCP_KEEPIDLE"
	[ "$output" = "44 44 44" ]
	RULES=(-r "connect and tcp and peer=127.0.0.1: SO_PRIORITY=3" -r "connect and tcp and peer-port=$port: SO_PRIORITY=4" -r 'bind and tcp and local=127.0.0.1: SO_PRIORITY=2')
	lives32 stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "2 3 0" ]
	RULES=(-r 'deny=EACCES SO_PRIORITY=5' -r 'tcp: force TCP_KEEPIDLE=44s')
	lives32 asks "$SOL_SOCKET" "$SO_PRIORITY" 5
	[ "$output" = "13 0" ]
	lives32 asks "$SOL_SOCKET" "$SO_PRIORITY" 4
	[ "$output" = "0 4" ]
	lives32 asks "$IPPROTO_TCP" "$TCP_KEEPIDLE" 7
	[ "$output" = "0 44" ]
	[ -z "$stderr" ]
	RULES=(-r 'deny=EACCES SO_RCVTIMEO=2s')
	lives32 timeout 2
	[ "$output" = 13 ]
	lives32 timeout 3
	[ "$output" = 0 ]
	# its arguments are in memory, and may be others when the kernel reads them
	RULES=(-r 'socket and tcp: SO_PRIORITY=5')
	lives32 called "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = 0 ]
	[[ "${stderr_lines[0]}" == "warning: lives32 "*" makes system calls by socketcall(2), or of another table: those sockets are not seen by engine notify" ]]
}

@test "socketcall(2) by a 64-bit program is noticed" {
	run --separate-stderr "$SOCKOPT" run --engine notify -r 'udp: SO_PRIORITY=5' -- "$HELPERS/lives" int80 "$SOL_SOCKET" "$SO_PRIORITY"
	[[ "$stderr" != *"lives: "* ]] || skip "no 32-bit calls here: $stderr"
	[ "$output" = 0 ]
	[[ "${stderr_lines[0]}" == "warning: lives "*" makes system calls by socketcall(2), or of another table: those sockets are not seen by engine notify" ]]
}

@test "a wide value in the register of an option does not pass by" {
	run --separate-stderr -0 "$SOCKOPT" run --engine notify -r 'deny SO_PRIORITY' -- python3 -c '
import ctypes, os, platform, socket
number = {"x86_64": 54, "aarch64": 208}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
s = socket.socket()
value = ctypes.c_int(5)
high = 1 << 40
r = libc.syscall(ctypes.c_long(number), ctypes.c_long(s.fileno() + high), ctypes.c_long(1 + high), ctypes.c_long(12 + high),
                 ctypes.byref(value), ctypes.c_long(4 + high))
print(r, s.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY))'
	[ "$output" = "-1 0" ]
}

@test "where Yama keeps processes apart, a plain user is told so, and auto takes another engine; root is served" {
	needs_root "to let Yama seem to be there"
	mkdir -p "$FOLDER/kernel/yama"
	echo 1 >"$FOLDER/kernel/yama/ptrace_scope"
	chmod -R a+rX "$FOLDER"
	with_yama() {
		unshare -m sh -c 'mount --bind "$0/kernel" /proc/sys/kernel && exec "$@"' "$FOLDER" "$@"
	}
	run --separate-stderr -125 with_yama "${NOBODY[@]}" "$SOCKOPT" run --engine notify SO_PRIORITY=5 -- true
	[ "${stderr_lines[0]}" = "sockopt: engine notify is not to be had: kernel.yama.ptrace_scope keeps the serving process from the program's sockets" ]
	[ "${stderr_lines[1]}" = "hint: as root it works; so does 'sysctl kernel.yama.ptrace_scope=0'" ]
	run --separate-stderr with_yama "${NOBODY[@]}" "$SOCKOPT" run -v -r 'tcp: SO_PRIORITY=5' -- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[[ "$stderr" == *"engine notify is not to be had: kernel.yama.ptrace_scope"*"engine preload"* ]]
	[ "$output" = "0 5 5" ] || skip "a plain user cannot read the preloaded object here"
	run --separate-stderr -0 with_yama "$SOCKOPT" run --engine notify -r 'tcp: SO_PRIORITY=5' -- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 5 5" ]
	echo 0 >"$FOLDER/kernel/yama/ptrace_scope"
	run --separate-stderr -0 with_yama "${NOBODY[@]}" "$SOCKOPT" run --engine notify -r 'tcp: SO_PRIORITY=5' -- "$HELPERS/lives" stream "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = "0 5 5" ]
}

@test "a plain user's filter would take the rights of a setuid program: refused" {
	needs_root "to make a program setuid"
	cp "$(type -P true)" "$FOLDER/setuid"
	chmod 4755 "$FOLDER/setuid"
	run --separate-stderr -125 "${NOBODY[@]}" "$SOCKOPT" run --engine notify TCP_NODELAY=on -- "$FOLDER/setuid"
	[[ "$stderr" == *"the program is setuid or has capabilities"* ]]
	run --separate-stderr -0 "$SOCKOPT" run --engine notify TCP_NODELAY=on -- "$FOLDER/setuid"
}

@test "a program that gives its rights up has its sockets made with those it has" {
	needs_root "to give rights up"
	[ -x /usr/bin/python3 ] || skip "/usr/bin/python3, which any user may execute, is not there"
	run --separate-stderr -0 "$SOCKOPT" run --engine notify -r 'udp: SO_PRIORITY=5' -r 'accept: SO_PRIORITY=5' -- \
		"${NOBODY[@]}" /usr/bin/python3 -c '
import os, socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(os.fstat(u.fileno()).st_uid, u.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY))
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 255)
    print("a raw socket")
except PermissionError:
    print("refused")
l = socket.socket()
l.bind(("127.0.0.1", 0))
l.listen()
c = socket.create_connection(l.getsockname())
a, _ = l.accept()
print(os.fstat(a.fileno()).st_uid, a.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY))
try:
    socket.socket().bind(("127.0.0.1", 81))
    print("a port of root")
except PermissionError:
    print("refused")'
	[ "$output" = $'65534 5\nrefused\n65534 5\nrefused' ]
}

@test "another network namespace than it began in: its sockets are made there, and it is told" {
	needs_root "to make a namespace"
	unshare --net true 2>/dev/null || skip "no network namespaces"
	run --separate-stderr -0 "$SOCKOPT" run --engine notify -r 'udp: SO_PRIORITY=5' -- unshare --net python3 -c '
import socket
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    u.connect(("192.0.2.1", 9))
    print("a route")
except OSError:
    print("no route")'
	[ "$output" = "no route" ]
	[[ "$stderr" == *"has other rights or namespaces than it began with"* ]]
}
