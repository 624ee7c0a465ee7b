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
	[ "$(offered sockopt "" | sort | tr '\n' ' ')" = "--help --version apply calc check completion demo explain log measure policy probe run set show trace tune undo " ]
	[ "$(offered sockopt show --al)" = --all ]
	[ "$(offered sockopt show -o TCP_NODEL)" = TCP_NODELAY ]
	[ "$(offered sockopt set tcp TCP_NODEL)" = TCP_NODELAY= ]
	[ "$(offered sockopt trace -e TCP_NODEL)" = TCP_NODELAY ]
	[ "$(offered sockopt trace --li)" = --life ]
	[ "$(offered sockopt trace listen)" = listening ]
	[ "$(offered sockopt explain TCP_NODEL)" = TCP_NODELAY ]
	[ "$(offered sockopt show listen)" = listening ]
	[ "$(offered sockopt demo reusea)" = reuseaddr ]
	[ "$(offered sockopt completion z)" = zsh ]
	[ "$(offered sockopt undo --dr)" = --dry-run ]
}

@test "what bash offers as an option of a command is one" {
	local command option

	for command in explain show set undo log run apply policy trace check calc measure tune probe demo completion; do
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

@test "bash offers files to options that want one, folders to those that want one" {
	mkdir "$FOLDER/place" "$FOLDER/place/below"
	touch "$FOLDER/place/"{one.c,two.h,three.cfg}
	local at=$FOLDER/place/ name

	cd "$FOLDER/place"
	for name in "check --config" "check -c" "check --read" "trace --read" "trace --save" "trace -o" "run -f" "run --report" apply; do
		# shellcheck disable=SC2086
		[ "$(offered sockopt $name "" | paste -sd,)" = below,one.c,three.cfg,two.h ]
		# shellcheck disable=SC2086
		[ "$(offered sockopt $name "${at}th")" = "${at}three.cfg" ]
	done
	# An = is a word to bash
	[ "$(offered sockopt check --config = | paste -sd,)" = below,one.c,three.cfg,two.h ]
	[ "$(offered sockopt trace --read = "${at}th")" = "${at}three.cfg" ]
	for name in "check -p" "check --database" "check --database =" "policy --pin" "apply -P"; do
		# shellcheck disable=SC2086
		[ "$(offered sockopt $name "$at")" = "${at}below" ]
	done
	[ "$(offered sockopt trace -p "$at")" = "" ]
}

@test "bash offers check sources, folders and a selector's words" {
	mkdir "$FOLDER/place" "$FOLDER/place/below"
	touch "$FOLDER/place/"{one.c,two.h,three.cfg,estimate.c}
	cd "$FOLDER/place"
	[ "$(offered sockopt check "$FOLDER/place/" | paste -sd,)" = "$FOLDER/place/below,$FOLDER/place/estimate.c,$FOLDER/place/one.c,$FOLDER/place/two.h" ]
	[ "$(offered sockopt check est | paste -sd,)" = established,estimate.c ]
	[ "$(offered sockopt check one.c two | paste -sd,)" = two.h ]
	[ "$(offered sockopt check --sev)" = --severity ]
	[ "$(offered sockopt check --eng)" = --engine ]
	offered sockopt check "" | grep -qx one.c
	# Behind -- is a program, which sockopt has nothing to offer for
	[ "$(offered sockopt check -- cat one)" = "" ]
}

@test "fish offers files to options that want one, and sources to check" {
	needs fish
	mkdir "$FOLDER/place" "$FOLDER/place/below"
	touch "$FOLDER/place/one.c"
	local name

	"$SOCKOPT" completion fish >"$FOLDER/sockopt.fish"
	cd "$FOLDER/place"
	for name in "check --config " "check -c " "check --read " "trace --save " "run -f " "apply " "check on"; do
		run -0 fish --no-config -c "source $FOLDER/sockopt.fish; complete -C 'sockopt $name'"
		[[ $'\n'"$output" == *$'\n'one.c* ]]
	done
	run -0 fish --no-config -c "source $FOLDER/sockopt.fish; complete -C 'sockopt check --database '"
	[[ "$output" == *below/* && "$output" != *one.c* ]]
	run -0 fish --no-config -c "source $FOLDER/sockopt.fish; complete -C 'sockopt trace --pid '"
	[[ "$output" != *one.c* ]]
	# What zsh wants escaped in a description fish would show
	run -1 grep -F "\\:" "$FOLDER/sockopt.fish"
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
