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
    setting(socket.socket(), socket.SOL_SOCKET, socket.SO_RCVBUF, most + 1 if found else most)


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


globals()[sys.argv[1].lower().replace("-", "_")](sys.argv[2] == "found")
os._exit(0)
