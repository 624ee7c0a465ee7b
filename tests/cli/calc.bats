#!/usr/bin/env bats
# sockopt calc: what it says, and that the kernel does so

load common

calculated() { # JQ-FILTER WORD...
	local filter=$1

	shift
	"$SOCKOPT" calc "$@" --json | jq -r "$filter"
}

@test "keepalive: idle, with data, and what makes both alike" {
	run --separate-stderr -0 "$SOCKOPT" calc keepalive TCP_KEEPIDLE=60s TCP_KEEPINTVL=10s TCP_KEEPCNT=3
	[ -z "$stderr" ]
	[[ "$output" == *"first probe after   60s "* ]]
	[[ "$output" == *"ends after          90s "*"60s + 3 × 10s"* ]]
	[[ "$output" == *"tcp_retries2"* ]]
	[[ "$output" == *"TCP_USER_TIMEOUT=90s"* ]]
	[ "$(calculated '.idle.dead_ms' keepalive TCP_KEEPIDLE=60s TCP_KEEPINTVL=10s TCP_KEEPCNT=3)" = 90000 ]
	[ "$(calculated '.idle.decided_by' keepalive TCP_USER_TIMEOUT=30s)" = TCP_USER_TIMEOUT ]
	[ "$(calculated '.in_flight.dead_least_ms' keepalive TCP_USER_TIMEOUT=30s --rtt 200ms)" -ge 30200 ]
	[ "$(calculated '.idle.dead_ms' keepalive SO_KEEPALIVE=off)" = null ]
}

@test "keepalive: what is not given has this system's values" {
	read -r idle </proc/sys/net/ipv4/tcp_keepalive_time
	[ "$(calculated '.idle.first_probe_ms' keepalive)" = $((idle * 1000)) ]
	needs_root "a network namespace with other sysctls"
	run -0 unshare --net sh -c 'echo 123 >/proc/sys/net/ipv4/tcp_keepalive_time; echo 3 >/proc/sys/net/ipv4/tcp_retries2
		"$SOCKOPT" calc keepalive --json'
	[ "$(jq .idle.first_probe_ms <<<"$output")" = 123000 ]
	[ "$(jq .in_flight.dead_least_ms <<<"$output")" -lt 5000 ]
}

# Nothing here depends on how fast the machine is: a connection may end late, never early, and their order is fixed.
@test "keepalive: the kernel gives up when it was said, and not before" {
	needs_root "network namespaces"
	needs ip
	local ours=sockopt-a-$$ theirs=sockopt-b-$$ keep=SO_KEEPALIVE=1:TCP_KEEPIDLE=1:TCP_KEEPINTVL=1
	declare -A lived

	ip netns add "$ours"
	ip netns add "$theirs"
	NAMESPACES+=("$ours" "$theirs")
	python3 "$BATS_TEST_DIRNAME/helper/silence.py" "$ours" "$theirs" net.ipv4.tcp_retries2=3 -- \
		count:idle:$keep:TCP_KEEPCNT=1 time:idle:$keep:TCP_KEEPCNT=1:TCP_USER_TIMEOUT=3500 \
		early:idle:$keep:TCP_KEEPCNT=9:TCP_USER_TIMEOUT=500 \
		retries:data user:data:TCP_USER_TIMEOUT=7000 >"$FOLDER/lived"
	while read -r name ms; do
		lived[$name]=$ms
	done <"$FOLDER/lived"
	least() { # NAME FIELD WORD...: what is calculated in that namespace
		local name=$1 field=$2

		shift 2
		ip netns exec "$ours" "$SOCKOPT" calc keepalive "$@" --rtt 1ms --json | jq "$field"
	}
	# 100 ms: the connections were made, and so last heard of, before the clock of the helper began
	not_early() { [ "${lived[$1]}" -ge $(($(least "$@") - 100)) ] || { cat "$FOLDER/lived"; return 1; }; }
	keep="TCP_KEEPIDLE=1s TCP_KEEPINTVL=1s"
	# shellcheck disable=SC2086
	{
		not_early count .idle.dead_ms $keep TCP_KEEPCNT=1
		not_early time .idle.dead_ms $keep TCP_KEEPCNT=1 TCP_USER_TIMEOUT=3500ms
		not_early early .idle.dead_ms $keep TCP_KEEPCNT=9 TCP_USER_TIMEOUT=500ms
		not_early retries .in_flight.dead_least_ms
		not_early user .in_flight.dead_least_ms TCP_USER_TIMEOUT=7s
		[ "$(least time .idle.dead_ms $keep TCP_KEEPCNT=1 TCP_USER_TIMEOUT=3500ms)" = 4000 ]
	}
	[ "${lived[count]}" -lt "${lived[time]}" ]
	[ "${lived[early]}" -lt "${lived[time]}" ]
	[ "${lived[retries]}" -lt "${lived[user]}" ]
}

@test "buffer: a path that tuning reaches, and one that it does not" {
	read -r _ _ most </proc/sys/net/ipv4/tcp_rmem
	[ "$(calculated .receive.by_itself buffer --rate 8kbit/s --rtt 100ms)" = true ]
	[ "$(calculated .receive.tuned_up_to_bytes buffer --rate 8kbit/s --rtt 100ms)" = "$most" ]
	[ "$(calculated .bandwidth_delay_product buffer --rate 1Gbit/s --rtt 80ms)" = 10000000 ]
	run --separate-stderr -0 "$SOCKOPT" calc buffer --rate 1Gbit/s --rtt 8s
	[[ "$output" == *"by itself           no "*"net.ipv4.tcp_rmem[2]"* ]]
	[[ "$output" == *"SO_RCVBUF="* ]]
	run --separate-stderr -2 "$SOCKOPT" calc buffer --rate 100Gbit/s --rtt 10s
	[[ "$stderr" == *"more than a TCP window can be"* ]]
	run --separate-stderr -2 "$SOCKOPT" calc buffer --rate 1Gbit/s
	[ "${stderr_lines[1]}" = "hint: sockopt calc buffer --rate 1Gbit/s --rtt 80ms" ]
}

@test "buffer: what it says to set by hand is what the kernel then keeps" {
	local set

	set=$(calculated .receive.to_set buffer --rate 10Mbit/s --rtt 10ms)
	program a
	ask a open tcp 1
	"$SOCKOPT" set "${PID[a]}:${WORDS[0]}" SO_RCVBUF="$set"
	told a get "${WORDS[0]}" "$SOL_SOCKET" "$SO_RCVBUF" -- "$(calculated .receive.needed buffer --rate 10Mbit/s --rtt 10ms)"
}

@test "defer-accept: as the kernel rounds" {
	program a
	ask a open tcp 1
	local fd=${WORDS[0]} seconds

	for seconds in 1 2 5 60 100 1000; do
		"$SOCKOPT" set "${PID[a]}:$fd" TCP_DEFER_ACCEPT=${seconds}s
		[ "$("$SOCKOPT" show "${PID[a]}:$fd" -o TCP_DEFER_ACCEPT --json | jq .options.TCP_DEFER_ACCEPT.value)" = \
			"$(calculated .kept_s defer-accept ${seconds}s)" ]
	done
	run --separate-stderr -0 "$SOCKOPT" calc defer-accept 5s
	[[ "${lines[0]}" == *"7s"*"retransmission 3 of the SYN-ACK"* ]]
	run --separate-stderr -0 "$SOCKOPT" calc defer-accept 0
	[[ "$output" == *"off"* ]]
	run --separate-stderr -2 "$SOCKOPT" calc defer-accept soon
	[[ "${stderr_lines[0]}" == *"'soon'"* ]]
}

@test "dscp: by name, by number, by byte; what set takes" {
	[ "$(calculated '"\(.name) \(.dscp) \(.tos) \(.wifi_access_category)"' dscp EF)" = "ef 46 184 VO" ]
	[ "$(calculated .tos dscp 46)" = 184 ]
	[ "$(calculated .dscp dscp 184)" = 46 ]
	[ "$(calculated .dscp dscp 0x2e)" = 11 ]
	[ "$(calculated .name dscp 3)" = null ]
	program a
	ask a open tcp 1
	local fd=${WORDS[0]}

	"$SOCKOPT" set "${PID[a]}:$fd" IP_TOS="$(calculated .tos dscp af41)"
	[ "$("$SOCKOPT" show "${PID[a]}:$fd" -o IP_TOS,SO_PRIORITY --json | jq -r '.options | "\(.IP_TOS.text) \(.SO_PRIORITY.value)"')" = \
		"af41 $(calculated .skb_priority dscp af41)" ]
	run --separate-stderr -2 "$SOCKOPT" calc dscp 256
	[[ "${stderr_lines[1]}" == "hint: "* ]]
}

@test "a number without a unit is refused where a unit could be meant, and the message shows one" {
	refused() { # HINT WORD...
		local hint=$1

		shift
		run --separate-stderr -2 "$SOCKOPT" calc "$@"
		[ "${stderr_lines[1]}" = "hint: such as $hint" ] || { echo "$*: $stderr"; return 1; }
	}
	refused 80ms buffer --rate 1Gbit/s --rtt 80
	[ "${stderr_lines[0]}" = "sockopt: --rtt: 80 of what? A number needs its unit here" ]
	refused 80ms keepalive --rtt 0.5
	refused 1Gbit/s buffer --rate 1000000 --rtt 80ms
	refused 5s defer-accept 5
	refused 30s keepalive TCP_USER_TIMEOUT=30
	refused 30s keepalive TCP_KEEPIDLE=60
	refused 200ms keepalive TCP_RTO_MIN_US=200000
	# a count has none, and 0 is 0 in all
	run --separate-stderr -0 "$SOCKOPT" calc keepalive TCP_KEEPCNT=3 TCP_USER_TIMEOUT=0
}

@test "no line is wider than the terminal, in either language" {
	local language

	for language in en es; do
		{
			"$SOCKOPT" calc keepalive TCP_USER_TIMEOUT=30s --lang $language
			"$SOCKOPT" calc keepalive --lang $language
			"$SOCKOPT" calc keepalive SO_KEEPALIVE=off --lang $language
			"$SOCKOPT" calc buffer --rate 1Gbit/s --rtt 80ms --lang $language
			"$SOCKOPT" calc buffer --rate 8kbit/s --rtt 100ms --lang $language
			"$SOCKOPT" calc defer-accept 5s --lang $language
			"$SOCKOPT" calc dscp ef --lang $language
			"$SOCKOPT" calc dscp af41 --lang $language
		} >"$FOLDER/$language"
		fits 80 <"$FOLDER/$language"
		[ "$(wc -l <"$FOLDER/$language")" -gt 30 ]
	done
}

@test "wrong use is named" {
	run --separate-stderr -2 "$SOCKOPT" calc
	run --separate-stderr -2 "$SOCKOPT" calc everything
	[ "${stderr_lines[0]}" = "sockopt: 'everything' is nothing that can be calculated" ]
	run --separate-stderr -2 "$SOCKOPT" calc keepalive TCP_NODELAY=on
	[[ "${stderr_lines[0]}" == *"TCP_NODELAY plays no part"* ]]
	run --separate-stderr -2 "$SOCKOPT" calc keepalive TCP_KEEPIDLE=0
	[[ "${stderr_lines[0]}" == *"out of range"* ]]
	run --separate-stderr -2 "$SOCKOPT" calc buffer --rate fast --rtt 1s
}

@test "Spanish, and harmless whatever the words" {
	[[ "$("$SOCKOPT" calc keepalive --lang es)" == *"Una conexión ociosa"* ]]
	run --separate-stderr -2 "$SOCKOPT" calc dscp $'\e[31m'
	is_harmless <<<"$stderr"
}
