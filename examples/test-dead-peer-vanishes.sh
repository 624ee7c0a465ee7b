#!/bin/sh
# SPDX-License-Identifier: MIT
# dead-peer notices a peer that vanished: two network namespaces joined by a cable, and the far end loses its
# address. Exit 77 (skipped) where one may not make namespaces.
#
# usage: test-dead-peer-vanishes.sh PROGRAM

set -eu

program=$1
here=$(basename "$0")
far_address=02:00:00:00:00:02

skip() {
	echo "skipped: $1"
	exit 77
}

fail() {
	echo "$here: $1" >&2
	sed 's/^/    /' "$folder/output" >&2
	exit 1
}

# Once more in a namespace of its own; a plain user is root in it.
if [ "${DEAD_PEER_INSIDE:-}" != 1 ]; then
	for tool in ip unshare nsenter python3; do
		command -v "$tool" >/dev/null || skip "$tool is missing"
	done
	for way in "--net" "--map-root-user --net"; do
		# shellcheck disable=SC2086 # two words
		unshare $way true 2>/dev/null || continue
		# shellcheck disable=SC2086
		DEAD_PEER_INSIDE=1 exec unshare $way "$0" "$@"
	done
	skip "not permitted to make a network namespace"
fi

folder=$(mktemp -d)
peer=
client=
clean() {
	[ -z "$client" ] || kill "$client" 2>/dev/null || true
	[ -z "$peer" ] || kill "$peer" 2>/dev/null || true
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

# The peer's namespace: its process takes connections, reads what comes and says nothing.
cat >"$folder/peer.py" <<'END'
import pathlib, socket, sys, time

folder = pathlib.Path(sys.argv[1])
(folder / "made").touch()
while not (folder / "addressed").exists():
    time.sleep(0.02)
with socket.create_server(("10.99.0.2", 7777)) as listener:
    (folder / "listening").touch()
    connections = []
    while True:
        connections.append(listener.accept())
END
unshare --net python3 "$folder/peer.py" "$folder" &
peer=$!

wait_for() {
	for _ in $(seq 250); do
		! [ -e "$folder/$1" ] || return 0
		sleep 0.02
	done
	echo "$here: no $1" >&2
	exit 1
}
in_peer() { nsenter --net --target "$peer" "$@"; }

wait_for made
ip link add near type veth peer name far address "$far_address" 2>/dev/null || skip "this kernel has no veth"
ip link set far netns "$peer"
ip address add 10.99.0.1/24 dev near
ip link set near up
in_peer ip address add 10.99.0.2/24 dev far
in_peer ip link set far up
touch "$folder/addressed"
wait_for listening

# Does it end between $2 and $3 milliseconds after the peer lost its address? $1: idle, or data that nobody acknowledges.
try() {
	mkfifo "$folder/words"
	timeout 15 "$program" 10.99.0.2 7777 3 <"$folder/words" >"$folder/output" 2>&1 &
	client=$!
	exec 3>"$folder/words"
	for _ in $(seq 100); do
		! grep -q "^SO_KEEPALIVE" "$folder/output" || break
		sleep 0.05
	done
	# A neighbour that does not answer would be noticed by its lack of an ARP reply; a host behind a router is not.
	ip neighbour replace 10.99.0.2 lladdr "$far_address" dev near nud permanent
	in_peer ip address del 10.99.0.2/24 dev far
	began=$(date +%s%N)
	[ "$1" = idle ] || echo "is anybody there?" >&3
	status=0
	wait "$client" || status=$?
	client=
	milliseconds=$((($(date +%s%N) - began) / 1000000))
	exec 3>&-
	rm "$folder/words"
	echo "$1: noticed after $milliseconds ms"
	[ "$status" = 1 ] || fail "$1: exit status $status"
	grep -q ": Connection timed out$" "$folder/output" || fail "$1: did not end with a timeout"
	[ "$milliseconds" -ge "$2" ] || fail "$1: after $milliseconds ms: too early"
	[ "$milliseconds" -le "$3" ] || fail "$1: after $milliseconds ms: too late"
	in_peer ip address add 10.99.0.2/24 dev far
}

# The idle clock starts at the handshake, a little before the address went.
try idle 2000 4500
grep -q "^a silent peer is given up after 3.0 s$" "$folder/output" || fail "idle: computed another time"
try data 2500 5000
