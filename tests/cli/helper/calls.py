# SPDX-License-Identifier: MIT
"""Calls with one mistake each, and the near miss of each: calls.py CHECK found|near"""

import os
import socket
import struct
import sys

MPTCP = 262
UDPLITE = 136
KEEP = []


def setting(thing, level, number, value):
    """Refusals are part of the game."""
    try:
        thing.setsockopt(level, number, value)
    except OSError:
        pass


def bound(family=socket.AF_INET, kind=socket.SOCK_STREAM):
    one = socket.socket(family, kind)
    one.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    return one


def connected():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    KEEP.append((listener, client, listener.accept()[0]))
    return client


def p01(found):
    setting(socket.socket(), socket.SOL_SOCKET, socket.SO_KEEPALIVE, b"\1" if found else struct.pack("i", 1))
    # these take a byte
    setting(socket.socket(), socket.IPPROTO_IP, socket.IP_TOS, b"\x10")


def p05(found):
    setting(socket.socket(), socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("i", 2000) if found else struct.pack("ll", 2, 0))


def p06(found):
    setting(socket.socket(), socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 2000000 if found else 999999))


def p08(found):
    setting(socket.socket(), socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("i", 1) if found else struct.pack("ii", 1, 5))


def p14c(found):
    with open("/proc/sys/net/core/rmem_max", encoding="ascii") as file:
        most = int(file.read())
    setting(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.SOL_SOCKET, socket.SO_RCVBUF, most + 1 if found else most)


def p19(found):
    one = socket.socket()
    if not found:
        setting(one, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", 0))
    if found:
        setting(one, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def p19_maxseg(found):
    one = connected() if found else socket.socket()
    setting(one, socket.IPPROTO_TCP, socket.TCP_SYNCNT, 3)


def p32(found):
    setting(socket.socket(), socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 128 if found else 127)


def p32_ttl(found):
    setting(socket.socket(), socket.IPPROTO_IP, socket.IP_TTL, 256 if found else 255)


def p45(found):
    setting(connected() if found else bound(), socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)


def p46(found):
    with open("/proc/sys/net/ipv4/tcp_congestion_control", "rb") as file:
        name = file.read().strip()
    setting(socket.socket(), socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"nope" if found else name)


def p49(found):
    one = bound(socket.AF_INET6) if found else socket.socket(socket.AF_INET6)
    setting(one, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)


def p54(found):
    """To be run without capabilities."""
    setting(socket.socket(), socket.SOL_SOCKET, socket.SO_PRIORITY, 7 if found else 6)


def p56(found):
    """To be run without capabilities."""
    one = socket.socket()
    setting(one, socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    if found:
        setting(one, socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"\0")


def p10b(found):
    setting(connected(), socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 5000 if found else 5))


def p61b(found):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with open("/proc/sys/net/ipv4/igmp_max_memberships", encoding="ascii") as file:
        most = int(file.read())
    for i in range(most + (1 if found else 0)):
        setting(one, socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton("239.1.%d.%d" % (i >> 8, i & 255)) + socket.inet_aton("127.0.0.1"))


def p100(found):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, UDPLITE if found else 0)
    setting(one, UDPLITE if found else socket.IPPROTO_UDP, 10 if found else 1, 8 if found else 0)


def p64(found):
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP if found else 0)
    setting(one, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30000)


def p73(found):
    if found:
        setting(socket.socket(), socket.SOL_SOCKET, socket.SO_TYPE, 1)
    else:
        socket.socket().getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)


def timeouts(found):
    """P07, P07b, P10: on descriptors that do not block; P31, P31c, P31d: other units were meant"""
    one = connected()
    one.setblocking(not found)
    setting(one, socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 5, 0))
    setting(one, socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 5, 0))
    setting(one, socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 5))
    one = connected()
    setting(one, socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 2000 if found else 20000))
    setting(one, socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 2000 if found else 20000))
    setting(one, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30 if found else 30000)


def marks(found):
    """P52, P52b: a DSCP that was not shifted"""
    setting(connected(), socket.IPPROTO_IP, socket.IP_TOS, 46 if found else 184)
    setting(bound(socket.AF_INET6), socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 46 if found else 184)


def listeners(found):
    """P11, P53: what a listener hands on, and what it does not; P41: seconds that are rounded; P68: the wrong descriptor"""
    listener = socket.create_server(("127.0.0.1", 0))
    setting(listener, socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 5 if found else 0))
    setting(listener, socket.SOL_SOCKET, socket.SO_PRIORITY, 5 if found else 0)
    setting(listener, socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5 if found else 7)
    client = socket.create_connection(listener.getsockname())
    client.send(b"x")
    accepted = listener.accept()[0]
    setting(listener if found else accepted, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    KEEP.append((client, accepted))


def senders(found):
    """P12c: a buffer of TCP; P58b: no such device; P75: the loopback copies"""
    setting(socket.socket(socket.AF_INET, socket.SOCK_STREAM if found else socket.SOCK_DGRAM), socket.SOL_SOCKET,
            socket.SO_RCVBUF, 65536)
    setting(socket.socket(), socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"nodevice\0" if found else b"lo\0")
    setting(connected() if found else socket.socket(), socket.SOL_SOCKET, 60, 1)


def p24(found):
    """To be run where net.ipv4.tcp_migrate_req is 0."""
    listeners = [socket.socket(), socket.socket()]
    for one in listeners:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(listeners[0].getsockname() if one is listeners[1] else ("127.0.0.1", 0))
        one.listen(64)
    clients = [socket.create_connection(listeners[0].getsockname()) for _ in range(20)]
    for one in [] if found else listeners:
        one.setblocking(False)
        try:
            while True:
                clients.append(one.accept()[0])
        except BlockingIOError:
            pass
    KEEP.append(listeners)
    listeners[0].close()


def p44(found):
    """To be run where net.ipv4.tcp_fastopen does not allow it for servers."""
    setting(socket.create_server(("127.0.0.1", 0)), socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5 if found else 0)


def p48(found):
    if found:
        setting(connected(), socket.IPPROTO_TCP, 31, b"no-such-ulp")
    else:
        connected().getsockopt(socket.IPPROTO_TCP, 31, 16)


def p55(found):
    """To be run in a user namespace with a network namespace of its own."""
    setting(socket.socket(), socket.SOL_SOCKET, 33 if found else socket.SO_MARK, 65536 if found else 1)


def p67b(found):
    """To be run with CAP_NET_ADMIN."""
    setting(connected(), socket.SOL_SOCKET if found else socket.IPPROTO_TCP, 1, 1)


globals()[sys.argv[1].lower().replace("-", "_")](sys.argv[2] == "found")
os._exit(0)
