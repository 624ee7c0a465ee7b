#!/usr/bin/env bats
# Names that others chose: never raw on the terminal, the JSON always valid

load common

evil=$'a\nb\e[31m\xff\xc3"\\\t'

# every_view SELECTOR: all outputs about it are harmless, all JSON is valid UTF-8
every_view() {
	local lines

	"$SOCKOPT" show "$1" >"$FOLDER/text"
	"$SOCKOPT" show "$1" --all >>"$FOLDER/text"
	"$SOCKOPT" show "$1" -o SO_PRIORITY >>"$FOLDER/text"
	"$SOCKOPT" set "$1" SO_PRIORITY=3 --dry-run >>"$FOLDER/text"
	"$SOCKOPT" set "$1" SO_PRIORITY=3 >>"$FOLDER/text" 2>&1
	"$SOCKOPT" log >>"$FOLDER/text"
	"$SOCKOPT" undo >>"$FOLDER/text" 2>&1
	is_harmless <"$FOLDER/text"
	"$SOCKOPT" show "$1" --json --all >"$FOLDER/json"
	"$SOCKOPT" set "$1" SO_PRIORITY=3 --json >>"$FOLDER/json"
	"$SOCKOPT" log --json >>"$FOLDER/json"
	"$SOCKOPT" undo --json >>"$FOLDER/json"
	is_harmless <"$FOLDER/json"
	lines=$(wc -l <"$FOLDER/json")
	[ "$lines" -ge 4 ]
	[ "$(python3 -c 'import json, sys
print(sum(1 for line in open(sys.argv[1], encoding="utf-8") if json.loads(line)))' "$FOLDER/json")" = "$lines" ]
}

@test "a process name with a newline, escapes and bytes that are no UTF-8" {
	program a
	ask a listen
	told a name "$(printf %s "$evil" | hex)" -- ok
	every_view "${PID[a]}"
	[[ "$("$SOCKOPT" show "${PID[a]}")" == *'a\x0ab\x1b[31m\xff'* ]]
}

@test "a unix path with the same, and an abstract name with all bytes" {
	program a
	ask a unix "$(printf %s "$FOLDER/$evil" | hex)"
	ask a unix "00$(python3 -c 'print("".join(f"{i:02x}" for i in range(1, 100)))')"
	ask a unix "00$(python3 -c 'print("".join(f"{i:02x}" for i in range(160, 256)))')"
	ask a unix "00610062000a"
	every_view "${PID[a]}"
	[[ "$("$SOCKOPT" show "${PID[a]}")" == *'a\x0ab\x1b[31m\xff'* ]]
}

@test "a unix path of the greatest length" {
	program a
	local path
	path=$FOLDER/$(printf 'x%.0s' {1..108})
	ask a unix "$(printf %s "${path:0:108}" | hex)"
	[ "$("$SOCKOPT" show "path=${path:0:108}" --json | jq -r .local.path)" = "${path:0:108}" ]
	every_view "${PID[a]}"
}

@test "marks that turn the writing around are not passed on" {
	program a
	told a name "$(printf 'ab\xe2\x80\xaecd' | hex)" -- ok
	run --separate-stderr -0 "$SOCKOPT" show "${PID[a]}"
	[[ "$output" != *$'\xe2\x80\xae'* ]]
}

# A loopback that is down can be given any name; a user namespace is enough for that.
rename_loopback='
import fcntl, os, socket, struct, sys
os.setns(os.open(f"/proc/{sys.argv[1]}/ns/net", os.O_RDONLY), 0)
SIOCSIFNAME = 0x8923
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), SIOCSIFNAME,
            struct.pack("16s16s", b"lo", os.fsencode(sys.argv[2])))
'

@test "a network interface with escapes in its name" {
	needs_root "a network namespace"
	local name=$'e\e[31m\xff' fd

	program a unshare --net
	python3 -c '
import ctypes, os
if not hasattr(os, "setns"):
    os.setns = lambda fd, kind: ctypes.CDLL(None).setns(fd, kind)
'"$rename_loopback" "${PID[a]}" "$name"
	ask a open udp 1
	fd=$ANSWER
	told a bytes "$fd" "$SOL_SOCKET" 25 "$(printf %s "$name" | hex)" -- 0 # SO_BINDTODEVICE
	every_view "${PID[a]}"
	[[ "$("$SOCKOPT" show "${PID[a]}:$fd")" == *'e\x1b[31m\xff'* ]]
}

@test "a selector and values with such bytes: the journal stays readable, undo works" {
	local selector

	program a
	ask a pair
	local fd=${WORDS[0]}
	for selector in "${PID[a]}:$fd"$'\tand\nnot path="\e\xff\xc3\x01"' "not process=$'\xc3' and ${PID[a]}:$fd"; do
		run --separate-stderr -0 "$SOCKOPT" set "$selector" TCP_NODELAY=on
		told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 1
		"$SOCKOPT" log | is_harmless
		"$SOCKOPT" log --json | is_harmless
		run --separate-stderr -0 "$SOCKOPT" undo
		told a get "$fd" "$IPPROTO_TCP" "$TCP_NODELAY" -- 0
	done
}

@test "wrong use with such bytes: the talk is harmless, too" {
	local word=$'x\e[31m\xff'

	for arguments in "show|$word" "show|process=$word" "show|pid=$word" "set|1|$word=1" "set|1|TCP_NODELAY=$word" \
		"explain|$word" "undo|$word" "demo|$word" "completion|$word" "$word" "show|--lang|$word" "show|-o|$word"; do
		IFS='|' read -r -a words <<<"$arguments"
		"$SOCKOPT" "${words[@]}" >"$FOLDER/talk" 2>&1 || true
		[ -s "$FOLDER/talk" ]
		is_harmless <"$FOLDER/talk" || {
			echo "not harmless: ${words[*]@Q}"
			return 1
		}
	done
}

# harmless_json FILE...: lines of JSON in UTF-8, at least one
harmless_json() {
	is_harmless <"$1"
	python3 -c 'import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
sys.exit(0 if lines else "no line")' "$1"
}

@test "check of a program with such a name, and with such a path: text, JSON, and what it found" {
	program a
	ask a listen
	ask a pair
	# the kernel tunes this buffer no longer: a finding
	told a set "${WORDS[0]}" "$SOL_SOCKET" "$SO_RCVBUF" 4000 -- 0
	ask a unix "$(printf %s "$FOLDER/$evil" | hex)"
	told a name "$(printf %s "$evil" | hex)" -- ok
	for each in "" --all; do
		"$SOCKOPT" check $each --severity note "pid=${PID[a]}" >"$FOLDER/text" 2>&1 || [ $? = 1 ]
		[ -s "$FOLDER/text" ]
		is_harmless <"$FOLDER/text"
		"$SOCKOPT" check $each --json --severity note "pid=${PID[a]}" >"$FOLDER/json" || [ $? = 1 ]
		harmless_json "$FOLDER/json"
	done
	[[ "$(jq -rs '.[0].socket.holders[0].process' "$FOLDER/json")" == 'a\x0ab\x1b[31m\xff'* ]]
}

@test "trace of a program with such a name, live and from a capture" {
	local program=$FOLDER/$'a\nb\e[31m\xff'

	cp "$HELPERS/calls" "$program"
	"$SOCKOPT" trace --engine ptrace --save "$FOLDER/capture" -o "$FOLDER/text" -- "$program" fixed >/dev/null 2>"$FOLDER/why" ||
		skip "$(head -1 "$FOLDER/why")"
	is_harmless <"$FOLDER/text"
	grep -q 'x0ab' "$FOLDER/text"
	"$SOCKOPT" trace --engine ptrace --json -o "$FOLDER/json" -- "$program" fixed >/dev/null
	harmless_json "$FOLDER/json"
	[[ "$(jq -rs '.[0].process' "$FOLDER/json")" == 'a\x0ab\x1b[31m\xff' ]]
	for words in "" --summary --json; do
		"$SOCKOPT" trace --read "$FOLDER/capture" $words >"$FOLDER/read"
		[ -s "$FOLDER/read" ]
		is_harmless <"$FOLDER/read"
	done
}

@test "rules, reports and policies with such names: cgroups, programs, files" {
	local name=$'c\e[31m\nd\xff' file cgroups

	file=$FOLDER/$name.rules
	printf 'listening: SO_KEEPALIVE=on\nwrong \e[31m\xff\n' >"$file"
	"$SOCKOPT" run -f "$file" -- true >"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" apply --check "$file" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" policy "$name" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" policy remove "$name" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" apply --cgroup "/sys/fs/cgroup/$name" --dry-run "$file" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" run -p "$name" -- true >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" run SO_KEEPALIVE=on -- "$FOLDER/$name" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" trace -- "$FOLDER/$name" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" check -- "$FOLDER/$name" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" check --config "$FOLDER/$name" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" check "$FOLDER/$name.c" >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" trace --read "$FOLDER/$name" >>"$FOLDER/text" 2>&1 || true
	[ "$(wc -l <"$FOLDER/text")" -ge 12 ]
	is_harmless <"$FOLDER/text"
}

@test "a cgroup with such a name: shown, selected by, checked, and the JSON is valid" {
	needs_root "to make a cgroup"
	local cgroups cgroup name=$'c\e[31m\nd\xff'

	cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$cgroups" ] || skip "there is no cgroup hierarchy of version 2"
	cgroup=$cgroups/sockopt-names-$BASHPID-
	# the kernel takes no newline in the name of a cgroup
	! mkdir "$cgroup$name" 2>/dev/null || rmdir "$cgroup$name"
	cgroup+=${name/$'\n'/}
	mkdir "$cgroup" || skip "no cgroup can be made here"
	program a
	ask a listen
	if ! echo "${PID[a]}" >"$cgroup/cgroup.procs"; then
		rmdir "$cgroup"
		skip "no process can be moved here"
	fi
	"$SOCKOPT" show "cgroup~*sockopt-names-$BASHPID-*" >"$FOLDER/text" 2>&1
	"$SOCKOPT" check "cgroup~*sockopt-names-$BASHPID-*" >>"$FOLDER/text" 2>&1 || [ $? = 1 ]
	"$SOCKOPT" apply --cgroup "$cgroup" --dry-run TCP_NODELAY=on >>"$FOLDER/text" 2>&1 || true
	"$SOCKOPT" show "cgroup~*sockopt-names-$BASHPID-*" --json >"$FOLDER/json"
	kill "${PID[a]}"
	wait "${PID[a]}" || true
	rmdir "$cgroup"
	is_harmless <"$FOLDER/text"
	harmless_json "$FOLDER/json"
}
