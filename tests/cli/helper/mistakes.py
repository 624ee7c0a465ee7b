# SPDX-License-Identifier: MIT
"""Sockets with one mistake each, and the near miss of each, made in a network namespace of their own.

mistakes.py CHECK found|near|near2: makes the sockets, prints "ready", keeps them until its input ends. What must be
found of them stands in the test. The namespace must be new: its loopback is brought up here, and has the address
10.1.1.1 too, which is no loopback address to a check.
"""

import socket
import subprocess
import struct
import sys

import mistakes_reach
from mistake_parts import *

# ---- one function a check; found: make the mistake ----

def p07(found):
    client, _ = connected(SO_RCVTIMEO=struct.pack("ll", 2, 0))
    client.setblocking(not found)


def p07b(found):
    client, _ = connected(SO_SNDTIMEO=struct.pack("ll", 2, 0))
    client.setblocking(not found)


def p09(found):
    connected(SO_LINGER=linger(1, 0 if found else 5))


def p10(found):
    client, _ = connected(SO_LINGER=linger(1, 5))
    client.setblocking(not found)


def p11(found):
    listen(SO_LINGER=linger(1 if found else 0, 3))


def p12(found):
    connected(SO_RCVBUF=65536, **({} if found else {"SO_BUF_LOCK": 0}))


def p12b(found):
    connected(SO_SNDBUF=65536, **({} if found else {"SO_BUF_LOCK": 0}))


def p13(found):
    connected(before={"SO_RCVBUF": 4096 if found else 131072}, SO_RCVBUF=131072)


def p14(found):
    datagrams(SO_RCVBUF=1 << 30 if found else 65536)


def p14b(found):
    datagrams(SO_SNDBUF=1 << 30 if found else 65536)


def p18(found):
    one = made(socket.socket(), SO_REUSEADDR=0 if found else 1)
    one.bind(("127.0.0.1", 4567))
    one.listen()


def p18_chosen(found):
    """A port that the kernel chose is another one after a restart."""
    one = made(socket.socket())
    one.bind(("127.0.0.1", 4567 if found else 0))
    one.listen()


def p22(found):
    first = listen(SO_PRIORITY=0)
    first.close()
    KEEP.remove(first)
    port = 0
    for _ in range(1 if found else 2):
        one = made(socket.socket(), SO_REUSEPORT=1)
        one.bind(("127.0.0.1", port))
        one.listen()
        port = one.getsockname()[1]


def p22b(found):
    one = datagrams(SO_REUSEADDR=1)
    other = made(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), SO_REUSEADDR=1)
    other.bind(("127.0.0.1" if found else FAR, one.getsockname()[1]))


def p22b_group(found):
    """Members of a group get a copy each."""
    one = datagrams(address="0.0.0.0", SO_REUSEADDR=1)
    other = made(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), SO_REUSEADDR=1)
    other.bind(one.getsockname())
    for thing in () if found else (one, other):
        join(thing, "239.1.1.1")


def p25(found):
    listeners, port = [], 0
    for _ in range(2):
        one = made(socket.socket(), SO_REUSEPORT=1)
        one.bind(("127.0.0.1", port))
        one.listen(512)
        port = one.getsockname()[1]
        listeners.append(one)

    def another():
        made(socket.create_connection(("127.0.0.1", port)))
        return all(info(one, UNACKED) >= 8 for one in listeners)

    until(another)
    while found and info(listeners[0], UNACKED):
        made(listeners[0].accept()[0])


def p26(found):
    connected(FAR, SO_KEEPALIVE=1, **({} if found else {"TCP_KEEPIDLE": 300, "TCP_USER_TIMEOUT": 975000}))


def p26_listener(found):
    listen(FAR, SO_KEEPALIVE=1, **({} if found else {"TCP_KEEPIDLE": 300}))


def p27(found):
    connected(TCP_KEEPIDLE=60, SO_KEEPALIVE=0 if found else 1)


def p28(found):
    connected(FAR, SO_KEEPALIVE=1, TCP_KEEPIDLE=60, TCP_KEEPINTVL=10, TCP_KEEPCNT=3, TCP_USER_TIMEOUT=0 if found else 90000)


def p29(found):
    connected(SO_KEEPALIVE=1, TCP_KEEPIDLE=60, TCP_KEEPINTVL=10, TCP_KEEPCNT=3, TCP_USER_TIMEOUT=30000 if found else 90000)


def p29_long(found):
    connected(SO_KEEPALIVE=1, TCP_KEEPIDLE=60, TCP_KEEPINTVL=10, TCP_KEEPCNT=3, TCP_USER_TIMEOUT=120000 if found else 71000)


def p30(found):
    client, _ = connected(TCP_USER_TIMEOUT=600000 if found else 0)
    fill(client)


def p31(found):
    connected(TCP_USER_TIMEOUT=30 if found else 30000)


def p31b(found):
    connected(SO_KEEPALIVE=1, TCP_KEEPIDLE=30000 if found else 30)


def p35(found):
    connected(SO_KEEPALIVE=1, TCP_KEEPINTVL=10, **({} if found else {"TCP_KEEPIDLE": 10}))


def p37(found):
    client, server = connected(TCP_NODELAY=0 if found else 1)

    def ask():
        client.send(b"hello")
        client.send(b"world")
        client.recv(1)

    def answer():
        got = 0
        while got < 10:
            got += len(server.recv(10 - got))
        server.send(b"!")

    forever(answer)
    forever(ask)


def p39(found):
    client, server = connected(TCP_CORK=1)
    client.send(b"x")
    server.recv(1)
    if found:
        until(lambda: info(client, LAST_DATA_SENT) >= 1000)
    else:
        forever(lambda: (client.send(b"x"), server.recv(1)))


def p44(found):
    sysctl("net.ipv4.tcp_fastopen", 1 if found else 3)
    listen(TCP_FASTOPEN=5)


def p50(found):
    one = made(socket.socket(socket.AF_INET6), IPV6_V6ONLY=1)
    one.bind(("::", 4567))
    one.listen()
    if not found:
        other = made(socket.socket(), SO_REUSEADDR=1)
        other.bind(("0.0.0.0", 4567))
        other.listen()
    made(one, SO_REUSEADDR=1)


def p50_dual(found):
    one = made(socket.socket(socket.AF_INET6), IPV6_V6ONLY=1 if found else 0, SO_REUSEADDR=1)
    one.bind(("::", 4567))
    one.listen()


def p51(found):
    datagrams(socket.AF_INET6, "::", IPV6_V6ONLY=0, IP_TOS=0xb8, **({} if found else {"IPV6_TCLASS": 0xb8}))


def p51_v6only(found):
    datagrams(socket.AF_INET6, "::", IPV6_V6ONLY=0 if found else 1, IPV6_TCLASS=0xb8)


def p52(found):
    datagrams(IP_TOS=46 if found else 184)


def p52_tcp(found):
    connected(IP_TOS=46 if found else 0x48)


def p52b(found):
    datagrams(socket.AF_INET6, "::1", IPV6_V6ONLY=1, IPV6_TCLASS=46 if found else 184)


def p53(found):
    listener = listen(SO_PRIORITY=5 if found else 0)
    made(socket.create_connection(listener.getsockname()))
    made(listener.accept()[0], SO_PRIORITY=0 if found else 5)


def p59(found):
    join(datagrams(address="0.0.0.0"), "239.1.1.1")
    join(datagrams(address="127.0.0.1"), "239.2.2.2" if found else "239.1.1.1")


def p59_off(found):
    join(datagrams(address="0.0.0.0", IP_MULTICAST_ALL=1 if found else 0), "239.1.1.1")
    join(datagrams(address="127.0.0.1"), "239.2.2.2")


def p62(found):
    one = datagrams(address="0.0.0.0")
    one.connect(("239.1.1.1" if found else "224.0.0.251", 5353))


def p62_ttl(found):
    one = datagrams(address="0.0.0.0", IP_MULTICAST_TTL=1 if found else 8)
    one.connect(("239.1.1.1", 5353))


def p74(found):
    datagrams(SO_BUSY_POLL=50 if found else 0)


def p75(found):
    connected("127.0.0.1" if found else FAR, SO_ZEROCOPY=1)


def p85(found):
    one, other = datagrams(), datagrams()
    for _ in range(500):
        other.sendto(b"x" * 1400, one.getsockname())
        if not found:
            one.recv(2000)


def p86(found):
    one = made(socket.socket())
    one.bind(("127.0.0.1", 0))
    one.listen(2)
    for _ in range(6 if found else 2):
        client = made(socket.socket())
        client.setblocking(False)
        client.connect_ex(one.getsockname())
    until(lambda: info(one, UNACKED) == (3 if found else 2))


def main():
    name, which = sys.argv[1:3]
    for words in (["link", "set", "lo", "up"], ["addr", "add", FAR + "/32", "dev", "lo"],
                  ["route", "add", "224.0.0.0/4", "dev", "lo"]):
        subprocess.run(["ip", *words], check=True)
    name = name.lower().replace("-", "_")
    (globals().get(name) or getattr(mistakes_reach, name))(which == "found")
    print("ready", flush=True)
    sys.stdin.read()


main()
