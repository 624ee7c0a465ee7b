# SPDX-License-Identifier: MIT
"""How long the catalogue's types are, and where their fields lie, on a machine of 64 bits: what catalog.gen.c asks of
the C compiler with sizeof and offsetof."""

from __future__ import annotations

from typing import NamedTuple

from catalog import Catalog, Entry
from layout import C_TYPES, container, flatten

# size, alignment
C_SIZES = {"int32_t": (4, 4), "uint32_t": (4, 4), "uint8_t": (1, 1), "uint16_t": (2, 2), "int64_t": (8, 8),
           "uint64_t": (8, 8), "long": (8, 8), "unsigned long": (8, 8), "struct in_addr": (4, 4),
           "struct in6_addr": (16, 4), "struct sockaddr_storage": (128, 8), "struct sockaddr_in": (16, 4),
           "struct sockaddr_in6": (28, 4), "char": (1, 1), "unsigned char": (1, 1),
           "void *": (8, 8)}
BLOBS = ("string", "bytes", "sockaddrs")


class Place(NamedTuple):
    """Where a field lies. size: of one element of count."""

    field: Entry
    offset: int
    size: int
    times: int


class Struct(NamedTuple):
    size: int
    places: list[Place]


def lay_out(catalog: Catalog, struct: Entry) -> Struct:
    """The fields of a struct, the nested ones laid flat; bits of one word share its place."""
    offset, greatest = 0, 1
    places: list[Place] = []
    words: dict[str, int] = {}
    for field in flatten(catalog, struct["field"]):
        size, alignment = C_SIZES[C_TYPES[field["type"]]]
        count = field.get("count", 1)
        if field["type"] in BLOBS:
            size, count = count, 1
        if "packed" in struct:
            alignment = 1
        if container(field) not in words:
            offset += -offset % alignment
            words[container(field)] = offset
            offset += size * count
            greatest = max(greatest, alignment)
        places.append(Place(field, words[container(field)], size, count))
    if "align" in struct:
        greatest = max(greatest, C_SIZES[C_TYPES[struct["align"]]][1])
    end = struct.get("packed", greatest)
    return Struct(offset + -offset % end, places)


def size_of(catalog: Catalog, option: Entry, name: str) -> int:
    """Bytes of a value, or of one element where it is an array of them."""
    base = name.removesuffix("[]")
    if base == "none":
        return 0
    if base in catalog.structs:
        return lay_out(catalog, catalog.structs[base]).size
    return int(option["size"]) if base in BLOBS else C_SIZES[C_TYPES[base]][0]
