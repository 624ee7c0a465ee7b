#!/usr/bin/env bats
# sockopt check -- PROGRAM: each mistake in calls that a program makes, and the near miss of each

load common

CALLS="$BATS_TEST_DIRNAME/helper/calls.py"

# found NAME found|near [PREFIX...]: the checks that find something with a run, in order; into FOUND
found() {
	local name=$1 which=$2 status=0

	shift 2
	"$@" "$SOCKOPT" check --json -- python3 "$CALLS" "$name" "$which" 2>"$FOLDER/found" || status=$?
	[ "$status" -le 1 ] || { cat "$FOLDER/found"; return 1; }
	FOUND=$(jq -r .check "$FOLDER/found" | sort | tr '\n' ' ')
}

# judged NAME FOUND [PREFIX...]: exactly these with the mistake, nothing with the near miss
judged() {
	local name=$1 wanted=$2

	shift 2
	found "$name" found "$@"
	[ "$FOUND" = "$wanted" ] || { echo "found: $FOUND"; cat "$FOLDER/found"; return 1; }
	found "$name" near "$@"
	[ "$FOUND" = "" ] || { echo "near miss, found: $FOUND"; cat "$FOLDER/found"; return 1; }
}

@test "P01: one byte for an int; not four, and not where one is taken" { judged p01 "P01 "; }
@test "P05: a timeout as an int; not as a struct timeval" { judged p05 "P05 "; }
@test "P06: two million microseconds; not 999999" { judged p06 "P06 "; }
@test "P08: SO_LINGER as an int; not as a struct linger" { judged p08 "P08 "; }
@test "P19: SO_REUSEADDR after bind; not before" { judged p19 "P19 "; }
@test "P19: an option of the handshake after it; not before" { judged p19-maxseg "P19 "; }
@test "P32: TCP_KEEPCNT 128; not 127" { judged p32 "P32 "; }
@test "P32: IP_TTL 256; not 255" { judged p32-ttl "P32 "; }
@test "P45: TCP_FASTOPEN on a connection; not on a socket that can listen" { judged p45 "P45 "; }
@test "P46: a congestion control that is not there; not the system's" { judged p46 "P46 "; }
@test "P49: IPV6_V6ONLY after bind; not before" { judged p49 "P49 "; }
@test "P73: SO_TYPE set; not read" { judged p73 "P73 "; }

@test "P14c: more than net.core.rmem_max; not exactly that" {
	needs_root "what the kernel kept is seen by the bpf engine alone"
	"$SOCKOPT" trace --engine bpf -- true 2>/dev/null || skip "the bpf engine cannot be had"
	judged p14c "P14c "
}

@test "P54: a priority that needs a capability; not one that needs none" {
	needs_root "a user without capabilities"
	judged p54 "P54 " "${NOBODY[@]}"
}

@test "P10b: SO_LINGER of 5000 s; not of 5" { judged p10b "P10b "; }
@test "P61b: one group too many; not as many as are allowed" { judged p61b "P61b "; }

@test "P56: a bound device that is taken off; not the first one" {
	needs_root "a user without capabilities"
	judged p56 "P56 " "${NOBODY[@]}"
}

@test "P100: an option of UDP-Lite; not of UDP" {
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136)' 2>/dev/null || skip "no UDP-Lite here"
	judged p100 "P100 "
}

@test "P64: what an MPTCP socket does not have; not on a TCP one" {
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)' 2>/dev/null || skip "no MPTCP here"
	judged p64 "P64 "
}

@test "P07, P07b, P10, P31, P31c, P31d: timeouts that do not work as meant; not those that do" {
	judged timeouts "P07 P07b P10 P31 P31c P31d "
}

@test "P11, P41, P53, P68: options of a listener" { judged listeners "P11 P41 P53 P68 "; }
@test "P12c, P58b, P75: a fixed buffer, no such device, copies on the loopback" { judged senders "P12c P58b P75 "; }
@test "P48: a ULP that is not there; not one that is asked for" { judged p48 "P48 "; }
@test "P52, P52b: a DSCP as it is; not shifted" { judged marks "P52 P52b "; }

@test "P24: a queue that a listener of a group takes along; not one that is empty" {
	[ "$(cat /proc/sys/net/ipv4/tcp_migrate_req)" = 0 ] || skip "net.ipv4.tcp_migrate_req is on"
	judged p24 "P24 "
}

@test "P44: TCP_FASTOPEN that the system does not allow; not one that is off" {
	[ "$(($(cat /proc/sys/net/ipv4/tcp_fastopen) & 2))" = 0 ] || skip "net.ipv4.tcp_fastopen allows it"
	judged p44 "P44 "
}

@test "P55: a capability that does not count; not one that does" {
	unshare -Urn true 2>/dev/null || skip "no user namespaces here"
	judged p55 "P55 " unshare -Urn
	run --separate-stderr -1 "$SOCKOPT" check -- unshare -Urn python3 "$CALLS" p55 found
	[[ "$stderr" == *"needs CAP_NET_ADMIN in the initial user namespace; the thread has that in another user namespace "* ]]
}

@test "P67b: SO_DEBUG turned on; not TCP_NODELAY" {
	needs_root "SO_DEBUG"
	judged p67b "P67b "
}

@test "every check of calls has a test here" {
	"$SOCKOPT" check --list --json | jq -r 'select(.when.trace).check' | sort >"$FOLDER/checks"
	sed -n 's/^@test "\(P[^:]*\):.*/\1/p' "$BATS_TEST_FILENAME" | tr -d ' ' | tr , '\n' | sort -u >"$FOLDER/tested"
	diff "$FOLDER/checks" "$FOLDER/tested"
}

@test "text: the call as trace shows it, why, the cure; the program's output stays its own" {
	run --separate-stderr -1 "$SOCKOPT" check -- sh -c "echo its own; exec python3 '$CALLS' p05 found"
	[ "$output" = "its own" ]
	[[ "${stderr_lines[0]}" == "error P05  "* ]]
	[[ "${stderr_lines[1]}" == *"python3 "*"set SO_RCVTIMEO"*EINVAL* ]]
	[[ "$stderr" == *"optlen is 4"*"timeval"*"16"*"bytes"* ]]
	[[ "$stderr" == *"cure struct timeval value;"* ]]
	[[ "$stderr" == *"more sockopt explain SO_RCVTIMEO, sockopt check --explain P05"* ]]
	is_harmless <<<"$stderr"
	run --separate-stderr -0 "$SOCKOPT" check --severity error -- python3 "$CALLS" p19 found
	[ "$stderr" = "Nothing was found." ]
	run --separate-stderr -0 "$SOCKOPT" check --ignore P05 -- python3 "$CALLS" p05 found
}

@test "a trace that was kept is judged the same, on stdout" {
	"$SOCKOPT" trace --save "$FOLDER/capture" -- python3 "$CALLS" p32 found 2>/dev/null
	run --separate-stderr -1 "$SOCKOPT" check --read "$FOLDER/capture" --json
	[ "$(jq -r '"\(.check) \(.count) \(.call.option)"' <<<"$output")" = "P32 1 TCP_KEEPCNT" ]
	echo nonsense >"$FOLDER/capture"
	run --separate-stderr -3 "$SOCKOPT" check --read "$FOLDER/capture"
	[[ "$stderr" == *"is not a trace"* ]]
}

@test "one thing is judged at a time" {
	run --separate-stderr -2 "$SOCKOPT" check tcp -- true
	run --separate-stderr -2 "$SOCKOPT" check --read "$FOLDER/x" -- true
	run --separate-stderr -2 "$SOCKOPT" check --
	run --separate-stderr "$SOCKOPT" check -- "$FOLDER/no-such-program"
	[ "$status" -gt 1 ]
}
