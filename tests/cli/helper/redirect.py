#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Redirects TCP connections to one port to another port of this machine, in the network namespace that it runs in.

usage: redirect.py FROM TO

What nft(8) would do, by netlink, since it is not installed everywhere:
    table FAMILY redirect { chain output { type nat hook output priority -100; tcp dport FROM redirect to :TO } }
for IPv4 and for IPv6. Exits with 77 and a reason if this kernel cannot.
"""

from __future__ import annotations

import os
import socket
import struct
import sys

NETLINK_NETFILTER, NFTABLES = 12, 10
BATCH_BEGIN, BATCH_END, NEW_TABLE, NEW_CHAIN, NEW_RULE = 0x10, 0x11, 0, 3, 6
REQUEST, ACK, CREATE, NESTED, ERROR = 0x1, 0x4, 0x400, 0x8000, 2
LOCAL_OUT, DESTINATION_NAT = 3, -100
L4PROTO, TRANSPORT_HEADER, REGISTER = 16, 2, 1


def attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def nested(kind: int, *inner: bytes) -> bytes:
    return attribute(kind | NESTED, b"".join(inner))


def text(kind: int, value: str) -> bytes:
    return attribute(kind, value.encode() + b"\0")


def number(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("!i", value))


def message(kind: int, flags: int, family: int, body: bytes) -> bytes:
    head = struct.pack("!BBH", family, 0, NFTABLES if kind in (BATCH_BEGIN, BATCH_END) else 0)
    kind = kind if kind in (BATCH_BEGIN, BATCH_END) else NFTABLES << 8 | kind
    return struct.pack("=IHHII", 16 + len(head) + len(body), kind, REQUEST | flags, 0, 0) + head + body


def expression(name: str, *attributes: bytes) -> bytes:
    return nested(1, text(1, name), nested(2, *attributes))


def equals(value: bytes) -> bytes:
    return expression("cmp", number(1, REGISTER), number(2, 0), nested(3, attribute(1, value)))


def rule(before: int, after: int) -> bytes:
    return b"".join([
        expression("meta", number(1, REGISTER), number(2, L4PROTO)), equals(bytes([socket.IPPROTO_TCP])),
        expression("payload", number(1, REGISTER), number(2, TRANSPORT_HEADER), number(3, 2), number(4, 2)),
        equals(struct.pack("!H", before)),
        expression("immediate", number(1, REGISTER), nested(2, attribute(1, struct.pack("!H", after)))),
        expression("redir", number(1, REGISTER))])


def batch(before: int, after: int) -> bytes:
    table = "redirect"
    made = message(BATCH_BEGIN, 0, socket.AF_UNSPEC, b"")
    for family in (socket.AF_INET, socket.AF_INET6):
        hook = nested(4, number(1, LOCAL_OUT), number(2, DESTINATION_NAT))
        made += message(NEW_TABLE, CREATE | ACK, family, text(1, table))
        made += message(NEW_CHAIN, CREATE | ACK, family, text(1, table) + text(3, "output") + hook + text(7, "nat"))
        made += message(NEW_RULE, CREATE | ACK, family,
                        text(1, table) + text(2, "output") + nested(4, rule(before, after)))
    return made + message(BATCH_END, 0, socket.AF_UNSPEC, b"")


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        netlink.settimeout(10)
        netlink.send(batch(int(sys.argv[1]), int(sys.argv[2])))
    except OSError as error:
        print(f"no netlink of netfilter: {error}")
        return 77
    answers = 0
    while answers < 6:
        data = netlink.recv(65536)
        while data:
            size, kind = struct.unpack_from("=IH", data)
            status = struct.unpack_from("=i", data, 16)[0]
            if kind == ERROR and status:
                print(f"this kernel redirects nothing: {os.strerror(-status)}")
                return 77
            answers += 1
            data = data[(size + 3) & ~3:]
    return 0


if __name__ == "__main__":
    sys.exit(main())
