# SPDX-License-Identifier: MIT
"""What the mistakes of mistakes.py and mistakes_reach.py are made of."""

import socket
import struct
import subprocess
import sys
import threading
import time

KEEP = []
FAR = "10.1.1.1"
MPTCP = 262
TCP_INFO_SIZE = 300
# What Python's socket does not name everywhere; see the kernel's headers.
NUMBERS = {"SO_BUF_LOCK": 72, "SO_BUSY_POLL": 46, "SO_ZEROCOPY": 60, "IP_MULTICAST_ALL": 49, "IP_FREEBIND": 15,
           "IP_MINTTL": 21, "IP_TRANSPARENT": 19, "IPV6_MINHOPCOUNT": 73, "TCP_FASTOPEN_NO_COOKIE": 34, "TCP_REPAIR": 19,
           "UDP_CORK": 1, "UDP_SEGMENT": 103}


def info(connection, offset):
    """A 32-bit field of struct tcp_info."""
    return struct.unpack_from("I", connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE), offset)[0]


RETRANSMITS, PROBES = 2, 3  # bytes
UNACKED, LAST_DATA_SENT, LAST_DATA_RECV, NOTSENT, SND_WND = 24, 44, 52, 144, 228


def until(condition):
    """Waits for what the kernel is about to do."""
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.005)
    sys.exit("did not come true")


def listen(address="127.0.0.1", **options):
    return made(socket.create_server((address, 0), backlog=512), **options)


def made(thing, **options):
    """Sets options by name, an int or bytes each."""
    for name, value in options.items():
        level = socket.IPPROTO_TCP if name.startswith("TCP_") else \
            socket.IPPROTO_UDP if name.startswith("UDP_") else \
            socket.IPPROTO_IPV6 if name.startswith("IPV6_") else \
            socket.IPPROTO_IP if name.startswith("IP_") else socket.SOL_SOCKET
        number = NUMBERS.get(name) or getattr(socket, name)
        thing.setsockopt(level, number, value)
    KEEP.append(thing)
    return thing


def connected(address="127.0.0.1", before=None, **options):
    """(client, server) of a new connection; the options are the client's."""
    listener = listen(address)
    client = made(socket.socket(), **(before or {}))
    client.connect(listener.getsockname())
    server = made(listener.accept()[0])
    KEEP.remove(listener)
    listener.close()
    return made(client, **options), server


def datagrams(family=socket.AF_INET, address="127.0.0.1", **options):
    one = made(socket.socket(family, socket.SOCK_DGRAM), **options)
    one.bind((address, 0))
    return one


def linger(on, seconds):
    return struct.pack("ii", on, seconds)


def fill(connection):
    """Until the peer's window is closed and data waits here."""
    connection.setblocking(False)
    try:
        while True:
            connection.send(b"x" * 65536)
    except BlockingIOError:
        pass
    until(lambda: info(connection, SND_WND) == 0 and info(connection, NOTSENT) > 0)


def forever(action):
    threading.Thread(target=lambda: [action() for _ in iter(int, 1)], daemon=True).start()


def sysctl(name, value):
    with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
        file.write(str(value))


def join(thing, group):
    made(thing, IP_ADD_MEMBERSHIP=socket.inet_aton(group) + socket.inet_aton("0.0.0.0") + struct.pack("i", 1))
