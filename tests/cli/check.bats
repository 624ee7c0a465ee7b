#!/usr/bin/env bats
# sockopt check: each mistake on real sockets, and the near miss of each

load common
load judge

@test "P07: a receive timeout without blocking; not with it" { judged p07 "P07 " ""; }
@test "P07b: a send timeout without blocking; not with it" { judged p07b "P07b " ""; }
@test "P09: SO_LINGER on with 0 s; not with 5 s" { judged p09 "P09 " ""; }
@test "P10: SO_LINGER that blocks an event loop; not a program that blocks anyway" { judged p10 "P10 " ""; }
@test "P11: a listener's SO_LINGER; not one that is off" { judged p11 "P11 " ""; }
@test "P12: SO_RCVBUF that locks the buffer; not one that was unlocked again" { judged p12 "P12 " ""; }
@test "P12b: SO_SNDBUF that locks the buffer; not one that was unlocked again" { judged p12b "P12b " ""; }
@test "P13: SO_RCVBUF raised after the handshake; not before it" { judged p13 "P12 P13 " "P12 "; }
@test "P14: a receive buffer cut to the limit; not one below it" { judged p14 "P14 " ""; }
@test "P14b: a send buffer cut to the limit; not one below it" { judged p14b "P14b " ""; }
@test "P18: a listener without SO_REUSEADDR; not with it" { judged p18 "P18 " ""; }
@test "P18: the same; not on a port that the kernel chose" { judged p18-chosen "P18 " ""; }
@test "P22: SO_REUSEPORT alone on the port; not two of them" { judged p22 "P22 " ""; }
@test "P22b: datagram sockets that share an address; not two addresses" { judged p22b "P22b " ""; }
@test "P22b: the same; not members of a group" { judged p22b-group "P22b " ""; }
@test "P25: a queue that waits beside an empty one; not two that wait" { judged p25 "P25 " ""; }
@test "P26: keepalive with the default time; not with a shorter one" { judged p26 "P26 " ""; }
@test "P26: the same on a listener" { judged p26-listener "P26 " ""; }
@test "P27: keepalive times without keepalive; not with it" { judged p27 "P27 " ""; }
@test "P28: keepalive alone; not with a user timeout that fits" { judged p28 "P28 " ""; }
@test "P29: a user timeout that ends at the first probe; not one that fits" { judged p29 "P29 " ""; }
@test "P29: a user timeout longer than the probes; not one between" { judged p29-long "P29 " ""; }
@test "P30: a closed window with a user timeout; not without" { judged p30 "P30 " ""; }
@test "P31: a user timeout of 30 ms; not one of 30 s" { judged p31 "P31 " ""; }
@test "P31b: a keepalive time of 30000 s; not one of 30 s" { judged p31b "P31b " ""; }
@test "P35: keepalive's interval alone; not with the idle time" { judged p35 "P35 " ""; }
@test "P39: a cork on a silent connection; not on a busy one" { judged p39 "P39 " ""; }
@test "P44: TCP_FASTOPEN that the system does not allow; not where it does" { judged p44 "P44 " ""; }
@test "P50: IPv6 alone at a port; not beside a listener for IPv4" { judged p50 "P50 " ""; }
@test "P50: the same; not one of both families" { judged p50-dual "P50 " ""; }
@test "P51: IP_TOS alone on a dual-stack socket; not with IPV6_TCLASS" { judged p51 "P51 " ""; }
@test "P51: IPV6_TCLASS alone on a dual-stack socket; not on one of IPv6 only" { judged p51-v6only "P51 " ""; }
@test "P52: a DSCP in the place of the byte; not the byte" { judged p52 "P52 " ""; }
@test "P52: the same on TCP, where the kernel cuts the ECN bits" { judged p52-tcp "P52 " ""; }
@test "P52b: the same in IPv6" { judged p52b "P52b " ""; }
@test "P53: a listener's SO_PRIORITY; not an accepted socket's" { judged p53 "P53 " ""; }
@test "P59: groups of others; not where both are in the same one" { judged p59 "P59 " ""; }
@test "P59: the same; not with IP_MULTICAST_ALL off" { judged p59-off "P59 " ""; }
@test "P62: multicast with TTL 1; not to a group of the link" { judged p62 "P62 " ""; }
@test "P62: the same; not with a TTL of 8" { judged p62-ttl "P62 " ""; }
@test "P74: SO_BUSY_POLL on the loopback; not one of 0" { judged p74 "P74 " ""; }
@test "P75: SO_ZEROCOPY over the loopback; not to another address" { judged p75 "P75 " ""; }
@test "P85: a datagram socket that dropped; not one that was read in time" { judged p85 "P85 " ""; }
@test "P86: a queue that overflows; not one that is just full" { judged p86 "P86 " ""; }

# Nagle holds something back for as long as the peer delays its acknowledgement: most of the time, not always.
@test "P37: a write that waits for an acknowledgement; not with TCP_NODELAY" {
	mistake p37 found
	eventually [ "$(found)" = "P37 " ] || {
		nagle() { [ "$(found)" = "P37 " ]; }
		eventually nagle
	}
	kill "$MISTAKE"
	mistake p37 near
	for _ in 1 2 3 4 5; do
		[ "$(found)" = "" ]
	done
}

@test "every check has a test here" {
	"$SOCKOPT" check --list --json | jq -r 'select(.when.live).check' | sort >"$FOLDER/checks"
	sed -n 's/^@test "\(P[0-9]*[a-z]*\):.*/\1/p' "$BATS_TEST_DIRNAME"/check{,-reach}.bats | sort -u >"$FOLDER/tested"
	diff "$FOLDER/checks" "$FOLDER/tested"
}

@test "the cure of a finding mends it" {
	local name

	for name in p09 p10 p11 p12 p12b p18 p26 p27 p28 p29 p31 p31b p35 p39 p51 p52 p52-tcp p52b p59 p62; do
		cured "$name"
	done
}

@test "text: severity, socket, holder, the numbers, the cure, where to read on" {
	mistake p29 found
	run --separate-stderr -1 "$SOCKOPT" check "pid=$MISTAKE"
	[ -z "$stderr" ]
	[[ "${lines[0]}" == "warning P29  "* ]]
	[[ "${lines[1]}" == "  tcp established 127.0.0.1:"*" → 127.0.0.1:"*"python3 $MISTAKE:"* ]]
	[[ "$output" == *"TCP_USER_TIMEOUT = 30s"*"70s"*"90s"* ]]
	[[ "$output" == *"cure sockopt set $MISTAKE:"*" TCP_USER_TIMEOUT=90s"* ]]
	[[ "$output" == *"more sockopt explain TCP_USER_TIMEOUT"* ]]
	is_harmless <<<"$output"
}

@test "JSON: the socket, its role, the texts; in Spanish too" {
	mistake p29 found
	run --separate-stderr -1 "$SOCKOPT" check "pid=$MISTAKE" --json
	[ "$(jq -r '"\(.check) \(.severity) \(.count) \(.see[0]) \(.socket.state) \(.socket.role)"' <<<"$output")" = \
		"P29 warning 1 TCP_USER_TIMEOUT established client" ]
	[ "$(jq -r .socket.holders[0].pid <<<"$output")" = "$MISTAKE" ]
	run -1 "$SOCKOPT" check "pid=$MISTAKE" --json --lang es
	[[ "$(jq -r .why <<<"$output")" == *"no se cuentan"* ]]
	mistake p26-listener found
	[ "$("$SOCKOPT" check "pid=$MISTAKE" --json | jq -r .socket.role)" = listener ]
}

@test "--severity and --ignore leave findings out, and out of the exit status" {
	mistake p13 found
	run -1 "$SOCKOPT" check "pid=$MISTAKE"
	[ "$(found --severity warning)" = "P13 " ]
	[ "$(found --ignore P13)" = "P12 " ]
	run --separate-stderr -0 "$SOCKOPT" check "pid=$MISTAKE" --severity error
	[ "$output" = "Nothing was found." ]
	run --separate-stderr -0 "$SOCKOPT" check "pid=$MISTAKE" --ignore p12,P13
	run --separate-stderr -0 "$SOCKOPT" check "pid=$MISTAKE" --ignore p12 --ignore p13 --json
	[ -z "$output" ]
}

@test "many sockets of one program are one finding, --all lists each" {
	program a
	ask a open tcp 50
	# fresh sockets are in no state that a check looks at
	[ "$("$SOCKOPT" check "pid=${PID[a]}" --json | wc -l)" = 0 ]
	ask a listen
	local listener=${WORDS[0]}

	for _ in 1 2 3; do
		ask a pair
		"$SOCKOPT" set "${PID[a]}:${WORDS[0]}" TCP_KEEPIDLE=60s
	done
	"$SOCKOPT" set "${PID[a]}:$listener" TCP_KEEPIDLE=60s
	run --separate-stderr -1 "$SOCKOPT" check "pid=${PID[a]}" --json
	[ "$(jq -r '"\(.check) \(.count)"' <<<"$output" | sort | tr '\n' ' ')" = "P27 1 P27 3 " ]
	run --separate-stderr -1 "$SOCKOPT" check "pid=${PID[a]}"
	[[ "$output" == *"and 2 sockets more of the same program (--all lists each)"* ]]
	[ "$("$SOCKOPT" check "pid=${PID[a]}" --all --json | jq -s 'map(.count) | length, add' | tr '\n' ' ')" = "4 4 " ]
}

@test "a name that would be obeyed by a terminal is harmless" {
	printf '\e[31mred' >"$FOLDER/name"
	program a
	ask a name "$(hex <"$FOLDER/name")"
	ask a pair
	"$SOCKOPT" set "${PID[a]}:${WORDS[0]}" TCP_KEEPIDLE=60s
	run --separate-stderr -1 "$SOCKOPT" check "pid=${PID[a]}"
	is_harmless <<<"$output"
	run --separate-stderr -1 "$SOCKOPT" check "pid=${PID[a]}" --json
	is_harmless <<<"$output"
	jq . <<<"$output"
}

@test "--list and --explain: every check in both languages, harmless, and not too wide" {
	local id language

	for language in en es; do
		"$SOCKOPT" check --list --lang $language | fits 120
		for id in $("$SOCKOPT" check --list --json | jq -r .check); do
			"$SOCKOPT" check --explain "$id" --lang $language
		done >"$FOLDER/all"
		is_harmless <"$FOLDER/all"
		fits 110 <"$FOLDER/all"
	done
	run --separate-stderr -0 "$SOCKOPT" check --explain p26
	[[ "$output" == *"live      SO_KEEPALIVE and TCP_KEEPIDLE > 900s"* ]]
	[[ "$output" == *"{TCP_KEEPIDLE}"*"sockopt set PID:FD "* ]]
}

@test "as a plain user: one's own sockets are judged, and what was not is said" {
	needs_root "another user"
	program a "${NOBODY[@]}"
	ask a pair
	told a set "${WORDS[0]}" "$IPPROTO_TCP" "$TCP_KEEPIDLE" 60 -- 0
	run --separate-stderr -1 "${NOBODY[@]}" "$SOCKOPT" check "process=sockets" --json
	[ "$(jq -r '"\(.check) \(.socket.holders[0].pid)"' <<<"$output")" = "P27 ${PID[a]}" ]
	run --separate-stderr "${NOBODY[@]}" "$SOCKOPT" check tcp
	[[ "$stderr" == "hint: "*CAP_SYS_PTRACE* ]]
}

@test "wrong use, nothing matched, not permitted" {
	run --separate-stderr -2 "$SOCKOPT" check --explain P999
	[[ "$stderr" == *"'P999' is not a check"* ]]
	run --separate-stderr -2 "$SOCKOPT" check --ignore P26,nonsense
	run --separate-stderr -2 "$SOCKOPT" check --severity loud
	run --separate-stderr -2 "$SOCKOPT" check tcp udp
	run --separate-stderr -2 "$SOCKOPT" check 'port=x'
	run --separate-stderr -1 "$SOCKOPT" check "pid=$$ and port=1"
	[ "${stderr_lines[0]}" = "sockopt: no socket matches 'pid=$$ and port=1'" ]
	needs_root "another user"
	program a
	ask a pair
	run --separate-stderr -4 "${NOBODY[@]}" "$SOCKOPT" check "${PID[a]}"
	[[ "$stderr" == *CAP_SYS_PTRACE* ]]
}
