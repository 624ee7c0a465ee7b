#!/usr/bin/env bats
# set on 5,000 sockets that is interrupted or killed: undo brings all back

load common

options=(SO_PRIORITY=3 SO_KEEPALIVE=on SO_RCVBUF=10000 IP_TTL=77 SO_RCVLOWAT=5)

all_as_before() {
	local n=$1

	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- "$n"
	told a count "$SOL_SOCKET" "$SO_KEEPALIVE" 0 -- "$n"
	told a count "$SOL_SOCKET" 18 1 -- "$n" # SO_RCVLOWAT
	told a count "$SOL_SOCKET" "$SO_RCVBUF" "$RCVBUF" -- $((n - 1))
}

prepare() {
	program a
	ask a open tcp 5000
	told a get 7 "$SOL_SOCKET" "$SO_PRIORITY" -- 0
	ask a get 7 "$SOL_SOCKET" "$SO_RCVBUF"
	RCVBUF=$ANSWER
}

# interrupted SIGNAL: set, and after a random part of it the signal
interrupted() {
	local status=0

	start "$SOCKOPT" set "tcp and pid=${PID[a]}" "${options[@]}" --json >"$FOLDER/out" 2>"$FOLDER/err"
	sleep "0.$((RANDOM % 5 + 1))$((RANDOM % 10))"
	kill "-$1" "$LAST" 2>/dev/null || true
	wait "$LAST" || status=$?
	INTERRUPTED=$status
}

@test "SIGKILL, three times at random moments" {


	prepare
	for _ in 1 2 3; do
		interrupted KILL
		echo "killed after $(wc -l <"$FOLDER/out") lines of output, status $INTERRUPTED"
		run "$SOCKOPT" undo
		[ "$status" -le 1 ]
		all_as_before 5001
	done
}

@test "SIGKILL in the very midst of the changes" {
	prepare
	start "$SOCKOPT" set "tcp and pid=${PID[a]}" "${options[@]}" --json >"$FOLDER/out" 2>"$FOLDER/err"
	begun() { [ -s "$FOLDER/out" ]; }
	until begun; do :; done
	kill -KILL "$LAST"
	wait "$LAST" || true
	ask a count "$SOL_SOCKET" "$SO_PRIORITY" 3
	[ "$ANSWER" -gt 0 ]
	[ "$ANSWER" -lt 5000 ] || skip "it was done before it was killed"
	run --separate-stderr -0 "$SOCKOPT" undo
	all_as_before 5001
}

@test "SIGINT: it stops, says how far it came, and how to take it back" {
	prepare
	start "$SOCKOPT" set "tcp and pid=${PID[a]}" "${options[@]}" --json >"$FOLDER/out" 2>"$FOLDER/err"
	until [ -s "$FOLDER/out" ]; do :; done
	kill -INT "$LAST"
	local status=0
	wait "$LAST" || status=$?
	[ "$status" = 130 ] || [ "$status" = 0 ]
	[ "$status" = 130 ] || skip "it was done before it was interrupted"
	grep -q "^sockopt: interrupted after [0-9]* of 25000 changes$" "$FOLDER/err"
	grep -q "^hint: 'sockopt undo 1' takes it back$" "$FOLDER/err"
	# what it printed is whole, and is what it did
	[ "$(jq -c .result "$FOLDER/out" | wc -l)" = "$(sed -n 's/.*interrupted after \([0-9]*\) of.*/\1/p' "$FOLDER/err")" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	all_as_before 5001
}

@test "SIGTERM ends it with 143" {
	prepare
	start "$SOCKOPT" set "tcp and pid=${PID[a]}" "${options[@]}" --json >"$FOLDER/out" 2>"$FOLDER/err"
	until [ -s "$FOLDER/out" ]; do :; done
	kill -TERM "$LAST"
	local status=0
	wait "$LAST" || status=$?
	[ "$status" != 0 ] || skip "it was done before it was ended"
	[ "$status" = 143 ]
	grep -q "^hint: 'sockopt undo 1' takes it back$" "$FOLDER/err"
	run --separate-stderr -0 "$SOCKOPT" undo
	all_as_before 5001
}

@test "SIGINT while it still looks: nothing was changed" {
	prepare
	start "$SOCKOPT" set "tcp and pid=${PID[a]}" "${options[@]}" --json >"$FOLDER/out" 2>"$FOLDER/err"
	until compgen -G "$SOCKOPT_JOURNAL/*.jsonl" >/dev/null; do :; done
	kill -INT "$LAST"
	local status=0
	wait "$LAST" || status=$?
	[ "$status" = 130 ]
	if grep -q "^sockopt: interrupted; nothing was changed$" "$FOLDER/err"; then
		[ -z "$(ls "$SOCKOPT_JOURNAL")" ]
		all_as_before 5001
	fi
}

@test "a reader who has seen enough, and a terminal that is closed: all or a clean end, never a silent half" {
	prepare
	set -o pipefail
	"$SOCKOPT" set "tcp and pid=${PID[a]}" "${options[@]}" 2>"$FOLDER/err" | head -2 >"$FOLDER/out" || status=$?
	[ "$status" = 141 ]
	grep -q "^hint: 'sockopt undo" "$FOLDER/err"
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 5000
	status=0
	"$SOCKOPT" undo | head -2 >"$FOLDER/out" || status=$?
	[ "$status" = 141 ]
	all_as_before 5001
	run --separate-stderr -1 "$SOCKOPT" undo
	interrupted HUP
	[ "$INTERRUPTED" = 129 ] || [ "$INTERRUPTED" = 0 ]
	[ "$INTERRUPTED" = 0 ] || grep -q "^sockopt: interrupted" "$FOLDER/err"
	run "$SOCKOPT" undo
	all_as_before 5001
}

@test "undo that is killed can be done again" {
	prepare
	"$SOCKOPT" set "tcp and pid=${PID[a]}" "${options[@]}" >/dev/null
	start "$SOCKOPT" undo --json >"$FOLDER/out"
	until [ -s "$FOLDER/out" ]; do :; done
	kill -KILL "$LAST"
	wait "$LAST" || true
	run --separate-stderr -0 "$SOCKOPT" undo
	all_as_before 5001
}
