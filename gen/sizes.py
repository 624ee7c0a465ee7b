# SPDX-License-Identifier: MIT
"""How long the catalogue's types are, and where their fields lie, on a machine of 64 bits: what catalog.gen.c asks of
the C compiler with sizeof and offsetof."""

from __future__ import annotations

from typing import NamedTuple

from catalog import Catalog, Entry
from layout import C_TYPES, within

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
    alignment: int
    places: list[Place]


def nested(outer: Entry, inner: Struct, offset: int) -> list[Place]:
    return [place._replace(field=within(outer, place.field), offset=offset + place.offset) for place in inner.places]


def lay_out(catalog: Catalog, struct: Entry) -> Struct:
    """The fields of a struct, those of nested ones at their places; bits of one word share its place."""
    offset, greatest, word = 0, 1, 0
    places: list[Place] = []
    for field in struct["field"]:
        inner = lay_out(catalog, catalog.structs[field["type"]]) if field["type"] in catalog.structs else None
        size, alignment = (inner.size, inner.alignment) if inner else C_SIZES[C_TYPES[field["type"]]]
        count = field.get("count", 1)
        if field["type"] in BLOBS:
            size, count = count, 1
        if "packed" in struct:
            alignment = 1
        if field.get("bit", 0) == 0:
            offset += -offset % alignment
            word = offset
            offset += size * count
            greatest = max(greatest, alignment)
        places += nested(field, inner, word) if inner else [Place(field, word, size, count)]
    if "align" in struct:
        greatest = max(greatest, C_SIZES[C_TYPES[struct["align"]]][1])
    end = struct.get("packed", greatest)
    return Struct(offset + -offset % end, end, places)


def size_of(catalog: Catalog, option: Entry, name: str) -> int:
    """Bytes of a value, or of one element where it is an array of them."""
    base = name.removesuffix("[]")
    if base == "none":
        return 0
    if base in catalog.structs:
        return lay_out(catalog, catalog.structs[base]).size
    return int(option["size"]) if base in BLOBS else C_SIZES[C_TYPES[base]][0]
