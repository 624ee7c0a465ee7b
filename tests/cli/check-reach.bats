#!/usr/bin/env bats
# sockopt check: peers that are gone, addresses and devices, what is sent and received; each mistake and its near miss

load common
load judge

@test "P28b: a user timeout without keepalive; not with it" { judged p28b "P28b " ""; }
@test "P28c: data that is not acknowledged, no user timeout; not with one" { judged p28c "P28c " ""; }
@test "P28d: keepalive probes without an answer; not an answering peer" { judged p28d "P28d " ""; }
@test "P29b: a single keepalive probe; not two" { judged p29b "P29b " ""; }
@test "P87: a peer that does not end the connection; not with keepalive" { judged p87 "P87 " ""; }
@test "P88: connect without an answer; not one that is refused" { judged p88 "P88 " ""; }
@test "P58: a device that is down; not one that is up" { judged p58 "P58 " ""; }
@test "P58: the same, gone" { judged p58-gone "P58 " ""; }
@test "P84: IP_TRANSPARENT without a route; not with a local one" { judged p84 "P84 " ""; }
@test "P84: the same; not with a rule of marks" { judged p84-mark "P84 " ""; }
@test "P84b: an address that is not there; not one that is" { judged p84b "P84b " ""; }
@test "P84b: the same; not before it was taken away" { judged p84b-taken "P84b " ""; }
@test "P89: IP_MINTTL of 65; not of 64" { judged p89 "P89 " ""; }
@test "P89b: IPV6_MINHOPCOUNT of 65; not of 64" { judged p89b "P89b " ""; }
@test "P92: TCP_DEFER_ACCEPT where the server speaks first; not at port 80" { judged p92 "P92 " ""; }
@test "P93: TCP_FASTOPEN without cookies; not on the loopback" { judged p93 "P93 " ""; }
@test "P22c: SO_REUSEPORT alone on a UDP port; not two of them" { judged p22c "P22c " ""; }
@test "P22d: SO_REUSEADDR on a UDP port; not in a group" { judged p22d "P22d " ""; }
@test "P61: as many groups as are allowed; not one less" { judged p61 "P61 " ""; }
@test "P10b: SO_LINGER of 5000 s; not of 5 s" { judged p10b "P10b " ""; }
@test "P31c: a receive timeout of 500 us; not of 500 ms" { judged p31c "P31c " ""; }
@test "P31d: a send timeout of 500 us; not of 500 ms" { judged p31d "P31d " ""; }
@test "P39b: UDP_CORK that holds back; not off again" { judged p39b "P39b " ""; }
@test "P12d: SO_RCVBUF on unix sockets; not SO_SNDBUF" { judged p12d "P12d " ""; }
@test "P13b: no window scaling; not with it" { judged p13b "P13b " ""; }
@test "P43b: segments of 76 bytes; not of 688" { judged p43b "P43b " ""; }
@test "P51c: IPV6_TCLASS towards an IPv4 peer; not with IP_TOS" { judged p51c "P51c " ""; }
@test "P51c: the same; not towards an IPv6 peer" { judged p51c-v6 "P51c " ""; }
@test "P52c: both bits of ECN; not one" { judged p52c "P52c " ""; }

@test "P64b: MPTCP that became TCP; not one that did not" {
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)' 2>/dev/null || skip "no MPTCP here"
	judged p64b "P64b " ""
}

@test "P67b: SO_DEBUG without TCP_NODELAY; not with it" { judged p67b "P67b " ""; }
@test "P94: SO_RCVLOWAT above what has come; not of 1" { judged p94 "P94 " ""; }
@test "P95: UDP_SEGMENT that does not fit; not one that just does" { judged p95 "P95 " ""; }
@test "P95b: a UDP buffer of 8 KiB; not of 16" { judged p95b "P95b " ""; }
@test "P96: TCP_REPAIR left on; not off" { judged p96 "P96 " ""; }
@test "P97: SO_KEEPALIVE on a datagram socket; not on TCP" { judged p97 "P97 " ""; }
@test "P97b: SO_LINGER on a datagram socket; not off" { judged p97b "P97b " ""; }
@test "P98: TCP_NOTSENT_LOWAT above the buffer; not below" { judged p98 "P12b P98 " "P12b "; }

@test "the cure of a finding mends it" {
	local name

	for name in p10b p22d p28b p28c p29b p31c p31d p39b p51c p52c p67b p87 p92 p93 p94 p95 p95b p96 p97 p97b p98; do
		cured "$name"
	done
}
