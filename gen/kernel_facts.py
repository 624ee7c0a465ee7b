# SPDX-License-Identifier: MIT
"""Where the kernel keeps an option's value: the field `kernel` of an entry, as C expressions.

An expression is C over fields of the kernel's structs (tcp_sock.nonagle & 1),
numbers, HZ, linux (the running version: 0x060900 is 6.9), and the functions of FUNCTIONS; `FIELD bit NAME` is one bit of a
word of flags. Several in a list are alternatives: the first whose fields the
running kernel has is taken. See [option.kernel] in catalog/schema.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog import Entry

# struct -> the copy it is read from; all of a socket's own structs begin at the same place
BASES = {"sock": "sock_copy", "sock_common": "sock_copy", "inet_sock": "sock_copy",
         "inet_connection_sock": "sock_copy", "tcp_sock": "sock_copy", "udp_sock": "sock_copy",
         "raw_sock": "sock_copy", "raw6_sock": "sock_copy", "unix_sock": "sock_copy",
         "ipv6_pinfo": "ipv6_copy", "net": "of_net"}
FUNCTIONS = {"be32", "seconds", "microseconds", "retransmissions_in_seconds", "route_hop_limit", "cookie"}
# Names that the kernel's own sources use for members of another struct.
MACROS = {"sock.sk_flags": "sock_common.skc_flags"}
SPECIALS = {"default_if": "DEFAULT", "empty_if": "EMPTY", "error_if": "ERROR"}
TABLE_KEYS = {"value", "text", "address", "ask_if", "error", "error4", *SPECIALS}
PATH = re.compile(r"\b([a-z_]\w*)((?:\.[a-z_]\w*)+)( bit ([A-Z]\w+))?")
WORD = re.compile(r"\b([A-Za-z_]\w*)\b")


# How the members of bpf/kernel.h that are bit-fields are read. Those of full width are bit-fields on some kernels only.
BIT_FIELDS = {name: "BITS" if int(width) % 8 else "SIGNED_VARYING" if kind.startswith("__s") else "VARYING"
              for kind, name, width in re.findall(
                  r"\b(\w+) (\w+) : (\d+);", (Path(__file__).parent.parent / "bpf" / "kernel.h").read_text(encoding="utf-8"))}


class Wrong(Exception):
    """What is wrong with an expression."""


@dataclass
class Expression:
    """C, and the conditions under which it can be evaluated on the running kernel."""
    code: str
    needs: list[str] = field(default_factory=list)

    def guard(self) -> str:
        return " && ".join(dict.fromkeys(self.needs)) or "1"


def translate(text: str) -> Expression:
    """An expression of the catalogue as C over the copies of the structs."""
    needs: list[str] = []

    def one(match: re.Match[str]) -> str:
        whole = MACROS.get(match[1] + match[2], match[1] + match[2])
        struct, _, path = whole.partition(".")
        if struct not in BASES:
            raise Wrong(f"'{struct}' is not a struct that can be read (known: {', '.join(sorted(BASES))})")
        needs.append(f"FIELD_EXISTS({struct}, {path})")
        if struct == "net":
            value = f"of_net.{path.rpartition('.')[2]}"
        else:
            value = f"{BIT_FIELDS.get(path.rpartition('.')[2], 'LOAD')}({BASES[struct]}, {struct}, {path})"
        if not match[3]:
            return value
        if match[4].startswith("SOCK_"):
            needs.append(f"bpf_core_enum_value_exists(enum sock_flags, {match[4]})")
            return f"(({value} >> bpf_core_enum_value(enum sock_flags, {match[4]})) & 1)"
        return f"(({value} >> {match[4]}) & 1)"

    plain = PATH.sub(" ", text)
    for word in WORD.findall(re.sub(r"\b0x[0-9a-fA-F]+\b", " ", plain)):
        if word == "HZ":
            needs.append("hz")
        elif word == "linux":
            continue
        elif word not in FUNCTIONS:
            raise Wrong(f"'{word}' in '{text}' is neither a field, nor HZ, nor linux, nor one of {', '.join(sorted(FUNCTIONS))}")
        elif word in ("seconds", "microseconds", "retransmissions_in_seconds"):
            needs.append("hz")
    return Expression(re.sub(r"\blinux\b", "LINUX_KERNEL_VERSION", re.sub(r"\bHZ\b", "hz", PATH.sub(one, text))), needs)


@dataclass
class Fact:
    """One option: alternatives of values (of fields, "" for a scalar), and when it is something else."""
    values: list[dict[str, Expression]]
    text: tuple[str, str, Expression] | None = None  # struct, member, pointer: the bytes that it points to
    ask_if: Expression | None = None
    special: str = "NONE"
    special_if: Expression | None = None
    error: str | None = None
    error4: str | None = None  # where it is another one on IPv4


def read_value(value: Any) -> list[dict[str, Expression]]:
    if isinstance(value, str):
        return [{"": translate(value)}]
    if isinstance(value, list):
        if not value:
            raise Wrong("the list is empty")
        return [{"": translate(one)} for one in value]
    return [{name: translate(one) for name, one in value.items()}]


def read(option: Entry) -> Fact | None:
    """The fact of an entry; None if it says nothing."""
    kernel = option.get("kernel")
    if kernel is None:
        return None
    if not isinstance(kernel, dict):
        return Fact(read_value(kernel))
    unknown = set(kernel) - TABLE_KEYS
    if unknown:
        raise Wrong(f"unknown key '{sorted(unknown)[0]}' (known: {', '.join(sorted(TABLE_KEYS))})")
    fact = Fact(read_value(kernel["value"]) if "value" in kernel else [])
    if "text" in kernel:
        pointer, _, target = kernel["text"].partition(" -> ")
        struct, _, member = target.partition(".")
        if not member:
            raise Wrong(f"'{kernel['text']}' is not of the form FIELD -> STRUCT.MEMBER")
        fact.text = (struct, member, translate(pointer))
    if "ask_if" in kernel:
        fact.ask_if = translate(kernel["ask_if"])
    for key, special in SPECIALS.items():
        if key in kernel:
            if fact.special != "NONE":
                raise Wrong("only one of default_if, empty_if and error_if can be said")
            fact.special, fact.special_if = special, translate(kernel[key])
    if "address" in kernel:
        if kernel["address"] != "peer" or len(kernel.keys() - {"ask_if"}) > 1:
            raise Wrong("address can be \"peer\", and stands alone, or with ask_if")
        fact.special = "PEER"
    fact.error = kernel.get("error")
    fact.error4 = kernel.get("error4", fact.error)
    if (fact.special == "ERROR") != (fact.error is not None):
        raise Wrong("error_if and error belong together")
    if not fact.values and not fact.text and fact.special == "NONE":
        raise Wrong("neither a value nor a condition is said")
    return fact


def shown(option: Entry) -> str | None:
    """The fact in one line, for a reader of the entry; None if there is none that fits a line."""
    kernel = option.get("kernel")
    if isinstance(kernel, dict):
        kernel = kernel.get("value", kernel.get("text"))
    if isinstance(kernel, list) and kernel:
        kernel = kernel[0]
    return kernel if isinstance(kernel, str) else None
