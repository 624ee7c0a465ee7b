#!/usr/bin/env bats
# A server in another network namespace, seen from outside

load common

setup() {
	setup_common
	needs_root "network namespaces"
	needs ip
	NETNS=sockopt-test-$$-$BATS_TEST_NUMBER
	ip netns add "$NETNS"
	NAMESPACES+=("$NETNS")
	ip -n "$NETNS" link set lo up
	program there ip netns exec "$NETNS"
}

@test "it is shown from outside, with its namespace, and found by its name and number" {
	local inode

	ask there listen
	inode=$(stat -Lc %i "/run/netns/$NETNS")
	run --separate-stderr -0 "$SOCKOPT" show "pid=${PID[there]} and tcp" --json
	jq -e --argjson inode "$inode" --argjson port "${WORDS[1]}" \
		'.netns == $inode and .local == {"address": "127.0.0.1", "port": $port} and .state == "listening"' <<<"$output"
	[ "$("$SOCKOPT" show "netns=$NETNS and tcp" --json)" = "$output" ]
	[ "$("$SOCKOPT" show "netns=$inode and tcp" --json)" = "$output" ]
	[ "$("$SOCKOPT" show "netns=/run/netns/$NETNS and tcp" --json)" = "$output" ]
	run --separate-stderr -1 "$SOCKOPT" show "netns=$(stat -Lc %i /proc/self/ns/net) and pid=${PID[there]}"
}

@test "its defaults are those of its own namespace" {
	local fd

	ip netns exec "$NETNS" sh -c 'echo 55 >/proc/sys/net/ipv4/tcp_keepalive_time; echo 33 >/proc/sys/net/ipv4/ip_default_ttl'
	ask there open tcp 1
	fd=$ANSWER
	told there get "$fd" "$IPPROTO_TCP" "$TCP_KEEPIDLE" -- 55
	run --separate-stderr -0 "$SOCKOPT" show "${PID[there]}:$fd" --json
	jq -e '.options == {}' <<<"$output"
	told there set "$fd" "$IPPROTO_TCP" "$TCP_KEEPIDLE" 7200 -- 0
	run --separate-stderr -0 "$SOCKOPT" show "${PID[there]}:$fd"
	[ "${lines[1]}" = "    TCP_KEEPIDLE               7200s         default 55s" ]
}

@test "it is changed and changed back from outside" {
	local fd

	ask there pair
	fd=${WORDS[0]}
	run --separate-stderr -0 "$SOCKOPT" set "netns=$NETNS and established" TCP_NODELAY=on SO_RCVBUF=20000 --json
	[ "${#lines[@]}" = 4 ]
	told there get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	run --separate-stderr -0 "$SOCKOPT" undo
	told there get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	[ "$("$SOCKOPT" show "netns=$NETNS and tcp" --json | jq -c .options | sort -u)" = "{}" ]
}

@test "what nobody holds there is shown, too" {
	ask there pair
	local port=${WORDS[2]} client=${WORDS[0]} server=${WORDS[1]}
	told there close "$client" -- ok
	told there close "$server" -- ok
	waits() { [ "$("$SOCKOPT" show "netns=$NETNS and time-wait" --json | jq .local.port)" = "$port" ]; }
	eventually waits
}

@test "a namespace without a name (unshare -n)" {
	program other unshare --net
	ask other open tcp 1
	local fd=$ANSWER
	run --separate-stderr -0 "$SOCKOPT" set "${PID[other]}:$fd" TCP_NODELAY=on
	told other get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
	[ "$("$SOCKOPT" show "${PID[other]}:$fd" --json | jq .netns)" = "$(stat -Lc %i "/proc/${PID[other]}/ns/net")" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	told other get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
}

@test "it is we who come back: the command stays in its own namespace" {
	program here
	ask here listen
	ask there listen
	run --separate-stderr -0 "$SOCKOPT" show "pid=${PID[here]},${PID[there]} and tcp" --json
	[ "$(jq -r .netns <<<"$output" | sort -u | wc -l)" = 2 ]
	[ "$(jq -r '.options | length' <<<"$output" | sort -u)" = 0 ]
}

@test "the text tells the namespaces apart" {
	ask there listen
	run --separate-stderr -0 "$SOCKOPT" show "${PID[there]}:${WORDS[0]}"
	[[ "${lines[0]}" == *" netns:$NETNS  "* ]]
	program nameless unshare --net
	ask nameless listen
	run --separate-stderr -0 "$SOCKOPT" show "${PID[nameless]}:${WORDS[0]}"
	[[ "${lines[0]}" == *" netns:$(stat -Lc %i "/proc/${PID[nameless]}/ns/net")  "* ]]
}
