#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sockets of the families that have neither IP nor paths, in the network namespace that it is started in.

Prints the descriptor of each by its name, a line of JSON, and holds them until its standard input ends.
"""

import ctypes
import json
import socket
import struct
import sys

SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
ETH_P_ARP = 0x0806


def netlink(protocol: int, kind: int = socket.SOCK_RAW) -> socket.socket:
    return socket.socket(socket.AF_NETLINK, kind, protocol)


def vsock(kind: int) -> socket.socket | None:
    try:
        return socket.socket(socket.AF_VSOCK, kind)
    except OSError:
        return None  # this kernel has none


def main() -> None:
    held: dict[str, socket.socket | None] = {}
    held["route"] = netlink(socket.NETLINK_ROUTE)
    held["route"].bind((0, 1))
    held["route"].setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, struct.pack("I", 35))
    held["generic"] = netlink(16, socket.SOCK_DGRAM)
    held["arp"] = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    held["arp"].bind(("lo", ETH_P_ARP))
    held["all"] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    held["idle"] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    held["listener"] = vsock(socket.SOCK_STREAM)
    if held["listener"]:
        held["listener"].bind((socket.VMADDR_CID_ANY, 0xFFFFFFFF))
        held["listener"].listen(1)
    held["fresh"] = vsock(socket.SOCK_SEQPACKET)
    try:
        held["xdp"] = socket.socket(44, socket.SOCK_RAW)
    except OSError:
        held["xdp"] = None
    print(json.dumps({name: s.fileno() for name, s in held.items() if s}
                     | {"portid": held["route"].getsockname()[0],
                        "port": held["listener"].getsockname()[1] if held["listener"] else None}), flush=True)
    libc = ctypes.CDLL(None)
    for line in sys.stdin:
        # Python gives no options of AF_VSOCK.
        fd, level, number, size = map(int, line.split())
        value, length = ctypes.create_string_buffer(size), ctypes.c_uint(size)
        error = libc.getsockopt(fd, level, number, value, ctypes.byref(length))
        print("error" if error else value.raw[:length.value].hex(), flush=True)


if __name__ == "__main__":
    main()
