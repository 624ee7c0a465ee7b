# SPDX-License-Identifier: MIT
"""catalogue -> how option values are read from the kernel's structs.

usage: to_values.py CATALOG_FOLDER layout|read|kept|table OUTPUT

layout: values.gen.h, the blocks of values that the kernel's side writes and ours reads
read:   read.gen.h, the functions of the kernel's side that fill them
kept:   kept.gen.h, the function of the kernel's side that reads one option just after it was set
table:  values.gen.c, for our side: option -> place of its value
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import catalog as facts
import kernel_facts
from catalog import Catalog, Entry
from kernel_facts import Fact
from layout import C_TYPES, flatten

SIZES = {"int": 4, "uint": 4, "u8": 1, "u16": 2, "u32": 4, "s64": 8, "u64": 8, "long": 8, "ulong": 8, "be16": 2,
         "be32": 4, "bool": 4, "enum": 4, "flags": 4, "ipv4": 4}
KERNEL_TYPES = {"int32_t": "__s32", "uint32_t": "__u32", "uint8_t": "__u8", "uint16_t": "__u16", "int64_t": "__s64",
                "uint64_t": "__u64", "long": "__s64", "unsigned long": "__u64", "struct in_addr": "__u32"}


# Levels that lie over another, and are told with it.
BLOCKS = {"tls": "tcp"}


class Place:
    """One option in its block."""

    def __init__(self, catalog: Catalog, index: int, slot: int, option: Entry, fact: Fact):
        self.index, self.slot, self.option, self.fact = index, slot, option, fact
        key = catalog.level(option["level"])["key"]
        self.block = BLOCKS.get(key, key)
        self.member = option["name"].lower()  # the name itself is a macro of the headers
        kind = option.get("get_type", option["type"])
        self.fields: list[tuple[str, str]] = []  # name, type of a struct
        self.has_value = bool(fact.values or fact.text)
        if not self.has_value:
            self.size, self.align, self.declaration = 0, 1, ""
        elif fact.text:
            self.size, self.align = int(option["size"]), 1
            self.declaration = f"char {self.member}[{option['size']}];"
        elif kind in catalog.structs:
            self.fields = [(f["name"], f["type"]) for f in flatten(catalog, catalog.structs[kind]["field"])]
            self.size = sum(SIZES[t] for _, t in self.fields)
            self.align = max(SIZES[t] for _, t in self.fields)
            members = " ".join(f"{c_type(t)} {n};" for n, t in self.fields)
            self.declaration = f"struct {{ {members} }} {self.member};"
        else:
            self.size = self.align = SIZES[kind]
            self.declaration = f"{c_type(kind)} {self.member};"
        self.check(kind in catalog.structs)

    def check(self, is_struct: bool) -> None:
        """Does the fact name every field of a struct, and none where there are none?"""
        wanted = {name for name, _ in self.fields} if is_struct else {""}
        for alternative in self.fact.values:
            if set(alternative) != wanted:
                raise kernel_facts.Wrong(f"the value must be said of {', '.join(sorted(wanted)) or 'nothing'}"
                                         if is_struct else "the value has no fields")


def c_type(kind: str) -> str:
    return KERNEL_TYPES[C_TYPES[kind]]


def places(catalog: Catalog) -> list[Place]:
    """The options that the kernel's structs tell, by block; within a block the widest first, so that nothing pads."""
    found = []
    for index, option in enumerate(catalog.options):
        if "get" not in option["access"]:
            continue
        option["place"].at = "kernel"
        try:
            with option["place"].guard():
                fact = kernel_facts.read(option)
                if fact:
                    found.append(Place(catalog, index, len(found), option, fact))
        except kernel_facts.Wrong as wrong:
            option["place"].fail("kernel", str(wrong))
    return found


def blocks(found: list[Place]) -> dict[str, list[Place]]:
    table: dict[str, list[Place]] = {}
    for place in found:
        table.setdefault(place.block, []).append(place)
    return {key: sorted(table[key], key=lambda p: -p.align) for key in table}


def layout(found: list[Place]) -> str:
    lines = ["/* Made from catalog/ by gen/to_values.py. Do not edit. */", "#ifndef VALUES_GEN_H", "#define VALUES_GEN_H", "", "#include <linux/types.h>", "",
             f"#define VALUES_SLOTS {len(found)}", "", "enum values_block {"]
    table = blocks(found)
    lines += [f"\tVALUES_{key.upper()}," for key in table] + ["\tVALUES_N_BLOCKS,", "};", ""]
    for key, members in table.items():
        lines.append(f"struct values_{key} {{")
        lines += [f"\t{place.declaration}" for place in members if place.has_value]
        lines += ["} __attribute__((aligned(8)));", ""]
    lines += ["#endif", ""]
    return "\n".join(lines)


OLDEST = [5, 10]  # the first kernel with all that the programs need


def read_one(place: Place) -> list[str]:
    """The C that reads one option: a value, a special case, or the mark that it must be asked for."""
    fact, lines = place.fact, []
    version = [int(part) for part in place.option["since"].split(".")[:2]]
    guard = [e for e in (fact.ask_if, fact.special_if) if e]
    needs = " && ".join(dict.fromkeys(n for e in guard for n in e.needs))
    special = []
    if needs:
        special.append(f"\tif (!({needs})) {{ ASK({place.slot}); }} else")
    if fact.special_if:
        special.append(f"\tif ({fact.special_if.code}) {{ SPECIAL({place.slot}); }} else")
    older = []
    if version > OLDEST:
        # the field may be older than the option: getsockopt of such a kernel knows none
        older.append(f"\tif (LINUX_KERNEL_VERSION < 0x{version[0]:02x}{version[1]:02x}00) {{ ASK({place.slot}); }} else")
    # a level that is not there is refused whatever the option, also where the kernel knows none of that number
    is_level = fact.special == "ERROR" and fact.error == "ENOPROTOOPT"
    lines += special + older if is_level else older + special
    if fact.ask_if:
        lines.append(f"\tif ({fact.ask_if.code}) {{ ASK({place.slot}); }} else")
    if fact.special == "PEER":
        return lines + [f"\tif (record->flags & RECORD_HAS_PEER && record->family != AF_UNIX) {{ SPECIAL({place.slot}); }} else",
                        f"\t{{ ASK({place.slot}); }}"]
    for alternative in fact.values:
        guard_of_all = " && ".join(dict.fromkeys(n for e in alternative.values() for n in e.needs)) or "1"
        code = " ".join(f"v->{place.member}{'.' + name if name else ''} = {expression.code};"
                        for name, expression in alternative.items())
        if guard_of_all == "1":
            return lines + [f"\t{{ {code} }}"]
        lines.append(f"\tif ({guard_of_all}) {{ {code} }} else")
    if fact.text:
        struct, member, pointer = fact.text
        lines.append(f"\tif ({pointer.guard()} && FIELD_EXISTS({struct}, {member})) {{\n"
                     f"\t\tread_text(v->{place.member}, sizeof(v->{place.member}), (__u64){pointer.code}, "
                     f"bpf_core_field_offset(((struct {struct} *)0)->{member}));\n\t}} else")
    return lines + [f"\t{{ ASK({place.slot}); }}"]


def reader(found: list[Place]) -> str:
    lines = ["/* Made from catalog/ by gen/to_values.py. Do not edit. */", ""]
    for key, members in blocks(found).items():
        lines.append(f"static __always_inline void read_{key}(struct socket_record *record, struct values_{key} *v)\n{{")
        for place in members:
            lines.append(f"\t/* {place.option['name']} */")
            lines += read_one(place)
        lines += ["}", ""]
    return "\n".join(lines)


KEPT_MAX = 16  # TRACE_KEPT_MAX of bpf/trace-bytes.h


def can_be_kept(place: Place) -> bool:
    """Is it an option that can be set, small, and told by its own socket alone?"""
    return ("set" in place.option["access"] and place.has_value and place.size <= KEPT_MAX
            and "of_net" not in "\n".join(read_one(place)) and "cookie()" not in "\n".join(read_one(place)))


def kept(found: list[Place]) -> str:
    wanted = [place for place in found if can_be_kept(place)]
    lines = ["/* Made from catalog/ by gen/to_values.py. Do not edit. */", "", "union kept_value {"]
    # the same name stands at several levels
    lines += [f"\tstruct {{ {place.declaration} }} s{place.slot};" for place in wanted]
    lines += ["};", "", "/** The size of the value of the option with this slot; 0: it cannot be told. */",
              "static __always_inline __u32 read_kept(__u32 slot, const void *sk, const void *ipv6, union kept_value *v)", "{",
              "\tswitch (slot) {"]
    for place in wanted:
        lines += [f"\tcase {place.slot}: /* {place.option['name']} */"]
        own = [line.replace("v->", f"v->s{place.slot}.") for line in read_one(place)]
        # one field is fetched from where it is, in place of a copy of all
        lines += [re.sub(r"\b(LOAD|BITS|VARYING|SIGNED_VARYING)\((sock|ipv6)_copy, ", lambda m: f"FETCH_{m[1]}({'sk' if m[2] == 'sock' else m[2]}, ", line)
                  for line in own]
        lines += [f"\t\treturn {place.size};"]
    lines += ["\tdefault: return 0;", "\t}", "}", ""]
    return "\n".join(lines)


def table(found: list[Place]) -> str:
    lines = ["/* Made from catalog/ by gen/to_values.py. Do not edit. */", "", "#include <errno.h>", "#include <stddef.h>", "",
             "#include \"value-places.h\"", "", "const struct values_place values_places[] = {"]
    for place in found:
        offset = f"offsetof(struct values_{place.block}, {place.member})" if place.has_value else "0"
        lines.append(f"\t[{place.index}] = {{ .slot = {place.slot + 1}, .block = VALUES_{place.block.upper()}, .offset = {offset}, "
                     f".size = {place.size}, .special = VALUES_{place.fact.special}, .error = {place.fact.error or 0}, .error4 = {place.fact.error4 or 0} }},"
                     f" /* {place.option['name']} */")
    last = found[-1].index if found else 0
    lines += ["};", "", f"const size_t values_n_places = {last + 1};", ""]
    sizes = ", ".join(f"sizeof(struct values_{key})" for key in blocks(found))
    lines += [f"const size_t values_block_sizes[VALUES_N_BLOCKS] = {{ {sizes} }};", ""]
    return "\n".join(lines)


def main() -> int:
    writers = {"layout": layout, "read": reader, "kept": kept, "table": table}
    if len(sys.argv) != 4 or sys.argv[2] not in writers:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = places(facts.load(Path(sys.argv[1])))
    except facts.CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    Path(sys.argv[3]).write_text(writers[sys.argv[2]](found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
