# SPDX-License-Identifier: MIT
"""Mistakes of mistakes.py: peers that do not answer, addresses and devices, what is sent and received."""

import socket
import struct
import subprocess

from mistake_parts import *

# ---- peers that do not answer ----

def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


def byte(connection, offset):
    """A field of one byte of struct tcp_info."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE)[offset]


def deaf(connection):
    """What comes from now on has a TTL of 64, and is dropped before TCP looks at it."""
    made(connection, IP_MINTTL=255)


def nobody():
    """10.9.9.2 is behind a veth, and takes nothing."""
    for words in ("link add v0 type veth peer name v1", "addr add 10.9.9.1/24 dev v0", "link set v0 up",
                  "link set v1 up", "neigh add 10.9.9.2 lladdr 02:00:00:00:00:99 dev v0 nud permanent"):
        ip(words)


def p28b(found):
    connected(FAR, TCP_USER_TIMEOUT=90000, **({} if found else {
        "SO_KEEPALIVE": 1, "TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}))


def p28c(found):
    client, server = connected(TCP_USER_TIMEOUT=0 if found else 600000)
    deaf(server)
    client.send(b"hello")
    until(lambda: byte(client, RETRANSMITS) >= 3)


def p28d(found):
    client, server = connected(SO_KEEPALIVE=1, TCP_KEEPIDLE=1, TCP_KEEPINTVL=1, TCP_KEEPCNT=100)
    if found:
        deaf(server)
        until(lambda: byte(client, PROBES) >= 2)


def p29b(found):
    connected(SO_KEEPALIVE=1, TCP_KEEPIDLE=60, TCP_KEEPCNT=1 if found else 2)


def p87(found):
    client, server = connected(SO_KEEPALIVE=0 if found else 1, TCP_KEEPIDLE=7200)
    client.shutdown(socket.SHUT_WR)
    until(lambda: byte(client, 0) == 5)


def p88(found):
    nobody()
    one = made(socket.socket())
    one.setblocking(False)
    one.connect_ex(("10.9.9.2" if found else FAR, 80))
    if found:
        until(lambda: byte(one, RETRANSMITS) >= 2)


# ---- addresses, devices, hops ----

def p58(found):
    nobody()
    listen("10.9.9.1", SO_BINDTODEVICE=b"v0\0")
    if found:
        ip("link set v0 down")


def p58_gone(found):
    nobody()
    listen("0.0.0.0", SO_BINDTODEVICE=b"v0\0")
    if found:
        ip("link del v0")


def elsewhere(address, **options):
    one = made(socket.socket(), SO_REUSEADDR=1, **options)
    one.bind((address, 4567))
    one.listen()


def p84(found):
    if not found:
        ip("route add local 192.0.2.77 dev lo")
    elsewhere("192.0.2.77", IP_TRANSPARENT=1)


def p84_mark(found):
    if not found:
        ip("rule add fwmark 1 lookup 100")
    elsewhere("192.0.2.77", IP_TRANSPARENT=1)


def p84b(found):
    elsewhere("192.0.2.77" if found else FAR, IP_FREEBIND=1)


def p84b_taken(found):
    """Bound while the address was there."""
    ip("addr add 192.0.2.77/32 dev lo")
    elsewhere("192.0.2.77")
    if found:
        ip("addr del 192.0.2.77/32 dev lo")


def p89(found):
    listen(IP_MINTTL=65 if found else 64)


def p89b(found):
    one = made(socket.socket(socket.AF_INET6), IPV6_MINHOPCOUNT=65 if found else 64, IPV6_V6ONLY=1)
    one.bind(("::1", 0))
    one.listen()


def p92(found):
    one = made(socket.socket(), SO_REUSEADDR=1, TCP_DEFER_ACCEPT=5)
    one.bind(("127.0.0.1", 25 if found else 80))
    one.listen()


def p93(found):
    sysctl("net.ipv4.tcp_fastopen", 3)
    listen(FAR if found else "127.0.0.1", TCP_FASTOPEN=5, TCP_FASTOPEN_NO_COOKIE=1)


def datagram_port(port, **options):
    one = made(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), **options)
    one.bind((FAR, port))
    return one


def p22c(found):
    datagram_port(4567, SO_REUSEPORT=1)
    if not found:
        datagram_port(4567, SO_REUSEPORT=1)


def p22d(found):
    join(datagram_port(4567, SO_REUSEADDR=1), "239.1.1.1") if not found else datagram_port(4567, SO_REUSEADDR=1)


def p61(found):
    sysctl("net.ipv4.igmp_max_memberships", 3)
    one = datagrams(address=FAR)
    for i in range(3 if found else 2):
        join(one, "239.1.1.%d" % (i + 1))


# ---- what is sent and received ----

def p10b(found):
    connected(SO_LINGER=linger(1, 5000 if found else 5))


def p31c(found):
    datagrams(SO_RCVTIMEO=struct.pack("ll", 0, 500 if found else 500000))


def p31d(found):
    connected(SO_SNDTIMEO=struct.pack("ll", 0, 500 if found else 500000))


def p39b(found):
    one, other = datagrams(), datagrams()
    other.connect(one.getsockname())
    made(other, UDP_CORK=1)
    other.send(b"x")
    if not found:
        made(other, UDP_CORK=0)


def p12d(found):
    for one in socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM):
        made(one, **({"SO_RCVBUF": 65536} if found else {"SO_SNDBUF": 65536}))


def p13b(found):
    sysctl("net.ipv4.tcp_window_scaling", 0 if found else 1)
    connected(FAR)


def p43b(found):
    listener = listen(TCP_MAXSEG=88 if found else 700)
    made(socket.create_connection(listener.getsockname()))


def mapped(**options):
    one = made(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), **options)
    one.connect(("::ffff:127.0.0.1", 9))


def p51c(found):
    mapped(IPV6_TCLASS=184, IP_TOS=0 if found else 184)


def p51c_v6(found):
    """The peer speaks IPv6."""
    one = made(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), IPV6_TCLASS=184)
    one.connect(("::ffff:127.0.0.1" if found else "::1", 9))


def p52c(found):
    datagrams(IP_TOS=3 if found else 2)


def p64b(found):
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0 if found else MPTCP)
    one.bind(("127.0.0.1", 0))
    one.listen()
    client = made(socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP))
    client.connect(one.getsockname())
    KEEP.append(one)
    KEEP.append(one.accept()[0])


def p67b(found):
    connected(**({"SO_DEBUG": 1} if found else {"SO_DEBUG": 1, "TCP_NODELAY": 1}))


def p94(found):
    client, server = connected()
    made(client, SO_RCVLOWAT=4000 if found else 1)
    server.send(b"x" * 100)
    until(lambda: 1000 <= info(client, LAST_DATA_RECV) < 100000)


def p95(found):
    ip("link set lo mtu 1500")
    one = datagrams()
    one.connect(("127.0.0.1", 9))
    made(one, UDP_SEGMENT=1473 if found else 1472)


def p95b(found):
    datagrams(SO_RCVBUF=4096 if found else 8192)


def p96(found):
    connected(TCP_REPAIR=1 if found else 0)


def p97(found):
    one = datagrams(SO_KEEPALIVE=1) if found else connected(SO_KEEPALIVE=1, TCP_KEEPIDLE=60)
    KEEP.append(one)


def p97b(found):
    datagrams(SO_LINGER=linger(1 if found else 0, 5))


def p98(found):
    connected(SO_SNDBUF=65536, TCP_NOTSENT_LOWAT=1 << 20 if found else 16384)
