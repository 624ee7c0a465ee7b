#!/usr/bin/env bats
# sockopt log: the changes that were made

load common

changed() {
	program a
	ask a pair
	P=${PID[a]} FD=${WORDS[0]}
	"$SOCKOPT" set "$P:$FD" TCP_NODELAY=on
	"$SOCKOPT" set "$P:$FD" SO_PRIORITY=3 SO_KEEPALIVE=on
	"$SOCKOPT" undo 1
}

@test "text: number, time, user, how many, state, command" {
	changed
	run --separate-stderr -0 "$SOCKOPT" log
	[ -z "$stderr" ]
	[[ "${lines[0]}" =~ ^ID\ +DATE\ +USER\ +CHANGES\ +STATE\ +COMMAND$ ]]
	[[ "${lines[1]}" =~ ^\ ?1\ [0-9-]{10}T[0-9:]{8}[+-][0-9]{4}\ +$(id -un)\ +1\ undone\ +"set '$P:$FD' TCP_NODELAY=on"$ ]]
	[[ "${lines[2]}" =~ ^\ ?2\ [0-9-]{10}T[0-9:]{8}[+-][0-9]{4}\ +$(id -un)\ +2\ "in force "+"set '$P:$FD' SO_PRIORITY=3 SO_KEEPALIVE=on"$ ]]
	[ "${#lines[@]}" = 3 ]
}

@test "--json: one object a change" {
	changed
	run --separate-stderr -0 "$SOCKOPT" log --json
	[ "${#lines[@]}" = 2 ]
	jq -e --argjson uid "$(id -u)" '.id == 1 and .uid == $uid and .planned == 1 and .made == 1 and .state == "undone"' <<<"${lines[0]}"
	jq -e --arg command "set '$P:$FD' SO_PRIORITY=3 SO_KEEPALIVE=on" \
		'.id == 2 and .made == 2 and .state == "in force" and .command == $command' <<<"${lines[1]}"
}

@test "the journal is its owner's alone" {
	changed
	[ "$(stat -c %a "$SOCKOPT_JOURNAL")" = 700 ]
	[ "$(stat -c %a "$SOCKOPT_JOURNAL/1.jsonl")" = 600 ]
}

@test "failure: none yet, exit 1" {
	run --separate-stderr -1 "$SOCKOPT" log
	[ -z "$output" ]
	[ "$stderr" = "sockopt: no changes were made yet" ]
	run --separate-stderr -1 "$SOCKOPT" log --json
	[ -z "$output" ]
}

@test "failure: a journal that cannot be read, exit 3" {
	: >"$FOLDER/file"
	SOCKOPT_JOURNAL=$FOLDER/file run --separate-stderr -3 "$SOCKOPT" log
	[ -z "$output" ]
	[ "$stderr" = "sockopt: cannot read the journal in $FOLDER/file: Not a directory" ]
}

@test "wrong use: exit 2" {
	run --separate-stderr -2 "$SOCKOPT" log extra
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt log: 'extra' is not expected here" ]
}
