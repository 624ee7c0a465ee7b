#!/usr/bin/env bats
# Our own side at its limit of descriptors: all or an error, never a part that looks like all

load common

# Below four not even its shared libraries can be opened: that is the loader's to say.
setup() {
	setup_common
	program a
	ask a pair
	FD=${WORDS[0]}
	told a set "$FD" "$SOL_SOCKET" "$SO_PRIORITY" 4 -- 0
}

@test "show at every small limit: the same as without one, or exit 3 and the reason" {
	local limit whole complete=0

	whole=$("$SOCKOPT" show "pid=${PID[a]}" --json)
	for limit in 4 5 6 7 8 9 10 11 12 16 24; do
		run --separate-stderr with_descriptors $limit "$SOCKOPT" show "pid=${PID[a]}" --json
		if [ "$status" = 0 ]; then
			[ "$output" = "$whole" ] || {
				echo "with $limit descriptors it shows something else, and exits 0:"
				diff <(echo "$whole") <(echo "$output")
				return 1
			}
			complete=$((complete + 1))
			continue
		fi
		echo "limit $limit: exit $status: $stderr"
		[ "$status" = 3 ]
		[[ "$stderr" == *"Too many open files"* ]]
	done
	[ "$complete" -ge 1 ]
}

@test "set at every small limit: done, or exit 3, the reason, and nothing changed" {
	local limit

	for limit in 4 5 6 7 8 9 10 11 12 16; do
		run --separate-stderr with_descriptors $limit "$SOCKOPT" set "${PID[a]}:$FD" TCP_NODELAY=on
		echo "limit $limit: exit $status: $stderr"
		if [ "$status" = 0 ]; then
			told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
			"$SOCKOPT" undo >/dev/null
		else
			[ "$status" = 3 ]
			[[ "$stderr" == *"Too many open files"*"nothing was changed"* ]]
		fi
		told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	done
}

@test "undo at every small limit: done, or exit 3 and the change stays to be undone" {
	local limit

	"$SOCKOPT" set "${PID[a]}:$FD" TCP_NODELAY=on
	for limit in 4 5 6 7 8 9 10 11 12 16 24; do
		run --separate-stderr with_descriptors $limit "$SOCKOPT" undo
		echo "limit $limit: exit $status: $output $stderr"
		if [ "$status" = 0 ]; then
			told a get "$FD" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
			return 0
		fi
		[ "$status" = 3 ]
		[[ "$stderr$output" == *"Too many open files"* ]]
	done
	false
}
