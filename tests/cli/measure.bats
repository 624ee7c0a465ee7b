#!/usr/bin/env bats
# sockopt measure: what is found is found, what fails is named, and nothing outside is touched

load common

setup_file() {
	REFUSED=$("$SOCKOPT" measure --load rr --rounds 1 --time 20ms --warm-up 0ms 2>&1 >/dev/null) && REFUSED=
	export REFUSED
}

setup() {
	setup_common
	[ -z "$REFUSED" ] || skip "no network namespace can be made here: $REFUSED"
}

# measured JQ-FILTER WORD...: what the filter finds in the experiment
measured() {
	local filter=$1

	shift
	"$SOCKOPT" measure "$@" --json | jq -r "$filter"
}

# Nagle's algorithm waits for the delayed ACK, 40 ms; without it a transaction takes some tens of microseconds.
@test "TCP_NODELAY makes of 40 ms much less, and that is called an effect" {
	run --separate-stderr -0 "$SOCKOPT" measure TCP_NODELAY=on --load 'rr writes=2' --rounds 6 --time 180ms --json
	[ -z "$stderr" ]
	[ "$(jq -r '[.variants[].options] | join("|")' <<<"$output")" = "default|TCP_NODELAY=on" ]
	jq -e '.variants[1].metrics.transactions_per_second | .effect == "more" and .ratio.low > 5' <<<"$output"
	jq -e '.variants[1].metrics.latency_p50_us | .effect == "less" and .ratio.high < 0.2' <<<"$output"
	jq -e '.variants[0].metrics.latency_p50_us.median > 30000' <<<"$output"
	jq -e '[.variants[].failed] == [0, 0] and .rounds == 6' <<<"$output"
}

@test "values of several options are combined, default is a value too, and \\, is no end of one" {
	[ "$(measured '[.variants[].options] | join("|")' SO_SNDBUF=64KiB,default TCP_NODELAY=on,off \
		--load rr --rounds 1 --time 20ms --warm-up 0ms)" = \
		"default|SO_SNDBUF=64KiB TCP_NODELAY=on|TCP_NODELAY=on|SO_SNDBUF=64KiB TCP_NODELAY=off|TCP_NODELAY=off" ]
	run --separate-stderr -2 "$SOCKOPT" measure 'TCP_NODELAY=on\,off' --load rr
	[[ "$stderr" == *"on,off"* ]]
}

@test "every load measures what it is for" {
	local load metric

	while read -r metric load; do
		run -0 measured ".variants[0] | .failed == 0 and .metrics.$metric.samples[0] > 0 and .metrics.cpu_us.median > 0" \
			--load "$load" --rounds 1 --time 100ms --warm-up 10ms
		[ "$output" = true ] || { echo "$load: $output"; return 1; }
	done <<-'END'
		throughput_bits_per_second bulk connections=2
		transactions_per_second rr connections=3 request=100KiB response=300KiB
		connections_per_second crr connections=2 response=100KiB
		throughput_bits_per_second udp rate=8Mbit/s size=1000
	END
}

@test "a command has the options, at the end that was asked for, and its figure is taken" {
	# a datagram socket: it has its options from the beginning on
	local load="python3 -c 'import socket; print(\"room\", socket.socket(type=2).getsockopt($SOL_SOCKET, $SO_RCVBUF))'"

	needs python3
	[ "$(measured '[.variants[].metrics.figure.samples[0]] | .[0] != .[1] and .[1] == 16384' SO_RCVBUF=8KiB \
		--load "$load" --take 'room ([0-9]+)' --rounds 1)" = true ]
	[ "$(measured '[.variants[].metrics.figure.samples[0]] | .[0] == .[1]' SO_RCVBUF=8KiB --on server \
		--load "$load" --take 'room ([0-9]+)' --rounds 1)" = true ]
}

@test "to a host that is not ours: its address and port, and no network namespace" {
	local here

	here=$(readlink /proc/self/ns/net)
	[ "$(measured '.variants[0].failed == 0 and .variants[0].metrics.figure.median == 4711' --to '[::1]:4711' --rounds 1 \
		--take '::1 ([0-9]+)' --load "[ \$(readlink /proc/self/ns/net) = '$here' ] && echo {server} {port}")" = true ]
}

@test "to another machine by ssh, which serves with the options; ours has them too" {
	local load

	mkdir "$FOLDER/bin"
	printf '#!/bin/sh\necho "$*" >>%s/ssh\nwhile [ "$1" != -- ]; do shift; done\nshift 3\nexec "$SOCKOPT" "$@"\n' "$FOLDER" \
		>"$FOLDER/bin/ssh"
	chmod +x "$FOLDER/bin/ssh"
	PATH=$FOLDER/bin:$PATH
	for load in bulk rr crr 'udp rate=8Mbit/s'; do
		run -0 measured '[.variants[] | .failed == 0 and .metrics.cpu_us.samples[0] > 0] | all' SO_RCVBUF=16KiB \
			--ssh somebody@127.0.0.1 --load "$load" --rounds 1 --time 100ms --warm-up 0ms
		[ "$output" = true ] || { echo "$load: $output"; return 1; }
	done
	grep -qx -- '-T -- somebody@127.0.0.1 sockopt measure --serve' "$FOLDER/ssh"
	run --separate-stderr -3 "$SOCKOPT" measure TCP_CONGESTION=nonesuch --on server --ssh 127.0.0.1 --load rr --rounds 1 \
		--time 20ms
	[[ "$stderr" == *"TCP_CONGESTION=nonesuch: No such file"* ]]
	printf '#!/bin/sh\nexit 255\n' >"$FOLDER/bin/ssh"
	run --separate-stderr -3 "$SOCKOPT" measure --ssh 127.0.0.1 --load rr --rounds 1 --time 20ms
	[[ "$stderr" == *"ssh: Connection reset"* ]]
}

# Whether it keeps the rate, the machine decides; that it says what it saw is the promise.
@test "a link is tried: asked and got, and whether it is kept" {
	run -0 "$SOCKOPT" measure --calibrate
	[[ "$output" == *"nothing to keep"* ]]
	"$SOCKOPT" measure --calibrate --link 'rate=20Mbit/s rtt=4ms' --json >"$FOLDER/out" || [ $? = 1 ]
	jq -e '.rtt_us.asked == 4000 and .rtt_us.got >= 4000 and .link == "rate=20Mbit/s rtt=4ms"' "$FOLDER/out"
	jq -e '.client_to_server.rate_bits_per_second | .asked == 20000000 and .got > 1000000 and .got < 21000000' "$FOLDER/out"
}

@test "a command finds its server, which has come up before it and is ended after it" {
	needs python3
	[ "$(measured '.variants[0] | .failed == 0 and .metrics.throughput_bits_per_second.median > 0' --rounds 1 \
		--server "python3 -m http.server -b {server} {port}" \
		--load 'python3 -c "import sys, urllib.request as u; u.urlopen(sys.argv[1]).read()" http://{server}:{port}/')" = true ]
	gone() { ! pgrep -f "http.server -b 10\.[0-9.]* 2[0-9]*" >/dev/null; }
	eventually gone
}

# help.bats runs the examples of the other commands: these take their time, unless they are told another one.
@test "the examples of --help are accepted" {
	local example status

	PATH=$(dirname "$SOCKOPT"):$PATH
	"$SOCKOPT" measure --help | sed -n '/^Examples:/,/^Exit/p' | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' |
		grep '^  sockopt' | grep -v calibrate >"$FOLDER/examples"
	[ "$(wc -l <"$FOLDER/examples")" = 5 ]
	sed -i /wrk/d "$FOLDER/examples" # as the command with a server above
	while read -r example; do
		status=0
		bash -c "$example --rounds 1 --time 100ms --warm-up 0ms" >"$FOLDER/out" 2>"$FOLDER/err" </dev/null || status=$?
		# 3: not every kernel has bbr
		[ "$status" = 0 ] || { [ "$status" = 3 ] && grep -q bbr "$FOLDER/err"; } || { cat "$FOLDER/err"; return 1; }
		[ -s "$FOLDER/out" ]
	done <"$FOLDER/examples"
}

@test "what fails is named, the others are measured, and the status says so" {
	run --separate-stderr -3 "$SOCKOPT" measure TCP_CONGESTION=nonesuch,reno --load rr --rounds 2 --time 20ms --json
	[[ "$stderr" == *"TCP_CONGESTION=nonesuch: TCP_CONGESTION=nonesuch: No such file or directory"* ]]
	jq -e '[.variants[].failed] == [0, 2, 0]' <<<"$output"
	run --separate-stderr -3 "$SOCKOPT" measure --load 'exit 7' --rounds 1
	[[ "$stderr" == *"exit 7: the command failed"* ]]
	run --separate-stderr -3 "$SOCKOPT" measure --load 'true' --take '([0-9]+)' --rounds 1
	[[ "$stderr" == *"no such number"* ]]
	run --separate-stderr -3 "$SOCKOPT" measure --load true --server 'true {port}' --rounds 1
	[[ "$stderr" == *"has ended before its time"* ]]
}

@test "wrong use is named, and nothing is measured" {
	local words wanted

	while IFS='|' read -r words wanted; do
		eval "run --separate-stderr -2 \"\$SOCKOPT\" measure $words"
		[ -z "$output" ]
		[[ "$stderr" == *"$wanted"* ]] || { echo "$words: $stderr"; return 1; }
	done <<-'END'
		TCP_NODELAY|'TCP_NODELAY': which values are to be compared?
		TCP_NODELAY=|which values are to be compared?
		TCP_NODELAI=on|TCP_NODELAI
		TCP_NODELAY=maybe|maybe
		--load 'rr size=1'|'size=1' is nothing that this load takes
		--link 'rate=fast'|--link: 'fast' is no value
		--time 2|2 of what?
		--time 1ms|is not a time that can be used here
		--rounds 0|'0' is not a number from 1
		--on left|'left' is not an end
		--server true|are for a COMMAND
		--sysctl kernel.hostname=x|cannot be set
		--to somewhere --load true|is not HOST:PORT
		--to 127.0.0.1:1|--to is for a COMMAND
		--ssh 127.0.0.1 --load true|--ssh is for bulk, rr, crr and udp
		--ssh 127.0.0.1 --link rtt=1ms|--ssh is for bulk, rr, crr and udp
		TCP_NODELAY=on --load udp|the sockets of this load have no such option
		SO_RCVBUF=$(seq -s, 1 20) SO_SNDBUF=$(seq -s, 1 20)|more than 256 combinations
	END
}

@test "plot and report are files; sysctls are of the two hosts alone" {
	local before
	before=$(cat /proc/sys/net/ipv4/tcp_wmem)

	run -0 "$SOCKOPT" measure TCP_NODELAY=on --load rr --rounds 1 --time 20ms --plot "$FOLDER/plot.svg" \
		--report "$FOLDER/report.html" --sysctl 'net.ipv4.tcp_wmem=4096 8192 1048576' --lang es
	[[ "$output" == *"transacciones"* ]]
	grep -q '^<svg' "$FOLDER/plot.svg"
	grep -q 'sockopt measure TCP_NODELAY=on' "$FOLDER/report.html"
	[ "$(cat /proc/sys/net/ipv4/tcp_wmem)" = "$before" ]
	if command -v rsvg-convert >/dev/null; then
		run -0 "$SOCKOPT" measure --load rr --rounds 1 --time 20ms --plot "$FOLDER/plot.png"
		[ "$(head -c 8 "$FOLDER/plot.png" | od -An -tx1)" = " 89 50 4e 47 0d 0a 1a 0a" ]
	fi
	run --separate-stderr -2 env PATH="$FOLDER" "$SOCKOPT" measure --load rr --rounds 1 --time 20ms --plot x.png
	[[ "$stderr" == *"a PNG is made by rsvg-convert, which cannot be run"* ]]
	run --separate-stderr -3 "$SOCKOPT" measure --load rr --rounds 1 --time 20ms --plot "$FOLDER/none/plot.svg"
	[[ "$stderr" == *"cannot write '$FOLDER/none/plot.svg'"* ]]
}

@test "interrupted, it shows what was measured until then and leaves nothing behind" {
	"$SOCKOPT" measure --load rr --rounds 1000 --time 20ms --json >"$FOLDER/out" 2>"$FOLDER/err" 3>&- &
	STARTED+=($!)
	LAST=$!
	has_children() { pgrep -P "$LAST" >/dev/null; }
	eventually has_children
	kill -INT "$LAST"
	wait "$LAST" && return 1
	[ $? = 3 ]
	grep -q interrupted "$FOLDER/err"
	jq -e '.variants[0].options == "default"' "$FOLDER/out"
	! pgrep -P "$LAST"
}

@test "a plain user measures, too" {
	needs_root "to become a plain user"
	run --separate-stderr -0 "${NOBODY[@]}" "$SOCKOPT" measure --load rr --rounds 1 --time 20ms --json
	jq -e '.variants[0].failed == 0' <<<"$output"
}
