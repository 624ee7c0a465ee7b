# SPDX-License-Identifier: MIT
"""Connections whose peer falls silent: how long until the kernel gives each of them up.

A network namespace of our own with two ends of a veth pair; the peer's address is taken away, so that it no longer
answers. One line a connection, in the order in which they end: its name and the milliseconds that it lived on.

usage: silence.py NAMESPACE PEER_NAMESPACE SYSCTL=VALUE... -- NAME:idle|data[:OPTION=VALUE...]...
"""

import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import time

ADDRESS = ("10.9.9.2", 7777)
LONGEST_S = 60


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def enter(namespace):
    fd = os.open(f"/run/netns/{namespace}", os.O_RDONLY | os.O_CLOEXEC)
    if ctypes.CDLL(None, use_errno=True).setns(fd, 0x40000000) < 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)


def connect(ours, theirs):
    """Joins the two, with the peer's link address known, so that its silence is no unreachable neighbour."""
    ip("-n", ours, "link", "add", "v", "type", "veth", "peer", "name", "v", "netns", theirs)
    for namespace, address in ((ours, "10.9.9.1/24"), (theirs, "10.9.9.2/24")):
        ip("-n", namespace, "addr", "add", address, "dev", "v")
        ip("-n", namespace, "link", "set", "v", "up")
    link = json.loads(ip("-n", theirs, "-j", "link", "show", "v"))[0]["address"]
    ip("-n", ours, "neigh", "replace", "10.9.9.2", "lladdr", link, "dev", "v", "nud", "permanent")


def main():
    ours, theirs = sys.argv[1:3]
    cut = sys.argv.index("--")
    connect(ours, theirs)
    enter(theirs)
    listener = socket.create_server(ADDRESS, backlog=64)
    enter(ours)
    for setting in sys.argv[3:cut]:
        name, value = setting.split("=")
        with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(value)
    poll, living, peers = select.poll(), {}, []
    for word in sys.argv[cut + 1:]:
        name, kind, *options = word.split(":")
        connection = socket.create_connection(ADDRESS)
        peers.append(listener.accept()[0])
        for option in options:
            key, value = option.split("=")
            level = socket.SOL_SOCKET if key.startswith("SO_") else socket.IPPROTO_TCP
            connection.setsockopt(level, getattr(socket, key), int(value))
        living[connection.fileno()] = (name, kind, connection)
        poll.register(connection, select.POLLERR | select.POLLHUP)
    ip("-n", theirs, "addr", "del", "10.9.9.2/24", "dev", "v")
    began = time.monotonic()
    for _, kind, connection in living.values():
        if kind == "data":
            connection.send(b"x")
    while living and time.monotonic() - began < LONGEST_S:
        for fd, _ in poll.poll(1000):
            poll.unregister(fd)
            print(living.pop(fd)[0], int((time.monotonic() - began) * 1000), flush=True)


main()
