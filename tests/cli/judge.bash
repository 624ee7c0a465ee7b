# SPDX-License-Identifier: MIT
# Sockets with a mistake, judged: for check.bats and check-reach.bats.

# mistake NAME found|near: a program with such sockets, in a network namespace of its own; its pid is in MISTAKE
mistake() {
	local line

	needs_root "network namespaces"
	mkfifo "$FOLDER/$1-$2.in" "$FOLDER/$1-$2.out"
	exec {stdin}<>"$FOLDER/$1-$2.in" {stdout}<>"$FOLDER/$1-$2.out"
	start unshare --net python3 "$BATS_TEST_DIRNAME/helper/mistakes.py" "$1" "$2" <"$FOLDER/$1-$2.in" >"$FOLDER/$1-$2.out"
	MISTAKE=$LAST
	read -r -t 60 line <&"$stdout"
	[ "$line" = ready ]
}

# found [WORD...]: the checks that find something with the program of the last mistake, in order
found() {
	"$SOCKOPT" check "pid=$MISTAKE" "$@" --json | jq -r .check | sort | tr '\n' ' '
}

# judged NAME FOUND NEAR: exactly these checks find something, with the mistake and with the near miss
judged() {
	mistake "$1" found
	is_found() { [ "$(found)" = "$1" ] || { echo "found: $(found)"; return 1; }; }
	is_found "$2"
	kill "$MISTAKE"
	mistake "$1" near
	[ "$(found)" = "$3" ] || { echo "near miss, found: $(found)"; return 1; }
}

# cured NAME: the command that the finding names mends it
cured() {
	local cure check

	check=$(sed "s/^p/P/; s/-.*//" <<<"$1")
	mistake "$1" found
	cure=$("$SOCKOPT" check "pid=$MISTAKE" --json | jq -r "select(.check == \"$check\").cure")
	[[ "$cure" == "sockopt set $MISTAKE:"* ]]
	bash -c "${cure/#sockopt/\"\$SOCKOPT\"}"
	[[ " $(found)" != *" $check "* ]] || { echo "$cure: $check is still found"; return 1; }
	kill "$MISTAKE"
	rm "$FOLDER/$1-found".*
}
