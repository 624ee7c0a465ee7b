#!/usr/bin/env bats
# Addresses of the families that are neither IP nor paths nor what families.bats has: shown, with either engine

load common

setup() {
	setup_common
	needs_root "a network namespace"
}

# hold SCRIPT: a program, in a namespace of its own, that makes one socket `s`; its descriptor is in FD
hold() {
	mkfifo "$FOLDER/out"
	exec {from}<>"$FOLDER/out"
	start unshare -n python3 -c "
import socket, subprocess, sys, threading, time
def no(why):
    print('none', why, flush=True)
    sys.exit()
try:
$(sed 's/^/    /' <<<"$1")
except (OSError, AttributeError, FileNotFoundError) as error:
    no(error)
print(s.fileno(), flush=True)
time.sleep(600)" >"$FOLDER/out"
	read -r -t $((20 * PATIENCE)) -u "$from" FD WHY
	[ "$FD" != none ] || skip "no such socket can be had here: $WHY"
}

# told: the first line of show without the namespace, with each engine that can be had; they must agree
told() {
	local engine line first=

	for engine in pidfd bpf; do
		[ "$engine" = pidfd ] || "$SOCKOPT" show --engine bpf "$LAST" >/dev/null 2>&1 || continue
		line=$("$SOCKOPT" show --engine "$engine" "$LAST:$FD" | sed '1s/ netns:.*//;q')
		[ -z "$first" ] || [ "$line" = "$first" ] || { echo "$engine: $line, not $first" >&2; return 1; }
		first=$line
	done
	echo "$first"
}

# is PATTERN TEXT: else what it is instead is told
is() {
	[[ "$2" =~ ^$1$ ]] || { echo "$2" >&2; return 1; }
}

# json: the address as JSON
json() {
	"$SOCKOPT" show --json "$LAST:$FD" | jq -c .local
}

@test "TIPC: its own number, and whom it is connected to" {
	hold '
s, peer = socket.socket(socket.AF_TIPC, socket.SOCK_SEQPACKET), socket.socket(socket.AF_TIPC, socket.SOCK_SEQPACKET)
peer.bind((socket.TIPC_ADDR_NAMESEQ, 18888, 17, 17))
peer.listen()
accepted = []
threading.Thread(target=lambda: accepted.append(peer.accept()), daemon=True).start()
s.connect((socket.TIPC_ADDR_NAME, 18888, 17, 0))'
	is "tipc/seqpacket established +[0-9a-f]+ ref [0-9]+ .* [0-9a-f]+ ref [0-9]+" "$(told)"
	is ".\"node\":\"[0-9a-f]+\",\"ref\":[0-9]+." "$(json)"
}

@test "CAN: the interface, and what ISO-TP and J1939 have besides" {
	hold '
if subprocess.run("ip link add name vcan7 type vcan && ip link set vcan7 up", shell=True, stderr=subprocess.DEVNULL).returncode:
    no("an interface of type vcan")
s = socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, 6)
s.bind(("vcan7", 0x7e8, 0x7e0))'
	is "can/dgram +bound +vcan7 rx 0x7e8 tx 0x7e0" "$(told)"
	[ "$(json)" = '{"interface":"vcan7","rx_id":2024,"tx_id":2016}' ]
	# SO_PROTOCOL does not tell them from others: their options are shown all the same
	[ "$("$SOCKOPT" show --json -o CAN_ISOTP_LL_OPTS "$LAST:$FD" | jq .options.CAN_ISOTP_LL_OPTS.value.mtu)" = 16 ]
}

@test "QRTR: node and port" {
	hold '
import ctypes
s = socket.socket(42, socket.SOCK_DGRAM)
address = (ctypes.c_char * 12).from_buffer_copy(bytes([42, 0, 0, 0, 1, 0, 0, 0, 0x39, 0x30, 0, 0]))
if ctypes.CDLL(None, use_errno=True).bind(s.fileno(), address, 12):
    raise OSError(ctypes.get_errno(), "bind")'
	is "qipcrtr/dgram +bound +node 1 port 12345" "$(told)"
}

@test "LLC: the hardware address and the SAP" {
	hold '
import ctypes
s = socket.socket(26, socket.SOCK_DGRAM)
address = (ctypes.c_char * 16).from_buffer_copy(bytes([26, 0, 1, 0, 0, 0, 0, 0x42] + [0] * 8))
if ctypes.CDLL(None, use_errno=True).bind(s.fileno(), address, 16):
    raise OSError(ctypes.get_errno(), "bind")'
	is "llc/dgram +bound +00:00:00:00:00:00 sap 0x42" "$(told)"
}
