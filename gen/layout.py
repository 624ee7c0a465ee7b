# SPDX-License-Identifier: MIT
"""How the structs of the catalogue lie in memory: members for a C compiler to lay out."""

from __future__ import annotations

from catalog import Catalog, Entry

C_TYPES = {"int": "int32_t", "uint": "uint32_t", "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t",
           "s64": "int64_t", "u64": "uint64_t", "long": "long", "ulong": "unsigned long",
           "be16": "uint16_t", "be32": "uint32_t", "bool": "int32_t", "enum": "int32_t", "flags": "uint32_t",
           "ipv4": "struct in_addr", "ipv6": "struct in6_addr", "sockaddr": "struct sockaddr_storage",
           "sockaddr4": "struct sockaddr_in", "sockaddr6": "struct sockaddr_in6",
           "string": "char", "bytes": "unsigned char", "sockaddrs": "unsigned char", "pointer": "void *"}


def container(field: Entry) -> str:
    return str(field.get("container", field["name"]))


def declare(field: Entry) -> str:
    count = field.get("count", 1)
    array = f"[{count}]" if count != 1 or field["type"] in ("string", "bytes", "sockaddrs") else ""
    return f"\t{C_TYPES[field['type']]} {container(field)}{array};\n"


def packing(struct: Entry) -> str:
    if "align" in struct:
        return f" __attribute__((aligned(__alignof__(struct {{ {C_TYPES[struct['align']]} one; }}))))"
    return f" __attribute__((packed, aligned({struct['packed']})))" if "packed" in struct else ""


def members(catalog: Catalog, fields: list[Entry]) -> str:
    """A struct inside of another keeps its own alignment, and the room at its end."""
    text = ""
    for field in fields:
        inner = catalog.structs.get(field["type"])
        if inner:
            text += f"\tstruct {{\n{members(catalog, inner['field'])}\t}}{packing(inner)} {field['name']};\n"
        elif field.get("bit", 0) == 0:
            text += declare(field)
    return text


def within(outer: Entry, inner: Entry) -> Entry:
    """A field of a struct in a struct: "rx.desc", "receive ring: where the descriptors begin"."""
    named = {**inner, "name": f"{outer['name']}.{inner['name']}"}
    if "summary" in outer:
        about = outer["summary"]
        named["summary"] = {language: f"{about[language]}: {text}" for language, text in inner["summary"].items()} if "summary" in inner else about
    return named


def flatten(catalog: Catalog, fields: list[Entry]) -> list[Entry]:
    """Fields with nested structs laid flat (outer.inner); bit-fields learn their container."""
    flat: list[Entry] = []
    first = ""
    for field in fields:
        if field["type"] in catalog.structs:
            for inner in flatten(catalog, catalog.structs[field["type"]]["field"]):
                flat.append(within(field, inner))
                if "container" in inner:
                    flat[-1]["container"] = f"{field['name']}.{inner['container']}"
            continue
        if "bits" in field:
            first = field["name"] if field.get("bit", 0) == 0 else first
            field = {**field, "container": first}
        flat.append(field)
    return flat
