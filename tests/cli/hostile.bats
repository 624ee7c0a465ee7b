#!/usr/bin/env bats
# Systems that are not as one would like them: huge descriptors, a /proc that hides, lies or does not answer, stopped
# processes, clocks that jump

load common

setup() {
	setup_common
	ENGINES=(pidfd)
	[ "$(id -u)" != 0 ] || ! "$SOCKOPT" show --engine bpf all >/dev/null 2>&1 || ENGINES+=(bpf)
}

# far: a process whose TCP socket has the greatest descriptor that there may be, in FAR; its number is in FD
far() {
	mkfifo "$FOLDER/told"
	exec {told}<>"$FOLDER/told"
	start python3 -c '
import os, resource, socket, sys, time
top = int(open("/proc/sys/fs/nr_open").read())
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (top, top))
except (OSError, ValueError):
    print("none", flush=True)
    sys.exit()
one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
one.bind(("127.0.0.1", 0))
one.listen()  # what neither listens nor is connected is not in the tables that engine bpf walks
os.dup2(one.fileno(), top - 6)
one.close()
print(top - 6, flush=True)
time.sleep(600)' >"$FOLDER/told"
	FAR=$LAST
	read -r -t $((20 * PATIENCE)) -u "$told" FD
	[ "$FD" != none ] || skip "the limit of descriptors may not be raised (CAP_SYS_RESOURCE)"
	[ "$FD" -gt 1000000 ] || skip "fs.nr_open is $((FD + 6))"
}

@test "descriptors above 1,000,000: shown, set and set back with every engine" {
	needs_root "to raise the limit of descriptors"
	local engine

	far
	for engine in "${ENGINES[@]}"; do
		run --separate-stderr -0 "$SOCKOPT" show --engine "$engine" "$FAR:$FD" --json -o SO_PRIORITY
		[ "$(jq -c '[.holders[0].pid, .holders[0].fd, .options.SO_PRIORITY.value]' <<<"$output")" = "[$FAR,$FD,0]" ]
		run --separate-stderr -0 "$SOCKOPT" set --engine "$engine" "$FAR:$FD" SO_PRIORITY=5
		[ "$("$SOCKOPT" show --engine pidfd "$FAR:$FD" --json -o SO_PRIORITY | jq .options.SO_PRIORITY.value)" = 5 ]
		run --separate-stderr -0 "$SOCKOPT" undo
		[ "$("$SOCKOPT" show --engine pidfd "$FAR:$FD" --json -o SO_PRIORITY | jq .options.SO_PRIORITY.value)" = 0 ]
	done
	# and it is not taken for another one whose number is cut
	run --separate-stderr -1 "$SOCKOPT" show "$FAR:$((FD % 65536))"
	run -2 "$SOCKOPT" show "$FAR:$((FD + 4294967296))"
}

@test "a process that is stopped is shown and changed all the same, and stays stopped" {
	local engine

	program a
	ask a open udp 2
	kill -STOP "${PID[a]}"
	for engine in "${ENGINES[@]}"; do
		run --separate-stderr -0 timeout 20 "$SOCKOPT" show --engine "$engine" "udp and pid=${PID[a]}" --json
		[ "$(wc -l <<<"$output")" = 2 ]
	done
	run --separate-stderr -0 timeout 20 "$SOCKOPT" set "udp and pid=${PID[a]}" SO_PRIORITY=3
	[[ "$(cat "/proc/${PID[a]}/stat")" == *") T "* ]]
	kill -CONT "${PID[a]}"
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 2
}

@test "of a process only what is never slow is read: not its memory, its command line, or its environment" {
	needs strace
	program a
	ask a open udp 2
	strace -f -o "$FOLDER/calls" -e trace=openat,open "$SOCKOPT" show --engine pidfd "pid=${PID[a]}" >/dev/null ||
		skip "no ptrace(2) here"
	[ "$(grep -o "\"/proc/${PID[a]}/[^\"]*\"" "$FOLDER/calls" | tr -d '"' | sed 's#.*/##' | sort -u | tr '\n' ' ')" = "cgroup comm fd " ]
}

# in_proc OPTION COMMAND...: as nobody, in a mount namespace where /proc is mounted with this option
in_proc() {
	unshare --mount --propagation private sh -c 'mount -t proc -o "$0" proc /proc || exit 99; shift 0; exec "$@"' "$1" \
		"${NOBODY[@]}" "${@:2}"
}

@test "hidepid=1 and 2: own sockets are shown and set; of others it is said that they are not to be seen" {
	needs_root "to mount /proc"
	local hidden

	program mine "${NOBODY[@]}"
	program theirs
	ask mine open udp 1
	mkdir "$FOLDER/state"
	chown 65534 "$FOLDER/state"
	export SOCKOPT_JOURNAL=$FOLDER/state/journal
	for hidden in 1 2; do
		run --separate-stderr in_proc "hidepid=$hidden" true
		[ "$status" != 99 ] || skip "/proc cannot be mounted here"
		run --separate-stderr -0 in_proc "hidepid=$hidden" "$SOCKOPT" show "pid=${PID[mine]}" --json
		[ "$(wc -l <<<"$output")" = 2 ]
		run --separate-stderr -0 in_proc "hidepid=$hidden" "$SOCKOPT" set "udp and pid=${PID[mine]}" SO_PRIORITY=3
		told mine count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 1
		run --separate-stderr -0 in_proc "hidepid=$hidden" "$SOCKOPT" undo
		run --separate-stderr -4 in_proc "hidepid=$hidden" "$SOCKOPT" show "pid=${PID[theirs]}"
		[ "${stderr_lines[0]}" = "sockopt: cannot look into the process: Operation not permitted" ]
		run --separate-stderr -4 in_proc "hidepid=$hidden" "$SOCKOPT" set "pid=${PID[theirs]}" SO_PRIORITY=3
		told theirs count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 0
	done
}

@test "a /proc that lies about which socket a descriptor is: the wrong one is neither shown nor changed" {
	needs_root "to mount over /proc"
	local fd other

	program a
	ask a open udp 2
	fd=${WORDS[0]} other=${WORDS[1]}
	cat >"$FOLDER/play" <<-END
		mkdir -p "$FOLDER/lie/fd" "$FOLDER/lie/ns"
		echo liar >"$FOLDER/lie/comm"
		: >"$FOLDER/lie/ns/net"
		ln -s "\$(readlink /proc/${PID[a]}/fd/$other)" "$FOLDER/lie/fd/$fd"
		mount --bind "$FOLDER/lie" /proc/${PID[a]} || exit 99
		exec "\$@"
	END
	lying() {
		unshare --mount --propagation private sh "$FOLDER/play" "$@"
	}
	run --separate-stderr lying true
	rm -rf "$FOLDER/lie"
	[ "$status" != 99 ] || skip "nothing can be mounted over /proc"
	run --separate-stderr -1 lying "$SOCKOPT" show --engine pidfd "${PID[a]}:$fd"
	rm -rf "$FOLDER/lie"
	run --separate-stderr -1 lying "$SOCKOPT" set --engine pidfd "${PID[a]}:$fd" SO_PRIORITY=3
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 0
}

# slow OUT COMMAND...: in the background, where /proc tells the name of the process a only when somebody writes to a pipe
slow() {
	start unshare --mount --propagation private sh -c 'mount --bind "$0" "/proc/$1/comm" || exit 99; shift; exec "$@"' \
		"$FOLDER/comm" "${PID[a]}" "${@:2}" >"$FOLDER/$1" 2>"$FOLDER/$1.err"
}

@test "a /proc that does not answer is waited for: what comes late is right; interrupted, nothing is changed" {
	needs_root "to mount over /proc"
	local status=0

	program a
	ask a open udp 1
	mkfifo "$FOLDER/comm"
	waits() { grep -Eq 'wait_for_partner|fifo_open' "/proc/$LAST/wchan"; }
	slow set "$SOCKOPT" set --engine pidfd "udp and pid=${PID[a]}" SO_PRIORITY=3
	eventually waits || skip "nothing can be mounted over /proc, or it is not to be seen that it waits: $(cat "$FOLDER/set.err")"
	kill -TERM "$LAST"
	wait "$LAST" || status=$?
	[ "$status" = 143 ]
	[ "$(cat "$FOLDER/set.err")" = "sockopt: interrupted; nothing was changed" ]
	[ -z "$(ls "$SOCKOPT_JOURNAL")" ]
	slow show "$SOCKOPT" show --engine pidfd --json -o SO_PRIORITY "udp and pid=${PID[a]}"
	eventually waits
	echo late >"$FOLDER/comm"
	wait "$LAST"
	[ "$(jq -c '[.holders[0].process, .options.SO_PRIORITY.value]' "$FOLDER/show")" = '["late",0]' ]
}

# liar MS [LIE]... -- COMMAND...: where /proc/PID of the process a answers late, and not always the truth
liar() {
	python3 "$BATS_TEST_DIRNAME/helper/slow_proc.py" "${PID[a]}" "$@"
}

@test "a /proc that answers late, that tells another thing each time, or that has no end: right, or refused; never another socket" {
	needs_root "to mount over /proc"
	local fd other n

	program a
	ask a open udp 2
	fd=${WORDS[0]} other=${WORDS[1]}
	run --separate-stderr liar 0 -- true
	[ "$status" != 99 ] || skip "FUSE cannot be mounted here"

	run --separate-stderr -0 liar 5 -- "$SOCKOPT" show --engine pidfd --json -o SO_PRIORITY "udp and pid=${PID[a]}"
	[ "$(jq -c '[.holders[0].fd, .options.SO_PRIORITY.value]' <<<"$output" | sort | tr '\n' ' ')" = "[$fd,0] [$other,0] " ]
	run --separate-stderr -0 liar 5 -- "$SOCKOPT" set --engine pidfd "${PID[a]}:$fd" SO_PRIORITY=3
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 1
	run --separate-stderr -0 liar 5 -- "$SOCKOPT" undo
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 0

	# what is told is one, what is there the other: whichever is changed, it is that descriptor's, and one alone
	for n in 1 2 3; do
		run --separate-stderr liar 0 "swap=$fd,$other" -- "$SOCKOPT" set --engine pidfd "${PID[a]}:$fd" SO_PRIORITY=4
		[[ "$status" = [013] ]]
		told a get "$other" "$SOL_SOCKET" "$SO_PRIORITY" -- 0
		"$SOCKOPT" undo 2>/dev/null || true
	done

	run --separate-stderr -0 liar 0 endless=cgroup endless=comm -- "$SOCKOPT" show --engine pidfd --json "udp and pid=${PID[a]}"
	[ "$(jq -s length <<<"$output")" = 2 ]
	[ "$(jq -r '.holders[0].process' <<<"$output" | head -1 | wc -c)" -lt 64 ]
}

@test "a clock that jumps: log and undo keep the order of the changes" {
	local n

	program a
	ask a open udp 1
	for n in 1 2 3 4; do
		run --separate-stderr -0 env LD_PRELOAD="$HELPERS/libskewed-clock.so" "$SOCKOPT" set "udp and pid=${PID[a]}" "SO_PRIORITY=$n"
	done
	[ "$("$SOCKOPT" log --json | jq -c .id | tr '\n' ' ')" = "1 2 3 4 " ]
	for n in 4 3 2 1; do
		told a count "$SOL_SOCKET" "$SO_PRIORITY" "$n" -- 1
		run --separate-stderr -0 env LD_PRELOAD="$HELPERS/libskewed-clock.so" "$SOCKOPT" undo
	done
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 2
}

# Its child is stopped for half a second, in which the clock goes on by hours: it would be ended.
@test "a clock that jumps: what is probed is not taken for something that hangs" {
	local child=''

	SKEW=forward LD_PRELOAD="$HELPERS/libskewed-clock.so" "$SOCKOPT" probe --json SO_RCVBUF IP_TOS TCP_NODELAY IPV6_TCLASS \
		>"$FOLDER/probed" &
	until [ -n "$child" ] && kill -STOP "$child"; do
		child=$(cat "/proc/$!/task/$!/children")
	done
	sleep 0.5
	kill -CONT "$child"
	wait "$!"
	[ "$(jq -s 'map(select(.option)) | length' "$FOLDER/probed")" -gt 0 ]
}

@test "a clock of its own: a trace in a time namespace has the time of day" {
	local engine before after one="import socket; socket.socket().setsockopt(1, 2, 1)"

	unshare -T --fork true || skip "there are no time namespaces for us"
	for engine in ptrace bpf; do
		before=$(date +%s)
		if ! unshare -T --fork --boottime 86400 --monotonic 3600 \
			"$SOCKOPT" trace --engine $engine --json -o "$FOLDER/trace" -- python3 -c "$one" 2>"$FOLDER/why"; then
			[ $engine = bpf ] && skip "with engine ptrace alone: $(cat "$FOLDER/why")"
			false
		fi
		after=$(date +%s)
		jq -es --argjson before "$before" --argjson after "$after" \
			'length > 0 and all(.[].time[0:19] + "Z" | fromdate; $before <= . and . <= $after)' "$FOLDER/trace"
	done
}

@test "a clock that jumps: a trace has its calls in the order in which they were made, at times that ascend" {
	LD_PRELOAD="$HELPERS/libskewed-clock.so" "$SOCKOPT" trace --engine ptrace --json -o "$FOLDER/trace" -- \
		python3 -c '
import socket, time
one = socket.socket()
for value in range(1, 7):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, value)
    time.sleep(0.01)' 2>"$FOLDER/why" || skip "$(head -1 "$FOLDER/why")"
	[ "$(jq -c 'select(.option == "SO_PRIORITY") | .value' "$FOLDER/trace" | tr '\n' ' ')" = "1 2 3 4 5 6 " ]
	jq -es '[.[].time] == ([.[].time] | sort)' "$FOLDER/trace"
}
