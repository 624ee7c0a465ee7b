#!/usr/bin/env bats
# A process that opens, closes and swaps its descriptors while it is read and changed

load common

# How long: more in a run by hand, such as make fault
THREADS=${SOCKOPT_CHURN_THREADS:-2} ROUNDS_LEAST=${SOCKOPT_CHURN_ROUNDS:-10000} LOOKS=${SOCKOPT_CHURN_LOOKS:-12}

# churning PAUSE [tcp]: starts the helper with two threads of at least 10,000 rounds each: CHURN, PORT
churning() {
	mkfifo "$FOLDER/told"
	exec {told}<>"$FOLDER/told"
	start nice -n 10 "$HELPERS/churn" "$THREADS" "$ROUNDS_LEAST" "$@" >"$FOLDER/told"
	CHURN=$LAST
	read -r -t 10 -u "$told" PORT
	plenty() { [ "$(find "/proc/$CHURN/fd" -mindepth 1 | wc -l)" -gt 300 ]; }
	eventually plenty
}

# Ends it: ROUNDS it made, HITS on its port, WRONG ones elsewhere
settled() {
	kill -TERM "$CHURN"
	read -r -t 600 -u "$told" VERDICT
	echo "$VERDICT"
	[[ "$VERDICT" =~ ^rounds\ ([0-9]+)\ hits\ ([0-9]+)\ wrong\ ([0-9]+)$ ]]
	ROUNDS=${BASH_REMATCH[1]} HITS=${BASH_REMATCH[2]} WRONG=${BASH_REMATCH[3]}
}

@test "20,000 rounds while show runs: never a crash, and only whole answers" {
	local round

	churning 50
	for ((round = 0; round < LOOKS; round++)); do
		run --separate-stderr "$SOCKOPT" show "$CHURN" --json
		[ "$status" = 0 ]
		jq -e '(.cookie | length > 0) and (.holders | length > 0)' <<<"$output" >/dev/null
		run --separate-stderr "$SOCKOPT" show "port=$PORT and pid=$CHURN" --all
		[ "$status" = 0 ]
	done
	settled
	[ "$ROUNDS" -ge $((THREADS * ROUNDS_LEAST)) ]
	[ "$WRONG" = 0 ]
	[ "$HITS" = 0 ]
}

@test "20,000 rounds while set and undo run: never a wrong socket" {
	local round

	churning 200
	for ((round = 0; round < LOOKS; round++)); do
		run --separate-stderr "$SOCKOPT" set "udp and pid=$CHURN and port=$PORT" SO_PRIORITY=5
		[ "$status" -le 1 ]
		run --separate-stderr "$SOCKOPT" undo
		[ "$status" -le 1 ]
		run --separate-stderr "$SOCKOPT" set "udp and port=$PORT" SO_PRIORITY=5 --json
		[ "$status" -le 1 ]
	done
	settled
	[ "$ROUNDS" -ge $((THREADS * ROUNDS_LEAST)) ]
	[ "$WRONG" = 0 ]
	[ "$HITS" -gt 0 ]
}

@test "20,000 rounds while set --engine bpf and undo run: never a wrong socket" {
	local round

	needs_root "engine bpf"
	# 1: there is no socket here
	run --separate-stderr "$SOCKOPT" show --engine bpf all
	[ "$status" -le 1 ] || skip "engine bpf: ${stderr_lines[0]}"
	churning 200 tcp
	for ((round = 0; round < LOOKS; round++)); do
		run --separate-stderr "$SOCKOPT" set --engine bpf "listening and pid=$CHURN and port=$PORT" SO_PRIORITY=5
		echo "$status $stderr"
		[ "$status" -le 1 ]
		run --separate-stderr "$SOCKOPT" undo
		[ "$status" -le 1 ]
		run --separate-stderr "$SOCKOPT" set --engine bpf "listening and port=$PORT" SO_PRIORITY=5 SO_KEEPALIVE=on --json
		[ "$status" -le 1 ]
	done
	settled
	[ "$ROUNDS" -ge $((THREADS * ROUNDS_LEAST)) ]
	[ "$WRONG" = 0 ]
	[ "$HITS" -gt 0 ]
}

@test "set of PID:FD hits the socket that was there, or none" {
	local round fd

	churning 200
	for ((round = 0; round < 2 * LOOKS; round++)); do
		fd=$((20 + round % 24))
		run --separate-stderr "$SOCKOPT" set "$CHURN:$fd and port=$PORT" SO_PRIORITY=5
		[ "$status" -le 1 ]
	done
	settled
	[ "$WRONG" = 0 ]
}

# least: the fewest descriptors that process PID has, of 25 looks
least() {
	local round n least=1000

	for ((round = 0; round < 25; round++)); do
		n=$(find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l)
		[ "$n" -ge "$least" ] || least=$n
		sleep 0.01
	done
	echo "$least"
}

@test "no descriptor of ours is leaked meanwhile: show --watch" {
	local before after watcher

	churning 50
	start "$SOCKOPT" show "$CHURN" --json --all --watch=0.05 >"$FOLDER/seen" 2>"$FOLDER/talk"
	watcher=$LAST
	eventually test -s "$FOLDER/seen"
	sleep 1
	before=$(least "$watcher")
	sleep 1
	after=$(least "$watcher")
	echo "descriptors: $before before, $after after"
	kill -0 "$watcher"
	[ "$after" -le "$before" ]
	[ "$after" -gt 2 ]
	kill -INT "$watcher"
	wait "$watcher"
	settled
	[ "$WRONG" = 0 ]
}

@test "a process that dies while it is read and changed" {
	local round status

	for ((round = 0; round < 6; round++)); do
		program "a$round"
		ask "a$round" open udp 800
		start "$SOCKOPT" set "udp and pid=${PID[a$round]}" SO_PRIORITY=5 SO_KEEPALIVE=on --json >"$FOLDER/set" 2>"$FOLDER/talk"
		start "$SOCKOPT" show "${PID[a$round]}" --all --json >"$FOLDER/shown" 2>"$FOLDER/talk2"
		local shower=$LAST setter=${STARTED[-2]}
		sleep "0.0$((round + 1))"
		kill -KILL "${PID[a$round]}"
		status=0
		wait "$setter" || status=$?
		echo "set: $status"
		[ "$status" -le 1 ]
		status=0
		wait "$shower" || status=$?
		echo "show: $status"
		[ "$status" -le 1 ]
		jq -e . "$FOLDER/set" "$FOLDER/shown" >/dev/null || [ ! -s "$FOLDER/set" ] || [ ! -s "$FOLDER/shown" ]
	done
}
