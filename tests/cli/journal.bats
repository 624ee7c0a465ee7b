#!/usr/bin/env bats
# The journal: a full disk, damage, another boot

load common

# A process whose 6 UDP sockets have SO_PRIORITY 3, which was 0 before: change number 1
changed() {
	program a
	ask a open udp 6
	"$SOCKOPT" set "udp and pid=${PID[a]}" SO_PRIORITY=3 >/dev/null
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 6
	JOURNAL=$SOCKOPT_JOURNAL/1.jsonl
}

@test "it is JSON lines: a head, all intents, then the outcomes" {
	changed
	jq -es 'length == 14 and .[7].committed == 6 and .[0].sockopt == 1 and .[0].id == 1 and (.[0].command | length > 0) and
		([.[1:7][].intent] == [0, 1, 2, 3, 4, 5]) and ([.[8:14][].done] == [0, 1, 2, 3, 4, 5]) and
		all(.[1:7][]; .before == "00000000" and .level == 1 and .number == 12)' "$JOURNAL"
	[ "$(head -1 "$JOURNAL" | jq -r .boot)" = "$(cat /proc/sys/kernel/random/boot_id)" ]
}

@test "a disk that is full: a clear error, exit 3, nothing changed, nothing left" {
	needs_root "a small file system of its own"
	local size

	program a
	ask a open udp 500
	mkdir "$FOLDER/small"
	# one page for the folder's files; and none that is free for them
	for size in 8k 60k; do
		cat >"$FOLDER/play" <<-END
			mount -t tmpfs -o size=$size,mode=755 small "$FOLDER/small" || exit 99
			[ $size = 60k ] || head -c 1M /dev/zero >"$FOLDER/small/filler" 2>/dev/null
			SOCKOPT_JOURNAL="$FOLDER/small/journal" "$SOCKOPT" set "udp and pid=${PID[a]}" SO_PRIORITY=3
			status=\$?
			ls "$FOLDER/small/journal" >"$FOLDER/left"
			exit \$status
		END
		run --separate-stderr unshare --mount --propagation private sh "$FOLDER/play"
		[ "$status" != 99 ] || skip "no tmpfs can be mounted"
		[ "$status" = 3 ]
		[ -z "$output" ]
		[ "${stderr_lines[0]}" = "sockopt: cannot keep the old values in $FOLDER/small/journal: No space left on device; nothing was changed" ]
		[ ! -s "$FOLDER/left" ]
		told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 501
	done
}

@test "cut in the middle of an outcome: everything comes back" {
	changed
	truncate -s -20 "$JOURNAL"
	run --separate-stderr -0 "$SOCKOPT" undo
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 7
}

@test "cut after the intents, as by a crash: everything comes back" {
	changed
	head -7 "$JOURNAL" >"$FOLDER/cut"
	cp "$FOLDER/cut" "$JOURNAL"
	run --separate-stderr -0 "$SOCKOPT" undo --json
	[ "$(jq -r .result <<<"$output" | sort | uniq -c | tr -s ' ')" = " 6 restored" ]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 7
}

@test "cut in the middle of an intent: what can be read comes back, the damage is told" {
	changed
	head -c "$(head -5 "$JOURNAL" | wc -c)" "$JOURNAL" >"$FOLDER/cut"
	head -c 100 <(sed -n 6p "$JOURNAL") >>"$FOLDER/cut"
	cp "$FOLDER/cut" "$JOURNAL"
	run --separate-stderr "$SOCKOPT" undo
	[[ "$stderr" == *"the journal of change 1 is damaged"* ]]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 2
}

@test "binary rubbish in the place of an intent: all others come back, the damage is told, exit 3" {
	changed
	{
		sed -n 1,3p "$JOURNAL"
		printf '\xff\x00{"intent":\x01\x02"\n'
		sed -n '5,$p' "$JOURNAL"
	} >"$FOLDER/damaged"
	cp "$FOLDER/damaged" "$JOURNAL"
	[ "$("$SOCKOPT" log --json | jq -r .state)" = damaged ]
	run --separate-stderr -3 "$SOCKOPT" undo
	[[ "$stderr" == *"the journal of change 1 is damaged"* ]]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 1
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 6
}

@test "binary rubbish between the outcomes: everything comes back" {
	changed
	{
		sed -n 1,8p "$JOURNAL"
		head -c 3000 /dev/urandom
		echo
		sed -n '9,$p' "$JOURNAL"
	} >"$FOLDER/damaged"
	cp "$FOLDER/damaged" "$JOURNAL"
	run --separate-stderr "$SOCKOPT" undo
	[[ "$stderr" == *"the journal of change 1 is damaged"* ]]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 7
}

@test "damage anywhere: never a crash, never another socket" {
	local round size

	changed
	cp "$JOURNAL" "$FOLDER/whole"
	size=$(wc -c <"$JOURNAL")
	for ((round = 0; round < 40; round++)); do
		cp "$FOLDER/whole" "$JOURNAL"
		printf '%b' "\\x$(printf %02x $((RANDOM % 256)))" |
			dd of="$JOURNAL" bs=1 seek=$(((round * 7919 + RANDOM) % size)) conv=notrunc status=none
		run "$SOCKOPT" undo 1
		[ "$status" -le 4 ]
		run "$SOCKOPT" log
		[ "$status" -le 4 ]
	done
	[ "$(ask a count "$SOL_SOCKET" "$SO_PRIORITY" 0; n=$ANSWER; ask a count "$SOL_SOCKET" "$SO_PRIORITY" 3; echo $((n + ANSWER)))" = 7 ]
}

@test "damaged at its head: said, exit 3; log lists it as damaged" {
	changed
	sed -i '1s/.*/rubbish/' "$JOURNAL"
	run --separate-stderr -3 "$SOCKOPT" undo 1
	[ "$stderr" = "sockopt: change 1: the journal is damaged at its head" ]
	run --separate-stderr "$SOCKOPT" log
	[[ "$output" == *damaged* ]]
}

@test "an empty file is no change" {
	mkdir "$SOCKOPT_JOURNAL"
	: >"$SOCKOPT_JOURNAL/4.jsonl"
	: >"$SOCKOPT_JOURNAL/notes.txt"
	run --separate-stderr -1 "$SOCKOPT" undo
	[ "$stderr" = "sockopt: there is nothing to take back" ]
	program a
	run --separate-stderr -0 "$SOCKOPT" set "${PID[a]}:3" SO_PRIORITY=3
	[ "${stderr_lines[0]}" = "hint: 'sockopt undo 5' takes it back" ]
}

@test "of another boot: its sockets are gone, exit 1, nothing touched" {
	changed
	sed -i '1s/"boot":"[^"]*"/"boot":"00000000-1111-2222-3333-444444444444"/' "$JOURNAL"
	run --separate-stderr -1 "$SOCKOPT" undo
	[ -z "$output" ]
	[ "$stderr" = "sockopt: change 1 was made before the last boot: its sockets are gone" ]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 6
	[ "$("$SOCKOPT" log --json | jq -r .state)" = "before the last boot" ]
}

@test "of another user: said, exit 3, nothing touched, nothing noted; the others can be used" {
	needs_root "to give a file away"
	changed
	ask a open udp 1
	"$SOCKOPT" set "${PID[a]}:${WORDS[0]}" SO_RCVLOWAT=5 >/dev/null
	chown 65534:65534 "$JOURNAL"
	cp "$JOURNAL" "$FOLDER/whole"
	run --separate-stderr -3 "$SOCKOPT" undo 1
	[ -z "$output" ]
	[ "$stderr" = "sockopt: change 1 was written by another user: it is not used" ]
	cmp "$JOURNAL" "$FOLDER/whole"
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 6
	[ "$("$SOCKOPT" log --json | jq -c '[.id, .state, .command == ""]' | head -1)" = "[1,\"another user's\",true]" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[[ "$output" == *SO_RCVLOWAT* ]]
	run --separate-stderr -1 "$SOCKOPT" undo
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 6
}

@test "what is no file is neither followed nor waited for" {
	changed
	mv "$JOURNAL" "$FOLDER/elsewhere"
	ln -s "$FOLDER/elsewhere" "$JOURNAL"
	mkfifo "$SOCKOPT_JOURNAL/2.jsonl"
	mkdir "$SOCKOPT_JOURNAL/3.jsonl"
	for id in 1 2 3; do
		run --separate-stderr -3 timeout 10 "$SOCKOPT" undo "$id"
		[ "$stderr" = "sockopt: change $id: the journal is damaged at its head" ]
	done
	run --separate-stderr -0 timeout 10 "$SOCKOPT" log --json
	[ "$(jq -r .state <<<"$output" | sort -u)" = damaged ]
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 3 -- 6
}

@test "that it was taken back is noted behind a line that was cut, and is read again" {
	changed
	truncate -s -9 "$JOURNAL"
	run --separate-stderr -0 "$SOCKOPT" undo
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 7
	[ "$("$SOCKOPT" log --json | jq -r .state)" = undone ]
	run --separate-stderr -1 "$SOCKOPT" undo
	[ "$stderr" = "sockopt: there is nothing to take back" ]
}

@test "killed before all intents were written: nothing was changed, and undo says so" {
	changed
	"$SOCKOPT" undo >/dev/null
	sed -n 1,3p "$JOURNAL" >"$FOLDER/cut"
	cp "$FOLDER/cut" "$JOURNAL"
	head -1 "$FOLDER/cut" | sed 's/"id":1/"id":2/' >"$SOCKOPT_JOURNAL/2.jsonl"
	run --separate-stderr -1 "$SOCKOPT" undo
	[ "$stderr" = "sockopt: change 2 was stopped before it changed anything" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$(grep -c "as before" <<<"$output")" = 2 ]
}

@test "two at once take two numbers" {
	program a
	ask a open udp 40
	start "$SOCKOPT" set "udp and pid=${PID[a]}" SO_PRIORITY=3 >/dev/null 2>&1
	local first=$LAST
	start "$SOCKOPT" set "udp and pid=${PID[a]}" SO_RCVBUF=10000 >/dev/null 2>&1
	wait "$first" "$LAST"
	[ "$("$SOCKOPT" log --json | jq -r '"\(.id) \(.made)"')" = $'1 40\n2 40' ]
	"$SOCKOPT" undo 1 >/dev/null
	"$SOCKOPT" undo 2 >/dev/null
	told a count "$SOL_SOCKET" "$SO_PRIORITY" 0 -- 41
}
