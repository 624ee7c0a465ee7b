#!/usr/bin/env bats
# What netfilter and multicast routing answer at SOL_IP and SOL_IPV6: NAT's original destination, and commands to the
# whole network namespace, which nothing reads or sends by the way.

load common

# In a namespace of its own: connections to port 443 of any address of this machine are redirected to a proxy's.
proxy() {
	needs_root "network namespaces"
	needs ip
	start unshare --net sh -c '
		ip link set lo up
		ip -6 route add 2001:db8::/64 dev lo 2>/dev/null
		python3 "$1/redirect.py" 443 8080 || exit
		exec python3 -u -c "
import socket
six = socket.socket(socket.AF_INET6)
six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
six.bind((\"::\", 8080))
six.listen()
kept = []
for peer in (\"127.0.0.7\", \"2001:db8::7\"):
    kept += [socket.create_connection((peer, 443)), six.accept()[0]]
four = socket.create_server((\"127.0.0.1\", 9000))
kept += [socket.create_connection((\"127.0.0.1\", 9000)), four.accept()[0]]
print(\"ready\")
import signal
signal.pause()"' proxy "$BATS_TEST_DIRNAME/helper" >"$FOLDER/told"
	PROXY=$LAST
	eventually test -s "$FOLDER/told"
	[ "$(cat "$FOLDER/told")" = ready ] || skip "$(cat "$FOLDER/told")"
}

# original OPTION SELECTOR: what show tells of the sockets, each answer once
original() {
	"$SOCKOPT" show "pid=$PROXY and $2" -o "$1" --json | jq -r ".options.$1.value // .options.$1.error" | sort -u
}

@test "SO_ORIGINAL_DST: where a redirected connection was to go, at both ends, over IPv4 and IPv6" {
	proxy
	[ "$(original SO_ORIGINAL_DST 'established and port=8080 and peer=127.0.0.0/8')" = 127.0.0.7:443 ]
	[ "$(original SO_ORIGINAL_DST 'established and peer=127.0.0.7')" = 127.0.0.7:443 ]
	# not redirected: what was dialled
	[ "$(original SO_ORIGINAL_DST 'established and port=9000')" = 127.0.0.1:9000 ]
	[ "$(original IP6T_SO_ORIGINAL_DST 'established and port=8080 and not peer=127.0.0.0/8')" = '[2001:db8::7]:443' ]
	# IPv4 on a socket of IPv6 is unknown to the option of IPv6
	[ "$(original IP6T_SO_ORIGINAL_DST 'established and port=8080 and peer=127.0.0.0/8')" = ENOENT ]
	[ "$(original SO_ORIGINAL_DST 'listening and port=9000')" = ENOENT ]
	run --separate-stderr -0 "$SOCKOPT" show "pid=$PROXY and established and port=9000" --all
	[[ "$output" == *"SO_ORIGINAL_DST"*127.0.0.1:9000* ]]
}

@test "nothing reads commands of netfilter by the way: no table is made by show, explain or a search" {
	needs_root "network namespaces"
	needs ip
	unshare --net test -e /proc/net/ip_tables_names || skip "no iptables-legacy in this kernel"
	run --separate-stderr -0 unshare --net sh -c '
		ip link set lo up
		python3 -c "
import signal, socket
kept = [socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)]
signal.pause()" &
		for try in $(seq 100); do
			"$0" show "pid=$!" --all >"$1" && grep -q IP_TTL "$1" && break
			sleep 0.1
		done
		"$0" explain IPT_SO_GET_INFO >/dev/null
		"$0" explain ip:64 >/dev/null
		"$0" show "pid=$!" -o IPT_SO_GET_INFO 2>&1
		echo "before: $(cat /proc/net/ip_tables_names)"
		"$0" show "pid=$!" -o IPT_SO_GET_INFO --force
		echo "after: $(cat /proc/net/ip_tables_names)"
		kill $!' "$SOCKOPT" "$FOLDER/all"
	told=$output
	grep MRT_VERSION "$FOLDER/all"
	run -1 grep -E 'IPT_|ARPT_|EBT_|IP_VS_|SO_IP_SET|MRT_ASSERT' "$FOLDER/all"
	[[ "$told" == *"is not read unasked"*before:\ $'\n'* ]]
	[[ "$told" == *"name=filter,"*num_entries=4,*"after: filter" ]]
}

@test "commands to the network namespace are refused without --force" {
	program target
	ask target open inet 1
	for command in IPT_SO_SET_REPLACE=name=filter IP_VS_SO_SET_FLUSH= MRT_INIT=1 MRT_FLUSH=mfc 0:64=0x00; do
		run --separate-stderr -2 "$SOCKOPT" set "${PID[target]}" "$command"
		[[ "$stderr" == *--force* ]]
	done
}

@test "LEVEL:NUMBER: explain and trace name the command by what is done with the number" {
	run --separate-stderr -0 "$SOCKOPT" explain ip:64
	[[ "$output" == *"IPT_SO_SET_REPLACE  IPPROTO_IP 0, option 64"*"IPT_SO_GET_INFO  IPPROTO_IP 0, option 64"* ]]
	run --separate-stderr -0 "$SOCKOPT" explain 41:80
	[[ "$output" == "IP6T_SO_ORIGINAL_DST  IPPROTO_IPV6"* && "$output" != *"same number"* ]]
	run --separate-stderr -1 "$SOCKOPT" explain ip:98
	[ "$("$SOCKOPT" explain 0:1156 --json | jq -r .name | xargs)" = "IP_VS_SO_SET_DEL IP_VS_SO_GET_DESTS" ]
	# in a namespace that ends with it: asking for a table makes it
	run --separate-stderr unshare --user --net "$SOCKOPT" trace --engine ptrace -- python3 -c '
import socket
s = socket.socket()
for call in (lambda: s.setsockopt(0, 65, b"filter".ljust(40, b"\0")), lambda: s.getsockopt(0, 65, 40)):
    try: call()
    except OSError: pass'
	[[ "$output$stderr" == *"set IPT_SO_SET_ADD_COUNTERS=name=filter,"*"get IPT_SO_GET_ENTRIES "* ]]
}

@test "undo takes an interface out of multicast routing again, by the inverse command" {
	needs_root "network namespaces"
	needs ip
	unshare --net test -e /proc/net/ip_mr_vif || skip "no multicast routing in this kernel"
	run --separate-stderr -0 unshare --net sh -c '
		ip link set lo up
		python3 -u -c "
import signal, socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
s.setsockopt(0, 200, 1)
print(1)
signal.pause()" >"$1" &
		for try in $(seq 100); do
			[ -s "$1" ] && break
			sleep 0.1
		done
		"$0" set "$!" --force MRT_ADD_VIF=vifc_vifi=3,vifc_lcl_addr=127.0.0.1 >&2
		grep -c " lo " /proc/net/ip_mr_vif
		"$0" undo >&2
		grep -c " lo " /proc/net/ip_mr_vif
		kill $!' "$SOCKOPT" "$FOLDER/ready"
	[ "$output" = $'1\n0' ]
}
