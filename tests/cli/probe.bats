#!/usr/bin/env bats
# sockopt probe: what this kernel supports, under whatever stands between

load common

sandbox() { # CALL[:LEVEL:OPTION] ERRNO|thread|process COMMAND...
	python3 "$BATS_TEST_DIRNAME/helper/sandbox.py" "$@"
}

cell() { # OPTION SOCKET JQ-FILTER: of the JSON lines in output
	jq -r "select(.option == \"$1\" and .socket == \"$2\") | $3" <<<"$output"
}

@test "an option, socket by socket, as it is measured" {
	run --separate-stderr -0 "$SOCKOPT" probe TCP_KEEPIDLE TCP_NODELAY SO_MARK --kind tcp4,udp4 --json
	[ -z "$stderr" ]
	[ "$(cell TCP_KEEPIDLE tcp4 '[.get, .set, .least, .greatest, .outside, .inherited] | join(" ")')" = "ok ok 1 32767 EINVAL yes" ]
	[ "$(cell TCP_NODELAY tcp4 '[.get, .set, .default, .without_capabilities, .inherited] | join(" ")')" = "ok ok off ok yes" ]
	[ -z "$(cell TCP_NODELAY udp4 .get)" ]
	[ "$(cell SO_MARK udp4 .inherited)" = null ]
	[ "$(jq -s '.[0].sockets' -c <<<"$output")" = '{"tcp4":"ok","udp4":"ok"}' ]
	[ "$(jq -s '.[-1].summary | [.options, .work, .per_mille]' -c <<<"$output")" = '[3,3,1000]' ]
	needs_root "a capability is seen to be enough"
	# CAP_NET_RAW since 5.17
	local enough="CAP_NET_ADMIN CAP_NET_RAW"
	[ "$(printf '5.17\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 5.17 ] || enough=CAP_NET_ADMIN
	[ "$(cell SO_MARK tcp4 '[.without_capabilities, .enough[]] | join(" ")')" = "EPERM $enough" ]
}

@test "text: the summary first, those that are alike together, 80 columns, both languages" {
	run --separate-stderr -0 "$SOCKOPT" probe tcp TCP_NODELAY --kind 'tcp*,unix-stream'
	[ -z "$stderr" ]
	[[ "${lines[0]}" == "$(uname -sr) $(uname -m)" ]]
	[[ "$output" == *" options work; "*$'\n'"IPPROTO_TCP "*$'\n'"TCP_NODELAY "* ]]
	fits 80 <<<"$output"
	is_harmless <<<"$output"
	run --separate-stderr -0 "$SOCKOPT" probe TCP_NODELAY --kind 'tcp*,unix-stream' --lang es
	[[ "$output" == *$'\n\nTCP_NODELAY\n  tcp4 tcp6\n    acceso        get, set\n'*"se hereda     sí"* ]]
	run --separate-stderr -0 env NO_COLOR=1 "$SOCKOPT" probe TCP_NODELAY SO_BSDCOMPAT --kind tcp4
	[[ "$output" != *$'\e'* ]]
	# it does nothing: what an accepted socket has of it does not show
	[[ "$output" == *$'\nSO_BSDCOMPAT\n  tcp4\n'*$'\n    not known     inherited\n'* ]]
}

@test "what is not understood is wrong use, and nothing is probed" {
	local words

	for words in NO_SUCH_OPTION "--kind nosuch" "--tap" "--verify --tap --json" "--diff one" "--diff one two --verify"; do
		# shellcheck disable=SC2086
		run --separate-stderr -2 "$SOCKOPT" probe $words
		[ -z "$output" ] && [ -n "$stderr" ]
	done
}

@test "--verify: no contradiction; the same as TAP" {
	run --separate-stderr -0 "$SOCKOPT" probe --verify TCP_NODELAY TCP_KEEPIDLE --kind tcp4,unix-stream
	[[ "$output" == *"0 contradictions with the catalogue" ]]
	run --separate-stderr -0 "$SOCKOPT" probe --verify TCP_KEEPIDLE --kind tcp4 --tap
	[[ "$output" == *$'\n'"ok "*" - TCP_KEEPIDLE range"$'\n'*$'\n1..'* ]]
}

@test "--verify --tap: a line is there while the probe goes on" {
	local line

	mkfifo "$FOLDER/tap"
	"$SOCKOPT" probe --verify --tap socket ip 2>/dev/null >"$FOLDER/tap" &
	exec 4<"$FOLDER/tap"
	read -r -u 4 line
	[[ "$line" =~ ^(ok|not ok|#)\  ]]
	pgrep -P $! # who probes
	kill -KILL $!
	exec 4<&-
}

@test "--verify: what contradicts the catalogue is listed, with status 1" {
	run --separate-stderr -1 sandbox getsockopt:6:1 EACCES "$SOCKOPT" probe --verify TCP_NODELAY SO_DEBUG --kind tcp4
	[[ "$output" == *$'\nTCP_NODELAY  readable\n    tcp4: get gives EACCES, not success\n'* ]]
	[[ "$output" != *SO_DEBUG* ]]
	run --separate-stderr -1 sandbox getsockopt:6:1 EACCES "$SOCKOPT" probe --verify TCP_NODELAY --kind tcp4 --json
	[ "$(jq -r 'select(.contradicted == "readable") | [.socket, .call, .found, .expected] | join(" ")' <<<"$output")" = "tcp4 get EACCES success" ]
	run --separate-stderr -1 sandbox getsockopt:6:1 EACCES "$SOCKOPT" probe --verify TCP_NODELAY --kind tcp4 --tap
	[[ "$output" == *$'\n'"not ok "*" - TCP_NODELAY readable"$'\n'* ]]
}

@test "a filter that refuses setsockopt altogether" {
	local errno

	for errno in EPERM ENOSYS; do
		run --separate-stderr -0 sandbox setsockopt "$errno" "$SOCKOPT" probe TCP_NODELAY --kind tcp4
		[[ "$output" == *"setsockopt(2) is $errno here, whatever is asked"*"1 can only be read"*"refused       set $errno"* ]]
	done
}

@test "a filter that kills: each who asked, and the probe goes on" {
	local how

	for how in thread process; do
		run --separate-stderr -0 sandbox setsockopt "$how" "$SOCKOPT" probe TCP_NODELAY --kind tcp4 --json
		[ "$(jq -s -r '.[0].setsockopt' <<<"$output")" = killed ]
		[ "$(cell TCP_NODELAY tcp4 '[.get, .set] | join(" ")')" = "ok " ]
		run --separate-stderr -0 sandbox setsockopt:6:1 "$how" "$SOCKOPT" probe TCP_NODELAY TCP_CORK --kind tcp4 --json
		[ "$(jq -s -r '.[0].setsockopt' <<<"$output")" = ok ]
		[ "$(cell TCP_NODELAY tcp4 '[.get, .set] | join(" ")')" = "ok killed" ]
		[ "$(cell TCP_CORK tcp4 '[.get, .set] | join(" ")')" = "ok ok" ]
	done
	run --separate-stderr -1 sandbox setsockopt:6:1 process "$SOCKOPT" probe --verify TCP_NODELAY --kind tcp4
	[[ "$output" == *$'\nTCP_NODELAY  writable\n    who tried it was killed\n'* ]]
	run --separate-stderr -0 sandbox getsockopt process "$SOCKOPT" probe TCP_NODELAY --kind tcp4 --json
	[ "$(cell TCP_NODELAY tcp4 '[.get, .set, (.unknown | index("get"))] | join(" ")')" = " ok 0" ]
}

@test "without rights: among others' sockets, what acts or is dangerous is not set, which is said" {
	unshare -U true || skip "no user namespace"
	run --separate-stderr -0 unshare -U "$SOCKOPT" probe TCP_NODELAY SO_MARK --kind tcp4
	[[ "$output" == *"no network namespace of its own (EPERM)"*$'\nSO_MARK\n  tcp4\n    not tried     set\n'* ]]
	run --separate-stderr -0 unshare -U "$SOCKOPT" probe --verify TCP_NODELAY SO_MARK IPV6_V6ONLY SO_IP_SET --kind tcp4,raw-icmp4
	[[ "$output" == *"0 contradictions with the catalogue" ]]
}

@test "a namespace without interfaces: nothing connects, and nothing is contradicted for that" {
	unshare -Un true || skip "no network namespace"
	run --separate-stderr -0 unshare -Un "$SOCKOPT" probe --verify TCP_NODELAY TLS_RX_EXPECT_NO_PAD SO_KEEPALIVE --kind tcp4,unix-stream
	[[ "$output" == *"nothing connects to tcp4 here"*"0 contradictions with the catalogue" ]]
}

@test "what was refused and what was not tried is told with the reason, levels without a socket by their name" {
	run --separate-stderr -0 "$SOCKOPT" probe tcp --kind unix-stream
	[[ "$output" == *$'No socket of theirs can be opened here\n  IPPROTO_TCP ('*')'* ]]
	[[ "$output" == *$'Not tried\n  for BPF programs alone: TCP_BPF_IW '* ]]
	run --separate-stderr -0 sandbox setsockopt EPERM "$SOCKOPT" probe tcp --kind tcp4
	[[ "$output" == *$'\n  EPERM: '*TCP_MD5SIG* ]]
	run --separate-stderr -0 "$SOCKOPT" explain "$("$SOCKOPT" probe rds --kind tcp4 --verbose | grep -m 1 TIMESTAMP)"
	[[ "$output" == 'SO_TIMESTAMP  SOL_RDS '* ]]
}

@test "--diff: two machines, what is not the same on them" {
	"$SOCKOPT" probe TCP_NODELAY TCP_CORK --kind tcp4,tcp6 --json >"$FOLDER/a"
	sandbox setsockopt:6:1 EPERM "$SOCKOPT" probe TCP_NODELAY TCP_CORK --kind tcp4,tcp6 --json >"$FOLDER/b"
	run --separate-stderr -0 "$SOCKOPT" probe --diff "$FOLDER/a" "$FOLDER/a"
	[[ "$output" == *"no difference" ]]
	run --separate-stderr -1 "$SOCKOPT" probe --diff "$FOLDER/a" "$FOLDER/b"
	[[ "$output" == *$'\nTCP_NODELAY\n  set  ok → EPERM\n    tcp4 tcp6\n\n1 difference' ]]
	run --separate-stderr -1 "$SOCKOPT" probe --diff --json "$FOLDER/b" "$FOLDER/a"
	[ "$(jq -c '[.option, .level, .field, .a, .b, .sockets]' <<<"$output")" = '["TCP_NODELAY","IPPROTO_TCP","set","EPERM","ok","tcp4 tcp6"]' ]
}

@test "--diff: what is so on all kinds, or on all but a few, is not listed kind by kind" {
	"$SOCKOPT" probe SO_KEEPALIVE --kind 'tcp*,udp*,unix*' --json >"$FOLDER/a"
	sed 's/"set":"ok"/"set":"EPERM"/' "$FOLDER/a" >"$FOLDER/b"
	run --separate-stderr -1 "$SOCKOPT" probe --diff "$FOLDER/a" "$FOLDER/b"
	[[ "$output" == *$'\n  set  ok → EPERM\n    every kind of socket that was compared\n'* ]]
	sed '/"tcp6","get"/!s/"set":"ok"/"set":"EPERM"/' "$FOLDER/a" >"$FOLDER/b"
	run --separate-stderr -1 "$SOCKOPT" probe --diff "$FOLDER/a" "$FOLDER/b"
	[[ "$output" == *$'\n    every kind of socket that was compared, but for tcp6\n'* ]]
}

@test "--diff: a kind of socket that one machine lacks is told once; the ends of a range, too" {
	sed '1s/"tcp6":"ok"/"tcp6":"EAFNOSUPPORT"/; /"tcp6","get"/d; s/"greatest":32767/"greatest":100/' >"$FOLDER/b" \
		< <("$SOCKOPT" probe TCP_KEEPIDLE --kind tcp4,tcp6 --json | tee "$FOLDER/a")
	run --separate-stderr -1 "$SOCKOPT" probe --diff --json "$FOLDER/a" "$FOLDER/b"
	[ "$(jq -c '[.option, .field, .a, .b, .sockets]' <<<"$output")" = '[null,"socket","ok","EAFNOSUPPORT","tcp6"]
["TCP_KEEPIDLE","range","1..32767","1..100","tcp4"]' ]
}

@test "--diff: what is no output of probe is refused, and harmless" {
	"$SOCKOPT" probe TCP_NODELAY --kind tcp4 --json >"$FOLDER/a"
	head -c -10 "$FOLDER/a" >"$FOLDER/cut"
	head -n -1 "$FOLDER/a" >"$FOLDER/short"
	printf '{"option":"x"}\n' >"$FOLDER/other"
	: >"$FOLDER/empty"
	"$SOCKOPT" probe --verify TCP_NODELAY --kind tcp4 --json >"$FOLDER/verify"
	for file in cut short other empty verify missing; do
		run --separate-stderr -2 "$SOCKOPT" probe --diff "$FOLDER/a" "$FOLDER/$file"
		[[ "$stderr" == *"$FOLDER/$file"* ]]
	done
	sed 's/"default":"off"/"default":"\\u001b[31m"/' "$FOLDER/a" >"$FOLDER/b"
	run --separate-stderr -1 "$SOCKOPT" probe --diff "$FOLDER/a" "$FOLDER/b"
	is_harmless <<<"$output"
}
