#!/usr/bin/env bats
# sockopt demo: the classic, seen to be true

load common

@test "without a name: the list" {
	run --separate-stderr -0 "$SOCKOPT" demo
	[[ "${lines[0]}" == "  reuseaddr    "* ]]
	[ -z "$stderr" ]
}

@test "reuseaddr: bind fails with TIME_WAIT in the way, and then does not" {
	run --separate-stderr -0 "$SOCKOPT" demo reuseaddr
	[ -z "$stderr" ]
	[[ "$output" == *"tcp time-wait 127.0.0.1:"*"EADDRINUSE (Address already in use)"*"bind(fd, 127.0.0.1) = 0"* ]]
	[[ "$output" != *$'\e'* ]]
	fits 80 <<<"$output"
}

@test "reuseaddr in Spanish: the same outcome, other words" {
	run --separate-stderr -0 "$SOCKOPT" demo reuseaddr --lang es
	[[ "$output" == *"EADDRINUSE"*"bind(fd, 127.0.0.1) = 0"* ]]
	[[ "$output" != *"server"* ]]
	fits 80 <<<"$output"
}

@test "reuseaddr --json: one object a step" {
	run --separate-stderr -0 "$SOCKOPT" demo reuseaddr --json
	[ -z "$stderr" ]
	jq -es '.[0].outcome == "served" and
		(map(select(.step == "restart without SO_REUSEADDR")) | length == 1 and .[0].error == "EADDRINUSE" and
			.[0].socket.state == "time-wait") and
		(map(select(.step == "restart with SO_REUSEADDR")) | length == 1 and .[0].outcome == "listening" and .[0].error == null) and
		all(.demo == "reuseaddr")' <<<"$output"
}

@test "it leaves nothing behind: no process, no socket in this namespace" {
	needs_root "a network namespace of its own"
	run --separate-stderr -0 "$SOCKOPT" demo reuseaddr --json
	port=$(jq -r '.socket.local.port // empty' <<<"$output" | head -1)
	[ "$("$SOCKOPT" show "local=127.0.0.1:$port and time-wait" --json 2>/dev/null | wc -l)" = 0 ]
	run ! pgrep -P $$ -x sockopt
}

@test "it works for a plain user" {
	needs_root "to become another user"
	run --separate-stderr -0 "${NOBODY[@]}" "$SOCKOPT" demo reuseaddr --json
	jq -es 'map(.error) | index("EADDRINUSE")' <<<"$output"
}

@test "failure: no such demonstration, exit 1" {
	run --separate-stderr -1 "$SOCKOPT" demo nope
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: there is no demonstration 'nope'" ]
	[ "${stderr_lines[1]}" = "hint: 'sockopt demo' lists them" ]
}

@test "wrong use: exit 2" {
	run --separate-stderr -2 "$SOCKOPT" demo reuseaddr twice
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt demo: 'twice' is not expected here" ]
}
