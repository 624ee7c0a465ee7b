# SPDX-License-Identifier: MIT
"""The words for kinds of sockets: families, types and protocols, each with its number."""

from __future__ import annotations

from typing import Any

import forms

FAMILIES = {"unix": 1, "inet": 2, "ax25": 3, "ipx": 4, "appletalk": 5, "netrom": 6, "atmpvc": 8, "x25": 9, "inet6": 10,
            "rose": 11, "netlink": 16, "packet": 17, "atmsvc": 20, "rds": 21, "pppox": 24, "llc": 26, "can": 29,
            "tipc": 30, "bluetooth": 31, "iucv": 32, "rxrpc": 33, "isdn": 34, "phonet": 35, "ieee802154": 36, "caif": 37,
            "alg": 38, "nfc": 39, "vsock": 40, "kcm": 41, "qipcrtr": 42, "smc": 43, "xdp": 44, "mctp": 45}
TYPES = {"stream": 1, "dgram": 2, "raw": 3, "rdm": 4, "seqpacket": 5, "dccp": 6, "packet": 10}
PROTOCOLS = {"ip": 0, "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "icmpv6": 58, "l2tp": 115,
             "sctp": 132, "udplite": 136, "raw": 255, "smc": 256, "mptcp": 262, "can-untold": 0, "can-isotp": 6, "can-j1939": 7,
             "nfc-llcp": 1, "pn-pipe": 2, "caif-util": 3, "l2cap": 0, "hci": 1, "sco": 2, "rfcomm": 3, "iso": 8, "pppol2tp": 1}


def check_where(place: forms.Place, field: str, tables: Any) -> None:
    vocabulary = {"family": FAMILIES, "type": TYPES, "protocol": PROTOCOLS}
    if not forms.fits(tables, forms.TABLES):
        place.fail(field, "applies: must be " + forms.TABLES)
    for table in tables:
        for key in ("family", "type", "protocol"):
            if not isinstance(table.get(key, []), list):
                place.fail(field, f"{key}: must be a list")
            for word in table.get(key, []):
                if word not in vocabulary[key]:
                    place.fail(field, f"'{word}' is not a {key} (known: {', '.join(vocabulary[key])})")
