#!/usr/bin/env bats
# sockopt itself: how it is called, its streams, its colours

load common

@test "without a command: how to use it, on stderr, exit 2" {
	run --separate-stderr -2 "$SOCKOPT"
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "Usage: sockopt COMMAND [ARGUMENT...]" ]
	[ "${stderr_lines[1]}" = "hint: 'sockopt --help' lists the commands" ]
}

@test "an unknown command is named, exit 2" {
	run --separate-stderr -2 "$SOCKOPT" shwo
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: 'shwo' is not a command" ]
	[ "${stderr_lines[1]}" = "hint: 'sockopt --help' lists the commands; nearest: show" ]
}

@test "--help lists every command, on stdout" {
	local command

	run --separate-stderr -0 "$SOCKOPT" --help
	[ -z "$stderr" ]
	[ "${lines[0]}" = "Usage: sockopt COMMAND [ARGUMENT...]" ]
	for command in explain show set undo log demo completion; do
		[[ "$output" == *$'\n'"  $command "* ]]
	done
}

@test "help COMMAND is COMMAND --help" {
	local command

	for command in explain show set undo log demo completion; do
		[ "$("$SOCKOPT" help $command)" = "$("$SOCKOPT" $command --help)" ]
	done
}

@test "help of what is no command is wrong use" {
	run --separate-stderr -2 "$SOCKOPT" help shwo
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt: 'shwo' is not a command" ]
}

@test "--version" {
	run --separate-stderr -0 "$SOCKOPT" --version
	[[ "$output" =~ ^sockopt\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	[ -z "$stderr" ]
}

@test "an unknown word for colours or languages is wrong use" {
	run --separate-stderr -2 "$SOCKOPT" show --color pink
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt show: 'pink' is not a word for colours: auto, always, never" ]
	run --separate-stderr -2 "$SOCKOPT" show --lang fr
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt show: 'fr' is not a language of sockopt: en, es" ]
}

@test "an unknown option of every command is wrong use" {
	local command

	for command in explain show set undo log demo completion; do
		run --separate-stderr -2 "$SOCKOPT" $command --no-such-option
		[ -z "$output" ]
		[[ "$stderr" == *"--no-such-option"* ]]
	done
}

# on_screen COMMAND...: on a terminal of 80 columns, what it sends there
on_screen() {
	script -qec "stty cols 80; $*" /dev/null </dev/null
}

@test "colours: on a terminal, not into a pipe, not with NO_COLOR, always with --color always" {
	local escape=$'\e'

	needs script
	[[ "$("$SOCKOPT" explain TCP_NODELAY)" != *"$escape"* ]]
	[[ "$("$SOCKOPT" explain TCP_NODELAY --color always)" == *"${escape}["* ]]
	[[ "$(NO_COLOR=1 "$SOCKOPT" explain TCP_NODELAY --color always)" == *"${escape}["* ]]
	[[ "$(on_screen "$SOCKOPT" explain TCP_NODELAY)" == *"${escape}["* ]]
	[[ "$(NO_COLOR=1 on_screen "$SOCKOPT" explain TCP_NODELAY)" != *"$escape"* ]]
	[[ "$(TERM=dumb on_screen "$SOCKOPT" explain TCP_NODELAY)" != *"$escape"* ]]
	[[ "$(on_screen "$SOCKOPT" explain TCP_NODELAY --color never)" != *"$escape"* ]]
}

@test "colours of tables and errors follow the same rule" {
	local escape=$'\e'

	program a
	ask a open tcp 1
	told a set "$ANSWER" "$IPPROTO_TCP" "$TCP_NODELAY" 1 -- 0
	[[ "$("$SOCKOPT" show "${PID[a]}" -o nodelay --color always)" == *"${escape}["* ]]
	[[ "$("$SOCKOPT" show "${PID[a]}" -o nodelay 2>&1)" != *"$escape"* ]]
	[[ "$("$SOCKOPT" show "${PID[a]}" --color always)" == *"${escape}["* ]]
	[[ "$("$SOCKOPT" show "${PID[a]}" 2>&1)" != *"$escape"* ]]
	[[ "$("$SOCKOPT" show 'port=1 and local=127.99.99.99' --color always 2>&1 || true)" == *"${escape}["* ]]
	[[ "$("$SOCKOPT" show 'port=1 and local=127.99.99.99' 2>&1 || true)" != *"$escape"* ]]
}

@test "the JSON is never coloured" {
	program a
	[[ "$("$SOCKOPT" show "${PID[a]}" --json --color always)" != *$'\e'* ]]
}

@test "a result that cannot be written is a failure, not silence" {
	[ -c /dev/full ] || skip "there is no /dev/full"
	program a
	run --separate-stderr -3 bash -c '"$1" show "$2" >/dev/full' - "$SOCKOPT" "${PID[a]}"
	[[ "$stderr" == *"No space left on device"* ]]
	run --separate-stderr -3 bash -c '"$1" explain TCP_NODELAY >/dev/full' - "$SOCKOPT"
	[[ "$stderr" == *"No space left on device"* ]]
}

@test "a reader that goes away early ends it without a word" {
	run --separate-stderr -0 bash -c '"$1" explain --json | head -c 1' - "$SOCKOPT"
	[ -z "$stderr" ]
}
