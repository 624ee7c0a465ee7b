#!/usr/bin/env bats
# sockopt tune: what is found is what helps, and what is written can be run

load common

setup_file() {
	REFUSED=$("$SOCKOPT" measure --load rr --rounds 1 --time 20ms --warm-up 0ms 2>&1 >/dev/null) && REFUSED=
	export REFUSED
}

setup() {
	setup_common
	[ -z "$REFUSED" ] || skip "no network namespace can be made here: $REFUSED"
}

# Nagle's algorithm and the delayed ACK take 40 ms; of the two options one ends that, the other does nothing here. Eight
# runs need not tell whether it is alone that helps.
@test "TCP_NODELAY is found, with what it gains; the profile runs" {
	run --separate-stderr -0 "$SOCKOPT" tune --goal latency TCP_NODELAY=on SO_PRIORITY=1 --load 'rr writes=2' --time 100ms \
		--warm-up 0ms --rounds 6 --seed 1 --json -O "$BATS_TEST_TMPDIR/rules" --report "$BATS_TEST_TMPDIR/report.html"
	jq -e '(.found | startswith("TCP_NODELAY=on")) and .metric == "transactions_per_second" and .combinations == 4' <<<"$output"
	jq -e '.path | length <= 8 and .[0].options == "default" and .[0].value < 40' <<<"$output"
	jq -e '.experiment.variants[1].metrics.transactions_per_second | .effect == "more" and .ratio.low > 5' <<<"$output"
	[[ "$stderr" == *"too few transactions"* ]]
	grep -q '^tcp: TCP_NODELAY=on' "$BATS_TEST_TMPDIR/rules"
	grep -q '<h2>The search</h2>' "$BATS_TEST_TMPDIR/report.html"
	run -0 "$SOCKOPT" run --file "$BATS_TEST_TMPDIR/rules" -- true
}

@test "values that a sysctl cuts, or that are not to be had, are left out and named; then nothing is left" {
	run --separate-stderr -3 "$SOCKOPT" tune --goal throughput SO_RCVBUF=2000000000 TCP_CONGESTION=nosuch
	[[ "$stderr" == *"net.core.rmem_max"* ]]
	[[ "$stderr" == *"TCP_CONGESTION=nosuch is left out"* ]]
	[[ "$stderr" == *"nothing to try"* ]]
}

@test "runs in which nothing comes to its end have failed, and it is said why" {
	run --separate-stderr -3 "$SOCKOPT" tune --goal connections --link 'rate=10Mbit/s rtt=300ms' --time 20ms --warm-up 1ms \
		--rounds 2 --runs 4 TCP_NODELAY=on
	[[ "${stderr_lines[0]}" == "warning: default: nothing came to its end in the time that a run is measured (--time)" ]]
	[ "${stderr_lines[-1]}" = "sockopt: every run failed" ]
}

@test "wrong use is said before anything runs" {
	run --separate-stderr -2 "$SOCKOPT" tune
	[[ "$stderr" == *"a goal is needed"* ]]
	run --separate-stderr -2 "$SOCKOPT" tune --goal speed
	[[ "$stderr" == *"'speed' is not a goal"* ]]
	run --separate-stderr -2 "$SOCKOPT" tune --goal connections --load rr
	[[ "$stderr" == *"does not measure"* ]]
	run --separate-stderr -2 "$SOCKOPT" tune --goal latency TCP_NODELAY=on --to 127.0.0.1:1
	[[ "$stderr" == *"--to is for a COMMAND"* ]]
	run --separate-stderr -2 "$SOCKOPT" tune --goal latency TCP_NODELAY
	[[ "$stderr" == *"which values"* ]]
}
