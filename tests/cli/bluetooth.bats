#!/usr/bin/env bats
# Levels of one number: 6 is SOL_L2CAP on a Bluetooth socket and IPPROTO_TCP on one of IP. All commands tell by the family

load common

setup() {
	setup_common
	python3 -c 'import socket; socket.socket(31, 5, 0)' 2>/dev/null || skip "no Bluetooth sockets can be had here"
	mkfifo "$FOLDER/out"
	exec {from}<>"$FOLDER/out"
	start python3 -c 'import socket, sys
l2cap, tcp = socket.socket(31, 5, 0), socket.socket()
print(l2cap.fileno(), tcp.fileno(), flush=True)
sys.stdin.read()' < <(sleep 60) >"$FOLDER/out"
	PROGRAM=$LAST
	read -r -t 20 -u "$from" L2CAP TCP
}

@test "trace names an option by the family of its socket" {
	"$SOCKOPT" trace --engine ptrace --json -o "$FOLDER/trace" -- python3 -c 'import socket
l2cap, tcp = socket.socket(31, 5, 0), socket.socket()
l2cap.setsockopt(6, 3, 2)
tcp.setsockopt(6, 3, 1)
socket.socket(31, 3, 1).setsockopt(0, 2, bytes(16))
tcp.setsockopt(0, 2, 64)'
	run jq -r 'select(.call == "set") | .option' "$FOLDER/trace"
	[ "$output" = "L2CAP_LM
TCP_CORK
HCI_FILTER
IP_TTL" ]
}

@test "show and set take numbers for what they mean on each socket; undo, too" {
	run "$SOCKOPT" show -o 6:3 "$PROGRAM:$L2CAP"
	[[ $output = *"6:3"*"auth"* ]]
	run "$SOCKOPT" show -o 6:3 "$PROGRAM:$TCP"
	[[ $output = *"6:3"*"off"* ]]
	"$SOCKOPT" set "$PROGRAM:$L2CAP" 6:3=0x06000000
	run "$SOCKOPT" show -o L2CAP_LM "$PROGRAM:$L2CAP"
	[[ $output = *"auth|encrypt"* ]]
	"$SOCKOPT" undo
	run "$SOCKOPT" show -o L2CAP_LM,BT_SECURITY "$PROGRAM:$L2CAP"
	[[ $output = *"level=low"* && $output != *"encrypt"* ]]
}

@test "a selector picks the family, and an option of TCP is not set on Bluetooth by its number" {
	run "$SOCKOPT" show -o BT_POWER "family=bluetooth and pid=$PROGRAM"
	[[ $output = *"force_active=on"* ]]
	run "$SOCKOPT" set "$PROGRAM:$L2CAP" TCP_CORK=on
	[ "$status" -ne 0 ] && [ "$status" -ne 2 ]
	run "$SOCKOPT" show -o L2CAP_LM "bluetooth and pid=$PROGRAM"
	[[ $output = *"auth"* ]]
}
