#!/usr/bin/env bats
# sockopt run --engine preload: what this engine alone has to bear

load common

setup() {
	setup_common
	"$SOCKOPT" run --engine preload TCP_NODELAY=on -- /bin/sh -c : 2>/dev/null || skip "engine preload cannot be had here"
}

@test "a static program is refused, instead of doing nothing" {
	[ -x "$HELPERS/lives-static" ] || skip "musl-gcc is not installed"
	run --separate-stderr -125 "$SOCKOPT" run --engine preload TCP_NODELAY=on -- "$HELPERS/lives-static" stream 6 1
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: engine preload is not to be had: the program is static: it has no dynamic loader that would load anything" ]
	[ "${stderr_lines[1]}" = "hint: another engine is needed: notify, or bpf as root" ]
}

@test "so is a program whose loader would ignore it: setuid, or of another word size" {
	cp "$(type -P true)" "$FOLDER/setuid"
	chmod 4755 "$FOLDER/setuid"
	run --separate-stderr -125 "$SOCKOPT" run --engine preload TCP_NODELAY=on -- "$FOLDER/setuid"
	[[ "$stderr" == *"setuid or has capabilities: its loader ignores LD_PRELOAD"* ]]
	python3 -c 'import sys; d = bytearray(open(sys.argv[1], "rb").read()); d[4] = 3 - d[4]; open(sys.argv[2], "wb").write(d)' \
		"$(type -P true)" "$FOLDER/other"
	chmod 755 "$FOLDER/other"
	run --separate-stderr -125 "$SOCKOPT" run --engine preload TCP_NODELAY=on -- "$FOLDER/other"
	[[ "$stderr" == *"the program is of another word size"* ]]
}

@test "a script's interpreter is what counts" {
	printf '#!%s\nimport socket\nprint(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).getsockopt(1, 12))\n' "$(type -P python3)" >"$FOLDER/script"
	chmod 755 "$FOLDER/script"
	run --separate-stderr -0 "$SOCKOPT" run --engine preload -r 'udp: SO_PRIORITY=5' -- "$FOLDER/script"
	[ "$output" = 5 ]
}

@test "what was preloaded before is preloaded still" {
	LD_PRELOAD=libdl.so.2 run --separate-stderr -0 "$SOCKOPT" run --engine preload TCP_NODELAY=on -- /bin/sh -c 'echo "$LD_PRELOAD"'
	[[ "$output" == *"/libsockopt-preload.so:libdl.so.2" ]]
}

@test "rules with quotes, comments and several lines arrive as they were" {
	printf 'udp and process="lives": # the name\n  SO_PRIORITY=5\n' >"$FOLDER/a.rules"
	run --separate-stderr -0 "$SOCKOPT" run --engine preload -f "$FOLDER/a.rules" --report "$FOLDER/report" -- \
		"$HELPERS/lives" datagram "$SOL_SOCKET" "$SO_PRIORITY"
	[ "$output" = 5 ]
	eventually test -s "$FOLDER/report"
	[ "$(jq -r '.rule | "\(.source | sub(".*/"; "")) \(.line)"' "$FOLDER/report")" = "a.rules 1" ]
}

@test "errno of a call that succeeds is left alone" {
	run --separate-stderr -0 "$SOCKOPT" run --engine preload -r 'force SO_PRIORITY=5' -- python3 -c '
import ctypes, socket
libc = ctypes.CDLL(None, use_errno=True)
ctypes.set_errno(99)
fd = libc.socket(2, 2, 0)
value = ctypes.c_int(3)
print(fd >= 0, libc.setsockopt(fd, 1, 12, ctypes.byref(value), 4), ctypes.get_errno())'
	[ "$output" = "True 0 99" ]
}

@test "what a stranger sends in the program's name is not believed" {
	command -v strace >/dev/null || skip "strace is not there"
	start "$SOCKOPT" run --engine preload --report "$FOLDER/report" -r 'tcp: SO_KEEPALIVE=on' -- \
		strace -f -qq -e trace=sendto -xx -s 9999 -o "$FOLDER/sent" \
		python3 -c 'import socket, time; s = socket.socket(); s.listen(); time.sleep(1000)'
	reported() { [ "$(wc -l <"$FOLDER/report")" -ge "$1" ]; }
	eventually reported 1
	# strace that is ended leaves its program running
	STARTED+=("$(pgrep -P "$LAST")")
	# the same again, with another key, and as it was
	cat >"$FOLDER/again.py" <<-'END'
		import re, socket, sys
		line = [one for one in open(sys.argv[1]) if "sendto" in one][-1]
		message, name = (bytes.fromhex(one.replace("\\x", "")) for one in re.findall(r'"((?:\\x[0-9a-f]{2})+)"', line)[:2])
		key = re.search(rb"SOCKOPT_PRELOAD_SINK=\S+ ([0-9a-f]{32})", open(f"/proc/{sys.argv[2]}/environ", "rb").read())[1]
		assert message.count(key) == 1
		to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		for one in ([message.replace(key, b"0" * 32)] * 3 if sys.argv[3] == "stranger" else [message]):
		    to.sendto(one, b"\0" + name)
	END
	run -0 python3 "$FOLDER/again.py" "$FOLDER/sent" "$LAST" stranger
	run -0 python3 "$FOLDER/again.py" "$FOLDER/sent" "$LAST" itself
	eventually reported 2
	[ "$(wc -l <"$FOLDER/report")" -eq 2 ]
}

@test "a socket that cannot be looked at is told of, once: no rule holds for it" {
	command -v strace >/dev/null || skip "strace is not there"
	run --separate-stderr -0 strace -f -qq -o /dev/null -e trace=getsockname -e inject=getsockname:error=ENOMEM \
		"$SOCKOPT" run --engine preload -r 'udp: SO_PRIORITY=5' -- python3 -c '
import socket
print([socket.socket(socket.AF_INET, socket.SOCK_DGRAM).getsockopt(1, 12) for i in range(3)])'
	[ "$output" = "[0, 0, 0]" ]
	[[ "$stderr" == "warning: a socket of "*" could not be looked at: no rule was applied to it" ]]
}

# Neither the child of vfork(2) nor the shell that it becomes, which loads nothing, says a word.
@test "who has not told of itself is waited for: a child without the shared object, whose parent is gone" {
	mkfifo "$FOLDER/go"
	run --separate-stderr -0 "$SOCKOPT" run --engine preload --report "$FOLDER/report" -r 'udp: SO_PRIORITY=5' -- python3 -c '
import os, subprocess, sys
preload = os.environ["LD_PRELOAD"]
subprocess.Popen(["sh", "-c", "read -r go <$0 && sleep 0.1 && LD_PRELOAD=$1 exec $2 datagram $3 $4", sys.argv[1], preload] + sys.argv[2:],
                 env={**os.environ, "LD_PRELOAD": ""}, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
os._exit(0)' "$FOLDER/go" "$HELPERS/lives" "$SOL_SOCKET" "$SO_PRIORITY" 3>&-
	echo >"$FOLDER/go"
	eventually test -s "$FOLDER/report"
	[ "$(jq -r '.option + " " + .result' "$FOLDER/report")" = "SO_PRIORITY kept" ]
}

# Else the server would watch who has that number outside, for as long as he lives.
@test "a process in a pid namespace of its own is told by the number that it has outside" {
	unshare --pid --fork true 2>/dev/null || skip "no pid namespace can be made"
	nobody_serves() {
		! grep -qzs "^$FOLDER/report$" /proc/[0-9]*/cmdline
	}
	run --separate-stderr -0 "$SOCKOPT" run --engine preload --report "$FOLDER/report" -r 'udp: SO_PRIORITY=5' -- \
		unshare --pid --fork python3 -c '
import os, socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(os.getpid(), os.readlink("/proc/self"), open("/proc/self/comm").read().strip())'
	eventually test -s "$FOLDER/report"
	[ "$output" = "1 $(jq -r '.holders[0] | "\(.pid) \(.process)"' "$FOLDER/report")" ]
	# and its name is not that of another's number
	eventually nobody_serves
}
