#!/usr/bin/env bats
# 20,000 sockets in one process

load common

@test "20,000 sockets: shown, set in one go, and undone" {
	local n=20000 limit

	# some room for what else it has open
	limit=$(ulimit -Hn)
	if [ "$limit" != unlimited ] && [ "$limit" -lt $((n + 100)) ]; then
		prlimit --pid $BASHPID --nofile=$((n + 1000)) 2>/dev/null || n=$((limit - 100))
	fi
	[ $n -ge 15000 ] || skip "RLIMIT_NOFILE is $limit, and cannot be raised"
	program a
	ask a open tcp $n
	[[ "$ANSWER" != cannot* ]] || skip "$ANSWER"
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- $((n + 1))

	"$SOCKOPT" show "tcp and pid=${PID[a]}" --json >"$FOLDER/shown"
	[ "$(wc -l <"$FOLDER/shown")" = $n ]
	[ "$(jq -r .cookie "$FOLDER/shown" | sort -u | wc -l)" = $n ]
	[ "$("$SOCKOPT" show "tcp and pid=${PID[a]}" -o SO_PRIORITY | wc -l)" = $((n + 1)) ]

	"$SOCKOPT" set "tcp and pid=${PID[a]}" SO_PRIORITY=3 --json >"$FOLDER/set" 2>"$FOLDER/talk"
	[ "$(wc -l <"$FOLDER/set")" = $n ]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- $n
	[ "$("$SOCKOPT" log --json | jq -c '[.planned, .made]')" = "[$n,$n]" ]

	"$SOCKOPT" undo --json >"$FOLDER/undone"
	[ "$(wc -l <"$FOLDER/undone")" = $n ]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- $((n + 1))
}

@test "600 sockets that moved to another process are found by their cookies" {
	local fd child

	program a
	ask a open udp 600
	"$SOCKOPT" set "udp and pid=${PID[a]}" SO_PRIORITY=3 >/dev/null
	ask a give 9999
	child=${WORDS[0]}
	for ((fd = 4; fd < 700; fd++)); do
		ask a close $fd
	done
	[ "$("$SOCKOPT" show "udp and pid=$child" --json | jq .options.SO_PRIORITY.value | sort | uniq -c | tr -s ' ')" = " 600 3" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$("$SOCKOPT" show "udp and pid=$child" --json | jq -c .options | sort | uniq -c | tr -s ' ')" = " 600 {}" ]
}

@test "a table of 1,500 lines keeps its columns to the end, and names each socket once" {
	program a
	ask a open udp 1500
	"$SOCKOPT" show "udp and pid=${PID[a]}" -o SO_PRIORITY,SO_RCVLOWAT >"$FOLDER/table"
	[ "$(wc -l <"$FOLDER/table")" = 1501 ]
	# the columns of the heading: where each begins
	awk 'NR == 1 { option = index($0, "SO_PRIORITY"); next } substr($0, option, 2) !~ /^0 / { print NR ": " $0; bad = 1 } END { exit bad }' \
		"$FOLDER/table"
	[ "$(awk '{ print $NF }' "$FOLDER/table" | sort -u | tr '\n' ' ')" = "1 SO_RCVLOWAT " ]
	[ "$(grep -oE ' [0-9]+:[0-9]+ ' "$FOLDER/table" | sort -u | wc -l)" = 1500 ]
	"$SOCKOPT" set "udp and pid=${PID[a]}" SO_PRIORITY=3 >"$FOLDER/set" 2>/dev/null
	[ "$(grep -c ' kept$' "$FOLDER/set")" = 1500 ]
}
