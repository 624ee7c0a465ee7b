#!/usr/bin/env bats
# sockopt completion: what shells accept, and what they offer

load common

@test "bash accepts it" {
	run --separate-stderr -0 "$SOCKOPT" completion bash
	[ -z "$stderr" ]
	run --separate-stderr -0 bash -n <<<"$output"
	[ -z "$stderr" ]
}

@test "zsh accepts it" {
	needs zsh
	"$SOCKOPT" completion zsh >"$FOLDER/_sockopt"
	run --separate-stderr -0 zsh -n "$FOLDER/_sockopt"
	[ -z "$stderr" ]
}

@test "fish accepts it" {
	needs fish
	"$SOCKOPT" completion fish >"$FOLDER/sockopt.fish"
	run --separate-stderr -0 fish -n "$FOLDER/sockopt.fish"
	[ -z "$stderr" ]
}

@test "every shell accepts it in Spanish" {
	"$SOCKOPT" completion bash --lang es | bash -n
	if command -v zsh; then "$SOCKOPT" completion zsh --lang es >"$FOLDER/_sockopt" && zsh -n "$FOLDER/_sockopt"; fi
	if command -v fish; then "$SOCKOPT" completion fish --lang es >"$FOLDER/f" && fish -n "$FOLDER/f"; fi
}

# offered WORD...: what bash offers for the last word
offered() {
	"$SOCKOPT" completion bash >"$FOLDER/completion"
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _sockopt; printf "%s\n" "${COMPREPLY[@]}"' \
		- "$FOLDER/completion" "$@"
}

@test "bash offers commands, options of commands, names of options" {
	[ "$(offered sockopt sh)" = show ]
	[ "$(offered sockopt "" | sort | tr '\n' ' ')" = "--help --version apply calc check completion demo explain log policy run set show trace undo " ]
	[ "$(offered sockopt show --al)" = --all ]
	[ "$(offered sockopt show -o TCP_NODEL)" = TCP_NODELAY ]
	[ "$(offered sockopt set tcp TCP_NODEL)" = TCP_NODELAY= ]
	[ "$(offered sockopt trace -e TCP_NODEL)" = TCP_NODELAY ]
	[ "$(offered sockopt trace --li)" = --life ]
	[ "$(offered sockopt trace listen)" = listening ]
	[ "$(offered sockopt explain TCP_NODEL)" = TCP_NODELAY ]
	[ "$(offered sockopt show listen)" = listening ]
	[ "$(offered sockopt demo reu)" = reuseaddr ]
	[ "$(offered sockopt completion z)" = zsh ]
	[ "$(offered sockopt undo --dr)" = --dry-run ]
}

@test "what bash offers as an option of a command is one" {
	local command option

	for command in explain show set undo log demo completion; do
		while read -r option; do
			"$SOCKOPT" "$command" --help | grep -q -- "$option" || {
				echo "$command has no $option"
				return 1
			}
		done < <(offered sockopt "$command" --)
	done
}

@test "fish offers them, too" {
	needs fish
	"$SOCKOPT" completion fish >"$FOLDER/sockopt.fish"
	run -0 fish --no-config -c "source $FOLDER/sockopt.fish; complete -C 'sockopt sh'; complete -C 'sockopt explain TCP_NODEL'; complete -C 'sockopt undo --dr'"
	[[ "${lines[0]}" == show$'\t'* ]]
	[[ "$output" == *$'\n'TCP_NODELAY* ]]
	[[ "$output" == *$'\n'--dry-run* ]]
}

@test "failure and wrong use: exit 2" {
	run --separate-stderr -2 "$SOCKOPT" completion
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "sockopt completion: a shell is needed: bash, zsh or fish" ]
	run --separate-stderr -2 "$SOCKOPT" completion ksh
	[ -z "$output" ]
	[ "$stderr" = "sockopt: 'ksh' is not one of bash, zsh, fish" ]
	run --separate-stderr -2 "$SOCKOPT" completion bash zsh
	[ -z "$output" ]
}
