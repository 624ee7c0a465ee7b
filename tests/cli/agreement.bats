#!/usr/bin/env bats
# What show says is what the program itself reads, of every option

load common

setup() {
	setup_common
	mkfifo "$FOLDER/in" "$FOLDER/out"
	exec {to}<>"$FOLDER/in" {from}<>"$FOLDER/out"
	start "$HELPERS/every-option" run <"$FOLDER/in" >"$FOLDER/out"
	PROGRAM=$LAST
	read -r -t $((20 * PATIENCE)) -u "$from" HEAD
}

dump() {
	local line

	echo dump >&"$to"
	while read -r -t $((20 * PATIENCE)) -u "$from" line && [ "$line" != end ]; do
		printf '%s\n' "$line"
	done
}

@test "a program that set every option to its example: show --all --json agrees with getsockopt, on every kind of socket" {
	[ "$(jq .sockets <<<"$HEAD")" -ge 20 ]
	[ "$(jq .set <<<"$HEAD")" -ge 100 ]
	"$HELPERS/every-option" layout >"$FOLDER/layout"
	dump >"$FOLDER/before"
	"$SOCKOPT" show --all --json "$PROGRAM" >"$FOLDER/shown"
	dump >"$FOLDER/after"
	run python3 "$BATS_TEST_DIRNAME/helper/agree.py" "$FOLDER/layout" "$FOLDER/before" "$FOLDER/shown" "$FOLDER/after"
	echo "$output"
	[ "$status" = 0 ]
}

@test "the comparison can fail: a value that is changed in between is noticed" {
	"$HELPERS/every-option" layout >"$FOLDER/layout"
	dump >"$FOLDER/before"
	"$SOCKOPT" show --all --json "$PROGRAM" >"$FOLDER/shown"
	sed -i 's/"SO_RCVBUF":{"value":[0-9]*/"SO_RCVBUF":{"value":1/' "$FOLDER/shown"
	run -1 python3 "$BATS_TEST_DIRNAME/helper/agree.py" "$FOLDER/layout" "$FOLDER/before" "$FOLDER/shown" "$FOLDER/before"
	[[ "$output" == *"SO_RCVBUF: shown"* ]]
}

@test "what is shown as text is shown the same in the JSON" {
	local text name value

	"$SOCKOPT" explain --json | jq -r 'select(.nature == "setting") | .name' >"$FOLDER/settings"
	text=$("$SOCKOPT" show "tcp and listening and pid=$PROGRAM" --all)
	"$SOCKOPT" show "tcp and listening and pid=$PROGRAM" --json --all >"$FOLDER/json"
	while IFS=$'\t' read -r name value; do
		grep -qx "$name" "$FOLDER/settings" || continue
		[[ "$text" == *$'\n'"    $name "*" ${value:-\"\"}"* ]] || {
			echo "$name: not '$value' in the text"
			return 1
		}
	done < <(jq -r '.options | to_entries[] | select(.value.text and (.value.value | type != "object")) |
		[.key, .value.text] | join("\t")' "$FOLDER/json")
}
