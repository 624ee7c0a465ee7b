#!/usr/bin/env bats
# Sockets of netlink, packet, vsock and XDP: found, named by their addresses, read and changed, with either engine

load common

setup() {
	setup_common
	needs_root "packet sockets"
	mkfifo "$FOLDER/in" "$FOLDER/out"
	exec {to}<>"$FOLDER/in" {from}<>"$FOLDER/out"
	start unshare -n python3 "$BATS_TEST_DIRNAME/helper/families.py" <"$FOLDER/in" >"$FOLDER/out"
	PROGRAM=$LAST
	read -r -t 20 -u "$from" HELD
}

# held NAME: its descriptor
held() {
	jq -e --arg name "$1" '.[$name]' <<<"$HELD"
}

# needs_held NAME: a socket that this kernel may not have
needs_held() {
	held "$1" >/dev/null || skip "this kernel has no such sockets: $1"
}

# kernel NAME LEVEL NUMBER SIZE: the bytes that the program itself reads
kernel() {
	local answer

	echo "$(held "$1") $2 $3 $4" >&"$to"
	read -r -t 20 -u "$from" answer
	echo "$answer"
}

# engines: those that can be had here
engines() {
	echo pidfd
	if "$SOCKOPT" show --engine=bpf "$PROGRAM" >/dev/null 2>&1; then echo bpf; fi
}

# line NAME ENGINE: what show says of it, without the options
line() {
	"$SOCKOPT" show "--engine=$2" "$PROGRAM:$(held "$1")" | sed "1s/ netns:.*//;q"
}

@test "text: kind, state and address of each" {
	local engine portid port

	portid=$(held portid)
	for engine in $(engines); do
		[ "$(line route "$engine")" = "netlink/route bound       $portid groups 1,35" ]
		[ "$(line generic "$engine")" = "netlink/generic unbound     -" ]
		[ "$(line arp "$engine")" = "packet/dgram bound       lo:arp" ]
		[ "$(line all "$engine")" = "packet/raw   bound       *:all" ]
		[ "$(line idle "$engine")" = "packet/raw   unbound     -" ]
	done
	needs_held listener
	port=$(held port)
	for engine in $(engines); do
		[ "$(line listener "$engine")" = "vsock/stream listening   *:$port" ]
		[ "$(line fresh "$engine")" = "vsock/seqpacket unbound     -" ]
	done
}

@test "JSON: what the address consists of" {
	local engine

	for engine in $(engines); do
		"$SOCKOPT" show "--engine=$engine" "pid=$PROGRAM" --json >"$FOLDER/shown"
		jq -es --argjson held "$HELD" 'map({key: .holders[0].fd | tostring, value: .}) | from_entries as $of |
			($of[$held.route | tostring] | .protocol == "netlink" and .netlink == "route" and .peer == null and
				.local == {"portid": $held.portid, "groups": [1, 35]}) and
			($of[$held.generic | tostring] | .netlink == "generic" and .local == null and .state == "unbound") and
			($of[$held.arp | tostring] | .interface == "lo" and .local == {"interface": "lo", "ethertype": 2054}) and
			($of[$held.all | tostring].local == {"interface": null, "ethertype": 3}) and
			($held.listener == null or ($of[$held.listener | tostring] |
				.state == "listening" and .local == {"cid": 4294967295, "port": $held.port}))' "$FOLDER/shown"
	done
}

@test "a selector picks them by family, state and interface, with both engines" {
	local engine

	for engine in $(engines); do
		picked() {
			"$SOCKOPT" show "--engine=$engine" "pid=$PROGRAM and ($1)" --json | jq -r '.holders[0].fd' | sort -n | xargs
		}
		[ "$(picked "netlink and bound")" = "$(held route)" ]
		[ "$(picked "packet and not bound")" = "$(held idle)" ]
		[ "$(picked "interface=lo")" = "$(held arp)" ]
		[ "$(picked "packet and interface!=lo")" = "$(printf '%s\n' "$(held all)" "$(held idle)" | sort -n | xargs)" ]
	done
}

@test "--sort=local sorts them by what their addresses are" {
	run --separate-stderr -0 "$SOCKOPT" show "pid=$PROGRAM and packet" -o SO_RCVBUF --sort=local
	[[ "${lines[1]}" == "packet/raw"*" unbound "*" - "* ]]
	[[ "${lines[2]}" == *" *:all "* ]]
	[[ "${lines[3]}" == *" lo:arp "* ]]
}

@test "an option of netlink is read, set and set back" {
	run --separate-stderr -0 "$SOCKOPT" set "$PROGRAM:$(held route)" NETLINK_EXT_ACK=on --json
	jq -e '.option == "NETLINK_EXT_ACK" and .before == 0 and .after == 1 and .result == "kept"' <<<"$output"
	[ "$(kernel route 270 11 4)" = 01000000 ]
	run --separate-stderr -0 "$SOCKOPT" show "$PROGRAM:$(held route)"
	[ "${lines[1]}" = "    NETLINK_EXT_ACK            on            default off" ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[[ "$output" == *" $(held portid) groups 1,35 "* ]]
	[ "$(kernel route 270 11 4)" = 00000000 ]
}

@test "the groups of a netlink socket above 32 are told, and a group is joined from outside" {
	[ "$(kernel route 270 9 8)" = 0100000004000000 ]
	"$SOCKOPT" set "$PROGRAM:$(held generic)" NETLINK_ADD_MEMBERSHIP=1
	[ "$(line generic pidfd)" = "netlink/generic unbound     groups 1" ]
	run --separate-stderr -3 "$SOCKOPT" set "$PROGRAM:$(held generic)" NETLINK_ADD_MEMBERSHIP=4294967295
	[[ "$stderr$output" == *"Invalid argument"* ]]
}

@test "the buffer of a vsock socket stays under its maximum, which is raised first" {
	needs_held fresh
	run --separate-stderr -0 "$SOCKOPT" set "$PROGRAM:$(held fresh)" SO_VM_SOCKETS_BUFFER_SIZE=1MiB --json
	jq -e '.after == 262144 and .result == "ignored"' <<<"$output"
	run --separate-stderr -0 "$SOCKOPT" set "$PROGRAM:$(held fresh)" SO_VM_SOCKETS_BUFFER_MAX_SIZE=1MiB \
		SO_VM_SOCKETS_BUFFER_SIZE=1MiB --json
	jq -es 'all(.result == "kept")' <<<"$output"
	[ "$(kernel fresh 40 0 8)" = 0000100000000000 ]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$(kernel fresh 40 0 8)" = 0000040000000000 ]
	[ "$(kernel fresh 40 2 8)" = 0000040000000000 ]
}

@test "a packet socket: a ring refuses a change of its form, a group is joined by name of its parts" {
	local ring

	run --separate-stderr -0 "$SOCKOPT" set "$PROGRAM:$(held all)" PACKET_VERSION=v3 PACKET_RESERVE=4 PACKET_AUXDATA=on --json
	jq -es 'all(.result == "kept")' <<<"$output"
	[ "$(kernel all 263 10 4)" = 02000000 ]
	run --separate-stderr -0 "$SOCKOPT" show "$PROGRAM:$(held all)"
	[[ "$output" == *"    PACKET_VERSION             v3            default v1"* ]]
	run --separate-stderr -0 "$SOCKOPT" undo
	[ "$(kernel all 263 10 4)" = 00000000 ]
	ring=tp_block_size=4KiB,tp_block_nr=2,tp_frame_size=2KiB,tp_frame_nr=4,tp_retire_blk_tov=0,tp_sizeof_priv=0,tp_feature_req_word=0
	run --separate-stderr -2 "$SOCKOPT" set "$PROGRAM:$(held all)" "PACKET_RX_RING=$ring"
	[[ "$stderr" == *"--force"* ]]
	run --separate-stderr -0 "$SOCKOPT" set --force "$PROGRAM:$(held all)" "PACKET_RX_RING=$ring"
	run --separate-stderr -3 "$SOCKOPT" set "$PROGRAM:$(held all)" PACKET_VERSION=v2
	run --separate-stderr -0 "$SOCKOPT" set --force "$PROGRAM:$(held arp)" PACKET_FANOUT=id=7,type=cpu,flags=0
	[ "$(kernel arp 263 18 4)" = 07000200 ]
}

@test "the counters of a packet socket are not read unasked, since reading clears them" {
	run --separate-stderr -0 "$SOCKOPT" show "$PROGRAM:$(held arp)" --all --json
	jq -e '.options | has("PACKET_STATISTICS") | not' <<<"$output"
	run --separate-stderr -0 "$SOCKOPT" show "$PROGRAM:$(held arp)" -o PACKET_STATISTICS --force --json
	jq -e '.options.PACKET_STATISTICS.value | has("tp_drops") and (has("tp_freeze_q_cnt") | not)' <<<"$output"
}

@test "--all reads every option of each of them" {
	run --separate-stderr -0 "$SOCKOPT" show "pid=$PROGRAM" --all --json
	[ -z "$stderr" ]
	jq -es --argjson held "$HELD" 'map({key: .holders[0].fd | tostring, value: .options}) | from_entries as $of |
		($of[$held.route | tostring] | .NETLINK_PKTINFO.text == "off" and
			.NETLINK_LIST_MEMBERSHIPS.value == [1, 4]) and
		($held.fresh == null or ($of[$held.fresh | tostring] | .SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW.text == "2s"))' <<<"$output"
}
