# SPDX-License-Identifier: MIT
"""Of which form the values of levels, structs and symbols are; those of options stand in catalog/schema.toml."""

from __future__ import annotations

import re
from typing import Any, Protocol

STRING, INTEGER, BOOLEAN, STRINGS, NUMBER, TEXT, TABLES, VALUES, ANY = (
    "a string", "an integer", "true or false", "a list of strings", "an integer or a table of architectures",
    "a table of texts", "a list of tables", "a table of integers", "anything")

LEVEL = {"name": STRING, "number": NUMBER, "aliases": STRINGS, "key": STRING, "header": STRING, "prefix": STRING,
         "constant": STRING, "summary": TEXT, "applies": TABLES, "rare": BOOLEAN, "unprobed": TEXT}
STRUCT = {"name": STRING, "header": STRING, "text": STRING, "field": TABLES, "told": ANY, "kernel": BOOLEAN, "tail": ANY,
          "variants": ANY, "packed": INTEGER, "align": STRING, "gnu_source": BOOLEAN, "description": TEXT}
FIELD = {"name": STRING, "type": STRING, "count": ANY, "unit": STRING, "symbols": ANY, "prefix": STRING,
         "flags": BOOLEAN, "since": STRING, "bit": INTEGER, "bits": INTEGER, "secret": BOOLEAN, "bare": BOOLEAN}
TAIL = {"name": STRING, "type": STRING, "count": STRING}
TAIL_MORE = {"symbols": ANY, "prefix": STRING, "secret": BOOLEAN}
SYMBOLS = {"name": STRING, "values": VALUES, "prefix": STRING}
DEFAULT = {"value": STRING, "sysctl": STRING, "scale": STRING, "family": STRINGS, "type": STRINGS, "protocol": STRINGS}
SCALE = re.compile(r"[1-9][0-9]*(/[1-9][0-9]*)?")
SHORT_FORMS = ("linger", "timeval", "program")
ARCHITECTURES = {"generic", "alpha", "mips", "parisc", "sparc", "powerpc"}


class Place(Protocol):
    def fail(self, field: str, problem: str) -> None: ...


def is_integer(value: Any) -> bool:
    """Not a bool, which Python takes for an integer."""
    return type(value) is int


def fits(value: Any, form: str) -> bool:
    if form == STRING:
        return isinstance(value, str)
    if form == INTEGER:
        return is_integer(value) and value >= 0
    if form == BOOLEAN:
        return isinstance(value, bool)
    if form == STRINGS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if form == NUMBER:
        return is_integer(value) or (isinstance(value, dict) and all(is_integer(one) for one in value.values()))
    if form == TEXT:
        return isinstance(value, dict)
    if form == TABLES:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    if form == VALUES:
        return isinstance(value, dict) and all(is_integer(one) for one in value.values())
    return True


def check(place: Place, entry: dict[str, Any], forms: dict[str, str], within: str = "") -> None:
    for field, value in entry.items():
        if field in ("name", "key", "type") and not value:
            place.fail(within or field, f"{field} must not be empty")
        if field in forms and not fits(value, forms[field]):
            place.fail(within or field, f"{field + ': ' if within else ''}must be {forms[field]}")


def check_struct(place: Place, entry: dict[str, Any]) -> None:
    check(place, entry, STRUCT)
    if entry.get("text", SHORT_FORMS[0]) not in SHORT_FORMS:
        place.fail("text", f"'{entry['text']}' is not one of {', '.join(SHORT_FORMS)}")
    for field in entry["field"]:
        check(place, field, FIELD, "field")
        count = field.get("count", 1)
        if not isinstance(count, str) and not (is_integer(count) and 0 < count <= 4096):
            place.fail("field", f"{field.get('name')}: count must be 1 to 4096")
    names = [field.get("name") for field in entry["field"]]
    if not names or len(set(names)) != len(names):
        place.fail("field", "each field has a name of its own, and there is at least one")
    tail = entry.get("tail")
    if tail is None:
        return
    if not isinstance(tail, dict) or set(tail) - set(TAIL_MORE) != set(TAIL):
        place.fail("tail", f"must be a table with the keys {', '.join(TAIL)}")
    check(place, tail, TAIL | TAIL_MORE, "tail")
    if tail["count"] not in names:
        place.fail("tail", f"count: there is no field '{tail['count']}'")


def flat(structs: dict[str, Any], kind: str) -> dict[str, str]:
    """The types of a struct's fields by their names, those of the structs in it by outer.inner."""
    types: dict[str, str] = {}
    for field in structs[kind]["field"]:
        inner = flat(structs, field["type"]) if field["type"] in structs else {}
        types |= {f"{field['name']}.{name}": type for name, type in inner.items()} or {field["name"]: field["type"]}
    return types


def check_input(place: Place, option: dict[str, Any], structs: dict[str, Any]) -> None:
    """What a plain read fills in stands in the type, and is of the field's form."""
    kind = str(option.get("get_type", option["type"])).removesuffix("[]")
    types = flat(structs, kind) if kind in structs else {option["name"]: kind}
    given = option.get("input", {})
    for name, value in given.items() if given != "caller" else ():
        if name not in types:
            place.fail("input", f"{kind} has no field '{name}'")
        if not (isinstance(value, str) if types[name] == "string" else is_integer(value)):
            place.fail("input", f"{name}: a string takes a text, any other field an integer")


def check_default(place: Place, value: Any) -> None:
    """A text, or rows that say where which value holds."""
    if isinstance(value, str):
        return
    if not fits(value, TABLES) or not value:
        place.fail("default", "must be a string or a list of tables")
    for row in value:
        check(place, row, DEFAULT, "default")
        if ("value" in row) == ("sysctl" in row):
            place.fail("default", "each row has either value or sysctl")
        if not SCALE.fullmatch(row.get("scale", "1")):
            place.fail("default", f"scale: '{row['scale']}' is not a fraction such as 1/1000")


def check_range(place: Place, value: Any) -> None:
    """One pair or several: from, to."""
    pairs = [value] if isinstance(value, list) and value and is_integer(value[0]) else value
    if not isinstance(pairs, list):
        place.fail("range", "must be a list")
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not all(is_integer(one) for one in pair) or pair[0] > pair[1]:
            place.fail("range", f"'{pair}' is not a pair of integers, the lower one first")


def check_unprobed(place: Place, option: dict[str, Any]) -> None:
    """What nobody tried comes from the kernel's source: it names where, and tells of no run."""
    if "unverified" in option:
        place.fail("unprobed", "what cannot be tried at all is not unverified in part")
    if not any("kernel" in source and "symbol" in source for source in option["sources"]):
        place.fail("sources", "an option that is unprobed names where in the kernel its facts stand (kernel and symbol)")
    if any("run" in source for source in option["sources"]):
        place.fail("sources", "an option that is unprobed cannot have been seen in a run")


def check_number(place: Place, number: Any) -> None:
    if isinstance(number, dict):
        for architecture in number:
            if architecture not in ARCHITECTURES:
                place.fail("number", f"'{architecture}' is not an architecture ({', '.join(sorted(ARCHITECTURES))})")
        if "generic" not in number:
            place.fail("number", "the key 'generic' is missing")
    numbers = number.values() if isinstance(number, dict) else [number]
    if not all(type(one) is int for one in numbers):
        place.fail("number", "must be an integer or a table of architectures")


def check_told(place: Place, struct: dict[str, Any]) -> None:
    if not isinstance(struct.get("told", {}), dict):
        place.fail("told", "must be a table: a field's name, and what it tells")
